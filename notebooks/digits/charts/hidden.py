"""What a hidden layer does, and what was tried with it: boundaries, activations, settings, what its neurons see."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from .. import plots
from .curves import lines
from .dots import name_rows, runs_and_mean, runs_on_top
from .images import draw_digit


def boundaries(
    points: np.ndarray,
    classes: np.ndarray,
    names: Sequence[str],
    networks: Mapping[str, Any],
    title: str,
) -> plt.Figure:
    """Points of two classes in a plane, one panel for each network with the line where it changes its answer.

    Args:
        points: shape (points, 2), about 1 apart from their mean.
        classes: 0 or 1 for each point.
        names: of the two classes.
        networks: for each panel's title a Keras model that takes points and gives two probabilities.
        title: the message of the figure.
    """
    reach = 3  # how far the axes go, both ways
    side = np.linspace(-reach, reach, 121)
    places = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    figure, axes = plt.subplots(1, len(networks), figsize=(plots.WIDE, 4.3), sharey=True)
    plots.headline(figure, title)
    inside = (np.abs(points) < reach).all(axis=1)
    colours = [plots.look(name).colour for name in ("baseline-softmax", "B")]
    for axis, colour, (panel, network) in zip(axes, colours, networks.items(), strict=True):
        for which, marker, face, edge in ((0, "o", "white", "0.45"), (1, "^", "0.13", "0.13")):
            found = points[inside & (classes == which)]
            axis.plot(
                *found.T,
                marker,
                markersize=3.2,
                color=edge,
                markerfacecolor=face,
                markeredgewidth=0.7,
                label=names[which],
            )
        scores = network.predict(places, verbose=0)[:, 1].reshape(len(side), len(side))
        drawn = axis.contour(side, side, scores, levels=[0.5])
        pieces = [piece for piece in drawn.allsegs[0] if len(piece) > 1]
        drawn.remove()
        for piece in pieces:
            axis.plot(*piece.T, color=colour, linewidth=3, label="boundary")
        axis.set(
            xlim=(-reach, reach), ylim=(-reach, reach), xlabel="first component", aspect="equal"
        )
        axis.set_title(panel, fontweight="normal", fontsize=10)
    axes[0].set_ylabel("second component")
    handles, labels = axes[0].get_legend_handles_labels()
    known = dict(zip(labels, handles, strict=True))
    figure.legend(
        [known[name] for name in names],
        list(names),
        loc="outside lower center",
        ncols=2,
        fontsize=9,
    )
    return figure


# ---------------------------------------------------------------- drawings


def activations_and_slopes(
    sums: np.ndarray,
    values: Mapping[str, np.ndarray],
    slopes: Mapping[str, np.ndarray],
    title: str,
) -> plt.Figure:
    """Activations over the sum that goes into them, and beside them their slopes.

    Args:
        sums: what goes in, shape (points,).
        values: for each activation's name what comes out, shape (points,).
        slopes: for each name the slope there.
        title: the message of the figure.
    """
    figure, axes = plt.subplots(1, 2, figsize=(plots.WIDE, 3.0))
    plots.headline(figure, title)
    looks = dict(zip(values, ("other", "baseline-sigmoid"), strict=True))
    styles = dict(zip(values, ("-", "--"), strict=True))
    for axis, curves, words in zip(axes, (values, slopes), ("output", "slope"), strict=True):
        given = {name: (sums, curve) for name, curve in curves.items()}
        colours = lines(axis, given, looks=looks, marked=False)
        for drawn in axis.lines:
            drawn.set(linewidth=2.2, linestyle=styles[str(drawn.get_label())])
        axis.set(xlabel="sum that goes in", ylabel=words)
        axis.grid(axis="y")
        plots.label_lines(axis, {name: curve[-1] for name, curve in curves.items()}, colours)
    return figure


def ingredients(
    runs: pd.DataFrame,
    half_widths: pd.DataFrame,
    title: str,
    *,
    marked: Collection[str] = (),
    limits_of: pd.DataFrame | None = None,
) -> plt.Figure:
    """Validation loss and error of networks with and without ingredients: every run a dot, their mean with an interval.

    Args:
        runs: columns ``network``, ``val_loss`` and ``val_error``, one row for each run.
        half_widths: by network and for each of the two columns, how far the interval reaches from the mean. A panel
            for each of its columns, in their order.
        title: the message of the figure.
        marked: the networks whose rows have a grey ground.
        limits_of: runs whose extent the axes have, as far as they go beyond those drawn: for figures to be compared.
    """
    names = list(dict.fromkeys(runs["network"]))
    figure, axes = plt.subplots(1, 2, figsize=(plots.WIDE, 0.9 + 0.33 * len(names)), sharey=True)
    plots.headline(figure, title)
    means = runs.groupby("network")[["val_loss", "val_error"]].mean()
    for axis, column in zip(axes, half_widths, strict=True):
        for height, name in enumerate(names):
            found = runs.loc[runs["network"] == name, column].to_numpy()
            runs_and_mean(axis, height, found, half_widths.loc[name, column], name)
            runs_on_top(axis)
        axis.axvline(means.loc[names[0], column], color="0.75", linewidth=1, zorder=0.5)
        for height, name in enumerate(names):
            if name in marked:
                axis.axhspan(height - 0.5, height + 0.5, color="0.93", linewidth=0, zorder=0)
        if limits_of is not None:
            axis.update_datalim([(value, 0) for value in limits_of[column]])
            axis.autoscale_view(scaley=False)
        name_rows(axis, [name.replace(" - ", " without ") for name in names])
    of_loss, of_error = (axes[list(half_widths).index(each)] for each in ("val_loss", "val_error"))
    of_loss.locator_params(axis="x", nbins=7, steps=[1, 2, 5, 10])
    of_loss.set_xlabel("validation loss (nats)")
    of_error.set_xlabel("validation error rate")
    lowest, highest = of_error.get_xlim()
    extent = highest - lowest
    every = 0.004 if extent > 0.012 else 0.002 if extent > 0.006 else 0.001
    plots.percent_axis(of_error.xaxis, every=every)
    return figure


def neurons_and_responses(
    weights: np.ndarray, activity: np.ndarray, look: str, limit: float, title: str
) -> plt.Figure:
    """Neurons: the weights of each as an image, and below its mean activity for each digit, all on one scale.

    Args:
        weights: shape (784, neurons).
        activity: mean of the neurons' outputs, shape (10 digits, neurons).
        look: the name in ``plots.LOOKS`` of the network whose neurons they are.
        limit: the weight, positive or negative, of the strongest colour.
        title: the message of the figure.
    """
    neurons = weights.shape[1]
    figure, axes = plt.subplots(
        2, neurons, figsize=(plots.WIDE, 3.3), height_ratios=[1, 1.3], sharey="row"
    )
    plots.headline(figure, title)
    for column in range(neurons):
        drawn = draw_digit(axes[0, column], weights[:, column], cmap=plots.DIVERGING, limit=limit)
        axis = axes[1, column]
        axis.bar(range(10), activity[:, column], color=plots.look(look).colour)
        axis.set(xticks=range(0, 10, 2), xlabel="digit")
        axis.grid(axis="y")
    axes[1, 0].set_ylabel("mean activity")
    figure.colorbar(drawn, ax=axes[0], label="weight", extend="both", ticks=[-limit, 0, limit])
    return figure
