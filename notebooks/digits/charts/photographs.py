"""Reading photographs: what each step of the preparation is good for, what is read, and what is not."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.ticker import NullLocator

from .. import plots
from .dots import Row, dots_with_ranges
from .images import draw_digit, picture_rows


def photograph_grid(
    pictures: Sequence[np.ndarray], columns: int, title: str = "", *, width: float = plots.WIDE
) -> plt.Figure:
    """Photographs row by row.

    Args:
        pictures: each of shape (rows, columns, 3), with values from 0 to 255 or from 0 to 1.
        columns: photographs in a row.
        title: a line above them, or none.
        width: of the figure in inches: one of the three in ``plots``.
    """
    rows = -(-len(pictures) // columns)
    tallest = max(picture.shape[0] / picture.shape[1] for picture in pictures)
    size = (width, rows * width / columns * min(tallest, 1.15))
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False)
    for axis in axes.flat[len(pictures) :]:
        axis.set_axis_off()
    for axis, picture in zip(axes.flat, pictures, strict=False):
        draw_digit(axis, picture)
    if title:
        axes[0, 0].set_title(title, loc="left")
    return figure


def misread_pictures(
    written: Sequence[np.ndarray],
    seen: Sequence[np.ndarray | None],
    labels: Sequence[int],
    read: Sequence[int | None],
    columns: int,
    *,
    width: float = plots.WIDE,
) -> plt.Figure:
    """Pictures that were not read right, each above what the network saw of it.

    Args:
        written: as they were before preparation: grey, shape (rows, columns), or in colours, (rows, columns, 3).
        seen: the digit that was found on each, shape (28, 28); None where not exactly one was found.
        labels: one per picture.
        read: what the network read; None where it was not asked.
        columns: places in a row; more pictures are left out, and places without a picture stay empty.
        width: of the figure in inches: one of the three in ``plots``.
    """
    titles = [
        f"label {label},\n{'not read' if answer is None else f'read as {answer}'}"
        for label, answer in zip(labels, read, strict=True)
    ]
    empty = [None] * max(columns - len(written), 0)
    rows = {
        "as given": [*map(_dark_on_light, written), *empty][:columns],
        "as the\nnetwork\nsaw it": [*seen, *empty][:columns],
    }
    return picture_rows(rows, titles=[titles[:columns], []], width=width)


def _dark_on_light(picture: np.ndarray) -> np.ndarray:
    """A grey picture of 0 for black to 255 for white, as the colour map for ink wants it: 1 for black."""
    return 1 - picture / 255 if picture.ndim == 2 else picture


def errors_without_steps(accuracies: pd.DataFrame, photographs: int, title: str) -> plt.Figure:
    """Each network's error with all steps of the preparation, and without one of them, on a logarithmic axis.

    Args:
        accuracies: one row for each step that is left out, the first with all, one column for each network.
        photographs: how many were read; no error at all is drawn as half a photograph.
        title: the message of the figure.
    """
    errors = (1 - accuracies).clip(lower=0.5 / photographs)
    figure, axes = plt.subplots(figsize=(plots.WIDE, 0.9 + 0.3 * len(errors)))
    rows = {
        step: [Row([of_networks[name]], name) for name in errors]
        for step, of_networks in errors.iterrows()
    }
    dots_with_ranges(axes, rows)
    _keep_rows_apart(axes, len(rows))
    plots.error_axis(axes.xaxis, errors)
    _name_networks(axes, errors.iloc[-1], len(errors) - 1)
    axes.set(xlabel="share of photographs that are not read right (log scale)", title=title)
    return figure


def errors_by_preparation(scored: pd.DataFrame, title: str) -> plt.Figure:
    """Each network's error by how photographs were prepared, with intervals, on a logarithmic axis.

    Args:
        scored: columns ``network``, ``photographs`` (how they were prepared), ``accuracy``, ``accuracy_low`` and
            ``accuracy_high``.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(figsize=(plots.WIDE, 2.3))
    rows = {
        way: [
            Row([1 - one.accuracy], one.network, [1 - one.accuracy_high], [1 - one.accuracy_low])
            for one in of_way.itertuples()
        ]
        for way, of_way in scored.groupby("photographs", sort=False)
    }
    dots_with_ranges(axes, rows)
    _keep_rows_apart(axes, len(rows))
    plots.error_axis(axes.xaxis, 1 - scored[["accuracy_low", "accuracy_high"]])
    last = scored[scored["photographs"] == list(rows)[-1]].set_index("network")
    _name_networks(axes, 1 - last["accuracy_low"], len(rows) - 1)
    axes.set(xlabel="share of photographs that are not read right (log scale)", title=title)
    return figure


