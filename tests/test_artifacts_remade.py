"""Artifacts whose writing was interrupted, and those that are made by running their notebook first."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import textwrap

import numpy as np
import psutil
import pytest
from digits import series
from digits.basics import workspace
from digits.dataset import mnist
from digits.store import artifacts

# ---------------------------------------------------------------- interrupted writing


def test_error_while_writing_keeps_the_earlier_artifact(two_steps, files_in):
    """An error in the middle of a save leaves the earlier file current and no rubbish beside it."""
    artifacts.save_arrays("numbers.npz", a=np.arange(3))
    before = files_in(two_steps)

    class Unsaveable:
        def __array__(self, *arguments, **options):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        artifacts.save_arrays("numbers.npz", a=np.zeros(10_000), b=Unsaveable())
    assert files_in(two_steps) == before
    assert artifacts._why_not_current("numbers.npz") == ""


# Run in a child: saves an artifact and is killed after its record is written, just before the file takes its place.
KILLED_BETWEEN_RECORD_AND_FILE = """
    import os, pathlib, signal, sys
    import numpy as np
    from digits.store import artifacts
    replace = pathlib.Path.replace
    def replace_or_die(self, target):
        if pathlib.Path(target).name == "preprocessed.npz":
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
        return replace(self, target)
    pathlib.Path.replace = replace_or_die
    artifacts.save_arrays("preprocessed.npz", a=np.ones(3))
