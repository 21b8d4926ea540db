"""What benchmarks/run.py's report says of growth: does twice the work take twice as long?"""

import statistics
from dataclasses import dataclass

import numpy as np
from tables import grouped, mebibytes, peak_of, spread, table

# The hidden width of networks that are measured on more and more images.
WIDTH_OF_IMAGES = 100


@dataclass(frozen=True)
class Line:
    """Seconds along a straight line, fitted so that the relative misses are smallest."""

    start: float
    slope: float
    worst: float

    @classmethod
    def through(cls, sizes: list[float], seconds: list[float]) -> "Line":
        """The line nearest to some points, and by what share of its value it misses the worst of them."""
        slope, start = np.polyfit(sizes, seconds, 1, w=1 / np.asarray(seconds))
        missed = (start + slope * np.asarray(sizes)) / seconds - 1
        return cls(float(start), float(slope), float(np.abs(missed).max()))


def curves(rows: list[dict]) -> tuple[list[dict], list[dict], list[dict]]:
    """Medians over repetitions: with more and more images in memory, and streamed; and with wider and wider networks.

    Args:
        rows: one per measurement.

    Returns:
        Three lists of points in ascending order, each with ``images``, ``width``, ``seconds`` and ``peak`` (MiB or
        None).
    """
    points = [
        {
            "images": images,
            "width": width,
            "streamed": streamed,
            "seconds": statistics.median(row["seconds"] for row in group),
            "peak": peak_of(group),
        }
        for (images, width, streamed), group in sorted(
            grouped(rows, "images", "width", "streamed").items()
        )
    ]
    by_images = [point for point in points if point["width"] == WIDTH_OF_IMAGES]
    fewest = points[0]["images"]
    return (
        [point for point in by_images if not point["streamed"]],
        [point for point in by_images if point["streamed"]],
        [point for point in points if point["images"] == fewest and not point["streamed"]],
    )


def describe(rows: list[dict]) -> str:
    """The section of the report."""
    lines = [
        [
            f"{images:,}",
            width,
            "streamed" if streamed else "in memory",
            spread(row["seconds"] for row in group),
            mebibytes(peak_of(group)),
        ]
        for (images, width, streamed), group in grouped(rows, "images", "width", "streamed").items()
    ]
    in_memory, streamed, by_width = curves(rows)
    return "\n\n".join(
        [
            "## How cost grows",
            "784-width-10 at batch size 128, the second epoch. More images than MNIST has are copies moved by up to "
            "two pixels; *streamed* has tf.data make each copy while the network learns from the one before, and never "
            "holds more than two. What does not fit into this computer's memory is streamed only.",
            table(["images", "width", "copies", "seconds per epoch", "peak memory, MiB"], lines),
            "\n".join(
                [
                    "* " + _growth_of("In memory", "images", in_memory),
                    "* " + _growth_of("Streamed", "images", streamed),
                    "* " + _growth_of("In memory", "width", by_width),
                    *_streamed_beside(in_memory, streamed),
                ]
            ),
            "![Seconds per epoch and peak memory against the number of images, in memory and streamed, and seconds "
            "against the hidden width, with straight lines through the points.](growth.png)",
        ]
    )


def _streamed_beside(in_memory: list[dict], streamed: list[dict]) -> list[str]:
    """What streaming costs and saves at the most images that were measured both ways, as a list of one line or none."""
    for held in reversed(in_memory):
        for point in streamed:
            if point["images"] == held["images"] and held["peak"] is not None:
                longer, share = (
                    point["seconds"] / held["seconds"],
                    100 * point["peak"] / held["peak"],
                )
                return [
                    f"* With {held['images']:,} images, streaming takes {longer:.1f} times as long as holding them in "
                    f"memory, and needs {share:.0f} % of the memory."
                ]
    return []


def _growth_of(how: str, what: str, points: list[dict]) -> str:
    """How much longer an epoch takes, and how much more memory, with the most than with the least; and if in a line."""
    first, last = points[0], points[-1]
    text = (
        f"{how}, {last[what] / first[what]:.0f} times the {what} takes "
        f"{last['seconds'] / first['seconds']:.1f} times as long"
    )
    if first["peak"] is not None:
        text += f" and {last['peak'] / first['peak']:.1f} times the memory"
    if len(points) > 2:
        line = Line.through(
            [point[what] for point in points], [point["seconds"] for point in points]
        )
        text += f"; a straight line misses no point by more than {100 * line.worst:.0f} %"
    return text + "."
