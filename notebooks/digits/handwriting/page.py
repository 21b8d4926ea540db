"""Second stage: the page alone, at the size that the later stages work with, without the table around a sheet."""

import numpy as np
from PIL import Image
from scipy import ndimage
from skimage import filters, measure

from .between import Box, Page
from .preparation import Preparation
from .regions import sides
from .resizing import reduced, resized, resized_to, sampled

# Pictures up to so many times the working size keep it: to reduce them would break thin lines, and gain little time.
_LITTLE_LARGER = 1.5
# A picture's shorter side is not reduced to fewer pixels than this, which one line of writing needs.
_LINE = 64
# A drawing is reduced until its strokes are so many pixels thick, or its longer side is about so long; and until its
# longer side is about so long in any case.
_STROKE, _SMALLEST_DRAWING, _LARGEST_DRAWING = 5.0, 200, 320
# Paper is even if its border differs so little, out of 1; what differs from it by so much is drawn; and around it
# stays a quarter of its size, and at least so much, out of 1 for the picture's longer side, and so many pixels.
_EVEN, _DRAWN, _MARGIN, _LEAST_MARGIN = 0.03, 0.08, 0.1, 2
# Strokes cover less than this of a page; it is looked at in so many rows at a time.
_MOST_DRAWN, _ROWS = 0.5, 48
# A picture of no more pixels a side is one digit, cut out; if its ink reaches the border, so much paper is laid around
# it, out of 1 for its longer side.
_CUT_OUT, _LAID_AROUND = 32, 0.5
# A sheet is looked for in a picture of this size, where ink hardly counts.
_COARSE_SIDE = 120
# The middle of a square of so many places of that size is paper, whatever specks are on it.
_WITHOUT_INK = 5
# A sheet covers this much of the picture at least, this much of it is bare, it fills so much of a rectangle whose
# sides differ no more than this, and so much of its edge is sharp.
_COVERS, _BARE, _FILLS, _SHORTER_BY_LONGER, _SHARP = 0.2, 0.7, 0.85, 0.45, 0.8


def page_of(image: np.ndarray, preparation: Preparation) -> Page:
    """The page in a picture at the working size: reduced if it is large, enlarged if it has only a few pixels.

    Args:
        image: from :func:`digits.handwriting.pictures.read_image`.
        preparation: how.
    """
    margin = _missing_margin(image)
    sheet = wider = _with_paper_around(image, margin)
    place = _all_of(wider)
    if "page found" not in preparation.without:
        sheet, place = sheet_in(wider)
    drawn = None if "bare margins cut" in preparation.without else _drawn_on(sheet)
    if drawn is None:
        return Page(_at_working_size(sheet, preparation), _box(place, margin, image.shape))
    inner = _with_margin(drawn)
    page = _as_large_as_needed(sheet[inner], drawn[inner], preparation)
    rows, columns = (
        slice(outer.start + within.start, outer.start + within.stop)
        for outer, within in zip(place, inner, strict=True)
    )
    return Page(page, _box((rows, columns), margin, image.shape))


def _missing_margin(image: np.ndarray) -> int:
    """How many pixels of paper a picture lacks on each side: some if it is small and its ink reaches the border."""
    longer = max(image.shape[:2])
    border = np.concatenate(sides(image))
    if longer > _CUT_OUT or np.ptp(border, axis=0).max() <= _EVEN:
        return 0
    return round(_LAID_AROUND * longer)


def _with_paper_around(image: np.ndarray, margin: int) -> np.ndarray:
    """A picture with so many pixels around it, in its lightest or darkest colour, whichever more of its border has."""
    if not margin:
        return image
    by_lightness = image.reshape(-1, 3)[np.argsort(image.sum(axis=2), axis=None)[[0, -1]]]
    distance = [np.linalg.norm(np.concatenate(sides(image)) - one, axis=1) for one in by_lightness]
    paper = by_lightness[int(np.mean(distance[1] < distance[0]) >= 0.5)]
    rows, columns = (side + 2 * margin for side in image.shape[:2])
    wider = np.tile(paper, (rows, columns, 1))
    wider[margin:-margin, margin:-margin] = image
    return wider


def _all_of(image: np.ndarray) -> tuple[slice, slice]:
    return slice(0, image.shape[0]), slice(0, image.shape[1])


def _box(place: tuple[slice, slice], margin: int, shape: tuple[int, ...]) -> Box:
    """Some rows and columns, out of 1 for all of a picture to which a margin was added."""
    (rows, columns), (height, width) = place, shape[:2]
    return (
        (columns.start - margin) / width,
        (rows.start - margin) / height,
        (columns.stop - margin) / width,
        (rows.stop - margin) / height,
    )


def _at_working_size(image: np.ndarray, preparation: Preparation, least: float = 0.0) -> np.ndarray:
    """A picture reduced or enlarged, but reduced by no smaller factor than the least."""
    longer, shorter = max(image.shape[:2]), min(image.shape[:2])
    if longer > _LITTLE_LARGER * preparation.working_side:
        # A strip is as long as its line of writing; what counts is that the line keeps its height.
        factor = max(preparation.working_side / longer, _LINE / shorter)
        return resized(image, factor) if factor < 1 else image
    if longer < preparation.smallest_side:
        return resized(image, preparation.smallest_side / longer, Image.Resampling.BICUBIC)
    return image


