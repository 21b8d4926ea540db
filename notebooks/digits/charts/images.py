"""Digits and photographs, in grids and in rows."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.image import AxesImage

from .. import plots


def draw_digit(
    axes: plt.Axes,
    image: np.ndarray,
    title: str = "",
    *,
    cmap: str = plots.INK,
    limit: float | None = None,
) -> AxesImage:
    """Draw one image in a thin frame, without ticks.

    Args:
        axes: where to draw.
        image: shape (784,) for 28 x 28 pixels, (rows, columns), or (rows, columns, 3) for a photograph in colours.
        title: a short text above it.
        cmap: name of a colour map.
        limit: the value of the strongest colour: the map then runs from ``-limit`` to ``limit`` if ``cmap`` is
            diverging, else from 0 to ``limit``. None takes the image's own range.

    Returns:
        The drawn image, from which a colour bar can be made.
    """
    lowest = None if limit is None else (-limit if cmap == plots.DIVERGING else 0)
    if np.ndim(image) == 1:
        image = np.reshape(image, (28, 28))
    drawn = axes.imshow(image, cmap=cmap, vmin=lowest, vmax=limit)
    axes.set_title(title, fontsize=plots.SMALL, fontweight="normal", loc="center")
    axes.set(xticks=[], yticks=[])
    # The paper's edge: digits do not float.
    axes.spines[:].set(visible=True, color="0.8", linewidth=0.6)
    return drawn


def digit_grid(
    images: np.ndarray,
    titles: Sequence[str],
    columns: int,
    *,
    width: float = plots.WIDE,
    wrong: Sequence[bool] = (),
    limit: float | None = None,
) -> plt.Figure:
    """A figure with images row by row, each under its title.

    Args:
        images: shape (images, 28, 28) or (images, 784).
        titles: one per image, or an empty sequence for none.
        columns: images in a row.
        width: of the figure in inches: one of the three in ``plots``.
        wrong: one per image, true where title and frame shall stand out in bold; or an empty sequence for none.
        limit: the value of black, where white is 0. None takes each image's own range.
    """
    rows = -(-len(images) // columns)
    lines = max((title.count("\n") + 1 for title in titles), default=0)
    height = rows * (width / columns + 0.17 * lines)
    figure, axes = plt.subplots(rows, columns, figsize=(width, height), squeeze=False)
    for axis in axes.flat[len(images) :]:
        axis.set_axis_off()
    for index, image in enumerate(images):
        axis, title = axes.flat[index], titles[index] if len(titles) else ""
        draw_digit(axis, image, title, limit=limit)
        if len(wrong) and wrong[index]:
            axis.title.set_weight("bold")
            axis.spines[:].set(color="black", linewidth=2.5)
    return figure


def picture_rows(
    rows: Mapping[str, Sequence[np.ndarray | None]],
    columns: Sequence[str] = (),
    *,
    width: float = plots.WIDE,
    titles: Sequence[Sequence[str]] = (),
    cmap: str = plots.INK,
) -> plt.Figure:
    """A figure with pictures of any size in rows, each row named on its left and each column above it.

    Args:
        rows: for each row's name its pictures: floats from 0 to 1, shape (rows, columns), drawn dark on light; or
            photographs, shape (rows, columns, 3). None leaves a place empty.
        columns: a title for each column, or none.
        width: of the figure in inches: one of the three in ``plots``.
        titles: for each row the titles of its pictures, instead of ``columns``.
        cmap: name of the colour map for pictures without colours.
    """
    wide = max(len(pictures) for pictures in rows.values())
    named = any(rows)
    side = (width - (1.0 if named else 0)) / wide
    lines = 1 + max((title.count("\n") for row in titles for title in row), default=0)
    height = len(rows) * (side + (0.17 * lines if titles else 0)) + (0.25 if columns else 0)
    figure, axes = plt.subplots(len(rows), wide, figsize=(width, height), squeeze=False)
    for number, (name, pictures) in enumerate(rows.items()):
        for axis, picture in zip(
            axes[number], [*pictures, *[None] * (wide - len(pictures))], strict=True
        ):
            if picture is None:
                axis.set(xticks=[], yticks=[])
                axis.spines[:].set_visible(False)
            else:
                draw_digit(axis, picture, cmap=cmap, limit=1)
        for axis, title in zip(axes[number], titles[number] if titles else (), strict=False):
            axis.set_title(title, fontsize=plots.SMALL, fontweight="normal", loc="center")
        if name:
            name_row(axes[number, 0], name)
    for axis, title in zip(axes[0], columns, strict=False):
        axis.set_title(title, fontsize=plots.SMALL, fontweight="normal", loc="center")
    return figure


def name_row(first: plt.Axes, name: str) -> None:
    """Write a row's name on the left of its first picture."""
    first.set_ylabel(name, fontsize=plots.SMALL, rotation=0, ha="right", va="center")
