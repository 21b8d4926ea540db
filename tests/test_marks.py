"""What people send beside a plain digit: frames, axes, shadows, fine pens, strips, sums, numbers that touch.

Each picture is drawn here, and what stands on it is read by the nearest neighbours in the sample of MNIST, which know
nothing of paper: a picture that was prepared wrongly is read wrongly.
"""

import ast
import io
import re
import sys
import time

import notebook_files
import numpy as np
import pytest
from digits import charts, handwriting, series
from digits.dataset import mnist
from digits.handwriting import printed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter
from scipy import ndimage
from skimage import filters
from sklearn.neighbors import KNeighborsClassifier

# Digits as strokes in a square of side 1: places of (x, y), y downward.
STROKES = {
    "0": [[(0.5, 0), (0.2, 0.15), (0.1, 0.5), (0.2, 0.85), (0.5, 1), (0.8, 0.85), (0.9, 0.5), (0.8, 0.15), (0.5, 0)]],
    "1": [[(0.55, 0), (0.45, 1)]],
    "2": [[(0.1, 0.2), (0.35, 0), (0.7, 0.05), (0.8, 0.3), (0.5, 0.65), (0.1, 1), (0.9, 0.95)]],
    "3": [[(0.1, 0.05), (0.6, 0), (0.8, 0.2), (0.4, 0.45), (0.8, 0.6), (0.8, 0.85), (0.5, 1), (0.1, 0.92)]],
    "4": [[(0.2, 0), (0.1, 0.55), (0.8, 0.5)], [(0.75, 0), (0.65, 1)]],
    "5": [[(0.3, 0.05), (0.2, 0.45), (0.6, 0.45), (0.8, 0.7), (0.6, 0.95), (0.1, 1)], [(0.3, 0.05), (0.9, 0)]],
    "7": [[(0.05, 0.08), (0.85, 0), (0.35, 1)]],
    "+": [[(0.5, 0.25), (0.5, 0.85)], [(0.2, 0.55), (0.8, 0.55)]],
    "-": [[(0.2, 0.55), (0.8, 0.55)]],
    "=": [[(0.2, 0.45), (0.8, 0.45)], [(0.2, 0.65), (0.8, 0.65)]],
}  # fmt: skip


@pytest.fixture(scope="module")
def read(sample_file):
    """A function that reads a picture: the digits that are found on it, as text."""
    arrays = mnist.read(sample_file, mnist.SAMPLE_NAME)
    neighbours = KNeighborsClassifier(3).fit(
        arrays["x_train"].reshape(-1, 784) / 255, arrays["y_train"]
    )

    def of_picture(source) -> str:
        images = handwriting.digits_in(source)
        return "".join(map(str, neighbours.predict(np.reshape(images, (-1, 784)))))

    of_picture.images = lambda images: "".join(
        map(str, neighbours.predict(np.reshape(images, (-1, 784))))
    )
    return of_picture


def write(draw: ImageDraw.ImageDraw, text: str, left, top, height, pen, step=0.95, ink=0) -> None:
    """Draw digits with a round pen, one every so many heights."""
    for number, character in enumerate(text):
        for stroke in STROKES[character]:
            places = [
                (left + (number * step + 0.7 * x) * height, top + y * height) for x, y in stroke
            ]
            draw.line(places, fill=ink, width=pen, joint="curve")
            for x, y in places if pen > 3 else ():
                draw.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=ink)


def page(width=400, height=300, paper=250) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    picture = Image.new("L", (width, height), paper)
    return picture, ImageDraw.Draw(picture)


# ---------------------------------------------------------------- what stands around a digit


@pytest.mark.parametrize(
    "shape", ["box", "circle", "turned box", "table", "open axes", "touched box"]
)
@pytest.mark.parametrize("digit", ["7", "3"])
def test_frame_is_left_out_and_the_digit_in_it_is_read(read, shape, digit):
    picture, draw = page()
    if shape == "box":
        draw.rectangle((120, 60, 270, 220), outline=0, width=3)
    elif shape == "circle":
        draw.ellipse((110, 60, 270, 220), outline=0, width=3)
    elif shape == "turned box":
        draw.polygon([(120, 60), (270, 72), (258, 222), (108, 210)], outline=0, width=3)
    elif shape == "table":
        for x in (20, 120, 270, 380):
            draw.line((x, 60, x, 220), fill=0, width=2)
        for y in (60, 220):
            draw.line((20, y, 380, y), fill=0, width=2)
    elif shape == "open axes":
        draw.line([(100, 40), (100, 230), (320, 230)], fill=0, width=2)
        write(draw, "10", 70, 40, 10, 1)
        write(draw, "25", 200, 240, 10, 1)
    else:
        draw.rectangle((120, 92, 270, 205), outline=0, width=2)
    write(draw, digit, 160, 95, 100, 10)
    assert read(picture) == digit


