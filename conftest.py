"""How the series is tested: which dataset the notebooks run on, how strictly they are compared, where they write."""

import contextlib
import functools
import io
import os
import pathlib
import queue
import shutil
import sys
import tempfile
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "notebooks"))

# Seconds. On a slow computer, beside the other tests, a cell that trains four networks took 500.
CELL_TIMEOUT = 1800

LOOK_AT_THE_NOTEBOOKS_WORK = (
    "test_checks_can_fail.py",
    "test_drawn_figures.py",
    "test_figures.py",
    "test_figures_told.py",
    "test_notebooks.py",
    "test_readme.py",
)
# Tests without a mark of their own that are slow, and fixtures that make tests so: they look at what executed notebooks
# left, execute one, or start TensorFlow in another process.
ARE_SLOW = {
    "figure",
    "made_now",
    "test_notebook_does_without_tensorflow",
    "test_notebook_wrote_what_its_step_declares",
    "test_results_are_those_of_this_run",
    "test_saved_network_can_be_loaded_elsewhere",
}
# Of cells with this tag the stored outputs are compared only where it is known who wrote which image.
NEEDS_WRITERS = "needs-writers"
LONGEST_DISTURBANCE = 300  # seconds for all checks of a notebook
LONGEST_WAIT = 1800  # seconds for a notebook in another process
EVIDENCE = pathlib.Path(__file__).parent / "tests" / "evidence"
MUTATIONS = pathlib.Path(__file__).parent / "tests" / "mutations"
# Pixels depend on the machine, once a network was trained; test_drawn_figures.py looks at what is drawn.
PICTURES = pathlib.Path(__file__).parent / "tests" / "pictures.cfg"
HOW_TO_TEST_ALL = "pytest --nbval -n 2"

# Seconds of processor time on two cores of 2026, for files that take more than a few. The longest come first, so that
# no long file is begun when the other processes have nothing left to do. Wrong numbers only make the run longer.
SECONDS = {
    "test_draw_page.py": 80,
    "test_run_all.py": 70,
    "test_tuning.py": 65,
    "test_pages.py": 50,
    "test_repeats.py": 45,
    "test_artifacts_remade.py": 35,
    "test_benchmarks.py": 35,
    "test_colab.py": 30,
    "test_experiments.py": 25,
    "test_jupyterlab.py": 25,
    "test_handwriting.py": 20,
    "test_runs.py": 19,
    "test_photographs.py": 17,
    "test_run_cache.py": 17,
    "test_side_by_side.py": 17,
    "test_dark_pages.py": 15,
    "test_experiments_of_reading.py": 15,
    "test_jupyterlab_drawing.py": 15,
    "test_training.py": 15,
    "test_browser_network.py": 11,
    "test_writers.py": 11,
    "test_experiments_of_search.py": 10,
    "test_search_storage.py": 10,
    "test_mirrors.py": 8,
    "test_mutants.py": 8,
    "test_users_settings.py": 8,
    "test_webapp.py": 8,
    "test_known_pictures.py": 7,
    "test_marks.py": 7,
    "test_server_under_load.py": 6,
}


def pytest_addoption(parser):
    """Options for the tests of the tests; see tests/mutations/README.md."""
    group = parser.getgroup("mutations", "tests of the tests")
    group.addoption(
        "--mutations",
        action="store_true",
        help="plant one mistake at a time in a copy of the series, and see that its tests notice",
    )
    group.addoption(
        "--write-table",
        action="store_true",
        help="with --mutations: write what caught each into tests/mutations/README.md",
    )


def pytest_ignore_collect(collection_path, config):
    """With ``--mutations`` those alone are run; without, they are not even collected."""
    if config.option.mutations:
        on_the_way = MUTATIONS.is_relative_to(collection_path)
        return None if on_the_way or collection_path.is_relative_to(MUTATIONS) else True
    return True if collection_path == MUTATIONS / "test_planted.py" else None


