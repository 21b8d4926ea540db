"""What README.md and the pages in docs/ say beside links and tables: commands, notebooks, and the ladder's numbers."""

import ast
import re

import notebook_files
import pytest
from digits import series
from notebook_files import ROOT
from test_readme import README, table_rows

TEXTS = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
}

each_text = pytest.mark.parametrize("name", TEXTS)


@each_text
def test_files_in_commands_exist(name):
    """A reader would type a command and be told that there is no such file."""
    files = re.findall(
        r"(?:pip install -r|conda env create -f|jupyter lab) ([\w./-]+)", TEXTS[name]
    )
    assert not [file for file in files if not (ROOT / file).is_file()]


@each_text
def test_notebooks_are_named_by_links(name):
    """When a step is put into the table, nothing would say whether a bare number was meant for the old one."""
    without_links = re.sub(r"\[[^\]]*\]\([^)]*\)", "[]", TEXTS[name])
    assert not re.findall(r"\bnotebooks? \d\d\b", without_links, re.IGNORECASE)


# What pip and a shell say.
OF_OTHERS = {"error: externally-managed-environment", "&&", "is not a valid statement separator."}


def sentences_of_the_code() -> str:
    """All texts in the programs and the package, one after the other, what is filled in left out."""
    texts = []
    for path in (ROOT / "notebooks").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            parts = node.values if isinstance(node, ast.JoinedStr) else [node]
            texts.append(
                "".join(
                    part.value if isinstance(getattr(part, "value", None), str) else " … "
                    for part in parts
                )
            )
    return "\n".join(texts)


def test_messages_that_troubleshooting_explains_are_said():
    """Who looks for a message would find that it is called otherwise by now."""
    said = sentences_of_the_code()
    headings = re.findall(r"^\* \*\*(.+?)\*\*", TEXTS["docs/troubleshooting.md"], re.MULTILINE)
    quoted = [quote for heading in headings for quote in re.findall('"([^"]+)"', heading)]
    assert len(quoted) > 8
    fragments = {part.strip(" ,") for quote in quoted for part in quote.split("…")} - {""}
    assert not {part for part in fragments - OF_OTHERS if part not in said}


def test_ladder_counts_the_mistakes_that_the_notebooks_store():
    """README and the notebook would count different mistakes of one network: rounded accuracies hide one."""
    stored: dict[str, set[str]] = {}
    for step in series.STEPS:
        for cell in notebook_files.code_cells(step):
            for text in notebook_files.textual_outputs(cell):
                counts = re.findall(r"^(\S+): (\d+) mistakes in the mean", text, re.MULTILINE)
                if "mistakes (mean)" in text:
                    counts += re.findall(r"^(\S+) .*?(?<![\d.])(\d+) *$", text, re.MULTILINE)
                for network, count in counts:
                    stored.setdefault(network, set()).add(count)
    for network, mistakes, *_ in table_rows(README, "Results"):
        assert stored[network.split(" ")[0]] == {mistakes}, network


# ---------------------------------------------------------------- the glossary


def glossary() -> list[tuple[str, str, str]]:
    """Its terms, each with the notebook and the heading's anchor that it leads to."""
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    return re.findall(
        r"^\* \*\*(.+?)\.\*\* .+ \[.+?\]\(\.\./notebooks/(.+?\.ipynb)#(.+?)\)$", text, re.MULTILINE
    )


def test_glossary_is_in_order_and_complete():
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    terms = [term for term, _, _ in glossary()]
    assert len(terms) == text.count("\n* ") > 60
    assert terms == sorted(terms, key=str.lower)


def test_each_term_is_defined_where_the_glossary_leads():
    """In bold letters, as a term is where it is introduced."""
    steps = {step.file_name: step for step in series.STEPS}
    for term, notebook, anchor in glossary():
        text = notebook_files.markdown_text(steps[notebook])
        sections = re.split(r"^(?=#+ )", text, flags=re.MULTILINE)
        (section,) = (one for one in sections if anchor in notebook_files.anchors(one))
        assert f"**{term.lower()}" in section.lower(), term
