"""Every sentence that may claim something rests on something, and somebody has looked since either changed."""

import sys

import notebook_files
import pytest
from digits import series

sys.path.insert(0, str(notebook_files.ROOT / "tests" / "evidence"))
import sentences


@pytest.mark.parametrize("document", sentences.documents())
def test_every_sentence_rests_on_something(document):
    """A comparison could be turned round, or a check be made to hold always, and nothing would go red."""
    problems = sentences.problems(document)
    assert not problems, "\n".join(["see tests/evidence/README.md:", *problems])


@pytest.mark.parametrize("step", **notebook_files.STEP_PARAMETERS)
def test_some_sentence_rests_on_every_check(step):
    """A check that guards no sentence says nothing to the reader."""
    assert sentences.without_sentence(step.file_name.removesuffix(".ipynb")) == []


def test_many_sentences_rest_on_something_that_runs():
    """It would be easy to call everything a definition."""
    words, running = 0, 0
    for step in series.STEPS:
        for row in sentences.bound(step.file_name.removesuffix(".ipynb")).values():
            runs = row["evidence"] not in sentences.WORDS
            words, running = words + (not runs), running + runs
    assert running > words / 2


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One is better. Two is worse (by 3.5 %).", ["One is better.", "Two is worse (by 3.5 %)."]),
        ("* A list: 3 < 4 and 5 > 4.\n* Its next item is 2.", ["A list: 3 < 4 and 5 > 4.", "Its next item is 2."]),
        ("# A heading with 7\n\nSee [notebook 04](04.ipynb): it is *larger*.", ["See notebook 04: it is *larger*."]),
        ("```python\nprint(3)\n```\n<summary>Most of it</summary>", ["Most of it"]),
    ],
)  # fmt: skip
def test_sentences_are_told_apart(text, parts):
    assert sentences._parts(text) == parts


def test_changed_check_is_noticed(monkeypatch):
    """Its margin, its sign, or that it was cut down to what always holds."""
    document = series.STEPS[4].file_name.removesuffix(".ipynb")
    cells = notebook_files.code_cells(series.STEPS[4])
    cell = next(cell for cell in cells if sentences.checks_in(cell.source))
    monkeypatch.setitem(cell, "source", cell.source.replace(">=", ">"))
    sentences._evidence_in.cache_clear()
    problems = sentences.problems(document)
    sentences._evidence_in.cache_clear()
    assert any("what it rests on changed" in one for one in problems)
