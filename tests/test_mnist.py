"""Where MNIST comes from: every source, every kind of bad file, and the sample under its banner."""

import gzip
import io
import pathlib
import socket
import zipfile

import numpy as np
import pytest
from digits import mirrors, mnist
from digits.checks import check


def arrays_of(dataset: mnist.Dataset) -> dict[str, np.ndarray]:
    """A dataset's arrays under the names that they have in files."""
    arrays = (dataset.train_images, dataset.train_labels, dataset.test_images, dataset.test_labels)
    return dict(zip(mnist.ARRAY_NAMES, arrays, strict=True))


def assert_equal_and_read_only(dataset: mnist.Dataset, arrays: dict[str, np.ndarray]) -> None:
    """The dataset is made of these arrays, and a notebook cannot change it for the cells below by accident."""
    for name, array in arrays_of(dataset).items():
        np.testing.assert_array_equal(array, arrays[name], err_msg=name)
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def npz_bytes(arrays: dict[str, np.ndarray], *, compressed: bool = True) -> bytes:
    """The content of an ``.npz`` file."""
    buffer = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(buffer, **arrays)
    return buffer.getvalue()


# ---------------------------------------------------------------- sources


def test_all_of_mnist_from_an_npz_file(full_mnist, empty_home, monkeypatch):
    """Offline classes hand out one mnist.npz: whatever container it is in, its arrays are recognised as MNIST's."""
    path = empty_home / "handed out.npz"
    np.savez(path, **full_mnist)
    monkeypatch.setenv("DIGITS_MNIST", str(path))
    dataset = mnist.load()
    assert not dataset.is_sample and dataset.banner() == ""
    assert str(dataset) == "MNIST: 60,000 training and 10,000 test images, fingerprint c473ce9de417"
    assert_equal_and_read_only(dataset, full_mnist)


def test_all_of_mnist_from_idx_files(full_mnist, empty_home, monkeypatch, write_idx_files):
    """The four files from LeCun's page work as they are, without a conversion."""
    files = write_idx_files(empty_home / "idx", full_mnist, compressed=True)
    monkeypatch.setenv("DIGITS_MNIST", str(empty_home / "idx"))
    assert_equal_and_read_only(mnist.load(), full_mnist)
    assert files["x_test"].name == "t10k-images-idx3-ubyte.gz"


def test_one_changed_pixel_of_mnist_is_found(full_mnist, empty_home, monkeypatch):
    """A file that differs in one pixel of 47 million would make numbers that nobody else gets."""
    images = full_mnist["x_train"].copy()
    images[31_415, 9, 26] ^= 1
    path = empty_home / "mnist.npz"
    content = npz_bytes({**full_mnist, "x_train": images}, compressed=False)
    path.write_bytes(content)
    monkeypatch.setenv("DIGITS_MNIST", str(path))
    with pytest.raises(
        mnist.DatasetError,
        match="x_train has the right shape, but its SHA-256 is not that of MNIST",
    ):
        mnist.load()
    assert path.read_bytes() == content


@pytest.mark.parametrize("compressed", [False, True])
def test_npz_file(small_mnist, empty_home, monkeypatch, compressed):
    """DIGITS_MNIST may name a file anywhere, relative to where the user is; other processes must find it too."""
    path = empty_home / "Übung 1" / "mnist.npz"
    path.parent.mkdir()
    path.write_bytes(npz_bytes(small_mnist, compressed=compressed))
    monkeypatch.chdir(path.parent)
    monkeypatch.setenv("DIGITS_MNIST", "mnist.npz")
    dataset = mnist.load()
    assert dataset.name == "MNIST" and dataset.location == str(path) and dataset.tried == ()
    assert_equal_and_read_only(dataset, small_mnist)


@pytest.mark.parametrize("dotted", [False, True], ids=["hyphen", "dot"])
@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gz"])
def test_folder_of_idx_files(
    small_mnist, empty_home, monkeypatch, write_idx_files, dotted, compressed
):
    """All four ways in which the IDX files are found in the wild are read, and images keep their orientation."""
    write_idx_files(empty_home / "idx files", small_mnist, dotted=dotted, compressed=compressed)
    monkeypatch.setenv("DIGITS_MNIST", str(empty_home / "idx files"))
    dataset = mnist.load()
    assert dataset.location == str(empty_home / "idx files")
    assert_equal_and_read_only(dataset, small_mnist)


def test_home_of_the_user_is_written_with_a_tilde(small_mnist, empty_home, monkeypatch):
    """A shell does not expand ``~`` in a settings file or in ``%env``; the loader does."""
    monkeypatch.setenv("HOME", str(empty_home))
    monkeypatch.setenv("USERPROFILE", str(empty_home))  # the same on Windows
    (empty_home / "mnist.npz").write_bytes(npz_bytes(small_mnist))
    monkeypatch.setenv("DIGITS_MNIST", "~/mnist.npz")
    assert mnist.load().location == str(empty_home / "mnist.npz")


def test_data_folder_is_used_without_a_network(small_mnist, empty_home):
    """What was downloaded once is there in the train and on the plane."""
    (empty_home / "data").mkdir()
    (empty_home / "data" / "mnist.npz").write_bytes(npz_bytes(small_mnist))
    dataset = mnist.load()
    assert not dataset.is_sample and dataset.location == str(empty_home / "data" / "mnist.npz")
    assert_equal_and_read_only(dataset, small_mnist)


