"""What each figure shows: the texts, colours and data of matplotlib's figures, as the notebooks of this run drew them.

``figure_data_*.py`` say for each figure what data it must show, computed anew or read from the run's artifacts.
"""

import itertools
import pathlib
import re
from dataclasses import dataclass, field

import drawn
import figure_data_comparison
import figure_data_convolution
import figure_data_handwriting
import figure_data_hidden
import figure_data_how_sure
import figure_data_images
import figure_data_neurons
import figure_data_stronger
import figure_data_training
import marks
import notebook_files
import numpy as np
import pandas as pd
import pytest
from colours import contrast, distance, is_grey, on_white
from digits import plots, series
from digits.charts.inside import DIGITS
from matplotlib.colors import to_hex
from matplotlib.text import Text

SHOWS = {
    **figure_data_images.SHOWS,
    **figure_data_neurons.SHOWS,
    **figure_data_training.SHOWS,
    **figure_data_hidden.SHOWS,
    **figure_data_comparison.SHOWS,
    **figure_data_how_sure.SHOWS,
    **figure_data_convolution.SHOWS,
    **figure_data_stronger.SHOWS,
    **figure_data_handwriting.SHOWS,
}

LOOKS = plots.LOOKS.values()
TALLEST = 9  # inches: more does not fit on a screen
# One brightness after the other; one around a real zero, with white in its middle; and one for the ten digits.
COLOUR_MAPS = {plots.INK, "gray", "cividis", plots.AMOUNT, plots.DIVERGING, DIGITS.name}
NETWORKS = plots.LOOKS.keys() - {"training", "validation", "test", "other"}
TEN_DIGITS = [str(digit) for digit in range(10)]  # need no word
# CIEDE2000: colours that far apart are told apart alone; those less far only where something else differs too.
FAR_APART, APART = 20, 12
FAINTEST = (
    3  # the contrast on white that WCAG asks of a line or a dot; that of #949494 is just more
)


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

    def figure(self, name: str):
        """A figure as its notebook drew it in this test run."""
        place = self.folder if self.dataset.is_sample else self.folder.parent
        return drawn.read(place / "figures" / f"{name}.pickle")

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
def figure(request, step, name, run):
    """A figure as its notebook drew it in this test run."""
    ran = {item.path for item in request.session.items if item.path.suffix == ".ipynb"}
    if step.notebook not in ran:
        pytest.skip(f"notebook {step.number} was not run: add --nbval, and it, to the arguments")
    if run.dataset.is_sample and name == "06_disputed_labels":
        pytest.skip("this figure is about images that the sample does not have")
    return run.figure(name)


def test_every_figure_has_a_check_of_its_data():
    """A new figure could show anything: nobody would have compared it with its numbers."""
    names = {shown.name for step in series.STEPS for shown in notebook_files.figures(step)}
    assert set(SHOWS) == names


@each_figure
def test_figure_shows_the_data(figure, run, name):
    """The reader would believe a figure whose curves, bars or images are others than it says."""
    SHOWS[name](figure, run)


# ---------------------------------------------------------------- the style itself


def test_looks_are_told_apart_by_everyone():
    """Two networks would look alike in every figure, to all or to one reader in twenty."""
    families = {}
    for look in (each for each in LOOKS if not is_grey(on_white(each.colour))):
        families.setdefault(look.colour, []).append(look.marker)
    assert len(families) <= 7
    for markers in families.values():
        assert len(set(markers)) == len(markers), (
            f"two members of a family have one marker: {markers}"
        )
    for one, other in itertools.combinations({on_white(each.colour) for each in LOOKS}, 2):
        assert distance(one, other) > 16, (to_hex(one), to_hex(other))
    for look in LOOKS:
        assert contrast(on_white(look.colour)) >= FAINTEST, look


def test_digits_are_told_apart_by_everyone():
    """Two clouds of digits would flow into one, to all or to one reader in twenty."""
    colours = [on_white(DIGITS(digit)) for digit in range(10)]
    assert DIGITS.N == 10
    for one, other in itertools.combinations(colours, 2):
        assert distance(one, other) > 15, (to_hex(one), to_hex(other))
    assert min(map(contrast, colours)) > 2.6  # dots that stand close together


