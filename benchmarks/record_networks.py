"""The networks that are built to read as many test digits as two cores can bring them to in minutes.

They are convolutional or dense, learn from labels and distorted images or from a teacher (see teaching.py), and share
their layers: each convolution or dense layer is followed by batch normalisation and ReLU.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

STRONG = {"shift": 2, "rotation": 10, "zoom": 0.1, "slant": 0.1, "elastic": 0.7}


@dataclass(frozen=True)
class Recipe:
    """How a network is made.

    Attributes:
        network: what :func:`build` is told beside the steps.
        epochs: how often it sees all images, or all copies of them that a teacher answered.
        batch_size: images per step.
    """

    network: dict
    epochs: int
    batch_size: int = 128

    def training(self, images, labels, seeds, *, rows=None, name: str | None = None):
        """A :class:`digits.training.Training` by this recipe; the arguments are those that it takes."""
        from digits import training

        steps = self.epochs * math.ceil(len(images if rows is None else rows) / self.batch_size)
        return training.Training(
            partial(build, steps, name=name, **self.network),
            images,
            labels,
            rows=rows,
            seeds=seeds,
            epochs=self.epochs,
            batch_size=self.batch_size,
        )


def build(
    steps: int,
    *,
    convolutions: Sequence[tuple[int, int, bool]] = (),
    average: bool = False,
    dense: Sequence[int] = (),
    dropout: float = 0.0,
    rate: float = 0.002,
    decay: float = 0.004,
    distortion: dict | None = None,
    taught: bool = False,
    name: str | None = None,
):
    """A compiled network whose learning rate falls to 0 in so many steps.

    Args:
        steps: batches until the learning rate has fallen to 0.
        convolutions: for each the number of filters, the side of their window, and whether pooling follows.
        average: whether only the mean of each last map goes on, instead of all its values.
        dense: the neurons of each dense layer before the output.
        dropout: the share that is dropped before each dense layer.
        rate: the highest learning rate.
        decay: the weight decay of AdamW.
        distortion: the strengths that ``RandomDistortion`` takes; none for undistorted images.
        taught: whether it learns from a teacher's probabilities for uint8 images, shape (images, 784), instead of from
            digits and float32 images.
        name: of the Keras model.
    """
    import keras
    from digits.training import RandomDistortion
    from keras import layers

    model = keras.Sequential(name=name)
    model.add(keras.Input(shape=(784,), dtype="uint8" if taught else None))
    if taught:
        model.add(layers.Rescaling(1 / 255))
    if distortion:
        model.add(RandomDistortion(**distortion))
    if convolutions:
        model.add(layers.Reshape((28, 28, 1)))
    for filters, window, pooled in convolutions:
        model.add(layers.Conv2D(filters, window, use_bias=False))
        if pooled:
            model.add(layers.MaxPooling2D())
        _add_normalised_relu(model)
    if convolutions:
        model.add(layers.GlobalAveragePooling2D() if average else layers.Flatten())
    for neurons in dense:
        if dropout:
            model.add(layers.Dropout(dropout))
        model.add(layers.Dense(neurons, use_bias=False))
        _add_normalised_relu(model)
    if dropout:
        model.add(layers.Dropout(dropout))
    model.add(layers.Dense(10, activation="softmax"))
    schedule = keras.optimizers.schedules.CosineDecay(rate, steps)
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=decay)
    loss = "categorical_crossentropy" if taught else "sparse_categorical_crossentropy"
    model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
    return model


def _add_normalised_relu(model) -> None:
    """Behind a layer without biases: batch normalisation has its own."""
    from keras import layers

    model.add(layers.BatchNormalization(momentum=0.9))
    model.add(layers.ReLU())
