"""Fifth stage: which connected parts of the ink are a pen's strokes, not lines, frames, tables, shadows or squares."""

import numpy as np
from scipy import ndimage
from skimage import measure

from .between import Strokes
from .preparation import Preparation
from .printed import FAINTEST_LINE, ruled_lines, without_frames
from .regions import (
    Region,
    contacts,
    is_cropped_to,
    place_of,
    regions_of,
    side_of,
    sides,
    size_of,
    stroke_width,
)

# Less ink than this, out of 1, is no pen's stroke where other marks are stronger; but beside one, it may be a faint
# part of the same digit, if it is a stroke of such a width, out of 1 for the others'.
_FAINT, _FAINT_WIDTH = 0.74, (0.3, 2.0)
# In a picture of few pixels, thin strokes differ in strength by chance: so much less is enough, out of 1.
_OF_FEW_PIXELS = 0.7
# What lies on ruled lines for the most part belongs to them, and so does what is no thicker than they are.
_ON_LINES, _THICKER_THAN_LINES = 0.75, 1.1
# What lies within so much of a side of the picture, out of 1 for its longer side, is left from the table.
_SLIVER = 0.02


def strokes_in(ink: np.ndarray, preparation: Preparation) -> Strokes:
    """The parts of digits in a picture.

    Args:
        ink: from :func:`digits.handwriting.ink.ink_of`, float32, shape (rows, columns), 0 for paper to 1 for ink.
        preparation: how.

    Raises:
        ValueError: there are only lines, tables, shadows and specks.
    """
    if "lines and specks dropped" in preparation.without:
        return Strokes(ink, measure.label(ink > preparation.stroke_above), None)
    if "frames left out" not in preparation.without:
        ink = without_frames(ink)
    on_lines, is_ruled = ruled_lines(ink)
    if "faint parts kept" not in preparation.without:
        ink = _with_faint_parts(ink, ~on_lines, preparation)
    is_cut_out = max(ink.shape) <= preparation.smallest_side
    level = preparation.stroke_above * (_OF_FEW_PIXELS if is_cut_out else 1)
    labels = measure.label(ink > level)
    parts = _parts_of_digits(ink, labels, regions_of(labels))
    if is_ruled and not is_cut_out:
        thinnest = _THICKER_THAN_LINES * stroke_width(on_lines & (ink > level))
        parts = [
            part
            for part in parts
            if stroke_width(part.image) > thinnest
            and on_lines[place_of(part)][part.image].mean() < _ON_LINES
        ]
    if not parts:
        raise ValueError("No digit was found: there are only lines or specks on the paper.")
    return Strokes(ink, labels, tuple(parts))


def _with_faint_parts(ink: np.ndarray, free: np.ndarray, preparation: Preparation) -> np.ndarray:
    """Ink in which a stroke that goes on faintly, or lies faintly beside another, is as strong as the others."""
    marks = ink > preparation.stroke_above
    beyond = free & (ink > FAINTEST_LINE) & ~ndimage.maximum_filter(marks, 5)
    if not beyond.any() or not marks.any():
        return ink
    width = stroke_width(marks)
    may_fade = (
        max(ink.shape) > preparation.smallest_side
    )  # a picture of few pixels is a cut out digit
    if may_fade:  # as shadows do, at the border
        labels = measure.label(marks)
        marks = marks & ~np.isin(labels, np.concatenate(sides(labels)))
    near = ndimage.maximum_filter(marks, 2 * round(2 + width) + 1)
    is_faint = np.zeros_like(marks)
    for part in regions_of(measure.label(beyond)):
        place = place_of(part)
        thin, thick = (factor * width for factor in _FAINT_WIDTH)
        is_stroke = part.area > width**2 and thin < stroke_width(part.image) < thick
        at_border = may_fade and contacts(part, ink.shape).any()
        if is_stroke and not at_border and near[place][part.image].any():
            is_faint[place] |= part.image
    if not is_faint.any():
        return ink
    usual = np.quantile(ink[is_faint], 0.75)
    is_faint = ndimage.maximum_filter(is_faint, 7) & (ink > FAINTEST_LINE)
    return np.where(is_faint, np.maximum(ink, (ink / usual).clip(0, 1)), ink)


