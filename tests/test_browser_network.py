"""What the browser computes, in a real one: a network's answers beside Keras's, a drawing's marks beside Python's."""

import base64
import functools
import http.server
import io
import threading

import browsers
import drawings
import numpy as np
import pytest
from digits import handwriting
from digits.drawpad.widget import FOLDER
from digits.handwriting import learning, reading
from digits.training import shipping
from PIL import Image
from test_shipping import KINDS, made_with

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = pytest.mark.slow
NETWORK = """async ({file, images, flat}) => {
    const {readNetwork, probabilities} = await import("./network.js");
    const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
    const network = readNetwork(bytes(file));
    const values = new Float32Array(bytes(images).buffer);
    const answers = [];
    for (let start = 0; start < values.length; start += 784)
        answers.push([...probabilities(network, values.subarray(start, start + 784))]);
    return answers;
}"""
DRAWING = """async (drawings) => {
    const {drawStrokes, inkOn} = await import("./pad.js");
    const {readNetwork} = await import("./network.js");
    const {readDrawing} = await import("./reader.js");
    const {marksOf} = await import("./drawing.js");
    const network = readNetwork(new Uint8Array(await (await fetch("network.bin")).arrayBuffer()));
    const canvas = Object.assign(document.createElement("canvas"), {width: 280, height: 280});
    return drawings.map((strokes) => {
        drawStrokes(canvas.getContext("2d"), 280, strokes);
        const ink = inkOn(canvas);
        const started = performance.now();
        const reading = readDrawing(ink, network);
        const milliseconds = performance.now() - started;
        const marks = marksOf(ink).map((mark) => [mark, ...mark.parts].map((one) => [...one.image]));
        return {png: canvas.toDataURL("image/png"), reading, marks, milliseconds};
    });
}"""


@pytest.fixture(scope="module")
def page():
    """An empty page of a plain file server, beside the pad's files."""

    class Silent(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments) -> None:
            pass

    handler = functools.partial(Silent, directory=str(FOLDER))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with playwright.sync_playwright() as launcher:
        browser = browsers.launch(launcher)
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/pad.css")
        yield page
        browser.close()
    server.shutdown()


def answers_in(page, file: bytes, images: np.ndarray) -> np.ndarray:
    """What the browser makes of images, with the network of a file."""
    asked = {
        "file": base64.b64encode(file).decode(),
        "images": base64.b64encode(images.astype("<f4").tobytes()).decode(),
    }
    return np.array(page.evaluate(NETWORK, asked))


def test_shipped_network_answers_as_in_keras(page, full_mnist):
    images = full_mnist["x_test"][:1000].reshape(1000, 784) / np.float32(255)
    expected = reading.load_reader().probabilities(images)
    found = answers_in(page, reading.SHIPPED.read_bytes(), images)
    np.testing.assert_allclose(found, expected, atol=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_your_network_answers_as_in_keras(page, kind):
    network = made_with(kind)
    images = np.random.default_rng(0).random((50, 784), dtype=np.float32)
    found = answers_in(page, shipping.network_file(network, learning.ANSWERS[:10]), images)
    np.testing.assert_allclose(found, network.predict(images, verbose=0), atol=5e-3)


def test_drawings_are_read_as_in_python(page):
    """The same marks, nearly the same 28 x 28 pixels, and in 99 of 100 the same answers, within milliseconds."""
    reader, same, apart = reading.load_reader(), [], []
    found = page.evaluate(DRAWING, drawings.drawings(200))
    for one in found:
        picture = Image.open(io.BytesIO(base64.b64decode(one["png"].split(",")[1]))).convert("RGB")
        try:
            marks = handwriting.readings_in(np.asarray(picture))
        except ValueError:  # it is too small
            same.append("notice" in one["reading"])
            continue
        expected = reading.decided(marks, reader.probabilities(reading.images_of(marks)))
        in_python = [each.as_json() for each in expected]
        in_browser = one["reading"]["digits"]
        answers = [[each["digit"] for each in those] for those in (in_python, in_browser)]
        same.append(answers[0] == answers[1])
        assert len(marks) == len(one["marks"])
        for mark, images in zip(marks, one["marks"], strict=True):
            assert len(images) == 1 + len(mark.parts)
            for each, image in zip((mark, *mark.parts), images, strict=True):
                apart.append(np.abs(np.reshape(image, (28, 28)) - each.image).mean())
        for each, other in zip(in_python, in_browser, strict=True):
            assert other["box"] == pytest.approx(each["box"], abs=0.01)
    assert np.mean(same) >= 0.98
    # In few places a stroke's middle line, and so its thickness, comes out otherwise.
    half, most = np.quantile(apart, [0.5, 0.95])
    assert half < 0.001 and most < 0.04
    assert np.median([one["milliseconds"] for one in found]) < 40, "8 where nothing else runs"
