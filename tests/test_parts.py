"""What a part of the ink is taken for, and what of the paper is a shadow: each rule by itself, on plain shapes."""

import numpy as np
import pytest
from digits.handwriting import paper, segmentation, strokes
from skimage import draw, measure


def part_of(mask: np.ndarray):
    """The only part of a mask."""
    (part,) = measure.regionprops(measure.label(mask))
    return part


def box(rows: tuple[int, int], columns: tuple[int, int]) -> np.ndarray:
    """A filled rectangle in a picture of 100 x 100 pixels."""
    mask = np.zeros((100, 100), bool)
    mask[slice(*rows), slice(*columns)] = True
    return mask


def ring(rows: tuple[int, int], columns: tuple[int, int]) -> np.ndarray:
    """The edge of such a rectangle, 5 pixels thick."""
    inner = [(first + 5, last - 5) for first, last in (rows, columns)]
    return box(rows, columns) & ~box(*inner)


def wave() -> np.ndarray:
    """A stroke that goes up and down from the left side to the right one."""
    mask = np.zeros((100, 100), bool)
    for rows, columns in (((60, 35), (0, 33)), ((35, 65), (33, 66)), ((65, 40), (66, 99))):
        mask[draw.line(rows[0], columns[0], rows[1], columns[1])] = True
    return mask | np.roll(mask, 1, axis=0) | np.roll(mask, -1, axis=0)


@pytest.mark.parametrize(
    ("mask", "is_no_digit"),
    [
        (box((40, 60), (0, 100)), True),  # a shadow: it crosses the picture and is filled
        (box((50, 53), (0, 100)), True),  # a ruled line
        (box((0, 100), (48, 51)), True),
        (wave(), False),  # it crosses as well, and is no band
        (box((30, 70), (40, 50)), False),
    ],
    ids=["band", "line across", "line down", "wave", "one"],
)
def test_bands_and_lines_across_the_picture_are_no_digits(mask, is_no_digit):
    """A digit that somebody writes from side to side is not thrown away with them."""
    assert strokes._is_line_or_border(part_of(mask), mask.shape) is is_no_digit


@pytest.mark.parametrize(
    ("mask", "could_be"),
    [
        (box((30, 70), (40, 50)), True),
        (ring((30, 70), (30, 90)), True),  # a wide 0
        (ring((45, 65), (20, 60)), False),  # a dash, whose stroke is thin enough for a digit
        (box((45, 51), (45, 51)), False),  # a dot
    ],
    ids=["one", "wide", "dash", "dot"],
)
def test_dashes_and_dots_are_not_upright(mask, could_be):
    """A dash beside a digit is no second digit that makes a row of it."""
    assert segmentation._is_upright(part_of(mask)) is could_be


def lit_from_one_side(share: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray]:
    """A white page whose left third is lit by these shares of red, green and blue; and the paper as if all were lit."""
    bare = np.full((60, 90, 3), 0.9)
    coarse = bare.copy()
    coarse[:, :30] *= share
    return coarse, bare


@pytest.mark.parametrize(
    ("share", "is_shadow"),
    [
        ((0.6, 0.6, 0.6), True),
        ((0.62, 0.6, 0.66), True),  # daylight in it
        ((0.4, 0.6, 0.8), False),  # blue: something printed
        ((0.1, 0.1, 0.1), False),  # too dark
    ],
    ids=["grey", "bluish", "blue", "black"],
)
def test_shadow_lets_through_some_light_of_every_colour(share, is_shadow):
    """A dark or a coloured area is part of the page, and not its light."""
    assert paper._has_a_shadow(*lit_from_one_side(share)) is is_shadow
