"""How a hand and a pen turn curves into ink: what the generators of digits and of other marks share."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw
from scipy.interpolate import CubicSpline

# Where a stroke goes through, smoothly: x to the right, y downwards, 0 to 1 within the mark's box.
Stroke = Sequence[tuple[float, float]] | np.ndarray
_SIDE = 64  # pixels of the longer side of what is drawn
_FINER = (
    2  # it is drawn in so many times as many pixels, and reduced: Pillow's lines have no soft edges
)


@dataclass(frozen=True)
class Hand:
    """How much hands and pens differ: each mark is drawn by one of its own, between these limits.

    Attributes:
        slant: sideways per height; positive leans to the right, as most hands do.
        turn: of the whole mark, in degrees.
        width: what the width is multiplied by.
        pen: the stroke's thickness, out of 1 for the mark's height.
        unsteady: the standard deviation of each point's place, out of 1 for the mark's height.
    """

    slant: tuple[float, float] = (-0.2, 0.5)
    turn: tuple[float, float] = (-8, 8)
    width: tuple[float, float] = (0.5, 1.0)
    pen: tuple[float, float] = (0.03, 0.2)
    unsteady: tuple[float, float] = (0.01, 0.05)


USUAL = Hand()


def drawn(
    strokes: Sequence[Stroke], generator: np.random.Generator, hand: Hand = USUAL
) -> np.ndarray:
    """The strokes as some hand draws them with some pen.

    Returns:
        Ink, float32, shape (rows, columns), 0 for paper to 1 for ink; the longer side has 64 pixels and a margin.
    """
    unsteady = generator.uniform(*hand.unsteady)
    matrix = shape_of_writing(generator, hand)
    thickness = np.exp(
        generator.uniform(*np.log(hand.pen))
    )  # thin pens are as frequent as thick ones
    curves = []
    for stroke in strokes:
        points = np.array(stroke, dtype=float)
        points += generator.normal(scale=unsteady, size=points.shape)
        curves.append(_smooth(points) @ matrix.T)
    return _inked(curves, thickness)


def shape_of_writing(generator: np.random.Generator, hand: Hand) -> np.ndarray:
    """What a hand does to x and y: shape (2, 2)."""
    angle = np.deg2rad(generator.uniform(*hand.turn))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    slant = np.array([[1, -generator.uniform(*hand.slant)], [0, 1]])
    return turn @ slant @ np.diag([generator.uniform(*hand.width), 1])


def _smooth(points: np.ndarray) -> np.ndarray:
    """Many points of a smooth curve through a few; a straight line through two."""
    if len(points) < 3:
        return points
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    along = np.concatenate([[0], np.cumsum(steps + 1e-6)])
    return CubicSpline(along, points)(np.linspace(0, along[-1], 8 * len(points)))


def _inked(curves: list[np.ndarray], thickness: float) -> np.ndarray:
    """Curves drawn with a round pen, whose thickness is out of 1 for the height of all."""
    lowest = np.min([one.min(axis=0) for one in curves], axis=0)
    extent = np.max([one.max(axis=0) for one in curves], axis=0) - lowest
    scale = _SIDE * _FINER / max(extent.max(), 1e-6)
    pen = max(thickness * max(extent.max(), 1e-6) * scale, _FINER)
    margin = int(pen / 2) // _FINER * _FINER + 2 * _FINER
    columns, rows = (int(side * scale) // _FINER * _FINER + 2 * margin for side in extent)
    picture = Image.new("L", (columns, rows))
    pencil = ImageDraw.Draw(picture)
    for one in curves:
        places = [tuple(place) for place in (one - lowest) * scale + margin]
        pencil.line(places, fill=255, width=round(pen), joint="curve")
        for x, y in (places[0], places[-1]):
            pencil.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=255)
    return np.asarray(picture.reduce(_FINER), dtype=np.float32) / 255
