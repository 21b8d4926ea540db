"""The figures of benchmarks/RESULTS.md."""

import statistics
import textwrap
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from digits import plots
from growth_report import Line
from matplotlib.ticker import MaxNLocator

_OWN, _OTHERS = plots.look("other").colour, plots.look("training").colour
_MARKERS = {"other": "o", "training": "s"}
_LETTERS_OF_NAMES = 24  # in a line


def draw_epochs(seconds: dict[int, dict[str, list[float]]], file: Path) -> None:
    """One bar per contender and batch size, the slowest at the bottom, with the range; the series' own are black.

    Args:
        seconds: for each batch size and each contender's name, those of all epochs that were measured.
        file: where to.
    """
    smallest = seconds[min(seconds)]
    names = sorted(smallest, key=lambda name: statistics.median(smallest[name]))
    names += sorted({name for of_size in seconds.values() for name in of_size} - set(names))
    figure, panels = plt.subplots(
        1,
        len(seconds),
        figsize=(plots.WIDE, 1.2 + 0.42 * len(names)),
        sharex=True,
        sharey=True,
        squeeze=False,
    )
    figure.suptitle(_message(smallest), x=0.01, ha="left")
    for axes, (batch_size, contenders) in zip(panels[0], seconds.items(), strict=True):
        for row, name in enumerate(names):
            if name in contenders:
                _bar(axes, row, contenders[name], _OWN if _is_own(name) else _OTHERS)
        axes.set_title(f"batches of {batch_size}", fontweight="normal")
        axes.set_xlabel("seconds per epoch")
        axes.set_xlim(0, 1.18 * max(max(times) for of in seconds.values() for times in of.values()))
        axes.tick_params(axis="y", length=0)
    labels = [textwrap.fill(name.replace("`", ""), _LETTERS_OF_NAMES) for name in names]
    panels[0, 0].set_yticks(range(len(names)), labels)
    panels[0, 0].invert_yaxis()
    plots.save(figure, file)


def _is_own(name: str) -> bool:
    return name.startswith("the series")


def _message(contenders: dict[str, list[float]]) -> str:
    """What the bars say: how the series' plain training compares to Keras's, if both were measured."""
    first = {}
    for name, times in contenders.items():
        first.setdefault(name.split(",")[0], statistics.median(times))
    if not {"Keras", "the series"} <= set(first):
        return "How long one pass through all images takes"
    ratio = first["Keras"] / first["the series"]
    return f"The series takes a pass through all images {ratio:.1f} times as fast as Keras alone"


def _bar(axes: plt.Axes, row: int, seconds: list[float], colour: str) -> None:
    """A bar as long as the median, a line for the range, and the median in figures behind them."""
    middle = statistics.median(seconds)
    axes.barh(row, middle, color=colour)
    axes.hlines(row, min(seconds), max(seconds), color="0.5" if colour == _OWN else "black")
    axes.annotate(
        f"{middle:.2f}",
        (max(seconds), row),
        textcoords="offset points",
        xytext=(5, 0),
        va="center",
        fontsize=plots.SMALL,
    )


def draw_growth(
    in_memory: list[dict], streamed: list[dict], by_width: list[dict], file: Path
) -> None:
    """Seconds and memory against images, and seconds against width, with straight lines through the seconds.

    Args:
        in_memory, streamed: for each number of ``images``, the ``seconds`` of an epoch and ``peak`` memory in MiB.
        by_width: the same for each ``width``.
        file: where to.
    """
    figure, (time_axes, memory_axes, width_axes) = plt.subplots(
        1, 3, figsize=(plots.WIDE, 3.4), width_ratios=(1, 1, 0.9)
    )
    message = "Time grows with images and width; memory does not if images are streamed"
    figure.suptitle(message, x=0.01, ha="left")
    _points_on_a_line(width_axes, [point["width"] for point in by_width], by_width, "other")
    ends: dict[plt.Axes, dict[str, float]] = {time_axes: {}, memory_axes: {}}
    looks = {"in memory": "other", "streamed": "training"}
    for points, label in ((in_memory, "in memory"), (streamed, "streamed")):
        if not points:
            continue
        look = plots.look(looks[label])
        images = [point["images"] for point in points]
        _points_on_a_line(time_axes, images, points, looks[label])
        ends[time_axes][label] = points[-1]["seconds"]
        if all(point["peak"] is not None for point in points):
            gibibytes = [point["peak"] / 1024 for point in points]
            style = {"color": look.colour, "marker": _MARKERS[looks[label]]}
            memory_axes.plot(images, gibibytes, look.line, **style)
            ends[memory_axes][label] = gibibytes[-1]
    for axes, x, y in (
        (time_axes, "images", "seconds per epoch"),
        (memory_axes, "images", "peak memory, GiB"),
        (width_axes, "hidden width", "seconds per epoch"),
    ):
        axes.set(xlabel=x, ylabel=y, xlim=(0, None), ylim=(0, None))
        axes.xaxis.set_major_locator(MaxNLocator(3))
        plots.thousands_axis(axes.xaxis)
    for axes, of_axes in ends.items():
        plots.label_lines(
            axes, of_axes, {label: plots.look(looks[label]).colour for label in of_axes}
        )
    plots.save(figure, file)


def _points_on_a_line(axes: plt.Axes, sizes: list[float], points: list[dict], look: str) -> None:
    """The seconds of points and, if there are more than two, the straight line nearest to them."""
    seconds, colour = [point["seconds"] for point in points], plots.look(look).colour
    axes.plot(sizes, seconds, _MARKERS[look], color=colour)
    if len(points) > 2:
        line, ends = Line.through(sizes, seconds), np.array([0, max(sizes)])
        axes.plot(
            ends, line.start + line.slope * ends, plots.look(look).line, color=colour, linewidth=1
        )
