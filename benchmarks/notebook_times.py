"""Where the time of a notebook goes: starting its kernel, importing libraries, or work. One measurement for run.py."""

import ast
import datetime
import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "notebooks"))

import notebook_report
import run_all
from digits import series
from digits.dataset import mnist
from workers import answer


def is_import(source: str) -> bool:
    """Whether a cell does nothing but import; the setup cell loads the data besides, and counts as well."""
    if source.startswith("# @title Setup"):
        return True
    body = ast.parse(source).body
    return bool(body) and all(isinstance(node, ast.Import | ast.ImportFrom) for node in body)


def run(number: str, home: str) -> dict:
    """Execute one notebook in a kernel of its own, or all by run_all.py; nothing of the checkout changes.

    Args:
        number: of the notebook, or ``"all"``.
        home: a folder in which it finds what earlier ones wrote, and writes.

    Returns:
        The seconds of ``kernel``, ``imports`` and ``work``; of all together ``work`` alone.
    """
    os.environ.update(DIGITS_HOME=home, DIGITS_MNIST=str(mnist.load().location))
    if number == notebook_report.ALL:
        started = time.perf_counter()
        command = [sys.executable, str(Path(run_all.__file__)), "--discard"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return {"kernel": 0.0, "imports": 0.0, "work": time.perf_counter() - started}
    client = run_all.SeriesClient(series.step(number), on_cell_complete=lambda **told: None)
    client.record_timing = True
    started = time.perf_counter()
    client.execute()
    total = time.perf_counter() - started
    seconds = {"imports": 0.0, "work": 0.0}
    for cell in client.code_cells:
        if cell.source.strip():
            kind = "imports" if is_import(cell.source) else "work"
            seconds[kind] += _seconds_of(cell.metadata["execution"])
    return {"kernel": total - sum(seconds.values()), **seconds}


def _seconds_of(timing: dict) -> float:
    begin, end = timing["iopub.execute_input"], timing["shell.execute_reply"]
    parsed = [
        datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00")) for stamp in (begin, end)
    ]
    return (parsed[1] - parsed[0]).total_seconds()


if __name__ == "__main__":
    answer(run)
