"""Pictures in other sizes. What several stages share."""

import numpy as np
from PIL import Image


def resized(
    image: np.ndarray, factor: float, resampling: Image.Resampling = Image.Resampling.BOX
) -> np.ndarray:
    """A picture larger or smaller by a factor: float32, shape (rows, columns, 3)."""
    rows, columns = (max(round(side * factor), 1) for side in image.shape[:2])
    return resized_to(image, rows, columns, resampling)


def resized_to(
    image: np.ndarray, rows: int, columns: int, resampling: Image.Resampling
) -> np.ndarray:
    """A picture in another size: float32, shape (rows, columns, 3)."""
    channels = [
        Image.fromarray(np.ascontiguousarray(image[:, :, channel], dtype=np.float32)).resize(
            (columns, rows), resampling
        )
        for channel in range(3)
    ]
    return np.stack([np.asarray(channel) for channel in channels], axis=2)
