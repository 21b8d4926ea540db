"""What disturbs networks, and what strength costs in seconds."""

from collections.abc import Collection

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from .. import plots
from .curves import lines

_BESIDE = 0.05  # of the way between two levels: how far networks stand apart


def disturbance_curves(table: pd.DataFrame, title: str, linear: Collection[str] = ()) -> plt.Figure:
    """The error under each disturbance against its strength, a line for each network, logarithmic unless asked.

    Markers: means of the runs; vertical lines: from the lowest run to the highest. They stand side by side at each
    level. One place of the grid must be left for the legend: the number of disturbances is odd.

    Args:
        table: columns ``kind``, ``level``, ``network`` and ``error``, 0 to 1; one row for each run.
        title: the message of the figure.
        linear: the kinds whose axis of errors is linear: where all networks misread many, a logarithm shows a knot.
    """
    kinds = dict(list(table.groupby("kind", sort=False)))
    names = list(dict.fromkeys(table["network"]))
    rows = -(-len(kinds) // 2)
    figure, axes = plt.subplots(rows, 2, figsize=(plots.WIDE, 0.4 + 2.8 * rows))
    plots.headline(figure, title)
    for axis, (kind, part) in zip(axes.flat, kinds.items(), strict=False):
        levels = part["level"].unique()
        beside = _BESIDE * np.diff(levels).min()
        for place, name in enumerate(names):
            runs = part[part["network"] == name].groupby("level")["error"]
            across = levels + (place - (len(names) - 1) / 2) * beside
            lines(axis, {name: (across, runs.mean().to_numpy())})
            axis.lines[-1].set(markersize=5, linewidth=1.1)
            if "undistorted" in name:
                axis.lines[-1].set(linestyle="--", markerfacecolor="white")
            axis.vlines(across, runs.min(), runs.max(), color=plots.look(name).colour, linewidth=1)
        if kind in linear:
            plots.percent_axis(axis.yaxis)
            axis.set(ylim=(0, None), ylabel="error rate")
        else:
            plots.error_axis(axis.yaxis, plots.above_zero(table["error"].to_numpy()))
            axis.set_ylabel("error rate (log scale)")
        axis.set_xticks(levels, [f"{level:g}" for level in levels])
        axis.set_xlabel(kind)
        axis.grid(axis="y")
    for axis in axes.flat[len(kinds) :]:
        axis.set_axis_off()
    # In the place that is left, in the order of the first panel's last points.
    handles = sorted(axes.flat[0].lines, key=lambda drawn: -drawn.get_ydata()[-1])
    axes.flat[-1].legend(handles=handles, loc="center", handlelength=4)
    return figure


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
        colours |= lines(axes, {str(name): (means.index.to_numpy(), means.to_numpy())})
        ends[str(name)] = float(means.iloc[-1])
        axes.vlines(means.index, runs.min(), runs.max(), color=colours[str(name)], linewidth=1)
        if "undistorted" in str(name):
            axes.lines[-1].set(linestyle="--", markerfacecolor="white")
    axes.set_xscale("log")
    axes.set_xticks(table["images"].unique())
    axes.minorticks_off()
    plots.thousands_axis(axes.xaxis)
    plots.error_axis(axes.yaxis, table["error"])
    axes.set(
        xlabel="number of training images (log scale)",
        ylabel="test error rate, each trained for\nfive epochs' steps (log scale)",
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
