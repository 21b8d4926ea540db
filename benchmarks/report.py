"""The report of benchmarks/run.py: tables and figures from its measurements."""

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import charts
from digits import workspace

# The hidden width of networks that are measured on more and more images.
WIDTH_OF_IMAGES = 100
LABELS = {
    "keras_default": "Keras, `model.fit` as it comes",
    "series_fit": "the series, `training.fit`",
    "series_repeats": "the series, `repeats.train` (four seeds, per run)",
    "series_best": "the series, learning rate that rises and falls",
    "scikit_learn": "scikit-learn, `MLPClassifier`",
    "torch_loader": "PyTorch, DataLoader",
    "torch_slices": "PyTorch, slices of one tensor",
    "floor": "NumPy, the five matrix products alone",
}


def write(results: dict, folder: Path) -> None:
    """Write RESULTS.md and its figures from what was measured, atomically.

    Args:
        results: for each section of run.py, its measurements; and ``machine``.
        folder: where to.
    """
    parts = ["# Benchmarks", _machine(results["machine"])]
    for section, describe in _SECTIONS.items():
        if results.get(section):
            parts.append(describe(results[section], folder))
    with workspace.write_atomically(folder / "RESULTS.md") as temporary:
        temporary.write_text("\n\n".join(parts) + "\n", encoding="utf-8", newline="\n")


def _machine(about: dict) -> str:
    libraries = ", ".join(
        f"{name} {about[name]}"
        for name in ("tensorflow", "keras", "numpy", "scikit-learn", "torch")
        if name in about
    )
    return (
        "Made by `python benchmarks/run.py`. Contenders took turns, each time in a process of its own; times are "
        "medians, with the range behind them.\n\n"
        f"Machine: {about['processor']}, {about['cores']} cores, {about['memory_gib']} GiB of memory, "
        f"{about['system']}, Python {about['python']}; {libraries}."
    )


