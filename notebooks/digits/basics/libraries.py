"""Whether the libraries are there that the series needs. Standard library only: it is imported before all others."""

import contextlib
import importlib.metadata
import os
import pathlib
import re
import subprocess
import sys

REQUIREMENTS = pathlib.Path(__file__).resolve().parents[3] / "requirements.txt"
# Whoever has a notebook open has what runs notebooks; installing these on Colab would replace Colab's own.
_RUN_NOTEBOOKS = {"jupyter", "nbval"}
# Colab's own versions fit its processors, and each other.
_NEVER_INSTALLED = {"tensorflow", "keras", "numpy", "pandas"}


# The same library under other names.
_ALSO_CALLED = {"tensorflow": ("tensorflow-cpu", "tensorflow-intel", "tensorflow-macos")}


def on_colab() -> bool:
    """Whether this is Google Colab, where libraries may be installed without asking."""
    return "COLAB_JUPYTER_IP" in os.environ


def ensure(requirements: pathlib.Path = REQUIREMENTS) -> list[str]:
    """Make sure that every library of ``requirements`` is installed, in whatever version.

    Returns:
        What was missing and is now installed, as lines of the file: on Google Colab only.

    Raises:
        ModuleNotFoundError: a library is missing that cannot, or must not, be installed here; the message says how.
        subprocess.CalledProcessError: pip failed; it has said why.
    """
    # Somebody may have copied the folder notebooks/ alone; imports will tell what is missing.
    if not requirements.exists():
        return []
    missing = {name: line for name, line in _required(requirements).items() if not _is_there(name)}
    if not missing:
        return []
    if not on_colab() or missing.keys() & _NEVER_INSTALLED:
        raise ModuleNotFoundError(
            f"This Python lacks {', '.join(missing)}. Install what the series needs with: "
            "pip install -r requirements.txt"
        )
    # Not with -r: the file's pins are for other computers than Colab's.
    command = [sys.executable, "-m", "pip", "install", "--quiet", *missing.values()]
    subprocess.run(command, check=True)
    return list(missing.values())


def _required(requirements: pathlib.Path) -> dict[str, str]:
    """The libraries that a notebook needs, by name, each with its line without the comment."""
    lines = requirements.read_text(encoding="utf-8").splitlines()
    lines = [line.partition("#")[0].strip() for line in lines]
    named = {re.split(r"[^\w.-]", line)[0]: line for line in lines if line and line[0] != "-"}
    return {name: line for name, line in named.items() if name not in _RUN_NOTEBOOKS}


def version(name: str) -> str:
    """The version of a library that is installed; ``PackageNotFoundError`` if it is not."""
    for called in _ALSO_CALLED.get(name, ()):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            return importlib.metadata.version(called)
    return importlib.metadata.version(name)


def _is_there(name: str) -> bool:
    try:
        version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
