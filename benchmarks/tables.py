"""From measurements to the cells of a table in Markdown."""

import statistics
from collections import defaultdict
from collections.abc import Iterable


def table(headers: list[str], rows: Iterable[list]) -> str:
    """A table in Markdown; all columns but the first are set flush right."""
    lines = [headers, ["---", *["---:"] * (len(headers) - 1)], *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def spread(values: Iterable[float], decimals: int = 2) -> str:
    """Median and range; a dash where there is nothing, and more decimals where the median would read as 0."""
    values = list(values)
    if not values:
        return "–"
    median = statistics.median(values)
    while median and not round(median, decimals):
        decimals += 1
    return f"{median:,.{decimals}f} ({min(values):,.{decimals}f}–{max(values):,.{decimals}f})"


def ratio(one: float | None, other: float | None) -> str:
    """How many times the other the one is; a dash where one of them was not measured."""
    return "–" if one is None or other is None else f"{one / other:.1f}"


def mebibytes(peak: float | None) -> str:
    """Memory in whole MiB; a dash where the system does not tell."""
    return "–" if peak is None else f"{peak:,.0f}"


def grouped(rows: list[dict], *keys: str) -> dict[tuple, list[dict]]:
    """Rows with the same values, in the order in which these first appear."""
    groups = defaultdict(list)
    for row in rows:
        groups[tuple(row[key] for key in keys)].append(row)
    return groups


def peak_of(group: list[dict]) -> float | None:
    """The median of the most memory that processes held, in MiB; None where the system does not tell."""
    peaks = [row["peak_mib"] for row in group if row["peak_mib"] is not None]
    return statistics.median(peaks) if peaks else None


def after_first(rows: list[dict]) -> list[float]:
    """The seconds of all epochs but the first of each training, in which the network is compiled."""
    return [seconds for row in rows for seconds in row["seconds"][1:]]


def epochs_of(rows: list[dict]) -> dict[tuple[str, int], float]:
    """The median seconds of an epoch after the first, for each contender and batch size."""
    groups = grouped(rows, "contender", "batch_size")
    return {key: statistics.median(after_first(group)) for key, group in groups.items()}
