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

# The steps that notebook 08 leaves out, one at a time, to see what each is good for.
STEPS = (
    "uneven light removed",
    "polarity found",
    "lines and specks dropped",
    "thickness matched",
    "aspect kept",
    "edges smoothed",
    "centred by mass",
)


@dataclass(frozen=True)
class Preparation:
    """The constants of the pipeline, chosen in notebook 08 on photographs of validation digits.

    Attributes:
        working_side: larger pictures are reduced until their longer side has so many pixels.
        faintest: fainter than this, out of 1 for black on white, ink cannot be told from the paper's grain.
        paper_below, ink_above: how strong a mark must be, out of 1 for the pen's usual strength, to be more than
            paper, and to be fully ink.
        thinnest, thickest: strokes are brought between these, in pixels of the 20 x 20 that a digit fills.
        without: those of :data:`STEPS` that are left out.
    """

    working_side: int = 480
    faintest: float = 0.08
    paper_below: float = 0.3
    ink_above: float = 0.9
    thinnest: float = 1.6
    thickest: float = 3.6
    without: frozenset[str] = frozenset()

    def __post_init__(self):
        unknown = set(self.without) - set(STEPS)
        if unknown:
            raise ValueError(f"There is no step {sorted(unknown)}; there are {list(STEPS)}.")


STANDARD = Preparation()
# Of the picture's longer side: what is less tall is a speck.
_SMALLEST_DIGIT = 0.03


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


def digits_in(source, preparation: Preparation = STANDARD) -> list[np.ndarray]:
    """All digits of a picture in reading order, prepared as MNIST's were.

    Args:
        source: as for :func:`read_image`.
        preparation: how; the default is what notebook 08 found to be best.

    Returns:
        Float32 arrays of shape (28, 28), 0 for paper to 1 for ink; at least one.

    Raises:
        ValueError: it is no picture that can be read, or there is no ink on it; the message says which.
    """
    ink = ink_of(read_image(source), preparation)
    return [like_mnist(digit.ink, preparation) for digit in find_digits(ink, preparation)]


def ink_of(image: np.ndarray, preparation: Preparation = STANDARD) -> np.ndarray:
    """How much ink there is at each place of a picture, whatever the colours of paper and pen and the light.

    The paper's colour at each place is estimated from the places without ink. What differs from it in the direction
    in which most of the strongest differences lie is ink.

    Args:
        image: from :func:`read_image`.
        preparation: how.

    Returns:
        Float32 from 0 for paper to 1 for ink, shape (rows, columns), reduced to the working size.

    Raises:
        ValueError: no ink stands out from the paper.
    """
    image = reduced(image, preparation)
    image = ndimage.gaussian_filter(image, (0.6, 0.6, 0))
    if "uneven light removed" in preparation.without:
        difference = image - np.median(image, axis=(0, 1))
    else:
        difference = image - paper_of(image)
    some = difference[::2, ::2].reshape(-1, 3)  # enough for what is to be estimated
    strength = np.linalg.norm(some, axis=1)
    strongest = some[strength >= np.quantile(strength, 0.985)]
    # The direction in which most of them lie: the main axis of their scatter.
    _, axes = np.linalg.eigh(strongest.T @ strongest)
    direction = axes[:, -1]
    if _points_away(direction, strongest @ direction, preparation):
        direction = -direction
    along = difference @ (direction / np.sqrt(3))  # black on white is 1
    if "lines and specks dropped" not in preparation.without:
        along = _without_table(along)
    middle = along[::2, ::2]
    grain = 1.4826 * np.median(np.abs(middle - np.median(middle)))
    full = np.median(along[along > max(0.5 * along.max(), 1e-6)]) if along.max() > 1e-6 else 0
    if full < max(preparation.faintest, 6 * grain):
        raise ValueError(
            "No ink stands out from the paper: the picture seems to be empty, or too faint."
        )
    contrast = preparation.ink_above - preparation.paper_below
    return ((along / full - preparation.paper_below) / contrast).clip(0, 1).astype(np.float32)


def _points_away(direction: np.ndarray, along: np.ndarray, preparation: Preparation) -> bool:
    """Whether a direction of colours leads away from the ink's; ``along`` says how far the strongest places go it."""
    if "polarity found" in preparation.without:
        return direction.sum() > 0  # as if ink were always darker than paper
    return np.sum(along**3) < 0