@pytest.mark.parametrize("step", **notebook_files.STEP_PARAMETERS)
def test_notebook_leaves_drawing_to_the_package(step):
    """The reader would wade through lines about axes and labels in search of the lesson."""
    for shown in notebook_files.figures(step):
        assert len(shown.cell.source.splitlines()) <= 8, shown.name
    assert "plt" not in notebook_files.identifiers(step)


# ---------------------------------------------------------------- texts and axes


def is_banner(artist, run):
    """Whether this is the red line by which plots.show says that a figure is not MNIST's."""
    return run.dataset.is_sample and isinstance(artist, Text) and "sample" in artist.get_text()


def axes_with_the_same(direction, axes):
    """All axes that share their numbers along x or y with these, and these."""
    return getattr(axes, f"get_shared_{direction}_axes")().get_siblings(axes)


def ticks_along(direction, figure, axes):
    """The tick labels along x or y, of these axes or of those that they share them with."""
    shared = axes_with_the_same(direction, axes)
    of_each = [drawn.tick_labels(figure, getattr(each, f"{direction}axis")) for each in shared]
    return max(of_each, key=len)


@each_figure
def test_axes_say_what_they_measure(figure):
    """The reader would see a curve rise, and not know what of, against what, or by how much."""
    for axes in drawn.charts_of(figure):
        for direction in "xy":
            shared = axes_with_the_same(direction, axes)
            labels = [getattr(each, f"get_{direction}label")() for each in shared]
            ticks = ticks_along(direction, figure, axes)
            speaks = any(re.search("[a-z]{3}", tick) for tick in ticks) or ticks == TEN_DIGITS
            assert any(labels) or speaks, f"no label for {direction} of “{drawn.title_of(axes)}”"
    for bar in filter(drawn.is_colour_bar, figure.axes):
        assert bar.get_xlabel() or bar.get_ylabel(), "a colour bar does not say what it measures"


@each_figure
def test_ticks_are_few_different_short_numbers(figure):
    """Two places of an axis would bear the same number, because it was rounded, or none would bear any."""
    for axes in drawn.charts_of(figure):
        for direction in "xy":
            ticks = ticks_along(direction, figure, axes)
            assert 2 <= len(set(ticks)) == len(ticks) <= 15
            for tick in ticks:
                assert re.search("[a-z]{3}", tick) or len(re.sub(r"\W", "", tick)) <= 7, tick


@each_figure
def test_ticks_tell_their_places(figure, run):
    """A tick at 1.5 % would bear 2 %, or the third mark of an axis the number of the second."""
    for axes in drawn.charts_of(figure):
        for axis in (axes.xaxis, axes.yaxis):
            places, numbers, halves = drawn.numbered_ticks(figure, axis)
            names = len(places) > 2 and np.array_equal(places, np.arange(len(places)))
            if len(places) < 2 or names:
                continue
            in_percent = "%" in drawn.tick_labels(figure, axis)[-1]
            # Places are numbers as they are, or shares: in percent, or of the test images.
            factors = [100] if in_percent else [1, len(run.dataset.test_labels)]
            assert any(
                (np.abs(numbers - factor * places) <= 1.001 * halves + 1e-9 * factor).all()
                for factor in factors
            ), list(zip(places, numbers, strict=True))


@each_figure
def test_numbers_are_written_in_one_way(figure):
    """Readers would meet 98.5%, 98.5 % and a sign on the next line; and count the digits of 60000."""
    for text in (each.get_text() for each in drawn.texts(figure)):
        assert not re.search("[0-9](?!\N{NO-BREAK SPACE}%)\\s?%", text), text
        assert not re.search(r"(?<![.\d])\d{5}", text), text
        assert "^" not in text, f"{text}: a raised number is smaller than the smallest text"


@each_figure
def test_charts_say_their_message(figure):
    """The reader would have to find out alone what there is to see."""
    for axes in drawn.charts_of(figure):
        words = max(len(title.split()) for title in (figure.get_suptitle(), drawn.title_of(axes)))
        assert words >= 3, f"no title that says something: “{drawn.title_of(axes)}”"


