"""The stored notebooks as readers, GitHub and nbval find them: structure and honesty."""

import ast
import html
import json
import pathlib
import re
import subprocess
import sys

import nbconvert
import nbformat
import notebook_files
import pytest
from digits import series
from notebook_files import (
    LOADING,
    ROOT,
    SAVING,
    STEP_PARAMETERS,
    artifacts_named,
    calls,
    code_cells,
    imported_modules,
    markdown_text,
    nodes,
    read,
)

LAST_SECTIONS = [
    "Summary",
    "Five questions",
    "Exercises",
    "Deeper",
    "Sources",
    "Check what we claimed",
]
MAY_BE_MISSING = {"Five questions", "Deeper"}
ASK_FIVE_QUESTIONS = series.STEPS[:8]  # the notebooks written anew so far
# JupyterLab folds a heading with this entry in its cell's metadata.
FOLDED = "jp-MarkdownHeadingCollapsed"
# The outputs of cells with this tag are compared only where it is known who wrote which image; see conftest.py.
NEEDS_WRITERS = "needs-writers"
LONGEST_CELL = 25  # lines; what fits on a laptop's screen together with its output
LARGEST_NOTEBOOK = 2_000_000  # bytes; GitHub shows no preview of much larger ones
PAGES = (
    "README.md",
    "data/README.md",
    "CONTRIBUTING.md",
    "tests/mutations/README.md",
    *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))),
)

each_notebook = pytest.mark.parametrize("step", **STEP_PARAMETERS)


# ---------------------------------------------------------------- structure


@each_notebook
def test_notebook_is_valid_and_its_cell_ids_are_unique(step):
    """Jupyter would repair or refuse the file, and a merge would mix up cells."""
    # nbformat.read would repair what it reads.
    stored = json.loads(step.notebook.read_text(encoding="utf-8"))
    ids = [cell["id"] for cell in stored["cells"]]
    assert len(ids) == len(set(ids))
    nbformat.validate(stored)


@each_notebook
def test_setup_cell_is_the_first_short_folded_and_the_same_everywhere(step):
    """A notebook opened alone would start differently from its neighbours, or with a wall of plumbing."""
    setup = code_cells(step)[0]
    assert setup.source == code_cells(series.STEPS[0])[0].source
    assert setup.metadata.get("jupyter", {}).get("source_hidden") is True, (
        "JupyterLab would not fold it"
    )
    assert setup.metadata.get("cellView") == "form", "Colab would not fold it"
    assert re.match(r"# ?@title \S", setup.source), "Colab would show no title on the folded cell"
    assert len(setup.source.splitlines()) <= 24
    assert max(map(len, setup.source.splitlines())) <= 100


@each_notebook
def test_no_code_cell_is_longer_than_a_screen(step):
    """A learner would scroll up and down within one cell."""
    lengths = {cell.id: len(cell.source.splitlines()) for cell in code_cells(step)}
    assert max(lengths.values()) <= LONGEST_CELL, lengths


@each_notebook
def test_headings_form_an_outline_with_the_title_of_the_series(step):
    """The table of contents beside the notebook would have holes, or another title than the README's."""
    headings = notebook_files.headings(markdown_text(step))
    assert [text for level, text in headings if level == 1] == [step.title]
    levels = [level for level, _ in headings]
    assert levels[0] == 1
    skipped = [
        headings[index + 1]
        for index, level in enumerate(levels[:-1])
        if levels[index + 1] > level + 1
    ]
    assert not skipped


def _sections(step: series.Step) -> list[str]:
    """The second-level headings of a notebook, in order."""
    return [text for level, text in notebook_files.headings(markdown_text(step)) if level == 2]


@each_notebook
def test_closing_sections_are_there_in_order(step):
    """A reader would miss what every other notebook ends with, or look for it in another place."""
    sections = _sections(step)
    closing = sections[sections.index(LAST_SECTIONS[0]) :]
    missing = set(LAST_SECTIONS) - set(closing)
    assert closing == [title for title in LAST_SECTIONS if title not in missing]
    assert missing <= MAY_BE_MISSING
    assert step not in ASK_FIVE_QUESTIONS or "Five questions" in closing