def _keep_rows_apart(axes: plt.Axes, rows: int) -> None:
    """Thin lines between rows of several dots."""
    for row in range(1, rows):
        axes.axhline(row - 0.5, color=plt.rcParams["grid.color"], linewidth=0.8)


def _name_networks(axes: plt.Axes, places: pd.Series, row: int) -> None:
    """Write the networks' names to the right of their dots in one row."""
    shifts = np.linspace(-0.25, 0.25, len(places))
    for (name, place), shift in zip(places.items(), shifts, strict=True):
        axes.annotate(
            name,
            (place, row + shift),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=plots.SMALL,
            color=plots.look(name).colour,
        )


def constants_varied(
    varied: pd.DataFrame, chosen: Mapping[str, float], words: Mapping[str, str], title: str
) -> plt.Figure:
    """For some constants of the preparation, what is read and what is refused at each value; as chosen: a line.

    Args:
        varied: indexed by the constant, in the order of its values: columns ``value``; the share of photographs read
            right, one column for each network by its name in ``plots.LOOKS``; and ``empty pages``, the share refused.
        chosen: for each constant that is shown the value that is used.
        words: for each what it is, in words.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(1, len(words), figsize=(plots.WIDE, 3.3), sharey=True)
    plots.headline(figure, title)
    networks = [name for name in varied if name not in ("value", "empty pages")]
    looks = {**{f"{name} reads": name for name in networks}, "pages refused": "test"}
    for axis, (constant, what) in zip(axes, words.items(), strict=True):
        curve = varied.loc[constant]
        axis.axvline(chosen[constant], color="0.58", linewidth=1)
        for label, name in looks.items():
            look = plots.look(name)
            shares = curve[name if name in curve else "empty pages"]
            line = ":" if name == "test" else look.line
            axis.plot(
                curve["value"], shares, line, marker=look.marker, color=look.colour, label=label
            )
        axis.set_xscale("log")
        axis.set_xticks(curve["value"], [f"{value:g}" for value in curve["value"]])
        axis.xaxis.set_minor_locator(NullLocator())
        axis.set_xlabel(what, fontsize=plots.SMALL)
        axis.margins(x=0.08)
        axis.grid(axis="y")
    axes[0].set_ylabel("share of photographs, of pages")
    lowest = axes[0].get_ylim()[0]
    plots.percent_axis(axes[0].yaxis, every=0.05 if lowest > 0.6 else 0.1)
    last = varied.loc[list(words)[-1]].iloc[-1]
    ends = {label: last[name if name in last else "empty pages"] for label, name in looks.items()}
    colours = {label: plots.look(name).colour for label, name in looks.items()}
    plots.label_lines(axes[-1], ends, colours)
    return figure


def answers_by_threshold(
    thresholds: np.ndarray,
    unanswered: np.ndarray,
    wrong: np.ndarray,
    used: float,
    network: str,
    title: str,
) -> plt.Figure:
    """How many photographs get no answer, and how many answers are wrong, against the threshold.

    Args:
        thresholds: smallest probabilities that are given as an answer, shape (thresholds,).
        unanswered: the share of photographs without an answer at each.
        wrong: the share of wrong ones among the answers at each.
        used: the threshold that is used, shown as a line.
        network: its name in ``plots.LOOKS``.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(figsize=(plots.MEDIUM, 3.1))
    look = plots.look(network)
    curves = {"no answer": (unanswered, "-"), "wrong, of the\nanswers given": (wrong, "--")}
    for label, (shares, line) in curves.items():
        marker = look.marker if line == "-" else None
        axes.plot(
            thresholds, shares, line, color=look.colour, marker=marker, markevery=10, label=label
        )
    axes.axvline(used, color=plots.look("training").colour, linestyle=":")
    axes.set(
        xlabel="smallest probability that is given as an answer",
        ylabel="share",
        xlim=(thresholds[0], 1),
        title=title,
    )
    highest = max(unanswered.max(), wrong.max(), 0.01) * 1.1
    axes.set_ylim(-0.03 * highest, highest)
    axes.annotate(
        f"we use {used:g}",
        (used, axes.get_ylim()[1]),
        xytext=(-6, -2),
        textcoords="offset points",
        ha="right",
        va="top",
        fontsize=plots.SMALL,
    )
    plots.percent_axis(axes.yaxis, every=0.01 if highest < 0.06 else 0.02 if highest < 0.2 else 0.1)
    axes.grid(axis="y")
    ends = {label: shares[-1] for label, (shares, _) in curves.items()}
    plots.label_lines(axes, ends, dict.fromkeys(ends, look.colour))
    return figure
