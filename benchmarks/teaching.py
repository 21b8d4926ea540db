"""A network that teaches others: it says what it reads in distorted copies of the training images.

The others learn from the copies and the teacher's probabilities for them, not from labels; this is called
distillation. What is known of the labels is in these probabilities. The idea is that of G. Hinton, O. Vinyals and
J. Dean, "Distilling the knowledge in a neural network", arXiv 1503.02531.
"""

import concurrent.futures
import os

import numpy as np

COPIES = 20
_AT_ONCE = 2_500


def distorted_copies(images, copies: int, distortion: dict, seed: int) -> np.ndarray:
    """Each image in so many distorted copies: uint8, shape (copies * images, 784), the first copy of all images first.

    Args:
        images: float32 between 0 and 1, shape (images, 784).
        copies: of each image.
        distortion: the strengths that ``RandomDistortion`` takes.
        seed: decides the distortions.
    """
    from digits.training import RandomDistortion

    distort = RandomDistortion(**distortion, seed=seed)
    result = np.empty((copies, *images.shape), dtype=np.uint8)
    for copy in result:
        for first in range(0, len(images), _AT_ONCE):
            part = slice(first, first + _AT_ONCE)
            copy[part] = as_bytes(distort(images[part], training=True).numpy())
    return result.reshape(-1, images.shape[1])


def as_bytes(images) -> np.ndarray:
    """Images between 0 and 1 as the taught networks take them: uint8, 255 for 1."""
    return np.rint(255 * images).astype(np.uint8)


def answers(teachers, copies) -> np.ndarray:
    """What the runs of a network read in copies, as a vote: float32, shape (copies, 10), the means of probabilities.

    Args:
        teachers: a :class:`digits.training.Runs` that takes float32 images of shape (images, 784).
        copies: uint8, shape (copies, 784).
    """
    networks = [teachers.trained(seed) for seed in teachers.seeds]

    def vote(first: int) -> np.ndarray:
        part = copies[first : first + _AT_ONCE] / np.float32(255)
        return np.mean([network(part, training=False).numpy() for network in networks], axis=0)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return np.concatenate(list(pool.map(vote, range(0, len(copies), _AT_ONCE))))
