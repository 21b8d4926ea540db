"""Curves: what a network reached after each epoch, and lines with their names beside them."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from .. import plots


def learning_curves(
    histories: Mapping[str, pd.DataFrame],
    title: str,
    *,
    looks: Mapping[str, str] | None = None,
    errors: bool = False,
) -> plt.Figure:
    """Loss and accuracy per epoch, side by side: training grey and dashed, validation in the network's colour.

    Without any validation there is nothing to tell training from: it has the network's colour and name then.

    Args:
        histories: for each network's name the table that :func:`digits.training.fit` returns.
        title: the message of the figure.
        looks: for names that ``plots.LOOKS`` does not have, the name there whose colour and marker they take.
        errors: draw the error (1 - accuracy) on a logarithmic axis in place of the accuracy: for networks near 100 %.
    """
    figure, axes = plt.subplots(1, 2, figsize=(plots.WIDE, 3.4))
    plots.headline(figure, title)
    validated = any(_is_given(history, "val_loss") for history in histories.values())
    for axis, quantity in zip(axes, ("loss", "accuracy"), strict=True):
        as_errors = errors and quantity == "accuracy"
        ends, colours, drawn = {}, {}, []
        for name, history in histories.items():
            look = plots.look((looks or {}).get(name, name))
            for part, column in (("training", quantity), ("validation", f"val_{quantity}")):
                if not _is_given(history, column):
                    continue
                values = history[column].to_numpy()
                values = plots.above_zero(1 - values) if as_errors else values
                label = part if len(histories) == 1 else f"{name}, {part}" if validated else name
                is_training = part == "training"
                is_grey = is_training and validated
                colours[label] = plots.look("training").colour if is_grey else look.colour
                axis.plot(
                    history["epoch"],
                    values,
                    plots.look("training").line if is_training else look.line,
                    color=colours[label],
                    marker=look.marker,
                    markersize=3.5 if is_training else 5,
                    markevery=max(1, len(history) // 10),
                    label=label,
                )
                ends[label] = values[-1]
                drawn.append(values)
        axis.set_xlabel("epoch")
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.grid(axis="y")
        if as_errors:
            axis.set_ylabel("error rate: 1 - accuracy (log scale)")
            plots.error_axis(axis.yaxis, np.concatenate(drawn))
        elif quantity == "accuracy":
            axis.set_ylabel("accuracy")
            plots.percent_axis(axis.yaxis)
        else:
            axis.set_ylabel("loss: cross-entropy (nats)")
        plots.label_lines(axis, ends, colours)
    return figure


def _is_given(history: pd.DataFrame, column: str) -> bool:
    return column in history and bool(history[column].notna().all())


def lines(
    axes: plt.Axes,
    curves: Mapping[str, tuple[np.ndarray, np.ndarray]],
    *,
    looks: Mapping[str, str] | None = None,
    marked: bool = True,
) -> dict[str, str]:
    """Draw one line for each name, in its colour, marker and style.

    Args:
        axes: where to draw.
        curves: for each name its x and y values.
        looks: for names that ``plots.LOOKS`` does not have, the name there whose colour and marker they take.
        marked: whether each point bears the marker.

    Returns:
        For each name its colour, as :func:`digits.plots.label_lines` wants it.
    """
    colours = {}
    for name, (across, up) in curves.items():
        look = plots.look((looks or {}).get(name, name))
        colours[name] = look.colour
        marker = look.marker if marked else None
        axes.plot(across, up, look.line, color=look.colour, marker=marker, label=name)
    return colours
