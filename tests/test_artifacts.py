"""Saving, loading and remaking what notebooks hand to each other: nothing is lost, mixed up or half-written."""

import dataclasses
import hashlib
import importlib.metadata
import json
import os
import pathlib
import signal
import subprocess
import sys
import textwrap
import time
import zipfile

import numpy as np
import pandas as pd
import psutil
import pytest
from digits import artifacts, mnist, series, workspace

# A series of two steps, so that these tests do not depend on what the lessons hand to each other today.
STEPS = (
    series.Step(
        "01",
        "01_first.ipynb",
        "First",
        "What is first?",
        writes=("numbers.npz", "more/numbers.npz", "results/01.csv"),
    ),
    series.Step(
        "02",
        "02_second.ipynb",
        "Second",
        "And then?",
        reads=("numbers.npz",),
        writes=("models/net.keras", "results/02.csv"),
    ),
)


@pytest.fixture
def two_steps(home, monkeypatch):
    """The series of two steps, with the sample as its dataset; its folder of artifacts."""
    monkeypatch.setattr(series, "STEPS", STEPS)
    return home / "data" / "sample"


def flip_a_byte(path: pathlib.Path) -> bytes:
    """Change one byte in the middle of a file, as a bad disk does; the file's new content."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    before = path.stat().st_mtime_ns
    while path.stat().st_mtime_ns == before:  # some file systems' clocks tick in steps of 10 ms
        time.sleep(0.005)
        path.write_bytes(content)
    return bytes(content)


def edit_record(path: pathlib.Path, **changes) -> None:
    """Change entries of an artifact's record."""
    record_path = path.with_name(path.name + ".json")
    record_path.write_text(
        json.dumps({**json.loads(record_path.read_text(encoding="utf-8")), **changes}),
        encoding="utf-8",
    )


# ---------------------------------------------------------------- round trips


def test_arrays_come_back_as_they_were(two_steps):
    """What 02 hands to 03 has the same values, shapes and types, whatever the arrays are."""
    random = np.random.default_rng(0)
    arrays = {
        "images": random.random((5, 784), dtype=np.float32),
        "labels": np.arange(5, dtype=np.uint8),
        "rows": np.array([[3, 1], [2, -7]], dtype=np.int64).T,
        "scalar": np.float64(np.pi),
        "empty": np.empty((0, 10), dtype=bool),
        "text": np.array(["ä", "digit"]),
    }
    artifacts.save_arrays("more/numbers.npz", **arrays)
    loaded = artifacts.load_arrays("more/numbers.npz")
    assert list(loaded) == list(arrays)
    for name, array in arrays.items():
        assert loaded[name].dtype == array.dtype and loaded[name].shape == array.shape
        np.testing.assert_array_equal(loaded[name], array)


def test_table_comes_back_as_it_was(two_steps):
    """A training history that was loaded prints the same numbers as the one that was just made, to the last digit."""
    random = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "epoch": np.arange(1, 501),
            "loss": random.random(500) * 10.0 ** random.integers(-12, 3, 500),
            "accuracy": random.random(500),
            "network": ["baseline, softmax", 'the "own" net'] * 250,
        }
    )
    artifacts.save_table("results/01.csv", table)
    pd.testing.assert_frame_equal(artifacts.load_table("results/01.csv"), table, check_exact=True)
    assert b"\r" not in (two_steps / "results" / "01.csv").read_bytes(), (
        "equal tables are equal files on every system"
    )


def _train_a_network():
    """A small trained network, built from the same start each time."""
    from digits import training  # here, because importing it takes seconds

    keras = training.keras
    keras.utils.clear_session()  # else its layers are numbered on; in a notebook each run starts anew
    keras.utils.set_random_seed(1)
    network = keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(16, "relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10, "softmax"),
        ],
        name="net",
    )
    network.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    images = np.random.default_rng(0).random((20, 784), dtype=np.float32)
    training.fit(network, images, np.arange(20) % 10, epochs=1, batch_size=10)
    return network, training.predict(network, images), images


def test_model_comes_back_as_it_was(two_steps):
    """A loaded network answers exactly as the saved one did, and can be trained on."""
    from digits import training

    artifacts.save_arrays("numbers.npz", a=np.zeros(3))
    network, scores, images = _train_a_network()
    artifacts.save_model("models/net.keras", network)
    loaded = artifacts.load_model("models/net.keras")
    assert loaded.name == "net" and loaded.count_params() == network.count_params()
    np.testing.assert_array_equal(training.predict(loaded, images), scores)
    assert loaded.optimizer.iterations == 2 and loaded.loss == "sparse_categorical_crossentropy"