"""
SAVING_NOTEBOOK = (
    "# Preprocessing",
    "import numpy as np\nfrom digits.store import artifacts",
    "artifacts.save_arrays('preprocessed.npz', a=np.arange(4))\nartifacts.save_arrays('test_set.npz', a=np.arange(5))",
    "print(artifacts.load_arrays('test_set.npz'))",
)


def _run_python(program: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=workspace.NOTEBOOKS_FOLDER,
        capture_output=True,
        encoding="utf-8",
        **options,
    )


@pytest.mark.slow
def test_killed_while_writing_is_made_again(series_copy, home, capfd):
    """The battery ran out during a save: the next run makes the file again and does not call it damaged."""
    place = home / "data" / "sample"
    assert _run_python(KILLED_BETWEEN_RECORD_AND_FILE).returncode != 0
    assert (place / "preprocessed.npz.json").exists() and not (place / "preprocessed.npz").exists()
    assert (
        artifacts._why_not_current("preprocessed.npz")
        == "data/sample/preprocessed.npz is not there yet"
    )
    artifacts.save_arrays("preprocessed.npz", a=np.zeros(3))
    earlier = (place / "preprocessed.npz").read_bytes()
    assert _run_python(KILLED_BETWEEN_RECORD_AND_FILE).returncode != 0
    assert (place / "preprocessed.npz").read_bytes() == earlier
    reason = "the writing of data/sample/preprocessed.npz was interrupted"
    assert artifacts._why_not_current("preprocessed.npz") == reason

    notebook = series_copy.write("02", *SAVING_NOTEBOOK)
    before = notebook.read_bytes()
    assert artifacts.load_arrays("preprocessed.npz")["a"].tolist() == [0, 1, 2, 3]
    assert (
        artifacts._why_not_current("preprocessed.npz")
        == artifacts._why_not_current("test_set.npz")
        == ""
    )
    assert notebook.read_bytes() == before
    printed = capfd.readouterr()
    assert printed.out == "" and printed.err == "", (
        "with DIGITS_PROGRESS=0 nothing enters a notebook's output"
    )


@pytest.mark.slow
def test_two_processes_that_save_at_once_lose_nothing(home):
    """Two notebooks that run at the same time keep all artifacts and records of both."""
    program = """
        import dataclasses, sys, time
        import numpy as np
        from digits import series
        from digits.dataset import mnist
        from digits.store import artifacts
        names = [f"{part}/{number}.npz" for part in ("first", "second") for number in range(30)]
        series.STEPS = (dataclasses.replace(series.STEPS[0], writes=tuple(names)),)
        mnist.load()
        print("ready", flush=True)
        sys.stdin.read()
        for name in names:
            if name.startswith(sys.argv[1]):
                artifacts.save_arrays(name, a=np.full(1000, 7))
        if sys.argv[1] == "both":
            print(sum(artifacts.load_arrays(name)["a"].sum() for name in names))
    """
    start = [sys.executable, "-c", textwrap.dedent(program)]
    options = {
        "cwd": workspace.NOTEBOOKS_FOLDER,
        "stdin": subprocess.PIPE,
        "stdout": subprocess.PIPE,
        "encoding": "utf-8",
    }
    with (
        subprocess.Popen([*start, "first"], **options) as first,
        subprocess.Popen([*start, "second"], **options) as second,
    ):
        assert first.stdout.readline() == second.stdout.readline() == "ready\n"
        first.stdin.close()
        second.stdin.close()
    assert first.returncode == second.returncode == 0
    result = subprocess.run([*start, "both"], **{**options, "stdin": subprocess.DEVNULL})
    assert result.stdout == f"ready\n{60 * 7000}\n"
    place = home / "data" / "sample"
    assert len(list(place.rglob("*.npz.json"))) == 60 and not list(place.rglob(".writing-*"))


@pytest.mark.slow
def test_two_processes_that_save_the_same_leave_one_whole(home):
    """Two runs of one notebook at the same time: file and record are of one of them, whoever was last."""
    program = """
        import dataclasses, sys
        import numpy as np
        from digits import series
        from digits.dataset import mnist
        from digits.store import artifacts
        series.STEPS = (dataclasses.replace(series.STEPS[0], writes=("a.npz",)),)
        mnist.load()
        print("ready", flush=True)
        sys.stdin.read()
        for number in range(150):
            artifacts.save_arrays("a.npz", a=np.full(100, int(sys.argv[1]) + number))
            artifacts.load_arrays("a.npz")
    """
    start = [sys.executable, "-c", textwrap.dedent(program)]
    options = {
        "cwd": workspace.NOTEBOOKS_FOLDER,
        "stdin": subprocess.PIPE,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "encoding": "utf-8",
        "env": {**os.environ, "DIGITS_PROGRESS": "1"},
    }
    with (
        subprocess.Popen([*start, "0"], **options) as first,
        subprocess.Popen([*start, "1000"], **options) as second,
    ):
        assert first.stdout.readline() == second.stdout.readline() == "ready\n"
        first.stdin.close()
        second.stdin.close()
        said = [process.stdout.read() + process.stderr.read() for process in (first, second)]
    assert first.returncode == second.returncode == 0, said
    line = "Another process wrote data/sample/a.npz at the same time; this one replaces it."
    assert set("".join(said).splitlines()) <= {line}
    place = home / "data" / "sample"
    record = json.loads((place / "a.npz.json").read_text(encoding="utf-8"))
    assert record["sha256"] == hashlib.sha256((place / "a.npz").read_bytes()).hexdigest()


def test_unwritable_data_folder_is_explained(small_mnist, empty_home, monkeypatch):
    """Where nothing can be written, saving says how to keep the files elsewhere."""
    np.savez(empty_home / "mine.npz", **small_mnist)
    monkeypatch.setenv("DIGITS_MNIST", str(empty_home / "mine.npz"))
    (empty_home / "data").write_bytes(b"not a folder")
    with pytest.raises(
        workspace.WorkspaceError, match=r"^data/preprocessed\.npz cannot be written .*DIGITS_HOME"
    ):
        artifacts.save_arrays("preprocessed.npz", a=np.zeros(3))


def test_read_only_data_folder_is_explained(ordinary_user, small_mnist, monkeypatch):
    """The same on a read-only share."""
    as_ordinary_user, folder = ordinary_user
    monkeypatch.setenv("DIGITS_HOME", str(folder))
    np.savez(folder / "mine.npz", **small_mnist)
    (folder / "mine.npz").chmod(0o644)
    monkeypatch.setenv("DIGITS_MNIST", str(folder / "mine.npz"))
    (folder / "data").mkdir(mode=0o555)
    with (
        as_ordinary_user(),
        pytest.raises(
            workspace.WorkspaceError,
            match=r"^data/preprocessed\.npz .*Permission denied.*DIGITS_HOME",
        ),
    ):
        artifacts.save_arrays("preprocessed.npz", a=np.zeros(3))


# ---------------------------------------------------------------- made by running a notebook


@pytest.mark.slow
def test_missing_artifact_is_made_by_its_notebook(home, files_in, monkeypatch, capfd):
    """A reader who opens 03 first gets 02's result, made by the real 02, and is told why it takes a moment."""
    monkeypatch.setenv("DIGITS_PROGRESS", "1")
    checkout = workspace.NOTEBOOKS_FOLDER.parent
    before = [files_in(checkout / folder) for folder in ("notebooks", "figures")]
    data = artifacts.load_arrays("preprocessed.npz")
    images, rows = data["images"], np.concatenate([data["train_rows"], data["validation_rows"]])
    np.testing.assert_array_equal(
        images, mnist.load().train_images.reshape(-1, 784).astype(np.float32) / 255
    )
    assert np.array_equal(np.sort(rows), np.arange(4000))
    assert artifacts._why_not_current("test_set.npz") == ""
    assert capfd.readouterr().out == (
        "Running notebook 02 (Preprocessing) first, because data/sample/preprocessed.npz is not there yet ...\n"
    )
    artifacts.load_arrays("preprocessed.npz")
    assert capfd.readouterr().out == "", "the second time it is there"
    assert [files_in(checkout / folder) for folder in ("notebooks", "figures")] == before
    assert not list(home.rglob(".writing-*"))


