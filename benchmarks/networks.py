"""The Keras networks that are measured, and runs that are trained anew."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "notebooks"))


def keras_network(network: str, width: int, seed: int, optimizer="adam"):
    """A compiled Keras model that takes images of shape (784,), float32, and gives ten probabilities.

    Args:
        network: ``"dense"`` (784-width-10), ``"conv"`` (two convolutions, then 100 neurons) or ``"series_conv"``
            (notebook 07's convolutional network, without dropout, for which a few epochs are too short).
        width: of the dense network's hidden layer.
        seed: of the starting weights.
        optimizer: as Keras takes it.
    """
    import keras

    keras.utils.set_random_seed(seed)
    layers = keras.layers
    if network == "dense":
        hidden = [layers.Dense(width, activation="relu")]
    elif network == "conv":
        hidden = [
            layers.Reshape((28, 28, 1)),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(100, activation="relu"),
        ]
    else:
        hidden = [
            layers.Reshape((28, 28, 1)),
            layers.Conv2D(16, 5),
            layers.MaxPooling2D(),
            layers.ReLU(),
            layers.Conv2D(32, 3),
            layers.MaxPooling2D(),
            layers.ReLU(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(128, use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
        ]
    model = keras.Sequential([keras.Input((784,)), *hidden, layers.Dense(10, activation="softmax")])
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def published_network(recipe: dict, seed: int):
    """A compiled Keras model as a project has published it.

    Args:
        recipe: the fields of a ``Recipe`` of ``digits.training.recipes``, and its ``loss``.
        seed: of the starting weights.
    """
    import keras

    keras.utils.set_random_seed(seed)
    layers = [keras.layers.Dense(width, activation="relu") for width in recipe["hidden_layers"]]
    output = keras.layers.Dense(10, activation=recipe["output"])
    model = keras.Sequential([keras.Input((784,)), *layers, output])
    model.compile(optimizer="adam", loss=recipe["loss"], metrics=["accuracy"])
    return model


def train_all_anew() -> None:
    """From here on, ``repeats`` trains every run in this process, and keeps none on disk."""
    from digits.training import run_cache

    run_cache.read = lambda file: None
    run_cache.write = lambda *content: None


def use_both_cores() -> None:
    """Let one operation use two threads: right for a run that trains alone, on a network that is not tiny.

    The series trains several runs side by side, each on one thread.
    """
    from digits.training import tf

    tf.config.threading.set_intra_op_parallelism_threads(2)