def pytest_configure(config):
    """Resolve the dataset and its writers once, for every kernel, and let all be written to a temporary folder."""
    try:
        from digits.basics import kernels, workspace
        from digits.dataset import mnist, writers
    except RuntimeError as error:  # the wrong Python
        pytest.exit(str(error), returncode=pytest.ExitCode.USAGE_ERROR)
    os.environ["DIGITS_PROGRESS"] = "0"
    config.digits_dataset = config.digits_writers = None
    if _compares_notebooks(config) or config.option.mutations:
        try:
            config.digits_dataset = dataset = mnist.load()
            if not hasattr(config, "workerinput"):  # the others find what the first one downloaded
                with contextlib.redirect_stdout(io.StringIO()):  # the header says it
                    writers.load()
            config.digits_writers = writers.find()
        except (mnist.DatasetError, workspace.WorkspaceError) as error:
            pytest.exit(str(error), returncode=pytest.ExitCode.USAGE_ERROR)
        os.environ["DIGITS_MNIST"] = dataset.location
    if _compares_notebooks(config):
        config.option.nbval_lax = config.option.nbval_lax or config.digits_dataset.is_sample
        os.environ["DIGITS_KEEP_FIGURES"] = "1"  # for test_drawn_figures.py
        config.option.nbval_current_env = (
            True  # a kernel that the user registered as "python3" could be any Python
        )
        config.option.nbval_sanitize_with = config.option.nbval_sanitize_with or str(PICTURES)
        config.option.nbval_cell_timeout = min(config.option.nbval_cell_timeout, CELL_TIMEOUT)
    if _compares_notebooks(config):
        # nbval's kernels get this process's environment.
        config.digits_ipython = tempfile.mkdtemp(prefix="digits-ipython-")
        kernels.shield(os.environ, pathlib.Path(config.digits_ipython))
    if hasattr(config, "workerinput"):
        # One of several processes (pytest -n 2): they share the first one's folder.
        config.digits_home_before = config.workerinput["digits_home_before"]
        config.digits_home = os.environ["DIGITS_HOME"]
    else:
        config.digits_home_before = os.environ.get("DIGITS_HOME")
        config.digits_home = os.environ["DIGITS_HOME"] = tempfile.mkdtemp(prefix="digits-")
        if "DIGITS_TEST_HOME" in os.environ and not config.option.mutations:
            # A home with artifacts to start from, so that one notebook can be tested without those before it.
            before = os.environ["DIGITS_TEST_HOME"]
            shutil.copytree(
                before, config.digits_home, copy_function=_link_or_copy, dirs_exist_ok=True
            )
        if config.digits_writers:
            _hand_on(config.digits_writers, pathlib.Path(config.digits_home) / "data")
        if config.option.mutations and config.option.write_table:
            sys.path.insert(0, str(MUTATIONS))
            from table import TableWriter

            config.pluginmanager.register(TableWriter())


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """Tell each further process (pytest -n 2) what only the first one knows."""
    node.workerinput["digits_home_before"] = node.config.digits_home_before


def pytest_unconfigure(config):
    """Remove the temporary folders."""
    if hasattr(config, "digits_ipython"):
        shutil.rmtree(config.digits_ipython, ignore_errors=True)
    if hasattr(config, "digits_home") and not hasattr(config, "workerinput"):
        shutil.rmtree(config.digits_home, ignore_errors=True)


def pytest_report_header(config):
    """Say what the notebooks run on and how they are compared."""
    if _leaves_out_slow_tests(config):
        return (
            "series: quick tests only; those marked slow, and the notebooks, run with: "
            f"{HOW_TO_TEST_ALL} (or -m slow, or file.py::test)"
        )
    if config.digits_dataset is None:
        return "series: the notebooks are not run (add --nbval)"
    if config.digits_dataset.is_sample:
        tried = " ".join(config.digits_dataset.tried)
        return [
            "series: THE NOTEBOOKS RUN ON THE 5,000-IMAGE SAMPLE, NOT ON MNIST. Errors and failing checks fail the",
            f"        tests, but stored outputs, which are MNIST's, are not compared. {tried}",
        ]
    how = "not compared (lax)" if config.option.nbval_lax else "compared strictly"
    lines = [f"series: {config.digits_dataset}; stored outputs are {how}"]
    if config.digits_writers is None and not config.option.nbval_lax:
        lines.append(
            "series: who wrote which image is not known here; the cells that need it are run and not compared"
        )
    return lines


def pytest_collection_modifyitems(config, items):
    """Notebooks first, then the longest files, and last those that look at what the notebooks have written.

    Without --nbval slow tests are left out, unless -m says otherwise or an argument names the test itself.
    """
    items.sort(key=_place_in_the_order)
    for item in items:
        names = {getattr(item, "originalname", ""), *getattr(item, "fixturenames", ())}
        if names & ARE_SLOW:
            item.add_marker("slow")
        if item.get_closest_marker("weekly"):
            item.add_marker("slow")
            if not os.environ.get("DIGITS_LONG_TESTS"):
                item.add_marker(pytest.mark.skip(reason="weekly: set DIGITS_LONG_TESTS=1"))
        if config.digits_writers is None and _needs_writers(item):
            item.options["check"] = False
    if _leaves_out_slow_tests(config):
        named = [_path_and_test(config, word) for word in config.args if "::" in word]
        left_out = [
            item for item in items if item.get_closest_marker("slow") and not _is_named(item, named)
        ]
        if left_out:
            config.hook.pytest_deselected(items=left_out)
            items[:] = [item for item in items if item not in set(left_out)]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Wait for the notebooks that run in another process, where a test needs what they leave."""
    needed = _last_cells(item.session).keys() if _looks_at_the_notebooks_work(item) else set()
    deadline = time.monotonic() + LONGEST_WAIT
    while not all(_ended(item.config, path).exists() for path in needed):
        if time.monotonic() > deadline:
            pytest.fail("a notebook in another process did not come to its end")
        time.sleep(0.2)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """After a notebook's last cell its kernel still lives: disturb what its checks look at."""
    outcome = yield
    is_last = item is _last_cells(item.session).get(item.path)
    if is_last and _disturbances_are_looked_at(item.session):
        _disturb_what_the_checks_look_at(item)
    return outcome


