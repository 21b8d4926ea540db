"""What makes a network strong, and what strength costs: filters and maps, disturbances, seconds."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from .. import plots
from .curves import lines
from .images import draw_digit

_BEYOND_ZERO = 0.8  # of one error in all images: where no errors at all stand on a logarithmic axis


def maps_of_filters(
    images: Mapping[str, np.ndarray], maps: Mapping[str, Sequence[np.ndarray]]
) -> plt.Figure:
    """Images in the left column, and beside each its map under every filter, all maps on one scale around 0.

    Args:
        images: for each image's name its pixels, shape (28, 28), 0 to 1.
        maps: for each filter's name one map for each image: sums of pixels times weights, shape (rows, columns).
    """
    figure, axes = plt.subplots(
        len(images), 1 + len(maps), figsize=(plots.MEDIUM, 2.3 * len(images)), squeeze=False
    )
    limit = float(np.abs(list(maps.values())).max())
    for row, (name, image) in enumerate(images.items()):
        draw_digit(axes[row, 0], image, name, limit=1)
        for axis, (title, of_images) in zip(axes[row, 1:], maps.items(), strict=True):
            drawn = draw_digit(axis, of_images[row], title, cmap=plots.DIVERGING, limit=limit)
    figure.colorbar(drawn, ax=axes, label="sum of pixels times weights", shrink=0.7)
    return figure


def filters_and_maps(filters: np.ndarray, maps: np.ndarray, chosen: Sequence[int]) -> plt.Figure:
    """Filters, and below each the map that it makes, four side by side; all filters share a scale, and all maps.

    Args:
        filters: their weights, shape (rows, columns, filters).
        maps: after ReLU and thus not negative, shape (rows, columns, filters).
        chosen: the indices of the filters to be shown, from 0.
    """
    bands = -(-len(chosen) // 4)
    figure, axes = plt.subplots(2 * bands, 4, figsize=(plots.MEDIUM, 2.95 * bands))
    weight, answer = np.abs(filters).max(), maps.max()
    for place, index in enumerate(chosen):
        row, column = 2 * (place // 4), place % 4
        of_filter = draw_digit(
            axes[row, column],
            filters[:, :, index],
            f"filter {index + 1}",
            cmap=plots.DIVERGING,
            limit=weight,
        )
        of_map = draw_digit(
            axes[row + 1, column], maps[:, :, index], cmap=plots.AMOUNT, limit=answer
        )
    half = {"ax": axes, "aspect": 30, "shrink": 0.9, "pad": 0.02}
    figure.colorbar(of_map, **half, label="maps: value after pooling and ReLU")
    figure.colorbar(of_filter, **half, label="filters: weight")
    return figure


def disturbance_curves(table: pd.DataFrame, images: int, title: str) -> plt.Figure:
    """The error under each disturbance against its strength, a line for each network, on one logarithmic axis.

    One place of the grid must be left for the legend: the number of disturbances is odd.

    Args:
        table: columns ``kind``, ``level``, ``network`` and ``accuracy``, 0 to 1.
        images: how many images were read: no error at all stands a little below one error in so many.
        title: the message of the figure.
    """
    kinds = dict(list(table.groupby("kind", sort=False)))
    rows = -(-len(kinds) // 2)
    figure, axes = plt.subplots(rows, 2, figsize=(plots.WIDE, 0.4 + 2.7 * rows), sharey=True)
    plots.headline(figure, title)
    error = np.maximum(1 - table["accuracy"], _BEYOND_ZERO / images)
    for axis, (kind, part) in zip(axes.flat, kinds.items(), strict=False):
        curves = {
            name: (curve["level"].to_numpy(), error[curve.index].to_numpy())
            for name, curve in part.groupby("network", sort=False)
        }
        lines(axis, curves)
        plots.error_axis(axis.yaxis, error)
        seen: set[str] = set()
        for drawn in axis.lines:
            drawn.set(markersize=6.5, linewidth=1.4)
            # The second one of a family often lies on the first.
            if drawn.get_color() in seen:
                drawn.set(linestyle="--", markerfacecolor="white")
            seen.add(drawn.get_color())
        levels = part["level"].unique()
        axis.set_xticks(levels, [f"{level:g}" for level in levels])
        axis.set_xlabel(kind)
        axis.grid(axis="y")
        axis.tick_params(labelleft=True)
    for axis in axes[:, 0]:
        axis.set_ylabel("error (log scale)")
    for axis in axes.flat[len(kinds) :]:
        axis.set_axis_off()
    # In the place that is left, in the order of the first panel's last points.
    handles = sorted(axes.flat[0].lines, key=lambda drawn: -drawn.get_ydata()[-1])
    axes.flat[-1].legend(handles=handles, loc="center", handlelength=4)
    return figure


def errors_and_seconds(cost: pd.DataFrame, title: str) -> plt.Figure:
    """Each network's error against the seconds of one training, both logarithmic, named with its parameters.

    Args:
        cost: by network, columns ``parameters``, ``seconds`` and ``error``, 0 to 1.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(figsize=(plots.MEDIUM, 4.2))
    for name, row in cost.iterrows():
        look = plots.look(str(name))
        axes.plot(
            row["seconds"],
            row["error"],
            look.marker,
            color=look.colour,
            markersize=9,
            label=str(name),
        )
        axes.annotate(
            f"{name}\n{row['parameters']:,.0f} parameters",
            (row["seconds"], row["error"]),
            xytext=(10, 0),
            textcoords="offset points",
            va="center",
            fontsize=plots.SMALL,
            color=look.colour,
        )
    plots.error_axis(axes.yaxis, cost["error"])
    seconds = cost["seconds"]
    # On the right there is room for the names.
    axes.set(xscale="log", xlim=(seconds.min() / 1.4, seconds.max() * 4.5))
    ticks = [tick for tick in (1, 2, 5, 10, 20, 50, 100, 200) if tick < 1.5 * seconds.max()]
    axes.set_xticks(ticks, [f"{tick}" for tick in ticks])
    axes.minorticks_off()
    axes.grid()
    axes.set(
        xlabel="seconds to train one run on two CPU cores (log scale)",
        ylabel="test error, mean of the runs (log scale)",
        title=title,
    )
    return figure
