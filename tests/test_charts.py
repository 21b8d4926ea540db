"""What the drawing functions of the package draw, from numbers small enough to be seen through."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from colours import contrast, on_white
from digits import charts, evaluation, plots
from numpy.testing import assert_allclose, assert_array_equal

TEN_DIGITS = [str(digit) for digit in range(10)]


@pytest.fixture(autouse=True)
def close_figures():
    """Close whatever a test drew."""
    yield
    plt.close("all")


@pytest.fixture
def axes():
    """Empty axes of a figure of their own."""
    return plt.subplots()[1]


def line(axes, label):
    """The line with this label."""
    (found,) = [each for each in axes.lines if each.get_label() == label]
    return found


def tick_texts(axis) -> list[str]:
    """The tick labels within an axis's limits, once drawn."""
    axis.figure.draw_without_rendering()
    low, high = sorted(axis.get_view_interval())
    return [
        tick.get_text()
        for place, tick in zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=True)
        if low <= place <= high
    ]


# ---------------------------------------------------------------- how numbers and names are written


def test_percent_has_a_space_that_does_not_break():
    """A number would stand at the end of a line, and its sign at the beginning of the next."""
    assert plots.percent(0.985, 1) == "98.5\N{NO-BREAK SPACE}%"
    assert plots.percent(1) == "100\N{NO-BREAK SPACE}%"


@pytest.mark.parametrize(
    ("limits", "expected"),
    [((0, 1), "20\N{NO-BREAK SPACE}%"), ((0.9, 0.92), "90.25\N{NO-BREAK SPACE}%")],
)
def test_percent_axis_has_just_the_decimals_that_it_needs(axes, limits, expected):
    """Ticks would say 91 % twice, or pretend to a decimal that is 0 everywhere."""
    axes.set_ylim(*limits)
    plots.percent_axis(axes.yaxis)
    assert expected in tick_texts(axes.yaxis)


def test_error_axis_is_logarithmic_and_holds_all_errors(axes):
    """A network that halves few errors would seem to gain less than one that saves a tenth of many."""
    errors = [0.005, 0.01, 0.08]
    plots.error_axis(axes.xaxis, errors)
    assert axes.get_xscale() == "log"
    assert axes.get_xlim()[0] < 0.005 and axes.get_xlim()[1] > 0.08
    assert "1\N{NO-BREAK SPACE}%" in tick_texts(axes.xaxis)
    plots.error_axis(axes.xaxis, errors, of=10_000)
    assert "100" in tick_texts(axes.xaxis)


def test_names_beside_lines_keep_their_order_and_their_distance(axes):
    """A name would lie on another, or stand beside the line of another network."""
    axes.set_ylim(0, 1)
    ends = {"middle": 0.5, "low": 0.499, "high": 0.9, "just above": 0.501}
    plots.label_lines(axes, ends, dict.fromkeys(ends, "black"))
    axes.figure.draw_without_rendering()
    places = {text.get_text(): text.get_window_extent() for text in axes.texts}
    assert sorted(places, key=lambda name: places[name].y0) == [
        "low",
        "middle",
        "just above",
        "high",
    ]
    for below, above in (("low", "middle"), ("middle", "just above"), ("just above", "high")):
        assert places[below].y1 <= places[above].y0 + 1
    _, height = axes.transData.transform((0, ends["high"]))
    assert abs((places["high"].y0 + places["high"].y1) / 2 - height) < 20


# ---------------------------------------------------------------- digits


def test_digit_is_drawn_upright_dark_on_white():
    """Readers would see digits mirrored, turned or as negatives."""
    image = np.zeros((28, 28))
    image[2, 5] = 255
    _, (square, flat) = plt.subplots(1, 2)
    for axes, given in ((square, image), (flat, image.ravel())):
        drawn = charts.draw_digit(axes, given, "title", limit=255)
        assert_array_equal(drawn.get_array(), image)
        assert drawn.origin == "upper" and drawn.get_clim() == (0, 255)
        assert drawn.to_rgba(0)[:3] == (1, 1, 1) and drawn.to_rgba(255)[:3] == (0, 0, 0)
        assert axes.get_title() == "title"


