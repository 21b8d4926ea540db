"""What may happen to a digit on its way to a network: it is moved, turned, soiled, written thickly, partly covered.

Nothing here trains: the functions disturb images that a trained network is asked about.
"""

from collections.abc import Callable

import numpy as np
from scipy import ndimage

_SEED = 0  # noise and squares are the same at every call

# From an image's place among all, the step that moves it: right, left, down or up.
_DIRECTIONS = ((0, 1), (0, -1), (1, 0), (-1, 0))


def moved(images: np.ndarray, pixels: int) -> np.ndarray:
    """Each image moved right, left, down or up by so many pixels.

    All functions here take and return float32 images of shape (images, 28, 28), 0 for paper and 1 for ink.
    """
    result = np.empty_like(images)
    for number, (down, right) in enumerate(_DIRECTIONS):
        step = (0, down * pixels, right * pixels)
        result[number::4] = ndimage.shift(images[number::4], step, order=0)
    return result


def turned(images: np.ndarray, degrees: float) -> np.ndarray:
    """Every other image turned to the left, the others to the right."""
    result = np.empty_like(images)
    for number, angle in enumerate((degrees, -degrees)):
        result[number::2] = ndimage.rotate(
            images[number::2], angle, axes=(1, 2), reshape=False, order=1
        )
    return result


def noisy(images: np.ndarray, strength: float) -> np.ndarray:
    """Normal noise of this standard deviation on every pixel, cut off at 0 and 1."""
    noise = np.random.default_rng(_SEED).normal(scale=strength, size=images.shape)
    return np.clip(images + noise, 0, 1).astype(np.float32)


def thickened(images: np.ndarray, pixels: int) -> np.ndarray:
    """Strokes so many pixels thicker, or thinner if negative: the darkest or lightest value of a window."""
    window = (1, abs(pixels) + 1, abs(pixels) + 1)
    if pixels < 0:
        return ndimage.grey_erosion(images, size=window)
    return ndimage.grey_dilation(images, size=window)


def occluded(images: np.ndarray, side: int) -> np.ndarray:
    """A white square of this side laid over each image, somewhere in its middle 20 x 20 pixels."""
    result = images.copy()
    corners = np.random.default_rng(_SEED).integers(4, 25 - side, size=(len(images), 2))
    for image, (row, column) in zip(result, corners, strict=True):
        image[row : row + side, column : column + side] = 0
    return result


# By kind: the function, and how strongly it disturbs, from not at all to most.
KINDS: dict[str, tuple[Callable[..., np.ndarray], list[float]]] = {
    "shift (pixels)": (moved, [0, 1, 2, 3, 4]),
    "rotation (degrees)": (turned, [0, 10, 20, 30, 40]),
    "noise (standard deviation)": (noisy, [0, 0.15, 0.3, 0.45, 0.6]),
    "stroke thickness (pixels added)": (thickened, [-1, 0, 1, 2, 3]),
    "white square (side in pixels)": (occluded, [0, 4, 6, 8, 10]),
}