def _parts_of_digits(ink: np.ndarray, labels: np.ndarray, parts: list[Region]) -> list[Region]:
    """Those parts that belong to digits; none if there are only lines, tables and shadows."""
    shape = ink.shape
    parts = [part for part in parts if not _is_net(part) and not _is_faint(part, ink)]
    cropped = [part for part in parts if is_cropped_to(part, shape)]
    if cropped and not _are_squares(cropped, labels):
        return cropped
    parts = [
        part
        for part in parts
        if not _is_line_or_border(part, shape)
        and not (contacts(part, shape).any() and _is_shadow(part, labels, ink))
    ]
    return [] if _are_squares(parts, labels) else _without_margins(parts, shape)


def _is_line_or_border(part: Region, shape: tuple[int, int]) -> bool:
    """Whether it is a ruled line, a table's edge or a shadow along a side."""
    height, width = size_of(part)
    along = contacts(part, shape)
    touches = np.count_nonzero(along)
    side = side_of(shape)
    thin = min(height, width) < 0.06 * side
    crosses = [
        extent >= 0.9 * length > 0.3 * max(shape)  # a strip is crossed by each digit
        for extent, length in zip((height, width), shape, strict=True)
    ]
    if any(crosses) and (thin or touches >= 2):
        return bool(thin or touches >= 3 or part.extent > 0.9)
    top, left, bottom, right = part.bbox
    within = _SLIVER * side  # of a border, as a sliver of the table
    if min(bottom, right, shape[0] - top, shape[1] - left) < within:
        return True
    return bool(touches and thin and max(height, width) > 0.3 * side)


def _is_net(part: Region) -> bool:
    """Whether it has more holes than any digit, as printed squares have."""
    if part.euler_number > -6:
        return False
    holes = np.bincount(measure.label(~np.pad(part.image, 1), connectivity=1).ravel())
    # Small ones are where a pencil left out the paper's grain; the first is what lies around it.
    return bool(np.count_nonzero(holes[2:] > max(16, 0.001 * part.image.size)) > 6)


def _is_faint(part: Region, ink: np.ndarray) -> bool:
    """Whether even its strongest tenth is weaker than the pen's strokes are, as printed lines are beside them."""
    return bool(np.quantile(ink[place_of(part)][part.image], 0.9) < _FAINT)


def _is_shadow(part: Region, labels: np.ndarray, ink: np.ndarray) -> bool:
    """Whether it fades away slowly, as the pen's strokes do not: a little beyond its edge there is still some of it."""
    width = max(4, round(0.12 * size_of(part)[0]))
    top, left, bottom, right = part.bbox
    around = (
        slice(max(top - width, 0), bottom + width),
        slice(max(left - width, 0), right + width),
    )
    distance = ndimage.distance_transform_edt(labels[around] != part.label)
    beyond = (distance > width - 1) & (distance <= width) & (labels[around] == 0)
    return bool(beyond.any()) and np.mean(ink[around][beyond] > 0.02) > 0.5


def _are_squares(parts: list[Region], labels: np.ndarray) -> bool:
    """Whether the larger parts are lines of squared paper: several run out of the picture on each of its sides."""
    most = max((part.area for part in parts), default=0)
    large = {part.label for part in parts if part.area >= 0.02 * most}
    return all(len(large.intersection(side.tolist())) >= 2 for side in sides(labels))


def _without_margins(parts: list[Region], shape: tuple[int, int]) -> list[Region]:
    """Parts without those that fill a corner or bulge in from a side, and without others that lean against one."""
    leaning = {part.label: _leans_against(part, shape) for part in parts}
    parts = [part for part in parts if len(leaning[part.label]) < 2 and not _bulges_in(part, shape)]
    free = [part for part in parts if not leaning[part.label]]
    tallest_free = max((size_of(part)[0] for part in free), default=0)
    tallest = max((size_of(part)[0] for part in parts), default=1)
    return free if tallest_free >= 0.2 * tallest else parts


def _bulges_in(part: Region, shape: tuple[int, int]) -> bool:
    """Whether it is an area, not a stroke, that lies along a side with most of its length."""
    height, width = size_of(part)
    thick = stroke_width(part.image) > 0.5 * min(height, width)
    return bool(thick and contacts(part, shape).max() > 0.5 * max(height, width))


def _leans_against(part: Region, shape: tuple[int, int]) -> set[int]:
    """The axes of the sides along which at least half of the part's own extent lies: 0 for the left and right."""
    height, width = size_of(part)
    leans = contacts(part, shape) >= 0.5 * np.array([width, width, height, height])
    return {axis for axis, does in zip((1, 1, 0, 0), leans, strict=True) if does}
