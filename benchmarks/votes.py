"""What it brings to let several runs vote, or one run look several times; run by experiments.py.

A vote is the mean of probabilities: over five runs of one network, over an image and the same image moved by a pixel in
four directions, or over both. Each way is compared with single runs on the test images. The own network is the one that
the series saved; the others are trained as in stronger.py.
"""

import numpy as np
import stronger
from scipy import ndimage

SEEDS = range(5)
NETWORKS = ("own", "deep", "conv")
# The image as it is, and moved right, left, down and up: rows and columns.
MOVES = ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))
ALL_RUNS = "0-4"
ONE, FIVE, ONE_MOVED, FIVE_MOVED = WAYS = (
    "one run",
    "five runs",
    "one run, moved views",
    "five runs, moved views",
)


def settings() -> list[dict]:
    """One row per network, way to vote and single run that it is compared with.

    A single run votes alone, or over its views, and is compared with the single run of its own seed.
    """
    return [
        {
            "network": network,
            "way": way,
            "runs": ALL_RUNS if way in (FIVE, FIVE_MOVED) else str(seed),
            "against": seed,
        }
        for network in NETWORKS
        for way in WAYS
        for seed in SEEDS
    ]


def measure(settings: list[dict]) -> list[dict]:
    """Let networks vote on the test images.

    Returns:
        For each setting the number of mistakes ``test_errors``, the ``test_loss``, and the numbers of images that the
        vote alone reads right, ``only_it_right``, and the single run alone, ``only_one_right``.
    """
    from digits import training
    from digits.store import artifacts

    data, test = artifacts.load_arrays("preprocessed.npz"), artifacts.load_arrays("test_set.npz")
    found = {}
    for network in NETWORKS:
        if network == "own":
            runs = training.load_runs(network)
        else:
            runs = stronger.train(network, SEEDS, data["images"], data["labels"])
        scores = np.stack([runs.scores(moved(test["images"], *move)) for move in MOVES])
        for (way, seed), row in compare(scores, test["labels"]).items():
            found[network, way, seed] = row
    return [found[one["network"], one["way"], one["against"]] for one in settings]


def moved(images, rows: int, columns: int):
    """Images moved down and to the right, with background coming in: as they came, float32, shape (images, 784)."""
    pictures = images.reshape(-1, 28, 28)
    return ndimage.shift(pictures, (0, rows, columns), order=0).reshape(-1, 784)


def compare(scores, labels) -> dict[tuple[str, int], dict]:
    """How each way to vote does, alone and against single runs.

    Args:
        scores: probabilities, shape (views, runs, images, 10); the first view is the image as it is.
        labels: digits, shape (images,).

    Returns:
        By way and single run the measured columns.
    """
    rows = {}
    for run in range(scores.shape[1]):
        single = scores[0, run]
        voted = {
            ONE: single,
            FIVE: scores[0].mean(axis=0),
            ONE_MOVED: scores[:, run].mean(axis=0),
            FIVE_MOVED: scores.mean(axis=(0, 1)),
        }
        for way, probabilities in voted.items():
            rows[way, run] = _measured(probabilities, single, labels)
    return rows


def _measured(probabilities, single, labels) -> dict:
    """The measured columns of one way to vote against a single run; both have shape (images, 10)."""
    from digits import evaluation

    pair = evaluation.paired_counts(labels, probabilities.argmax(axis=1), single.argmax(axis=1))
    return {
        "test_errors": int(pair.loc["wrong"].sum()),
        "test_loss": evaluation.cross_entropy(labels, probabilities),
        "only_it_right": int(pair.loc["right", "wrong"]),
        "only_one_right": int(pair.loc["wrong", "right"]),
    }