@functools.cache
def _disturbances_are_looked_at(session) -> bool:
    """Whether a test of this run asks for them; it does not on the sample."""
    files = {item.path.name for item in session.items}
    return "test_checks_can_fail.py" in files and not session.config.digits_dataset.is_sample


@functools.cache
def _last_cells(session) -> dict:
    """The last cell of each notebook that is run."""
    return {item.path: item for item in session.items if item.path.suffix == ".ipynb"}


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item, nextitem):
    """Note that a notebook has come to its end, for those who wait for it in another process."""
    if item.path.suffix == ".ipynb" and (nextitem is None or nextitem.path != item.path):
        mark = _ended(item.config, item.path)
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()


def _disturb_what_the_checks_look_at(item) -> None:
    """In the kernel that has just run a notebook: which checks go red, for test_checks_can_fail.py."""
    code_cells = (cell for cell in item.parent.nb.cells if cell.cell_type == "code")
    cells = [cell.source for cell in code_cells if "check(" in cell.source]
    file = _disturbed(item.config, item.path)
    file.parent.mkdir(parents=True, exist_ok=True)
    code = (
        f"import sys; sys.path.append({str(EVIDENCE)!r}); import disturbed; "
        f"disturbed.write({cells!r}, get_ipython().user_ns, {str(file)!r})"
    )
    kernel = item.parent.kernel
    with contextlib.suppress(queue.Empty):  # the test then misses the file
        message = kernel.execute_cell_input(code, allow_stdin=False)
        kernel.await_reply(message, timeout=LONGEST_DISTURBANCE)


def _disturbed(config, notebook: pathlib.Path) -> pathlib.Path:
    """What became of a notebook's checks when what they look at was disturbed."""
    return pathlib.Path(config.digits_home) / "disturbed" / f"{notebook.stem}.json"


def _ended(config, notebook: pathlib.Path) -> pathlib.Path:
    return pathlib.Path(config.digits_home) / "ended" / notebook.stem


def _looks_at_the_notebooks_work(item) -> bool:
    return item.path.name in LOOK_AT_THE_NOTEBOOKS_WORK and _compares_notebooks(item.config)


def _place_in_the_order(item) -> tuple:
    """Equal for all tests of a file, so that they stay as they stand in it."""
    looks_at_notebooks = item.path.name in LOOK_AT_THE_NOTEBOOKS_WORK
    return (item.path.suffix != ".ipynb", looks_at_notebooks, -SECONDS.get(item.path.name, 0))


def _needs_writers(item) -> bool:
    """Whether this is the test of a notebook's cell that carries the tag."""
    return item.path.suffix == ".ipynb" and NEEDS_WRITERS in item.cell.metadata.get("tags", [])


def _leaves_out_slow_tests(config) -> bool:
    option = config.option
    return not (_compares_notebooks(config) or option.mutations or option.markexpr)


def _path_and_test(config, word: str) -> tuple[pathlib.Path, str]:
    """An argument such as ``tests/test_mnist.py::test_npz_file[True]`` in two parts."""
    file, _, test = word.partition("::")
    return (config.invocation_params.dir / file).resolve(), test


def _is_named(item, named: list[tuple[pathlib.Path, str]]) -> bool:
    """Whether one of these names a test, or all variants of one."""
    own = item.nodeid.partition("::")[2]
    return any(
        item.path == path and (own == test or own.startswith((f"{test}[", f"{test}::")))
        for path, test in named
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """With several processes (pytest -n 2) one runs the notebooks, in order; each takes the next file when free."""
    from xdist.scheduler import LoadScopeScheduling

    config.option.loadscopereorder = False  # the order is that of pytest_collection_modifyitems

    class NotebooksInOneProcess(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file = pathlib.PurePosixPath(nodeid.split("::")[0])
            if file.name == "test_planted.py":
                return nodeid.split("[")[0]
            return "the series" if file.suffix == ".ipynb" else str(file)

    return NotebooksInOneProcess(config, log)


def _link_or_copy(source: str, target: str) -> None:
    """A link spares time and room, and is safe: the series replaces files as a whole and never changes them."""
    try:
        os.link(source, target)
    except OSError:  # on another disk
        shutil.copy2(source, target)


def _hand_on(file: pathlib.Path, folder: pathlib.Path) -> None:
    """Let the kernels, which have another home, find a file without a download."""
    folder.mkdir(exist_ok=True)
    if not (folder / file.name).exists():
        _link_or_copy(str(file), str(folder / file.name))


def _compares_notebooks(config) -> bool:
    return bool(
        getattr(config.option, "nbval", False) or getattr(config.option, "nbval_lax", False)
    )
