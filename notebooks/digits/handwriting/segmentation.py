"""Sixth stage: the digits, told from each other, in reading order."""

import itertools
from dataclasses import replace

import numpy as np
from scipy import ndimage
from skimage import graph, measure

from .between import Digit, Strokes
from .preparation import Preparation
from .regions import Region, box_of, side_of, size_of, stroke_width

# A mark is doubtful, and may be several digits that touch, if it is so wide, out of 1 for its height, or for the usual
# width of the marks around it; a digit's usual width, out of 1 for its height.
_WIDE, _WIDER, _USUAL_WIDTH = 0.95, 1.5, 0.65
# Of several ways to part it, one through bare paper is so much cheaper than one through ink.
_BARE = 0.05
# Rows in which a cut is looked for.
_ENOUGH = 60
# What a cut leaves of a neighbour has less ink than this, out of 1 for the digit.
_REST = 0.1
# A mark with fewer pens' widths to its height is a dot.
_DOT = 2.2
# A mark that is less high, out of 1 for its width, may be a dash beside others, and is one.
_DASH, _FLAT = 0.55, 0.35


def find_digits(strokes: Strokes, preparation: Preparation) -> list[Digit]:
    """Separate the digits: connected strokes, with their detached parts, in reading order.

    Args:
        strokes: from :func:`digits.handwriting.strokes.strokes_in`.
        preparation: how.

    Returns:
        At least one digit.

    Raises:
        ValueError: there is too little ink.
    """
    if strokes.parts is None:
        return [_all_of_it(strokes.ink, preparation)]
    least = max(5, preparation.smallest_digit * side_of(strokes.ink.shape))
    groups = _large_enough(_groups(list(strokes.parts)), least, preparation)
    digits = [_cut_out(group, strokes) for group in groups]
    if "signs left out" not in preparation.without:
        digits = [digit for digit in digits if not _is_plus(digit.ink > preparation.stroke_above)]
    if not digits:
        raise ValueError("No digit was found: what there is on the paper is too small.")
    return _in_reading_order([_with_parted(digit, digits) for digit in digits])


def _all_of_it(ink: np.ndarray, preparation: Preparation) -> Digit:
    """All ink as one digit."""
    rows, columns = box_of(ink > preparation.stroke_above)
    if rows.stop == 0:
        raise ValueError("No digit was found: there is too little ink on the paper.")
    return Digit(ink[rows, columns], rows.start, columns.start)


def _groups(parts: list[Region]) -> list[list[Region]]:
    """Parts of one digit: those of which one lies over or close to the other, and is no digit by itself."""
    groups: list[list[Region]] = []
    for part in sorted(parts, key=lambda part: -size_of(part)[0]):
        has_peers = _has_peers(part, parts)
        for group in groups:
            if _belongs_to(part, group, has_peers):
                group.append(part)
                break
        else:
            groups.append([part])
    return groups


def _belongs_to(part: Region, group: list[Region], has_peers: bool) -> bool:
    """Whether a part is a detached part of a digit: a digit's own height says how far away it may lie."""
    top, bottom, left, right = _extent(group)
    upper, first, lower, last = part.bbox
    height, width = size_of(part)
    tallest = bottom - top
    shared = min(right, last) - max(left, first)
    gap = max(upper - bottom, top - lower, 0)
    if gap < 0.05 * tallest and shared > 0.5 * min(width, right - left):
        return True  # broken in two
    if height >= 0.6 * tallest or has_peers:
        return False
    if upper >= bottom and max(height, width) < 0.25 * tallest:  # a dot, as a question mark has
        return bool(gap < 0.45 * tallest and -shared < 0.2 * tallest)
    return bool(
        (gap < 0.25 * tallest and shared > 0.3 * width) or (gap == 0 and -shared < 0.1 * tallest)
    )


def _has_peers(part: Region, parts: list[Region]) -> bool:
    """Whether a part stands in a line with another of about its height, as digits do: then it is no part of one."""
    if not _is_upright(part):
        return False
    upper, first, lower, last = part.bbox
    height = lower - upper
    for other in parts:
        top, left, bottom, right = other.bbox
        gap = max(first - right, left - last)
        overlap = min(bottom, lower) - max(top, upper)
        if (
            -0.3 * height < gap < 1.5 * height
            and 0.6 * height < bottom - top < height / 0.6
            and overlap > 0.6 * min(height, bottom - top)
            and _is_upright(other)
        ):
            return True
    return False


def _is_upright(part: Region) -> bool:
    """Whether a part could be a digit: no dash, and no dot."""
    height, width = size_of(part)
    return bool(height > _DASH * width and height > _DOT * stroke_width(part.image))


def _large_enough(
    groups: list[list[Region]], least: float, preparation: Preparation
) -> list[list[Region]]:
    """Those that are no specks, commas or dashes: beside their neighbours, not beside the tallest mark of the page."""
    largest_parts = [group[0] for group in groups]
    tallest = max(map(_height, groups))
    most = max(part.area for group in groups for part in group)

    def is_large_enough(group: list[Region]) -> bool:
        top, bottom, left, right = _extent(group)
        height = bottom - top
        if height < least or height < _FLAT * (right - left):
            return False
        if _has_peers(group[0], largest_parts):
            return True
        return height >= 0.25 * tallest and group[0].area >= preparation.smallest_part * most

    return [group for group in groups if is_large_enough(group)]


