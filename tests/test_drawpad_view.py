"""The notebook's widget in a real browser, without Jupyter: what it shows of readings that come when they come."""

import base64

import browsers
import pytest
from digits.drawpad import FOLDER, DrawPad
from digits.training import shipping
from PIL import Image
from test_shipping import made_with

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = playwright.expect
expect.set_options(timeout=30_000)  # for computers that have much else to do

pytestmark = pytest.mark.slow
# What anywidget hands over, with a stand-in for the kernel: answer() is how its reading comes.
RENDER = """async ({source, networks}) => {
    const bytes = (text) => new DataView(Uint8Array.from(atob(text), (one) => one.charCodeAt(0)).buffer);
    const values = {reading: null, networks: networks.map(bytes)};
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
    """A page with nothing but the widget, without any kernel; nothing may go wrong on it."""
    wrong = []
    yours = shipping.network_file(made_with("dense, normalised"), [*"0123456789"])
    networks = [(FOLDER / "network.bin").read_bytes(), yours]
    pad = DrawPad(lambda picture: [], networks)
    with browsers.launched() as browser:
        page = browser.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        encoded = [base64.b64encode(one).decode() for one in networks]
        page.evaluate(RENDER, {"source": pad._esm, "networks": encoded})
        page.add_style_tag(content=pad._css)
        yield page
    assert wrong == []


def sent(page, times) -> float:
    """Wait until so many files have been sent to the kernel; the source of the last one."""
    page.wait_for_function("times => window.saved >= times", arg=times)
    return page.evaluate("values.source")


def answer(page, source, digit=7) -> str:
    """Let the kernel's reading of one digit arrive; what the page says at once."""
    mark = {"digit": digit, "sure": True, "box": [0.2, 0.2, 0.8, 0.8]}
    mark |= {"probabilities": [0.0] * 11, "image": [0] * 784}
    answered = "reading => { answer(reading); return document.querySelector('.digits-headline').innerText; }"
    return page.evaluate(answered, {"digits": [mark], "source": source})


def boxes(page) -> list[int]:
    """How many boxes lie over the drawing, and how many over the preview."""
    return [page.locator(f".digits-{on} .digits-box").count() for on in ("frame", "preview")]


def test_drawing_is_read_without_a_kernel_by_both_networks(page):
    browsers.draw(page, browsers.SEVEN)
    expect(page.locator(".digits-headline")).to_contain_text("I read 7")
    expect(page.locator(".digits-network")).to_have_text(["reading", "yours"])
    bars = page.locator(".digits-bars")
    assert [bars.nth(number).locator("li").count() for number in (0, 1)] == [11, 10]
    assert boxes(page) == [1, 0]
    assert page.evaluate("window.saved") is None, "nothing was sent"


def test_boxes_are_those_of_what_is_shown(page, tmp_path):
    """A kernel may be busy for long: what it says of one picture must not lie over another one."""
    for name in ("one.png", "other.png"):
        Image.new("RGB", (40, 30), "white").save(tmp_path / name)
    upload = page.get_by_label("Or show a picture")
    assert upload.get_attribute("capture") is None, "telephones would offer the camera alone"
    upload.set_input_files(tmp_path / "one.png")
    one = sent(page, 1)
    expect(page.get_by_role("img", name="The picture one.png")).to_be_visible()
    expect(page.locator(".digits-headline")).to_contain_text("Waiting for the notebook's kernel")
    assert boxes(page) == [0, 0]
    answer(page, one)
    assert boxes(page) == [0, 1]
    upload.set_input_files(tmp_path / "other.png")
    other = sent(page, 2)
    expect(page.get_by_role("img", name="The picture other.png")).to_be_visible()
    answer(page, one)
    assert boxes(page) == [0, 0], "late"
    browsers.draw(page, browsers.SEVEN)
    expect(page.locator(".digits-preview")).to_be_hidden()
    expect(page.locator(".digits-headline")).to_contain_text("I read 7")
    assert "I read 7 (" in answer(page, other, digit=3), "late"
    assert boxes(page) == [1, 0], "late"
    page.get_by_role("button", name="Clear").click()
    assert boxes(page) == [0, 0]
    assert one != other
