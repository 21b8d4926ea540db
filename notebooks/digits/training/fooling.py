"""Small changes that make a network misread images, found for many images at once. Imports TensorFlow."""

from collections.abc import Callable

import numpy as np

from .backend import keras, tf

_MOST_STEPS = 100
_HALVINGS = 10
# Compiled for any number of images: one after the other is turned, and the others go on.
_IMAGES, _DIGITS = tf.TensorSpec([None, 784], tf.float32), tf.TensorSpec([None], tf.int64)


def fooled(
    network: keras.Model, originals: np.ndarray, digits: np.ndarray, step: float = 0.1
) -> np.ndarray:
    """Each image with a small change that makes the network misread it.

    From each image steps go along the slope of the loss until the network misreads it; bisection then finds the
    point on the straight way back where the answer turns.

    Args:
        network: takes float32 images of shape (images, 784) and gives ten probabilities for each.
        originals: images that it reads, float32, shape (images, 784), 0 to 1.
        digits: their labels, shape (images,).
        step: the length of a step: the root of the sum of its squares.

    Returns:
        The changed images, float32, shape (images, 784), 0 to 1. One that 100 steps do not turn is still read right.
    """
    ask, answer = _asking(network), _answering(network)
    changed, left = originals.copy(), np.arange(len(digits))
    for _ in range(_MOST_STEPS):
        slope, read = ask(changed[left], digits[left])
        is_right = np.asarray(read == digits[left])
        left = left[is_right]
        if not len(left):
            break
        slope = np.asarray(slope)[is_right]
        upward = step * slope / np.linalg.norm(slope, axis=1, keepdims=True)
        changed[left] = np.clip(changed[left] + upward, 0, 1)
    near, far = np.zeros((len(digits), 1), np.float32), np.ones((len(digits), 1), np.float32)
    for _ in range(_HALVINGS):
        middle = (near + far) / 2
        read = answer(originals + middle * (changed - originals))
        is_wrong = np.asarray(read != digits)[:, np.newaxis]
        near, far = np.where(is_wrong, near, middle), np.where(is_wrong, middle, far)
    return originals + far * (changed - originals)


def _answering(network: keras.Model) -> Callable:
    """A function that says how each image is read."""

    @tf.function(input_signature=[_IMAGES], autograph=False)
    def answer(images: tf.Tensor) -> tf.Tensor:
        return tf.argmax(network(images, training=False), axis=1)

    return answer


def _asking(network: keras.Model) -> Callable:
    """A function that says how each image's loss grows with each of its pixels, and how it is read."""

    @tf.function(input_signature=[_IMAGES, _DIGITS], autograph=False)
    def ask(images: tf.Tensor, digits: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(images)
            probabilities = network(images, training=False)
            loss = -tf.math.log(tf.gather(probabilities, digits, batch_dims=1))
        return tape.gradient(loss, images), tf.argmax(probabilities, axis=1)

    return ask
