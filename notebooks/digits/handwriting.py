"""Handwritten digits from any picture: found, and prepared as MNIST's were made.

A photo, a scan, a screenshot or a drawing goes through the same steps: :func:`read_image` decodes it,
:func:`ink_of` tells ink from paper, :func:`find_digits` separates the digits, and :func:`like_mnist` brings one digit
to MNIST's thickness, size and place. :func:`digits_in` does all of it. No TensorFlow is imported.

How MNIST was made (LeCun, Bottou, Bengio and Haffner 1998): each digit was scaled into 20 x 20 pixels keeping its
aspect, with grey levels from anti-aliasing, and placed into 28 x 28 so that its centre of mass lies in the middle.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy import ndimage

from .pictures import read_image

# Strokes are still many pixels wide at this size, and every step takes milliseconds.
_WORKING_SIDE = 480
# Strokes are brought between these, measured in the 20 x 20 pixels; nine of ten of MNIST's lie between 1.05 and 3.1.
THINNEST, THICKEST = 1.6, 3.6
# Fainter than this, out of 1 for black on white, ink cannot be told from the paper's grain.
FAINTEST = 0.08


@dataclass(frozen=True)
class Digit:
    """One digit in a picture.

    Attributes:
        ink: float32, shape (rows, columns), 0 for paper to 1 for ink; cropped to the digit.
        top, left: where the crop begins, in pixels of the picture's working size.
    """

    ink: np.ndarray
    top: int
    left: int


def digits_in(source) -> list[np.ndarray]:
    """All digits of a picture in reading order, prepared as MNIST's were.

    Args:
        source: as for :func:`read_image`.

    Returns:
        Float32 arrays of shape (28, 28), 0 for paper to 1 for ink; at least one.

    Raises:
        ValueError: it is no picture that can be read, or there is no ink on it; the message says which.
    """
    return [like_mnist(digit.ink) for digit in find_digits(ink_of(read_image(source)))]


def ink_of(image: np.ndarray) -> np.ndarray:
    """How much ink there is at each place of a picture, whatever the colours of paper and pen and the light.

    The paper's colour at each place is estimated from the places without ink. What differs from it in the direction
    in which most of the strongest differences lie is ink.

    Args:
        image: from :func:`read_image`.

    Returns:
        Float32 from 0 for paper to 1 for ink, shape (rows, columns), reduced to at most 480 pixels a side.

    Raises:
        ValueError: no ink stands out from the paper.
    """
    image = _reduced(image)
    image = ndimage.gaussian_filter(image, (0.6, 0.6, 0))
    difference = image - _paper(image)
    strength = np.linalg.norm(difference, axis=2)
    strongest = strength >= np.quantile(strength, 0.985)
    # Each difference and its opposite lie on one line; the heavier side of it is the ink.
    _, _, directions = np.linalg.svd(difference[strongest], full_matrices=False)
    along = difference @ directions[0]
    if np.sum(along[strongest] ** 3) < 0:
        along = -along
    along = along / np.sqrt(3)  # black on white is 1
    grain = 1.4826 * np.median(np.abs(along - np.median(along)))
    full = (
        np.quantile(along[along > max(0.5 * along.max(), 1e-6)], 0.5) if along.max() > 1e-6 else 0
    )
    if full < max(FAINTEST, 6 * grain):
        raise ValueError(
            "No ink stands out from the paper: the picture seems to be empty, or too faint."
        )
    return ((along / full - 0.25) / 0.5).clip(0, 1).astype(np.float32)


def _reduced(image: np.ndarray) -> np.ndarray:
    rows, columns = image.shape[:2]
    factor = _WORKING_SIDE / max(rows, columns)
    if factor >= 1:
        return image
    size = max(round(columns * factor), 1), max(round(rows * factor), 1)
    channels = [
        Image.fromarray(np.ascontiguousarray(image[:, :, c])).resize(size, Image.Resampling.BOX)
        for c in range(3)
    ]
    return np.stack([np.asarray(channel) for channel in channels], axis=2)


def _paper(image: np.ndarray) -> np.ndarray:
    """The paper's colour at each place: a smooth surface through the places without ink, then what is left nearby."""
    rows, columns = image.shape[:2]
    step = max(1, max(rows, columns) // 60)
    coarse = image[step // 2 :: step, step // 2 :: step].astype(np.float64)
    height, width = coarse.shape[:2]
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=2).reshape(-1, 6)
    pixels = coarse.reshape(-1, 3)
    paper = np.broadcast_to(np.median(pixels, axis=0), pixels.shape)
    for _ in range(4):
        distance = np.linalg.norm(pixels - paper, axis=1)
        is_paper = distance <= max(4 * np.quantile(distance, 0.3), 0.02)
        if is_paper.sum() < 4 * terms.shape[1]:
            break
        surface, *_ = np.linalg.lstsq(terms[is_paper], pixels[is_paper], rcond=None)
        paper = terms @ surface
    distance = np.linalg.norm(pixels - paper, axis=1).reshape(height, width)
    is_ink = distance > max(4 * np.quantile(distance, 0.3), 0.03)
    weight = 1.0 - ndimage.binary_dilation(is_ink)
    near = 0.08 * max(height, width)
    total = ndimage.gaussian_filter(weight, near)[:, :, None]
    residual = (coarse - paper.reshape(coarse.shape)) * weight[:, :, None]
    left = ndimage.gaussian_filter(residual, (near, near, 0)) / np.maximum(total, 0.02)
    paper = paper.reshape(coarse.shape) + left
    zoom = (rows / height, columns / width, 1)
    return ndimage.zoom(paper, zoom, order=1, mode="nearest", grid_mode=True)


def find_digits(ink: np.ndarray) -> list[Digit]:
    """Separate the digits: connected strokes, with their detached parts, in reading order.

    Args:
        ink: from :func:`ink_of`.

    Raises:
        ValueError: nothing on it is as large as a digit.
    """
    mask = ink > 0.4
    labels, count = ndimage.label(mask, np.ones((3, 3)))
    boxes = ndimage.find_objects(labels)
    areas = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    parts = [
        number
        for number, box in enumerate(boxes)
        if not _is_line_or_border(labels[box] == number + 1, box, ink.shape)
    ]
    if not parts:
        raise ValueError("No digit was found: there are only lines or specks on the paper.")
    heights = {number: boxes[number][0].stop - boxes[number][0].start for number in parts}
    tallest = max(heights.values())
    if tallest < 5:
        raise ValueError("No digit was found: what there is on the paper is too small.")
    largest = max(areas[number] for number in parts)
    parts = [number for number in parts if areas[number] >= 0.02 * largest]
    digits = []
    for group in _groups(parts, boxes, heights, tallest):
        top, bottom, left, right = _extent(group, boxes)
        if bottom - top < 0.25 * tallest:
            continue  # a comma, a dash
        around = slice(max(top - 2, 0), bottom + 2), slice(max(left - 2, 0), right + 2)
        belongs = ndimage.binary_dilation(
            np.isin(labels[around], np.array(group) + 1), iterations=2
        )
        digits.append(Digit(np.where(belongs, ink[around], 0), around[0].start, around[1].start))
    return _in_reading_order(digits)


def _is_line_or_border(part: np.ndarray, box, shape) -> bool:
    """Whether a connected part is a ruled line, a table's edge or a shadow, not a stroke of a digit."""
    rows, columns = part.shape
    touches = [
        box[0].start == 0,
        box[0].stop == shape[0],
        box[1].start == 0,
        box[1].stop == shape[1],
    ]
    spans_width, spans_height = columns >= 0.9 * shape[1], rows >= 0.9 * shape[0]
    thin = min(rows, columns) < 0.06 * max(shape)
    if (spans_width or spans_height) and (thin or sum(touches) >= 2):
        return part.mean() > 0.9 or thin or sum(touches) >= 3
    return sum(touches) >= 1 and thin and max(rows, columns) > 0.3 * max(shape)


def _groups(parts, boxes, heights, tallest) -> list[list[int]]:
    """Parts of one digit: those of which one lies over or close to the other."""
    groups: list[list[int]] = []
    for number in sorted(parts, key=lambda n: -heights[n]):
        row, column = boxes[number]
        for group in groups:
            top, bottom, left, right = _extent(group, boxes)
            shared = min(right, column.stop) - max(left, column.start)
            gap = max(row.start - bottom, top - row.stop, 0)
            small = heights[number] < 0.6 * tallest
            over = gap < 0.25 * tallest and shared > 0.3 * (column.stop - column.start)
            beside = gap == 0 and -shared < 0.06 * tallest
            if small and (over or beside):
                group.append(number)
                break
        else:
            groups.append([number])
    return groups


def _extent(group: list[int], boxes) -> tuple[int, int, int, int]:
    """The rows and columns that the parts of one digit take: top, bottom, left, right."""
    rows, columns = zip(*(boxes[number] for number in group), strict=True)
    return (
        min(row.start for row in rows),
        max(row.stop for row in rows),
        min(column.start for column in columns),
        max(column.stop for column in columns),
    )


def _in_reading_order(digits: list[Digit]) -> list[Digit]:
    """Line by line from the top, each from left to right."""
    lines: list[list[Digit]] = []
    for digit in sorted(digits, key=lambda d: d.top + d.ink.shape[0] / 2):
        middle = digit.top + digit.ink.shape[0] / 2
        if lines and middle < max(d.top + 0.75 * d.ink.shape[0] for d in lines[-1]):
            lines[-1].append(digit)
        else:
            lines.append([digit])
    return [digit for line in lines for digit in sorted(line, key=lambda d: d.left)]


def like_mnist(ink: np.ndarray) -> np.ndarray:
    """One digit as MNIST shows it: strokes of its thickness, within 20 x 20 pixels, centred by mass in 28 x 28.

    Args:
        ink: float32, shape (rows, columns), 0 for paper to 1 for ink, one digit.

    Returns:
        Float32, shape (28, 28), from 0 to 1.

    Raises:
        ValueError: there is no ink.
    """
    ink = _cropped(ink)
    if not ink.size:
        raise ValueError("There is no ink in this part of the picture.")
    scale = 20 / max(ink.shape)
    thickness = _thickness(ink) * scale
    if not THINNEST <= thickness <= THICKEST:
        aim = THINNEST if thickness < THINNEST else THICKEST
        ink = _thickened(ink, (aim - thickness) / scale)
        scale = 20 / max(ink.shape)
    size = max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale))
    picture = Image.fromarray(np.ascontiguousarray(ink, dtype=np.float32))
    small = np.asarray(picture.resize(size, Image.Resampling.BILINEAR)).clip(0, 1)
    small = small / max(small.max(), 1e-6)
    row, column = ndimage.center_of_mass(small)
    top = int(np.clip(round(13.5 - row), 0, 28 - size[1]))
    left = int(np.clip(round(13.5 - column), 0, 28 - size[0]))
    result = np.zeros((28, 28), dtype=np.float32)
    result[top : top + size[1], left : left + size[0]] = small
    return result