def _table(headers: list[str], rows: Iterable[list]) -> str:
    """A table in Markdown; all columns but the first are set flush right."""
    lines = [headers, ["---", *["---:"] * (len(headers) - 1)], *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def _spread(values: list[float], digits: int = 2) -> str:
    """Median and range."""
    if not values:
        return "–"
    middle = f"{statistics.median(values):.{digits}f}"
    return f"{middle} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def _grouped(rows: list[dict], *keys: str) -> dict[tuple, list[dict]]:
    """Rows with the same values, in the order in which these first appear."""
    groups = defaultdict(list)
    for row in rows:
        groups[tuple(row[key] for key in keys)].append(row)
    return groups


def _after_first(rows: list[dict]) -> list[float]:
    return [seconds for row in rows for seconds in row["seconds"][1:]]


def _training(rows: list[dict], folder: Path) -> str:
    groups = _grouped(rows, "contender", "batch_size")
    epochs = {key: statistics.median(_after_first(group)) for key, group in groups.items()}
    lines = []
    for (contender, batch_size), group in groups.items():
        if contender == "series_best":
            continue
        epoch = epochs[contender, batch_size]
        accuracies = [100 * row["accuracy"] for row in group if row["accuracy"] is not None]
        lines.append(
            [
                LABELS[contender],
                batch_size,
                _spread(_after_first(group), 3),
                _ratio(epochs.get(("keras_default", batch_size)), epoch),
                _ratio(epoch, epochs.get(("floor", batch_size))),
                _spread([row["seconds"][0] for row in group]),
                _spread([row["process_seconds"] for row in group], 1),
                _mebibytes(_peak(group)),
                _spread(accuracies),
            ]
        )
    best = groups[("series_best", 64)]
    training = _spread([sum(row["seconds"]) for row in best])
    reached = _spread([100 * row["accuracy"] for row in best])
    at_32 = {LABELS[name]: value for (name, size), value in epochs.items() if size == 32}
    charts.draw_epochs(at_32, folder / "epochs.png")
    return "\n\n".join(
        [
            "## The same work, side by side",
            f"784-100-10, Adam, {rows[0]['images']:,} training images, {rows[0]['epochs']} epochs. Each epoch is "
            "compared with Keras's own and with the matrix products at the same batch size. Four runs of "
            "`repeats.train` share a process.",
            _table(
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
            "![Seconds per epoch of each contender at batch size 32.](epochs.png)",
        ]
    )


def _ratio(one: float | None, other: float | None) -> str:
    return "–" if one is None or other is None else f"{one / other:.1f}"


def _peak(group: list[dict]) -> float | None:
    """The median of the most memory that processes held, in MiB; None where the system does not tell."""
    peaks = [row["peak_mib"] for row in group if row["peak_mib"] is not None]
    return statistics.median(peaks) if peaks else None


def _mebibytes(peak: float | None) -> str:
    return "–" if peak is None else f"{peak:,.0f}"


def _accuracy(rows: list[dict], folder: Path) -> str:
    lines = []
    for (network, contender, width, batch_size), group in _grouped(
        rows, "network", "contender", "width", "batch_size"
    ).items():
        for target in group[0]["targets"]:
            reached = [
                row["reached"][str(target)] for row in group if str(target) in row["reached"]
            ]
            name = f"784-{width}-10" if network == "dense" else "two convolutions"
            lines.append(
                [
                    LABELS[contender],
                    name,
                    batch_size,
                    f"{target:.0%}",
                    f"{len(reached)} of {len(group)}",
                    _spread([one["epochs"] for one in reached], 0),
                    _spread([one["training_seconds"] for one in reached], 1),
                    _spread([one["since_start"] for one in reached], 1),
                ]
            )
    return "\n\n".join(
        [
            "## Time to accuracy",
            "Seconds until this share of 10,000 validation images is read right, of which training saw none; measuring "
            "it is not counted. Each contender trained from three seeds, for at most 15 epochs (12 with "
            "convolutions); a learning rate that rises and falls wants its four epochs fixed beforehand.",
            _table(
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


def _growth(rows: list[dict], folder: Path) -> str:
    medians = [
        dict(zip(("images", "width", "streamed"), key, strict=True))
        | {"seconds": statistics.median(row["seconds"] for row in group), "peak": _peak(group)}
        for key, group in _grouped(rows, "images", "width", "streamed").items()
    ]
    lines = [
        [
            f"{row['images']:,}",
            row["width"],
            "streamed" if row["streamed"] else "in memory",
            f"{row['seconds']:.2f}",
            _mebibytes(row["peak"]),
        ]
        for row in medians
    ]
    by_images = [row for row in medians if row["width"] == WIDTH_OF_IMAGES]
    fewest = min(row["images"] for row in medians)
    by_width = sorted(
        (row for row in medians if row["images"] == fewest and not row["streamed"]),
        key=lambda row: row["width"],
    )
    in_memory = [row for row in by_images if not row["streamed"]]
    streamed = [row for row in by_images if row["streamed"]]
    charts.draw_growth(in_memory, streamed, by_width, folder / "growth.png")
    return "\n\n".join(
        [
            "## How cost grows",
            "784-width-10 at batch size 128, the second epoch. More images than MNIST has are copies moved by up to "
            "two pixels; *streamed* has tf.data make each copy while the network learns from the one before, and never "
            "holds more than two.",
            _table(["images", "width", "copies", "seconds per epoch", "peak memory, MiB"], lines),
            _how_it_grows("In memory", in_memory) + " " + _how_it_grows("Streamed", streamed),
            "![Seconds per epoch and peak memory against the number of images, in memory and streamed, and seconds "
            "against the hidden width.](growth.png)",
        ]
    )


def _how_it_grows(how: str, rows: list[dict]) -> str:
    """How much longer an epoch takes, and how much more memory, with the most images than with the fewest."""
    first = min(rows, key=lambda row: row["images"])
    last = max(rows, key=lambda row: row["images"])
    text = (
        f"{how}, {last['images'] / first['images']:.0f} times the images take "
        f"{last['seconds'] / first['seconds']:.1f} times as long"
    )
    if first["peak"] is not None:
        text += f" and {last['peak'] / first['peak']:.1f} times the memory"
    return text + "."


def _inference(found: dict, folder: Path) -> str:
    lines = [
        [name, f"{way['images_per_second']:,.0f}", f"{way['one_ms']:.2f}"]
        for name, way in found["ways"].items()
    ]
    parts = [
        "## Asking a trained network",
        "784-100-10; medians.",
        _table(["way", "images per second in bulk", "milliseconds for one"], lines),
        f"The handwriting pipeline prepares a photograph in {found['photograph_ms']:.1f} ms (mean of 50).",
    ]
    if "web" in found:
        web = found["web"]
        parts.append(
            f"The web page's server answers one visitor's drawing in {web['alone_ms']['median']:.1f} ms (99 % within "
            f"{web['alone_ms']['within']:.0f} ms). {web['visitors']} visitors at once, {web['drawings']:,} drawings: "
            f"no error, {web['per_second']:.0f} answers per second, median {web['together_ms']['median']:.0f} ms."
        )
    return "\n\n".join(parts)


def _notebooks(found: dict, folder: Path) -> str:
    lines = []
    for number, seconds in found.items():
        if number.isdigit():
            parts = [seconds["kernel"], seconds["imports"], seconds["work"]]
            lines.append([number, *(f"{part:.1f}" for part in (*parts, sum(parts)))])
    return "\n\n".join(
        [
            "## The notebooks",
            "Executed one after the other without anything computed before; seconds.",
            _table(
                ["notebook", "start of the kernel", "imports and data", "work", "together"], lines
            ),
        ]
    )


_SECTIONS: dict[str, Callable[[dict, Path], str]] = {
    "training": _training,
    "accuracy": _accuracy,
    "growth": _growth,
    "inference": _inference,
    "notebooks": _notebooks,
}
