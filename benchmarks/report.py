"""The report of benchmarks/run.py: tables and figures from its measurements."""

import statistics
from collections.abc import Callable
from pathlib import Path

import charts
import goals
import growth_report
from digits import workspace
from tables import (
    after_first,
    epochs_of,
    grouped,
    mebibytes,
    peak_of,
    ratio,
    spread,
    table,
)

LABELS = {
    "keras_default": "Keras, `model.fit` as it comes",
    "series_fit": "the series, `training.fit`",
    "series_repeats": "the series, `repeats.train` (four seeds, per run)",
    "series_best": "the series, learning rate that rises and falls",
    "scikit_learn": "scikit-learn, `MLPClassifier`",
    "torch_loader": "PyTorch, DataLoader",
    "torch_slices": "PyTorch, slices of one tensor",
    "floor": "NumPy, the five matrix products alone",
    "floor_side_by_side": "NumPy, the same for two runs side by side (per run)",
}


def write(results: dict, folder: Path) -> None:
    """Write RESULTS.md and its figures from what was measured, atomically.

    Args:
        results: for each section of run.py, its measurements; and ``machine``.
        folder: where to.
    """
    if results.get("training"):
        charts.draw_epochs(
            {size: _bars(results["training"], size) for size in (32, 128)}, folder / "epochs.png"
        )
    if results.get("growth"):
        charts.draw_growth(*growth_report.curves(results["growth"]), folder / "growth.png")
    with workspace.write_atomically(folder / "RESULTS.md") as temporary:
        temporary.write_text(text_of(results), encoding="utf-8", newline="\n")


def text_of(results: dict) -> str:
    """The text of RESULTS.md."""
    parts = ["# Benchmarks", _machine(results["machine"])]
    if results.get("training"):
        parts.append(goals.describe(results["training"]))
    for section, describe in _SECTIONS.items():
        if results.get(section):
            parts.append(describe(results[section]))
    return "\n\n".join(parts) + "\n"


def _machine(about: dict) -> str:
    names = ("tensorflow", "keras", "numpy", "scikit-learn", "torch")
    libraries = ", ".join(f"{name} {about[name]}" for name in names if name in about)
    return (
        "Made by `python benchmarks/run.py`. Contenders took turns, each time in a process of its own; times are "
        "medians, with the range behind them.\n\n"
        f"Machine: {about['processor']}, {about['cores']} cores, {about['memory_gib']} GiB of memory, "
        f"{about['system']}, Python {about['python']}; {libraries}; NumPy multiplies with {about['blas']}."
    )


# ---------------------------------------------------------------- training


def _bars(rows: list[dict], batch_size: int) -> dict[str, list[float]]:
    """The seconds of all epochs after the first, for the name of each contender at a batch size."""
    groups = grouped(rows, "contender", "batch_size")
    return {
        LABELS[contender]: after_first(group)
        for (contender, size), group in groups.items()
        if size == batch_size and contender != "series_best"
    }


