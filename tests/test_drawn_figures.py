"""What each figure shows: the texts, colours and data of matplotlib's figures, as the notebooks of this run drew them.

``figure_data_*.py`` say for each figure what data it must show, computed anew or read from the run's artifacts.
"""

import pathlib
import re
from dataclasses import dataclass, field

import drawn
import figure_data_comparison
import figure_data_handwriting
import figure_data_how_sure
import figure_data_images
import figure_data_stronger
import figure_data_training
import notebook_files
import numpy as np
import pandas as pd
import pytest
from digits import series
from matplotlib.colors import to_hex

SHOWS = {
    **figure_data_images.SHOWS,
    **figure_data_training.SHOWS,
    **figure_data_comparison.SHOWS,
    **figure_data_how_sure.SHOWS,
    **figure_data_stronger.SHOWS,
    **figure_data_handwriting.SHOWS,
}

# Told apart with every common kind of colour vision: seaborn's "colorblind" palette, and what is named below it.
PALETTE = {to_hex(f"C{number}") for number in range(10)}
OTHER_COLOURS = {
    "#b00020": "what is wrong, which is bold too",
    "#fbd9a8": "a pale band behind the data",
    "#176d9c": "seaborn's boxes, in the palette's first colour, less saturated",
}
# One brightness after the other; the last one around a real zero, with white in its middle.
COLOUR_MAPS = {"gray", "gray_r", "cividis", "viridis_r", "Blues", "RdBu_r"}
SMALLEST_TEXT = 7  # points
# Without numbers, because bars are only compared with one another; one label serves their whole row.
UNTICKED = {"04_what_units_respond_to": "y"}
# Ticks, ends of axes and places of legends that suit MNIST's numbers: the sample's are spread wider.
LAID_OUT_FOR_MNIST = {"05_comparison", "08_history", "08_slices", "08_winner"}
# Where points lie beyond the axes on purpose, because those within matter; the captions or labels say so.
ZOOMED_IN = {
    "05_precision_recall": "the curves start at a recall of 0",
    "06_abstain": "the curves start at a coverage of 0",
    "08_history": "some random trials lie below the figure",
    "09_constants": "a constant far too large loses nearly all digits, and its lines leave the axes",
}


@dataclass
class Run:
    """What this test run's notebooks worked on and wrote: the dataset, and the folder of artifacts."""

    dataset: object
    folder: pathlib.Path
    # What takes long to compute, and serves for several figures.
    computed: dict = field(default_factory=dict)
    _loaded: dict = field(default_factory=dict)

    def arrays(self, name: str) -> dict:
        """The arrays of an artifact."""
        if name not in self._loaded:
            with np.load(self.folder / name) as archive:
                self._loaded[name] = dict(archive)
        return self._loaded[name]

    def table(self, name: str) -> pd.DataFrame:
        """The table of an artifact."""
        return pd.read_csv(self.folder / name)


@pytest.fixture(scope="module")
def run(pytestconfig):
    """The :class:`Run` that the notebooks' figures are compared with."""
    dataset, home = pytestconfig.digits_dataset, pathlib.Path(pytestconfig.digits_home)
    if dataset is None:
        pytest.skip("no notebook was run: add --nbval")
    return Run(dataset, home / "data" / "sample" if dataset.is_sample else home / "data")


each_figure = pytest.mark.parametrize(
    ("step", "name"),
    [
        pytest.param(step, shown.name, id=shown.name)
        for step in series.STEPS
        if step.notebook.exists()
        for shown in notebook_files.figures(step)
    ],
)


@pytest.fixture
def figure(request, step, name):
    """A figure as its notebook drew it in this test run."""
    ran = {item.path for item in request.session.items if item.path.suffix == ".ipynb"}
    if step.notebook not in ran:
        pytest.skip(f"notebook {step.number} was not run: add --nbval, and it, to the arguments")
    config = request.config
    if config.digits_dataset.is_sample and name == "06_disputed_labels":
        pytest.skip("this figure is about images that the sample does not have")
    home = pathlib.Path(config.digits_home)
    place = home / "data" / "sample" if config.digits_dataset.is_sample else home
    return drawn.read(place / "figures" / f"{name}.pickle")


