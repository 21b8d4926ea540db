"""What networks reach with how many parameters."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd

from .. import plots

_IMAGES = 10_000


def errors_by_parameters(
    runs: pd.DataFrame, title: str, beside: Mapping[str, tuple[float, float]]
) -> plt.Figure:
    """The test errors of networks against their parameters, both logarithmic; networks of one family share a line.

    Markers: means of the runs; vertical lines: from the lowest run to the highest.

    Args:
        runs: columns ``network``, ``look`` (a name in ``plots.LOOKS``: the family), ``parameters`` and ``error``, 0 to
            1; one row for each run.
        title: the message of the figure.
        beside: where a network's name stands: points to the right of its marker and above it.
    """
    figure, axes = plt.subplots(figsize=(plots.WIDE, 4.8))
    for family, of_family in runs.groupby("look", sort=False):
        look = plots.look(str(family))
        by_network = of_family.groupby(["parameters", "network"])["error"]
        means = by_network.mean().reset_index()
        axes.plot(
            means["parameters"],
            means["error"],
            look.marker,
            linestyle=":",
            linewidth=1,
            color=look.colour,
            markersize=7,
            label=str(family),
        )
        axes.vlines(means["parameters"], by_network.min(), by_network.max(), color=look.colour)
        for _, row in means.iterrows():
            axes.annotate(
                f"{row['network']}: {_IMAGES * row['error']:.0f}",
                (row["parameters"], row["error"]),
                xytext=beside.get(row["network"], (9, 0)),
                textcoords="offset points",
                va="center",
                fontsize=plots.SMALL,
                color=look.colour,
            )
    # On the right there is room for the names.
    sizes = runs["parameters"]
    axes.set(xscale="log", xlim=(sizes.min() / 1.6, sizes.max() * 4))
    axes.minorticks_off()
    plots.thousands_axis(axes.xaxis)
    plots.error_axis(axes.yaxis, runs["error"], of=_IMAGES, steps=(1, 2, 3, 5))
    axes.grid()
    axes.set(
        xlabel="parameters (log scale)",
        ylabel=f"errors of {_IMAGES:,} test images\n(log scale)",
        title=title,
    )
    return figure
