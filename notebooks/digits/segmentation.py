"""Digits in a picture's ink, told from each other, in reading order. No TensorFlow is imported."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from .preparation import STANDARD, Preparation
from .strokes import Part, strokes_in


@dataclass(frozen=True)
class Digit:
    """One digit in a picture.

    Attributes:
        ink: float32, shape (rows, columns), 0 for paper to 1 for ink; cropped to the digit.
        top, left: where the crop begins, in pixels of the picture's working size.
    """

    ink: np.ndarray
    top: int
    left: int


def find_digits(ink: np.ndarray, preparation: Preparation = STANDARD) -> list[Digit]:
    """Separate the digits: connected strokes, with their detached parts, in reading order.

    Args:
        ink: from :func:`digits.paper.ink_of`, float32, shape (rows, columns), 0 for paper to 1 for ink.
        preparation: how.

    Returns:
        At least one digit.

    Raises:
        ValueError: nothing on it is as large as a digit.
    """
    if "lines and specks dropped" in preparation.without:
        return [_all_of_it(ink, preparation)]
    parts, labels = strokes_in(ink, preparation)
    if not parts:
        raise ValueError("No digit was found: there are only lines or specks on the paper.")
    tallest = max(part.height for part in parts)
    if tallest < max(5, preparation.smallest_digit * max(ink.shape)):
        raise ValueError("No digit was found: what there is on the paper is too small.")
    most = max(part.area for part in parts)
    parts = [part for part in parts if part.area >= preparation.smallest_part * most]
    digits = []
    for group in _groups(parts, tallest):
        top, bottom, left, right = _extent(group)
        if bottom - top < 0.25 * tallest:
            continue  # a comma, a dash
        around = slice(max(top - 2, 0), bottom + 2), slice(max(left - 2, 0), right + 2)
        belongs = ndimage.binary_dilation(
            np.isin(labels[around], [part.number for part in group]), iterations=2
        )
        digits.append(Digit(np.where(belongs, ink[around], 0), around[0].start, around[1].start))
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
