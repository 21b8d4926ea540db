"""The files that MNIST comes in: one ``.npz``, as Keras publishes it, or the four IDX files of its authors.

They are read here and not judged: :mod:`digits.dataset.mnist` compares what they hold with MNIST itself.
"""

import gzip
import pathlib
import zipfile
import zlib

import numpy as np

# The names that these arrays have in the .npz file that Keras publishes.
ARRAY_NAMES = ("x_train", "y_train", "x_test", "y_test")
# The two names under which each of the four IDX files is found in the wild, with or without ".gz".
IDX_NAMES = {
    "x_train": ("train-images-idx3-ubyte", "train-images.idx3-ubyte"),
    "y_train": ("train-labels-idx1-ubyte", "train-labels.idx1-ubyte"),
    "x_test": ("t10k-images-idx3-ubyte", "t10k-images.idx3-ubyte"),
    "y_test": ("t10k-labels-idx1-ubyte", "t10k-labels.idx1-ubyte"),
}


def read_arrays(path: pathlib.Path) -> dict[str, np.ndarray]:
    """The four arrays of an ``.npz`` file, or of a folder with one or with IDX files, named as :data:`ARRAY_NAMES`.

    Returns:
        Arrays of any dtype and shape from an ``.npz`` file, of uint8 with one or three dimensions from IDX files.

    Raises:
        FileNotFoundError: nothing is there, or one of the IDX files is missing; ``filename`` says which.
        ValueError: it is not a file of this kind, or damaged; other errors may come from the container's own reader.
    """
    if not path.is_dir():
        return _read_npz(path)
    inside = path / "mnist.npz"
    return _read_npz(inside) if inside.is_file() else _read_idx_folder(path)


def _read_npz(path: pathlib.Path) -> dict[str, np.ndarray]:
    with open(path, "rb") as file:
        if file.read(6) == b"\x93NUMPY":
            raise ValueError("it is a single array, not an .npz file")
        if not zipfile.is_zipfile(file):
            raise ValueError("it is not a complete .npz file")
    with np.load(path, allow_pickle=False) as archive:
        names = archive.files
        arrays = {name: archive[name] for name in ARRAY_NAMES if name in names}
    if any(spelling in name for name in names for pair in IDX_NAMES.values() for spelling in pair):
        raise ValueError("it is an archive of IDX files; unpack it into a folder")
    missing = [name for name in ARRAY_NAMES if not isinstance(arrays.get(name), np.ndarray)]
    if missing:
        held = ", ".join(names[: len(ARRAY_NAMES)]) or "nothing"
        raise ValueError(f"it lacks {', '.join(missing)}, and holds {held}")
    return arrays


def _read_idx_folder(folder: pathlib.Path) -> dict[str, np.ndarray]:
    arrays = {}
    for name, spellings in IDX_NAMES.items():
        candidates = [
            folder / f"{spelling}{ending}" for spelling in spellings for ending in ("", ".gz")
        ]
        found = next((path for path in candidates if path.is_file()), None)
        if found is None:
            raise FileNotFoundError(2, "no such file", str(candidates[0]))
        arrays[name] = _read_idx(found)
    return arrays


def _read_idx(path: pathlib.Path) -> np.ndarray:
    """One array of unsigned bytes in the IDX format: 0, 0, 8 (the type), dimensions, sizes (big-endian), data."""
    content = path.read_bytes()
    # Not by its name: browsers and proxies unpack files on their way and leave them their names.
    if content[:2] == b"\x1f\x8b":
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise ValueError(f"{path.name} is not a complete gzip file") from error
    dimensions = content[3] if len(content) > 3 else 0
    start = 4 + 4 * dimensions
    if content[:3] != b"\0\0\x08" or dimensions not in (1, 3) or len(content) < start:
        raise ValueError(f"{path.name} is not an IDX file of unsigned bytes")
    shape = tuple(np.frombuffer(content, ">u4", dimensions, 4).tolist())
    values = np.frombuffer(content, np.uint8, offset=start)
    if values.size != np.prod(shape, dtype=np.int64):
        raise ValueError(f"{path.name} announces {shape} values and holds {values.size}")
    return values.reshape(shape)
