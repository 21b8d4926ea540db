"""Files that strangers send: which are opened, how large they may be, and that a bad one costs nobody else anything."""

import io
import os
import signal
import struct
import subprocess
import sys
import threading
import time
import zlib

import numpy as np
import pytest
from digits import handwriting
from digits.basics import workspace
from digits.handwriting import apart, decoding
from PIL import ExifTags, Image, PngImagePlugin

NAMES = [name for name in decoding.MOST_PIXELS if name != "AVIF" or "AVIF" in Image.OPEN]


def page(rows: int = 280, columns: int = 280) -> Image.Image:
    """A white page with a drawn 7 in its middle half, in RGB."""
    picture = np.full((rows, columns, 3), 255, np.uint8)
    top, left, side = rows // 4, columns // 4, min(rows, columns) // 2
    pen = max(side // 8, 1)
    picture[top : top + pen, left : left + side] = 0
    for row in range(side):
        end = left + side - row // 2
        picture[top + row, end - pen : end] = 0
    return Image.fromarray(picture)


def file_of(picture: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    """One chunk of a PNG file."""
    sums = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + sums


def with_many_chunks(count: int) -> bytes:
    """A small PNG file whose reader has to go through many empty remarks."""
    content = file_of(page(), "PNG")
    end_of_header = 8 + 25
    return content[:end_of_header] + chunk(b"tEXt", b"a\0b") * count + content[end_of_header:]


@pytest.fixture(scope="module")
def expected():
    (digit,) = handwriting.digits_in(page())
    return digit


def same(first: np.ndarray, second: np.ndarray) -> bool:
    return np.abs(first - second).mean() < 0.03


# ---------------------------------------------------------------- what is opened


@pytest.mark.parametrize("kind", NAMES)
def test_formats_that_are_named_are_read(kind, expected):
    (digit,) = handwriting.digits_in(file_of(page(), kind))
    assert same(digit, expected)


@pytest.mark.parametrize("kind", sorted({"EPS", "PPM", "TGA", "ICO", "PCX", "JPEG2000", "PDF"}))
def test_no_other_format_is_opened(kind, tmp_path, monkeypatch):
    """Pillow starts Ghostscript for EPS, and has readers that nobody looks after: none of them sees an upload."""
    started = tmp_path / "started"
    program = tmp_path / ("gs.bat" if os.name == "nt" else "gs")
    program.write_text(f"#!/bin/sh\necho > '{started}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(ValueError, match=r"cannot be read|of a kind that can be read"):
        handwriting.digits_in(file_of(page(64, 64), kind))
    assert not started.exists()


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"\0\0\0\x24ftypheic\0\0\0\0mif1heic", "HEIC .* Send it as JPEG"),
        *(
            (b"\0\0\0\x1cftyp" + brand + b"\0\0\0\0", "HEIC .* Send it as JPEG")
            for brand in (b"heix", b"hevc", b"mif1", b"msf1")
        ),
        (b"\0\0\0\x14ftypqt  ", "video"),
        (b"\0\0\0\x18ftypisom", "video"),
        (b"%PDF-1.7", "PDF"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><!-- drawn --><svg xmlns", "SVG"),
        (b"\0\0\0\x18ftypcrx ", "raw file"),
        (b"\0\0\0\x18ftypavif", "AVIF picture, but damaged"),
        *(
            (beginning + bytes(20), "TIFF picture, but damaged")
            for beginning in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
        ),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "PNG picture, but damaged"),
        (b"\xff\xd8\xff\xe0" + bytes(20), "JPEG picture, but damaged"),
        (b"RIFF\x10\0\0\0WEBP" + bytes(20), "WebP picture, but damaged"),
        (b"%!PS-Adobe-3.0", "PostScript"),
        (b"\xc5\xd0\xd3\xc6" + bytes(30), "PostScript"),
        (b"\xff\x0a" + bytes(20), "JPEG XL"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
        (b"\xff\x4f\xff\x51" + bytes(20), "JPEG 2000"),
    ],
)
def test_what_telephones_and_programs_make_is_named(content, named):
    with pytest.raises(ValueError, match=named) as raised:
        handwriting.digits_in(content)
    assert str(raised.value).endswith(".")


@pytest.mark.parametrize(
    "entry",
    [
        struct.pack(
            ">HHI4s", ExifTags.Base.XResolution, 2, 4, b"300\0"
        ),  # text where a fraction belongs
        struct.pack(
            ">HHII", ExifTags.Base.YResolution, 5, 1, 4_000_000_000
        ),  # beyond the file's end
        struct.pack(">HHI4s", ExifTags.Base.Make, 5, 1, b"\xff\xfe\0\0"),
        struct.pack(">HHII", ExifTags.Base.ExifOffset, 4, 1, 8),  # leads to itself
        struct.pack(">HHII", ExifTags.Base.Software, 99, 2**31, 0),  # of no known type
    ],
    ids=["text", "beyond", "fraction", "circle", "type"],
)
@pytest.mark.parametrize("orientation", [1, 6])
def test_odd_metadata_do_not_matter(entry, orientation, expected):
    """Programs write what they like beside a picture. Only how the camera was held is looked at."""
    turned = page() if orientation == 1 else page().transpose(Image.Transpose.ROTATE_90)
    held = struct.pack(">HHIHH", ExifTags.Base.Orientation, 3, 1, orientation, 0)
    exif = b"Exif\0\0MM\0\x2a\0\0\0\x08" + struct.pack(">H", 2) + held + entry + bytes(4)
    (digit,) = handwriting.digits_in(file_of(turned, "JPEG", exif=exif, quality=95))
    assert same(digit, expected)


def test_large_remarks_in_a_png_do_not_matter(expected):
    """Editors keep a history of megabytes beside the picture."""
    text = PngImagePlugin.PngInfo()
    text.add_text("history", "x" * 3_000_000, zip=True)
    (digit,) = handwriting.digits_in(file_of(page(), "PNG", pnginfo=text))
    assert same(digit, expected)


def test_fourth_byte_that_means_nothing_is_no_transparency(expected):
    """Bitmaps of Windows have one, and many programs leave it at 0."""
    picture = page().convert("RGBA")
    picture.putalpha(0)
    (digit,) = handwriting.digits_in(picture)
    assert same(digit, expected)


def test_damage_inside_a_png_is_not_overlooked():
    """Its reader complains once, and gives the half picture when it is asked again."""
    content = bytearray(file_of(page(), "PNG"))
    at = content.index(b"IDAT") + 40
    content[at : at + 8] = b"\xff" * 8
    with pytest.raises(ValueError, match="damaged"):
        handwriting.digits_in(bytes(content))


# ---------------------------------------------------------------- how large


@pytest.mark.parametrize("progressive", [False, True])
def test_telephones_largest_photograph_is_read(progressive, expected):
    """50 megapixels, or as many as a progressive file may have: reduced while it is decoded."""
    rows, columns = (4000, 6000) if progressive else (6250, 8000)
    content = file_of(page(rows, columns), "JPEG", progressive=progressive, quality=60)
    started = time.thread_time()
    (digit,) = handwriting.digits_in(content)
    assert time.thread_time() - started < 2
    assert same(digit, expected) or digit.shape == (28, 28)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "BMP"])
