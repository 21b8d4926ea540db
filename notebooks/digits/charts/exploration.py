"""What is in the data, and what preparing it changes: pixel values, means, a map of digits, losses."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn
from matplotlib import patheffects
from matplotlib.patches import Rectangle
from matplotlib.ticker import MultipleLocator

from .. import plots
from .images import draw_digit

_BAND = "0.9"  # paper behind the data
_THUMBNAIL = 0.4  # side of an image on the map, in units of the map
_NAME = 0.75  # room for a name on the map, in the same units
_STYLES = ("-", "--")
_WHITE_EDGE = [patheffects.withStroke(linewidth=3.5, foreground="white")]


def pixel_values(image: np.ndarray, label: int) -> plt.Figure:
    """One image as a picture, and the pixels of the box around its ink as the numbers that a program sees.

    Args:
        image: shape (28, 28), whole numbers from 0 to 255.
        label: the digit that it shows.
    """
    rows, columns = (np.flatnonzero(image.any(axis=axis)) for axis in (1, 0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    box = image[top:bottom, left:right]
    figure, (whole, numbers) = plt.subplots(1, 2, figsize=(plots.WIDE, 5.6), width_ratios=[1, 2.6])
    draw_digit(whole, image, f"the picture, 28 × 28 pixels\n(label {label})", limit=255)
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


def shares_of_values(values: np.ndarray, shares: np.ndarray, title: str) -> plt.Figure:
    """How often each pixel value occurs, as bars on a logarithmic axis.

    Args:
        values: the pixel values, whole numbers.
        shares: for each of them its share of all pixels, above 0.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(figsize=(plots.MEDIUM, 2.9))
    axes.bar(values, shares, width=1.0, color="0.45")
    axes.set(
        yscale="log",
        xlim=(-3, 258),
        xlabel="pixel value",
        ylabel="share of all pixels (log scale)",
        title=title,
    )
    axes.xaxis.set_major_locator(MultipleLocator(50))
    ticks = 10.0 ** np.arange(np.ceil(np.log10(shares.min())), 1)
    axes.set_yticks(ticks, [f"{100 * tick:g}\N{NO-BREAK SPACE}%" for tick in ticks])
    axes.minorticks_off()
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


def map_and_variance(
    places: np.ndarray, images: np.ndarray, labels: np.ndarray, kept: np.ndarray
) -> plt.Figure:
    """Images at their places on a map of two components, and the variance that the first components keep.

    Only images that do not cover one another are drawn; every image counts for the means.

    Args:
        places: shape (images, 2).
        images: shape (images, 784), 0 for paper and 1 for ink.
        labels: the true digits, shape (images,).
        kept: the share of the variance that the first 1, 2, ... components hold.
    """
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(plots.WIDE, 4.6), width_ratios=[1.9, 1], layout="constrained"
    )
    # The names of components say no direction of "better": both axes have one scale.
    left.set_aspect("equal")
    for index in _apart(places, _THUMBNAIL):
        across, up = places[index]
        half = _THUMBNAIL / 2
        # Ink without paper: nothing white lies over a neighbour.
        ink = np.zeros((28, 28, 4))
        ink[..., 3] = 0.55 * images[index].reshape(28, 28)
        left.imshow(ink, extent=(across - half, across + half, up - half, up + half))
    means = np.stack([places[labels == digit].mean(axis=0) for digit in range(10)])
    for digit, name_at in enumerate(_moved_apart(means, _NAME)):
        text = left.text(*name_at, digit, fontsize=14, fontweight="bold", ha="center", va="center")
        text.set_path_effects(_WHITE_EDGE)
    lowest, highest = places.min(axis=0) - 0.3, places.max(axis=0) + 0.3
    left.set(xlim=(lowest[0], highest[0]), ylim=(lowest[1], highest[1]))
    left.set(xlabel="first component", ylabel="second component")
    left.set_title("Two components: the digits overlap")
    right.semilogx(np.arange(1, len(kept) + 1), kept)
    right.set(xlabel="components (log scale)", ylabel="share of the variance kept", ylim=(0, 1.02))
    right.set_xticks([1, 10, 100], ["1", "10", "100"])
    right.set_title("Under 100 keep 90\N{NO-BREAK SPACE}%")
    plots.percent_axis(right.yaxis)
    right.grid()
    return figure


