"""The house is in order: modules are short, and the tools that look for mistakes do find them."""

import shutil

import house
import nbformat
import pytest
from digits.basics import workspace

PACKAGE = workspace.NOTEBOOKS_FOLDER / "digits"
MOST_LINES = 300


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.name)
def test_module_is_short_enough_to_be_read_at_once(path):
    """A learner who opens a module to look one thing up would have to read a small book."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


# A line of Python, and what the tool says of it. They are put together here so that no tool finds them in this file.
MISTAKES = {
    "ruff check": ("import os\n", "F401"),
    "ruff format": ("numbers = [1,2]\n", "would be reformatted"),
    "mypy": ("def half(number):\n    return number / 2\n", "no-untyped-def"),
    "codespell": (f"# {'recie'}{'ve'}\n", "receive"),
}


@pytest.fixture
def tree(tmp_path):
    """A folder with a package of one module without mistakes, and the tools' settings."""
    shutil.copy(house.ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "notebooks" / "digits").mkdir(parents=True)
    (tmp_path / "notebooks" / "digits" / "__init__.py").write_text('"""Nothing."""\n')
    return tmp_path


def test_every_tool_has_a_mistake_to_find():
    """A tool that is added would be trusted without having found anything."""
    assert MISTAKES.keys() == house.TOOLS.keys()


@pytest.mark.parametrize("name", MISTAKES)
def test_tool_finds_a_mistake(tree, name):
    """A tool that is called wrongly would pass everything, and nobody would notice."""
    texts = [text for text in house.TEXTS if (tree / text).exists()]
    tool = ("codespell_lib", *texts) if name == "codespell" else house.TOOLS[name]
    code, output, _ = house.run(tool, tree)
    assert code == 0, output
    mistake, complaint = MISTAKES[name]
    with open(tree / "notebooks" / "digits" / "__init__.py", "a", encoding="utf-8") as module:
        module.write(f"\n{mistake}")
    code, output, _ = house.run(tool, tree)
    assert code != 0 and complaint in output


def test_spelling_of_notebooks_is_that_of_their_words(tree):
    """Pictures in stored outputs would be taken for misspelt words, or the notebooks' prose would not be read."""
    data = f"{'te'}/{'recie'}{'ve'}"
    picture = {"text/html": f'<img src="data:image/png;base64,{data}">'}
    output = nbformat.v4.new_output("display_data", data=picture)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", outputs=[output])])
    nbformat.write(notebook, tree / "notebooks" / "01.ipynb")
    assert house.run(("codespell_lib", "notebooks"), tree)[0] == 0
    notebook.cells.append(nbformat.v4.new_markdown_cell(f"You {'recie'}{'ve'} a digit."))
    nbformat.write(notebook, tree / "notebooks" / "01.ipynb")
    assert house.run(("codespell_lib", "notebooks"), tree)[0] != 0


@pytest.mark.parametrize(("codes", "expected"), [([0, 0], 0), ([1, 0], 1), ([0, 3], 1)])
def test_one_tool_that_fails_is_enough(monkeypatch, capsys, codes, expected):
    """Continuous integration would pass although a tool had found something."""
    results = {("first",): (codes[0], "found by the first", 1.0), ("second",): (codes[1], "", 2.0)}
    monkeypatch.setattr(house, "run", results.__getitem__)
    assert house.main({"one": ("first",), "two": ("second",)}) == expected
    shown = capsys.readouterr().out
    assert ("found by the first" in shown) == bool(codes[0])
    assert "1.0 s" in shown and "2.0 s" in shown
