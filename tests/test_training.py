"""Training: the same numbers each time, the same numbers as Keras alone, and nothing on standard error."""

import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from digits import training
from digits.basics import workspace
from digits.training import compiled, repeats

keras = training.keras
IMAGES, PIXELS, BATCH_SIZE = (
    330,
    20,
    32,
)  # not a multiple of the batch size: the last batch is smaller


@pytest.fixture
def data():
    """Random images with labels that can be learned from them."""
    random = np.random.default_rng(0)
    images = random.random((IMAGES, PIXELS), dtype=np.float32)
    return images, images[:, :10].argmax(axis=1)


def build(
    seed: int = 0, loss: str = "sparse_categorical_crossentropy", activation: str = "softmax"
):
    """A small compiled network with dropout, so that the order of random numbers matters too."""
    keras.utils.set_random_seed(seed)
    network = keras.Sequential(
        [
            keras.Input((PIXELS,)),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10, activation=activation),
        ]
    )
    network.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    return network


def assert_same_weights(one, other) -> None:
    """Two networks are equal to the last bit."""
    for first, second in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)


def true_loss_and_accuracy(network, images, labels) -> tuple[float, float]:
    """Loss and accuracy of a softmax network, computed without Keras's own bookkeeping."""
    scores = network(images).numpy().astype(np.float64)
    return -np.log(scores[np.arange(len(labels)), labels]).mean(), (
        scores.argmax(axis=1) == labels
    ).mean()


def test_same_seed_gives_the_same_network(data):
    """Whoever runs the notebook twice on one machine sees no number change; another seed is another network."""
    networks, tables = [], []
    for seed in (7, 7, 8):
        networks.append(build(seed))
        tables.append(training.fit(networks[-1], *data, epochs=2, batch_size=BATCH_SIZE))
    assert_same_weights(networks[0], networks[1])
    assert tables[0].equals(tables[1]) and not tables[0].equals(tables[2])
    assert not np.array_equal(networks[0].get_weights()[0], networks[2].get_weights()[0])


@pytest.mark.parametrize(
    ("validated", "one_hot"), [(True, False), (False, True)], ids=["validated", "one-hot"]
)
def test_fit_is_the_fit_of_keras(data, validated, one_hot):
    """What a reader learns about model.fit is true of the series' numbers: only speed and order differ."""
    images, labels = data
    loss = "categorical_crossentropy" if one_hot else "sparse_categorical_crossentropy"
    targets = np.eye(10, dtype=np.float32)[labels] if one_hot else labels
    validation = (images[:77], targets[:77]) if validated else None
    options = {"batch_size": BATCH_SIZE, "validation_data": validation}
    ours, theirs = build(loss=loss), build(loss=loss)
    table = training.fit(ours, images, targets, epochs=3, seed=5, **options)
    rows = []
    for epoch in (1, 2, 3):
        order = compiled.epoch_order(5, epoch, len(images))
        history = theirs.fit(images[order], targets[order], shuffle=False, verbose=0, **options)
        rows.append({name: value for name, (value,) in history.history.items()})
    for array, expected in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(array, expected, atol=1e-6)
    expected_columns = ["epoch", "loss", "accuracy"] + (
        ["val_loss", "val_accuracy"] if validated else []
    )
    assert list(table.columns) == expected_columns
    assert table["epoch"].tolist() == [1, 2, 3]
    for name in expected_columns[1:]:
        np.testing.assert_allclose(table[name], [row[name] for row in rows], rtol=1e-5)


@pytest.mark.parametrize("seed", [0, 3])
def test_fit_is_a_run_of_repeats(home, data, seed):
    """The network that a reader trains from a seed is, to the last bit, the one that the comparison counts."""
    alone = build(seed)
    training.fit(alone, *data, epochs=2, batch_size=BATCH_SIZE, seed=seed)
    runs = repeats.train(lambda: build(seed), *data, seeds=[seed], epochs=2, batch_size=BATCH_SIZE)
    assert_same_weights(alone, runs.network)


def test_callbacks_see_every_epoch_and_may_set_the_learning_rate(data):
    """A reader's own Keras callbacks work: they are told what was measured, and what they change has an effect."""
    seen = []

    class Watching(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs):
            seen.append((epoch, float(self.model.optimizer.learning_rate.numpy()), logs))

    standing_still = keras.callbacks.LearningRateScheduler(lambda epoch: 0.1 if epoch == 0 else 0.0)
    network = build()
    options = {"batch_size": BATCH_SIZE, "validation_data": data}
    table = training.fit(
        network, *data, epochs=3, callbacks=[standing_still, Watching()], **options
    )
    assert [(epoch, rate) for epoch, rate, _ in seen] == [(0, np.float32(0.1)), (1, 0.0), (2, 0.0)]
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        assert [logs[name] for _, _, logs in seen] == table[name].tolist()
    assert table["val_loss"][0] == table["val_loss"][2], "it learned without a learning rate"


@pytest.mark.parametrize("part", ["training", "validation"])
def test_labels_that_do_not_belong_to_the_images_are_an_error(data, part):
    """A slip of the reader's is named, instead of a network that learned from shifted labels."""
    images, labels = data
    too_few = {"training": labels[:-1], "validation": labels}[part]
    validation = (images, labels[:3]) if part == "validation" else None
    with pytest.raises(ValueError, match=r"330 images and 3(29)? labels: each image needs its own"):
        training.fit(
            build(), images, too_few, epochs=1, batch_size=BATCH_SIZE, validation_data=validation
        )