def test_diverging_colours_are_red_above_zero(axes):
    """Weights that speak for a digit would look as if they spoke against it."""
    drawn = charts.draw_digit(axes, np.linspace(-0.2, 0.6, 784), cmap=plots.DIVERGING, limit=0.8)
    red, _, blue, _ = drawn.to_rgba(0.8)
    assert red > blue


@pytest.mark.parametrize(("count", "places"), [(10, 10), (7, 10), (3, 5)])
def test_grid_of_digits_puts_each_image_under_its_own_title(count, places):
    """A prediction would stand above another image."""
    images = np.random.default_rng(0).random((count, 784))
    figure = charts.digit_grid(images, [f"image {index}" for index in range(count)], 5)
    assert len(figure.axes) == places
    for index, axes in enumerate(figure.axes):
        shown = [drawn.get_array().ravel().tolist() for drawn in axes.images]
        assert shown == ([images[index].tolist()] if index < count else [])
        assert axes.get_title() == (f"image {index}" if index < count else "")
        assert axes.axison == (index < count)  # places without an image stay empty


def test_grid_of_digits_marks_what_is_wrong():
    """A reader who looks for the mistakes would find right predictions marked as such."""
    images, wrong = np.ones((3, 784)), [False, True, False]
    figure = charts.digit_grid(images, ["a", "b", "c"], 3, wrong=wrong)
    assert [axes.title.get_weight() == "bold" for axes in figure.axes] == wrong
    unmarked = charts.digit_grid(images, ["a", "b", "c"], 3)
    assert not [axes for axes in unmarked.axes if axes.title.get_weight() == "bold"]


def test_rows_of_pictures_bear_their_names_and_leave_gaps_where_there_is_none():
    """What the network saw of one photograph would stand below the next one."""
    light, dark = np.zeros((28, 28)), np.ones((28, 28))
    figure = charts.picture_rows({"written": [light, dark], "seen": [None, light]}, ("a", "b"))
    first, second, gap, last = figure.axes
    assert [axes.get_ylabel() for axes in (first, gap)] == ["written", "seen"]
    assert [axes.get_title() for axes in figure.axes] == ["a", "b", "", ""]
    assert not gap.images
    for axes, picture in ((first, light), (second, dark), (last, light)):
        assert_array_equal(axes.images[0].get_array(), picture)


# ---------------------------------------------------------------- matrices


def confusions(pairs) -> pd.DataFrame:
    """The confusion counts of so many images of one digit that are taken for another: {(true, predicted): images}."""
    repeated = [pair for pair, images in pairs.items() for _ in range(images)]
    return evaluation.confusion_counts(*np.transpose(repeated))


def test_confusion_matrix_has_truth_in_rows_and_prediction_in_columns():
    """Swapped axes are a common mistake of teaching notebooks: each confusion would be read the wrong way round."""
    (axes,) = charts.confusion_matrices({"own": confusions({(4, 9): 7, (9, 9): 3})}, "title").axes
    texts = {text.get_position(): text.get_text() for text in axes.texts}
    assert texts == {(9, 4): "7", (9, 9): "3"}  # x (column) is the prediction, y (row) is the truth
    assert axes.images[0].get_array()[4, 9] == 7
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("true digit", "predicted digit")
    assert axes.yaxis_inverted(), "0 is the first row"
    assert tick_texts(axes.yaxis) == tick_texts(axes.xaxis) == TEN_DIGITS


def test_confusion_matrices_share_a_colour_scale_of_errors_and_keep_numbers_legible():
    """Two matrices side by side could not be compared, the many right answers would outshine all errors, or dark cells
    would hide their numbers.
    """
    tables = {
        "baseline-softmax": confusions({(0, 0): 100, (0, 1): 40, (3, 5): 10}),
        "own": confusions({(0, 0): 130, (0, 1): 5}),
    }
    figure = charts.confusion_matrices(tables, "title", decimals=1)
    for axes in figure.axes:
        (drawn,) = axes.images
        assert drawn.get_clim() == (0, 40)
        for text in axes.texts:
            column, row = text.get_position()
            paper = contrast(on_white(drawn.to_rgba(drawn.get_array())[row, column]))
            ink = contrast(on_white(text.get_color()))
            assert max(ink / paper, paper / ink) > 4.5, text.get_text()
    assert {text.get_text() for text in figure.axes[1].texts} == {"130.0", "5.0"}


