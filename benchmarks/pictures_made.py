"""Pictures as people send them, made by the project's generators, each with what is written on it.

They stand in for collections that are not in the repository. The generators' rules are wider here than where the
reading network learns from them, the letters' fonts are others, and MNIST's digits are ones that it has not seen.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image


@dataclass(frozen=True)
class Written:
    """One picture.

    Attributes:
        picture: uint8, shape (rows, columns) or (rows, columns, 3).
        digits: what is written on it, in reading order; none where there is no digit.
    """

    picture: np.ndarray
    digits: tuple[int, ...]


@dataclass(frozen=True)
class Source:
    """MNIST's digits that pictures are made of: ``images``, uint8, shape (count, 28, 28), and their ``labels``."""

    images: np.ndarray
    labels: np.ndarray

    def one(self, generator: np.random.Generator) -> tuple[np.ndarray, int]:
        """One of them, cropped to its ink, 0 to 1, and which digit it is."""
        row = generator.integers(len(self.images))
        return _cropped(self.images[row] / np.float32(255)), int(self.labels[row])


def pictures(kind: str, count: int, seed: int, source: Source) -> list[Written]:
    """So many pictures of one of :data:`KINDS`; the n-th depends on the seed, n and the source alone."""
    return [KINDS[kind](np.random.default_rng([seed, number]), source) for number in range(count)]


# ---------------------------------------------------------------- one digit


def _drawn(generator: np.random.Generator, source: Source) -> Written:
    """On a screen: black on white, any form."""
    ink, digit = _form(generator)
    return Written(_on_paper(_on_canvas(ink, (280, 280), generator)), (digit,))


def _photographed(generator: np.random.Generator, source: Source) -> Written:
    from digits.handwriting.photographs import photograph

    row = generator.integers(len(source.images))
    picture = photograph(source.images[row] / np.float32(255), generator)
    return Written(picture, (int(source.labels[row]),))


def _sixteen(generator: np.random.Generator, source: Source) -> Written:
    """16 x 16 pixels, stretched to fill them, half of them black and white only; no pen is thinner than a pixel."""
    ink, digit = (
        source.one(generator) if generator.random() < 0.5 else _form(generator, pen=(0.07, 0.2))
    )
    small = _resized(ink, (16, 16))
    if generator.random() < 0.5:
        small = (small > 0.4).astype(float)
    return Written(_on_paper(small), (digit,))


def _eight(generator: np.random.Generator, source: Source) -> Written:
    """8 x 8 pixels with 17 greys."""
    ink, digit = source.one(generator)
    square = np.zeros((max(ink.shape),) * 2)
    left = (len(square) - ink.shape[1]) // 2
    square[: ink.shape[0], left : left + ink.shape[1]] = ink
    return Written(_on_paper(np.round(16 * _resized(square, (8, 8))) / 16), (digit,))


def _thin_crop(generator: np.random.Generator, source: Source) -> Written:
    """A thin pen, cropped closely, 45 pixels high."""
    ink, digit = _form(generator, pen=(0.025, 0.06))
    margin = int(generator.integers(0, 4))
    ink = np.pad(_cropped(ink), margin)
    width = max(8, round(45 * ink.shape[1] / ink.shape[0]))
    return Written(_on_paper(_resized(ink, (width, 45))), (digit,))


# ---------------------------------------------------------------- several


def _number(generator: np.random.Generator, source: Source) -> Written:
    """A whole number of two to six digits, by one hand; now and then two of them touch."""
    count = int(generator.integers(2, 7))
    return _row([None] * count, generator, source, touching=0.05)


def _sum(generator: np.random.Generator, source: Source) -> Written:
    """An addition or a subtraction, its signs written with the same pen."""
    signs = [str(generator.choice(["+", "-"])), "="]
    order = [None] * generator.integers(1, 3) + signs[:1] + [None] * generator.integers(1, 3)
    order += signs[1:] + [None] * generator.integers(1, 3)
    return _row(order, generator, source)


_SIGNS = {
    "+": (((0.5, 0.25), (0.5, 0.75)), ((0.2, 0.5), (0.8, 0.5))),
    "-": (((0.2, 0.5), (0.8, 0.5)),),
    "=": (((0.2, 0.4), (0.8, 0.4)), ((0.2, 0.62), (0.8, 0.62))),
}


