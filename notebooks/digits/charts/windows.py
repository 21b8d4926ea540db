"""How a convolution works: a window on its way, the sizes of maps, and the pixels that one value sees."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import patheffects
from matplotlib.patches import Rectangle

from .. import plots
from .images import draw_digit, name_row
from .matrices import readable_on

_WHITE_EDGE = patheffects.withStroke(linewidth=3.6, foreground="white")


def window_walk(
    image: np.ndarray,
    weights: np.ndarray,
    sums: np.ndarray,
    places: Sequence[tuple[int, int]],
    title: str,
) -> plt.Figure:
    """A window at some places of an image: where it lies, its pixels, these times the weights, and the map so far.

    Args:
        image: shape (28, 28), 0 to 1.
        weights: of the filter, shape (side, side).
        sums: the map that the filter makes of the image, shape (rows, columns).
        places: row and column of the window's upper left pixel, one for each column of the figure.
        title: the message of the figure.
    """
    side, limit = len(weights), float(np.abs(sums).max())
    figure, axes = plt.subplots(
        4, 1 + len(places), figsize=(plots.WIDE, 7.4), width_ratios=[0.8, *[1] * len(places)]
    )
    plots.headline(figure, title)
    for axis in axes[[0, 1, 3], 0]:
        axis.set_axis_off()
    _numbers(axes[2, 0], weights, "the filter's weights", decimals=0)
    for column, (row, place) in enumerate(places, 1):
        draw_digit(axes[0, column], image, f"row {row}, column {place}", limit=1)
        _frame(axes[0, column], place, row, side)
        window = image[row : row + side, place : place + side]
        _numbers(axes[1, column], window, "", cmap=plots.INK, limit=1)
        _numbers(axes[2, column], window * weights, f"sum {_signed(sums[row, place])}")
        done = np.arange(sums.size).reshape(sums.shape) <= row * sums.shape[1] + place
        drawn = draw_digit(
            axes[3, column], np.where(done, sums, np.nan), cmap=plots.DIVERGING, limit=limit
        )
        axes[3, column].set_facecolor("0.85")  # what is not reached yet
        _frame(axes[3, column], place, row, 1)
    names = ("window", "its pixels", "pixels times\nweights", "map so far")
    for axis, name in zip(axes[:, 1], names, strict=True):
        name_row(axis, name)
    figure.colorbar(drawn, ax=axes[3], label="sum", shrink=0.9, ticks=[-limit, 0, limit])
    return figure


def _signed(value: float) -> str:
    """A number with two decimals, without a sign before a zero."""
    return f"{value:.2f}".replace("-0.00", "0.00").replace("-", "\N{MINUS SIGN}")


def _numbers(
    axes: plt.Axes,
    values: np.ndarray,
    title: str,
    *,
    decimals: int = 1,
    cmap: str = plots.DIVERGING,
    limit: float = 2,
) -> None:
    """Draw a few numbers as coloured cells, each with its number in it."""
    drawn = draw_digit(axes, values, title, cmap=cmap, limit=limit)
    for (row, column), value in np.ndenumerate(values):
        text = f"{value:.{decimals}f}".replace("-0.0", "0.0").replace("-", "\N{MINUS SIGN}")
        colour = readable_on(list(drawn.cmap(drawn.norm(value))))
        number = axes.text(column, row, text, color=colour, fontsize=plots.SMALL)
        number.set(ha="center", va="center")


def _frame(axes: plt.Axes, column: float, row: float, side: int) -> None:
    """Draw a black frame with a white edge around so many pixels, the first at this column and row."""
    corner = (column - 0.5, row - 0.5)
    frame = Rectangle(corner, side, side, fill=False, edgecolor="black", linewidth=1.8)
    frame.set_path_effects([_WHITE_EDGE])
    axes.add_patch(frame)


def maps_to_scale(maps: Mapping[str, np.ndarray], label: str, title: str) -> plt.Figure:
    """Maps side by side, each pixel as large as in the others, all on one scale of colours around 0.

    Args:
        maps: for each map's name its values, shape (rows, columns), of different sizes.
        label: what the values are.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(1, len(maps), figsize=(plots.WIDE, 2.6))
    plots.headline(figure, title)
    limit = max(float(np.abs(values).max()) for values in maps.values())
    largest = max(len(values) for values in maps.values())
    for axis, (name, values) in zip(axes, maps.items(), strict=True):
        drawn = draw_digit(
            axis,
            values,
            f"{name}\n{values.shape[0]} × {values.shape[1]}",
            cmap=plots.DIVERGING,
            limit=limit,
        )
        middle = (len(values) - 1) / 2
        ends = (middle - largest / 2, middle + largest / 2)
        axis.set(xlim=ends, ylim=ends[::-1])
        axis.spines[:].set_visible(False)
        edge = (-0.5, -0.5)
        frame = Rectangle(edge, *values.shape[::-1], fill=False, edgecolor="0.6", clip_on=False)
        axis.add_patch(frame)
    figure.colorbar(drawn, ax=axes, label=label, shrink=0.9)
    return figure


def receptive_fields(
    influence: Mapping[str, np.ndarray], corners: Sequence[int], sides: Sequence[int], title: str
) -> plt.Figure:
    """How strongly each pixel moves one value of a layer, one panel for each layer, with a frame where it can.

    Args:
        influence: for each panel's name the influence of each pixel, shape (28, 28), as shares of the largest one.
        corners: for each panel the first row, and column, of the frame.
        sides: for each panel the side of the frame in pixels.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(1, len(influence), figsize=(plots.WIDE, 2.6))
    plots.headline(figure, title)
    for axis, (name, values), corner, side in zip(
        axes, influence.items(), corners, sides, strict=True
    ):
        drawn = draw_digit(axis, values, f"{name}\n{side} × {side}", cmap=plots.AMOUNT, limit=1)
        _frame(axis, corner, corner, side)
    figure.colorbar(drawn, ax=axes, label="influence (share\nof the largest)", shrink=0.8)
    return figure
