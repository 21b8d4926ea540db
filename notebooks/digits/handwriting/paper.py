"""Third stage: what the page would look like without ink, whatever the paper's colour and the light."""

import numpy as np
from PIL import Image
from scipy import ndimage

from .between import Paper
from .borders import sides
from .preparation import Preparation
from .resizing import resized_to

# Colours closer than this, out of 1 from black to white, may be the same paper.
_SAME_PAPER = 0.08


def paper_of(page: np.ndarray, preparation: Preparation) -> Paper:
    """The paper below the ink, estimated from the places without ink.

    Args:
        page: from :func:`digits.handwriting.page.page_of`, float32, shape (rows, columns, 3).
        preparation: how.

    Returns:
        The page, smoothed by half a pixel, and its paper.
    """
    smooth = ndimage.gaussian_filter(page, (0.6, 0.6, 0))
    if "uneven light removed" in preparation.without:
        return Paper(smooth, np.median(smooth, axis=(0, 1)))
    return Paper(smooth, _bare(smooth))


def _bare(image: np.ndarray) -> np.ndarray:
    """A smooth surface through the places without ink, then what is left nearby: float32, of the image's shape."""
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
