"""What visitors of the repository's page use: the form for problems, the citation, the guide for contributors."""

import importlib.metadata
import platform
import re
import shlex
import subprocess
import sys

import pytest
import yaml
from notebook_files import ROOT

GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
FORM = ROOT / ".github" / "ISSUE_TEMPLATE" / "problem.yml"
# What GitHub's issue forms know; all others make it drop the form without a word.
FIELD_TYPES = {"markdown", "input", "textarea", "dropdown", "checkboxes"}


def read_yaml(path) -> dict:
    """The content of a YAML file whose top is a mapping."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


# ---------------------------------------------------------------- CITATION.cff


def test_citation_has_what_the_format_requires():
    """GitHub would show an error instead of "Cite this repository"."""
    citation = read_yaml(ROOT / "CITATION.cff")
    assert citation["cff-version"] == "1.2.0"
    assert citation["message"] and citation["title"] and citation["authors"]
    assert citation["type"] in ("software", "dataset")
    preferred = citation["preferred-citation"]
    assert {"type", "title", "authors"} <= preferred.keys()
    assert isinstance(preferred["year"], int)
    for author in (*citation["authors"], *preferred["authors"]):
        assert set(author) == {"name"}, (
            "an entity has a name; given and family names are a person's"
        )


def test_citation_agrees_with_the_readme_and_the_licence():
    """A paper would cite the series under another name, author, year or licence than its own."""
    citation = read_yaml(ROOT / "CITATION.cff")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    year, holder = re.search(r"Copyright \(c\) (\d{4}) (.+)", licence).groups()
    preferred = citation["preferred-citation"]
    for entry in (citation, preferred):
        assert readme.startswith(f"# {entry['title']}\n")
        assert entry["authors"] == [{"name": holder}]
    assert preferred["year"] == int(year)
    assert licence.startswith(f"{citation['license']} License")


# ---------------------------------------------------------------- the form for problems


def test_form_asks_for_what_is_needed_to_help():
    """A report would come without the notebook or the environment, or GitHub would not show the form."""
    form = read_yaml(FORM)
    assert {"name", "description", "body"} <= form.keys()
    fields = {field["id"]: field for field in form["body"] if field["type"] != "markdown"}
    assert list(fields) == ["notebook", "cell", "expected", "happened", "environment"]
    for field in form["body"]:
        assert field["type"] in FIELD_TYPES
        assert field["attributes"].get("value" if field["type"] == "markdown" else "label")
    required = {name for name, field in fields.items() if field["validations"]["required"]}
    assert required == fields.keys() - {"cell"}, "not every problem has a cell"


def test_command_of_the_form_describes_the_environment():
    """Whoever reports a problem would be asked to run something that fails, or tells nothing."""
    (field,) = (field for field in read_yaml(FORM)["body"] if field.get("id") == "environment")
    (command,) = re.findall(r"^python .*$", field["attributes"]["description"], re.MULTILINE)
    program, *arguments = shlex.split(command)
    assert program == "python"
    run = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=60, check=True
    )
    (line,) = run.stdout.splitlines()
    assert platform.python_version() in line
    assert f"tensorflow {importlib.metadata.version('tensorflow')}" in line


# ---------------------------------------------------------------- CONTRIBUTING.md


def commands() -> list[list[str]]:
    """The guide's commands, each as its words."""
    blocks = [line.strip() for line in GUIDE.splitlines() if re.match(r" {4,}\S", line)]
    return [shlex.split(command) for block in blocks for command in block.split(" && ")]


def test_files_that_the_guide_names_exist():
    """A contributor would look for a file that was renamed long ago."""
    named = re.findall(r"`((?:[\w.-]+/)+[\w.-]*)`", GUIDE)
    assert "notebooks/digits/series.py" in named
    examples = {"results/NN.csv", "notebooks/NAME.ipynb"}
    assert not [name for name in named if name not in examples and not (ROOT / name).exists()]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_commands_of_the_guide_exist(words):
    """A contributor would type a command and be told that there is no such file or program."""
    program, *arguments = words
    files = [word for word in arguments if re.search(r"\.(py|txt|ipynb)$", word)]
    assert all((ROOT / file).is_file() for file in files)
    if program in ("python", "pip"):
        assert files
    else:
        tools = (ROOT / "tests" / "requirements.txt").read_text(encoding="utf-8")
        assert re.search(rf"^{program}[<>=]", tools, re.MULTILINE)


def test_full_check_of_the_guide_is_that_of_the_readme():
    """A contributor would run other tests than everybody else, and be surprised afterwards."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (full,) = re.findall(r"^    (.*pytest --nbval.*-n 2.*)$", readme, re.MULTILINE)
    assert f"\n    {full}\n" in GUIDE


def test_rules_of_the_guide_are_those_that_are_enforced():
    """A contributor would keep to limits that the tests no longer know."""
    test_notebooks = pytest.importorskip("test_notebooks")
    assert f"longer than {test_notebooks.LONGEST_CELL} lines" in GUIDE
    assert f"less than {test_notebooks.LARGEST_NOTEBOOK // 10**6} MB" in GUIDE
    *others, last = (f"*{title}*" for title in test_notebooks.LAST_SECTIONS)
    assert f"{', '.join(others)} and {last}" in GUIDE
