"""Numbers of notebooks after a step was put into the table: in a copy of the series, the whole of it."""

import dataclasses
import json
import re

import notebook_files
import pytest
from copies import copy_of_the_series
from digits import series
from digits.basics import renumbering
from notebook_files import ROOT

NEW = series.Step(name="a_new_lesson", title="A new lesson", question="What is new?")
PLACE = 3  # the new step's place in the table, counted from 0
STEPS = series.numbered(*series.STEPS[:PLACE], NEW, *series.STEPS[PLACE:])


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the series with the new lesson's notebook and figure beside the others."""
    folder = copy_of_the_series(tmp_path_factory.mktemp("series"))
    cells = [
        {"cell_type": "markdown", "id": "NN-000", "metadata": {}, "source": NAVIGATION},
        {
            "cell_type": "code",
            "id": "NN-001",
            "metadata": {},
            "execution_count": 1,
            "outputs": [],
            "source": 'plots.show(figure, "NN_news", "caption")\nplots.show(figure, "04_width_sweep", "")',
        },
    ]
    content = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "notebooks" / "a_new_lesson.ipynb").write_text(json.dumps(content), encoding="utf-8")
    (folder / "figures" / "NN_news.png").write_bytes(b"picture")
    return folder


NAVIGATION = (
    "# A new lesson\n\n[Contents](../README.md#the-notebooks)\n\n"
    "As in [notebook 05](05_comparison_and_confusion_matrix.ipynb)."
)


@pytest.fixture(scope="module")
def renumbered(copy):
    """The copy after renumbering, and the lines that were printed."""
    return copy, renumbering.renumber(copy, STEPS)


def cells_of(folder, step):
    return json.loads((folder / "notebooks" / step.file_name).read_text(encoding="utf-8"))["cells"]


def test_files_have_the_tables_numbers(renumbered):
    """A notebook would be looked for under a name that it does not have."""
    folder, changes = renumbered
    notebooks = sorted(path.name for path in (folder / "notebooks").glob("*.ipynb"))
    assert notebooks == [step.file_name for step in STEPS]
    assert "notebooks/a_new_lesson.ipynb -> notebooks/04_a_new_lesson.ipynb" in changes
    moved = {path.name for path in (ROOT / "figures").glob("*.png")}
    expected = {f"{int(name[:2]) + (int(name[:2]) > PLACE):02}{name[2:]}" for name in moved} | {
        "04_news.png"
    }
    assert {path.name for path in (folder / "figures").iterdir()} == expected


def test_nothing_is_lost(renumbered):
    """A figure or a stored output would be gone, or another's."""
    folder, _ = renumbered
    for old, new in zip(series.STEPS, (*STEPS[:PLACE], *STEPS[PLACE + 1 :]), strict=True):
        before, after = cells_of(ROOT, old), cells_of(folder, new)
        assert len(before) == len(after)
        for one, other in zip(before, after, strict=True):
            assert other.get("outputs", []) == one.get("outputs", [])
            assert other["id"] == new.number + one["id"][2:]
        for figure in notebook_files.figures(old):
            name = new.number + figure.name[2:]
            content = (folder / "figures" / f"{name}.png").read_bytes()
            assert content == (ROOT / "figures" / f"{figure.name}.png").read_bytes()


def test_links_lead_somewhere_and_say_the_number_of_what_they_lead_to(renumbered):
    """A reader would click on notebook 05 and land in another one, or nowhere."""
    folder, _ = renumbered
    by_file = {step.file_name: step for step in STEPS}
    texts = {
        step.file_name: "\n".join("".join(c["source"]) for c in cells_of(folder, step))
        for step in STEPS
    }
    texts |= {
        path.name: path.read_text(encoding="utf-8")
        for path in [*folder.glob("*.md"), *folder.glob("docs/*.md")]
    }
    count = 0
    for name, text in texts.items():
        for words, target in re.findall(r"\[([^\]]*)\]\((?:[./\w]*/)?(\d\d_\w+\.ipynb)", text):
            assert target in by_file, f"{name}: {target}"
            for number in re.findall(r"\b\d\d\b", words):
                assert number == by_file[target].number, f"{name}: [{words}]({target})"
                count += 1
    assert count > 60


def test_navigation_and_table_have_the_new_step(renumbered):
    """The new lesson would be in no list, and its neighbours would pass it by."""
    folder, _ = renumbered
    for step in STEPS:
        source = "".join(cells_of(folder, step)[0]["source"])
        assert source.split("\n")[2] == renumbering.navigation(list(STEPS), step)
    readme = (folder / "README.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| (\d\d) \| \[(.*?)\]\(notebooks/(.*?)\) \| (.*) \|$", readme, re.MULTILINE
    )
    assert rows == [(step.number, step.title, step.file_name, step.question) for step in STEPS]


def test_commands_that_run_one_notebook_have_its_number(renumbered):
    """A contributor who follows the guide would refresh another notebook."""
    folder, _ = renumbered
    before, after = (
        re.findall(
            r"run_all\.py (\d\d)$",
            (root / "CONTRIBUTING.md").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
        for root in (ROOT, folder)
    )
    assert before and after == [f"{int(number) + (int(number) > PLACE):02}" for number in before]


def test_code_names_figures_and_results_by_the_new_numbers(renumbered):
    """A cell would save another notebook's figure, a test would compare a figure with another's data."""
    folder, _ = renumbered
    news = "".join(cells_of(folder, STEPS[PLACE])[1]["source"])
    assert (
        news == 'plots.show(figure, "04_news", "caption")\nplots.show(figure, "05_width_sweep", "")'
    )
    table = (folder / "notebooks" / "digits" / "series.py").read_text(encoding="utf-8")
    for step in series.STEPS:
        for name in step.writes:
            if name.startswith("results/"):
                new = next(each for each in STEPS if each.name == step.name)
                assert f'"results/{new.number}.csv"' in table
    for old in series.STEPS[PLACE:]:
        for figure in notebook_files.figures(old):
            texts = "".join(
                path.read_text(encoding="utf-8") for path in folder.glob("tests/figure_data_*.py")
            )
            assert f'"{figure.name}"' not in texts


def test_renumbering_again_changes_nothing(renumbered):
    """Numbers would wander at every run."""
    folder, _ = renumbered
    assert renumbering.renumber(folder, STEPS) == []


def test_this_working_copy_is_in_order(tmp_path):
    """A row was put into the table, and numbers were not written anew."""
    assert renumbering.renumber(copy_of_the_series(tmp_path), series.STEPS) == []


@pytest.mark.parametrize("fault", ["missing", "one number twice"])
def test_what_does_not_fit_is_told_and_nothing_is_changed(tmp_path, fault):
    """Half of the files would be renamed."""
    (tmp_path / "notebooks").mkdir()
    steps = [dataclasses.replace(step) for step in STEPS[:2]]
    (tmp_path / "notebooks" / steps[0].file_name).write_text('{"cells": []}')
    if fault == "one number twice":
        (tmp_path / "notebooks" / f"01_{steps[1].name}.ipynb").write_text('{"cells": []}')
    before = sorted(tmp_path.rglob("*"))
    expected = "has no notebook" if fault == "missing" else "Two notebooks have the number 01"
    with pytest.raises(renumbering.RenumberingError, match=expected):
        renumbering.renumber(tmp_path, steps)
    assert sorted(tmp_path.rglob("*")) == before
