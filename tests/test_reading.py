"""Pictures in, digits out: the pipeline with a trained network."""

import io
import json
import threading

import numpy as np
import pytest
from digits.dataset import mnist
from digits.handwriting import between, reading
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
    told = found.as_json()
    assert told["sure"] is sure and told["digit"] == 4
    assert told["probabilities"][4] == pytest.approx(highest, abs=1e-4)
    strict = reading.Reading(np.zeros((28, 28)), probabilities, unsure_below=0.999)
    assert not strict.sure


def test_reading_in_plain_types(reader, test_digits):
    [found] = reader.read(as_png(test_digits[0][0]))
    plain = json.loads(json.dumps(found.as_json()))
    assert plain["digit"] == int(np.argmax(plain["probabilities"]))
    assert len(plain["image"]) == 784 and 0 <= min(plain["image"]) < max(plain["image"]) == 255


def test_no_digit_is_an_answer_of_its_own():
    """A letter would be called the digit that it resembles most."""
    probabilities = np.array([0.05, 0, 0.15, 0, 0, 0, 0, 0, 0, 0, 0.8])
    found = reading.Reading(np.zeros((28, 28)), probabilities)
    assert not found.is_digit and found.digit == 2
    assert found.as_json()["digit"] is None and len(found.as_json()["probabilities"]) == 11
    among_ten = reading.Reading(np.zeros((28, 28)), probabilities[:10])
    assert among_ten.is_digit and among_ten.as_json()["digit"] == 2


@pytest.mark.parametrize(
    ("marks", "digits", "is_text"), [(12, 2, True), (12, 4, False), (9, 1, False)]
)
def test_a_page_of_letters_has_no_sure_digits(quick_network, monkeypatch, marks, digits, is_text):
    """One letter in twenty looks like a digit: a page of text would be read as a row of them."""
    scores = np.full((marks, 11), 0.005)
    scores[:digits, 3] = scores[digits:, 10] = 0.95
    mark = between.Mark(np.zeros((28, 28)), (0.0, 0.0, 1.0, 1.0))
    reader = reading.Reader(quick_network, prepare=lambda source: [mark] * marks)
    monkeypatch.setattr(reader, "probabilities", lambda images: scores)
    found = reader.read(None)
    assert [one.sure and one.is_digit for one in found].count(True) == (0 if is_text else digits)


def test_what_touches_is_read_whole_or_parted_whichever_is_surer(quick_network, monkeypatch):
    """Of 12 written close together only one mark would be left, or every wide 0 would be cut in two."""
    none, one, two, wide_0 = 0.97 * np.eye(11)[[10, 1, 2, 0]] + 0.002
    cases = {
        "several digits that touch": ([none, one, two], [1, 2]),
        "one wide digit": ([wide_0, one, 0.5 * two], [0]),
        "sure as one": ([0.95 * wide_0, one, two], [0]),
        "unsure as one": ([0.5 * wide_0, one, two], [1, 2]),
        "no digit in either": ([none, 0.5 * one, two], [None]),
    }
    image, box = np.zeros((28, 28)), (0.0, 0.0, 1.0, 1.0)
    parts = between.Mark(image, (0, 0, 0.5, 1)), between.Mark(image, (0.5, 0, 1, 1))
    for name, (scores, expected) in cases.items():
        reader = reading.Reader(quick_network, prepare=lambda _: [between.Mark(image, box, parts)])
        monkeypatch.setattr(reader, "probabilities", lambda images, scores=scores: np.array(scores))
        found = [one.as_json() for one in reader.read(None)]
        assert [one["digit"] for one in found] == expected, name
        assert [one["box"] for one in found] == [
            list(one.box) for one in (parts if len(expected) > 1 else [between.Mark(image, box)])
        ]


def test_the_shipped_network_reads_before_anything_was_trained(empty_home):
    [found] = reading.load_reader().read(as_png(seven()))
    assert found.digit == 7 and found.sure and found.is_digit and found.probabilities.shape == (11,)


def seven():
    """A drawn 7, float, shape (28, 28)."""
    image = np.zeros((28, 28))
    image[5:7, 8:20] = 1
    for row in range(7, 23):
        image[row, 19 - (row - 7) // 2 - 2 : 19 - (row - 7) // 2 + 1] = 1
    return image
