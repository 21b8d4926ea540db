"""The sentences of notebooks and pages that claim something, and what each of them is bound to.

A sentence is found by its words: numbers, comparisons, causes, "all" and "no". More are found than claim anything;
those are bound to ``no claim``. What each rests on stands in a CSV file for each document, beside this one.
"""

import ast
import csv
import functools
import hashlib
import pathlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

import notebook_files
from digits import series

FOLDER = pathlib.Path(__file__).parent
ROOT = FOLDER.parents[1]
PAGES = (
    "README.md",
    "data/README.md",
    *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))),
)
# Of each sentence: its fingerprint, what it rests on, the fingerprint of that when somebody last read both, and how the
# sentence begins, for readers.
COLUMNS = ("sentence", "evidence", "rests_on", "begins")

_ALWAYS = """
a(?:bout|lmost|lone|lready|lways|ny|s well) all alike although average barely because bet(?:ter) best beyond
both but cannot cause[sd]? certain chance clear(?:ly)? cost[s]? decide[sd]? depend[s]? despite
differ(?:s|ed|ent|ence|ences)? double[sd]? each easily enough equal(?:ly|s)? especially even every everything
exact(?:ly)? exceed[s]? fail[s]? far fall[s]? few(?:er|est)? fifth first gain[sed]* grow[s]? half hardly
harder help[sed]* hence hurt[s]? if improve[sd]? increase[sd]? independent(?:ly)? instead just know[ns]?
large(?:r|st)? last lea(?:st|d|ds) less likely long los(?:e|es|t) main(?:ly)? many matter[s]? may might more
most(?:ly)? much must near(?:ly)? need[sed]* never no nobody none nor not nothing often once one only opposite
out of over perhaps possible possibly probab(?:le|ly) prove[sd]? quarter random rare(?:ly)? reach(?:es|ed)?
reason[s]? rest right ris(?:e|es) same second seldom shows? significant(?:ly)? similar since slight(?:ly)? so
some sometimes soon still such suggest[s]? sure(?:ly)? than that therefore third though thus together too true
twice typical unless unlike usual(?:ly)? very way well whatever when whether whole why without worse worst
wrong(?:ly)? yet zero two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty
fifty hundred thousand million percent points? times
"""
_CLAIMS = re.compile(
    r"\d|\b(?:" + "|".join(_ALWAYS.split()) + r")\b|\b\w{3,}(?:er|est|less)\b", re.IGNORECASE
)
_NO_SENTENCE = re.compile(
    r"^(```|~~~).*?^\1\s*$|<!--.*?-->|^\$\$.*?^\$\$|^\|[ :|-]+\|$|^#+ .*?$",
    re.MULTILINE | re.DOTALL,
)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_ENDS = re.compile(
    r"(?<=[.!?])(?:[)*\"”_]*)\s+(?=[(*\"“_`\[]*[A-Z0-9])|\n\s*\n|\n(?=\s*(?:[-*]|\d+\.|#+|\|)\s)|</?[A-Za-z][^>]*>"
)


@dataclass(frozen=True)
class Sentence:
    """One sentence: the document it stands in (a path without its ending), its text, and its fingerprint."""

    document: str
    text: str

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.text)


def fingerprint(text: str) -> str:
    """A short name of a text; other spaces and line breaks leave it as it is."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:12]


def documents() -> list[str]:
    """All documents whose sentences are bound: the notebooks and the pages."""
    return [*(step.file_name.removesuffix(".ipynb") for step in series.STEPS), *PAGES]


def sentences(document: str) -> list[Sentence]:
    """The sentences of a document that may claim something, each once, in their order."""
    is_page = document in PAGES
    texts = [(ROOT / document).read_text("utf-8")] if is_page else _texts_of(step_of(document))
    parts = [part for text in texts for part in _parts(text)]
    return [Sentence(document, part) for part in dict.fromkeys(parts) if _CLAIMS.search(part)]


def step_of(document: str) -> series.Step:
    """The notebook of a document."""
    return next(step for step in series.STEPS if step.file_name == f"{document}.ipynb")


def _texts_of(step: series.Step) -> list[str]:
    """A notebook's Markdown, and the captions, titles and other sentences in its code, in their order."""
    texts = []
    for cell in notebook_files.read(step).cells:
        if cell.cell_type == "markdown":
            texts.append(cell.source)
        elif not checks_in(cell.source) and not cell.source.startswith("# @title"):
            texts += _sentences_in_code(ast.parse(cell.source))
    return texts


def _sentences_in_code(tree: ast.AST) -> Iterator[str]:
    """The strings of a cell that read like a sentence; no docstrings."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "…" for part in node.values]
            texts = ["".join(map(str, parts))]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts = [node.value]
        else:
            texts = _sentences_in_code(node)
        yield from (text for text in texts if text[:1].isupper() and text.count(" ") >= 3)


def _parts(text: str) -> list[str]:
    """The sentences of a text as a reader sees them, without Markdown's signs."""
    text = _LINK.sub(r"\1", _NO_SENTENCE.sub("\n\n", text))
    parts = (" ".join((part or "").split()).strip("#*_|- ") for part in _ENDS.split(text))
    return [part for part in parts if len(part) > 3]