def test_picture_matrix_shows_the_surest_mistake_and_how_many_there_are():
    """The reader would look at a mistake that the network hardly made, or one of another pair of digits."""
    images = np.zeros((3, 28, 28))
    images[[0, 1, 2], [10, 11, 12], 10] = 1  # one pixel each
    probabilities = np.full((3, 10), 0.01)
    probabilities[[0, 1, 2], [9, 9, 4]] = 0.5, 0.9, 0.8
    (axes,) = charts.picture_matrix(images, np.array([4, 4, 4]), probabilities, "title").axes
    cells = {}  # by their row and column
    for image in axes.images:
        left, _, _, top = image.get_extent()
        cells[top + 0.5, left + 0.5] = image.get_array()
    surest = np.asarray(cells[4, 9])[:28, 2:30].sum(axis=2)
    assert np.unravel_index(surest.argmin(), surest.shape) == (11, 10)
    assert [text.get_text() for text in axes.texts] == ["2"]
    assert np.ptp(cells[4, 4]) > 0 and np.ptp(cells[9, 4]) == 0
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("true digit", "predicted digit")


# ---------------------------------------------------------------- curves and dots


def history(epochs: int, validated: bool, shift: float = 0.0) -> pd.DataFrame:
    """A table of losses and accuracies per epoch."""
    columns = ["loss", "accuracy", *(["val_loss", "val_accuracy"] if validated else [])]
    values = np.random.default_rng(0).uniform(0.2, 0.8, (epochs, len(columns))) + shift
    table = pd.DataFrame(values, columns=columns)
    table.insert(0, "epoch", np.arange(1, epochs + 1))
    return table


@pytest.mark.parametrize("errors", [False, True])
def test_learning_curves_draw_the_table_and_name_its_parts(errors):
    """A training curve would be taken for a validation curve: the commonest way of claiming too much."""
    table = history(4, validated=True)
    figure = charts.learning_curves({"own": table}, "title", errors=errors)
    for axes, quantity in zip(figure.axes, ("loss", "accuracy"), strict=True):
        assert {each.get_label() for each in axes.lines} == {"training", "validation"}
        parts = (("training", quantity, "--"), ("validation", f"val_{quantity}", "-"))
        for label, column, style in parts:
            values = 1 - table[column] if errors and quantity == "accuracy" else table[column]
            drawn = line(axes, label)
            assert_allclose(drawn.get_xydata(), np.column_stack([table["epoch"], values]))
            assert drawn.get_linestyle() == style
        assert [text.get_text() for text in axes.texts] == ["training", "validation"]
        assert axes.get_xlabel() == "epoch"
    assert figure.axes[1].get_ylabel().startswith("error" if errors else "accuracy")


def test_no_error_at_all_has_a_place_on_a_logarithmic_axis():
    """On few images a network reads all it has seen: its curve would end in the air, or the notebook in an error."""
    table = history(4, validated=True).assign(accuracy=[0.9, 0.98, 1, 1])
    axes = charts.learning_curves({"own": table}, "title", errors=True).axes[1]
    drawn = line(axes, "training").get_ydata()
    assert_allclose(drawn, [0.1, 0.02, 0.01, 0.01])
    assert axes.get_ylim()[0] < 0.01


def test_learning_curves_of_networks_are_told_apart():
    """A curve would be read as another network's."""
    quick = history(5, validated=False, shift=0.1)
    histories = {"own": history(12, validated=True), "quick": quick}
    figure = charts.learning_curves(histories, "title", looks={"quick": "conv"})
    for axes in figure.axes:
        expected = {"own, training": "own", "own, validation": "own", "quick, training": "conv"}
        assert {each.get_label() for each in axes.lines} == set(expected)
        for label, name in expected.items():
            assert line(axes, label).get_marker() == plots.look(name).marker
        assert line(axes, "own, validation").get_color() == plots.look("own").colour
    assert_allclose(line(figure.axes[0], "quick, training").get_ydata(), quick["loss"])


