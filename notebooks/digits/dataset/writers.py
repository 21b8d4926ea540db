"""Who wrote which training image: the numbers of MNIST's writers, as QMNIST publishes them.

``load()`` tries, in this order: the file ``qmnist-train-labels-idx2-int.gz`` beside the MNIST file, or in the folder
that ``DIGITS_MNIST`` names; the same file in ``data/``; and a download from QMNIST's own repository. A file that is
there but wrong is an error, never silently passed over. Where the file cannot be had, the lesson goes on without it.

The file is part of QMNIST by Chhavi Yadav and Léon Bottou ("Cold case: the lost MNIST digits", NeurIPS 2019), under
the BSD licence, by Facebook, Inc. and its affiliates.
"""

import functools
import gzip
import hashlib
import os
import pathlib
import zlib

import numpy as np

from ..basics.workspace import data_folder, shown, write_atomically
from . import mirrors, mnist

FILE_NAME = "qmnist-train-labels-idx2-int.gz"
MIRROR = mirrors.Mirror(
    "https://raw.githubusercontent.com/facebookresearch/qmnist/master/",
    {
        FILE_NAME: mirrors.Published(
            463_024, "sha256:2c05dc77f6b916b38e455e97ab129a42a444f3dbef09b278a366f82904e0dd9f"
        )
    },
)
# What the unpacked file starts with: it holds 32-bit integers (0x0c) in two dimensions, whose sizes come next.
_MAGIC = b"\0\0\x0c\x02"
# The columns of a row: of eight, those that are used here.
_COLUMNS, _DIGIT, _WRITER = 8, 0, 2


def load() -> np.ndarray | None:
    """The number of the writer of each training image, in MNIST's order; read once per process.

    Where the numbers cannot be had, one printed sentence says why, and what to do.

    Returns:
        int64, shape (60000,), read-only: QMNIST's own numbers of the 539 writers; or None, where only the sample is
        there, or the file is not on this machine and no download brings it.

    Raises:
        DatasetError: the file is there, and is not the published one; or MNIST itself cannot be read.
        WorkspaceError: a download could not be stored.
    """
    if mnist.load().is_sample:
        print("Who wrote which image is known for all of MNIST only, not for the sample.")
        return None
    path = find()
    if path is None:
        path = data_folder() / FILE_NAME
        failure = _download(path)
        if failure is not None:
            print(_missing(path, failure))
            return None
        _download.cache_clear()  # only failures are remembered: the file may be deleted later
    return _read(path)


def find() -> pathlib.Path | None:
    """The file, if it is on this machine and belongs to the dataset in use; nothing is downloaded or printed.

    Raises:
        DatasetError, WorkspaceError: MNIST itself cannot be read.
    """
    dataset = mnist.load()
    if dataset.is_sample:
        return None
    location = pathlib.Path(dataset.location)
    beside = location if location.is_dir() else location.parent
    candidates = (beside / FILE_NAME, data_folder() / FILE_NAME)
    return next((path for path in candidates if os.path.lexists(path)), None)


@functools.lru_cache(maxsize=1)
def _download(path: pathlib.Path) -> mirrors.Failure | None:
    """Download the file to ``path``; why that failed, or None. A failure is remembered, so that nobody waits twice."""
    content, failures = mirrors.download(pathlib.Path.read_bytes, (MIRROR,))
    if content is None:
        return failures[0]
    with write_atomically(path) as temporary:
        temporary.write_bytes(content)
    return None


def _missing(path: pathlib.Path, failure: mirrors.Failure) -> str:
    """One sentence on a file that is not here."""
    remedy = failure.remedy[0].lower() + failure.remedy[1:].rstrip(".")
    return (
        f"Who wrote which image is not known here, because {MIRROR.address}{FILE_NAME} could not be downloaded "
        f"({failure.reason}); save that file as {shown(path)}, or restart the kernel after this: {remedy}."
    )


@functools.lru_cache(maxsize=1)
def _read(path: pathlib.Path) -> np.ndarray:
    """The column of the writers from the file, which must be the published one."""
    try:
        content = path.read_bytes()
        rows = _rows(content)
    except (OSError, ValueError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or str(error)
        raise _wrong(path, reason) from error
    labels = mnist.load().train_labels
    if rows.shape != (len(labels), _COLUMNS):
        raise _wrong(path, f"its shape is {rows.shape}, and not {(len(labels), _COLUMNS)}")
    if not np.array_equal(rows[:, _DIGIT], labels):
        raise _wrong(path, "its digits are not the labels of MNIST's training images")
    if f"sha256:{hashlib.sha256(content).hexdigest()}" != MIRROR.files[FILE_NAME].known_hash:
        raise _wrong(path, "its SHA-256 is not that of the published file")
    numbers = rows[:, _WRITER].astype(np.int64)
    numbers.setflags(write=False)
    return numbers


def _rows(content: bytes) -> np.ndarray:
    """The table of integers in a packed IDX file: the magic number, two sizes (big-endian), the rows."""
    try:
        content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError("it is not a complete gzip file") from error
    if content[:4] != _MAGIC or len(content) < 12:
        raise ValueError("it is not an IDX file of integers in rows")
    shape = tuple(np.frombuffer(content, ">u4", 2, 4).tolist())
    if len(content) - 12 != 4 * shape[0] * shape[1]:
        raise ValueError(f"it announces {shape} integers and holds {len(content) - 12} bytes")
    return np.frombuffer(content, ">i4", offset=12).reshape(shape)


def _wrong(path: pathlib.Path, reason: str) -> mnist.DatasetError:
    return mnist.DatasetError(
        f"{shown(path)} does not tell who wrote which image: {reason}. The file is kept as it is. Delete it or move it "
        f"away, and the series fetches it again, or put the published file in its place: {MIRROR.address}{FILE_NAME}"
    )
