"""Seventh stage: each digit as MNIST's were made.

How MNIST was made (LeCun, Bottou, Bengio and Haffner 1998): each digit was scaled into 20 x 20 pixels keeping its
aspect, with grey levels from anti-aliasing, and placed into 28 x 28 so that its centre of mass lies in the middle.
Measured, that is row and column 14, counted from 0 (13.50 to 14.50, 14.00 on average), half a pixel beyond the middle.
"""

import numpy as np
import skimage
from PIL import Image
from scipy import ndimage

from .between import Digit
from .preparation import STANDARD, Preparation
from .regions import box_of, signed_distance, stroke_width
from .resizing import resized_to

# Pixels on a digit's longer side in which its strokes are measured: several times as many as they end up in; and how
# many of them a stroke covers that is not fine.
_ENOUGH, _FINE = 80, 2.0
# The row and the column in which MNIST's centres of mass lie, but for rounding.
_CENTRE = 14.0


def all_like_mnist(digits: list[Digit], preparation: Preparation) -> list[np.ndarray]:
    """Each digit of :func:`digits.handwriting.segmentation.find_digits` as :func:`like_mnist` shows it."""
    return [like_mnist(digit.ink, preparation) for digit in digits]


def like_mnist(ink: np.ndarray, preparation: Preparation = STANDARD) -> np.ndarray:
    """One digit as MNIST shows it: strokes of its thickness, within 20 x 20 pixels, centred by mass in 28 x 28.

    Args:
        ink: float32, shape (rows, columns), 0 for paper to 1 for ink, one digit.
        preparation: how.

    Returns:
        Float32, shape (28, 28), from 0 to 1.

    Raises:
        ValueError: there is no ink.
    """
    ink = _cropped(ink, preparation)
    if not ink.size:
        raise ValueError("There is no ink in this part of the picture.")
    block = int(max(ink.shape) / _ENOUGH)
    if block > 1:
        # The most ink of each square, where their mean would let a fine line fade.
        is_fine = stroke_width(ink > preparation.stroke_above) < _FINE * block
        ink = skimage.measure.block_reduce(ink, block, np.max if is_fine else np.mean)
    scale = 20 / max(ink.shape)
    thickness = _thickness(ink) * scale
    aim = min(max(thickness, preparation.thinnest), preparation.thickest)
    if aim != thickness and "thickness matched" not in preparation.without:
        ink = _thickened(ink, (aim - thickness) / scale, preparation)
        scale = 20 / max(ink.shape)
    size = max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale))
    if "aspect kept" in preparation.without:
        size = 20, 20
    smooth = "edges smoothed" not in preparation.without
    resampling = Image.Resampling.BILINEAR if smooth else Image.Resampling.NEAREST
    small = resized_to(ink, size[1], size[0], resampling).clip(0, 1)
    small = small / max(small.max(), 1e-6)
    if "centred by mass" in preparation.without:
        top, left = (28 - size[1]) // 2, (28 - size[0]) // 2
    else:
        row, column = ndimage.center_of_mass(small)
        top = int(np.clip(round(_CENTRE - row), 0, 28 - size[1]))
        left = int(np.clip(round(_CENTRE - column), 0, 28 - size[0]))
    result = np.zeros((28, 28), dtype=np.float32)
    result[top : top + size[1], left : left + size[0]] = small
    return result


def _thickness(ink: np.ndarray) -> float:
    """The strokes' thickness in pixels: twice the mean distance of their skeleton from the paper."""
    mask = np.pad(ink > 0.5, 1)
    # Named by its whole path, morphology is imported when it is first used: it takes a while.
    distance = ndimage.distance_transform_edt(mask)[skimage.morphology.skeletonize(mask)]
    return max(2 * float(distance.mean()) - 1, 1.0) if distance.size else 1.0


def _thickened(ink: np.ndarray, pixels: float, preparation: Preparation) -> np.ndarray:
    """Strokes so many pixels thicker (thinner if negative), with soft edges."""
    margin = max(0, int(np.ceil(pixels / 2))) + 1
    mask = np.pad(ink > 0.5, margin)
    result = (0.5 + pixels / 2 + signed_distance(mask)).clip(0, 1).astype(np.float32)
    result = _cropped(result, preparation)
    return result if result.size else ink


def _cropped(ink: np.ndarray, preparation: Preparation) -> np.ndarray:
    """The part that holds all strokes; of size 0 if there are none."""
    return ink[box_of(ink > preparation.stroke_above)]