def test_each_format_has_its_limit(kind, monkeypatch):
    monkeypatch.setitem(decoding.MOST_PIXELS, kind, 280 * 280 - 1)
    with pytest.raises(ValueError, match=r"more than 78,399 pixels: make it smaller"):
        handwriting.digits_in(file_of(page(), kind))


def test_large_file_is_not_read_into_memory(tmp_path):
    path = tmp_path / "large.bmp"
    with open(path, "wb") as file:
        file.truncate(decoding.LARGEST_FILE + 1)
    for source in (path, open(path, "rb")):  # noqa: SIM115
        with pytest.raises(ValueError, match="larger than 32 MB"):
            handwriting.digits_in(source)


def test_jpeg_of_many_scans_is_refused():
    """Each scan passes over all pixels: a small file can keep its decoder busy for minutes."""
    content = file_of(page(), "JPEG", progressive=True)
    last = content[content.rfind(b"\xff\xda") : -2]
    assert len(handwriting.digits_in(content)) == 1
    with pytest.raises(ValueError, match=r"stored in \d+ scans"):
        handwriting.digits_in(content[:-2] + last * 100 + b"\xff\xd9")


def test_film_is_one_picture(expected):
    """Only the first of ten thousand frames is decoded."""
    first = page()
    frame = file_of(Image.new("L", (280, 280)), "GIF")
    one = frame[frame.index(b",") : -1]
    content = file_of(first.convert("L"), "GIF")[:-1] + one * 10_000 + b";"
    started = time.thread_time()
    (digit,) = handwriting.digits_in(content)
    assert same(digit, expected) and time.thread_time() - started < 1


