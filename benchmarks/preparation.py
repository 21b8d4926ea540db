"""Preparation or learning? Networks that learned digits or photographs of them read prepared and bare pictures.

Run by experiments.py. All networks are notebook 07's conv, trained on as many images for as many steps: on MNIST's
digits, on photographs of the same digits that are only resized, or on these photographs prepared by the pipeline.
"""

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
    seen: dict[tuple[str, bool], tuple[np.ndarray, np.ndarray]] = {}
    asked = {(one["learned from"], one["prepared"]) for one in settings}
    if any(learned == "photographs" for learned, _ in asked):

        def both(number: int) -> list[np.ndarray | None]:
            generator = np.random.default_rng([0, number])
            picture = photograph(digits[number].reshape(28, 28), generator)
            return [only_resized(picture), prepared(picture)]

        resized, found = zip(*on_all_cores(both, range(LEARNED)), strict=True)
        are_there = [image is not None for image in found]
        seen["photographs", False] = np.stack(resized), labels
        seen["photographs", True] = (
            np.stack([image for image in found if image is not None]),
            labels[are_there],
        )
    seen["digits", False] = seen["digits", True] = digits, labels

    tests: dict[tuple[str, bool], tuple[list, np.ndarray]] = {}
    of_test = source("test", data)
    results = []
    for one in settings:
        images, answers = seen[one["learned from"], one["prepared"]]
        [runs] = training.train_all([training_of(images, answers, one["seed"])])
        key = one["pictures"], one["prepared"]
        if key not in tests:
            tests[key] = seen_by_network(*key, of_test)
        results.append({"right": share_right(runs.network, *tests[key])})
    return results


def training_of(images: np.ndarray, labels: np.ndarray, seed: int):
    """The training of conv on some images, for as many steps as on all of them."""
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
