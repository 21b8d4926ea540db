"""Copies of the series and of its programs, for tests that break, renumber or run them elsewhere."""

import importlib.util
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import types

ROOT = pathlib.Path(__file__).resolve().parents[1]


def copy_of_the_series(folder: pathlib.Path, without: str = "") -> pathlib.Path:
    """Copy what git tracks or would track, as it is in the working tree; no compiled Python comes along.

    Args:
        folder: where to; it is made if it is not there.
        without: the beginning of paths that are left out, such as ``"figures/"``; nothing if empty.
    """
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    for name in filter(None, listed.stdout.split("\0")):
        left_out = without and name.startswith(without)
        if (ROOT / name).is_file() and not left_out:  # one that was just deleted is still listed
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def put_under_git(folder: pathlib.Path) -> None:
    """Make a repository of a copy, for tests that ask git which files there are."""
    author = ("-c", "user.name=tests", "-c", "user.email=tests@example.org")
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "A copy"]):
        subprocess.run(["git", *author, *command], cwd=folder, check=True)


def environment() -> dict[str, str]:
    """The environment of a process in a copy: nothing in it tells of the pytest that runs now, nor of its folders."""
    of_pytest = ("PYTEST_", "DIGITS_HOME", "DIGITS_TEST_HOME")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(of_pytest)}
    return kept | {"DIGITS_PROGRESS": "0", "PYTHONUTF8": "1"}


def run_in(
    root: pathlib.Path, limit: float | None, *arguments: str, **variables: str
) -> tuple[int | None, str]:
    """Run a Python program in a copy, out of sight of the pytest that runs now; no process of it is left.

    Args:
        root: the copy.
        limit: seconds after which it is ended; None for none.
        arguments: of Python.
        variables: of the environment, beside those of this process.

    Returns:
        The exit code, None if it took too long, and what it printed; standard error goes with the output.
    """
    with subprocess.Popen(
        [sys.executable, *arguments],
        cwd=root,
        env=environment() | variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=limit)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            if isinstance(error, subprocess.TimeoutExpired):
                return None, output
            raise
    return process.returncode, output


def import_script(path: pathlib.Path) -> types.ModuleType:
    """A program as a module that takes the place of no other, for what needs no process of its own."""
    specification = importlib.util.spec_from_file_location(f"{path.parent.name}_{path.stem}", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module
