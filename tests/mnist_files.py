"""Arrays as the bytes of the files that MNIST comes in."""

import io

import numpy as np


def idx_bytes(array: np.ndarray) -> bytes:
    """An array of unsigned bytes in the IDX format, as its definition on LeCun's page has it."""
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


def npz_bytes(arrays: dict[str, np.ndarray], *, compressed: bool = True) -> bytes:
    """The content of an ``.npz`` file."""
    buffer = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(buffer, **arrays)
    return buffer.getvalue()
