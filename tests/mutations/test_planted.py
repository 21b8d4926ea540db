"""Each mistake is planted in a copy of the series, and the series' own tests must notice; run by ``--mutations``."""

import os
import pathlib
import shutil

import copies
import planting
import pytest
import warm
from mutations import MUTATIONS

IN_NOTEBOOKS = [mutation for mutation in MUTATIONS if mutation.runs_a_notebook]
IN_TESTS = [mutation for mutation in MUTATIONS if not mutation.runs_a_notebook]


def each(mutations):
    """Run a test once for each mutation."""
    return pytest.mark.parametrize("mutation", mutations, ids=lambda mutation: mutation.name)


class Laboratory:
    """Copies of the series, a home with the earlier notebooks' artifacts, and which parts of the tests are green."""

    def __init__(self, folder: pathlib.Path, pytest: warm.Pytest):
        self.folder, self.pytest = folder, pytest
        self.sound = copies.copy_of_the_series(folder / "sound")
        self.tested = self.another("tested")  # runs leave compiled Python behind
        self.baselines: dict[tuple, planting.Outcome] = {}
        self._home = None

    def another(self, name: str) -> pathlib.Path:
        """A further copy; all are of the same moment, whatever happens to the working tree meanwhile."""
        return pathlib.Path(shutil.copytree(self.sound, self.folder / name))

    def home_for(self, part: tuple[str, ...]) -> pathlib.Path | None:
        """A home for a part that executes a notebook; made once, or the one named in DIGITS_TEST_HOME."""
        if "--nbval" not in part:
            return None
        if self._home is None:
            given = os.environ.get("DIGITS_TEST_HOME")
            self._home = pathlib.Path(given) if given else self.folder / "home"
            if not given:
                planting.make_artifacts(self.tested, self._home)
        return self._home

    def baseline(self, part: tuple[str, ...]) -> planting.Outcome:
        """What a part says of the series as it is; run once."""
        if part not in self.baselines:
            self.baselines[part] = self.run(part, self.tested)
        return self.baselines[part]

    def run(self, part: tuple[str, ...], copy: pathlib.Path) -> planting.Outcome:
        """Run a part of the tests in a copy."""
        return planting.run_tests(part, copy, self.pytest, self.home_for(part))


@pytest.fixture(scope="session")
def laboratory(tmp_path_factory):
    with warm.Pytest() as pytest_that_is_warm:
        yield Laboratory(tmp_path_factory.mktemp("mutations"), pytest_that_is_warm)


def assert_caught(mutation, laboratory, request, record_property):
    """Fail unless the part of the tests is green without the mistake and red with it."""
    if mutation.only_on_mnist and request.config.digits_dataset.is_sample:
        pytest.skip("only a stored output gives it away, and on the sample none is compared")
    baseline = laboratory.baseline(mutation.part)
    assert baseline.exit_code == 0, f"red without any mistake:\n{baseline.output}"
    copy = laboratory.another(mutation.name)
    planting.plant(mutation, copy)
    outcome = laboratory.run(mutation.part, copy)
    shutil.rmtree(copy, ignore_errors=True)
    record_property("mutation", mutation.name)
    record_property("caught_by", outcome.caught_by)
    assert outcome.exit_code, f"{mutation.name}: the tests are green although {mutation.plants}"
    assert outcome.exit_code == planting.TESTS_FAILED, f"nothing was tested:\n{outcome.output}"


# Two tests, because each stays in one process: the notebooks then share one home, and every baseline is run once.


@each(IN_TESTS)
def test_tests_notice(mutation, laboratory, request, record_property):
    """Green would not mean right: the mistake could be made, and nobody would be told."""
    assert_caught(mutation, laboratory, request, record_property)


@each(IN_NOTEBOOKS)
def test_notebooks_notice(mutation, laboratory, request, record_property):
    """The same for mistakes that only executing a notebook can show."""
    assert_caught(mutation, laboratory, request, record_property)
