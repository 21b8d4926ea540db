"""How training's time and memory grow with images and with width: one measurement for benchmarks/run.py."""

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "notebooks"))

from digits.dataset import mnist
from digits.training.backend import tf
from digits.training.compiled import Plan, Trainer, epoch_order
from networks import keras_network
from workers import answer

BATCH_SIZE = 128


def shifted(images: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Copies of images, shape (images, 784), each moved by up to two pixels either way."""
    square = np.pad(images.reshape(-1, 28, 28), ((0, 0), (2, 2), (2, 2)))
    rows, columns = generator.integers(0, 5, (2, len(images)))
    windows = np.lib.stride_tricks.sliding_window_view(square, (28, 28), axis=(1, 2))
    return windows[np.arange(len(images)), rows, columns].reshape(-1, 784)


def scaled(images: np.ndarray) -> np.ndarray:
    """Pixels from 0 to 1, float32, from those of 0 to 255."""
    return images.astype(np.float32) / 255


def run(images: int, originals: int, width: int, streamed: bool) -> dict:
    """Train 784-width-10 for two epochs; the seconds of the second.

    Args:
        images: how many; those beyond the originals are moved copies of them.
        originals: how many of MNIST's own; ``images`` is a multiple.
        width: of the hidden layer.
        streamed: whether tf.data makes one copy of all images after the other while the network trains, instead of
            all at first.
    """
    dataset = mnist.load()
    unmoved = dataset.train_images.reshape(-1, 784)[:originals]
    labels = dataset.train_labels[:originals].astype(np.int64)
    model = keras_network("dense", width, seed=0)
    train = _streamed if streamed else _in_memory
    return {"seconds": train(model, unmoved, labels, images // originals)}


def _in_memory(model, originals: np.ndarray, labels: np.ndarray, copies: int) -> float:
    """The seconds of the second epoch on all copies, which were made before."""
    generator = np.random.default_rng(0)
    everything = np.empty((copies * len(originals), 784), np.float32)
    for copy, part in enumerate(np.split(everything, copies)):
        part[:] = scaled(originals if copy == 0 else shifted(originals, generator))
    trainer = _trainer(model, everything, np.tile(labels, copies))
    trainer.epoch(seed=0, epoch=1)
    started = time.perf_counter()
    trainer.epoch(seed=0, epoch=2)
    return time.perf_counter() - started


def _streamed(model, originals: np.ndarray, labels: np.ndarray, copies: int) -> float:
    """The seconds of the second epoch on copies, each made while the network learns from the one before."""
    trainer = _trainer(model, scaled(originals), labels)
    _, labels = trainer.data

    def moved_copies():
        generator = np.random.default_rng(0)
        for copy in range(2 * copies):
            yield originals if copy % copies == 0 else shifted(originals, generator)

    signature = tf.TensorSpec(originals.shape, tf.uint8)
    stream = tf.data.Dataset.from_generator(moved_copies, output_signature=signature)
    stream = stream.map(lambda images: tf.cast(images, tf.float32) / 255).prefetch(1)
    for copy, images in enumerate(stream):
        if copy == copies:
            started = time.perf_counter()
        order = epoch_order(0, copy, len(originals))
        trainer.train_epoch(tf.constant(order), images, labels)
    return time.perf_counter() - started


def _trainer(model, images: np.ndarray, labels: np.ndarray) -> Trainer:
    plan = Plan(epochs=2, batch_size=BATCH_SIZE)
    return Trainer(model, plan, np.arange(len(images)), images, labels)


if __name__ == "__main__":
    answer(run)
