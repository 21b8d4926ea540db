"""The published pages: built as the workflow builds them, served as files, and met with a real browser."""

import os
import re
import subprocess
import sys

import browsers
import notebook_files
import pytest
from digits import series
from digits.basics import workspace

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe
expect = playwright.expect
expect.set_options(timeout=30_000)  # for computers that have much else to do

pytestmark = pytest.mark.slow
ROOT = workspace.NOTEBOOKS_FOLDER.parent
SECONDS = 60  # to build all pages
FRONT_PAGE = 1_000_000  # bytes, with all that it loads
LONG_TESTS = bool(os.environ.get("DIGITS_LONG_TESTS"))
# A notebook has thousands of places to look at: those with controls of their own always, all of them once a week.
WITH_PARTS = (
    "notebooks/07_stronger_networks.html",
    "notebooks/09_your_own_handwriting.html",
)
PUBLISHED = {"GITHUB_REPOSITORY": "somebody/digits", "GITHUB_REF_NAME": "main"}


def build(folder, **environment) -> None:
    """Run the workflow's command; warnings are errors."""
    command = re.search(
        r"sphinx-build (.+?) site\b", (ROOT / ".github/workflows/pages.yml").read_text()
    )
    arguments = [sys.executable, "-m", "sphinx", *command.group(1).split(), str(folder)]
    known = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    done = subprocess.run(
        [*arguments, "-d", str(folder) + "-doctrees"],
        cwd=ROOT,
        env=known | environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The pages as the repository's workflow publishes them, in a folder of their own."""
    folder = tmp_path_factory.mktemp("pages") / "site"
    before = changes()
    build(folder, **PUBLISHED)
    assert changes() == before
    return folder


def changes() -> str:
    """What git sees as changed in the repository."""
    command = ["git", "status", "--porcelain"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def address(site):
    """Where a plain file server serves them."""
    with browsers.served(site) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with browsers.launched() as launched:
        yield launched


@pytest.fixture
def page(browser, address):
    """A page in which nothing may go wrong, and which asks nobody else for anything."""
    wrong = []
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    browsers.watch(page, address, wrong, "error", "warning")
    yield page
    context.close()
    assert wrong == []


def pages_of(site) -> list[str]:
    """All pages but the index of terms, which nobody links."""
    return sorted(
        path.relative_to(site).as_posix()
        for path in site.rglob("*.html")
        if path.name not in ("genindex.html", "webpack-macros.html") and "_static" not in path.parts
    )


def test_each_page_fits_and_is_for_everybody(page, site, address):
    """On a telephone and on a screen, light and dark; axe knows what keeps people with disabilities out."""
    found = pages_of(site)
    assert len(found) >= 22 and {"index.html", *WITH_PARTS} <= set(found)
    for name in found:
        for scheme, width in (("light", 1280), ("dark", 360)):
            page.emulate_media(color_scheme=scheme)
            page.goto(address + name)
            if page.locator(".digits-canvas").count():
                page.locator(".digits-canvas").scroll_into_view_if_needed()
                browsers.draw(page, browsers.SEVEN)
                expect(page.locator(".digits-headline")).to_contain_text("I read 7")
            page.evaluate(
                "for (const fold of document.querySelectorAll('details')) fold.open = true"
            )
            for size in (1280 + 360 - width, width):
                page.set_viewport_size({"width": size, "height": 900})
                sizes = page.evaluate("[innerWidth, document.documentElement.scrollWidth]")
                assert sizes == [size, size], (name, scheme)
            if (
                LONG_TESTS
                or not name.startswith("notebooks/")
                or (name in WITH_PARTS and scheme == "light")
            ):
                page.wait_for_timeout(200)  # a fold opens slowly
                problems = Axe().run(page).response["violations"]
                assert [(one["id"], one["nodes"][0]["html"]) for one in problems] == [], (
                    name,
                    scheme,
                )
            assert len(page.title().split(" - ")[0]) > 3, name


def test_drawing_that_was_cleared_while_the_network_came_does_not_come_back(page, address):
    """Over a slow line it takes seconds; meanwhile the pad says so."""
    held = []
    page.route("**/network.bin", lambda route: held.append(route))
    page.goto(address)
    browsers.draw(page, browsers.SEVEN)
    line = page.locator(".digits-headline")
    expect(line).to_have_text("Loading the network ...")
    page.get_by_role("button", name="Clear").click()
    expect(line).to_have_text("Draw a digit.")
    held[0].continue_()
    page.wait_for_timeout(500)
    expect(line).to_have_text("Draw a digit.")
    browsers.draw(page, browsers.SEVEN)
    expect(line).to_contain_text("I read 7")


def test_printed_page_has_its_folds_open(page, address):
    page.goto(address + "docs/questions.html")
    page.goto(address + "notebooks/01_exploratory_data_analysis.html")
    folded = page.locator("details:not([open])")
    before = folded.count()
    assert before > 2
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(folded).to_have_count(0)
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(folded).to_have_count(before)


def test_pad_on_the_front_page_reads(page, address):
    loaded = []
    page.on("response", lambda answer: loaded.append(int(answer.headers["content-length"])))
    page.goto(address)
    browsers.draw(page, browsers.SEVEN)
    expect(page.locator(".digits-headline")).to_contain_text("I read 7")
    expect(page.locator(".digits-bars li")).to_have_count(11)
    expect(page.locator(".digits-maps")).to_be_visible()
    page.mouse.wheel(0, 5000)
    expect(page.get_by_role("img", name="From left to right")).to_be_visible()
    assert sum(loaded) < FRONT_PAGE


def test_keyboard_alone_draws_on_the_pad(page, address):
    page.goto(address)
    canvas = page.locator(".digits-canvas")
    for _ in range(60):
        page.keyboard.press("Tab")
        if canvas.evaluate("canvas => canvas === document.activeElement"):
            break
    expect(canvas).to_be_focused()
    for key in (*10 * ["ArrowUp"], "Space", *20 * ["ArrowDown"], "Space"):
        page.keyboard.press(key)
    expect(page.locator(".digits-headline")).to_contain_text("I read 1 (")


def test_pad_stands_where_the_notebooks_cell_stands(page, address):
    """And nothing of it is in the notebook."""
    page.goto(address + "notebooks/09_your_own_handwriting.html")
    page.locator(".digits-canvas").scroll_into_view_if_needed()
    browsers.draw(page, browsers.SEVEN)
    expect(page.locator(".digits-headline")).to_contain_text("I read 7")
    assert "drawpad.show(" not in page.locator("article").inner_text()


def test_convolution_moves_and_stops(page, address):
    page.goto(address + "notebooks/07_stronger_networks.html")
    told = page.locator(".convolution-told")
    told.scroll_into_view_if_needed()
    first = told.inner_text()
    expect(told).not_to_have_text(first)
    page.get_by_role("button", name="Pause").click()
    still = told.inner_text()
    page.wait_for_timeout(300)
    expect(told).to_have_text(still)
    slider = page.get_by_label("Place of the window")
    slider.fill("0")
    expect(told).to_contain_text(
        "Row 1, column 1: nine pixels, each times its weight, add up to 0.00."
    )
    page.emulate_media(reduced_motion="reduce")
    page.reload()
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_without_javascript_the_text_reads(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    expect(page.get_by_text("All else on these pages does without.")).to_be_visible()
    page.get_by_role("link", name="09 Your own handwriting").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your own handwriting")
    expect(page.get_by_role("link", name="Neural networks on MNIST")).to_have_attribute(
        "href", "../index.html"
    )
    expect(page.get_by_text("The pad needs JavaScript")).to_be_visible()
    folded = page.get_by_text("The checks, and what they printed")
    folded.click()
    expect(page.get_by_text("confirmed:").first).to_be_visible()
    context.close()


@pytest.mark.parametrize("step", **notebook_files.STEP_PARAMETERS)
def test_figures_have_the_texts_that_the_notebooks_store(site, step):
    stored = [
        image["alt"]
        for cell in notebook_files.code_cells(step)
        for html in notebook_files.html_outputs(cell)
        for image in notebook_files.images(html)
    ]
    page = (site / "notebooks" / f"{step.notebook.stem}.html").read_text(encoding="utf-8")
    shown = [image["alt"] for image in notebook_files.images(page)]
    assert len(stored) > 3 and shown == stored


def test_links_to_colab_and_source_are_those_of_the_repository(site, tmp_path):
    page = (site / "notebooks" / "01_exploratory_data_analysis.html").read_text()
    place = "somebody/digits/blob/main/notebooks/01_exploratory_data_analysis.ipynb"
    assert f"https://colab.research.google.com/github/{place}" in page
    assert f"https://github.com/{place}" in page
    for name in ("index", "README", "docs/colab"):
        assert '"https://github.com/somebody/digits"' in (site / f"{name}.html").read_text(), name
    build(tmp_path / "site")
    page = (tmp_path / "site" / "notebooks" / "01_exploratory_data_analysis.html").read_text()
    assert "colab.research" not in page and "Source</a>" not in page


def test_terms_of_the_glossary_can_be_linked_to(page, site, address):
    terms = re.findall(r"^\* \*\*", (ROOT / "docs/glossary.md").read_text(), re.MULTILINE)
    text = (site / "docs" / "glossary.html").read_text(encoding="utf-8")
    anchors = re.findall(r'<a id="([\w-]+)"></a><strong>', text)
    assert len(terms) == len(set(anchors)) > 50
    page.goto(address + "docs/glossary.html#expected-calibration-error")
    expect(page.get_by_text("Expected calibration error.")).to_be_in_viewport()


def test_all_questions_are_on_one_page(site):
    text = (site / "docs" / "questions.html").read_text()
    assert text.count("<strong>Answers</strong>") == len(series.STEPS) == 9
    assert text.count("<ol") >= 18
