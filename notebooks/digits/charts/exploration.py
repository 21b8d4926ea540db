"""What is in the data, and what preparing it changes: pixel values, ink, means, losses."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn
from matplotlib.patches import Rectangle

from .. import plots
from .images import draw_digit


def pixel_values(image: np.ndarray, label: int) -> plt.Figure:
    """One image, and the pixels of the box around its ink as the numbers that a program sees.

    Args:
        image: shape (28, 28), whole numbers from 0 to 255.
        label: the digit that it shows.
    """
    rows, columns = (np.flatnonzero(image.any(axis=axis)) for axis in (1, 0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    box = image[top:bottom, left:right]
    figure, (whole, numbers) = plt.subplots(1, 2, figsize=(plots.WIDE, 6.2), width_ratios=[1, 3.8])
    draw_digit(whole, image, f"the image,\n28 × 28 pixels\n(label {label})", limit=255)
    frame = Rectangle((left - 0.5, top - 0.5), right - left, bottom - top, fill=False)
    whole.add_patch(frame)
    # Pale, so that black numbers can be read on it.
    draw_digit(numbers, box, "the pixels in the frame, as numbers", limit=600)
    for (row, column), value in np.ndenumerate(box):
        colour = "black" if value else "0.55"
        numbers.text(
            column, row, value, ha="center", va="center", fontsize=plots.SMALL, color=colour
        )
    return figure


def means_and_deviations(means: np.ndarray, deviations: np.ndarray) -> plt.Figure:
    """The mean image of each digit, and below it the standard deviation of each pixel, both with their scales.

    Args:
        means, deviations: shape (10, 28, 28), in pixel values from 0 to 255.
    """
    figure, axes = plt.subplots(2, 10, figsize=(plots.WIDE, 2.3))
    for digit in range(10):
        mean = draw_digit(axes[0, digit], means[digit], str(digit), limit=255)
        deviation = draw_digit(axes[1, digit], deviations[digit], cmap="cividis", limit=128)
    figure.colorbar(mean, ax=axes[0], label="mean", ticks=[0, 255])
    figure.colorbar(deviation, ax=axes[1], label="deviation", ticks=[0, 128])
    return figure


def boxes_per_digit(table: pd.DataFrame, quantity: str, title: str) -> plt.Figure:
    """A box plot for each digit of a share: quartiles, median, and what lies far from them.

    Args:
        table: the columns ``digit`` and, by its name, the quantity, from 0 to 1; one row an image.
        quantity: the column's name.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(figsize=(plots.MEDIUM, 3.4))
    seaborn.boxplot(
        table, x="digit", y=quantity, color="0.8", linecolor="0.2", fliersize=1, ax=axes
    )
    axes.set(ylabel=f"{quantity}: mean pixel, share of full", title=title)
    plots.percent_axis(axes.yaxis)
    return figure


def pixel_use(share_inked: np.ndarray, never_inked: np.ndarray) -> plt.Figure:
    """In how many images each pixel has ink, and beside it the pixels that never have any.

    Args:
        share_inked: shape (28, 28), from 0 to 1.
        never_inked: shape (28, 28), booleans.
    """
    figure, axes = plt.subplots(1, 2, figsize=(plots.MEDIUM, 3.5))
    drawn = draw_digit(axes[0], share_inked, "how often each pixel has ink", cmap="cividis")
    drawn.set_clim(0, share_inked.max())
    bar = figure.colorbar(drawn, ax=axes[0], shrink=0.8, label="share of the images")
    plots.percent_axis(bar.ax.yaxis)
    draw_digit(axes[1], never_inked, "black: never any ink", limit=1)
    return figure
