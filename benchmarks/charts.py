"""The figures of benchmarks/RESULTS.md."""

from pathlib import Path

import digits.plots  # noqa: F401 (sets the style of all figures)
import matplotlib.pyplot as plt
from digits import workspace


def draw_epochs(seconds: dict[str, float], file: Path) -> None:
    """One bar per contender, the slowest below; the series' own are blue.

    Args:
        seconds: per epoch, for the name of each contender.
        file: where to.
    """
    names = sorted(seconds, key=seconds.get, reverse=True)
    colours = ["C0" if name.startswith("the series") else "0.6" for name in names]
    figure, axes = plt.subplots(figsize=(8, 3))
    axes.barh(
        [name.replace("`", "") for name in names],
        [seconds[name] for name in names],
        color=colours,
    )
    axes.set(xlabel="seconds per epoch after the first, 784-100-10, batch size 32")
    axes.bar_label(axes.containers[0], fmt="{:.2f}", padding=3, fontsize=8)
    axes.margins(x=0.1)
    _save(figure, file)


def draw_growth(
    in_memory: list[dict], streamed: list[dict], by_width: list[dict], file: Path
) -> None:
    """Seconds and memory against images, and seconds against width.

    Args:
        in_memory, streamed: for each number of ``images``, the ``seconds`` of an epoch and ``peak`` memory in MiB.
        by_width: the same for each ``width``.
        file: where to.
    """
    figure, (time_axes, memory_axes, width_axes) = plt.subplots(1, 3, figsize=(10, 3.2))
    for rows, style, label in ((in_memory, "o-", "in memory"), (streamed, "s--", "streamed")):
        counts = [row["images"] / 1000 for row in rows]
        time_axes.plot(counts, [row["seconds"] for row in rows], style, label=label)
        if all(row["peak"] is not None for row in rows):
            memory_axes.plot(counts, [row["peak"] / 1024 for row in rows], style, label=label)
    width_axes.plot([row["width"] for row in by_width], [row["seconds"] for row in by_width], "o-")
    for axes, x, y in (
        (time_axes, "thousand images", "seconds per epoch"),
        (memory_axes, "thousand images", "peak memory, GiB"),
        (width_axes, "hidden width", "seconds per epoch"),
    ):
        axes.set(xlabel=x, ylabel=y, xlim=(0, None), ylim=(0, None))
    time_axes.legend()
    _save(figure, file)


def _save(figure: plt.Figure, file: Path) -> None:
    with workspace.write_atomically(file) as temporary:
        figure.savefig(temporary, bbox_inches="tight", metadata={"Software": None})
    plt.close(figure)
