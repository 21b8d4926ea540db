"""Repeated trainings: the numbers of Keras, the same ones each time, and none trained twice."""

import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys
import textwrap
import threading
import time
import warnings

import numpy as np
import pandas as pd
import pytest
from digits import artifacts, compiled_training, progress, repeats, run_cache, workspace
from digits.training import VALIDATION_BATCH_SIZE, keras

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


@pytest.fixture
def data():
    """Images and labels to train with."""
    return some_images()


@pytest.fixture
def more_data():
    """Other images and labels to measure on, more than one portion of them."""
    return some_images(TO_VALIDATE, seed=1)


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
    """Train with the usual settings of this file, or others."""
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


@pytest.fixture
def with_xla(monkeypatch):
    """XLA also for trainings as small as those of the tests, for which it is not worth its second."""
    monkeypatch.setattr(compiled_training, "_IMAGES_WORTH_XLA", 0)


@pytest.fixture
def trained(monkeypatch):
    """The runs that are trained, as pairs of the network's name and the seed, in a list that grows."""
    pairs, train_one = [], compiled_training.Trainer.run

    def recorded(trainer, seed, *arguments):
        pairs.append((trainer.model.name, seed))
        return train_one(trainer, seed, *arguments)

    monkeypatch.setattr(compiled_training.Trainer, "run", recorded)
    return pairs


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
        return compiled_training.Run(weights, history)


@pytest.fixture
def seeds_trained(monkeypatch):
    """A function like :func:`train` that gives the seeds that it had to train; nothing is really trained."""
    monkeypatch.setattr(repeats, "Trainer", InstantTrainer)

    def call(*arguments, **settings) -> list[int]:
        InstantTrainer.trained = ()
        train(*arguments, **settings)
        return sorted(InstantTrainer.trained)

    return call


