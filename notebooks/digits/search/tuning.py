"""The search for hyperparameters: what may vary, and how one trial is judged.

Notebook 08 shows and explains these functions; notebooks/tune.py runs the same search as a further worker.
Imports TensorFlow.
"""

from typing import Any

import numpy as np
import optuna
import pandas as pd

from ..dataset import mnist
from ..store import artifacts
from ..training import repeats
from ..training.backend import keras
from ..training.compiled import Plan, Trainer
from ..training.runs import Runs
from . import interrupts, studies

SEED = 0  # of the search, of each trial's training and of the choice of images
IMAGES, EPOCHS = 10_000, 5  # of each trial's training
# The settings of notebook 04's own network, as far as the search knows them: the first trial.
CHOSEN_BY_HAND = {
    "width": 128,
    "depth": 2,
    "learning_rate": 0.002,
    "batch_size": 128,
    "dropout": 0.1,
}
# Raise it when trials are judged otherwise than before: those of an earlier version are then left alone.
_VERSION = 3


def suggest(trial: optuna.Trial) -> dict:
    """The settings that this trial is to try."""
    return {
        "width": trial.suggest_int("width", 32, 512, log=True),
        "depth": trial.suggest_int("depth", 1, 5),
        "learning_rate": trial.suggest_float("learning_rate", 1e-4, 3e-2, log=True),
        "batch_size": trial.suggest_categorical("batch_size", [32, 64, 128, 256, 512]),
        "dropout": trial.suggest_float("dropout", 0.0, 0.5),
    }


def compiled_network(name: str, settings: dict, images: int, epochs: int) -> keras.Model:
    """The own network's recipe with other settings, to be trained on so many images for so many epochs."""
    model = keras.Sequential([keras.Input(shape=(784,), name="pixels")], name=name)
    for number in range(1, settings["depth"] + 1):
        model.add(keras.layers.Dense(settings["width"], use_bias=False, name=f"hidden_{number}"))
        model.add(keras.layers.BatchNormalization(name=f"normalization_{number}"))
        model.add(keras.layers.ReLU(name=f"relu_{number}"))
        model.add(keras.layers.Dropout(settings["dropout"], name=f"dropout_{number}"))
    model.add(keras.layers.Dense(10, activation="softmax", name="digits"))
    steps = epochs * -(-images // settings["batch_size"])
    schedule = keras.optimizers.schedules.CosineDecay(settings["learning_rate"], steps)
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=0.004, name="adamw")
    model.compile(optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def run_trial(trial: optuna.Trial, data: dict) -> float:
    """Train with this trial's settings; the validation accuracy, or an end before it if there is no hope."""
    settings, images, labels = suggest(trial), data["images"], data["labels"]
    keras.utils.set_random_seed(SEED)
    network = compiled_network("trial", settings, len(images), EPOCHS)

    def after_epoch(epoch: dict) -> None:
        interrupts.heed()  # Ctrl-C ends a search here, where nothing is half written
        trial.report(epoch["val_accuracy"], step=epoch["epoch"])
        if epoch["epoch"] < EPOCHS and trial.should_prune():
            raise optuna.TrialPruned

    # As model.fit, with whole epochs compiled.
    plan, rows = Plan(EPOCHS, settings["batch_size"]), np.arange(len(images))
    trainer = Trainer(network, plan, rows, images, labels, *data["validation_data"])
    return trainer.run(SEED, None, after_epoch).history["val_accuracy"].iloc[-1]


def train(
    name: str,
    settings: dict,
    images: np.ndarray,
    labels: np.ndarray,
    *,
    epochs: int,
    rows: np.ndarray | None = None,
    **how: Any,
) -> Runs:
    """Train the network of some settings from several seeds, and keep its runs.

    Args:
        name: of the network.
        settings: as :func:`suggest` gives them.
        images: float32, shape (images, 784).
        labels: digits, shape (images,).
        epochs: how many times all images are seen.
        rows: which images to learn from; None for all.
        how: ``seeds``, and what else :class:`digits.training.Training` takes.
    """
    seen = len(images) if rows is None else len(rows)
    return repeats.train(
        lambda: compiled_network(name, settings, seen, epochs),
        images,
        labels,
        epochs=epochs,
        batch_size=settings["batch_size"],
        rows=rows,
        **how,
    )


def default_budget() -> int:
    """How many trials a worker asks for: as many as a study of notebook 08 has, fewer on the sample."""
    return 12 if mnist.load().is_sample else 25


def data_for_trials() -> dict:
    """Some of the training images, and all validation images.

    Returns:
        ``images``, float32, shape (10,000, 784), or all training images where there are fewer; ``labels``, their
        digits; ``validation_data``, a pair of such arrays.
    """
    data = artifacts.load_arrays("preprocessed.npz")
    images, labels, validation_rows = data["images"], data["labels"], data["validation_rows"]
    rows = np.random.default_rng(SEED).permutation(data["train_rows"])[:IMAGES]
    return {
        "images": images[rows],
        "labels": labels[rows],
        "validation_data": (images[validation_rows], labels[validation_rows]),
    }


def study_of(trials: pd.DataFrame) -> optuna.Study:
    """A study in memory with these trials, complete ones.

    Args:
        trials: one row for each: ``value``, the validation accuracy, 0 to 1, and a column for each setting.
    """
    study = optuna.create_study(direction="maximize")
    asked = optuna.create_study().ask()
    suggest(asked)
    for row in trials.to_dict("records"):
        settings = {name: row[name] for name in asked.distributions}
        trial = optuna.trial.create_trial(
            params=settings, distributions=asked.distributions, value=row["value"]
        )
        study.add_trial(trial)
    return study


def open_study(address: str | None = None) -> optuna.Study:
    """The study of this search on the dataset in use; arguments and errors as :func:`studies.open_study`."""
    name = f"mnist-{mnist.load().fingerprint}-{IMAGES}x{EPOCHS}-v{_VERSION}"
    return studies.open_study(name, address, seed=SEED, first=CHOSEN_BY_HAND)
