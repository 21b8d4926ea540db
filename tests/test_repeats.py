"""Repeated trainings give the numbers of Keras, and the same ones each time."""

import numpy as np
import pytest
from digits.training import compiled, keras, repeats
from trainings import (
    BATCH_SIZE,
    IMAGES,
    PIXELS,
    assert_same_runs,
    build,
    building,
    decaying_adamw,
    forget,
    one_hot,
    some_images,
    train,
)


@pytest.fixture
def with_xla(monkeypatch):
    """XLA also for trainings as small as those of the tests, for which it is not worth its second."""
    monkeypatch.setattr(compiled, "_IMAGES_WORTH_XLA", 0)


# ---------------------------------------------------------------- the numbers of Keras


def replay(builder, images, labels, *, seed, epochs, batch_size=BATCH_SIZE, validation_data=None):
    """What plain Keras gives for one run: its network, and one dictionary of numbers per epoch."""
    keras.utils.set_random_seed(seed)
    network, rows = builder(), []
    network.run_eagerly = True  # so few steps take less time than compiling one
    for epoch in range(1, epochs + 1):
        order = compiled.epoch_order(seed, epoch, len(images))
        history = network.fit(
            images[order],
            labels[order],
            shuffle=False,
            epochs=1,
            batch_size=batch_size,
            validation_data=validation_data,
            verbose=0,
        ).history
        rows.append({name: values[0] for name, values in history.items()})
    return network, rows


