"""How sure we are of networks, and how sure they are: spreads of runs, what choosing flatters, reliability."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.ticker import NullLocator

from .. import evaluation, plots
from .dots import name_rows, runs_and_mean

_FEWEST_IMAGES = 20  # a bin of fewer says next to nothing
_MIDDLE = (0.025, 0.975)  # 95 % of what was drawn at random lie between these shares of it


def two_kinds_of_luck(
    runs: Sequence[float],
    resampled: Sequence[float],
    seen: Mapping[str, float],
    shuffled: Mapping[str, np.ndarray],
    title: str,
) -> plt.Figure:
    """One network on other images and from other seeds; and how far the runs of networks spread, by what luck.

    Args:
        runs: the accuracies of a network's runs on the same images, 0 to 1; the first one was resampled.
        resampled: accuracies of its first run on images drawn anew.
        seen: for each network's name the standard deviation of its runs' accuracies.
        shuffled: for each name the standard deviations after shuffling each image's outcomes among the runs.
        title: the message of the figure.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(plots.WIDE, 3.5), width_ratios=[1, 1.15])
    plots.headline(figure, title)
    # Accuracies lie a whole image apart. Each bin holds four of them, so that none holds more by its place alone.
    image = np.diff(np.unique(resampled)).min()
    edges = np.arange(min(resampled), max(resampled) + 4 * image, 4 * image) - image / 2
    counts, _ = np.histogram(resampled, edges)
    left.stairs(counts, edges, fill=True, color="0.75", label="first run, images drawn anew")
    height = 1.12 * counts.max()
    look = plots.look("own")
    left.plot(runs, np.full(len(runs), height), look.marker, color=look.colour, label="own")
    left.plot(runs[0], height, "o", color="black", markersize=3, label="the first run")
    note = {"xytext": (0, 8), "textcoords": "offset points", "fontsize": plots.SMALL}
    left.annotate("own's runs, same images", (np.mean(runs), height), ha="center", **note)
    left.set(
        ylim=(0, 1.35 * counts.max()),
        xlabel="accuracy (grey: the first run, images drawn anew)",
        ylabel="how often (grey)",
    )
    plots.percent_axis(left.xaxis, every=0.002)
    for row, (name, deviation) in enumerate(seen.items()):
        look = plots.look(name)
        ends = 100 * np.quantile(shuffled[name], _MIDDLE)
        right.hlines(row, *ends, color=plots.look("training").colour, linewidth=4)
        right.plot(100 * deviation, row, look.marker, color=look.colour, label=name)
    name_rows(right, list(seen))
    right.set_xlim(left=0)
    right.set_xlabel("standard deviation in points (grey: shuffled)")
    return figure


