"""The headless runner, as a real child process."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import nbformat
import numpy as np
import psutil
import pytest
from copies import import_script
from digits import series
from digits.basics import workspace

RUN_ALL = workspace.NOTEBOOKS_FOLDER / "run_all.py"


@pytest.fixture(scope="module")
def run_all():
    """run_all.py as a module, for the parts that need no process."""
    return import_script(RUN_ALL)


# ---------------------------------------------------------------- which notebooks


# Asked for as one text, expected as places: a renumbering, which rewrites steps' numbers in tests, finds none here.
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", range(1, len(series.STEPS) + 1)),
        ("1", [1]),
        ("5", [5]),
        ("03-05", [3, 4, 5]),
        ("3-5", [3, 4, 5]),
        ("02-02", [2]),
        ("05 01", [1, 5]),
        ("03-05 01 4", [1, 3, 4, 5]),
    ],
    ids=lambda value: value or "none" if isinstance(value, str) else "",
)
def test_words_name_notebooks(run_all, words, expected):
    """The documented ways to name notebooks work, and they always run in the order of the series."""
    selected = run_all.select(words.split())
    assert [step.number for step in selected] == [f"{place:02}" for place in expected]


@pytest.mark.parametrize(
    "word", ["99", "05-03", "foo", "03-99", "0-3", "-", "-3", "03-04-05", "", "03_x.ipynb"]
)
def test_words_that_name_nothing_are_refused(run_all, word):
    """A typing error runs nothing, and the message lists what there is."""
    with pytest.raises(SystemExit) as caught:
        run_all.select(["01", word])
    known = ", ".join(step.number for step in series.STEPS)
    assert (
        caught.value.code
        == f"{word} names no notebook. There are {known}; a range is written 03-05."
    )


def test_help_explains_all_there_is(run_all, monkeypatch, capsys):
    """--help tells a maintainer all that this file's first lines do, without touching the data."""
    monkeypatch.setattr(sys, "argv", [str(RUN_ALL), "--help"])
    monkeypatch.setattr(run_all.mnist, "load", lambda: pytest.fail("the data were touched"))
    with pytest.raises(SystemExit) as ended:
        run_all.main()
    printed = capsys.readouterr()
    assert ended.value.code in (0, None) and printed.err == ""
    for word in ("--discard", "--sample", "03-05", "DIGITS_MNIST", "data/sample/notebooks/"):
        assert word in printed.out


# ---------------------------------------------------------------- what is stored


def test_stored_notebooks_hold_nothing_that_changes(run_all):
    """Running the series twice leaves no difference in git, and GitHub can show every notebook."""
    new_output = nbformat.v4.new_output
    times = {"iopub.status.busy": "2026-01-01T00:00:00Z"}
    cell = nbformat.v4.new_code_cell(
        "fit()", execution_count=3, metadata={"execution": times, "tags": ["keep"]}
    )
    cell.outputs = [
        new_output("stream", name="stdout", text="kept"),
        new_output("stream", name="stderr", text="a complaint\n"),
        new_output("display_data", data={"text/plain": "kept"}),
    ]
    text = nbformat.v4.new_markdown_cell("text", metadata={"execution": {}})
    notebook = nbformat.v4.new_notebook(
        cells=[cell, text],
        metadata={
            "widgets": {"application/vnd.jupyter.widget-state+json": {}},
            "language_info": {"name": "python", "version": "3.12.4"},
            "kernelspec": {"name": "my-kernel", "display_name": "Mine", "language": "python"},
            "colab": {"provenance": []},
        },
    )
    assert run_all.make_storable(notebook) == ["a complaint"]
    assert notebook.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "colab": {"provenance": []},
    }
    assert cell.metadata == {"tags": ["keep"]} and text.metadata == {}
    assert cell.execution_count == 3
    assert [output.get("name", output.output_type) for output in cell.outputs] == [
        "stdout",
        "display_data",
    ]
    nbformat.validate(notebook)


