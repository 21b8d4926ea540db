"""How long does one run of each network take to train? Writes benchmarks/cost.csv, which notebook 06 reads.

    python benchmarks/cost.py

The networks are those that the series saved (their notebooks are run first where they are missing). Each is trained
anew, alone, on all training images, in a process of its own that may use two processor cores; nothing is taken from
earlier runs. The seconds are wall time from the call to the trained network, compilation included: the median of
three, in alternation.
"""

import platform
import statistics
import sys
import time
from pathlib import Path

import psutil
from networks import train_all_anew, use_both_cores
from workers import answer, measure

# How the notebooks train each network: batch size. The number of epochs is in what they saved.
BATCH_SIZES = {"baseline-softmax": 128, "D-hidden": 32, "own": 128, "deep": 128, "conv": 128}
REPETITIONS = 3
HEADER = """\
# Seconds to train one run on all {images:,} training images, compilation included; medians of {repetitions}.
# Machine: {machine}, two cores used, {memory:.0f} GiB of memory, {system}, Python {python}, TensorFlow {tensorflow}.
# Made by: python benchmarks/cost.py
"""


def train_one(name: str) -> dict:
    """Train one network in this process; what it took."""
    from digits import artifacts, repeats

    use_both_cores()
    train_all_anew()
    data = artifacts.load_arrays("preprocessed.npz")
    saved = repeats.load(name)
    started = time.perf_counter()
    runs = repeats.train(
        saved.new_network,
        data["images"],
        data["labels"],
        seeds=[0],
        epochs=saved.epochs_kept[-1],
        batch_size=BATCH_SIZES[name],
    )
    return {
        "network": name,
        "parameters": runs.network.count_params(),
        "epochs": saved.epochs_kept[-1],
        "seconds": time.perf_counter() - started,
        "images": len(data["labels"]),
    }


def processor() -> str:
    """The processor's model, as far as the system tells."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def main() -> None:
    """Measure all networks in alternation and write the table."""
    import importlib.metadata

    import pandas as pd
    from digits import results, workspace
    from digits.progress import progress_bar

    names = list(BATCH_SIZES) * REPETITIONS
    measured = [
        measure(__file__, name=name)
        for name in progress_bar(names, description="cost", unit="training")
    ]
    table = pd.DataFrame(measured)
    images = table["images"].iloc[0]
    table = table.groupby("network", sort=False).agg(
        {"parameters": "first", "epochs": "first", "seconds": statistics.median}
    )
    header = HEADER.format(
        images=images,
        repetitions=REPETITIONS,
        machine=processor(),
        memory=psutil.virtual_memory().total / 2**30,
        system=platform.system(),
        python=platform.python_version(),
        tensorflow=importlib.metadata.version("tensorflow"),
    )
    with (
        workspace.write_atomically(results.COST_FILE) as temporary,
        open(temporary, "w", encoding="utf-8", newline="\n") as file,
    ):
        file.write(header)
        table.round({"seconds": 1}).to_csv(file, lineterminator="\n")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        answer(train_one)
    else:
        main()
