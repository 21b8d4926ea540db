"""What a random split, a split by writers and the test set say of the same networks; run by experiments.py.

Two networks, notebook 03's softmax baseline and notebook 04's own, are trained on several draws of each kind of split.
A sixth of the images, or of the writers, validates. Draw and seed are the same number, so each row is another split
and another training.
"""

from functools import partial

import numpy as np

DRAWS = range(6)
SPLITS = ("random", "writers")
NETWORKS = ("baseline-softmax", "own")
HELD_BACK = 1 / 6


def settings() -> list[dict]:
    """One row per network, kind of split and draw."""
    return [
        {"network": network, "split": split, "draw": draw}
        for network in NETWORKS
        for split in SPLITS
        for draw in DRAWS
    ]


def measure(settings: list[dict]) -> list[dict]:
    """Train one network for each setting.

    Returns:
        For each setting the number of images held back, ``val_images``, and the trained network's ``val_accuracy`` on
        them and ``test_accuracy`` on the test set.

    Raises:
        RuntimeError: it is not known who wrote which image.
    """
    from digits.dataset import writers
    from digits.store import artifacts

    writer_of = writers.load()
    if writer_of is None:
        raise RuntimeError("This experiment needs QMNIST's list of writers; see above.")
    data, test = artifacts.load_arrays("preprocessed.npz"), artifacts.load_arrays("test_set.npz")
    measured = []
    for one in settings:
        parts = rows_of(one["split"], one["draw"], data["labels"], writer_of)
        measured.append(measure_network(one["network"], one["draw"], data, parts, test))
    return measured


def rows_of(split: str, draw: int, labels, writer_of) -> tuple[np.ndarray, np.ndarray]:
    """The rows to learn from and the rows held back: of images drawn at random, or of writers."""
    from sklearn.model_selection import GroupShuffleSplit, StratifiedShuffleSplit

    kind = StratifiedShuffleSplit if split == "random" else GroupShuffleSplit
    drawing = kind(n_splits=1, test_size=HELD_BACK, random_state=draw)
    groups = {} if split == "random" else {"groups": writer_of}
    return next(drawing.split(np.empty((len(labels), 0)), labels, **groups))


def measure_network(network: str, seed: int, data: dict, parts: tuple, test: dict) -> dict:
    """Train one network on the first of two parts of the data, and measure it on the second and on the test set."""
    import ingredients
    from digits import training

    learn, held_back = parts
    if network == "own":
        build = partial(ingredients.build, ingredients.FOUR, len(learn))
        plan = {"epochs": ingredients.EPOCHS, "batch_size": ingredients.BATCH_SIZE}
    else:
        build, plan = build_baseline, {"epochs": 10, "batch_size": 128}
    images, labels = data["images"], data["labels"]
    runs = training.train(build, images, labels, rows=learn, seeds=[seed], **plan)
    right = {
        name: float(runs.evaluate(*of_part)["accuracy"].iloc[0])
        for name, of_part in {
            "val_accuracy": (images[held_back], labels[held_back]),
            "test_accuracy": (test["images"], test["labels"]),
        }.items()
    }
    return {"val_images": len(held_back), **right}


def build_baseline():
    """Notebook 03's softmax baseline, compiled."""
    import keras
    from keras import layers

    output = layers.Dense(10, activation="softmax")
    model = keras.Sequential([keras.Input(shape=(784,)), output])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
