"""Reading the stored notebooks and the Markdown around them, for tests that look at them from outside."""

import ast
import base64
import functools
import html.parser
import pathlib
import re
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass

import nbformat
from digits import series

ROOT = pathlib.Path(__file__).resolve().parents[1]
STEP_PARAMETERS = {"argvalues": series.STEPS, "ids": [step.number for step in series.STEPS]}


@functools.cache
def read(step: series.Step) -> nbformat.NotebookNode:
    """The stored notebook of a step."""
    return nbformat.read(step.notebook, as_version=4)


def code_cells(step: series.Step) -> list[nbformat.NotebookNode]:
    """The code cells of a step's notebook, in order."""
    return [cell for cell in read(step).cells if cell.cell_type == "code"]


def markdown_text(step: series.Step) -> str:
    """All Markdown of a step's notebook, cell below cell."""
    return "\n\n".join(cell.source for cell in read(step).cells if cell.cell_type == "markdown")


@functools.cache
def cell_trees(step: series.Step) -> list[ast.Module]:
    """The syntax tree of each code cell; each node knows its ``parent``.

    A cell with a magic or a shell command is a syntax error here. That is meant: nbval lets both fail in silence.
    """
    trees = []
    for cell in code_cells(step):
        tree = ast.parse(cell.source, filename=f"{step.file_name}, cell {cell.id}")
        for node in ast.walk(tree):
            for child in ast.iter_child_nodes(node):
                child.parent = node
        trees.append(tree)
    return trees


def nodes(step: series.Step, kind: type) -> Iterator[ast.AST]:
    """All syntax nodes of one kind in a notebook's code."""
    for tree in cell_trees(step):
        yield from (node for node in ast.walk(tree) if isinstance(node, kind))


def identifiers(step: series.Step) -> set[str]:
    """Every word that a notebook's code uses as a name, an attribute, an imported name or a whole string."""
    found = {node.id for node in nodes(step, ast.Name)} | {
        node.attr for node in nodes(step, ast.Attribute)
    }
    found |= {node.value for node in nodes(step, ast.Constant) if isinstance(node.value, str)}
    for node in nodes(step, ast.alias):
        found |= {node.name, node.asname or node.name}
    return found


def imported_modules(tree: ast.AST) -> Iterator[str]:
    """Dotted names of all modules that a syntax tree imports, wherever it does; relative imports are left out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(step: series.Step, function: str) -> Iterator[ast.Call]:
    """The calls of a function in a notebook, such as ``"plots.show"`` or ``"check"``."""
    return (node for node in nodes(step, ast.Call) if ast.unparse(node.func) == function)


@dataclass(frozen=True)
class Figure:
    """One ``plots.show(figure, name, caption)`` of a notebook, and the code cell that it stands in."""

    name: str
    caption: str
    cell: nbformat.NotebookNode


def figures(step: series.Step) -> list[Figure]:
    """The figures that a notebook shows, in order. Name and caption must be plain strings, so that tests see them."""
    shown = []
    for cell, tree in zip(code_cells(step), cell_trees(step), strict=True):
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "plots.show":
                _, name, caption = call.args
                shown.append(Figure(ast.literal_eval(name), ast.literal_eval(caption), cell))
    return shown


_PICTURE = re.compile(r"data:image/png;base64,([\w+%=]*)")


class _Images(html.parser.HTMLParser):
    """The attributes of all images of a page."""

    def __init__(self, page: str):
        super().__init__()
        self.found: list[dict[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.found.append(dict(attrs))


def images(page: str) -> list[dict[str, str]]:
    """The attributes of each image in a piece of HTML."""
    return _Images(page).found


def html_outputs(cell: nbformat.NotebookNode) -> list[str]:
    """What a code cell's outputs hold as HTML: tables and figures."""
    data = (output.get("data", {}) for output in cell.outputs)
    return [each["text/html"] for each in data if "text/html" in each]


def pictures(cell: nbformat.NotebookNode) -> list[bytes]:
    """The PNG files that a code cell's outputs hold."""
    found = _PICTURE.findall("".join(html_outputs(cell)))
    return [base64.b64decode(urllib.parse.unquote(picture)) for picture in found]


def textual_outputs(cell: nbformat.NotebookNode) -> Iterator[str]:
    """Everything in a code cell's outputs that is text: streams, tracebacks, and data without the pictures in it."""
    for output in cell.outputs:
        if output.output_type == "stream":
            yield output.text
        elif output.output_type == "error":
            yield "\n".join([output.ename, output.evalue, *output.traceback])
        else:
            yield from (_PICTURE.sub("", str(value)) for value in output.data.values())


_FENCED = re.compile(r"^(```|~~~).*?^\1\s*$", re.MULTILINE | re.DOTALL)
_INLINE_CODE = re.compile(r"`[^`\n]+`")
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*\s*$", re.MULTILINE)
_LINKS = (
    re.compile(
        r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)"
    ),  # [text](target) and ![text](target)
    re.compile(r"^\s*\[[^\]]+\]:\s*(\S+)", re.MULTILINE),  # [name]: target
    re.compile(r"(?:href|src)\s*=\s*[\"']([^\"']+)[\"']"),  # HTML inside Markdown
)


def headings(markdown: str) -> list[tuple[int, str]]:
    """Level and text of each heading."""
    return [(len(marks), text) for marks, text in _HEADING.findall(_FENCED.sub("", markdown))]


def links(markdown: str) -> list[str]:
    """The targets of all links and images; what stands in code is left out."""
    prose = _INLINE_CODE.sub("", _FENCED.sub("", markdown))
    return [target for pattern in _LINKS for target in pattern.findall(prose)]


def anchors(markdown: str) -> set[str]:
    """The anchors that GitHub gives to the headings."""
    found: dict[str, int] = {}
    for _, text in headings(markdown):
        visible = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
        anchor = re.sub(r"[^\w\- ]", "", visible.lower()).replace(" ", "-")
        found[anchor] = found.get(anchor, -1) + 1
        if found[anchor]:
            found[f"{anchor}-{found[anchor]}"] = 0
    return set(found)


def documented_columns() -> list[str]:
    """The columns of ``results/NN.csv`` that data/README.md explains, in its order."""
    page = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    rows = [line for line in page.split("| column |")[1].splitlines() if line.startswith("| `")]
    return [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])]


# The calls in a notebook by which artifacts are saved and loaded.
SAVING = ("artifacts.save_arrays", "artifacts.save_table", "training.save_model")
LOADING = (
    "artifacts.load_arrays",
    "artifacts.load_table",
    "artifacts.provenance",
    "training.load_model",
)


def artifacts_named(
    step: series.Step, functions: tuple[str, ...], declared: tuple[str, ...]
) -> set[str]:
    """The artifacts that calls of these functions name; f-strings stand for all declared names that they fit."""
    named = set()
    for function in functions:
        for call in calls(step, function):
            name = call.args[0]
            if isinstance(name, ast.JoinedStr):
                parts = [
                    re.escape(part.value) if isinstance(part, ast.Constant) else "[^/]+"
                    for part in name.values
                ]
                fitting = {
                    candidate for candidate in declared if re.fullmatch("".join(parts), candidate)
                }
                assert fitting, f"{ast.unparse(call)} fits nothing in series.py"
                named |= fitting
            else:
                named.add(ast.literal_eval(name))
    return named
