"""The notebook's widget in a real browser, without Jupyter: what it shows of readings that come when they come."""

import browsers
import pytest
from digits.drawpad import DrawPad
from PIL import Image

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = playwright.expect
expect.set_options(timeout=30_000)  # for computers that have much else to do

pytestmark = pytest.mark.slow
# What anywidget hands over, with a stand-in for the kernel: answer() is how its reading comes.
RENDER = """async source => {
    const values = {reading: null};
    const heard = {};
    window.values = values;
    window.answer = (reading) => { values.reading = reading; heard["change:reading"](); };
    const model = {
        get: (name) => values[name],
        set: (changed) => Object.assign(values, changed),
        save_changes: () => { window.saved = (window.saved ?? 0) + 1; },
        on: (name, call) => { heard[name] = call; },
        off() {},
    };
    const address = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
    (await import(address)).default.render({model, el: document.body});
}"""


@pytest.fixture
def page():
    """A page with nothing but the widget; nothing may go wrong on it."""
    wrong = []
    with playwright.sync_playwright() as launcher:
        browser = browsers.launch(launcher)
        page = browser.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.evaluate(RENDER, DrawPad(lambda picture: [])._esm)
        page.add_style_tag(content=DrawPad(lambda picture: [])._css)
        yield page
        browser.close()
    assert wrong == []


def sent(page, times) -> float:
    """Wait until so many pictures have been sent to the kernel; the source of the last one."""
    page.wait_for_function("times => window.saved >= times", arg=times)
    return page.evaluate("values.source")


def answer(page, source) -> None:
    """Let the kernel's reading of one 7 arrive."""
    mark = {"digit": 7, "sure": True, "box": [0.2, 0.2, 0.8, 0.8]}
    mark |= {"probabilities": [0.0] * 11, "image": [0] * 784}
    page.evaluate("reading => answer(reading)", {"digits": [mark], "source": source})


def boxes(page) -> list[int]:
    """How many boxes lie over the drawing, and how many over the preview."""
    return [page.locator(f".digits-{on} .digits-box").count() for on in ("frame", "preview")]


def test_boxes_are_those_of_what_is_shown(page, tmp_path):
    """A kernel may be busy for long: what it says of one picture must not lie over another one."""
    for name in ("one.png", "other.png"):
        Image.new("RGB", (40, 30), "white").save(tmp_path / name)
    upload = page.get_by_label("Or show a picture")
    browsers.draw(page, browsers.SEVEN)
    drawing = sent(page, 1)
    answer(page, drawing)
    assert boxes(page) == [1, 0]
    page.wait_for_timeout(200)
    times = page.evaluate("saved")
    browsers.draw(page, [(0.3, 0.6), (0.6, 0.6)])
    assert sent(page, times + 1) == drawing, "one drawing is marked while it grows"
    page.wait_for_timeout(200)
    times = page.evaluate("saved")
    upload.set_input_files(tmp_path / "one.png")
    file = sent(page, times + 1)
    expect(page.get_by_role("img", name="The picture one.png")).to_be_visible()
    assert boxes(page) == [0, 0]
    answer(page, drawing)
    assert boxes(page) == [0, 0], "late"
    answer(page, file)
    assert boxes(page) == [0, 1]
    upload.set_input_files(tmp_path / "other.png")
    other = sent(page, times + 2)
    expect(page.get_by_role("img", name="The picture other.png")).to_be_visible()
    answer(page, file)
    assert boxes(page) == [0, 0], "late"
    browsers.draw(page, browsers.SEVEN)
    new = sent(page, times + 3)
    assert len({drawing, file, other, new}) == 4
    expect(page.locator(".digits-preview")).to_be_hidden()
    answer(page, other)
    assert boxes(page) == [0, 0], "late"
    answer(page, new)
    assert boxes(page) == [1, 0]
    page.get_by_role("button", name="Clear").click()
    assert boxes(page) == [0, 0]
    times = page.evaluate("saved")
    browsers.draw(page, browsers.SEVEN)
    sent(page, times + 1)
    answer(page, new)
    assert boxes(page) == [0, 0], "of a drawing that was cleared"


def test_view_of_a_reading_that_is_there_already(page):
    """A second view of the same widget: its own drawing area is empty, so nothing lies over it."""
    answer(page, 0.5)
    expect(page.locator(".digits-headline")).to_contain_text("7")
    assert boxes(page) == [0, 0]
