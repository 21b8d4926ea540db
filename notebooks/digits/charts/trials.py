"""Searches for hyperparameters: their trials in order, by their settings, and how their winners fare."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.ticker import MaxNLocator

from .. import plots
from .dots import Row, dots_with_ranges, name_rows, runs_and_mean

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
    axes.set_ylim(top=1.5 * axes.get_ylim()[1])  # room for words
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


def samplers_compared(
    trials: pd.DataFrame, gains: pd.DataFrame, half_widths: pd.Series, title: str
) -> plt.Figure:
    """The lowest error so far of every study, and by how much one sampler's is below the other's in each pair.

    Args:
        trials: columns ``study``, ``sampler`` ("random" or "TPE"), ``trial``, from 0, and ``value``, the validation
            accuracy, 0 to 1. The thick line of a sampler is the geometric mean of its studies.
        gains: the differences in percentage points, one row for each pair of studies, one column for each number of
            trials, which is its name.
        half_widths: for each column how far the interval reaches from its mean.
        title: the message of the figure.
    """
    figure, (axes, right) = plt.subplots(
        1, 2, figsize=(plots.WIDE, 3.6), width_ratios=[1.6, 1], layout="constrained"
    )
    plots.headline(figure, title)
    looks = {"random": ("other", "--"), "TPE": ("tuned", "-")}
    ends, colours, drawn = {}, {}, []
    for sampler, (name, style) in looks.items():
        of_sampler, colour = trials[trials["sampler"] == sampler], plots.look(name).colour
        error = 1 - of_sampler.pivot_table("value", "trial", "study").cummax()
        for study in error:
            axes.step(
                error.index, error[study], where="post", color=colour, linewidth=0.8, alpha=0.45
            )
        mean = np.exp(np.log(error).mean(axis=1))
        axes.step(
            mean.index, mean, where="post", color=colour, linestyle=style, linewidth=2.8,
            label=sampler,
        )  # fmt: skip
        ends[sampler], colours[sampler] = mean.iloc[-1], colour
        drawn.append(error.to_numpy())
    plots.error_axis(axes.yaxis, np.concatenate(drawn))
    axes.set(xlabel="trial", ylabel="lowest error so far (log scale)")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(axis="y")
    plots.label_lines(axes, ends, colours)
    for height, name in enumerate(gains):
        runs_and_mean(right, height, gains[name].to_numpy(), half_widths[name], f"{name} trials")
    right.axvline(0, color="0.75", linewidth=1, zorder=0)
    right.set_xlabel("random minus TPE (points)")
    name_rows(right, [f"{name} trials" for name in gains])
    return figure


def stopped_trials(curves: pd.DataFrame, stopped: Mapping[int, int], title: str) -> plt.Figure:
    """The validation error of trials after each epoch, and where a pruner stops some; the best one in colour.

    Args:
        curves: errors, 0 to 1: one row for each trial, one column for each epoch, which is its name.
        stopped: for the trials that are stopped the epoch after which they are.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(figsize=(plots.MEDIUM, 3.8))
    for trial, curve in curves.iterrows():
        end = stopped.get(trial, curves.columns[-1])
        colour = "0.55" if trial in stopped else plots.look("other").colour
        seen, unseen = curve.loc[:end], curve.loc[end:]
        axes.plot(seen.index, seen, color=colour, linewidth=1.3, label=f"trial {trial}")
        if trial in stopped:
            axes.plot(unseen.index, unseen, ":", color=colour, linewidth=1, label="not trained")
            axes.plot(end, curve[end], "X", color="0.35", markersize=9, label="stopped")
    best = curves.iloc[:, -1].idxmin()
    look, ends = plots.look("tuned"), {"the best of them": curves.loc[best].iloc[-1]}
    axes.plot(
        curves.columns,
        curves.loc[best],
        color=look.colour,
        marker=look.marker,
        markersize=9,
        linewidth=2.2,
        label="the best of them",
    )
    plots.error_axis(axes.yaxis, curves.to_numpy())
    axes.set(xlabel="epoch", ylabel="validation error (log scale)", title=title)
    axes.set_xticks(list(curves.columns))
    axes.grid(axis="y")
    plots.label_lines(axes, ends, dict.fromkeys(ends, look.colour))
    return figure