def _without_table(along: np.ndarray) -> np.ndarray:
    """Strengths without what lies beyond the page's edge: it would make the ink itself look faint.

    That is what covers most of one side of the picture.
    """
    labels, count = ndimage.label(along > 0.4 * along.max())
    shares = [np.bincount(side, minlength=count + 1)[1:] / len(side) for side in _sides(labels)]
    beyond = np.flatnonzero(np.max(shares, axis=0) > 0.6) + 1 if count else np.array([])
    if not beyond.size:
        return along
    # The edge itself is blurred, and would be left as a line.
    table = ndimage.binary_dilation(np.isin(labels, beyond), iterations=max(along.shape) // 80 + 1)
    return np.where(table, 0, along)


def reduced(image: np.ndarray, preparation: Preparation = STANDARD) -> np.ndarray:
    """A picture from :func:`read_image` at the working size: smaller if it was larger, and otherwise as it is."""
    rows, columns = image.shape[:2]
    factor = preparation.working_side / max(rows, columns)
    if factor >= 1:
        return image
    return _resized(
        image, max(round(rows * factor), 1), max(round(columns * factor), 1), Image.Resampling.BOX
    )


def _resized(image: np.ndarray, rows: int, columns: int, resampling) -> np.ndarray:
    """An image of shape (rows, columns, 3) in another size: float32."""
    channels = [
        Image.fromarray(np.ascontiguousarray(image[:, :, channel], dtype=np.float32)).resize(
            (columns, rows), resampling
        )
        for channel in range(3)
    ]
    return np.stack(channels, axis=2)


def paper_of(image: np.ndarray) -> np.ndarray:
    """The paper's colour at each place: a smooth surface through the places without ink, then what is left nearby.

    Args:
        image: from :func:`reduced`.

    Returns:
        Float32, of the image's shape.
    """
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
        chosen = terms[is_paper]
        surface = np.linalg.solve(chosen.T @ chosen + 1e-9 * np.eye(6), chosen.T @ pixels[is_paper])
        paper = terms @ surface
    distance = np.linalg.norm(pixels - paper, axis=1).reshape(height, width)
    is_ink = distance > max(4 * np.quantile(distance, 0.3), 0.03)
    weight = 1.0 - ndimage.binary_dilation(is_ink)
    near = 0.08 * max(height, width)
    total = ndimage.gaussian_filter(weight, near)[:, :, None]
    residual = (coarse - paper.reshape(coarse.shape)) * weight[:, :, None]
    left = ndimage.gaussian_filter(residual, (near, near, 0)) / np.maximum(total, 0.02)
    return _resized(paper.reshape(coarse.shape) + left, rows, columns, Image.Resampling.BILINEAR)


def find_digits(ink: np.ndarray, preparation: Preparation = STANDARD) -> list[Digit]:
    """Separate the digits: connected strokes, with their detached parts, in reading order.

    Args:
        ink: from :func:`ink_of`.
        preparation: how.

    Raises:
        ValueError: nothing on it is as large as a digit.
    """
    mask = ink > 0.4
    if "lines and specks dropped" in preparation.without and mask.any():
        rows, columns = ndimage.find_objects(mask.astype(int))[0]
        return [Digit(ink[rows, columns], rows.start, columns.start)]
    labels, count = ndimage.label(mask, np.ones((3, 3)))
    boxes = ndimage.find_objects(labels)
    areas = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    parts = [
        number
        for number, box in enumerate(boxes)
        if not _is_line_or_border(labels[box] == number + 1, box, ink.shape)
    ]
    parts = [] if _is_squared(parts, labels, areas) else _without_margins(parts, labels, boxes)
    if not parts:
        raise ValueError("No digit was found: there are only lines or specks on the paper.")
    heights = {number: _height(boxes[number]) for number in parts}
    tallest = max(heights.values())
    if tallest < max(5, _SMALLEST_DIGIT * max(ink.shape)):
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


def _is_squared(parts: list[int], labels: np.ndarray, areas: np.ndarray) -> bool:
    """Whether the parts are the printed lines of squared paper: they run out of the picture on all four sides."""
    largest = max((areas[number] for number in parts), default=0)
    large = {number + 1 for number in parts if areas[number] >= 0.02 * largest}
    return all(len(large.intersection(side.tolist())) >= 2 for side in _sides(labels))


def _sides(labels: np.ndarray) -> tuple[np.ndarray, ...]:
    """The values along a picture's border: its top, bottom, left and right."""
    return labels[0], labels[-1], labels[:, 0], labels[:, -1]


def _height(box) -> int:
    """The rows that a part takes."""
    return box[0].stop - box[0].start


def _without_margins(parts: list[int], labels: np.ndarray, boxes) -> list[int]:
    """Parts without shadows in a corner, and without others that lean against the picture's border, if any are left."""
    sides = {number: [] for number in parts}
    for side, along in zip(_sides(labels), (1, 1, 0, 0), strict=True):
        contact = np.bincount(side, minlength=len(boxes) + 1)[1:]
        for number in parts:
            extent = boxes[number][along].stop - boxes[number][along].start
            if contact[number] >= 0.5 * extent:
                sides[number].append(along)
    parts = [number for number in parts if sorted(sides[number]) != [0, 1]]
    heights = {number: _height(boxes[number]) for number in parts}
    free = [number for number in parts if not sides[number]]
    tallest_free = max((heights[number] for number in free), default=0)
    return free if tallest_free >= 0.2 * max(heights.values(), default=1) else parts


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
            narrower = min(column.stop - column.start, right - left)
            over = gap < 0.25 * tallest and shared > 0.3 * (column.stop - column.start)
            beside = gap == 0 and -shared < 0.1 * tallest
            broken = gap < 0.05 * tallest and shared > 0.5 * narrower
            if (small and (over or beside)) or broken:
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


def like_mnist(ink: np.ndarray, preparation: Preparation = STANDARD) -> np.ndarray:
    """One digit as MNIST shows it: strokes of its thickness, within 20 x 20 pixels, centred by mass in 28 x 28.

    Args:
        ink: float32, shape (rows, columns), 0 for paper to 1 for ink, one digit.
        preparation: how.

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
    aim = min(max(thickness, preparation.thinnest), preparation.thickest)
    if aim != thickness and "thickness matched" not in preparation.without:
        ink = _thickened(ink, (aim - thickness) / scale)
        scale = 20 / max(ink.shape)
    size = max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale))
    if "aspect kept" in preparation.without:
        size = 20, 20
    picture = Image.fromarray(np.ascontiguousarray(ink, dtype=np.float32))
    smooth = "edges smoothed" not in preparation.without
    resampling = Image.Resampling.BILINEAR if smooth else Image.Resampling.NEAREST
    small = np.asarray(picture.resize(size, resampling)).clip(0, 1)
    small = small / max(small.max(), 1e-6)
    if "centred by mass" in preparation.without:
        row, column = (size[1] - 1) / 2, (size[0] - 1) / 2
    else:
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