def _cut_out(group: list[Region], strokes: Strokes) -> Digit:
    top, bottom, left, right = _extent(group)
    around = slice(max(top - 2, 0), bottom + 2), slice(max(left - 2, 0), right + 2)
    belongs = np.isin(strokes.labels[around], [part.label for part in group])
    ink = np.where(ndimage.maximum_filter(belongs, 5), strokes.ink[around], 0)
    return Digit(ink, around[0].start, around[1].start)


def _is_plus(mask: np.ndarray) -> bool:
    """Whether a mark is a plus: four arms to the sides, and nothing between them."""
    height, width = mask.shape
    if not 0.5 < height / width < 2:
        return False
    rows, columns = np.nonzero(mask)
    down, along = rows - np.median(rows), columns - np.median(columns)
    is_far = np.hypot(down, along) > stroke_width(mask)
    quarters = np.rad2deg(np.arctan2(down, along))[is_far] / 90
    near = np.round(quarters)
    arms = np.bincount(near.astype(int) % 4, minlength=4)
    is_straight = np.abs(quarters - near) < 0.25
    return bool(is_far.any() and arms.min() > 0.08 * arms.sum() and is_straight.mean() > 0.85)


def _with_parted(digit: Digit, digits: list[Digit]) -> Digit:
    """A mark that is clearly wider than high, or than its neighbours, with its ink as several digits too."""
    height, width = digit.ink.shape
    others = [
        other.ink.shape[1]
        for other in digits
        if other is not digit and 0.5 < other.ink.shape[0] / height < 2
    ]
    usual = max(np.median(others), 0.4 * height) if len(others) > 1 else _USUAL_WIDTH * height
    if width < _WIDE * height and not (
        len(others) > 1 and width > max(_WIDER * usual, 0.75 * height)
    ):
        return digit
    count = max(2, round(width / max(usual, _USUAL_WIDTH * height)))
    edges = [np.zeros(height, int), *_cuts(digit.ink, count), np.full(height, width)]
    column = np.arange(width)
    parted = []
    for left, right in itertools.pairwise(edges):
        within = (column >= left[:, None]) & (column < right[:, None])
        labels = measure.label(within & (digit.ink > 0.5))
        areas = np.bincount(labels.ravel())[1:]
        if not areas.size:
            return digit
        # What the cut left of a neighbour is small.
        own = np.isin(labels, 1 + np.flatnonzero(areas >= _REST * areas.max()))
        ink = np.where(within & ndimage.maximum_filter(own, 3), digit.ink, 0)
        first, last = left.min(), right.max()
        parted.append(Digit(ink[:, first:last], digit.top, digit.left + int(first)))
    return replace(digit, parted=tuple(parted))


def _cuts(ink: np.ndarray, count: int) -> list[np.ndarray]:
    """The paths from top to bottom that part a mark into so many digits and cross the least ink: columns, by row."""
    block = max(1, ink.shape[0] // _ENOUGH)
    coarse = measure.block_reduce(ink, block, np.max)
    height, width = coarse.shape
    cost = np.pad(coarse, ((1, 1), (0, 0))) + _BARE
    cuts = []
    for number in range(1, count):
        first = round((number - 0.35) * width / count)
        last = max(round((number + 0.35) * width / count), first + 1)
        middle = (last - first) // 2
        path, _ = graph.route_through_array(
            cost[:, first:last], (0, middle), (height + 1, middle), geometric=True
        )
        rows, columns = np.transpose(path)
        cut = np.zeros(height + 2, int)
        cut[rows] = columns  # where a path runs along a row, its last place
        cuts.append(block * np.repeat(cut[1:-1] + first, block)[: ink.shape[0]])
    return cuts


def _extent(group: list[Region]) -> tuple[int, int, int, int]:
    """The rows and columns that the parts of one digit take: top, bottom, left, right."""
    tops, lefts, bottoms, rights = zip(*(part.bbox for part in group), strict=True)
    return min(tops), max(bottoms), min(lefts), max(rights)


def _height(group: list[Region]) -> int:
    top, bottom, _, _ = _extent(group)
    return bottom - top


def _in_reading_order(digits: list[Digit]) -> list[Digit]:
    """Line by line from the top, each from left to right: marks stand in a line if they lie beside each other."""
    lines: list[list[Digit]] = []
    for digit in sorted(digits, key=lambda digit: digit.top + digit.ink.shape[0] / 2):
        for line in lines:
            if any(_are_side_by_side(digit, other) for other in line):
                line.append(digit)
                break
        else:
            lines.append([digit])
    return [digit for line in lines for digit in sorted(line, key=lambda digit: digit.left)]


def _are_side_by_side(first: Digit, second: Digit) -> bool:
    (height, _), (other, _) = first.ink.shape, second.ink.shape
    shared = min(first.top + height, second.top + other) - max(first.top, second.top)
    return shared > 0.5 * min(height, other)