@each_notebook
def test_checks_come_last_and_are_folded(step):
    """A learner would wade through plumbing to reach the summary, or claims would be guarded by nothing."""
    cells = read(step).cells
    heading = next(
        index for index, cell in enumerate(cells) if f"## {LAST_SECTIONS[-1]}" in cell.source
    )
    assert cells[heading].source.strip() == f"## {LAST_SECTIONS[-1]}", "it stands with other text"
    assert cells[heading].metadata == {FOLDED: True}, "JupyterLab would not fold it"
    after = {cell.id for cell in cells[heading:]}
    closing = [
        tree
        for cell, tree in zip(code_cells(step), notebook_files.cell_trees(step), strict=True)
        if cell.id in after
    ]
    checks = [
        ast.unparse(node.func)
        for tree in closing
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    ]
    assert checks.count("check") >= 3


@pytest.mark.parametrize("step", ASK_FIVE_QUESTIONS, ids=lambda step: step.number)
def test_five_questions_have_their_answers_folded_away(step):
    """A learner would read the answer before having thought, or find a question that nobody answers."""
    asked, details, rest = _section(step, "Five questions").partition("<details>")
    answers, end, _ = rest.partition("</details>")
    assert details and end
    for text in (asked, answers):
        assert re.findall(r"^(\d+)\. \S", text, re.MULTILINE) == list("12345")


def _section(step: series.Step, title: str) -> str:
    """The text of a second-level section, without its heading; empty if there is none."""
    parts = re.split(r"^## +(.+?) *$", markdown_text(step), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True)).get(title, "")


@each_notebook
def test_navigation_line_leads_to_the_neighbours(step):
    """A reader who follows the series would land in the wrong notebook, or nowhere."""
    position = series.STEPS.index(step)
    before = series.STEPS[position - 1] if position else None
    after = next(iter(series.STEPS[position + 1 :]), None)
    parts = [f"← [{before.number} {before.title}]({before.file_name})"] if before else []
    parts.append("[Contents](../README.md#the-notebooks)")
    parts += [f"[{after.number} {after.title}]({after.file_name}) →"] if after else []
    lines = read(step).cells[0].source.splitlines()
    assert lines[2] == " · ".join(parts)


def test_exploration_stays_short():
    """The first notebook would lose the reader before the first network."""
    step = series.step("01")
    assert len(notebook_files.figures(step)) <= 10
    assert len(code_cells(step)) <= 40


# ---------------------------------------------------------------- links


def _broken_links(markdown: str, folder) -> list[str]:
    """Relative links that lead to no file of the repository, or to no heading of it."""
    broken = []
    for link in notebook_files.links(markdown):
        if re.match(r"[a-z][a-z+.-]*:", link):  # another site; the tests stay offline
            continue
        target, _, anchor = link.partition("#")
        path = (folder / target).resolve() if target else None
        if path and not (path.exists() and path.is_relative_to(ROOT)):
            broken.append(link)
        elif anchor and path is None:
            broken += [] if anchor in notebook_files.anchors(markdown) else [link]
        elif anchor:
            steps = {step.notebook: step for step in series.STEPS}
            text = markdown_text(steps[path]) if path in steps else ""
            if path.suffix == ".md":
                text = path.read_text(encoding="utf-8")
            broken += [] if anchor in notebook_files.anchors(text) else [link]
    return broken


@each_notebook
def test_links_of_the_notebook_lead_somewhere(step):
    """A reader would click into nothing."""
    assert not _broken_links(markdown_text(step), step.notebook.parent)


@each_notebook
def test_prose_names_other_notebooks_by_links(step):
    """When a step is put into the table, a bare number would go on naming what stood there before."""
    for cell in read(step).cells:
        if cell.cell_type == "markdown":
            without_links = re.sub(r"\[[^\]]*\]\([^)]*\)", "[]", cell.source)
            assert not re.search(r"\b[Nn]otebooks? \d\d|\b0\d's\b", without_links), cell.id


@pytest.mark.parametrize("page", PAGES)
def test_links_of_the_page_lead_somewhere(page):
    """A visitor of the repository would click into nothing, or see a broken image."""
    path = ROOT / page
    assert not _broken_links(path.read_text(encoding="utf-8"), path.parent)


# ---------------------------------------------------------------- what is stored


