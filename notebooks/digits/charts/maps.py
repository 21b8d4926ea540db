"""Images compared: how far each lies from ten means, and where it lies on a map of two directions."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import patheffects

from .. import plots
from .images import draw_digit

_DOTS = "0.45"
_DOTS_DRAWN = 1000  # as many dots of a cloud as can be told apart
_THUMBNAIL = 0.4  # side of an image on the map, in units of the map
_NAME = 0.75  # room for a name on the map, in the same units
_WHITE_EDGE = patheffects.withStroke(linewidth=3.5, foreground="white")


def nearest_means(
    images: np.ndarray, labels: Sequence[int], means: np.ndarray, distances: np.ndarray
) -> plt.Figure:
    """A row for each of two images: the image, then the ten means, each under its distance; the nearest is framed.

    Args:
        images: one that the nearest mean reads and one that it misreads: shape (2, 28, 28), values from 0 to 255.
        labels: their true digits.
        means: shape (10, 28, 28), pixel values from 0 to 255.
        distances: shape (2, 10).
    """
    figure, axes = plt.subplots(
        len(images),
        12,
        figsize=(plots.WIDE, 1.05 * len(images) + 0.3),
        width_ratios=[1, 0.1, *[1] * 10],
    )
    plots.headline(figure, "The nearest mean gives the answer: right above, wrong below")
    for row, image in enumerate(images):
        draw_digit(axes[row, 0], image, f"label {labels[row]}", limit=255)
        axes[row, 1].set_axis_off()
        for digit, axis in enumerate(axes[row, 2:]):
            draw_digit(axis, means[digit], f"{distances[row, digit]:.1f}", limit=255)
        nearest = axes[row, 2 + distances[row].argmin()]
        nearest.title.set_weight("bold")
        nearest.spines[:].set(color="black", linewidth=2.5)
    return figure


def two_pixels(pairs: np.ndarray, angles: np.ndarray, shares: np.ndarray, title: str) -> plt.Figure:
    """Images of two pixels as dots, with the direction of the most variance; and the variance along each direction.

    Args:
        pairs: shape (images, 2), the upper and the lower pixel; the first 1,000 are drawn.
        angles: of the directions, in degrees from the axis of the upper pixel.
        shares: of the total variance, for each direction.
        title: the message of the figure.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(plots.WIDE, 3.9), width_ratios=[1, 1.1])
    plots.headline(figure, title)
    colour = plots.look("other").colour
    best = shares.argmax()
    left.plot(*pairs[:_DOTS_DRAWN].T, ".", color=_DOTS, markersize=2.5, label="images")
    across, up = np.cos(np.radians(angles[best])), np.sin(np.radians(angles[best]))
    reach = np.array([-1, 1]) * 2.5 * np.sqrt(shares[best] * pairs.var(axis=0).sum())
    middle = pairs.mean(axis=0)
    left.plot(middle[0] + reach * across, middle[1] + reach * up, color=colour, label="direction")
    left.set_aspect("equal")
    largest = 1.05 * pairs.max()
    left.set(xlim=(0, largest), ylim=(0, largest))
    left.set(xlabel="upper pixel", ylabel="lower pixel")
    left.set_title("a dot for each image", fontweight="normal")
    for axis in (left.xaxis, left.yaxis):
        plots.percent_axis(axis, every=0.1)
    right.plot(angles, shares, color=colour)
    right.plot(angles[best], shares[best], "o", color=colour)
    top = (angles[best], shares[best])
    right.annotate(f"{angles[best]}°", top, xytext=(8, 4), textcoords="offset points")
    right.set(xlabel="angle of the direction, in degrees", ylabel="share of the total variance")
    right.set(xlim=(0, 180), ylim=(0, 1))
    right.set_xticks([0, 45, 90, 135, 180])
    plots.percent_axis(right.yaxis)
    right.set_title("the variance along each direction", fontweight="normal")
    right.grid(axis="y")
    return figure


def map_and_components(
    places: np.ndarray, images: np.ndarray, labels: np.ndarray, components: np.ndarray
) -> plt.Figure:
    """Images at their places on a map of two components, and the two components as pictures.

    Only images that do not cover one another are drawn; every image counts for the means.

    Args:
        places: shape (images, 2).
        images: shape (images, 784), 0 for paper and 1 for ink.
        labels: the true digits, shape (images,).
        components: shape (2, 784), the directions of the map.
    """
    figure = plt.figure(figsize=(plots.WIDE, 4.9))
    plots.headline(figure, "The map puts most ones left and most zeros right; the others overlap")
    grid = figure.add_gridspec(2, 2, width_ratios=[2.5, 1])
    chart = figure.add_subplot(grid[:, 0])
    chart.set_aspect("equal")
    half = _THUMBNAIL / 2
    for index in _apart(places, _THUMBNAIL):
        across, up = places[index]
        # Ink without paper: nothing white lies over a neighbour.
        ink = np.zeros((28, 28, 4))
        ink[..., 3] = 0.55 * images[index].reshape(28, 28)
        chart.imshow(ink, extent=(across - half, across + half, up - half, up + half))
    means = np.stack([places[labels == digit].mean(axis=0) for digit in range(10)])
    for digit, name_at in enumerate(moved_apart(means, _NAME)):
        across, up = name_at
        text = chart.text(across, up, str(digit), fontsize=14, fontweight="bold")
        text.set(ha="center", va="center")
        text.set_path_effects([_WHITE_EDGE])
    lowest, highest = places.min(axis=0) - 0.3, places.max(axis=0) + 0.3
    chart.set(xlim=(lowest[0], highest[0]), ylim=(lowest[1], highest[1]))
    chart.set(
        xlabel="position along the first component", ylabel="position along the second component"
    )
    limit = float(np.abs(components).max())
    pictures = [figure.add_subplot(grid[row, 1]) for row in range(2)]
    for axis, component, name in zip(pictures, components, ("first", "second"), strict=True):
        drawn = draw_digit(axis, component, f"{name} component", cmap=plots.DIVERGING, limit=limit)
    figure.colorbar(drawn, ax=pictures, label="factor of each pixel", shrink=0.8)
    return figure


def _apart(places: np.ndarray, distance: float) -> list[int]:
    """The places, first come first served, that lie at least so far from one another."""
    chosen: list[int] = []
    for index, place in enumerate(places):
        gaps = np.abs(places[chosen] - place).max(axis=1) if chosen else np.array([np.inf])
        if gaps.min() >= distance:
            chosen.append(index)
    return chosen


def moved_apart(places: np.ndarray, distance: float) -> np.ndarray:
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