def flattery_of_choosing(
    table: pd.DataFrame, expected: Mapping[int, float], title: str
) -> plt.Figure:
    """By how much the accuracy of the best of several candidates flatters, one line for each number of images.

    Args:
        table: percentage points, the numbers of candidates in its index, those of images in its columns.
        expected: what is computed, not measured, for a further number of images: points by number of candidates.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(figsize=(plots.MEDIUM, 3.6))
    colour, ends = plots.look("other").colour, {}
    for images, marker in zip(table.columns, "o^sDv", strict=False):
        name = f"{images:,} images"
        axes.plot(table.index, table[images], marker=marker, color=colour, label=name)
        ends[name] = float(table[images].iloc[-1])
    name = f"{2 * max(table.columns):,} images (by 1/√n)"
    grey = plots.look("training").colour
    axes.plot(list(expected), list(expected.values()), "--", color=grey, label=name)
    ends[name] = list(expected.values())[-1]
    axes.set_xscale("log")
    axes.set_xticks(list(table.index), [str(number) for number in table.index])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set(
        xlabel="number of candidates (log scale)",
        ylabel="flattery, in percentage points",
        title=title,
        ylim=(-0.03, None),
    )
    axes.grid()
    plots.label_lines(axes, ends, {each: grey if each == name else colour for each in ends})
    return figure


def reliability_diagrams(
    before: Mapping[str, pd.DataFrame],
    after: Mapping[str, pd.DataFrame],
    title: str,
) -> plt.Figure:
    """How often networks are right when they are so confident, before and after a correction, with 95 % intervals.

    Args:
        before: for each network's name what :func:`digits.evaluation.reliability` returns; bins of fewer than 20
            images are left out. One panel for each, four in all.
        after: the same with corrected confidences.
        title: the message of the figure.
    """
    figure, grid = plt.subplots(2, 2, figsize=(plots.MEDIUM, 6.9), sharex=True, sharey=True)
    plots.headline(figure, title)
    panels = grid.ravel()
    for axes, name in zip(panels, before, strict=True):
        axes.plot([0, 1], [0, 1], color=plots.look("training").colour, linewidth=1)
        look = plots.look(name)
        _bins_with_intervals(axes, before[name], look.colour, look.marker, name)
        _bins_with_intervals(axes, after[name], plots.look("other").colour, "x", "after")
        errors = [_calibration_error(tables[name]) for tables in (before, after)]
        words = ", then ".join(plots.percent(error, 1) for error in errors)
        last = before[name].iloc[-1]
        sure, right = (plots.percent(last[column], 1) for column in ("confidence", "accuracy"))
        words = f"calibration error {words}\nlast bin: {sure} sure, {right} right"
        axes.text(0.99, 0.02, words, ha="right", fontsize=plots.SMALL)
        axes.set(xlim=(0, 1.03), ylim=(0, 1.03), aspect="equal")
        plots.percent_axis(axes.xaxis, every=0.25)
        plots.percent_axis(axes.yaxis, every=0.25)
        axes.set_title(name, fontweight="normal", fontsize=10)
        axes.grid()
        axes.legend(axes.lines[1:], ["before", "after"], loc="upper left", fontsize=plots.SMALL)
    for axes in grid[:, 0]:
        axes.set_ylabel("accuracy")
    for axes in grid[1]:
        axes.set_xlabel("confidence")
    panels[0].text(0.28, 0.66, "too modest", fontsize=plots.SMALL, color="0.3")
    panels[2].text(0.79, 0.34, "too sure", fontsize=plots.SMALL, color="0.3")
    return figure


def errors_by_split(rates: pd.DataFrame, half_widths: pd.DataFrame, title: str) -> plt.Figure:
    """Error rates on validation and test images for each kind of split: every draw a dot, their mean with an interval.

    Args:
        rates: columns ``validation`` and ``test``, shares of images misread; one row for each draw, its network and
            its split in the index. One panel for each network.
        half_widths: by network and split, for each of the two columns, how far the interval reaches from the mean.
        title: the message of the figure.
    """
    networks, splits = (rates.index.unique(level) for level in ("network", "split"))
    rows = [(split, part) for split in splits for part in rates.columns]
    of_split = {"random": "random split", "writers": "split by writers"}
    names = [f"{of_split[split]}: {part} images" for split, part in rows]
    figure, panels = plt.subplots(1, len(networks), figsize=(plots.WIDE, 2.7), sharey=True)
    plots.headline(figure, title)
    for axes, network in zip(panels, networks, strict=True):
        for height, (split, part) in enumerate(rows):
            reach = half_widths.loc[(network, split), part]
            of_draws = rates.loc[(network, split), part].to_numpy()
            runs_and_mean(axes, height, of_draws, reach, f"{split}, {part}")
        axes.set_title(f"recipe of {network}", fontweight="normal", fontsize=10)
        axes.set_xlabel("error rate")
        lowest, highest = axes.get_xlim()
        plots.percent_axis(axes.xaxis, every=0.005 if highest - lowest > 0.015 else 0.002)
        name_rows(axes, names)
    return figure


def _calibration_error(table: pd.DataFrame) -> float:
    """The gap between confidence and accuracy, averaged over the bins by their images."""
    gaps = (table["confidence"] - table["accuracy"]).abs().fillna(0)
    return float(np.average(gaps, weights=table["images"]))


def _bins_with_intervals(
    axes: plt.Axes, table: pd.DataFrame, colour: str, marker: str, label: str
) -> None:
    """The accuracy of each bin over its mean confidence, as markers with their 95 % intervals."""
    table = table[table["images"] >= _FEWEST_IMAGES]
    limits = [
        evaluation.wilson_interval(round(row.accuracy * row.images), int(row.images))
        for row in table.itertuples()
    ]
    axes.vlines(table["confidence"], *np.transpose(limits), color=colour, linewidth=1.2)
    points = table["confidence"], table["accuracy"]
    axes.plot(*points, marker, color=colour, markersize=5, label=label)
