"""What training costs here and elsewhere, measured side by side: writes benchmarks/RESULTS.md with its figures.

    python benchmarks/run.py                       everything, about an hour on two cores
    python benchmarks/run.py training inference    only these sections; the others keep what was measured before
    python benchmarks/run.py --toy --into FOLDER   a few images, to see that it works; its numbers mean nothing

Contenders take turns, each time in a process of their own, and each as its users write it. PyTorch takes part where it
is installed (benchmarks/requirements.txt). Leave the computer alone meanwhile.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "notebooks"))

import draw_load
import psutil
import report
from cost import main as measure_cost
from cost import processor
from digits import mnist, series, workspace
from digits.progress import progress_bar
from workers import measure

FOLDER = Path(__file__).resolve().parent
HAS_TORCH = importlib.util.find_spec("torch") is not None

# Contender, batch size: the same network everywhere, 784-100-10 with Adam. 128 is what the notebooks use.
SIDE_BY_SIDE = [
    ("keras_default", 32),
    ("series_fit", 32),
    ("series_repeats", 32),
    ("scikit_learn", 32),
    ("scikit_learn", 200),  # its default
    ("torch_loader", 32),
    ("torch_slices", 32),
    ("floor", 32),
    ("keras_default", 128),
    ("series_fit", 128),
    ("series_repeats", 128),
    ("floor", 128),
]
# Network, contender, width, batch size, most epochs, targets.
TO_ACCURACY = [
    ("dense", "keras_default", 100, 32, 15, [0.97, 0.98]),
    ("dense", "series_fit", 100, 32, 15, [0.97, 0.98]),
    ("dense", "scikit_learn", 100, 32, 15, [0.97, 0.98]),
    ("dense", "torch_loader", 100, 32, 15, [0.97, 0.98]),
    ("dense", "torch_slices", 100, 32, 15, [0.97, 0.98]),
    ("dense", "series_best", 300, 64, 4, [0.97, 0.98]),
    ("conv", "keras_default", 100, 32, 12, [0.99]),
    ("conv", "series_fit", 100, 32, 12, [0.99]),
    ("conv", "torch_loader", 100, 32, 12, [0.99]),
    ("conv", "series_best", 100, 64, 4, [0.99]),
]
SECTIONS = ("training", "accuracy", "growth", "inference", "notebooks", "cost")


# Network, contender, batch size, width, epochs: what the series reaches 98 % with in the least time.
BEST = ("dense", "series_best", 64, 300, 4)


def _takes_part(contender: str) -> bool:
    return HAS_TORCH or not contender.startswith("torch")


class Benchmark:
    """All measurements at full size, or at a toy's.

    Args:
        toy: whether to use few images, few epochs and one repetition.
    """

    def __init__(self, toy: bool):
        self.toy = toy
        self.images, self.repetitions = (600, 1) if toy else (60_000, 3)
        self.contenders = str(FOLDER / "contenders.py")

    def training(self) -> list[dict]:
        """The same work side by side, in turn; then the series' best settings."""
        rows = [("dense", *row, 100, 5) for row in SIDE_BY_SIDE if _takes_part(row[0])]
        if self.toy:  # what the report compares
            rows = [row for row in rows if row[1] in ("keras_default", "series_fit", "floor")]
        rows.append(BEST)

        def train(row, seed):
            network, contender, batch_size, width, epochs = row
            task = self._task(network, width, batch_size, epochs, seed)
            measured = self._train(contender, task, [])
            return {"contender": contender, "images": self.images, **task, **measured}

        return self._in_turn("training", rows, train)

    def accuracy(self) -> list[dict]:
        """Seconds until validation accuracies are reached."""

        def train(row, seed):
            network, contender, width, batch_size, epochs, targets = row
            task = self._task(network, width, batch_size, epochs, seed)
            measured = self._train(contender, task, targets)
            return {"contender": contender, "targets": targets, **task, **measured}

        rows = [row for row in TO_ACCURACY if _takes_part(row[1])]
        return self._in_turn("accuracy", rows, train)

    def growth(self) -> list[dict]:
        """Seconds and memory against images and width."""
        images = [self.images * factor for factor in ((1, 2) if self.toy else (1, 2, 4, 8, 16))]
        widths = (50, 100) if self.toy else (50, 200, 800, 3200)
        rows = [(count, 100, False) for count in images]
        rows += [(count, 100, True) for count in images]
        rows += [(images[0], width, False) for width in widths]

        def train(row, repetition):
            options = dict(zip(("images", "width", "streamed"), row, strict=True))
            return {**options, **measure(str(FOLDER / "growth.py"), **options)}

        return self._in_turn("growth", rows, train)

    def inference(self) -> dict:
        """Images per second, and the wait for one; the web page's too, but for a toy."""
        sizes = (
            {"images": 200, "repetitions": 2} if self.toy else {"images": 10_000, "repetitions": 9}
        )
        found = measure(str(FOLDER / "inference.py"), **sizes)
        if not self.toy:
            found["web"] = draw_load.measure(visitors=32, drawings=2000)
        return found

    def notebooks(self) -> dict:
        """Where each notebook's time goes, when nothing was computed before."""
        numbers = [step.number for step in series.STEPS]
        script = str(FOLDER / "notebook_times.py")
        return measure(script, numbers=numbers[:1] if self.toy else numbers)

    def cost(self) -> dict:
        """What one run of each of the series' networks costs, in a file of its own that notebook 06 reads."""
        if not self.toy:
            measure_cost()
        return {}

    def _in_turn(self, name: str, rows: list, train: Callable[[Any, int], dict]) -> list[dict]:
        """Measure each row once, then each again, and so on: what else the computer does meets all alike."""
        turns = [(row, repetition) for repetition in range(self.repetitions) for row in rows]
        bar = progress_bar(turns, description=name, unit="measurement")
        return [train(row, repetition) for row, repetition in bar]

    def _task(self, network: str, width: int, batch_size: int, epochs: int, seed: int) -> dict:
        return {
            "network": network,
            "width": width,
            "batch_size": batch_size,
            "epochs": min(epochs, 2) if self.toy else epochs,
            "seed": seed,
        }

    def _train(self, contender: str, task: dict, targets: list[float]) -> dict:
        options = {"images": self.images, "targets": targets}
        return measure(self.contenders, contender=contender, task=task, **options)


