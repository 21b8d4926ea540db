"""What benchmarks/run.py's report says of the notebooks: where their time goes, one by one and all at once."""

import statistics

from tables import grouped, mebibytes, peak_of, table

PARTS = ("kernel", "imports", "work")
# Stands for run_all.py where a notebook's number is expected.
ALL = "all"


def _medians(group: list[dict]) -> list[float]:
    return [statistics.median(row[part] for row in group) for part in PARTS]


def together(rows: list[dict]) -> tuple[dict[bool, float], dict[bool, float]]:
    """Seconds of all notebooks one by one, and of run_all.py; each by whether networks were kept, where measured."""
    one_by_one: dict[bool, float] = {}
    at_once: dict[bool, float] = {}
    for (number, kept), group in grouped(rows, "number", "kept").items():
        if number == ALL:
            at_once[kept] = sum(_medians(group))
        else:
            one_by_one[kept] = one_by_one.get(kept, 0.0) + sum(_medians(group))
    return one_by_one, at_once


def describe(rows: list[dict]) -> str:
    """The section of the report."""
    lines = []
    for (number, kept), group in sorted(grouped(rows, "number", "kept").items()):
        if number != ALL:
            seconds = _medians(group)
            name = f"{number}, networks kept" if kept else number
            lines.append(
                [
                    name,
                    *(f"{part:.1f}" for part in (*seconds, sum(seconds))),
                    mebibytes(peak_of(group)),
                ]
            )
    one_by_one, at_once = together(rows)
    sentence = f"All together take {one_by_one[False]:.0f} s, and {one_by_one[True]:.0f} s with their networks kept"
    if at_once:
        sentence += (
            f"; `run_all.py`, which runs those side by side that do not need each other, takes {at_once[False]:.0f} "
            f"and {at_once[True]:.0f} s."
        )
    else:
        sentence += "; `run_all.py` is faster, since it runs those side by side that do not need each other."
    return "\n\n".join(
        [
            "## The notebooks",
            "Executed headless one after the other: once with nothing computed before, then again with the networks "
            "that the first time had trained.",
            table(
                [
                    "notebook",
                    "start and end of the kernel, s",
                    "imports and data, s",
                    "work, s",
                    "together, s",
                    "peak memory, MiB",
                ],
                lines,
            ),
            sentence,
        ]
    )
