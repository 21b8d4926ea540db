"""Training with Keras: deterministic, fast and with a progress bar. Importing this module imports TensorFlow."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..basics.progress import progress_bar
from .backend import VALIDATION_BATCH_SIZE, keras
from .compiled import Plan, Trainer, in_columns


class _ProgressBar(keras.callbacks.Callback):
    """One bar over the epochs, with the latest loss and accuracy behind it."""

    def __init__(self, description: str):
        super().__init__()
        self.description = description

    def on_train_begin(self, logs: dict | None = None) -> None:
        self.bar = progress_bar(
            description=self.description, unit="epoch", total=self.params["epochs"]
        )

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        accuracy = (logs or {}).get("val_accuracy", (logs or {}).get("accuracy"))
        self.bar.set_postfix_str(f"accuracy {accuracy:.2%}" if accuracy is not None else "")
        self.bar.update()

    def on_train_end(self, logs: dict | None = None) -> None:
        self.bar.close()


def fit(
    model: keras.Model,
    images: np.ndarray,
    labels: np.ndarray,
    *,
    epochs: int,
    batch_size: int,
    seed: int = 0,
    validation_data: tuple[np.ndarray, np.ndarray] | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> pd.DataFrame:
    """What ``model.fit`` does, with each epoch compiled as a whole, which spares most of its overhead.

    The updates are those of ``model.fit``; only the order in which images are seen is drawn from ``seed`` alone. The
    same network from the same seed is trained exactly as by :func:`digits.training.train`.

    Args:
        model: a compiled model.
        images: float32, shape (images, pixels) or whatever the model's input takes.
        labels: integers, shape (images,), or one-hot, shape (images, 10), as the model's loss takes them.
        epochs: how many times all images are seen.
        batch_size: images per update of the weights.
        seed: decides the order in which the images are seen.
        validation_data: images and labels on which loss and accuracy are measured after each epoch.
        callbacks: further Keras callbacks that act before or after epochs, such as early stopping. There are no
            pauses between batches at which others could act.

    Returns:
        One row per epoch: ``epoch`` (from 1), ``loss``, ``accuracy`` and, with validation data, ``val_loss`` and
        ``val_accuracy``. ``loss`` and ``accuracy`` are means over the epoch while the weights were changing.

    Raises:
        ValueError: there are not as many labels as images.
    """
    rows = np.arange(len(images))
    trainer = Trainer(
        model, Plan(epochs, batch_size), rows, images, labels, *(validation_data or ())
    )
    watching = keras.callbacks.CallbackList(
        [_ProgressBar(f"Training {model.name}"), *callbacks], model=model, epochs=epochs
    )
    model.stop_training = False
    watching.on_train_begin()
    history = []
    for epoch in range(epochs):
        watching.on_epoch_begin(epoch)
        measured = trainer.epoch(seed, epoch + 1)
        history.append({"epoch": epoch + 1, **measured})
        watching.on_epoch_end(epoch, measured)
        if model.stop_training:  # early stopping asks for it
            break
    watching.on_train_end(measured)
    return in_columns(history)


def predict(
    model: keras.Model, images: np.ndarray, batch_size: int = VALIDATION_BATCH_SIZE
) -> np.ndarray:
    """The model's ten scores for each image: float32, shape (images, 10)."""
    return model.predict(images, batch_size=batch_size, verbose=0)