def run_python(program: str) -> subprocess.CompletedProcess:
    """Run a program in a fresh process, with TensorFlow's log as it is by default; all names of this file are there."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    return subprocess.run(
        [sys.executable, "-c", "from test_repeats import *\n" + textwrap.dedent(program)],
        cwd=workspace.NOTEBOOKS_FOLDER,
        env={**inherited, "PYTHONPATH": str(pathlib.Path(__file__).parent)},
        capture_output=True,
        encoding="utf-8",
    )


# ---------------------------------------------------------------- the numbers of Keras


def replay(builder, images, labels, *, seed, epochs, batch_size=BATCH_SIZE, validation_data=None):
    """What plain Keras gives for one run: its network, and one dictionary of numbers per epoch."""
    keras.utils.set_random_seed(seed)
    network, rows = builder(), []
    for epoch in range(1, epochs + 1):
        order = compiled_training.epoch_order(seed, epoch, len(images))
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
        (False, "softmax", False, decaying_adamw),
        (False, "sigmoid", True, keras.optimizers.Adam),
        (True, "softmax", True, decaying_adamw),
        (True, "sigmoid", False, keras.optimizers.Adam),
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
def test_learning_from_some_rows_is_learning_from_a_copy(home, data, seeds_trained, mixed):
    """Naming rows only spares memory: the network is the one that a copy of those images would give."""
    images, labels = data
    rows = np.random.default_rng(3).permutation(IMAGES)[:101]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repeats, "Trainer", compiled_training.Trainer)
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
    orders = [
        compiled_training.epoch_order(seed, epoch, 50) for seed in (0, 1, 2) for epoch in (1, 2, 3)
    ]
    for order in orders:
        assert sorted(order) == list(range(50)) and order.dtype == np.int32
    assert len({tuple(order) for order in orders}) == len(orders)
    np.testing.assert_array_equal(orders[0], compiled_training.epoch_order(0, 1, 50))


def is_compiled_with_xla(monkeypatch, builder, data, **settings) -> bool:
    """Train a network for one epoch, and see how the epoch was compiled."""
    seen, train_one = [], compiled_training.Trainer.run

    def look(trainer, *arguments):
        seen.append(trainer.train_epoch.function_def.attr["_XlaMustCompile"].b)
        return train_one(trainer, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(compiled_training.Trainer, "run", look)
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
    monkeypatch.setattr(compiled_training, "_xla_works", lambda: False)
    forget(home)
    assert is_compiled_with_xla(monkeypatch, build_it, data) is False


def test_training_without_xla_gives_nearly_the_same(home, data, more_data, monkeypatch, with_xla):
    """Where TensorFlow came without XLA the notebooks run too, and show the same numbers up to rounding."""
    settings = {"validation_data": more_data}
    with_xla = train(build, *data, **settings)
    forget(home)
    monkeypatch.setattr(compiled_training, "_xla_works", lambda: False)
    without = train(build, *data, **settings)
    for one, other in zip(with_xla.weights, without.weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(with_xla.history, without.history, rtol=1e-5)


def test_xla_is_spared_where_it_takes_longer_than_it_saves(home, data, monkeypatch):
    """On the sample every network would be compiled for a second to be trained for half of one."""
    monkeypatch.setattr(compiled_training, "_IMAGES_WORTH_XLA", IMAGES + 1)
    assert is_compiled_with_xla(monkeypatch, build, data) is False
    forget(home)
    monkeypatch.setattr(compiled_training, "_IMAGES_WORTH_XLA", IMAGES)
    assert is_compiled_with_xla(monkeypatch, build, data) is True


@pytest.mark.parametrize("seeds", [[0], [0, 1, 2]], ids=["one run", "three runs"])
def test_way_of_compiling_is_that_of_one_run(home, data, monkeypatch, seeds):
    """The last run of an interrupted training would differ from what it would have been, under the same key."""
    monkeypatch.setattr(compiled_training, "_IMAGES_WORTH_XLA", IMAGES + 1)
    assert is_compiled_with_xla(monkeypatch, build, data, seeds=seeds) is False


def test_missing_xla_is_found_out(monkeypatch):
    """A TensorFlow without XLA says so with an error when it is asked: that is no reason to stop."""
    assert compiled_training._xla_works() is True

    def refuse(*_, **__):
        raise compiled_training.tf.errors.UnimplementedError(None, None, "no XLA here")

    monkeypatch.setattr(compiled_training.tf, "function", lambda *_, **__: refuse)
    assert compiled_training._xla_works() is False


# ---------------------------------------------------------------- the same numbers each time


@pytest.mark.parametrize("mixed", [False, True], ids=["dense", "mixed"])
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


# ---------------------------------------------------------------- nothing is trained twice


@pytest.mark.parametrize("mixed", [False, True], ids=["dense", "mixed"])
def test_second_call_trains_nothing(home, data, trained, mixed):
    """A reader who runs the notebook again waits seconds, and sees exactly the same; deleting the folder is no loss."""
    validation_data = some_images(VALIDATION_BATCH_SIZE, seed=1) if mixed else None
    settings = {"seeds": [0, 1], "validation_data": validation_data, "keep_every_epoch": True}
    first = train(building(mixed=mixed), *data, **settings)
    assert sorted(trained) == [("tiny", 0), ("tiny", 1)]
    trained.clear()
    assert_same_runs(first, train(building(mixed=mixed), *data, **settings))
    assert trained == []
    forget(home)
    assert_same_runs(first, train(building(mixed=mixed), *data, **settings))
    assert sorted(trained) == [("tiny", 0), ("tiny", 1)]


def test_only_missing_seeds_are_trained(home, data, seeds_trained):
    """Whoever asks for more runs waits for those alone, and gets them in the order asked for."""
    assert seeds_trained(build, *data, seeds=[1, 2]) == [1, 2]
    assert seeds_trained(build, *data, seeds=[3, 2, 1]) == [3]
    runs = train(build, *data, seeds=[2, 3])
    assert runs.seeds == (2, 3) and runs.history["seed"].tolist() == [2, 2, 3, 3]


@pytest.mark.parametrize(
    "options", [{}, {"mixed": True, "optimizer": decaying_adamw}], ids=["dense", "mixed"]
)
def test_names_that_keras_counts_do_not_matter(home, data, seeds_trained, options):
    """Keras numbers layers by how many there were before; a cell that runs twice finds its runs all the same."""
    keras.utils.clear_session()
    assert seeds_trained(building(**options), *data) == [0]
    build(mixed=True)
    assert [layer.name for layer in build().layers] != [layer.name for layer in build().layers]
    assert seeds_trained(building(**options), *data) == []


def test_network_without_a_name_is_found_again(home, data, seeds_trained):
    """A reader who gives no name gets a numbered one from Keras, and does not wait a second time for it."""
    assert seeds_trained(building(name=None), *data, seeds=[0, 1]) == [0, 1]
    assert seeds_trained(building(name=None), *data, seeds=[0, 1]) == []


def test_network_with_branches_is_found_again(home, data, seeds_trained):
    """A network of Keras's functional style names its layers in its connections too."""

    def branched(joined):
        inputs = keras.Input((PIXELS,))
        branches = [keras.layers.Dense(8, activation="relu")(inputs) for _ in range(2)]
        outputs = keras.layers.Dense(10, activation="softmax")(joined()(branches))
        network = keras.Model(inputs, outputs, name="branched")
        network.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return network

    for joined in (keras.layers.Add, keras.layers.Multiply):
        assert seeds_trained(lambda joined=joined: branched(joined), *data) == [0]
        assert seeds_trained(lambda joined=joined: branched(joined), *data) == []