def test_small_writing_beside_a_frame_is_left_out_and_large_is_read(read):
    picture, draw = page(600)
    draw.rectangle((120, 60, 270, 220), outline=0, width=3)
    write(draw, "7", 160, 95, 90, 9)
    write(draw, "25", 20, 225, 14, 2)
    assert read(picture) == "7"
    write(draw, "4", 350, 95, 90, 9)
    assert read(picture) == "74"


def test_zero_around_nothing_is_no_frame(read):
    picture, draw = page()
    write(draw, "0", 160, 60, 160, 6)
    assert read(picture) == "0"


def test_few_ruled_lines_go_and_what_stands_on_them_stays(read):
    """Squared paper in grey: its lines would be a net of strokes."""
    picture, draw = page()
    for place in range(20, 400, 50):
        draw.line((place, 0, place + 8, 300), fill=175, width=2)
        draw.line((0, place, 400, place - 8), fill=175, width=2)
    write(draw, "7", 160, 95, 100, 12)
    assert read(picture) == "7"
    on_lines, is_ruled = printed.ruled_lines((250 - np.asarray(picture, dtype=np.float32)) / 250)
    assert is_ruled and 0.1 < on_lines.mean() < 0.6


@pytest.mark.parametrize("seed", range(3))
def test_broken_lines_of_squared_paper_are_no_digits(seed):
    """Faintly printed, of each line only some stretches are seen."""
    random = np.random.default_rng(seed)
    picture, draw = page()
    for place in range(20, 400, 42):
        for start in range(0, 400, 14):
            for line in ((place, start, place, start + 10), (start, place, start + 10, place)):
                draw.line(line, fill=int(random.integers(90, 200)), width=2)
    with pytest.raises(ValueError, match="No digit"):
        handwriting.digits_in(picture.filter(ImageFilter.GaussianBlur(0.7)))


def test_four_ones_are_no_ruled_paper(read):
    picture, draw = page()
    write(draw, "1111", 60, 50, 190, 4, step=0.4)
    assert read(picture) == "1111"


# ---------------------------------------------------------------- how strong, how fine


@pytest.mark.parametrize("strength", [0.38, 0.5, 0.7])
@pytest.mark.parametrize("ruled", [False, True])
def test_faint_bar_of_a_five_is_kept(strength, ruled):
    """Without it, a 5 would look like a 3 or a 9; ruled lines of that strength go first."""
    picture, draw = page()
    if ruled:
        for row in range(30, 300, 60):
            draw.line((0, row, 400, row), fill=int(250 - 0.3 * 230), width=2)
    write(draw, "5", 150, 80, 130, 12, ink=20)
    plain = picture.copy()
    place = 150 + 0.3 * 0.7 * 130 + 8, 60, 150 + 130, 80 + 10
    top = np.asarray(picture, dtype=float).copy()
    rows, columns = slice(60, 92), slice(int(place[0]), int(place[2]))
    top[rows, columns] = 250 - strength * (250 - top[rows, columns])
    picture = Image.fromarray(np.round(top).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.6))
    (whole,) = handwriting.digits_in(plain.filter(ImageFilter.GaussianBlur(0.6)))
    (found,) = handwriting.digits_in(picture)
    assert found[:9, 14:].sum() > 0.7 * whole[:9, 14:].sum()


@pytest.mark.parametrize("size", [(640, 480), (1024, 768), (1280, 720)])
@pytest.mark.parametrize("digit", ["7", "2", "3", "0"])
def test_pencil_of_one_pixel_is_one_digit(read, size, digit):
    """A paint program's pencil: to reduce the picture as a photograph would break its line into pieces."""
    picture, draw = page(*size, paper=255)
    random = np.random.default_rng(0)
    for stroke in STROKES[digit]:
        places = np.array(stroke) * size[1] * 0.6 + (size[0] / 3, size[1] / 5)
        steps = np.linspace(0, len(places) - 1, 12 * len(places))
        line = [np.interp(steps, range(len(places)), along) for along in places.T]
        hand = np.transpose(line) + random.normal(scale=1.5, size=(len(steps), 2))
        draw.line([tuple(place) for place in hand], fill=0, width=1)
    assert read(picture) == digit


