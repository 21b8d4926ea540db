"""Digits drawn by a program, in the forms that people of many countries learn to write.

MNIST's writers were Americans: a 1 with an upstroke, a crossed 7 or a slashed 0 is rare among their digits. Here each
form of a digit is a few strokes, and each stroke goes smoothly through a few points. What differs between hands and
pens is in :mod:`digits.handwriting.pens`.
"""

import numpy as np

from . import seen
from .pens import USUAL, Hand, Stroke, drawn

_OVAL = (
    (0.5, 0),
    (0.2, 0.12),
    (0.06, 0.5),
    (0.2, 0.88),
    (0.5, 1),
    (0.8, 0.88),
    (0.94, 0.5),
    (0.8, 0.12),
    (0.5, 0),
)
_STEM, _BASE = ((0.5, 0), (0.5, 1)), ((0.2, 1), (0.8, 1))
_FOOT = ((0.05, 1), (0.95, 1))
_ARCH = ((0.1, 0.25), (0.3, 0.03), (0.65, 0.03), (0.85, 0.25), (0.7, 0.5), (0.35, 0.78), (0.05, 1))
_LOWER_BOWL = ((0.35, 0.47), (0.7, 0.5), (0.9, 0.74), (0.6, 0.98), (0.08, 0.88))
_FIVES_BOWL = ((0.2, 0.44), (0.6, 0.38), (0.9, 0.66), (0.6, 0.97), (0.08, 0.92))
_FIVES_NECK = ((0.25, 0), (0.2, 0.44))
_TOP, _LEG, _BAR = (
    ((0.05, 0.04), (0.9, 0.03)),
    ((0.9, 0.03), (0.38, 1)),
    ((0.25, 0.52), (0.88, 0.48)),
)
_BENT_LEG = ((0.9, 0.03), (0.6, 0.4), (0.48, 1))
_TICK = ((0.08, 0.2), (0.06, 0.03))
_RING = ((0.8, 0.2), (0.5, 0), (0.15, 0.2), (0.25, 0.48), (0.6, 0.48), (0.82, 0.18))
# By digit and name of the form: its strokes.
FORMS: dict[int, dict[str, tuple[Stroke, ...]]] = {
    0: {
        "oval": (_OVAL,),
        "not quite closed": (((0.6, 0.04), *_OVAL[1:-1], (0.62, 0.08)),),
        "with a loop": (((0.55, 0.06), *_OVAL[1:-1], (0.55, 0.0), (0.4, 0.1), (0.6, 0.2), (0.85, 0.08)),),
        "slashed": (_OVAL, ((0.95, 0.02), (0.08, 0.98))),
        "slashed within": (_OVAL, ((0.72, 0.25), (0.28, 0.75))),
    },
    1: {
        "stroke": (_STEM,),
        "short upstroke": (((0.28, 0.2), (0.5, 0)), _STEM),
        "long upstroke": (((0.02, 0.42), (0.3, 0.22), (0.5, 0)), _STEM),
        "base": (_STEM, _BASE),
        "upstroke and base": (((0.22, 0.26), (0.5, 0)), _STEM, _BASE),
    },
    2: {
        "flat": (_ARCH, _FOOT),
        "with a loop": (
            ((0.1, 0.25), (0.35, 0.02), (0.78, 0.08), (0.8, 0.35), (0.5, 0.7), (0.2, 0.95), (0.06, 0.88),
             (0.25, 0.78), (0.55, 0.93), (0.97, 0.95)),
        ),
        "like a swan": (
            ((0.1, 0.2), (0.4, 0), (0.82, 0.2), (0.6, 0.6), (0.1, 0.98)),
            ((0.1, 0.98), (0.35, 0.88), (0.62, 0.98), (0.95, 0.88)),
        ),
        "pointed": (((0.05, 0.18), (0.4, 0.0), (0.85, 0.12), (0.75, 0.4), (0.05, 1)), _FOOT),
    },
    3: {
        "round": (((0.1, 0.12), (0.45, 0), (0.8, 0.2), (0.62, 0.42), (0.35, 0.47)), _LOWER_BOWL),
        "flat top": (
            ((0.1, 0.02), (0.85, 0.02)),
            ((0.85, 0.02), (0.4, 0.42)),
            ((0.4, 0.42), (0.8, 0.5), (0.9, 0.75), (0.55, 1), (0.08, 0.9)),
        ),
        "with a loop": (
            ((0.1, 0.1), (0.5, 0), (0.8, 0.2), (0.55, 0.45), (0.35, 0.52), (0.28, 0.43), (0.45, 0.43), (0.82, 0.6),
             (0.82, 0.88), (0.45, 1), (0.08, 0.9)),
        ),
    },
    4: {
        "open": (((0.25, 0), (0.08, 0.6)), ((0.08, 0.6), (0.92, 0.58)), ((0.7, 0.2), (0.68, 1))),
        "wide open": (((0.2, 0.02), (0.1, 0.55)), ((0.1, 0.55), (0.95, 0.53)), ((0.76, 0), (0.74, 1))),
        "round": (((0.12, 0), (0.1, 0.35), (0.3, 0.52), (0.8, 0.48)), ((0.8, 0), (0.74, 1))),
        "closed": (((0.7, 0), (0.05, 0.68)), ((0.05, 0.68), (0.95, 0.68)), ((0.7, 0), (0.7, 1))),
        "short stem": (((0.55, 0), (0.05, 0.62)), ((0.05, 0.62), (0.92, 0.6)), ((0.62, 0.38), (0.58, 1))),
    },
    5: {
        "hat": (_FIVES_NECK, _FIVES_BOWL, ((0.25, 0), (0.92, -0.02))),
        "hat apart": (_FIVES_NECK, _FIVES_BOWL, ((0.38, -0.06), (0.98, -0.08))),
        "one stroke": (
            ((0.88, 0.02), (0.3, 0.03)),
            ((0.3, 0.03), (0.25, 0.42), (0.68, 0.42), (0.88, 0.7), (0.5, 1), (0.08, 0.9)),
        ),
        "like an S": (((0.85, 0.05), (0.4, 0.03), (0.22, 0.3), (0.65, 0.48), (0.85, 0.75), (0.45, 1), (0.06, 0.88)),),
    },
    6: {
        "curved": (
            ((0.8, 0.02), (0.4, 0.2), (0.12, 0.6), (0.25, 0.95), (0.6, 1), (0.86, 0.76), (0.6, 0.54),
             (0.18, 0.68)),
        ),
        "straight stem": (
            ((0.62, 0), (0.25, 0.45), (0.1, 0.8), (0.4, 1), (0.8, 0.92), (0.8, 0.66), (0.5, 0.56), (0.14, 0.72)),
        ),
        "small loop": (
            ((0.75, 0), (0.3, 0.3), (0.12, 0.75), (0.35, 1), (0.65, 0.9), (0.6, 0.7), (0.35, 0.68), (0.16, 0.84)),
        ),
        "large loop": (
            ((0.65, 0), (0.22, 0.28), (0.06, 0.62), (0.3, 0.98), (0.75, 0.95), (0.92, 0.62), (0.6, 0.4),
             (0.14, 0.52)),
        ),
    },
    7: {
        "plain": (_TOP, _LEG),
        "curved": (_TOP, _BENT_LEG),
        "with a tick": (_TICK, _TOP, _LEG),
        "crossed": (_TOP, _LEG, _BAR),
        "crossed with a tick": (_TICK, _TOP, _BENT_LEG, _BAR),
        "waved": (((0.04, 0.14), (0.25, 0.0), (0.55, 0.09), (0.92, 0.02)), ((0.92, 0.02), (0.55, 0.5), (0.4, 1)), _BAR),
    },
    8: {
        "one stroke": (
            ((0.78, 0.14), (0.45, 0), (0.18, 0.2), (0.5, 0.47), (0.86, 0.75), (0.5, 1), (0.12, 0.78), (0.5, 0.47),
             (0.82, 0.22), (0.74, 0.08)),
        ),
        "two rings": (
            ((0.5, 0), (0.2, 0.12), (0.25, 0.38), (0.5, 0.47), (0.76, 0.38), (0.8, 0.12), (0.5, 0)),
            ((0.5, 0.47), (0.15, 0.6), (0.12, 0.88), (0.5, 1), (0.88, 0.88), (0.85, 0.6), (0.5, 0.47)),
        ),
        "open above": (
            ((0.85, 0.02), (0.45, 0.04), (0.2, 0.22), (0.5, 0.47), (0.84, 0.75), (0.5, 1), (0.14, 0.78), (0.45, 0.5),
             (0.95, 0.06)),
        ),
    },
    9: {
        "straight": (_RING, ((0.82, 0.14), (0.74, 1))),
        "bent": (_RING, ((0.82, 0.14), (0.74, 0.6), (0.36, 1))),
        "curled": (_RING, ((0.82, 0.14), (0.84, 0.6), (0.68, 0.95), (0.32, 1), (0.12, 0.85))),
        "one stroke": (
            ((0.84, 0.08), (0.45, 0), (0.14, 0.22), (0.35, 0.46), (0.7, 0.36), (0.84, 0.08), (0.8, 0.5),
             (0.6, 1)),
        ),
    },
}  # fmt: skip
ALL_FORMS = tuple((digit, form) for digit, forms in FORMS.items() for form in forms)


def digit_drawn(
    digit: int, form: str, generator: np.random.Generator, hand: Hand = USUAL
) -> np.ndarray:
    """One digit in one form as some hand draws it; returns ink as :func:`digits.handwriting.pens.drawn` does."""
    return drawn(FORMS[digit][form], generator, hand)


def digits_made(count: int, seed: int, hand: Hand = USUAL) -> tuple[np.ndarray, np.ndarray]:
    """Digits of all forms, as the pipeline would hand them to a network; every digit is equally frequent.

    Args:
        count: how many.
        seed: decides forms, hands and pens. The n-th digit depends on it and n alone.
        hand: between which limits hands and pens differ.

    Returns:
        Images, uint8, shape (count, 28, 28), 0 for paper to 255 for ink, and their labels, int64, shape (count,).
    """

    def make(number: int) -> np.ndarray:
        generator = np.random.default_rng([seed, number])
        form = generator.choice(list(FORMS[number % 10]))
        return seen.through_camera(digit_drawn(number % 10, form, generator, hand), generator)

    return seen.made(make, count), np.arange(count) % 10
