"""What benchmarks/run.py's report says of searches: with more workers, and of what keeping trials costs."""

from tables import grouped, spread, table

STORAGES = {"memory": "memory", "file": "a file (SQLite)", "journal": "a journal"}


def describe(rows: list[dict]) -> str:
    """The section of the report."""
    groups = grouped(rows, "workers", "storage")
    kept = [
        [STORAGES[storage], spread((row["ms_per_trial"] for row in group), 1)]
        for (workers, storage), group in groups.items()
        if not workers
    ]
    searched = [
        [workers, group[0]["trials"], spread((row["per_minute"] for row in group), 1)]
        for (workers, _), group in groups.items()
        if workers
    ]
    parts = [
        "## Searching",
        "What a trial costs that trains nothing: five settings, chosen and kept, and five reports.",
        table(["kept in", "milliseconds per trial"], kept),
    ]
    if searched:
        parts += [
            "Notebook 08's trials, all with settings at random and none pruned, kept in a file. The workers are "
            "processes on this computer; their start does not count.",
            table(["workers", "trials", "trials per minute"], searched),
        ]
    return "\n\n".join(parts)
