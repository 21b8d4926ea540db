"""Training networks from several seeds, as fast as this computer allows, and remembering the results.

One run says how one network did; only several runs from different random starts say how good a recipe is. Three
things make many runs cheap: a whole epoch is one compiled function (:mod:`digits.training.compiled`), several runs
train side by side, one on each processor core, and each finished run is kept
(:mod:`digits.training.run_cache`), so that it is trained only once. Imports TensorFlow.
"""

import concurrent.futures
import itertools
import os
import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..basics.progress import progress_bar
from . import run_cache
from .backend import keras, tf
from .compiled import Plan, Run, Trainer, state
from .runs import Runs

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

    def __post_init__(self) -> None:
        seeds = tuple(int(seed) for seed in self.seeds)
        object.__setattr__(self, "seeds", seeds)
        if not seeds or len(set(seeds)) < len(seeds):
            raise ValueError(f"Seeds must be different numbers, at least one; got {list(seeds)}.")
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


def train(
    build: Callable[[], keras.Model], images: np.ndarray, labels: np.ndarray, **settings: Any
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

    def __init__(self, training: Training, digest_of: Callable[[np.ndarray], str]) -> None:
        self.training, self.seeds = training, tuple(training.seeds)
        self.plan = Plan(training.epochs, training.batch_size, training.keep_every_epoch)
        self.data = [training.images, training.labels, *(training.validation_data or ())]
        self.digests = [digest_of(array) for array in self.data]
        self.rows = np.arange(len(training.images)) if training.rows is None else training.rows
        self.free_trainers: queue.SimpleQueue[Trainer | None] = queue.SimpleQueue()
        self.models, self.starts, self.files = [], {}, {}
        for seed in self.seeds:
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
        return [seed for seed in self.seeds if seed not in self.runs]

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
        training, runs = self.training, [self.runs[seed] for seed in self.seeds]
        arrays = zip(*(run.weights for run in runs), strict=True)
        weights = tuple(np.stack(of_all_runs) for of_all_runs in arrays)
        network = self._build(self.seeds[0])
        network.set_weights([array[0, -1] for array in weights])
        histories = [
            run.history.assign(seed=seed) for seed, run in zip(self.seeds, runs, strict=True)
        ]
        history = pd.concat(histories, ignore_index=True)
        every_epoch = tuple(range(1, training.epochs + 1))
        return Runs(
            network=network,
            seeds=self.seeds,
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