def machine() -> dict:
    """The computer and the libraries, without the computer's name."""
    libraries = ["tensorflow", "keras", "numpy", "scikit-learn", *(["torch"] if HAS_TORCH else [])]
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": platform.system(),
        "python": platform.python_version(),
        **{library: importlib.metadata.version(library) for library in libraries},
    }


def measured_before(file: Path, here: dict) -> dict:
    """The sections that earlier runs measured on this computer with these libraries; others are not mixed in.

    Args:
        file: what an earlier run wrote, if it is there.
        here: what :func:`machine` tells.
    """
    results = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return results if results.get("machine") == here else {"machine": here}


def main() -> None:
    """Measure what is asked for, and write the report."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0], allow_abbrev=False)
    parser.add_argument("sections", nargs="*", metavar="section", help=", ".join(SECTIONS))
    parser.add_argument("--toy", action="store_true", help="few images; the numbers mean nothing")
    parser.add_argument("--into", type=Path, default=FOLDER, help="the folder of the report")
    arguments = parser.parse_args()
    unknown = set(arguments.sections) - set(SECTIONS)
    if unknown:
        parser.error(
            f"there is no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}"
        )
    os.environ["DIGITS_MNIST"] = str(mnist.load().location)
    file = arguments.into / "results.json"
    results = measured_before(file, machine())
    benchmark = Benchmark(arguments.toy)
    for section in arguments.sections or SECTIONS:
        results[section] = getattr(benchmark, section)()
        with workspace.write_atomically(file) as temporary:
            temporary.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        report.write(results, arguments.into)


if __name__ == "__main__":
    main()
