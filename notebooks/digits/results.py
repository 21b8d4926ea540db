"""Results as tables: what each run of a network reached on the test images, what networks cost, and long experiments.

No TensorFlow is imported; a network's own functions do the work.
"""

import json
import pathlib
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from . import evaluation
from .basics.workspace import NOTEBOOKS_FOLDER, shown
from .store.records import sha256_of

if TYPE_CHECKING:  # it imports TensorFlow
    from .training.runs import Runs

# Measured by benchmarks/run.py, and part of the repository.
COST_FILE = NOTEBOOKS_FOLDER.parent / "benchmarks" / "cost.csv"
# Measured by benchmarks/experiments.py: NAME.csv, and beside it NAME.json with the hashes of the table and of what it
# came from.
EXPERIMENTS = NOTEBOOKS_FOLDER.parent / "benchmarks" / "experiments"


def rows(
    notebook: str, runs: "Runs", images: np.ndarray, labels: np.ndarray, images_trained_on: int
) -> pd.DataFrame:
    """One row per run of a network, in the columns that all tables ``results/NN.csv`` share (see data/README.md).

    Args:
        notebook: its number, such as ``"07"``.
        runs: a :class:`digits.training.runs.Runs` whose loss takes digits.
        images: test images, float32, shape (images, 784).
        labels: their digits, shape (images,).
        images_trained_on: how many images each run learned from.
    """
    table = runs.evaluate(images, labels).rename(
        columns={"loss": "test_loss", "accuracy": "test_accuracy"}
    )
    table.insert(0, "notebook", notebook)
    table.insert(1, "network", runs.name)
    table.insert(3, "images_trained_on", images_trained_on)
    table.insert(4, "parameters", runs.network.count_params())
    table.insert(5, "validation_accuracy", runs.final().get("val_accuracy", np.nan))
    table["test_errors"] = ((1 - table["test_accuracy"]) * len(labels)).round().astype(int)
    return _with_intervals(table, len(labels))


def rows_of_experiment(notebook: str, table: pd.DataFrame, test_images: int) -> pd.DataFrame:
    """The rows of an experiment's runs on test images, in the same columns.

    Args:
        notebook: its number, such as ``"07"``.
        table: from :func:`experiment`, with the columns ``network``, ``seed``, ``parameters``, ``images`` (that a run
            learned from), ``test_loss``, ``test_accuracy`` and ``test_errors``.
        test_images: how many test images there are.
    """
    table = table.reset_index(drop=True).rename(columns={"images": "images_trained_on"})
    table = table.assign(notebook=notebook, validation_accuracy=np.nan)
    first = [
        "notebook",
        "network",
        "seed",
        "images_trained_on",
        "parameters",
        "validation_accuracy",
    ]
    return _with_intervals(
        table[[*first, "test_loss", "test_accuracy", "test_errors"]], test_images
    )


def _with_intervals(table: pd.DataFrame, test_images: int) -> pd.DataFrame:
    """The table with the ends of each accuracy's interval as columns ``accuracy_low`` and ``accuracy_high``."""
    intervals = [
        evaluation.wilson_interval(test_images - errors, test_images)
        for errors in table["test_errors"]
    ]
    low, high = np.transpose(intervals)
    return table.assign(accuracy_low=low, accuracy_high=high)


def read_cost() -> pd.DataFrame:
    """What networks cost to train, as measured once: columns ``parameters``, ``epochs`` and ``seconds``, by network.

    ``seconds`` is the wall time of one run's training on two processor cores, with its compilation.

    Raises:
        FileNotFoundError: the file is not there, because the folder of notebooks was copied without the repository.
    """
    _require(COST_FILE)
    return pd.read_csv(COST_FILE, comment="#", index_col="network")


def experiment(name: str) -> pd.DataFrame:
    """The table of an experiment that takes too long for a notebook, one row per trained run.

    Args:
        name: of the experiment, such as ``"ingredients"``.

    Raises:
        FileNotFoundError: table or record are not there, because the notebooks were copied without the repository.
        ValueError: the table is not the one that the experiment wrote.
    """
    table, record = EXPERIMENTS / f"{name}.csv", EXPERIMENTS / f"{name}.json"
    _require(table)
    _require(record)
    if sha256_of(table) != json.loads(record.read_text(encoding="utf-8"))["sha256"]:
        raise ValueError(
            f"{shown(table)} is not what the experiment wrote: it was changed afterwards. Take the repository's file "
            f"again, or measure anew: python benchmarks/experiments.py {name}"
        )
    return pd.read_csv(table)


def _require(file: pathlib.Path) -> None:
    """Raise ``FileNotFoundError`` unless a file of the repository is there."""
    if not file.exists():
        raise FileNotFoundError(
            f"{file.name} is missing: this notebook needs the folder benchmarks/ of the repository beside its own."
        )
