"""Each check of a notebook goes red for something that could have come out instead.

The disturbances were made where the notebooks ran: see ``evidence/disturbed.py`` and the root's ``conftest.py``.
"""

import json
import pathlib
import sys

import notebook_files
import pytest
from digits import series

sys.path.insert(0, str(notebook_files.ROOT / "tests" / "evidence"))
from not_reached import EXCEPT

pytestmark = pytest.mark.slow


@pytest.fixture
def outcomes(pytestconfig) -> dict[str, dict[str, dict]]:
    """For each notebook that was run, for each of its checks how many disturbances made it red."""
    dataset = pytestconfig.digits_dataset
    if dataset is None or dataset.is_sample:
        pytest.skip("the notebooks were not run on MNIST")
    folder = pathlib.Path(pytestconfig.digits_home, "disturbed")
    return {path.stem: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}


@pytest.mark.parametrize("step", **notebook_files.STEP_PARAMETERS)
def test_every_check_can_fail(outcomes, step):
    """A check that holds whatever comes out guards nothing."""
    if step.notebook.stem not in outcomes:
        pytest.skip(f"notebook {step.number} was not run")
    of_checks = outcomes[step.notebook.stem]
    never = [claim for claim, ways in of_checks.items() if not ways["red"]]
    assert len(of_checks) > 20
    assert [claim for claim in never if not claim.startswith(EXCEPT)] == []


def test_what_is_not_reached_is_there(outcomes):
    """An exception that nobody needs any more would hide the next one."""
    if len(outcomes) < len(series.STEPS):
        pytest.skip("not all notebooks were run")
    claims = [claim for of_checks in outcomes.values() for claim in of_checks]
    assert [start for start in EXCEPT if not any(claim.startswith(start) for claim in claims)] == []
