"""What the networks chosen by candidates.py make of the test digits, alone and as a vote; run by experiments.py.

The convolutional network learns from all training images and their labels. Its five runs are then the teacher of a
dense network and of tiny convolutional ones. They vote, too, and so do five different networks, the candidates with the
fewest validation errors.
"""

import candidates
import numpy as np
import teaching
from record_networks import STRONG, Recipe

SEEDS = range(5)
VOTE = "vote"  # of all runs, in the column of these
CONVOLUTIONAL, MIXED = "conv-4", "five different"
MEMBERS = (
    "32-48-64-128, strong",
    "24-48-64-96, strong",
    "32-48-64-64, medium",
    "24-48-64-96, medium",
    "32-64-96, medium",
)
TAUGHT = {
    "taught": candidates.TAUGHT["dense 1024-1024"],
    "tiny-10k": candidates.TAUGHT["tiny 8-16-16-16-24"],
    "tiny-5k": candidates.TAUGHT["tiny 6-12-12-12-16"],
    "tiny-1k": candidates.TAUGHT["tiny 2-4-5-5-6"],
}


def settings() -> list[dict]:
    """One row per network and run, and one for each vote."""
    rows = [
        {"network": network, "runs": runs}
        for network in (CONVOLUTIONAL, *TAUGHT)
        for runs in (*map(str, SEEDS), VOTE)
    ]
    return [*rows, {"network": MIXED, "runs": VOTE}]


def on_all_images(name: str) -> Recipe:
    """A candidate's recipe with as many whole epochs of 60,000 images as there were steps of 50,000."""
    recipe = candidates.FROM_LABELS[name]
    return Recipe(recipe.network, recipe.epochs * 5 // 6, recipe.batch_size)


def measure(settings: list[dict]) -> list[dict]:
    """Train a network for each setting, and let it read the test images.

    Returns:
        For each setting the number of ``parameters`` of one network, of a vote of different ones those of all together,
        and on the test images ``test_loss``, ``test_accuracy`` and the number of mistakes ``test_errors``.
    """
    from digits import training
    from digits.store import artifacts

    data, test = artifacts.load_arrays("preprocessed.npz"), artifacts.load_arrays("test_set.npz")
    images, labels = data["images"], data["labels"]
    chosen, *others = map(on_all_images, MEMBERS)
    teacher, *members = training.train_all(
        [
            chosen.training(images, labels, SEEDS, name=CONVOLUTIONAL),
            *(other.training(images, labels, SEEDS[:1]) for other in others),
        ]
    )
    found = on_test_images(CONVOLUTIONAL, teacher, test["images"], test["labels"])
    scores = [runs.scores(test["images"])[0] for runs in (teacher, *members)]
    parameters = sum(runs.network.count_params() for runs in (teacher, *members))
    found[MIXED, VOTE] = measured(np.mean(scores, axis=0), test["labels"], parameters)
    copies = teaching.distorted_copies(images, teaching.COPIES, STRONG, seed=0)
    answers = teaching.answers(teacher, copies)
    trainings = [
        recipe.training(copies, answers, SEEDS, name=name) for name, recipe in TAUGHT.items()
    ]
    for name, runs in zip(TAUGHT, training.train_all(trainings), strict=True):
        found |= on_test_images(name, runs, teaching.as_bytes(test["images"]), test["labels"])
    return [found[one["network"], one["runs"]] for one in settings]


def on_test_images(name: str, runs, images, labels) -> dict[tuple[str, str], dict]:
    """The measured columns of each run and of their vote, by name and what the column ``runs`` says.

    Args:
        name: of the network.
        runs: a :class:`digits.training.Runs`.
        images: of the test set, as the network takes them, shape (images, 784).
        labels: digits, shape (images,).
    """
    by_run = dict(zip(map(str, runs.seeds), runs.scores(images), strict=True))
    by_run[VOTE] = np.mean(list(by_run.values()), axis=0)
    parameters = runs.network.count_params()
    return {(name, who): measured(scores, labels, parameters) for who, scores in by_run.items()}


def measured(scores, labels, parameters: int) -> dict:
    """The measured columns of what a network, or a vote, scored: probabilities of shape (images, 10)."""
    from digits import evaluation

    wrong = scores.argmax(axis=1) != labels
    return {
        "parameters": parameters,
        "test_loss": evaluation.cross_entropy(labels, scores),
        "test_accuracy": 1 - float(np.mean(wrong)),
        "test_errors": int(np.sum(wrong)),
    }
