"""Where the shared folders are, and that a file written there is whole or not there."""

import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import textwrap
import time

import pytest
from digits.basics import workspace


def test_home_is_the_checkout_unless_moved(monkeypatch, tmp_path):
    """Without a setting the files are kept in the clone; with one, where the user said, also from another folder."""
    monkeypatch.delenv("DIGITS_HOME")
    assert workspace.home() == pathlib.Path(__file__).resolve().parents[1]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIGITS_HOME", "elsewhere")
    assert workspace.home() == tmp_path.resolve() / "elsewhere"
    assert workspace.data_folder() == tmp_path.resolve() / "elsewhere" / "data"
    monkeypatch.setenv("DIGITS_HOME", "~/digits")
    assert workspace.home() == pathlib.Path.home().resolve() / "digits"


def test_messages_name_files_relative_to_home(empty_home, tmp_path):
    """Messages stay readable: short inside the home, unmistakable outside, with forward slashes on every system."""
    assert workspace.shown(empty_home / "data" / "models" / "own.keras") == "data/models/own.keras"
    assert workspace.shown(tmp_path / "mnist.npz") == str(tmp_path / "mnist.npz")


@pytest.mark.parametrize(("setting", "shown"), [(None, True), ("1", True), ("0", False)])
def test_progress_is_shown_unless_switched_off(monkeypatch, setting, shown):
    """A person sees progress without asking for it; stored outputs never hold it."""
    if setting is None:
        monkeypatch.delenv("DIGITS_PROGRESS")
    else:
        monkeypatch.setenv("DIGITS_PROGRESS", setting)
    assert workspace.shows_progress() is shown


def test_atomic_write_creates_folders_and_replaces(empty_home, files_in):
    """A first run on a fresh machine has no folders yet; a second run replaces what the first has written."""
    path = empty_home / "data" / "models" / "own network.keras"
    for content in (b"first", b"second"):
        with workspace.write_atomically(path) as temporary:
            assert temporary.suffix == ".keras", "Keras chooses its format by the ending"
            assert temporary.parent == path.parent, (
                "only within one folder a rename is a single step"
            )
            temporary.write_bytes(content)
        assert files_in(empty_home) == {"data/models/own network.keras": content}


@pytest.mark.skipif(os.name == "nt", reason="Windows does not replace a file that is being read")
def test_atomic_write_leaves_the_earlier_file_to_who_reads_it(empty_home):
    """Another process that loads the file meanwhile would get half of the earlier and half of the new one."""
    path = empty_home / "table.csv"
    path.write_bytes(b"earlier")
    with open(path, "rb", buffering=0) as reader:
        beginning = reader.read(3)
        with workspace.write_atomically(path) as temporary:
            temporary.write_bytes(b"a new table")
        assert beginning + reader.read() == b"earlier"
    assert path.read_bytes() == b"a new table"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_atomic_write_that_fails_changes_nothing(empty_home, files_in, error):
    """An error or Ctrl-C half-way costs the new file only: the earlier one stays, and no rubbish is left."""
    path = empty_home / "data" / "table.csv"
    path.parent.mkdir()
    path.write_bytes(b"earlier")
    with pytest.raises(error), workspace.write_atomically(path) as temporary:
        temporary.write_bytes(b"half of the n")
        raise error
    assert files_in(empty_home) == {"data/table.csv": b"earlier"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
def test_atomic_write_gives_the_usual_permissions(empty_home):
    """On a shared machine classmates can read the files if the user's umask lets them, and only then."""
    path = empty_home / "data" / "table.csv"
    for mask, expected in ((0o022, 0o644), (0o077, 0o600)):
        before = os.umask(mask)
        try:
            with workspace.write_atomically(path) as temporary:
                temporary.write_bytes(b"1")
            assert stat.S_IMODE(path.stat().st_mode) == expected
            assert os.umask(mask) == mask, "the process's own umask must come back"
        finally:
            os.umask(before)


def test_folder_that_cannot_be_made_is_explained(empty_home):
    """A file where the folder should be: one message with the way out instead of a traceback from pathlib."""
    (empty_home / "data").write_bytes(b"not a folder")
    path = empty_home / "data" / "table.csv"
    with pytest.raises(workspace.WorkspaceError) as caught, workspace.write_atomically(path):
        pass
    assert str(caught.value).startswith("data/table.csv cannot be written (")
    assert f"let DIGITS_HOME, which is {empty_home}, name a folder that is" in str(caught.value)
    assert (empty_home / "data").read_bytes() == b"not a folder"


def test_read_only_folder_is_explained(ordinary_user, monkeypatch):
    """A checkout on a read-only share, as classes have them: the message says how to keep the files elsewhere."""
    as_ordinary_user, folder = ordinary_user
    monkeypatch.setenv("DIGITS_HOME", str(folder))
    (folder / "data").mkdir()
    (folder / "data").chmod(0o555)
    with (
        as_ordinary_user(),
        pytest.raises(
            workspace.WorkspaceError, match=r"data/table\.csv .*Permission denied.*DIGITS_HOME"
        ),
        workspace.write_atomically(folder / "data" / "table.csv"),
    ):
        pass


def test_advice_is_not_what_the_user_has_done_already(empty_home, monkeypatch):
    """Without DIGITS_HOME it is a way out; with it, it is what must change."""
    monkeypatch.delenv("DIGITS_HOME")
    (empty_home / "file").write_bytes(b"not a folder")
    with (
        pytest.raises(workspace.WorkspaceError, match="set the environment variable DIGITS_HOME"),
        workspace.write_atomically(empty_home / "file" / "table.csv"),
    ):
        pass


def test_what_a_killed_process_left_is_removed(empty_home, files_in):
    """A power cut leaves half a file: it goes with the next save. What another process writes now stays."""
    folder = empty_home / "data"
    folder.mkdir()
    for name, age in ((".writing-old.npz", 2 * 3600), (".writing-now.npz", 0)):
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, (time.time() - age,) * 2)
    with workspace.write_atomically(folder / "table.csv") as temporary:
        temporary.write_bytes(b"whole")
    assert files_in(folder) == {".writing-now.npz": b"half", "table.csv": b"whole"}


