"""Handwritten digits from any picture: found, and brought into the form of MNIST's. No TensorFlow.

``digits_in`` sends a picture through the stages that :mod:`digits.handwriting.pipeline` lists: picture, page, paper,
ink, strokes, digits, MNIST's form. Each stage stands in a file of its own. ``photographs_of`` makes photographs to
test them with. ``digits.handwriting.reading`` puts a trained network behind them; as it imports TensorFlow, whoever
needs it imports it by itself.
"""

from .mnist_form import like_mnist
from .photographs import photographs_of
from .pictures import read_image
from .pipeline import STAGES, STEPS, Stage, digits_in, readings_in, through_stages
from .preparation import STANDARD, Preparation

__all__ = [
    "STAGES",
    "STANDARD",
    "STEPS",
    "Preparation",
    "Stage",
    "digits_in",
    "like_mnist",
    "photographs_of",
    "read_image",
    "readings_in",
    "through_stages",
]
