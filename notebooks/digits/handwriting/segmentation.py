"""Sixth stage: the digits, told from each other, in reading order."""

import numpy as np
from scipy import ndimage

from .between import Digit, Part, Strokes
from .preparation import Preparation


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
    tallest = max(part.height for part in strokes.parts)
    most = max(part.area for part in strokes.parts)
    parts = [part for part in strokes.parts if part.area >= preparation.smallest_part * most]
    digits = []
    for group in _groups(parts, tallest):
        top, bottom, left, right = _extent(group)
        if bottom - top < 0.25 * tallest:
            continue  # a comma, a dash
        around = slice(max(top - 2, 0), bottom + 2), slice(max(left - 2, 0), right + 2)
        belongs = ndimage.binary_dilation(
            np.isin(strokes.labels[around], [part.number for part in group]), iterations=2
        )
        ink = np.where(belongs, strokes.ink[around], 0)
        digits.append(Digit(ink, around[0].start, around[1].start))
    return _in_reading_order(digits)


def _all_of_it(ink: np.ndarray, preparation: Preparation) -> Digit:
    """All ink as one digit."""
    boxes = ndimage.find_objects((ink > preparation.stroke_above).astype(int))
    if not boxes:
        raise ValueError("No digit was found: there is too little ink on the paper.")
    rows, columns = boxes[0]
    return Digit(ink[rows, columns], rows.start, columns.start)


def _groups(parts: list[Part], tallest: int) -> list[list[Part]]:
    """Parts of one digit: those of which one lies over or close to the other."""
    groups: list[list[Part]] = []
    for part in sorted(parts, key=lambda part: -part.height):
        for group in groups:
            top, bottom, left, right = _extent(group)
            shared = min(right, part.right) - max(left, part.left)
            gap = max(part.top - bottom, top - part.bottom, 0)
            small = part.height < 0.6 * tallest
            over = gap < 0.25 * tallest and shared > 0.3 * part.width
            beside = gap == 0 and -shared < 0.1 * tallest
            broken = gap < 0.05 * tallest and shared > 0.5 * min(part.width, right - left)
            if (small and (over or beside)) or broken:
                group.append(part)
                break
        else:
            groups.append([part])
    return groups


def _extent(group: list[Part]) -> tuple[int, int, int, int]:
    """The rows and columns that the parts of one digit take: top, bottom, left, right."""
    return (
        min(part.top for part in group),
        max(part.bottom for part in group),
        min(part.left for part in group),
        max(part.right for part in group),
    )


def _in_reading_order(digits: list[Digit]) -> list[Digit]:
    """Line by line from the top, each from left to right."""
    lines: list[list[Digit]] = []
    for digit in sorted(digits, key=lambda digit: digit.top + digit.ink.shape[0] / 2):
        middle = digit.top + digit.ink.shape[0] / 2
        if lines and middle < max(other.top + 0.75 * other.ink.shape[0] for other in lines[-1]):
            lines[-1].append(digit)
        else:
            lines.append([digit])
    return [digit for line in lines for digit in sorted(line, key=lambda digit: digit.left)]
