"""Experiments that notebooks read as tables: what is in the repository is what their code gives."""

import importlib
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from digits import results
from sklearn.model_selection import train_test_split

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

import experiments as command
import ingredients

each_experiment = pytest.mark.parametrize("name", command.READS)


@each_experiment
def test_committed_table_came_from_the_committed_code(name):
    """A notebook would show numbers that nobody can make again with what is in the repository."""
    table = results.experiment(name)
    record = json.loads((results.EXPERIMENTS / f"{name}.json").read_text(encoding="utf-8"))
    assert record.items() >= command.origin_of(name).items(), (
        f"measure anew: python benchmarks/experiments.py {name}"
    )
    settings = pd.DataFrame(importlib.import_module(name).settings())
    pd.testing.assert_frame_equal(table[list(settings.columns)], settings)
    assert not table.isna().to_numpy().any()


def test_table_that_was_changed_by_hand_is_refused(tmp_path, monkeypatch):
    """A better number would slip in."""
    shutil.copytree(results.EXPERIMENTS, tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr(results, "EXPERIMENTS", tmp_path)
    assert len(results.experiment("ingredients"))
    table = tmp_path / "ingredients.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("0.98", "0.99", 1), encoding="utf-8")
    with pytest.raises(ValueError, match="changed afterwards"):
        results.experiment("ingredients")
    table.unlink()
    with pytest.raises(FileNotFoundError, match=r"ingredients\.csv is missing"):
        results.experiment("ingredients")


@pytest.mark.slow
def test_one_row_of_the_ingredients_comes_out_again(full_mnist, empty_home):
    """The table would be that of another network, another split or another library."""
    images, labels = full_mnist["x_train"].reshape(-1, 784) / np.float32(255), full_mnist["y_train"]
    train_rows, validation_rows = train_test_split(
        np.arange(len(labels)), test_size=len(labels) // 6, stratify=labels, random_state=0
    )
    parts = {"train": train_rows, "val": validation_rows}
    measured = ingredients.measure_network("plain", images, labels, parts, [0])[0]
    table = results.experiment("ingredients")
    of_plain = table[(table["network"] == "plain") & (table["split"] == "random")]
    stored = of_plain.set_index("seed").loc[0]
    # Another processor rounds otherwise, and then trains as from another seed.
    for column in ("val_loss", "val_accuracy", "train_accuracy", "best_val_loss"):
        spread = of_plain[column].max() - of_plain[column].min()
        assert abs(measured[column] - stored[column]) <= 2 * spread, column
    assert measured["train_accuracy"] > 0.995 > 0.985 > measured["val_accuracy"] > 0.97
