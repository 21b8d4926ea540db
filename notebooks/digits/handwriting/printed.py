"""What is printed or drawn around writing and is no part of it: boxes, circles, a plot's axes, ruled lines."""

import numpy as np
from scipy import ndimage
from skimage import measure, transform

from .regions import Region, place_of, regions_of, side_of, size_of, stroke_width

# More ink than this, out of 1, may belong to a line, however faintly it is printed.
FAINTEST_LINE = 0.12
# What a frame holds is so tall at least, out of 1 for the frame; what is beside it, out of 1 for what it holds.
_HELD, _BESIDE_FRAMES = 0.2, 0.5
# A frame's shorter side is so long at least, out of 1 for the picture's longer one; its lines are thinner than this,
# out of 1 for its shorter side; and one drawn by hand may miss its own beginning by so much.
_SMALLEST, _FRAMES_LINES, _GAP = 0.05, 0.12, 0.1
# A slash is so narrow, out of 1 for its length, and leans between so many degrees.
_SLASH, _LEANS = 0.25, (22, 75)
# A straight side of a frame covers so much of it, and lies in its outer part of this size.
_STRAIGHT, _OUTER = 0.8, 0.08
# A ruled line crosses so many of so many stretches of the picture, with so much of its length on one straight line.
_CROSSED, _STRETCHES, _ON_ONE_LINE = 0.7, 20, 0.2
# Paper with so many is ruled; what lies within so many pixels of a line belongs to it.
_LINES_ON_RULED_PAPER, _LINES_WIDTH = 4, 3


def ruled_lines(ink: np.ndarray) -> tuple[np.ndarray, bool]:
    """Where straight lines cross the whole picture, nearly level or upright (Hough 1962).

    Args:
        ink: from :func:`digits.handwriting.ink.ink_of`, float32, shape (rows, columns).

    Returns:
        Bool, of the same shape; and whether the lines are so many that the paper is ruled.
    """
    mask = ink > FAINTEST_LINE
    on_lines, count = np.zeros_like(mask), 0
    if max(measure.label(each).max() for each in (mask, ~mask)) < _LINES_ON_RULED_PAPER:
        return on_lines, False  # neither broken lines nor squares between them
    rows, columns = np.nonzero(mask)
    y, x = np.arange(mask.shape[0])[:, None], np.arange(mask.shape[1])
    for axis, start, length in ((0, -np.pi / 2, mask.shape[1]), (1, 0.0, mask.shape[0])):
        if mask.any(axis=axis).mean() < _CROSSED or length < max(mask.shape) / 3:
            continue  # no line crosses it; or it is a strip, which each digit crosses
        angles = start + np.deg2rad(np.arange(-10, 10.1, 0.25))
        votes, angles, distances = transform.hough_line(mask, angles)
        peaks = transform.hough_line_peaks(
            votes, angles, distances, threshold=_ON_ONE_LINE * length
        )
        for _, angle, distance in zip(*peaks, strict=True):
            sine, cosine = np.sin(angle), np.cos(angle)
            away = np.abs(columns * cosine + rows * sine - distance)
            near = away < _LINES_WIDTH
            if np.count_nonzero(away < 3 * _LINES_WIDTH) > 2 * np.count_nonzero(near):
                continue  # a thick stroke, or many
            along = (rows[near] * cosine - columns[near] * sine) * _STRETCHES / length
            if np.unique(along.astype(int)).size > _CROSSED * _STRETCHES:
                on_lines |= np.abs(x * cosine + y * sine - distance) <= _LINES_WIDTH
                count += 1
    return on_lines, count >= _LINES_ON_RULED_PAPER


