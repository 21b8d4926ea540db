"""Searches for hyperparameters: their trials in order, two samplers side by side, and what a pruner stops."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from .. import plots
from .dots import name_rows, runs_and_mean

# Ticks of a logarithmic axis of errors that lie close together, times powers of ten.
_FINE = (1, 2, 2.5, 3, 3.5, 4, 4.5, 5, 7)
_FINEST = tuple(np.arange(10, 100) / 10)
# How far above the median error a trial is still drawn at its place.
_HIGHEST = 4.0


def search_history(trials: pd.DataFrame, random: int, title: str) -> plt.Figure:
    """The validation error of each trial on a logarithmic axis, and the lowest one so far.

    An error much higher than the others stands as a number in the upper part.

    Args:
        trials: one row for each, in their order: ``trial``, from 0, ``state`` ("complete" or "pruned"), and ``value``,
            the validation accuracy, 0 to 1. Trial 0 is the network by hand.
        random: the trials after trial 0 that were drawn at random; the later ones were chosen by TPE.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(figsize=(plots.WIDE, 4.2))
    other, error = plots.look("other").colour, 1 - trials["value"]
    complete = trials["state"] == "complete"
    # One bad trial would press all others together: its error stands as a number.
    is_beyond = error > _HIGHEST * error.median()
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
        rows = (trials["state"] == state) & ~is_beyond
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
    axes.axhline(by_hand, color="0.5", linestyle=":", label="by hand (trial 0)")
    plots.error_axis(axes.yaxis, error[~is_beyond])
    axes.set_ylim(top=1.3 * axes.get_ylim()[1])  # room for words
    for trial, of_trial in zip(trials["trial"][is_beyond], error[is_beyond], strict=True):
        text = f"\u2191 {plots.percent(of_trial)}"
        # From left of the trial on, so that no border crosses the number, and above all that is drawn.
        place = (trial - 0.35, 0.86)
        axes.text(*place, text, transform=axes.get_xaxis_transform(), fontsize=plots.SMALL)
    axes.set_xlim(-0.8, steps[-1] + 0.3)
    for border in (0.5, random + 0.5):
        axes.axvline(border, color="0.58", linewidth=1)
    for start, text in ((0.8, "drawn at random"), (random + 0.8, "chosen by TPE")):
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
    trials: pd.DataFrame, shared: int, gains: pd.DataFrame, half_widths: pd.Series, title: str
) -> plt.Figure:
    """The lowest error so far, the mean of each sampler's studies, and in each pair one sampler's lead over the other.

    Args:
        trials: columns ``study``, ``sampler`` ("random" or "TPE"), ``trial``, from 0, and ``value``, the validation
            accuracy, 0 to 1.
        shared: so many first trials are the same in both studies of a pair; they are drawn in grey.
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
        mean = error.mean(axis=1)
        # Further on from the last shared trial.
        _steps(axes, mean.loc[shared - 1 :], colour, style, sampler)
        ends[sampler], colours[sampler] = mean.iloc[-1], colour
        drawn.append(mean.to_numpy())
    _steps(axes, mean.loc[: shared - 1], "0.58", "-", "shared")
    plots.error_axis(axes.yaxis, np.concatenate(drawn), steps=_FINE)
    axes.set_ylim(0.95 * np.min(drawn), 1.05 * np.max(drawn))
    axes.set(xlabel="trial", ylabel="lowest error so far (log scale)")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(axis="y")
    plots.label_lines(axes, ends, colours)
    for height, name in enumerate(gains):
        runs_and_mean(right, height, gains[name].to_numpy(), half_widths[name], f"{name} trials")
    right.axvline(0, color="0.75", linewidth=1, zorder=0)
    right.set_xlabel("lead of TPE (points)")
    name_rows(right, [f"{name} trials" for name in gains])
    return figure


def _steps(axes: plt.Axes, mean: pd.Series, colour: str, style: str, label: str) -> None:
    axes.step(
        mean.index, mean, where="post", color=colour, linestyle=style, linewidth=2.5, label=label
    )


def stopped_trials(
    curves: pd.DataFrame, stopped: Mapping[int, int], median: float, title: str
) -> plt.Figure:
    """The validation error of trials after each epoch, and where a pruner stops some, in grey; the best one in colour.

    What a stopped trial would have become is dotted, the best one's course included. An inset enlarges the epoch at
    which the best one is stopped, near the median.

    Args:
        curves: errors, 0 to 1: one row for each trial, one column for each epoch, which is its name.
        stopped: for the trials that are stopped the epoch after which they are; the best one is among them.
        median: the error with which the pruner compares the best trial when it stops it.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(figsize=(plots.MEDIUM, 4.2))
    best, look = curves.iloc[:, -1].idxmin(), plots.look("tuned")
    end = stopped[best]
    met = f"median that trial {best} met"
    # From there to the right margin, where its name stands.
    right = curves.columns[-1] + 0.2
    _stopped_curves(axes, curves, stopped)
    axes.plot([end - 0.2, right], [median, median], "--", color="0.35", linewidth=1.3, label=met)
    plots.error_axis(axes.yaxis, curves.to_numpy(), steps=(1, 2, 3, 4, 5, 7))
    axes.set(xlabel="epoch", ylabel="validation error (log scale)", title=title)
    axes.set_xticks(list(curves.columns))
    axes.set_xlim(curves.columns[0] - 0.2, right)
    axes.set_ylim(0.93 * curves.to_numpy().min(), 1.07 * curves.to_numpy().max())
    axes.grid(axis="y")
    near = axes.inset_axes((0.56, 0.56, 0.42, 0.42))
    _stopped_curves(near, curves, stopped)
    near.axhline(median, color="0.35", linestyle="--", linewidth=1.3, label=met)
    plots.error_axis(near.yaxis, median * np.array([0.96, 1.04]), steps=_FINEST)
    near.set(xlim=(end - 0.12, end + 0.12), ylim=(0.945 * median, 1.055 * median))
    near.set_xticks([end], [f"epoch {end}"])
    near.tick_params(labelsize=plots.SMALL)
    axes.indicate_inset_zoom(near, edgecolor="0.4", alpha=1)
    last = curves.iloc[:, -1]
    ends = {"would have won": last[best], met: median, "stopped": last[list(stopped)].max()}
    ends["finished"] = last.drop(list(stopped)).median()
    colours = {"would have won": look.colour, met: "0.3", "stopped": "0.45"}
    plots.label_lines(axes, ends, {**colours, "finished": plots.look("other").colour})
    return figure


def _stopped_curves(axes: plt.Axes, curves: pd.DataFrame, stopped: Mapping[int, int]) -> None:
    """Draw each trial's errors, dotted where it is stopped, and a cross there; the best one last and in colour."""
    best = curves.iloc[:, -1].idxmin()
    for trial in [*curves.index.drop(best), best]:
        curve, end = curves.loc[trial], stopped.get(trial, curves.columns[-1])
        name, colour, width = f"trial {trial}", plots.look("other").colour, 1.3
        if trial in stopped:
            colour = "0.55"
        if trial == best:
            name, colour, width = "the best of them", plots.look("tuned").colour, 2.2
        axes.plot(curve.loc[:end], color=colour, linewidth=width, label=name)
        if trial not in stopped:
            continue
        axes.plot(curve.loc[end:], ":", color=colour, linewidth=width, label=f"{name} unseen")
        axes.plot(
            end,
            curve.loc[end],
            "X",
            color=colour,
            markersize=9,
            markeredgecolor="white",
            zorder=6 if trial == best else 5,
            label="stopped",
        )