# ---------------------------------------------------------------- what they rest on

# What a sentence may rest on, beside a notebook's cells: nothing here can tell whether it still does.
WORDS = {
    "no claim": "it asks, invites, or says what comes next",
    "definition": "it says what a word means, or how something works",
    "arithmetic": "it follows from numbers in it, or from shapes",
    "source": "others found it; it stands under Sources",
    "opinion": "a value or a guess, and worded as one",
    "time": "how long reading or running takes, which differs between people and computers",
    "memory": "it was measured or decided once, and says so; nothing repeats it",
}
KINDS = ("check", "output", "figure", "code", "test")


class NoEvidence(ValueError):
    """What a sentence should rest on is not there."""


def rests_on(document: str, evidence: str) -> str:
    """The fingerprint of what a sentence rests on: of the cells, or of the test's name; empty for one of WORDS.

    Args:
        document: where the sentence stands.
        evidence: one of WORDS, or one or more of these, with ``; `` between them: ``check: how its sentence begins``,
            ``output: id of a code cell``, ``figure: name``, ``code: id of a code cell``, ``test: name of a function``.
            After the kind may stand the number of another notebook: ``check 04: ...``.

    Raises:
        NoEvidence: it is not there, or more than one check begins so.
    """
    if evidence in WORDS:
        return ""
    return fingerprint(" ".join(_found(document, one) for one in evidence.split("; ")))


def _found(document: str, one: str) -> str:
    kind, _, name = one.partition(": ")
    kind, _, number = kind.partition(" ")
    if kind not in KINDS or not name:
        raise NoEvidence(f"{one!r} is none of {sorted(WORDS)}, and none of {KINDS}")
    if kind == "test":
        if name not in _tests():
            raise NoEvidence(f"there is no test {name!r}")
        return name
    if not number and document in PAGES:
        raise NoEvidence(f"{one!r} does not say of which notebook")
    step = series.step(number) if number else step_of(document)
    cells = _evidence_in(step)
    if kind == "check":
        found = {source for claim, source in cells["check"].items() if claim.startswith(name)}
    else:
        found = {cells[kind][name]} if name in cells[kind] else set()
    if len(found) != 1:
        raise NoEvidence(f"{len(found)} cells of notebook {step.number} have {one!r}")
    return found.pop()


@functools.cache
def _evidence_in(step: series.Step) -> dict[str, dict[str, str]]:
    """The code cells of a notebook, by what they are evidence of: of each kind by name."""
    cells = notebook_files.code_cells(step)
    return {
        "check": {claim: cell.source for cell in cells for claim in checks_in(cell.source)},
        "figure": {shown.name: shown.cell.source for shown in notebook_files.figures(step)},
        "code": {cell.id: cell.source for cell in cells},
        "output": {cell.id: cell.source for cell in cells if cell.outputs},
    }


def checks_in(source: str) -> list[str]:
    """The sentences of a cell's checks."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    claims = [call.args[0] for call in calls if ast.unparse(call.func) == "check"]
    return [one.value if isinstance(one, ast.Constant) else ast.unparse(one) for one in claims]


@functools.cache
def _tests() -> set[str]:
    """The names of all tests."""
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").glob("test_*.py"))
    return {name for text in texts for name in re.findall(r"^def (test_\w+)", text, re.MULTILINE)}


# ---------------------------------------------------------------- what is written down


def bound(document: str) -> dict[str, dict[str, str]]:
    """What is written down of a document's sentences, by their fingerprints."""
    if not file_of(document).exists():
        return {}
    with open(file_of(document), encoding="utf-8", newline="") as file:
        return {row["sentence"]: row for row in csv.DictReader(file)}


def file_of(document: str) -> pathlib.Path:
    """Where it is written down."""
    return FOLDER / (document.replace("/", "_").removesuffix(".md") + ".csv")


def problems(document: str) -> list[str]:
    """What somebody must look at: new and changed sentences, and those whose evidence changed or is not there."""
    found, rows = [], bound(document)
    now = {one.fingerprint: one.text for one in sentences(document)}
    found += [f"new or changed: {one} {text}" for one, text in now.items() if one not in rows]
    found += [f"gone: {one} {row['begins']}" for one, row in rows.items() if one not in now]
    for one in now.keys() & rows.keys():
        evidence, before = rows[one]["evidence"], rows[one]["rests_on"]
        try:
            if rests_on(document, evidence) != before:
                found.append(f"what it rests on changed ({evidence}): {one} {now[one]}")
        except NoEvidence as error:
            found.append(f"{error}: {one} {now[one]}")
    return found


def without_sentence(document: str) -> list[str]:
    """A notebook's checks that no sentence rests on."""
    named = [
        one.partition(": ")[2]
        for row in bound(document).values()
        for one in row["evidence"].split("; ")
        if one.startswith("check: ")
    ]
    claims = _evidence_in(step_of(document))["check"]
    return [claim for claim in claims if not any(claim.startswith(name) for name in named)]
