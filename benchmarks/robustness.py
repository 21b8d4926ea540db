"""How many disturbed digits networks misread, from five seeds each; run by experiments.py.

The disturbances are those of notebook 07, ever stronger, on the same 2,000 test images. The softmax baseline and the
own network are those that the series saved. The others are trained on all training images, as in stronger.py.
"""

import numpy as np
import stronger
from digits.dataset import disturbances

SEEDS = range(5)
SAVED = ("baseline-softmax", "own")
NETWORKS = (*SAVED, "deep", "deep-undistorted", "conv-undistorted", "conv")
IMAGES = 2000


def settings() -> list[dict]:
    """One row per kind and level of disturbance, network and seed."""
    return [
        {"kind": kind, "level": level, "network": network, "seed": seed}
        for kind, (_, levels) in disturbances.KINDS.items()
        for level in levels
        for network in NETWORKS
        for seed in SEEDS
    ]


def measure(settings: list[dict]) -> list[dict]:
    """Count each network's mistakes on disturbed test images.

    Returns:
        For each setting the number of ``errors`` among 2,000 images.
    """
    from digits import training
    from digits.store import artifacts

    data, test = artifacts.load_arrays("preprocessed.npz"), artifacts.load_arrays("test_set.npz")
    images, labels = watched(test["images"], test["labels"])
    found = {}
    for network in NETWORKS:
        if network in SAVED:
            runs = training.load_runs(network)
        else:
            runs = stronger.train(network, SEEDS, data["images"], data["labels"])
        for (kind, level, seed), errors in errors_of(runs, images, labels).items():
            found[kind, level, network, seed] = {"errors": errors}
    return [found[one["kind"], one["level"], one["network"], one["seed"]] for one in settings]


def watched(images, labels) -> tuple[np.ndarray, np.ndarray]:
    """The test images that are disturbed, shape (2000, 28, 28), and their labels, shape (2000,)."""
    chosen = np.random.default_rng(0).permutation(len(labels))[:IMAGES]
    return images[chosen].reshape(-1, 28, 28), labels[chosen]


def errors_of(runs, images, labels) -> dict[tuple[str, float, int], int]:
    """By kind and level of disturbance and seed, how many images a run misreads.

    Args:
        runs: a :class:`digits.training.Runs`.
        images: undisturbed, float32, shape (images, 28, 28).
        labels: digits, shape (images,).
    """
    errors = {}
    for kind, (disturb, levels) in disturbances.KINDS.items():
        for level in levels:
            scores = runs.scores(disturb(images, level).reshape(-1, 784))
            wrong = scores.argmax(axis=2) != labels
            for seed, count in zip(runs.seeds, wrong.sum(axis=1), strict=True):
                errors[kind, level, seed] = int(count)
    return errors
