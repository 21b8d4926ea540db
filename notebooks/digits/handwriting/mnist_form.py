"""Seventh stage: each digit as MNIST's were made.

How MNIST was made (LeCun, Bottou, Bengio and Haffner 1998): each digit was scaled into 20 x 20 pixels keeping its
aspect, with grey levels from anti-aliasing, and placed into 28 x 28 so that its centre of mass lies in the middle.
"""

import numpy as np
from PIL import Image
from scipy import ndimage

from .between import Digit
from .preparation import STANDARD, Preparation


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
    scale = 20 / max(ink.shape)
    thickness = _thickness(ink) * scale
    aim = min(max(thickness, preparation.thinnest), preparation.thickest)
    if aim != thickness and "thickness matched" not in preparation.without:
        ink = _thickened(ink, (aim - thickness) / scale, preparation)
        scale = 20 / max(ink.shape)
    size = max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale))
    if "aspect kept" in preparation.without:
        size = 20, 20
    picture = Image.fromarray(np.ascontiguousarray(ink, dtype=np.float32))
    smooth = "edges smoothed" not in preparation.without
    resampling = Image.Resampling.BILINEAR if smooth else Image.Resampling.NEAREST
    small = np.asarray(picture.resize(size, resampling)).clip(0, 1)
    small = small / max(small.max(), 1e-6)
    if "centred by mass" in preparation.without:
        row, column = (size[1] - 1) / 2, (size[0] - 1) / 2
    else:
        row, column = ndimage.center_of_mass(small)
    top = int(np.clip(round(13.5 - row), 0, 28 - size[1]))
    left = int(np.clip(round(13.5 - column), 0, 28 - size[0]))
    result = np.zeros((28, 28), dtype=np.float32)
    result[top : top + size[1], left : left + size[0]] = small
    return result


def _thickness(ink: np.ndarray) -> float:
    """The strokes' thickness in pixels: twice the mean distance of their middle lines from the paper."""
    distance = ndimage.distance_transform_edt(np.pad(ink > 0.5, 1))
    middle = (distance > 0) & (distance >= ndimage.maximum_filter(distance, 3) - 0.25)
    return max(2 * float(distance[middle].mean()) - 1, 1.0) if middle.any() else 1.0


def _thickened(ink: np.ndarray, pixels: float, preparation: Preparation) -> np.ndarray:
    """Strokes so many pixels thicker (thinner if negative), with soft edges."""
    margin = max(0, int(np.ceil(pixels / 2))) + 1
    mask = np.pad(ink > 0.5, margin)
    # Positive outside of the strokes, negative inside, 0 at their edge.
    signed = ndimage.distance_transform_edt(~mask) - ndimage.distance_transform_edt(mask)
    signed += np.where(mask, 0.5, -0.5)
    result = (0.5 + pixels / 2 - signed).clip(0, 1).astype(np.float32)
    result = _cropped(result, preparation)
    return result if result.size else ink


def _cropped(ink: np.ndarray, preparation: Preparation) -> np.ndarray:
    """The part that holds all strokes; of size 0 if there are none."""
    rows, columns = np.nonzero(ink > preparation.stroke_above)
    if not rows.size:
        return ink[:0]
    return ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