def _row(
    order: list, generator: np.random.Generator, source: Source, touching: float = 0.0
) -> Written:
    """Digits (None) and signs in a row, on paper with a little light and shadow.

    A mark reaches into the box of the one before with the probability ``touching``.
    """
    from digits.handwriting.pens import Hand

    pen = float(generator.uniform(0.05, 0.13))
    slant = float(generator.uniform(-0.1, 0.35))
    hand = Hand((slant - 0.08, slant + 0.08), (-5, 5), (0.55, 0.9), (pen, pen), (0.01, 0.045))
    height = int(generator.integers(40, 80))
    digits, marks = [], []
    of_mnist = generator.random() < 0.5
    for sign in order:
        if sign:
            marks.append((_sign(sign, hand, height, generator), sign))
            continue
        ink, digit = source.one(generator) if of_mnist else _form(generator, hand)
        ink = _cropped(ink)
        scale = height * generator.uniform(0.85, 1.1) / ink.shape[0]
        size = max(3, round(scale * ink.shape[1])), round(scale * ink.shape[0])
        marks.append((_resized(ink, size), None))
        digits.append(digit)
    page = np.zeros((3 * height, sum(ink.shape[1] for ink, _ in marks) + height * (len(marks) + 3)))
    left = height
    for ink, sign in marks:
        rise = 0 if sign else int(generator.integers(-height // 10, height // 10 + 1))
        top = height + rise
        place = page[top : top + ink.shape[0], left : left + ink.shape[1]]
        np.maximum(place, ink[: len(place)], out=place)
        touches = generator.random() < touching
        gap = generator.uniform(-0.12, -0.04) if touches else generator.uniform(0.03, 0.5)
        left += ink.shape[1] + round(height * gap)
    light = np.linspace(1, generator.uniform(0.7, 1), page.shape[1])
    return Written(_on_paper(page[:, : left + height], light[: left + height]), tuple(digits))


def _sign(sign: str, hand, height: int, generator: np.random.Generator) -> np.ndarray:
    from digits.handwriting import pens

    ink = pens.drawn(_SIGNS[sign], generator, hand)
    ink = _cropped(ink)
    size = round(0.6 * height), max(3, round(0.6 * height * ink.shape[0] / ink.shape[1]))
    small = _resized(ink, size)
    placed = np.zeros((height, size[0]))
    top = max(0, (height - small.shape[0]) // 2)
    placed[top : top + small.shape[0]] = small[: height - top]
    return placed


# ---------------------------------------------------------------- no digit


def _mark(kind: str) -> Callable[[np.random.Generator, Source], Written]:
    """A picture with one mark of this kind, from fonts and hands that the network did not learn from."""

    def make(generator: np.random.Generator, source: Source) -> Written:
        from digits.handwriting import no_digit

        rules = no_digit.Rules(no_digit.HELD_BACK, _wide_hand())
        ink = no_digit.KINDS[kind][0](generator, rules)
        return Written(_on_paper(_on_canvas(ink, (280, 280), generator)), ())

    return make


def _text(generator: np.random.Generator, source: Source) -> Written:
    """A page of printed text."""
    from digits.handwriting import no_digit

    rules = no_digit.Rules(no_digit.HELD_BACK, _wide_hand())
    size = int(generator.integers(14, 30))
    page = np.zeros((24 * size, 26 * size))
    for top in range(2 * size, 22 * size, round(2.2 * size)):
        left = 2 * size
        while left < 24 * size:
            word = _resized_to_height(no_digit.KINDS["word"][0](generator, rules), size)
            if left + word.shape[1] > 25 * size:
                break
            page[top : top + len(word), left : left + word.shape[1]] = word
            left += word.shape[1] + size
    return Written(_on_paper(page), ())


def _blank(generator: np.random.Generator, source: Source) -> Written:
    from digits.handwriting.photographs import photograph

    return Written(photograph(None, generator), ())


KINDS: dict[str, Callable[[np.random.Generator, Source], Written]] = {
    "drawn on a screen": _drawn,
    "photographed": _photographed,
    "16 x 16 pixels": _sixteen,
    "8 x 8 pixels": _eight,
    "crops, thin pen": _thin_crop,
    "whole numbers": _number,
    "sums": _sum,
    "letters": _mark("letter written"),
    "printed letters": _mark("letter printed"),
    "signs": _mark("sign written"),
    "scribbles": _mark("scribble"),
    "pages of text": _text,
    "blank paper": _blank,
}


# ---------------------------------------------------------------- what they share


def _wide_hand(pen: tuple[float, float] = (0.025, 0.2)):
    """Hands that differ more than those that the network learned from."""
    from digits.handwriting.pens import Hand

    return Hand((-0.35, 0.65), (-12, 12), (0.45, 1.1), pen, (0.005, 0.06))


def _form(generator: np.random.Generator, hand=None, pen: tuple[float, float] = (0.025, 0.2)):
    """A digit in any form, its ink, and which it is."""
    from digits.handwriting import strokes_made

    digit, form = strokes_made.ALL_FORMS[generator.integers(len(strokes_made.ALL_FORMS))]
    return strokes_made.digit_drawn(digit, form, generator, hand or _wide_hand(pen)), digit


def _cropped(ink: np.ndarray) -> np.ndarray:
    from digits.handwriting.regions import box_of

    return ink[box_of(ink > 0.3)]


def _resized(ink: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Ink in another size, given as columns and rows."""
    from digits.handwriting.resizing import resized_to

    kind = Image.Resampling.BOX if size[0] < ink.shape[1] else Image.Resampling.BICUBIC
    return resized_to(ink, size[1], size[0], kind).clip(0, 1)


def _resized_to_height(ink: np.ndarray, height: int) -> np.ndarray:
    ink = _cropped(ink)
    return _resized(ink, (max(2, round(height * ink.shape[1] / ink.shape[0])), height))


def _on_canvas(
    ink: np.ndarray, shape: tuple[int, int], generator: np.random.Generator
) -> np.ndarray:
    """A mark at some size and place on an empty drawing area."""
    ink = _cropped(ink)
    scale = min(shape) * generator.uniform(0.3, 0.8) / max(ink.shape)
    small = _resized(ink, tuple(max(2, round(scale * side)) for side in ink.shape[::-1]))
    canvas = np.zeros(shape)
    top, left = (
        int(generator.integers(side - inner + 1))
        for side, inner in zip(shape, small.shape, strict=True)
    )
    canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
    return canvas


def _on_paper(ink: np.ndarray, light: np.ndarray | float = 1.0) -> np.ndarray:
    """Black ink on white paper as a picture, uint8."""
    return np.round(255 * (1 - 0.9 * ink) * light).astype(np.uint8)
