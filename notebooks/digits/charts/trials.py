"""A search for hyperparameters: its trials in their order, by their settings, and how its winner fares."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.ticker import MaxNLocator

from .. import plots
from .dots import Row, dots_with_ranges

_PALEST = 0.3  # how far before the first trial the grey scale begins, in lengths of it: white is not seen on white


def search_history(trials: pd.DataFrame, random: int, title: str) -> plt.Figure:
    """The validation error of each trial on a logarithmic axis, and the lowest one so far.

    Args:
        trials: one row for each, in their order: ``trial``, from 0, ``state`` ("complete" or "pruned"), and ``value``,
            the validation accuracy, 0 to 1. Trial 0 has the settings chosen by hand.
        random: the trials after trial 0 that were drawn at random; the later ones were chosen by the sampler.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(figsize=(plots.WIDE, 4.2))
    other, error = plots.look("other").colour, 1 - trials["value"]
    complete = trials["state"] == "complete"
    best_so_far = error.where(complete).cummin().ffill()
    # Half a trial further than the last, so that a winner that came last is seen as one.
    steps = [*trials["trial"], trials["trial"].iloc[-1] + 0.5]
    axes.step(
        steps,
        [*best_so_far, best_so_far.iloc[-1]],
        where="post",
        color="0.5",
        linewidth=1.5,
        label="best so far",
    )
    styles: dict[str, dict[str, Any]] = {
        "complete": {"marker": "o", "markerfacecolor": other},
        "pruned": {"marker": "X", "markerfacecolor": "white", "markersize": 9},
    }
    for state, style in styles.items():
        rows = trials["state"] == state
        axes.plot(
            trials.loc[rows, "trial"], error[rows], color=other, label=state, linestyle="", **style
        )
    best, winner = error.where(complete).idxmin(), plots.look("tuned")
    axes.plot(
        trials.loc[best, "trial"],
        error[best],
        winner.marker,
        color=winner.colour,
        markersize=15,
        markeredgecolor="white",
        label="the winner",
    )
    by_hand = error.iloc[0]
    axes.axhline(by_hand, color="0.5", linestyle=":", label="chosen by hand (trial 0)")
    plots.error_axis(axes.yaxis, error)
    axes.set_xlim(-0.8, steps[-1] + 0.3)
    for border in (0.5, random + 0.5):
        axes.axvline(border, color="0.58", linewidth=1)
    for start, text in ((0.8, "drawn at random"), (random + 0.8, "chosen by the sampler")):
        axes.text(start, 0.94, text, transform=axes.get_xaxis_transform(), fontsize=plots.SMALL)
    if not complete.all():  # one name is enough for the crosses
        last = trials.index[~complete][-1]
        axes.annotate(
            "pruned",
            (trials.loc[last, "trial"], error[last]),
            xytext=(9, 0),
            textcoords="offset points",
            va="center",
            fontsize=plots.SMALL,
        )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(axis="y")
    axes.set(xlabel="trial", ylabel="validation error (log scale)", title=title)
    ends = {"by hand (trial 0)": by_hand, "best so far": best_so_far.iloc[-1]}
    plots.label_lines(axes, ends, dict.fromkeys(ends, "0.3"))
    return figure


def shares_by_forest(forests: pd.DataFrame, title: str) -> plt.Figure:
    """How much of the variance each setting explains: a dot for each forest, a stroke for their mean.

    Args:
        forests: one row for each forest, one column for each setting, from the least to the most: shares, 0 to 1.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(figsize=(plots.MEDIUM, 2.9))
    names = {name: name.replace("_", " ") for name in forests.columns[::-1]}
    dots_with_ranges(axes, {text: Row(forests[name]) for name, text in names.items()})
    for drawn in axes.lines:
        drawn.set(markersize=4, markerfacecolor="white")
    for height, name in enumerate(names):
        colour, mean = plots.look("other").colour, forests[name].mean()
        axes.vlines(mean, height - 0.36, height + 0.36, color=colour, linewidth=3)
        axes.annotate(
            plots.percent(mean),
            (max(forests[name]), height),
            xytext=(9, 0),
            textcoords="offset points",
            va="center",
            fontsize=plots.SMALL,
        )
    plots.percent_axis(axes.xaxis)
    axes.set(xlabel="share of what the forest explains", xlim=(0, 1), title=title)
    return figure


def trials_by_setting(
    complete: pd.DataFrame, on_log_scale: Mapping[str, Sequence[float]], title: str
) -> plt.Figure:
    """The complete trials' validation errors against each setting, later trials darker, the best as a star.

    Args:
        complete: one row for each: ``trial``, ``value``, the validation accuracy, and a column for each setting.
        on_log_scale: for the settings on a logarithmic axis the values that it names; whole numbers stand alone.
        title: the message of the figure.
    """
    settings = list(complete.columns[complete.columns.get_loc("value") + 1 :])
    # Small numbers have long names.
    wide = [
        1.6 if (complete[name] < 0.001).any() and name in on_log_scale else 1 for name in settings
    ]
    figure, axes = plt.subplots(
        1,
        len(settings),
        figsize=(plots.WIDE, 3.3),
        sharey=True,
        squeeze=False,
        width_ratios=wide,
    )
    plots.headline(figure, title)
    error, best, winner = 1 - complete["value"], complete["value"].idxmax(), plots.look("tuned")
    for axis, name in zip(axes.flat, settings, strict=True):
        dots = axis.scatter(
            complete[name],
            error,
            c=complete["trial"],
            cmap=plots.INK,
            vmin=-_PALEST * complete["trial"].max(),
            s=30,
            edgecolor="0.35",
            linewidth=0.6,
            zorder=3,
        )
        axis.plot(
            complete.loc[best, name],
            error[best],
            winner.marker,
            markersize=15,
            color=winner.colour,
            markeredgecolor="white",
            zorder=4,
            label="best",
        )
        axis.set_xlabel(name.replace("_", " "))
        if name in on_log_scale:
            axis.set_xscale("log")
            axis.set_xticks(on_log_scale[name], [f"{tick:g}" for tick in on_log_scale[name]])
            axis.minorticks_off()
        elif (complete[name] % 1 == 0).all():
            axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.margins(x=0.14)
        axis.grid()
    plots.error_axis(axes[0, 0].yaxis, error)
    axes[0, 0].set_ylabel("validation error (log scale)")
    bar = figure.colorbar(dots, ax=axes, label="trial", shrink=0.9)
    bar.ax.set_ylim(0, complete["trial"].max())
    return figure


def errors_of_runs(table: pd.DataFrame, title: str) -> plt.Figure:
    """Every run's test error with its interval, a row for each network, on a logarithmic axis.

    Args:
        table: one row for each run: ``network``, ``test_accuracy``, ``accuracy_low`` and ``accuracy_high``, 0 to 1.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(figsize=(plots.MEDIUM, 3.0))
    by_network = table.groupby("network", sort=False)
    rows = {
        name: Row(
            1 - runs["test_accuracy"],
            name,
            1 - runs["accuracy_high"],
            1 - runs["accuracy_low"],
        )
        for name, runs in by_network
    }
    dots_with_ranges(axes, rows)
    for drawn in axes.lines:
        drawn.set_markersize(8)
    ends = 1 - table[["accuracy_low", "accuracy_high"]].to_numpy()
    plots.error_axis(axes.xaxis, ends)
    axes.set(xlabel="test error (log scale)", title=title)
    return figure
