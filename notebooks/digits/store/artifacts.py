"""Saving and loading what one notebook hands to the next.

Each artifact ``data/NAME`` has a record of where it came from beside it (:mod:`digits.store.records`). Loading
verifies it: a missing or stale artifact is made first, by running the notebook that writes it in a child process;
a damaged one is an error. One that a notebook of the same run has still to write is waited for.
"""

import importlib.metadata
import os
import pathlib
import re
import subprocess
import sys

import numpy as np
import pandas as pd

from .. import series
from ..basics import coming
from ..basics.workspace import NOTEBOOKS_FOLDER, home, shown, shows_progress
from ..dataset import mnist
from .records import (
    ArtifactError,
    folder,
    input_hashes,
    is_unfinished,
    recorded_write,
    verify,
)

# pandas before 3 reads a float's last digit wrongly unless it is told otherwise; since then it warns of being told.
_EXACT_FLOATS = {} if int(pd.__version__.split(".")[0]) >= 3 else {"float_precision": "round_trip"}


def figures_folder() -> pathlib.Path:
    """Where the figures of the dataset in use are: ``figures/``, and for the sample ``data/sample/figures/``."""
    return folder() / "figures" if mnist.load().is_sample else home() / "figures"


# ---------------------------------------------------------------- saving


def save_arrays(name: str, **arrays: np.ndarray) -> None:
    """Save arrays of any shape and dtype under their names in one ``.npz`` file."""
    with recorded_write(name) as temporary:
        np.savez(temporary, **arrays)  # type: ignore[arg-type]  # NumPy's hints reserve a name


def save_table(name: str, table: pd.DataFrame) -> None:
    """Save a table as ``.csv``, without its index."""
    with recorded_write(name) as temporary:
        table.to_csv(temporary, index=False, lineterminator="\n")


# ---------------------------------------------------------------- loading


def load_arrays(name: str) -> dict[str, np.ndarray]:
    """The arrays of a ``.npz`` artifact by name, made first where missing or stale.

    Raises:
        ArtifactError: the file was changed by something else, or could not be made.
    """
    with np.load(ensure(name), allow_pickle=False) as archive:
        return {key: archive[key] for key in archive.files}


def load_table(name: str) -> pd.DataFrame:
    """The table of a ``.csv`` artifact, made first where missing or stale; errors as :func:`load_arrays`."""
    return _table_in(ensure(name))


def results() -> pd.DataFrame:
    """One row per network and seed: the tables ``results/NN.csv`` that are there and current, one below the other.

    None is made for it or waited for: a later notebook, whose table is still to come, may wait for the one that asks.

    Raises:
        ArtifactError: one of them, or what it was made from, was changed by something else.
    """
    names = [name for step in series.STEPS for name in step.writes if name.startswith("results/")]
    tables = [_table_in(folder() / name) for name in names if is_current(name)]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def _table_in(path: pathlib.Path) -> pd.DataFrame:
    return pd.read_csv(path, **_EXACT_FLOATS)


def provenance(name: str) -> dict:
    """The record of an artifact as a dictionary: hash, step, dataset, inputs, library versions."""
    return verify(ensure(name))


def is_current(name: str) -> bool:
    """Whether an artifact can be loaded without any notebook being run first.

    Raises:
        ArtifactError: it, or one that it was made from, was changed by something else.
    """
    needed = series.writer(name).reads
    return all(is_current(other) for other in needed) and not _why_not_current(name)


def ensure(name: str) -> pathlib.Path:
    """The path of an artifact that is there, verified and current; its step's notebook is run first if it must be."""
    _ensure_current(name)
    return folder() / name


def _ensure_current(name: str) -> None:
    step = series.writer(name)
    if step.number not in coming.being_run():  # it would wait for itself
        coming.wait_for(name)
    for needed in step.reads:  # from the source downwards, so that each notebook runs at most once
        _ensure_current(needed)
    reason = _why_not_current(name)
    if reason:
        _run_notebook(step, reason)
        reason = _why_not_current(name)
        if reason and name in step.may_write:
            raise ArtifactError(
                f"Notebook {step.number} ({step.title}) ran to its end, and yet {reason}: it is written only where it "
                "is known who wrote which image. What digits.dataset.writers.load() prints says what is missing."
            )
        if reason:
            raise ArtifactError(
                f"Notebook {step.number} ({step.title}) ran to its end, and yet {reason}. Open "
                f"{step.file_name} and run it cell by cell to see where it saves this artifact."
            )


def _why_not_current(name: str) -> str:
    """Why an artifact must be made (again), as half a sentence; empty if it need not."""
    step, path = series.writer(name), folder() / name
    if not path.exists():
        return f"{shown(path)} is not there yet"
    if is_unfinished(path):
        return f"the writing of {shown(path)} was interrupted"
    record = verify(path)
    if record["dataset"]["fingerprint"] != mnist.load().fingerprint:
        return f"{shown(path)} was made from another dataset ({record['dataset']['name']})"
    if record["version"] != step.version:
        return f"{shown(path)} was made by version {record['version']} of notebook {step.number}, now {step.version}"
    if path.suffix == ".keras" and _is_newer(record["libraries"]["keras"]):
        made, here = record["libraries"]["keras"], importlib.metadata.version("keras")
        return f"{shown(path)} was made by Keras {made}, which is newer than this Keras {here}"
    for needed, sha256 in input_hashes(step).items():
        if record["inputs"].get(needed) != sha256:
            return f"{shown(path)} was made from another version of {shown(folder() / needed)}"
    return ""


def _is_newer(version: str) -> bool:
    """Whether a version of Keras has other first two numbers than the one installed here, and higher ones."""
    made, here = (
        re.findall(r"\d+", text)[:2] for text in (version, importlib.metadata.version("keras"))
    )
    return list(map(int, made)) > list(map(int, here))


# ---------------------------------------------------------------- making what is missing


def make_again(name: str, reason: str) -> pathlib.Path:
    """Run the notebook that writes an artifact, although its record finds nothing wrong with it; its path.

    The file is kept until the new one is written.

    Raises:
        ArtifactError: the notebook failed.
    """
    _run_notebook(series.writer(name), reason)
    return ensure(name)


def _run_notebook(step: series.Step, reason: str) -> None:
    """Run a step's notebook in a child process for its artifacts; its file stays untouched.

    Interrupting this process ends the child and its kernel, and what they were writing is discarded.
    """
    if step.number in coming.being_run():  # it would start itself again and again
        raise ArtifactError(
            f"Notebook {step.number} ({step.title}) loads what it has not saved: {reason}. Run the cell that "
            "saves it first."
        )
    if shows_progress():
        print(
            f"Running notebook {step.number} ({step.title}) first, because {reason} ...", flush=True
        )
    command = [sys.executable, str(NOTEBOOKS_FOLDER / "run_all.py"), "--discard", step.number]
    environment = {
        **os.environ,
        "DIGITS_PROGRESS": "0",
        "DIGITS_MNIST": mnist.load().location,
        "DIGITS_HOME": str(home()),
        "PYTHONIOENCODING": "utf-8",  # as it is read below
    }
    with subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as child:
        try:
            output, _ = child.communicate()
        except BaseException:
            child.terminate()
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                child.kill()
            raise
    if child.returncode:
        raise ArtifactError(
            f"Notebook {step.number} ({step.title}) had to run first, because {reason}, and failed:\n\n{output.strip()}"
        )
