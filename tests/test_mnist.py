"""Where MNIST comes from: every source, and the sample under its banner."""

import shutil
import socket

import numpy as np
import pytest
from digits.checks import check
from digits.dataset import mirrors, mnist
from mnist_files import npz_bytes


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


def test_names_of_files_do_not_say_whether_they_are_compressed(
    small_mnist, empty_home, monkeypatch, write_idx_files
):
    """Browsers and proxies unpack files on their way and leave them their names."""
    folder = empty_home / "idx"
    for compressed, ending in ((False, ".gz"), (True, "")):
        files = write_idx_files(folder, small_mnist, compressed=compressed)
        for path in files.values():
            path.rename(path.with_name(path.name.removesuffix(".gz") + ending))
        monkeypatch.setenv("DIGITS_MNIST", str(folder))
        assert_equal_and_read_only(mnist.load(), small_mnist)
        mnist._load.cache_clear()
        shutil.rmtree(folder)


@pytest.mark.parametrize("spelling", ["{}", '"{}"', " '{}' ", "{}\n"])
def test_folder_of_keras_and_copied_paths(small_mnist, empty_home, monkeypatch, spelling):
    """Keras keeps mnist.npz in a folder of its own; who copies a path brings quotes and blanks with it."""
    (empty_home / "datasets").mkdir()
    (empty_home / "datasets" / "mnist.npz").write_bytes(npz_bytes(small_mnist))
    (empty_home / "datasets" / "train-images-idx3-ubyte").write_bytes(b"another download, cut off")
    monkeypatch.setenv("DIGITS_MNIST", spelling.format(empty_home / "datasets"))
    assert_equal_and_read_only(mnist.load(), small_mnist)


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
    assert rest[1:-1] == [
        "DIGITS_MNIST=sample asks for it.",
        "To use MNIST itself, do one of these:",
        "* Unset DIGITS_MNIST, or leave out --sample.",
        "* Set DIGITS_MNIST to an mnist.npz file.",
    ]
    assert list(files_in(home)) == ["data/sample/mnist_sample.npz"]


@pytest.mark.parametrize("word", ["Sample", " SAMPLE "])
def test_sample_is_asked_for_in_any_letters(home, monkeypatch, word):
    monkeypatch.setenv("DIGITS_MNIST", word)
    assert mnist.load().is_sample


def test_sample_is_part_of_mnist(home, full_mnist):
    """What the banner says is true: the sample's images are MNIST's training images, with the same labels."""
    dataset = mnist.load()
    pairs = zip(full_mnist["x_train"], full_mnist["y_train"], strict=True)
    label_of = {image.tobytes(): label for image, label in pairs}
    images = np.concatenate([dataset.train_images, dataset.test_images])
    labels = np.concatenate([dataset.train_labels, dataset.test_labels])
    assert [label_of.get(image.tobytes()) for image in images] == labels.tolist()


def test_sample_steps_in_when_mnist_cannot_be_had(
    empty_home, monkeypatch, sample_file, files_in, capsys
):
    """Without a network the lesson still runs, and the banner says in order what was tried and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]  # free, and closed again when the block ends
    files = {"mnist.npz": mirrors.Published(1, "sha256:" + 64 * "0")}
    addresses = [f"http://127.0.0.1:{port}/first/", f"http://127.0.0.1:{port}/second/"]
    monkeypatch.setattr(
        mirrors, "MIRRORS", tuple(mirrors.Mirror(address, files) for address in addresses)
    )
    place = empty_home / "data" / "sample"
    place.mkdir(parents=True)
    (place / "mnist_sample.npz").write_bytes(sample_file.read_bytes())
    monkeypatch.setenv("DIGITS_PROGRESS", "1")
    dataset = mnist.load()
    assert dataset.is_sample
    assert not capsys.readouterr().out, "where nothing comes, there is no bar"
    assert dataset.tried == (
        "MNIST was not found: DIGITS_MNIST is not set, there is no data/mnist.npz, and no mirror delivered:",
        f"- {addresses[0]}: no connection",
        f"- {addresses[1]}: no connection",
        "To use MNIST itself, do one of these:",
        "* Connect to the internet.",
        "* Set DIGITS_MNIST to an mnist.npz file.",
    )
    assert "\n".join(dataset.tried) in dataset.banner()
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
