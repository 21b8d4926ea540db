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
from .resizing import resized_to

# Of how many marks few pixels are left, and how many pixels high these are then; some are only black and white,
# which needs more pixels.
_COARSE, _ROWS, _BLACK_AND_WHITE, _ITS_ROWS = 0.35, (8, 24), 0.3, (14, 24)


def through_camera(ink: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """A mark as the pipeline hands it to a network: uint8, shape (28, 28), 0 for paper to 255 for ink.

    Args:
        ink: float32, shape (rows, columns), 0 for paper to 1 for ink.
        generator: decides how coarse the picture is that it comes from, and how soft.
    """
    ink = np.pad(ink, 4)
    if generator.random() < _COARSE:
        only_black_and_white = generator.random() < _BLACK_AND_WHITE
        rows = generator.integers(*(_ITS_ROWS if only_black_and_white else _ROWS))
        ink = _coarse(ink, int(rows), only_black_and_white)
    else:
        ink = ndimage.gaussian_filter(ink, generator.uniform(0.2, 2.0))
    return in_mnist_form(ink)


def in_mnist_form(ink: np.ndarray) -> np.ndarray:
    """A mark in MNIST's form: uint8, shape (28, 28); the strongest ink counts as ink, as in the pipeline."""
    ink = with_contrast(ink / max(usual_strength(ink), 1e-6), STANDARD)
    return np.round(255 * like_mnist(ink)).astype(np.uint8)


def _coarse(ink: np.ndarray, rows: int, only_black_and_white: bool = False) -> np.ndarray:
    """Ink as a picture with few pixels has it, enlarged again as the pipeline enlarges small pictures."""
    height, width = ink.shape
    columns = max(round(width * rows / max(height, 1)), 3)
    few = resized_to(ink, rows, columns, Image.Resampling.BOX)
    if only_black_and_white:
        few = few > 0.4 * few.max()
    return resized_to(few, height, width, Image.Resampling.BICUBIC).clip(0, 1)


def made(make: Callable[[int], np.ndarray], count: int) -> np.ndarray:
    """What a function makes of each number from 0, on as many threads as there are cores: uint8, (count, 28, 28)."""
    return np.stack(on_all_cores(make, range(count)))
