"""The web page in a real browser: drawing with mouse, finger and keyboard, undoing, clearing, showing a picture."""

import threading

import browsers
import numpy as np
import pytest
import waitress
from digits.drawpad import webapp
from PIL import Image

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = playwright.expect
expect.set_options(timeout=30_000)  # for computers that have much else to do

pytestmark = pytest.mark.slow
ABOUT = {"dataset": "MNIST", "network": "own"}
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def server(quick_network):
    """The real app with a network that reads, on a free port; its address."""
    from digits.handwriting.reading import Reader

    reader = Reader(quick_network)
    app = webapp.create_app(
        lambda picture: [found.as_json() for found in reader.read(picture)],
        ABOUT,
        frozenset({"127.0.0.1"}),
    )
    running = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{running.effective_port}"
    running.close()


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as launcher:
        launched = browsers.launch(launcher)
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser, server):
    """A function that opens the page in a window of its own; nothing may go wrong on it, nothing be asked elsewhere."""
    contexts, wrong = [], []

    def open_(**options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: said.type == "error" and wrong.append(said.text))
        page.on(
            "request",
            lambda request: (
                request.url.startswith((server, "data:", "blob:")) or wrong.append(request.url)
            ),
        )
        page.in_work = set()
        page.on("request", lambda request: page.in_work.add(request))
        page.on("requestfinished", lambda request: page.in_work.discard(request))
        page.on("requestfailed", lambda request: page.in_work.discard(request))
        page.goto(server)
        expect(page.locator("#about")).to_contain_text("own")
        return page

    yield open_
    for context in contexts:
        context.close()
    # The browser itself notes each refused request; the page tells the reader of it.
    assert [text for text in wrong if not text.startswith("Failed to load resource")] == []


def headline(page):
    return page.locator(".digits-headline")


def draw_with_mouse(page, points):
    browsers.draw(page, points)
    settle(page)


def settle(page):
    """Wait until the last drawing, which is sent at most 80 ms after it was drawn, has been read."""
    page.wait_for_timeout(250)
    while page.in_work:
        page.wait_for_timeout(50)
    page.wait_for_timeout(100)


def ink(page) -> int:
    """How many pixels of the drawing area are black."""
    return page.locator(".digits-canvas").evaluate(
        """canvas => {
            const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            let count = 0;
            for (let i = 0; i < data.length; i += 4) if (data[i] < 64 && data[i + 1] < 64) count++;
            return count;
        }"""
    )


def test_drawing_with_the_mouse_is_read(open_page):
    page = open_page()
    expect(headline(page)).to_have_text("Draw a digit.")
    draw_with_mouse(page, browsers.SEVEN)
    expect(headline(page)).to_contain_text("7")
    bars = page.locator(".digits-bars li")
    expect(bars).to_have_count(10)
    shares = [int(text.split()[0]) for text in page.locator(".digits-value").all_inner_texts()]
    assert 97 <= sum(shares) <= 103 and max(shares) == shares[7]
    expect(page.locator(".digits-most .digits-name")).to_have_text("7")
    widths = page.locator(".digits-bar").evaluate_all("all => all.map(bar => bar.offsetWidth)")
    assert widths.index(max(widths)) == 7
    seen = page.locator(".digits-seen").evaluate(
        "canvas => [...canvas.getContext('2d').getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 0)"
    )
    image = 255 - np.reshape(seen, (28, 28))
    assert image.max() == 255
    rows, columns = np.nonzero(image)
    assert max(np.ptp(rows), np.ptp(columns)) == 19, "20 pixels, as MNIST's makers scaled them"


def test_reading_follows_the_drawing(open_page):
    """While the mouse is still down."""
    page = open_page()
    box = page.locator(".digits-canvas").bounding_box()
    page.mouse.move(box["x"] + 140, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 140, box["y"] + 220, steps=10)
    expect(page.locator(".digits-seen")).to_be_visible()
    page.mouse.up()