def _thickness(ink: np.ndarray) -> float:
    """The strokes' thickness in pixels: twice the mean distance of their middle lines from the paper."""
    distance = ndimage.distance_transform_edt(np.pad(ink > 0.5, 1))
    middle = (distance > 0) & (distance >= ndimage.maximum_filter(distance, 3) - 0.25)
    return max(2 * float(distance[middle].mean()) - 1, 1.0) if middle.any() else 1.0


def _thickened(ink: np.ndarray, pixels: float) -> np.ndarray:
    """Strokes so many pixels thicker (thinner if negative), with soft edges."""
    margin = max(0, int(np.ceil(pixels / 2))) + 1
    mask = np.pad(ink > 0.5, margin)
    # Positive outside of the strokes, negative inside, 0 at their edge.
    signed = ndimage.distance_transform_edt(~mask) - ndimage.distance_transform_edt(mask)
    signed += np.where(mask, 0.5, -0.5)
    result = (0.5 + pixels / 2 - signed).clip(0, 1).astype(np.float32)
    result = _cropped(result)
    return result if result.size else ink


def _cropped(ink: np.ndarray) -> np.ndarray:
    """The part that holds all strokes; of size 0 if there are none."""
    rows, columns = np.nonzero(ink > 0.4)
    if not rows.size:
        return ink[:0]
    return ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
