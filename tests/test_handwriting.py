"""Digits from pictures of any kind: read, found, and prepared as MNIST's were; or a clear reason why not."""

import io

import numpy as np
import pytest
from digits import handwriting
from digits.dataset import mnist
from digits.handwriting import (
    mnist_form,
    page,
    photographs_of,
    pictures,
    preparation,
    through_stages,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier


def seven(rows=120, columns=100, thickness=9, top=20, left=20, height=80, width=50) -> np.ndarray:
    """A drawn 7: float64, 0 for paper to 1 for ink."""
    picture = np.zeros((rows, columns))
    picture[top : top + thickness, left : left + width] = 1
    for step in np.linspace(0, 1, 4 * height):
        row, column = top + step * (height - thickness), left + width - thickness - step * width / 2
        picture[round(row) : round(row) + thickness, round(column) : round(column) + thickness] = 1
    return picture


def painted(ink: np.ndarray, paper=(1, 1, 1), pen=(0, 0, 0)) -> np.ndarray:
    """Ink of one colour on paper of another: uint8, shape (rows, columns, 3)."""
    mix = np.array(paper) * (1 - ink[:, :, None]) + np.array(pen) * ink[:, :, None]
    return np.round(255 * mix).astype(np.uint8)


@pytest.fixture(scope="module")
def expected():
    """What black on white gives."""
    (digit,) = handwriting.digits_in(painted(seven()))
    return digit


def nearest_neighbours() -> KNeighborsClassifier:
    """A plain classifier that has seen MNIST's digits, and never paper."""
    dataset = mnist.load()
    images = dataset.train_images.reshape(-1, 784) / 255
    return KNeighborsClassifier(3).fit(images, dataset.train_labels)


def same(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether two prepared digits differ by no more than anti-aliasing does."""
    return np.abs(first - second).mean() < 0.02


def difference(first: np.ndarray, second: np.ndarray) -> float:
    """Of two prepared digits, in the mean; one pixel to any side is what rounding may do to their place."""
    shifts = [(down, across) for down in (-1, 0, 1) for across in (-1, 0, 1)]
    return min(np.abs(np.roll(first, shift, (0, 1)) - second).mean() for shift in shifts)


# ---------------------------------------------------------------- how MNIST's digits are


def test_prepared_digit_is_as_mnist_made_them(expected):
    """28 x 28, the digit within 20 x 20 pixels, its centre of mass in the middle, strokes from 0 to 1."""
    assert expected.shape == (28, 28) and expected.dtype == np.float32
    assert expected.min() == 0 and expected.max() == 1
    rows, columns = np.nonzero(expected > 0.1)
    assert np.ptp(rows) + 1 in (19, 20) and np.ptp(columns) + 1 <= 20
    assert ndimage.center_of_mass(expected) == pytest.approx((14, 14), abs=0.51)
    assert ((expected > 0.1) & (expected < 0.9)).any(), "anti-aliased, with greys at the edges"


def test_centres_of_mass_lie_where_mnists_lie(full_mnist):
    """They are half a pixel beyond the middle: 14.0 and not 13.5, with rows and columns counted from 0."""
    images = full_mnist["x_train"][:400] / np.float32(255)
    prepared = [mnist_form.like_mnist(image) for image in images]
    centres = [[ndimage.center_of_mass(one) for one in those] for those in (images, prepared)]
    np.testing.assert_allclose(*np.mean(centres, axis=1), atol=0.05)


def test_aspect_is_kept():
    """A 1 is not stretched to the width of a 0."""
    bar = np.zeros((200, 120))
    bar[40:160, 55:67] = 1
    (digit,) = handwriting.digits_in(painted(bar))
    rows, columns = np.nonzero(digit > 0.3)
    assert np.ptp(rows) + 1 >= 19 and np.ptp(columns) + 1 <= 4


@pytest.mark.parametrize("thickness", [1, 3, 16, 26])
def test_strokes_get_the_thickness_that_mnist_knows(thickness):
    """Hair-thin lines would vanish on the way to 20 pixels, very fat ones would fill the digit."""
    picture = seven(240, 200, thickness, 40, 40, 160, 110)
    (digit,) = handwriting.digits_in(painted(picture))
    measured = mnist_form._thickness(ndimage.zoom(digit, 4, order=1)) / 4
    assert 1.2 <= measured <= preparation.STANDARD.thickest + 0.7
    assert digit.sum() > 25


# ---------------------------------------------------------------- paper, pen and place


@pytest.mark.parametrize(
    ("paper", "pen"),
    [
        ((1, 1, 1), (0.6, 0.6, 0.6)),
        ((0, 0, 0), (1, 1, 1)),
        ((0.1, 0.25, 0.15), (0.9, 0.95, 0.85)),
        ((0.95, 0.9, 0.6), (0.1, 0.2, 0.7)),
        ((0.6, 0.8, 0.6), (0.85, 0.3, 0.5)),
    ],
    ids=["grey pencil", "inverted", "blackboard", "blue on yellow", "colours of equal lightness"],
)
def test_colours_do_not_matter(expected, paper, pen):
    (digit,) = handwriting.digits_in(painted(seven(), paper, pen))
    assert same(digit, expected)


@pytest.mark.parametrize("place", [(0, 0), (20, 60), (150, 210)])
def test_place_does_not_matter(expected, place):
    """In a corner or in the middle, with much or little paper around it."""
    page = np.zeros((300, 320))
    page[place[0] : place[0] + 120, place[1] : place[1] + 100] = seven()
    (digit,) = handwriting.digits_in(painted(page))
    assert same(digit, expected)


@pytest.mark.parametrize("factor", [0.3, 2, 12])
def test_size_does_not_matter(expected, factor):
    picture = Image.fromarray(painted(seven()))
    size = round(picture.width * factor), round(picture.height * factor)
    (digit,) = handwriting.digits_in(picture.resize(size, Image.Resampling.BICUBIC))
    assert np.abs(digit - expected).mean() < 0.035


def test_uneven_light_is_taken_for_paper(expected):
    """Half of the page lies in a soft shadow, darker than the pen on the other half is light."""
    picture = painted(seven(), pen=(0.25, 0.25, 0.3)) / 255
    light = np.linspace(1, 0.35, picture.shape[1])[None, :, None]
    (digit,) = handwriting.digits_in((picture * light).astype(np.float32))
    assert same(digit, expected)


def test_lines_borders_and_specks_are_no_digits(expected):
    """Ruled paper, the table beside the sheet, and a crumb."""
    page = np.zeros((200, 240))
    page[40:160, 70:170] = seven()
    picture = painted(page).astype(float) / 255
    for row in (30, 110, 175):
        picture[row : row + 2] *= np.array([0.7, 0.8, 0.95])
    picture[:, 232:] = (0.35, 0.25, 0.2)
    picture[15:18, 20:23] = 0
    (digit,) = handwriting.digits_in(picture)
    assert np.abs(digit - expected).mean() < 0.03


def test_several_digits_are_found_in_reading_order():
    """Two lines of three: by their heights we know them again."""
    numbers = np.zeros((420, 600))
    widths = [[18, 40, 60], [66, 30, 50]]
    for line, top in enumerate((30, 230)):
        for number, width in enumerate(widths[line]):
            wobble = 8 * ((number + line) % 2)
            left = 40 + 190 * number
            numbers[top + wobble : top + wobble + 130, left : left + 110] = seven(
                130, 110, 9, 15, 20, 100, width
            )
    results = {stage.name: result for stage, result in through_stages(painted(numbers))}
    digits = results["digits"]
    found = [round(digit.ink.shape[1] * 600 / 480) for digit in digits]
    expected_widths = [width for line in widths for width in line]
    assert len(found) == 6
    assert np.argsort(found).tolist() == np.argsort(expected_widths).tolist()


def test_parts_of_one_digit_stay_together():
    """The bar of a 5 is often written apart from its bow, and belongs to it all the same."""
    five = np.zeros((200, 200))
    five[60:150, 70:80] = 1
    five[140:150, 70:130] = 1
    (without_bar,) = handwriting.digits_in(painted(five))
    five[40:48, 84:140] = 1  # the bar: above, beside, not connected
    (digit,) = handwriting.digits_in(painted(five))
    assert digit[:8, 16:].sum() > without_bar[:8, 16:].sum() + 3, "the bar is there"


# ---------------------------------------------------------------- cut out, tiny, or lying on a table


def test_cropped_digit_is_read_although_it_touches_all_sides(expected):
    """Who cuts a digit out leaves no paper around it, and often more ink than paper."""
    for thickness in (9, 14):
        around = painted(seven(thickness=thickness))
        (whole,) = handwriting.digits_in(around)
        (cropped,) = handwriting.digits_in(around[20:100, 20:70])
        assert difference(cropped, whole) < 0.035, thickness
    light_on_dark = 255 - painted(seven())[20:100, 20:70]
    assert difference(handwriting.digits_in(light_on_dark)[0], expected) < 0.035


@pytest.mark.parametrize("side", [8, 16])
@pytest.mark.parametrize("is_dark", [False, True])
def test_few_pixels_without_paper_around_lose_no_stroke(side, is_dark):
    """A bar along a side is a ruled line's end in a large picture, and a digit's part in one of 8 x 8 pixels."""
    digit = painted(seven(thickness=14)).min(axis=2)
    rows, columns = ndimage.find_objects((digit < 128).astype(int))[0]
    small = Image.fromarray(digit[rows, columns]).resize((side, side), Image.Resampling.BOX)
    values = np.asarray(small)
    on_paper = np.pad(values, side, constant_values=digit.max())
    if is_dark:
        values, on_paper = 255 - values, 255 - on_paper
    (mark,) = handwriting.readings_in(values)
    (expected,) = handwriting.readings_in(on_paper)
    assert np.abs(mark.image - expected.image).mean() < 0.01
    assert mark.box == pytest.approx((0, 0, 1, 1), abs=0.05)


def test_digits_of_8_by_8_pixels_are_found(home):
    """The digits that come with scikit-learn, by 43 people, fill 8 x 8 pixels to their sides."""
    images, labels = load_digits(return_X_y=True)
    rows = np.random.default_rng(0).permutation(len(labels))[:200]
    found = []
    for image in images[rows].reshape(-1, 8, 8):
        try:
            found.append(handwriting.digits_in(np.round(255 - image * 255 / 16).astype(np.uint8)))
        except ValueError:
            found.append([])
    assert np.mean([len(digits) == 1 for digits in found]) > 0.99
    one = [number for number, digits in enumerate(found) if len(digits) == 1]
    read = nearest_neighbours().predict([found[number][0].ravel() for number in one])
    assert np.mean(read == labels[rows][one]) > 0.75


def on_a_table(sheet: np.ndarray, angle: float, table=(0.3, 0.2, 0.13), side=700) -> np.ndarray:
    """A sheet that lies, turned by an angle in degrees, in the middle of a table."""
    top, left = (side - np.array(sheet.shape[:2])) // 2
    layers = np.zeros((side, side, 4))
    place = slice(top, top + sheet.shape[0]), slice(left, left + sheet.shape[1])
    layers[place] = np.dstack([sheet, np.full(sheet.shape[:2], 255)]) / 255
    layers = ndimage.rotate(layers, angle, reshape=False, order=1)
    covered = layers[:, :, 3:]
    return (layers[:, :, :3] * covered + np.array(table) * (1 - covered)).clip(0, 1)


@pytest.mark.parametrize("angle", [0, 7])
@pytest.mark.parametrize("table", [(0.3, 0.2, 0.13), (0.75, 0.6, 0.2)], ids=["dark", "wood"])
def test_sheet_on_a_table_is_found(expected, angle, table):
    sheet = np.pad(painted(seven()), ((140, 140), (110, 110), (0, 0)), constant_values=250)
    picture = on_a_table(sheet, angle, table)
    cropped = page.sheet_in(picture.astype(np.float32))[0]
    assert cropped.shape[0] < 0.8 * picture.shape[0]
    assert np.mean(np.abs(cropped - np.array(table)).sum(axis=2) < 0.3) < 0.002, "no table is left"
    (digit,) = handwriting.digits_in(picture)
    assert np.abs(digit - expected).mean() < (0.03 if angle == 0 else 0.08)


def test_empty_sheet_on_a_table_is_empty():
    sheet = np.full((400, 320, 3), 245, dtype=np.uint8)
    with pytest.raises(ValueError, match=r"No ink|No digit"):
        handwriting.digits_in(on_a_table(sheet, 4))


def test_margin_line_and_finger_are_no_digits(expected):
    """A vertical line down the whole page is no 1, and a finger that holds the page is no digit either."""
    lined = painted(np.pad(seven(), 60))
    lined[:, 30:33] = (150, 30, 40)
    held = painted(np.pad(seven(), 60))
    y, x = np.mgrid[: held.shape[0], : held.shape[1]]
    held[np.hypot((y - held.shape[0]) / 1.5, x - 170) < 30] = (150, 100, 80)
    framed = np.pad(painted(seven()), ((60, 60), (60, 60), (0, 0)), constant_values=255)
    framed[:4], framed[-4:], framed[:, :4], framed[:, -4:] = 0, 0, 0, 0
    cornered = np.pad(painted(seven()), ((20, 100), (140, 40), (0, 0)), constant_values=255)
    y, x = np.mgrid[: cornered.shape[0], : cornered.shape[1]]
    cornered[y > 20 + 1.6 * x] = (60, 45, 30)
    for picture in (lined, held, framed, cornered):
        (digit,) = handwriting.digits_in(picture)
        assert np.abs(digit - expected).mean() < 0.03


def test_page_with_a_margin_line_alone_is_empty():
    sheet = np.full((300, 240, 3), 250, dtype=np.uint8)
    sheet[:, 40:43] = (150, 30, 40)
    with pytest.raises(ValueError, match=r"No ink|No digit"):
        handwriting.digits_in(sheet)


@pytest.mark.parametrize("darkness", [0.2, 0.4, 0.6])
@pytest.mark.parametrize("size", [40, 70])
def test_soft_shadow_at_a_side_is_no_digit(darkness, size):
    y, x = np.mgrid[:300, :260]
    shadow = darkness * np.exp(-np.square(np.hypot(y - 120, x + 5) / size))
    with pytest.raises(ValueError, match=r"No ink|No digit"):
        handwriting.digits_in(0.9 - shadow)


def test_table_at_one_side_does_not_outshine_a_pencil(expected):
    """The table differs from the paper more than a pencil does: ink must not be measured by it."""
    picture = painted(np.pad(seven(), 60), pen=(0.78, 0.78, 0.78))
    picture[:, :25] = (40, 30, 25)
    (digit,) = handwriting.digits_in(picture)
    assert same(digit, expected)


@pytest.mark.parametrize("edge", ["soft", "digit", "angular digit"])
def test_what_is_no_sheet_is_not_cropped(edge):
    """The soft edge of a shadow, and fat zeros: a bright area within a ring, or within four straight strokes."""
    y, x = np.mgrid[-1:1:300j, -1:1:300j]
    if edge == "soft":
        grey = 0.9 - 0.5 / (1 + np.exp(-(np.maximum(np.abs(x), np.abs(y)) - 0.7) / 0.1))
    elif edge == "angular digit":
        distance = np.maximum(np.abs(y), 1.2 * np.abs(x))
        grey = np.where((distance < 0.8) & (distance > 0.5), 0.1, 0.95)
    else:
        distance = np.hypot(y, 1.2 * x)
        grey = np.where((distance < 0.8) & (distance > 0.35), 0.1, 0.95)
    picture = np.repeat(grey[:, :, None], 3, axis=2).astype(np.float32)
    assert page.sheet_in(picture)[0] is picture


# ---------------------------------------------------------------- files


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WebP", "BMP", "GIF", "TIFF"])
@pytest.mark.parametrize("mode", ["L", "RGB", "P", "RGBA", "1"])
def test_kinds_of_files_give_the_same_digit(expected, kind, mode, tmp_path):
    """By path, by its bytes and as an open file."""
    picture = Image.fromarray(painted(seven())).convert(mode)
    if kind == "JPEG" and mode in ("P", "RGBA"):
        pytest.skip("JPEG knows neither palettes nor transparency")
    path = tmp_path / f"eine Sieben – 七.{kind.lower()}"
    picture.save(path, kind)
    for source in (path, str(path), path.read_bytes(), io.BytesIO(path.read_bytes()), picture):
        (digit,) = handwriting.digits_in(source)
        assert same(digit, expected)


@pytest.mark.parametrize("pen", [0, 255], ids=["dark", "light"])
def test_transparent_paper(expected, pen):
    """A drawing program's layer: what is not painted has no colour, whatever the file says."""
    rgba = np.full((120, 100, 4), pen, dtype=np.uint8)
    rgba[:, :, 3] = 255 * seven()
    (digit,) = handwriting.digits_in(Image.fromarray(rgba))
    assert same(digit, expected)


@pytest.mark.parametrize("highest", [65535, 4095])
def test_deep_grey(expected, highest, tmp_path):
    """Scanners write 16 bits, of which some use only 12."""
    deep = (highest * (1 - 0.9 * seven())).astype(np.uint16)
    path = tmp_path / "scan.png"
    Image.fromarray(deep).save(path)
    for source in (path, deep):
        (digit,) = handwriting.digits_in(source)
        assert same(digit, expected)


@pytest.mark.parametrize("highest", [1.0, 0.8, 255.0, 4095.0])
def test_grey_of_fractions(expected, highest, tmp_path):
    """Programs that measure write floats: from 0 to 1, white included, or as many as the camera's bits give."""
    path = tmp_path / "measured.tif"
    Image.fromarray((highest * (1 - 0.9 * seven())).astype(np.float32)).save(path)
    (digit,) = handwriting.digits_in(path)
    assert same(digit, expected)


def test_turned_camera(expected, tmp_path):
    """A telephone stores what its sensor saw, and how it was held."""
    for orientation, turns in ((3, 2), (6, 1), (8, 3)):
        exif = Image.Exif()
        exif[0x0112] = orientation
        path = tmp_path / f"{orientation}.jpg"
        Image.fromarray(np.rot90(painted(seven()), turns)).save(path, exif=exif, quality=95)
        (digit,) = handwriting.digits_in(path)
        assert same(digit, expected)


def test_arrays(expected):
    """uint8, floats and bools, with and without an axis for the colour."""
    grey = painted(seven())[:, :, 0]
    for array in (grey, grey[:, :, None], grey / 255, grey.astype(np.float32) / 255, grey > 127):
        (digit,) = handwriting.digits_in(array)
        assert same(digit, expected)


def test_smallest_and_largest_pictures():
    """8 x 8 pixels are a digit of scikit-learn's, 24 megapixels are a telephone's."""
    tiny = np.zeros((8, 8))
    tiny[1, 2:6] = tiny[2:7, 5] = 1
    assert handwriting.digits_in(painted(tiny))[0].shape == (28, 28)
    page = np.full((4000, 6000), 255, dtype=np.uint8)
    page[1000:3000, 2500:2700] = 0
    assert handwriting.digits_in(page)[0].shape == (28, 28)


# ---------------------------------------------------------------- what is no digit


@pytest.mark.parametrize("value", [0, 128, 255])
def test_empty_page_is_not_guessed(value):
    with pytest.raises(ValueError, match="No ink stands out"):
        handwriting.digits_in(np.full((100, 80), value, dtype=np.uint8))


@pytest.mark.parametrize("seed", range(5))
def test_grain_and_shadow_are_no_ink(seed):
    """Photographed paper without a digit: noise, texture, and light from one side."""
    random = np.random.default_rng(seed)
    grain = ndimage.gaussian_filter(random.normal(size=(240, 320)), random.uniform(0.5, 2))
    page = 0.75 + 0.02 * grain / grain.std() + np.linspace(-0.2, 0.1, 320)
    page += random.normal(scale=0.01, size=page.shape)
    with pytest.raises(ValueError, match=r"No ink|No digit"):
        handwriting.digits_in(page.clip(0, 1))


def test_empty_pages_in_photographs_are_not_guessed():
    """Lines, squares, dots, shadows and a table are no digits."""
    for number, empty in enumerate(photographs_of([None] * 150, 5)):
        with pytest.raises(ValueError, match=r"No ink|No digit"):
            pytest.fail(f"{number}: {len(handwriting.digits_in(empty))} digits")


@pytest.mark.parametrize("lean", [0, 0.02])
@pytest.mark.parametrize("spacing", [17, 40])
def test_squared_page_is_empty(lean, spacing):
    y, x = np.mgrid[:300, :280]
    lines = ((y + lean * x) % spacing < 2) | ((x - lean * y) % spacing < 2)
    with pytest.raises(ValueError, match=r"No ink|No digit"):
        handwriting.digits_in(painted(0.5 * lines))


def test_ruled_page_is_empty():
    page = np.ones((300, 300))
    page[30::40] = 0.6
    with pytest.raises(ValueError, match=r"No ink|No digit"):
        handwriting.digits_in(page)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"", "not an image file"),
        (b"this is a text, and no picture", "not an image file"),
        (np.zeros((7, 100), np.uint8), "at least 8 x 8"),
        (np.zeros((5000, 5000), np.uint8), "more than 24,000,000 pixels"),
        (np.zeros((28, 28, 2), np.uint8), "must have the shape"),
        (np.zeros(784, np.uint8), "must have the shape"),
        (np.full((28, 28), np.nan), "between 0 and 1"),
        (np.full((28, 28), 300), "between 0 and 255"),
        (np.full((28, 28), -1), "between 0 and 255"),
        ("no such file.png", "There is no file no such file.png"),
    ],
)
def test_what_is_no_picture_is_told_in_a_sentence(source, reason):
    with pytest.raises(ValueError, match=reason) as raised:
        handwriting.digits_in(source)
    assert str(raised.value).endswith(".")


