"""The figures: the committed files, those that this test run made, and the package that draws them."""

import ast
import base64
import html
import pathlib
import urllib.parse

import matplotlib
import matplotlib.pyplot as plt
import notebook_files
import numpy as np
import pytest
from digits import plots, series
from notebook_files import ROOT, STEP_PARAMETERS
from PIL import Image as PillowImage

COMMITTED = ROOT / "figures"
WHITE = 250  # a grey value from here on counts as paper
MARGIN = 20  # pixels of white paper around each figure: a tenth of an inch
CAPTION = 'A "line" that falls & rises, between 1 and 3.'
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
each_figure_of_the_data = figures_of(series.STEPS[:1])


def pixels(path) -> np.ndarray:
    """The colours of an image file: float, shape (height, width, 3), 0 to 255."""
    with PillowImage.open(path) as image:
        return np.asarray(image.convert("RGB"), dtype=float)


def assert_looks_like_a_figure(path) -> None:
    """Fail unless the file is a sharp PNG of a sensible size with something on white paper, and nothing cut off."""
    with PillowImage.open(path) as image:
        assert image.format == "PNG"
        assert image.info["dpi"] == pytest.approx((200, 200), abs=0.5)
        assert 990 <= image.width <= 1800
        assert 200 <= image.height <= 1900
    colours = pixels(path)
    assert colours.std() > 10, "it is blank"
    inked = colours.min(axis=2) < WHITE
    assert 0.02 < inked.mean() < 0.9, "hardly anything, or hardly any paper, is there"
    # White paper around everything: no text lies at the edge of a dark page.
    inside = inked[MARGIN:-MARGIN, MARGIN:-MARGIN]
    assert inked.sum() == inside.sum(), "something lies at the edge"


# ---------------------------------------------------------------- the committed files


def test_committed_figures_are_exactly_those_of_the_notebooks():
    """README.md would show a figure that no notebook makes any more, or miss one."""
    names = {figure.name for step in series.STEPS for figure in notebook_files.figures(step)}
    assert {path.name for path in COMMITTED.iterdir()} == {f"{name}.png" for name in names}


def test_committed_figures_are_small_together():
    """Each clone would carry every version of them for ever."""
    assert sum(path.stat().st_size for path in COMMITTED.iterdir()) < 8_000_000


@each_figure
def test_committed_figure_can_be_read(step, name):
    """A reader would see an empty frame, a smudge, or half a title."""
    assert_looks_like_a_figure(COMMITTED / f"{name}.png")


@each_notebook
def test_notebook_stores_the_committed_figures(step):
    """The notebook on GitHub and the README would show two different results."""
    for figure in notebook_files.figures(step):
        expected = (COMMITTED / f"{figure.name}.png").read_bytes()
        assert notebook_files.pictures(figure.cell) == [expected], figure.name


# From light to dark in even steps, or from one to the other through white; none through all hues.
COLOUR_MAPS = {"gray", "gray_r", "cividis", "YlOrBr", "RdBu_r"}


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
    monkeypatch.setattr(plots, "display", lambda data, raw: shown.append(data))
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
        plots.show(_drawing(), "99_drawing", CAPTION)
        contents.add(figure_file.read_bytes())
    (content,) = contents
    assert b"Software" not in content and b"tIME" not in content, (
        "another version or moment would change it"
    )
    assert_looks_like_a_figure(figure_file)


def test_saved_figure_is_as_large_as_asked_with_its_margin(tmp_path):
    """Beside another one it would look smaller, or its letters would touch a dark page."""
    plots.save(_drawing(), tmp_path / "saved.png")
    dark = (pixels(tmp_path / "saved.png") < 250).any(axis=2)
    assert dark.shape == pytest.approx((600, 1000), abs=3), "3 x 5 inches of 200 pixels"
    rows, columns = (np.flatnonzero(dark.any(axis=axis)) for axis in (1, 0))
    margins = rows[0], columns[0], 599 - rows[-1], 999 - columns[-1]
    assert margins == pytest.approx([30] * 4, abs=8), "0.15 inches of paper on each side"