@pytest.mark.slow
def test_notebook_runs_for_its_artifacts_alone_and_its_file_stays(series_copy, home, files_in):
    """`run_all.py --discard 01` leaves the repository as it was, to the byte."""
    figure = "import matplotlib.pyplot as plt\nfrom digits import plots\nfigure, _ = plt.subplots()"
    series_copy.write("01", "# A heading", figure, "plots.show(figure, '01_shown', 'A figure.')")
    before = files_in(series_copy.notebooks)
    result = series_copy.run("--discard", "01")
    assert result.returncode == 0, result.stderr
    assert files_in(series_copy.notebooks) == before
    first, *_, summary, last = result.stdout.splitlines()
    assert first.startswith("5,000-image sample of MNIST: 4,000 training")
    assert re.fullmatch(r"01 Exploratory data analysis +\d+\.\d s +\d+ MiB  not stored", summary)
    assert re.fullmatch(
        r"All 1 notebooks ran to their end in \d+\.\d s; data: 5,000-image sample of MNIST\.", last
    )
    assert result.stderr == "", "with DIGITS_PROGRESS=0 there is no bar"
    made = list(files_in(home))
    assert all(name.startswith("data/sample/") for name in made)
    assert any(name.startswith("data/sample/figures/01_") for name in made)
    assert not any(name.endswith(".ipynb") for name in made)


# A cell that waits for a file.
WAIT = (
    "import pathlib, time\ndeadline = time.monotonic() + 60\n"
    "while not pathlib.Path({!r}).exists():\n"
    "    assert time.monotonic() < deadline\n    time.sleep(0.02)"
)
SAVE = "import numpy as np, pandas as pd\nfrom digits.store import artifacts\n"
# What 02 writes, as far as others are to find it.
SOME_ARRAYS = "".join(
    f"artifacts.save_arrays({name!r}, numbers=np.arange(3))\n" for name in series.step("02").writes
)
SMALL_NOTEBOOK = (
    "# A heading",
    "import os, sys\nprint('progress', os.environ['DIGITS_PROGRESS'], os.environ['DIGITS_MNIST'])",
    "print('a complaint', file=sys.stderr)",
    "from digits.basics import workspace\nprint(workspace.data_folder())",
    "import psutil\nblock = b'x' * 200 * 2**20\nprint(psutil.Process().memory_info().rss)",
    "# The end",
)


