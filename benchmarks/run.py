"""What training costs here and elsewhere, measured side by side: writes RESULTS.md, its figures and cost.csv.

    python benchmarks/run.py                       everything, about an hour on two cores
    python benchmarks/run.py training inference    only these sections; the others keep what was measured before
    python benchmarks/run.py --toy --into FOLDER   a few images, to see that it works; its numbers mean nothing

Contenders take turns, each time in a process of their own (workers.py), and each as its users write it (contenders.py,
ways_*.py). PyTorch and JAX take part where they are installed (benchmarks/requirements.txt). What is measured besides
stands in growth.py, inference.py, forward.py, draw_load.py, notebook_times.py, searching.py and cost.py. The
measurements go to results.json, from which report.py writes. Leave the computer alone meanwhile.
"""

import argparse
import dataclasses
import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "notebooks"))

import computer
import cost
import draw_load
import forward
import measurements
import notebook_report
import psutil
import report
from digits import series
from digits.basics.progress import progress_bar
from digits.dataset import mnist
from digits.store import artifacts
from workers import measure

FOLDER = Path(__file__).resolve().parent
# What contenders' names begin with, and the library that they need.
NEEDS = {"torch": "torch", "jax": "jax", "keras_on_jax": "jax", "floor_with_adam": "numba"}
LIBRARIES = [name for name in ("torch", "jax", "numba") if importlib.util.find_spec(name)]

# Contender, batch size: the same network everywhere, 784-100-10 with Adam. 128 is what the notebooks use.
SIDE_BY_SIDE = [
    *(
        (contender, batch_size)
        for batch_size in (32, 128)
        for contender in (
            "keras_default",
            "keras_on_jax",
            "series_fit",
            "series_fit_on_both",
            "series_repeats",
            "scikit_learn",
            "torch_loader",
            "torch_slices",
            "torch_compiled",
            "jax_scan",
            "jax_vmap",
            "floor",
            "floor_with_adam",
            "floor_side_by_side",
            "floor_with_adam_side_by_side",
        )
    ),
    ("scikit_learn", 200),  # its default
]
# Network, contender, width, batch size, most epochs, target. Nobody reaches 98 % with a width of 100 in 15 epochs.
TO_ACCURACY = [
    *(
        ("dense", contender, width, 32, epochs, target)
        for width, epochs, target in ((100, 15, 0.97), (512, 12, 0.98))
        for contender in ("keras_default", "series_fit", "scikit_learn", "torch_slices", "jax_scan")
    ),
    ("dense", "series_best", 512, 64, 5, 0.98),
    *(
        ("conv", contender, 100, 32, 12, 0.99)
        for contender in ("keras_default", "series_fit", "torch_slices")
    ),
    ("series_conv", "series_best", 128, 128, 3, 0.99),
]
SECTIONS = (
    "training",
    "published",
    "accuracy",
    "growth",
    "inference",
    "searching",
    "notebooks",
    "cost",
)
# The browser reads so many images, so many times.
IMAGES_IN_A_BROWSER, TURNS = 100, 90
# Each search has so many trials, and each storage is asked to keep so many that train nothing.
TRIALS, EMPTY_TRIALS = 16, 50
# Training so many images in memory takes less than this: they are held several times, beside TensorFlow.
BYTES_PER_IMAGE, BYTES_BESIDE = 3 * 784 * 4, 2 * 2**30
# Network, contender, batch size, width, epochs: what the series reaches 98 % with in the least time.
BEST = ("dense", "series_best", 64, 512, 5)


def _takes_part(contender: str) -> bool:
    needed = {library for name, library in NEEDS.items() if contender.startswith(name)}
    # torch.compile hands its code to a compiler of C++.
    can_compile = contender != "torch_compiled" or any(map(shutil.which, ("c++", "g++", "cl")))
    return needed <= set(LIBRARIES) and can_compile


def _fits_into_memory(images: int) -> bool:
    return BYTES_BESIDE + images * BYTES_PER_IMAGE < psutil.virtual_memory().available


