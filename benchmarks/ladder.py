"""What each ingredient adds to a dense network, one after the other, up to distorted images; run by experiments.py.

The networks are those of notebook 07: two hidden layers of 256 neurons, plain, and then with one ingredient more than
the network before. Each is trained from five seeds on the series' random split. Losses and accuracies are measured
after training, on undistorted images and without dropout.
"""

import math
from functools import partial

EPOCHS, BATCH_SIZE, RATE, NEURONS = 8, 128, 0.002, 256
SEEDS = range(5)
_SHIFTS = {"shift": 1.5}
_GEOMETRIC = {**_SHIFTS, "rotation": 10, "zoom": 0.1, "slant": 0.1}
# What each network has more than the one before, or stronger.
RUNGS: dict[str, dict] = {
    "two plain layers": {},
    "+ dropout": {"dropout": 0.2},
    "+ weight decay": {"decay": 0.01},
    "+ batch normalisation": {"normalise": True},
    "+ shifts": {"distortion": _SHIFTS},
    "+ rotation, zoom, slant": {"distortion": _GEOMETRIC},
    "+ elastic": {"distortion": {**_GEOMETRIC, "elastic": 0.7}},
}


def settings() -> list[dict]:
    """One row per rung and seed."""
    return [{"network": rung, "seed": seed} for rung in RUNGS for seed in SEEDS]


def build(
    images: int,
    *,
    dropout: float = 0.0,
    decay: float = 0.0,
    normalise: bool = False,
    distortion=None,
):
    """A compiled network with some of the ingredients, ready to be trained on so many images."""
    import keras
    from digits.training import RandomDistortion
    from keras import layers

    model = keras.Sequential([keras.Input(shape=(784,))])
    if distortion:
        model.add(RandomDistortion(**distortion))
    for _ in range(2):
        model.add(layers.Dense(NEURONS, use_bias=not normalise))
        if normalise:
            model.add(layers.BatchNormalization())
        model.add(layers.ReLU())
        if dropout:
            model.add(layers.Dropout(dropout))
    model.add(layers.Dense(10, activation="softmax"))
    steps = EPOCHS * math.ceil(images / BATCH_SIZE)
    schedule = keras.optimizers.schedules.CosineDecay(RATE, decay_steps=steps)
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=decay)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def measure(settings: list[dict]) -> list[dict]:
    """Train a network for each setting; those that differ in their seed alone train side by side.

    Returns:
        For each setting ``train_loss``, ``train_accuracy``, ``val_loss`` and ``val_accuracy`` of the trained network.
    """
    from digits import training
    from digits.store import artifacts

    data = artifacts.load_arrays("preprocessed.npz")
    images, labels = data["images"], data["labels"]
    learn = data["train_rows"]
    parts = {"train": learn, "val": data["validation_rows"]}
    found, ingredients = {}, {}
    for rung, added in RUNGS.items():
        ingredients = ingredients | added
        runs = training.train(
            partial(build, len(learn), **ingredients),
            images,
            labels,
            rows=learn,
            seeds=[one["seed"] for one in settings if one["network"] == rung],
            epochs=EPOCHS,
            batch_size=BATCH_SIZE,
        )
        for part, rows in parts.items():
            table = runs.evaluate(images[rows], labels[rows]).set_index("seed")
            for seed, measured in table.iterrows():
                row = found.setdefault((rung, seed), {})
                row |= {
                    f"{part}_{quantity}": float(measured[quantity])
                    for quantity in ("loss", "accuracy")
                }
    return [found[one["network"], one["seed"]] for one in settings]