@pytest.mark.skipif(
    os.name == "nt", reason="Windows cannot limit the size of files for one process"
)
def test_file_that_has_no_room_keeps_the_earlier_one(home, files_in):
    """When there is no room in the middle of a file, the earlier artifact stays and the half-written one goes."""
    program = """
        import resource
        import numpy as np
        from digits.basics import workspace
        from digits.store import artifacts
        artifacts.save_arrays("preprocessed.npz", images=np.zeros(10))
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
        try:
            artifacts.save_arrays("preprocessed.npz", images=np.zeros(100_000))
        except workspace.WorkspaceError as error:
            print(error)
        print("kept:", artifacts.load_arrays("preprocessed.npz")["images"].size)
    """
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=workspace.NOTEBOOKS_FOLDER,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    refused, kept = result.stdout.splitlines()
    assert refused.startswith(
        "data/sample/preprocessed.npz cannot be written (File too large): 0.1 MB of it were"
    )
    assert re.search(r" has \d+\.\d MB left\. Free some space, or let DIGITS_HOME", refused)
    assert kept == "kept: 10"
    assert not [name for name in files_in(home) if ".writing-" in name and ".lock" not in name]


@pytest.fixture
def small_disk():
    """A function that runs a program where /mnt is a disk of so many kB, full when they are written."""
    if not (sys.platform == "linux" and os.geteuid() == 0 and shutil.which("unshare")):
        pytest.skip("needs Linux and root to mount a small disk")

    def run(kilobytes: int, program: str) -> subprocess.CompletedProcess:
        mount = f'mount -t tmpfs -o size={kilobytes}k tmpfs /mnt && exec {sys.executable} -c "$1"'
        result = subprocess.run(
            ["unshare", "-m", "sh", "-c", mount, "sh", textwrap.dedent(program)],
            cwd=workspace.NOTEBOOKS_FOLDER,
            capture_output=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONUTF8": "1", "DIGITS_HOME": "/mnt", "DIGITS_MNIST": "sample"},
        )
        if "permission denied" in result.stderr.lower():
            pytest.skip("this container may not mount a disk")
        return result

    return run


@pytest.mark.slow
def test_full_disk_is_one_sentence(small_disk):
    """NumPy, pandas, HDF5 and matplotlib tell it each in another way."""
    result = small_disk(
        1500,
        """
        import shutil, numpy, pandas
        from digits import plots, training
        from digits.basics import workspace
        from digits.dataset import mnist
        from digits.store import artifacts
        from matplotlib import pyplot
        mnist.load()
        layers = [training.keras.Input((784,)), training.keras.layers.Dense(2000)]
        network = training.keras.Sequential(layers)
        figure, axes = pyplot.subplots()
        axes.imshow(numpy.random.default_rng(0).random((500, 500)))
        for save, arguments, free in [
            (artifacts.save_arrays, ("preprocessed.npz",), 300_000),
            (artifacts.save_table, ("results/05.csv", pandas.DataFrame({"a": range(10**6)})), 300_000),
            (training.save_model, ("models/own.keras", network), 300_000),
            (plots.show, (figure, "01_noise", ""), 8192),
        ]:
            keywords = {"images": numpy.zeros(10**6)} if len(arguments) == 1 else {}
            with open("/mnt/filler", "wb") as file:
                file.write(bytes(shutil.disk_usage("/mnt").free - free))
            try:
                save(*arguments, **keywords)
            except workspace.WorkspaceError as error:
                print("refused:", error)
        print("left:", *(path for path in artifacts.folder().rglob(".writing-*") if path.suffix != ".lock"))
        """,
    )
    assert result.returncode == 0, result.stderr
    sentences = [line for line in result.stdout.splitlines() if line.startswith("refused:")]
    names = ["preprocessed.npz", "results/05.csv", "models/own.keras", "figures/01_noise.png"]
    for sentence, name in zip(sentences, names, strict=True):
        assert sentence.startswith(f"refused: data/sample/{name} cannot be written (")
        assert re.search(
            r": \d\.\d MB of it were written, and the disk of /mnt\S* has 0\.\d MB left\.", sentence
        )
    assert result.stdout.splitlines()[-1] == "left:"
