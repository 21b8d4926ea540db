"""What each ingredient adds to a dense network, and what changes where one is left out; run by experiments.py.

The networks are those of notebook 07: two hidden layers of 256 neurons, plain, and then with one ingredient more than
the network before. The last of these has all ingredients. Then follow networks with all but one; "all - elastic" is the
same network as the last but one of the ladder. Each is trained from five seeds on the series' random split. Losses and
accuracies are measured after training, on undistorted images and without dropout.
"""

import math
from functools import partial

EPOCHS, BATCH_SIZE, RATE, NEURONS = 8, 128, 0.002, 256
SEEDS = range(5)
_SHIFTS = {"shift": 1.5}
_TURNS = {"rotation": 10, "zoom": 0.1, "slant": 0.1}
_ELASTIC = {"elastic": 0.7}
DISTORTION = {**_SHIFTS, **_TURNS, **_ELASTIC}
_WITHOUT_DISTORTION = {"dropout": 0.2, "decay": 0.01, "normalise": True}
_ALL = {**_WITHOUT_DISTORTION, "distortion": DISTORTION}
# What each network is made of.
NETWORKS: dict[str, dict] = {
    "two plain layers": {},
    "+ dropout": {"dropout": 0.2},
    "+ weight decay": {"dropout": 0.2, "decay": 0.01},
    "+ batch normalisation": _WITHOUT_DISTORTION,
    "+ shifts": {**_WITHOUT_DISTORTION, "distortion": _SHIFTS},
    "+ rotation, zoom, slant": {**_WITHOUT_DISTORTION, "distortion": {**_SHIFTS, **_TURNS}},
    "+ elastic": _ALL,
    "all - dropout": {**_ALL, "dropout": 0.0},
    "all - weight decay": {**_ALL, "decay": 0.0},
    "all - batch normalisation": {**_ALL, "normalise": False},
    "all - shifts": {**_ALL, "distortion": {**_TURNS, **_ELASTIC}},
    "all - rotation, zoom, slant": {**_ALL, "distortion": {**_SHIFTS, **_ELASTIC}},
    "all - elastic": {**_ALL, "distortion": {**_SHIFTS, **_TURNS}},
}


def settings() -> list[dict]:
    """One row per network and seed."""
    return [{"network": network, "seed": seed} for network in NETWORKS for seed in SEEDS]


def build(
    steps: int,
    *,
    neurons: int = NEURONS,
    dropout: float = 0.0,
    decay: float = 0.0,
    normalise: bool = False,
    distortion: dict | None = None,
    name: str | None = None,
):
    """A compiled network of two hidden layers with some of the ingredients, ready to be trained for so many steps.

    Args:
        steps: batches until the learning rate has fallen to 0.
        neurons: in each hidden layer.
        dropout: the share of a hidden layer's outputs that is dropped.
        decay: the weight decay of AdamW.
        normalise: whether batch normalisation stands in each hidden layer.
        distortion: the strengths that ``RandomDistortion`` takes; none for undistorted images.
        name: of the Keras model.
    """
    import keras
    from digits.training import RandomDistortion
    from keras import layers

    model = keras.Sequential([keras.Input(shape=(784,))], name=name)
    if distortion:
        model.add(RandomDistortion(**distortion))
    for _ in range(2):
        model.add(layers.Dense(neurons, use_bias=not normalise))
        if normalise:
            model.add(layers.BatchNormalization())
        model.add(layers.ReLU())
        if dropout:
            model.add(layers.Dropout(dropout))
    model.add(layers.Dense(10, activation="softmax"))
    schedule = keras.optimizers.schedules.CosineDecay(RATE, decay_steps=steps)
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=decay)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def steps_of(epochs: int, images: int) -> int:
    """The number of batches in so many epochs of so many images."""
    return epochs * math.ceil(images / BATCH_SIZE)


def measure(settings: list[dict]) -> list[dict]:
    """Train a network for each setting; those that differ in their seed alone train side by side.

    Returns:
        For each setting ``train_loss``, ``train_accuracy``, ``val_loss`` and ``val_accuracy`` of the trained network.
    """
    from digits.store import artifacts

    data, found = artifacts.load_arrays("preprocessed.npz"), {}
    parts = {"train": data["train_rows"], "val": data["validation_rows"]}
    for network, seeds in seeds_of(settings).items():
        measured = measure_network(network, data["images"], data["labels"], parts, seeds)
        found |= {(network, seed): row for seed, row in measured.items()}
    return [found[one["network"], one["seed"]] for one in settings]


def seeds_of(settings: list[dict]) -> dict[str, list[int]]:
    """The seeds that the settings name for each network."""
    seeds: dict[str, list[int]] = {}
    for one in settings:
        seeds.setdefault(one["network"], []).append(one["seed"])
    return seeds


def measure_network(network: str, images, labels, parts: dict, seeds: list[int]) -> dict[int, dict]:
    """Train one network from some seeds, and measure each run.

    Args:
        network: a name in :data:`NETWORKS`.
        images: float32, shape (images, 784).
        labels: digits, shape (images,).
        parts: the rows to learn from, ``"train"``, and to validate with, ``"val"``.
        seeds: of the runs.

    Returns:
        For each seed the measured columns.
    """
    from digits import training

    runs = training.train(
        partial(build, steps_of(EPOCHS, len(parts["train"])), **NETWORKS[network]),
        images,
        labels,
        rows=parts["train"],
        seeds=seeds,
        epochs=EPOCHS,
        batch_size=BATCH_SIZE,
    )
    tables = {
        part: runs.evaluate(images[rows], labels[rows]).set_index("seed")
        for part, rows in parts.items()
    }
    return {
        seed: {
            f"{part}_{quantity}": float(table.loc[seed, quantity])
            for part, table in tables.items()
            for quantity in ("loss", "accuracy")
        }
        for seed in seeds
    }
