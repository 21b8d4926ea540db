"""The figures: the committed files, those that this test run made, and the package that draws them."""

import ast
import base64
import pathlib

import matplotlib
import matplotlib.pyplot as plt
import notebook_files
import numpy as np
import pandas as pd
import pytest
from digits import evaluation, plots, series
from IPython.display import Image, Markdown
from notebook_files import ROOT, STEP_PARAMETERS
from PIL import Image as PillowImage

COMMITTED = ROOT / "figures"
WHITE = 250  # a grey value from here on counts as paper
BANNER = "Made from the 5,000-image sample"
ABOUT_MNIST_ALONE = {"06_disputed_labels"}  # the sample has no such images

each_notebook = pytest.mark.parametrize("step", **STEP_PARAMETERS)


def figures_of(steps):
    """Run a test once for each figure of some notebooks."""
    parameters = [
        pytest.param(step, figure.name, id=figure.name)
        for step in steps
        if step.notebook.exists()  # test_notebooks.py fails for one that does not
        for figure in notebook_files.figures(step)
    ]
    return pytest.mark.parametrize(("step", "name"), parameters)


each_figure = figures_of(series.STEPS)
# What later notebooks draw comes from trained networks, which differ a little from machine to machine.
each_figure_of_the_data = figures_of(series.STEPS[:2])


def pixels(path) -> np.ndarray:
    """The colours of an image file: float, shape (height, width, 3), 0 to 255."""
    with PillowImage.open(path) as image:
        return np.asarray(image.convert("RGB"), dtype=float)


def assert_looks_like_a_figure(path) -> None:
    """Fail unless the file is a sharp PNG of a sensible size with something on white paper, and nothing cut off."""
    with PillowImage.open(path) as image:
        assert image.format == "PNG"
        assert image.info["dpi"] == pytest.approx((150, 150), abs=0.5)
        assert 600 <= image.width <= 2000
        assert 150 <= image.height <= 2000
    colours = pixels(path)
    assert colours.std() > 10, "it is blank"
    inked = colours.min(axis=2) < WHITE
    assert 0.02 < inked.mean() < 0.9, "hardly anything, or hardly any paper, is there"
    # The layout keeps a margin around everything: ink on the outermost pixels is ink that goes on beyond them.
    border = np.concatenate([inked[0], inked[-1], inked[:, 0], inked[:, -1]])
    assert not border.any(), "something is cut off at the border"


# ---------------------------------------------------------------- the committed files


def test_committed_figures_are_exactly_those_of_the_notebooks():
    """README.md would show a figure that no notebook makes any more, or miss one."""
    names = {figure.name for step in series.STEPS for figure in notebook_files.figures(step)}
    assert {path.name for path in COMMITTED.iterdir()} == {f"{name}.png" for name in names}


def test_committed_figures_are_small_together():
    """Each clone would carry every version of them for ever."""
    assert sum(path.stat().st_size for path in COMMITTED.iterdir()) < 6_000_000


@each_figure
def test_committed_figure_can_be_read(step, name):
    """A reader would see an empty frame, a smudge, or half a title."""
    assert_looks_like_a_figure(COMMITTED / f"{name}.png")


@each_notebook
def test_notebook_stores_the_committed_figures(step):
    """The notebook on GitHub and the README would show two different results."""
    for figure in notebook_files.figures(step):
        stored = [
            base64.b64decode(output.data["image/png"])
            for output in figure.cell.outputs
            if "image/png" in output.get("data", {})
        ]
        assert stored == [(COMMITTED / f"{figure.name}.png").read_bytes()], figure.name


# From light to dark in even steps, or from one to the other through white; none through all hues.
COLOUR_MAPS = {"gray", "gray_r", "cividis", "viridis", "viridis_r", "Blues", "RdBu_r"}


