"""What every contender is given: the data, the task, and a clock to tell after each epoch."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from workers import seconds_since_start

# For contenders that train several runs at once; their names in training_report.py tell it.
SEEDS_AT_ONCE = 4


@dataclass(frozen=True)
class Task:
    """What is trained.

    Attributes:
        network: as :func:`networks.keras_network` takes it.
        width: of the hidden layer.
        batch_size, epochs: how; fewer epochs if the clock says so.
        seed: for starting weights and shuffling.
        recipe: of a published network, as :func:`networks.published_network` takes it.
    """

    network: str
    width: int
    batch_size: int
    epochs: int
    seed: int
    recipe: dict | None = None


@dataclass(frozen=True)
class Data:
    """Images, float32 of shape (images, 784) from 0 to 1, and their digits."""

    images: np.ndarray
    labels: np.ndarray
    other_images: np.ndarray
    other_labels: np.ndarray


class Clock:
    """Measures epochs, and perhaps the accuracy between them, during which it stands still.

    Args:
        data: whose other images are predicted.
        target: an accuracy to reach; None: no accuracy is measured before the end.
    """

    def __init__(self, data: Data, target: float | None):
        self.data, self.target = data, target
        self.seconds: list[float] = []
        self.reached: dict | None = None
        self.before_training = self.started = self.last = 0.0

    def start(self) -> None:
        """Training begins: libraries are imported, and the network is built."""
        self.before_training = seconds_since_start()
        self.started = self.last = time.perf_counter()

    def tick(self, predict: Callable[[np.ndarray], np.ndarray]) -> bool:
        """An epoch has ended; whether the target is reached and training may stop."""
        self.seconds.append(time.perf_counter() - self.last)
        if self.target:
            accuracy = self.accuracy(predict)
            if accuracy >= self.target:
                training = sum(self.seconds)
                self.reached = {
                    "epochs": len(self.seconds),
                    "training_seconds": training,
                    "since_start": self.before_training + training,
                    "accuracy": accuracy,
                }
        self.last = time.perf_counter()
        return self.reached is not None

    def accuracy(self, predict: Callable[[np.ndarray], np.ndarray]) -> float:
        """The share of the other images that are predicted right, from digits or scores."""
        predicted = np.asarray(predict(self.data.other_images))
        digits = predicted.argmax(axis=1) if predicted.ndim == 2 else predicted
        return float(np.mean(digits == self.data.other_labels))
