"""Keras as it comes, and the series' own ways to train: contenders of benchmarks/run.py."""

import os
import threading
import time
from collections.abc import Callable

import numpy as np
from clock import SEEDS_AT_ONCE, Clock, Data, Task
from networks import keras_network, published_network, train_all_anew, use_both_cores


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


def series_fit_on_both(data: Data, task: Task, clock: Clock):
    """The same with two threads for one operation, as others take; the series trains two runs side by side instead."""
    use_both_cores()
    return _fit(data, task, clock, "adam")


def series_best(data: Data, task: Task, clock: Clock):
    """The same, with a learning rate that rises and falls within the few epochs there are.

    How high it rises, and the networks, batch sizes and epochs of run.py, were chosen by validation accuracy.
    """
    import keras

    use_both_cores()
    steps = task.epochs * -(-len(data.images) // task.batch_size)
    schedule = keras.optimizers.schedules.CosineDecay(
        5e-4, steps, warmup_target=4e-3, warmup_steps=steps // 5
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


def published(data: Data, task: Task, clock: Clock):
    """A published network as its project trains it: ``model.fit``, with its own epochs, batches and validation."""
    model, labels = _published(data, task)
    clock.start()
    model.fit(
        data.images,
        labels,
        batch_size=task.batch_size,
        epochs=task.epochs,
        validation_split=task.recipe["held_back"],
        verbose=0,
        callbacks=[_after_each_epoch(clock, lambda *_: None)],
    )
    return lambda images: model.predict(images, verbose=0)


def published_by_series(data: Data, task: Task, clock: Clock):
    """The same by ``training.fit``."""
    from digits import training

    model, labels = _published(data, task)
    learned = int(len(labels) * (1 - task.recipe["held_back"]))
    held_back = (data.images[learned:], labels[learned:]) if learned < len(labels) else None
    clock.start()
    training.fit(
        model,
        data.images[:learned],
        labels[:learned],
        batch_size=task.batch_size,
        epochs=task.epochs,
        seed=task.seed,
        validation_data=held_back,
        callbacks=[_after_each_epoch(clock, lambda *_: None)],
    )
    return lambda images: training.predict(model, images)


def _published(data: Data, task: Task):
    """The model of a recipe, and the labels as its loss takes them."""
    one_hot = np.eye(10, dtype=np.float32)
    labels = one_hot[data.labels] if task.recipe["one_hot"] else data.labels
    return published_network(task.recipe, task.seed), labels


def series_repeats(data: Data, task: Task, clock: Clock):
    """``repeats.train`` from four seeds, side by side: seconds are per epoch of one run."""
    from digits import training
    from digits.training import repeats

    train_all_anew()
    seeds, ends, lock = range(task.seed, task.seed + SEEDS_AT_ONCE), [], threading.Lock()

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
