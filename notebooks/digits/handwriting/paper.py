"""Third stage: what the page would look like without ink, whatever the paper's colour and the light."""

import numpy as np
from scipy import ndimage
from skimage import filters

from .between import Page, Paper
from .preparation import Preparation
from .regions import sides
from .resizing import sampled

# Colours closer than this, out of 1 from black to white, may be the same paper.
_SAME_PAPER = 0.08
# Paper is looked at in so many places along its longer side; in so many where a shadow has a sharp edge.
_CELLS, _FINE_CELLS = 40, 240
# A shadow with a sharp edge shows in an area of this size, out of 1 for the page, that no smooth surface explains. It
# covers so much of the page, and lets through light between these shares, of all colours alike.
_LEFT_OVER, _SHADOW_COVERS, _SHADOW_LETS_THROUGH, _SAME_HUE = 0.03, 0.1, (0.3, 0.9), 0.12
# Out of 1 for the page's shorter side, a shadow is wider than this; and no stroke is wider than this part of a page.
_NARROWEST_SHADOW, _WIDEST_STROKE = 0.25, 8


def paper_of(page: Page, preparation: Preparation) -> Paper:
    """The paper below the ink, estimated from the places without ink.

    Args:
        page: from :func:`digits.handwriting.page.page_of`.
        preparation: how.

    Returns:
        The page and its paper.
    """
    image = page.image
    if "uneven light removed" in preparation.without:
        return Paper(image, np.median(image, axis=(0, 1), keepdims=True))
    coarse = sampled(image, _CELLS)
    bare = _with_what_is_left(coarse, *_surface_of(coarse))
    may_have = "hard shadows removed" not in preparation.without and max(image.shape) > _FINE_CELLS
    if may_have and _has_a_shadow(coarse, bare):
        bare = _beside_and_in_shadow(image)
    return Paper(image, bare)


def _with_what_is_left(coarse: np.ndarray, surface: np.ndarray, most: float) -> np.ndarray:
    """A smooth surface through the places without ink, with what differs from it nearby: of its shape."""
    distance = np.linalg.norm(coarse - surface, axis=2)
    is_ink = distance > _farthest_paper(distance, 0.03, most)
    weight = 1.0 - ndimage.binary_dilation(is_ink)
    near = 0.08 * max(coarse.shape)
    total = ndimage.gaussian_filter(weight, near)[:, :, None]
    residual = (coarse - surface) * weight[:, :, None]
    left = ndimage.gaussian_filter(residual, (near, near, 0)) / np.maximum(total, 0.02)
    return surface + left


def _has_a_shadow(coarse: np.ndarray, bare: np.ndarray) -> bool:
    """Whether a page consists of two large parts of one colour, one of them lit less by a plain factor.

    Args:
        coarse: the page in a few places, float64, shape (rows, columns, 3).
        bare: the smooth surface that was taken for its paper, of that shape.
    """
    if not _areas_of(np.linalg.norm(coarse - bare, axis=2) > _SAME_PAPER).mean() > _LEFT_OVER:
        return False
    grey = coarse.sum(axis=2)
    is_lit = grey > filters.threshold_otsu(grey, 64)
    lit, dark = _areas_of(is_lit), _areas_of(~is_lit)
    if min(lit.mean(), dark.mean()) < _SHADOW_COVERS or not _comes_from_one_side(dark):
        return False
    share = np.median(coarse[dark], axis=0) / np.median(coarse[lit], axis=0)
    least, most = _SHADOW_LETS_THROUGH
    return bool(least < share.min() and share.max() < most and np.ptp(share) < _SAME_HUE)


def _comes_from_one_side(mask: np.ndarray) -> bool:
    """Whether a mask meets the picture's border in one stretch, as a shadow does, and not in several, as a digit."""
    top, bottom, left, right = sides(mask)
    around = np.concatenate([top, right, bottom[::-1], left[::-1]])
    return np.count_nonzero(around & ~np.roll(around, 1)) == 1


def _areas_of(mask: np.ndarray) -> np.ndarray:
    """What of a mask is an area and not a stroke: bool, of its shape."""
    width = max(1, round(_NARROWEST_SHADOW * min(mask.shape)))
    opened = ndimage.binary_opening(np.pad(mask, width, mode="edge"), np.ones((width, width)))
    return opened[width:-width, width:-width]


def _beside_and_in_shadow(page: np.ndarray) -> np.ndarray:
    """Paper with the sharp edge of a shadow on it: whatever is narrower than any shadow is closed, as ink is."""
    fine = ndimage.gaussian_filter(sampled(page, _FINE_CELLS), (1, 1, 0))
    width = max(fine.shape) // _WIDEST_STROKE
    bare = ndimage.grey_closing(fine, (width, width, 1))
    return bare - np.median(
        bare - fine, axis=(0, 1)
    )  # closing takes the lightest of the paper's grain


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