def test_equal_models_are_equal_files(two_steps):
    """Running 03 again gives files with the same hash, so that nothing made from them must be made again."""
    artifacts.save_arrays("numbers.npz", a=np.zeros(3))
    path = two_steps / "models" / "net.keras"
    contents, kept = [], []
    for number in range(2):
        time.sleep(1.1 * number)  # Keras notes the second in which it saves
        network, *_ = _train_a_network()
        kept.append(
            network
        )  # so that the second network has other addresses in memory, as in another process
        artifacts.save_model("models/net.keras", network)
        with zipfile.ZipFile(path) as archive:
            contents.append({name: archive.read(name) for name in archive.namelist()})
            # Zip archives count in steps of two seconds: comparing two quick ones would not see a date.
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"date" not in contents[-1]["metadata.json"]
    for name in contents[0]:
        assert contents[0][name] == contents[1][name], (
            f"{name} differs in two savings of equal networks"
        )
    record = artifacts.provenance("models/net.keras")
    assert record["sha256"] == record["previous_sha256"]


def test_record_says_where_an_artifact_came_from(two_steps):
    """Months later a reader sees which notebook, data and library versions made a file."""
    artifacts.save_arrays("numbers.npz", a=np.zeros(3))
    artifacts.save_table("results/02.csv", pd.DataFrame({"seed": [0]}))
    record = json.loads((two_steps / "results" / "02.csv.json").read_text(encoding="utf-8"))
    assert record == artifacts.provenance("results/02.csv")
    assert record == {
        "artifact": "results/02.csv",
        "sha256": hashlib.sha256(b"seed\n0\n").hexdigest(),
        "previous_sha256": None,
        "step": "02",
        "version": 1,
        "dataset": {"name": "5,000-image sample of MNIST", "fingerprint": mnist.load().fingerprint},
        "inputs": {
            "numbers.npz": hashlib.sha256((two_steps / "numbers.npz").read_bytes()).hexdigest()
        },
        "libraries": {
            library: importlib.metadata.version(library)
            for library in ("keras", "numpy", "pandas", "scikit-learn", "tensorflow")
        },
    }


def test_results_of_all_steps_are_one_table(two_steps):
    """05 and later notebooks compare all networks; steps that have not run yet are no error."""
    assert artifacts.results().empty
    artifacts.save_arrays("numbers.npz", a=np.zeros(3))
    artifacts.save_table(
        "results/02.csv", pd.DataFrame({"network": ["net"], "seed": [0], "accuracy": [0.98]})
    )
    two_seeds = pd.DataFrame(
        {"network": ["D-baseline"] * 2, "seed": [0, 1], "accuracy": [0.9, 0.91]}
    )
    artifacts.save_table("results/01.csv", two_seeds)
    assert artifacts.results().to_csv() == (
        ",network,seed,accuracy\n0,D-baseline,0,0.9\n1,D-baseline,1,0.91\n2,net,0,0.98\n"
    )


def test_artifacts_of_the_sample_lie_apart(two_steps, home):
    """A trial run on the sample never overwrites what was made from MNIST."""
    artifacts.save_arrays("numbers.npz", a=np.zeros(3))
    assert artifacts.folder() == home / "data" / "sample"
    assert artifacts.figures_folder() == home / "data" / "sample" / "figures"
    assert (home / "data" / "sample" / "numbers.npz").exists() and not (
        home / "data" / "numbers.npz"
    ).exists()


def test_artifacts_of_mnist_lie_in_data_and_figures(small_mnist, empty_home, monkeypatch):
    """On MNIST the artifacts are where README says."""
    np.savez(empty_home / "mine.npz", **small_mnist)
    monkeypatch.setenv("DIGITS_MNIST", str(empty_home / "mine.npz"))
    assert (
        artifacts.folder() == empty_home / "data"
        and artifacts.figures_folder() == empty_home / "figures"
    )


@pytest.mark.parametrize(
    "use",
    [
        lambda: artifacts.save_arrays("numbrs.npz", a=np.zeros(1)),
        lambda: artifacts.load_arrays("numbrs.npz"),
        lambda: artifacts.load_table("numbrs.npz"),
        lambda: artifacts.provenance("numbrs.npz"),
    ],
    ids=["save", "load arrays", "load table", "provenance"],
)
def test_unknown_artifact_is_named(two_steps, use):
    """A typing error in a name is told at once, with the place where names are declared."""
    with pytest.raises(
        KeyError,
        match=r"No notebook of the series declares the artifact 'numbrs.npz'; .*series\.py",
    ):
        use()
    assert not list(two_steps.glob("numbrs*"))


# ---------------------------------------------------------------- current or stale