def without_frames(ink: np.ndarray) -> np.ndarray:
    """Ink without boxes, circles and axes around other ink, and without what is printed small beside them.

    Args:
        ink: from :func:`digits.handwriting.ink.ink_of`, float32, shape (rows, columns).

    Returns:
        Float32, of the same shape.
    """
    marks = ink > FAINTEST_LINE
    labels = measure.label(marks)
    parts = regions_of(labels)
    held = {
        frame.label: [part for part in parts if _holds(frame, part)]
        for frame in parts
        if _may_be_a_frame(frame, ink.shape)
    }
    by_label = {part.label: part for part in parts}
    frames = {
        label for label, inside in held.items() if inside and not _is_slash(inside, by_label[label])
    }
    inside = {part.label: part for label in frames for part in held[label]}
    tallest = max((size_of(part)[0] for part in inside.values()), default=0)
    small = {
        part.label
        for part in parts
        if part.label not in inside and size_of(part)[0] < _BESIDE_FRAMES * tallest
    }
    left_out = np.isin(labels, list(frames | small - inside.keys()))
    for part in parts:
        if part.label in held and part.label not in frames:
            left_out[place_of(part)] |= _sides_of_a_box(part)
    return np.where(ndimage.maximum_filter(left_out, 3), 0, ink) if left_out.any() else ink


def _may_be_a_frame(part: Region, shape: tuple[int, ...]) -> bool:
    """Whether a part is large and made of thin lines."""
    extent = min(size_of(part))
    return extent > _SMALLEST * side_of(shape) and stroke_width(part.image) < _FRAMES_LINES * extent


def _is_slash(held: list[Region], ring: Region) -> bool:
    """Whether a ring holds one straight stroke that leans to the right, as the slash in a 0 does.

    How far it leans is seen in the ring made upright and round: a narrow 0, or one that leans to the left, has a steep
    slash.
    """
    if len(held) > 1:
        return False
    is_straight = held[0].axis_minor_length < _SLASH * held[0].axis_major_length
    rows, columns = (ring.coords - ring.coords.mean(axis=0)).T
    slant = np.mean(rows * columns) / np.mean(rows**2)
    down, across = np.cos(held[0].orientation), np.sin(held[0].orientation)
    across = (across - slant * down) / np.std(columns - slant * rows)
    leans = np.rad2deg(np.arctan2(-across, down / np.std(rows)))
    return bool(is_straight and _LEANS[0] < leans < _LEANS[1])


def _sides_of_a_box(part: Region) -> np.ndarray:
    """Where the straight sides of a box are that a digit touches: bool, of the part's shape; nowhere for others."""
    ends = [_line_along(part.image, axis, turned) for axis in (1, 0) for turned in (1, -1)]
    if np.count_nonzero(ends) < 3:
        return np.zeros_like(part.image)
    (height, width), (top, bottom, left, right) = size_of(part), ends
    rest = np.zeros_like(part.image)
    rest[top : height - bottom, left : width - right] = True
    labels = measure.label(part.image & rest)
    held = []
    for one in regions_of(labels):
        if min(size_of(one)) < 2 * max(ends) and max(size_of(one)) > _STRAIGHT * min(height, width):
            rest[labels == one.label] = False  # a line between two cells
        else:
            held.append(size_of(one)[0])
    return part.image & ~rest & (max(held, default=0) >= _HELD * height)


def _line_along(image: np.ndarray, axis: int, turned: int) -> int:
    """How many rows (or columns) at one side of a part a straight line along that side takes; 0 if there is none."""
    across = 1 - axis
    near = max(2, round(_OUTER * image.shape[across]))
    thick = ndimage.maximum_filter1d(image.view(np.uint8), 3, axis=across)
    share = thick.mean(axis=axis)[::turned]
    full = np.flatnonzero(share[: 2 * near] > _STRAIGHT)
    return int(full[-1]) + 2 if full.size and full[0] < near else 0


def _holds(frame: Region, part: Region) -> bool:
    """Whether a part lies within another's closed line, or between straight sides of it, one of them upright."""
    top, left, bottom, right = part.bbox
    upper, first, lower, last = frame.bbox
    if not (upper < top and bottom < lower and first < left and right < last):
        return False
    if size_of(part)[0] < _HELD * size_of(frame)[0]:
        return False
    gap = max(1, round(_GAP / 2 * min(size_of(frame))))
    closed = ndimage.binary_closing(np.pad(frame.image, gap), iterations=gap)
    row, column = part.coords[0] - (upper, first) + gap
    if ndimage.binary_fill_holes(closed)[row, column]:
        return True
    along = [[bool(_line_along(frame.image, axis, end)) for end in (1, -1)] for axis in (1, 0)]
    return any(along[0]) and any(along[1])
