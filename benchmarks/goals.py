"""What the series sets out to reach, held against what was measured."""

import statistics
from collections.abc import Iterator

from tables import epochs_of, grouped, table

# The seconds of training within which 98 % of the test images are to be read right.
SECONDS_TO_98 = 5


def describe(rows: list[dict]) -> str:
    """The goals as a table, from the measurements of section ``training``; those that were not measured are left out.

    Args:
        rows: one per training.
    """
    lines = [
        [goal, f"{measured:.1f}", "reached" if reached else "**missed**"]
        for goal, measured, reached in _goals(rows)
    ]
    return "\n\n".join(
        [
            "## In short",
            "Where times are compared, an epoch after the first is meant, of 784-100-10 with Adam. The floor is the "
            "arithmetic that no training can do without, five matrix products a step.",
            table(["goal of the series", "measured", "outcome"], lines),
        ]
    )


def _goals(rows: list[dict]) -> Iterator[tuple[str, float, bool]]:
    """Each goal, what was measured, and whether it is reached."""
    epochs = epochs_of(rows)

    def times(slow: str, fast: str, batch_size: int) -> float | None:
        pair = epochs.get((slow, batch_size)), epochs.get((fast, batch_size))
        return None if None in pair else pair[0] / pair[1]

    for slow, fast, least, goal in (
        (
            "keras_default",
            "series_fit",
            2,
            "`training.fit` is at least 2 times faster than Keras as it comes",
        ),
        (
            "torch_loader",
            "series_fit",
            1,
            "`training.fit` is faster than PyTorch with its DataLoader",
        ),
        ("scikit_learn", "series_fit", 1, "`training.fit` is faster than scikit-learn"),
        (
            "keras_default",
            "series_repeats",
            5,
            "a run of `repeats.train` is at least 5 times faster than Keras as it comes",
        ),
    ):
        measured = times(slow, fast, 32)
        if measured is not None:
            yield f"{goal} (batch size 32; times faster)", measured, measured >= least
    for slow, fast, batch_size, most in (
        ("series_fit", "floor", 128, 3),
        ("series_repeats", "floor_side_by_side", 32, 2),
        ("series_repeats", "floor_side_by_side", 128, 2),
    ):
        measured = times(slow, fast, batch_size)
        if measured is not None:
            name = "`training.fit`" if slow == "series_fit" else "a run of `repeats.train`"
            floor = "floor" if fast == "floor" else "floor of runs side by side"
            goal = f"{name} takes at most {most} times the {floor} (batch size {batch_size}; times the floor)"
            yield goal, measured, measured <= most
    best = grouped(rows, "contender").get(("series_best",), [])
    if best:
        seconds = statistics.median(sum(row["seconds"]) for row in best)
        accurate = all(row["accuracy"] >= 0.98 for row in best)
        goal = f"98 % of the test images are read right after less than {SECONDS_TO_98} s of training (seconds)"
        yield goal, seconds, accurate and seconds < SECONDS_TO_98
