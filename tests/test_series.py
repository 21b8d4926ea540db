"""The table of steps agrees with itself."""

import pytest
from copies import import_script
from digits import series
from digits.basics import workspace


def test_steps_are_in_order_and_have_notebooks():
    """run_all.py, the links between notebooks and README all go by this table."""
    numbers = [step.number for step in series.STEPS]
    assert numbers == sorted(set(numbers))
    for step in series.STEPS:
        assert step.notebook.is_file(), f"{step.file_name} is missing"
        assert step.file_name.startswith(f"{step.number}_") and step.file_name.endswith(".ipynb")
        assert step.version >= 1 and step.title and step.question.endswith("?")


def test_every_artifact_is_written_once_and_before_it_is_read():
    """Otherwise a notebook that is opened alone would run others in a circle, or take another's file."""
    known: set[str] = set()
    for step in series.STEPS:
        assert set(step.reads) <= known, f"{step.number} reads what no earlier step writes"
        assert set(step.late) <= set(step.reads)
        assert not known & set(step.writes) and len(set(step.writes)) == len(step.writes)
        known |= set(step.writes)
    # What is not written everywhere: that no step reads it, the first line above has seen.
    optional = [name for step in series.STEPS for name in step.may_write]
    assert len(known | set(optional)) == len(known) + len(optional)
    for name in known | set(optional):
        assert name == name.strip("/") and ".." not in name and "\\" not in name
        assert name.rpartition(".")[2] in ("npz", "csv", "keras")
        if name.startswith("results/"):
            assert name == f"results/{series.writer(name).number}.csv"


def test_trainings_do_not_wait_for_each_other_in_all_places():
    """One that begins before another has written anything holds a place until that one has had its own turn."""
    run_all = import_script(workspace.NOTEBOOKS_FOLDER / "run_all.py")
    trainers = [step for step in series.STEPS if run_all._has_networks(step.writes)]
    waiting = set()
    for step in trainers:
        at_once = {series.writer(name) for name in set(step.reads) - set(step.late)}
        late = {series.writer(name) for name in step.late}
        waiting |= {step.number for other in late - at_once if other in trainers}
    assert waiting == {"04"} and len(waiting) < run_all._TRAININGS_AT_ONCE


def test_step_and_writer_are_found_by_name():
    """The two look-ups that everything else uses."""
    for step in series.STEPS:
        assert series.step(step.number) is step
        for name in step.writes + step.may_write:
            assert series.writer(name) is step


def test_unknown_step_and_artifact_are_explained():
    """A typing error is answered with what there is."""
    with pytest.raises(
        KeyError, match=r"There is no notebook '99' in the series; there are 01, 02, .*\."
    ):
        series.step("99")
    with pytest.raises(
        KeyError, match=r"declares the artifact 'own\.keras'; add it to its step in series\.py"
    ):
        series.writer("own.keras")
