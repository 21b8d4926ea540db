"""Random distortions: what they do to positions, values and labels, and that a seed decides them."""

import subprocess
import sys

import numpy as np
import pytest
from digits.basics import workspace
from digits.training import keras, repeats
from digits.training.augmentation import RandomDistortion

SIDE = 28
COUNT = 400
ROWS, COLUMNS = np.indices((SIDE, SIDE), dtype=np.float32)
INNER = (slice(None), slice(10, 18), slice(10, 18))  # here no source lies outside the image


def displacements(**strengths) -> tuple[np.ndarray, np.ndarray]:
    """How far the sources of the inner pixels lie from them, to the right and down: shape (images, 8, 8) each.

    An image whose values are its columns tells, after a distortion, from which column each value came.
    """
    found = []
    for positions in (COLUMNS, ROWS):
        images = np.repeat(positions.reshape(1, -1) / SIDE, COUNT, axis=0)
        layer = RandomDistortion(**strengths, seed=7)
        distorted = layer(images, training=True).numpy().reshape(-1, SIDE, SIDE)
        found.append((SIDE * distorted - positions)[INNER])
    return tuple(found)


@pytest.fixture(scope="module")
def images():
    """Random images with an empty margin, as MNIST's have one."""
    result = np.zeros((64, SIDE, SIDE), dtype=np.float32)
    result[:, 4:-4, 4:-4] = np.random.default_rng(0).random((64, 20, 20))
    return result.reshape(64, -1)


ALL = {"shift": 2, "rotation": 15, "zoom": 0.2, "slant": 0.2, "elastic": 1.0}


# ---------------------------------------------------------------- what each distortion does


def test_shift_moves_all_pixels_alike():
    """A shift that bent the digit, or went farther than asked, would be another distortion."""
    right, down = displacements(shift=3)
    for moves in (right, down):
        assert np.ptp(moves, axis=(1, 2)).max() < 1e-3
        first = moves[:, 0, 0]
        assert 2.5 < first.max() <= 3.001 and -3.001 <= first.min() < -2.5, "both ways, to the end"
        assert abs(first.mean()) < 0.3
    assert abs(np.corrcoef(right[:, 0, 0], down[:, 0, 0])[0, 1]) < 0.2, (
        "one axis is free of the other"
    )


def test_rotation_turns_by_at_most_its_angle():
    """Degrees taken for radians would make a 9 of a 6."""
    right, down = displacements(rotation=20)
    across = np.gradient(right, axis=2)[:, 4, 4] + 1  # how the source column grows with the column
    upward = np.gradient(down, axis=2)[:, 4, 4]
    angles = np.degrees(np.arctan2(upward, across))
    assert 18 < angles.max() < 20.01 and -20.01 < angles.min() < -18
    np.testing.assert_allclose(across**2 + upward**2, 1, atol=1e-3)
    middle = (right[:, 3:5, 3:5].mean(axis=(1, 2)), down[:, 3:5, 3:5].mean(axis=(1, 2)))
    assert np.abs(middle).max() < 1e-3, "around the middle of the image"


def test_zoom_scales_each_axis_by_itself():
    """A digit zoomed by ten percent is at most ten percent larger or smaller."""
    right, down = displacements(zoom=0.1)
    widths = 1 / (np.gradient(right, axis=2)[:, 4, 4] + 1)
    heights = 1 / (np.gradient(down, axis=1)[:, 4, 4] + 1)
    for sizes in (widths, heights):
        assert 1.09 < sizes.max() < 1.1001 and 0.8999 < sizes.min() < 0.91
    assert abs(np.corrcoef(widths, heights)[0, 1]) < 0.2


def test_slant_leans_columns_and_keeps_rows():
    """Slanted writing leans; its lines stay level."""
    right, down = displacements(slant=0.2)
    leaning = np.gradient(right, axis=1)[:, 4, 4]
    assert 0.18 < leaning.max() < 0.2001 and -0.2001 < leaning.min() < -0.18
    assert np.abs(down).max() < 1e-3


def test_elastic_wanders_as_far_as_asked_and_neighbours_together():
    """Without smoothness it would be noise, and digits would fall to pieces."""
    for moves in displacements(elastic=0.8):
        assert abs(moves.std() - 0.8) < 0.06
        steps = np.diff(moves, axis=2)
        assert np.abs(steps).mean() < 0.25, "neighbours differ by far less than they move"
        assert np.ptp(moves, axis=(1, 2)).min() > 0.1, "but not all by the same"


# ---------------------------------------------------------------- what all have in common


