"""Comparing networks: digit by digit, pair by pair, and by what they may answer."""

import itertools
from collections.abc import Mapping

import matplotlib.pyplot as plt
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


def threshold_choices(
    tried: Mapping[int, pd.DataFrame],
    choices: pd.DataFrame,
    outcome: pd.DataFrame,
    goal: float,
    title: str,
    *,
    of: int,
) -> plt.Figure:
    """Wrong answers against answered images for every threshold, with what was chosen and what came of it.

    Args:
        tried: for each seed the ``answers`` to validation images and the ``wrong`` ones among them, a row for each
            threshold, the lowest first, which answers all images.
        choices: rows of these tables that were chosen; the index holds the seed and the choice's name.
        outcome: for each choice ``answers`` and ``wrong`` on the test images, and the interval of their share of
            wrong ones from ``low`` to ``high``.
        goal: the share of wrong answers that is allowed.
        title: the message of the figure.
        of: the number of test images.
    """
    figure, panels = plt.subplots(
        1, len(tried), figsize=(plots.WIDE, 3.7), sharex=True, sharey=True, squeeze=False
    )
    plots.headline(figure, title)
    validation, test = plots.look("validation"), plots.look("test")
    images = max(table["answers"].iloc[0] for table in tried.values())
    left = min(choices["answers"].min() / images, outcome["answers"].min() / of) - 0.04
    top = 1100 * max(outcome["high"].max(), 3 * goal)
    for axes, (seed, table) in zip(panels.flat, tried.items(), strict=True):
        answered, wrong = table["answers"] / images, 1000 * table["wrong"] / table["answers"]
        seen = (answered >= left) & (wrong <= top)
        axes.plot(
            answered[seen], wrong[seen], color="0.45", linewidth=1.5, label="validation images"
        )
        chosen, tests = choices.loc[seed], outcome.loc[seed]
        axes.plot(
            chosen["answers"] / images,
            1000 * chosen["wrong"] / chosen["answers"],
            validation.marker,
            color=validation.colour,
            label="chosen by them",
        )
        for choice, row in chosen.iterrows():
            axes.annotate(
                choice,
                (row["answers"] / images, 1000 * row["wrong"] / row["answers"]),
                xytext=(10, -9),
                textcoords="offset points",
                va="center",
                fontsize=plots.SMALL,
            )
        places = tests["answers"] / of
        axes.vlines(places, 1000 * tests["low"], 1000 * tests["high"], color=test.colour)
        axes.plot(
            places,
            1000 * tests["wrong"] / tests["answers"],
            test.marker,
            color=test.colour,
            markerfacecolor="white",
            markersize=7,
            label="test images, 95\N{NO-BREAK SPACE}% interval",
        )
        axes.axhline(1000 * goal, color="0.45", linestyle=":", label="goal")
        axes.set_title(f"seed {seed}", fontweight="normal")
        axes.set(xlabel="share of the images that are answered")
        axes.grid()
    first = panels.flat[0]
    first.set(xlim=(left, 1), ylim=(-0.03 * top, top), ylabel="wrong in 1,000 answers")
    plots.percent_axis(first.xaxis)
    first.legend(loc="upper left", fontsize=plots.SMALL)
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
