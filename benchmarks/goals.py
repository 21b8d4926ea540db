"""What the series sets out to reach, held against what was measured."""

import statistics
from collections.abc import Iterator

from tables import epochs_of, grouped, table

# At batch size 32: a contender, the one that it is to be faster than, how many times at least, and the goal in words.
FASTER = (
    (
        "series_fit",
        "keras_default",
        2,
        "`training.fit` is at least 2 times faster than Keras as it comes",
    ),
    ("series_fit", "torch_loader", 1, "`training.fit` is faster than PyTorch with its DataLoader"),
    ("series_fit", "scikit_learn", 1, "`training.fit` is faster than scikit-learn"),
    (
        "series_repeats",
        "keras_default",
        5,
        "a run of `repeats.train` is at least 5 times faster than Keras as it comes",
    ),
)
# A contender, its floor, a batch size, how many times the floor it may take at most, and the goal in words.
NEAR_THE_FLOOR = (
    ("series_fit", "floor", 128, 3, "`training.fit` takes at most 3 times the floor"),
    *(
        (
            "series_repeats",
            "floor_side_by_side",
            batch_size,
            2,
            "a run of `repeats.train` takes at most 2 times the floor of runs side by side",
        )
        for batch_size in (32, 128)
    ),
)
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
    for contender, slower, least, goal in FASTER:
        if {(contender, 32), (slower, 32)} <= epochs.keys():
            times = epochs[slower, 32] / epochs[contender, 32]
            yield f"{goal} (batch size 32; times faster)", times, times >= least
    for contender, floor, batch_size, most, goal in NEAR_THE_FLOOR:
        if {(contender, batch_size), (floor, batch_size)} <= epochs.keys():
            times = epochs[contender, batch_size] / epochs[floor, batch_size]
            yield f"{goal} (batch size {batch_size}; times the floor)", times, times <= most
    best = grouped(rows, "contender").get(("series_best",), [])
    if best:
        seconds = statistics.median(sum(row["seconds"]) for row in best)
        accurate = all(row["accuracy"] >= 0.98 for row in best)
        goal = f"98 % of the test images are read right after less than {SECONDS_TO_98} s of training (seconds)"
        yield goal, seconds, accurate and seconds < SECONDS_TO_98
