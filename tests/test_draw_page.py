"""The web page in a real browser: drawing with mouse, finger and keyboard, undoing, clearing, showing a picture.

Also the boxes over what was read, and what people meet there: small windows, forced colours, a screen reader, and a
server that is busy or gone.
"""

import io
import re
import threading

import browsers
import numpy as np
import pytest
import waitress
from colours import contrast
from digits.drawpad import uploads, webapp
from PIL import Image

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe
expect = playwright.expect
expect.set_options(timeout=30_000)  # for computers that have much else to do

pytestmark = pytest.mark.slow
ABOUT = {"dataset": "MNIST", "network": "own"}
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
COLOURS = [
    {},
    {"color_scheme": "dark"},
    {"forced_colors": "active", "color_scheme": "light"},
    {"forced_colors": "active", "color_scheme": "dark"},
]
WAITING = "Waiting for the server ..."
BUSY = "So many pictures at a time."


@pytest.fixture(scope="module")
def received():
    """The sizes in bytes of the pictures that came to the server."""
    return []


@pytest.fixture(scope="module")
def server(quick_network, received):
    """The real app with a network that reads, on a free port; its address."""
    from digits.handwriting.reading import Reader

    reader = Reader(quick_network)

    def read(picture):
        received.append(len(picture))
        return [found.as_json() for found in reader.read(picture)]

    app = webapp.create_app(
        read,
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
    with browsers.launched() as launched:
        yield launched


@pytest.fixture
def open_page(browser, server):
    """A function that opens the page in a window of its own; nothing may go wrong on it, nothing be asked elsewhere."""
    contexts, wrong = [], []

    def open_(before=lambda page: None, **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        browsers.watch(page, server, wrong, "error")
        page.in_work = set()
        page.on("request", lambda request: page.in_work.add(request))
        page.on("requestfinished", lambda request: page.in_work.discard(request))
        page.on("requestfailed", lambda request: page.in_work.discard(request))
        before(page)
        page.goto(server)
        about = "Read by the network “own”, trained on: MNIST."
        expect(page.locator("#about")).to_contain_text(about)
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
    """Wait until the last drawing, at most 40 ms after it was drawn, or the last file has been read."""
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


def two_sevens() -> Image.Image:
    """A photo of two digits on coloured paper."""
    photo = np.full((240, 400, 3), (214, 200, 170), dtype=np.uint8)
    for left in (70, 230):
        photo[60:74, left : left + 80] = (20, 30, 90)
        for row in range(60, 190):
            photo[row, left + 66 - (row - 60) // 3 : left + 80 - (row - 60) // 3] = (20, 30, 90)
    return Image.fromarray(photo)


def show_file(page, name="two.png") -> None:
    """Choose the photo of two digits."""
    content = io.BytesIO()
    two_sevens().save(content, "PNG")
    page.get_by_label("A photo, scan or screenshot").set_input_files(
        {"name": name, "mimeType": "image/png", "buffer": content.getvalue()}
    )


def brightness(locator) -> np.ndarray:
    """An element and the 6 pixels around it as they are seen, from 0 to 1: (height, width)."""
    page, box = locator.page, locator.bounding_box()
    area = {"x": box["x"] - 6, "y": box["y"] - 6}
    area |= {"width": box["width"] + 12, "height": box["height"] + 12}
    return np.asarray(Image.open(io.BytesIO(page.screenshot(clip=area))).convert("L")) / 255


def be_busy(page, refusals, retry_after="0"):
    """Let the server refuse the next so many pictures; returns the list of requests for readings, as it grows."""
    asked = []

    def answer(route):
        asked.append(route.request)
        if len(asked) > refusals:
            return route.continue_()
        headers = {"Retry-After": retry_after}
        return route.fulfill(status=503, headers=headers, json={"error": BUSY})

    page.route("**/api/read", answer)
    return asked


def test_drawing_with_the_mouse_is_read(open_page):
    """In the browser: the server is not asked."""
    page = open_page()
    asked = be_busy(page, 0)
    expect(headline(page)).to_have_text("Draw a digit.")
    draw_with_mouse(page, browsers.SEVEN)
    expect(headline(page)).to_contain_text("7")
    assert not asked
    bars = page.locator(".digits-bars li")
    expect(bars).to_have_count(11)
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
    maps = page.get_by_role("img", name="What the 32 filters of the first layer make of it")
    expect(maps).to_be_visible()


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
    undo.click()
    assert ink(page) > 1.8 * first, "cleared by mistake"
    undo.click()
    undo.click()
    assert ink(page) == 0
    expect(undo).to_be_disabled()


def test_examples_are_drawn_and_read(open_page):
    """For whoever cannot draw; what stood there before comes back with Undo."""
    page = open_page()
    draw_with_mouse(page, browsers.SEVEN)
    own = ink(page)
    for read in ("I read 3 (", "I read 4 (", "I read 2 0.", "This is no digit (", "I read 3 ("):
        page.get_by_role("button", name="Example").click()
        expect(headline(page)).to_contain_text(read)
    for _ in range(5):
        page.get_by_role("button", name="Undo").click()
    assert ink(page) == own
    expect(headline(page)).to_contain_text("I read 7")


def test_clear_puts_a_file_away_too(open_page, tmp_path):
    two_sevens().save(tmp_path / "two.png")
    page = open_page()
    draw_with_mouse(page, browsers.SEVEN)
    upload = page.get_by_label("A photo, scan or screenshot")
    upload.set_input_files(tmp_path / "two.png")
    expect(page.locator(".digits-one")).to_have_count(2)
    page.get_by_role("button", name="Clear").click()
    expect(headline(page)).to_have_text("Draw a digit.")
    expect(preview(page)).to_be_hidden()
    assert upload.input_value() == ""
    expect(page.get_by_role("button", name="Clear")).to_be_disabled()
    page.get_by_role("button", name="Undo").click()
    expect(headline(page)).to_contain_text("I read 7")


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
    for name in ("Undo", "Clear", "Example"):
        size = page.get_by_role("button", name=name).bounding_box()
        assert size["height"] >= 44 and size["width"] >= 44, "fingers need room"
    camera = page.locator("input[type=file]").get_attribute("capture")
    assert camera is None, "with it, telephones would offer no picture that is there already"


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
    pen = page.get_by_role("status").first
    expect(pen).to_have_text("The pen is down.")
    page.keyboard.press("Space")
    expect(pen).to_have_text("The pen is up.")
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
    two_sevens().save(tmp_path / "two.jpg")
    (tmp_path / "notes.png").write_text("no picture")
    page = open_page()
    upload = page.get_by_label("A photo, scan or screenshot")
    draw_with_mouse(page, browsers.SEVEN)
    upload.set_input_files(tmp_path / "two.jpg")
    expect(page.locator(".digits-one")).to_have_count(2)
    expect(headline(page)).to_contain_text("7")
    assert ink(page) == 0, "the drawing would seem to be what was read"
    upload.set_input_files(tmp_path / "notes.png")
    expect(headline(page)).to_contain_text("This is not an image file")
    draw_with_mouse(page, browsers.SEVEN)
    expect(page.locator(".digits-one")).to_have_count(1)
    assert upload.input_value() == ""


def test_big_photo_is_sent_as_it_is(open_page, received, tmp_path):
    """Meanwhile one can draw, and the drawing is read at once; the photo's answer comes too late."""
    photo = np.random.default_rng(0).integers(0, 256, (2400, 3200, 3), dtype=np.uint8)
    Image.fromarray(photo).save(tmp_path / "big.jpg", quality=95)
    size = (tmp_path / "big.jpg").stat().st_size
    assert size > 5_000_000
    page = open_page()
    held = []
    page.route("**/api/read", lambda route: held.append(route), times=1)
    page.get_by_label("A photo, scan or screenshot").set_input_files(tmp_path / "big.jpg")
    while not held:
        page.wait_for_timeout(20)
    browsers.draw(page, browsers.SEVEN)
    expect(headline(page)).to_contain_text("7")
    held[0].continue_()
    settle(page)
    expect(headline(page)).to_contain_text("7")
    assert size in received


LARGEST = uploads.LARGEST_BODY


@pytest.mark.parametrize(
    ("name", "size", "sentence"),
    [
        ("empty.png", 0, "The picture's file is empty"),
        ("huge.jpg", LARGEST + 1, f"The picture's file is larger than {LARGEST // 1024**2} MB"),
    ],
)
def test_what_cannot_be_read_is_not_sent(open_page, tmp_path, name, size, sentence):
    with open(tmp_path / name, "wb") as file:
        file.truncate(size)
    page = open_page()
    asked = be_busy(page, 0)
    page.get_by_label("A photo, scan or screenshot").set_input_files(tmp_path / name)
    expect(headline(page)).to_contain_text(sentence)
    assert not asked
    browsers.draw(page, browsers.SEVEN)
    expect(headline(page)).to_contain_text("7")


def test_what_the_server_says_of_a_file_is_shown(open_page, tmp_path):
    """Whatever kind of file it is, and as large as the server takes it."""
    sentence = "Photos of this kind cannot be read."
    with open(tmp_path / "IMG_0001.HEIC", "wb") as file:
        file.write(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
        file.truncate(LARGEST)
    page = open_page()
    page.route("**/api/read", lambda route: route.fulfill(status=422, json={"error": sentence}))
    page.get_by_label("A photo, scan or screenshot").set_input_files(tmp_path / "IMG_0001.HEIC")
    expect(headline(page)).to_have_text(sentence)


def test_no_digit_is_an_answer_with_a_bar_of_its_own(open_page):
    """A letter would be called a digit on the page, whatever the network said."""
    probabilities = [0.01, 0.02, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.89]
    mark = {"digit": None, "sure": True, "probabilities": probabilities}
    mark |= {"box": [0.2, 0.2, 0.8, 0.8], "image": [0] * 784}
    page = open_page()
    page.route("**/api/read", lambda route: route.fulfill(json={"digits": [mark]}))
    show_file(page)
    expect(headline(page)).to_have_text("This is no digit (89 %).")
    bars = page.locator(".digits-bars li")
    expect(bars).to_have_count(11)
    expect(bars.last).to_contain_text("none")
    expect(page.locator(".digits-most")).to_have_text(["none89 %"])
    # Both at once: a later reading of the same drawing puts new bars in their place.
    ends, begins = bars.last.evaluate(
        """bar => [bar.querySelector(".digits-name").getBoundingClientRect().right,
                   bar.querySelector(".digits-track").getBoundingClientRect().left]"""
    )
    assert ends <= begins
    unsure, seven = mark | {"sure": False}, mark | {"digit": 7, "probabilities": [0.0] * 11}
    page.route("**/api/read", lambda route: route.fulfill(json={"digits": [seven, mark, unsure]}))
    show_file(page)
    expect(headline(page)).to_have_text("I read 7 – –?.")


def test_bars_are_as_wide_as_probabilities(open_page):
    """And the words say how sure the network is."""
    probabilities = [0.01, 0.0, 0.05, 0.02, 0.6, 0.0, 0.02, 0.0, 0.0, 0.27, 0.03]
    mark = {"digit": 4, "sure": False, "probabilities": probabilities}
    mark |= {"box": [0.2, 0.2, 0.8, 0.8], "image": [0] * 784}
    page = open_page()
    page.route("**/api/read", lambda route: route.fulfill(json={"digits": [mark]}))
    show_file(page)
    expect(headline(page)).to_have_text("I don't know. Perhaps 4 (60 %)?")
    shares = page.locator(".digits-bar").evaluate_all(
        """bars => bars.map(bar => bar.getBoundingClientRect().width
                                   / bar.parentElement.getBoundingClientRect().width)"""
    )
    assert shares == pytest.approx(probabilities, abs=0.005)
    values = page.locator(".digits-value").all_inner_texts()
    assert values == [f"{round(100 * share)} %" for share in probabilities]
    page.unroute("**/api/read")
    page.route("**/api/read", lambda route: route.fulfill(json={"digits": [mark | {"sure": True}]}))
    show_file(page)
    expect(headline(page)).to_have_text("I read 4 (60 %).")


def test_what_is_sure_unsure_or_no_digit_is_read_heard_and_seen_as_such(open_page):
    """A screen reader says neither dashes nor question marks, and who sees no colours sees lines."""
    mark = {"probabilities": [0.0] * 11, "box": [0.1, 0.2, 0.3, 0.8], "image": [0] * 784}
    digits = [mark | {"digit": one, "sure": sure} for one in (7, 0, None) for sure in (True, False)]
    page = open_page()
    page.route("**/api/read", lambda route: route.fulfill(json={"digits": digits}))
    show_file(page)
    expect(headline(page)).to_have_text("I read 7 7? 0 0? – –?.")
    expect(page.locator(".digits-spoken")).to_have_text(
        "I read 7, perhaps 7, 0, perhaps 0, no digit, perhaps no digit."
    )
    lines = page.locator(".digits-box").evaluate_all(
        "boxes => boxes.map(box => getComputedStyle(box).borderTopStyle)"
    )
    assert lines == ["solid", "dashed", "solid", "dashed", "dotted", "dotted"]
    likely = [0.97, *[0.003] * 10]
    page.unroute("**/api/read")
    one = mark | {"digit": 0, "sure": True, "probabilities": likely}
    page.route("**/api/read", lambda route: route.fulfill(json={"digits": [one]}))
    show_file(page)
    expect(headline(page)).to_have_text("I read 0 (97 %).")
    expect(page.locator(".digits-most")).to_have_text(["097 %"])


# ---------------------------------------------------------------- boxes over what was read

STROKES = [[(0.1 + 0.3 * x, 0.2 + 0.6 * y) for x, y in browsers.SEVEN], [(0.75, 0.3), (0.75, 0.8)]]
PEN = 0.0375  # half of the pen's width, in shares of the drawing area
NO_DIGIT = {"digit": None, "sure": True, "box": [0.1, 0.2, 0.25, 0.8]}
UNSURE = {"digit": 4, "sure": False, "box": [0.4, 0.2, 0.6, 0.8]}
SURE = {"digit": 7, "sure": True, "box": [0.75, 0.2, 0.9, 0.8]}


def as_answer(*marks) -> dict:
    """The server's answer for these marks."""
    rest = {"probabilities": [0.0] * 11, "image": [0] * 784}
    return {"digits": [rest | mark for mark in marks]}


def boxes_over(layer) -> list[tuple]:
    """The boxes over a picture, in shares of it: left, top, right and bottom, without the air around the ink."""
    (found,) = layer.evaluate_all(
        """layers => layers.map(layer => {
            const all = layer.getBoundingClientRect();
            return [...layer.querySelectorAll('.digits-box')].map(box => {
                const {left, top, right, bottom} = box.getBoundingClientRect();
                const across = x => (x - all.left) / all.width, down = y => (y - all.top) / all.height;
                return [across(left + 6), down(top + 6), across(right - 6), down(bottom - 6)];
            });
        })"""
    )
    return found


def over_drawing(page):
    return page.locator(".digits-frame .digits-boxes")


def preview(page):
    return page.locator(".digits-preview")


def two_sevens_as(path, orientation) -> None:
    """Save the photo of two digits; turned as a telephone's camera was, if the orientation says so."""
    turned = {1: None, 6: Image.Transpose.ROTATE_90, 3: Image.Transpose.ROTATE_180}[orientation]
    photo, exif = two_sevens(), Image.Exif()
    exif[0x0112] = orientation
    (photo.transpose(turned) if turned is not None else photo).save(path, exif=exif)


def test_boxes_lie_around_what_was_drawn(open_page):
    page = open_page()
    names = page.locator("#pad").aria_snapshot().replace(" [disabled]", "")
    for stroke in STROKES:
        draw_with_mouse(page, stroke)
    labels = over_drawing(page).locator(".digits-box")
    expect(labels).to_have_count(2)
    assert headline(page).inner_text() == f"I read {' '.join(labels.all_inner_texts())}."
    assert "7" in labels.first.inner_text()
    for box, stroke in zip(boxes_over(over_drawing(page)), STROKES, strict=True):
        expected = [*(np.min(stroke, axis=0) - PEN), *(np.max(stroke, axis=0) + PEN)]
        assert box == pytest.approx(expected, abs=0.02)
    assert page.locator("#pad").aria_snapshot().replace(" [disabled]", "") == names
    expect(over_drawing(page)).to_have_attribute("aria-hidden", "true")
    before = ink(page)
    draw_with_mouse(page, [(0.2, 0.6), (0.45, 0.6)])
    assert ink(page) > before, "a box keeps nobody from drawing"


@pytest.mark.parametrize(
    ("name", "orientation"),
    [("two.jpg", 1), ("turned.jpg", 6), ("turned.png", 3), ("two.webp", 1)],
)
@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_file_is_shown_with_boxes_over_it(open_page, tmp_path, name, orientation, options):
    """Upright, as the server reads it, and no wider than its column."""
    two_sevens_as(tmp_path / name, orientation)
    page = open_page(**options)
    page.get_by_label("A photo, scan or screenshot").set_input_files(tmp_path / name)
    picture = page.get_by_role("img", name=f"The picture {name}")
    expect(picture).to_be_visible()
    expect(preview(page).locator(".digits-box")).to_have_count(2)
    shown, column = (place.bounding_box() for place in (picture, page.locator("#reading")))
    for label in preview(page).locator(".digits-label").all():
        box = label.locator("..").bounding_box()
        assert label.bounding_box()["y"] + label.bounding_box()["height"] <= box["y"], "above"
    assert shown["width"] / shown["height"] == pytest.approx(400 / 240, rel=0.02)
    assert 200 < shown["width"] <= column["width"]
    assert preview(page).locator(".digits-boxes").bounding_box() == shown
    expected = [[left / 400, 60 / 240, (left + 80) / 400, 190 / 240] for left in (70, 230)]
    for box, place in zip(
        boxes_over(preview(page).locator(".digits-boxes")), expected, strict=True
    ):
        assert box == pytest.approx(place, abs=0.03)
    expect(over_drawing(page).locator(".digits-box")).to_have_count(0)
    seen = np.asarray(Image.open(io.BytesIO(picture.screenshot())).convert("L")) / 255
    for across in (110 / 400, 270 / 400):
        for down, is_ink in ((67 / 240, True), (0.9, False)):
            place = seen[int(down * len(seen)), int(across * len(seen[0]))]
            assert place < 0.3 if is_ink else place > 0.7


def test_preview_goes_when_somebody_draws(open_page, tmp_path):
    """And the memory for the file with it."""
    two_sevens().save(tmp_path / "two.png")
    count = """for (const name of ["createObjectURL", "revokeObjectURL"]) {
        const original = URL[name];
        URL[name] = (what) => ((window[name] = (window[name] ?? 0) + 1), original.call(URL, what));
    }"""
    page = open_page(before=lambda page: page.add_init_script(count))
    for _ in range(2):
        page.get_by_label("A photo, scan or screenshot").set_input_files(tmp_path / "two.png")
        expect(preview(page).locator(".digits-box")).to_have_count(2)
        draw_with_mouse(page, STROKES[1])
        expect(preview(page).locator("*")).to_have_count(0)
        expect(over_drawing(page).locator(".digits-box")).to_have_count(1)
    assert page.evaluate("[createObjectURL, revokeObjectURL]") == [2, 2]


def test_file_that_the_browser_cannot_show_is_read_all_the_same(open_page, tmp_path):
    """Its marks have no picture to lie on, and the empty drawing area is none."""
    two_sevens().save(tmp_path / "two.tiff")
    two_sevens().save(tmp_path / "two.png")
    page = open_page()
    upload = page.get_by_label("A photo, scan or screenshot")
    draw_with_mouse(page, STROKES[1])
    expect(over_drawing(page).locator(".digits-box")).to_have_count(1)
    held = []
    page.route("**/api/read", lambda route: held.append(route), times=1)
    upload.set_input_files(tmp_path / "two.png")
    while not held:
        page.wait_for_timeout(20)
    expect(page.locator(".digits-box")).to_have_count(0)
    held[0].continue_()
    expect(preview(page).locator(".digits-box")).to_have_count(2)
    upload.set_input_files(tmp_path / "two.tiff")
    settle(page)
    expect(page.locator(".digits-one")).to_have_count(2)
    expect(page.locator("img")).to_have_count(0)
    expect(page.locator(".digits-box")).to_have_count(0)
    expect(preview(page)).to_be_hidden()


def test_picture_of_another_file_does_not_come_late(open_page, tmp_path):
    """Of two files the first may take longer to decode."""
    for name in ("large.png", "small.png"):
        two_sevens().save(tmp_path / name)
    slow = """const decode = HTMLImageElement.prototype.decode;
    HTMLImageElement.prototype.decode = async function () {
        await decode.call(this);
        if (this.alt.includes("large")) await new Promise((resolve) => setTimeout(resolve, 500));
    };"""
    page = open_page(before=lambda page: page.add_init_script(slow))
    for name in ("large.png", "small.png"):
        page.get_by_label("A photo, scan or screenshot").set_input_files(tmp_path / name)
    page.wait_for_timeout(1000)
    pictures = preview(page).get_by_role("img").evaluate_all("all => all.map(each => each.alt)")
    assert pictures == ["The picture small.png"]


@pytest.mark.parametrize(("way", "times"), [("Clear", 1), ("Undo", 2)])
def test_boxes_vanish_with_the_drawing(open_page, way, times):
    """At once, not after the next reading."""
    page = open_page()
    for stroke in STROKES:
        draw_with_mouse(page, stroke)
    expect(page.locator(".digits-box")).to_have_count(2)
    left = page.get_by_role("button", name=way).evaluate(
        """(button, times) => {
            for (let time = 0; time < times; time++) button.click();
            return document.querySelectorAll('.digits-box').length;
        }""",
        times,
    )
    assert left == 0
    settle(page)
    expect(page.locator(".digits-box")).to_have_count(0)
    expect(headline(page)).to_have_text("Draw a digit.")


@pytest.mark.parametrize("colours", COLOURS, ids=lambda colours: "-".join(colours.values()))
def test_boxes_tell_by_line_and_label_what_was_read(open_page, colours):
    """Whoever sees no colours, or has chosen their own, sees the same."""
    page = open_page(**colours)
    answer = as_answer(NO_DIGIT, UNSURE, SURE)
    page.route("**/api/read", lambda route: route.fulfill(json=answer))
    show_file(page)
    boxes = page.locator(".digits-box")
    expect(boxes).to_have_text(["–", "4?", "7"])
    styles = boxes.evaluate_all("all => all.map(box => getComputedStyle(box).borderTopStyle)")
    assert styles == ["dotted", "dashed", "solid"]
    picture = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB")) / 255
    for box in boxes.all():
        area = {name: round(value) for name, value in box.bounding_box().items()}
        line = picture[area["y"] + 10 : area["y"] + area["height"] - 10, area["x"]]
        assert max(contrast(tuple(colour)) for colour in line) >= 3
        colour = box.locator(".digits-label").evaluate("label => getComputedStyle(label).color")
        rgb = tuple(int(part) / 255 for part in re.findall(r"\d+", colour))
        assert contrast(rgb) >= 4.5, "small text"


@pytest.mark.parametrize(
    ("top", "bottom"), [(0.3, 0.7), (0.01, 0.7), (0.3, 0.99), (0.01, 0.99), (0.0, 1.0)]
)
def test_label_is_seen_wherever_the_box_is(open_page, top, bottom):
    """Above it, or below where that would be cut off; and one box alone is thin."""
    page = open_page()
    draw_with_mouse(page, [(0.45, top + PEN), (0.45, bottom - PEN)])
    label, area = (
        page.locator(name).bounding_box() for name in (".digits-label", ".digits-canvas")
    )
    assert area["y"] <= label["y"] and label["y"] + label["height"] <= area["y"] + area["height"]
    box = page.locator(".digits-box").bounding_box()
    if bottom - top < 0.9:
        assert label["y"] + label["height"] <= box["y"] or label["y"] >= box["y"] + box["height"]
    expect(page.locator(".digits-box")).to_have_css("border-top-width", "1px")


# ---------------------------------------------------------------- small windows, keyboard, forced colours, ears


@pytest.mark.parametrize("text_size", ["100%", "200%"])
def test_nothing_is_wider_than_the_window(open_page, tmp_path, text_size):
    """One reading, two, and a sentence. At 200 % a browser's zoom makes 640 pixels of 1280, and 320 at 400 %."""
    two_sevens().save(tmp_path / "two.png")
    word = 20 * "photograph"
    page = open_page()
    upload = page.get_by_label("A photo, scan or screenshot")

    def refuse():
        page.route("**/api/read", lambda route: route.fulfill(status=422, json={"error": word}))
        show_file(page)

    page.locator("html").evaluate("(page, size) => { page.style.fontSize = size }", text_size)
    for show, shown in (
        (lambda: browsers.draw(page, browsers.SEVEN), "7 ("),
        (lambda: upload.set_input_files(tmp_path / "two.png"), "7 7"),
        (refuse, word),
    ):
        show()
        settle(page)
        expect(headline(page)).to_contain_text(shown)
        for width in [*range(280, 1401, 20), *range(604, 700, 4)]:
            page.set_viewport_size({"width": width, "height": 800})
            sizes = page.evaluate("[innerWidth, document.documentElement.scrollWidth]")
            assert sizes == [width, width]
        page.set_viewport_size({"width": 1280, "height": 720})


def test_keyboard_keeps_its_place(open_page):
    """Undo and Clear, as buttons, as Ctrl+Z and as a Mac's Command+Z, also when they leave nothing to undo."""
    page = open_page()
    canvas = page.locator(".digits-canvas")
    undo, clear = page.get_by_role("button", name="Undo"), page.get_by_role("button", name="Clear")
    ways = [(undo, "Enter"), (clear, "Space"), (canvas, "Control+z"), (clear, "Meta+z")]
    for focused, key in ways:
        canvas.focus()
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Space")
        assert ink(page) > 0
        focused.focus()
        page.keyboard.press(key)
        assert ink(page) == 0
        expect(clear).to_be_disabled()
        expect(focused).to_be_focused()


@pytest.mark.parametrize("colours", COLOURS, ids=lambda colours: "-".join(colours.values()))
def test_focus_is_seen(open_page, colours):
    """On each control in turn, from the first to the last."""
    page = open_page(**colours)
    controls = [
        page.locator(".digits-canvas"),
        page.get_by_role("button", name="Undo"),
        page.get_by_role("button", name="Clear"),
        page.get_by_role("button", name="Example"),
        page.get_by_label("A photo, scan or screenshot"),
    ]
    for control in controls:
        before = brightness(control)
        page.keyboard.press("Tab")
        expect(control).to_be_focused()
        # The upper edge and what is around it; some way from the corners, which are round.
        changed = np.abs(brightness(control) - before)[:10, 20:-20].max(axis=0)
        assert (changed > 0.4).all(), control


@pytest.mark.parametrize("colours", COLOURS, ids=lambda colours: "-".join(colours.values()))
def test_coloursthat_the_reader_has_chosen(open_page, colours):
    page = open_page(**colours)
    draw_with_mouse(page, browsers.SEVEN)
    expect(headline(page)).to_contain_text("7")
    track = brightness(page.locator(".digits-most .digits-track"))
    middle = track[len(track) // 2]
    assert abs(middle[10] - middle[1]) > 0.4, "the bar is seen"
    area = brightness(page.locator(".digits-frame"))
    assert np.abs(area[:, 6:8].mean() - area[:, :4].mean()) > 0.4, "the border is seen"
    assert abs(area[20, 20] - area.min()) > 0.9, "the ink is seen on its paper"


def test_screen_reader_says_what_is_read_in_the_end(open_page):
    """Not each reading while somebody draws. The test sets the page's clock forward."""
    page = open_page(before=lambda page: page.clock.install(time=0))
    page.clock.pause_at(60)
    status = page.get_by_role("status").last
    expect(status).to_have_text("Draw a digit.")
    status.evaluate(
        """status => {
            window.said = [];
            new MutationObserver(() => said.push(status.textContent)).observe(status, {childList: true});
        }"""
    )
    shown = set()
    box = page.locator(".digits-canvas").bounding_box()
    page.mouse.move(box["x"] + 80, box["y"] + 60)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(box["x"] + 80 + 10 * step, box["y"] + 60)
        page.clock.run_for(100)
        settle(page)
        shown.add(headline(page).inner_text())
    page.mouse.up()
    assert len(shown) > 1 and page.evaluate("said") == []
    page.clock.run_for(1000)
    assert page.evaluate("said") == [headline(page).inner_text()]


@pytest.mark.parametrize("options", [{}, PHONE | {"color_scheme": "dark"}], ids=["light", "phone"])
def test_axe_finds_nothing(open_page, options):
    """Axe knows what keeps people with disabilities out; with a drawing, and with a file's reading."""
    page = open_page(**options)
    for show in (lambda: browsers.draw(page, browsers.SEVEN), lambda: show_file(page)):
        show()
        settle(page)
        assert page.locator(".digits-bars").count()
        problems = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in problems] == []


# ---------------------------------------------------------------- a server that is busy or gone


def test_busy_server_is_asked_again(open_page):
    """Whoever was refused is read in the end: the newest picture, after the pause that the server asked for."""
    page = open_page()
    asked = be_busy(page, 1, "1")
    show_file(page, "one.png")
    expect(headline(page)).to_have_text(WAITING)
    show_file(page, "other.png")
    expect(headline(page)).to_have_text(WAITING)
    expect(headline(page)).to_contain_text("7 7")
    settle(page)
    assert len(asked) == 2, "what is outdated is not sent any more"
    first, second = (request.timing["startTime"] for request in asked)
    assert second - first >= 1000


def test_file_that_was_drawn_over_is_not_sent_again(open_page):
    page = open_page()
    asked = be_busy(page, 1, "1")
    show_file(page)
    expect(headline(page)).to_have_text(WAITING)
    browsers.draw(page, browsers.SEVEN)
    expect(headline(page)).to_contain_text("I read 7")
    page.wait_for_timeout(2000)
    expect(headline(page)).to_contain_text("I read 7")
    assert len(asked) == 1


@pytest.fixture
def open_paused(open_page):
    """A function that opens the page with a clock that only the test sets forward, and with chance as told."""

    def open_(chance):
        def prepare(page):
            page.clock.install(time=0)
            page.add_init_script(f"Math.random = () => {chance}")

        page = open_page(before=prepare)
        page.clock.pause_at(60)
        return page

    return open_


@pytest.mark.parametrize(
    ("retry_after", "chance", "pause"),
    [("0", 0, 0.5), ("3", 0, 3), ("3", 1, 4.5), ("600", 1, 10), ("Fri, 1 Jan 2100", 0, 0.5)],
)
def test_pause_before_a_busy_server_is_asked_again(open_paused, retry_after, chance, pause):
    """As long as the server says, within limits, and by chance up to half as long again."""
    page = open_paused(chance)
    asked = be_busy(page, 10, retry_after)
    show_file(page)
    for count in (1, 2):
        settle(page)
        assert len(asked) == count
        page.clock.run_for(round(1000 * pause) - 10)
        settle(page)
        assert len(asked) == count, "too early"
        page.clock.run_for(20)
    settle(page)
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("answer", "patience", "sentence"),
    [
        (
            lambda route: route.fulfill(
                status=503, headers={"Retry-After": "8"}, json={"error": BUSY}
            ),
            120,
            BUSY,
        ),
        (lambda route: route.abort(), 10, "The server does not answer."),
    ],
    ids=["busy", "gone"],
)
def test_server_is_not_asked_for_ever(open_paused, answer, patience, sentence):
    page = open_paused(chance=0)
    page.route("**/api/read", answer)
    show_file(page)
    settle(page)
    waited = 0
    while headline(page).inner_text() == WAITING and waited < 2 * patience:
        page.clock.run_for(1000)
        waited += 1
        page.wait_for_timeout(60)
    expect(headline(page)).to_contain_text(sentence)
    assert patience - 1 <= waited <= patience + 10
    page.unroute("**/api/read")
    page.clock.resume()
    show_file(page, "again.png")
    expect(headline(page)).to_contain_text("7 7")


def test_network_that_fails_for_a_moment(open_page):
    page = open_page()
    page.route("**/api/read", lambda route: route.abort(), times=1)
    show_file(page)
    expect(headline(page)).to_have_text(WAITING)
    expect(headline(page)).to_contain_text("7 7")
