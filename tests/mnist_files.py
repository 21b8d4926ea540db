"""Arrays as the bytes of the files that MNIST comes in, and the series' random split of them."""

import io

import numpy as np
from sklearn.model_selection import train_test_split


def idx_bytes(array: np.ndarray) -> bytes:
    """An array of unsigned bytes in the IDX format, as its definition on LeCun's page has it."""
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


def npz_bytes(arrays: dict[str, np.ndarray], *, compressed: bool = True) -> bytes:
    """The content of an ``.npz`` file."""
    buffer = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(buffer, **arrays)
    return buffer.getvalue()


def random_split(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows to train on and those to validate with, as notebook 02 takes them."""
    rows = np.arange(len(labels))
    train, validation = train_test_split(
        rows, test_size=len(labels) // 6, stratify=labels, random_state=0
    )
    return train, validation