@pytest.mark.parametrize("before", ["evaluate", "fit on fewer images", "predict"])
def test_network_may_be_used_before_it_is_trained(data, before):
    """A reader measures an untrained network, or trains on a part first: all later numbers are of all images."""
    images, labels = data
    validation = tuple(
        np.concatenate([part] * 8)[:2500] for part in data
    )  # more than one batch of any usual size
    network = build()
    if before == "evaluate":
        network.evaluate(*validation, verbose=0)
    elif before == "fit on fewer images":
        training.fit(
            network,
            images[:32],
            labels[:32],
            epochs=1,
            batch_size=BATCH_SIZE,
            validation_data=validation,
        )
    else:
        training.predict(network, images, batch_size=10)
    steps_before = int(network.optimizer.iterations)
    table = training.fit(
        network, images, labels, epochs=1, batch_size=BATCH_SIZE, validation_data=validation
    )
    assert int(network.optimizer.iterations) - steps_before == -(-IMAGES // BATCH_SIZE)
    expected = true_loss_and_accuracy(network, *validation)
    np.testing.assert_allclose(table[["val_loss", "val_accuracy"]].iloc[-1], expected, rtol=1e-5)
    np.testing.assert_allclose(network.evaluate(*validation, verbose=0), expected, rtol=1e-5)
    np.testing.assert_allclose(
        training.predict(network, images, batch_size=10), network(images).numpy(), atol=1e-6
    )


def test_network_may_be_used_with_keras_after_it_was_trained(data):
    """After training.fit the reader's own model.fit, evaluate and predict do what Keras's documentation says."""
    images, labels = data
    network = build()
    training.fit(network, images[:64], labels[:64], epochs=1, batch_size=BATCH_SIZE)
    network.fit(images, labels, batch_size=BATCH_SIZE, verbose=0)
    assert int(network.optimizer.iterations) == 2 + 11
    expected = true_loss_and_accuracy(network, images, labels)
    np.testing.assert_allclose(network.evaluate(images, labels, verbose=0), expected, rtol=1e-5)
    np.testing.assert_allclose(
        network.predict(images, batch_size=7, verbose=0), network(images).numpy(), atol=1e-6
    )


def test_predict_gives_one_row_per_image(data):
    """Scores belong to their images, also when the last batch is smaller."""
    network = build()
    scores = training.predict(network, data[0], batch_size=100)
    assert scores.dtype == np.float32 and scores.shape == (IMAGES, 10)
    np.testing.assert_allclose(scores, network(data[0]).numpy(), atol=1e-6)


def test_early_stopping_stops_and_restores(data):
    """Callbacks see every epoch: training ends when validation gets worse, with the best weights."""
    images, labels = data
    random_labels = np.random.default_rng(1).integers(
        0, 10, 100
    )  # cannot be learned, so their loss soon rises
    network = build()
    stopping = keras.callbacks.EarlyStopping(patience=2, restore_best_weights=True)
    validation = (images[:100], random_labels)
    table = training.fit(
        network,
        images,
        labels,
        epochs=40,
        batch_size=BATCH_SIZE,
        validation_data=validation,
        callbacks=[stopping],
    )
    best = int(table["val_loss"].argmin())
    assert len(table) == best + 1 + 2 < 40
    np.testing.assert_allclose(
        true_loss_and_accuracy(network, *validation)[0], table["val_loss"].iloc[best], rtol=1e-5
    )


def test_progress_is_for_a_person_only(data, monkeypatch, capfd):
    """A person sees the epochs pass, not on red ground; a stored output holds no bar."""
    network = build()
    capfd.readouterr()
    for progress in ("0", "1"):
        monkeypatch.setenv("DIGITS_PROGRESS", progress)
        training.fit(network, *data, epochs=2, batch_size=BATCH_SIZE)
        printed = capfd.readouterr()
        assert printed.err == ""
        if progress == "1":
            assert f"Training {network.name}" in printed.out and "0/2" in printed.out
        else:
            assert printed.out == ""


def _run_python(program: str) -> subprocess.CompletedProcess:
    """Run a program in a fresh process, with TensorFlow's log as it is by default."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=workspace.NOTEBOOKS_FOLDER,
        env=inherited,
        capture_output=True,
        encoding="utf-8",
    )


def test_error_while_tensorflow_is_imported_comes_through():
    """Where TensorFlow is missing or broken the reader sees Python's error, not a silent end."""
    result = _run_python(
        "import sys; sys.modules['tensorflow'] = None\nfrom digits import training"
    )
    assert result.returncode == 1
    assert "tensorflow" in result.stderr.splitlines()[-1]


def test_other_modules_do_not_import_tensorflow(home):
    """Notebooks 01 and 02 start at once: nothing they use waits seconds for TensorFlow."""
    result = _run_python(
        """
        import sys
        from digits import checks, evaluation, plots, series
        from digits.basics import workspace
        from digits.dataset import mirrors, mnist
        from digits.store import artifacts
        artifacts.save_arrays("preprocessed.npz", a=[1])
        print(sorted({"tensorflow", "keras", "torch", "jax"} & set(sys.modules)))
        """
    )
    assert result.stdout == "[]\n", result.stderr
