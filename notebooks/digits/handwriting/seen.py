"""What becomes of ink before a network sees it: a camera or a scanner with few pixels, then MNIST's form.

The generators' marks and MNIST's own digits go through this before the reading network learns from them.
"""

from collections.abc import Callable

import numpy as np
from PIL import Image
from scipy import ndimage

from ..basics.cores import on_all_cores
from .ink import usual_strength, with_contrast
from .mnist_form import like_mnist
from .preparation import STANDARD
from .regions import box_of
from .resizing import resized, resized_to

# Of how many marks few pixels are left, and how many pixels high these are then; some are only black and white,
# which needs more pixels.
_COARSE, _ROWS, _BLACK_AND_WHITE, _ITS_ROWS = 0.4, (7, 22), 0.35, (11, 22)
# How many of these are stretched towards a square, as old collections have them, and how many times at most.
_STRETCHED, _MOST_STRETCHED = 0.4, 2.5
# They are enlarged to so many pixels; paper around them has so many of their own.
_ENLARGED_TO, _PAPER_AROUND = 84, 2


def through_camera(ink: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """A mark as the pipeline hands it to a network: uint8, shape (28, 28), 0 for paper to 255 for ink.

    Args:
        ink: float32, shape (rows, columns), 0 for paper to 1 for ink.
        generator: decides how coarse the picture is that it comes from, and how soft.
    """
    if generator.random() < _COARSE:
        return in_mnist_form(_coarse(ink, generator))
    return in_mnist_form(ndimage.gaussian_filter(np.pad(ink, 4), generator.uniform(0.2, 2.0)))


def in_mnist_form(ink: np.ndarray) -> np.ndarray:
    """A mark in MNIST's form: uint8, shape (28, 28); the strongest ink counts as ink, as in the pipeline."""
    ink = with_contrast(ink / max(usual_strength(ink), 1e-6), STANDARD)
    return np.round(255 * like_mnist(ink)).astype(np.uint8)


def _coarse(ink: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """A mark as a picture with few pixels has it: cut out closely, and enlarged as the pipeline enlarges these."""
    ink = ink[box_of(ink > 0.3 * ink.max())]
    height, width = ink.shape
    only_black_and_white = generator.random() < _BLACK_AND_WHITE
    rows = int(generator.integers(*(_ITS_ROWS if only_black_and_white else _ROWS)))
    columns = width * rows / height
    if generator.random() < _STRETCHED:
        wider = np.clip(height / width, 1 / _MOST_STRETCHED, _MOST_STRETCHED)
        columns *= wider ** generator.random()
    columns = max(round(columns), 3)
    # Pixels do not begin where the mark does.
    pixel = np.repeat((height / rows, width / columns), 2)
    top, bottom, left, right = (round(share) for share in generator.random(4) * pixel)
    ink = np.pad(ink, ((top, bottom), (left, right)))
    few = resized_to(ink, rows, columns, Image.Resampling.BOX)
    if only_black_and_white:
        few = (few > 0.4 * few.max()).astype(np.float32)
    few = np.pad(few, _PAPER_AROUND)
    return resized(few, _ENLARGED_TO / max(few.shape), Image.Resampling.BICUBIC).clip(0, 1)


def made(make: Callable[[int], np.ndarray], count: int) -> np.ndarray:
    """What a function makes of each number from 0, on as many threads as there are cores: uint8, (count, 28, 28)."""
    return np.stack(on_all_cores(make, range(count)))
