"""The experiments of notebook 09: pictures, what is counted as read, and cheap rows made anew."""

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from digits import results
from digits.handwriting import no_digit, strokes_made
from digits.handwriting.between import Mark
from digits.store import artifacts
from mnist_files import random_split

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

import pictures_made
import preparation
import reading
import steps


@pytest.fixture
def data(full_mnist, monkeypatch):
    """The artifacts that the experiments read, as notebook 02 makes them."""
    labels = full_mnist["y_train"]
    train_rows, validation_rows = random_split(labels)
    images, test = (full_mnist[x].reshape(-1, 784) / np.float32(255) for x in ("x_train", "x_test"))
    arrays = {
        "preprocessed.npz": {
            "images": images,
            "labels": labels,
            "train_rows": train_rows,
            "validation_rows": validation_rows,
        },
        "test_set.npz": {"images": test, "labels": full_mnist["y_test"]},
    }
    monkeypatch.setattr(artifacts, "load_arrays", arrays.__getitem__)
    return arrays


def rows_like(module, name: str, **settings) -> tuple[list[dict], list]:
    """The settings of an experiment with these values, and the measured columns that its table has for them."""
    table, chosen = results.experiment(name), module.settings()
    rows = [
        number
        for number, one in enumerate(chosen)
        if all(one[key] == value for key, value in settings.items())
    ]
    assert rows
    measured = [column for column in table if column not in chosen[0]]
    return [chosen[row] for row in rows], table.loc[rows, measured].to_dict("records")


@pytest.mark.slow
def test_one_row_of_the_reading_comes_out_again(data):
    """The table would tell of another network or another pipeline than those that are shipped."""
    asked, stored = rows_like(
        reading, "reading", network="shipped", pictures="signs", threshold=0.8
    )
    for measured, row in zip(reading.measure(asked), stored, strict=True):
        for column in ("right", "wrong"):  # by more than rounding elsewhere would change
            assert abs(measured[column] - row[column]) <= 0.02, column


@pytest.mark.weekly
def test_one_row_of_the_preparation_comes_out_again(data):
    """As above, with a network that is trained anew."""
    asked, stored = rows_like(
        preparation,
        "preparation",
        **{"learned from": "digits", "prepared": True, "pictures": "8 x 8 pixels", "seed": 0},
    )
    ((measured,), (row,)) = preparation.measure(asked), stored
    assert abs(measured["right"] - row["right"]) <= 0.04


@pytest.mark.slow
def test_empty_pages_are_refused_as_often_again(data, monkeypatch):
    """The steps' table would be of another pipeline; what empty pages show needs no network."""
    monkeypatch.setattr(reading, "reader", lambda *which: None)
    monkeypatch.setattr("digits.training.load_model", lambda name: SimpleNamespace())
    monkeypatch.setattr("digits.handwriting.reading.Reader", lambda network: network)
    for changed in ("nothing", "lines and specks dropped"):
        asked, stored = rows_like(steps, "steps", changed=changed, pictures=steps.EMPTY)
        for measured, row in zip(steps.measure(asked), stored, strict=True):
            assert abs(measured["own"] - row["own"]) <= 0.02, changed


# ---------------------------------------------------------------- what is counted


def answers(*pairs):
    """Eleven probabilities for each answer and its own probability; 10 is "no digit"."""
    rows = []
    for answer, probability in pairs:
        row = np.full(11, (1 - probability) / 10)
        row[answer] = probability
        rows.append(row)
    return np.array(rows, dtype=np.float32)


@pytest.mark.parametrize(
    ("digits", "given", "right", "wrong"),
    [
        ((3,), [(3, 0.9)], 1, 0),
        ((3,), [(3, 0.7)], 0, 0),
        ((3,), [(5, 0.9)], 0, 1),
        ((3,), [(5, 0.7)], 0, 0),
        ((3,), [(10, 0.9)], 0, 0),
        ((1, 2), [(1, 0.9), (2, 0.9)], 1, 0),
        ((1, 2), [(1, 0.9), (2, 0.7)], 0, 0),
        ((1, 2), [(2, 0.9), (1, 0.9)], 0, 1),
        ((1, 2), [(1, 0.9), (2, 0.9), (7, 0.9)], 0, 1),
        ((1, 2), [(1, 0.9), (10, 0.9), (2, 0.9)], 1, 0),
        ((), [(10, 0.9)], 1, 0),
        ((), [(4, 0.7)], 1, 0),
        ((), [(4, 0.9)], 0, 1),
        ((), [], 1, 0),
    ],
)
def test_what_counts_as_right_and_wrong(digits, given, right, wrong):
    """A refused picture would count as a mistake, or a digit that is not there as none."""
    mark = Mark(np.zeros((28, 28), np.float32), (0.0, 0.0, 1.0, 1.0))
    written = pictures_made.Written(np.zeros((9, 9), np.uint8), digits)
    probabilities = answers(*given) if given else np.zeros((0, 11))
    found = reading.shares([written], [[mark] * len(given)], [probabilities], 0.8)
    assert found == {"right": right, "wrong": wrong}


def test_thresholds_are_chosen_by_networks_that_never_saw_the_digits():
    """A threshold that was chosen by digits which the network knows would be too low."""
    chosen_by = [one for one in reading.settings() if one["digits"] == "validation"]
    assert {one["network"] for one in chosen_by} == {"reading"}
    assert {one["seed"] for one in chosen_by} == set(reading.SEEDS)
    assert set(no_digit.HELD_BACK).isdisjoint(no_digit.FONTS)


def test_pictures_of_every_kind_can_be_made_again_one_by_one(data):
    """The n-th picture would depend on how many are made, and a smaller experiment be another one."""
    source = reading.source("validation", data["preprocessed.npz"])
    for kind in pictures_made.KINDS:
        first, second = pictures_made.pictures(kind, 2, 7, source)
        again = pictures_made.pictures(kind, 1, 7, source)[0]
        np.testing.assert_array_equal(first.picture, again.picture)
        assert first.digits == again.digits
        assert first.picture.dtype == second.picture.dtype == np.uint8
    forms = {digit for digit, _ in strokes_made.ALL_FORMS}
    assert forms == set(range(10))
