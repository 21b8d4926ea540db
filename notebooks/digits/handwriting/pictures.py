"""First stage: a picture of any kind as an array. Files, bytes, Pillow images and arrays are decoded with care."""

import numpy as np
from PIL import Image

from .decoding import MOST_PIXELS_OF_ARRAYS, Encoded, check_size, decoded

Source = Encoded | np.ndarray


def read_image(source: Source) -> np.ndarray:
    """Decode a picture.

    Args:
        source: the path of an image file (JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF), its bytes, an open binary file, a
            Pillow image, or an array of shape (rows, columns) or (rows, columns, 1, 3 or 4) with values from 0 to 255,
            from 0 to 65,535 (uint16), or from 0 to 1 (floats and bools).

    Returns:
        Float32, shape (rows, columns, 3), red, green and blue from 0 to 1, upright, transparency laid over white or,
        where what is drawn is light, over black.

    Raises:
        ValueError: it is not a picture, damaged, or too small or too large.
    """
    image = _from_array(source) if isinstance(source, np.ndarray) else decoded(source)
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return _from_deep_grey(np.asarray(image, dtype=np.float64), image.mode == "F")
    if image.has_transparency_data or image.mode in ("LA", "PA", "RGBA", "La", "RGBa"):
        image = image.convert("RGBA")
        # Some programs leave the fourth byte of all pixels at 0, and mean nothing by it.
        if np.asarray(image)[:, :, 3].any():
            return _over_paper(_scaled(image))
    return _scaled(image.convert("RGB"))


def _scaled(image: Image.Image) -> np.ndarray:
    """A picture's values from 0 to 1: float32."""
    return np.multiply(np.asarray(image), np.float32(1 / 255), dtype=np.float32)


def _from_array(array: np.ndarray) -> Image.Image:
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        raise ValueError(
            f"The picture must have the shape (rows, columns) or (rows, columns, 3 or 4), and has {array.shape}."
        )
    check_size(array.shape[1], array.shape[0], MOST_PIXELS_OF_ARRAYS)
    if array.dtype == np.uint16:
        array = array / _full_scale(array.max())
    if array.dtype == bool or np.issubdtype(array.dtype, np.floating):
        array = np.asarray(array, dtype=np.float64)
        if not (np.isfinite(array).all() and array.min() >= 0 and array.max() <= 1):
            raise ValueError(
                "The picture's values must lie between 0 and 1 if they are no whole numbers."
            )
        array = np.round(array * 255)
    if not np.issubdtype(array.dtype, np.number) or array.min() < 0 or array.max() > 255:
        raise ValueError("The picture's values must lie between 0 and 255.")
    return Image.fromarray(array.astype(np.uint8))


def _from_deep_grey(grey: np.ndarray, is_float: bool) -> np.ndarray:
    """Grey values of more than 8 bits: only some files use their whole range, so the values themselves give it."""
    if not np.isfinite(grey).all():
        raise ValueError("The picture has values that are no numbers.")
    # Programs that measure, such as ImageJ, write floats from 0 to 1.
    full = 1.0 if is_float and grey.max() <= 1 else _full_scale(grey.max())
    grey = (grey.clip(0) / full).astype(np.float32)
    return np.repeat(grey[:, :, None], 3, axis=2)


def _full_scale(highest: float) -> float:
    """What stands for white in a picture of more than 8 bits, of which many devices use only some."""
    return next((2**bits - 1 for bits in (8, 10, 12, 14, 16) if highest < 2**bits), highest)


def _over_paper(rgba: np.ndarray) -> np.ndarray:
    colour, opacity = rgba[:, :, :3], rgba[:, :, 3:]
    drawn_light = (colour.mean(axis=2, keepdims=True) * opacity).sum() > 0.6 * opacity.sum()
    paper = 0.0 if drawn_light and opacity.mean() < 0.9 else 1.0
    return colour * opacity + paper * (1 - opacity)
