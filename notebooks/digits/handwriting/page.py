"""Second stage: the page alone, at the size that the later stages work with, without the table around a sheet."""

import numpy as np
from PIL import Image
from scipy import ndimage

from .borders import sides
from .preparation import Preparation
from .resizing import resized

# A picture at the working size has so many pixels at least on its shorter side.
_THINNEST = 8
# A sheet is looked for in a picture of this size, where ink hardly counts.
_COARSE_SIDE = 120
# A sheet covers this much of the picture at least, this much of it is bare, it fills so much of a rectangle whose
# sides differ no more than this, and so much of its edge is sharp.
_COVERS, _BARE, _FILLS, _SHORTER_BY_LONGER, _SHARP = 0.2, 0.7, 0.85, 0.45, 0.8


def page_of(image: np.ndarray, preparation: Preparation) -> np.ndarray:
    """The page in a picture at the working size: reduced if it is large, enlarged if it has only a few pixels.

    Args:
        image: from :func:`digits.handwriting.pictures.read_image`.
        preparation: how.

    Returns:
        Float32, shape (rows, columns, 3).

    Raises:
        ValueError: the picture is a thin strip.
    """
    if "page found" not in preparation.without:
        image = only_the_page(image)
    longer, shorter = max(image.shape[:2]), min(image.shape[:2])
    if longer > preparation.working_side * shorter / _THINNEST:
        raise ValueError(
            f"The picture is more than {preparation.working_side // _THINNEST} times as long as wide: cut it into "
            "parts."
        )
    if longer > preparation.working_side:
        return resized(image, preparation.working_side / longer)
    if longer < preparation.smallest_side:
        return resized(image, preparation.smallest_side / longer, Image.Resampling.BICUBIC)
    return image


def only_the_page(image: np.ndarray) -> np.ndarray:
    """A picture cropped to the sheet in it; where the sheet is turned, what lies beyond its edges becomes paper.

    Args:
        image: from :func:`digits.handwriting.pictures.read_image`.

    Returns:
        Float32, shape (rows, columns, 3). The picture itself if there is no sheet that ends on two of its sides.
    """
    factor = _COARSE_SIDE / max(image.shape[:2])
    if factor >= 1:
        return image
    page = _page_of(_main_contrast(resized(image, factor)))
    if page is None:
        return image
    page = ndimage.binary_erosion(page, iterations=2)  # the edge itself is blurred
    box = ndimage.find_objects(page.astype(int))[0]
    rows, columns = (
        slice(extent.start * side // coarse, extent.stop * side // coarse)
        for extent, side, coarse in zip(box, image.shape, page.shape, strict=False)
    )
    return _filled_up(image[rows, columns], page[box])


def _main_contrast(image: np.ndarray) -> np.ndarray:
    """A picture in the one grey, or mixture of its colours, in which its places differ most: shape (rows, columns)."""
    differences = (image - image.mean(axis=(0, 1))).reshape(-1, 3)
    _, axes = np.linalg.eigh(differences.T @ differences)
    return image @ (axes[:, -1] / np.abs(axes[:, -1]).sum())


def _page_of(grey: np.ndarray) -> np.ndarray | None:
    """Where the sheet is in a small grey picture, bool of its shape; None if there is none."""
    if np.ptp(grey) < 0.1:
        return None
    threshold = _otsu_threshold(grey)
    for lighter in (True, False):
        mask = (grey > threshold) == lighter
        page = _largest_filled(mask) if _may_hold_a_sheet(mask) else None
        if page is not None and _has_a_sheets_edges(page, grey):
            return page
    return None


def _may_hold_a_sheet(mask: np.ndarray) -> bool:
    """Whether a part of a picture is large enough and leaves two sides free: most can be ruled out by this, quickly."""
    return mask.mean() > _BARE * _COVERS and sum(np.mean(side) < 0.6 for side in sides(mask)) >= 2


def _otsu_threshold(grey: np.ndarray) -> float:
    """The grey that parts a picture's pixels into the two groups that differ most (Otsu 1979)."""
    counts, edges = np.histogram(grey, 64)
    levels = (edges[:-1] + edges[1:]) / 2
    below, sums = np.cumsum(counts)[:-1], np.cumsum(counts * levels)
    above = counts.sum() - below  # neither is ever 0: the first and the last level hold pixels
    differences = sums[:-1] / below - (sums[-1] - sums[:-1]) / above
    return float(edges[1:-1][np.argmax(below * above * differences**2)])


def _largest_filled(mask: np.ndarray) -> np.ndarray | None:
    """The largest connected part with its ink filled in, if it is mostly bare; None if it is not."""
    mask = ndimage.binary_opening(np.pad(mask, 1, mode="edge"))[1:-1, 1:-1]
    labels, count = ndimage.label(mask)
    if not count:
        return None
    largest = labels == 1 + np.argmax(np.bincount(labels.ravel())[1:])
    # Closed first: ink at the sheet's edge is a bay, not a hole.
    closed = ndimage.binary_closing(np.pad(largest, 4), iterations=3)[4:-4, 4:-4]
    page = ndimage.binary_fill_holes(closed)
    return page if largest.sum() > _BARE * page.sum() else None


def _has_a_sheets_edges(page: np.ndarray, grey: np.ndarray) -> bool:
    """Whether a part is rectangular, ends within the picture on two sides, and ends sharply, as no shadow does."""
    ends = [np.mean(side) < 0.5 for side in sides(page)]
    if sum(ends) < 2 or page.mean() < _COVERS:
        return False
    shorter, longer = _smallest_rectangle(page)
    if page.sum() < _FILLS * shorter * longer or shorter < _SHORTER_BY_LONGER * longer:
        return False
    # A step between two greys, smoothed with standard deviation 1, is steepest by its height over sqrt(2 pi).
    steps = np.sqrt(2 * np.pi) * ndimage.gaussian_gradient_magnitude(grey, 1)
    edge = page & ~ndimage.binary_erosion(page, border_value=1)
    difference = abs(np.median(grey[page]) - np.median(grey[~page]))
    are_sharp = ndimage.maximum_filter(steps, 3)[edge] > max(0.5 * difference, 0.1)
    return are_sharp.mean() > _SHARP


def _smallest_rectangle(page: np.ndarray) -> tuple[float, float]:
    """The shorter and the longer side of the smallest rectangle around a shape, turned as may be."""
    edge = np.argwhere(page & ~ndimage.binary_erosion(page))
    angles = np.deg2rad(np.arange(0, 90, 3))
    along = np.ptp(edge @ [np.cos(angles), np.sin(angles)], axis=0) + 1
    across = np.ptp(edge @ [-np.sin(angles), np.cos(angles)], axis=0) + 1
    smallest = np.argmin(along * across)
    first, second = sorted((float(along[smallest]), float(across[smallest])))
    return first, second


def _filled_up(image: np.ndarray, page: np.ndarray) -> np.ndarray:
    """A picture in which each place beyond the page looks like the nearest place on it.

    Args:
        image: float32, shape (rows, columns, 3).
        page: bool, the same area in fewer pixels.
    """
    rows, columns = image.shape[:2]
    mask = np.asarray(Image.fromarray(page).resize((columns, rows), Image.Resampling.NEAREST))
    if mask.all():
        return image
    nearest = ndimage.distance_transform_edt(~mask, return_distances=False, return_indices=True)
    return image[tuple(nearest)]
