"""Training with Keras: quiet, deterministic, fast and with a progress bar.

Importing this module imports TensorFlow, which takes some seconds. Its C++ start-up messages are silenced; errors
still come through as Python exceptions.
"""

import contextlib
import os
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from .progress import progress_bar


@contextlib.contextmanager
def silent_stderr() -> Iterator[None]:
    """Discard what C++ code writes to the process's standard error: Python's sys.stderr cannot catch it."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


os.environ.setdefault("KERAS_BACKEND", "tensorflow")
# Deterministic data pipelines make TensorFlow's C++ code log harmless lines as errors. Real errors are exceptions.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Intel's kernels train convolutions two to three times as fast. TensorFlow uses them by itself on the newest processors
# only, and logs so on all others; it must be told before it is imported.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
with silent_stderr():
    import keras
    import tensorflow as tf

    tf.config.list_physical_devices()  # looks for a GPU, and comments on finding none
tf.get_logger().setLevel(
    "ERROR"
)  # it warns of retracing when one process uses several models, as we do

# The same seed gives the same network, to the last bit, on one machine with one set of versions.
tf.config.experimental.enable_op_determinism()
# Networks as small as these lose more time by dividing a matrix product among threads than they gain.
tf.config.threading.set_intra_op_parallelism_threads(1)

# Validation images need no small batches: nothing is learned from them.
VALIDATION_BATCH_SIZE = 1000


class _ProgressBar(keras.callbacks.Callback):
    """One bar over the epochs, with the latest loss and accuracy behind it."""

    def __init__(self, description: str):
        super().__init__()
        self.description = description

    def on_train_begin(self, logs=None):
        self.bar = progress_bar(
            description=self.description, unit="epoch", total=self.params["epochs"]
        )

    def on_epoch_end(self, epoch, logs=None):
        accuracy = (logs or {}).get("val_accuracy", (logs or {}).get("accuracy"))
        self.bar.set_postfix_str(f"accuracy {accuracy:.2%}" if accuracy is not None else "")
        self.bar.update()

    def on_train_end(self, logs=None):
        self.bar.close()


def fit(
    model: keras.Model,
    images: np.ndarray,
    labels: np.ndarray,
    *,
    epochs: int,
    batch_size: int,
    validation_data: tuple[np.ndarray, np.ndarray] | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> pd.DataFrame:
    """``model.fit`` with each epoch handed to TensorFlow as a whole, which spares most of its overhead.

    The updates are those of a plain ``model.fit``: same batches, same order, same arithmetic.

    Args:
        model: a compiled model.
        images: float32, shape (images, pixels) or whatever the model's input takes.
        labels: integers, shape (images,), or one-hot, shape (images, 10), as the model's loss takes them.
        epochs: how many times all images are seen.
        batch_size: images per update of the weights.
        validation_data: images and labels on which loss and accuracy are measured after each epoch.
        callbacks: further Keras callbacks, such as early stopping.

    Returns:
        One row per epoch: ``epoch`` (from 1), ``loss``, ``accuracy`` and, with validation data, ``val_loss`` and
        ``val_accuracy``. ``loss`` and ``accuracy`` are means over the epoch while the weights were changing.
    """
    steps = -(-len(images) // batch_size)  # the number of batches, rounded up
    if model.steps_per_execution != steps:
        model.steps_per_execution = steps
        # Keras keeps the functions that it compiled for another number of steps, and would mix the two.
        model.train_function = model.test_function = model.predict_function = None
    history = model.fit(
        images,
        labels,
        epochs=epochs,
        batch_size=batch_size,
        validation_data=validation_data,
        validation_batch_size=VALIDATION_BATCH_SIZE,
        callbacks=[_ProgressBar(f"Training {model.name}"), *callbacks],
        verbose=0,
    )
    columns = [
        name for name in ("loss", "accuracy", "val_loss", "val_accuracy") if name in history.history
    ]
    table = pd.DataFrame(history.history)[columns]
    table.insert(0, "epoch", np.arange(1, len(table) + 1))
    return table


def predict(
    model: keras.Model, images: np.ndarray, batch_size: int = VALIDATION_BATCH_SIZE
) -> np.ndarray:
    """The model's ten scores for each image: float32, shape (images, 10)."""
    return model.predict(images, batch_size=batch_size, verbose=0)
