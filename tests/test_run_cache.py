"""Finished runs are kept: none is trained twice, and none is taken for another."""

import numpy as np
import pandas as pd
import pytest
from digits.basics import libraries
from digits.training import keras, run_cache
from digits.training.backend import VALIDATION_BATCH_SIZE
from trainings import (
    BATCH_SIZE,
    PIXELS,
    assert_same_runs,
    build,
    building,
    cache_folder,
    decaying_adamw,
    forget,
    some_images,
    train,
)


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


CHANGES = [
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
]


def test_another_training_is_not_taken_for_this_one(home, data, seeds_trained):
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
    for change in CHANGES:
        assert train_it(change) == [0], change
    for change in ({}, *CHANGES):
        assert train_it(change) == [], change


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
    version = libraries.version
    for library in ("keras", "tensorflow", "numpy"):
        with monkeypatch.context() as patch:
            patch.setattr(
                libraries,
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


@pytest.mark.parametrize("exchanged", ["weights_000", "weights_001", "history_loss"])
def test_whole_archive_with_another_array_in_it_is_noticed(home, exchanged):
    """The archive's own sums fit what somebody, or another version, put in the place of what was measured."""
    file = cache_folder(home) / "run.npz"
    history = pd.DataFrame({"epoch": [1, 2], "loss": [0.5, 0.25]})
    run_cache.write(file, [np.arange(3.0), np.ones((2, 2))], history)
    with np.load(file) as archive:
        arrays = dict(archive)
    np.savez(file, **arrays)
    assert run_cache.read(file) is not None
    np.savez(file, **{**arrays, exchanged: arrays[exchanged][::-1] + 1})
    assert run_cache.read(file) is None


def test_run_that_cannot_be_read_is_not_there(home):
    """A missing file, or a folder in its place, is no error before anything was trained."""
    assert run_cache.read(cache_folder(home) / "nothing.npz") is None
    (cache_folder(home) / "folder.npz").mkdir(parents=True)
    assert run_cache.read(cache_folder(home) / "folder.npz") is None