def shares_by_study(shares: Mapping[str, pd.DataFrame], title: str) -> plt.Figure:
    """How much each setting explains: a ring for each study, a stroke for their mean, a panel for each kind of trials.

    Args:
        shares: for each panel's name one row for each study, one column for each setting: shares, 0 to 1.
        title: the message of the figure.
    """
    figure, panels = plt.subplots(1, len(shares), figsize=(plots.WIDE, 3.0), sharey=True)
    plots.headline(figure, title)
    colour = plots.look("other").colour
    for axes, (panel, table) in zip(panels, shares.items(), strict=True):
        names = {name: name.replace("_", " ") for name in table.columns}
        dots_with_ranges(axes, {text: Row(table[name]) for name, text in names.items()})
        for drawn in axes.lines:
            drawn.set(markersize=5, markerfacecolor="white")
        for height, name in enumerate(names):
            mean = table[name].mean()
            axes.vlines(mean, height - 0.36, height + 0.36, color=colour, linewidth=3)
        plots.percent_axis(axes.xaxis, every=0.25)
        axes.set(xlabel="share of what is explained", xlim=(-0.02, 1.02))
        axes.set_title(panel, fontweight="normal", fontsize=10)
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


def parallel_settings(
    trials: pd.DataFrame,
    ticks: Mapping[str, Sequence[float]],
    on_log_scale: Collection[str],
    best: int,
    title: str,
) -> plt.Figure:
    """Trials as lines through parallel axes, one for each setting and one for the error; the best ones stand out.

    Args:
        trials: one row for each: ``value``, the validation accuracy, 0 to 1, and a column for each setting.
        ticks: for each setting the values that its axis names, the first and the last of the search space included.
        on_log_scale: the settings on a logarithmic axis; that of the error is one, too.
        best: so many trials with the highest value are drawn in colour.
        title: the message of the figure.
    """
    error = 1 - trials["value"]
    lowest, highest = error.min() / 1.05, min(1.0, 1.05 * error.max())
    named = [share for share in (0.03, 0.05, 0.1, 0.2, 0.5, 0.9) if lowest < share < highest]
    scales = {name: (ticks[name][0], ticks[name][-1], name in on_log_scale) for name in ticks}
    scales["error"] = (lowest, highest, True)
    columns = {**{name: trials[name] for name in ticks}, "error": error}
    heights = np.column_stack([_height(columns[name], *scales[name]) for name in scales])
    figure, axes = plt.subplots(figsize=(plots.WIDE, 3.9))
    order = np.argsort(-error.to_numpy(), kind="stable")  # the best are drawn last
    for rank, row in enumerate(order):
        colour, width = "0.75", 0.7
        if rank >= len(order) - best:
            colour, width = plots.look("tuned").colour, 1.8
        axes.plot(heights[row], color=colour, linewidth=width, label=f"trial {trials.index[row]}")
    words = {name: {f"{tick:g}": tick for tick in values} for name, values in ticks.items()}
    words["error"] = {plots.percent(share): share for share in named}
    for place, (name, texts) in enumerate(words.items()):
        axes.axvline(place, color="0.3", linewidth=1, zorder=1)
        for text, value in texts.items():
            axes.annotate(
                text,
                (place, _height(value, *scales[name])),
                xytext=(-4, 0),
                textcoords="offset points",
                ha="right",
                va="center",
                fontsize=plots.SMALL,
                zorder=5,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85},
            )
    axes.set_xticks(range(len(words)), [name.replace("_", " ") for name in words])
    axes.set_yticks([])
    axes.set(xlim=(-0.6, len(words) - 0.8), title=title)
    axes.tick_params(axis="x", length=0)
    axes.spines[:].set_visible(False)
    return figure


def _height(values: npt.ArrayLike, lowest: float, highest: float, logarithmic: bool) -> np.ndarray:
    """Where values lie between two others, 0 to 1."""
    scale = np.log if logarithmic else np.asarray
    low, high = scale(lowest), scale(highest)
    return (scale(np.asarray(values, dtype=float)) - low) / (high - low)


def changed_settings(runs: pd.DataFrame, half_widths: pd.Series, title: str) -> plt.Figure:
    """The validation error of one network with some settings changed: every run a dot, their mean with an interval.

    Args:
        runs: columns ``change`` and ``val_error``, one row for each run; the first change is none.
        half_widths: by change how far the interval reaches from the mean.
        title: the message of the figure.
    """
    names = list(dict.fromkeys(runs["change"]))
    figure, axes = plt.subplots(figsize=(plots.MEDIUM, 0.9 + 0.34 * len(names)))
    for height, name in enumerate(names):
        found = runs.loc[runs["change"] == name, "val_error"].to_numpy()
        runs_and_mean(axes, height, found, half_widths[name], name)
    unchanged = runs.loc[runs["change"] == names[0], "val_error"].mean()
    axes.axvline(unchanged, color="0.75", linewidth=1, zorder=0)
    name_rows(axes, names)
    plots.percent_axis(axes.xaxis, every=0.005)
    axes.set(xlabel="validation error", title=title)
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
