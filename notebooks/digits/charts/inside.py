"""Looking inside networks: maps of their layers, slopes of their scores, digits changed a little, activations."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import patheffects
from matplotlib.colors import ListedColormap

from .. import plots
from .images import draw_digit, name_row
from .maps import moved_apart

# For the ten digits, which have no order: any two colours differ by at least 15 (CIEDE2000) for everyone, as those of
# networks in :mod:`digits.plots`.
DIGITS = ListedColormap(
    [
        "#c02060",
        "#df8000",
        "#402000",
        "#008080",
        "#606000",
        "#c080ff",
        "#a0a080",
        "#400080",
        "#002020",
        "#0060c0",
    ],
    name="digits",
)
_IN_A_ROW = 8  # maps
_NAME = 0.11  # room for a digit's name, as a share of the axes
_WHITE_EDGE = patheffects.withStroke(linewidth=3, foreground="white")


def filters_and_maps(
    filters: np.ndarray, first: np.ndarray, second: np.ndarray, title: str
) -> plt.Figure:
    """The filters of a first convolution, each above its map of an image, and maps of the second, eight in a row.

    All filters are on one scale of colours around 0, all maps on one from 0.

    Args:
        filters: the weights, shape (side, side, maps).
        first: the first convolution's maps of one image, not negative, shape (rows, columns, maps).
        second: maps of the second one, likewise. The numbers of maps are multiples of eight.
        title: the message of the figure.
    """
    parts = {"filter": filters, "convolution 1": first, "convolution 2": second}
    rows = [("filter", 0), ("convolution 1", 0), ("filter", 1), ("convolution 1", 1)]
    rows += [("convolution 2", row) for row in range(second.shape[2] // _IN_A_ROW)]
    figure, axes = plt.subplots(len(rows), _IN_A_ROW, figsize=(plots.WIDE, 0.5 + 0.95 * len(rows)))
    plots.headline(figure, title)
    weight, value = float(np.abs(filters).max()), float(max(first.max(), second.max()))
    for of_row, (name, row) in zip(axes, rows, strict=True):
        for axis, number in zip(of_row, range(_IN_A_ROW * row, _IN_A_ROW * (row + 1)), strict=True):
            shown = parts[name][:, :, number]
            if name == "filter":
                words = str(number + 1)
                of_filter = draw_digit(axis, shown, words, cmap=plots.DIVERGING, limit=weight)
            else:
                of_map = draw_digit(axis, shown, cmap=plots.AMOUNT, limit=value)
        name_row(of_row[0], f"{name}\n{shown.shape[0]} × {shown.shape[1]}")
    for drawn, beside, words in (
        (of_filter, axes[:3], "weight of a filter"),
        (of_map, axes[3:], "value after ReLU"),
    ):
        figure.colorbar(drawn, ax=beside, label=words, shrink=0.8, aspect=20)
    return figure


def digits_moved(steps: Sequence[Mapping[str, np.ndarray]], title: str) -> plt.Figure:
    """Two images in two rows, and beside each one map and the activations of a dense layer, on one scale for both.

    Args:
        steps: for each row ``digit``, shape (28, 28), 0 to 1; ``map``, not negative, shape (rows, columns); and
            ``dense``, not negative, the activations as a picture, shape (rows, columns).
        title: the message of the figure.
    """
    figure, axes = plt.subplots(
        len(steps), 3, figsize=(plots.WIDE, 1.9 * len(steps)), width_ratios=[1, 1, 2]
    )
    plots.headline(figure, title)
    for column, (part, words) in enumerate(
        {"digit": "digit", "map": "one map", "dense": "dense layer, 128 activations"}.items()
    ):
        limit = max(float(step[part].max()) for step in steps)
        cmap = plots.INK if part == "digit" else plots.AMOUNT
        for row, (axis, step) in enumerate(zip(axes[:, column], steps, strict=True)):
            drawn = draw_digit(axis, step[part], "" if row else words, cmap=cmap, limit=limit)
        if part != "digit":
            bar = figure.colorbar(drawn, ax=axes[:, column], shrink=0.7, pad=0.05)
            bar.set_label("value after ReLU", fontsize=9)
            bar.ax.locator_params(nbins=4)
    for axis, name in zip(axes[:, 0], ("as it is", "moved"), strict=True):
        name_row(axis, name)
    return figure


def slopes_on_digits(
    images: np.ndarray, slopes: np.ndarray, titles: Sequence[str], title: str
) -> plt.Figure:
    """Images in a row, and below each the slope of a score for every pixel, with the strokes' edges drawn over it.

    Args:
        images: shape (images, 784), 0 to 1.
        slopes: shape (images, 784); each image's slopes are drawn as shares of its largest one.
        titles: one for each image.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(2, len(images), figsize=(plots.WIDE, 3.2))
    plots.headline(figure, title)
    for column, (image, slope) in enumerate(zip(images, slopes, strict=True)):
        draw_digit(axes[0, column], image, titles[column], limit=1)
        share = slope / np.abs(slope).max()
        drawn = draw_digit(axes[1, column], share, cmap=plots.DIVERGING, limit=1)
        edges = axes[1, column].contour(image.reshape(28, 28), levels=[0.5])
        outlines = [outline for outline in edges.allsegs[0] if len(outline) > 1]
        edges.remove()
        for outline in outlines:
            axes[1, column].plot(*outline.T, color="0.35", linewidth=0.8)
    figure.colorbar(
        drawn, ax=axes[1], label="share of the\nsteepest slope", shrink=0.9, ticks=[-1, 0, 1]
    )
    return figure