def changed(array, position, value):
    """A copy of an array with one number exchanged."""
    copy = array.copy()
    copy[position] = value
    return copy


def adam(**options):
    """A function that makes an optimizer with these options."""
    return lambda: keras.optimizers.Adam(**options)


def cosine(steps: int):
    """A function that makes an optimizer whose learning rate falls to 0 over this many steps."""
    return lambda: keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.001, steps))


@pytest.mark.parametrize(
    "change",
    [
        {"images": lambda images: changed(images, (7, 3), 0.5)},
        {"images": lambda images: images[::-1]},
        {"labels": lambda labels: changed(labels, 7, (labels[7] + 1) % 10)},
        {"epochs": 3},
        {"batch_size": 33},
        {"keep_every_epoch": True},
        {"validation_data": None},
        {"validation_data": some_images(21, seed=2)},
        {"validation_data": some_images(20, seed=3)},
        {"neurons": 17},
        {"activation": "tanh"},
        {"output": "sigmoid"},
        {"initializer": "he_uniform"},
        {"mixed": False},
        {"rate": 0.3},
        {"regularizer": "l2"},
        {"loss": "poisson"},
        {"optimizer": adam(learning_rate=0.002)},
        {"optimizer": adam(beta_1=0.8)},
        {"optimizer": adam(clipnorm=1.0)},
        {"optimizer": keras.optimizers.SGD},
    ],
    ids=lambda change: "-".join(change),
)
def test_another_training_is_not_taken_for_this_one(home, data, seeds_trained, change):
    """Whoever changes anything about a training sees its own numbers, and not those kept from before."""
    settings = {"images": data[0], "labels": data[1], "epochs": 2, "batch_size": BATCH_SIZE}
    settings |= {"validation_data": some_images(20, seed=2), "keep_every_epoch": False}
    options = {"mixed": True, "optimizer": adam()}

    def train_it(changes):
        new_settings = {
            name: changes[name](value) if callable(changes.get(name)) else changes.get(name, value)
            for name, value in settings.items()
        }
        new_options = {name: value for name, value in changes.items() if name not in settings}
        return seeds_trained(building(**{**options, **new_options}), **new_settings)

    assert train_it({}) == [0]
    assert train_it(change) == [0]
    assert train_it(change) == []
    assert train_it({}) == []


def test_network_that_starts_elsewhere_is_another(home, data, seeds_trained):
    """A network that goes on from trained weights has the same description as one that starts from chance."""

    def going_on():
        network = build()
        network.set_weights([array + 0.5 for array in network.get_weights()])
        return network

    assert seeds_trained(build, *data) == [0]
    assert seeds_trained(going_on, *data) == [0]
    assert seeds_trained(build, *data) == seeds_trained(going_on, *data) == []


def test_digest_is_of_type_shape_and_content():
    """Bytes alone do not say what they mean: images that were only reshaped are other data."""
    array = np.arange(12, dtype=np.int32)
    different = [array, array + 1, array.reshape(3, 4), array.reshape(4, 3), array.view(np.float32)]
    assert len({run_cache.digest(one) for one in different}) == len(different)
    assert run_cache.digest(array[::2]) == run_cache.digest(array[::2].copy())


def test_schedules_of_different_length_are_different_trainings(home, data, seeds_trained):
    """The learning rate of a schedule is no stored number: its description must be looked at."""
    assert seeds_trained(building(optimizer=cosine(100)), *data) == [0]
    assert seeds_trained(building(optimizer=cosine(200)), *data) == [0]
    assert seeds_trained(building(optimizer=cosine(100)), *data) == []


