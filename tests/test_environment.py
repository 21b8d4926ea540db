"""What is installed: the requirement files, conda's environment, the workflow and the imports agree."""

import ast
import importlib.metadata
import pathlib
import re
import sys

import digits
import notebook_files
import pytest
import yaml
from digits import series
from notebook_files import ROOT
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

SERIES_FILE, TESTS_FILE = "requirements.txt", "tests/requirements.txt"
PAGES_FILE = "docs/requirements.txt"
CONSTRAINTS_FILE, COLAB_FILE = "constraints.txt", "tests/constraints-colab.txt"
SUPPORTED = [f"3.{minor}" for minor in range(digits.OLDEST_PYTHON[1], digits.NEWEST_PYTHON[1] + 1)]
# What the requirement "jupyter" stands for; its own distribution holds no code.
BROUGHT_BY_JUPYTER = {"ipython", "jupyter-client", "nbclient", "nbformat"}


def lines_of(file: str) -> list[str]:
    """The lines of a requirements file that are neither empty nor only a comment."""
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def requirements_in(file: str) -> dict[str, Requirement]:
    """The requirements that a file itself lists, by canonical name; options such as ``-r`` are left out."""
    parsed = [
        Requirement(line.partition(" #")[0].strip())
        for line in lines_of(file)
        if not line.startswith("-")
    ]
    return {canonicalize_name(requirement.name): requirement for requirement in parsed}


@pytest.mark.parametrize(
    ("file", "options"),
    [
        (SERIES_FILE, ["-c constraints.txt"]),
        (PAGES_FILE, ["-c ../constraints.txt"]),
        (TESTS_FILE, ["-r ../requirements.txt", "-r ../docs/requirements.txt"]),
    ],
)
def test_requirements_lead_to_the_pins(file, options):
    """Two people who install on two days would get two sets of versions, one of them untested."""
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    assert lines[: len(options)] == [line for line in lines if line.startswith("-")] == options


@pytest.mark.parametrize("file", [SERIES_FILE, PAGES_FILE, TESTS_FILE])
def test_each_requirement_says_what_it_is_for(file):
    """Nobody would dare to remove or replace one."""
    for line in lines_of(file):
        if not line.startswith("-"):
            assert re.search(r"\s# \w.{4,}", line), line


@pytest.mark.parametrize("file", [SERIES_FILE, PAGES_FILE, TESTS_FILE])
def test_each_requirement_is_a_range_around_its_pin(file):
    """pip would refuse to install (pin outside the range), or Colab's own version would be replaced (no range)."""
    pins = requirements_in(CONSTRAINTS_FILE)
    for name, requirement in requirements_in(file).items():
        assert {clause.operator for clause in requirement.specifier} == {">=", "<"}, (
            f"{name}: {requirement.specifier}"
        )
        assert name in pins, f"{name} is not pinned in {CONSTRAINTS_FILE}"
        (pin,) = pins[name].specifier
        assert pin.operator == "==" and requirement.specifier.contains(pin.version), (
            f"{name}: {pin}"
        )


# What Colab's release notes and its own Python list; tests/constraints-colab.txt pins fitting versions of the rest.
ON_COLAB = {
    "tensorflow": "2.20",
    "keras": "3.13",
    "numpy": "2.1",
    "pandas": "2.2",
    "scikit-learn": "1.6",
    "matplotlib": "3.10",
    "ipython": "7.34",
    "ipykernel": "6.17",
    "ipywidgets": "7.7",
}


def test_what_colab_ships_is_admitted_and_pinned_for_the_tests():
    """The notebooks would be tested with everything but what most of their readers run them with."""
    pins = requirements_in(COLAB_FILE)
    versions = {name: next(iter(pins[name].specifier)).version for name in ON_COLAB}
    for name, shipped in ON_COLAB.items():
        assert versions[name].split(".")[: shipped.count(".") + 1] == shipped.split("."), name
    for file in (SERIES_FILE, TESTS_FILE):
        for name, requirement in requirements_in(file).items():
            (pin,) = pins[name].specifier
            assert pin.operator == "==" and requirement.specifier.contains(pin.version), (
                f"{name}: {pin}"
            )


def test_no_library_is_listed_twice():
    """Two ranges for one library would drift apart."""
    assert not requirements_in(SERIES_FILE).keys() & requirements_in(TESTS_FILE).keys()
    for file in (SERIES_FILE, TESTS_FILE, CONSTRAINTS_FILE):
        assert len(requirements_in(file)) == len(
            [line for line in lines_of(file) if not line.startswith("-")]
        )


def test_conda_environment_takes_its_libraries_from_the_same_files():
    """Users of conda would get other versions than those that are tested."""
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert set(environment) == {"name", "channels", "dependencies"}
    assert environment["channels"] == ["conda-forge"]
    python, pip, by_pip = environment["dependencies"]
    assert pip == "pip" and by_pip == {"pip": [f"-r {SERIES_FILE}"]}
    requirement = Requirement(python)
    assert requirement.name == "python"
    assert_admits_the_supported_versions(requirement.specifier)


