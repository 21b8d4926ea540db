"""Drawings as the pad holds them, by program: lists of strokes, each a list of places from 0 to 1."""

import numpy as np
from digits.handwriting import pens, strokes_made

HAND = pens.Hand(slant=(-0.1, 0.3), unsteady=(0.005, 0.03))
MINUS = (((0, 0.5), (1, 0.5)),)
PLUS = (((0.5, 0), (0.5, 1)), ((0, 0.5), (1, 0.5)))


def drawings(count: int, seed: int = 0) -> list[list]:
    """So many drawings: single digits in all forms, large and small, numbers, sums, and digits that touch."""
    return [_drawing(np.random.default_rng([seed, number]), number) for number in range(count)]


def _drawing(generator: np.random.Generator, number: int) -> list:
    marks = 1 if number % 5 else int(generator.integers(2, 5))
    forms = [_form(generator) for _ in range(marks)]
    if marks > 2:
        forms[1] = (PLUS, MINUS, forms[1])[generator.integers(3)]
    height = generator.uniform(*(((0.12, 0.25), (0.25, 0.85))[number % 3 > 0]))
    if marks > 1:
        height = generator.uniform(0.2, 0.3)
    gap = generator.uniform(-0.02, 0.1)
    strokes, left = [], 0.06
    for form in forms:
        curves = _written(form, generator)
        size = height * (0.5 if form in (PLUS, MINUS) else 1)
        top = 0.08 + generator.uniform(0, 0.02) + (height - size) / 2
        width = max(curve[:, 0].max() for curve in curves)
        strokes += [(curve * size + (left, top)).clip(0.04, 0.96).tolist() for curve in curves]
        left += width * size + 0.08 + gap
    return strokes


def _form(generator: np.random.Generator) -> tuple:
    digit, form = strokes_made.ALL_FORMS[generator.integers(len(strokes_made.ALL_FORMS))]
    return strokes_made.FORMS[digit][form]


def _written(form: tuple, generator: np.random.Generator) -> list[np.ndarray]:
    """A form's strokes by some hand: the whole is 1 high, or 1 wide where that is more."""
    matrix, unsteady = pens.shape_of_writing(generator, HAND), generator.uniform(*HAND.unsteady)
    curves = []
    for stroke in form:
        points = np.array(stroke, dtype=float)
        points += generator.normal(scale=unsteady, size=points.shape)
        curves.append(pens._smooth(points) @ matrix.T)
    lowest = np.min([curve.min(axis=0) for curve in curves], axis=0)
    extent = np.max([curve.max(axis=0) for curve in curves], axis=0) - lowest
    return [(curve - lowest) / extent.max() for curve in curves]
