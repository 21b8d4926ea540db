"""How connected parts of a picture meet its border: tables, shadows, ruled lines and cropped digits do so differently.

Parts are given as scipy.ndimage.label gives them: whole numbers of shape (rows, columns), 0 for no part and 1 to
``count`` for the parts. No TensorFlow is imported.
"""

import numpy as np
from scipy import ndimage


def sides(values: np.ndarray) -> tuple[np.ndarray, ...]:
    """The values along a picture's border: top and bottom, shape (columns,), left and right, shape (rows,)."""
    return values[0], values[-1], values[:, 0], values[:, -1]


def contacts(labels: np.ndarray, count: int) -> np.ndarray:
    """The share of each side of a picture that each part covers: shape (count, 4), as :func:`sides` orders them."""
    return np.stack(
        [np.bincount(side, minlength=count + 1)[1:] / len(side) for side in sides(labels)], axis=1
    )


def is_cropped_to(part: np.ndarray, contact: np.ndarray, shape: tuple[int, int]) -> bool:
    """Whether a picture was cropped to one digit, and this is it.

    It reaches from one side to the other; it does not cover two sides, as the table around a sheet does; and it is
    made of strokes, not an area.

    Args:
        part: bool, the part within its bounding box.
        contact: the part's row of :func:`contacts`.
        shape: the picture's rows and columns.
    """
    narrower, wider = sorted(extent / side for extent, side in zip(part.shape, shape, strict=True))
    if narrower < 0.3 or wider < 0.85 or np.sort(contact)[-2] > 0.7:
        return False
    thickness = 2 * ndimage.distance_transform_edt(np.pad(part, 1)).max()
    return 0.1 < part.mean() < 0.75 and thickness < 0.7 * min(part.shape)