def test_layers_named_after_their_activation_are_different(home, data, seeds_trained):
    """A reader who names each layer for what it does, and compares activations, gets two networks and not one twice."""

    def activated(activation):
        network = keras.Sequential(
            [
                keras.Input((PIXELS,)),
                keras.layers.Dense(16, activation=activation, name=activation),
                keras.layers.Dense(10, activation="softmax"),
            ],
            name="activated",
        )
        network.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return network

    assert seeds_trained(lambda: activated("relu"), *data) == [0]
    assert seeds_trained(lambda: activated("tanh"), *data) == [0]


def test_another_version_of_a_library_trains_again(home, data, seeds_trained, monkeypatch):
    """Numbers of an earlier Keras, TensorFlow or NumPy are not shown as those of the present one."""
    assert seeds_trained(build, *data) == [0]
    version = run_cache.importlib.metadata.version
    for library in ("keras", "tensorflow", "numpy"):
        with monkeypatch.context() as patch:
            patch.setattr(
                run_cache.importlib.metadata,
                "version",
                lambda name, library=library: "0.1" if name == library else version(name),
            )
            assert seeds_trained(build, *data) == [0]
    assert seeds_trained(build, *data) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"",
        lambda content: content[: len(content) // 2],
        lambda content: content[:-1],
        lambda content: b"This is not an archive. " * 100,
        lambda content: content[:500] + b"\xff" + content[501:],
        lambda content: b"PK\x05\x06" + bytes(18),  # a whole archive with nothing in it
        lambda content: b"\x93NUMPY\x01\x00v\x00" + content,
    ],
    ids=["empty", "half", "last byte", "text", "one byte", "nothing in it", "half an array"],
)
def test_damaged_run_is_trained_again(home, data, seeds_trained, spoil):
    """A file that a full disk or a crash left behind is replaced: no error, and no wrong numbers."""
    assert seeds_trained(build, *data) == [0]
    first = train(build, *data)
    (file,) = cache_folder(home).iterdir()
    whole = file.read_bytes()
    file.write_bytes(spoil(whole))
    assert file.read_bytes() != whole
    assert seeds_trained(build, *data) == [0]
    assert list(cache_folder(home).iterdir()) == [file]
    assert seeds_trained(build, *data) == [], "the file was replaced"
    assert_same_runs(first, train(build, *data))


def test_any_damaged_byte_is_noticed_or_harmless(home):
    """Whichever byte of a kept run a failing disk changes: the run is read as it was, or not at all."""
    file = cache_folder(home) / "run.npz"
    weights = [np.arange(3.0), np.ones((2, 2))]
    history = pd.DataFrame({"epoch": [1, 2], "loss": [0.5, 0.25]})
    run_cache.write(file, weights, history)
    whole = file.read_bytes()
    noticed = 0
    for position in range(len(whole)):
        changed_byte = bytes([whole[position] ^ 0b10000011])
        file.write_bytes(whole[:position] + changed_byte + whole[position + 1 :])
        found = run_cache.read(file)
        if found is None:
            noticed += 1
            continue
        assert len(found[0]) == len(weights), f"byte {position} of {len(whole)}"
        assert all(map(np.array_equal, found[0], weights)) and found[1].equals(history)
    assert noticed > len(whole) / 4


def test_run_that_cannot_be_read_is_not_there(home):
    """A missing file, or a folder in its place, is no error before anything was trained."""
    assert run_cache.read(cache_folder(home) / "nothing.npz") is None
    (cache_folder(home) / "folder.npz").mkdir(parents=True)
    assert run_cache.read(cache_folder(home) / "folder.npz") is None


# ---------------------------------------------------------------- interruptions and errors


def assert_nothing_is_left_over(home, threads_before) -> None:
    """No half-written file and no running thread."""
    names = (
        [path.name for path in cache_folder(home).iterdir()] if cache_folder(home).exists() else []
    )
    assert not [name for name in names if name.startswith(".")]
    left = [thread.name for thread in threading.enumerate() if thread not in threads_before]
    assert not [name for name in left if name.startswith("ThreadPoolExecutor")]


