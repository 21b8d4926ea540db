"""The pipeline and the generators give what they gave when somebody last looked: known_pictures.py writes it."""

import importlib.metadata
import platform

import known_pictures
import numpy as np
import pytest
from notebook_files import ROOT

# Here the same numbers come out to the last level of grey; elsewhere a rounding may decide otherwise.
PINNED = ("numpy", "scipy", "scikit-image", "pillow", "matplotlib", "tensorflow")
SAME_MACHINE = (platform.system(), platform.machine()) == ("Linux", "x86_64")


def is_pinned_here() -> bool:
    """Whether this is the kind of machine, with the versions, on which the file was written."""
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").lower().split()
    return SAME_MACHINE and all(
        f"{name}=={importlib.metadata.version(name)}" in pins for name in PINNED
    )


def differences(made: dict, known: dict) -> list[str]:
    """The names of the cases that came out otherwise, by more than a level of grey."""
    return [
        name
        for name, rows in known.items()
        if made[name].shape != rows.shape
        or np.abs(made[name].astype(int) - rows.astype(int)).max(initial=0) > 1
    ]


@pytest.mark.parametrize("way", known_pictures.CASES)
def test_what_comes_of_known_pictures_is_known(way):
    """A limit, an axis or a factor that was changed by mistake would only show in the shares of an experiment.

    Was it changed on purpose, run known_pictures.py, and the experiments of notebook 09 as well.
    """
    known = {name: rows for name, rows in known_pictures.known().items() if name.startswith(way)}
    made = known_pictures.CASES[way]()
    assert made.keys() == known.keys() and len(known) > 20
    changed = differences(made, known)
    assert len(changed) <= (0 if is_pinned_here() else len(known) // 10), changed


def test_known_pictures_hold_what_they_shall():
    """A file of empty pictures would agree with a pipeline that finds nothing."""
    known = known_pictures.known()
    found = {name: len(rows) for name, rows in known.items() if name.startswith("read")}
    assert sum(found.values()) > 120 and max(found.values()) > 8
    assert all(not count for name, count in found.items() if "blank paper" in name)
    assert sum(rows[:, 0].any() for rows in known.values() if rows.ndim == 2) >= 3, "doubtful marks"
    drawn = [rows for name, rows in known.items() if name.startswith("drawn")]
    assert min(np.ptp(rows) for rows in drawn) > 40
    assert np.ptp(known["drawn: no digit"].reshape(12, -1), axis=0).max() > 200