@pytest.mark.slow
def test_each_earlier_notebook_runs_once(series_copy, home, monkeypatch, capfd):
    """Whoever opens 05 first waits for 02, 03 and 04 once each, in their order, and is told so."""
    monkeypatch.setenv("DIGITS_PROGRESS", "1")
    for number in ("02", "03", "04"):
        step = series.step(number)
        series_copy.write(
            number,
            "from digits.store import artifacts, records\n"
            "def save(name):\n"
            "    with records.recorded_write(name) as temporary:\n"
            f"        temporary.write_bytes(b'{number}')",
            f"with open({str(home / 'ran')!r}, 'a') as file:\n    file.write('{number} ')",
            *(f"artifacts.ensure({name!r})" for name in step.reads),
            *(f"save({name!r})" for name in step.writes),
        )
    for name in series.step("05").reads:
        artifacts.ensure(name)
    assert (home / "ran").read_text() == "02 03 04 "
    told = capfd.readouterr().out
    assert [told.count(f"Running notebook {number} ") for number in ("02", "03", "04")] == [1, 1, 1]


@pytest.mark.slow
def test_notebook_that_fails_is_shown(series_copy):
    """When the notebook that had to run first fails, the reader sees its cell and its error, not only an exit code."""
    series_copy.write("02", "wanted = 1 / 0  # the cell that fails")
    with pytest.raises(artifacts.ArtifactError) as caught:
        artifacts.load_arrays("preprocessed.npz")
    message = str(caught.value)
    reason = "data/sample/preprocessed.npz is not there yet"
    assert message.startswith(
        f"Notebook 02 (Preprocessing) had to run first, because {reason}, and failed:"
    )
    assert (
        "wanted = 1 / 0  # the cell that fails" in message
        and "ZeroDivisionError: division by zero" in message
    )


@pytest.mark.slow
def test_notebook_that_forgets_to_save_is_named(series_copy):
    """An edited notebook that no longer saves is reported, not run again and again."""
    series_copy.write("02", "forgotten = True")
    with pytest.raises(artifacts.ArtifactError) as caught:
        artifacts.load_arrays("preprocessed.npz")
    assert str(caught.value).startswith(
        "Notebook 02 (Preprocessing) ran to its end, and yet data/sample/preprocessed.npz is not there yet. "
        "Open 02_preprocessing.ipynb"
    )


@pytest.mark.slow
def test_notebook_that_needs_its_own_artifact_is_run_once(series_copy, home):
    """Whoever comments out the cell that saves gets a message, not notebooks that start each other without end."""
    starts = home / "starts"
    series_copy.write(
        "02",
        f"with open({str(starts)!r}, 'a') as file:\n    file.write('x')\n"
        f"assert len(open({str(starts)!r}).read()) < 4  # here the test ends what would not end",
        "from digits.store import artifacts\nartifacts.load_arrays('preprocessed.npz')",
    )
    with pytest.raises(artifacts.ArtifactError, match=r"preprocessed\.npz is not there yet"):
        artifacts.load_arrays("preprocessed.npz")
    assert starts.read_text() == "x"


@pytest.mark.slow
@pytest.mark.parametrize("whom", ["process", "group"])
def test_interrupting_ends_the_notebook_that_runs_first(
    series_copy, home, heeded_interrupts, wait_until, files_in, whom
):
    """The stop button ends everything at once: no half artifact, and no hidden process that goes on computing.

    A terminal and Jupyter send Ctrl-C to the whole process group, other programs to the process alone.
    """
    series_copy.write(
        "02",
        "import time\nfrom digits.store import records",
        "with records.recorded_write('preprocessed.npz') as temporary:\n"
        "    temporary.write_bytes(b'half')\n    time.sleep(60)",
    )
    program = "from digits.store import artifacts; artifacts.load_arrays('preprocessed.npz')"
    place = home / "data" / "sample"
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=series_copy.notebooks,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    ) as child:
        wait_until(lambda: list(place.glob(".writing-*")))
        started = psutil.Process(child.pid).children(recursive=True)
        assert len(started) >= 2, "run_all.py and its kernel"
        (os.killpg if whom == "group" else os.kill)(child.pid, signal.SIGINT)
        _, complaints = child.communicate(timeout=30)
    assert complaints.rstrip().endswith("KeyboardInterrupt")
    _, alive = psutil.wait_procs(started, timeout=5)
    for process in alive:
        process.kill()
    assert not alive
    assert list(files_in(home)) == ["data/sample/mnist_sample.npz"]
