"""MNIST, verified, from wherever it can be had.

``mnist.load()`` is the way in. It reads containers (:mod:`digits.dataset.containers`) and asks the mirrors
(:mod:`digits.dataset.mirrors`) where no file is on this machine. ``writers.load()`` says who wrote which image, and
:mod:`digits.dataset.disturbances` holds what may happen to a digit.
"""

from . import mnist, writers

__all__ = ["mnist", "writers"]
