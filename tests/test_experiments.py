"""Experiments that notebooks read as tables: what is in the repository is what their code gives."""

import hashlib
import importlib
import itertools
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from digits import results
from mnist_files import random_split

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

import experiments as command
import fooled
import images as number_of_images
import ingredients
import ladder
import robustness
import stronger
import votes
import writers

each_experiment = pytest.mark.parametrize("name", command.READS)


@pytest.fixture
def data(full_mnist, empty_home):
    """Scaled images, labels, and the rows of the series' random split, as notebook 02 makes them."""
    labels = full_mnist["y_train"]
    train_rows, validation_rows = random_split(labels)
    return {
        "images": full_mnist["x_train"].reshape(-1, 784) / np.float32(255),
        "labels": labels,
        "test_images": full_mnist["x_test"].reshape(-1, 784) / np.float32(255),
        "test_labels": full_mnist["y_test"],
        "parts": {"train": train_rows, "val": validation_rows},
    }


def rows_of(name: str, **settings) -> pd.DataFrame:
    """The rows of an experiment's table with these settings, by seed."""
    table = results.experiment(name)
    for column, value in settings.items():
        table = table[table[column] == value]
    assert len(table)
    return table.set_index("seed")


def assert_like(measured: dict, stored: pd.DataFrame, *columns: str) -> None:
    """A run from seed 0 is at most twice as far from the stored one as the stored runs are from each other.

    Another processor rounds otherwise, and then trains as from another seed.
    """
    for column in columns:
        spread = stored[column].max() - stored[column].min()
        assert abs(measured[column] - stored.loc[0, column]) <= 2 * spread, column


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


def test_change_of_an_imported_module_changes_the_hash(tmp_path, monkeypatch):
    """A table would pass for that of a network that is now built otherwise, in a module that others share."""
    files = {
        "b_experiment": "import json\n\ndef settings():\n    return []\n\n"
        "def measure(settings):\n    from c_networks import build\n",
        "c_networks": "import a_layers as shared\n",
        "a_layers": "import b_experiment\n",  # it imports the experiment: the search must come to an end
        "d_other": "",
    }
    for name, text in files.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    def code() -> str:
        return command.origin_of("b_experiment")["code"]

    in_order = "".join(files[name] for name in ("a_layers", "b_experiment", "c_networks"))
    assert code() == hashlib.sha256(in_order.encode()).hexdigest()
    before = code()
    (tmp_path / "d_other.py").write_text("# changed", encoding="utf-8")
    assert code() == before
    (tmp_path / "a_layers.py").write_text("# changed", encoding="utf-8")
    assert code() != before
    del sys.modules["b_experiment"]


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


@pytest.mark.weekly
def test_one_row_of_the_ingredients_comes_out_again(data):
    """The table would be that of another network, another split or another library."""
    images, labels, parts = data["images"], data["labels"], data["parts"]
    measured = ingredients.measure_network("plain", images, labels, parts, [0])[0]
    stored = rows_of("ingredients", network="plain", split="random")
    assert_like(measured, stored, "val_loss", "val_accuracy", "train_accuracy", "best_val_loss")
    assert measured["train_accuracy"] > 0.995 > 0.985 > measured["val_accuracy"] > 0.97


@pytest.mark.slow
def test_one_row_of_the_ladder_comes_out_again(data):
    """As for the ingredients; the first rung is also where the dense networks of the other tables are built."""
    images, labels, parts = data["images"], data["labels"], data["parts"]
    measured = ladder.measure_network("two plain layers", images, labels, parts, [0])[0]
    stored = rows_of("ladder", network="two plain layers")
    assert_like(measured, stored, "train_loss", "val_loss", "val_accuracy")


def test_each_network_of_the_ladder_differs_from_its_neighbour_in_one_thing():
    """Two ingredients at once would be taken for one."""
    networks = list(ladder.NETWORKS)
    pairs = list(itertools.pairwise(networks[:7]))
    pairs += [("+ elastic", name) for name in networks[7:]]
    assert len(pairs) == 12
    for one, other in pairs:
        changed = _parts(one).items() ^ _parts(other).items()
        things = {_THING[key] for key, _ in changed}
        assert len(things) == 1, (one, other)
        assert things.pop() == other.removeprefix("+ ").removeprefix("all - ")


_THING = {
    "dropout": "dropout",
    "decay": "weight decay",
    "normalise": "batch normalisation",
    "shift": "shifts",
    **dict.fromkeys(("rotation", "zoom", "slant"), "rotation, zoom, slant"),
    "elastic": "elastic",
}


def _parts(network: str) -> dict:
    """What a network of the ladder is made of, distortions one by one; what it does without is 0."""
    made_of = dict(ladder.NETWORKS[network])
    return dict.fromkeys(_THING, 0) | made_of.pop("distortion", {}) | made_of


@pytest.mark.weekly
def test_one_row_of_the_stronger_networks_comes_out_again(data):
    """As for the ingredients."""
    runs = stronger.train("deep-undistorted", [0], data["images"], data["labels"])
    measured = stronger.on_test_images(runs, data["test_images"], data["test_labels"])[0]
    stored = rows_of("stronger", network="deep-undistorted")
    assert_like(measured, stored, "test_loss", "test_accuracy", "test_errors")
    assert stored.loc[0, "test_errors"] == round((1 - stored.loc[0, "test_accuracy"]) * 10_000)
    assert stored.loc[0, "parameters"] == runs.network.count_params()


