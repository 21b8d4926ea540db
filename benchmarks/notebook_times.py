"""Where the time of each notebook goes: starting its kernel, importing libraries, or work. For benchmarks/run.py."""

import ast
import datetime
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "notebooks"))

import nbformat
from digits import mnist, series
from nbclient import NotebookClient
from workers import answer


def is_import(source: str) -> bool:
    """Whether a cell does nothing but import; the setup cell loads the data besides, and counts as well."""
    if source.startswith("# @title Setup"):
        return True
    body = ast.parse(source).body
    return bool(body) and all(isinstance(node, ast.Import | ast.ImportFrom) for node in body)


def run(numbers: list[str]) -> dict:
    """Execute notebooks one after the other, in order, each in a kernel of its own; nothing of the checkout changes.

    Returns:
        For each number, the seconds of ``kernel``, ``imports`` and ``work``.
    """
    location = mnist.load().location
    result = {}
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(DIGITS_HOME=home, DIGITS_MNIST=str(location))
        for number in numbers:
            result[number] = _run_one(series.step(number).notebook)
    return result


def _run_one(path: Path) -> dict:
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=None,
        record_timing=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    started = time.perf_counter()
    client.execute()
    total = time.perf_counter() - started
    seconds = {"imports": 0.0, "work": 0.0}
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.source.strip():
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
