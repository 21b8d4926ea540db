"""A neuron as a diagram, gradient descent as a walk on a curve, and what training does to losses and answers."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from .. import plots

_STYLES, _LOOKS = ("-", "--"), ("other", "baseline-softmax")
_ROUND = {"boxstyle": "circle,pad=0.45", "facecolor": "white", "edgecolor": "0.3"}
_SQUARE = {"boxstyle": "round,pad=0.45", "facecolor": "0.93", "edgecolor": "0.3"}
_ARROW = {"arrowstyle": "-|>", "color": "0.4", "shrinkA": 2, "shrinkB": 2}


def neuron_diagram(
    pixels: Sequence[float], weights: Sequence[float], bias: float, title: str
) -> plt.Figure:
    """One neuron with all its numbers: pixels, weights on the arrows, the sum, the sigmoid's output.

    Args:
        pixels: what the neuron sees.
        weights: as many as pixels.
        bias: what is added to the sum.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(figsize=(plots.MEDIUM, 2.7))
    plots.headline(figure, title)
    axes.set(xlim=(0, 10), ylim=(-1.75, 1.6))
    axes.set_axis_off()
    total = float(np.dot(pixels, weights) + bias)
    places = {"sum": (4.9, 0), "sigmoid": (7.2, 0), "output": (9.3, 0)}
    heights = np.linspace(1.15, -1.15, len(pixels))
    for number, (pixel, weight, height) in enumerate(zip(pixels, weights, heights, strict=True)):
        _arrow(axes, (1.55, height), (4.4, 0.12 * height))
        _box(axes, (1.2, height), f"{pixel:g}", _SQUARE)
        axes.text(
            0.75, height, f"pixel {number + 1}", ha="right", va="center", fontsize=plots.SMALL
        )
        middle = (2.75, 0.6 * height)
        axes.text(
            *middle,
            f"× {_signed(weight)}",
            ha="center",
            va="center",
            fontsize=plots.SMALL,
            backgroundcolor="white",
        )
    _arrow(axes, (4.9, -1.25), (4.9, -0.42))
    axes.text(4.9, -1.5, f"bias {_signed(bias)}", ha="center", va="center", fontsize=plots.SMALL)
    _arrow(axes, (5.4, 0), (6.5, 0))
    _arrow(axes, (7.9, 0), (8.75, 0))
    _box(axes, places["sum"], f"{total:.1f}", _ROUND)
    _box(axes, places["sigmoid"], "sigmoid", _SQUARE)
    _box(axes, places["output"], f"{1 / (1 + np.exp(-total)):.2f}", _ROUND)
    for (across, _), word in zip(places.values(), ("sum", "activation", "output"), strict=True):
        axes.text(across, 0.75, word, ha="center", va="center", fontsize=plots.SMALL)
    return figure


def _signed(number: float) -> str:
    """A number with a minus sign of its own width."""
    return f"{number:g}".replace("-", "\N{MINUS SIGN}")


def _box(axes: plt.Axes, place: tuple[float, float], text: str, shape: dict) -> None:
    axes.text(*place, text, ha="center", va="center", bbox=shape)