def test_current_artifact_is_loaded_without_running_anything(two_steps, monkeypatch):
    """Opening a notebook a second time costs nothing, also after its text or code was edited."""
    monkeypatch.setattr(
        artifacts, "NOTEBOOKS_FOLDER", two_steps / "nowhere"
    )  # running a notebook would fail
    artifacts.save_arrays("numbers.npz", a=np.arange(3))
    artifacts.save_table("results/02.csv", pd.DataFrame({"seed": [0]}))
    edited = tuple(
        dataclasses.replace(step, title="Other", question="Other?", file_name="09_other.ipynb")
        for step in STEPS
    )
    monkeypatch.setattr(series, "STEPS", edited)
    assert (
        artifacts._why_not_current("numbers.npz")
        == artifacts._why_not_current("results/02.csv")
        == ""
    )
    assert artifacts.load_table("results/02.csv")["seed"].tolist() == [0]


def test_missing_artifact_is_noticed(two_steps):
    """The reason that a person reads when another notebook is run first."""
    assert artifacts._why_not_current("numbers.npz") == "data/sample/numbers.npz is not there yet"


def test_artifact_of_other_data_is_stale(two_steps):
    """A network trained on other images is never evaluated as if it knew these."""
    artifacts.save_arrays("numbers.npz", a=np.zeros(3))
    edit_record(two_steps / "numbers.npz", dataset={"name": "MNIST", "fingerprint": "0123456789ab"})
    assert (
        artifacts._why_not_current("numbers.npz")
        == "data/sample/numbers.npz was made from another dataset (MNIST)"
    )


def test_artifact_of_an_earlier_version_is_stale(two_steps, monkeypatch):
    """After an update of the series nobody goes on with files of a form that it no longer uses."""
    artifacts.save_arrays("numbers.npz", a=np.zeros(3))
    artifacts.save_table("results/02.csv", pd.DataFrame({"seed": [0]}))
    monkeypatch.setattr(series, "STEPS", (dataclasses.replace(STEPS[0], version=2), STEPS[1]))
    assert artifacts._why_not_current("numbers.npz") == (
        "data/sample/numbers.npz was made by version 1 of notebook 01, now 2"
    )
    assert artifacts._why_not_current("results/02.csv") == "", (
        "its own version did not change, and its input not yet"
    )


def test_artifact_of_changed_input_is_stale(two_steps):
    """Who changes the preprocessing gets networks that were trained on it, and the same input again changes nothing."""
    artifacts.save_arrays("numbers.npz", a=np.zeros(3))
    artifacts.save_table("results/02.csv", pd.DataFrame({"seed": [0]}))
    artifacts.save_arrays("numbers.npz", a=np.ones(3))
    assert artifacts._why_not_current("results/02.csv") == (
        "data/sample/results/02.csv was made from another version of data/sample/numbers.npz"
    )
    artifacts.save_arrays("numbers.npz", a=np.zeros(3))
    assert artifacts._why_not_current("results/02.csv") == ""


# ---------------------------------------------------------------- damaged or somebody else's


def _append_a_row(path: pathlib.Path) -> bytes:
    path.write_text(path.read_text(encoding="utf-8") + "1,0.99\n", encoding="utf-8")
    return path.read_bytes()


NAMES = ("numbers.npz", "results/01.csv")


def _save(name: str, value: int) -> None:
    """Save an artifact of this name that holds this value."""
    if name.endswith(".npz"):
        artifacts.save_arrays(name, a=np.full(300, value))
    else:
        artifacts.save_table(name, pd.DataFrame({"seed": [value], "accuracy": [0.5]}))


@pytest.mark.parametrize(
    ("name", "damage"), [*zip(NAMES, (flip_a_byte, _append_a_row), strict=True)], ids=NAMES
)
def test_changed_artifact_is_an_error_and_kept(two_steps, name, damage):
    """A damaged file, or one edited by hand, is neither used nor thrown away: it may hold somebody's work."""
    _save(name, 1)
    load = artifacts.load_arrays if name.endswith("npz") else artifacts.load_table
    load(name)  # what was verified once is verified again
    content = damage(two_steps / name)
    expected = (
        f"data/sample/{name} was changed after it was written: its SHA-256 is not the one in "
        f"{name.rpartition('/')[2]}.json. It is kept as it is. Delete it or move it away, then run notebook 01 to "
        "make it again."
    )
    for use in (lambda: load(name), lambda: artifacts.provenance(name), lambda: _save(name, 2)):
        with pytest.raises(artifacts.ArtifactError) as caught:
            use()
        assert str(caught.value) == expected
        assert (two_steps / name).read_bytes() == content
    (two_steps / name).unlink()  # the remedy that the message names
    _save(name, 3)
    assert artifacts._why_not_current(name) == ""


