"""How the series is tested: which dataset the notebooks run on, how strictly they are compared, where they write."""

import os
import pathlib
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "notebooks"))

CELL_TIMEOUT = (
    600  # seconds; nbval's own default of 2000 is how long a dead kernel would go unnoticed
)

LOOK_AT_THE_NOTEBOOKS_WORK = (
    "test_drawn_figures.py",
    "test_figures.py",
    "test_notebooks.py",
    "test_readme.py",
)


def pytest_configure(config):
    """Resolve the dataset once, hand it to every kernel, and let everything be written to a temporary folder."""
    try:
        from digits import mnist, workspace
    except RuntimeError as error:  # the wrong Python
        pytest.exit(str(error), returncode=pytest.ExitCode.USAGE_ERROR)
    os.environ["DIGITS_PROGRESS"] = "0"
    config.digits_dataset = None
    if _compares_notebooks(config):
        try:
            config.digits_dataset = dataset = mnist.load()
        except (mnist.DatasetError, workspace.WorkspaceError) as error:
            pytest.exit(str(error), returncode=pytest.ExitCode.USAGE_ERROR)
        os.environ["DIGITS_MNIST"] = dataset.location
        os.environ["DIGITS_KEEP_FIGURES"] = "1"  # for test_drawn_figures.py
        config.option.nbval_lax = config.option.nbval_lax or dataset.is_sample
        config.option.nbval_current_env = (
            True  # a kernel that the user registered as "python3" could be any Python
        )
        config.option.nbval_cell_timeout = min(config.option.nbval_cell_timeout, CELL_TIMEOUT)
    if hasattr(config, "workerinput"):
        # One of several processes (pytest -n 2): they share the first one's folder.
        config.digits_home_before = config.workerinput["digits_home_before"]
        config.digits_home = os.environ["DIGITS_HOME"]
    else:
        config.digits_home_before = os.environ.get("DIGITS_HOME")
        config.digits_home = os.environ["DIGITS_HOME"] = tempfile.mkdtemp(prefix="digits-")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """Tell each further process (pytest -n 2) what only the first one knows."""
    node.workerinput["digits_home_before"] = node.config.digits_home_before


def pytest_unconfigure(config):
    """Remove the temporary folder."""
    if hasattr(config, "digits_home") and not hasattr(config, "workerinput"):
        shutil.rmtree(config.digits_home, ignore_errors=True)


def pytest_report_header(config):
    """Say what the notebooks run on and how they are compared."""
    if config.digits_dataset is None:
        return "series: the notebooks are not run (add --nbval)"
    if config.digits_dataset.is_sample:
        tried = " ".join(config.digits_dataset.tried)
        return [
            "series: THE NOTEBOOKS RUN ON THE 5,000-IMAGE SAMPLE, NOT ON MNIST. Errors and failing checks fail the",
            f"        tests, but stored outputs, which are MNIST's, are not compared. {tried}",
        ]
    how = "not compared (lax)" if config.option.nbval_lax else "compared strictly"
    return f"series: {config.digits_dataset}; stored outputs are {how}"


def pytest_collection_modifyitems(items):
    """Notebooks first: some tests look at what they have just written."""
    items.sort(key=lambda item: item.path.suffix != ".ipynb")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """With several processes (pytest -n 2), all that concerns the notebooks stays in one, in its order."""
    from xdist.scheduler import LoadScopeScheduling

    class NotebooksInOneProcess(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file = pathlib.PurePosixPath(nodeid.split("::")[0])
            if file.suffix == ".ipynb" or file.name in LOOK_AT_THE_NOTEBOOKS_WORK:
                return "the series"
            return str(file)

    return NotebooksInOneProcess(config, log)


def _compares_notebooks(config) -> bool:
    return bool(
        getattr(config.option, "nbval", False) or getattr(config.option, "nbval_lax", False)
    )