def changed_digits(
    original: np.ndarray, changed: Mapping[str, np.ndarray], title: str
) -> plt.Figure:
    """A digit and changed copies of it, and below each copy what was added to the digit, all on one scale around 0.

    Args:
        original: shape (784,), 0 to 1.
        changed: for each copy's title its pixels, shape (784,).
        title: the message of the figure.
    """
    changes = {name: copy - original for name, copy in changed.items()}
    limit = max(float(np.abs(change).max()) for change in changes.values())
    figure, axes = plt.subplots(2, 1 + len(changed), figsize=(plots.WIDE, 3.9))
    plots.headline(figure, title)
    draw_digit(axes[0, 0], original, "the digit", limit=1)
    axes[1, 0].set_axis_off()
    for column, (name, copy) in enumerate(changed.items(), 1):
        draw_digit(axes[0, column], copy, name, limit=1)
        drawn = draw_digit(axes[1, column], changes[name], cmap=plots.DIVERGING, limit=limit)
    name_row(axes[1, 1], "change")
    figure.colorbar(drawn, ax=axes[1], label="change of the pixel", shrink=0.9)
    return figure


def planes_of_activations(
    places: Mapping[str, np.ndarray], labels: np.ndarray, titles: Sequence[str], title: str
) -> plt.Figure:
    """Images as dots in planes of two components, one panel for each network, each digit's name at its middle.

    Args:
        places: for each network's name the places of its images, shape (images, 2).
        labels: the true digits, shape (images,), which give the dots their colours.
        titles: one for each panel.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(1, len(places), figsize=(plots.WIDE, 3.5))
    plots.headline(figure, title)
    for axis, of_network, words in zip(axes, places.values(), titles, strict=True):
        axis.scatter(
            *of_network.T,
            c=labels,
            cmap=DIGITS,
            vmin=-0.5,
            vmax=9.5,
            s=3.5,
            linewidths=0,
            alpha=0.75,
        )
        spread = np.ptp(of_network, axis=0)
        middles = [np.median(of_network[labels == digit], axis=0) for digit in range(10)]
        for digit, middle in enumerate(moved_apart(middles / spread, _NAME) * spread):
            name = axis.text(*middle, str(digit), fontsize=13, fontweight="bold")
            name.set(ha="center", va="center", path_effects=[_WHITE_EDGE])
        axis.set_title(words, fontsize=10, fontweight="normal")
        axis.set(xlabel="first component", ylabel="second component")
    return figure