def test_rows_of_dots_stand_in_order_and_equal_dots_are_all_seen(axes):
    """The first row would be read as the last, and three runs that ended alike as one."""
    rows = {
        "first": charts.dots.Row([0.3, 0.3, 0.3], "own", [0.2] * 3, [0.4] * 3),
        "second": [charts.dots.Row([0.1]), charts.dots.Row([0.2], "conv")],
    }
    charts.dots_with_ranges(axes, rows)
    runs, *others = axes.lines
    assert tick_texts(axes.yaxis) == ["first", "second"] and axes.yaxis_inverted()
    assert len(set(runs.get_ydata())) == 3 and np.abs(runs.get_ydata()).max() < 0.5
    colours = [plots.look(name).colour for name in ("other", "conv")]
    assert [each.get_color() for each in others] == colours
    ranges = axes.collections[0].get_segments()
    assert_allclose([ends[:, 0] for ends in ranges], [[0.2, 0.4]] * 3)
    assert_allclose([ends[:, 1] for ends in ranges], np.repeat(runs.get_ydata(), 2).reshape(3, 2))


def test_ladder_of_errors_goes_down_to_the_left_and_says_what_is_new():
    """The best network would seem to stand at the worst end, or a gain be credited to another ingredient."""
    errors = {"baseline-softmax": [0.08, 0.09], "own": [0.02, 0.03]}
    figure = charts.error_ladder(errors, "title", added={"own": "a hidden layer"}, of=1000)
    (axes,) = figure.axes
    assert axes.get_xscale() == "log" and not axes.xaxis_inverted()
    assert tick_texts(axes.yaxis) == list(errors) and axes.yaxis_inverted()
    for name, runs in errors.items():
        assert_allclose(line(axes, name).get_xdata(), runs)
    written = [(text.get_text(), round(text.xy[1])) for text in axes.texts]
    assert written == [("85", 0), ("25", 1), ("+ a hidden layer", 1), ("mean", 1)]


def test_what_a_pruner_did_not_see_is_dotted():
    """A stopped trial would seem to have been trained to its end."""
    curves = pd.DataFrame({1: [0.2, 0.3, 0.25], 2: [0.1, 0.12, 0.2], 3: [0.09, 0.06, 0.18]})
    (axes,) = charts.stopped_trials(curves, {1: 2, 2: 1}, 0.1, "title").axes
    assert_array_equal(line(axes, "trial 0").get_xdata(), [1, 2, 3])
    for name, trial, end in (("the best of them", 1, 2), ("trial 2", 2, 1)):
        seen, unseen = line(axes, name), line(axes, f"{name} unseen")
        assert (seen.get_linestyle(), unseen.get_linestyle()) == ("-", ":")
        assert_allclose(seen.get_ydata(), curves.loc[trial, :end])
        assert_allclose(unseen.get_ydata(), curves.loc[trial, end:])


# ---------------------------------------------------------------- from a photograph to an answer


def test_history_of_a_search_says_who_chose_which_trials():
    """Whoever exchanges the words calls the sampler what was chance."""
    trials = pd.DataFrame({"trial": range(8), "state": "complete", "value": 0.97})
    trials.loc[5, "value"] = 0.98
    figure = charts.search_history(trials, random=3, title="A search")
    words = {text.get_text(): text.get_position()[0] for text in figure.axes[0].texts}
    assert 0 < words["drawn at random"] < 3.5 < words["chosen by TPE"] < 8


def test_reliability_diagram_tells_before_from_after():
    """The network's own markers are what it says by itself; crosses are what the correction made of it."""
    bins = pd.DataFrame(
        {"images": [50], "confidence": [0.9], "accuracy": [0.8], "low": [0.7], "high": [0.9]}
    )
    names = ["baseline-softmax", "B", "C", "own-on-split"]
    corrected = bins.assign(confidence=0.8)
    both = (dict.fromkeys(names, table) for table in (bins, corrected))
    figure = charts.reliability_diagrams(*both, "Reliability")
    for axes, name in zip(figure.axes, names, strict=True):
        drawn = {
            line(axes, label).get_marker(): when
            for label, when in ((name, "before"), ("after", "after"))
        }
        legend = axes.get_legend()
        shown = {
            handle.get_marker(): text.get_text()
            for text, handle in zip(legend.get_texts(), legend.legend_handles, strict=True)
        }
        assert shown == drawn and len(drawn) == 2


