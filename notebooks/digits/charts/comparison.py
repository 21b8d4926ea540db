"""Comparing networks: digit by digit, and pair by pair."""

import itertools
from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from .. import plots

# Paper for cells of a table of pairs: both kinds of luck ruled out, one of them, none.
_SHADES = ("white", "0.86", "0.35")
_INKS = ("black", "black", "white")


def errors_per_digit(recall: pd.DataFrame, title: str) -> plt.Figure:
    """The share of each digit's images that two networks miss, with the gain in points.

    Args:
        recall: one row per digit, in the order from bottom to top; one column of recalls, 0 to 1, for each of two
            networks by their names in ``plots.LOOKS``, and ``gain``, the second less the first.
        title: the message of the figure.
    """
    missed = 1 - recall.drop(columns="gain")
    figure, axes = plt.subplots(figsize=(plots.MEDIUM, 3.9))
    rows = range(len(missed))
    axes.hlines(rows, missed.min(axis=1), missed.max(axis=1), color="0.58", linewidth=2.5)
    for name, shares in missed.items():
        look = plots.look(name)
        axes.plot(shares, rows, look.marker, color=look.colour, markersize=7, label=name)
        axes.annotate(
            name,
            (shares.iloc[-1], len(missed) - 1),
            xytext=(4, 11),
            textcoords="offset points",
            ha="right",
            fontsize=plots.SMALL,
            color=look.colour,
        )
    plots.percent_axis(axes.xaxis)
    right = axes.get_yaxis_transform()
    axes.text(1.02, len(missed) - 0.45, "gain in points", transform=right, fontsize=plots.SMALL)
    for row, gain in enumerate(recall["gain"]):
        points = f"{100 * gain:+.1f}"
        axes.text(1.02, row, points, transform=right, va="center", fontsize=plots.SMALL)
    axes.set_yticks(rows, missed.index)
    axes.set(
        xlim=(0, None),
        ylim=(-0.6, len(missed)),
        xlabel="share of the digit's images that are missed: 1 - recall",
        ylabel="digit",
        title=title,
    )
    axes.grid(axis="x")
    return figure


def precision_and_recall(
    curves: Mapping[int, tuple[np.ndarray, np.ndarray, np.ndarray]],
    named: Mapping[int, float],
    title: str,
    *,
    lowest: float = 0.6,
) -> plt.Figure:
    """Precision against recall for each digit, some of them named and black, all others grey.

    Args:
        curves: for each digit what scikit-learn's ``precision_recall_curve`` returns.
        named: for each digit that bears its name the precision at which the name stands; each gets another style.
        title: the message of the figure.
        lowest: both axes begin here; points below are left out.
    """
    figure, axes = plt.subplots(figsize=(plots.NARROW, 4.3))
    styles = dict(zip(named, ("-", "--", ":"), strict=True))
    for digit in sorted(curves, key=lambda digit: digit in named):
        precision, recalled, _ = curves[digit]
        kept = (precision >= lowest) & (recalled >= lowest)
        precision, recalled = precision[kept], recalled[kept]
        is_named = digit in named
        axes.plot(
            recalled,
            precision,
            styles.get(digit, "-"),
            color=plots.look("other").colour if is_named else "0.58",
            linewidth=2 if is_named else 1,
            label=f"digit {digit}",
        )
        if is_named:
            nearest = np.abs(precision - named[digit]).argmin()
            beyond_all_others = recalled[nearest] > 0.98
            axes.annotate(
                f"digit {digit}",
                (recalled[nearest], precision[nearest]),
                xytext=(30 if beyond_all_others else -30, 0),
                textcoords="offset points",
                ha="left" if beyond_all_others else "right",
                va="center",
                fontsize=plots.SMALL,
                arrowprops={"arrowstyle": "-", "color": "0.4", "linewidth": 0.8},
            )
    axes.text(lowest + 0.01, lowest + 0.012, "grey: the other digits", fontsize=plots.SMALL)
    for axis in (axes.xaxis, axes.yaxis):
        plots.percent_axis(axis, every=0.1)
    axes.set(
        xlim=(lowest, 1.005),
        ylim=(lowest, 1.005),
        xlabel="recall: share of the digit's images that are found",
        ylabel="precision: share of the finds that are right",
        title=title,
    )
    axes.grid()
    return figure


def pairs_of_networks(
    fewer: pd.DataFrame, confirmed: pd.DataFrame, every_run: pd.DataFrame, title: str
) -> plt.Figure:
    """By how many errors each network is ahead of those above it; the darker a cell, the surer the difference.

    Args:
        fewer: how many errors fewer the row's network makes than the column's, as whole numbers; rows and columns
            go from most errors to fewest, so that only what lies below the diagonal is drawn.
        confirmed: true where a test of the first runs confirms the difference; rows and columns as ``fewer``.
        every_run: true where each of the row's runs makes fewer errors than each of the column's.
        title: the message of the figure.
    """
    names = list(fewer.index)
    figure, axes = plt.subplots(figsize=(plots.WIDE, 5.4))
    for column, row in itertools.combinations(range(len(names)), 2):
        sure = confirmed.iloc[row, column], every_run.iloc[row, column]
        state = int(sum(sure))
        _cell(axes, column, row, str(fewer.iloc[row, column]), state)
        if state == 1:
            # By more than a shade: which of the two it is.
            mark = "first runs" if sure[0] else "all runs"
            axes.text(column, row + 0.22, mark, ha="center", va="center", fontsize=plots.SMALL)
    keys = ("in neither", "in one of the two", "in the test of the first runs\nand in all runs")
    axes.text(3.6, -0.15, "Is the difference confirmed?", va="center", fontweight="bold")
    for state, text in enumerate(keys):
        height = 0.75 + 1.05 * (2 - state)
        _cell(axes, 4, height, "", state)
        axes.text(4.65, height, text, va="center", fontsize=plots.SMALL)
    axes.set_xticks(range(len(names) - 1), names[:-1])
    plt.setp(axes.get_xticklabels(), rotation=35, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(1, len(names)), names[1:])
    axes.set(
        xlim=(-0.5, len(names) - 1.5),
        ylim=(len(names) - 0.5, -0.6),
        xlabel="... than this network",
        ylabel="this network makes fewer errors ...",
    )
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    axes.set_title(title)
    return figure


def _cell(axes: plt.Axes, column: float, row: float, text: str, state: int) -> None:
    """One cell of a table of pairs with its number; bold where both kinds of luck are ruled out."""
    corner, paper = (column - 0.46, row - 0.46), _SHADES[state]
    axes.add_patch(Rectangle(corner, 0.92, 0.92, facecolor=paper, edgecolor="0.5"))
    axes.text(
        column,
        row - (0.2 if state == 1 else 0),
        text,
        ha="center",
        va="center",
        fontsize=plots.SMALL,
        fontweight="bold" if state == 2 else "normal",
        color=_INKS[state],
    )