@pytest.mark.parametrize("when", ["between two runs", "while a run is kept"])
def test_interrupted_training_goes_on_where_it_was(home, data, trained, monkeypatch, when):
    """Ctrl-C keeps the finished runs, leaves nothing half, and the next call trains the others, to the same numbers."""
    monkeypatch.setattr(repeats, "_cores", lambda: 2)
    settings = {"seeds": [0, 1, 2, 3, 4], "epochs": 2}
    expected = train(build, *data, **settings)
    forget(home)
    trained.clear()
    threads_before = threading.enumerate()
    with monkeypatch.context() as patch:
        if when == "between two runs":
            wait, calls = concurrent.futures.as_completed, []

            def interrupted(futures):
                for future in wait(futures):
                    calls.append(future)
                    if len(calls) == 3:
                        raise KeyboardInterrupt
                    yield future

            patch.setattr(repeats.concurrent.futures, "as_completed", interrupted)
        else:
            save, calls = np.savez, []

            def interrupted_while_writing(stream, **arrays):
                calls.append(stream)
                if len(calls) == 3:
                    stream.write(b"half")
                    raise KeyboardInterrupt
                save(stream, **arrays)

            patch.setattr(run_cache.np, "savez", interrupted_while_writing)
        with pytest.raises(KeyboardInterrupt):
            train(build, *data, **settings)
    assert_nothing_is_left_over(home, threads_before)
    finished = {int(path.name.split("-")[2]) for path in cache_folder(home).iterdir()}
    assert len(finished) >= 2, "those that were finished before"
    trained.clear()
    assert_same_runs(expected, train(build, *data, **settings))
    assert {seed for _, seed in trained} == {0, 1, 2, 3, 4} - finished
    assert len(trained) == 5 - len(finished)


def test_interruption_ends_the_other_runs_soon(home, data, monkeypatch):
    """Whoever interrupts a long training does not wait for its end."""
    monkeypatch.setattr(repeats, "_cores", lambda: 2)
    epochs_seen = []

    class Bar(progress.tqdm):
        def update(self, count=1):
            epochs_seen.append(threading.current_thread().name)
            if len(epochs_seen) == 10:
                raise KeyboardInterrupt

    monkeypatch.setattr(progress, "tqdm", Bar)
    threads_before = threading.enumerate()
    with pytest.raises(KeyboardInterrupt):
        train(build, *data, seeds=range(6), epochs=3_000)
    assert 10 <= len(epochs_seen) < 1_000
    assert_nothing_is_left_over(home, threads_before)
    assert not cache_folder(home).exists() or not list(cache_folder(home).iterdir())


def test_error_in_one_run_comes_through(home, data, monkeypatch):
    """A real error is what the reader sees, not that other runs were stopped because of it."""
    monkeypatch.setattr(repeats, "_cores", lambda: 2)
    train_one, epochs_seen = compiled_training.Trainer.run, []

    def failing(trainer, seed, start, after_epoch):
        def count(row):
            epochs_seen.append(seed)
            if seed == 1 and epochs_seen.count(1) == 3:
                raise MemoryError("no room for seed 1")
            after_epoch(row)

        return train_one(trainer, seed, start, count)

    monkeypatch.setattr(compiled_training.Trainer, "run", failing)
    threads_before = threading.enumerate()
    with pytest.raises(MemoryError, match="no room for seed 1"):
        train(build, *data, seeds=[0, 1, 2, 3], epochs=2_000)
    assert len(epochs_seen) < 1_000
    assert_nothing_is_left_over(home, threads_before)


def test_labels_that_the_loss_does_not_take_are_an_error(home, data):
    """One-hot rows for a loss that wants digits are told at once, with the message of Keras, and no run waits on."""
    threads_before = threading.enumerate()
    right = repeats.Training(build, *data, seeds=[0, 1, 2], epochs=1_000_000, batch_size=16)
    wrong = repeats.Training(
        build, data[0], one_hot(data[1]), seeds=[0, 1, 2], epochs=1_000_000, batch_size=16
    )
    started = time.monotonic()
    with pytest.raises(ValueError, match="shape"):
        repeats.train_all([right, wrong])
    assert time.monotonic() - started < 60, "a million epochs would take longer"
    assert_nothing_is_left_over(home, threads_before)


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
    monkeypatch.setattr(repeats, "_ROWS_SCORED_AT_ONCE", 100)
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
        monkeypatch.setattr(repeats, "_ROWS_SCORED_AT_ONCE", rows_at_once)
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
        loaded = repeats.load("D-hidden")
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
        repeats.load("D-hidden")
    assert [str(one.message) for one in caught if one.category is UserWarning] == []