def test_undo_and_clear(open_page):
    page = open_page()
    undo, clear = page.get_by_role("button", name="Undo"), page.get_by_role("button", name="Clear")
    expect(undo).to_be_disabled()
    draw_with_mouse(page, [(0.3, 0.2), (0.3, 0.8)])
    first = ink(page)
    draw_with_mouse(page, [(0.7, 0.2), (0.7, 0.8)])
    assert ink(page) > 1.8 * first > 0
    undo.click()
    assert ink(page) == first
    draw_with_mouse(page, [(0.7, 0.2), (0.7, 0.8)])
    clear.click()
    assert ink(page) == 0
    expect(headline(page)).to_have_text("Draw a digit.")
    expect(page.locator(".digits-seen")).to_have_count(0)
    expect(clear).to_be_disabled()


def test_finger_on_a_phone(open_page):
    """The page fits, the finger draws and does not scroll."""
    page = open_page(**PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    box = page.locator(".digits-canvas").bounding_box()
    touch = page.context.new_cdp_session(page)
    places = [
        {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}
        for x, y in browsers.SEVEN
    ]
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": places[:1]})
    for place in places[1:]:
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [place]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(headline(page)).to_contain_text("7")
    assert page.evaluate("window.scrollY") == 0
    for name in ("Undo", "Clear"):
        size = page.get_by_role("button", name=name).bounding_box()
        assert size["height"] >= 44 and size["width"] >= 44, "fingers need room"


def test_keyboard_alone(open_page):
    """Tab to the drawing area, a vertical stroke with the arrow keys, Tab to Clear."""
    page = open_page()
    page.keyboard.press("Tab")
    expect(page.locator(".digits-canvas")).to_be_focused()
    for _ in range(10):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    for _ in range(20):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    drawn = ink(page)
    assert drawn > 0
    expect(headline(page)).to_contain_text("1")
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    assert ink(page) < 1.1 * drawn, "a lifted pen draws nothing"
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(headline(page)).to_have_text("Draw a digit.")


def test_drawing_keeps_its_shape_when_the_area_grows(open_page):
    page = open_page()
    draw_with_mouse(page, [(0.25, 0.5), (0.75, 0.5)])
    before = ink(page)
    page.locator(".digits-frame").evaluate("frame => { frame.style.width = '420px' }")
    # Within the frame's border of two pixels.
    expect(page.locator(".digits-canvas")).to_have_js_property("width", 416)
    assert ink(page) == pytest.approx(before * (416 / 276) ** 2, rel=0.1)


def test_picture_from_a_file(open_page, tmp_path):
    """A photo with two digits; then something that is no picture; then a drawing again."""
    photo = np.full((240, 400, 3), (214, 200, 170), dtype=np.uint8)
    for left in (70, 230):
        photo[60:74, left : left + 80] = (20, 30, 90)
        for row in range(60, 190):
            photo[row, left + 66 - (row - 60) // 3 : left + 80 - (row - 60) // 3] = (20, 30, 90)
    Image.fromarray(photo).save(tmp_path / "two.jpg")
    (tmp_path / "notes.png").write_text("no picture")
    page = open_page()
    upload = page.get_by_label("A photo, scan or screenshot")
    draw_with_mouse(page, browsers.SEVEN)
    upload.set_input_files(tmp_path / "two.jpg")
    expect(page.locator(".digits-one")).to_have_count(2)
    expect(headline(page)).to_contain_text("7")
    assert ink(page) == 0, "the drawing would seem to be what was read"
    upload.set_input_files(tmp_path / "notes.png")
    expect(headline(page)).to_have_text("This is not an image file of a kind that can be read.")
    draw_with_mouse(page, browsers.SEVEN)
    expect(page.locator(".digits-one")).to_have_count(1)
    assert upload.input_value() == ""


def test_server_that_is_gone_is_told(open_page):
    page = open_page()
    page.route("**/api/read", lambda route: route.abort())
    draw_with_mouse(page, browsers.SEVEN)
    expect(headline(page)).to_contain_text("does not answer")
    page.unroute("**/api/read")
