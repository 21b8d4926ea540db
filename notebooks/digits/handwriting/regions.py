"""Connected parts of a picture, and how they meet its border. What several stages share.

A part is a region as ``skimage.measure.regionprops`` gives it, with its ``label``, ``bbox``, ``image`` and ``area``.
"""

import math
from typing import Any

import numpy as np
from scipy import ndimage
from skimage import measure

Region = Any  # skimage.measure's class of regions has no public name
# Fewer pixels are no part of a digit; and a picture of more parts than this is a pattern, and no page.
_FEWEST_PIXELS, _MOST_REGIONS = 6, 3000


def regions_of(labels: np.ndarray) -> list[Region]:
    """The parts of a labelled picture, without the smallest specks; none if there are thousands."""
    areas = np.bincount(labels.ravel())
    is_part = areas >= _FEWEST_PIXELS
    is_part[0] = False
    if np.count_nonzero(is_part) > _MOST_REGIONS:
        return []
    return measure.regionprops(
        labels if is_part[1:].all() else np.where(is_part[labels], labels, 0)
    )


def size_of(region: Region) -> tuple[int, int]:
    """A part's height and width in pixels."""
    return region.image.shape


def place_of(region: Region) -> tuple[slice, slice]:
    """The rows and columns that a part takes."""
    top, left, bottom, right = region.bbox
    return slice(top, bottom), slice(left, right)


def side_of(shape: tuple[int, ...]) -> int:
    """What sizes are compared with: a picture's longer side, but of a strip no more than four times the shorter."""
    return min(max(shape[:2]), 4 * min(shape[:2]))


def sides(values: np.ndarray) -> tuple[np.ndarray, ...]:
    """The values along a picture's border: top and bottom, shape (columns,), left and right, shape (rows,)."""
    return values[0], values[-1], values[:, 0], values[:, -1]


def contacts(region: Region, shape: tuple[int, int]) -> np.ndarray:
    """How many pixels of each side of a picture a part covers: shape (4,), as :func:`sides` orders them."""
    top, left, bottom, right = region.bbox
    touches = top == 0, bottom == shape[0], left == 0, right == shape[1]
    return np.array([side.sum() for side in sides(region.image)]) * touches


def is_cropped_to(region: Region, shape: tuple[int, int]) -> bool:
    """Whether a picture was cropped to one digit, and this is it.

    It reaches from one side to the other; it does not cover two sides, as the table around a sheet does; and it is
    made of strokes, not an area, which are not all straight lines from side to side.

    Args:
        region: the part.
        shape: the picture's rows and columns.
    """
    height, width = size_of(region)
    narrower, wider = sorted((height / shape[0], width / shape[1]))
    along = contacts(region, shape) / (shape[1], shape[1], shape[0], shape[0])
    if narrower < 0.3 or wider < 0.94 or np.sort(along)[-2] > 0.7:
        return False
    thickness = stroke_width(region.image)
    if thickness > 0.25 * min(height, width):  # measured well where it matters, which takes longer
        thickness = 2 * ndimage.distance_transform_edt(np.pad(region.image, 1)).max()
    return region.extent < 0.75 and 0.02 * max(shape) < thickness < 0.7 * min(height, width)


def box_of(mask: np.ndarray) -> tuple[slice, slice]:
    """The rows and columns that the places of a mask take, from the first to the last; none if it is empty."""
    places = [np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0)]
    rows, columns = (slice(int(at[0]), int(at[-1]) + 1) if at.size else slice(0) for at in places)
    return rows, columns


def signed_distance(mask: np.ndarray) -> np.ndarray:
    """The distance to the edge of a mask in pixels, positive within it and negative outside."""
    inside = ndimage.distance_transform_edt(mask)
    outside = ndimage.distance_transform_edt(~mask)
    return inside - outside - np.where(mask, 0.5, -0.5)


def usual_thickness(signed: np.ndarray) -> float:
    """How thick strokes are, in pixels: twice the usual distance of their inner places from their edge.

    Args:
        signed: from :func:`signed_distance`.
    """
    ridge = (signed > 0) & (signed >= ndimage.maximum_filter(signed, 3))
    return 2 * float(np.median(signed[ridge])) if ridge.any() else 0.0


def stroke_width(mask: np.ndarray) -> float:
    """How thick the strokes in a mask are, in pixels, from a count of where they begin: quick, and a little too large.

    Along a stroke, its pixels lie in runs across it; a slanting one is cut by rows and by columns.
    """
    padded = np.pad(mask, 1)
    runs = [
        np.count_nonzero(padded[1:] > padded[:-1]),
        np.count_nonzero(padded[:, 1:] > padded[:, :-1]),
    ]
    return np.count_nonzero(mask) / max(math.hypot(*runs), 1)
