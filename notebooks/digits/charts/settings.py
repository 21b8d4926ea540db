"""Trials of a search by their settings, what a setting does, and how winners fare."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from .. import plots
from .dots import Row, dots_with_ranges, name_rows, runs_and_mean, runs_on_top

# A setting with so many values or fewer is drawn as columns.
_FEW = 6


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
        axes.set(xlabel="share of what is explained", xlim=(-0.02, 0.77))
        axes.set_title(panel, fontweight="normal", fontsize=10)
    return figure


def trials_by_setting(
    complete: pd.DataFrame,
    on_log_scale: Mapping[str, Sequence[float]],
    good: float,
    title: str,
    tuned: int,
) -> plt.Figure:
    """The complete trials' validation errors against each setting, random ones as rings, the best as a diamond.

    Settings with few values are spread a little sideways, by chance from a fixed seed, so that equal ones are all seen.

    Args:
        complete: one row for each: ``sampler`` ("random" or "TPE"), ``value``, the validation accuracy, and after it a
            column for each setting.
        on_log_scale: for the settings on a logarithmic axis the values that it names; whole numbers stand alone.
        good: the error below which a trial is a good one, 0 to 1: a line in each panel.
        title: the message of the figure.
        tuned: the index of the trial that became *tuned*: a star.
    """
    settings = list(complete.columns[complete.columns.get_loc("value") + 1 :])
    # Small numbers have long names.
    wide = [
        1.6 if (complete[name] < 0.001).any() and name in on_log_scale else 1 for name in settings
    ]
    figure, axes = plt.subplots(
        1,
        len(settings),
        figsize=(plots.WIDE, 3.9),
        sharey=True,
        squeeze=False,
        width_ratios=wide,
    )
    plots.headline(figure, title)
    error, best = 1 - complete["value"], complete["value"].idxmax()
    chosen, others = plots.look("tuned"), plots.look("other")
    for axis, name in zip(axes.flat, settings, strict=True):
        places = complete[name].astype(float)
        if complete[name].nunique() <= _FEW:
            shifts = np.random.default_rng(0).uniform(-0.25, 0.25, len(places))
            places = places * 2**shifts if name in on_log_scale else places + shifts
        # Random ones on top: they are fewer where the dots are dense.
        looks: dict[str, dict[str, Any]] = {
            "TPE": {"color": chosen.colour, "alpha": 0.7, "markeredgewidth": 0, "markersize": 4},
            "random": {"color": others.colour, "markerfacecolor": "none", "markersize": 3},
        }
        for sampler, style in looks.items():
            of_sampler = complete["sampler"] == sampler
            axis.plot(
                places[of_sampler],
                error[of_sampler],
                "o",
                **{"markeredgewidth": 0.7, "label": sampler, **style},
            )
        stand_out = {"color": chosen.colour, "markeredgecolor": "white", "zorder": 4}
        for label, trial, marker, size in (
            ("tuned", tuned, chosen.marker, 13),
            ("best of all", best, "D", 8),
        ):
            place = (places[trial], error[trial])
            axis.plot(*place, marker, markersize=size, label=label, **stand_out)
        axis.axhline(
            good, color="0.35", linewidth=1, zorder=1.5, label=f"{plots.percent(good, 1)} error"
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
    axes[0, 0].set_ylim(0.93 * error.min(), 1.03 * error.max())
    axes[0, 0].set_ylabel("validation error (log scale)")
    names, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(names, labels, loc="outside right center", fontsize=plots.SMALL)
    return figure


def parallel_settings(
    trials: pd.DataFrame,
    ticks: Mapping[str, Sequence[float]],
    on_log_scale: Collection[str],
    best: int,
    title: str,
) -> plt.Figure:
    """Parallel axes, one for each setting and one for the error: the best trials as lines, the others as short strokes.

    Args:
        trials: one row for each: ``value``, the validation accuracy, 0 to 1, and a column for each setting.
        ticks: for each setting the values that its axis names, the first and the last of the search space included.
        on_log_scale: the settings on a logarithmic axis; that of the error is one, too.
        best: so many trials with the highest value are drawn as lines.
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
    chosen = np.argsort(error.to_numpy(), kind="stable")[:best]
    others = np.delete(heights, chosen, axis=0)
    for place, name in enumerate(scales):
        axes.plot(
            np.full(len(others), place),
            others[:, place],
            "_",
            color="0.58",
            markersize=9,
            markeredgewidth=0.7,
            label=f"others, {name}",
        )
    for row in chosen[::-1]:
        axes.plot(
            heights[row],
            color=plots.look("tuned").colour,
            linewidth=4 if row == chosen[0] else 1.3,
            label=f"trial {trials.index[row]}",
        )
    best_lines = axes.lines[-len(chosen) :]
    words = {name: {f"{tick:g}": tick for tick in values} for name, values in ticks.items()}
    words["error"] = {plots.percent(share): share for share in named}
    axes.set_xticks(range(len(words)), [name.replace("_", " ") for name in words])
    axes.set_yticks([0, 1], ["lowest", "highest"])
    axes.set(xlim=(-0.5, len(words) - 0.8), title=title)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    figure.draw_without_rendering()  # lays it out: where a text lies is known from now on
    for place, (name, texts) in enumerate(words.items()):
        axes.axvline(place, color="0.3", linewidth=1, zorder=1)
        for text, value in texts.items():
            _write_beside(axes, text, place, float(_height(value, *scales[name])), best_lines)
    return figure