def assert_admits_the_supported_versions(specifier: SpecifierSet) -> None:
    """Fail unless a range admits exactly the Python versions that the package admits."""
    assert [
        f"3.{minor}" for minor in range(6, 30) if specifier.contains(f"3.{minor}.1")
    ] == SUPPORTED


def test_workflow_runs_what_was_looked_at():
    """A tag can be moved to other code by whoever owns it; a commit cannot. What pip installs is pinned alike."""
    folder = ROOT / ".github" / "workflows"
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yml")))
    used = re.findall(r"uses: (.+)", text)
    assert used
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action
    for command in re.findall(r"pip install .+", text):
        assert " -r " in command or " -c constraints.txt " in command, command


def test_workflow_tests_the_supported_versions_with_the_pinned_tools():
    """The package would promise a Python that nobody tests, or a tool complain about code that passed here."""
    text = (ROOT / ".github" / "workflows" / "tests.yml").read_text(encoding="utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    assert jobs["tests"]["strategy"]["matrix"]["python"] == SUPPORTED
    commands = [step["run"] for step in jobs["lint"]["steps"] if "run" in step]
    assert commands == [f"pip install -r {TESTS_FILE}", "python tests/house.py"]
    assert commands[1] in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_readme_names_the_supported_versions():
    """A reader would install a Python that the series refuses."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"Python {', '.join(SUPPORTED[:-1])} or {SUPPORTED[-1]}" in readme


def test_pinned_libraries_take_the_first_release_of_each_supported_python():
    """Debian 12's Python is 3.11.2: a library that asks for 3.11.5 could not be installed there."""
    pinned = requirements_in(CONSTRAINTS_FILE)
    for library in importlib.metadata.distributions():
        if canonicalize_name(library.name) in pinned:
            wanted = SpecifierSet(library.metadata.get("Requires-Python") or "")
            for version in SUPPORTED:
                assert wanted.contains(f"{version}.0"), (
                    f"{library.name} {library.version}: {wanted}"
                )


# ---------------------------------------------------------------- imports

OURS = {
    "digits",
    "run_all",
    "conftest",
    *(path.stem for folder in ("tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")),
}


def distributions_imported_by(trees) -> set[str]:
    """The canonical names of the third-party distributions that code imports."""
    modules = {
        module.partition(".")[0]
        for tree in trees
        for module in notebook_files.imported_modules(tree)
    }
    provided_by = importlib.metadata.packages_distributions()
    return {
        canonicalize_name(provided_by.get(module, [module])[0])
        for module in modules - OURS - sys.stdlib_module_names
    }


def trees_of(*patterns: str) -> list[ast.Module]:
    """The syntax trees of all Python files of the repository that match."""
    paths: list[pathlib.Path] = [
        path for pattern in patterns for path in sorted(ROOT.glob(pattern))
    ]
    assert paths
    return [ast.parse(path.read_text(encoding="utf-8"), filename=str(path)) for path in paths]


def test_what_the_series_imports_is_required():
    """A learner would follow the README and meet a ModuleNotFoundError."""
    of_notebooks = [tree for step in series.STEPS for tree in notebook_files.cell_trees(step)]
    imported = distributions_imported_by([*trees_of("notebooks/**/*.py"), *of_notebooks])
    assert {"numpy", "tensorflow", "scikit-learn"} <= imported
    assert imported <= requirements_in(SERIES_FILE).keys() | BROUGHT_BY_JUPYTER


def test_what_the_tests_import_is_required():
    """A contributor would follow the README and see the tests fail at their first line."""
    imported = distributions_imported_by(trees_of("conftest.py", "tests/*.py"))
    assert {"pytest", "packaging"} <= imported
    assert (
        imported
        <= requirements_in(SERIES_FILE).keys()
        | requirements_in(TESTS_FILE).keys()
        | BROUGHT_BY_JUPYTER
    )


def test_what_the_benchmarks_import_is_required():
    """Rivals may be missing, and are in the benchmarks' own file alone: the series does without them."""
    imported = distributions_imported_by(trees_of("benchmarks/*.py"))
    own = requirements_in("benchmarks/requirements.txt").keys()
    assert {"torch", "jax", "numba", "psutil"} <= imported & own
    assert imported <= requirements_in(SERIES_FILE).keys() | own | BROUGHT_BY_JUPYTER
    assert (
        not {"torch", "jax", "numba"}
        & (requirements_in(SERIES_FILE) | requirements_in(TESTS_FILE)).keys()
    )


def test_jupyter_brings_what_it_is_said_to_bring():
    """The exception in the two tests above would hide a missing requirement."""
    reached, waiting = set(), {"jupyter"}
    while waiting:
        name = waiting.pop()
        reached.add(name)
        for line in importlib.metadata.requires(name) or []:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting |= {canonicalize_name(requirement.name)} - reached
    assert reached >= BROUGHT_BY_JUPYTER
