"""Training networks from several seeds, as fast as this computer allows, and remembering the results.

One run says how one network did; only several runs from different random starts say how good a recipe is. Three
things make many runs cheap: a whole epoch is one compiled function (:mod:`digits.compiled_training`), several runs
train side by side, one on each processor core, and each finished run is kept (:mod:`digits.run_cache`), so that it
is trained only once. Imports TensorFlow.
"""

import concurrent.futures
import functools
import itertools
import os
import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from . import artifacts, run_cache
from .compiled_training import Plan, Run, Trainer, state
from .progress import progress_bar
from .training import keras, tf

# More rows at once would only take more memory.
_ROWS_SCORED_AT_ONCE = 2_500
# Training on so many images takes about as long as compiling one more copy of a network, to train on another core.
_IMAGES_WORTH_A_COPY = 350_000
# The data of the latest trainings by their digest: making a tensor of them anew needs their memory twice more.
_tensors: dict[str, tf.Tensor] = {}


@dataclass(frozen=True)
class Training:
    """One network that is to be trained from several seeds.

    The seed decides the starting weights, the shuffling and the dropout of its run.

    Attributes:
        build: returns the network, built and compiled with an optimizer, a loss and the metric ``"accuracy"``. It is
            called once per seed, right after the seed was set, and once more.
        images: float32, shape (images, pixels) or whatever the network's input takes.
        labels: digits, shape (images,), or one-hot rows, shape (images, 10), as the network's loss takes them.
        seeds: different whole numbers, one per run.
        epochs: how many times all images are seen.
        batch_size: images per update of the weights.
        rows: which images to learn from, shape (rows,); None for all. Naming rows spares a copy of the images.
        validation_data: images and labels on which loss and accuracy are measured after each epoch.
        keep_every_epoch: keep the weights after every epoch, not only after the last.

    Raises:
        ValueError: there are no seeds or a seed twice, images and labels differ in number, or a row is not there.
    """

    build: Callable[[], keras.Model]
    images: np.ndarray
    labels: np.ndarray
    seeds: Iterable[int]
    epochs: int
    batch_size: int
    rows: np.ndarray | None = None
    validation_data: tuple[np.ndarray, np.ndarray] | None = None
    keep_every_epoch: bool = False

    def __post_init__(self):
        object.__setattr__(self, "seeds", tuple(int(seed) for seed in self.seeds))
        if not self.seeds or len(set(self.seeds)) < len(self.seeds):
            raise ValueError(
                f"Seeds must be different numbers, at least one; got {list(self.seeds)}."
            )
        # Compiled code would take another row instead, without a word.
        rows = () if self.rows is None else self.rows
        if len(rows) and not 0 <= np.min(rows) <= np.max(rows) < len(self.images):
            raise ValueError(
                f"Rows must lie between 0 and {len(self.images) - 1}, and one does not."
            )
        for images, labels in ((self.images, self.labels), self.validation_data or ((), ())):
            if len(images) != len(labels):
                raise ValueError(
                    f"There must be one label per image: got {len(labels)} for {len(images)}."
                )


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
        """The last epoch of each run: the columns of ``history`` without the epoch, one row per seed."""
        return self.history.groupby("seed", as_index=False).last().drop(columns="epoch")

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
        artifacts.save_model(f"models/{self.name}.keras", self.network)
        artifacts.save_arrays(
            f"weights/{self.name}.npz", seeds=self.seeds, epochs_kept=self.epochs_kept, **arrays
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


def load(name: str) -> Runs:
    """What :meth:`Runs.save` saved; a missing or stale artifact is made first.

    Raises:
        ArtifactError: a file was changed by something else, or could not be made.
    """
    arrays = artifacts.load_arrays(f"weights/{name}.npz")
    return Runs(
        network=artifacts.load_model(f"models/{name}.keras"),
        seeds=tuple(arrays.pop("seeds").tolist()),
        epochs_kept=tuple(arrays.pop("epochs_kept").tolist()),
        weights=tuple(arrays[key] for key in sorted(arrays)),
        history=artifacts.load_table(f"histories/{name}.csv"),
    )


def train(
    build: Callable[[], keras.Model], images: np.ndarray, labels: np.ndarray, **settings
) -> Runs:
    """Train one network from several seeds; arguments and errors are those of :class:`Training`."""
    return train_all([Training(build, images, labels, **settings)])[0]


def train_all(trainings: Sequence[Training]) -> list[Runs]:
    """Train several networks, each from its seeds, with all runs sharing this computer's cores.

    Runs that were trained before are not trained again, and an interruption keeps those that were finished.

    Returns:
        For each training its runs, in the same order.
    """
    digest_of = _digest_each_once()
    prepared = [_Prepared(training, digest_of) for training in trainings]
    to_train = [one for one in prepared if one.missing]
    if to_train:
        needed = {digest for one in to_train for digest in one.digests}
        for digest in _tensors.keys() - needed:
            del _tensors[digest]
        _train_side_by_side(to_train)
    return [one.finished() for one in prepared]


class _Prepared:
    """A training with the state that each of its runs starts from, and the runs that there are already."""

    def __init__(self, training: Training, digest_of: Callable[[np.ndarray], str]):
        self.training = training
        self.plan = Plan(training.epochs, training.batch_size, training.keep_every_epoch)
        self.data = [training.images, training.labels, *(training.validation_data or ())]
        self.digests = [digest_of(array) for array in self.data]
        self.rows = np.arange(len(training.images)) if training.rows is None else training.rows
        self.free_trainers: queue.SimpleQueue[Trainer | None] = queue.SimpleQueue()
        self.models, self.starts, self.files = [], {}, {}
        for seed in training.seeds:
            model = self._build(seed)
            self.models.append(model)
            self.starts[seed] = start = [np.array(variable.numpy()) for variable in state(model)]
            self.files[seed] = run_cache.file_of(
                model, start, seed, asdict(self.plan), [*self.digests, run_cache.digest(self.rows)]
            )
        kept = {seed: run_cache.read(file) for seed, file in self.files.items()}
        self.runs = {seed: Run(*found) for seed, found in kept.items() if found is not None}

    @property
    def missing(self) -> list[int]:
        """The seeds whose runs are still to be trained."""
        return [seed for seed in self.training.seeds if seed not in self.runs]

    def worth_compiling(self) -> list[keras.Model]:
        """As many copies of the network as can train at the same time, if compiling them saves time."""
        images_seen = len(self.missing) * self.training.epochs * len(self.rows)
        worth_it = 1 + images_seen // _IMAGES_WORTH_A_COPY
        return self.models[: min(len(self.missing), _cores(), worth_it)]

    def compile(self, model: keras.Model) -> None:
        """Let one more run of this training go on at the same time, with this copy of the network."""
        for digest, array in zip(self.digests, self.data, strict=True):
            if digest not in _tensors:
                _tensors[digest] = tf.constant(array)
        data = [_tensors[digest] for digest in self.digests]
        self.free_trainers.put(Trainer(model, self.plan, self.rows, *data))

    def give_up(self) -> None:
        """Wake the runs that wait for a trainer: there will be none."""
        for _ in self.missing:
            self.free_trainers.put(None)

    def finish(self, seed: int, run: Run) -> None:
        """Keep a run."""
        run_cache.write(self.files[seed], run.weights, run.history)
        self.runs[seed] = run

    def finished(self) -> Runs:
        """All runs as one object."""
        training, runs = self.training, [self.runs[seed] for seed in self.training.seeds]
        arrays = zip(*(run.weights for run in runs), strict=True)
        weights = tuple(np.stack(of_all_runs) for of_all_runs in arrays)
        network = self._build(training.seeds[0])
        network.set_weights([array[0, -1] for array in weights])
        histories = [
            run.history.assign(seed=seed) for seed, run in zip(training.seeds, runs, strict=True)
        ]
        history = pd.concat(histories, ignore_index=True)
        every_epoch = tuple(range(1, training.epochs + 1))
        return Runs(
            network=network,
            seeds=training.seeds,
            epochs_kept=every_epoch if training.keep_every_epoch else every_epoch[-1:],
            weights=weights,
            history=history[["seed", *history.columns.drop("seed")]],
        )

    def _build(self, seed: int) -> keras.Model:
        keras.utils.set_random_seed(seed)
        model = self.training.build()
        model.optimizer.build(model.trainable_variables)
        return model


def _train_side_by_side(to_train: Sequence[_Prepared]) -> None:
    """Train each missing run as soon as a core is free, with one progress bar over all epochs."""
    # In turn from each training, so that those with one copy keep no core waiting.
    jobs = _in_turn([(one, seed) for seed in one.missing] for one in to_train)
    stopped = threading.Event()
    names = dict.fromkeys(one.models[0].name for one in to_train)
    bar = progress_bar(
        description=f"Training {', '.join(names)} ({len(jobs)} runs)",
        unit="epoch",
        total=sum(one.training.epochs for one, _ in jobs),
    )

    def after_epoch(row: dict) -> None:
        bar.update()
        if stopped.is_set():
            raise InterruptedError("Another run failed, or the training was interrupted.")

    def run(one: _Prepared, seed: int) -> Run:
        trainer = one.free_trainers.get()  # waits until there is one
        if trainer is None:
            raise InterruptedError("The networks could not be compiled.")
        try:
            return trainer.run(seed, one.starts[seed], after_epoch)
        finally:
            one.free_trainers.put(trainer)

    with bar, concurrent.futures.ThreadPoolExecutor(_cores()) as pool:
        futures = {pool.submit(run, *job): job for job in jobs}
        try:
            # All in this thread, because Keras does not promise that two may compile at once; those networks that
            # are ready train meanwhile.
            for one, model in _in_turn(
                [(one, model) for model in one.worth_compiling()] for one in to_train
            ):
                one.compile(model)
            for future in concurrent.futures.as_completed(futures):
                one, seed = futures[future]
                one.finish(seed, future.result())
        except BaseException:
            stopped.set()  # the others stop after their current epoch
            for one in to_train:
                one.give_up()
            pool.shutdown(cancel_futures=True)
            raise


def _in_turn(groups: Iterable[Sequence[tuple]]) -> list[tuple]:
    """The first of each group, then the second of each, and so on."""
    turns = itertools.zip_longest(*groups)
    return [item for turn in turns for item in turn if item is not None]


def _digest_each_once() -> Callable[[np.ndarray], str]:
    """A function that gives the digest of an array; of one and the same array it is computed only once."""
    known = {}  # holds the arrays too: the identity of one that is gone may be given to another

    def digest(array: np.ndarray) -> str:
        if id(array) not in known:
            known[id(array)] = array, run_cache.digest(array)
        return known[id(array)][1]

    return digest


def _cores() -> int:
    return os.cpu_count() or 1


def _scored(model: keras.Model, images: np.ndarray) -> Iterator[tuple]:
    """The model's scores of one portion of the images after another: a tensor, and the slice that it belongs to.

    The model is called directly, because compiling it would take longer.
    """
    for first in range(0, len(images), _ROWS_SCORED_AT_ONCE):
        part = slice(first, first + _ROWS_SCORED_AT_ONCE)
        yield model(images[part], training=False), part