@pytest.mark.parametrize(
    ("mixed", "output", "is_one_hot", "optimizer"),
    [
        pytest.param(False, "softmax", False, decaying_adamw, marks=pytest.mark.slow),
        (False, "sigmoid", True, keras.optimizers.Adam),
        pytest.param(True, "softmax", True, decaying_adamw, marks=pytest.mark.slow),
        pytest.param(True, "sigmoid", False, keras.optimizers.Adam, marks=pytest.mark.slow),
    ],
    ids=["dense-softmax", "dense-sigmoid", "mixed-softmax", "mixed-sigmoid"],
)
def test_training_is_the_fit_of_keras(
    home, data, more_data, monkeypatch, with_xla, mixed, output, is_one_hot, optimizer
):
    """What a reader learns about model.fit is true of the series' numbers: same updates, same masks of dropout."""
    monkeypatch.setattr(repeats, "_cores", lambda: 1)  # the second run uses what the first one used
    targets = one_hot if is_one_hot else np.asarray
    images, labels = data[0], targets(data[1])
    builder = building(
        mixed=mixed,
        output=output,
        optimizer=optimizer,
        loss="categorical_crossentropy" if is_one_hot else "sparse_categorical_crossentropy",
    )
    settings = {"epochs": 3, "validation_data": (more_data[0], targets(more_data[1]))}
    ours = train(builder, images, labels, seeds=[5, 6], **settings)
    theirs, rows = replay(builder, images, labels, seed=6, **settings)
    tolerance = {"rtol": 0, "atol": 1e-6} if mixed else {"rtol": 1e-5, "atol": 1e-5}
    for array, expected in zip(ours.trained(6).get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(array, expected, **tolerance)
    names = ["loss", "accuracy", "val_loss", "val_accuracy"]
    assert list(ours.history.columns) == ["seed", "epoch", *names]
    table = ours.history[ours.history["seed"] == 6]
    assert table["epoch"].tolist() == [1, 2, 3]
    for name in names:
        np.testing.assert_allclose(table[name], [row[name] for row in rows], rtol=1e-5)
    assert rows[-1]["loss"] < rows[0]["loss"], (
        "something was learned, so that equality says something"
    )


def test_history_without_validation_has_no_columns_for_it(home, data):
    """A table of a training without validation does not show columns without numbers."""
    runs = train(build, *data, epochs=1)
    assert list(runs.history.columns) == ["seed", "epoch", "loss", "accuracy"]
    _, rows = replay(build, *data, seed=0, epochs=1)
    for name in ("loss", "accuracy"):
        assert runs.history[name][0] == pytest.approx(rows[0][name], rel=1e-5)


@pytest.mark.parametrize("mixed", [False, True], ids=["dense", "mixed"])
@pytest.mark.parametrize(
    ("images", "batch_size", "validated"), [(33, 32, 1), (20, 32, 50), (32, 32, None)]
)
@pytest.mark.slow
def test_any_number_of_images_goes(home, with_xla, mixed, images, batch_size, validated):
    """Exercises with few images, a batch that holds all of them or one left over are trained like all others."""
    settings = {"epochs": 2, "batch_size": batch_size}
    if validated:
        settings["validation_data"] = some_images(validated, seed=2)
    few = some_images(images)
    ours = train(building(mixed=mixed), *few, **settings)
    theirs, rows = replay(building(mixed=mixed), *few, seed=0, **settings)
    for array, expected in zip(ours.network.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(array, expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(ours.history["loss"], [row["loss"] for row in rows], rtol=1e-4)


@pytest.mark.parametrize("mixed", [False, True], ids=["dense", "mixed"])
@pytest.mark.slow
def test_learning_from_some_rows_is_learning_from_a_copy(home, data, seeds_trained, mixed):
    """Naming rows only spares memory: the network is the one that a copy of those images would give."""
    images, labels = data
    rows = np.random.default_rng(3).permutation(IMAGES)[:101]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repeats, "Trainer", compiled.Trainer)
        named = train(building(mixed=mixed), images, labels, rows=rows)
        copied = train(building(mixed=mixed), images[rows], labels[rows])
    assert_same_runs(named, copied)
    assert seeds_trained(building(mixed=mixed), images, labels, rows=rows) == []
    assert seeds_trained(building(mixed=mixed), images, labels, rows=rows[1:]) == [0]
    assert seeds_trained(building(mixed=mixed), images, labels) == [0]


@pytest.mark.parametrize("row", [-1, IMAGES])
def test_row_that_is_not_there_is_an_error(data, row):
    """XLA would learn from another image instead, and nobody would notice."""
    with pytest.raises(ValueError, match=f"Rows must lie between 0 and {IMAGES - 1}"):
        repeats.Training(build, *data, seeds=[0], epochs=1, batch_size=4, rows=np.array([0, row]))


def test_each_epoch_has_an_order_of_its_own():
    """Every image is seen once per epoch, and no two epochs or seeds shuffle alike."""
    orders = [compiled.epoch_order(seed, epoch, 50) for seed in (0, 1, 2) for epoch in (1, 2, 3)]
    for order in orders:
        assert sorted(order) == list(range(50)) and order.dtype == np.int32
    assert len({tuple(order) for order in orders}) == len(orders)
    np.testing.assert_array_equal(orders[0], compiled.epoch_order(0, 1, 50))


def is_compiled_with_xla(monkeypatch, builder, data, **settings) -> bool:
    """Train a network for one epoch, and see how the epoch was compiled."""
    seen, train_one = [], compiled.Trainer.run

    def look(trainer, *arguments):
        seen.append(trainer.train_epoch.function_def.attr["_XlaMustCompile"].b)
        return train_one(trainer, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(compiled.Trainer, "run", look)
        train(builder, *data, epochs=1, **settings)
    return seen[0]


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([keras.layers.Dense(4, activation="relu")], True),
        ([keras.layers.Reshape((4, 5)), keras.layers.Flatten()], False),
        ([keras.layers.Dropout(0.2)], False),
        ([keras.layers.BatchNormalization()], False),
    ],
    ids=["dense", "reshape", "dropout", "normalisation"],
)
@pytest.mark.slow
def test_xla_compiles_plain_dense_networks_only(
    home, data, monkeypatch, with_xla, layers, expected
):
    """XLA makes dropout several times slower, and a reader would wait for it."""

    def build_it():
        copies = [type(layer).from_config(layer.get_config()) for layer in layers]
        output = keras.layers.Dense(10, activation="softmax")
        network = keras.Sequential([keras.Input((PIXELS,)), *copies, output], name="compiled")
        network.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return network

    assert is_compiled_with_xla(monkeypatch, build_it, data) is expected
    monkeypatch.setattr(compiled, "_xla_works", lambda: False)
    forget(home)
    assert is_compiled_with_xla(monkeypatch, build_it, data) is False


@pytest.mark.slow
def test_training_without_xla_gives_nearly_the_same(home, data, more_data, monkeypatch, with_xla):
    """Where TensorFlow came without XLA the notebooks run too, and show the same numbers up to rounding."""
    settings = {"validation_data": more_data}
    with_xla = train(build, *data, **settings)
    forget(home)
    monkeypatch.setattr(compiled, "_xla_works", lambda: False)
    without = train(build, *data, **settings)
    for one, other in zip(with_xla.weights, without.weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(with_xla.history, without.history, rtol=1e-5)


@pytest.mark.slow
def test_xla_is_spared_where_it_takes_longer_than_it_saves(home, data, monkeypatch):
    """On the sample every network would be compiled for a second to be trained for half of one."""
    monkeypatch.setattr(compiled, "_IMAGES_WORTH_XLA", IMAGES + 1)
    assert is_compiled_with_xla(monkeypatch, build, data) is False
    forget(home)
    monkeypatch.setattr(compiled, "_IMAGES_WORTH_XLA", IMAGES)
    assert is_compiled_with_xla(monkeypatch, build, data) is True


@pytest.mark.parametrize("seeds", [[0], [0, 1, 2]], ids=["one run", "three runs"])
def test_way_of_compiling_is_that_of_one_run(home, data, monkeypatch, seeds):
    """The last run of an interrupted training would differ from what it would have been, under the same key."""
    monkeypatch.setattr(compiled, "_IMAGES_WORTH_XLA", IMAGES + 1)
    assert is_compiled_with_xla(monkeypatch, build, data, seeds=seeds) is False


def test_missing_xla_is_found_out(monkeypatch):
    """A TensorFlow without XLA says so with an error when it is asked: that is no reason to stop."""
    assert compiled._xla_works() is True

    def refuse(*_, **__):
        raise compiled.tf.errors.UnimplementedError(None, None, "no XLA here")

    monkeypatch.setattr(compiled.tf, "function", lambda *_, **__: refuse)
    assert compiled._xla_works() is False


# ---------------------------------------------------------------- the same numbers each time


@pytest.mark.parametrize("mixed", [False, True], ids=["dense", "mixed"])
@pytest.mark.slow
def test_a_run_depends_on_its_seed_alone(home, data, monkeypatch, mixed):
    """However many cores a computer has, and whatever was trained before or beside it, a seed gives the same run."""
    builder, runs = building(mixed=mixed), {}
    for cores in (1, 5):
        monkeypatch.setattr(repeats, "_cores", lambda cores=cores: cores)
        runs[cores] = train(builder, *data, seeds=[3, 4, 7])
        forget(home)
    assert_same_runs(runs[1], runs[5])
    assert len({array.tobytes() for array in runs[1].weights[0]}) == 3, (
        "another seed is another run"
    )
    assert runs[1].history.groupby("epoch")["loss"].nunique().tolist() == [3, 3]
    monkeypatch.setattr(repeats, "_cores", lambda: 2)
    # Another order of seeds, another network beside it, and numbers drawn before.
    np.random.default_rng().random(5)
    keras.utils.set_random_seed(99)
    keras.layers.Dropout(0.5)(keras.ops.ones((3, 3)), training=True)
    trainings = [
        repeats.Training(
            building(name="other", mixed=True), *data, [7, 1], epochs=1, batch_size=20
        ),
        repeats.Training(builder, *data, [4, 3], epochs=2, batch_size=BATCH_SIZE),
    ]
    _, beside = repeats.train_all(trainings)
    for seed in (3, 4):
        one, other = runs[1].seeds.index(seed), beside.seeds.index(seed)
        for first, second in zip(runs[1].weights, beside.weights, strict=True):
            np.testing.assert_array_equal(first[one], second[other])
        tables = [each.history.query(f"seed == {seed}") for each in (runs[1], beside)]
        assert np.array_equal(*tables)


def test_each_seed_starts_from_weights_of_its_own(home, data):
    """The runs would differ in their shuffling alone, and the luck of training look smaller than it is."""
    standing_still = building(optimizer=lambda: keras.optimizers.SGD(learning_rate=0.0))
    runs = train(standing_still, *data, seeds=[3, 4], epochs=1)
    for seed in runs.seeds:
        keras.utils.set_random_seed(seed)
        start = build().get_weights()
        for array, expected in zip(runs.trained(seed).get_weights(), start, strict=True):
            np.testing.assert_array_equal(array, expected)


@pytest.mark.slow
def test_train_all_keeps_the_order(home, data):
    """Each name on the left gets its own network's runs, also where the same network is trained twice."""
    trainings = [
        repeats.Training(
            building(name=name, neurons=neurons), *data, seeds, epochs=1, batch_size=BATCH_SIZE
        )
        for name, neurons, seeds in [("b", 3, [1]), ("a", 4, [2, 1]), ("b", 3, [1]), ("b", 3, [2])]
    ]
    results = repeats.train_all(trainings)
    assert [(one.name, one.seeds) for one in results] == [
        ("b", (1,)),
        ("a", (2, 1)),
        ("b", (1,)),
        ("b", (2,)),
    ]
    assert [one.weights[0].shape for one in results] == [
        (1, 1, PIXELS, 3),
        (2, 1, PIXELS, 4),
        (1, 1, PIXELS, 3),
        (1, 1, PIXELS, 3),
    ]
    assert_same_runs(results[0], results[2])
    assert repeats.train_all([]) == []
