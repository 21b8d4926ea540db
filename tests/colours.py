"""How colours look to people: how far apart, with every common kind of colour vision, and how strong on white paper."""

import functools

import numpy as np
from matplotlib.colors import to_rgba
from skimage.color import deltaE_ciede2000, rgb2lab

# Linear red, green and blue as seen without red cones and without green cones: Machado, Oliveira and Fernandes (2009),
# "A Physiologically-based Model for Simulation of Color Vision Deficiency", severity 1.0.
_KINDS_OF_VISION = {
    "all cones": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # of linear red, green and blue

RGB = tuple[float, float, float]


def on_white(colour, alpha: float | None = None) -> RGB:
    """A colour of matplotlib as it looks on white paper: red, green and blue from 0 to 1."""
    *rgb, opacity = to_rgba(colour)
    opacity = opacity if alpha is None else alpha
    return tuple(round(float(1 - opacity * (1 - part)), 4) for part in rgb)


def is_grey(colour: RGB) -> bool:
    """Whether a colour lies between black and white."""
    return max(colour) - min(colour) < 0.002


def _linear(rgb: np.ndarray) -> np.ndarray:
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def _encoded(linear: np.ndarray) -> np.ndarray:
    linear = np.clip(linear, 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def contrast(colour: RGB) -> float:
    """The contrast of a colour on white, as WCAG measures it: 1 for white, 21 for black."""
    return 1.05 / (float(_linear(np.array(colour)) @ _LUMINANCE) + 0.05)


@functools.cache
def distance(one: RGB, other: RGB) -> float:
    """How far two colours lie apart (CIEDE2000) for those who tell them apart worst."""
    linear = _linear(np.array([one, other]))
    seen = [rgb2lab(_encoded(linear @ matrix.T)) for matrix in _KINDS_OF_VISION.values()]
    return min(float(deltaE_ciede2000(*pair)) for pair in seen)