def test_every_figure_has_a_check_of_its_data():
    """A new figure could show anything: nobody would have compared it with its numbers."""
    names = {shown.name for step in series.STEPS for shown in notebook_files.figures(step)}
    assert set(SHOWS) == names


@each_figure
def test_figure_shows_the_data(figure, run, name):
    """The reader would believe a figure whose curves, bars or images are others than it says."""
    SHOWS[name](figure, run)


def axes_with_the_same(direction, axes):
    """All axes that share their numbers along x or y with these, and these."""
    return getattr(axes, f"get_shared_{direction}_axes")().get_siblings(axes)


def ticks_along(direction, figure, axes):
    """The tick labels along x or y, of these axes or of those that they share them with."""
    shared = axes_with_the_same(direction, axes)
    of_each = [drawn.tick_labels(figure, getattr(each, f"{direction}axis")) for each in shared]
    return max(of_each, key=len)


@each_figure
def test_axes_say_what_they_measure(figure, name):
    """The reader would see a curve rise, and not know what of, against what, or by how much."""
    for axes in drawn.plots_of(figure):
        for direction in "xy":
            shared = axes_with_the_same(direction, axes)
            if direction in UNTICKED.get(name, ""):
                shared = figure.axes
            labels = [getattr(each, f"get_{direction}label")() for each in shared]
            ticks = ticks_along(direction, figure, axes)
            in_words = any(re.search("[a-z]{3}", tick) for tick in ticks)
            assert any(labels) or in_words, f"no label for {direction} of “{axes.get_title()}”"


@each_figure
def test_ticks_are_few_different_short_numbers(figure, name):
    """Two places of an axis would bear the same number, because it was rounded, or none would bear any."""
    for axes in drawn.plots_of(figure):
        for direction in "xy":
            if direction in UNTICKED.get(name, ""):
                continue
            ticks = ticks_along(direction, figure, axes)
            assert 2 <= len(set(ticks)) == len(ticks) <= 15
            for tick in ticks:
                digits = re.sub(r"\W|mathdefault", "", tick)
                assert re.search("[a-z]{3}", tick) or len(digits) <= 7, tick


@each_figure
def test_texts_can_be_read(figure, run, name):
    """Two labels would lie on one another, or end at the figure's edge, or need a magnifying glass."""
    if not (run.dataset.is_sample and name in LAID_OUT_FOR_MNIST):
        assert drawn.overlapping(figure) == []
    for text in drawn.texts(figure):
        assert text.get_fontsize() >= SMALLEST_TEXT, text.get_text()
        place = drawn.corners(text)
        assert place.min() >= 0 and (place <= figure.bbox.size).all(), f"cut: {text.get_text()}"


@each_figure
def test_colours_are_told_apart_by_everyone(figure, name):
    """One reader in twenty would see two curves in one colour, or a hill where the colour map has none."""
    colours = {to_hex(colour) for colour in drawn.plain_colours(figure) if len(set(colour)) > 1}
    assert colours <= PALETTE | set(OTHER_COLOURS)
    assert drawn.colour_maps(figure) <= COLOUR_MAPS


@each_figure
def test_nothing_is_hidden(figure, run, name):
    """The legend would cover the very points that the text speaks of, or they would lie beyond the axes."""
    if run.dataset.is_sample and name in LAID_OUT_FOR_MNIST:
        pytest.skip("this figure is laid out for MNIST's numbers")
    for axes in drawn.plots_of(figure):
        assert drawn.hidden_by_legend(axes) == 0
        assert drawn.outside(axes) == 0 or name in ZOOMED_IN
