"""Fifth stage: which connected parts of the ink are a pen's strokes, not lines, tables, shadows or squared paper."""

import numpy as np
from scipy import ndimage

from .between import Part, Strokes
from .borders import contacts, is_cropped_to, sides
from .preparation import Preparation

# Less ink than this, out of 1, is no pen's stroke where other marks are stronger.
_FAINT = 0.7


def strokes_in(ink: np.ndarray, preparation: Preparation) -> Strokes:
    """The parts of digits in a picture.

    Args:
        ink: from :func:`digits.handwriting.ink.ink_of`, float32, shape (rows, columns), 0 for paper to 1 for ink.
        preparation: how.

    Raises:
        ValueError: there are only lines, tables, shadows and specks.
    """
    labels, count = ndimage.label(ink > preparation.stroke_above, np.ones((3, 3)))
    if "lines and specks dropped" in preparation.without:
        return Strokes(ink, labels, None)
    parts = _parts_of_digits(ink, labels, _parts_in(labels, count))
    if not parts:
        raise ValueError("No digit was found: there are only lines or specks on the paper.")
    if max(part.height for part in parts) < max(5, preparation.smallest_digit * max(ink.shape)):
        raise ValueError("No digit was found: what there is on the paper is too small.")
    return Strokes(ink, labels, tuple(parts))


def _parts_in(labels: np.ndarray, count: int) -> list[Part]:
    """All connected parts of a labelled picture."""
    return [
        Part(
            number,
            rows.start,
            rows.stop,
            columns.start,
            columns.stop,
            labels[rows, columns] == number,
            contact,
        )
        for number, ((rows, columns), contact) in enumerate(
            zip(ndimage.find_objects(labels), contacts(labels, count), strict=True), 1
        )
    ]


def _parts_of_digits(ink: np.ndarray, labels: np.ndarray, parts: list[Part]) -> list[Part]:
    """Those parts that belong to digits; none if there are only lines, tables and shadows."""
    parts = [part for part in parts if not _is_net(part) and not _is_faint(part, ink)]
    cropped = [part for part in parts if is_cropped_to(part.mask, part.contact, ink.shape)]
    if cropped and not _are_squares(cropped, labels):
        return cropped
    parts = [
        part
        for part in parts
        if not _is_line_or_border(part, ink.shape)
        and not (part.contact.any() and _is_shadow(part, labels, ink))
    ]
    return [] if _are_squares(parts, labels) else _without_margins(parts, ink.shape)


def _is_line_or_border(part: Part, shape: tuple[int, int]) -> bool:
    """Whether it is a ruled line, a table's edge or a shadow along a side."""
    rows, columns = shape
    touches = np.count_nonzero(part.contact)
    thin = min(part.height, part.width) < 0.06 * max(shape)
    if (part.width >= 0.9 * columns or part.height >= 0.9 * rows) and (thin or touches >= 2):
        return bool(thin or touches >= 3 or part.mask.mean() > 0.9)
    return bool(touches >= 1 and thin and max(part.height, part.width) > 0.3 * max(shape))


def _is_net(part: Part) -> bool:
    """Whether it has more holes than any digit, as printed squares have."""
    holes, _ = ndimage.label(~np.pad(part.mask, 1))  # the first is what lies around it
    # Small ones are where a pencil left out the paper's grain.
    return bool(
        np.count_nonzero(np.bincount(holes.ravel())[2:] > max(16, 0.001 * part.mask.size)) > 6
    )


def _is_faint(part: Part, ink: np.ndarray) -> bool:
    """Whether even its strongest tenth is weaker than the pen's strokes are, as printed lines are beside them."""
    inside = ink[part.top : part.bottom, part.left : part.right][part.mask]
    return np.quantile(inside, 0.9) < _FAINT


def _is_shadow(part: Part, labels: np.ndarray, ink: np.ndarray) -> bool:
    """Whether it fades away slowly, as the pen's strokes do not: a little beyond its edge there is still some of it."""
    width = max(4, round(0.12 * part.height))
    around = (
        slice(max(part.top - width, 0), part.bottom + width),
        slice(max(part.left - width, 0), part.right + width),
    )
    distance = ndimage.distance_transform_edt(labels[around] != part.number)
    beyond = (distance > width - 1) & (distance <= width) & (labels[around] == 0)
    return bool(beyond.any()) and np.mean(ink[around][beyond] > 0.02) > 0.5


def _are_squares(parts: list[Part], labels: np.ndarray) -> bool:
    """Whether the larger parts are lines of squared paper: several run out of the picture on each of its sides."""
    most = max((part.area for part in parts), default=0)
    large = {part.number for part in parts if part.area >= 0.02 * most}
    return all(len(large.intersection(side.tolist())) >= 2 for side in sides(labels))


def _without_margins(parts: list[Part], shape: tuple[int, int]) -> list[Part]:
    """Parts without those that fill a corner, and without others that lean against a side, if any are left."""
    leaning = {part.number: _leans_against(part, shape) for part in parts}
    parts = [part for part in parts if sorted(leaning[part.number]) != [0, 1]]
    free = [part for part in parts if not leaning[part.number]]
    tallest_free = max((part.height for part in free), default=0)
    tallest = max((part.height for part in parts), default=1)
    return free if tallest_free >= 0.2 * tallest else parts


def _leans_against(part: Part, shape: tuple[int, int]) -> list[int]:
    """The axes of the sides along which at least half of the part's own extent lies: 0 for the left and right."""
    rows, columns = shape
    lengths = part.contact * (columns, columns, rows, rows)
    extents = (part.width, part.width, part.height, part.height)
    return [
        axis
        for length, extent, axis in zip(lengths, extents, (1, 1, 0, 0), strict=True)
        if length >= 0.5 * extent
    ]
