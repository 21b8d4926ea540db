"""Fourth stage: how much ink there is at each place, whatever the colour of the pen."""

import numpy as np
from scipy import ndimage

from .between import Paper
from .borders import contacts, is_cropped_to
from .preparation import Preparation


def ink_of(paper: Paper, preparation: Preparation) -> np.ndarray:
    """What differs from the paper in the direction in which most of the strongest differences lie is ink.

    Args:
        paper: from :func:`digits.handwriting.paper.paper_of`.
        preparation: how.

    Returns:
        Float32 from 0 for paper to 1 for ink, shape (rows, columns).

    Raises:
        ValueError: no ink stands out from the paper.
    """
    difference = paper.page - paper.bare
    along = difference @ _direction_of_ink(difference, preparation)
    if "lines and specks dropped" not in preparation.without:
        along = _without_table(along)
    full = _usual_strength(along)
    if full < max(preparation.faintest, preparation.above_grain * _grain(along, full), 1e-6):
        raise ValueError(
            "No ink stands out from the paper: the picture seems to be empty, or too faint."
        )
    contrast = preparation.ink_above - preparation.paper_below
    return ((along / full - preparation.paper_below) / contrast).clip(0, 1).astype(np.float32)


def _direction_of_ink(difference: np.ndarray, preparation: Preparation) -> np.ndarray:
    """The direction in colour from paper to ink, shape (3,): as long as makes black on white 1."""
    some = difference[::2, ::2].reshape(-1, 3)  # enough for what is to be estimated
    strength = np.linalg.norm(some, axis=1)
    strongest = some[strength >= np.quantile(strength, 0.985)]
    # The direction in which most of them lie: the main axis of their scatter.
    _, axes = np.linalg.eigh(strongest.T @ strongest)
    direction = axes[:, -1]
    if "polarity found" in preparation.without:
        points_away = direction.sum() > 0  # as if ink were always darker than paper
    else:
        points_away = np.sum((strongest @ direction) ** 3) < 0
    return (-direction if points_away else direction) / np.sqrt(3)


def _usual_strength(along: np.ndarray) -> float:
    """How far most of the ink is from the paper; 0 if nothing differs from it."""
    strong = along[along > max(0.5 * along.max(), 1e-6)]
    return float(np.median(strong)) if strong.size else 0.0


def _grain(along: np.ndarray, full: float) -> float:
    """The standard deviation of bare paper, estimated so that a few faint marks do not count."""
    bare = along[::2, ::2]
    bare = bare[bare < 0.3 * full]
    return 1.4826 * float(np.median(np.abs(bare - np.median(bare)))) if bare.size else 0.0


def _without_table(along: np.ndarray) -> np.ndarray:
    """Strengths without what lies beyond the page's edge: it would make the ink itself look faint.

    That is what covers most of one side of the picture.
    """
    labels, count = ndimage.label(along > 0.4 * along.max())
    touching = contacts(labels, count)
    boxes = ndimage.find_objects(labels)
    beyond = [
        number + 1
        for number in np.flatnonzero(touching.max(axis=1, initial=0) > 0.6)
        if not is_cropped_to(labels[boxes[number]] == number + 1, touching[number], along.shape)
    ]
    if not beyond:
        return along
    # The edge itself is blurred, and would be left as a line.
    table = ndimage.binary_dilation(np.isin(labels, beyond), iterations=max(along.shape) // 80 + 1)
    return np.where(table, 0, along)
