"""Preparation or learning? Networks that learned digits or photographs of them read prepared and bare pictures.

Run by experiments.py. All networks are notebook 07's conv, trained for as many epochs: on MNIST's digits, on
photographs of the same digits that are only resized, or on the prepared ones on which exactly one digit is found.
"""

import functools
import itertools

import numpy as np
import stronger
from pictures_made import Source, pictures
from reading import PICTURES_SEED, source

ALSO_FROM = ("handwriting/*.py",)
SEEDS = range(3)
LEARNED, EPOCHS = 20_000, 12
COUNT = 500  # pictures of each kind
# The first kind is the one that some of the networks learn from.
KINDS = ("photographed", "drawn on a screen", "crops, thin pen", "8 x 8 pixels")


def settings() -> list[dict]:
    """One row per seed, what was learned from, whether pictures are prepared, and their kind."""
    return [
        {"learned from": learned, "prepared": prepared, "pictures": kind, "seed": seed}
        for learned, prepared, kind, seed in itertools.product(
            ("digits", "photographs"), (False, True), KINDS, SEEDS
        )
    ]


def measure(settings: list[dict]) -> list[dict]:
    """Train a network for each seed and kind of images; let it read pictures of test digits.

    Returns:
        For each setting ``right``, the share of pictures whose digit is the most probable answer: of a prepared
        picture, if exactly one digit is found on it.
    """
    from digits import training
    from digits.basics.cores import on_all_cores
    from digits.handwriting.photographs import photograph
    from digits.store import artifacts

    data = artifacts.load_arrays("preprocessed.npz")
    rows = np.random.default_rng(0).permutation(data["train_rows"])[:LEARNED]
    digits, labels = data["images"][rows], data["labels"][rows]
    of_test = source("test", data)

    def both(number: int) -> tuple[np.ndarray, np.ndarray | None]:
        picture = photograph(digits[number].reshape(28, 28), np.random.default_rng([0, number]))
        return only_resized(picture), prepared(picture)

    @functools.cache
    def photographs() -> list[tuple]:
        return list(zip(*on_all_cores(both, range(LEARNED)), strict=True))

    @functools.cache
    def network(learned: str, is_prepared: bool, seed: int):
        images = photographs()[is_prepared] if learned == "photographs" else digits
        is_there = np.array([image is not None for image in images])
        found = np.stack([image for image in images if image is not None])
        [runs] = training.train_all([training_of(found, labels[is_there], seed)])
        return runs.network

    @functools.cache
    def seen(kind: str, is_prepared: bool) -> tuple[list, np.ndarray]:
        return seen_by_network(kind, is_prepared, of_test)

    results = []
    for one in settings:
        learned, is_prepared = one["learned from"], one["prepared"]
        # Digits are in MNIST's form already, however pictures are read afterwards.
        trained = network(learned, is_prepared and learned == "photographs", one["seed"])
        results.append({"right": share_right(trained, *seen(one["pictures"], is_prepared))})
    return results


def training_of(images: np.ndarray, labels: np.ndarray, seed: int):
    """The training of conv on some images; its learning rate falls to 0 at the end."""
    from digits import training

    steps = EPOCHS * -(-len(images) // stronger.BATCH_SIZE)
    return training.Training(
        lambda: stronger.build_convolutional(steps, distortion=stronger.GENTLE, name="conv"),
        images.reshape(-1, 784).astype(np.float32),
        labels,
        seeds=[seed],
        epochs=EPOCHS,
        batch_size=stronger.BATCH_SIZE,
    )


def seen_by_network(kind: str, is_prepared: bool, source: Source) -> tuple[list, np.ndarray]:
    """Pictures of a kind as a network sees them, None where not exactly one digit is found, and their digits."""
    made = pictures(kind, COUNT, PICTURES_SEED["test"], source)
    see = prepared if is_prepared else only_resized
    return [see(one.picture) for one in made], np.array([one.digits[0] for one in made])


def only_resized(picture: np.ndarray) -> np.ndarray:
    """The picture's negative in 28 x 28 grey pixels, and nothing else: float32, shape (784,)."""
    from PIL import Image

    small = Image.fromarray(picture).convert("L").resize((28, 28))
    return 1 - np.asarray(small, dtype=np.float32).ravel() / 255


def prepared(picture: np.ndarray) -> np.ndarray | None:
    """The picture's digit in MNIST's form; None if not exactly one is found."""
    from digits.handwriting import digits_in

    try:
        found = digits_in(picture)
    except ValueError:
        return None
    return found[0].ravel() if len(found) == 1 else None


def share_right(network, images: list, labels: np.ndarray) -> float:
    """The share of pictures whose digit is the most probable."""
    there = np.array([image is not None for image in images])
    found = np.stack([image for image in images if image is not None])
    read = network.predict(found, batch_size=1000, verbose=0).argmax(axis=1)
    return float(np.sum(read == labels[there]) / len(labels))