@pytest.mark.parametrize(
    "record",
    [
        None,
        b"",
        b"not JSON at all",
        b"[]",
        b"{}",
        b'"text"',
        b"\xff\xfe",
        b'{"sha256": "0", "previous_sha256": null, "version": 1, "dataset": "MNIST", "inputs": {}}',
        b'{"sha256": [], "previous_sha256": {}, "version": 1, "dataset": {}, "inputs": []}',
    ],
    ids=[
        "missing",
        "empty",
        "no JSON",
        "list",
        "empty object",
        "text",
        "binary",
        "other form",
        "other types",
    ],
)
def test_artifact_without_readable_record_is_an_error_and_kept(two_steps, record):
    """A file of unknown origin, such as a classmate's copied without its record, is neither trusted nor replaced."""
    artifacts.save_arrays("numbers.npz", a=np.zeros(3))
    path, record_path = two_steps / "numbers.npz", two_steps / "numbers.npz.json"
    content = path.read_bytes()
    if record is None:
        record_path.unlink()
    else:
        record_path.write_bytes(record)
    expected = r"data/sample/numbers\.npz .*It is kept as it is\. Delete it or move"
    uses = (
        lambda: artifacts.load_arrays("numbers.npz"),
        lambda: artifacts.save_arrays("numbers.npz", a=np.ones(3)),
    )
    for use in uses:
        with pytest.raises(artifacts.ArtifactError, match=expected):
            use()
        assert path.read_bytes() == content


def test_record_of_the_right_file_in_another_form_is_an_error(two_steps):
    """A record that names the file's hash, but was written by another program, is reported, not a crash."""
    artifacts.save_arrays("numbers.npz", a=np.zeros(3))
    edit_record(two_steps / "numbers.npz", dataset="MNIST", inputs=None)
    with pytest.raises(
        artifacts.ArtifactError, match=r"numbers\.npz has no readable record numbers\.npz\.json"
    ):
        artifacts.load_arrays("numbers.npz")


def test_damaged_input_is_named_instead_of_a_failing_notebook(two_steps):
    """When an input is damaged, the message names that input, not the file that was asked for."""
    artifacts.save_arrays("numbers.npz", a=np.arange(300))
    artifacts.save_table("results/02.csv", pd.DataFrame({"seed": [0]}))
    flip_a_byte(two_steps / "numbers.npz")
    with pytest.raises(
        artifacts.ArtifactError, match=r"^data/sample/numbers\.npz was changed after it was written"
    ):
        artifacts.load_table("results/02.csv")


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
    from digits import artifacts
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
    "import numpy as np\nfrom digits import artifacts",
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


def test_two_processes_that_save_at_once_lose_nothing(home):
    """Two notebooks that run at the same time keep all artifacts and records of both."""
    program = """
        import dataclasses, sys, time
        import numpy as np
        from digits import artifacts, mnist, series
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


def test_missing_artifact_is_made_by_its_notebook(home, monkeypatch, capfd):
    """A reader who opens 03 first gets 02's result, made by the real 02, and is told why it takes a moment."""
    monkeypatch.setenv("DIGITS_PROGRESS", "1")
    notebook = series.step("02").notebook
    before = notebook.read_bytes()
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
    assert notebook.read_bytes() == before
    assert not list(home.rglob(".writing-*"))


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


def test_notebook_that_forgets_to_save_is_named(series_copy):
    """An edited notebook that no longer saves is reported, not run again and again."""
    series_copy.write("02", "forgotten = True")
    with pytest.raises(artifacts.ArtifactError) as caught:
        artifacts.load_arrays("preprocessed.npz")
    assert str(caught.value).startswith(
        "Notebook 02 (Preprocessing) ran to its end, and yet data/sample/preprocessed.npz is not there yet. "
        "Open 02_preprocessing.ipynb"
    )


def test_notebook_that_needs_its_own_artifact_is_run_once(series_copy, home):
    """Whoever comments out the cell that saves gets a message, not notebooks that start each other without end."""
    starts = home / "starts"
    series_copy.write(
        "02",
        f"with open({str(starts)!r}, 'a') as file:\n    file.write('x')\n"
        f"assert len(open({str(starts)!r}).read()) < 4  # here the test ends what would not end",
        "from digits import artifacts\nartifacts.load_arrays('preprocessed.npz')",
    )
    with pytest.raises(artifacts.ArtifactError, match=r"preprocessed\.npz is not there yet"):
        artifacts.load_arrays("preprocessed.npz")
    assert starts.read_text() == "x"


@pytest.mark.parametrize("whom", ["process", "group"])
def test_interrupting_ends_the_notebook_that_runs_first(
    series_copy, home, heeded_interrupts, wait_until, files_in, whom
):
    """The stop button ends everything at once: no half artifact, and no hidden process that goes on computing.

    A terminal and Jupyter send Ctrl-C to the whole process group, other programs to the process alone.
    """
    series_copy.write(
        "02",
        "import time\nfrom digits import records",
        "with records.recorded_write('preprocessed.npz') as temporary:\n"
        "    temporary.write_bytes(b'half')\n    time.sleep(60)",
    )
    program = "from digits import artifacts; artifacts.load_arrays('preprocessed.npz')"
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