def test_colours_are_read_alike_by_all():
    """A rainbow shows edges where the numbers have none, and hides others from who is colour-blind."""
    trees = [tree for step in series.STEPS for tree in notebook_files.cell_trees(step)]
    package = (ROOT / "notebooks" / "digits").rglob("*.py")
    trees += [ast.parse(path.read_text(encoding="utf-8")) for path in package]
    named = {
        node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)
    }
    assert named & set(matplotlib.colormaps) <= COLOUR_MAPS
    assert plt.rcParams["image.cmap"] in COLOUR_MAPS


# ---------------------------------------------------------------- the files of this test run


@pytest.fixture
def made_now(request, step, name):
    """The file of a figure that its notebook made in this test run."""
    ran = {item.path for item in request.session.items if item.path.suffix == ".ipynb"}
    if step.notebook not in ran:
        pytest.skip(
            f"notebook {step.number} was not run: add --nbval, and notebooks/{step.file_name} to the arguments"
        )
    config = request.config
    if config.digits_dataset.is_sample and name in ABOUT_MNIST_ALONE:
        pytest.skip("this figure is about images that the sample does not have")
    home = pathlib.Path(config.digits_home)
    folder = (
        home / "data" / "sample" / "figures"
        if config.digits_dataset.is_sample
        else home / "figures"
    )
    return folder / f"{name}.png"


@each_figure
def test_figure_made_now_can_be_read(made_now, name, pytestconfig):
    """The notebook would run without an error and yet show its reader nothing."""
    assert_looks_like_a_figure(made_now)
    if not pytestconfig.digits_dataset.is_sample:
        assert pixels(made_now).shape == pixels(COMMITTED / f"{name}.png").shape


@each_figure_of_the_data
def test_figure_made_now_equals_the_committed_one(made_now, name, pytestconfig):
    """The committed figure would show something that the notebook no longer draws."""
    if pytestconfig.digits_dataset.is_sample:
        pytest.skip("the committed figures show MNIST, and this run was on the sample")
    if (
        f"matplotlib=={matplotlib.__version__}"
        not in (ROOT / "constraints.txt").read_text().split()
    ):
        pytest.skip("another version of matplotlib lays out texts a little differently")
    committed = pixels(COMMITTED / f"{name}.png")
    difference = np.abs(pixels(made_now) - committed).mean()
    # As a share of the committed figure's ink: an empty figure differs by 100 %, one shifted line by a few.
    assert difference < 0.03 * (255 - committed).mean()


# ---------------------------------------------------------------- plots.show


@pytest.fixture
def displayed(monkeypatch):
    """What plots.show hands to IPython. Outside of a kernel it would only be printed as text."""
    shown = []
    monkeypatch.setattr(plots, "display", shown.append)
    return shown


def _drawing() -> plt.Figure:
    figure, axes = plt.subplots(figsize=(5, 3))
    axes.plot([1, 2, 3], [2, 1, 3], label="a line")
    axes.set(xlabel="x", ylabel="y", title="A drawing")
    return figure


@pytest.fixture
def figure_file(home):
    """Where plots.show puts a figure called 99_drawing."""
    return home / "data" / "sample" / "figures" / "99_drawing.png"


def test_show_writes_the_same_bytes_for_the_same_figure(figure_file, displayed):
    """Every run of the series would leave all figures changed in git."""
    contents = set()
    for _ in range(2):
        plots.show(_drawing(), "99_drawing", "A line that falls and rises.")
        contents.add(figure_file.read_bytes())
    (content,) = contents
    assert b"Software" not in content and b"tIME" not in content, (
        "another version or moment would change it"
    )
    assert_looks_like_a_figure(figure_file)


def test_show_displays_that_file_with_its_caption_and_closes_the_figure(figure_file, displayed):
    """The notebook would show something else than it saved, or no words for who cannot see it; memory would fill."""
    figure = _drawing()
    plots.show(figure, "99_drawing", "A line that falls and rises.")
    image, caption = displayed
    assert isinstance(image, Image) and image.data == figure_file.read_bytes()
    # 5 inches at the 96 pixels that a page counts as one: sharp on a screen of twice that.
    assert image.width == 480
    assert isinstance(caption, Markdown) and caption.data.startswith(
        "*A line that falls and rises."
    )
    assert caption.data.endswith("*") and "\n" not in caption.data
    assert not plt.fignum_exists(figure.number)


