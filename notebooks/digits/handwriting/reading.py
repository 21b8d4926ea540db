"""Pictures in, digits out: the handwriting pipeline and a trained network together. Imports TensorFlow."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..store import artifacts
from ..training import load_model
from ..training.backend import keras, tf
from .pictures import Source
from .pipeline import digits_in

# The strongest first. The first that is trained already is used; if none is, the last one is trained.
NETWORKS = ("conv", "own")
# Below this probability the answer is "I don't know": chosen in *Your own handwriting*, on validation digits.
UNSURE_BELOW = 0.8


@dataclass(frozen=True)
class Reading:
    """What a network makes of one digit.

    Attributes:
        image: what it saw, float32, shape (28, 28), 0 for paper to 1 for ink.
        probabilities: float32, shape (10,), one per digit.
    """

    image: np.ndarray
    probabilities: np.ndarray

    @property
    def digit(self) -> int:
        """The most probable digit."""
        return int(self.probabilities.argmax())

    @property
    def sure(self) -> bool:
        """Whether it is probable enough to be given as the answer."""
        return bool(self.probabilities.max() >= UNSURE_BELOW)

    def as_json(self) -> dict:
        """The reading in plain types: the probabilities, and the image as 784 whole numbers from 0 to 255."""
        return {
            "digit": self.digit,
            "sure": self.sure,
            "probabilities": [round(float(value), 4) for value in self.probabilities],
            "image": np.round(255 * self.image).astype(int).ravel().tolist(),
        }


class Reader:
    """A trained network that reads pictures; it may be used by several threads at a time.

    Args:
        network: takes images of shape (images, 784) and gives ten probabilities each.
        prepare: finds the digits in a picture, as :func:`digits.handwriting.digits_in` does.
    """

    def __init__(
        self,
        network: keras.Model,
        prepare: Callable[[Any], list[np.ndarray]] = digits_in,
    ) -> None:
        self.name = network.name
        self._prepare = prepare

        # Compiled once, for any number of images: calling the model itself takes several times as long.
        @tf.function(input_signature=[tf.TensorSpec([None, 784], tf.float32)], autograph=False)
        def probabilities(images: tf.Tensor) -> tf.Tensor:
            return network(images, training=False)

        self._probabilities = probabilities.get_concrete_function()

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """Ten probabilities for each image: float32, shape (images, 10); images of shape (images, 28, 28)."""
        flat = np.reshape(images, (-1, 784)).astype(np.float32)
        return self._probabilities(tf.constant(flat)).numpy()

    def read(self, source: Source) -> list[Reading]:
        """Read all digits of a picture, in reading order.

        Args:
            source: as for :func:`digits.handwriting.pictures.read_image`.

        Raises:
            ValueError: it is no picture that can be read, or there is no ink on it; the message says which.
        """
        images = self._prepare(source)
        return [
            Reading(image, probabilities)
            for image, probabilities in zip(
                images, self.probabilities(np.stack(images)), strict=True
            )
        ]


def load_reader(prepare: Callable[[Any], list[np.ndarray]] = digits_in) -> Reader:
    """A reader with the strongest network that is trained already; if none is, one is trained first.

    Args:
        prepare: as for :class:`Reader`.

    Raises:
        ArtifactError: a file of a network was changed by something else, or could not be made.
    """
    models = [f"models/{name}.keras" for name in NETWORKS]
    trained = (model for model in models if artifacts.is_current(model))
    return Reader(load_model(next(trained, models[-1])), prepare)