def _apart(places: np.ndarray, distance: float) -> list[int]:
    """The places, first come first served, that lie at least so far from one another."""
    chosen: list[int] = []
    for index, place in enumerate(places):
        gaps = np.abs(places[chosen] - place).max(axis=1) if chosen else np.array([np.inf])
        if gaps.min() >= distance:
            chosen.append(index)
    return chosen


def _moved_apart(places: np.ndarray, distance: float) -> np.ndarray:
    """Places near the given ones, moved in small steps until any two lie so far from one another."""
    moved = places.astype(float)
    for _ in range(500):
        steps = moved[:, np.newaxis] - moved
        gaps = np.linalg.norm(steps, axis=2) + np.diag([np.inf] * len(moved))
        if gaps.min() >= distance:
            break
        push = np.where(gaps < distance, 0.1 * distance / gaps, 0)
        moved += (steps * push[..., np.newaxis]).sum(axis=1)
    return moved


def outputs_before_sigmoid(
    outputs: Mapping[str, np.ndarray], slope: float, title: str
) -> plt.Figure:
    """Histograms of a layer's outputs, side by side, with the band in which the sigmoid has a slope.

    Args:
        outputs: for each name the outputs, of any shape.
        slope: the band reaches from ``-slope`` to ``slope``.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(1, len(outputs), figsize=(plots.WIDE, 3.2), sharey=True)
    plots.headline(figure, title)
    for axis, (name, output) in zip(axes, outputs.items(), strict=True):
        axis.axvspan(-slope, slope, color=_BAND, linewidth=0)
        shares = np.full(output.size, 1 / output.size)
        axis.hist(output.ravel(), bins=60, weights=shares, color="0.45")
        reach = 1.05 * max(np.abs(output).max(), 1.3 * slope)
        axis.set(xlabel="output before the sigmoid", xlim=(-reach, reach))
        axis.set_title(name, fontweight="normal")
    plots.percent_axis(axes[0].yaxis)
    axes[0].set_ylabel("share of the outputs")
    axes[0].set_ylim(0, 1.15 * axes[0].get_ylim()[1])
    label = "grey band:\nhere the\nsigmoid\nhas a slope"
    right = axes[-1].get_xaxis_transform()
    axes[-1].text(0.96 * -slope, 0.97, label, va="top", transform=right, fontsize=plots.SMALL)
    return figure


def losses_and_accuracies(runs: Mapping[str, pd.DataFrame], title: str, guess: float) -> plt.Figure:
    """The loss on a logarithmic axis and the accuracy, side by side, before each step of training.

    Args:
        runs: for each name a table with the columns ``loss`` and ``accuracy``, one row a step from step 0; two at most.
        title: the message of the figure.
        guess: the loss of somebody who gives every digit the same probability.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(plots.WIDE, 3.4))
    plots.headline(figure, title)
    colour = plots.look("other").colour
    for axis, quantity in ((left, "loss"), (right, "accuracy")):
        for style, (name, table) in zip(_STYLES, runs.items(), strict=False):
            axis.plot(table.index, table[quantity], style, color=colour, label=name)
        axis.set_xlabel("step")
        axis.grid(axis="y")
        ends = {name: table[quantity].iloc[-1] for name, table in runs.items()}
        if quantity == "loss":
            axis.axhline(guess, color="0.55", linewidth=1.2, linestyle=":", label="guessing")
            axis.set(yscale="log", ylabel="loss: cross-entropy (nats, log scale)")
            plots.thousands_axis(axis.yaxis)
            ends["guessing"] = guess
        else:
            axis.set(ylim=(0, 1), ylabel="accuracy on unseen images")
            plots.percent_axis(axis.yaxis)
        plots.label_lines(axis, ends, dict.fromkeys(ends, colour))
    return figure
