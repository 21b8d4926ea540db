"""What the tests of repeated trainings share: tiny networks, data that they learn, and a trainer that takes no time."""

import os
import pathlib
import shutil
import subprocess
import sys
import textwrap

import numpy as np
import pandas as pd
from digits.basics import workspace
from digits.training import compiled, keras, repeats
from digits.training.backend import VALIDATION_BATCH_SIZE

# Not multiples of the batch size: the last batch is smaller.
IMAGES, PIXELS, BATCH_SIZE = 330, 20, 32
TO_VALIDATE = VALIDATION_BATCH_SIZE + 77


def some_images(count: int = IMAGES, seed: int = 0):
    """Random images with labels that can be learned from them."""
    images = np.random.default_rng(seed).random((count, PIXELS), dtype=np.float32)
    return images, images[:, :10].argmax(axis=1)


def one_hot(labels):
    """Labels as rows with a single one."""
    return np.eye(10, dtype=np.float32)[labels]


def build(
    *,
    name: str = "tiny",
    mixed: bool = False,
    neurons: int = 16,
    activation: str = "relu",
    output: str = "softmax",
    initializer: str = "glorot_uniform",
    rate: float = 0.2,
    optimizer=keras.optimizers.Adam,
    loss: str = "sparse_categorical_crossentropy",
    regularizer: str | None = None,
):
    """A small compiled network; ``mixed`` puts batch normalisation and dropout in, which keep XLA away."""
    between = [keras.layers.BatchNormalization(), keras.layers.Dropout(rate)] if mixed else []
    network = keras.Sequential(
        [
            keras.Input((PIXELS,)),
            keras.layers.Dense(
                neurons,
                activation=activation,
                # Normalisation takes a bias away, so that only rounding errors would train it.
                use_bias=not mixed,
                kernel_initializer=initializer,
                kernel_regularizer=regularizer,
            ),
            *between,
            keras.layers.Dense(10, activation=output),
        ],
        name=name,
    )
    network.compile(optimizer=optimizer(), loss=loss, metrics=["accuracy"])
    return network


def building(**options):
    """A function that builds a network with these options."""
    return lambda: build(**options)


def decaying_adamw():
    """The optimizer of the series' own network: its learning rate falls with every batch."""
    schedule = keras.optimizers.schedules.CosineDecay(
        0.005, decay_steps=3 * -(-IMAGES // BATCH_SIZE)
    )
    return keras.optimizers.AdamW(schedule, weight_decay=0.01)


def train(builder, images, labels, **settings):
    """Train with the usual settings of these tests, or others."""
    usual = {"seeds": [0], "epochs": 2, "batch_size": BATCH_SIZE}
    return repeats.train(builder, images, labels, **{**usual, **settings})


def cache_folder(home):
    """Where the finished runs of the sample are kept."""
    return home / "data" / "sample" / "cache"


def forget(home) -> None:
    """Delete the finished runs, so that they are trained again."""
    shutil.rmtree(cache_folder(home))


def assert_same_runs(one, other) -> None:
    """Two objects of runs are equal to the last bit."""
    assert (one.seeds, one.epochs_kept) == (other.seeds, other.epochs_kept)
    for first, second in zip(one.weights, other.weights, strict=True):
        assert first.dtype == second.dtype
        np.testing.assert_array_equal(first, second)
    pd.testing.assert_frame_equal(one.history, other.history, check_exact=True)
    for first, second in zip(one.network.get_weights(), other.network.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)


class InstantTrainer:
    """Stands in for the trainer where only it matters whether a run is trained: it gives the starting weights."""

    trained: tuple[int, ...] = ()

    def __init__(self, model, plan, *data):
        self.model, self.plan = model, plan

    def run(self, seed, start, after_epoch):
        """Note the seed, and give as many epochs as the plan wants."""
        InstantTrainer.trained += (seed,)
        epochs = np.arange(1, self.plan.epochs + 1)
        for _ in epochs:
            after_epoch({})
        kept = len(epochs) if self.plan.keep_every_epoch else 1
        weights = [np.stack([array] * kept) for array in self.model.get_weights()]
        history = pd.DataFrame({"epoch": epochs, "loss": 1 / epochs, "accuracy": epochs / 100})
        return compiled.Run(weights, history)


def run_python(program: str) -> subprocess.CompletedProcess:
    """Run a program that knows this module's names in a fresh process, with TensorFlow's log as it is by default."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    return subprocess.run(
        [sys.executable, "-c", "from trainings import *\n" + textwrap.dedent(program)],
        cwd=workspace.NOTEBOOKS_FOLDER,
        env={**inherited, "PYTHONPATH": str(pathlib.Path(__file__).parent)},
        capture_output=True,
        encoding="utf-8",
    )
