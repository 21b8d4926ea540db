"""How the reading network is made: what it learns from, and its layers. Imports TensorFlow.

It reads ten digits and gives an eleventh answer, "no digit". It learns from four kinds of images: MNIST's own, MNIST's
altered as other pens and cameras would leave them, digits in other forms, and marks that are none.
"""

import math

import numpy as np

from ..training.augmentation import RandomDistortion
from ..training.backend import keras
from ..training.repeats import Training
from . import altered, no_digit, strokes_made

NO_DIGIT = 10  # the answer's number
ANSWERS = [*"0123456789", "no digit"]
MADE, MARKS = 40_000, 60_000  # how many digits are made, and how many marks that are none
EPOCHS, BATCH_SIZE = 18, 128
# Filters, side of the window, and whether pooling follows.
_CONVOLUTIONS = ((32, 5, True), (48, 3, False), (64, 3, True), (64, 3, False))


def lessons(images: np.ndarray, labels: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """What the network learns from.

    Args:
        images: MNIST's, uint8, shape (count, 28, 28), 0 for paper to 255 for ink.
        labels: their digits, shape (count,).
        seed: decides what is made and altered.

    Returns:
        uint8, shape (2 * count + 100,000, 784), and their answers, int64, 0 to 10.
    """
    made, made_labels = strokes_made.digits_made(MADE, seed)
    marks = no_digit.marks_made(MARKS, seed)
    all_images = np.concatenate([images, altered.all_altered(images, seed), made, marks])
    no_digits = np.full(len(marks), NO_DIGIT)
    answers = np.concatenate([labels, labels, made_labels, no_digits]).astype(np.int64)
    return all_images.reshape(-1, 784), answers


def training_of(
    images: np.ndarray, answers: np.ndarray, seeds: list[int], name: str = "reading"
) -> Training:
    """The training of the network from some seeds; images and answers as :func:`lessons` gives them."""
    steps = EPOCHS * math.ceil(len(images) / BATCH_SIZE)
    return Training(
        lambda: compiled_network(name, steps),
        images,
        answers,
        seeds=seeds,
        epochs=EPOCHS,
        batch_size=BATCH_SIZE,
    )


def compiled_network(name: str, steps: int) -> keras.Model:
    """The network, with a learning rate that falls to 0 in so many steps; takes uint8 images of shape (images, 784)."""
    layers = keras.layers
    model = keras.Sequential([keras.Input(shape=(784,), dtype="uint8")], name=name)
    model.add(layers.Rescaling(1 / 255))
    model.add(RandomDistortion(shift=1.5, rotation=10, zoom=0.1, slant=0.1, elastic=0.4))
    model.add(layers.Reshape((28, 28, 1)))
    for filters, side, is_pooled in _CONVOLUTIONS:
        model.add(layers.Conv2D(filters, side, use_bias=False))
        if is_pooled:
            model.add(layers.MaxPooling2D())
        _add_normalised_relu(model)
    model.add(layers.Flatten())
    model.add(layers.Dropout(0.25))
    model.add(layers.Dense(128, use_bias=False))
    _add_normalised_relu(model)
    model.add(layers.Dropout(0.25))
    model.add(layers.Dense(len(ANSWERS), activation="softmax"))
    schedule = keras.optimizers.schedules.CosineDecay(0.002, steps)
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=0.004)
    model.compile(optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def _add_normalised_relu(model: keras.Model) -> None:
    """Batch normalisation without a scale, so that it can be multiplied into the layer before it, and ReLU."""
    model.add(keras.layers.BatchNormalization(momentum=0.9, scale=False))
    model.add(keras.layers.ReLU())
