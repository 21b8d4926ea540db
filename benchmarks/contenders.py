"""The ways to train a network that are compared, each as its users write it. One is run by benchmarks/run.py's call.

Each takes the data, the task and a clock, tells the clock after each epoch how to get predictions, and returns that
way, if there is one. Libraries are imported where they are used, so that no contender pays for another's start.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "notebooks"))

import numpy as np
import ways_jax
import ways_keras
import ways_numpy
import ways_torch
from clock import Clock, Data, Task
from workers import answer

# One in so many training images is for measuring accuracy between epochs: 10,000 of 60,000.
VALIDATION_SHARE = 6
CONTENDERS = {
    function.__name__: function
    for function in (
        ways_keras.keras_default,
        ways_keras.series_fit,
        ways_keras.series_fit_on_both,
        ways_keras.series_repeats,
        ways_keras.series_best,
        ways_keras.published,
        ways_keras.published_by_series,
        ways_numpy.scikit_learn,
        ways_torch.torch_loader,
        ways_torch.torch_slices,
        ways_torch.torch_compiled,
        ways_jax.jax_scan,
        ways_jax.jax_vmap,
        ways_jax.keras_on_jax,
        ways_numpy.floor,
        ways_numpy.floor_with_adam,
        ways_numpy.floor_side_by_side,
        ways_numpy.floor_with_adam_side_by_side,
    )
}


def run(contender: str, task: dict, images: int, target: float | None) -> dict:
    """Train once in this process.

    Args:
        contender: a name in ``CONTENDERS``.
        task: the fields of a :class:`Task`.
        images: how many to train on, of all 60,000; with a target, of the five sixths that are not for validation.
        target: a validation accuracy at which to stop; None: train for all epochs, and measure the test accuracy.

    Returns:
        ``seconds`` of each epoch, the test ``accuracy`` (None with a target, or where nothing is learned), and when the
        target was ``reached`` (None if it was not).
    """
    from digits.dataset import mnist

    dataset = mnist.load()
    scaled = dataset.train_images.reshape(-1, 784).astype(np.float32) / 255
    if target:
        rows = np.random.default_rng(0).permutation(len(scaled))
        validation, train = np.split(rows, [len(rows) // VALIDATION_SHARE])
        train = train[:images]
        others = scaled[validation], dataset.train_labels[validation]
        data = Data(scaled[train], dataset.train_labels[train], *others)
    else:
        test = dataset.test_images.reshape(-1, 784).astype(np.float32) / 255
        data = Data(scaled[:images], dataset.train_labels[:images], test, dataset.test_labels)
    clock = Clock(data, target)
    predict = CONTENDERS[contender](data, Task(**task), clock)
    accuracy = clock.accuracy(predict) if predict and not target else None
    return {"seconds": clock.seconds, "accuracy": accuracy, "reached": clock.reached}


if __name__ == "__main__":
    answer(run)
