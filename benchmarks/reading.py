"""How well networks read pictures as people send them, at several thresholds; run by experiments.py.

Three networks made by the shipped one's recipe from the training part read pictures of validation digits: by these the
threshold is chosen. The shipped network and notebook 07's conv read pictures of test digits, which choose nothing.
"""

import functools
import itertools
import tempfile
from pathlib import Path

import numpy as np
from pictures_made import KINDS, Source, Written, pictures

# What the code here calls beside the modules in this folder: their bytes are part of the table's origin.
ALSO_FROM = ("handwriting/*.py", "training/shipping.py", "drawpad/network.bin")
SEEDS = range(3)
COUNT = 300  # pictures of each kind
PICTURES_SEED = {"validation": 1, "test": 2}
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)


def settings() -> list[dict]:
    """One row per network, seed, kind of picture and threshold."""
    chosen_by = [("reading", seed, "validation") for seed in SEEDS]
    scored = [("shipped", 0, "test"), ("conv", 0, "test")]
    return [
        {"network": network, "seed": seed, "digits": part, "pictures": kind, "threshold": threshold}
        for (network, seed, part), kind, threshold in itertools.product(
            chosen_by + scored, KINDS, THRESHOLDS
        )
    ]


def measure(settings: list[dict]) -> list[dict]:
    """Make the pictures, train where it is needed, and let each network read.

    Returns:
        For each setting the shares of pictures that are ``right`` and ``wrong``; the others are refused. Right: all
        its digits are read, each with at least the threshold's probability; where there is none, no digit is given.
        Wrong: a digit is given that is not there, or another one than is there.
    """
    from digits.store import artifacts

    data = artifacts.load_arrays("preprocessed.npz")

    @functools.cache
    def made_and_found(part: str, kind: str) -> tuple[list[Written], list[list]]:
        made = pictures(kind, COUNT, PICTURES_SEED[part], source(part, data))
        return made, marks_in(made)

    @functools.cache
    def reader_with(network: str, seed: int):
        return reader(network, seed, data)

    @functools.cache
    def answers(network: str, seed: int, part: str, kind: str) -> list[np.ndarray]:
        return answers_of(reader_with(network, seed), made_and_found(part, kind)[1])

    return [
        shares(
            *made_and_found(one["digits"], one["pictures"]),
            answers(one["network"], one["seed"], one["digits"], one["pictures"]),
            one["threshold"],
        )
        for one in settings
    ]


def source(part: str, data: dict) -> Source:
    """MNIST's digits that the pictures of a part are made of."""
    if part == "test":
        from digits.store import artifacts

        test = artifacts.load_arrays("test_set.npz")
        images, labels = test["images"], test["labels"]
    else:
        rows = data["validation_rows"]
        images, labels = data["images"][rows], data["labels"][rows]
    return Source(as_bytes(images), labels)


def as_bytes(images: np.ndarray) -> np.ndarray:
    """Images from 0 to 1 as MNIST has them: uint8, shape (images, 28, 28)."""
    return np.round(255 * images).astype(np.uint8).reshape(-1, 28, 28)


def reader(network: str, seed: int, data: dict):
    """A reader with a network: the shipped one, conv, or one by the shipped one's recipe from the training part."""
    from digits import training
    from digits.handwriting import learning, reading

    if network == "shipped":
        return reading.load_reader()
    if network == "conv":
        return reading.Reader(training.load_model("models/conv.keras"))
    rows = data["train_rows"]
    lessons = learning.lessons(as_bytes(data["images"][rows]), data["labels"][rows], seed)
    [runs] = training.train_all([learning.training_of(*lessons, [seed])])
    return as_shipped(runs.network)


def as_shipped(network):
    """A reader with a network as it would be shipped: for images from 0 to 1, its weights rounded to two bytes."""
    from digits.handwriting import learning, reading
    from digits.training import shipping

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "network.bin")
        shipping.write_network(file, network, learning.ANSWERS)
        return reading.Reader(shipping.read_network(file)[0])


def marks_in(made: list[Written], preparation=None) -> list[list]:
    """What the pipeline finds in each picture; nothing where it says that there is no digit."""
    from digits.basics.cores import on_all_cores
    from digits.handwriting import STANDARD, readings_in

    def find(written: Written) -> list:
        try:
            return readings_in(written.picture, preparation or STANDARD)
        except ValueError:
            return []

    return on_all_cores(find, made)


def answers_of(reader, marks: list[list]) -> list[np.ndarray]:
    """A network's probabilities for all images of each picture's marks."""
    from digits.handwriting import reading

    images = [reading.images_of(of_picture) for of_picture in marks]
    ends = np.cumsum([len(of_picture) for of_picture in images])
    asked = np.concatenate(images)
    # A network cannot be asked about nothing, as of blank paper.
    answers = reader.probabilities(asked) if len(asked) else np.zeros((0, 10), dtype=np.float32)
    return np.split(answers, ends[:-1])


def shares(made: list[Written], marks: list, answers: list[np.ndarray], threshold: float) -> dict:
    """The shares of pictures that are read right and wrong."""
    from digits.handwriting import reading

    right = wrong = 0
    for written, of_picture, probabilities in zip(made, marks, answers, strict=True):
        found = reading.decided(of_picture, probabilities, threshold) if of_picture else []
        given = [one.digit for one in found if one.is_sure_digit]
        doubtful = any(one.is_digit and not one.sure for one in found)
        if given == list(written.digits) and (not doubtful or not written.digits):
            right += 1
        elif not is_part_of(given, written.digits):
            wrong += 1
    return {"right": right / len(made), "wrong": wrong / len(made)}


def is_part_of(given: list[int], digits: tuple[int, ...]) -> bool:
    """Whether what is given is there, in this order, with others in between."""
    left = iter(digits)
    return all(digit in left for digit in given)
