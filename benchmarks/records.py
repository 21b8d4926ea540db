"""What the networks chosen by candidates.py make of the test digits, alone and as a vote; run by experiments.py.

The convolutional network learns from all training images and their labels. Its five runs are then the teacher of a
dense network and of tiny convolutional ones.
"""

import candidates
import numpy as np
import teaching
from record_networks import STRONG, Recipe

SEEDS = range(5)
VOTE = "0-4"  # how the column "runs" names the vote of all
CONVOLUTIONAL = "conv-4"
# As many steps as the candidate that was chosen took on fewer images.
TEACHER = Recipe(candidates.FROM_LABELS["32-48-64-128, strong"].network, epochs=14)
TAUGHT = {
    "taught": candidates.TAUGHT["dense 1024-1024"],
    "tiny-10k": candidates.TAUGHT["tiny 8-16-16-16-24"],
    "tiny-5k": candidates.TAUGHT["tiny 6-12-12-12-16"],
    "tiny-1k": candidates.TAUGHT["tiny 2-4-5-5-6"],
}


def settings() -> list[dict]:
    """One row per network and run, and one for the vote of its runs."""
    return [
        {"network": network, "runs": runs}
        for network in (CONVOLUTIONAL, *TAUGHT)
        for runs in (*map(str, SEEDS), VOTE)
    ]


def measure(settings: list[dict]) -> list[dict]:
    """Train a network for each setting, and let it read the test images.

    Returns:
        For each setting the number of ``parameters`` of one network, and on the test images ``test_loss``,
        ``test_accuracy`` and the number of mistakes ``test_errors``.
    """
    from digits import training
    from digits.store import artifacts

    data, test = artifacts.load_arrays("preprocessed.npz"), artifacts.load_arrays("test_set.npz")
    images, labels = data["images"], data["labels"]
    (teacher,) = training.train_all([TEACHER.training(images, labels, SEEDS, name=CONVOLUTIONAL)])
    found = on_test_images(CONVOLUTIONAL, teacher, test["images"], test["labels"])
    names = [name for name in TAUGHT if any(one["network"] == name for one in settings)]
    copies = teaching.distorted_copies(images, teaching.COPIES, STRONG, seed=0)
    answers = teaching.answers(teacher, copies)
    trainings = [TAUGHT[name].training(copies, answers, SEEDS, name=name) for name in names]
    for name, runs in zip(names, training.train_all(trainings), strict=True):
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
    from digits import evaluation

    by_run = dict(zip(map(str, runs.seeds), runs.scores(images), strict=True))
    by_run[VOTE] = np.mean(list(by_run.values()), axis=0)
    return {
        (name, who): {
            "parameters": runs.network.count_params(),
            "test_loss": evaluation.cross_entropy(labels, scores),
            "test_accuracy": float(np.mean(scores.argmax(axis=1) == labels)),
            "test_errors": int(np.sum(scores.argmax(axis=1) != labels)),
        }
        for who, scores in by_run.items()
    }
