"""Files of pictures, opened with care: which kinds, how large, and in how many pixels they are handed on.

Whoever sends a picture decides what is in it. Only formats that Pillow decodes by itself are opened, and none of them
may take more than its share of memory and time.
"""

import contextlib
import io
import math
import os
import warnings
from collections.abc import Iterator
from typing import BinaryIO

from PIL import ExifTags, Image, PngImagePlugin

SMALLEST_SIDE = 8
LARGEST_FILE = 32 * 1024 * 1024  # bytes; a photograph of 50 megapixels has up to 25 MB
# The most pixels of a file, by its format: what two seconds and 400 MB are enough for. JPEG is reduced while it is
# decoded. Other formats that Pillow knows are not opened: EPS, for one, starts another program.
MOST_PIXELS = {
    "JPEG": 64_000_000,
    "MPO": 64_000_000,
    "PNG": 24_000_000,
    "GIF": 24_000_000,
    "BMP": 24_000_000,
    "TIFF": 24_000_000,
    "WEBP": 16_000_000,
    "AVIF": 12_000_000,
}
Image.init()
# Some programs write large profiles and histories beside a picture; all of them together stay limited.
PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY
# Pillow opens MPO as JPEG, and has AVIF since its version 11.3.
_FORMATS = tuple(name for name in MOST_PIXELS if name in Image.OPEN)
MOST_PIXELS_OF_ARRAYS = 24_000_000
# A progressive JPEG is kept whole until its last scan; each scan passes over all pixels. Cameras write about ten.
_MOST_PROGRESSIVE, _MOST_SCANS, _MOST_PIXELS_BY_SCANS = 24_000_000, 100, 400_000_000
# Larger pictures are reduced at once, but not below this: later stages need no more, and as floats each pixel takes
# twelve bytes. A strip's shorter side keeps so many pixels, which one line of writing needs.
_ENOUGH_PIXELS, _ENOUGH_FOR_A_LINE = 700_000, 64
# A strip that is longer, out of 1 for its shorter side, is no line of writing, but costs what one does.
_LONGEST_STRIP = 200
_CAN_BE_REDUCED = {"L", "LA", "RGB", "RGBA", "F"}
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What people send and Pillow does not open, by what such a file begins with at some place, and what to do instead.
_AS_JPEG = "Send it as JPEG or PNG."
_KNOWN_STRANGERS = (
    (4, (b"ftyphei", b"ftyphev", b"ftypmif1", b"ftypmsf1"), "a HEIC photograph", "Send it as JPEG: choose "
     "Settings, Camera, Formats, Most Compatible on an iPhone, or send a screenshot of it."),
    (4, (b"ftypavi",), "an AVIF picture, but damaged or of a rare kind", _AS_JPEG),
    (4, (b"ftypcrx",), "a camera's raw file", _AS_JPEG),
    (4, (b"ftyp",), "a video", "Send a photograph, or a screenshot of the video."),
    (0, (b"%PDF",), "a PDF document", "Send a screenshot or an export of the page as PNG or JPEG."),
    (0, (b"%!PS", b"\xc5\xd0\xd3\xc6"), "a PostScript file", "Send it exported as PNG."),
    (0, (b"\xff\x0a", b"\0\0\0\x0cJXL "), "a JPEG XL picture", _AS_JPEG),
    (0, (b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51"), "a JPEG 2000 picture", _AS_JPEG),
    (0, (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), "a TIFF picture, but damaged or of a rare kind", _AS_JPEG),
    (0, (b"\x89PNG",), "a PNG picture, but damaged or of a rare kind", "Save it again with another program."),
    (0, (b"\xff\xd8\xff",), "a JPEG picture, but damaged or of a rare kind", "Save it again with another program."),
    (0, (b"RIFF",), "a WebP picture, but damaged or of a rare kind", _AS_JPEG),
)  # fmt: skip

# What a picture may come as: a Pillow image, a file's content, a file by its path or open.
Encoded = Image.Image | bytes | bytearray | str | os.PathLike | BinaryIO


def decoded(source: Encoded) -> Image.Image:
    """A picture, decoded, upright, and reduced where it has far more pixels than are needed.

    Raises:
        ValueError: it is not a picture, damaged, or too small or too large.
    """
    if isinstance(source, Image.Image):
        check_size(*source.size, MOST_PIXELS_OF_ARRAYS)
        with _damage_as_value_error(b""):
            return _upright(_reduced(source), _orientation(source))
    content = _content(source)
    with _damage_as_value_error(content):
        image = Image.open(io.BytesIO(content), formats=_FORMATS)
    with image:
        check_size(*image.size, MOST_PIXELS[image.format or "PNG"])
        _check_scans(image, content)
        with _damage_as_value_error(content):
            factor = _factor(image)
            image.draft(None, (image.width // factor, image.height // factor))  # of JPEG only
            image.load()  # first: asked for its metadata, a damaged PNG is loaded in silence
            orientation, reduced = _orientation(image), _reduced(image)
        check_size(*reduced.size, MOST_PIXELS_OF_ARRAYS)  # what a file says first may not be so
        return _upright(reduced, orientation)


def check_size(width: int, height: int, most_pixels: int) -> None:
    """Raise ``ValueError`` with a sentence if a picture has too few or too many pixels."""
    if min(width, height) < SMALLEST_SIDE:
        raise ValueError(
            f"The picture has {width} x {height} pixels; at least {SMALLEST_SIDE} x {SMALLEST_SIDE} are needed."
        )
    if width * height > most_pixels:
        raise ValueError(_too_large(most_pixels))

    if max(width, height) > _LONGEST_STRIP * min(width, height):
        raise ValueError(
            f"The picture is more than {_LONGEST_STRIP} times as long as wide: cut it into parts."
        )


def _too_large(most_pixels: int) -> str:
    return (
        f"The picture has more than {most_pixels:,} pixels: make it smaller, or cut out the digits."
    )


def _content(source: bytes | bytearray | str | os.PathLike | BinaryIO) -> bytes:
    """A file's bytes: all of them, so that what is looked at is what is decoded."""
    if isinstance(source, str | os.PathLike):
        if not os.path.isfile(source):
            raise ValueError(f"There is no file {os.fspath(source)}.")
        with open(source, "rb") as file:
            content = file.read(LARGEST_FILE + 1)
    elif isinstance(source, bytes | bytearray):
        content = bytes(source)
    else:
        content = source.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise ValueError(
            f"The picture's file is larger than {LARGEST_FILE // 1024**2} MB: make it smaller, or cut out the digits."
        )
    return content


@contextlib.contextmanager
def _damage_as_value_error(content: bytes) -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            # Pillow warns of a size, which is checked here, and of odd metadata.
            warnings.simplefilter("ignore")
            yield
    except Image.UnidentifiedImageError:
        raise ValueError(_what_it_is(content)) from None
    except Image.DecompressionBombError:
        raise ValueError(_too_large(max(MOST_PIXELS.values()))) from None
    except MemoryError:
        raise ValueError(
            "The picture takes too much memory to decode: make it smaller, or cut out the digits."
        ) from None
    except Exception as error:  # a damaged file can raise almost anything
        raise ValueError(f"The image file is damaged ({error}).") from error


def _what_it_is(content: bytes) -> str:
    """A sentence on a file that is not opened: what it is, if that is plain, and what to send instead."""
    if b"<svg" in content[:2000].lower():  # after a declaration, a comment, or the mark of UTF-8
        return "This is a drawing of lines (SVG), which cannot be read. Send it exported as PNG."
    for place, beginnings, name, remedy in _KNOWN_STRANGERS:
        if content[place:].startswith(beginnings):
            return f"This is {name}, which cannot be read. {remedy}"
    return "This is not an image file of a kind that can be read. Send a JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF file."


def _check_scans(image: Image.Image, content: bytes) -> None:
    """Refuse a progressive JPEG that takes long on purpose."""
    if not (image.info.get("progressive") or image.info.get("progression")):
        return
    pixels, scans = image.width * image.height, content.count(b"\xff\xda")
    if pixels > _MOST_PROGRESSIVE:
        raise ValueError(_too_large(_MOST_PROGRESSIVE))
    if scans > _MOST_SCANS or pixels * scans > _MOST_PIXELS_BY_SCANS:
        raise ValueError(
            f"The JPEG file is stored in {scans} scans, which take too long to decode: save it again as baseline JPEG."
        )


def _orientation(image: Image.Image) -> int:
    """How the camera was held, from 1 to 8. Whatever else stands in the metadata, odd or not, is left alone."""
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:
        return 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    return image.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else image


def _factor(image: Image.Image) -> int:
    """By how much both sides of a picture can be divided, so that it still has enough pixels."""
    by_area = math.isqrt(image.width * image.height // _ENOUGH_PIXELS)
    return max(1, min(by_area, min(image.size) // _ENOUGH_FOR_A_LINE))


def _reduced(image: Image.Image) -> Image.Image:
    """A picture with little more than enough pixels; the picture itself where it has no more."""
    factor = _factor(image)
    if factor == 1:
        return image
    if image.mode == "I" or image.mode.startswith("I;16"):
        image = image.convert("I").convert("F")
    elif image.mode not in _CAN_BE_REDUCED:
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image.reduce(factor)
