"""One run of a training with whole epochs compiled: shuffled row numbers go in, and all steps happen inside.

The updates are those of Keras's ``model.fit``, because its own ``train_step`` is what is compiled. Only the shuffling
is drawn differently: from the run's seed alone, so that a run does not depend on what was trained before it. Imports
TensorFlow.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .backend import VALIDATION_BATCH_SIZE, keras, silent_stderr, tf

# Layers that XLA makes faster on a processor. Dropout and convolutions become several times slower by it.
_FASTER_WITH_XLA = (
    keras.layers.InputLayer,
    keras.layers.Flatten,
    keras.layers.Dense,
    keras.layers.Activation,
    keras.layers.ReLU,
)
# Below so many images seen by a run, compiling with XLA takes longer than it saves. XLA rounds otherwise, so what
# decides is the run alone, not how many others happen to train with it.
_IMAGES_WORTH_XLA = 60_000
_COLUMNS = ["epoch", "loss", "accuracy", "val_loss", "val_accuracy"]


@dataclass(frozen=True)
class Plan:
    """How long and in what portions a run trains, and whether weights are kept after every epoch or the last only."""

    epochs: int
    batch_size: int
    keep_every_epoch: bool = False


@dataclass(frozen=True)
class Run:
    """What one run left.

    Attributes:
        weights: one array per array of weights, shape (epochs kept, *shape of the weights).
        history: columns ``epoch`` (from 1), ``loss``, ``accuracy`` and, with validation data, ``val_loss`` and
            ``val_accuracy``; one row per epoch.
    """

    weights: list[np.ndarray]
    history: pd.DataFrame


def epoch_order(seed: int, epoch: int, rows: int | np.ndarray) -> np.ndarray:
    """The order in which an epoch (from 1) of the run from ``seed`` sees the images: int32, shape (images,).

    Args:
        seed, epoch: decide the order.
        rows: the rows of the images to learn from, or their number for the first ones.
    """
    return np.random.default_rng([seed, epoch]).permutation(rows).astype(np.int32)


def in_columns(rows: list[dict[str, float]]) -> pd.DataFrame:
    """The history of a run from the rows of its epochs: the columns that :class:`Run` tells."""
    history = pd.DataFrame(rows)
    return history[[name for name in _COLUMNS if name in history]]


def state(model: keras.Model) -> list:
    """All variables that training changes: weights, the state of dropout's random numbers, the optimizer's memory."""
    return [*model.variables, *model.optimizer.variables]


class Trainer:
    """A compiled model with its whole epoch, and its whole validation, as one function each.

    Args:
        model: compiled.
        plan: how to train it.
        rows: the rows of the images to learn from, shape (rows,).
        images, labels: tensors or arrays from which each batch is gathered.
        validation: tensors or arrays of images and labels to measure on after each epoch, or nothing.
    """

    def __init__(
        self,
        model: keras.Model,
        plan: Plan,
        rows: np.ndarray,
        images: "tf.Tensor | np.ndarray",
        labels: "tf.Tensor | np.ndarray",
        *validation: "tf.Tensor | np.ndarray",
    ):
        for data, digits in ((images, labels), validation or (images, labels)):
            if len(data) != len(digits):
                raise ValueError(
                    f"There are {len(data):,} images and {len(digits):,} labels: each image needs its own label."
                )
        self.model, self.plan, self.rows = model, plan, rows
        self.data = tuple(map(tf.convert_to_tensor, (images, labels)))
        self.validation = tuple(map(tf.convert_to_tensor, validation))
        model.test_step((images[:1], labels[:1]))  # creates the metrics before anything is compiled
        if not model.optimizer.built:
            model.optimizer.build(model.trainable_variables)
        worth_it = plan.epochs * len(rows) >= _IMAGES_WORTH_XLA
        plain = all(isinstance(layer, _FASTER_WITH_XLA) for layer in model.layers)
        options = {"jit_compile": worth_it and plain and _xla_works(), "autograph": False}

        # The data are arguments: TensorFlow would keep what a function only refers to, even after its end.
        @tf.function(**options)
        def train_epoch(order: tf.Tensor, images: tf.Tensor, labels: tf.Tensor) -> None:
            _over_batches(model.train_step, order, images, labels, plan.batch_size)

        @tf.function(**options)
        def validate(images: tf.Tensor, labels: tf.Tensor) -> None:
            order = tf.range(images.shape[0])
            _over_batches(model.test_step, order, images, labels, VALIDATION_BATCH_SIZE)

        # Traced here, not in the thread that trains: Keras does not promise that two may do it at once.
        order = tf.zeros([len(rows)], tf.int32)
        self.train_epoch = train_epoch.get_concrete_function(order, *self.data)
        self.validate = validate.get_concrete_function(*self.validation) if validation else None

    def run(
        self, seed: int, start: list[np.ndarray] | None, after_epoch: Callable[[dict], None]
    ) -> Run:
        """Train once.

        Args:
            seed: decides the order in which images are seen.
            start: the state to begin from, as :func:`state` lists it; None for the one that the model is in.
            after_epoch: called after each epoch with its row of the history; it ends the run by raising.
        """
        if start is not None:
            for variable, value in zip(state(self.model), start, strict=True):
                variable.assign(value)
        rows, kept = [], []
        for epoch in range(1, self.plan.epochs + 1):
            row = {"epoch": epoch, **self.epoch(seed, epoch)}
            rows.append(row)
            if self.plan.keep_every_epoch or epoch == self.plan.epochs:
                kept.append(self.model.get_weights())
            after_epoch(row)
        return Run(
            weights=[np.stack(arrays) for arrays in zip(*kept, strict=True)],
            history=in_columns(rows),
        )

    def epoch(self, seed: int, epoch: int) -> dict[str, float]:
        """Train for one epoch (from 1) of the run from ``seed``, then validate.

        Returns:
            ``loss``, ``accuracy`` and whatever else the model measures, and with validation data the same of it,
            named ``val_loss`` and so on.
        """
        order = tf.constant(epoch_order(seed, epoch, self.rows))
        measured = self._measured(self.train_epoch, order, *self.data)
        if self.validate:
            validated = self._measured(self.validate, *self.validation)
            measured |= {f"val_{name}": value for name, value in validated.items()}
        return measured

    def _measured(self, function: Callable, *arguments: tf.Tensor) -> dict[str, float]:
        """Call a compiled function; the loss and accuracy that it gathered."""
        self.model.reset_metrics()
        function(*arguments)
        return {name: float(value) for name, value in self.model.get_metrics_result().items()}


def _over_batches(
    step: Callable, order: tf.Tensor, images: tf.Tensor, labels: tf.Tensor, batch_size: int
) -> None:
    """Call ``step`` on one batch after the other, in a compiled loop; the last batch may be smaller."""
    whole_batches, rest = divmod(order.shape[0], batch_size)

    def one_batch(position: tf.Tensor) -> tuple:
        rows = tf.slice(order, [position * batch_size], [batch_size])
        step((tf.gather(images, rows), tf.gather(labels, rows)))
        return (position + 1,)

    if whole_batches:  # XLA refuses a loop whose body would not fit, even if it never runs
        tf.while_loop(
            lambda position: position < whole_batches,
            one_batch,
            (tf.constant(0),),
            parallel_iterations=1,  # each batch needs the weights that the one before it left
        )
    if rest:
        rows = order[whole_batches * batch_size :]
        step((tf.gather(images, rows), tf.gather(labels, rows)))


def _xla_works() -> bool:
    """Whether this TensorFlow can compile with XLA: not every system's package can."""
    try:
        with silent_stderr():  # some versions announce the first compilation of a process
            tf.function(lambda: tf.constant(0) + 1, jit_compile=True)()
    except tf.errors.OpError:
        return False
    return True
