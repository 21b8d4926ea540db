"""Ink told from paper, whatever the colours of both, the light and the paper's grain. No TensorFlow is imported."""

import numpy as np
from PIL import Image
from scipy import ndimage

from .borders import contacts, is_cropped_to, sides
from .page import only_the_page
from .pictures import resized, resized_to
from .preparation import STANDARD, Preparation

# Colours closer than this, out of 1 from black to white, may be the same paper.
_SAME_PAPER = 0.08


def ink_of(image: np.ndarray, preparation: Preparation = STANDARD) -> np.ndarray:
    """How much ink there is at each place of a picture, whatever the colours of paper and pen and the light.

    The paper's colour at each place is estimated from the places without ink. What differs from it in the direction
    in which most of the strongest differences lie is ink.

    Args:
        image: from :func:`digits.pictures.read_image`.
        preparation: how.

    Returns:
        Float32 from 0 for paper to 1 for ink, shape (rows, columns), of the page alone and at the working size.

    Raises:
        ValueError: no ink stands out from the paper.
    """
    image = ndimage.gaussian_filter(page_of(image, preparation), (0.6, 0.6, 0))
    if "uneven light removed" in preparation.without:
        difference = image - np.median(image, axis=(0, 1))
    else:
        difference = image - paper_of(image)
    along = difference @ _direction_of_ink(difference, preparation)
    if "lines and specks dropped" not in preparation.without:
        along = _without_table(along)
    full = _usual_strength(along)
    if full < max(preparation.faintest, preparation.above_grain * _grain(along, full), 1e-6):
        raise ValueError(
            "No ink stands out from the paper: the picture seems to be empty, or too faint."
        )
    contrast = preparation.ink_above - preparation.paper_below
    return ((along / full - preparation.paper_below) / contrast).clip(0, 1).astype(np.float32)


def page_of(image: np.ndarray, preparation: Preparation = STANDARD) -> np.ndarray:
    """The page in a picture at the working size: reduced if it is large, enlarged if it has only a few pixels.

    Args:
        image: from :func:`digits.pictures.read_image`.
        preparation: how.

    Returns:
        Float32, shape (rows, columns, 3).
    """
    if "page found" not in preparation.without:
        image = only_the_page(image)
    longer = max(image.shape[:2])
    if longer > preparation.working_side:
        return resized(image, preparation.working_side / longer)
    if longer < preparation.smallest_side:
        return resized(image, preparation.smallest_side / longer, Image.Resampling.BICUBIC)
    return image


def _direction_of_ink(difference: np.ndarray, preparation: Preparation) -> np.ndarray:
    """The direction in colour from paper to ink, shape (3,): as long as makes black on white 1."""
    some = difference[::2, ::2].reshape(-1, 3)  # enough for what is to be estimated
    strength = np.linalg.norm(some, axis=1)
    strongest = some[strength >= np.quantile(strength, 0.985)]
    # The direction in which most of them lie: the main axis of their scatter.
    _, axes = np.linalg.eigh(strongest.T @ strongest)
    direction = axes[:, -1]
    if "polarity found" in preparation.without:
        points_away = direction.sum() > 0  # as if ink were always darker than paper
    else:
        points_away = np.sum((strongest @ direction) ** 3) < 0
    return (-direction if points_away else direction) / np.sqrt(3)


def _usual_strength(along: np.ndarray) -> float:
    """How far most of the ink is from the paper; 0 if nothing differs from it."""
    strong = along[along > max(0.5 * along.max(), 1e-6)]
    return float(np.median(strong)) if strong.size else 0.0


def _grain(along: np.ndarray, full: float) -> float:
    """The standard deviation of bare paper, estimated so that a few faint marks do not count."""
    bare = along[::2, ::2]
    bare = bare[bare < 0.3 * full]
    return 1.4826 * float(np.median(np.abs(bare - np.median(bare)))) if bare.size else 0.0


