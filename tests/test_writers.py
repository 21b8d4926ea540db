"""Who wrote which image: where the file comes from, what is said where it cannot be had, and which cells need it."""

import gzip
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import nbformat
import numpy as np
import pytest
import test_mirrors
from digits import series
from digits.basics import workspace
from digits.dataset import mirrors, mnist, writers
from digits.store import artifacts, records
from notebook_files import ROOT

server = test_mirrors.server  # the fixture: a web server on this machine

NAME = "qmnist-train-labels-idx2-int.gz"
ON_THE_SAMPLE = "Who wrote which image is known for all of MNIST only, not for the sample.\n"


def packed(rows: np.ndarray, magic: bytes = b"\0\0\x0c\x02") -> bytes:
    """A table as a file of QMNIST: packed, with big-endian integers."""
    content = magic + np.array(rows.shape, ">u4").tobytes() + rows.astype(">i4").tobytes()
    return gzip.compress(content, mtime=0)


@pytest.fixture(autouse=True)
def forget():
    """Nothing is remembered of the files and failures of other tests."""
    forget_all()
    yield
    forget_all()


def forget_all() -> None:
    """As in a new process."""
    for remembered in (writers._read, writers._download):
        remembered.cache_clear()


@pytest.fixture
def rows(small_mnist):
    """Eight integers for each of the 300 training images of the small MNIST."""
    table = np.random.default_rng(0).integers(0, 4000, (300, 8))
    table[:, 0] = small_mnist["y_train"]
    return table


@pytest.fixture
def published(rows, server, monkeypatch):
    """The bytes of the small MNIST's file, which is the published one in this test; no server has it yet."""
    content = packed(rows)
    mirror = server.mirror("gone", {NAME: content}, status=404)
    monkeypatch.setattr(writers, "MIRROR", mirror)
    return content


@pytest.fixture
def mnist_file(small_mnist, tmp_path, monkeypatch):
    """The small MNIST in a folder of its own, named by DIGITS_MNIST."""
    path = tmp_path / "somewhere" / "mnist.npz"
    path.parent.mkdir()
    np.savez(path, **small_mnist)
    monkeypatch.setenv("DIGITS_MNIST", str(path))
    return path


