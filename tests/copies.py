"""Copies of the series and of its programs, for tests that break, renumber or run them elsewhere."""

import importlib.util
import pathlib
import shutil
import subprocess
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


def import_script(path: pathlib.Path) -> types.ModuleType:
    """A program as a module that takes the place of no other, for what needs no process of its own."""
    specification = importlib.util.spec_from_file_location(f"{path.parent.name}_{path.stem}", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module
