"""What running notebooks have yet to write: whoever reads it waits instead of making it again.

``run_all.py`` announces what all notebooks of a run will write. In a kernel that it started, an artifact that was
announced is waited for until it is written, or its notebook has ended without it. Elsewhere nothing is announced.
"""

import os
import pathlib
import time
import urllib.parse
from collections.abc import Iterable

# Where a run notes what is still to come: a folder with an empty file for each artifact.
VARIABLE = "DIGITS_COMING"
# Where a notebook that a run executes finds its number, after those of the notebooks that it is run for.
BEING_RUN = "DIGITS_BEING_RUN"
LOOK_EVERY = 0.1  # seconds; whether it is there


def announce(folder: pathlib.Path, names: Iterable[str]) -> None:
    """Note in a folder that these artifacts will be written."""
    for name in names:
        _note(folder, name).touch()


def settle(folder: pathlib.Path, names: Iterable[str]) -> None:
    """Note that nobody need wait for these artifacts any longer."""
    for name in names:
        _note(folder, name).unlink(missing_ok=True)


def is_to_come(name: str, folder: pathlib.Path | None = None) -> bool:
    """Whether an artifact was announced and is not written yet.

    Args:
        name: of the artifact.
        folder: that of :func:`announce`; None for that of the run which this process is part of, if there is one.
    """
    folder = folder or _folder()
    return folder is not None and _note(folder, name).exists()


def written(name: str) -> None:
    """Note in this process's run, if it is part of one, that an artifact is there."""
    folder = _folder()
    if folder:
        settle(folder, [name])


def wait_for(name: str) -> None:
    """Wait in this process's run, if it is part of one, until an artifact is there or will not come."""
    while is_to_come(name):
        time.sleep(LOOK_EVERY)


def being_run() -> list[str]:
    """The number of the notebook that this process runs, after those that it is run for; empty outside run_all.py."""
    return os.environ.get(BEING_RUN, "").split()


def _folder() -> pathlib.Path | None:
    named = os.environ.get(VARIABLE)
    return pathlib.Path(named) if named else None


def _note(folder: pathlib.Path, name: str) -> pathlib.Path:
    return folder / urllib.parse.quote(name, safe="")
