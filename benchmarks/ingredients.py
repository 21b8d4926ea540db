"""What dropout, batch normalisation, weight decay and a schedule do, one at a time; run by experiments.py.

The network is notebook 04's own, 784-128-64-10: plain, with one ingredient, with all four, and with all but one. Each
is trained from five seeds, on the series' random split and on a split by writers. Losses and accuracies are measured
after training, when dropout is off.
"""

import math
from functools import partial

EPOCHS, BATCH_SIZE, RATE = 20, 128, 0.002
SEEDS = range(5)
SPLITS = {"random": "preprocessed.npz", "writers": "writer_split.npz"}
DECAY, STRONG_DECAY = 0.004, 0.1  # the own network's, and one that shrinks the weights to a fifth
FOUR = ("dropout", "batch normalisation", "weight decay", "schedule")
NETWORKS: dict[str, tuple[str, ...]] = {
    "plain": (),
    **{f"plain + {one}": (one,) for one in FOUR},
    "plain + strong weight decay": ("strong weight decay",),
    "all four": FOUR,
    **{f"all four - {one}": tuple(other for other in FOUR if other != one) for one in FOUR},
}


def settings() -> list[dict]:
    """One row per network, split and seed."""
    return [
        {"network": network, "split": split, "seed": seed}
        for split in SPLITS
        for network in NETWORKS
        for seed in SEEDS
    ]


def build(ingredients: tuple[str, ...], images: int):
    """A compiled network with some of the ingredients, ready to be trained on so many images."""
    import keras
    from keras import layers

    def dropout(share: float) -> list:
        return [layers.Dropout(share)] if "dropout" in ingredients else []

    def hidden(neurons: int) -> list:
        if "batch normalisation" not in ingredients:
            return [layers.Dense(neurons), layers.ReLU()]
        # Batch normalisation has a shift of its own.
        return [layers.Dense(neurons, use_bias=False), layers.BatchNormalization(), layers.ReLU()]

    model = keras.Sequential(
        [
            keras.Input(shape=(784,)),
            *dropout(0.1),
            *hidden(128),
            *dropout(0.1),
            *hidden(64),
            *dropout(0.05),
            layers.Dense(10, activation="softmax"),
        ]
    )
    steps = EPOCHS * math.ceil(images / BATCH_SIZE)
    decays = keras.optimizers.schedules.CosineDecay(RATE, decay_steps=steps)
    rate = decays if "schedule" in ingredients else RATE
    if "weight decay" in ingredients:
        optimizer = keras.optimizers.AdamW(rate, weight_decay=DECAY)
    elif "strong weight decay" in ingredients:
        optimizer = keras.optimizers.AdamW(rate, weight_decay=STRONG_DECAY)
    else:
        optimizer = keras.optimizers.Adam(rate)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def measure(settings: list[dict]) -> list[dict]:
    """Train a network for each setting; those that differ in their seed alone train side by side.

    Returns:
        For each setting ``train_loss``, ``train_accuracy``, ``val_loss`` and ``val_accuracy`` of the trained network,
        and the lowest ``best_val_loss`` on the way, after ``best_epoch``.
    """
    groups: dict[tuple[str, str], list[int]] = {}
    for setting in settings:
        groups.setdefault((setting["split"], setting["network"]), []).append(setting["seed"])
    from digits.store import artifacts

    data, found = artifacts.load_arrays("preprocessed.npz"), {}
    for (split, network), seeds in groups.items():
        rows = artifacts.load_arrays(SPLITS[split])
        parts = {"train": rows["train_rows"], "val": rows["validation_rows"]}
        measured = measure_network(network, data["images"], data["labels"], parts, seeds)
        found |= {(split, network, seed): row for seed, row in measured.items()}
    return [found[one["split"], one["network"], one["seed"]] for one in settings]


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

    of_parts = {part: (images[rows], labels[rows]) for part, rows in parts.items()}
    runs = training.train(
        partial(build, NETWORKS[network], len(parts["train"])),
        images,
        labels,
        rows=parts["train"],
        seeds=seeds,
        epochs=EPOCHS,
        batch_size=BATCH_SIZE,
        validation_data=of_parts["val"],
    )
    at_the_end = {part: runs.evaluate(*data).set_index("seed") for part, data in of_parts.items()}
    measured = {}
    for seed in seeds:
        losses = runs.history_of(seed).set_index("epoch")["val_loss"]
        measured[seed] = {
            f"{part}_{quantity}": float(table.loc[seed, quantity])
            for part, table in at_the_end.items()
            for quantity in ("loss", "accuracy")
        }
        measured[seed] |= {"best_val_loss": float(losses.min()), "best_epoch": int(losses.idxmin())}
    return measured