def _make_first(artifact: str) -> None:
    """Run the notebooks that write an artifact if it is not there; a line says so."""
    artifacts.provenance(artifact)


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
        if self.toy:  # one of each kind
            shown = ("keras_default", "series_fit", "floor", "floor_side_by_side")
            rows = [row for row in rows if row[1] in shown and row[2] == 32]
        rows.append(BEST)

        def train(row, seed):
            network, contender, batch_size, width, epochs = row
            task = self._task(network, width, batch_size, epochs, seed)
            measured = self._train(contender, task, None)
            return {"contender": contender, "images": self.images, **task, **measured}

        return self._in_turn("training", rows, train)

    def published(self) -> list[dict]:
        """The published networks, each as its project trains it and by the series, with the same epochs."""
        from digits.training import recipes  # here, because it imports TensorFlow

        ways = ("published", "published_by_series")
        known = list(recipes.PUBLISHED.values())[: 1 if self.toy else None]

        def train(row, seed):
            recipe, contender = row
            task = self._task(recipe.key, 0, recipe.batch_size, recipe.epochs, seed)
            task["recipe"] = {**dataclasses.asdict(recipe), "loss": recipe.loss}
            measured = self._train(contender, task, None)
            return {"contender": contender, "key": recipe.key, **measured}

        rows = [(recipe, contender) for recipe in known for contender in ways]
        return self._in_turn("published", rows, train, repetitions=2)

    def accuracy(self) -> list[dict]:
        """Seconds until validation accuracies are reached."""
        rows = [row for row in TO_ACCURACY if _takes_part(row[1])]
        if self.toy:
            rows = [row for row in rows if row[:2] == ("dense", "series_best")]

        def train(row, seed):
            network, contender, width, batch_size, epochs, target = row
            task = self._task(network, width, batch_size, epochs, seed)
            measured = self._train(contender, task, target)
            return {"contender": contender, "target": target, **task, **measured}

        return self._in_turn("accuracy", rows, train, repetitions=2)

    def growth(self) -> list[dict]:
        """Seconds and memory against images and width."""
        images = [self.images * factor for factor in (1, 4, 16)]
        rows = [(count, 100, False) for count in images if _fits_into_memory(count)]
        rows += [(count, 100, True) for count in images]
        rows += [(images[0], width, False) for width in (50, 200, 800, 3200)]
        if self.toy:
            rows = [(images[0], 50, False), *((images[1], 100, how) for how in (False, True))]

        def train(row, repetition):
            options = dict(zip(("images", "width", "streamed"), row, strict=True))
            found = measure(str(FOLDER / "growth.py"), originals=self.images, **options)
            return {**options, **found}

        return self._in_turn("growth", rows, train)

    def inference(self) -> list[dict]:
        """Images per second, and the wait for one; the web page's and the browser's too, but for a toy."""
        images, repetitions = (200, 2) if self.toy else (10_000, 9)
        if not self.toy:
            _make_first("models/own.keras")  # the server would do it without a word

        def answer(row, repetition):
            script = str(FOLDER / "inference.py")
            found = measure(script, images=images, repetitions=repetitions)
            if not self.toy:
                found["web"] = draw_load.measure(visitors=32, drawings=2000)
                found["browser_ms"] = forward.browser_milliseconds(IMAGES_IN_A_BROWSER, TURNS)
            return found

        return self._in_turn("inference", [None], answer)

    def searching(self) -> list[dict]:
        """Trials per minute of 1, 2 and 4 workers, and what keeping a trial costs."""
        trials, empty = (2, 2) if self.toy else (TRIALS, EMPTY_TRIALS)
        rows = [(None, empty, storage) for storage in ("memory", "file", "journal")]
        if not self.toy:
            _make_first("preprocessed.npz")
            rows += [(workers, trials, None) for workers in (1, 2, 4)]

        def search(row, repetition):
            options = dict(zip(("workers", "trials", "storage"), row, strict=True))
            return {**options, **measure(str(FOLDER / "searching.py"), **options)}

        return self._in_turn("searching", rows, search, repetitions=2)

    def notebooks(self) -> list[dict]:
        """Where each notebook's time goes, with nothing computed before, and with what was; then run_all.py's."""
        numbers = [step.number for step in series.STEPS[: 1 if self.toy else None]]
        if not self.toy:
            numbers.append(notebook_report.ALL)
        rows = [(number, kept) for kept in (False, True) for number in numbers]
        with tempfile.TemporaryDirectory() as folder:

            def execute(row, repetition):
                number, kept = row
                home = f"{folder}/together" if number == notebook_report.ALL else f"{folder}/one"
                found = measure(str(FOLDER / "notebook_times.py"), number=number, home=home)
                return {"number": number, "kept": kept, **found}

            return self._in_turn("notebooks", rows, execute, repetitions=1)

    def cost(self) -> list[dict]:
        """What one run of each of the series' networks costs; notebook 07 reads it from a file of its own."""
        if self.toy:  # there are no networks of 600 images
            return []
        for name in cost.BATCH_SIZES:
            _make_first(f"models/{name}.keras")

        def train(name, repetition):
            return measure(str(FOLDER / "cost.py"), name=name)

        return self._in_turn("cost", list(cost.BATCH_SIZES), train)

    def _in_turn(
        self,
        name: str,
        rows: list,
        train: Callable[[Any, int], dict],
        repetitions: int | None = None,
    ) -> list[dict]:
        """Measure each row once, then each again, and so on: what else the computer does meets all alike."""
        repetitions = min(repetitions or self.repetitions, self.repetitions)
        turns = [(row, repetition) for repetition in range(repetitions) for row in rows]
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

    def _train(self, contender: str, task: dict, target: float | None) -> dict:
        options = {"images": self.images, "target": target}
        return measure(self.contenders, contender=contender, task=task, **options)


def main() -> None:
    """Measure what is asked for, and write the report."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0], allow_abbrev=False)
    parser.add_argument("sections", nargs="*", metavar="section", help=", ".join(SECTIONS))
    parser.add_argument("--toy", action="store_true", help="few images; the numbers mean nothing")
    parser.add_argument(
        "--into", type=Path, help="the folder of the report, if not the script's own"
    )
    arguments = parser.parse_args()
    unknown = set(arguments.sections) - set(SECTIONS)
    if unknown:
        parser.error(
            f"there is no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}"
        )
    if arguments.toy and not arguments.into:
        parser.error("--toy needs --into FOLDER: it would replace numbers that mean something")
    os.environ["DIGITS_MNIST"] = str(mnist.load().location)
    folder = arguments.into or FOLDER
    file, here = folder / "results.json", computer.describe(LIBRARIES)
    results = measurements.read(file, here)
    benchmark = Benchmark(arguments.toy)
    for section in arguments.sections or SECTIONS:
        found = getattr(benchmark, section)()
        results = measurements.write({**results, section: found}, file)
        report.write(results, folder)
        if results.get("cost"):
            cost.write(results["cost"], here, folder / "cost.csv")


if __name__ == "__main__":
    main()
