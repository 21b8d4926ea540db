"""scikit-learn, and the least work that training can be, in NumPy: contenders of benchmarks/run.py."""

import multiprocessing
import multiprocessing.synchronize
import os

import numpy as np
from clock import Clock, Data, Task

# Seconds until a process that does not answer is taken for dead; an epoch takes a fraction of one.
PATIENCE = 300


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


class MatrixProducts:
    """The five matrix products of each step, and nothing else: no network learns with less arithmetic.

    Args:
        images: float32, shape (images, 784).
        task: of what network, and in what batches.
    """

    def __init__(self, images: np.ndarray, task: Task):
        generator = np.random.default_rng(task.seed)
        self.first = generator.normal(size=(784, task.width)).astype(np.float32)
        self.second = generator.normal(size=(task.width, 10)).astype(np.float32)
        self.error = generator.normal(size=(task.batch_size, 10)).astype(np.float32)
        starts = range(0, len(images), task.batch_size)
        self.batches = [images[start : start + task.batch_size] for start in starts]

    def epoch(self) -> None:
        """Multiply once through all images."""
        for images in self.batches:
            hidden = images @ self.first
            hidden @ self.second
            wrong = self.error[: len(images)]
            hidden.T @ wrong
            images.T @ (wrong @ self.second.T)


def floor(data: Data, task: Task, clock: Clock):
    """The matrix products of one training, with as many threads as NumPy takes by itself."""
    products = MatrixProducts(data.images, task)
    clock.start()
    for _ in range(task.epochs):
        products.epoch()
        clock.tick(lambda images: np.zeros(len(images)))


def floor_side_by_side(data: Data, task: Task, clock: Clock):
    """The matrix products of as many trainings as there are cores, each on one thread: seconds are per training."""
    trainings = os.cpu_count() or 1
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(trainings + 1, timeout=PATIENCE)
    arguments = (len(data.images), task, barrier)
    processes = [
        context.Process(target=_multiply, args=arguments, daemon=True) for _ in range(trainings)
    ]
    for process in processes:
        process.start()
    barrier.wait()  # all are ready
    clock.start()
    for _ in range(task.epochs):
        barrier.wait()  # all have ended an epoch
        clock.tick(lambda images: np.zeros(len(images)))
    for process in processes:
        process.join()
    clock.seconds = [seconds / trainings for seconds in clock.seconds]


def _multiply(images: int, task: Task, barrier: multiprocessing.synchronize.Barrier) -> None:
    """One process of :func:`floor_side_by_side`."""
    from digits.dataset import mnist
    from threadpoolctl import threadpool_limits

    pixels = mnist.load().train_images[:images].reshape(-1, 784).astype(np.float32) / 255
    products = MatrixProducts(pixels, task)
    with threadpool_limits(1):
        barrier.wait()
        for _ in range(task.epochs):
            products.epoch()
            barrier.wait()
