"""Measurements in processes of their own: each begins as a user's would, and its peak memory is its own."""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

import psutil


def measure(script: str, **options) -> dict:
    """Run a script of measurements in a fresh process and wait for its answer.

    Args:
        script: its path. It calls :func:`answer`.
        options: what to measure, in plain types.

    Returns:
        Its answer, with ``process_seconds`` from its start to its end and ``peak_mib``, the most memory that it held
        (None where the system does not tell).

    Raises:
        RuntimeError: the script failed; the message holds the end of what it complained.
    """
    environment = {**os.environ, "DIGITS_PROGRESS": "0", "TF_CPP_MIN_LOG_LEVEL": "3"}
    with tempfile.TemporaryFile() as complaints:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, script, json.dumps(options)],
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=environment,
            text=True,
        )
        lines = process.stdout.read().splitlines()
        peak = _wait(process)
        seconds = time.perf_counter() - started
        if process.returncode:
            complaints.seek(0)
            last = complaints.read().decode(errors="replace")[-2000:]
            raise RuntimeError(f"{script} with {options} ended with {process.returncode}: {last}")
    return {**json.loads(lines[-1]), "process_seconds": seconds, "peak_mib": peak}


def _wait(process: subprocess.Popen) -> float | None:
    """Wait for the end of a process; the most memory it held, in MiB."""
    if not hasattr(os, "wait4"):  # Windows
        process.wait()
        return None
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss / (2**20 if platform.system() == "Darwin" else 2**10)


def answer(measurement: Callable[..., dict]) -> None:
    """Be such a script: call ``measurement`` with the options that were given, and print what it returns."""
    print(json.dumps(measurement(**json.loads(sys.argv[1]))))


def seconds_since_start() -> float:
    """How long this process has been running."""
    return time.time() - psutil.Process().create_time()
