"""What disturbs networks, and what strength costs in seconds."""

from collections.abc import Collection, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from .. import plots
from .curves import lines

_BESIDE = 0.07  # of the way between two levels: how far networks stand apart
_APART = 1.04  # how far networks stand apart on a logarithmic axis, as a factor


def disturbance_curves(
    table: pd.DataFrame,
    groups: Mapping[str, Sequence[str]],
    title: str,
    linear: Collection[str] = (),
    marked: Collection[str] = (),
    beside: Mapping[str, Sequence[str]] | None = None,
) -> plt.Figure:
    """The error under each disturbance against its strength: a row for each disturbance, a column for each group.

    Each network is a line, named above its column. Markers: means of the runs; vertical lines: from the lowest run to
    the highest. They stand side by side at each level. The panels of a row share their axis of errors, which is
    logarithmic unless asked.

    Args:
        table: columns ``kind``, ``level``, ``network`` and ``error``, 0 to 1; one row for each run.
        groups: for each column's title the names of its networks.
        title: the message of the figure.
        linear: the kinds whose axis of errors is linear: where all networks misread many, a logarithm shows a knot.
        marked: the kinds whose panels have a grey ground.
        beside: for a column's title networks of which it shows the means as thin lines, to compare with.
    """
    beside = {} if beside is None else beside
    names_drawn = [name for names in (*groups.values(), *beside.values()) for name in names]
    drawn = table[table["network"].isin(names_drawn)]
    kinds = dict(list(drawn.groupby("kind", sort=False)))
    figure, axes = plt.subplots(
        len(kinds),
        len(groups),
        figsize=(plots.WIDE, 0.9 + 2 * len(kinds)),
        sharey="row",
        squeeze=False,
    )
    plots.headline(figure, title)
    for row, (kind, part) in zip(axes, kinds.items(), strict=True):
        for axis, (words, names) in zip(row, groups.items(), strict=True):
            for name, style in zip(beside.get(words, ()), ("--", ":"), strict=False):
                means = part[part["network"] == name].groupby("level")["error"].mean()
                axis.plot(means, style, color=plots.look(name).colour, linewidth=0.9, label=name)
            _curves_of_runs(axis, part, names)
            axis.set_xlabel(kind)
            if kind in marked:
                axis.set_facecolor("0.94")
        if kind in linear:
            plots.percent_axis(row[0].yaxis)
            row[0].set(ylim=(0, None), ylabel="error rate\n(linear scale)")
        else:
            plots.error_axis(row[0].yaxis, plots.above_zero(part["error"].to_numpy()), steps=(1, 3))
            row[0].set_ylabel("error rate\n(log scale)")
    for axis, words in zip(axes[0], groups, strict=True):
        place = {"loc": "lower left", "bbox_to_anchor": (0, 1), "borderaxespad": 0.4}
        columns = min(len(axis.lines), 3) if not beside else 2
        axis.legend(title=words, alignment="left", ncols=columns, fontsize=9, **place)
    return figure


def _curves_of_runs(axes: plt.Axes, runs: pd.DataFrame, names: Sequence[str]) -> None:
    """One disturbance: each network's mean error at each level, with the range of its runs."""
    levels = runs["level"].unique()
    beside = _BESIDE * np.diff(levels).min()
    for place, name in enumerate(names):
        of_levels = runs[runs["network"] == name].groupby("level")["error"]
        across = levels + (place - (len(names) - 1) / 2) * beside
        lines(axes, {name: (across, of_levels.mean().to_numpy())})
        axes.lines[-1].set(markersize=3.5, linewidth=1.3)
        if "undistorted" in name:
            axes.lines[-1].set(linestyle="--", markerfacecolor="white")
        colour = plots.look(name).colour
        axes.vlines(across, of_levels.min(), of_levels.max(), color=colour, linewidth=1.8)
    axes.set_xticks(levels, [f"{level:g}".replace("-", "\N{MINUS SIGN}") for level in levels])
    axes.grid(axis="y")


def errors_by_images(table: pd.DataFrame, title: str) -> plt.Figure:
    """The error of networks against the number of images that they learned from, both logarithmic.

    Markers: means of the runs; vertical lines: from the lowest run to the highest.

    Args:
        table: columns ``network``, ``images`` and ``error``, 0 to 1; one row for each run.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(figsize=(plots.MEDIUM, 4.4))
    colours: dict[str, str] = {}
    ends: dict[str, float] = {}
    for name, of_network in table.groupby("network", sort=False):
        runs = of_network.groupby("images")["error"]
        means = runs.mean()
        # Beside each other, so that none hides another.
        places = means.index.to_numpy() * _APART ** len(ends)
        colours |= lines(axes, {str(name): (places, means.to_numpy())})
        ends[str(name)] = float(means.iloc[-1])
        axes.vlines(places, runs.min(), runs.max(), color=colours[str(name)], linewidth=1)
        if "undistorted" in str(name):
            axes.lines[-1].set(linestyle="--", markerfacecolor="white")
    axes.set_xscale("log")
    axes.set_xticks(table["images"].unique())
    axes.minorticks_off()
    plots.thousands_axis(axes.xaxis)
    plots.error_axis(axes.yaxis, table["error"])
    axes.set(
        xlabel="number of training images (log scale)",
        ylabel="test error rate (log scale)",
        title=title,
    )
    axes.grid()
    plots.label_lines(axes, ends, colours)
    return figure


def errors_and_seconds(cost: pd.DataFrame, title: str) -> plt.Figure:
    """Each network's error against the seconds of one training, both logarithmic, named with its parameters.

    Args:
        cost: by network, columns ``parameters``, ``seconds`` and ``error``, 0 to 1.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(figsize=(plots.MEDIUM, 4.2))
    for name, row in cost.iterrows():
        look = plots.look(str(name))
        axes.plot(
            row["seconds"],
            row["error"],
            look.marker,
            color=look.colour,
            markersize=9,
            label=str(name),
        )
        axes.annotate(
            f"{name}\n{row['parameters']:,.0f} parameters",
            (row["seconds"], row["error"]),
            xytext=(10, 0),
            textcoords="offset points",
            va="center",
            fontsize=plots.SMALL,
            color=look.colour,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0},
        )
    plots.error_axis(axes.yaxis, cost["error"])
    seconds = cost["seconds"]
    # On the right there is room for the names.
    axes.set(xscale="log", xlim=(seconds.min() / 1.4, seconds.max() * 4.5))
    ticks = [tick for tick in (1, 2, 5, 10, 20, 50, 100, 200) if tick < 2 * seconds.max()]
    axes.set_xticks(ticks, [f"{tick}" for tick in ticks])
    axes.minorticks_off()
    axes.grid()
    axes.set(
        xlabel="seconds to train one run on two CPU cores (log scale)",
        ylabel="test error, mean of the runs (log scale)",
        title=title,
    )
    return figure
