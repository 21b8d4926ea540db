"""Networks with and without a hidden layer: how they learn, what chance has to do with it, what their weights show."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter, MaxNLocator

from .. import plots
from .images import draw_digit, name_row

_TRAINING = plots.look("training")
_VALIDATION = plots.look("validation")
_MARKERS = "os^Dv"  # for runs of one network
_POINTER = {"arrowstyle": "-", "color": "0.4", "linewidth": 0.8, "shrinkB": 8}


def curves_measured_twice(history: pd.DataFrame, name: str, title: str) -> plt.Figure:
    """Loss and accuracy per epoch on training images, during the epoch and after it, and on validation images.

    Args:
        history: columns ``epoch``, ``loss``, ``accuracy``, ``loss_after``, ``accuracy_after``, ``val_loss`` and
            ``val_accuracy``.
        name: the network's name in ``plots.LOOKS``.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(1, 2, figsize=(plots.WIDE, 3.8))
    plots.headline(figure, title)
    look = plots.look(name)
    parts = {
        "validation": ("val_{}", look.line, look.colour, look.marker),
        "training, after": ("{}_after", ":", _VALIDATION.colour, "^"),
        "training, during": ("{}", _TRAINING.line, _TRAINING.colour, _TRAINING.marker),
    }
    for axis, quantity in zip(axes, ("loss", "accuracy"), strict=True):
        for part, (column, line, colour, marker) in parts.items():
            values = history[column.format(quantity)]
            axis.plot(
                history["epoch"],
                values,
                line,
                color=colour,
                marker=marker,
                markersize=4,
                label=part,
            )
        axis.set(xlabel="epoch")
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.grid(axis="y")
    axes[0].set_ylabel("loss: cross-entropy (nats)")
    axes[1].set_ylabel("accuracy")
    plots.percent_axis(axes[1].yaxis)
    colours = {part: colour for part, (_, _, colour, _) in parts.items()}
    for axis, quantity in zip(axes, ("loss", "accuracy"), strict=True):
        ends = {
            part: history[column.format(quantity)].iloc[-1] for part, (column, *_) in parts.items()
        }
        plots.label_lines(axis, ends, colours)
    return figure


def accuracy_of_runs(
    history: pd.DataFrame, name: str, title: str, *, epochs: int = 5
) -> plt.Figure:
    """Validation accuracy of several runs of one network after each of the last epochs, each run named.

    Args:
        history: columns ``seed``, ``epoch`` and ``val_accuracy``, 0 to 1.
        name: the network's name in ``plots.LOOKS``.
        title: the message of the figure.
        epochs: how many of the last epochs are shown.
    """
    figure, axes = plt.subplots(figsize=(plots.MEDIUM, 3.6))
    look, ends = plots.look(name), {}
    last = history[history["epoch"] > history["epoch"].max() - epochs]
    for marker, (seed, run) in zip(_MARKERS, last.groupby("seed"), strict=True):
        ends[f"seed {seed}"] = run["val_accuracy"].iloc[-1]
        axes.plot(
            run["epoch"],
            run["val_accuracy"],
            linewidth=1.2,
            color=look.colour,
            marker=marker,
            markersize=7,
            label=f"seed {seed}",
        )
    axes.set(xlabel="epoch", ylabel="validation accuracy", title=title)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(_percent_to_a_tenth))
    axes.grid(axis="y")
    plots.label_lines(axes, ends, dict.fromkeys(ends, look.colour))
    return figure


def _percent_to_a_tenth(share: float, _position: int | None = None) -> str:
    return plots.percent(share, 1)