@pytest.mark.parametrize("size", [(8000, 60), (60, 8000), (600, 8), (4810, 80)])
def test_long_strip_gives_digits_or_a_sentence(size):
    """A line of writing is long; what is no line is told in a sentence."""
    picture = Image.new("L", size, 255)
    picture.paste(0, (size[0] // 3, size[1] // 4, size[0] // 3 + 3, size[1] * 3 // 4))
    try:
        images = handwriting.digits_in(picture)
    except ValueError as error:
        assert str(error).endswith(".")
    else:
        assert [image.shape for image in images] == [(28, 28)]


@pytest.mark.parametrize(
    ("size", "reduced"),
    [
        ((1000, 700), (1000, 700)),
        ((1673, 1673), (1673, 1673)),  # the last size that is not halved: 2 x 2 x 700,000 pixels
        ((1674, 1674), (837, 837)),
        ((4000, 3000), (1000, 750)),
        ((24_000, 127), (24_000, 127)),  # half as high, a line of writing could not be read
        ((128, 24_000), (64, 12_000)),
        ((9000, 900), (3000, 300)),
    ],
)
@pytest.mark.parametrize("mode", ["L", "I;16", "P"])
def test_large_pictures_are_reduced_at_once(size, reduced, mode):
    """Not to the size of a stamp, and a strip not to a thread: later stages need its pixels."""
    assert handwriting.read_image(Image.new(mode, size, 1)).shape == (*reduced[::-1], 3)


# ---------------------------------------------------------------- apart


@pytest.fixture(scope="module")
def workers():
    running = apart.Workers(2, seconds=0.5)
    yield running
    running.close()


def test_answers_are_those_of_this_process(workers):
    pictures = [file_of(page(200 + 10 * number, 280), "PNG") for number in range(12)]
    answers = {}

    def ask(number):
        answers[number] = workers.readings_in(pictures[number])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, picture in enumerate(pictures):
        images = [mark.image for mark in answers[number]]
        np.testing.assert_array_equal(images, handwriting.digits_in(picture))
    with pytest.raises(ValueError, match="not an image file"):
        workers.readings_in(b"no picture")


def test_libraries_do_not_complain_in_the_servers_window(capfd):
    """A class that sends damaged files would fill it."""
    content = bytearray(file_of(page(), "TIFF", compression="tiff_lzw"))
    content[20:40] = b"\xff" * 20
    worker = apart.Workers(1)  # here, because it writes where this test does
    with pytest.raises(ValueError, match="damaged"):
        worker.readings_in(bytes(content))
    worker.close()
    assert capfd.readouterr().err == ""


def test_slow_picture_costs_its_process_and_nobody_elses(workers):
    """A file that is made to keep its decoder busy is given up; the next picture finds a new process."""
    slow = with_many_chunks(1_000_000)
    refused = []

    def send_slow():
        with pytest.raises(ValueError, match=r"more than 0\.5 seconds") as raised:
            workers.readings_in(slow)
        refused.append(raised.value)

    attacker = threading.Thread(target=send_slow)
    attacker.start()
    for _ in range(20):
        assert len(workers.readings_in(file_of(page(), "PNG"))) == 1
    attacker.join()
    assert len(refused) == 1
    for _ in range(4):  # both processes
        assert len(workers.readings_in(file_of(page(), "PNG"))) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_process_that_dies_is_replaced(workers):
    """A decoder that crashes takes its process with it."""
    for worker in workers._all:
        worker.readings_in(file_of(page(), "PNG"), 5)
        os.kill(worker._process.pid, signal.SIGKILL)
        worker._process.join()
    for _ in workers._all:
        with pytest.raises(ValueError, match="sudden end"):
            workers.readings_in(file_of(page(), "PNG"))
    for _ in range(4):
        assert len(workers.readings_in(file_of(page(), "PNG"))) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to its memory")
def test_memory_of_a_process_is_limited():
    program = """
from digits.handwriting import apart
apart._limit_memory()
held = bytearray(apart.MOST_MEMORY // 2)
try:
    more = bytearray(apart.MOST_MEMORY)
except MemoryError:
    print("refused")
"""
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=workspace.NOTEBOOKS_FOLDER,
        capture_output=True,
        encoding="utf-8",
    )
    assert result.stdout == "refused\n", result.stderr
