"""Numbers of notebooks, written anew wherever they stand after a step was put in, taken out or moved.

A number is written in many places: in the notebooks' file names, in links, in the figures' names, in cells' ids, in
tables, tests and docs. The table of steps says what it should be; the file names on disk say what it was.

A new notebook is put into ``notebooks/`` without a number (``new_lesson.ipynb``); in it, ``NN`` stands for the number
to come, as in the figure ``NN_luck`` and the cell ``NN-001``.
"""

import json
import pathlib
import re
from collections.abc import Iterable
from typing import Protocol

from .workspace import write_atomically

# The texts in which notebooks are named, beside the notebooks themselves.
TEXTS = (
    "*.md",
    "docs/**/*.md",
    "data/README.md",
    "benchmarks/*.py",
    "benchmarks/RESULTS.md",
    "tests/**/*.py",
    "tests/**/*.md",
    "notebooks/*.py",
    "notebooks/digits/**/*.py",
    ".github/**/*.yml",
)
_TABLE_ROW = re.compile(r"^\| \d\d \| \[.*\]\(notebooks/\d\d_\w+\.ipynb\) \|.*$", re.MULTILINE)
# "notebook 03", "notebooks 03, 04 and 05", "notebooks [03](...) to [05](...)"
_IN_WORDS = re.compile(r"\bnotebooks? \[?\d\d\b(?:(?:\]\([^)]*\))?(?:,| to| and) \[?\d\d\b)*", re.I)


class Step(Protocol):
    """What is needed of a row of the table of steps."""

    name: str
    title: str
    question: str

    @property
    def number(self) -> str:
        """Two digits."""

    @property
    def file_name(self) -> str:
        """The number, the name and ``.ipynb``."""


class RenumberingError(RuntimeError):
    """The notebooks on disk do not fit the table; the message says what to do."""


def renumber(root: pathlib.Path, steps: Iterable[Step]) -> list[str]:
    """Bring all numbers in a checkout into agreement with the table of steps.

    Args:
        root: the checkout's folder.
        steps: the table, in its order.

    Returns:
        What was changed, a line each; nothing if all numbers agreed already.

    Raises:
        RenumberingError: a step has no notebook, or two notebooks have one number. Nothing was changed.
    """
    steps = list(steps)
    found = {step.name: _on_disk(root, step) for step in steps}
    before = {step.name: _number_of(found[step.name]) for step in steps}
    numbers = [number for number in before.values() if number]
    for number in numbers:
        if numbers.count(number) > 1:
            raise RenumberingError(
                f"Two notebooks have the number {number}. Rename the new one so that it has none, then try again."
            )
    changes = _Changes(root)
    rewriting = _Rewriting(steps, before, found)
    for step in steps:
        path = found[step.name]
        changes.put(path, path.with_name(step.file_name), rewriting.notebook(step, path))
    for path in sorted((root / "figures").glob("[0-9N]*_*")):
        changes.put(path, path.with_name(rewriting.figure_name(path.name)), path.read_bytes())
    for path in sorted({path for pattern in TEXTS for path in root.glob(pattern)}):
        text = path.read_bytes().decode()
        changes.put(path, path, rewriting.text(text).encode())
    return changes.made()


def navigation(steps: list[Step], step: Step) -> str:
    """The line below a notebook's title: the notebook before it, the contents, the notebook after it."""
    position = [each.name for each in steps].index(step.name)
    parts = ["[Contents](../README.md#the-notebooks)"]
    if position:
        before = steps[position - 1]
        parts.insert(0, f"← [{before.number} {before.title}]({before.file_name})")
    if position + 1 < len(steps):
        after = steps[position + 1]
        parts.append(f"[{after.number} {after.title}]({after.file_name}) →")
    return " · ".join(parts)


def _on_disk(root: pathlib.Path, step: Step) -> pathlib.Path:
    """The notebook of a step, under whatever number."""
    folder = root / "notebooks"
    candidates = [*folder.glob(f"[0-9][0-9]_{step.name}.ipynb"), folder / f"{step.name}.ipynb"]
    there = [path for path in candidates if path.is_file()]
    if len(there) != 1:
        what = "no notebook" if not there else f"{len(there)} notebooks"
        raise RenumberingError(
            f"The table's step {step.title!r} has {what}. There must be one file "
            f"notebooks/{step.name}.ipynb, with or without a number before its name."
        )
    return there[0]


def _number_of(path: pathlib.Path) -> str:
    return path.name[:2] if re.match(r"\d\d_", path.name) else ""


