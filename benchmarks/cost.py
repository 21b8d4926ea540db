"""How long one run of each of the series' networks takes to train: one measurement for benchmarks/run.py.

The networks are those that the series saved. Each is trained anew, alone, on all training images, in a process of its
own that may use two processor cores; nothing is taken from earlier runs. The seconds are wall time from the call to the
trained network, compilation included.
"""

import time
from pathlib import Path

import pandas as pd
from networks import train_all_anew, use_both_cores
from workers import answer

# How the notebooks train each network: batch size. The number of epochs is in what they saved.
BATCH_SIZES = {"baseline-softmax": 128, "D-hidden": 32, "own": 128, "deep": 128, "conv": 128}
HEADER = """\
# Seconds to train one run on all {images:,} training images, compilation included; medians of {repetitions}.
# Machine: {processor}, two cores used, {memory_gib} GiB of memory, {system}, Python {python}, TensorFlow {tensorflow}.
# Made by: python benchmarks/run.py cost
"""


def run(name: str) -> dict:
    """Train one network in this process.

    Args:
        name: of a network that the series saved.

    Returns:
        The ``network``, its ``parameters``, the ``epochs``, the ``seconds`` and how many ``images``.
    """
    from digits import training
    from digits.store import artifacts

    use_both_cores()
    train_all_anew()
    data = artifacts.load_arrays("preprocessed.npz")
    saved = training.load_runs(name)
    started = time.perf_counter()
    runs = training.train(
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


def write(rows: list[dict], machine: dict, file: Path) -> None:
    """Write the medians as the table that notebook 07 reads, atomically.

    Args:
        rows: what :func:`run` returned, several times for each network.
        machine: what benchmarks/run.py tells of the computer.
        file: where to.
    """
    from digits.basics import workspace

    measured = pd.DataFrame(rows).groupby("network", sort=False)
    header = HEADER.format(images=rows[0]["images"], repetitions=measured.size().iloc[0], **machine)
    table = measured.agg({"parameters": "first", "epochs": "first", "seconds": "median"})
    text = header + table.round({"seconds": 1}).to_csv(lineterminator="\n")
    with workspace.write_atomically(file) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    answer(run)
