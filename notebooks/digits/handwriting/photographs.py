"""Photographs of handwritten digits, made from MNIST's images: every writer of MNIST on all kinds of paper.

They test what :mod:`digits.handwriting.pipeline` makes of pictures that nobody prepared, in numbers that no
collection of real photographs has, and with labels.
"""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image
from scipy import ndimage

from ..basics.cores import on_all_cores
from .regions import signed_distance, usual_thickness

# Red, green and blue from 0 to 1.
Colour = tuple[float, float, float]
_PENS = {
    "black": (0.08, 0.08, 0.10),
    "blue": (0.10, 0.16, 0.50),
    "red": (0.68, 0.10, 0.12),
    "green": (0.08, 0.38, 0.20),
    "pencil": (0.36, 0.36, 0.38),
}
_PAPERS = {
    "white": (0.96, 0.96, 0.95),
    "cream": (0.95, 0.91, 0.81),
    "recycled": (0.74, 0.72, 0.68),
    "yellow note": (0.97, 0.90, 0.48),
    "blue note": (0.72, 0.85, 0.94),
}
_BOARD, _CHALK = (0.13, 0.22, 0.19), (0.90, 0.90, 0.86)
_TABLES = ((0.30, 0.20, 0.13), (0.16, 0.16, 0.17), (0.62, 0.48, 0.34), (0.88, 0.88, 0.87))
# How many of the photographs have these.
_BOARDS, _RULED_PAPERS, _SPECKS, _TABLE_EDGES, _WHOLE_SHEETS = 0.08, 0.3, 0.3, 0.12, 0.1


def photographs_of(digits: Sequence[np.ndarray | None], seed: int) -> list[np.ndarray]:
    """A photograph of each digit, made on as many threads as there are processor cores.

    Args:
        digits: float32 images of shape (784,) or (28, 28), 0 for paper to 1 for ink; None for an empty page.
        seed: decides paper, light, pen and camera. The n-th photograph depends on it, n and the n-th digit alone.

    Returns:
        uint8 arrays of shape (rows, columns, 3), with sides from 160 to 420 pixels.
    """
    generators = [np.random.default_rng([seed, number]) for number in range(len(digits))]
    return on_all_cores(photograph, digits, generators)


def photograph(digit: np.ndarray | None, generator: np.random.Generator) -> np.ndarray:
    """One photograph of a digit, from a generator's random numbers; shapes and dtypes as :func:`photographs_of`."""
    longer = int(generator.integers(220, 421))
    shorter = max(160, round(longer * generator.uniform(0.7, 1.0)))
    shape = (longer, shorter) if generator.random() < 0.5 else (shorter, longer)
    ink = _written(digit, shape, generator)
    paper, pen, opacity = _materials(shape, generator)
    ink = (ink * opacity)[:, :, None]
    scene = paper * (1 - ink) + np.asarray(pen) * ink
    around = generator.random()
    if around < _TABLE_EDGES:
        scene = _at_a_tables_edge(scene, generator)
    elif around < _TABLE_EDGES + _WHOLE_SHEETS:
        scene = _on_a_table(scene, generator)
    scene = scene * _light(shape, generator)[:, :, None]
    return _camera(scene, generator)


def _written(
    digit: np.ndarray | None, shape: tuple[int, int], generator: np.random.Generator
) -> np.ndarray:
    """How much of each place the pen has covered, 0 to 1: the digit at another size, place, turn and thickness."""
    if digit is None:
        return np.zeros(shape)
    size = min(shape) * generator.uniform(0.22, 0.70)  # of the square that holds the digit
    factor = size / 20
    angle = np.deg2rad(generator.uniform(-12, 12))
    slant = generator.uniform(-0.12, 0.12)
    thicker = generator.uniform(-0.5, 1.2)  # in the 28 x 28 pixels
    # From a place in the picture, relative to the digit's middle, to a place in the 28 x 28 pixels.
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    matrix = np.array([[1, 0], [slant, 1]]) @ turn / factor
    room = size * 0.72  # for the turned and thickened digit
    middle = np.array([generator.uniform(room, max(side - room, room + 1)) for side in shape])
    smooth = ndimage.gaussian_filter(np.reshape(digit, (28, 28)), 0.5)
    offset = 13.5 - matrix @ middle
    field = ndimage.affine_transform(smooth, matrix, offset, output_shape=shape, order=3)
    signed = signed_distance(field > 0.45)
    # Thin strokes would break rather than get thinner.
    thinnest = -0.45 * usual_thickness(signed)
    return (0.5 + max(thicker * factor, thinnest) / 2 + signed).clip(0, 1)


def _materials(
    shape: tuple[int, int], generator: np.random.Generator
) -> tuple[np.ndarray, Colour, np.ndarray]:
    """Paper (rows, columns, 3), the pen's colour, and how much of the paper its ink hides at each place."""
    is_board = generator.random() < _BOARDS
    kind = generator.choice(list(_PENS))
    pen = _CHALK if is_board else _PENS[kind]
    colour = _BOARD if is_board else _PAPERS[generator.choice(list(_PAPERS))]
    coarse = _noise(shape, generator.uniform(2, 12), generator)
    fine = _noise(shape, 0.7, generator)
    grain = generator.uniform(0.0, 0.02) * coarse + generator.uniform(0.0, 0.02) * fine
    paper = np.asarray(colour) * (1 + grain)[:, :, None]
    if not is_board and generator.random() < _RULED_PAPERS:
        paper = _ruled(paper, generator)
    if generator.random() < _SPECKS:
        paper = _speckled(paper, pen, generator)
    # Pencil and chalk leave gaps on the paper's grain; a pen's ink hardly does.
    gaps = 0.22 if is_board or kind == "pencil" else 0.05
    opacity = generator.uniform(0.75, 1.0) * (1 - gaps * np.abs(fine)).clip(0.3, 1)
    return paper, pen, opacity


