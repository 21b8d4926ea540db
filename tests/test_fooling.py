"""Small changes that make a network misread images."""

import numpy as np
import pytest
from digits import training
from digits.training import keras


@pytest.fixture(scope="module")
def network():
    """A network without a hidden layer, its weights random."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input(shape=(784,)), keras.layers.Dense(10, "softmax")])
    model.layers[0].kernel.assign(0.3 * np.random.default_rng(0).normal(size=(784, 10)))
    return model


def test_change_ends_where_the_answer_turns(network):
    """A longer change than needed would make a network look harder to fool than it is."""
    images = np.random.default_rng(1).random((20, 784), dtype=np.float32)
    digits = network(images).numpy().argmax(axis=1)
    changed = training.fooled(network, images, digits)
    assert changed.dtype == np.float32 and changed.min() >= 0 and changed.max() <= 1
    assert (network(changed).numpy().argmax(axis=1) != digits).all()
    shorter = images + 0.995 * (changed - images)
    assert (network(shorter).numpy().argmax(axis=1) == digits).all()
    lengths = np.linalg.norm(changed - images, axis=1)
    assert (lengths > 0).all() and lengths.max() < 5


def test_digits_that_are_misread_need_no_change(network):
    """Networks with more mistakes would look as if changes as long as others' were needed."""
    images = np.random.default_rng(2).random((3, 784), dtype=np.float32)
    wrong = (network(images).numpy().argmax(axis=1) + 1) % 10
    assert np.abs(training.fooled(network, images, wrong) - images).max() < 1e-3
