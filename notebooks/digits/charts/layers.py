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
_STYLES = ("-", "--", ":", "-.", (0, (12, 2.5)))  # for runs of one network
_POINTER = {"arrowstyle": "-", "color": "0.4", "linewidth": 0.8, "shrinkB": 8}


def coinciding_curves(
    histories: Mapping[str, pd.DataFrame], looks: Mapping[str, str], title: str
) -> plt.Figure:
    """Loss and accuracy per epoch of two networks that learn alike: the second one's markers stand within the first's.

    Args:
        histories: for each of the two networks' names the table that :func:`digits.training.fit` returns.
        looks: for each name the one in ``plots.LOOKS`` whose colour and marker it takes.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(1, 2, figsize=(plots.WIDE, 3.6))
    plots.headline(figure, title)
    outer, _ = histories
    colours: dict[str, str] = {}
    ends: list[dict[str, float]] = [{}, {}]
    for axis, quantity, ends_here in zip(axes, ("loss", "accuracy"), ends, strict=True):
        for part, column in (("training", quantity), ("validation", f"val_{quantity}")):
            for name, history in histories.items():
                look = plots.look(looks[name])
                colours[part] = _TRAINING.colour if part == "training" else look.colour
                axis.plot(
                    history["epoch"],
                    history[column],
                    _TRAINING.line if part == "training" else look.line,
                    color=colours[part],
                    linewidth=1.2,
                    marker=look.marker,
                    markersize=12 if name == outer else 4,
                    markerfacecolor="white" if name == outer else colours[part],
                    markeredgewidth=1.2,
                    label=f"{name}, {part}",
                )
                ends_here[part] = history[column].iloc[-1]
        axis.set_xlabel("epoch")
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.grid(axis="y")
        _name_markers(axis, histories, f"val_{quantity}")
    axes[0].set_ylabel("loss: cross-entropy (nats)")
    axes[1].set_ylabel("accuracy")
    plots.percent_axis(axes[1].yaxis)
    for axis, ends_here in zip(axes, ends, strict=True):
        plots.label_lines(axis, ends_here, colours)
    return figure


def _name_markers(axes: plt.Axes, histories: Mapping[str, pd.DataFrame], column: str) -> None:
    """Say beside the third point which network has the outer marker and which the inner one."""
    outer, inner = histories
    place = histories[inner].iloc[min(2, len(histories[inner]) - 1)]
    axes.annotate(
        f"outer marker: {outer}\ninner marker: {inner}",
        (place["epoch"], place[column]),
        xytext=(0.42, 0.5),
        textcoords="axes fraction",
        va="center",
        fontsize=plots.SMALL,
        arrowprops=_POINTER | {"relpos": (0, 0.5)},
    )


def accuracy_of_runs(
    history: pd.DataFrame, name: str, title: str, *, enlarged: int = 5
) -> plt.Figure:
    """Validation accuracy of several runs of one network by epoch, and the last epochs enlarged, each run named.

    Args:
        history: columns ``seed``, ``epoch`` and ``val_accuracy``, 0 to 1.
        name: the network's name in ``plots.LOOKS``.
        title: the message of the figure.
        enlarged: how many of the last epochs stand in the second panel.
    """
    figure, axes = plt.subplots(1, 2, figsize=(plots.WIDE, 3.8), width_ratios=[1, 1.3])
    plots.headline(figure, title)
    look = plots.look(name)
    last = history[history["epoch"] > history["epoch"].max() - enlarged]
    for axis, shown in zip(axes, (history, last), strict=True):
        ends = {}
        for style, (seed, run) in zip(_STYLES, shown.groupby("seed"), strict=True):
            ends[f"seed {seed}"] = run["val_accuracy"].iloc[-1]
            axis.plot(
                run["epoch"],
                run["val_accuracy"],
                linestyle=style,
                color=look.colour,
                linewidth=1.5,
                label=f"seed {seed}",
            )
        axis.set(xlabel="epoch", ylabel="validation accuracy")
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.yaxis.set_major_formatter(FuncFormatter(_percent_to_a_tenth))
        axis.grid(axis="y")
    axes[0].set_title("all epochs", fontweight="normal", fontsize=10)
    axes[1].set_title(f"the last {enlarged} epochs, enlarged", fontweight="normal", fontsize=10)
    for drawn in axes[1].lines:
        drawn.set(marker=look.marker, markevery=[-1])
    plots.label_lines(axes[1], ends, dict.fromkeys(ends, look.colour))
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
    axes[1].set_ylabel("error: 1 - accuracy (log scale)")
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


def neurons_and_responses(
    weights: np.ndarray, activity: np.ndarray, look: str, limit: float, title: str
) -> plt.Figure:
    """Neurons: the weights of each as an image, and below its mean activity for each digit, all on one scale.

    Args:
        weights: shape (784, neurons).
        activity: mean of the neurons' outputs, shape (10 digits, neurons).
        look: the name in ``plots.LOOKS`` of the network whose neurons they are.
        limit: the weight, positive or negative, of the strongest colour.
        title: the message of the figure.
    """
    neurons = weights.shape[1]
    figure, axes = plt.subplots(
        2, neurons, figsize=(plots.WIDE, 3.3), height_ratios=[1, 1.3], sharey="row"
    )
    plots.headline(figure, title)
    for column in range(neurons):
        drawn = draw_digit(axes[0, column], weights[:, column], cmap=plots.DIVERGING, limit=limit)
        axis = axes[1, column]
        axis.bar(range(10), activity[:, column], color=plots.look(look).colour)
        axis.set(xticks=range(0, 10, 2), xlabel="digit")
        axis.grid(axis="y")
    axes[1, 0].set_ylabel("mean activity")
    figure.colorbar(drawn, ax=axes[0], label="weight", extend="both", ticks=[-limit, 0, limit])
    return figure