def save(folder: pathlib.Path, content: bytes) -> pathlib.Path:
    """Put a file under the published name into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NAME).write_bytes(content)
    return folder / NAME


def assert_are_loaded(rows: np.ndarray) -> None:
    """The writers are those of the table, as the docstring promises them."""
    assert writers.find() is not None
    numbers = writers.load()
    np.testing.assert_array_equal(numbers, rows[:, 2])
    assert numbers.dtype == np.int64 and not numbers.flags.writeable
    assert writers.load() is numbers, "it was read twice"


# ---------------------------------------------------------------- where the file is found


@pytest.mark.parametrize("form", ["file", "folder", "IDX files"])
def test_file_is_found_beside_mnist(
    mnist_file, small_mnist, published, rows, server, monkeypatch, capsys, write_idx_files, form
):
    """Whoever has MNIST on a stick without a network puts the other file beside it."""
    if form == "IDX files":
        mnist_file.unlink()
        write_idx_files(mnist_file.parent, small_mnist)
    if form != "file":
        monkeypatch.setenv("DIGITS_MNIST", str(mnist_file.parent))
    save(mnist_file.parent, published)
    assert_are_loaded(rows)
    assert server.requested == [] and capsys.readouterr().out == ""


def test_file_is_found_in_the_data_folder(mnist_file, published, rows, empty_home, server):
    """MNIST may lie on a share that nobody can write to."""
    save(empty_home / "data", published)
    assert_are_loaded(rows)
    assert server.requested == []


def test_file_beside_mnist_goes_first(mnist_file, published, rows, empty_home):
    """Two files that differ: the one that belongs to the named MNIST counts."""
    save(mnist_file.parent, published)
    save(empty_home / "data", b"another file")
    assert_are_loaded(rows)


def test_file_is_downloaded_once_and_stored(
    mnist_file, published, rows, empty_home, server, capsys, files_in
):
    """The first lesson downloads it; from then on the network may be gone."""
    server.mirror("gone", {NAME: published})
    assert writers.find() is None and server.requested == [], "asking must not download"
    np.testing.assert_array_equal(writers.load(), rows[:, 2])
    assert files_in(empty_home) == {f"data/{NAME}": published}
    assert_are_loaded(rows)
    forget_all()
    assert_are_loaded(rows)
    assert server.requested == [f"/gone/{NAME}"] and capsys.readouterr().out == ""


def test_file_that_was_deleted_is_downloaded_again(mnist_file, published, rows, empty_home, server):
    """data/ may be emptied while a kernel runs: deleting it loses nothing."""
    server.mirror("gone", {NAME: published})
    np.testing.assert_array_equal(writers.load(), rows[:, 2])
    (empty_home / "data" / NAME).unlink()
    np.testing.assert_array_equal(writers.load(), rows[:, 2])
    assert len(server.requested) == 2


# ---------------------------------------------------------------- a file that is wrong

# For each damage: what it makes of the file and its table, and the words that name it.
DAMAGES = {
    "other hash": (
        lambda content, rows: gzip.compress(gzip.decompress(content), compresslevel=1),
        "its SHA-256 is not that of the published file",
    ),
    "other writers": (
        lambda content, rows: packed(rows + (np.arange(8) == 2)),
        "its SHA-256 is not that of the published file",
    ),
    "truncated": (
        lambda content, rows: content[: len(content) // 2],
        "it is not a complete gzip file",
    ),
    "empty": (lambda content, rows: b"", "it is not an IDX file of integers in rows"),
    "unpacked": (
        lambda content, rows: gzip.decompress(content),
        "it is not a complete gzip file",
    ),
    "web page": (
        lambda content, rows: b"<html>not here</html>",
        "it is not a complete gzip file",
    ),
    "labels of MNIST": (
        lambda content, rows: packed(rows, magic=b"\0\0\x08\x01"),
        "it is not an IDX file of integers in rows",
    ),
    "rows cut off": (
        lambda content, rows: gzip.compress(gzip.decompress(content)[:-32]),
        "it announces (300, 8) integers and holds 9568 bytes",
    ),
    "rows missing": (
        lambda content, rows: packed(rows[:-1]),
        "its shape is (299, 8), and not (300, 8)",
    ),
    "other columns": (
        lambda content, rows: packed(rows[:, :7]),
        "its shape is (300, 7), and not (300, 8)",
    ),
    "other images": (
        lambda content, rows: packed(rows[::-1]),
        "its digits are not the labels of MNIST's training images",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("place", ["beside MNIST", "in data"])
def test_file_that_is_wrong_is_an_error_and_kept(
    mnist_file, published, rows, empty_home, server, damage, place
):
    """Wrong writers would give wrong splits without a word; and the file may be somebody's work."""
    change, words = DAMAGES[damage]
    content = change(published, rows)
    path = save(mnist_file.parent if place == "beside MNIST" else empty_home / "data", content)
    with pytest.raises(mnist.DatasetError) as caught:
        writers.load()
    message = str(caught.value)
    assert message.startswith(f"{workspace.shown(path)} does not tell who wrote which image: ")
    assert f": {words}. The file is kept as it is. " in message
    assert message.endswith(f"{writers.MIRROR.address}{NAME}")
    assert path.read_bytes() == content and server.requested == []


@pytest.mark.parametrize("kind", ["folder", "broken link"])
def test_file_that_cannot_be_read_is_an_error(mnist_file, published, kind):
    """A folder of that name, as some programs make when they unpack, or a link to a disk that is away."""
    path = mnist_file.parent / NAME
    path.mkdir() if kind == "folder" else path.symlink_to(mnist_file.parent / "away" / NAME)
    with pytest.raises(mnist.DatasetError, match=r"does not tell who wrote which image: .+\. The"):
        writers.load()


# ---------------------------------------------------------------- where it cannot be had


def the_sentence(capsys) -> str:
    """What was printed, which must be one sentence in one line."""
    printed = capsys.readouterr()
    assert printed.err == "" and printed.out.count("\n") == 1
    assert re.search(r"[^.]\.\n$", printed.out) and not re.search(r"\. [A-Z]", printed.out)
    return printed.out


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda server, files: server.mirror("gone", files, status=404), "the server answered 404"),
        (test_mirrors._closed_port, "no connection"),
        (
            lambda server, files: server.mirror("silent", files, never_answers=True),
            "no answer in time",
        ),
        (
            test_mirrors._instead("other", lambda content: content[:-1] + b"?"),
            "the file that came is not the published one (wrong hash)",
        ),
        (test_mirrors._instead("page", lambda content: b"<html>log in</html>"), "a web page came"),
        (test_mirrors._cut_off, "the file was cut off on its way"),
    ],
    ids=["not found", "no network", "silent", "wrong hash", "log-in", "cut off"],
)
def test_failed_download_is_told_in_one_sentence(
    mnist_file, published, rows, empty_home, server, monkeypatch, capsys, files_in, make, reason
):
    """Without a network a lesson goes on, soon, and says what it lacks; nothing wrong is left behind."""
    monkeypatch.setattr(writers, "MIRROR", make(server, {NAME: published}))
    started = time.monotonic()
    assert writers.load() is None
    assert time.monotonic() - started < 3
    sentence = the_sentence(capsys)
    assert sentence.startswith("Who wrote which image is not known here, because http")
    assert reason in sentence and f"save that file as data/{NAME}, or" in sentence
    assert writers.find() is None and files_in(empty_home) == {}
    asked = len(server.requested)
    assert writers.load() is None, "the second time"
    assert the_sentence(capsys) == sentence and len(server.requested) == asked, "it waited again"
    save(empty_home / "data", published)
    assert_are_loaded(rows)


