"""How small a change makes networks misread test images, from five seeds each; run by experiments.py.

The change is searched for as in notebook 07, on random images of those that all runs read right. As a control, changes
of the same lengths go in random directions. The networks are those of robustness.py.
"""

import numpy as np
import stronger
from robustness import NETWORKS, SAVED, SEEDS

IMAGES = 200


def settings() -> list[dict]:
    """One row per network and seed."""
    return [{"network": network, "seed": seed} for network in NETWORKS for seed in SEEDS]


def measure(settings: list[dict]) -> list[dict]:
    """Fool each run of each network.

    Returns:
        For each setting what :func:`fool` measured on 200 images.
    """
    from digits import training
    from digits.store import artifacts

    data, test = artifacts.load_arrays("preprocessed.npz"), artifacts.load_arrays("test_set.npz")
    images, labels = test["images"], test["labels"].astype(int)
    of_networks = {
        network: training.load_runs(network)
        if network in SAVED
        else stronger.train(network, SEEDS, data["images"], data["labels"])
        for network in NETWORKS
    }
    is_right = np.ones(len(labels), dtype=bool)
    for runs in of_networks.values():
        is_right &= (runs.scores(images).argmax(axis=2) == labels).all(axis=0)
    rows = np.random.default_rng(0).permutation(np.flatnonzero(is_right))[:IMAGES]
    return [
        fool(
            of_networks[one["network"]].trained(one["seed"]),
            images[rows],
            labels[rows],
            NETWORKS.index(one["network"]) * len(SEEDS) + one["seed"],
        )
        for one in settings
    ]


def fool(network, originals, digits, seed: int) -> dict:
    """How long the changes are that make a network misread images, and what random ones of these lengths do.

    Args:
        network: a Keras model that reads all of the images right.
        originals: float32, shape (images, 784), 0 to 1.
        digits: their labels, shape (images,).
        seed: of the random directions.

    Returns:
        ``misread``, the share of changed images that it misreads; the changes' mean ``length``, and ``share``, the mean
        of their lengths divided by the digits'; ``misread_at_random``, the share that it misreads after random changes.
    """
    from digits import training

    def misread(changed) -> float:
        return np.mean(network(changed, training=False).numpy().argmax(axis=1) != digits)

    changed = training.fooled(network, originals, digits)
    lengths = np.linalg.norm(changed - originals, axis=1)
    return {
        "misread": misread(changed),
        "length": lengths.mean(),
        "share": np.mean(lengths / np.linalg.norm(originals, axis=1)),
        "misread_at_random": misread(at_random(originals, lengths, seed)),
    }


def at_random(originals, lengths, seed: int):
    """Images changed in random directions by the lengths, shape (images,), with all pixels between 0 and 1."""
    directions = np.random.default_rng(seed).normal(size=originals.shape)
    for _ in range(20):  # cutting off at 0 and 1 shortens a change: until it is as long
        changed = np.clip(originals + directions, 0, 1).astype(np.float32)
        actual = np.linalg.norm(changed - originals, axis=1)
        directions *= (lengths / actual)[:, np.newaxis]
    return changed