class _Rewriting:
    """The rules by which numbers in texts are found and replaced."""

    def __init__(self, steps: list[Step], before: dict[str, str], found: dict[str, pathlib.Path]):
        self.steps = steps
        self.after = {before[step.name]: step.number for step in steps if before[step.name]}
        self.figures: dict[str, str] = {}
        for step in steps:
            source = found[step.name].read_text(encoding="utf-8")
            number = before[step.name] or "NN"
            for name in re.findall(rf"\b{number}_[a-z][a-z0-9_]*\b", source):
                self.figures[name] = f"{step.number}_{name[3:]}"
        self.file_names = {step.name: step.file_name for step in steps}
        self.numbered_titles = {step.title: f"{step.number} {step.title}" for step in steps}
        names = "|".join(step.name for step in steps)
        self._files = re.compile(rf"\b(?:\d\d_)?({names})\.ipynb\b")
        titles = "|".join(re.escape(step.title) for step in steps)
        self._titles = re.compile(rf"\b\d\d ({titles})")
        figures = "|".join(sorted(map(re.escape, self.figures), key=len, reverse=True))
        self._figures = re.compile(rf"(?<![\w-])({figures})(?!\w)")

    def figure_name(self, name: str) -> str:
        """The name of a figure's file."""
        stem, dot, ending = name.partition(".")
        return self.figures.get(stem, stem) + dot + ending

    def text(self, text: str) -> str:
        """A text with all numbers as the table has them."""
        text = self._files.sub(lambda match: self.file_names[match[1]], text)
        text = self._titles.sub(lambda match: self.numbered_titles[match[1]], text)
        text = self._figures.sub(lambda match: self.figures[match[1]], text)
        # In quotes, as in calls that take a step's number; the table of a step's results; a cell's id; a command.
        text = re.sub(r'(?<=")\d\d(?=")', self._number, text)
        text = re.sub(r"(?<=results/)\d\d(?=\.csv)", self._number, text)
        text = re.sub(r'(?<=")\d\d(?=-\d{3}")', self._number, text)
        text = re.sub(r"(?m)(?<=run_all\.py )\d\d$", self._number, text)
        text = _IN_WORDS.sub(lambda match: re.sub(r"\b\d\d\b(?!_)", self._number, match[0]), text)
        return self._with_table(text)

    def notebook(self, step: Step, path: pathlib.Path) -> bytes:
        """A notebook with all numbers as the table has them, in its cells' sources and ids; outputs stay."""
        notebook = json.loads(path.read_bytes())
        first = True
        for cell in notebook["cells"]:
            source = "".join(cell["source"])
            if not _number_of(path):
                source = re.sub(r"\bNN(?=[_-])", step.number, source)
            source = self.text(source)
            cell["id"] = re.sub(r"^(\d\d|NN)(?=-)", step.number, cell["id"])
            if first and cell["cell_type"] == "markdown":
                lines = source.split("\n")
                if len(lines) > 2 and "#the-notebooks)" in lines[2]:
                    lines[2] = navigation(self.steps, step)
                source, first = "\n".join(lines), False
            if source != "".join(cell["source"]):
                cell["source"] = source.splitlines(keepends=True)
        return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()

    def _number(self, match: re.Match) -> str:
        return self.after.get(match[0], match[0])

    def _with_table(self, text: str) -> str:
        """A text in which the table of notebooks, if it has one, has the rows of the table of steps."""
        rows = list(_TABLE_ROW.finditer(text))
        if not rows:
            return text
        table = "\n".join(
            f"| {step.number} | [{step.title}](notebooks/{step.file_name}) | {step.question} |"
            for step in self.steps
        )
        return text[: rows[0].start()] + table + text[rows[-1].end() :]


class _Changes:
    """What is to be written, before anything is."""

    def __init__(self, root: pathlib.Path):
        self.root = root
        self.contents: dict[pathlib.Path, bytes] = {}
        self.moved: dict[pathlib.Path, pathlib.Path] = {}

    def put(self, old: pathlib.Path, new: pathlib.Path, content: bytes) -> None:
        """Note that a file is to have this content, and perhaps another name."""
        if old != new:
            self.moved[old] = new
        if old != new or content != old.read_bytes():
            self.contents[new] = content

    def made(self) -> list[str]:
        """Write everything, then remove what has moved away; a line for each file."""
        for path, content in self.contents.items():
            with write_atomically(path) as temporary:
                temporary.write_bytes(content)
        for old in self.moved.keys() - self.contents.keys():
            old.unlink()
        moved_from = {new: old for old, new in self.moved.items()}
        return [
            f"{moved_from[path].relative_to(self.root).as_posix()} -> {path.relative_to(self.root).as_posix()}"
            if path in moved_from
            else f"{path.relative_to(self.root).as_posix()} rewritten"
            for path in self.contents
        ]