@pytest.mark.slow
def test_run_on_the_sample_is_stored_apart(series_copy, home, files_in, tmp_path):
    """A class on the sample gets its executed notebooks, and those of MNIST stay as they are.

    The runner is started from another folder, on a relative DIGITS_HOME, with a person watching.
    """
    notebook = series_copy.write("01", *SMALL_NOTEBOOK)
    (series_copy.notebooks.parent / "figures").mkdir()
    before = files_in(series_copy.notebooks.parent)
    result = series_copy.run(
        "1",
        cwd=tmp_path,
        environment={"DIGITS_HOME": os.path.relpath(home, tmp_path), "DIGITS_PROGRESS": "1"},
    )
    assert result.returncode == 0, result.stderr
    assert files_in(series_copy.notebooks.parent) == before
    assert list(files_in(home)) == [
        "data/sample/mnist_sample.npz",
        f"data/sample/notebooks/{notebook.name}",
    ]

    stored = nbformat.read(home / "data" / "sample" / "notebooks" / notebook.name, as_version=4)
    code = [cell for cell in stored.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [1, 2, 3, 4], (
        "every code cell was executed, from a clean start"
    )
    assert code[0].outputs[0].text == "progress 0 sample\n"
    assert code[1].outputs == []
    assert code[2].outputs[0].text.strip() == str(home / "data"), (
        "the kernel must write where the runner does"
    )
    nbformat.validate(stored)

    summary, complaint, last = result.stdout.splitlines()[-3:]
    assert summary.endswith(f"stored in data/sample/notebooks/{notebook.name}")
    assert complaint.endswith("wrote to standard error (not stored): a complaint")
    assert last.startswith("All 1 notebooks ran")
    shown = int(re.search(r"([\d,]+) MiB", summary)[1].replace(",", ""))
    held = int(code[3].outputs[0].text) / 2**20
    assert 200 < 0.99 * held < shown < 1.03 * held, "MiB, not millions of bytes"

    final_bar = re.split(r"[\r\n]+", result.stderr.strip())[-1]
    done, total = map(int, re.search(r"cell (\d+)/(\d+)", final_bar).groups())
    assert done == total, "at the end of a notebook the bar must be full"


@pytest.mark.slow
def test_run_on_mnist_replaces_the_notebook(series_copy, home, full_mnist, files_in, monkeypatch):
    """The maintainer's run refreshes the stored outputs in place, and nothing else."""
    notebook = series_copy.write("01", "print('hello')", "1 + 1")
    before = files_in(series_copy.notebooks)
    np.savez(home / "mnist.npz", **full_mnist)
    monkeypatch.setenv("DIGITS_MNIST", str(home / "mnist.npz"))
    result = series_copy.run("01")
    assert result.returncode == 0, result.stderr
    assert f"stored in {notebook}" in result.stdout and "data: MNIST." in result.stdout
    after = files_in(series_copy.notebooks)
    assert {name for name in after if after[name] != before.get(name)} == {notebook.name}
    cells = nbformat.reads(after[notebook.name].decode("utf-8"), as_version=4).cells
    assert [cell.execution_count for cell in cells] == [1, 2]
    assert cells[0].outputs[0].text == "hello\n" and cells[1].outputs[0].data["text/plain"] == "2"
    assert b"\r" not in after[notebook.name], "line ends are the same on every system"


# ---------------------------------------------------------------- failing and stopping


@pytest.mark.skipif(
    not (sys.platform == "linux" and os.geteuid() == 0 and shutil.which("unshare")),
    reason="needs Linux and root to make a checkout read-only",
)
def test_read_only_checkout_is_told_before_anything_runs(series_copy, home, full_mnist):
    """As classes have it, with DIGITS_HOME elsewhere: after ten minutes is too late."""
    np.savez(home / "mnist.npz", **full_mnist)
    series_copy.write("01", "1")
    folder, program = series_copy.notebooks, series_copy.notebooks / "run_all.py"
    command = (
        f"mount --bind '{folder}' '{folder}' && mount -o remount,ro,bind '{folder}' && exec \"$@\""
    )
    result = subprocess.run(
        ["unshare", "-m", "sh", "-c", command, "sh", sys.executable, program, "01"],
        env={**os.environ, "DIGITS_MNIST": str(home / "mnist.npz"), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
    )
    if "mount" in result.stderr:
        pytest.skip("this container may not mount")
    assert result.returncode == 1
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith(f"The executed notebooks cannot be stored: {folder} is read-only.")
    assert "With --discard" in line


@pytest.mark.slow
def test_notebooks_run_side_by_side_but_never_before_what_they_read(series_copy, home):
    """The first two wait for each other, which only works at the same time; the third finds what the second left."""
    first, second, third = (str(home / name) for name in ("first", "second", "third"))
    series_copy.write("01", f"open({first!r}, 'w').close()", WAIT.format(second))
    series_copy.write(
        "02",
        WAIT.format(first),
        f"open({second!r}, 'w').close()\ntime.sleep(2)\nopen({third!r}, 'w')",
    )
    series_copy.write("03", f"import os\nassert os.path.exists({third!r})")
    result = series_copy.run("1-3", "--discard")
    assert result.returncode == 0, result.stderr
    assert sorted(line[:2] for line in result.stdout.splitlines()[-4:-1]) == ["01", "02", "03"]
    assert result.stdout.splitlines()[-1].startswith("All 3 notebooks ran to their end in ")


@pytest.mark.slow
@pytest.mark.parametrize("first", ["load", "save"])
def test_artifact_that_is_needed_late_is_waited_for(series_copy, home, first):
    """04 begins while 03 runs, and has 03's table when that is written, before 03 ends; nothing is made twice.

    What 04 writes names it as an input, and so waits for it, too.
    """
    once, begun, ready = (str(home / name) for name in ("once", "begun", "ready"))
    table = "artifacts.save_table({!r}, pd.DataFrame({{'epoch': [1]}}))\n"
    series_copy.write("02", SAVE + SOME_ARRAYS)
    series_copy.write(
        "03",
        f"open({once!r}, 'x').close()",
        WAIT.format(begun) + "\ntime.sleep(1)",
        SAVE + table.format("histories/D-baseline.csv"),
        WAIT.format(ready),
    )
    cells = {
        "load": "assert artifacts.load_table('histories/D-baseline.csv')['epoch'].tolist() == [1]",
        "save": table.format("histories/width_sweep.csv"),
    }
    series_copy.write(
        "04",
        SAVE + f"open({begun!r}, 'w').close()",
        cells.pop(first),
        f"open({ready!r}, 'w').close()",
        *cells.values(),
    )
    result = series_copy.run("2-4", "--discard")
    assert result.returncode == 0, result.stderr
    record = json.loads((home / "data/sample/histories/width_sweep.csv.json").read_text())
    assert set(record["inputs"]) == set(series.step("04").reads)


@pytest.mark.slow
def test_late_artifact_that_never_comes_is_not_waited_for(series_copy, home):
    """Its notebook ends without it: the one that needs it says so, as it would alone."""
    series_copy.write("02", SAVE + SOME_ARRAYS)
    series_copy.write("03", "1 + 1")
    load = "artifacts.load_table('histories/D-baseline.csv')"
    series_copy.write("04", f"from digits.store import artifacts\n{load}")
    result = series_copy.run("2-4", "--discard")
    assert result.returncode == 1
    assert "Notebook 03 (Baseline ANN) ran to its end, and yet" in result.stderr


@pytest.fixture
def free_trainings(series_copy):
    """A copy of the series in which no notebook waits for another one."""
    with open(series_copy.notebooks / "digits" / "series.py", "a", encoding="utf-8") as table:
        table.write("\nSTEPS = tuple(replace(step, reads=(), late=()) for step in STEPS)\n")
    return series_copy


@pytest.mark.slow
def test_two_train_at_the_same_time(free_trainings, home):
    """While one compiles or draws, on one core, the other trains: they wait for each other, which only works then."""
    first, second = str(home / "first"), str(home / "second")
    free_trainings.write("03", f"open({first!r}, 'w').close()", WAIT.format(second))
    free_trainings.write("04", f"open({second!r}, 'w').close()", WAIT.format(first))
    result = free_trainings.run("3-4", "--discard")
    assert result.returncode == 0, result.stderr


@pytest.mark.slow
def test_three_do_not_train_at_the_same_time(run_all, free_trainings, home):
    """They would need the memory of three, and be no faster; what is told of each is its own time, without waiting."""
    folder = home / "training"
    folder.mkdir()
    work = (
        "import pathlib, time\nmark = pathlib.Path({!r})\nmark.touch()\ntime.sleep(2)\n"
        "assert len(list(mark.parent.iterdir())) <= 2\nmark.unlink()"
    )
    trains = [step.number for step in series.STEPS if run_all._has_networks(step.writes)]
    for number in trains[:3]:
        free_trainings.write(number, work.format(str(folder / number)))
    result = free_trainings.run(*trains[:3], "--discard")
    assert len(trains) >= 3 and result.returncode == 0, result.stderr
    told = [float(seconds) for seconds in re.findall(r"([\d.]+) s .*not stored", result.stdout)]
    assert len(told) == 3 and min(told) >= 2 and max(told) < 3.9


@pytest.mark.slow
def test_failing_notebook_is_shown_and_kept(series_copy, home, files_in):
    """When a notebook fails, its cell and its error are printed, what reads from it is not run, and no file changes.

    The one that runs beside it is ended at once.
    """
    source = "print(ready)\nraise ValueError(ready + ' 数')  # the cell that fails"
    series_copy.write("01", "import time\ntime.sleep(100)")
    series_copy.write("02", "ready = 'ready'", source)
    series_copy.write("03", "open('must not be here', 'w')")
    before = files_in(series_copy.notebooks)
    started = time.monotonic()
    result = series_copy.run("1-3")
    assert time.monotonic() - started < 60
    assert result.returncode == 1
    assert "Notebook 02_preprocessing.ipynb failed; its file is as it was." in result.stderr
    assert f"Code cell 2 failed:\n\n{source}\n\n" in result.stderr
    assert "ValueError: ready 数" in result.stderr and "\x1b[" not in result.stderr
    assert result.stderr.count("Traceback (most recent call last)") == 1, (
        "the notebook's, not the runner's"
    )
    assert "ran to their end" not in result.stdout
    assert files_in(series_copy.notebooks) == before
    assert list(files_in(home)) == ["data/sample/mnist_sample.npz"]


@pytest.mark.slow
def test_dying_kernel_is_noticed_at_once(series_copy):
    """When a kernel dies, as it does when memory runs out, the run ends within seconds and says what is likely."""
    series_copy.write(
        "01",
        "1",
        "import os, signal\nos.kill(os.getpid(), signal.SIGTERM if os.name == 'nt' else 9)",
    )
    started = time.monotonic()
    result = series_copy.run("01")
    assert (
        result.returncode == 1
        and "Notebook 01_exploratory_data_analysis.ipynb failed" in result.stderr
    )
    assert (
        "Its kernel was ended from outside, in code cell 2 of 2. Most likely the computer ran out of memory: "
        f"this notebook needs up to {series.step('01').memory:,} MB," in result.stderr
    )
    assert "Traceback" not in result.stderr
    assert time.monotonic() - started < 60


@pytest.mark.slow
@pytest.mark.parametrize("when", ["while it starts", "while it imports"])
def test_kernel_that_never_works_is_noticed_at_once(series_copy, tmp_path, when):
    """A broken library or a processor that TensorFlow is not made for ends a kernel before its first cell."""
    series_copy.write("01", "1")
    environment = {}
    if when == "while it starts":
        (tmp_path / "ipykernel_launcher.py").write_text("raise SystemExit(1)")
        environment["PYTHONPATH"] = str(tmp_path)
    else:
        program = series_copy.notebooks / "run_all.py"
        text = program.read_text(encoding="utf-8")
        program.write_text(
            text.replace('_IMPORTS = ""', '_IMPORTS = "import os; os._exit(6)"'), encoding="utf-8"
        )
    started = time.monotonic()
    result = series_copy.run("01", environment=environment)
    assert result.returncode == 1 and time.monotonic() - started < 60
    assert "Its kernel did not start, or ended while it imported the libraries" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "it is not there"), (b"", "it is no notebook"), (b"<<<<<<< HEAD", "it is no notebook")],
)
def test_notebook_that_is_no_notebook_is_named(series_copy, content, reason):
    """A merge or a full disk may have spoilt a file; the way back is said."""
    path = series_copy.write("01", "1")
    path.unlink() if content is None else path.write_bytes(content)
    result = series_copy.run("01")
    assert result.returncode == 1
    assert f"{path} cannot be read: {reason}. If it holds work of yours" in result.stderr
    assert result.stderr.rstrip().endswith(f"git checkout -- notebooks/{path.name}")
    assert "Traceback" not in result.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows lets nobody delete a folder that is in use")
