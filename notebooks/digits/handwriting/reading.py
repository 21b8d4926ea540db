"""Pictures in, digits out: the handwriting pipeline and a trained network together. Imports TensorFlow."""

import pathlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..training import shipping
from ..training.backend import keras, tf
from .between import Box, Mark
from .pictures import Source
from .pipeline import readings_in

# The network that notebooks/ship.py makes; the pad in a browser reads with it, too.
SHIPPED = pathlib.Path(__file__).parents[1] / "drawpad" / "network.bin"
# A page with so many marks, of which so few are digits, is a text: its marks are letters, and a digit is not sure.
_MARKS_OF_A_TEXT, _DIGITS_IN_A_TEXT = 10, 0.25
# Below it the answer is "I don't know": chosen in *Your own handwriting*, on validation digits and held-back fonts.
UNSURE_BELOW = 0.9
# As probable must each part be, for a mark to be read as several digits that touch.
SURE_APART = 0.95


@dataclass(frozen=True)
class Reading:
    """What a network makes of one digit.

    Attributes:
        image: what it saw, float32, shape (28, 28), 0 for paper to 1 for ink.
        probabilities: float32, shape (10,), one per digit; or (11,), the last one for "no digit".
        box: where it is in the upright picture.
        unsure_below: how probable an answer must be to be given.
        in_text: whether it stands among so many marks that are no digits that it is hardly one itself.
    """

    image: np.ndarray
    probabilities: np.ndarray
    box: Box = (0.0, 0.0, 1.0, 1.0)
    unsure_below: float = UNSURE_BELOW
    in_text: bool = False

    @property
    def digit(self) -> int:
        """The most probable digit, also where "no digit" is more probable."""
        return int(self.probabilities[:10].argmax())

    @property
    def is_digit(self) -> bool:
        """Whether a digit is the most probable answer: not where the network says "no digit"."""
        return bool(self.probabilities.argmax() < 10)

    @property
    def sure(self) -> bool:
        """Whether it is probable enough to be given as the answer."""
        return not self.in_text and bool(self.probabilities.max() >= self.unsure_below)

    @property
    def is_sure_digit(self) -> bool:
        """Whether the answer is a digit, and sure."""
        return self.is_digit and self.sure

    @property
    def is_surely_a_part(self) -> bool:
        """Whether a network that knows "no digit" is sure enough that this is a digit, although cut from a mark."""
        return len(self.probabilities) > 10 and bool(self.probabilities[:10].max() >= SURE_APART)

    def as_json(self) -> dict:
        """The reading in plain types: the probabilities, and the image as 784 whole numbers from 0 to 255.

        ``digit`` is None where the network says "no digit"; ``box`` is where it was read: left, top, right and
        bottom, out of 1 for the upright picture's width and height.
        """
        return {
            "digit": self.digit if self.is_digit else None,
            "sure": self.sure,
            "box": [round(value, 4) for value in self.box],
            "probabilities": [round(float(value), 4) for value in self.probabilities],
            "image": np.round(255 * self.image).astype(int).ravel().tolist(),
        }


class Reader:
    """A trained network that reads pictures; it may be used by several threads at a time.

    Args:
        network: takes images of shape (images, 784) and gives ten probabilities each, or eleven.
        prepare: finds the marks in a picture, as :func:`digits.handwriting.readings_in` does.
        unsure_below: how probable an answer must be to be given.
    """

    def __init__(
        self,
        network: keras.Model,
        prepare: Callable[[Any], list[Mark]] = readings_in,
        unsure_below: float = UNSURE_BELOW,
    ) -> None:
        self.name = network.name
        self._prepare, self._unsure_below = prepare, unsure_below

        # Compiled once, for any number of images: calling the model itself takes several times as long.
        @tf.function(input_signature=[tf.TensorSpec([None, 784], tf.float32)], autograph=False)
        def probabilities(images: tf.Tensor) -> tf.Tensor:
            return network(images, training=False)

        self._probabilities = probabilities.get_concrete_function()

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """The probabilities for each image: float32, shape (images, answers); images of shape (images, 28, 28)."""
        flat = np.reshape(images, (-1, 784)).astype(np.float32)
        return self._probabilities(tf.constant(flat)).numpy()

    def read(self, source: Source) -> list[Reading]:
        """Read all digits of a picture, in reading order.

        Args:
            source: as for :func:`digits.handwriting.pictures.read_image`.

        Raises:
            ValueError: it is no picture that can be read, or there is no ink on it; the message says which.
        """
        marks = self._prepare(source)
        return decided(marks, self.probabilities(images_of(marks)), self._unsure_below)


def images_of(marks: Sequence[Mark]) -> np.ndarray:
    """What a network is asked about marks: each whole, then its parts; float32, shape (images, 28, 28)."""
    images = [one.image for mark in marks for one in (mark, *mark.parts)]
    return np.stack(images) if images else np.zeros((0, 28, 28), dtype=np.float32)


def decided(
    marks: Sequence[Mark], probabilities: np.ndarray, unsure_below: float = UNSURE_BELOW
) -> list[Reading]:
    """What is read of marks: each of them whole, or its parts where they are surer.

    Args:
        marks: at least one.
        probabilities: float32, shape (images, answers), for the images that :func:`images_of` gives.
        unsure_below: how probable an answer must be to be given.
    """
    answers = iter(probabilities)
    found: list[Reading] = []
    for mark in marks:
        whole, *parted = [
            Reading(one.image, next(answers), one.box, unsure_below) for one in (mark, *mark.parts)
        ]
        # Only a network that knows "no digit" is not sure of two digits that touch, nor of half a digit.
        are_apart = bool(parted) and all(one.is_surely_a_part for one in parted)
        found += parted if are_apart and not whole.is_sure_digit else [whole]
    share_of_digits = np.mean([one.is_sure_digit for one in found])
    is_text = len(found) >= _MARKS_OF_A_TEXT and share_of_digits < _DIGITS_IN_A_TEXT
    return [replace(one, in_text=bool(is_text)) for one in found]


def load_reader(prepare: Callable[[Any], list[Mark]] = readings_in) -> Reader:
    """A reader with the shipped network.

    Args:
        prepare: as for :class:`Reader`.

    Raises:
        NetworkFileError: the network's file is missing or damaged.
    """
    network, _ = shipping.read_network(SHIPPED)
    return Reader(network, prepare)
