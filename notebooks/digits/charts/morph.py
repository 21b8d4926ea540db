"""One image that turns into another, and what networks think of it on the way."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from .. import plots
from .images import draw_digit

_SHOWN = (0, 3, 7, 10, 13, 17, 20)  # of 21 steps
_WORTH_A_NAME = 0.05  # a digit that no step gives so much stays without


def probabilities_between(
    blends: np.ndarray, probabilities: Mapping[str, np.ndarray], ends: tuple[int, int], title: str
) -> plt.Figure:
    """Seven of 21 images on the way from one digit to another, and below, for each network, areas of probability.

    The first digit's area lies at the bottom, the second's on top, all other digits hatched in between. A marker
    stands where the second digit becomes more probable than the first.

    Args:
        blends: shape (21, 784): in equal steps from the first image to the second.
        probabilities: for each network's name its ten probabilities for each blend, shape (21, 10).
        ends: the first image's digit and the second's.
        title: the message of the figure.
    """
    shares = np.linspace(0, 1, len(blends))
    figure, panels = plt.subplots(
        1 + len(probabilities),
        1,
        figsize=(plots.WIDE, 2.1 + 1.15 * len(probabilities)),
        height_ratios=[0.9, *[1.05] * len(probabilities)],
        sharex=True,
    )
    plots.headline(figure, title)
    strip = panels[0]
    strip.set(xlim=(0, 1))
    strip.set_axis_off()
    for step in _SHOWN:
        place = strip.inset_axes((shares[step] - 0.055, 0, 0.11, 1))
        draw_digit(place, blends[step], plots.percent(shares[step]), limit=1)
    for axes, (name, of_steps) in zip(panels[1:], probabilities.items(), strict=True):
        if axes is not panels[1]:
            axes.sharey(panels[1])
        _draw_areas(axes, shares, of_steps, ends)
        look = plots.look(name)
        axes.set_title(name, fontsize=10, fontweight="normal", color=look.colour)
        turn = _where_the_second_wins(shares, of_steps, ends)
        axes.plot(
            turn,
            0,
            look.marker,
            color=look.colour,
            markeredgecolor="white",
            markersize=11,
            clip_on=False,
            zorder=5,
            label=name,
        )
        axes.set(ylim=(0, 1), yticks=[0, 0.5, 1])
        plots.percent_axis(axes.yaxis)
    panels[len(panels) // 2].set_ylabel("probability")
    plots.percent_axis(panels[-1].xaxis)
    panels[-1].set_xlabel(f"share of the {ends[1]} in the blend of a {ends[0]} and a {ends[1]}")
    return figure


def _draw_areas(
    axes: plt.Axes, shares: np.ndarray, of_steps: np.ndarray, ends: tuple[int, int]
) -> None:
    """Stack the digits' probabilities, and name those that reach 5 %."""
    first, second = ends
    order = [first, *(digit for digit in range(10) if digit not in ends), second]
    named = -1.0  # where the last name stands
    tops = np.cumsum(of_steps[:, order], axis=1)
    for place, digit in enumerate(order):
        top, bottom = tops[:, place], tops[:, place] - of_steps[:, digit]
        style: dict[str, Any] = {
            "facecolor": "white",
            "hatch": "/////",
            "edgecolor": "0.45",
            "linewidth": 0.5,
        }
        if digit in ends:
            style = {"facecolor": "0.82" if digit == first else "0.4", "linewidth": 0}
        axes.fill_between(shares, bottom, top, label=f"{digit}", **style)
        if digit in ends:
            at = 1 if digit == first else -2
            ink = "black" if digit == first else "white"
            middle = (top[at] + bottom[at]) / 2
            axes.text(shares[at], middle, f"{digit}", color=ink, va="center", ha="center", size=11)
        elif of_steps[:, digit].max() >= _WORTH_A_NAME:
            # Too thin for a name within: it stands above, in the second digit's area.
            widest = of_steps[:, digit].argmax()
            named = shares[widest] if abs(shares[widest] - named) > 0.04 else named - 0.05
            axes.annotate(
                f"{digit}",
                (shares[widest], (top[widest] + bottom[widest]) / 2),
                xytext=(named, min(tops[widest, -2] + 0.25, 0.85)),
                color="white",
                va="center",
                ha="center",
                size=11,
                arrowprops={"arrowstyle": "-", "color": "white", "linewidth": 1, "shrinkB": 0},
            )


def _where_the_second_wins(
    shares: np.ndarray, of_steps: np.ndarray, ends: tuple[int, int]
) -> float:
    """The share of the second image at which its digit becomes more probable than the first: between two steps."""
    lead = of_steps[:, ends[1]] - of_steps[:, ends[0]]
    after = int(np.argmax(lead > 0))
    return float(np.interp(0, lead[after - 1 : after + 1], shares[after - 1 : after + 1]))