def _without_table(along: np.ndarray) -> np.ndarray:
    """Strengths without what lies beyond the page's edge: it would make the ink itself look faint.

    That is what covers most of one side of the picture.
    """
    labels, count = ndimage.label(along > 0.4 * along.max())
    touching = contacts(labels, count)
    boxes = ndimage.find_objects(labels)
    beyond = [
        number + 1
        for number in np.flatnonzero(touching.max(axis=1, initial=0) > 0.6)
        if not is_cropped_to(labels[boxes[number]] == number + 1, touching[number], along.shape)
    ]
    if not beyond:
        return along
    # The edge itself is blurred, and would be left as a line.
    table = ndimage.binary_dilation(np.isin(labels, beyond), iterations=max(along.shape) // 80 + 1)
    return np.where(table, 0, along)


def paper_of(image: np.ndarray) -> np.ndarray:
    """The paper's colour at each place: a smooth surface through the places without ink, then what is left nearby.

    Args:
        image: from :func:`page_of`.

    Returns:
        Float32, of the image's shape.
    """
    rows, columns = image.shape[:2]
    step = max(1, max(rows, columns) // 40)
    coarse = image[step // 2 :: step, step // 2 :: step].astype(np.float64)
    surface, most = _surface_of(coarse)
    distance = np.linalg.norm(coarse - surface, axis=2)
    is_ink = distance > _farthest_paper(distance, 0.03, most)
    weight = 1.0 - ndimage.binary_dilation(is_ink)
    near = 0.08 * max(coarse.shape)
    total = ndimage.gaussian_filter(weight, near)[:, :, None]
    residual = (coarse - surface) * weight[:, :, None]
    left = ndimage.gaussian_filter(residual, (near, near, 0)) / np.maximum(total, 0.02)
    return resized_to(surface + left, rows, columns, Image.Resampling.BILINEAR)


def _surface_of(coarse: np.ndarray) -> tuple[np.ndarray, float]:
    """A smooth surface through most of a small picture, of its shape, and what :func:`_farthest_paper` needs to know.

    Two are tried. The first starts from the middle colour, which is the paper's unless ink covers half of the picture,
    as it does where a digit was cut out. The second starts from the commonest colour and takes no strong
    differences for paper.
    """
    first = _fitted(coarse, np.median(coarse, axis=(0, 1)), 1.0)
    share = _share_near(coarse, first)
    if share < 0.7:
        second = _fitted(coarse, _commonest_colour(coarse), 0.25)
        if _share_near(coarse, second) > share:
            return second, 0.25
    return first, 1.0


def _fitted(coarse: np.ndarray, start: np.ndarray, most: float) -> np.ndarray:
    """A surface of second degree through what is paper, which is decided anew four times."""
    height, width = coarse.shape[:2]
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=2).reshape(-1, 6)
    pixels = coarse.reshape(-1, 3)
    surface = np.broadcast_to(start, pixels.shape)
    for _ in range(4):
        distance = np.linalg.norm(pixels - surface, axis=1)
        is_paper = distance <= _farthest_paper(distance, 0.02, most)
        if is_paper.sum() < 4 * terms.shape[1]:
            break
        chosen = terms[is_paper]
        normal = chosen.T @ chosen + 1e-9 * np.eye(6)
        surface = terms @ np.linalg.solve(normal, chosen.T @ pixels[is_paper])
    return surface.reshape(coarse.shape)


def _farthest_paper(distance: np.ndarray, least: float, most: float) -> float:
    """How far from a surface paper may be: a few times as far as nearly a third of the picture is.

    It is ``least`` or more, and no more than the share ``most`` of the largest distance.
    """
    return max(min(4 * np.quantile(distance, 0.3), most * distance.max()), least)


def _share_near(coarse: np.ndarray, surface: np.ndarray) -> float:
    """How much of a picture has a surface's colour."""
    return float(np.mean(np.linalg.norm(coarse - surface, axis=2) < _SAME_PAPER))


def _commonest_colour(coarse: np.ndarray) -> np.ndarray:
    """Of some of a picture's colours, from dark to light, the one that most of it and of its border has."""
    pixels, border = coarse.reshape(-1, 3), np.concatenate(sides(coarse))
    by_lightness = pixels[np.argsort(pixels.sum(axis=1), kind="stable")]
    candidates = by_lightness[np.array([5, 25, 50, 75, 95]) * len(pixels) // 100]
    near = [
        _share_near(pixels[:, None], colour) + _share_near(border[:, None], colour)
        for colour in candidates
    ]
    return candidates[int(np.argmax(near))]
