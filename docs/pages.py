"""What the published pages have beyond the notebooks' own text: folds, links, a front page, and a pad that reads.

A Sphinx extension. It changes what is read of a file, never the file.
"""

import json
import os
import re
import shutil
from pathlib import Path

import nbformat
from sphinx.application import Sphinx

ROOT = Path(__file__).parents[1]
DRAWPAD = ROOT / "notebooks" / "digits" / "drawpad"
ELSEWHERE = ("page.js", "widget.js")  # what other pads are made of, beside the shared scripts
# Where a page stands on its own: set by the workflow that publishes; without them these links are left out.
REPOSITORY = os.environ.get("GITHUB_REPOSITORY", "")
BRANCH = os.environ.get("GITHUB_REF_NAME", "main")
CHECKS = "## Check what we claimed"
PAD = "drawpad.show("
CONVOLUTION = "## Look through a small window"
FOLD = "<details><summary>The checks, and what they printed</summary>"
PAD_HERE = """<div class="digits-live"></div>
<p class="without-script">The pad needs JavaScript, which your browser has switched off.</p>"""
CONVOLUTION_HERE = """<div class="digits-convolution"></div>
<p class="without-script">An animation stands here where JavaScript is switched on.</p>"""
TOCTREE = """
```{toctree}
:hidden:
:caption: %s

%s
```
"""


def setup(app: Sphinx) -> dict:
    """Connect all this with Sphinx."""
    app.connect("source-read", change)
    app.connect("html-page-context", complete)
    app.connect("build-finished", copy_files)
    app.connect("build-finished", mend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def change(app: Sphinx, name: str, content: list[str]) -> None:
    """Change what was read of a file."""
    if REPOSITORY and name in (app.config.root_doc, "docs/colab"):
        content[0] += f"\nThe repository: [{REPOSITORY}](https://github.com/{REPOSITORY})\n"
    if name == app.config.root_doc:
        content[0] += contents()
    elif name.startswith("notebooks/"):
        content[0] = changed_notebook(name, content[0])
    elif name == "docs/questions":
        content[0] += all_questions()
    elif name == "docs/glossary":
        content[0] = re.sub(r"^\* \*\*(.+?)\.\*\*", with_anchor, content[0], flags=re.MULTILINE)


def with_anchor(term: re.Match) -> str:
    """A term of the glossary with a place that can be linked to, such as ``glossary.html#batch-normalisation``."""
    name = re.sub(r"\W+", "-", term.group(1).lower())
    return f'* <a id="{name}"></a>**{term.group(1)}.**'


def notebooks() -> list[Path]:
    """The notebooks in their order."""
    return sorted((ROOT / "notebooks").glob("0*.ipynb"))


def contents() -> str:
    """The tables of contents for the pages' margin."""
    pages = ["docs/README", *(f"docs/{one.stem}" for one in sorted((ROOT / "docs").glob("*.md")))]
    pages = list(dict.fromkeys(pages))
    others = ["CONTRIBUTING", "data/README", "benchmarks/RESULTS"]
    return TOCTREE % ("Notebooks", "\n".join(f"notebooks/{one.stem}" for one in notebooks())) + (
        TOCTREE % ("More", "\n".join(pages + others))
    )


def changed_notebook(name: str, text: str) -> str:
    """A notebook with its setup and its checks folded, with links to itself elsewhere, and with a pad if it has one."""
    notebook = nbformat.reads(text, as_version=4)
    cells = []
    for cell in notebook.cells:
        if cell.metadata.get("jupyter", {}).get("source_hidden"):
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), "hide-input"]
        if cell.cell_type == "code" and PAD in cell.source:
            cell = nbformat.v4.new_markdown_cell(PAD_HERE)
        cells.append(cell)
        if CONVOLUTION in cell.source:
            cells.append(nbformat.v4.new_markdown_cell(CONVOLUTION_HERE))
        if CHECKS in cell.source:
            cells.append(nbformat.v4.new_markdown_cell(FOLD))
    cells.append(nbformat.v4.new_markdown_cell("</details>"))
    if REPOSITORY:
        title, rest = cells[0].source.split("\n", 1)
        cells[0].source = f"{title}\n\n{links(name)}\n{rest}"
    notebook.cells = cells
    return nbformat.writes(notebook)