def test_values_and_shape_stay(images):
    """A network would meet values in training that no digit has."""
    distorted = RandomDistortion(**ALL, seed=1)(images, training=True).numpy()
    assert distorted.shape == images.shape and distorted.dtype == np.float32
    assert distorted.min() >= 0 and distorted.max() <= 1
    assert not np.allclose(distorted, images)
    assert np.abs(distorted.sum() / images.sum() - 1) < 0.2, "ink neither appears nor vanishes"


def test_outside_is_empty():
    """What comes in from beyond the edge is paper, not the other side of the image, nor a trace of its edge."""
    full = np.ones((COUNT, 784), dtype=np.float32)
    distorted = RandomDistortion(shift=5, seed=0)(full, training=True).numpy()
    corners = distorted.reshape(-1, SIDE, SIDE)[:, [0, 0, -1, -1], [0, -1, 0, -1]]
    # After a shift by more than a pixel along both axes, three of the four corners come from outside.
    empty = (corners == 0).sum(axis=1)
    assert (empty == 3).mean() > 0.5 and empty.max() == 3
    assert set(np.unique((distorted == 0).any(axis=1))) == {True, False}


def test_nothing_happens_without_strength_or_outside_training(images):
    """A test image that is distorted would be scored for another digit than it shows."""
    np.testing.assert_allclose(
        RandomDistortion(seed=0)(images, training=True).numpy(), images, atol=1e-5
    )
    layer = RandomDistortion(**ALL, seed=0)
    for unchanged in (layer(images), layer(images, training=False)):
        np.testing.assert_array_equal(np.array(unchanged), images)


def test_seed_decides(images):
    """Running twice would give other networks; and a layer that repeats itself would augment nothing."""
    first, again, other = (
        RandomDistortion(**ALL, seed=seed)(images, training=True).numpy() for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)
    layer = RandomDistortion(**ALL, seed=3)
    layer(images, training=True)
    assert not np.allclose(layer(images, training=True).numpy(), first), (
        "each epoch is distorted anew"
    )
    same = np.repeat(images[:1], 2, axis=0)
    one, two = RandomDistortion(**ALL, seed=3)(same, training=True).numpy()
    assert not np.allclose(one, two), "each image is distorted by itself"


@pytest.mark.parametrize("name", ["shift", "rotation", "zoom", "slant", "elastic"])
def test_negative_strength_is_refused(name):
    """A slip of the hand should be told, not trained with."""
    with pytest.raises(ValueError, match=f"^The {name} must not be negative; got -1"):
        RandomDistortion(**{name: -1})


def test_zoom_that_makes_digits_vanish_is_refused():
    """At a zoom of 1 the smallest digit has no size."""
    with pytest.raises(ValueError, match=r"^The zoom must be below 1"):
        RandomDistortion(zoom=1)


# ---------------------------------------------------------------- inside a network


def build():
    """A small network with the layer in front."""
    model = keras.Sequential(
        [keras.Input(shape=(784,)), RandomDistortion(**ALL), keras.layers.Dense(10, "softmax")],
        name="distorted",
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def test_runs_are_reproducible_and_other_seeds_distort_otherwise(home, images):
    """A network's seed stands for all that is random in its training."""
    labels = np.arange(64) % 10
    settings = {"epochs": 2, "batch_size": 16}
    first = repeats.train(build, images, labels, seeds=[0, 1], **settings)
    for file in (home / "data" / "sample" / "cache").iterdir():
        file.unlink()
    again = repeats.train(build, images, labels, seeds=[0, 1], **settings)
    for one, other in zip(first.weights, again.weights, strict=True):
        np.testing.assert_array_equal(one, other)
    assert not np.allclose(first.weights[0][0], first.weights[0][1])


def test_saved_network_can_be_loaded_elsewhere(home, tmp_path, images):
    """The process that reads handwriting loads a network without knowing of its training."""
    model = build()
    model.save(tmp_path / "network.keras")
    np.save(tmp_path / "images.npy", images)
    np.save(tmp_path / "scores.npy", model.predict(images, verbose=0))
    source = f"""
import sys; sys.path.insert(0, {str(workspace.NOTEBOOKS_FOLDER)!r})
import pathlib
import numpy as np
from digits import training
from digits.store import artifacts
artifacts.ensure = lambda name: pathlib.Path(name)
network = training.load_model({str(tmp_path / "network.keras")!r})
images, expected = (np.load({str(tmp_path)!r} + name) for name in ("/images.npy", "/scores.npy"))
np.testing.assert_allclose(network.predict(images, verbose=0), expected, atol=1e-5)
distortion = network.layers[0]
assert distortion.strengths == {ALL!r}, distortion.strengths
"""
    finished = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
