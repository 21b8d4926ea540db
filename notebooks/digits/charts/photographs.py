"""Reading photographs: what each step of the preparation is good for, what is read, and what is not."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib import patheffects
from matplotlib.patches import Rectangle

from .. import evaluation, plots
from .dots import Row, dots_with_ranges, name_rows, spread
from .images import draw_digit, picture_rows

# By what was learned and whether pictures are prepared: who learned prepared photographs reads prepared pictures.
_WAYS = {
    ("digits", False): "neither\n(learned digits,\nreads bare pictures)",
    ("photographs", False): "learning alone\n(bare photographs,\nbare pictures)",
    ("digits", True): "preparation alone\n(digits,\nprepared pictures)",
    ("photographs", True): "both\n(prepared photographs,\nprepared pictures)",
}


def photograph_grid(
    pictures: Sequence[np.ndarray], columns: int, title: str = "", *, width: float = plots.WIDE
) -> plt.Figure:
    """Photographs row by row.

    Args:
        pictures: each of shape (rows, columns, 3), with values from 0 to 255 or from 0 to 1.
        columns: photographs in a row.
        title: a line above them, or none.
        width: of the figure in inches: one of the three in ``plots``.
    """
    rows = -(-len(pictures) // columns)
    tallest = max(picture.shape[0] / picture.shape[1] for picture in pictures)
    size = (width, rows * width / columns * min(tallest, 1.15))
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False)
    for axis in axes.flat[len(pictures) :]:
        axis.set_axis_off()
    for axis, picture in zip(axes.flat, pictures, strict=False):
        draw_digit(axis, picture)
    if title:
        axes[0, 0].set_title(title, loc="left")
    return figure


def misread_pictures(
    written: Sequence[np.ndarray],
    seen: Sequence[np.ndarray | None],
    labels: Sequence[int],
    read: Sequence[int | None],
    columns: int,
    *,
    width: float = plots.WIDE,
) -> plt.Figure:
    """Pictures that were not read right, each above what the network saw of it.

    Args:
        written: as they were before preparation: grey, shape (rows, columns), or in colours, (rows, columns, 3).
        seen: the digit that was found on each, shape (28, 28); None where not exactly one was found.
        labels: one per picture.
        read: what the network read; None where it was not asked.
        columns: places in a row; more pictures are left out, and places without a picture stay empty.
        width: of the figure in inches: one of the three in ``plots``.
    """
    titles = [
        f"label {label},\n{'not read' if answer is None else f'read as {answer}'}"
        for label, answer in zip(labels, read, strict=True)
    ]
    empty = [None] * max(columns - len(written), 0)
    rows = {
        "as given": [*map(_dark_on_light, written), *empty][:columns],
        "as the\nnetwork\nsaw it": [*seen, *empty][:columns],
    }
    return picture_rows(rows, titles=[titles[:columns], []], width=width)


def _dark_on_light(picture: np.ndarray) -> np.ndarray:
    """A grey picture of 0 for black to 255 for white, as the colour map for ink wants it: 1 for black."""
    return 1 - picture / 255 if picture.ndim == 2 else picture


def points_lost(lost: pd.DataFrame, title: str) -> plt.Figure:
    """How many percentage points fewer each network reads when one step of the preparation is left out.

    Args:
        lost: one row for each step that is left out, one column for each network; in points.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(figsize=(plots.WIDE, 0.9 + 0.3 * len(lost)))
    rows = {
        step: [Row([of_networks[name]], name) for name in lost]
        for step, of_networks in lost.iterrows()
    }
    dots_with_ranges(axes, rows)
    _keep_rows_apart(axes, len(rows))
    axes.axvline(0, color="0.4", linewidth=1)
    _name_networks_apart(axes, rows)
    axes.set(xlabel="photographs lost, of 100, without this step", ylabel="left out", title=title)
    return figure