def links(name: str) -> str:
    """Links to a notebook in Colab and to its source."""
    place = f"{REPOSITORY}/blob/{BRANCH}/{name}.ipynb"
    return (
        f"[Open in Colab](https://colab.research.google.com/github/{place}) · "
        f"[Source](https://github.com/{place})"
    )


def all_questions() -> str:
    """The questions of all notebooks with their answers, which a printer prints unfolded."""
    found = []
    for path in notebooks():
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = "\n\n".join(
            "".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"
        )
        title = re.search(r"^# (.+)$", text, re.MULTILINE).group(1)
        questions = re.search(
            r"^## Five questions\n(.*?</details>)", text, re.MULTILINE | re.DOTALL
        )
        body = re.sub(r"<details><summary>Answers</summary>", "**Answers**", questions.group(1))
        found.append(f"\n## {title}\n{body.replace('</details>', '')}")
    return "\n".join(found)


def complete(app: Sphinx, name: str, template: str, context: dict, doctree: object) -> None:
    """Give a page what its template or its pad needs."""
    if name == "index":
        context.update(front(), title="Draw a digit", repository=REPOSITORY)
    for place, script in (("digits-live", "live"), ("digits-convolution", "convolution")):
        if f'class="{place}"' in context.get("body", "") or (name == "index" and script == "live"):
            app.add_css_file("drawpad/pad.css")
            app.add_js_file(f"drawpad/{script}.js", type="module")


def front() -> dict:
    """What the front page takes from README.md: the picture, the questions, the ladder."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    alt, hero = re.search(r"!\[(.+?)\]\((figures/.+?)\)", text).groups()
    questions = re.findall(
        r"^\| (0\d) \| \[(.+?)\]\((.+?)\.ipynb\) \| (.+?) \|$", text, re.MULTILINE
    )
    ladder = re.findall(r"^\| (\S.*?) \| (\d+) \| (\d+) \| (.+?) \|$", text, re.MULTILINE)
    return {"hero": hero, "hero_alt": alt, "questions": questions, "ladder": ladder}


def copy_files(app: Sphinx, error: Exception | None) -> None:
    """Put beside the pages what they load: the pad's files, the network, the front page's picture."""
    if error:
        return
    target = Path(app.outdir, "_static", "drawpad")
    target.mkdir(parents=True, exist_ok=True)
    scripts = (path for path in DRAWPAD.glob("*.js") if path.name not in ELSEWHERE)
    for path in (DRAWPAD / "pad.css", DRAWPAD / "network.bin", *scripts):
        shutil.copy(path, target)
    for name in ("live.js", "convolution.js"):
        shutil.copy(ROOT / "docs" / "static" / name, target)
    for name in ("pages.css", "reading-aids.js"):
        shutil.copy(ROOT / "docs" / "static" / name, target.parent)
    figures = Path(app.outdir, "figures")
    figures.mkdir(exist_ok=True)
    shutil.copy(ROOT / front()["hero"], figures)


# What the theme, or a table of pandas, leaves out and screen readers and keyboards need.
MENDED = {
    'role="heading">': 'role="heading" aria-level="2">',
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="All pages">',
    '<aside class="toc-drawer': '<aside aria-label="This page" class="toc-drawer',
    "<th></th>": "<td></td>",
    '<th class="head"><p></p></th>': "<td></td>",
    '<div id="search-results">': '<h1>Search</h1><div id="search-results">',
}

BRAND = re.compile(
    r'(class="sidebar-brand" href="|class="header-center">\s*<a href=")([^"]*?)(?:README\.html)?"'
)


def mend(app: Sphinx, error: Exception | None) -> None:
    """Give each page what it lacks for people who do not see it, or do not use a mouse."""
    if error:
        return
    for page in Path(app.outdir).rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for found, instead in MENDED.items():
            text = text.replace(found, instead)
        # The series' name, in the margin and on telephones at the top, leads to the front page.
        text = BRAND.sub(lambda found: found[1] + found[2].replace("#", "") + 'index.html"', text)
        page.write_text(text, encoding="utf-8")
