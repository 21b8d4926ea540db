"""A vote of five different networks, one run of each of the best candidates; run by experiments.py.

The candidates with the fewest mistakes on validation images are taken, and trained for as many steps as there or a few
more.
"""

import math

import candidates
import numpy as np
from record_networks import Recipe
from records import VOTE

MEMBERS = 5
SEED = 0
ALL_IMAGES, IMAGES_OF_SPLIT = 60_000, 50_000


def settings() -> list[dict]:
    """One row per member, and one for the vote of all."""
    return [{"network": network, "runs": str(SEED)} for network in best()] + [
        {"network": "five different", "runs": VOTE}
    ]


def best() -> list[str]:
    """The names of the convolutional candidates with the fewest validation errors on both splits, the best first."""
    from digits import results

    table = results.experiment("candidates")
    table = table[table["network"].isin(candidates.FROM_LABELS)]
    errors = table.groupby("network", sort=False)["val_errors"].sum()
    return list(errors.sort_values(kind="stable").index[:MEMBERS])


def measure(settings: list[dict]) -> list[dict]:
    """Train a network for each setting that is no vote, and let them read the test images, alone and as a vote.

    Returns:
        For each setting ``parameters``, of the vote those of all members, ``test_accuracy``, and the number of mistakes
        ``test_errors``.
    """
    from digits import training
    from digits.store import artifacts

    data, test = artifacts.load_arrays("preprocessed.npz"), artifacts.load_arrays("test_set.npz")
    names = [one["network"] for one in settings if one["runs"] != VOTE]
    trainings = [
        on_all_images(name).training(data["images"], data["labels"], [SEED]) for name in names
    ]
    scores, sizes = {}, {}
    for name, runs in zip(names, training.train_all(trainings), strict=True):
        scores[name] = runs.scores(test["images"])[0]
        sizes[name] = runs.network.count_params()
    scores["five different"] = np.mean(list(scores.values()), axis=0)
    sizes["five different"] = sum(sizes.values())
    wrong = {name: found.argmax(axis=1) != test["labels"] for name, found in scores.items()}
    return [
        {
            "parameters": sizes[one["network"]],
            "test_accuracy": 1 - float(np.mean(wrong[one["network"]])),
            "test_errors": int(np.sum(wrong[one["network"]])),
        }
        for one in settings
    ]


def on_all_images(name: str) -> Recipe:
    """The recipe of a candidate, with so many epochs that all images give at least as many steps."""
    recipe = candidates.FROM_LABELS[name]
    epochs = math.ceil(recipe.epochs * IMAGES_OF_SPLIT / ALL_IMAGES)
    return Recipe(recipe.network, epochs, recipe.batch_size)
