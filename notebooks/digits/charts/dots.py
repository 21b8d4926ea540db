"""Dots along a scale, one row for each thing: every run a dot, with intervals; the ladder of errors."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt

from .. import plots


@dataclass(frozen=True)
class Row:
    """One row of dots: their values, the name in ``plots.LOOKS`` whose look they have, and a range for each or none."""

    values: Sequence[float]
    look: str = "other"
    low: Sequence[float] = ()
    high: Sequence[float] = ()

    @property
    def right_end(self) -> float:
        """How far to the right its dots and ranges reach."""
        return max([*self.values, *self.high])


def dots_with_ranges(axes: plt.Axes, rows: Mapping[str, Row | Sequence[Row]]) -> None:
    """Draw each row's dots at its height, the first row on top, with horizontal lines for ranges.

    A row of several dots is spread a little in height, so that equal ones are all seen. The axes' scale, its
    format and label are the caller's.

    Args:
        axes: where to draw.
        rows: for each row's name what stands in it: one :class:`Row`, or several, one below the other.
    """
    for height, (name, found) in enumerate(rows.items()):
        groups = [found] if isinstance(found, Row) else list(found)
        for shift, row in zip(spread(len(groups), 0.25), groups, strict=True):
            look = plots.look(row.look)
            places = height + shift + spread(len(row.values), 0.2 / len(groups))
            if len(row.low):
                axes.hlines(places, row.low, row.high, color=look.colour, linewidth=1.5)
            axes.plot(
                row.values, places, look.marker, color=look.colour, label=f"{name}, {row.look}"
            )
    name_rows(axes, list(rows))


def name_rows(axes: plt.Axes, names: Sequence[str], heights: npt.ArrayLike | None = None) -> None:
    """Give each row its name, the first one on top, without ticks beside the names; the grid runs across the rows.

    The rows lie at 0, 1 and so on, or at rising ``heights``.
    """
    places = np.arange(len(names)) if heights is None else np.asarray(heights)
    axes.set_yticks(places, names)
    axes.set_ylim(places[-1] + 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")


def spread(count: int, reach: float) -> np.ndarray:
    """Places around 0 for so many things."""
    return np.linspace(-reach, reach, count) if count > 1 else np.zeros(count)


def runs_and_mean(
    axes: plt.Axes, height: float, runs: Sequence[float], reach: float, name: str, like: str = ""
) -> None:
    """Draw runs as small dots, and over them their mean with an interval that reaches so far to each side.

    What is named like a network of the series, or is to look ``like`` one, gets its colour and marker.
    """
    mean, look = float(np.mean(runs)), plots.look("validation")
    dot, colour, mark, size = ".", "0.45", "D", 5.5
    if (like or name) in plots.LOOKS:
        look = plots.look(like or name)
        dot, colour, mark, size = look.marker, look.colour, look.marker, 9
    axes.hlines(height, mean - reach, mean + reach, color=look.colour, linewidth=2)
    places = height + spread(len(runs), 0.22)
    axes.plot(runs, places, dot, color=colour, markersize=4, label=f"runs of {name}")
    axes.plot(mean, height, mark, color=look.colour, markersize=size, label=name)


def runs_on_top(axes: plt.Axes) -> None:
    """Lay the runs that :func:`runs_and_mean` drew last over their mean, which would cover some of them."""
    axes.lines[-2].set(zorder=3, markersize=6, markeredgecolor="white", markeredgewidth=0.6)


def error_ladder(
    errors: Mapping[str, Sequence[float]],
    title: str,
    *,
    added: Mapping[str, str] | None = None,
    low: Mapping[str, float] | None = None,
    high: Mapping[str, float] | None = None,
    of: int = 10_000,
    steps: tuple[float, ...] = (),
) -> plt.Figure:
    """The errors of networks on one logarithmic axis, one rung for each: every run a dot, their mean a stroke.

    Args:
        errors: for each network's name the share of images that each run misreads, in the order of the rungs.
        title: the message of the figure.
        added: for some networks, in words, what was added since the rung above; written on their rung, beside the
            dots, on the side where there is more room.
        low, high: for some networks an interval of the first run's error, drawn as a thin line; the first run's dot
            is black then.
        of: the number of images that the axis counts errors of.
        steps: of the axis's ticks, as :func:`digits.plots.error_axis` takes them.
    """
    added = {} if added is None else added
    low = {} if low is None else low
    high = {} if high is None else high
    figure, axes = plt.subplots(figsize=(plots.WIDE, 0.9 + 0.42 * len(errors)))
    means = {name: float(np.mean(runs)) for name, runs in errors.items()}
    for rung, (name, runs) in enumerate(errors.items()):
        look = plots.look(name)
        if name in low:
            axes.hlines(rung, low[name], high[name], color=look.colour, linewidth=1)
        places = rung + spread(len(runs), 0.18)
        axes.plot(runs, places, look.marker, color=look.colour, markersize=4, label=name)
        if name in low:
            axes.plot(runs[0], places[0], "o", color="black", markersize=3.5, label="first run")
        axes.vlines(means[name], rung - 0.36, rung + 0.36, color=look.colour, linewidth=2.5)
    drawn = np.concatenate([*errors.values(), list(low.values()), list(high.values())])
    plots.error_axis(axes.xaxis, drawn, of=of, steps=steps)
    for rung, name in enumerate(errors):
        axes.annotate(
            f"{round(of * means[name], 6):,.0f}",
            (1, rung),
            xycoords=("axes fraction", "data"),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=plots.SMALL,
            color=plots.look(name).colour,
            fontweight="bold",
        )
        if name in added:
            extremes = [*errors[name], *(limits[name] for limits in (low, high) if name in limits)]
            ends = {-1: min(extremes), 1: max(extremes)}
            middle = np.mean(np.log(axes.get_xlim()))
            side = 1 if np.mean(np.log(list(ends.values()))) < middle else -1
            axes.annotate(
                textwrap.fill(f"+ {added[name]}", 45),
                (ends[side], rung),
                xytext=(8 * side, 0),
                textcoords="offset points",
                ha="left" if side > 0 else "right",
                va="center",
                fontsize=plots.SMALL,
                color="0.25",
            )
    axes.annotate(
        "mean",
        (1, 1),
        xycoords="axes fraction",
        xytext=(8, 0),
        textcoords="offset points",
        fontsize=plots.SMALL,
        color="0.25",
    )
    name_rows(axes, list(errors))
    axes.set(xlabel=f"errors of {of:,} test images (log scale)", title=title)
    return figure
