"""What each figure tells beside its data is what it told when somebody last looked at it; see evidence/figures.py."""

import json
import pathlib
import sys

import drawn
import notebook_files
import pytest
from digits import series

sys.path.insert(0, str(notebook_files.ROOT / "tests" / "evidence"))
import figures

pytestmark = pytest.mark.slow
NUMBERS = {
    "reference lines": 0.06,
    "bars from": 0.0,
}  # of these the numbers count, with such a relative margin
BY_NOTEBOOK = [
    (step, shown.name) for step in series.STEPS for shown in notebook_files.figures(step)
]


@pytest.fixture(scope="module")
def seen() -> dict[str, dict]:
    return json.loads(figures.FILE.read_text("utf-8"))


@pytest.mark.parametrize(("step", "name"), BY_NOTEBOOK, ids=[name for _, name in BY_NOTEBOOK])
def test_figure_tells_what_it_told(request, seen, step, name):
    """Exchanged labels, another unit, a map turned round, bars that do not begin at 0, a line beside its place."""
    config = request.config
    ran = {item.path for item in request.session.items if item.path.suffix == ".ipynb"}
    if step.notebook not in ran or config.digits_dataset.is_sample:
        pytest.skip(f"notebook {step.number} was not run on MNIST")
    path = pathlib.Path(config.digits_home, "figures", f"{name}.pickle")
    now, before = figures.told(drawn.read(path)), seen[name]
    assert now["texts"] == before["texts"]
    for axes, looked in zip(now["axes"], before["axes"], strict=True):
        for what, margin in NUMBERS.items():
            expected = pytest.approx(looked.pop(what, []), rel=margin, abs=1e-6)
            assert axes.pop(what, []) == expected, what
        assert axes == looked


def test_every_figure_was_looked_at(seen):
    assert set(seen) == {name for _, name in BY_NOTEBOOK}


def test_bars_begin_at_zero(seen):
    """Their lengths would not be what they stand for."""
    begins = {
        one
        for figure in seen.values()
        for axes in figure["axes"]
        for one in axes.get("bars from", [])
    }
    assert begins <= {0.0}


# ---------------------------------------------------------------- what would be noticed


def example():
    """A figure with lines, bars, a reference line, and a picture."""
    from matplotlib.figure import Figure

    figure = Figure()
    left, middle, right = figure.subplots(1, 3)
    left.plot([1, 2], [3, 4], "o-", color="black", label="own")
    left.plot([1, 2], [4, 5], "s-", color="blue", label="baseline")
    left.axhline(0.5)
    left.set(xlabel="minutes", ylabel="errors")
    left.text(1.1, 3, "at random")
    left.text(1.9, 3, "chosen")
    middle.bar([0, 1], [3, 4])
    right.imshow([[0, 1]], cmap="cividis", vmin=0, vmax=1)
    return figure, left, middle, right


def exchange_colours(left, middle, right):
    first, second, _ = left.lines
    first.set_color("blue")
    second.set_color("black")


def lift_bars(left, middle, right):
    for bar in middle.patches:
        bar.set_y(1)


def exchange_words(left, middle, right):
    first, second = left.texts
    first.set_text("chosen")
    second.set_text("at random")


CHANGES = {
    "words exchanged": exchange_words,
    "words in another colour": lambda left, middle, right: left.texts[0].set_color("blue"),
    "labels exchanged": lambda left, middle, right: left.set(xlabel="errors", ylabel="minutes"),
    "another unit": lambda left, middle, right: left.set_xlabel("seconds"),
    "colours exchanged": exchange_colours,
    "another marker": lambda left, middle, right: left.lines[0].set_marker("s"),
    "another scale": lambda left, middle, right: left.set_yscale("log"),
    "an axis turned round": lambda left, middle, right: left.invert_yaxis(),
    "bars that begin at 1": lift_bars,
    "a line beside its place": lambda left, middle, right: left.lines[2].set_ydata([0.7, 0.7]),
    "a map turned round": lambda left, middle, right: right.images[0].set_cmap("cividis_r"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_figure_tells_is_noticed(change):
    figure, *axes = example()
    before = figures.told(figure)
    CHANGES[change](*axes)
    assert figures.told(figure) != before
