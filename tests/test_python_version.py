"""The wrong Python is told in one sentence, before a library fails for a reason that nobody understands."""

import ast
import os
import pathlib
import shutil
import subprocess
import sys

import digits
import pytest
from digits.basics import workspace


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_supported_python_is_accepted(version):
    """The versions that README names work."""
    digits.require_supported_python(version)


@pytest.mark.parametrize("version", [(2, 7), (3, 9), (3, 10), (3, 14), (4, 0)])
def test_other_python_is_refused(version):
    """The message says which version this is, which are wanted, and what to do."""
    with pytest.raises(RuntimeError) as caught:
        digits.require_supported_python(version)
    assert str(caught.value) == (
        f"This series needs Python 3.11 to 3.13, and this is Python {version[0]}.{version[1]}. Create a virtual "
        "environment with one of those versions and install requirements.txt into it; README.md shows how."
    )


def test_running_python_is_the_default():
    """Importing the package checks the Python that runs it."""
    digits.require_supported_python()  # these tests run on a supported one


def _unsupported_pythons() -> dict[tuple[int, int], str]:
    """Pythons of this machine that the series does not support, by version: on PATH or beside this one, from 3.6."""
    names = ["python3", *(f"python3.{minor}" for minor in (6, 7, 8, 9, 10, 14, 15))]
    beside = pathlib.Path(sys.base_prefix).parent
    candidates = [
        *filter(None, map(shutil.which, names)),
        *beside.glob("*/bin/python3"),
        *beside.glob("*/python.exe"),
    ]
    found = {}
    program = "import sys; print('%d %d' % sys.version_info[:2])"
    for candidate in map(str, candidates):
        result = subprocess.run([candidate, "-c", program], capture_output=True, encoding="utf-8")
        # Empty if it did not start, as pyenv's placeholders do not.
        version = tuple(map(int, result.stdout.split()))
        if version >= (3, 6) and not digits.OLDEST_PYTHON <= version <= digits.NEWEST_PYTHON:
            found.setdefault(version, candidate)
    return found


@pytest.mark.parametrize("file", ["run_all.py", "draw.py", "tune.py", "digits/__init__.py"])
def test_much_older_python_can_read_what_refuses_it(file):
    """Python 3.6 would stop at newer syntax with "invalid syntax" before it comes to the sentence."""
    ast.parse(
        (workspace.NOTEBOOKS_FOLDER / file).read_text(encoding="utf-8"), feature_version=(3, 6)
    )


@pytest.mark.parametrize("program", ["run_all.py", "import digits"])
def test_real_other_python_is_refused(program):
    """The message also reaches a user whose other Python has none of the libraries: it comes before one is missed."""
    pythons = _unsupported_pythons()
    if not pythons:
        pytest.skip("no other Python on this machine is outside 3.11 to 3.13")
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTHON")
    }
    for version, python in pythons.items():
        what = (
            [str(workspace.NOTEBOOKS_FOLDER / program), "--help"]
            if program.endswith(".py")
            else ["-c", program]
        )
        result = subprocess.run(
            [python, *what],
            cwd=workspace.NOTEBOOKS_FOLDER,
            env={**environment, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            encoding="utf-8",
        )
        last = result.stderr.strip().splitlines()[-1]
        assert result.returncode != 0 and result.stdout == ""
        assert last.removeprefix("RuntimeError: ").startswith(
            f"This series needs Python 3.11 to 3.13, and this is Python {version[0]}.{version[1]}."
        ), result.stderr
        if program.endswith(".py"):
            assert result.stderr.strip() == last, "one sentence, no traceback"
