"""The report of benchmarks/run.py: tables and figures from its measurements.

Run as a script, it writes the report anew from results.json, without measuring anything.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "notebooks"))

import charts
import goals
import growth_report
import notebook_report
import searching_report
import training_report
from digits.basics import workspace
from tables import grouped, spread, table


def write(results: dict, folder: Path) -> None:
    """Write RESULTS.md and its figures from what was measured, atomically.

    Args:
        results: for each section of run.py, its measurements; and ``machine``.
        folder: where to.
    """
    if results.get("training"):
        bars = {size: training_report.bars(results["training"], size) for size in (32, 128)}
        charts.draw_epochs(bars, folder / "epochs.png")
    if results.get("growth"):
        charts.draw_growth(*growth_report.curves(results["growth"]), folder / "growth.png")
    with workspace.write_atomically(folder / "RESULTS.md") as temporary:
        temporary.write_text(text_of(results), encoding="utf-8", newline="\n")


def text_of(results: dict) -> str:
    """The text of RESULTS.md."""
    parts = ["# Benchmarks", _machine(results["machine"])]
    if results.get("training"):
        parts.append(goals.describe(results))
    for section, describe in _SECTIONS.items():
        if results.get(section):
            parts.append(describe(results[section]))
    return "\n\n".join(parts) + "\n"


def _machine(about: dict) -> str:
    names = ("tensorflow", "keras", "numpy", "scikit-learn", "torch", "jax", "numba")
    libraries = ", ".join(f"{name} {about[name]}" for name in names if name in about)
    return (
        "Made by `python benchmarks/run.py`. Contenders took turns, each time in a process of its own; times are "
        "medians, with the range behind them.\n\n"
        f"Machine: {about['processor']}, {about['cores']} cores, {about['memory_gib']} GiB of memory, "
        f"{about['system']}, Python {about['python']}; {libraries}; NumPy multiplies with {about['blas']}."
    )


def _inference(rows: list[dict]) -> str:
    ways = [
        [
            name,
            spread((row["ways"][name]["images_per_second"] for row in rows), 0),
            spread(row["ways"][name]["one_ms"] for row in rows),
        ]
        for name in rows[0]["ways"]
    ]
    pictures = [
        [
            kind,
            spread((row["pictures"][kind]["prepare_ms"] for row in rows), 1),
            spread((row["pictures"][kind]["read_ms"] for row in rows), 1),
        ]
        for kind in rows[0]["pictures"]
    ]
    parts = [
        "## Asking a trained network",
        "784-100-10.",
        table(["way", "images per second in bulk", "milliseconds for one"], ways),
        "The handwriting pipeline, for a picture of one digit; *read* is with a network after it.",
        table(["picture", "prepared, ms", "prepared and read, ms"], pictures),
    ]
    if "image_ms" in rows[0]:
        text = f"The network for reading takes {spread(row['image_ms'] for row in rows)} ms for one image"
        if rows[0].get("browser_ms") is not None:
            text += f", and {spread(row['browser_ms'] for row in rows)} ms in a browser"
        parts.append(f"{text}.")
    web = [row["web"] for row in rows if "web" in row]
    if web:
        one = web[0]
        parts.append(
            f"The web page's server, with the network *{one['network']}* and the visitors on the same computer, "
            f"answers one visitor's drawing in {spread((row['alone_ms']['median'] for row in web), 1)} ms "
            f"(99 % within {spread((row['alone_ms']['within'] for row in web), 0)} ms). {one['visitors']} visitors at "
            f"once, {one['drawings']:,} drawings: no error, {spread((row['per_second'] for row in web), 0)} answers "
            f"per second, half of them within {spread((row['together_ms']['median'] for row in web), 0)} ms."
        )
    return "\n\n".join(parts)


def _cost(rows: list[dict]) -> str:
    lines = [
        [
            name,
            f"{group[0]['parameters']:,}",
            group[0]["epochs"],
            spread((row["seconds"] for row in group), 1),
        ]
        for (name,), group in grouped(rows, "network").items()
    ]
    return "\n\n".join(
        [
            "## What the series' networks cost",
            "One run on all training images, as the notebooks train it, on two cores; compilation included. "
            "[cost.csv](cost.csv) holds the medians, which notebook 07 shows.",
            table(["network", "parameters", "epochs", "seconds"], lines),
        ]
    )


_SECTIONS: dict[str, Callable[[list[dict]], str]] = {
    "training": training_report.describe,
    "published": training_report.describe_published,
    "accuracy": training_report.describe_accuracy,
    "growth": growth_report.describe,
    "inference": _inference,
    "searching": searching_report.describe,
    "notebooks": notebook_report.describe,
    "cost": _cost,
}


if __name__ == "__main__":
    folder = Path(__file__).resolve().parent
    write(json.loads((folder / "results.json").read_text(encoding="utf-8")), folder)
