"""What repeated trainings give: weights, histories and scores, also when they were saved and loaded."""

import shutil
import warnings

import numpy as np
import pandas as pd
import pytest
from digits import training
from digits.store import artifacts
from trainings import (
    PIXELS,
    TO_VALIDATE,
    assert_same_runs,
    build,
    building,
    one_hot,
    run_python,
    some_images,
    train,
)

# ---------------------------------------------------------------- what the runs give


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A network with three runs of four epochs, all of them kept; made once."""
    settings = {"seeds": (11, 3, 7), "epochs": 4, "keep_every_epoch": True}
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("runs")
        patch.setattr(artifacts, "folder", lambda: folder)
        patch.setenv("DIGITS_PROGRESS", "0")
        more_data = some_images(TO_VALIDATE, seed=1)
        return train(building(mixed=True), *some_images(), validation_data=more_data, **settings)


def test_runs_have_the_shapes_that_they_promise(runs):
    """Whoever takes the arrays apart finds seeds, epochs and weights where the description says."""
    assert runs.name == "tiny" and runs.seeds == (11, 3, 7) and runs.epochs_kept == (1, 2, 3, 4)
    expected = [array.shape for array in runs.network.get_weights()]
    assert [array.shape for array in runs.weights] == [(3, 4, *shape) for shape in expected]
    assert all(array.dtype == np.float32 for array in runs.weights)
    assert runs.history["seed"].tolist() == [11] * 4 + [3] * 4 + [7] * 4
    assert runs.history["epoch"].tolist() == [1, 2, 3, 4] * 3
    for array, all_runs in zip(runs.network.get_weights(), runs.weights, strict=True):
        np.testing.assert_array_equal(array, all_runs[0, -1])
    assert runs.network.compiled and runs.network.loss == "sparse_categorical_crossentropy"


def test_final_is_the_last_epoch_of_each_run(runs):
    """The table of results shows the end of training, each row beside its own seed."""
    final = runs.final().set_index("seed")
    assert sorted(final.index) == [3, 7, 11]
    assert list(final.columns) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    last = runs.history[runs.history["epoch"] == 4].set_index("seed").drop(columns="epoch")
    pd.testing.assert_frame_equal(final, last.loc[final.index], check_exact=True)


def test_history_of_one_run(runs):
    """A curve is drawn from the rows of its own run, numbered as a single training's."""
    table = runs.history_of(3)
    assert list(table.columns) == ["epoch", "loss", "accuracy", "val_loss", "val_accuracy"]
    assert list(table.index) == [0, 1, 2, 3] and table["epoch"].tolist() == [1, 2, 3, 4]
    assert table["loss"].tolist() == runs.history["loss"].tolist()[4:8]


@pytest.mark.slow
def test_kept_epochs_are_those_of_the_training(home, runs, data, more_data):
    """A slider over the epochs shows the network as it was then: its loss is the one in the history."""
    images, labels = more_data
    for seed in runs.seeds:
        for epoch in runs.epochs_kept:
            network = runs.trained(seed, epoch)
            network.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
            measured = network.evaluate(images, labels, verbose=0)
            row = runs.history.query(f"seed == {seed} and epoch == {epoch}")
            np.testing.assert_allclose(
                row[["val_loss", "val_accuracy"]].iloc[0], measured, rtol=1e-5
            )
    settings = {"seeds": runs.seeds, "epochs": 4, "validation_data": more_data}
    last_only = train(building(mixed=True), *data, **settings)
    assert last_only.epochs_kept == (4,)
    for all_epochs, last in zip(runs.weights, last_only.weights, strict=True):
        np.testing.assert_array_equal(all_epochs[:, -1:], last)
    pd.testing.assert_frame_equal(runs.history, last_only.history, check_exact=True)