@each_notebook
def test_every_code_cell_was_run_once_in_order(step):
    """nbval never compares a cell without a count, so a stripped notebook would pass; readers would see no results."""
    counts = [cell.execution_count for cell in code_cells(step)]
    assert counts == list(range(1, len(counts) + 1))


@each_notebook
def test_no_error_and_no_standard_error_is_stored(step):
    """A reader would meet a traceback or a block of warnings on red ground before having run anything."""
    outputs = [output for cell in code_cells(step) for output in cell.outputs]
    assert outputs, "nothing is stored"
    assert not [
        output
        for output in outputs
        if output.output_type == "error" or output.get("name") == "stderr"
    ]


ABSOLUTE_PATH = re.compile(
    r"(?<![\w.:/~-])/(?:home|Users|root|tmp|var|work|private|mnt|opt|usr|srv)/[\w.-]"  # where people's files lie
    r"|(?<!\w)[A-Za-z]:\\{1,2}[\w.]"  # a drive of Windows, also as a repr doubles the backslash
    r"|(?<![\w`])~/[\w.]"
)


@each_notebook
def test_no_path_of_the_authors_machine_is_stored(step):
    """The notebook would work, and compare, on one machine only; and it would tell who wrote it."""
    for cell in read(step).cells:
        texts = [
            cell.source,
            *(notebook_files.textual_outputs(cell) if cell.cell_type == "code" else ()),
        ]
        assert not [match for text in texts for match in ABSOLUTE_PATH.findall(text)], cell.id


def test_absolute_paths_are_recognised_and_links_are_not():
    """The test above would be blind, or cry wolf at each address."""
    for text in (
        "saved to /tmp/x.npz",
        "'/home/ann/mnist'",
        r"C:\Users\ann",
        r"'D:\\data'",
        "~/mnist",
        "(/Users/ann)",
    ):
        assert ABSOLUTE_PATH.search(text), text
    for text in (
        "https://x.org/home/ann",
        "../README.md",
        "data/tmp/x",
        "and/or",
        "</style>",
        "loss: \\n",
        "~0.3",
    ):
        assert not ABSOLUTE_PATH.search(text), text


@each_notebook
def test_no_terminal_colours_are_stored(step):
    """GitHub would show them as ``[0;31m``."""
    for cell in code_cells(step):
        assert not any("\x1b" in text for text in notebook_files.textual_outputs(cell)), cell.id


@each_notebook
def test_metadata_holds_only_what_is_needed(step):
    """Each run would change the file (timestamps, versions), or GitHub would not render it (widget state)."""
    notebook = read(step)
    assert notebook.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"tags", "jupyter", "cellView", FOLDED}, cell.id
        for output in cell.get("outputs", []):
            assert not any("widget" in kind for kind in output.get("data", {})), cell.id


@each_notebook
def test_notebook_is_small_enough_to_be_shown(step):
    """GitHub would say that it cannot render the notebook."""
    assert step.notebook.stat().st_size < LARGEST_NOTEBOOK


@each_notebook
def test_only_cells_that_print_trained_numbers_escape_comparison(step):
    """A cell could be exempt from comparison without anyone noticing."""
    for cell in read(step).cells:
        assert set(cell.metadata.get("tags", [])) <= {"nbval-ignore-output", NEEDS_WRITERS}, cell.id
        assert "NBVAL_" not in cell.source, "nbval also obeys comments"
        if cell.metadata.get("tags"):
            assert cell.cell_type == "code" and cell.outputs, "there is nothing to exempt"


def test_facts_of_the_data_are_all_compared():
    """Before a network is trained all numbers are the data's own: one that is not compared could say anything."""
    assert not [cell.id for cell in code_cells(series.STEPS[0]) if cell.metadata.get("tags")]


def test_most_stored_outputs_are_compared_strictly(record_property):
    """The series would claim to be compared, and hardly be."""
    compared, stored, report = 0, 0, []
    for step in series.STEPS:
        with_output = [cell for cell in code_cells(step) if cell.outputs]
        strict = [
            cell
            for cell in with_output
            if "nbval-ignore-output" not in cell.metadata.get("tags", [])
        ]
        compared, stored = compared + len(strict), stored + len(with_output)
        report.append(f"{step.number}: {len(strict)} of {len(with_output)}")
    report.append(
        f"series: {compared} of {stored} = {compared / stored:.0%} of the cells with stored output"
    )
    record_property("compared_strictly", report)
    print("compared strictly:", *report, sep="\n  ")
    assert compared >= 0.8 * stored, report


