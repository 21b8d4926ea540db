"""What training one network from several seeds gives: its weights, histories and scores. Imports TensorFlow."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..store import artifacts
from .backend import keras, tf
from .models import load_model, save_model

# More rows at once would only take more memory.
_ROWS_SCORED_AT_ONCE = 2_500


@dataclass(frozen=True)
class Runs:
    """One network, trained from several seeds.

    Attributes:
        network: the Keras model, compiled, with the final weights of the first seed.
        seeds: one per run.
        epochs_kept: the epochs (from 1) whose weights were kept; the last one is the final epoch.
        weights: one array per array of weights, float32, shape (seeds, epochs kept, *shape of the weights).
        history: columns ``seed``, ``epoch`` (from 1), ``loss``, ``accuracy`` and, with validation data, ``val_loss``
            and ``val_accuracy``; one row per seed and epoch.
    """

    network: keras.Model
    seeds: tuple[int, ...]
    epochs_kept: tuple[int, ...]
    weights: tuple[np.ndarray, ...]
    history: pd.DataFrame

    @property
    def name(self) -> str:
        """The network's name."""
        return self.network.name

    def history_of(self, seed: int) -> pd.DataFrame:
        """The history of one run, as :func:`digits.training.fit` returns it."""
        return (
            self.history[self.history["seed"] == seed].drop(columns="seed").reset_index(drop=True)
        )

    def final(self) -> pd.DataFrame:
        """The last epoch of each run, in the order of the seeds: the columns of ``history`` without the epoch."""
        last = self.history.groupby("seed", as_index=False, sort=False).last()
        return last.drop(columns="epoch")

    def trained(self, seed: int, epoch: int | None = None) -> keras.Model:
        """A copy of the network, compiled like it, as one run left it after ``epoch`` (None: at its end).

        Raises:
            KeyError: there is no run from this seed, or its weights after this epoch were not kept.
        """
        copy = self.new_network()
        copy.set_weights(self._weights_of(seed, epoch))
        return copy

    def new_network(self) -> keras.Model:
        """A copy of the network, compiled like it, with new random weights."""
        copy = keras.models.clone_model(self.network)
        copy.compile_from_config(self.network.get_compile_config())  # not every Keras copies this
        return copy

    def scores(self, images: np.ndarray, epoch: int | None = None) -> np.ndarray:
        """The scores of every run after ``epoch`` (None: at its end): float32, shape (seeds, images, 10)."""
        scores = []
        for seed in self.seeds:
            self._for_scoring.set_weights(self._weights_of(seed, epoch))
            parts = [part.numpy() for part, _ in _scored(self._for_scoring, images)]
            scores.append(np.concatenate(parts))
        return np.stack(scores)

    def evaluate(self, images: np.ndarray, labels: np.ndarray) -> pd.DataFrame:
        """Each run's loss and accuracy on these images, as ``model.evaluate`` reports them.

        Args:
            images: float32, shape (images, pixels).
            labels: digits, or one-hot rows, as the network's loss takes them.

        Returns:
            Columns ``seed``, ``loss``, ``accuracy``; one row per seed.
        """
        digits = labels.argmax(axis=1) if labels.ndim == 2 else labels
        rows = []
        for seed in self.seeds:
            self._for_scoring.set_weights(self._weights_of(seed, None))
            loss = right = 0.0
            for scores, part in _scored(self._for_scoring, images):
                # The loss wants the tensor itself: it goes back to the sums that Keras noted on it.
                mean_loss = self._for_scoring.compute_loss(
                    y=tf.constant(labels[part]), y_pred=scores
                )
                loss += float(mean_loss) * len(scores)
                right += np.sum(scores.numpy().argmax(axis=1) == digits[part])
            rows.append({"seed": seed, "loss": loss / len(images), "accuracy": right / len(images)})
        return pd.DataFrame(rows)

    def save(self) -> None:
        """Save as artifacts ``models/NAME.keras`` (the first seed), ``weights/NAME.npz`` and ``histories/NAME.csv``."""
        arrays = {f"weights_{index:03}": array for index, array in enumerate(self.weights)}
        save_model(f"models/{self.name}.keras", self.network)
        artifacts.save_arrays(
            f"weights/{self.name}.npz",
            seeds=np.array(self.seeds),
            epochs_kept=np.array(self.epochs_kept),
            **arrays,
        )
        artifacts.save_table(f"histories/{self.name}.csv", self.history)

    @functools.cached_property
    def _for_scoring(self) -> keras.Model:
        """A copy that takes the weights of one run after the other."""
        return self.new_network()

    def _weights_of(self, seed: int, epoch: int | None) -> list[np.ndarray]:
        epoch = self.epochs_kept[-1] if epoch is None else epoch
        if seed not in self.seeds or epoch not in self.epochs_kept:
            raise KeyError(
                f"{self.name} has no weights of seed {seed} after epoch {epoch}; kept are those of seeds "
                f"{list(self.seeds)} after epochs {list(self.epochs_kept)}."
            )
        run, kept = self.seeds.index(seed), self.epochs_kept.index(epoch)
        return [array[run, kept] for array in self.weights]


def load_runs(name: str) -> Runs:
    """What :meth:`Runs.save` saved; a missing or stale artifact is made first.

    Raises:
        ArtifactError: a file was changed by something else, or could not be made.
    """
    arrays = artifacts.load_arrays(f"weights/{name}.npz")
    return Runs(
        network=load_model(f"models/{name}.keras"),
        seeds=tuple(arrays.pop("seeds").tolist()),
        epochs_kept=tuple(arrays.pop("epochs_kept").tolist()),
        weights=tuple(arrays[key] for key in sorted(arrays)),
        history=artifacts.load_table(f"histories/{name}.csv"),
    )


def _scored(model: keras.Model, images: np.ndarray) -> Iterator[tuple]:
    """The model's scores of one portion of the images after another: a tensor, and the slice that it belongs to.

    The model is called directly, because compiling it would take longer.
    """
    for first in range(0, len(images), _ROWS_SCORED_AT_ONCE):
        part = slice(first, first + _ROWS_SCORED_AT_ONCE)
        yield model(images[part], training=False), part
