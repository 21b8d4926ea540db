"""The figures of benchmarks/RESULTS.md."""

import statistics
from pathlib import Path

import digits.plots  # noqa: F401 (sets the style of all figures)
import matplotlib.pyplot as plt
import numpy as np
from digits.basics import workspace
from growth_report import Line


def draw_epochs(seconds: dict[int, dict[str, list[float]]], file: Path) -> None:
    """One bar per contender, from the slowest to the fastest, with the range; the series' own are blue.

    Args:
        seconds: for each batch size and each contender's name, those of all epochs that were measured.
        file: where to.
    """
    figure, panels = plt.subplots(
        len(seconds),
        figsize=(8, 0.8 + 0.32 * sum(map(len, seconds.values()))),
        height_ratios=[max(1, len(contenders)) for contenders in seconds.values()],
        sharex=True,
        squeeze=False,
    )
    for axes, (batch_size, contenders) in zip(panels[:, 0], seconds.items(), strict=True):
        names = sorted(contenders, key=lambda name: statistics.median(contenders[name]))
        medians = [statistics.median(contenders[name]) for name in names]
        ranges = [
            [middle - min(contenders[name]) for name, middle in zip(names, medians, strict=True)],
            [max(contenders[name]) - middle for name, middle in zip(names, medians, strict=True)],
        ]
        axes.barh(
            [name.replace("`", "") for name in names],
            medians,
            xerr=ranges,
            error_kw={"ecolor": "0.3", "elinewidth": 1, "capsize": 2},
            color=["C0" if name.startswith("the series") else "0.7" for name in names],
        )
        for row, (middle, above) in enumerate(zip(medians, ranges[1], strict=True)):
            axes.annotate(
                f"{middle:.2f}",
                (middle + above, row),
                textcoords="offset points",
                xytext=(5, 0),
                va="center",
                fontsize=9,
            )
        axes.set_title(f"Batch size {batch_size}")
        axes.invert_yaxis()
        axes.margins(x=0.1)
    panels[-1, 0].set_xlabel("seconds per epoch after the first (784-100-10): median and range")
    _save(figure, file)


def draw_growth(
    in_memory: list[dict], streamed: list[dict], by_width: list[dict], file: Path
) -> None:
    """Seconds and memory against images, and seconds against width, with straight lines through the seconds.

    Args:
        in_memory, streamed: for each number of ``images``, the ``seconds`` of an epoch and ``peak`` memory in MiB.
        by_width: the same for each ``width``.
        file: where to.
    """
    figure, (time_axes, memory_axes, width_axes) = plt.subplots(1, 3, figsize=(10, 3.2))
    for points, marker, label in ((in_memory, "o", "in memory"), (streamed, "s", "streamed")):
        thousands = [point["images"] / 1000 for point in points]
        drawn = _points_on_a_line(time_axes, thousands, points, marker)
        drawn.set_label(label)
        if all(point["peak"] is not None for point in points):
            gibibytes = [point["peak"] / 1024 for point in points]
            memory_axes.plot(thousands, gibibytes, f"{marker}-", label=label)
    _points_on_a_line(width_axes, [point["width"] for point in by_width], by_width, "o")
    for axes, x, y in (
        (time_axes, "thousand images", "seconds per epoch"),
        (memory_axes, "thousand images", "peak memory, GiB"),
        (width_axes, "hidden width", "seconds per epoch"),
    ):
        axes.set(xlabel=x, ylabel=y, xlim=(0, None), ylim=(0, None))
    time_axes.legend()
    _save(figure, file)


def _points_on_a_line(axes: plt.Axes, sizes: list[float], points: list[dict], marker: str):
    """The seconds of points and, if there are more than two, the straight line nearest to them."""
    seconds = [point["seconds"] for point in points]
    (drawn,) = axes.plot(sizes, seconds, marker)
    if len(points) > 2:
        line, ends = Line.through(sizes, seconds), np.array([0, max(sizes)])
        axes.plot(ends, line.start + line.slope * ends, "-", color=drawn.get_color(), linewidth=1)
    return drawn


def _save(figure: plt.Figure, file: Path) -> None:
    with workspace.write_atomically(file) as temporary:
        figure.savefig(temporary, bbox_inches="tight", metadata={"Software": None})
    plt.close(figure)
