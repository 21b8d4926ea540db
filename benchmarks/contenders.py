"""The ways to train a network that are compared, each as its users write it. One is run by benchmarks/run.py's call.

Each takes the data, the task and a clock, and tells the clock after each epoch how to get predictions. Libraries are
imported where they are used, so that no contender pays for another's start.
"""

import os
import threading
import time
from collections.abc import Callable

import numpy as np
from clock import Clock, Data, Task
from networks import keras_network, train_all_anew, use_both_cores
from workers import answer

# Of the training images, where accuracy is measured between epochs.
VALIDATION_IMAGES = 10_000


# ---------------------------------------------------------------- Keras and the series


def _after_each_epoch(clock: Clock, predict: Callable):
    import keras

    class AfterEachEpoch(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = clock.tick(lambda images: predict(self.model, images))

    return AfterEachEpoch()


def keras_default(data: Data, task: Task, clock: Clock):
    """``model.fit`` as Keras's own examples call it."""
    model = keras_network(task.network, task.width, task.seed)

    def predict(model, images):
        return model.predict(images, verbose=0)

    callbacks = [_after_each_epoch(clock, predict)]
    clock.start()
    model.fit(
        data.images,
        data.labels,
        batch_size=task.batch_size,
        epochs=task.epochs,
        verbose=0,
        callbacks=callbacks,
    )
    return lambda images: predict(model, images)


def series_fit(data: Data, task: Task, clock: Clock):
    """``training.fit``, with which notebook 03 shows training: a whole epoch as one compiled function."""
    if task.network == "conv":
        use_both_cores()
    return _fit(data, task, clock, "adam")


def series_best(data: Data, task: Task, clock: Clock):
    """The same, with a learning rate that rises and falls within the few epochs there are."""
    import keras

    use_both_cores()
    steps = task.epochs * -(-len(data.images) // task.batch_size)
    schedule = keras.optimizers.schedules.CosineDecay(
        5e-4, steps, warmup_target=3e-3, warmup_steps=steps // 5
    )
    return _fit(data, task, clock, keras.optimizers.Adam(schedule))


def _fit(data: Data, task: Task, clock: Clock, optimizer):
    from digits import training

    model = keras_network(task.network, task.width, task.seed, optimizer)
    clock.start()
    training.fit(
        model,
        data.images,
        data.labels,
        batch_size=task.batch_size,
        epochs=task.epochs,
        seed=task.seed,
        callbacks=[_after_each_epoch(clock, training.predict)],
    )
    return lambda images: training.predict(model, images)


def series_repeats(data: Data, task: Task, clock: Clock):
    """``repeats.train`` from four seeds, side by side: seconds are per epoch of one run."""
    from digits import repeats, training

    train_all_anew()
    seeds, ends, lock = range(task.seed, task.seed + 4), [], threading.Lock()

    class Bar:
        """Stands in for the progress bar, which moves after each epoch of each run."""

        def __init__(self, **options):
            ends.append(time.perf_counter())

        def update(self, count=1):
            with lock:
                ends.append(time.perf_counter())

        def __enter__(self):
            return self

        def __exit__(self, *error):
            pass

    repeats.progress_bar = Bar
    clock.start()
    runs = repeats.train(
        lambda: keras_network(task.network, task.width, task.seed),
        data.images,
        data.labels,
        seeds=seeds,
        epochs=task.epochs,
        batch_size=task.batch_size,
    )
    cores = min(os.cpu_count() or 1, len(seeds))
    first = ends[cores] - clock.started  # until each core has finished an epoch
    steady = (ends[-1] - ends[cores]) / (len(ends) - 1 - cores)
    clock.seconds = [first, *[steady] * (task.epochs - 1)]
    return lambda images: training.predict(runs.network, images)


# ---------------------------------------------------------------- scikit-learn


def scikit_learn(data: Data, task: Task, clock: Clock):
    """``MLPClassifier``, an epoch at a time."""
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier((task.width,), batch_size=task.batch_size, random_state=task.seed)
    clock.start()
    for _ in range(task.epochs):
        model.partial_fit(data.images, data.labels, classes=range(10))
        if clock.tick(model.predict):
            break
    return model.predict


# ---------------------------------------------------------------- PyTorch


def _torch_network(task: Task):
    import torch
    from torch import nn

    torch.manual_seed(task.seed)
    if task.network == "dense":
        layers = [nn.Linear(784, task.width), nn.ReLU(), nn.Linear(task.width, 10)]
    else:
        layers = [
            nn.Unflatten(1, (1, 28, 28)),
            nn.Conv2d(1, 16, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(800, 100),
            nn.ReLU(),
            nn.Linear(100, 10),
        ]
    model = nn.Sequential(*layers)
    optimizer, loss = torch.optim.Adam(model.parameters()), nn.CrossEntropyLoss()

    def step(images, labels):
        optimizer.zero_grad()
        loss(model(images), labels).backward()
        optimizer.step()

    def predict(images):
        with torch.no_grad():
            parts = torch.from_numpy(images).split(1000)
            return torch.cat([model(part) for part in parts]).numpy()

    return step, predict


def torch_loader(data: Data, task: Task, clock: Clock):
    """The loop of PyTorch's own tutorials, over a DataLoader."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    step, predict = _torch_network(task)
    dataset = TensorDataset(
        torch.from_numpy(data.images), torch.from_numpy(data.labels.astype(np.int64))
    )
    loader = DataLoader(dataset, batch_size=task.batch_size, shuffle=True)
    clock.start()
    for _ in range(task.epochs):
        for images, labels in loader:
            step(images, labels)
        if clock.tick(predict):
            break
    return predict


def torch_slices(data: Data, task: Task, clock: Clock):
    """PyTorch without the DataLoader: all images in one tensor, from which each batch takes its rows."""
    import torch

    step, predict = _torch_network(task)
    images = torch.from_numpy(data.images)
    labels = torch.from_numpy(data.labels.astype(np.int64))
    clock.start()
    for _ in range(task.epochs):
        for rows in torch.randperm(len(images)).split(task.batch_size):
            step(images[rows], labels[rows])
        if clock.tick(predict):
            break
    return predict


# ---------------------------------------------------------------- the floor


def floor(data: Data, task: Task, clock: Clock):
    """The five matrix products of each step in NumPy, and nothing else: no network learns with less arithmetic."""
    generator = np.random.default_rng(task.seed)
    first = generator.normal(size=(784, task.width)).astype(np.float32)
    second = generator.normal(size=(task.width, 10)).astype(np.float32)
    batches = [
        data.images[start : start + task.batch_size]
        for start in range(0, len(data.images), task.batch_size)
    ]
    error = generator.normal(size=(task.batch_size, 10)).astype(np.float32)
    clock.start()
    for _ in range(task.epochs):
        for images in batches:
            hidden = images @ first
            hidden @ second
            wrong = error[: len(images)]
            hidden.T @ wrong
            images.T @ (wrong @ second.T)
        clock.tick(lambda images: np.zeros(len(images)))
    return None


CONTENDERS = {
    function.__name__: function
    for function in (
        keras_default,
        series_fit,
        series_repeats,
        series_best,
        scikit_learn,
        torch_loader,
        torch_slices,
        floor,
    )
}


def run(contender: str, task: dict, images: int, targets: list[float]) -> dict:
    """Train once in this process.

    Args:
        contender: a name in ``CONTENDERS``.
        task: the fields of a :class:`Task`.
        images: how many to train on, of all 60,000; with targets, of the 50,000 that are not for validation.
        targets: validation accuracies to reach; empty: train for all epochs, and measure the test accuracy.
    """
    from digits import mnist

    dataset = mnist.load()
    scaled = dataset.train_images.reshape(-1, 784).astype(np.float32) / 255
    if targets:
        rows = np.random.default_rng(0).permutation(len(scaled))
        train, validation = rows[:-VALIDATION_IMAGES][:images], rows[-VALIDATION_IMAGES:]
        others = scaled[validation], dataset.train_labels[validation]
        data = Data(scaled[train], dataset.train_labels[train], *others)
    else:
        test = dataset.test_images.reshape(-1, 784).astype(np.float32) / 255
        data = Data(scaled[:images], dataset.train_labels[:images], test, dataset.test_labels)
    clock = Clock(data, targets)
    predict = CONTENDERS[contender](data, Task(**task), clock)
    accuracy = clock.accuracy(predict) if predict and not targets else None
    return {"seconds": clock.seconds, "accuracy": accuracy, "reached": clock.reached}


if __name__ == "__main__":
    answer(run)
