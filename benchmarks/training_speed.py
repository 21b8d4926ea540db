"""How much faster than Keras's default does the series train the same network?

    python benchmarks/training_speed.py

Trains the published hidden-layer network (784-100-10, Adam, batches of 32, all training images, five epochs) with
`model.fit` as a user of Keras calls it and with `training.fit`, each time in a process of its own, alternating. Prints
the median seconds per epoch after the first, the spread, the training accuracy, and the ratio of the medians.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "notebooks"))

from digits import mnist

REPETITIONS = 3
EPOCHS = 5
BATCH_SIZE = 32
WAYS = ("default", "series")


def train(way: str) -> dict:
    """The seconds of each epoch after the first, and the training accuracy of the last."""
    dataset = mnist.load()
    images = dataset.train_images.reshape(-1, 784).astype(np.float32) / 255
    if way == "series":
        from digits import training  # only here: it sets up TensorFlow as the series does
    import keras

    class EpochSeconds(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.started = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            seconds.append(time.perf_counter() - self.started)

    seconds: list[float] = []
    keras.utils.set_random_seed(0)
    layers = [
        keras.layers.Dense(100, activation="relu"),
        keras.layers.Dense(10, activation="sigmoid"),
    ]
    model = keras.Sequential([keras.Input(shape=(784,)), *layers])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    options = {"epochs": EPOCHS, "batch_size": BATCH_SIZE, "callbacks": [EpochSeconds()]}
    if way == "series":
        accuracy = training.fit(model, images, dataset.train_labels, **options)["accuracy"].iloc[-1]
    else:
        history = model.fit(images, dataset.train_labels, verbose=0, **options)
        accuracy = history.history["accuracy"][-1]
    return {"seconds": seconds[1:], "accuracy": float(accuracy)}


def train_in_a_process(way: str, location: str) -> dict:
    """:func:`train` in a fresh process on the dataset at ``location``."""
    finished = subprocess.run(
        [sys.executable, __file__, way],
        env={**os.environ, "DIGITS_MNIST": location, "DIGITS_PROGRESS": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # TensorFlow's start-up messages
        text=True,
        check=True,
    )
    return json.loads(finished.stdout.splitlines()[-1])


def main() -> None:
    """Run the comparison and print it."""
    dataset = mnist.load()
    print(dataset, flush=True)
    seconds: dict[str, list[float]] = {way: [] for way in WAYS}
    accuracy = {}
    for _ in range(REPETITIONS):
        for way in WAYS:
            measured = train_in_a_process(way, dataset.location)
            seconds[way] += measured["seconds"]
            accuracy[way] = measured["accuracy"]
    for way, measured in seconds.items():
        print(
            f"{way:8} median {statistics.median(measured):.2f} s an epoch "
            f"(from {min(measured):.2f} to {max(measured):.2f}), training accuracy {accuracy[way]:.4f}"
        )
    ratio = statistics.median(seconds["default"]) / statistics.median(seconds["series"])
    print(f"the series' way is {ratio:.2f} times faster")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(train(sys.argv[1])))
    else:
        main()
