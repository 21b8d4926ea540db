"""What the browser computes, in a real one: a network's answers beside Keras's, a drawing's marks beside Python's."""

import base64
import io
import re

import browsers
import drawings
import numpy as np
import pytest
from digits import handwriting
from digits.drawpad.widget import FOLDER
from digits.handwriting import learning, mnist_form, reading, regions, segmentation, strokes
from digits.handwriting import page as page_stage
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
    """A page of a plain file server, beside the pad's files."""
    with browsers.served(FOLDER) as address, browsers.launched() as browser:
        page = browser.new_page()
        page.goto(f"{address}pad.css")
        yield page


def constants_of(*names: str) -> dict[str, float]:
    """The numbers that files of JavaScript begin with, by their names."""
    text = "\n".join((FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in names)
    found = re.findall(r"^(?:export )?const (\w+) = ([\d.]+);", text, re.MULTILINE)
    for several, values in re.findall(r"^const \[(.+)\] = \[(.+)\];", text, re.MULTILINE):
        found += zip(several.split(", "), values.split(", "), strict=True)
    return {name: float(value) for name, value in found}


def test_constants_are_those_of_python():
    """They stand in two languages; changed in one alone, drawings and pictures would be judged differently."""
    found = constants_of("drawing", "form", "parting", "reader")
    of_stages = ("smallest_side", "paper_below", "ink_above", "stroke_above", "smallest_digit")
    for name in (*of_stages, "smallest_part", "thinnest", "thickest"):
        assert found.pop(name.upper()) == getattr(handwriting.STANDARD, name), name
    for module, names in {
        reading: ("UNSURE_BELOW", "SURE_APART", "MARKS_OF_A_TEXT", "DIGITS_IN_A_TEXT"),
        page_stage: ("DRAWN", "MARGIN"),
        strokes: ("OF_FEW_PIXELS",),
        regions: ("FEWEST_PIXELS",),
        mnist_form: ("CENTRE",),
        segmentation: (
            "WIDE",
            "WIDER",
            "USUAL_WIDTH",
            "BARE",
            "ENOUGH",
            "REST",
            "DOT",
            "DASH",
            "FLAT",
        ),
    }.items():
        for name in names:
            there = getattr(module, name, None) or getattr(module, f"_{name}")
            assert found.pop(name) == there, name
    assert set(found) == {"STEPS"}, "of JavaScript alone"


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


def given_in(readings: list[dict]) -> list[int]:
    """The digits that are given as answers."""
    return [one["digit"] for one in readings if one["sure"] and one["digit"] is not None]


def test_drawings_are_read_as_in_python(page):
    """The same marks, nearly the same 28 x 28 pixels, and in 99 of 100 the same answers, within milliseconds."""
    reader, same, given, apart = reading.load_reader(), [], [], []
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
        given.append(given_in(in_python) == given_in(in_browser))
        same.append(answers[0] == answers[1])
        assert len(marks) == len(one["marks"])
        for mark, images in zip(marks, one["marks"], strict=True):
            assert len(images) == 1 + len(mark.parts)
            for each, image in zip((mark, *mark.parts), images, strict=True):
                apart.append(np.abs(np.reshape(image, (28, 28)) - each.image).mean())
        for each, other in zip(in_python, in_browser, strict=True):
            assert other["box"] == pytest.approx(each["box"], abs=0.01)
    assert np.mean(same) >= 0.98
    assert np.mean(given) >= 0.98
    # In few places a stroke's middle line, and so its thickness, comes out otherwise.
    half, most = np.quantile(apart, [0.5, 0.95])
    assert half < 0.001 and most < 0.04
    assert np.median([one["milliseconds"] for one in found]) < 40, "8 where nothing else runs"