def lessons_and_preparation(table: pd.DataFrame, title: str) -> plt.Figure:
    """The share of pictures read, by what networks learned from and whether pictures are prepared; a panel per kind.

    Args:
        table: columns ``pictures``, ``learned from``, ``prepared`` (bool) and ``right``, 0 to 1; one row for each run.
        title: the message of the figure.
    """
    kinds = table["pictures"].unique()
    figure, panels = plt.subplots(1, len(kinds), figsize=(plots.WIDE, 3.3), sharey=True)
    plots.headline(figure, title)
    for axes, kind in zip(panels, kinds, strict=True):
        of_kind = table[table["pictures"] == kind]
        groups = of_kind.groupby(["learned from", "prepared"], sort=False)["right"]
        for height, (way, name) in enumerate(_WAYS.items()):
            _runs_mean_and_number(axes, height, groups.get_group(way).to_numpy(), name)
        name_rows(axes, list(_WAYS.values()))
        axes.set_xlim(-0.03, 1.03)
        plots.percent_axis(axes.xaxis, every=0.5)
        axes.set_xlabel("share read right")
        axes.set_title(kind, fontweight="normal", fontsize=10)
    return figure


def _runs_mean_and_number(axes: plt.Axes, height: float, runs: np.ndarray, name: str) -> None:
    """Draw conv's runs as small marks and their mean as a stroke, with the number on the side where there is room."""
    look, mean = plots.look("conv"), float(runs.mean())
    places = height + spread(len(runs), 0.22)
    axes.plot(runs, places, look.marker, color=look.colour, markersize=4, label=f"runs of {name}")
    axes.plot([mean] * 2, [height - 0.36, height + 0.36], color=look.colour, label=name)
    side = -1 if mean > 0.5 else 1
    axes.annotate(
        plots.percent(mean),
        (runs.max() if side > 0 else runs.min(), height),
        xytext=(8 * side, 0),
        textcoords="offset points",
        ha="left" if side > 0 else "right",
        va="center",
        fontsize=plots.SMALL,
    )


def right_and_wrong(
    scored: pd.DataFrame, kinds: Mapping[str, Sequence[str]], count: int, title: str
) -> plt.Figure:
    """Left, what is read right of each kind of pictures with digits; right, what is called a digit of each without.

    Args:
        scored: columns ``pictures``, ``network``, ``right`` and ``wrong``, 0 to 1.
        kinds: the kinds of pictures for ``right``, and those for ``wrong``.
        count: pictures of each kind, for Wilson's intervals.
        title: the message of the figure.
    """
    longest = max(map(len, kinds.values()))
    size = (plots.WIDE, 1.3 + 0.34 * longest)
    figure, panels = plt.subplots(1, 2, figsize=size, width_ratios=[1.2, 1])
    plots.headline(figure, title)
    words = {"right": "pictures read right", "wrong": "marks called a digit"}
    for axes, (column, of_panel) in zip(panels, kinds.items(), strict=True):
        rows: dict[str, list[Row]] = {}
        for kind in of_panel:
            of_kind = scored[scored["pictures"] == kind].sort_values("network")
            ends = [
                evaluation.wilson_interval(round(share * count), count) for share in of_kind[column]
            ]
            rows[kind] = [
                Row([share], network, [low], [high])
                for share, network, (low, high) in zip(
                    of_kind[column], of_kind["network"], ends, strict=True
                )
            ]
        dots_with_ranges(axes, rows)
        _keep_rows_apart(axes, len(rows))
        plots.percent_axis(axes.xaxis, every=0.1 if column == "right" else 0.2)
        axes.set_xlabel(words[column])
        axes.margins(x=0.12)  # for the names
        _name_networks_apart(axes, rows)
    return figure


def boxes_over_picture(
    picture: np.ndarray, boxes: Sequence[tuple], words: Sequence[str], title: str
) -> plt.Figure:
    """A picture with a box around each mark, and above it what was read.

    Args:
        picture: shape (rows, columns, 3), 0 to 255.
        boxes: for each mark left, top, right and bottom, out of 1 for the picture's width and height.
        words: for each mark what stands above its box.
        title: the message of the figure.
    """
    rows, columns = picture.shape[:2]
    figure, axes = plt.subplots(figsize=(plots.WIDE, 0.5 + plots.WIDE * rows / columns))
    draw_digit(axes, picture)
    axes.set_title(title, loc="left")
    for (left, top, right, bottom), word in zip(boxes, words, strict=True):
        x, y = left * columns, top * rows
        size = (right - left) * columns, (bottom - top) * rows
        axes.add_patch(
            Rectangle(
                (x, y), *size, fill=False, edgecolor=plots.look("reading").colour, linewidth=2
            )
        )
        axes.annotate(
            word,
            (x, y),
            xytext=(0, 3),
            textcoords="offset points",
            fontweight="bold",
            color=plots.look("reading").colour,
            path_effects=[patheffects.withStroke(linewidth=3, foreground="white")],
        )
    return figure