# ---------------------------------------------------------------- claims

NUMBER = r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?!\w)"
IN_WORDS = {"twice": 2, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10}
# Numbers in the sentence of a check that are no limits: they name what it is about.
NAMES_WITH_NUMBERS = (
    "32-bit",
    "256 neurons",
    "turned by 30 degrees, or 3 pixels thicker",
    "a learning rate below 0.001",
    "one above 0.003",
    "of 100 empty pages",
    "photographs of 100",
)


def _limits_in(claim: str) -> set[float]:
    """The numbers of a sentence, also those written as words before times or points."""
    for name in NAMES_WITH_NUMBERS:
        claim = claim.replace(name, "")
    found = {float(number.replace(",", "")) for number in re.findall(NUMBER, claim)}
    words = re.findall(r"\b(\w+) (?:times|points)\b", claim)
    return found | {float(IN_WORDS[word]) for word in words if word in IN_WORDS}


@each_notebook
def test_checks_test_what_their_sentences_say(step):
    """The sentence would promise 92 % and the check be content with 80."""
    for call in calls(step, "check"):
        claim, condition = call.args[:2]
        if not isinstance(claim, ast.Constant):
            continue  # its numbers are variables of the cell
        tested = [
            node.value
            for node in ast.walk(condition)
            if isinstance(node, ast.Constant) and isinstance(node.value, int | float)
        ]
        # 92 % may be tested as 92, as 0.92, or as at most 8 % of errors.
        same = {round(form, 6) for value in tested for form in (value, 100 * value)}
        untested = {
            limit
            for limit in _limits_in(claim.value)
            if not {round(limit, 6), round(100 - limit, 6)} & same
        }
        assert not untested, f"{claim.value!r} says {untested}, and tests {tested}"


PERCENTAGE = re.compile(r"(\d+(?:\.\d+)?)(?= ?%)")
# Percentages in the prose that nothing here measures, with what stands around them.
NOT_MEASURED_HERE = {
    "would score about 11 %": "the share of ones, 11.2 %, rounded",
    "a measured accuracy of 98 %": "an example",
    "98.40 % for one network and 98.34 % for another": "an example",
    "98.34 %, lies far inside": "the same example",
    "98.40 against 98.34 %": "the same example",
    "95 % of the time": "the usual confidence",
    "99.87 to 99.91 %": "published; see the sources",
    "got 99.65 %": "published; see the sources",
    "reach 99.6 to 99.8 %": "published; see the sources",
    "lose to 99.8 %": "what the error of human readers, about 0.2 %, leaves",
}


@each_notebook
def test_percentages_in_the_prose_were_measured_or_checked(step):
    """The text would claim more than any output or check of this notebook, or of one before it, bears out."""
    known = set()
    for earlier in series.STEPS[: series.STEPS.index(step) + 1]:
        for cell in code_cells(earlier):
            text = "\n".join([cell.source, *notebook_files.textual_outputs(cell)])
            known |= {float(number) for number in PERCENTAGE.findall(text)}
            shares = re.findall(r"(?<!\d)0\.\d+", text)
            known |= {round(100 * float(share), 6) for share in shares}
        numbers = [node.value for node in nodes(earlier, ast.Constant)]
        known |= {number for number in numbers if isinstance(number, int | float) and number > 50}
    # What is said under Exercises are answers to thought experiments; Sources are titles.
    prose = markdown_text(step)
    for section in ("Exercises", "Sources"):
        prose = prose.replace(_section(step, section), "")
    for passage in NOT_MEASURED_HERE:
        prose = prose.replace(passage, "")
    unknown = [number for number in PERCENTAGE.findall(prose) if float(number) not in known]
    assert not unknown, f"{unknown}: no output or check of notebooks 01 to {step.number} says so"


# ---------------------------------------------------------------- figures in the text


