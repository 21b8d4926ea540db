"""Fourth stage: how much ink there is at each place, whatever the colour of the pen."""

import numpy as np
from scipy import ndimage
from skimage import measure

from .between import Paper
from .preparation import Preparation
from .regions import contacts, is_cropped_to, regions_of
from .resizing import resized_to

# The page is smoothed with this standard deviation, in pixels, against the camera's noise.
_SMOOTH = 0.6
# In a picture of few pixels, most of what looks like grain are the edges of strokes.
_OF_FEW_PIXELS = 0.7
# On paper that is darker, light cannot be told.
_DARK = 0.1
# The least and the most light that is reckoned with, out of 1 for the middle of the page.
_LIGHT = 0.4, 2.0


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
    direction = _direction_of_ink(paper, preparation)
    shape = paper.page.shape[:2]
    along = paper.page @ direction - resized_to(paper.bare @ direction, *shape)
    along = ndimage.gaussian_filter(along, _SMOOTH)
    if "ink weighed by light" not in preparation.without:
        along = along / resized_to(_light_on(paper.bare), *shape)
    if "lines and specks dropped" not in preparation.without:
        along = _without_table(along)
    full = usual_strength(along)
    grain = _grain(along, full)
    if max(shape) <= preparation.smallest_side:
        grain *= _OF_FEW_PIXELS
    if full < max(preparation.faintest, preparation.above_grain * grain, 1e-6):
        raise ValueError(
            "No ink stands out from the paper: the picture seems to be empty, or too faint."
        )
    return with_contrast(along / full, preparation)


def with_contrast(strength: np.ndarray, preparation: Preparation) -> np.ndarray:
    """What is weaker than ink becomes paper, and what is nearly as strong as ink becomes ink: float32, 0 to 1.

    Args:
        strength: out of 1 for the pen's usual strength.
        preparation: how.
    """
    contrast = preparation.ink_above - preparation.paper_below
    return ((strength - preparation.paper_below) / contrast).clip(0, 1).astype(np.float32)


def _light_on(bare: np.ndarray) -> np.ndarray:
    """How much light falls on each place of the paper, out of 1 for its middle: a pen darkens only what is lit."""
    lightness = np.maximum(bare.mean(axis=2), _DARK)
    return (lightness / np.median(lightness)).clip(*_LIGHT)


def _direction_of_ink(paper: Paper, preparation: Preparation) -> np.ndarray:
    """The direction in colour from paper to ink, float32, shape (3,): as long as makes black on white 1."""
    step = max(2, max(paper.page.shape) // 200)
    some = paper.page[::step, ::step]  # enough for what is to be estimated
    some = (some - resized_to(paper.bare, *some.shape[:2])).reshape(-1, 3)
    strength = np.linalg.norm(some, axis=1)
    strongest = some[strength >= np.quantile(strength, 0.985)]
    # The direction in which most of them lie: the main axis of their scatter.
    _, axes = np.linalg.eigh(strongest.T @ strongest)
    direction = axes[:, -1]
    if "polarity found" in preparation.without:
        points_away = direction.sum() > 0  # as if ink were always darker than paper
    else:
        points_away = np.sum((strongest @ direction) ** 3) < 0
    return (-direction if points_away else direction).astype(np.float32) / np.float32(np.sqrt(3))


def usual_strength(along: np.ndarray) -> float:
    """How far most of the ink is from the paper; 0 if nothing differs from it."""
    strong = along[along > max(0.5 * along.max(), 1e-6)]
    return float(np.median(strong)) if strong.size else 0.0


def _grain(along: np.ndarray, full: float) -> float:
    """The standard deviation of bare paper between near places, or half of that on the whole page, if it is larger.

    A digit's soft edge and a faint mark differ slowly, and are no grain.
    """
    bare = np.where(along < 0.3 * full, along, np.nan)[::2, ::2]
    near = np.abs(bare[:, 2:] - bare[:, :-2])
    far = np.abs(bare - np.nanmedian(bare)) if np.isfinite(bare).any() else near
    usual = [np.median(each[np.isfinite(each)]) for each in (near, far) if np.isfinite(each).any()]
    # From the median to the standard deviation; between two places it is larger.
    return 1.4826 * float(max(np.divide(usual, (np.sqrt(2), 2)[: len(usual)]), default=0.0))


def _without_table(along: np.ndarray) -> np.ndarray:
    """Strengths without what lies beyond the page's edge: it would make the ink itself look faint.

    That is what covers most of one side of the picture.
    """
    labels = measure.label(along > 0.4 * along.max(), connectivity=1)
    lengths = np.repeat(along.shape[::-1], 2)
    beyond = [
        region.label
        for region in regions_of(labels)
        if (contacts(region, along.shape) > 0.6 * lengths).any()
        and not is_cropped_to(region, along.shape)
    ]
    if not beyond:
        return along
    # The edge itself is blurred, and would be left as a line.
    table = ndimage.binary_dilation(np.isin(labels, beyond), iterations=max(along.shape) // 80 + 1)
    return np.where(table, 0, along)
