"""Which networks were tried for the records, on validation images only; run by experiments.py.

Each is trained on the series' random split and on a split by writers, from one seed. A taught network learns from a
teacher that was trained on the same part of the images: it has not seen the validation images either.
"""

import numpy as np
import teaching
from record_networks import STRONG, Recipe

SPLITS = {"random": "preprocessed.npz", "writers": "writer_split.npz"}
SEED = 0
WEAK = {"shift": 1.5, "rotation": 5, "zoom": 0.05, "slant": 0.05}
MEDIUM = {"shift": 2, "rotation": 10, "zoom": 0.1, "slant": 0.1}
BENT = {"shift": 1.5, "rotation": 8, "zoom": 0.08, "slant": 0.08, "elastic": 0.5}


def convolutional(*convolutions: tuple[int, int, bool], epochs: int, distortion: dict) -> Recipe:
    """A convolutional network that learns from labels: filters, window and pooling of each convolution."""
    network = {
        "convolutions": convolutions,
        "dense": (128,),
        "dropout": 0.25,
        "distortion": distortion,
    }
    return Recipe(network, epochs)


def tiny(*filters: int, epochs: int, **more) -> Recipe:
    """A small convolutional network without a dense layer before the output; more of what ``build`` is told."""
    first, *others = filters
    convolutions = ((first, 5, True), *((number, 3, False) for number in others))
    network = {"convolutions": convolutions, "average": True, "rate": 0.004, "decay": 0.001}
    return Recipe(network | more, epochs)


def taught_dense(*neurons: int, epochs: int) -> Recipe:
    """A dense network that learns from a teacher."""
    return Recipe({"dense": neurons, "taught": True}, epochs, batch_size=256)


_THREE = ((32, 5, True), (64, 3, True), (96, 3, False))
_FOUR = ((24, 5, True), (48, 3, False), (64, 3, True), (96, 3, False))
TEACHER = "24-48-64-96, medium"
FROM_LABELS = {
    "16-32-64, medium": convolutional(
        (16, 5, True), (32, 3, True), (64, 3, False), epochs=34, distortion=MEDIUM
    ),
    "32-64-96, weak": convolutional(*_THREE, epochs=17, distortion=WEAK),
    "32-64-96, medium": convolutional(*_THREE, epochs=17, distortion=MEDIUM),
    "32-64-96, bent": convolutional(*_THREE, epochs=17, distortion=BENT),
    TEACHER: convolutional(*_FOUR, epochs=15, distortion=MEDIUM),
    "24-48-64-96, strong": convolutional(*_FOUR, epochs=16, distortion=STRONG),
    "32-48-64-64, medium": convolutional(
        (32, 5, True), (48, 3, False), (64, 3, True), (64, 3, False), epochs=15, distortion=MEDIUM
    ),
    "32-48-64-128, strong": convolutional(
        (32, 5, True), (48, 3, False), (64, 3, True), (128, 3, False), epochs=16, distortion=STRONG
    ),
    "tiny 2-4-5-5-6, bent": tiny(2, 4, 5, 5, 6, epochs=8, distortion=BENT),
    "tiny 8-16-16-16-24, bent": tiny(8, 16, 16, 16, 24, epochs=40, distortion=BENT),
}
TAUGHT = {
    "dense 1024-1024": taught_dense(1024, 1024, epochs=2),
    "tiny 8-16-16-16-24": tiny(8, 16, 16, 16, 24, epochs=3, taught=True),
    "tiny 6-12-12-12-16": tiny(6, 12, 12, 12, 16, epochs=3, taught=True),
    "tiny 2-4-5-5-6": tiny(2, 4, 5, 5, 6, epochs=3, taught=True),
}


def settings() -> list[dict]:
    """One row per candidate and split."""
    return [
        {"network": network, "split": split, "seed": SEED}
        for network in (*FROM_LABELS, *TAUGHT)
        for split in SPLITS
    ]


def measure(settings: list[dict]) -> list[dict]:
    """Train a network for each setting; those on one split train side by side.

    Returns:
        For each setting the number of ``parameters``, that of validation images ``val_images``, and how many of them
        the network misreads, ``val_errors``.
    """
    from digits import training
    from digits.store import artifacts

    data, found = artifacts.load_arrays("preprocessed.npz"), {}
    images, labels = data["images"], data["labels"]
    for split, artifact in SPLITS.items():
        names = [one["network"] for one in settings if one["split"] == split]
        parts = artifacts.load_arrays(artifact)
        learn, held_back = parts["train_rows"], parts["validation_rows"]
        trainings = {
            name: FROM_LABELS[name].training(images, labels, [SEED], rows=learn)
            for name in names
            if name in FROM_LABELS
        }
        taught = [name for name in names if name in TAUGHT]
        if taught:
            (teacher,) = training.train_all(
                [FROM_LABELS[TEACHER].training(images, labels, [SEED], rows=learn)]
            )
            copies = teaching.distorted_copies(images[learn], teaching.COPIES, STRONG, SEED)
            answers = teaching.answers(teacher, copies)
            trainings |= {name: TAUGHT[name].training(copies, answers, [SEED]) for name in taught}
        for name, runs in zip(trainings, training.train_all(list(trainings.values())), strict=True):
            seen = (
                images[held_back] if name in FROM_LABELS else teaching.as_bytes(images[held_back])
            )
            found[name, split] = {
                "parameters": runs.network.count_params(),
                "val_images": len(held_back),
                "val_errors": int(np.sum(runs.scores(seen)[0].argmax(axis=1) != labels[held_back])),
            }
    return [found[one["network"], one["split"]] for one in settings]