@pytest.mark.parametrize("side", [5000, 20000])
def test_too_large_file_is_not_decoded(tmp_path, side):
    """A small file can unpack to gigabytes; Pillow itself refuses only the largest."""
    path = tmp_path / "bomb.png"
    Image.new("1", (side, side)).save(path)
    with pytest.raises(ValueError, match=r"more than \d\d,000,000 pixels"):
        handwriting.digits_in(path)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "TIFF", "BMP", "WebP"])
def test_truncated_file_is_told(kind):
    buffer = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(buffer, kind)
    with pytest.raises(ValueError, match=r"damaged|not an image") as raised:
        pictures.read_image(buffer.getvalue()[: len(buffer.getvalue()) // 2])
    assert str(raised.value).endswith(".")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(junk=st.binary(max_size=400), position=st.integers(0, 2000), seed=st.integers(0, 5))
def test_damaged_bytes_give_a_picture_or_a_sentence(junk, position, seed):
    """Whatever stands in a file: no other error, no crash."""
    buffer = io.BytesIO()
    Image.fromarray(painted(seven())).save(
        buffer, ["PNG", "JPEG", "GIF", "TIFF", "BMP", "WebP"][seed]
    )
    content = bytearray(buffer.getvalue())
    content[position : position + len(junk)] = junk
    try:
        digits = handwriting.digits_in(bytes(content))
    except ValueError as error:
        assert str(error).endswith(".")
    else:
        assert all(digit.shape == (28, 28) and np.isfinite(digit).all() for digit in digits)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.integers(8, 90),
    columns=st.integers(8, 90),
    channels=st.sampled_from([None, 1, 3, 4]),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_picture_gives_digits_or_a_sentence(rows, columns, channels, seed):
    shape = (rows, columns) if channels is None else (rows, columns, channels)
    picture = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    try:
        digits = handwriting.digits_in(picture)
    except ValueError as error:
        assert str(error).endswith(".")
    else:
        assert all(
            digit.shape == (28, 28) and 0 <= digit.min() <= digit.max() <= 1 for digit in digits
        )


# ---------------------------------------------------------------- does it help to read?


def test_digits_on_paper_are_read_nearly_as_well_as_mnists_own(home):
    """A plain classifier that never saw paper: prepared photos against photos merely resized."""
    dataset, classifier = mnist.load(), nearest_neighbours()
    random = np.random.default_rng(0)
    images, labels = dataset.test_images[:150] / 255, dataset.test_labels[:150]
    prepared, resized = [], []
    for image in images:
        page = np.zeros((300, 260))
        top, left = random.integers(0, 120), random.integers(0, 80)
        page[top : top + 168, left : left + 168] = ndimage.zoom(image, 6, order=1).clip(0, 1)
        picture = painted(page, random.uniform(0.7, 1, 3), random.uniform(0, 0.3, 3)) / 255
        picture *= np.linspace(1, random.uniform(0.5, 1), 260)[None, :, None]
        picture = (picture + random.normal(scale=0.02, size=picture.shape)).clip(0, 1)
        prepared.append(max(handwriting.digits_in(picture), key=np.sum))
        grey = Image.fromarray(np.round(255 * picture.mean(axis=2)).astype(np.uint8))
        resized.append(1 - np.asarray(grey.resize((28, 28))) / 255)

    def accuracy(pictures):
        return np.mean(classifier.predict(np.reshape(pictures, (-1, 784))) == labels)

    clean = accuracy(images)
    assert clean > 0.9
    assert accuracy(prepared) > clean - 0.05
    assert accuracy(resized) < 0.5, "otherwise this test shows nothing"