@pytest.mark.slow
def test_baseline_errs_as_often_on_disturbed_digits_and_is_fooled_as_easily_again(data):
    """Another disturbance, other images, or changes that were searched for badly would stand in a table."""
    from digits import training

    runs = training.train(
        writers.build_baseline,
        data["images"],
        data["labels"],
        rows=data["parts"]["train"],
        seeds=[0],
        epochs=10,
        batch_size=128,
    )
    watched = robustness.watched(data["test_images"], data["test_labels"])
    measured = robustness.errors_of(runs, *watched)
    stored = rows_of("robustness", network="baseline-softmax").loc[0]
    assert len(stored) == len(measured) == 25
    for _, row in stored.iterrows():
        errors = measured[row["kind"], row["level"], 0]
        assert abs(errors - row["errors"]) <= 40, (row["kind"], row["level"])
    is_right = runs.scores(data["test_images"])[0].argmax(axis=1) == data["test_labels"]
    rows = np.random.default_rng(1).permutation(np.flatnonzero(is_right))[:1000]
    originals, digits = data["test_images"][rows], data["test_labels"][rows]
    again = fooled.fool(runs.network, originals, digits.astype(int), seed=0)
    stored = rows_of("fooled", network="baseline-softmax").loc[0].squeeze()
    assert again["misread"] == stored["misread"] == 1
    assert abs(again["length"] / stored["length"] - 1) < 0.12, "of other images that it reads right"
    assert max(again["misread_at_random"], stored["misread_at_random"]) < 0.02


def test_random_changes_are_as_long_as_those_that_fool():
    """The control would compare short changes with long ones."""
    pixels = np.random.default_rng(1).random((20, 784)).astype(np.float32)
    originals, lengths = np.where(pixels < 0.8, 0, pixels), np.linspace(0.5, 2, 20)
    changed = fooled.at_random(originals, lengths, seed=0)
    assert changed.min() >= 0 and changed.max() <= 1
    assert np.linalg.norm(changed - originals, axis=1) == pytest.approx(lengths, rel=0.02)


def test_votes_are_means_of_probabilities():
    """A vote would be credited with what another gave."""
    three, four = np.eye(10)[[3, 4]] * 0.9 + 0.01
    rather_three, rather_four = np.eye(10)[[3, 4]] * 0.2 + 0.08
    # Two images of a 3, seen by two runs, as they are and moved.
    as_it_is = [[three, rather_four], [rather_three, three]]
    moved = [[rather_three, three], [four, rather_three]]
    scores = np.array([as_it_is, moved])
    measured = votes.compare(scores, np.array([3, 3]))
    assert measured.keys() == {(way, run) for way in votes.WAYS for run in (0, 1)}
    columns = ("test_errors", "only_it_right", "only_one_right")
    for way, run, *expected in [
        ("one run", 0, 1, 0, 0),
        ("one run", 1, 0, 0, 0),
        ("five runs", 0, 0, 1, 0),
        ("five runs", 1, 0, 0, 0),
        ("one run, moved views", 0, 0, 1, 0),
        ("one run, moved views", 1, 1, 0, 1),
        ("five runs, moved views", 0, 0, 1, 0),
    ]:
        assert [measured[way, run][column] for column in columns] == expected, (way, run)
    of_the_three = [(0.91 + 0.28) / 2, (0.08 + 0.91) / 2]
    assert measured["five runs", 1]["test_loss"] == pytest.approx(-np.log(of_the_three).mean())


def test_a_digit_is_moved_and_background_comes_in():
    """A view that wraps round the edge would be another digit."""
    image = np.zeros((1, 28, 28), dtype=np.float32)
    image[0, 0, 27] = 1
    assert votes.moved(image.reshape(1, 784), 0, 1).sum() == 0
    down_and_left = votes.moved(image.reshape(1, 784), 1, -1).reshape(28, 28)
    assert down_and_left.sum() == down_and_left[1, 26] == 1
    assert len(set(votes.MOVES)) == 5 and votes.MOVES[0] == (0, 0)


@pytest.mark.weekly
def test_one_row_of_the_numbers_of_images_comes_out_again(data):
    """As for the ingredients; here the images that are drawn matter, too."""
    from digits import training

    setting = {"network": "dense", "distorted": False, "images": 1_000, "seed": 0}
    one = number_of_images.training_of(setting, data["images"], data["labels"])
    runs = training.train_all([one])[0]
    measured = stronger.on_test_images(runs, data["test_images"], data["test_labels"])[0]
    stored = rows_of("images", **{key: setting[key] for key in ("network", "distorted", "images")})
    assert_like(measured, stored, "test_accuracy", "test_errors", "test_loss")


def test_fewer_images_are_a_part_of_more_and_trained_on_for_as_many_steps():
    """More images would also be others, or a longer training."""
    images, labels = np.zeros((60_000, 1), dtype=np.float32), np.zeros(60_000)
    for seed in number_of_images.SEEDS:
        trainings = [
            number_of_images.training_of(one, images, labels)
            for one in number_of_images.settings()
            if (one["network"], one["distorted"], one["seed"]) == ("conv", True, seed)
        ]
        assert [len(set(one.rows)) for one in trainings] == list(number_of_images.IMAGES)
        for fewer, more in itertools.pairwise(trainings):
            assert set(fewer.rows) < set(more.rows)
        for one in trainings:
            steps = one.epochs * -(-len(one.rows) // one.batch_size)
            assert steps == one.build.args[1]
            assert 2_345 <= steps < 2_345 * 1.02