def _arrow(axes: plt.Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate("", end, start, arrowprops=_ARROW)


def walks_downhill(
    values: np.ndarray,
    losses: np.ndarray,
    walks: Mapping[str, np.ndarray],
    heights: Mapping[str, Sequence[float]],
    title: str,
) -> plt.Figure:
    """The loss over one weight, and on it the steps of gradient descent, one panel for each learning rate.

    Args:
        values, losses: the curve.
        walks: for each panel's title the weight before the first step and after each.
        heights: the loss at each of these places.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(1, len(walks), figsize=(plots.WIDE, 3.3), sharey=True)
    plots.headline(figure, title)
    colour = plots.look("other").colour
    # All is rounded: large steps magnify the last digits, and these differ from run to run.
    losses = np.round(losses, 4)
    for axis, (name, walk) in zip(axes, walks.items(), strict=True):
        walk, height = np.round(walk, 4), np.round(heights[name], 4)
        axis.plot(values, losses, color="0.5", linewidth=1.5, label="loss")
        axis.plot(
            walk,
            height,
            "o-",
            color=colour,
            linewidth=1,
            markersize=4,
            label="steps",
        )
        axis.annotate(
            "start",
            (walk[0], height[0]),
            xytext=(14, 24),
            textcoords="offset points",
            ha="left",
            fontsize=plots.SMALL,
            arrowprops={"arrowstyle": "-", "color": "0.4"},
        )
        axis.set_title(name, fontweight="normal", fontsize=10)
        axis.set_xlabel("the weight")
        axis.grid(axis="y")
    axes[0].set_ylabel("loss (nats)")
    return figure


def losses_and_accuracies(
    runs: Mapping[str, Sequence[pd.DataFrame]], title: str, guess: float
) -> plt.Figure:
    """The loss on a logarithmic axis and the accuracy, side by side, before each step, one line for each start.

    Args:
        runs: for each name the runs: tables with the columns ``loss`` and ``accuracy``, one row a step from step 0;
            two names at most.
        title: the message of the figure.
        guess: the loss of somebody who gives every digit the same probability.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(plots.WIDE, 3.4))
    plots.headline(figure, title)
    colours = dict(zip(runs, (plots.look(name).colour for name in _LOOKS), strict=False))
    for axis, quantity in ((left, "loss"), (right, "accuracy")):
        ends = {}
        for style, (name, tables) in zip(_STYLES, runs.items(), strict=False):
            for number, table in enumerate(tables):
                label = name if number == 0 else f"{name}, start {number + 1}"
                axis.plot(
                    table.index,
                    table[quantity],
                    style,
                    color=colours[name],
                    linewidth=1,
                    label=label,
                )
            ends[name] = float(np.median([table[quantity].iloc[-1] for table in tables]))
        axis.set_xlabel("step")
        axis.grid(axis="y")
        if quantity == "loss":
            axis.axhline(guess, color="0.55", linewidth=1.2, linestyle=":", label="guessing")
            axis.set(yscale="log", ylabel="loss: cross-entropy (nats, log scale)")
            plots.thousands_axis(axis.yaxis)
            ends["guessing"] = guess
        else:
            axis.set(ylim=(0, 1), ylabel="accuracy on unseen images")
            plots.percent_axis(axis.yaxis)
        plots.label_lines(axis, ends, {name: colours.get(name, "0.35") for name in ends})
    return figure


def losses_of_batches(losses: np.ndarray, title: str, *, first: int = 200) -> plt.Figure:
    """The loss on each batch as it was used: the first steps alone, then all steps with the mean over each epoch.

    Args:
        losses: shape (epochs, steps of an epoch).
        title: the message of the figure.
        first: how many steps are shown alone.
    """
    epochs, steps = losses.shape
    figure, (begin, axes) = plt.subplots(
        1, 2, figsize=(plots.WIDE, 3.2), sharey=True, width_ratios=[1, 1.6]
    )
    plots.headline(figure, title)
    for axis, count, width in ((begin, min(first, losses.size), 1.2), (axes, losses.size, 0.5)):
        axis.plot(
            np.arange(1, count + 1),
            losses.ravel()[:count],
            color=plots.look("training").colour,
            linewidth=width,
            label="training, each batch",
        )
        axis.set_xlabel("step")
        axis.grid(axis="x")
    middles = (np.arange(epochs) + 0.5) * steps
    axes.plot(middles, losses.mean(axis=1), "o-", label="mean of each epoch")
    begin.set(ylabel="loss: cross-entropy (nats)", ylim=(0, 1.05 * losses.max()))
    axes.set_xticks(steps * np.arange(epochs + 1))
    plots.thousands_axis(axes.xaxis)
    axes.legend(loc="upper right")
    return figure