@each_figure
def test_texts_can_be_read(figure, run):
    """Two labels would lie on one another, or end at the figure's edge, or need a magnifying glass."""
    assert drawn.overlapping(figure) == []
    for text in drawn.texts(figure):
        assert text.get_fontsize() >= plots.SMALL, text.get_text()
        place = drawn.corners(text)
        within = place.min() >= 0 and (place <= figure.bbox.size).all()
        assert within or is_banner(text, run), f"cut: {text.get_text()}"  # which is saved above it


@each_figure
def test_figure_has_one_of_three_widths(figure):
    """The same text would be larger in one figure than in the next, because the page scales both to its width."""
    width, height = figure.get_size_inches()
    assert width in (plots.NARROW, plots.MEDIUM, plots.WIDE) and height <= TALLEST


@each_figure
def test_nothing_is_hidden(figure):
    """The legend would cover the very points that the text speaks of, or they would lie beyond the axes."""
    for axes in drawn.plots_of(figure):
        assert drawn.hidden_by_legend(axes) == 0
        assert drawn.outside(axes) == 0


# ---------------------------------------------------------------- colours


@each_figure
def test_colours_are_those_of_the_style(figure, run):
    """A colour that no table knows would seem to mean something, and a colour map show hills where there are none."""
    style = {on_white(look.colour) for look in LOOKS}
    for artist, colour in marks.plain_colours(figure):
        assert colour in style or is_grey(colour) or is_banner(artist, run), artist
    assert marks.colour_maps(figure) <= COLOUR_MAPS


@each_figure
def test_zero_is_white_where_colours_run_both_ways(figure):
    """Weights that speak for a digit would look as if they spoke against it."""
    for image in (each for axes in figure.axes for each in axes.images):
        if image.get_cmap().name == plots.DIVERGING and np.ndim(image.get_array()) == 2:
            lowest, highest = image.get_clim()
            assert lowest == -highest


def networks_in(words):
    """The networks of the series that a label names."""
    return {name for name in NETWORKS if re.search(rf"(?<![\w-]){name}(?![\w-])", words)}


@each_figure
def test_network_has_its_own_colour_and_marker(figure):
    """Whoever learned in one figure that blue circles are "own" would read the next figure wrong."""
    for mark in (each for axes in drawn.plots_of(figure) for each in marks.marks_of(axes)):
        looks = [plots.look(name) for name in networks_in(mark.label)]
        allowed = {on_white(look.colour) for look in looks}
        if "training" in mark.label:
            allowed.add(on_white(plots.look("training").colour))
        assert not looks or mark.colour in allowed, f"{mark.label}: {to_hex(mark.colour)}"
        if looks and mark.kind in ("line", "dots") and mark.marker:
            assert mark.marker in {look.marker for look in looks}, mark
    for text in drawn.texts(figure):
        colour, named = on_white(text.get_color()), text.get_text().split("\n")[0].split(",")[0]
        if named in NETWORKS and not is_grey(colour):
            assert colour == on_white(plots.look(named).colour), named


@each_figure
def test_data_are_not_faint(figure):
    """A line or a dot would not be seen on a projector, or by tired eyes."""
    for mark in (each for axes in drawn.plots_of(figure) for each in marks.marks_of(axes)):
        if mark.kind in ("line", "dots", "stretches"):
            assert contrast(mark.colour) >= FAINTEST, f"{mark.label}: {to_hex(mark.colour)}"


@each_figure
def test_marks_of_a_figure_are_told_apart_by_everyone(figure):
    """One reader in twenty would see two curves in one colour."""
    written = {on_white(text.get_color()) for text in drawn.texts(figure)}
    ways = {}  # in which each colour is drawn
    for mark in {each for axes in drawn.plots_of(figure) for each in marks.marks_of(axes)}:
        ways.setdefault(mark.colour, set()).add((mark.kind, mark.marker, mark.line))
    for colour, found in ways.items():  # ranges and strokes belong to the dots that lie on them
        ways[colour] = {way for way in found if way[0] != "stretches"} or found
    for one, other in itertools.combinations(ways, 2):
        if {kind for kind, _, _ in ways[one] | ways[other]} == {"area"} and ways[one] != ways[
            other
        ]:
            continue  # hatches differ
        differs_too = ways[one].isdisjoint(ways[other]) or {one, other} <= written
        needed = APART if differs_too else FAR_APART
        assert distance(one, other) >= needed, (to_hex(one), to_hex(other))