def _training(rows: list[dict]) -> str:
    groups, epochs = grouped(rows, "contender", "batch_size"), epochs_of(rows)
    lines = []
    for (contender, batch_size), group in groups.items():
        if contender == "series_best":
            continue
        epoch = epochs[contender, batch_size]
        floor = "floor" + "_side_by_side" * (contender in ("series_repeats", "floor_side_by_side"))
        accuracies = [100 * row["accuracy"] for row in group if row["accuracy"] is not None]
        lines.append(
            [
                LABELS[contender],
                batch_size,
                spread(after_first(group), 3),
                ratio(epochs.get(("keras_default", batch_size)), epoch),
                ratio(epoch, epochs.get((floor, batch_size))),
                spread([row["seconds"][0] for row in group]),
                spread([row["process_seconds"] for row in group], 1),
                mebibytes(peak_of(group)),
                spread(accuracies),
            ]
        )
    best = groups[("series_best", 64)]
    training = spread([sum(row["seconds"]) for row in best])
    reached = spread([100 * row["accuracy"] for row in best])
    return "\n\n".join(
        [
            "## The same work, side by side",
            f"784-100-10, Adam, {rows[0]['images']:,} training images, {rows[0]['epochs']} epochs. Each epoch is "
            "compared with Keras's own and with the matrix products at the same batch size. The runs of "
            "`repeats.train` share a process and the cores, each on one thread: they are compared with matrix "
            "products that do the same.",
            table(
                [
                    "contender",
                    "batch",
                    "seconds per epoch after the first",
                    "times faster than Keras",
                    "times the matrix products",
                    "first epoch, s",
                    "whole process, s",
                    "peak memory, MiB",
                    "test accuracy, %",
                ],
                lines,
            ),
            f"With a hidden layer of {best[0]['width']}, batches of {best[0]['batch_size']} and a learning rate that "
            f"rises and falls within {best[0]['epochs']} epochs, the series trains to {reached} % test accuracy in "
            f"{training} s, compilation included.",
            "![Seconds per epoch of each contender as bars with their range, at batch sizes 32 and 128.](epochs.png)",
        ]
    )


def _accuracy(rows: list[dict]) -> str:
    lines = []
    for (network, contender, width, batch_size), group in grouped(
        rows, "network", "contender", "width", "batch_size"
    ).items():
        for target in group[0]["targets"]:
            reached = [
                row["reached"][str(target)] for row in group if str(target) in row["reached"]
            ]
            lines.append(
                [
                    LABELS[contender],
                    f"784-{width}-10" if network == "dense" else "two convolutions",
                    batch_size,
                    f"{100 * target:.0f} %",
                    f"{len(reached)} of {len(group)}",
                    spread([one["epochs"] for one in reached], 0),
                    spread([one["training_seconds"] for one in reached], 1),
                    spread([one["since_start"] for one in reached], 1),
                ]
            )
    most = {
        network: max(row["epochs"] for row in group)
        for (network,), group in grouped(rows, "network").items()
    }
    limits = f"{most.get('dense', '–')} epochs ({most.get('conv', '–')} with convolutions)"
    return "\n\n".join(
        [
            "## Time to accuracy",
            "Seconds until this share of 10,000 validation images is read right, of which training saw none; measuring "
            f"it is not counted. Each contender trained from {len(group)} seeds, for at most {limits}; a learning rate "
            "that rises and falls wants its few epochs fixed beforehand.",
            table(
                [
                    "contender",
                    "network",
                    "batch",
                    "accuracy",
                    "reached",
                    "epochs",
                    "s of training",
                    "s since the process began",
                ],
                lines,
            ),
        ]
    )


# ---------------------------------------------------------------- answering, and the series itself


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
        "The handwriting pipeline, for a picture of one digit; *read* is with a convolutional network after it.",
        table(["picture", "prepared, ms", "prepared and read, ms"], pictures),
    ]
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


def _notebooks(rows: list[dict]) -> str:
    lines, together = [], {False: 0.0, True: 0.0}
    for (number, kept), group in sorted(grouped(rows, "number", "kept").items()):
        parts = [
            statistics.median(row[part] for row in group) for part in ("kernel", "imports", "work")
        ]
        together[kept] += sum(parts)
        lines.append(
            [
                f"{number}, networks kept" if kept else number,
                *(f"{part:.1f}" for part in (*parts, sum(parts))),
                mebibytes(peak_of(group)),
            ]
        )
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
            f"All together take {together[False]:.0f} s, and {together[True]:.0f} s with their networks kept; "
            "`run_all.py` is faster, since it runs those side by side that do not need each other.",
        ]
    )


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
            "[cost.csv](cost.csv) holds the medians, which notebook 06 shows.",
            table(["network", "parameters", "epochs", "seconds"], lines),
        ]
    )


_SECTIONS: dict[str, Callable[[list[dict]], str]] = {
    "training": _training,
    "accuracy": _accuracy,
    "growth": growth_report.describe,
    "inference": _inference,
    "notebooks": _notebooks,
    "cost": _cost,
}