def _keep_rows_apart(axes: plt.Axes, rows: int) -> None:
    """Thin lines between rows of several dots."""
    for row in range(1, rows):
        axes.axhline(row - 0.5, color=plt.rcParams["grid.color"], linewidth=0.8)


def _name_networks_apart(axes: plt.Axes, rows: Mapping[str, Sequence[Row]]) -> None:
    """Write the networks' names to the right of their dots in the row where these lie farthest apart."""
    places = np.array([[each.right_end for each in of_row] for of_row in rows.values()])
    number = int(np.ptp(places, axis=1).argmax())
    of_row = list(rows.values())[number]
    for row, place, shift in zip(of_row, places[number], spread(len(of_row), 0.25), strict=True):
        axes.annotate(
            row.look,
            (place, number + shift),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=plots.SMALL,
            color=plots.look(row.look).colour,
        )


def answers_by_threshold(
    shares: pd.DataFrame, goals: Mapping[str, float], used: float, network: str, title: str
) -> plt.Figure:
    """How much gets no answer, and how much a wrong one, against the threshold: left where there are digits, right not.

    Args:
        shares: one row for each network and each smallest probability that is given as an answer (the index's level
            ``threshold``). Of pictures of digits ``no answer``, and of the answers ``wrong answers``; of what is no
            digit ``called a digit``.
        goals: the most that is allowed, for the last two.
        used: the threshold that is used, shown as a line.
        network: its name in ``plots.LOOKS``.
        title: the message of the figure.
    """
    figure, panels = plt.subplots(1, 2, figsize=(plots.WIDE, 3.1), width_ratios=[1.25, 1])
    plots.headline(figure, title)
    colours = {name: plots.look(network).colour for name in goals} | {"no answer": "0.35"}
    means = shares.groupby("threshold").mean()
    names = {
        "drawings and photographs": ("no answer", "wrong answers"),
        "letters and signs": ("called a digit",),
    }
    for axes, (kind, columns) in zip(panels, names.items(), strict=True):
        for name in columns:
            _line_of_each_and_mean(axes, shares[name], colours[name])
        goal = goals[columns[-1]]
        axes.axhline(goal, color="0.4", linewidth=1, linestyle="--", label="goal")
        axes.axvline(used, color=plots.look("training").colour, linestyle=":", label="used")
        highest = 1.1 * shares[[*columns]].to_numpy().max()
        axes.set(xlabel="threshold", ylabel="share", xlim=(means.index[0] - 0.01, 1))
        axes.set_ylim(-0.03 * highest, highest)
        axes.set_title(kind, fontweight="normal", fontsize=10)
        plots.percent_axis(axes.yaxis, every=0.01 if highest < 0.05 else 0.02)
        axes.grid(axis="y")
        ends = {name: float(means[name].iloc[-1]) for name in columns}
        of = f" for\n{columns[-1]}" if len(columns) > 1 else ""
        words = f"goal{of}: {plots.percent(goal, 1 if goal < 0.01 else 0)}"
        plots.label_lines(axes, ends | {words: goal}, colours | {words: "0.3"})
    return figure


def _line_of_each_and_mean(axes: plt.Axes, share: pd.Series, colour: str) -> None:
    """One fine line for each network, and a thick one with dots for their mean, which has the share's name."""
    networks = share.index.names.difference(["threshold"])[0]
    for number, (_, of_one) in enumerate(share.groupby(level=networks)):
        thresholds = of_one.index.get_level_values("threshold")
        axes.plot(thresholds, of_one, color=colour, linewidth=0.8, label=f"{share.name} {number}")
    mean = share.groupby("threshold").mean()
    axes.plot(mean, "-", marker="o", markersize=4, color=colour, label=share.name)