def _write_beside(
    axes: plt.Axes, text: str, across: float, height: float, lines: Sequence[Line2D]
) -> None:
    """Write a small text to the left of a place, level or a little higher or lower: where fewest lines cross."""
    ways = [line.get_transform().transform_path(line.get_path()) for line in lines]
    note = axes.annotate(
        text,
        (across, height),
        (-6, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        fontsize=plots.SMALL,
    )

    def crossings(up: int) -> int:
        note.set_position((-6, up))
        box = note.get_window_extent().padded(2)
        return sum(way.intersects_bbox(box, filled=False) for way in ways)

    note.set_position((-6, min((0, 7, -7, 11, -11), key=crossings)))


def _height(values: npt.ArrayLike, lowest: float, highest: float, logarithmic: bool) -> np.ndarray:
    """Where values lie between two others, 0 to 1."""
    scale = np.log if logarithmic else np.asarray
    low, high = scale(lowest), scale(highest)
    return (scale(np.asarray(values, dtype=float)) - low) / (high - low)


def trials_and_trainings(runs: pd.DataFrame, title: str) -> plt.Figure:
    """The error of settings in their short trial against that after a long training, a marker for each run.

    Args:
        runs: columns ``sampler`` ("random", "TPE" or "by hand"), ``trial_value`` and ``val_accuracy``, the validation
            accuracies, 0 to 1.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(figsize=(plots.MEDIUM, 3.8))
    other, tuned = plots.look("other"), plots.look("tuned")
    styles = {
        "random": (other, "o", other.colour, 7, "winners of random search"),
        "TPE": (tuned, tuned.marker, tuned.colour, 11, "winners of TPE"),
        "by hand": (other, "s", "white", 7, "by hand"),
    }
    for sampler, (look, marker, inside, size, label) in styles.items():
        of_sampler = runs[runs["sampler"] == sampler]
        axes.plot(
            1 - of_sampler["trial_value"],
            1 - of_sampler["val_accuracy"],
            marker,
            color=look.colour,
            markerfacecolor=inside,
            markersize=size,
            label=label,
        )
    # Fine ones, as the axes are short.
    steps = (*np.arange(10, 20) / 10, *np.arange(20, 52, 2) / 10)
    for axis, name in ((axes.xaxis, "trial_value"), (axes.yaxis, "val_accuracy")):
        errors = 1 - runs[name]
        plots.error_axis(axis, errors, steps=steps)
        axis.set_view_interval(errors.min() / 1.03, errors.max() * 1.03, ignore=True)
    axes.set(
        xlabel="validation error of the trial (log scale)",
        ylabel="validation error after\nthe long training (log scale)",
        title=title,
    )
    axes.grid()
    axes.legend(loc="upper left", fontsize=plots.SMALL)
    return figure


def means_of_runs(
    runs: pd.DataFrame,
    half_widths: pd.Series,
    title: str,
    *,
    of: int | None = None,
    apart: Collection[str] = (),
    like_tuned: Collection[str] = (),
) -> plt.Figure:
    """Errors of networks, a row for each: every run a dot, their mean with an interval; dotted: the first mean.

    Args:
        runs: columns ``network`` and ``error``, one row for each run; the first network is the one to compare with.
        half_widths: by network how far the interval reaches from the mean.
        title: the message of the figure.
        of: None: errors are shares of the validation images, in percent; a number: counts among so many test images.
        apart: the networks that begin a new group: there is a gap above their rows.
        like_tuned: the networks that have the colour and marker of "tuned".
    """
    names = list(dict.fromkeys(runs["network"]))
    heights = np.arange(len(names)) + 0.5 * np.cumsum([name in apart for name in names])
    figure, axes = plt.subplots(figsize=(plots.MEDIUM, 1.39 + 0.34 * heights[-1]))
    for height, name in zip(heights, names, strict=True):
        found = runs.loc[runs["network"] == name, "error"].to_numpy()
        like = "tuned" if name in like_tuned else ""
        runs_and_mean(axes, height, found, half_widths[name], name, like)
        runs_on_top(axes)
    first = runs.loc[runs["network"] == names[0], "error"].mean()
    axes.axvline(first, color="0.5", linestyle=":", zorder=0, label=f"mean of {names[0]}")
    name_rows(axes, names, heights)
    axes.set_ylim(top=-1)  # room for a name
    axes.annotate(
        names[0],
        (first, -0.72),
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
        color="0.3",
        fontsize=plots.SMALL,
    )
    if of is None:
        plots.percent_axis(axes.xaxis)
    label = "validation error" if of is None else f"errors of {of:,} test images"
    axes.set(xlabel=label, title=title)
    return figure
