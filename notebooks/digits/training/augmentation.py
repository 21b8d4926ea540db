"""Random distortions of digits while a network trains, as a layer of the network. Imports TensorFlow.

The idea of distorting digits elastically is that of P. Y. Simard, D. Steinkraus and J. C. Platt, "Best practices for
convolutional neural networks applied to visual document analysis", ICDAR 2003; the smooth field is made here by
Gaussian bumps on a coarse grid instead of by blurring noise.
"""

from typing import Any

import numpy as np

from .backend import keras, tf

_SIDE = 28
# The elastic field: bumps on a square grid of so many rows, each so many pixels wide (standard deviation).
_BUMP_ROWS = 6
_BUMP_WIDTH = 4.5


@keras.saving.register_keras_serializable(package="digits")
class RandomDistortion(keras.layers.Layer):
    """Shifts, turns, zooms, slants and bends each image anew in every training step; passes it on as it is otherwise.

    Takes and returns float32 images of shape (batch, 784), 0 for the background. Values stay within the range that
    they had, because each new pixel is a weighted mean of four old ones; what comes in from outside is 0.

    Args:
        shift: the farthest shift in pixels, along each axis.
        rotation: the largest rotation in degrees, either way.
        zoom: the largest change of width and, independently, of height: 0.1 means 90 to 110 %.
        slant: the largest slant: 0.1 means that the top moves against the bottom by a tenth of the height.
        elastic: how far pixels wander by the elastic field, in pixels (standard deviation).
        seed: a whole number that decides the distortions; None takes one from ``keras.utils.set_random_seed``.

    Raises:
        ValueError: a strength is negative, or the zoom not below 1.
    """

    def __init__(
        self,
        shift: float = 0.0,
        rotation: float = 0.0,
        zoom: float = 0.0,
        slant: float = 0.0,
        elastic: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.strengths = {
            "shift": shift,
            "rotation": rotation,
            "zoom": zoom,
            "slant": slant,
            "elastic": elastic,
        }
        for name, strength in self.strengths.items():
            if strength < 0:
                raise ValueError(f"The {name} must not be negative; got {strength}.")
        if zoom >= 1:
            raise ValueError(f"The zoom must be below 1, or digits would vanish; got {zoom}.")
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.basis = _basis()

    def call(self, images: tf.Tensor, training: bool = False) -> tf.Tensor:
        """The images, distorted only while training."""
        if not training:
            return images
        return _sample(images, *self._sources(tf.shape(images)[0]))

    def get_config(self) -> dict:
        """What the layer can be made from again."""
        return {**super().get_config(), **self.strengths, "seed": self.seed}

    def _sources(self, count: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Where each new pixel is taken from: column and row, float32, shape (count, 784) each.

        Both are sums of the same few patterns (the column, the row, a constant, and the bumps), so that one product
        of matrices gives them for all images.
        """
        strengths = self.strengths
        uniform = keras.random.uniform((count, 6), -1.0, 1.0, seed=self.seed_generator)
        turn, width, height, slant, right, down = tf.unstack(uniform, axis=1)
        angle = turn * np.deg2rad(strengths["rotation"])
        # Dividing, because a source is looked for: a digit grows when its pixels come from nearer the middle.
        across, upright = 1 / (1 + width * strengths["zoom"]), 1 / (1 + height * strengths["zoom"])
        cosine, sine = tf.cos(angle), tf.sin(angle)
        leaning = sine + slant * strengths["slant"]
        column = [cosine * across, leaning * across, right * strengths["shift"]]
        row = [-sine * upright, cosine * upright, down * strengths["shift"]]
        bumps = keras.random.normal((2, count, _BUMP_ROWS**2), seed=self.seed_generator)
        bumps *= strengths["elastic"]
        middle = (_SIDE - 1) / 2
        return tuple(
            tf.concat([tf.stack(weights, axis=1), bumps[index]], axis=1) @ self.basis + middle
            for index, weights in enumerate((column, row))
        )


def _basis() -> np.ndarray:
    """The patterns that a field of displacements is a sum of: float32, shape (3 + bumps, 784).

    Column and row count from the middle of the image. Over an image's middle, bumps with random weights of standard
    deviation 1 add up to displacements of standard deviation 1.
    """
    positions = np.arange(_SIDE) - (_SIDE - 1) / 2
    rows, columns = np.meshgrid(positions, positions, indexing="ij")
    centres = np.linspace(positions[0], positions[-1], _BUMP_ROWS)
    bumps = [
        np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / (2 * _BUMP_WIDTH**2))
        for row in centres
        for column in centres
    ]
    bumps = np.array(bumps) / np.sqrt((np.array(bumps) ** 2).sum(axis=0))
    patterns = [columns, rows, np.ones_like(rows), *bumps]
    return np.reshape(patterns, (len(patterns), -1)).astype(np.float32)


def _sample(images: tf.Tensor, columns: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
    """New images whose pixels lie between four old ones each: bilinear interpolation, with 0 outside."""
    padded = tf.pad(tf.reshape(images, [-1, _SIDE, _SIDE]), [[0, 0], [1, 2], [1, 2]])
    wide = _SIDE + 3
    pixels = tf.reshape(padded, [-1])
    # In the padded image all positions move by one; what lies farther outside is as empty as the margin.
    columns = tf.clip_by_value(columns + 1, 0, _SIDE + 1)
    rows = tf.clip_by_value(rows + 1, 0, _SIDE + 1)
    left, top = tf.floor(columns), tf.floor(rows)
    right_part, lower_part = columns - left, rows - top
    first = tf.range(tf.shape(images)[0])[:, tf.newaxis] * wide**2
    corner = first + tf.cast(top, tf.int32) * wide + tf.cast(left, tf.int32)
    upper = _between(tf.gather(pixels, corner), tf.gather(pixels, corner + 1), right_part)
    lower = _between(
        tf.gather(pixels, corner + wide), tf.gather(pixels, corner + wide + 1), right_part
    )
    return _between(upper, lower, lower_part)


def _between(first: tf.Tensor, second: tf.Tensor, share: tf.Tensor) -> tf.Tensor:
    """The value that lies ``share`` of the way from the first to the second."""
    return first + share * (second - first)