@each_notebook
def test_figures_have_captions_and_names_of_their_notebook(step):
    """A figure without a message in words is lost on a reader who cannot see it; a wrong name lands elsewhere."""
    figures = notebook_files.figures(step)
    assert figures
    for figure in figures:
        assert len(figure.caption) >= 40, figure.name
        assert re.fullmatch(rf"{step.number}_[a-z0-9_]+", figure.name)
        assert not re.search(r"[*`_<>\n]", figure.caption), f"{figure.name}: markup in an alt text"
        (shown,) = notebook_files.images("".join(notebook_files.html_outputs(figure.cell)))
        assert shown["alt"] == figure.caption, f"{figure.name}: its stored caption is another one"


@each_notebook
def test_page_made_of_a_notebook_has_its_captions_as_alternative_texts(step):
    """Whoever hears the published page would learn that there is an image, and nothing of what it shows."""
    page, _ = nbconvert.HTMLExporter().from_filename(str(step.notebook))
    captions = [figure.caption for figure in notebook_files.figures(step)]
    assert [image.get("alt") for image in notebook_files.images(page)] == captions
    # Upright, in a paragraph of its own.
    assert all(f"<p>{html.escape(caption, quote=False)}</p>" in page for caption in captions)


def test_no_figure_name_is_used_twice():
    """The later figure would replace the earlier one in figures/ and in the README."""
    names = [figure.name for step in series.STEPS for figure in notebook_files.figures(step)]
    assert len(names) == len(set(names))


# ---------------------------------------------------------------- artifacts


@each_notebook
def test_notebook_saves_and_loads_what_its_step_declares(step):
    """A changed input would go unnoticed, or a notebook be run for an artifact that it does not make."""
    written = step.writes + step.may_write
    saved = artifacts_named(step, SAVING, written)
    loaded = artifacts_named(step, LOADING, step.reads)
    # These save and load all files of a network, whose name is not written in the call, or is the variable's.
    for variable in ("runs", *_networks_among(step.writes)):
        saved |= _files_of_networks(step.writes) if any(calls(step, f"{variable}.save")) else set()
    loaded |= _files_of_networks(step.reads) if any(calls(step, "training.load_runs")) else set()
    assert saved == set(written)
    assert loaded - saved == set(step.reads)


def _files_of_networks(declared: tuple[str, ...]) -> set[str]:
    """Those of the declared artifacts that belong to a network."""
    names = _networks_among(declared)
    return {name for name in declared if pathlib.PurePath(name).stem in names}


def _networks_among(declared: tuple[str, ...]) -> set[str]:
    return {
        name.removeprefix("models/").removesuffix(".keras")
        for name in declared
        if name.startswith("models/")
    }


@each_notebook
def test_notebook_wrote_what_its_step_declares(step, request):
    """A network could be declared and never saved: whoever needs it would be told that its notebook failed."""
    if step.notebook not in {item.path for item in request.session.items}:
        pytest.skip(f"notebook {step.number} was not run: add --nbval")
    folder = pathlib.Path(request.config.digits_home) / "data"
    if request.config.digits_dataset.is_sample:
        folder /= "sample"
    knows_writers = request.config.digits_writers is not None
    for name in step.writes + (step.may_write if knows_writers else ()):
        record = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        assert (record["artifact"], record["step"]) == (name, step.number)


# ---------------------------------------------------------------- TensorFlow only where it is used

RUN_CELLS = """
import json, sys
import matplotlib
matplotlib.use("Agg")
sys.path.insert(0, sys.argv[1])
names = {}
for number, source in enumerate(json.loads(sys.stdin.read())):
    exec(compile(source, f"cell {number}", "exec"), names)
heavy = sorted({"tensorflow", "keras", "digits.training"} & set(sys.modules))
print("loaded in the end:", heavy)
"""


@pytest.mark.parametrize("step", series.STEPS[:2], ids=lambda step: step.number)
def test_notebook_does_without_tensorflow(step, home):
    """Two notebooks would start five seconds slower and fail where TensorFlow cannot be installed."""
    imported = {
        module for tree in notebook_files.cell_trees(step) for module in imported_modules(tree)
    }
    assert not [name for name in imported if name.partition(".")[0] in ("tensorflow", "keras")]
    assert "digits.training" not in imported
    run = subprocess.run(  # every cell for real, in a process of its own, on the sample
        [sys.executable, "-c", RUN_CELLS, str(step.notebook.parent)],
        input=json.dumps([cell.source for cell in code_cells(step)]),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[-1] == "loaded in the end: []"
