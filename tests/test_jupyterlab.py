"""The first notebook as a learner meets it: a real JupyterLab, a real browser, Run All Cells, and what is shown."""

import ast
import os

import lab
import notebook_files
import pytest
from digits import series

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = pytest.mark.slow
STEP = series.step("01")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The page after Run All Cells on a copy of the notebook that had no outputs."""
    folder, notebook = tmp_path_factory.mktemp("jupyterlab"), lab.without_outputs(STEP)
    with (
        playwright.sync_playwright() as launcher,
        lab.opened(launcher, STEP, notebook, folder, folder / "home") as shown,
    ):
        shown.screenshot(path=folder / "opened.png")
        lab.run_all_cells(shown, notebook)
        shown.screenshot(path=folder / "at_the_end.png")
        yield shown


def test_all_cells_run_without_an_error(page):
    """A learner would be stopped by a traceback, or frightened by a block of warnings on red ground."""
    assert not lab.errors(page)
    assert not page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').all_inner_texts()
    assert page.locator(".jp-Dialog").count() == 0
    folded, *prompts = page.locator(".jp-CodeCell .jp-InputPrompt").all_text_contents()
    assert folded == ""
    assert prompts == [
        f"[{number}]:" for number in range(2, len(notebook_files.code_cells(STEP)) + 1)
    ]


def test_claims_are_confirmed_on_the_page(page):
    """The learner would read claims that the last cells do not bear out."""
    is_sample = (os.environ.get("DIGITS_MNIST") or "sample") == "sample"
    expected = []
    for call in notebook_files.calls(STEP, "check"):
        limited = any(keyword.arg == "only_on_mnist" for keyword in call.keywords)
        word = "not checked on the sample" if limited and is_sample else "confirmed"
        expected.append(f"{word}: {ast.literal_eval(call.args[0])}")
    assert sum(line.startswith("confirmed") for line in expected) >= 5
    printed = "\n".join(page.locator(".jp-OutputArea-output pre").all_inner_texts()).splitlines()
    assert [line for line in printed if line in expected] == expected


def test_figures_are_shown_with_their_captions(page):
    """The learner would see broken images, images wider than the page, or figures without a word on them."""
    figures = notebook_files.figures(STEP)
    images = page.locator(".jp-RenderedHTML img")
    assert images.count() == len(figures)
    sizes = images.evaluate_all(
        "all => all.map(img => [img.naturalWidth, img.clientWidth, img.closest('.jp-OutputArea-output').clientWidth])"
    )
    for (natural, shown, available), figure in zip(sizes, figures, strict=True):
        assert natural > 0, figure.name
        assert 300 < shown <= min(natural, available), figure.name
    for image, figure in zip(images.all(), figures, strict=True):
        words = image.get_attribute("alt")
        assert words.startswith(figure.caption)
        assert image.locator("xpath=following-sibling::p").inner_text() == words


def test_setup_cell_is_folded(page):
    """The first thing that a learner sees would be twenty lines of plumbing."""
    setup = page.locator(".jp-CodeCell").first
    assert setup.locator(".jp-Placeholder").is_visible()
    assert not setup.locator(".cm-content").is_visible()
    assert "fingerprint" in setup.locator(".jp-OutputArea-output").inner_text()


def test_title_is_shown_once(page):
    """The notebook would look like two, and the table of contents beside it would be wrong."""
    titles = page.locator(".jp-MarkdownCell .jp-RenderedMarkdown h1")
    assert [title.strip("¶ ") for title in titles.all_inner_texts()] == [STEP.title]
    assert titles.first.evaluate("element => element.clientHeight") > 0
