"""Marks that are no digits: letters, signs and words, scribbles, frames, several digits in one, pieces, blots.

A network that was only shown digits calls a letter a sure digit. The letters and signs come from the fonts that
matplotlib brings, as they are printed or as a pen writes them along their middle lines. What is a digit in some
handwriting, such as O, l, S and Z, is left out.
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.ft2font import FT2Font
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage
from skimage.morphology import skeletonize

from . import seen
from .pens import USUAL, Hand, Stroke, drawn, shape_of_writing
from .regions import box_of, signed_distance
from .strokes_made import ALL_FORMS, digit_drawn

LETTERS = "ACEFHJKLMNPRTUVWXYacdefhkmnprtuvwxy"
SIGNS = "+-=*#%&@$?<>~^÷×≠≈√∑πΩαλ§€£±∞←→✓✗★♥"
# Files of fonts that matplotlib brings; some are held back, to see whether other letters are refused, too.
FONTS = (
    "DejaVuSans", "DejaVuSans-Oblique", "DejaVuSansMono", "DejaVuSansMono-Bold", "DejaVuSerif", "DejaVuSerif-Italic",
    "DejaVuSerif-Bold", "cmr10", "cmmi10", "cmss10", "cmtt10",
)  # fmt: skip
_WITHOUT_SIGNS = ("cmr10", "cmmi10", "cmss10", "cmtt10")  # they have other signs at these places
HELD_BACK = ("STIXGeneral", "STIXGeneralItalic", "STIXGeneralBol", "DejaVuSans-BoldOblique")
_GLYPH = 56  # pixels of a printed character's longer side


@dataclass(frozen=True)
class Rules:
    """By which rules marks are made.

    Attributes:
        fonts: the fonts of the letters and signs.
        hand: between which limits hands and pens differ.
    """

    fonts: Sequence[str] = FONTS
    hand: Hand = USUAL


def marks_made(
    count: int, seed: int, rules: Rules = Rules(), kind: str | None = None
) -> np.ndarray:
    """Marks that are no digits, as the pipeline would hand them to a network.

    Args:
        count: how many.
        seed: decides kinds, hands and pens. The n-th mark depends on it and n alone.
        rules: by which they are made.
        kind: one of :data:`KINDS`; None for all, as often as these say.

    Returns:
        uint8, shape (count, 28, 28), 0 for paper to 255 for ink.
    """
    kinds, shares = list(KINDS), np.array([share for _, share in KINDS.values()])

    def make(number: int) -> np.ndarray:
        generator = np.random.default_rng([seed, number])
        one = kind or generator.choice(kinds, p=shares / shares.sum())
        return seen.through_camera(KINDS[one][0](generator, rules), generator)

    return seen.made(make, count)


# ---------------------------------------------------------------- letters, signs and words


def _printed(characters: str, generator: np.random.Generator, rules: Rules) -> np.ndarray:
    """A printed character: a little slanted, wider or narrower."""
    signed = _glyph(*_choice_of(characters, generator, rules))[0]
    return _warped(signed, generator, rules.hand, bend=0).clip(-0.5, 0.5) + 0.5


def _written(characters: str, generator: np.random.Generator, rules: Rules) -> np.ndarray:
    """A character that a pen writes along the middle lines of a printed one, with an unsteady hand."""
    from_middle = _glyph(*_choice_of(characters, generator, rules))[1]
    pen = _GLYPH * np.exp(generator.uniform(*np.log(rules.hand.pen)))
    distance = -_warped(-from_middle, generator, rules.hand, bend=generator.uniform(0, 3))
    return (pen / 2 + 0.5 - distance).clip(0, 1)


def _word(generator: np.random.Generator, rules: Rules) -> np.ndarray:
    """Some letters side by side."""
    make = _printed if generator.random() < 0.5 else _written
    letters = [make(LETTERS, generator, rules) for _ in range(generator.integers(2, 7))]
    return _side_by_side(letters, generator.uniform(-0.1, 0.15), generator)


def _choice_of(characters: str, generator: np.random.Generator, rules: Rules) -> tuple[str, str]:
    """One of the characters, and a font that has it."""
    while True:
        font, character = generator.choice(list(rules.fonts)), generator.choice(list(characters))
        has_it = _font(font)[1].get_char_index(ord(character))
        if has_it and not (font in _WITHOUT_SIGNS and character in SIGNS):
            return font, character


@functools.cache
def _font(name: str) -> tuple[ImageFont.FreeTypeFont, FT2Font]:
    file = str(Path(matplotlib.get_data_path(), "fonts", "ttf", f"{name}.ttf"))
    return ImageFont.truetype(file, 2 * _GLYPH), FT2Font(file)


@functools.cache
def _glyph(font: str, character: str) -> tuple[np.ndarray, np.ndarray]:
    """How far each place is within a printed character's edge, and how far from its middle lines, both in pixels."""
    left, top, right, bottom = _font(font)[0].getbbox(character)
    picture = Image.new("L", (round(right - left), round(bottom - top)))
    ImageDraw.Draw(picture).text((-left, -top), character, fill=255, font=_font(font)[0])
    scale = _GLYPH / max(picture.size)
    columns, rows = (max(2, round(side * scale)) for side in picture.size)
    small = picture.resize((columns, rows))
    mask = np.pad(np.asarray(small) > 127, _GLYPH // 4)
    signed = signed_distance(mask)
    from_middle = ndimage.distance_transform_edt(~skeletonize(mask))
    return signed.astype(np.float32), from_middle.astype(np.float32)


def _warped(
    field: np.ndarray, generator: np.random.Generator, hand: Hand, bend: float
) -> np.ndarray:
    """A field of distances, slanted, turned, made narrower, and bent by some pixels."""
    rows, columns = field.shape
    y, x = np.mgrid[:rows, :columns] - np.array([rows, columns]).reshape(2, 1, 1) / 2
    matrix = np.linalg.inv(shape_of_writing(generator, hand))
    x, y = matrix[0, 0] * x + matrix[0, 1] * y, matrix[1, 0] * x + matrix[1, 1] * y
    waves = generator.uniform(0, 2 * np.pi, (2, 2))
    lengths = generator.uniform(0.5, 1.5, (2, 2)) * _GLYPH
    x = x + bend * np.sin(2 * np.pi * y / lengths[0, 0] + waves[0, 0])
    y = y + bend * np.sin(2 * np.pi * x / lengths[1, 0] + waves[1, 0])
    places = np.stack([y + rows / 2, x + columns / 2])
    return ndimage.map_coordinates(field, places, order=1, mode="nearest")


# ---------------------------------------------------------------- scribbles, frames, blots


def _scribble(generator: np.random.Generator, rules: Rules) -> np.ndarray:
    """A pen that goes back and forth, round and round, or anywhere."""
    count = int(generator.integers(5, 16))
    t = np.linspace(0, 1, count)
    way = generator.integers(4)
    if way == 0:  # anywhere
        stroke = generator.random((count, 2))
    elif way == 1:  # back and forth
        stroke = np.column_stack([t, np.arange(count) % 2])
        stroke = stroke[:, ::-1] if generator.random() < 0.5 else stroke
    elif way == 2:  # round and round
        angle = 2 * np.pi * t * generator.uniform(2.2, 4)
        radius = np.linspace(generator.uniform(0.05, 0.3), 0.5, count)
        stroke = 0.5 + np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    else:  # along, in waves or loops
        angle = 2 * np.pi * t * generator.uniform(1.5, 3)
        stroke = np.column_stack([1.5 * t + 0.15 * np.cos(angle), 0.5 + 0.3 * np.sin(angle)])
    return drawn([stroke], generator, rules.hand)


def _lines(generator: np.random.Generator, rules: Rules) -> np.ndarray:
    """Two to six straight strokes, crossing or side by side."""
    count = int(generator.integers(2, 7))
    if generator.random() < 0.5:
        return drawn(list(generator.random((count, 2, 2))), generator, rules.hand)
    places = np.linspace(0, 1, count).tolist()
    upright: list[Stroke] = [((place, 0.0), (place, 1.0)) for place in places]
    level: list[Stroke] = [((0.0, place), (1.0, place)) for place in places]
    return drawn((upright, level, upright + level)[generator.integers(3)], generator, rules.hand)


def _frame(generator: np.random.Generator, rules: Rules) -> np.ndarray:
    """A box, a ring or two axes, with a digit in it or, for boxes, with nothing."""
    shape = generator.integers(3)
    # The digit is made smaller afterwards, and its strokes with it.
    around, within = (replace(rules.hand, pen=pen) for pen in ((0.02, 0.07), (0.08, 0.16)))
    box: list[Stroke] = [((0, 0), (1, 0)), ((1, 0), (1, 1)), ((1, 1), (0, 1)), ((0, 1), (0, 0))]
    angle = np.linspace(0, 2 * np.pi, 13)
    ring: list[Stroke] = [0.5 + 0.5 * np.column_stack([np.cos(angle), np.sin(angle)])]
    frame = drawn((box, ring, box[2:])[shape], generator, around)
    if shape == 0 and generator.random() < 0.3:
        return frame
    digit = _digit(generator, replace(rules, hand=within))
    factor = generator.uniform(0.5, 0.75) * min(frame.shape) / max(digit.shape)
    small = ndimage.zoom(digit, factor, order=1)
    top, left = ((side - inner) // 2 for side, inner in zip(frame.shape, small.shape, strict=True))
    frame = frame.copy()
    place = frame[top : top + small.shape[0], left : left + small.shape[1]]
    np.maximum(place, small[: place.shape[0], : place.shape[1]], out=place)
    return frame


def _blot(generator: np.random.Generator, rules: Rules) -> np.ndarray:
    """A filled spot of some shape, or several."""
    noise = ndimage.gaussian_filter(generator.normal(size=(64, 64)), generator.uniform(3, 12))
    fade = np.hypot(*(np.mgrid[:64, :64] - 31.5)) / 32
    strength = noise / noise.std() - 2.5 * fade**2 + generator.uniform(0, 1.5)
    ink = (4 * strength).clip(0, 1)
    return ink.astype(np.float32) if ink.any() else _blot(generator, rules)


# ---------------------------------------------------------------- several digits, and pieces of one


def _digit(generator: np.random.Generator, rules: Rules) -> np.ndarray:
    return digit_drawn(*ALL_FORMS[generator.integers(len(ALL_FORMS))], generator, rules.hand)


def _several_digits(generator: np.random.Generator, rules: Rules) -> np.ndarray:
    """Two or three digits that touch or nearly touch."""
    pen = np.exp(generator.uniform(*np.log(rules.hand.pen)))
    rules = replace(rules, hand=replace(rules.hand, pen=(pen, pen)))  # one pen wrote them all
    digits = [_digit(generator, rules) for _ in range(2 + (generator.random() < 0.2))]
    return _side_by_side(digits, generator.uniform(-0.25, 0.05), generator)


# Of these digits the upper or lower half is no digit; a half of an 8 is a 0.
_UPPER, _LOWER = (5,), (2, 3)


def _piece(generator: np.random.Generator, rules: Rules) -> np.ndarray:
    """A bit less than half of a digit."""
    digit, form = ALL_FORMS[generator.integers(len(ALL_FORMS))]
    if digit not in _UPPER + _LOWER:
        return _piece(generator, rules)
    ink = _trimmed(digit_drawn(digit, form, generator, rules.hand))
    rows = round(generator.uniform(0.35, 0.48) * len(ink))
    return ink[:rows] if digit in _UPPER else ink[-rows:]


def _side_by_side(inks: list[np.ndarray], gap: float, generator: np.random.Generator) -> np.ndarray:
    """Marks in a row, trimmed, about equally high, with gaps between them (negative: they overlap) of their height."""
    inks = [_trimmed(ink) for ink in inks]
    height = max(len(ink) for ink in inks)
    lefts, right = [], 0
    for ink in inks:
        lefts.append(max(right, 0))
        right = lefts[-1] + ink.shape[1] + round(gap * height)
    row = np.zeros(
        (
            round(1.2 * height),
            max(left + ink.shape[1] for left, ink in zip(lefts, inks, strict=True)),
        )
    )
    for left, ink in zip(lefts, inks, strict=True):
        top = int(generator.integers(len(row) - len(ink) + 1)) // 2
        place = row[top : top + len(ink), left : left + ink.shape[1]]
        np.maximum(place, ink, out=place)
    return row.astype(np.float32)


def _trimmed(ink: np.ndarray) -> np.ndarray:
    return ink[box_of(ink > 0.3)]


# How each kind is made, and its share.
KINDS: dict[str, tuple[Callable[[np.random.Generator, Rules], np.ndarray], float]] = {
    "letter written": (functools.partial(_written, LETTERS), 0.2),
    "letter printed": (functools.partial(_printed, LETTERS), 0.11),
    "sign written": (functools.partial(_written, SIGNS), 0.15),
    "sign printed": (functools.partial(_printed, SIGNS), 0.1),
    "word": (_word, 0.06),
    "scribble": (_scribble, 0.12),
    "lines": (_lines, 0.04),
    "frame": (_frame, 0.05),
    "several digits": (_several_digits, 0.11),
    "piece": (_piece, 0.03),
    "blot": (_blot, 0.03),
}
