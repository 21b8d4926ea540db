"""Pytest with its libraries imported already, for those who run tests hundreds of times in copies of the series.

To import TensorFlow, pandas and pytest takes longer than most tests. This program imports them once, and forks for each
run. It imports nothing of the series, so that each fork gets what stands in its copy.
"""

import contextlib
import gc
import importlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

import copies

# What the tests and the series import, and nothing that starts threads: these would be missing in a fork.
LIBRARIES = (
    "hypothesis.strategies",
    "keras",
    "matplotlib.pyplot",
    "nbformat",
    "nbval.plugin",
    "optuna",
    "pandas",
    "pooch",
    "pytest",
    "scipy.ndimage",
    "scipy.stats",
    "seaborn",
    "sklearn.linear_model",
    "tensorflow",
)
# As digits/training/backend.py has it; TensorFlow and Keras must be told before they are imported.
SETTINGS = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "1",
    "KERAS_BACKEND": "tensorflow",
}
# Linux alone forks a process safely that has such libraries in it.
CAN_FORK = sys.platform == "linux"
# Of every run: a copy needs no memory of its last one.
OPTIONS = ("-q", "-p", "no:cacheprovider")


class Pytest:
    """Runs of pytest, one at a time; a context manager.

    The first run starts the process with the libraries. Where processes cannot fork, each run imports them itself.
    """

    def __init__(self):
        self._server = None

    def __enter__(self) -> "Pytest":
        return self

    def __exit__(self, *_) -> None:
        if self._server:
            self._server.terminate()  # it ends the run that it waits for
            self._server.communicate()

    def run(
        self, root: pathlib.Path, limit: float | None, *arguments: str, **variables: str
    ) -> tuple[int | None, str]:
        """Run tests in a copy of the series; see ``copies.run_in`` for arguments and results.

        Args:
            root, limit, variables: as there.
            arguments: of pytest.
        """
        if not CAN_FORK:
            return self.run_cold(root, limit, *arguments, **variables)
        if self._server is None:
            self._server = subprocess.Popen(
                [sys.executable, str(pathlib.Path(__file__).resolve())],
                env=copies.environment() | SETTINGS,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="utf-8",
                start_new_session=True,
            )
        with tempfile.NamedTemporaryFile("r", encoding="utf-8", errors="replace") as output:
            job = {"root": str(root), "limit": limit, "output": output.name}
            job |= {"arguments": [*OPTIONS, *arguments], "variables": variables}
            print(json.dumps(job), file=self._server.stdin, flush=True)
            code = json.loads(self._server.stdout.readline())
            return code, output.read()

    @staticmethod
    def run_cold(
        root: pathlib.Path, limit: float | None, *arguments: str, **variables: str
    ) -> tuple[int | None, str]:
        """The same in a process that has imported nothing yet."""
        return copies.run_in(root, limit, "-m", "pytest", *OPTIONS, *arguments, **variables)


def _become(job: dict) -> int:
    """In the fork: be the process that ``python -m pytest`` would be in the copy."""
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for name, descriptor, how in ((os.devnull, 0, os.O_RDONLY), (job["output"], 1, os.O_WRONLY)):
        opened = os.open(name, how)
        os.dup2(opened, descriptor)
        os.close(opened)
    os.dup2(1, 2)
    os.chdir(job["root"])
    os.environ.update(job["variables"])
    sys.dont_write_bytecode = bool(os.environ.get("PYTHONDONTWRITEBYTECODE"))
    sys.argv = ["pytest", *job["arguments"]]
    sys.path[0] = job["root"]  # in place of this program's folder
    for name in ("warm", "copies"):
        sys.modules.pop(name, None)
    import pytest

    imported_before = "ignore::pytest.PytestAssertRewriteWarning"
    return int(pytest.main(["-W", imported_before, *job["arguments"]]))


def _ended(child: int, limit: float | None) -> int | None:
    """Wait for a fork: its exit code, None if it took too long. No process of it is left."""
    deadline = time.monotonic() + (limit or float("inf"))
    try:
        while time.monotonic() < deadline:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.02)
        return None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(child, 0)


def _serve() -> None:
    """Read a job from each line of standard input, and write the exit code of its tests into a line."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with tempfile.TemporaryDirectory() as empty:
        os.environ["KERAS_HOME"] = empty  # it looks there for settings, and writes them
        for name in LIBRARIES:
            importlib.import_module(name)
    gc.freeze()  # a fork's garbage collections need not look at all that
    del os.environ["KERAS_HOME"]
    for line in sys.stdin:
        job = json.loads(line)
        child = os.fork()
        if child == 0:
            sys.exit(_become(job))
        print(json.dumps(_ended(child, job["limit"])), flush=True)


if __name__ == "__main__":
    _serve()