def test_editors_mark_and_a_folder_that_is_gone_do_not_matter(series_copy, tmp_path):
    """Some editors begin a file with the mark of UTF-8; a terminal may stand in a folder that was deleted."""
    path = series_copy.write("01", "1")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    gone = tmp_path / "gone"
    gone.mkdir()
    program = f"'{sys.executable}' '{series_copy.notebooks / 'run_all.py'}' --discard 01"
    result = subprocess.run(
        f"cd '{gone}' && rmdir '{gone}' && {program}",
        shell=True,
        capture_output=True,
        encoding="utf-8",
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has neither head nor /dev/full")
@pytest.mark.parametrize("where", ["| head -1", "> /dev/full"])
def test_output_that_nobody_takes_is_no_traceback(series_copy, where):
    series_copy.write("01", "1")
    if "full" in where and not os.path.exists("/dev/full"):
        pytest.skip("this system has no /dev/full")
    # -u: what cannot be written is noticed at once, also in the midst of a run.
    command = f"'{sys.executable}' -u '{series_copy.notebooks / 'run_all.py'}' 01 {where}"
    result = subprocess.run(command, shell=True, capture_output=True, encoding="utf-8", timeout=120)
    assert "Traceback" not in result.stderr and "Exception" not in result.stderr
    if "full" in where:
        assert result.returncode == 1 and "cannot be written" in result.stderr


@pytest.mark.parametrize("home_is", ["~nobody-of-this-name/x", "a loop", "x" * 300])
def test_home_that_cannot_be_is_told_in_one_line(series_copy, tmp_path, home_is):
    if home_is == "a loop":
        home_is = str(tmp_path / "loop")
        try:
            os.symlink(home_is, home_is)
        except OSError:
            pytest.skip("this user may not make links")
    result = series_copy.run("01", environment={"DIGITS_HOME": home_is})
    assert result.returncode == 1
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith(f"The environment variable DIGITS_HOME, which is {home_is}, names no")


def test_bad_data_is_told_in_one_line(series_copy, home, monkeypatch):
    """A wrong DIGITS_MNIST is one line and an exit code, not a traceback."""
    monkeypatch.setenv("DIGITS_MNIST", str(home / "missing.npz"))
    result = series_copy.run("01")
    assert result.returncode == 1 and result.stdout == ""
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("missing.npz does not exist.")


@pytest.mark.parametrize(
    ("script", "library"),
    [("run_all.py", "nbclient"), ("tune.py", "optuna"), ("draw.py", "waitress")],
)
def test_missing_library_is_named(tmp_path, script, library):
    """In a Python without the libraries the first line says how to install them."""
    (tmp_path / f"{library}.py").write_text(
        f"raise ModuleNotFoundError('no', name={library!r})", encoding="utf-8"
    )
    result = subprocess.run(
        [sys.executable, str(RUN_ALL.with_name(script)), "--help"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        encoding="utf-8",
    )
    assert result.returncode == 1 and result.stdout == ""
    assert result.stderr.strip() == (
        f"The library {library} is not installed in {sys.executable}. "
        "Install what the series needs with: pip install -r requirements.txt"
    )


def _kernel_of(process: subprocess.Popen) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["in a cell, twice", "while the kernel starts"])
def test_interrupting_stops_the_kernel(
    series_copy, home, heeded_interrupts, wait_until, files_in, how
):
    """Ctrl-C ends the run with the usual code, stores nothing, and no hidden kernel goes on computing.

    Also when an impatient user presses it twice, and at an early moment. (That a parent ends it with the signal for
    ending is seen in test_artifacts.py.)
    """
    marker = home / "the cell runs"
    series_copy.write("01", f"open({str(marker)!r}, 'w').close()\nimport time\ntime.sleep(60)")
    before = files_in(series_copy.notebooks)
    with series_copy.start("01") as process:
        if how == "while the kernel starts":
            wait_until(lambda: _kernel_of(process))
        else:
            wait_until(marker.exists)
        kernels = _kernel_of(process)
        process.send_signal(signal.SIGINT)
        if how == "in a cell, twice":
            time.sleep(0.05)
            process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=30)
    _, alive = psutil.wait_procs(kernels, timeout=5)
    for kernel in alive:
        kernel.kill()
    assert not alive
    assert process.returncode == 130, complaints
    assert "Interrupted; no notebook was left half-written." in complaints.splitlines(), (
        "(kernels write there too)"
    )
    assert files_in(series_copy.notebooks) == before
    assert not (home / "data" / "sample" / "notebooks").exists()


@pytest.mark.slow
def test_home_with_a_long_path_works(series_copy, home, monkeypatch):
    """A course's folders nest deeply; Windows allows 259 characters for a path, other systems far more."""
    longest = 250 if os.name == "nt" else 400
    folder = home
    while (
        len(str(folder / "data" / "sample" / "notebooks" / series.step("01").file_name))
        < longest - 25
    ):
        folder = folder / "a long folder's name"
    folder.mkdir(parents=True)
    monkeypatch.setenv("DIGITS_HOME", str(folder))
    series_copy.write("01", "from digits.dataset import mnist\nprint(mnist.load().name)")
    finished = series_copy.run("01")
    assert finished.returncode == 0, finished.stderr
    stored = folder / "data" / "sample" / "notebooks" / series.step("01").file_name
    assert "5,000-image sample" in stored.read_text(encoding="utf-8")