@pytest.mark.parametrize("pen", [1, 2, 3])
@pytest.mark.parametrize("digit", ["7", "0", "3", "4"])  # a fine 2 is a 1 to its neighbours
def test_crop_of_thin_strokes_is_a_digit(read, pen, digit):
    """45 pixels high, cut out without any paper around."""
    picture, draw = page(200, 200)
    write(draw, digit, 60, 60, 90, 2 * pen)
    ink = np.asarray(picture) < 128
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    crop = picture.crop((columns[0], rows[0], columns[-1] + 1, rows[-1] + 1))
    crop = crop.resize((crop.width // 2, crop.height // 2), Image.Resampling.BOX)
    assert read(crop) == digit


# ---------------------------------------------------------------- light


@pytest.mark.parametrize("lost", [0.35, 0.45, 0.6])
@pytest.mark.parametrize("softness", [1, 8])
def test_hard_shadow_over_half_of_the_page_is_no_ink(read, lost, softness):
    """Of a hand or a telephone: its edge runs through the digit."""
    picture, draw = page(800, 600)
    write(draw, "2", 300, 170, 260, 22, ink=30)
    y, x = np.mgrid[:600, :800]
    beyond = (x - 400 + 0.6 * (y - 300)) / softness
    light = 1 - lost / (1 + np.exp(-beyond.clip(-50, 50)))
    noise = np.random.default_rng(0).normal(scale=2, size=light.shape)
    photo = (np.asarray(picture) * light + noise).clip(0, 255).astype(np.uint8)
    assert read(photo) == "2"


@pytest.mark.parametrize("kind", ["array", "TIFF"])
def test_floats_from_0_to_1_are_read(read, kind, tmp_path):
    picture, draw = page()
    write(draw, "7", 150, 80, 130, 12)
    grey = np.asarray(picture, dtype=np.float32) / 255 * 0.94
    path = tmp_path / "grey.tif"
    Image.fromarray(grey).save(path)
    assert read(grey if kind == "array" else path) == "7"


# ---------------------------------------------------------------- several marks


def test_small_digits_beside_a_large_mark_are_kept(read):
    picture, draw = page(800, 500)
    write(draw, "2", 30, 40, 420, 30)
    write(draw, "374", 325, 150, 60, 7)
    assert read(picture) == "2374"


@pytest.mark.parametrize(("size", "count"), [((8000, 60), 60), ((1200, 60), 12), ((60, 1200), 1)])
def test_digits_that_fill_a_strip_are_read(read, size, count):
    picture, draw = page(*size)
    text = "72301" * (count // 5 + 1)
    if size[0] > size[1]:
        write(draw, text[:count], 20, 4, 50, 5, step=1.9)
        assert read(picture) == text[:count]
    else:
        write(draw, "7", 10, 600, 50, 5)
        assert read(picture) == "7"


def test_strip_that_is_no_line_of_writing_is_refused():
    with pytest.raises(ValueError, match=r"more than 200 times as long as wide: cut it"):
        handwriting.digits_in(np.zeros((8, 4000), np.uint8))


def test_signs_are_left_out(read):
    picture, draw = page(900)
    write(draw, "27+34-1=", 40, 100, 90, 9)
    assert read(picture) == "27341"
    picture, draw = page()
    write(draw, "+", 150, 100, 90, 9)
    with pytest.raises(ValueError, match="No digit"):
        read(picture)


@pytest.mark.parametrize("text", ["20", "73", "25", "02"])
def test_touching_digits_come_in_both_readings(read, text):
    """Who knows what digits look like decides; the pipeline says what there could be."""
    picture, draw = page()
    write(draw, text, 110, 90, 120, 11, step=0.55)
    [mark] = handwriting.readings_in(picture)
    np.testing.assert_array_equal(mark.image, handwriting.digits_in(picture)[0])
    parted = [part.image for part in mark.parts]
    assert len(parted) == 2 and all(part.shape == (28, 28) for part in parted)
    assert all(part.dtype == np.float32 and part.max() == 1 for part in parted)
    assert read.images(parted) == text


def test_plain_digits_are_not_doubtful():
    picture, draw = page()
    write(draw, "713", 40, 90, 100, 10)
    marks = handwriting.readings_in(picture)
    assert [mark.parts for mark in marks] == [(), (), ()]
    for mark, image in zip(marks, handwriting.digits_in(picture), strict=True):
        np.testing.assert_array_equal(mark.image, image)


def ink_within(picture, box):
    """The share of a picture's dark pixels that lie in a box."""
    rows, columns = np.nonzero(np.asarray(picture.convert("L")) < 100)
    left, top, right, bottom = box
    x, y = (columns + 0.5) / picture.width, (rows + 0.5) / picture.height
    return np.mean((left <= x) & (x <= right) & (top <= y) & (y <= bottom))


@pytest.mark.parametrize("size", [(480, 320), (2400, 1600), (60, 40)])
@pytest.mark.parametrize("on_a_table", [False, True])
def test_boxes_lie_around_the_marks_of_the_picture(size, on_a_table):
    """A page shows what was taken for what: not beside it, whatever was cut off or reduced on the way."""
    picture, draw = page(480, 320)
    write(draw, "7", 60, 100, 120, 12)
    write(draw, "2", 330, 60, 90, 12)
    picture = picture.resize(size)
    if on_a_table:
        sheet = picture
        picture = Image.new("RGB", (sheet.width * 2, sheet.height * 2), (70, 50, 30))
        picture.paste(sheet, (sheet.width // 2, sheet.height // 3))
        if max(picture.size) <= 120:
            pytest.skip("in so few pixels no sheet is looked for")
    marks = handwriting.readings_in(picture)
    assert len(marks) == 2
    on_sheet = picture if not on_a_table else sheet
    for mark in marks:
        left, top, right, bottom = mark.box
        if on_a_table:  # as parts of the sheet
            left, right = (2 * edge - 0.5 for edge in (left, right))
            top, bottom = (2 * edge - 1 / 3 for edge in (top, bottom))
        assert 0.3 < ink_within(on_sheet, (left, top, right, bottom)) < 0.7
        assert right - left < 0.4 and bottom - top < 0.55
    first, second = marks
    assert first.box[2] < second.box[0], "the 7 stands left of the 2"


@pytest.mark.parametrize("width", [0.45, 1])
@pytest.mark.parametrize("slant", [-0.3, 0, 0.5])
def test_slash_in_a_ring_is_part_of_a_0(width, slant):
    """The ring would be a frame, and what it holds a 1: a slashed 0 whose slash touches nothing, in any hand."""
    picture, draw = page(280, 280)
    for points in (
        [(80 * np.sin(turn), 110 * np.cos(turn)) for turn in np.linspace(0, 2 * np.pi, 60)],
        [(36, -56), (-36, 56)],
    ):
        draw.line([(140 + width * x - slant * y, 140 + y) for x, y in points], 0, 9, "curve")
    [slashed] = handwriting.readings_in(picture)
    assert slashed.box[2] - slashed.box[0] > 0.9 * width * 160 / 280


@pytest.mark.parametrize("lean", [0, 12])
def test_one_in_a_ring_is_no_slash(lean):
    """A 1 that somebody encircled would be read as a 0."""
    picture, draw = page(280, 280)
    draw.ellipse((40, 40, 240, 240), outline=0, width=9)
    draw.line((140 + lean, 90, 140 - lean, 190), fill=0, width=9)
    [encircled] = handwriting.readings_in(picture)
    assert encircled.box[3] - encircled.box[1] < 0.5


def test_dot_below_belongs_to_a_question_mark():
    """Without its dot a question mark is a 7."""
    picture, draw = page(280, 280)
    draw.line([(90, 80), (120, 50), (160, 60), (160, 90), (125, 130), (120, 165)], 0, 8, "curve")
    without = handwriting.readings_in(picture)
    draw.ellipse((98, 200, 110, 212), fill=0)
    with_dot = handwriting.readings_in(picture)
    assert len(with_dot) == len(without) == 1
    assert with_dot[0].box[3] > 210 / 280 > without[0].box[3]


def test_lines_for_a_readers_own_digit_run(tmp_path):
    """The first lines that a reader of notebook 09 types would end in a traceback."""
    picture, draw = page(3000, 4000)
    write(draw, "7", 900, 1100, 1700, 160)
    picture.filter(ImageFilter.GaussianBlur(6)).save(tmp_path / "mine.jpg")
    notebook = notebook_files.read(series.step("09"))
    cells = {cell.id: cell.source for cell in notebook.cells}
    names = {"np": np, "Image": Image, "ndimage": ndimage, "filters": filters}
    names |= {"handwriting": handwriting, "charts": charts}
    for number in ("09-010", "09-101"):
        tree = ast.parse(cells[number])
        tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        exec(compile(tree, number, "exec"), names)
    (lines,) = re.findall(r"```python\n(.*?)```", cells["09-103"], re.DOTALL)
    exec(lines.replace("my_digit.jpg", (tmp_path / "mine.jpg").as_posix()), names)
    (lines,) = re.findall(r"```python\n(.*?)```", cells["09-186"], re.DOTALL)
    exec(lines, names)
    seen = names["prepared_simply"](names["mine"])
    (expected,) = handwriting.digits_in(tmp_path / "mine.jpg")
    assert seen.shape == (28, 28) and np.abs(seen - expected).mean() < 0.06


# ---------------------------------------------------------------- anything, in time


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.integers(8, 120),
    columns=st.one_of(st.integers(8, 120), st.integers(400, 2000)),
    mode=st.sampled_from(["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I", "F", "HSV", "YCbCr"]),
    kind=st.sampled_from(["noise", "blocks", "lines", "shadow"]),
    seed=st.integers(0, 2**32 - 1),
)
def test_pictures_of_any_size_mode_and_kind_give_digits_or_a_sentence(
    rows, columns, mode, kind, seed
):
    random = np.random.default_rng(seed)
    grey = random.integers(0, 256, (rows, columns))
    if kind == "blocks":
        grey = np.kron(random.integers(0, 256, (rows // 8 + 1, columns // 8 + 1)), np.ones((8, 8)))
    elif kind == "lines":
        grey = np.where(random.random(columns) < 0.1, 0, 255) * np.ones((rows, 1))
        grey[random.random(rows) < 0.1] = 80
    elif kind == "shadow":
        grey = np.where(np.arange(columns) < random.integers(columns), 240, 120) * np.ones(
            (rows, 1)
        )
    picture = Image.fromarray(grey[:rows, :columns].astype(np.uint8)).convert(mode)
    for prepare in (
        handwriting.digits_in,
        lambda one: [mark.image for mark in handwriting.readings_in(one)],
    ):
        try:
            images = prepare(picture)
        except ValueError as error:
            assert str(error).endswith(".") and len(str(error)) > 20
        else:
            assert images
            for image in images:
                assert image.shape == (28, 28) and image.dtype == np.float32
                assert 0 <= image.min() <= image.max() <= 1


@pytest.mark.parametrize("kind", ["noise", "chequers", "dots", "grid", "rings"])
def test_no_pattern_takes_long(kind):
    """Thousands of parts, or one that is everywhere: two seconds of processor time are the limit.

    Where lines are counted, as beside mutants.py, Python takes several times as long.
    """
    y, x = np.mgrid[:500, :700]
    pattern = {
        "noise": np.random.default_rng(0).random(x.shape) < 0.3,
        "chequers": (x // 4 + y // 4) % 2 == 0,
        "dots": (x % 6 < 3) & (y % 6 < 3),
        "grid": (x % 16 < 2) | (y % 16 < 2),
        "rings": (np.hypot(x % 40 - 20, y % 40 - 20) // 3) % 3 == 0,
    }[kind]
    buffer = io.BytesIO()
    Image.fromarray(np.where(pattern, 20, 240).astype(np.uint8)).save(buffer, "PNG")
    started = time.thread_time()  # other threads' work is not the pipeline's
    try:
        handwriting.digits_in(buffer.getvalue())
    except ValueError as error:
        assert str(error).endswith(".")
    assert time.thread_time() - started < (2 if sys.gettrace() is None else 20)


def test_unknown_step_is_told():
    with pytest.raises(ValueError, match="There is no step"):
        handwriting.readings_in(
            np.zeros((20, 20)), handwriting.Preparation(without=frozenset(["thinking"]))
        )
