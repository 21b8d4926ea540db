"""What travels from one stage of the pipeline to the next, where it is more than one array."""

from dataclasses import dataclass

import numpy as np

from .regions import Region

# Left, top, right and bottom, out of 1 for a picture's width and height.
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Page:
    """The page in a picture.

    Attributes:
        image: float32, shape (rows, columns, 3), red, green and blue from 0 to 1.
        box: where it lies in the picture.
    """

    image: np.ndarray
    box: Box


@dataclass(frozen=True)
class Paper:
    """A page, and what it would look like without any ink.

    Attributes:
        page: float32, shape (rows, columns, 3), red, green and blue from 0 to 1.
        bare: the paper's colour over the same area in fewer places, float, shape (rows, columns, 3).
    """

    page: np.ndarray
    bare: np.ndarray


@dataclass(frozen=True)
class Strokes:
    """The ink, and which connected parts of it a pen has written.

    Attributes:
        ink: float32, shape (rows, columns), 0 for paper to 1 for ink; lines and specks are still on it.
        labels: whole numbers of the same shape: to which part each place belongs, 0 for none.
        parts: the parts of digits, as :mod:`digits.handwriting.regions` describes them; None where nobody looked for
            them, and all ink is taken for one digit.
    """

    ink: np.ndarray
    labels: np.ndarray
    parts: tuple[Region, ...] | None


@dataclass(frozen=True)
class Digit:
    """One digit in a picture.

    Attributes:
        ink: float32, shape (rows, columns), 0 for paper to 1 for ink; cropped to the digit.
        top, left: where the crop begins, in pixels of the picture's working size.
        parted: the same ink as several digits, from left to right, if it may be some that touch; else empty.
    """

    ink: np.ndarray
    top: int
    left: int
    parted: tuple["Digit", ...] = ()


@dataclass(frozen=True)
class Mark:
    """A mark that may be a digit, as a network sees it.

    Attributes:
        image: float32, shape (28, 28), 0 for paper to 1 for ink.
        box: where it is in the upright picture.
        parts: the same ink as several digits, from left to right, if it may be some that touch; else empty.
    """

    image: np.ndarray
    box: Box
    parts: tuple["Mark", ...] = ()
