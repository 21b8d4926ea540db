"""One photograph's way through the series: what preparation makes of it, what a network finds in it, its answer."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch

from .. import plots
from .images import draw_digit

# Inches: white paper at both ends of the figure, between two pictures, and for the axis of the bars.
_MARGIN, _GAP, _NAMES_OF_DIGITS = 0.16, 0.25, 0.18
_TALL, _BARS = 1.6, 0.9  # inches: maps and bars are so tall, and the bars so wide
_TOP, _BELOW = 0.58, 0.46  # inches for the title and the names, and for what stands below the bars


def photograph_to_answer(
    pictures: Mapping[str, np.ndarray],
    maps: Mapping[str, np.ndarray],
    probabilities: np.ndarray,
    network: str,
    title: str,
) -> plt.Figure:
    """A strip from left to right: pictures of one digit, what a layer makes of the last, and the probabilities.

    Args:
        pictures: for each stage's name its picture, in their order: 0 to 1, shape (rows, columns) or
            (rows, columns, 3); they share a height that makes the strip as wide as a page.
        maps: for a layer's name its output, shape (maps, rows, columns), or (units,) for a layer without maps; blue
            below 0, red above. It may be empty.
        probabilities: shape (10,), one per digit, or (11,), the last one for "no digit".
        network: its name in ``plots.LOOKS``.
        title: the message of the figure.
    """
    tiled = {name: _side_by_side(np.asarray(values, dtype=float)) for name, values in maps.items()}
    shapes = [picture.shape[1] / picture.shape[0] for picture in pictures.values()]
    taken = 3 * _MARGIN + _BARS + _NAMES_OF_DIGITS + _GAP * (len(pictures) + len(tiled))
    taken += sum(_TALL * tile.shape[1] / tile.shape[0] for tile in tiled.values())
    tall = min((plots.WIDE - taken) / sum(shapes), _TALL)
    figure = plt.figure(figsize=(plots.WIDE, _TALL + _TOP + _BELOW))
    figure.set_layout_engine("none")
    figure.suptitle(title, x=_MARGIN / plots.WIDE, y=0.98, ha="left", va="top")
    left = _MARGIN
    for (name, picture), shape in zip(pictures.items(), shapes, strict=True):
        axes = _place(figure, left, tall * shape, tall)
        draw_digit(axes, picture, limit=1)
        left = _after(figure, axes, name)
    for name, tile in tiled.items():
        axes = _place(figure, left, _TALL * tile.shape[1] / tile.shape[0], _TALL)
        limit = float(np.nanmax(np.abs(tile))) or 1.0
        draw_digit(axes, tile, cmap=plots.DIVERGING, limit=limit)
        axes.spines[:].set_visible(False)
        left = _after(figure, axes, name)
    axes = _place(figure, left + _NAMES_OF_DIGITS, _BARS, _TALL)
    _draw_bars(axes, probabilities, network)
    return figure


def _place(figure: plt.Figure, left: float, width: float, height: float) -> Axes:
    """Axes whose middle lies as high as that of all others; places and sizes in inches."""
    across, up = figure.get_size_inches()
    bottom = _BELOW + (_TALL - height) / 2
    return figure.add_axes((left / across, bottom / up, width / across, height / up))


def _after(figure: plt.Figure, axes: Axes, name: str) -> float:
    """Write a picture's name above it and an arrow behind it: where the next one begins, in inches."""
    axes.set_title(name, fontsize=plots.SMALL, fontweight="normal", loc="center", pad=5)
    right = axes.get_position().x1 * figure.get_size_inches()[0]
    middle = _BELOW + _TALL / 2
    arrow = FancyArrowPatch(
        (right + 0.02, middle),
        (right + _GAP - 0.02, middle),
        transform=figure.dpi_scale_trans,
        arrowstyle="-|>",
        mutation_scale=11,
        color=plots.look("training").colour,
        shrinkA=0,
        shrinkB=0,
    )
    figure.add_artist(arrow)
    return right + _GAP


def _draw_bars(axes: Axes, probabilities: np.ndarray, network: str) -> None:
    """Horizontal bars, 0 on top and "no digit" at the bottom; the name of the likeliest answer stands out."""
    answer, count = int(np.argmax(probabilities)), len(probabilities)
    names = [*"0123456789", "none"][:count]
    axes.barh(range(count), probabilities, color=plots.look(network).colour)
    axes.set_yticks(range(count), names)
    axes.get_yticklabels()[answer].set(fontweight="bold", color=plots.look(network).colour)
    axes.tick_params(axis="y", length=0)
    axes.set(xlim=(0, 1), ylim=(count - 0.4, -0.6), xlabel="probability")
    axes.set_xticks([0, 1], [plots.percent(0), plots.percent(1)])
    axes.set_title(
        f"answer: {names[answer]}", fontsize=plots.SMALL, fontweight="normal", loc="center", pad=5
    )


def _side_by_side(maps: np.ndarray) -> np.ndarray:
    """Maps as tiles of one picture, row by row in a square, with gaps of no number between them."""
    maps = maps.reshape(-1, 1, 1) if maps.ndim == 1 else maps
    count, rows, columns = maps.shape
    wide = int(np.ceil(np.sqrt(count)))
    high = -(-count // wide)
    gap = rows // 8
    tiles = np.full((high * (rows + gap) - gap, wide * (columns + gap) - gap), np.nan)
    for number, values in enumerate(maps):
        top, left = (number // wide) * (rows + gap), (number % wide) * (columns + gap)
        tiles[top : top + rows, left : left + columns] = values
    return tiles