@pytest.mark.parametrize("maps", [{"maps": np.ones((4, 8, 8))}, {"units": np.arange(-8.0, 8)}, {}])
def test_strip_leads_through_all_stages_to_the_answer(maps):
    """A stage would be missing, or another digit be given as the answer; networks without convolutions have no maps."""
    probabilities = np.full(10, 0.02)
    probabilities[7] = 0.82
    pictures = {"photograph": np.ones((40, 30, 3)), "28 x 28": np.eye(28)}
    figure = charts.photograph_to_answer(pictures, maps, probabilities, "own", "title")
    names = [axes.get_title() for axes in figure.axes]
    assert names == [*pictures, *maps, "answer: 7"]
    assert sorted(names, key=lambda name: figure.axes[names.index(name)].get_position().x0) == names
    assert_array_equal(figure.axes[1].images[0].get_array(), np.eye(28))
    assert [bar.get_width() for bar in figure.axes[-1].patches] == list(probabilities)
    assert tick_texts(figure.axes[-1].yaxis) == TEN_DIGITS
    right = max(axes.get_position().x1 for axes in figure.axes)
    assert right < 1, "the strip is wider than the page"


def test_errors_by_images_show_every_networks_mean_and_range():
    """A network would seem to need more images than it does, or its luck would be hidden."""
    runs = [
        (name, images, error * (1 + luck))
        for name, error in (("deep", 0.04), ("conv-undistorted", 0.02))
        for images in (1_000, 10_000)
        for luck in (-0.1, 0, 0.1)
    ]
    table = pd.DataFrame(runs, columns=["network", "images", "error"])
    (axes,) = charts.errors_by_images(table, "a title").axes
    assert axes.get_xscale() == axes.get_yscale() == "log"
    assert tick_texts(axes.xaxis) == ["1,000", "10,000"]
    for place, (name, error) in enumerate((("deep", 0.04), ("conv-undistorted", 0.02))):
        beside = 1.04**place  # so that none hides another
        shown = [(1_000 * beside, error), (10_000 * beside, error)]
        assert_allclose(line(axes, name).get_xydata(), shown)
        assert line(axes, name).get_color() == plots.look(name).colour
        (first, second) = axes.collections[place].get_segments()
        for (images, _), ends in zip(shown, (first, second), strict=True):
            assert_allclose(ends, [(images, 0.9 * error), (images, 1.1 * error)])
    assert [text.get_text() for text in axes.texts] == ["deep", "conv-undistorted"]


def test_errors_by_parameters_join_a_family_and_name_every_network():
    """A family's smallest network would be compared with another's, or a mean taken for one run."""
    runs = [
        (name, family, parameters, error * (1 + luck))
        for name, family, parameters, error in (
            ("tiny-10k", "tiny", 10_000, 0.005),
            ("own", "own", 100_000, 0.015),
            ("tiny-1k", "tiny", 1_000, 0.02),
        )
        for luck in (-0.1, 0, 0.1)
    ]
    table = pd.DataFrame(runs, columns=["network", "look", "parameters", "error"])
    (axes,) = charts.errors_by_parameters(table, "a title", {"own": (0, 12)}).axes
    assert axes.get_xscale() == axes.get_yscale() == "log"
    assert_allclose(line(axes, "tiny").get_xydata(), [(1_000, 0.02), (10_000, 0.005)])
    assert_allclose(line(axes, "own").get_xydata(), [(100_000, 0.015)])
    assert line(axes, "own").get_color() == plots.look("own").colour
    (smallest, larger), (own,) = (each.get_segments() for each in axes.collections)
    for drawn, parameters, error in (
        (smallest, 1_000, 0.02),
        (larger, 10_000, 0.005),
        (own, 100_000, 0.015),
    ):
        assert_allclose(drawn, [(parameters, 0.9 * error), (parameters, 1.1 * error)])
    assert {text.get_text(): text.xy for text in axes.texts} == {
        "tiny-1k: 200": (1_000, 0.02),
        "tiny-10k: 50": (10_000, 0.005),
        "own: 150": (100_000, 0.015),
    }