def test_show_marks_figure_and_caption_as_made_from_the_sample(figure_file, displayed):
    """A figure copied out of the notebook would be taken for MNIST's."""
    figure = _drawing()
    plots.show(figure, "99_drawing", "A line that falls and rises.")
    assert BANNER in figure.get_suptitle() and BANNER in displayed[1].data
    colours = pixels(figure_file)
    red = (colours[..., 0] > 140) & (colours[..., 1] < 80) & (colours[..., 2] < 100)
    assert red[:40].sum() > 300, "the red line is not in the picture"


# ---------------------------------------------------------------- what the drawing functions draw


@pytest.fixture(autouse=True)
def close_figures():
    """Close whatever a test drew."""
    yield
    plt.close("all")


def test_confusion_matrix_has_truth_in_rows_and_prediction_in_columns():
    """Swapped axes are a common mistake of teaching notebooks: each confusion would be read the wrong way round."""
    # Seven fours are taken for nines.
    labels, predicted = (
        np.array([4] * 7 + [9] * 3),
        np.array([9] * 7 + [9] * 3),
    )
    _, axes = plt.subplots()
    plots.confusion_matrix(axes, evaluation.confusion_counts(labels, predicted), "title")
    texts = {text.get_position(): text.get_text() for text in axes.texts}
    assert texts == {(9, 4): "7", (9, 9): "3"}  # x (column) is the prediction, y (row) is the truth
    assert axes.images[0].get_array()[4, 9] == 7
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("true digit", "predicted digit")
    assert axes.yaxis_inverted(), "0 is the first row"
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        str(digit) for digit in range(10)
    ]
    assert [label.get_text() for label in axes.get_xticklabels()] == [
        str(digit) for digit in range(10)
    ]


def test_confusion_matrix_shares_a_colour_scale_and_keeps_numbers_legible():
    """Two matrices side by side could not be compared, or dark cells would hide their numbers."""
    table = evaluation.confusion_counts(np.array([0] * 10 + [1]), np.array([0] * 10 + [1]))
    _, (own_scale, shared_scale) = plt.subplots(1, 2)
    plots.confusion_matrix(own_scale, table, "title")
    plots.confusion_matrix(shared_scale, table, "title", highest=100, decimals=1)
    assert own_scale.images[0].get_clim() == (0, 10)
    assert shared_scale.images[0].get_clim() == (0, 100)
    assert {text.get_text() for text in shared_scale.texts} == {"10.0", "1.0"}
    for axes in (own_scale, shared_scale):
        drawn = axes.images[0]
        for text in axes.texts:
            cell = np.mean(drawn.cmap(drawn.norm(float(text.get_text())))[:3])
            ink = np.mean(matplotlib.colors.to_rgb(text.get_color()))
            assert abs(cell - ink) > 0.3


def test_diverging_colours_are_symmetric_around_zero():
    """White would not mean zero: weights that speak for a digit would look as if they spoke against it."""
    _, axes = plt.subplots()
    drawn = plots.draw_digit(axes, np.linspace(-0.2, 0.6, 784), cmap=plots.DIVERGING, limit=0.8)
    assert drawn.get_clim() == (-0.8, 0.8)
    assert np.mean(drawn.cmap(drawn.norm(0.0))[:3]) > 0.95, "zero is white"
    red, _, blue, _ = drawn.cmap(drawn.norm(0.8))
    assert red > blue, "positive is red"


def test_digit_is_drawn_upright_dark_on_white():
    """Readers would see digits mirrored, turned or as negatives."""
    image = np.zeros((28, 28))
    image[2, 5] = 255
    _, (square, flat) = plt.subplots(1, 2)
    for axes, given in ((square, image), (flat, image.ravel())):
        drawn = plots.draw_digit(axes, given, "title", limit=255)
        np.testing.assert_array_equal(drawn.get_array(), image)
        assert drawn.origin == "upper" and drawn.get_clim() == (0, 255)
        assert (
            np.mean(drawn.cmap(drawn.norm(0))[:3]) == 1
            and np.mean(drawn.cmap(drawn.norm(255))[:3]) == 0
        )
        assert axes.get_title() == "title"