def test_figure_with_a_layout_of_its_own_keeps_it(tmp_path):
    figure, axes = plt.subplots(figsize=(5, 3), layout="none")
    axes.set_position([0.3, 0.3, 0.4, 0.4])
    plots.save(figure, tmp_path / "saved.png")
    assert axes.get_position().bounds == pytest.approx((0.3, 0.3, 0.4, 0.4))


def test_saved_colours_are_those_drawn(tmp_path):
    """A palette that merges a few small markers with what surrounds them would hide data."""
    figure, axes = plt.subplots(figsize=(5, 4))
    hills = np.outer(np.hanning(300), np.hanning(300))
    axes.imshow(hills, cmap="viridis", extent=(0, 1, 0, 1))
    for place, colour in enumerate(plt.get_cmap("tab20").colors):
        axes.plot(place / 20, 0.5, ".", color=colour, markersize=2)
    plots.save(figure, tmp_path / "saved.png")
    figure.savefig(tmp_path / "drawn.png")  # with the layout that saving gave it
    drawn, saved = pixels(tmp_path / "drawn.png"), pixels(tmp_path / "saved.png")
    assert np.abs(drawn - saved).max() < 25
    assert (saved[(drawn == 255).all(axis=2)] == 255).all(), "the paper is not white any more"
    sizes = [(tmp_path / name).stat().st_size for name in ("drawn.png", "saved.png")]
    assert sizes[1] < 0.6 * sizes[0]


def test_soft_light_on_a_photograph_does_not_fall_into_steps(tmp_path):
    """A page would seem to have stripes and patches of other colours."""
    down, across = np.mgrid[0:1:300j, 0:1:400j]
    light = np.stack([1 - 0.5 * across, 0.9 - 0.4 * down, 0.8 - 0.3 * across * down], axis=2)
    blocks = []
    figure, axes = plt.subplots(figsize=(5, 4))
    axes.imshow(light)
    plots.save(figure, tmp_path / "saved.png")
    figure.savefig(tmp_path / "drawn.png")
    for name in ("drawn.png", "saved.png"):
        inner = pixels(tmp_path / name)[200:600, 200:800]
        blocks.append(inner.reshape(20, 20, 30, 20, 3).mean(axis=(1, 3)))
    assert np.abs(blocks[0] - blocks[1]).max() < 3, "of 255, in the mean of 20 x 20 pixels"


def test_show_displays_that_file_with_its_caption_and_closes_the_figure(figure_file, displayed):
    """The notebook would show something else than it saved, or no words for who cannot see it; memory would fill."""
    figure = _drawing()
    plots.show(figure, "99_drawing", CAPTION)
    (data,) = displayed
    (image,) = notebook_files.images(data["text/html"])
    assert (
        base64.b64decode(urllib.parse.unquote(image["src"].partition(",")[2]))
        == figure_file.read_bytes()
    )
    # 5 inches at the 96 pixels that a page counts as one: sharp on a screen of twice that.
    assert int(image["width"]) == pytest.approx(480, abs=2)
    assert image["alt"].startswith(CAPTION) and image["alt"] == data["text/plain"]
    assert data["text/html"].endswith(f"<p>{html.escape(image['alt'])}</p>")
    assert not plt.fignum_exists(figure.number)


def test_show_marks_figure_and_caption_as_made_from_the_sample(figure_file, displayed):
    """A figure copied out of the notebook would be taken for MNIST's."""
    plots.show(_drawing(), "99_drawing", CAPTION)
    assert BANNER in displayed[0]["text/plain"]
    colours = pixels(figure_file)
    red = (colours[..., 0] > 140) & (colours[..., 1] < 80) & (colours[..., 2] < 100)
    assert red[:80].sum() > 300, "the red line is not in the picture"
