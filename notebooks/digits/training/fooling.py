"""Small changes that make a network misread images, found for many images at once. Imports TensorFlow."""

import numpy as np

from .backend import keras, tf

_MOST_STEPS = 100
_HALVINGS = 10


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
    start = changed = tf.constant(originals)
    for _ in range(_MOST_STEPS):
        slope, read = _slope_and_answer(network, changed, digits)
        is_right = tf.cast(read == digits, tf.float32)[:, tf.newaxis]
        if not np.any(is_right):
            break
        upward = step * slope / tf.norm(slope, axis=1, keepdims=True)
        changed = tf.clip_by_value(changed + is_right * upward, 0, 1)
    near, far = np.zeros((len(digits), 1), np.float32), np.ones((len(digits), 1), np.float32)
    for _ in range(_HALVINGS):
        middle = (near + far) / 2
        read = _answer(network, start + middle * (changed - start))
        is_wrong = np.asarray(read != digits)[:, np.newaxis]
        near, far = np.where(is_wrong, near, middle), np.where(is_wrong, middle, far)
    return (start + far * (changed - start)).numpy()


@tf.function
def _answer(network: keras.Model, images: tf.Tensor) -> tf.Tensor:
    """How each image is read."""
    return tf.argmax(network(images, training=False), axis=1)


@tf.function
def _slope_and_answer(
    network: keras.Model, images: tf.Tensor, digits: np.ndarray
) -> tuple[tf.Tensor, tf.Tensor]:
    """How each image's loss grows with each of its pixels, and how it is read."""
    with tf.GradientTape() as tape:
        tape.watch(images)
        probabilities = network(images, training=False)
        loss = -tf.math.log(tf.gather(probabilities, digits, batch_dims=1))
    return tape.gradient(loss, images), tf.argmax(probabilities, axis=1)