def scores_of_one_image(
    image: np.ndarray, label: int, scores: Mapping[str, np.ndarray], title: str
) -> plt.Figure:
    """An image, and beside it the ten scores that each network gives to it.

    Args:
        image: shape (784,).
        label: its digit.
        scores: for each network's name in ``plots.LOOKS`` the ten scores, 0 to 1.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(
        1, 1 + len(scores), figsize=(plots.WIDE, 2.9), width_ratios=[0.8] + [1.2] * len(scores)
    )
    plots.headline(figure, title)
    draw_digit(axes[0], image, f"label {label}")
    for axis, (name, of_digits) in zip(axes[1:], scores.items(), strict=True):
        axis.bar(range(10), of_digits, color=plots.look(name).colour)
        axis.set(xticks=range(10), ylim=(0, 1.05), xlabel="digit", ylabel="score")
        axis.set_title(f"{name}: sum {of_digits.sum():.2f}", fontweight="normal", fontsize=10)
    return figure


def filmstrip(film: Mapping[int, np.ndarray], limit: float) -> plt.Figure:
    """The weights of ten output neurons as images, after some steps of training: a row for each, on one scale.

    Args:
        film: for each number of steps the weights, shape (784, 10).
        limit: the weight, positive or negative, of the strongest colour.
    """
    figure, axes = plt.subplots(len(film), 10, figsize=(plots.WIDE, 0.4 + 0.7 * len(film)))
    for row, (step, weights) in zip(axes, film.items(), strict=True):
        for digit, axis in enumerate(row):
            title = str(digit) if step == min(film) else ""
            drawn = draw_digit(axis, weights[:, digit], title, cmap=plots.DIVERGING, limit=limit)
        name_row(row[0], f"step {step:,}")
    figure.colorbar(drawn, ax=axes, label="weight", shrink=0.9, aspect=30, extend="both")
    return figure


def means_and_templates(
    means: np.ndarray, weights: Mapping[str, np.ndarray], limit: float, title: str
) -> plt.Figure:
    """The mean image of each digit in a row, and below it the weights of its output neuron, a row for each network.

    Args:
        means: shape (10, 784), 0 to 1.
        weights: for each row's name the weights, shape (784, 10).
        limit: the weight, positive or negative, of the strongest colour.
        title: the message of the figure.
    """
    rows = 1 + len(weights)
    figure, axes = plt.subplots(rows, 10, figsize=(plots.WIDE, 0.6 + 0.75 * rows))
    plots.headline(figure, title)
    for digit, axis in enumerate(axes[0]):
        draw_digit(axis, means[digit], str(digit), limit=1)
    name_row(axes[0, 0], "mean image")
    for row, (name, of_network) in zip(axes[1:], weights.items(), strict=True):
        for digit, axis in enumerate(row):
            drawn = draw_digit(axis, of_network[:, digit], cmap=plots.DIVERGING, limit=limit)
        name_row(row[0], name)
    ticks = [-limit, 0, limit]
    figure.colorbar(drawn, ax=axes[1:], label="weight", aspect=20, extend="both", ticks=ticks)
    return figure


def losses_by_width(sweep: pd.DataFrame, title: str) -> plt.Figure:
    """Training and validation loss per epoch, one panel for each width of a hidden layer, on one logarithmic scale.

    Args:
        sweep: columns ``width``, ``epoch``, ``loss`` and ``val_loss``.
        title: the message of the figure.
    """
    by_width = sweep.groupby("width")
    figure, axes = plt.subplots(1, len(by_width), figsize=(plots.WIDE, 3.4), sharey=True)
    plots.headline(figure, title)
    parts = {"training": ("loss", _TRAINING), "validation": ("val_loss", _VALIDATION)}
    for axis, (width, history) in zip(axes, by_width, strict=True):
        for part, (column, look) in parts.items():
            axis.plot(
                history["epoch"],
                history[column],
                look.line,
                color=look.colour,
                marker=look.marker,
                markersize=4,
                label=part,
            )
        axis.set_title(f"{width} neurons", fontweight="normal", fontsize=10)
        axis.set(xlabel="epoch", xticks=range(2, 11, 2), yscale="log")
        axis.grid(axis="y")
    ticks = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]
    lowest, highest = axes[0].get_ylim()
    ticks = [tick for tick in ticks if lowest <= tick <= highest]
    axes[0].set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes[0].minorticks_off()
    axes[0].set_ylabel("loss: cross-entropy (nats, log scale)")
    colours = {part: look.colour for part, (_, look) in parts.items()}
    for axis, (_, history) in zip(axes, by_width, strict=True):
        ends = {part: history[column].iloc[-1] for part, (column, _) in parts.items()}
        plots.label_lines(axis, ends, colours)
    return figure


def overfitting_runs(
    history: pd.DataFrame, best: pd.DataFrame, name: str, title: str
) -> plt.Figure:
    """Loss and error of several runs per epoch, training grey and dashed, with a dot where validation loss is lowest.

    Args:
        history: columns ``seed``, ``epoch``, ``loss``, ``accuracy``, ``val_loss`` and ``val_accuracy``.
        best: the rows of ``history`` with each run's lowest validation loss.
        name: the network's name in ``plots.LOOKS``.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(1, 2, figsize=(plots.WIDE, 3.6))
    plots.headline(figure, title)
    look = plots.look(name)
    table = history.copy()
    table[["error", "val_error"]] = plots.above_zero(1 - history[["accuracy", "val_accuracy"]])
    colours = {"training": _TRAINING.colour, "validation": look.colour}
    for axis, quantity in zip(axes, ("loss", "error"), strict=True):
        ends = {}
        for part, column in (("training", quantity), ("validation", f"val_{quantity}")):
            for _, run in table.groupby("seed"):
                style = _TRAINING.line if part == "training" else look.line
                axis.plot(
                    run["epoch"], run[column], style, color=colours[part], linewidth=1.3, label=part
                )
            ends[part] = table.groupby("seed")[column].last().mean()
        dots = table.loc[best.index]
        axis.plot(
            dots["epoch"],
            dots[f"val_{quantity}"],
            linestyle="",
            marker=_VALIDATION.marker,
            markersize=7,
            color=_VALIDATION.colour,
            label="lowest validation loss",
        )
        axis.set_xlabel("epoch")
        axis.grid(axis="y")
        if quantity == "error":
            plots.error_axis(axis.yaxis, table[["error", "val_error"]])
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        plots.label_lines(axis, ends, colours)
    axes[0].set_ylabel("loss: cross-entropy (nats)")
    axes[1].set_ylabel("error rate: 1 - accuracy (log scale)")
    latest = table.loc[best["epoch"].idxmax()]
    axes[0].annotate(
        "dots: lowest validation loss",
        (latest["epoch"], latest["val_loss"]),
        xytext=(0.25, 0.8),
        textcoords="axes fraction",
        fontsize=plots.SMALL,
        arrowprops=_POINTER | {"relpos": (0.2, 0)},
    )
    return figure