def test_network_that_is_not_declared_is_not_saved(home, data, seeds_trained):
    """A misspelt name is told, and does not become a file that no notebook reads."""
    with pytest.raises(KeyError, match=r"declares the artifact 'models/tiny\.keras'"):
        train(build, *data).save()


def test_fresh_process_finds_the_runs_of_another(home, files_in):
    """Tomorrow's session trains nothing again, also after other networks were built, and saves the same bytes."""
    program = """
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
    for others, training in [(0, "repeats._train_side_by_side"), (3, "None")]:
        result = run_python(program.format(others=others, training=training))
        assert result.returncode == 0, result.stderr
        kept.append(files_in(sample))
        printed.append(result.stdout)
        for folder in ("models", "weights", "histories"):
            shutil.rmtree(sample / folder)
    assert printed[0] == printed[1] != ""
    saved = {"models/D-hidden.keras", "weights/D-hidden.npz", "histories/D-hidden.csv"}
    assert saved <= kept[0].keys() and kept[0] == kept[1]


# ---------------------------------------------------------------- what is asked for


@pytest.mark.parametrize("seeds", [[], [1, 1], [3, 1, 3]])
def test_seeds_must_be_different(data, seeds):
    """The same run counted twice would make a mean look surer than it is."""
    with pytest.raises(ValueError) as error:
        repeats.Training(build, *data, seeds, epochs=1, batch_size=BATCH_SIZE)
    assert str(error.value) == f"Seeds must be different numbers, at least one; got {seeds}."


@pytest.mark.parametrize("seeds", [range(2), (seed for seed in (0, 1)), {0: "a", 1: "b"}])
def test_seeds_may_be_anything_to_count_through(home, data, seeds_trained, seeds):
    """A range or a generator is as good as a list, although it can be gone through only once."""
    assert seeds_trained(build, *data, seeds=seeds) == [0, 1]
    assert repeats.Training(build, *data, range(3), epochs=1, batch_size=BATCH_SIZE).seeds == (
        0,
        1,
        2,
    )


def test_each_image_needs_its_label(data):
    """Labels of other images must not be trained with in silence."""
    images, labels = data
    with pytest.raises(ValueError) as error:
        repeats.Training(build, images, labels[:-1], [0], epochs=1, batch_size=BATCH_SIZE)
    assert str(error.value) == "There must be one label per image: got 329 for 330."
    with pytest.raises(ValueError, match="got 330 for 300"):
        train(build, images[:300], labels)


@pytest.mark.parametrize("labels", [TO_VALIDATE - 1, TO_VALIDATE + 1], ids=["fewer", "more"])
def test_each_validation_image_needs_its_label(home, data, more_data, labels):
    """Validation that compares images with others' labels must not give a number."""
    validation_data = (more_data[0], np.resize(more_data[1], labels))
    with pytest.raises(ValueError, match=f"got {labels} for {TO_VALIDATE}"):
        train(build, *data, epochs=1, validation_data=validation_data)


# ---------------------------------------------------------------- what a reader sees meanwhile


def test_progress_is_for_a_person_only(home, data, monkeypatch, capfd, seeds_trained):
    """A person sees the epochs of all runs pass, not on red ground; a stored output holds no bar."""

    def printed(progress: str) -> str:
        monkeypatch.setenv("DIGITS_PROGRESS", progress)
        capfd.readouterr()
        seeds_trained(build, *data, seeds=[0, 1, 2], epochs=3)
        captured = capfd.readouterr()
        assert captured.err == ""
        return captured.out

    assert printed("0") == ""
    forget(home)
    output = printed("1")
    assert "Training tiny (3 runs)" in output and "0/9" in output
    assert printed("1") == "", "no bar where nothing is trained"


def test_tensorflow_is_silent_and_errors_are_not(home):
    """XLA announces its first compilation on standard error, which would frighten a reader on red ground."""
    result = run_python(
        """
        compiled_training._IMAGES_WORTH_XLA = 0
        train(build, *some_images(), seeds=[0, 1])
        train(building(mixed=True), *some_images(), seeds=[0, 1])
        os.write(2, b"from here on\\n")
        train(build, *some_images(), seeds=[2], epochs="two")
        """
    )
    assert result.stdout == ""
    assert result.stderr.startswith("from here on\nTraceback (most recent call last):\n"), (
        result.stderr
    )
