"""Figures and their captions on dark pages, in a real browser: JupyterLab, nbconvert's HTML, README.md on GitHub."""

import io

import browsers
import lab
import nbconvert
import notebook_files
import numpy as np
import pytest
from digits import series
from notebook_files import ROOT, STEP_PARAMETERS
from PIL import Image

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = pytest.mark.slow
DARK = 60  # the mean of red, green and blue below which a page is dark
PAPER = 250  # the value of each from which on it counts as white
MARGIN = 8  # pixels of the page
GITHUB = {"background": "#0d1117", "width": 838}
THEME = {"apputils-extension/themes": {"theme": "JupyterLab Dark"}}
# Red, green and blue of a paragraph's text, and of what lies behind it.
COLOURS = """element => {
    const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
    let behind = element;
    while (numbers(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
    return [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor].map(numbers);
}"""


@pytest.fixture(scope="module")
def launcher():
    """Playwright, of which there may be only one at a time."""
    with playwright.sync_playwright() as started:
        yield started


@pytest.fixture
def page(launcher):
    """An empty page of a browser without a window."""
    browser = browsers.launch(launcher)
    yield browser.new_page(viewport={"width": 1200, "height": 900})
    browser.close()


def assert_lies_on_white_paper(image, name: str) -> None:
    """Fail unless an image of the page is whole, and its ink has white paper around it, on a dark page."""
    natural, shown, room = image.evaluate(
        "img => [img.naturalWidth, img.clientWidth, img.parentElement.clientWidth]"
    )
    assert natural > 0 and 300 < shown <= min(natural, room), name
    box = image.bounding_box()
    around = {key: box[key] - 4 for key in ("x", "y")} | {
        key: box[key] + 8 for key in ("width", "height")
    }
    with Image.open(io.BytesIO(image.page.screenshot(clip=around, full_page=True))) as taken:
        pixels = np.asarray(taken.convert("RGB"), dtype=int)
    assert pixels[0].mean() < DARK and pixels[-1].mean() < DARK, f"{name}: the page is not dark"
    picture = pixels[6:-6, 6:-6]
    rim = np.ones(picture.shape[:2], dtype=bool)
    rim[MARGIN:-MARGIN, MARGIN:-MARGIN] = False
    assert (picture[rim] >= PAPER).all(), f"{name}: no white paper at its edge"


def assert_can_be_read(paragraph, name: str) -> None:
    """Fail unless the words are light and what lies behind them is dark."""
    text, behind = paragraph.evaluate(COLOURS)
    assert np.mean(behind[:3]) < DARK and np.mean(text[:3]) > 160, name


def caption_of(image):
    """The paragraph below an image."""
    return image.locator("xpath=following-sibling::p")


# All figures are saved by one function: one notebook's stand for those of the others, which are looked at once a week.
SHOWN = [
    step if step.number == "05" else pytest.param(step, marks=pytest.mark.weekly)
    for step in series.STEPS
]


@pytest.mark.parametrize("step", SHOWN, ids=STEP_PARAMETERS["ids"])
def test_page_of_a_notebook_in_the_dark(page, step, tmp_path):
    """Labels would be black on black, or end where the dark page begins."""
    html, _ = nbconvert.HTMLExporter(theme="dark").from_filename(str(step.notebook))
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    page.goto((tmp_path / "page.html").as_uri(), wait_until="domcontentloaded")
    figures = notebook_files.figures(step)
    images = page.locator("img").all()
    for image, figure in zip(images, figures, strict=True):
        assert_lies_on_white_paper(image, figure.name)
        assert_can_be_read(caption_of(image), figure.name)


def test_jupyterlab_in_the_dark(launcher, tmp_path, monkeypatch):
    """JupyterLab would drop the figures of a notebook that it does not trust yet, or show them as black holes."""
    step = series.step("02")
    monkeypatch.setattr(lab, "SETTINGS", {**lab.SETTINGS, **THEME})
    notebook = notebook_files.read(step)
    with lab.opened(launcher, step, notebook, tmp_path, tmp_path / "home") as page:
        images = page.locator(".jp-RenderedHTML img").all()
        for image, figure in zip(images, notebook_files.figures(step), strict=True):
            image.scroll_into_view_if_needed()
            assert image.get_attribute("alt") == figure.caption
            assert_lies_on_white_paper(image, figure.name)
            assert_can_be_read(caption_of(image), figure.name)


def test_pictures_of_the_readme_in_the_dark(page, tmp_path):
    """The first thing that a visitor with a dark theme sees would be unreadable."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    names = [target for target in notebook_files.links(readme) if target.endswith(".png")]
    assert names
    pictures = "".join(f'<p><img src="{(ROOT / name).as_uri()}"></p>' for name in names)
    style = f"body {{background: {GITHUB['background']}; width: {GITHUB['width']}px}} img {{max-width: 100%}}"
    path = tmp_path / "readme.html"
    path.write_text(f"<style>{style}</style>{pictures}", encoding="utf-8")
    page.goto(path.as_uri())
    for image, name in zip(page.locator("img").all(), names, strict=True):
        assert_lies_on_white_paper(image, name)