def _ruled(paper: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Paper with printed lines or squares."""
    rows, columns = paper.shape[:2]
    spacing = generator.uniform(0.10, 0.22) * min(rows, columns)
    width = max(1.0, generator.uniform(0.003, 0.007) * min(rows, columns))
    printed = generator.uniform(0.10, 0.55)
    tone = np.array([0.45, 0.55, 0.75]) if generator.random() < 0.5 else np.full(3, 0.5)
    start, lean = generator.uniform(0, spacing), generator.uniform(-0.03, 0.03)
    y, x = np.mgrid[:rows, :columns]
    lines = np.abs((y + lean * x - start) % spacing - spacing / 2) < width / 2
    if generator.random() < 0.5:
        lines |= np.abs((x - lean * y - start) % spacing - spacing / 2) < width / 2
    covered = (printed * lines)[:, :, None]
    return paper * (1 - covered) + tone * covered


def _speckled(paper: np.ndarray, pen: Colour, generator: np.random.Generator) -> np.ndarray:
    """Paper with a few dots of ink, as a pen leaves them that was put down for a moment."""
    rows, columns = paper.shape[:2]
    y, x = np.mgrid[:rows, :columns]
    for _ in range(generator.integers(1, 7)):
        row, column = generator.uniform(0, rows), generator.uniform(0, columns)
        radius = generator.uniform(0.003, 0.009) * min(rows, columns)
        distance = np.hypot(y - row, x - column)
        dot = (0.5 + radius - distance).clip(0, 1)[:, :, None] * generator.uniform(0.4, 1)
        paper = paper * (1 - dot) + np.asarray(pen) * dot
    return paper


def _at_a_tables_edge(scene: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """The edge of the page along one side of the picture, and the table beyond it."""
    turns = int(generator.integers(4))
    scene = np.rot90(scene, turns)
    rows, columns = scene.shape[:2]
    y, x = np.mgrid[:rows, :columns]
    edge = generator.uniform(0.02, 0.09) * rows + generator.uniform(-0.05, 0.05) * (x - columns / 2)
    table = (0.5 + edge - y).clip(0, 1)[:, :, None]
    scene = scene * (1 - table) + np.asarray(_TABLES[generator.integers(len(_TABLES))]) * table
    return np.rot90(scene, -turns)


def _on_a_table(scene: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """The whole page, a little turned, on a table that is seen all around it."""
    shape = scene.shape[:2]
    angle = np.deg2rad(generator.uniform(-8, 8))
    shrink = generator.uniform(0.65, 0.8)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) / shrink
    middle = np.array(shape) / 2
    place = middle + generator.uniform(-0.05, 0.05, 2) * shape
    colour = np.asarray(_TABLES[generator.integers(len(_TABLES))])
    wood = 1 + 0.05 * _noise(shape, 6, generator)
    table = wood[:, :, None] * colour
    offset = middle - turn @ place

    def laid(layer: np.ndarray) -> np.ndarray:
        return ndimage.affine_transform(layer, turn, offset, order=1, cval=0)

    covered = laid(np.ones(shape))[:, :, None]
    page = np.stack([laid(scene[:, :, channel]) for channel in range(3)], axis=2)
    return page + table * (1 - covered)


def _light(shape: tuple[int, int], generator: np.random.Generator) -> np.ndarray:
    """How bright the light is at each place: falling off to one side, and perhaps with the edge of a shadow."""
    rows, columns = shape
    y, x = np.meshgrid(np.linspace(-0.5, 0.5, rows), np.linspace(-0.5, 0.5, columns), indexing="ij")
    direction = generator.uniform(0, 2 * np.pi)
    light = 1 - generator.uniform(0, 0.45) * (x * np.cos(direction) + y * np.sin(direction) + 0.5)
    light = light * (1 - generator.uniform(0, 0.25) * (x**2 + y**2) * 2)
    if generator.random() < 0.3:
        direction = generator.uniform(0, 2 * np.pi)
        beyond = x * np.cos(direction) + y * np.sin(direction) - generator.uniform(-0.2, 0.4)
        softness = generator.uniform(0.05, 0.15)
        light = light * (1 - generator.uniform(0.1, 0.3) / (1 + np.exp(-beyond / softness)))
    return light * generator.uniform(0.75, 1.05)


def _camera(scene: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """What a camera makes of it: a little out of focus, with noise, and saved as a JPEG file."""
    out_of_focus = generator.uniform(0.3, 1.3)
    scene = ndimage.gaussian_filter(scene, (out_of_focus, out_of_focus, 0))
    scene = scene + generator.normal(scale=generator.uniform(0.003, 0.03), size=scene.shape)
    pixels = np.round(255 * scene.clip(0, 1)).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=int(generator.integers(50, 96)))
    return np.asarray(Image.open(file))


def _noise(shape: tuple[int, int], smoothness: float, generator: np.random.Generator) -> np.ndarray:
    """Smooth random values with mean 0 and standard deviation 1, with bumps about so many pixels wide."""
    # Wide bumps are made on a coarser grid: blurring takes longer the wider it is.
    step = max(1, int(smoothness / 2))
    coarse = generator.normal(size=[-(-side // step) + 1 for side in shape])
    coarse = ndimage.gaussian_filter(coarse, smoothness / step)
    field = ndimage.zoom(coarse, step, order=1) if step > 1 else coarse
    field = field[: shape[0], : shape[1]]
    return (field - field.mean()) / field.std()