@pytest.mark.parametrize("proxy", ["http://ada:s@cret@127.0.0.1:9", ""])
def test_remedies_end_the_sentence(mnist_file, published, monkeypatch, capsys, proxy):
    """The remedies of the mirrors are sentences of their own, and must not break this one."""
    monkeypatch.setattr(
        writers, "MIRROR", mirrors.Mirror("https://qmnist.invalid/", writers.MIRROR.files)
    )
    for name in test_mirrors.NAMES_OF_PROXIES:
        monkeypatch.delenv(name, raising=False)
    if proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
    assert writers.load() is None
    sentence = the_sentence(capsys)
    assert "restart the kernel after this: c" in sentence and "cret" not in sentence


def test_sample_has_no_writers(home, server, monkeypatch, capsys):
    """Nobody knows which of MNIST's images the sample holds; a file in data/ must not be taken for its writers."""
    monkeypatch.setattr(writers, "MIRROR", server.mirror("good", {NAME: b"what the sample needs"}))
    save(home / "data", b"of all of MNIST")
    assert writers.load() is None and writers.find() is None
    assert capsys.readouterr().out == ON_THE_SAMPLE
    assert server.requested == []


# ---------------------------------------------------------------- the published file


@pytest.fixture(scope="session")
def qmnist_file(request, full_mnist):
    """The published file, if this machine has it; nothing is downloaded for it."""
    named = pathlib.Path(os.environ.get("DIGITS_MNIST", "no such folder"))
    before = request.config.digits_home_before
    home_before = pathlib.Path(before) if before else workspace.NOTEBOOKS_FOLDER.parent
    folders = (named, named.parent, home_before / "data")
    found = next((folder / NAME for folder in folders if (folder / NAME).is_file()), None)
    return found or pytest.skip(f"needs {NAME} beside mnist.npz, or in data/")


@pytest.fixture
def mnist_copy(full_mnist, tmp_path):
    """All of MNIST in a file that has no other beside it."""
    path = tmp_path / "alone" / "mnist.npz"
    path.parent.mkdir()
    np.savez(path, **full_mnist)
    return path


def test_published_file_is_the_one_that_is_asked_for():
    """The address is encrypted, and the file has the hash and the size that its authors' repository gives it."""
    assert writers.MIRROR.address.startswith("https://") and writers.MIRROR.address.endswith("/")
    assert list(writers.MIRROR.files) == [NAME]
    digits = writers.MIRROR.files[NAME].known_hash.removeprefix("sha256:")
    assert re.fullmatch(r"[0-9a-f]{64}", digits)


def test_writers_of_all_training_images_are_known(
    qmnist_file, full_mnist, mnist_copy, empty_home, monkeypatch, capsys
):
    """The real thing: each of the 60,000 rows names the digit that MNIST has there, and 539 people wrote them."""
    content = qmnist_file.read_bytes()
    published = writers.MIRROR.files[NAME]
    assert len(content) == published.size
    assert f"sha256:{hashlib.sha256(content).hexdigest()}" == published.known_hash
    table = np.frombuffer(gzip.decompress(content), ">i4", offset=12).reshape(60000, 8)
    np.testing.assert_array_equal(table[:, 0], full_mnist["y_train"])
    monkeypatch.setenv("DIGITS_MNIST", str(mnist_copy))
    save(mnist_copy.parent, content)
    numbers = writers.load()
    assert numbers.shape == (60000,) and numbers.dtype == np.int64
    np.testing.assert_array_equal(numbers, table[:, 2])
    assert len(np.unique(numbers)) == 539 and capsys.readouterr().out == ""


def test_published_file_is_downloaded_and_verified(
    qmnist_file, mnist_copy, empty_home, server, monkeypatch, files_in
):
    """The real file from a real server, with the published hash and size."""
    content = qmnist_file.read_bytes()
    address = server.mirror("good", {NAME: content}).address
    monkeypatch.setattr(writers, "MIRROR", mirrors.Mirror(address, writers.MIRROR.files))
    monkeypatch.setenv("DIGITS_MNIST", str(mnist_copy))
    assert len(np.unique(writers.load())) == 539
    assert files_in(empty_home) == {f"data/{NAME}": content}


