"""MNIST's digits as other pens, papers and cameras would have left them: thinner, fatter, narrower, coarser, broken."""

import numpy as np
from PIL import Image

from . import seen
from .regions import signed_distance, usual_thickness

_FINER = 3  # MNIST's 28 x 28 pixels are enlarged so many times before anything is done to them
_BROKEN, _BRIDGED = 0.12, 0.08  # how many lose a piece of a stroke, and of how many a gap is filled


def altered(image: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """One digit, altered at random, in MNIST's form again.

    Args:
        image: uint8, shape (28, 28), 0 for paper to 255 for ink.
        generator: decides what is done to it.

    Returns:
        uint8, shape (28, 28).
    """
    width = round(28 * _FINER * np.exp(generator.uniform(-0.25, 0.25)))
    large = Image.fromarray(image).resize((width, 28 * _FINER), Image.Resampling.BICUBIC)
    mask = np.asarray(large) > 127
    signed = signed_distance(mask)
    half = max(usual_thickness(signed) / 2, 1)
    thicker = generator.uniform(-0.4 * half, 1.2 * _FINER)  # on each side, in pixels
    ink = (0.5 + signed + thicker).clip(0, 1)
    chance = generator.random()
    if chance < _BROKEN:
        ink = ink * (
            1 - _spot(ink, mask, generator, generator.uniform(0.8, 1.4) * (half + max(thicker, 0)))
        )
    elif chance < _BROKEN + _BRIDGED:
        near = (signed < 0) & (signed > -2.5 * _FINER)
        ink = np.maximum(ink, _spot(ink, near, generator, generator.uniform(0.5, 1.2) * _FINER))
    return seen.through_camera(ink.astype(np.float32), generator)


def _spot(
    ink: np.ndarray, where: np.ndarray, generator: np.random.Generator, radius: float
) -> np.ndarray:
    """A round spot with a soft edge, its middle at one of the places."""
    places = np.argwhere(where)
    middle = places[generator.integers(len(places))]
    rows, columns = np.mgrid[: ink.shape[0], : ink.shape[1]]
    return (0.5 + radius - np.hypot(rows - middle[0], columns - middle[1])).clip(0, 1)


def all_altered(images: np.ndarray, seed: int) -> np.ndarray:
    """All of some digits, each altered by itself; what the n-th becomes depends on it, the seed and n alone.

    Args:
        images: uint8, shape (count, 28, 28).
        seed: decides what is done.

    Returns:
        uint8, shape (count, 28, 28).
    """
    return seen.made(
        lambda number: altered(images[number], np.random.default_rng([seed, number])), len(images)
    )
