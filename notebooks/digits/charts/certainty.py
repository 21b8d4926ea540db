"""How sure networks are, and how sure we are of them: reliability, abstaining, and what choosing flatters."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from .. import evaluation, plots
from .curves import lines

_FEWEST_IMAGES = 20  # a bin of fewer says next to nothing


def reliability_diagrams(
    tables: Mapping[str, pd.DataFrame], errors: Mapping[str, float], title: str
) -> plt.Figure:
    """How often networks are right when they are so confident, with 95 % intervals, one panel for each network.

    Args:
        tables: for each network's name what :func:`digits.evaluation.reliability` returns; bins of fewer than 20
            images are left out.
        errors: for each name its calibration error, 0 to 1.
        title: the message of the figure.
    """
    figure, panels = plt.subplots(
        1, len(tables), figsize=(plots.WIDE, 2.7), sharex=True, sharey=True
    )
    plots.headline(figure, title)
    for axes, (name, table) in zip(panels, tables.items(), strict=True):
        look = plots.look(name)
        table = table[table["images"] >= _FEWEST_IMAGES]
        limits = [
            evaluation.wilson_interval(round(row.accuracy * row.images), int(row.images))
            for row in table.itertuples()
        ]
        axes.plot([0, 1], [0, 1], color=plots.look("training").colour, linewidth=1)
        axes.vlines(table["confidence"], *np.transpose(limits), color=look.colour, linewidth=1.5)
        points = table["confidence"], table["accuracy"]
        axes.plot(*points, look.marker, color=look.colour, label=name)
        axes.text(
            0.97,
            0.04,
            f"calibration\nerror {plots.percent(errors[name], 1)}",
            transform=axes.transAxes,
            ha="right",
            fontsize=plots.SMALL,
        )
        axes.set(xlim=(0, 1.03), ylim=(0, 1.03), aspect="equal", xlabel="confidence")
        plots.percent_axis(axes.xaxis, every=0.5)
        plots.percent_axis(axes.yaxis, every=0.25)
        axes.set_title(name, fontweight="normal", fontsize=10)
        axes.grid()
    panels[0].set_ylabel("accuracy")
    panels[0].text(0.05, 0.88, "too modest", fontsize=plots.SMALL, color="0.3")
    panels[0].text(0.66, 0.43, "too sure", fontsize=plots.SMALL, color="0.3")
    return figure


def errors_by_coverage(
    tables: Mapping[str, pd.DataFrame], title: str, *, lowest: float = 0.8
) -> plt.Figure:
    """The share of wrong answers of networks that answer only the images of which they are surest.

    Args:
        tables: for each network's name what :func:`digits.evaluation.accuracy_by_coverage` returns.
        title: the message of the figure.
        lowest: the smallest share of images answered that is drawn; a line ends earlier, and its label says so,
            where no answer is wrong any more.
    """
    figure, axes = plt.subplots(figsize=(plots.MEDIUM, 4.0))
    curves = {}
    for name, table in tables.items():
        shares = (1 - table["accuracy"]).round(9)
        drawn = (table["coverage"] >= lowest) & (shares > 0)
        curves[name] = table.loc[drawn, "coverage"].to_numpy(), shares[drawn].to_numpy()
    colours = lines(axes, curves, marked=False)
    plots.error_axis(axes.yaxis, np.concatenate([shares for _, shares in curves.values()]))
    axes.set_xlim(1.002, lowest - 0.002)  # the more is refused, the further to the right
    for name, (coverage, shares) in curves.items():
        look = plots.look(name)
        at = [np.abs(coverage - share).argmin() for share in (1, 0.95, 0.9, 0.85, lowest)]
        axes.plot(coverage[at], shares[at], look.marker, color=look.colour, label=f"{name}, marks")
    plots.percent_axis(axes.xaxis, every=0.05)
    axes.set(
        xlabel="share of the images that are answered",
        ylabel="share of wrong answers (log scale)",
        title=title,
    )
    axes.grid()
    ends, colour_of = {}, {}
    for name, (coverage, shares) in curves.items():
        is_empty_beyond = coverage[0] > lowest + 0.01
        label = f"{name}: no errors below {plots.percent(coverage[0])}" if is_empty_beyond else name
        ends[label], colour_of[label] = shares[0], colours[name]
    plots.label_lines(axes, ends, colour_of)
    return figure


def accuracies_over_splits(
    accuracies: Mapping[str, Sequence[float]], title: str, *, images: int
) -> plt.Figure:
    """Two histograms of accuracies on one axis, the first filled with grey, the second an outline, and their means.

    Args:
        accuracies: two names with the accuracies, 0 to 1, of each split of the images.
        title: the message of the figure.
        images: how many images each accuracy was measured on.
    """
    figure, axes = plt.subplots(figsize=(plots.MEDIUM, 3.4))
    # Accuracies lie a whole image apart. Each bin holds two of them, so that none holds more by its place alone.
    right = images * np.concatenate(list(accuracies.values()))
    edges = (np.arange(right.min().round(), right.max().round() + 4, 2) - 0.5) / images
    counted = {name: np.histogram(found, edges)[0] for name, found in accuracies.items()}
    top = 1.12 * max(counts.max() for counts in counted.values())
    for place, (name, counts) in enumerate(counted.items()):
        colour = plots.look("other").colour if place else "0.75"
        axes.stairs(counts, edges, label=name, fill=not place, color=colour, linewidth=1.5)
        mean = float(np.mean(accuracies[name]))
        axes.plot([mean, mean], [0, top], "--" if place else "-", color="0.3")
        axes.annotate(
            f"{name}:\n{plots.percent(mean, 2)} in the mean",
            (mean, top),
            xytext=(6 if place else -6, 0),
            textcoords="offset points",
            ha="left" if place else "right",
            va="center",
            fontsize=plots.SMALL,
        )
    axes.set(xlabel="accuracy of the chosen network", ylabel="number of splits", title=title)
    axes.set_ylim(0, 1.12 * top)
    plots.percent_axis(axes.xaxis)
    return figure
