"""The file of the shipped network: what is written is read again, and what is no such file is told."""

import numpy as np
import pytest
from digits.handwriting import learning, reading
from digits.training import keras, shipping


@pytest.fixture(scope="module")
def trained():
    """The reading network with a small training behind it, so that no part of its state is as it was at first."""
    keras.utils.set_random_seed(0)
    network = learning.compiled_network("small", steps=40)
    network.fit(*marks(512, seed=0), batch_size=64, epochs=5, verbose=0)
    return network


def marks(count, seed):
    """Images with a bright bar whose place says what the answer is: uint8, shape (count, 784), and the answers."""
    generator, answers = np.random.default_rng(seed), np.arange(count) % 11
    images = generator.integers(0, 100, (count, 28, 28))
    for image, answer in zip(images, answers, strict=True):
        image[2 * answer + 2 : 2 * answer + 5] = 255
    return images.reshape(count, 784).astype(np.uint8), answers


def test_written_network_answers_as_the_one_in_keras(trained, tmp_path):
    """Batch normalisation is multiplied into other layers; a slip there would give other answers."""
    path = tmp_path / "network.bin"
    shipping.write_network(path, trained, learning.ANSWERS)
    network, answers = shipping.read_network(path)
    assert answers == learning.ANSWERS and network.name == "small"
    images, _ = marks(50, seed=1)
    expected = trained.predict(images, verbose=0)
    found = network.predict(images / np.float32(255), verbose=0)
    assert np.ptp(expected, axis=0).min() > 0.02
    np.testing.assert_allclose(found, expected, atol=2e-3)


KINDS = {
    "sigmoid": lambda: [keras.layers.Dense(12, "sigmoid"), keras.layers.Dense(10, "softmax")],
    "dense, normalised": lambda: [
        keras.layers.Dropout(0.1),
        keras.layers.Dense(12),
        keras.layers.BatchNormalization(),
        keras.layers.ReLU(),
        keras.layers.Dense(10),
        keras.layers.Softmax(),
    ],
    "convolution": lambda: [
        keras.layers.Reshape((28, 28, 1)),
        keras.layers.Conv2D(3, 5),
        keras.layers.MaxPooling2D(),
        keras.layers.BatchNormalization(scale=False),
        keras.layers.ReLU(),
        keras.layers.Conv2D(4, 3, activation="relu"),
        keras.layers.Flatten(),
        keras.layers.Dense(10, "softmax"),
    ],
}


def _some(generator, shape) -> np.ndarray:
    if len(shape) > 1:  # weights
        return generator.normal(scale=3 / np.sqrt(np.prod(shape[:-1])), size=shape)
    return generator.uniform(0.2, 0.6, shape)  # biases, and what a normalisation knows


def made_with(kind: str) -> keras.Model:
    """A network with such layers whose weights and normalisation are not what they are at first."""
    generator = np.random.default_rng(1)
    network = keras.Sequential([keras.Input(shape=(784,)), *KINDS[kind]()], name="yours")
    for layer in network.layers:
        layer.set_weights([_some(generator, one.shape) for one in layer.get_weights()])
    return network


@pytest.mark.parametrize("kind", KINDS)
def test_networks_of_other_layers_are_written(tmp_path, kind):
    network, images = made_with(kind), marks(40, seed=2)[0] / np.float32(255)
    path = tmp_path / "network.bin"
    shipping.write_network(path, network, [*"0123456789"])
    expected = network.predict(images, verbose=0)
    assert np.ptp(expected, axis=0).max() > 0.05
    found = shipping.read_network(path)[0].predict(images, verbose=0)
    np.testing.assert_allclose(found, expected, atol=5e-3)


@pytest.mark.parametrize("length", [0, 5, 40, 5_000, -2])
def test_what_is_no_network_is_told(trained, tmp_path, length):
    path = tmp_path / "network.bin"
    shipping.write_network(path, trained, learning.ANSWERS)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(shipping.NetworkFileError, match=r"network\.bin is no network .*ship\.py"):
        shipping.read_network(path)


@pytest.mark.parametrize(
    ("layers", "problem"),
    [
        (lambda: [keras.layers.Dense(4), keras.layers.LayerNormalization()], "cannot be written"),
        (lambda: [keras.layers.Dense(4, "tanh")], "activation tanh"),
        (
            lambda: [keras.layers.Dense(4, "relu"), keras.layers.BatchNormalization()],
            "follows relu",
        ),
        (
            lambda: [keras.layers.Reshape((28, 28, 1)), keras.layers.Conv2D(2, 3, padding="same")],
            "padding or strides",
        ),
        (
            lambda: [
                keras.layers.Reshape((28, 28, 1)),
                keras.layers.Conv2D(2, 3),
                keras.layers.MaxPooling2D(),
                keras.layers.BatchNormalization(),
            ],
            "scale=False",
        ),
        (
            lambda: [
                keras.layers.Reshape((28, 28, 1)),
                keras.layers.Conv2D(2, 3, activation="relu"),
                keras.layers.MaxPooling2D(),
                keras.layers.BatchNormalization(scale=False),
            ],
            "follows relu",
        ),
    ],
    ids=["unknown", "activation", "order", "padding", "scale", "order, pooled"],
)
def test_layer_that_the_browser_does_not_know_is_refused(tmp_path, layers, problem):
    network = keras.Sequential([keras.Input(shape=(784,)), *layers()])
    with pytest.raises(ValueError, match=problem):
        shipping.write_network(tmp_path / "network.bin", network, [])
    assert not list(tmp_path.iterdir())


def test_shipped_network_is_small_and_reads_mnist(full_mnist):
    """The goal is 99.5 % of the test images, where "no digit" counts as wrong."""
    assert reading.SHIPPED.stat().st_size <= 250_000
    reader = reading.load_reader()
    read = reader.probabilities(full_mnist["x_test"] / np.float32(255)).argmax(axis=1)
    assert np.mean(read == full_mnist["y_test"]) >= 0.995


def test_shipped_network_is_of_the_kind_that_is_trained():
    """Whoever changes the layers in learning.py ships a network that nobody can train again."""

    def kernels(network):
        return [tuple(array.shape) for array in network.weights if len(array.shape) > 1]

    shipped, answers = shipping.read_network(reading.SHIPPED)
    assert answers == learning.ANSWERS
    assert kernels(shipped) == kernels(learning.compiled_network("reading", steps=1))
