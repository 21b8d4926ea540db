"""How fast trained networks answer, with the handwriting pipeline before them too: one measurement for run.py."""

import time
from collections.abc import Callable

import numpy as np
from networks import keras_network
from workers import answer

BULK_BATCH = 1000
PICTURES = 50


def median_seconds(function: Callable[[], object], repetitions: int) -> float:
    """The median time of a call, after one that does not count."""
    function()
    took = []
    for _ in range(repetitions):
        started = time.perf_counter()
        function()
        took.append(time.perf_counter() - started)
    return float(np.median(took))


def run(images: int, repetitions: int) -> dict:
    """Measure the ways to ask 784-100-10, and to read pictures.

    Args:
        images: in bulk.
        repetitions: of each measurement; ten times as many for single images.

    Returns:
        ``ways``: for each way, ``images_per_second`` in bulk and milliseconds for one, ``one_ms``; and ``pictures``:
        for each kind, the milliseconds of the pipeline, ``prepare_ms``, and with the series' network after it,
        ``read_ms``; and ``image_ms``, what that network itself takes for one image.
    """
    from digits.dataset import mnist
    from digits.handwriting import reading

    test_images = mnist.load().test_images
    scaled = test_images.reshape(-1, 784).astype(np.float32)[:images] / 255
    reader = reading.load_reader()
    image_seconds = median_seconds(lambda: reader.probabilities(scaled[:1]), 10 * repetitions)
    return {
        "ways": _ways(scaled, repetitions),
        "pictures": _pictures(test_images, reader, repetitions),
        "image_ms": 1000 * image_seconds,
    }


def _ways(scaled: np.ndarray, repetitions: int) -> dict:
    """From Keras's own to the fastest."""
    from digits import training

    tf = training.tf
    model = keras_network("dense", 100, seed=0)

    @tf.function(input_signature=[tf.TensorSpec([None, 784], tf.float32)], autograph=False)
    def compiled(batch):
        return model(batch, training=False)

    def in_batches(call: Callable) -> Callable[[], object]:
        parts = np.split(scaled, range(BULK_BATCH, len(scaled), BULK_BATCH))
        return lambda: [call(part) for part in parts]

    one = scaled[:1]
    ways = {
        "`model.predict`, as it comes": (
            lambda: model.predict(scaled, verbose=0),
            lambda: model.predict(one, verbose=0),
        ),
        f"`model.predict`, batches of {BULK_BATCH:,}": (
            lambda: training.predict(model, scaled, BULK_BATCH),
            lambda: training.predict(model, one),
        ),
        "calling the model": (
            in_batches(lambda part: model(part, training=False).numpy()),
            lambda: model(one, training=False).numpy(),
        ),
        "a compiled function": (
            in_batches(lambda part: compiled(tf.constant(part)).numpy()),
            lambda: compiled(tf.constant(one)).numpy(),
        ),
    }
    return {
        name: {
            "images_per_second": len(scaled) / median_seconds(bulk, repetitions),
            "one_ms": 1000 * median_seconds(single, 10 * repetitions),
        }
        for name, (bulk, single) in ways.items()
    }


def _pictures(test_images: np.ndarray, reader, repetitions: int) -> dict:
    """Drawings as the page sends them, and photographs; each holds one digit."""
    from digits import handwriting
    from draw_load import drawing

    some = test_images[:PICTURES]
    kinds = {
        "a drawing": [drawing(image) for image in some],
        "a photograph": handwriting.photographs_of(
            some.reshape(-1, 784).astype(np.float32) / 255, 0
        ),
    }

    def one_after_the_other(read: Callable, pictures: list) -> Callable[[], None]:
        def read_all() -> None:
            for picture in pictures:
                try:
                    read(picture)
                except ValueError:  # a digit that is not found takes its time, too
                    continue

        return read_all

    return {
        kind: {
            name: 1000
            / len(pictures)
            * median_seconds(one_after_the_other(read, pictures), repetitions)
            for name, read in (("prepare_ms", handwriting.digits_in), ("read_ms", reader.read))
        }
        for kind, pictures in kinds.items()
    }


if __name__ == "__main__":
    answer(run)
