"""What the networks of notebook 07 reach on the test set, from five seeds each; run by experiments.py.

They are two dense networks and two convolutional ones, with distorted images and without, and a dense one with
distorted images and without dropout. All are trained on all training images, as the notebook trains them. Nothing is
chosen by these numbers.
"""

from functools import partial

import ladder

BATCH_SIZE = ladder.BATCH_SIZE
SEEDS = range(5)
GENTLE = {"shift": 1.5, "rotation": 5, "zoom": 0.05, "slant": 0.05}


def build_convolutional(steps: int, *, distortion: dict | None = None, name: str | None = None):
    """Notebook 07's convolutional network, compiled, ready to be trained for so many steps.

    Args:
        steps: batches until the learning rate has fallen to 0.
        distortion: the strengths that ``RandomDistortion`` takes; none for undistorted images.
        name: of the Keras model.
    """
    import keras
    from digits.training import RandomDistortion
    from keras import layers

    model = keras.Sequential([keras.Input(shape=(784,))], name=name)
    if distortion:
        model.add(RandomDistortion(**distortion))
    model.add(layers.Reshape((28, 28, 1)))
    for filters, window, pooled in ((16, 5, True), (32, 3, True), (64, 3, False)):
        model.add(layers.Conv2D(filters, window))
        if pooled:
            model.add(layers.MaxPooling2D())
        model.add(layers.ReLU())
    model.add(layers.Flatten())
    model.add(layers.Dropout(0.25))
    model.add(layers.Dense(128, use_bias=False))
    model.add(layers.BatchNormalization(momentum=0.9))
    model.add(layers.ReLU())
    model.add(layers.Dropout(0.25))
    model.add(layers.Dense(10, activation="softmax"))
    schedule = keras.optimizers.schedules.CosineDecay(0.002, steps)
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=0.004)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


_DENSE = {"neurons": 512, "dropout": 0.1, "decay": 0.004, "normalise": True}
# By name: the function that builds it, what that is told, and the epochs.
NETWORKS = {
    "deep": (ladder.build, {**_DENSE, "distortion": ladder.DISTORTION}, 12),
    "deep-undistorted": (ladder.build, _DENSE, 12),
    "deep without dropout": (
        ladder.build,
        {**_DENSE, "distortion": ladder.DISTORTION, "dropout": 0.0},
        12,
    ),
    "conv-undistorted": (build_convolutional, {}, 10),
    "conv": (build_convolutional, {"distortion": GENTLE}, 10),
}


def settings() -> list[dict]:
    """One row per network and seed."""
    return [{"network": network, "seed": seed} for network in NETWORKS for seed in SEEDS]


def build(network: str, steps: int):
    """One of :data:`NETWORKS`, compiled, whose learning rate falls to 0 in so many steps."""
    function, ingredients, _ = NETWORKS[network]
    return function(steps, name=network.replace(" ", "-"), **ingredients)


def train(network: str, seeds, images, labels):
    """Train one network as notebook 07 does; runs that are kept are not trained again.

    Args:
        network: a name in :data:`NETWORKS`.
        seeds: of the runs.
        images: float32, shape (images, 784).
        labels: digits, shape (images,).

    Returns:
        A :class:`digits.training.Runs`.
    """
    from digits import training

    _, _, epochs = NETWORKS[network]
    return training.train(
        partial(build, network, ladder.steps_of(epochs, len(images))),
        images,
        labels,
        seeds=seeds,
        epochs=epochs,
        batch_size=BATCH_SIZE,
    )


def measure(settings: list[dict]) -> list[dict]:
    """Train a network for each setting; those that differ in their seed alone train side by side.

    Returns:
        For each setting the number of ``parameters`` and of training ``images``, and on the test images ``test_loss``,
        ``test_accuracy`` and the number of mistakes ``test_errors``.
    """
    from digits.store import artifacts

    data, test = artifacts.load_arrays("preprocessed.npz"), artifacts.load_arrays("test_set.npz")
    found = {}
    for network, seeds in ladder.seeds_of(settings).items():
        runs = train(network, seeds, data["images"], data["labels"])
        sizes = {"parameters": runs.network.count_params(), "images": len(data["labels"])}
        for seed, row in on_test_images(runs, test["images"], test["labels"]).items():
            found[network, seed] = {**sizes, **row}
    return [found[one["network"], one["seed"]] for one in settings]


def on_test_images(runs, images, labels) -> dict[int, dict]:
    """For the seed of each run its ``test_loss``, ``test_accuracy`` and number of mistakes, ``test_errors``."""
    return {
        int(row["seed"]): {
            "test_loss": float(row["loss"]),
            "test_accuracy": float(row["accuracy"]),
            "test_errors": round((1 - row["accuracy"]) * len(labels)),
        }
        for _, row in runs.evaluate(images, labels).iterrows()
    }
