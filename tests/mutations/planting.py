"""Planting one mistake in a copy of the series, and running a part of the tests on it."""

import json
import pathlib
import re
from dataclasses import dataclass

import copies
import warm

ROOT = pathlib.Path(__file__).resolve().parents[2]
TESTS_FAILED = 1  # pytest's exit code; 2 to 5 say that it could not test at all
LONGEST_RUN = 900  # seconds
# The notebooks whose artifacts the notebook mutations start from.
PREPARED = ("02", "03", "04")


@dataclass(frozen=True)
class Mutation:
    """One mistake that somebody could make.

    Attributes:
        name: lower-case words with hyphens; pytest's ``-k`` takes it.
        plants: the mistake in a sentence's words, for the table.
        file: where, from the root of the repository.
        old, new: the exact text that is replaced; it must occur once.
        part: the arguments that pytest gets, that is the part of the tests that ought to notice.
        cell: the notebook cell whose source is changed; empty for the text of the file itself.
        only_on_mnist: a stored output is what gives it away, and on the sample none is compared.
    """

    name: str
    plants: str
    file: str
    old: str
    new: str
    part: tuple[str, ...]
    cell: str = ""
    only_on_mnist: bool = False

    @property
    def where(self) -> str:
        """The file, and the cell if there is one."""
        return f"{self.file}, cell {self.cell}" if self.cell else self.file

    @property
    def runs_a_notebook(self) -> bool:
        """Whether its part of the tests executes a notebook."""
        return "--nbval" in self.part


@dataclass(frozen=True)
class Outcome:
    """What a part of the tests said: pytest's exit code, the first test or cell that failed, everything printed."""

    exit_code: int
    caught_by: str
    output: str


def text_of(mutation: Mutation, root: pathlib.Path = ROOT) -> str:
    """The text that a mutation changes: the source of its cell, or the whole file."""
    text = (root / mutation.file).read_text(encoding="utf-8")
    if not mutation.cell:
        return text
    (source,) = (
        "".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["id"] == mutation.cell
    )
    return source


def why_not_applicable(mutation: Mutation, root: pathlib.Path = ROOT) -> str:
    """A sentence that says why a mutation cannot be planted; empty if it can."""
    if not (root / mutation.file).is_file():
        return f"{mutation.name}: {mutation.file} does not exist any more."
    try:
        count = text_of(mutation, root).count(mutation.old)
    except ValueError:
        return f"{mutation.name}: {mutation.file} has no cell {mutation.cell} any more."
    if mutation.old == mutation.new:
        return f"{mutation.name} changes nothing."
    if count != 1:
        return f"{mutation.name}: its old text occurs {count} times in {mutation.where}; it must occur once."
    return ""


def plant(mutation: Mutation, root: pathlib.Path) -> None:
    """Change the file in a copy of the series; ``AssertionError`` with a sentence if that is impossible."""
    reason = why_not_applicable(mutation, root)
    assert not reason, reason
    path, source = root / mutation.file, text_of(mutation, root)
    changed = source.replace(mutation.old, mutation.new)
    if mutation.cell:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            if cell["id"] == mutation.cell:
                cell["source"] = changed.splitlines(keepends=True)
        changed = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    path.write_text(changed, encoding="utf-8")


def run_tests(
    part: tuple[str, ...],
    root: pathlib.Path,
    pytest: warm.Pytest,
    home: pathlib.Path | None = None,
) -> Outcome:
    """Run a part of the tests in a copy of the series, up to the first failure.

    Args:
        part: arguments of pytest.
        root: the copy.
        pytest: runs it.
        home: a folder with artifacts that the tests' own home starts from.
    """
    variables = {"DIGITS_TEST_HOME": str(home)} if home else {}
    code, output = pytest.run(root, LONGEST_RUN, "-x", *part, **variables)
    assert code is not None, f"{' '.join(part)} did not end within {LONGEST_RUN} s:\n{output}"
    found = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", output, re.MULTILINE)
    caught_by = _with_cell_id(found[1], root) if found else ""
    return Outcome(code, caught_by, output)


def make_artifacts(root: pathlib.Path, home: pathlib.Path) -> None:
    """Fill a home with the artifacts of the earlier notebooks, as a copy of the series makes them."""
    program = str(root / "notebooks" / "run_all.py")
    code, output = copies.run_in(
        root, LONGEST_RUN, program, "--discard", *PREPARED, DIGITS_HOME=str(home)
    )
    assert code == 0, output


def _with_cell_id(test: str, root: pathlib.Path) -> str:
    """nbval counts code cells from 0; our tables name them."""
    found = re.fullmatch(r"(.+\.ipynb)::Cell (\d+)", test)
    if not found:
        return test
    cells = json.loads((root / found[1]).read_text(encoding="utf-8"))["cells"]
    code = [cell["id"] for cell in cells if cell["cell_type"] == "code"]
    return f"{found[1]}, cell {code[int(found[2])]}"
