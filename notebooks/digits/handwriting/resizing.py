"""Pictures in other sizes. What several stages share."""

import numpy as np
from PIL import Image


def resized(
    image: np.ndarray, factor: float, resampling: Image.Resampling = Image.Resampling.BOX
) -> np.ndarray:
    """A picture larger or smaller by a factor: float32, of the same number of channels."""
    rows, columns = (max(round(side * factor), 1) for side in image.shape[:2])
    return resized_to(image, rows, columns, resampling)


def resized_to(
    image: np.ndarray,
    rows: int,
    columns: int,
    resampling: Image.Resampling = Image.Resampling.BILINEAR,
) -> np.ndarray:
    """A picture in another size: float32, shape (rows, columns, 3), or (rows, columns) if it came without colour."""
    if image.ndim == 2:
        grey = Image.fromarray(np.ascontiguousarray(image, dtype=np.float32))
        return np.asarray(grey.resize((columns, rows), resampling))
    channels = np.moveaxis(image, 2, 0)
    return np.stack([resized_to(each, rows, columns, resampling) for each in channels], axis=2)


def reduced(image: np.ndarray, drawn: np.ndarray, factor: int) -> np.ndarray:
    """A drawing smaller by a whole factor: each pixel is the mean of what is drawn in a square, or of its paper.

    Args:
        image: float32, shape (rows, columns, 3).
        drawn: bool, shape (rows, columns), where it is drawn on.
        factor: 2 or more.
    """
    rows, columns = (side // factor * factor for side in drawn.shape)
    weights = (drawn + np.float32(1e-4))[:, :, None]  # where nothing is drawn, all count alike
    total = np.zeros((rows // factor, columns // factor, 3), dtype=np.float32)
    weight = np.zeros((rows // factor, columns // factor, 1), dtype=np.float32)
    for row in range(factor):
        for column in range(factor):
            square = slice(row, rows, factor), slice(column, columns, factor)
            total += image[square] * weights[square]
            weight += weights[square]
    return total / weight


def sampled(image: np.ndarray, places: int) -> np.ndarray:
    """A picture at about so many places along its longer side, each the mean of four pixels, quickly.

    Returns:
        Float64, shape (rows, columns, 3); at least four rows and columns if the picture has so many.
    """
    longer, shorter = max(image.shape[:2]), min(image.shape[:2])
    step = max(1, min(longer // places, shorter // 4))
    start, pair = (step - 1) // 2, int(step > 1)
    rows, columns = (side // step for side in image.shape[:2])
    four = [
        image[row::step, column::step][:rows, :columns]
        for row in (start, start + pair)
        for column in (start, start + pair)
    ]
    return np.stack(four).mean(axis=0, dtype=np.float64)