def _drawn_on(image: np.ndarray) -> np.ndarray | None:
    """Where something is drawn on paper of one colour: bool, shape (rows, columns); None for other pictures."""
    border = np.concatenate(sides(image))
    paper = np.median(border, axis=0)
    if np.abs(border - paper).max() > _EVEN:
        return None
    drawn = np.zeros(image.shape[:2], dtype=bool)
    line = np.tile(paper, image.shape[1])
    for top in range(0, len(image), _ROWS):  # some rows at a time: large arrays take time to be had
        rows = image[top : top + _ROWS]
        differs = np.abs(rows.reshape(len(rows), -1) - line) > _DRAWN
        differs = differs.reshape(rows.shape)
        drawn[top : top + _ROWS] = differs[:, :, 0] | differs[:, :, 1] | differs[:, :, 2]
    return drawn if 0 < drawn.mean() < _MOST_DRAWN else None


def _with_margin(drawn: np.ndarray) -> tuple[slice, slice]:
    """The rows and columns of what is drawn, and of some bare paper around it."""
    slices = []
    for axis in (0, 1):
        places = np.flatnonzero(drawn.any(axis=1 - axis))
        margin = max(int(_MARGIN * max(drawn.shape)), (places[-1] - places[0]) // 4, _LEAST_MARGIN)
        slices.append(
            slice(max(places[0] - margin, 0), min(places[-1] + margin + 1, drawn.shape[axis]))
        )
    return slices[0], slices[1]


def _as_large_as_needed(
    image: np.ndarray, drawn: np.ndarray, preparation: Preparation
) -> np.ndarray:
    """A drawing reduced by a whole factor: fine lines keep their ink, and fat ones take no time."""
    longer, shorter = max(image.shape[:2]), min(image.shape[:2])
    by_strokes = min(_finest_stroke(drawn) / _STROKE, longer / _SMALLEST_DRAWING)
    factor = int(min(max(by_strokes, longer / _LARGEST_DRAWING), shorter / _LINE))
    if factor > 1:
        return reduced(image, drawn, factor)
    return _at_working_size(image, preparation)


def _finest_stroke(drawn: np.ndarray) -> float:
    """How thick the thinnest of the strokes are, in pixels: across a stroke, its pixels lie in short runs."""
    runs = []
    for lines in (drawn, drawn.T):
        edges = np.diff(np.pad(lines, ((0, 0), (1, 1))).ravel().view(np.int8))
        runs.append(np.flatnonzero(edges < 0) - np.flatnonzero(edges > 0))
    return float(np.quantile(np.concatenate(runs), 0.1))


def sheet_in(image: np.ndarray) -> tuple[np.ndarray, tuple[slice, slice]]:
    """A picture cropped to the sheet in it, and its rows and columns; beyond a turned sheet's edges there is paper.

    Args:
        image: from :func:`digits.handwriting.pictures.read_image`.

    Returns:
        Float32, shape (rows, columns, 3). The picture itself if there is no sheet that ends on two of its sides.
    """
    if max(image.shape[:2]) <= _COARSE_SIDE:
        return image, _all_of(image)
    page = _page_of(_main_contrast(sampled(image, _COARSE_SIDE)))
    if page is None:
        return image, _all_of(image)
    page = ndimage.binary_erosion(page, iterations=2)  # the edge itself is blurred
    box = ndimage.find_objects(page.astype(int))[0]
    rows, columns = (
        slice(extent.start * side // coarse, extent.stop * side // coarse)
        for extent, side, coarse in zip(box, image.shape, page.shape, strict=False)
    )
    return _filled_up(image[rows, columns], page[box]), (rows, columns)


def _main_contrast(image: np.ndarray) -> np.ndarray:
    """A picture in the one grey, or mixture of its colours, in which its places differ most: shape (rows, columns)."""
    differences = (image - image.mean(axis=(0, 1))).reshape(-1, 3)
    _, axes = np.linalg.eigh(differences.T @ differences)
    return image @ (axes[:, -1] / np.abs(axes[:, -1]).sum())


def _page_of(grey: np.ndarray) -> np.ndarray | None:
    """Where the sheet is in a small grey picture, bool of its shape; None if there is none."""
    if np.ptp(grey) < 0.1:
        return None
    threshold = filters.threshold_otsu(grey, 64)
    for lighter in (True, False):
        mask = (grey > threshold) == lighter
        page = _largest_filled(mask) if _may_hold_a_sheet(mask) else None
        if page is not None and _has_a_sheets_edges(page, grey):
            return page
    return None


def _may_hold_a_sheet(mask: np.ndarray) -> bool:
    """Whether a part of a picture is large enough and leaves two sides free: most can be ruled out by this, quickly."""
    return mask.mean() > _BARE * _COVERS and sum(np.mean(side) < 0.6 for side in sides(mask)) >= 2


def _largest_filled(mask: np.ndarray) -> np.ndarray | None:
    """The largest connected part with its ink filled in, if it is mostly bare; None if it is not."""
    labels = measure.label(ndimage.binary_opening(np.pad(mask, 1, mode="edge"))[1:-1, 1:-1])
    if not labels.any():
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
    """A picture in which each place beyond the page looks as the paper does at the nearest place on it.

    Args:
        image: float32, shape (rows, columns, 3).
        page: bool, the same area in fewer pixels.
    """
    rows, columns = image.shape[:2]
    mask = np.asarray(Image.fromarray(page).resize((columns, rows), Image.Resampling.NEAREST))
    if mask.all():
        return image
    coarse = resized_to(image, page.shape[0], page.shape[1], Image.Resampling.BOX)
    coarse = ndimage.median_filter(coarse, (_WITHOUT_INK, _WITHOUT_INK, 1))
    inner = ndimage.binary_erosion(page, iterations=_WITHOUT_INK // 2, border_value=1)
    nearest = ndimage.distance_transform_edt(
        ~(inner if inner.any() else page), return_distances=False, return_indices=True
    )
    paper = resized_to(coarse[tuple(nearest)], rows, columns)
    return np.where(mask[:, :, None], image, paper)