# ---------------------------------------------------------------- what only writers allow


@pytest.fixture
def may_write(home, monkeypatch):
    """A series of one step, which writes one artifact always and another only where writers are known."""
    step = series.Step(
        "first", "First", "What?", writes=("numbers.npz",), may_write=("writers.npz",)
    )
    monkeypatch.setattr(series, "STEPS", series.numbered(step))
    return home / "data" / "sample"


def test_artifact_that_may_be_written_is_recorded_like_others(may_write):
    """A split by writers that was changed by hand would be used without a word."""
    artifacts.save_arrays("writers.npz", rows=np.arange(3))
    assert series.writer("writers.npz") is series.STEPS[0]
    np.testing.assert_array_equal(artifacts.load_arrays("writers.npz")["rows"], np.arange(3))
    assert artifacts.is_current("writers.npz")
    record = artifacts.provenance("writers.npz")
    assert (record["artifact"], record["step"]) == ("writers.npz", "01")
    (may_write / "writers.npz").write_bytes(b"changed")
    with pytest.raises(artifacts.ArtifactError, match="was changed after it was written"):
        artifacts.ensure("writers.npz")
    assert records.folder() == may_write


def test_artifact_that_could_not_be_written_is_explained(may_write, monkeypatch):
    """The reader would look in vain for the cell that forgot to save it."""
    run = []
    monkeypatch.setattr(artifacts, "_run_notebook", lambda step, reason: run.append(step.number))
    with pytest.raises(artifacts.ArtifactError) as caught:
        artifacts.ensure("writers.npz")
    assert run == ["01"]
    assert "only where it is known who wrote which image" in str(caught.value)
    assert "run it cell by cell" not in str(caught.value)
    with pytest.raises(artifacts.ArtifactError, match="run it cell by cell"):
        artifacts.ensure("numbers.npz")


# ---------------------------------------------------------------- cells that need writers

# For each cell: its source, the output that is stored, and whether it carries the tag.
CELLS = (
    ("from digits.dataset import writers\nprint(writers.find() is not None)", "True\n", True),
    ("print('found now')", "stored\n", True),
    ("print('found now')", "stored\n", False),
    ("1 / 0", "", True),
)
NOT_COMPARED = (
    "who wrote which image is not known here; the cells that need it are run and not compared"
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("is_known", "failed"), [(True, {1, 2, 3}), (False, {2, 3})], ids=["known", "not known"]
)
def test_cells_that_need_writers_are_compared_where_these_are_known(
    qmnist_file, mnist_copy, tmp_path, is_known, failed
):
    """Outputs could say anything; or the tests would fail for everybody without a network. Errors fail always."""
    notebook = nbformat.v4.new_notebook()
    for number, (source, stored, is_tagged) in enumerate(CELLS):
        outputs = [nbformat.v4.new_output("stream", name="stdout", text=stored)] if stored else []
        cell = nbformat.v4.new_code_cell(source, outputs=outputs, execution_count=number + 1)
        cell.metadata = {"tags": ["needs-writers"]} if is_tagged else {}
        notebook.cells.append(cell)
    nbformat.write(notebook, tmp_path / "tagged.ipynb")
    home = tmp_path / "home"
    (home / "data").mkdir(parents=True)
    if is_known:
        shutil.copy(qmnist_file, home / "data" / NAME)
    run = _run_nbval(tmp_path / "tagged.ipynb", home, mnist_copy)
    found = re.findall(r"^FAILED .*::Cell (\d)", run.stdout, re.MULTILINE)
    assert {int(number) for number in found} == failed, run.stdout + run.stderr
    assert run.stdout.count(NOT_COMPARED) == (not is_known)


def _run_nbval(
    notebook: pathlib.Path, home: pathlib.Path, mnist_file: pathlib.Path
) -> subprocess.CompletedProcess:
    """The tests of one notebook in a process of their own, with this home and MNIST and without a network."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST_", "DIGITS_")) and name not in ("NO_PROXY", "no_proxy")
    }
    environment |= dict.fromkeys(("HTTPS_PROXY", "https_proxy"), "http://127.0.0.1:9")
    environment |= {"DIGITS_HOME": str(home), "DIGITS_MNIST": str(mnist_file)}
    environment |= {"PYTHONPATH": str(workspace.NOTEBOOKS_FOLDER), "PYTHONUTF8": "1"}
    options = ["-p", "conftest", "-p", "no:cacheprovider", "--nbval", "-rf"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(notebook)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
