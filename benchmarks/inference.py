"""How fast trained networks answer, and the handwriting pipeline before them: for benchmarks/run.py, in one process."""

import time
from collections.abc import Callable

import numpy as np
from networks import keras_network
from workers import answer

BULK_BATCH = 1000


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
    """Measure the ways to ask 784-100-10, and the pipeline on photographs.

    Args:
        images: in bulk.
        repetitions: of each measurement; ten times as many for single images.

    Returns:
        ``ways``: for each way, images per second in bulk and milliseconds for one; and ``photograph_ms``.
    """
    from digits import handwriting, mnist, photographs, training

    tf = training.tf
    dataset = mnist.load()
    scaled = dataset.test_images.reshape(-1, 784).astype(np.float32)[:images] / 255
    model = keras_network("dense", 100, seed=0)

    @tf.function(input_signature=[tf.TensorSpec([None, 784], tf.float32)], autograph=False)
    def compiled(batch):
        return model(batch, training=False)

    def in_batches(call: Callable) -> Callable[[], object]:
        parts = np.split(scaled, range(BULK_BATCH, len(scaled), BULK_BATCH))
        return lambda: [call(part) for part in parts]

    one = scaled[:1]
    ways = {
        "model.predict, as it comes": (
            lambda: model.predict(scaled, verbose=0),
            lambda: model.predict(one, verbose=0),
        ),
        f"model.predict, batches of {BULK_BATCH:,}": (
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
    measured = {
        name: {
            "images_per_second": len(scaled) / median_seconds(bulk, repetitions),
            "one_ms": 1000 * median_seconds(single, 10 * repetitions),
        }
        for name, (bulk, single) in ways.items()
    }
    photos = photographs.photographs(scaled[:50], 0)

    def prepare_all():
        for photo in photos:
            try:
                handwriting.digits_in(photo)
            except ValueError:  # a digit that is not found takes its time, too
                continue

    return {
        "ways": measured,
        "photograph_ms": 1000 * median_seconds(prepare_all, repetitions) / len(photos),
    }


if __name__ == "__main__":
    answer(run)
