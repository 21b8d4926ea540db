"""Pictures in, digits out: the pipeline with a trained network."""

import io
import json
import threading

import numpy as np
import pytest
from digits.dataset import mnist
from digits.handwriting import reading
from digits.store import artifacts
from PIL import Image


@pytest.fixture(scope="module")
def reader(quick_network):
    return reading.Reader(quick_network)


@pytest.fixture(scope="module")
def test_digits(sample_file):
    arrays = mnist.read(sample_file, mnist.SAMPLE_NAME)
    return arrays["x_test"][:200] / np.float32(255), arrays["y_test"][:200]


def as_png(image) -> bytes:
    """A 28 x 28 digit as a picture file: black on white, eight times as large, with a margin."""
    large = Image.fromarray(np.round(255 * (1 - image)).astype(np.uint8)).resize((224, 224))
    page = Image.new("L", (320, 320), 255)
    page.paste(large, (40, 60))
    file = io.BytesIO()
    page.save(file, "PNG")
    return file.getvalue()


def test_probabilities_are_the_networks_own(reader, quick_network, test_digits):
    images, _ = test_digits
    probabilities = reader.probabilities(images)
    assert probabilities.shape == (200, 10) and probabilities.dtype == np.float32
    expected = quick_network.predict(images.reshape(-1, 784), verbose=0)
    np.testing.assert_allclose(probabilities, expected, atol=1e-5)


def test_a_network_with_dropout_reads_the_same_twice(test_digits):
    """The answer to one picture would change from click to click, and be worse than the network's own."""
    from digits.training import keras

    keras.utils.set_random_seed(0)
    layers = [keras.layers.Dropout(0.5), keras.layers.Dense(10, activation="softmax")]
    network = keras.Sequential([keras.Input(shape=(784,)), *layers], name="own")
    images, _ = test_digits
    probabilities = reading.Reader(network).probabilities(images)
    expected = network.predict(images.reshape(-1, 784), verbose=0)
    np.testing.assert_allclose(probabilities, expected, atol=1e-5)


def test_pictures_are_read(reader, test_digits):
    images, labels = test_digits
    right = 0
    for image, label in zip(images[:60], labels[:60], strict=True):
        [found] = reader.read(as_png(image))
        right += found.digit == label
        assert found.image.shape == (28, 28) and found.probabilities.shape == (10,)
    assert right >= 51


def test_several_threads_read_what_one_reads(reader, test_digits):
    pictures = [as_png(image) for image in test_digits[0][:20]]
    alone = [reader.read(picture)[0].probabilities for picture in pictures]
    together = [None] * len(pictures)

    def work(first):
        for number in range(first, len(pictures), 4):
            together[number] = reader.read(pictures[number])[0].probabilities

    threads = [threading.Thread(target=work, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_allclose(together, alone, atol=1e-5)


@pytest.mark.parametrize(
    ("highest", "sure"), [(reading.UNSURE_BELOW, True), (reading.UNSURE_BELOW - 0.01, False)]
)
def test_small_probabilities_are_no_answer(highest, sure):
    probabilities = np.full(10, (1 - highest) / 9)
    probabilities[4] = highest
    found = reading.Reading(np.zeros((28, 28)), probabilities)
    assert found.digit == 4 and found.sure is sure


def test_reading_in_plain_types(reader, test_digits):
    [found] = reader.read(as_png(test_digits[0][0]))
    plain = json.loads(json.dumps(found.as_json()))
    assert plain["digit"] == int(np.argmax(plain["probabilities"]))
    assert len(plain["image"]) == 784 and 0 <= min(plain["image"]) < max(plain["image"]) == 255


@pytest.mark.parametrize(
    ("there", "used"),
    [(("conv", "own"), "conv"), (("conv",), "conv"), (("own",), "own"), ((), "own")],
)
def test_strongest_network_that_is_there_is_used(monkeypatch, quick_network, there, used):
    """And if none is there, the one that takes less time to train is asked for, which trains it."""
    asked = []
    monkeypatch.setattr(artifacts, "is_current", lambda name: name[7:-6] in there)
    monkeypatch.setattr(reading, "load_model", lambda name: asked.append(name) or quick_network)
    reading.load_reader()
    assert asked == [f"models/{used}.keras"]
