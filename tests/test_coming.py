"""Artifacts that a run has announced are waited for, by whoever needs them and by nobody else."""

import threading
import time

import numpy as np
import pandas as pd
import pytest
from digits.basics import coming
from digits.store import artifacts

SOON = 0.5  # seconds


@pytest.fixture
def announced(two_steps, tmp_path, monkeypatch):
    """A run that will write an artifact of the first of two steps; its folder."""
    folder = tmp_path / "coming"
    folder.mkdir()
    coming.announce(folder, ["numbers.npz", "results/01.csv"])
    monkeypatch.setenv(coming.VARIABLE, str(folder))
    return folder


def soon(action) -> threading.Thread:
    """Do something in another thread, a little later."""
    timer = threading.Timer(SOON, action)
    timer.start()
    return timer


def save_as_the_first_step() -> None:
    artifacts.save_arrays("numbers.npz", numbers=np.arange(3))


def test_what_is_to_come_is_waited_for_until_it_is_written(announced):
    """Saving it, in whichever process, is what ends the waiting."""
    timer, started = soon(save_as_the_first_step), time.monotonic()
    assert artifacts.load_arrays("numbers.npz")["numbers"].tolist() == [0, 1, 2]
    assert SOON <= time.monotonic() - started < SOON + 5
    timer.join()
    assert not coming.is_to_come("numbers.npz") and coming.is_to_come("results/01.csv")


def test_what_names_it_as_an_input_waits_too(announced):
    """The record would lack the input, and the artifact be stale at once."""
    timer = soon(save_as_the_first_step)
    artifacts.save_table("results/02.csv", pd.DataFrame({"seed": [1]}))
    timer.join()
    assert list(artifacts.provenance("results/02.csv")["inputs"]) == ["numbers.npz"]


def test_what_does_not_come_is_waited_for_no_longer(announced, monkeypatch):
    """Its notebook has ended without it, or failed: it is made as if it had never been announced."""
    made = []
    monkeypatch.setattr(artifacts, "_run_notebook", lambda step, reason: made.append(step.number))
    timer = soon(lambda: coming.settle(announced, ["numbers.npz"]))
    with pytest.raises(artifacts.ArtifactError, match="ran to its end, and yet"):
        artifacts.ensure("numbers.npz")
    timer.join()
    assert made == ["01"]


def test_notebook_does_not_wait_for_what_it_has_to_write_itself(announced, monkeypatch):
    """It would wait for ever, and is told instead that it loads what it has not saved."""
    monkeypatch.setenv(coming.BEING_RUN, "02 01")
    assert coming.being_run() == ["02", "01"]
    with pytest.raises(artifacts.ArtifactError, match="loads what it has not saved"):
        artifacts.ensure("numbers.npz")


def test_for_all_results_together_nobody_waits(announced, monkeypatch):
    """A later notebook may be waiting for the one that asks; and what is stale would have to be made."""
    monkeypatch.delenv(coming.VARIABLE)
    save_as_the_first_step()
    artifacts.save_table("results/02.csv", pd.DataFrame({"seed": [1, 2]}))
    monkeypatch.setenv(coming.VARIABLE, str(announced))
    assert len(artifacts.results()) == 2
    monkeypatch.delenv(coming.VARIABLE)
    artifacts.save_arrays("numbers.npz", numbers=np.arange(4))
    assert artifacts.results().empty


def test_without_a_run_nothing_is_to_come(two_steps, monkeypatch):
    monkeypatch.delenv(coming.VARIABLE, raising=False)
    monkeypatch.delenv(coming.BEING_RUN, raising=False)
    assert not coming.is_to_come("numbers.npz") and coming.being_run() == []
    coming.wait_for("numbers.npz")
    coming.written("numbers.npz")
