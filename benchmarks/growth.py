"""How training's time and memory grow with images and with width: one measurement for benchmarks/run.py."""

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "notebooks"))

from digits import mnist
from workers import answer

BATCH_SIZE = 128


def shifted(images: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Copies of images, shape (images, 784), each moved by up to two pixels either way."""
    square = np.pad(images.reshape(-1, 28, 28), ((0, 0), (2, 2), (2, 2)))
    rows, columns = generator.integers(0, 5, (2, len(images)))
    windows = np.lib.stride_tricks.sliding_window_view(square, (28, 28), axis=(1, 2))
    return windows[np.arange(len(images)), rows, columns].reshape(-1, 784)


def run(images: int, width: int, streamed: bool) -> dict:
    """Train 784-width-10 for two epochs; the seconds of the second.

    Args:
        images: how many; more than MNIST has are moved copies of its own.
        width: of the hidden layer.
        streamed: whether copies are made by tf.data as they are needed, instead of all at first.
    """
    from digits import compiled_training, training

    keras, tf = training.keras, training.tf
    dataset = mnist.load()
    scaled = dataset.train_images.reshape(-1, 784).astype(np.float32) / 255
    labels = dataset.train_labels.astype(np.int64)
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Dense(width, activation="relu"), keras.layers.Dense(10, "softmax")]
    model = keras.Sequential([keras.Input((784,)), *layers])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    copies = max(1, images // len(scaled))
    first = scaled[:images], labels[:images]
    seconds: list[float] = []
    if streamed:
        generator = np.random.default_rng(0)

        def batches():
            for _ in range(copies):
                moved = shifted(first[0], generator)
                order = generator.permutation(len(moved))
                for start in range(0, len(order), BATCH_SIZE):
                    rows = order[start : start + BATCH_SIZE]
                    yield moved[rows], first[1][rows]

        signature = (
            tf.TensorSpec([None, 784], tf.float32),
            tf.TensorSpec([None], tf.int64),
        )
        data = tf.data.Dataset.from_generator(batches, output_signature=signature).prefetch(8)
        for _ in range(2):
            started = time.perf_counter()
            model.fit(data, epochs=1, verbose=0)
            seconds.append(time.perf_counter() - started)
        return {"seconds": seconds[1]}
    everything = np.empty((copies * len(first[0]), 784), np.float32)
    generator = np.random.default_rng(0)
    for copy, part in enumerate(np.split(everything, copies)):
        part[:] = first[0] if copy == 0 else shifted(first[0], generator)
    trainer = compiled_training.Trainer(
        model,
        compiled_training.Plan(epochs=2, batch_size=BATCH_SIZE),
        np.arange(len(everything)),
        everything,
        np.tile(first[1], copies),
    )
    started = time.perf_counter()

    def after_epoch(row):
        nonlocal started
        seconds.append(time.perf_counter() - started)
        started = time.perf_counter()

    trainer.run(0, None, after_epoch)
    return {"seconds": seconds[1]}


if __name__ == "__main__":
    answer(run)
