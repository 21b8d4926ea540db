"""What travels from one stage of the pipeline to the next, where it is more than one array."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Paper:
    """A page, and what it would look like without any ink.

    Attributes:
        page: the page a little smoothed, float32, shape (rows, columns, 3), red, green and blue from 0 to 1.
        bare: the paper's colour at each place, of the same shape; or shape (3,), where one colour serves all places.
    """

    page: np.ndarray
    bare: np.ndarray


@dataclass(frozen=True)
class Part:
    """One connected part of the ink.

    Attributes:
        number: its number in the labelled picture.
        top, bottom, left, right: the rows and columns from which and before which it lies.
        mask: bool, shape (bottom - top, right - left), where it is within these.
        contact: the share that it covers of the picture's top, bottom, left and right side.
    """

    number: int
    top: int
    bottom: int
    left: int
    right: int
    mask: np.ndarray
    contact: np.ndarray

    @property
    def height(self) -> int:
        """In pixels."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """In pixels."""
        return self.right - self.left

    @property
    def area(self) -> int:
        """In pixels."""
        return int(self.mask.sum())


@dataclass(frozen=True)
class Strokes:
    """The ink, and which connected parts of it a pen has written.

    Attributes:
        ink: float32, shape (rows, columns), 0 for paper to 1 for ink; lines and specks are still on it.
        labels: whole numbers of the same shape: to which part each place belongs, 0 for none.
        parts: the parts of digits; None where nobody looked for them, and all ink is taken for one digit.
    """

    ink: np.ndarray
    labels: np.ndarray
    parts: tuple[Part, ...] | None


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
