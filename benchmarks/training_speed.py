"""How much faster than Keras's default does the series train the same network?

    python benchmarks/training_speed.py

Trains the published hidden-layer network (784-100-10, Adam, batches of 32, all training images, five epochs) with
`model.fit` as Keras ships it and with `training.fit`, alternating, from the same seed. Prints the median seconds per
epoch after the first, their ratio, and whether the two trained networks are equal to the last bit.
"""

import pathlib
import statistics
import sys
import time

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "notebooks"))

from digits import mnist, training
from digits.training import keras

REPETITIONS = 3
EPOCHS = 5
BATCH_SIZE = 32


class EpochSeconds(keras.callbacks.Callback):
    """The duration of each epoch in seconds."""

    def __init__(self):
        super().__init__()
        self.seconds = []

    def on_epoch_begin(self, epoch, logs=None):
        self.started = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self.started)


def build() -> keras.Model:
    """The network, with the same starting weights and the same shuffling at every call."""
    keras.utils.set_random_seed(0)
    layers = [
        keras.layers.Dense(100, activation="relu"),
        keras.layers.Dense(10, activation="sigmoid"),
    ]
    model = keras.Sequential([keras.Input(shape=(784,)), *layers])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def train(
    way: str, images: np.ndarray, labels: np.ndarray
) -> tuple[list[float], list[np.ndarray], float]:
    """Seconds of each epoch after the first, the trained weights, and the last epoch's training accuracy."""
    model, clock = build(), EpochSeconds()
    if way == "default":
        history = model.fit(
            images, labels, epochs=EPOCHS, batch_size=BATCH_SIZE, callbacks=[clock], verbose=0
        )
        accuracy = history.history["accuracy"][-1]
    else:
        table = training.fit(
            model, images, labels, epochs=EPOCHS, batch_size=BATCH_SIZE, callbacks=[clock]
        )
        accuracy = table["accuracy"].iloc[-1]
    return clock.seconds[1:], model.get_weights(), accuracy


def main() -> None:
    """Run the comparison and print it."""
    dataset = mnist.load()
    print(dataset)
    images = dataset.train_images.reshape(-1, 784).astype(np.float32) / 255
    seconds, weights, accuracy = {"default": [], "series": []}, {}, {}
    for _ in range(REPETITIONS):
        for way in seconds:
            measured, weights[way], accuracy[way] = train(way, images, dataset.train_labels)
            seconds[way] += measured
    for way, measured in seconds.items():
        print(
            f"{way:8} median {statistics.median(measured):.2f} s an epoch "
            f"(from {min(measured):.2f} to {max(measured):.2f}), training accuracy {accuracy[way]:.4f}"
        )
    ratio = statistics.median(seconds["default"]) / statistics.median(seconds["series"])
    equal = all(np.array_equal(one, other) for one, other in zip(*weights.values(), strict=True))
    print(f"ratio {ratio:.2f}; trained weights equal to the last bit: {equal}")


if __name__ == "__main__":
    main()
