"""What the series sets out to reach, held against what was measured."""

import statistics
from collections.abc import Iterator

from growth_report import curves
from notebook_report import together
from tables import epochs_of, grouped, table
from training_report import published_sums

BATCH_SIZES = (32, 128)
# A contender, the one that it is to be faster than, how many times at least, the batch sizes, and the goal in words.
FASTER = (
    (
        "series_fit",
        "keras_default",
        2,
        (32,),
        "`training.fit` is at least 2 times faster than Keras as it comes",
    ),
    (
        "series_fit",
        "torch_loader",
        1,
        (32,),
        "`training.fit` is faster than PyTorch with its DataLoader",
    ),
    ("series_fit", "scikit_learn", 1, (32,), "`training.fit` is faster than scikit-learn"),
    (
        "series_fit_on_both",
        "jax_scan",
        1,
        BATCH_SIZES,
        "`training.fit` with two threads is faster than JAX's scan",
    ),
    (
        "series_repeats",
        "keras_default",
        5,
        (32,),
        "a run of `repeats.train` is at least 5 times faster than Keras as it comes",
    ),
    (
        "series_repeats",
        "jax_vmap",
        1,
        BATCH_SIZES,
        "a run of `repeats.train` is faster than JAX's `vmap` over four seeds",
    ),
)
# A contender, its floor, how many times the floor it may take at most, and the goal in words.
NEAR_THE_FLOOR = (
    (
        "series_fit",
        "floor_with_adam",
        1.5,
        "`training.fit` takes at most 1.5 times the floor with Adam",
    ),
    (
        "series_repeats",
        "floor_with_adam_side_by_side",
        1.2,
        "a run of `repeats.train` takes at most 1.2 times the floor with Adam of runs side by side",
    ),
)
# The seconds of training within which 98 % of the test images are to be read right.
SECONDS_TO_98 = 5
# The published projects' work by the series, out of 1 for the same by themselves.
SHARE_OF_PUBLISHED = 0.3
# An epoch of the most images, streamed: times the one that has them in memory.
STREAMED = 1.15
# run_all.py: out of 1 for the notebooks one by one; seconds, of all and with networks kept; MiB of one process.
SHARE_OF_ONE_BY_ONE, SECONDS_OF_ALL, SECONDS_KEPT, MOST_MEMORY = 0.75, 420, 90, 2500


def describe(results: dict) -> str:
    """The goals as a table, from the measurements; those that were not measured are left out.

    Args:
        results: for each section of run.py, its measurements.
    """
    found = [
        *_of_training(results["training"]),
        *_of_published(results.get("published", [])),
        *_of_growth(results.get("growth", [])),
        *_of_notebooks(results.get("notebooks", [])),
    ]
    lines = [
        [
            goal,
            f"{measured:.2f}" if measured < 10 else f"{measured:.0f}",
            "reached" if reached else "**missed**",
        ]
        for goal, measured, reached in found
    ]
    return "\n\n".join(
        [
            "## In short",
            "Where times are compared, an epoch after the first is meant, of 784-100-10 with Adam. The floor is the "
            "arithmetic that no training can do without, five matrix products a step; *with Adam*, its update of all "
            "weights in one pass besides, both on one thread. (JAX takes as many threads as it likes.)",
            table(["goal of the series", "measured", "outcome"], lines),
        ]
    )


def _of_training(rows: list[dict]) -> Iterator[tuple[str, float, bool]]:
    """Each goal, what was measured, and whether it is reached."""
    epochs = epochs_of(rows)
    for contender, slower, least, batch_sizes, goal in FASTER:
        for size in batch_sizes:
            if {(contender, size), (slower, size)} <= epochs.keys():
                times = epochs[slower, size] / epochs[contender, size]
                yield f"{goal} (batch size {size}; times faster)", times, times >= least
    for contender, floor, most, goal in NEAR_THE_FLOOR:
        for size in BATCH_SIZES:
            if {(contender, size), (floor, size)} <= epochs.keys():
                times = epochs[contender, size] / epochs[floor, size]
                yield f"{goal} (batch size {size}; times the floor)", times, times <= most
    best = grouped(rows, "contender").get(("series_best",), [])
    if best:
        seconds = statistics.median(sum(row["seconds"]) for row in best)
        accurate = all(row["accuracy"] >= 0.98 for row in best)
        goal = f"98 % of the test images are read right after less than {SECONDS_TO_98} s of training (seconds)"
        yield goal, seconds, accurate and seconds < SECONDS_TO_98


def _of_published(rows: list[dict]) -> Iterator[tuple[str, float, bool]]:
    if not rows:
        return
    as_published, by_series = published_sums(rows)
    share = by_series / as_published
    goal = f"the published networks are trained in at most {SHARE_OF_PUBLISHED} of the time that `model.fit` takes"
    yield goal, share, share <= SHARE_OF_PUBLISHED


def _of_growth(rows: list[dict]) -> Iterator[tuple[str, float, bool]]:
    in_memory, streamed, _ = curves(rows) if rows else ([], [], [])
    if not (in_memory and streamed):
        return
    held = {point["images"]: point["seconds"] for point in in_memory}
    last = [point for point in streamed if point["images"] in held][-1]
    times = last["seconds"] / held[last["images"]]
    goal = (
        f"{last['images']:,} images, streamed, take at most {STREAMED} times as long as in memory"
    )
    yield goal, times, times <= STREAMED


def _of_notebooks(rows: list[dict]) -> Iterator[tuple[str, float, bool]]:
    one_by_one, at_once = together(rows)
    if not {False, True} <= at_once.keys():
        return
    share = at_once[False] / one_by_one[False]
    goal = (
        f"`run_all.py` takes at most {SHARE_OF_ONE_BY_ONE} of the time of the notebooks one by one"
    )
    yield goal, share, share <= SHARE_OF_ONE_BY_ONE
    for kept, most, how in (
        (False, SECONDS_OF_ALL, ""),
        (True, SECONDS_KEPT, " with networks kept"),
    ):
        goal = f"`run_all.py` takes at most {most} s{how} (seconds)"
        yield goal, at_once[kept], at_once[kept] <= most
    peaks = [row["peak_mib"] for row in rows if row["peak_mib"] is not None]
    if peaks:
        goal = f"no process of a notebook holds more than {MOST_MEMORY:,} MiB"
        yield goal, max(peaks), max(peaks) <= MOST_MEMORY