@pytest.mark.parametrize(("count", "columns", "rows"), [(10, 5, 2), (7, 5, 2), (3, 5, 1)])
def test_grid_of_digits_puts_each_image_under_its_own_title(count, columns, rows):
    """A prediction would stand above another image."""
    images = np.random.default_rng(0).random((count, 784))
    figure = plots.grid_of_digits(
        images, [f"image {index}" for index in range(count)], columns=columns
    )
    assert len(figure.axes) == rows * columns
    for index, axes in enumerate(figure.axes):
        assert [drawn.get_array().ravel().tolist() for drawn in axes.images] == (
            [images[index].tolist()] if index < count else []
        )
        assert axes.get_title() == (f"image {index}" if index < count else "")
        assert axes.axison == (index < count)  # places without an image stay empty


def test_grid_of_digits_marks_what_is_wrong():
    """A reader who looks for the mistakes would find right predictions marked as such."""
    wrong = [False, True, False]
    figure = plots.grid_of_digits(np.ones((3, 784)), ["a", "b", "c"], columns=3, wrong=wrong)
    assert [
        axes.title.get_weight() == "bold" for axes in figure.axes
    ] == wrong  # bold also without colour vision
    unmarked = plots.grid_of_digits(np.ones((3, 784)), ["a", "b", "c"], columns=3)
    assert not [axes for axes in unmarked.axes if axes.title.get_weight() == "bold"]


def _history(epochs: int, validated: bool, shift: float = 0.0) -> pd.DataFrame:
    columns = ["loss", "accuracy", *(["val_loss", "val_accuracy"] if validated else [])]
    values = np.random.default_rng(0).random((epochs, len(columns))) + shift
    table = pd.DataFrame(values, columns=columns)
    table.insert(0, "epoch", np.arange(1, epochs + 1))
    return table


def test_learning_curves_draw_the_table_and_name_its_parts():
    """A training curve would be taken for a validation curve: the commonest way of claiming too much."""
    history = _history(4, validated=True)
    figure = plots.learning_curves({"net": history})
    for axes, quantity in zip(figure.axes, ("loss", "accuracy"), strict=True):
        drawn = {line.get_label(): line for line in axes.lines}
        assert set(drawn) == {"training", "validation"}
        for label, column, style in (
            ("training", quantity, "--"),
            ("validation", f"val_{quantity}", "-"),
        ):
            np.testing.assert_array_equal(drawn[label].get_xdata(), history["epoch"])
            np.testing.assert_array_equal(drawn[label].get_ydata(), history[column])
            assert drawn[label].get_linestyle() == style
        assert axes.get_xlabel() == "epoch" and axes.get_title(loc="left").lower() == quantity
    legend = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert legend == ["training", "validation"]


@pytest.mark.parametrize("coinciding", [False, True])
def test_learning_curves_of_networks_are_told_apart(coinciding):
    """A curve would be read as another network's, or lie unseen under one that coincides with it."""
    histories = {
        "one": _history(12, validated=True),
        "other": _history(5, validated=False, shift=1),
    }
    figure = plots.learning_curves(histories, coinciding=coinciding)
    drawn = {line.get_label(): line for line in figure.axes[0].lines}
    assert set(drawn) == {"one, training", "one, validation", "other, training"}
    np.testing.assert_array_equal(
        drawn["one, validation"].get_ydata(), histories["one"]["val_loss"]
    )
    np.testing.assert_array_equal(drawn["other, training"].get_ydata(), histories["other"]["loss"])
    assert drawn["one, training"].get_color() == drawn["one, validation"].get_color()
    assert drawn["one, training"].get_color() != drawn["other, training"].get_color()
    wider = drawn["one, training"].get_linewidth() > drawn["other, training"].get_linewidth()
    assert wider == coinciding
    assert (
        drawn["one, training"].get_zorder() <= drawn["other, training"].get_zorder()
    ) or not coinciding