def test_scores_are_those_of_the_trained_networks(runs, more_data, monkeypatch):
    """Each run's scores are its own, after each epoch, and also where the images come in several portions."""
    images = more_data[0]
    weights_before = runs.network.get_weights()
    at_once = {epoch: runs.scores(images, epoch) for epoch in (None, 1, 4)}
    monkeypatch.setattr("digits.training.runs._ROWS_SCORED_AT_ONCE", 100)
    for epoch, expected in at_once.items():
        scores = runs.scores(images, epoch)
        assert scores.shape == (3, TO_VALIDATE, 10) and scores.dtype == np.float32
        np.testing.assert_allclose(scores, expected, atol=1e-6)
        for run, seed in enumerate(runs.seeds):
            network = runs.trained(seed, epoch)
            np.testing.assert_allclose(scores[run], network(images).numpy(), atol=1e-6)
    np.testing.assert_array_equal(at_once[None], at_once[4])
    assert not np.allclose(at_once[1], at_once[4], atol=1e-3)
    for before, after in zip(weights_before, runs.network.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_trained_networks_are_copies(runs, data):
    """A reader may train on with what was handed out: the runs stay as they are."""
    network = runs.trained(3)
    network.set_weights([array + 1 for array in network.get_weights()])
    for array, all_runs in zip(runs.trained(3).get_weights(), runs.weights, strict=True):
        np.testing.assert_array_equal(array, all_runs[1, -1])


def test_trained_networks_can_be_evaluated(runs):
    """A reader asks one run for its loss, as of any network: it is compiled, with every version of Keras."""
    images, labels = some_images(50, seed=4)
    loss, accuracy = runs.trained(3).evaluate(images, labels, verbose=0)
    expected = runs.evaluate(images, labels).set_index("seed").loc[3]
    assert (loss, accuracy) == (
        pytest.approx(expected["loss"], rel=1e-5),
        pytest.approx(expected["accuracy"]),
    )


@pytest.mark.parametrize("seed_and_epoch", [(5, None), (3, 0), (3, 5), (0, 1)])
def test_run_that_was_not_kept_is_an_error(runs, seed_and_epoch):
    """The message says which seeds and epochs there are."""
    seed, epoch = seed_and_epoch
    with pytest.raises(KeyError) as error:
        runs.trained(seed, epoch)
    assert error.value.args[0] == (
        f"tiny has no weights of seed {seed} after epoch {4 if epoch is None else epoch}; kept are those of seeds "
        "[11, 3, 7] after epochs [1, 2, 3, 4]."
    )
    if seed == 3:
        with pytest.raises(KeyError, match=f"after epoch {epoch}; kept are"):
            runs.scores(np.zeros((1, PIXELS), np.float32), epoch)


@pytest.mark.parametrize(
    ("output", "is_one_hot"),
    [("softmax", False), ("softmax", True), ("sigmoid", False), ("sigmoid", True)],
    ids=["softmax-digits", "softmax-one-hot", "sigmoid-digits", "sigmoid-one-hot"],
)
def test_evaluate_is_the_evaluate_of_keras(home, data, more_data, monkeypatch, output, is_one_hot):
    """The loss and accuracy in the table are those that a reader gets from model.evaluate, for every run."""
    targets = one_hot if is_one_hot else np.asarray
    loss = "categorical_crossentropy" if is_one_hot else "sparse_categorical_crossentropy"
    builder = building(mixed=True, output=output, loss=loss)
    runs = train(builder, data[0], targets(data[1]), seeds=[1, 0], epochs=1)
    images, labels = more_data[0], targets(more_data[1])
    expected = []
    for seed in (1, 0):
        network = runs.trained(seed)
        network.compile(loss=loss, metrics=["accuracy"])
        expected.append([seed, *network.evaluate(images, labels, verbose=0)])
    for rows_at_once in (10_000, 100):  # the last of several portions is smaller
        monkeypatch.setattr("digits.training.runs._ROWS_SCORED_AT_ONCE", rows_at_once)
        table = runs.evaluate(images, labels)
        assert list(table.columns) == ["seed", "loss", "accuracy"]
        np.testing.assert_allclose(table, expected, rtol=1e-5)


def test_evaluate_with_a_penalty_on_weights(home, data, more_data):
    """A network with a regularizer pays for its own weights, not for those of the first run."""
    runs = train(building(regularizer="l2"), *data, seeds=[0, 1], validation_data=more_data)
    table, final = runs.evaluate(*more_data), runs.final()
    np.testing.assert_allclose(table["loss"], final["val_loss"], rtol=1e-5)
    np.testing.assert_allclose(table["accuracy"], final["val_accuracy"], rtol=1e-5)


# ---------------------------------------------------------------- saving and loading


def test_saved_runs_are_loaded_as_they_were(home, data, more_data):
    """A later notebook gets from the artifacts what the training gave, and can go on measuring with it."""
    builder = building(name="D-hidden", mixed=True, output="sigmoid")
    settings = {
        "seeds": [5, 2],
        "epochs": 3,
        "keep_every_epoch": True,
        "validation_data": more_data,
    }
    runs = train(builder, *data, **settings)
    runs.save()
    with pytest.MonkeyPatch.context() as patch:
        # Notebook 04 would read these; here they are not there, and nothing is made.
        patch.setattr(artifacts, "_ensure_current", lambda name: None)
        loaded = training.load_runs("D-hidden")
    assert loaded.name == "D-hidden"
    assert_same_runs(runs, loaded)
    pd.testing.assert_frame_equal(runs.evaluate(*more_data), loaded.evaluate(*more_data))
    np.testing.assert_array_equal(runs.scores(more_data[0], 2), loaded.scores(more_data[0], 2))


def test_loading_warns_of_nothing(home, data, monkeypatch):
    """A later notebook that only measures shows no page of Keras about its optimizer on red ground."""
    train(building(name="D-hidden"), *data, epochs=1).save()
    monkeypatch.setattr(artifacts, "_ensure_current", lambda name: None)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        training.load_runs("D-hidden")
    assert [str(one.message) for one in caught if one.category is UserWarning] == []


def test_network_that_is_not_declared_is_not_saved(home, data, seeds_trained):
    """A misspelt name is told, and does not become a file that no notebook reads."""
    with pytest.raises(KeyError, match=r"declares the artifact 'models/tiny\.keras'"):
        train(build, *data).save()


@pytest.mark.slow
def test_fresh_process_finds_the_runs_of_another(home, files_in):
    """Tomorrow's session trains nothing again, also after other networks were built, and saves the same bytes."""
    program = """
        from digits.training import run_cache
        options = {{"mixed": True, "optimizer": decaying_adamw}}
        repeats._train_side_by_side = {training}
        def run(name):
            return train(building(name=name, **options), *some_images(), seeds=[0, 1], epochs=2)
        run("D-hidden").save()
        for _ in range({others}):
            build(mixed=True)
        print(run_cache.digest(run("E").weights[0]))
        """
    sample, kept, printed = home / "data" / "sample", [], []
    for others, trains in [(0, "repeats._train_side_by_side"), (3, "None")]:
        result = run_python(program.format(others=others, training=trains))
        assert result.returncode == 0, result.stderr
        kept.append(files_in(sample))
        printed.append(result.stdout)
        for folder in ("models", "weights", "histories"):
            shutil.rmtree(sample / folder)
    assert printed[0] == printed[1] != ""
    saved = {"models/D-hidden.keras", "weights/D-hidden.npz", "histories/D-hidden.csv"}
    assert saved <= kept[0].keys() and kept[0] == kept[1]
