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
    """The five matrix products of each step, and perhaps Adam's update: no network learns with less arithmetic.

    Args:
        images: float32, shape (images, 784).
        task: of what network, and in what batches.
        with_adam: whether each step also updates the weights, in one pass over weights, gradients and both means.
    """

    def __init__(self, images: np.ndarray, task: Task, with_adam: bool = False):
        generator = np.random.default_rng(task.seed)
        self.first = generator.normal(size=(784, task.width)).astype(np.float32)
        self.second = generator.normal(size=(task.width, 10)).astype(np.float32)
        self.error = generator.normal(size=(task.batch_size, 10)).astype(np.float32)
        starts = range(0, len(images), task.batch_size)
        self.batches = [images[start : start + task.batch_size] for start in starts]
        self.update = _compiled_adam() if with_adam else None
        self.means = [np.zeros((2, one.size), np.float32) for one in (self.first, self.second)]

    def epoch(self) -> None:
        """Multiply once through all images."""
        for images in self.batches:
            hidden = images @ self.first
            hidden @ self.second
            wrong = self.error[: len(images)]
            second = hidden.T @ wrong
            first = images.T @ (wrong @ self.second.T)
            if self.update:
                self.update(self.first.ravel(), first.ravel(), *self.means[0])
                self.update(self.second.ravel(), second.ravel(), *self.means[1])


def _compiled_adam():
    """Adam's update of an array of weights in place, by Numba: NumPy would go through them a dozen times."""
    import numba

    rate, first_decay, second_decay, tiny = map(np.float32, (1e-3, 0.9, 0.999, 1e-7))
    one = np.float32(1)

    @numba.njit(fastmath=True, error_model="numpy")  # no look at each divisor
    def update(weights, gradient, mean, mean_of_squares):
        for index in range(weights.size):
            slope = gradient[index]
            mean[index] += (one - first_decay) * (slope - mean[index])
            square = mean_of_squares[index]
            square += (one - second_decay) * (slope * slope - square)
            mean_of_squares[index] = square
            weights[index] -= rate * mean[index] / (np.sqrt(square) + tiny)

    empty = np.zeros(1, np.float32)
    update(empty, empty, empty.copy(), empty.copy())  # compiled here, not while the clock runs
    return update


def floor(data: Data, task: Task, clock: Clock):
    """The matrix products of one training, with as many threads as NumPy takes by itself."""
    _multiply_here(MatrixProducts(data.images, task), task, clock)


def floor_with_adam(data: Data, task: Task, clock: Clock):
    """The same with Adam's update in each step, on one thread, as ``training.fit`` computes.

    NumPy's own threads would be in the update's way: they spin while they wait for the next product.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        _multiply_here(MatrixProducts(data.images, task, with_adam=True), task, clock)


def _multiply_here(products: MatrixProducts, task: Task, clock: Clock) -> None:
    clock.start()
    for _ in range(task.epochs):
        products.epoch()
        clock.tick(lambda images: np.zeros(len(images)))


def floor_side_by_side(data: Data, task: Task, clock: Clock, with_adam: bool = False):
    """The matrix products of as many trainings as there are cores, each on one thread: seconds are per training."""
    trainings = os.cpu_count() or 1
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(trainings + 1, timeout=PATIENCE)
    arguments = (len(data.images), task, with_adam, barrier)
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


def floor_with_adam_side_by_side(data: Data, task: Task, clock: Clock):
    """The same with Adam's update in each step."""
    floor_side_by_side(data, task, clock, with_adam=True)


def _multiply(
    images: int, task: Task, with_adam: bool, barrier: multiprocessing.synchronize.Barrier
) -> None:
    """One process of :func:`floor_side_by_side`."""
    from digits.dataset import mnist
    from threadpoolctl import threadpool_limits

    pixels = mnist.load().train_images[:images].reshape(-1, 784).astype(np.float32) / 255
    products = MatrixProducts(pixels, task, with_adam)
    with threadpool_limits(1):
        barrier.wait()
        for _ in range(task.epochs):
            products.epoch()
            barrier.wait()
