"""Tables of results, and the measured cost of training."""

import re
import types

import notebook_files
import numpy as np
import pandas as pd
import pytest
from digits import evaluation, results, series
from digits.training import keras, repeats

IMAGES = np.random.default_rng(0).random((60, 784), dtype=np.float32)
LABELS = np.arange(60) % 10
COLUMNS = [
    "notebook",
    "network",
    "seed",
    "images_trained_on",
    "parameters",
    "validation_accuracy",
    "test_loss",
    "test_accuracy",
    "test_errors",
    "accuracy_low",
    "accuracy_high",
]


def build():
    """A small network."""
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input(shape=(784,)), layers.BatchNormalization(), layers.Dense(10, "softmax")],
        name="small",
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@pytest.mark.parametrize("validated", [True, False])
def test_rows_tell_what_each_run_reached(home, validated):
    """A table with the runs' numbers exchanged would still look like one."""
    settings = {"validation_data": (IMAGES[:20], LABELS[:20])} if validated else {}
    runs = repeats.train(build, IMAGES, LABELS, seeds=[5, 3], epochs=3, batch_size=16, **settings)
    table = results.rows("07", runs, IMAGES[20:], LABELS[20:], 60)
    assert list(table.columns) == COLUMNS
    assert table["seed"].tolist() == [5, 3] and set(table["network"]) == {"small"}
    for seed, row in table.set_index("seed").iterrows():
        network = runs.trained(seed)
        loss, accuracy = network.evaluate(IMAGES[20:], LABELS[20:], verbose=0)
        predicted = network.predict(IMAGES[20:], verbose=0).argmax(axis=1)
        assert row["test_errors"] == (predicted != LABELS[20:]).sum() == round(40 * (1 - accuracy))
        assert row["test_loss"] == pytest.approx(loss, rel=1e-4)
        assert row["test_accuracy"] == pytest.approx(accuracy)
        expected = evaluation.wilson_interval(40 - row["test_errors"], 40)
        assert (row["accuracy_low"], row["accuracy_high"]) == pytest.approx(expected)
        # Two that are learned and two that are counted for each pixel; then 784 x 10 weights, 10 biases.
        assert row["parameters"] == 4 * 784 + 7850 and row["images_trained_on"] == 60
        if validated:
            last = runs.history_of(seed)["val_accuracy"].iloc[-1]
            assert row["validation_accuracy"] == pytest.approx(last)
        else:
            assert np.isnan(row["validation_accuracy"])


def test_errors_are_whole_numbers_whatever_the_accuracy():
    """Times 10,000 images, 1 - 0.9979 is a hair less than 21, and 1 - 0.9971 a hair more than 29."""
    errors = np.arange(500)
    table = pd.DataFrame({"seed": errors, "loss": 0.0, "accuracy": 1 - errors / 10_000})
    runs = types.SimpleNamespace(
        name="small",
        network=build(),
        final=dict,
        evaluate=lambda images, labels: table,
    )
    found = results.rows("05", runs, None, np.zeros(10_000), 60_000)["test_errors"]
    assert found.tolist() == errors.tolist()


def test_rows_of_an_experiment_have_the_same_columns_and_its_numbers():
    """Runs from a table would stand beside trained ones under exchanged headings, or with other intervals."""
    measured = results.experiment("stronger")
    table = results.rows_of_experiment("07", measured[measured["network"] == "conv"], 10_000)
    assert list(table.columns) == COLUMNS
    assert set(table["notebook"]) == {"07"} and table["validation_accuracy"].isna().all()
    expected = measured[measured["network"] == "conv"].rename(
        columns={"images": "images_trained_on"}
    )
    shared = list(expected.columns)
    pd.testing.assert_frame_equal(table[shared], expected.reset_index(drop=True)[shared])
    for _, row in table.iterrows():
        interval = evaluation.wilson_interval(10_000 - row["test_errors"], 10_000)
        assert (row["accuracy_low"], row["accuracy_high"]) == pytest.approx(interval)


def test_columns_are_those_that_data_readme_documents():
    """A reader of the tables would look for columns in vain."""
    assert notebook_files.documented_columns() == COLUMNS


def test_committed_cost_is_complete_and_describes_its_machine():
    """Seconds without the machine they were measured on say nothing."""
    cost = results.read_cost()
    assert list(cost.columns) == ["parameters", "epochs", "seconds"]
    known = {*series.BASELINES, *series.HIDDEN_LAYER_NETWORKS, *series.STRONGER_NETWORKS}
    assert len(cost) >= 5 and set(cost.index) <= known
    assert {"baseline-softmax", "own", "deep", "conv"} <= set(cost.index)
    assert (cost["seconds"] > 0).all() and pd.api.types.is_integer_dtype(cost["parameters"])
    header = [
        line for line in results.COST_FILE.read_text(encoding="utf-8").splitlines() if "#" in line
    ]
    assert "60,000 training images" in header[0] and "median" in header[0]
    assert re.search(r"Machine: .+, two cores used, \d+ GiB of memory, .+TensorFlow \d", header[1])


def test_missing_cost_file_is_explained(monkeypatch, tmp_path):
    """Whoever copied notebooks/ alone learns which folder is missing."""
    monkeypatch.setattr(results, "COST_FILE", tmp_path / "cost.csv")
    with pytest.raises(FileNotFoundError, match=r"^cost\.csv is missing: .* benchmarks/"):
        results.read_cost()