def test_named_source_comes_before_the_data_folder(small_mnist, empty_home, monkeypatch):
    """Who names a file gets that file, even when another lies in data/."""
    (empty_home / "data").mkdir()
    (empty_home / "data" / "mnist.npz").write_bytes(b"never read")
    (empty_home / "mine.npz").write_bytes(npz_bytes(small_mnist))
    monkeypatch.setenv("DIGITS_MNIST", str(empty_home / "mine.npz"))
    assert mnist.load().location == str(empty_home / "mine.npz")


def test_dataset_is_read_once_per_process_and_again_for_another_setting(
    small_mnist, home, monkeypatch, tmp_path
):
    """Each cell may call load() without waiting; who changes a setting gets the other data."""
    sample = mnist.load()
    assert sample.is_sample and mnist.load() is sample
    (home / "mine.npz").write_bytes(npz_bytes(small_mnist))
    monkeypatch.setenv("DIGITS_MNIST", str(home / "mine.npz"))
    assert not mnist.load().is_sample
    monkeypatch.delenv("DIGITS_MNIST")
    for name in ("one", "other"):
        place = tmp_path / name / "data"
        place.mkdir(parents=True)
        (place / "mnist.npz").write_bytes(npz_bytes(small_mnist))
        monkeypatch.setenv("DIGITS_HOME", str(tmp_path / name))
        assert mnist.load().location == str(place.resolve() / "mnist.npz")


# ---------------------------------------------------------------- the sample


def test_sample_is_balanced_and_loud(home, files_in):
    """The sample is never taken for MNIST: name, banner, and a place of its own."""
    dataset = mnist.load()
    assert (
        dataset.is_sample
        and dataset.name == "5,000-image sample of MNIST"
        and dataset.location == "sample"
    )
    assert dataset.train_images.shape == (4000, 28, 28) and dataset.test_images.shape == (
        1000,
        28,
        28,
    )
    assert np.bincount(dataset.train_labels).tolist() == [400] * 10
    assert np.bincount(dataset.test_labels).tolist() == [100] * 10
    assert_equal_and_read_only(dataset, arrays_of(dataset))
    first, rule, loud, *rest = str(dataset).splitlines()
    assert (
        first
        == "5,000-image sample of MNIST: 4,000 training and 1,000 test images, fingerprint c8eb6468d206"
    )
    assert (
        set(rule) == {"!"} and loud.startswith("THIS IS A SAMPLE, NOT MNIST") and rest[-1] == rule
    )
    assert "DIGITS_MNIST=sample asks for it." in rest
    assert list(files_in(home)) == ["data/sample/mnist_sample.npz"]


def test_sample_is_part_of_mnist(home, full_mnist):
    """What the banner says is true: the sample's images are MNIST's training images, with the same labels."""
    dataset = mnist.load()
    pairs = zip(full_mnist["x_train"], full_mnist["y_train"], strict=True)
    label_of = {image.tobytes(): label for image, label in pairs}
    images = np.concatenate([dataset.train_images, dataset.test_images])
    labels = np.concatenate([dataset.train_labels, dataset.test_labels])
    assert [label_of.get(image.tobytes()) for image in images] == labels.tolist()


def test_sample_steps_in_when_mnist_cannot_be_had(empty_home, monkeypatch, sample_file, files_in):
    """Without a network the lesson still runs, and the banner says in order what was tried and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]  # free, and closed again when the block ends
    files = {"mnist.npz": "sha256:" + 64 * "0"}
    addresses = [f"http://127.0.0.1:{port}/first/", f"http://127.0.0.1:{port}/second/"]
    monkeypatch.setattr(
        mirrors, "MIRRORS", tuple(mirrors.Mirror(address, files) for address in addresses)
    )
    place = empty_home / "data" / "sample"
    place.mkdir(parents=True)
    (place / "mnist_sample.npz").write_bytes(sample_file.read_bytes())
    dataset = mnist.load()
    assert dataset.is_sample
    assert dataset.tried == (
        "MNIST was not found: DIGITS_MNIST is not set, there is no data/mnist.npz, and no mirror answered:",
        f"- {addresses[0]}: no connection",
        f"- {addresses[1]}: no connection",
    )
    assert "\n".join(dataset.tried) in dataset.banner()
    assert "connect to the internet, or set DIGITS_MNIST to an mnist.npz file" in dataset.banner()
    assert list(files_in(empty_home)) == ["data/sample/mnist_sample.npz"]


def test_claims_about_all_of_mnist_are_not_checked_on_the_sample(home, capsys):
    """A claim about 70,000 images must neither fail on 5,000 nor be reported as confirmed."""
    check("the sky is green", False, only_on_mnist=True)
    check("the sky is blue", True)
    assert (
        capsys.readouterr().out
        == "not checked on the sample: the sky is green\nconfirmed: the sky is blue\n"
    )
    with pytest.raises(
        AssertionError, match="The text claims that the sky is green, and here it is not so"
    ):
        check("the sky is green", False)


# ---------------------------------------------------------------- bad files


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


def _locked_zip(arrays: dict) -> bytes:
    content = npz_bytes(arrays)
    start = (
        content.index(b"PK\x01\x02") + 8
    )  # the flags of the first entry in the archive's directory
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
        "it lacks y_train, y_test",
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
        "Set DIGITS_MNIST to a complete mnist.npz, or unset it to let the series download MNIST."
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


def _not_compressed(path: pathlib.Path) -> None:
    path.write_bytes(gzip.decompress(path.read_bytes()))


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
        (True, _not_compressed),
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
        "Set DIGITS_MNIST to a complete mnist.npz, or unset it to let the series download MNIST."
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


@pytest.mark.parametrize("named", ["no such file.npz", "no such folder/mnist.npz", "Sample"])
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
