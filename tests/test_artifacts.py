"""Saving, loading and remaking what notebooks hand to each other: nothing is lost, mixed up or half-written."""

import dataclasses
import hashlib
import importlib.metadata
import json
import pathlib
import time
import zipfile

import numpy as np
import pandas as pd
import pytest
from digits import series
from digits.basics import workspace
from digits.dataset import mnist
from digits.store import artifacts, records

keras_version = importlib.metadata.version("keras")


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
    training.save_model("models/net.keras", network)
    loaded = training.load_model("models/net.keras")
    assert loaded.name == "net" and loaded.count_params() == network.count_params()
    np.testing.assert_array_equal(training.predict(loaded, images), scores)
    assert loaded.optimizer.iterations == 2 and loaded.loss == "sparse_categorical_crossentropy"


def test_clock_that_has_stopped_is_told(two_steps, monkeypatch):
    """A small computer without a battery begins in 1970, and would lose a training at its end."""
    from digits import training

    artifacts.save_arrays("numbers.npz", a=np.zeros(3))
    layers = [training.keras.Input((3,)), training.keras.layers.Dense(2)]
    network = training.keras.Sequential(layers, name="net")
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(0))
    with pytest.raises(workspace.WorkspaceError, match=r"the date 1970-01-01,.* Set the clock"):
        training.save_model("models/net.keras", network)


def test_equal_models_are_equal_files(two_steps):
    """Training again gives files with the same hash, so that nothing made from them must be made again."""
    from digits import training

    artifacts.save_arrays("numbers.npz", a=np.zeros(3))
    path = two_steps / "models" / "net.keras"
    contents, kept = [], []
    for number in range(2):
        time.sleep(1.1 * number)  # Keras notes the second in which it saves
        network, *_ = _train_a_network()
        # So that the second network has other addresses in memory, as in another process.
        kept.append(network)
        training.save_model("models/net.keras", network)
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


def test_only_a_file_of_somebody_else_is_told_to_be_replaced(two_steps, monkeypatch, capsys):
    """Who runs a notebook twice would be warned of another process that is not there."""
    monkeypatch.setenv("DIGITS_PROGRESS", "1")
    mnist.load()
    capsys.readouterr()
    for value in (0, 1, 1):
        artifacts.save_arrays("numbers.npz", a=np.full(3, value))
    assert capsys.readouterr().out == ""
    with records.recorded_write("numbers.npz") as temporary:
        artifacts.save_arrays("numbers.npz", a=np.full(3, 2))
        np.savez(temporary, a=np.full(3, 3))
    assert capsys.readouterr().out == (
        "Another process wrote data/sample/numbers.npz at the same time; this one replaces it.\n"
    )
    assert artifacts.load_arrays("numbers.npz")["a"].tolist() == [3, 3, 3]


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


def test_current_is_what_can_be_loaded_without_a_run(two_steps):
    """Also what it was made from must be there, and be the same."""
    assert not artifacts.is_current("numbers.npz")
    artifacts.save_arrays("numbers.npz", a=np.zeros(3))
    artifacts.save_table("results/02.csv", pd.DataFrame({"seed": [0]}))
    assert artifacts.is_current("numbers.npz") and artifacts.is_current("results/02.csv")
    (two_steps / "numbers.npz").unlink()
    assert not artifacts.is_current("results/02.csv")
    artifacts.save_arrays("numbers.npz", a=np.ones(3))
    assert artifacts.is_current("numbers.npz") and not artifacts.is_current("results/02.csv")


@pytest.mark.parametrize(("code", "told"), [(0, "ran to its end, and yet"), (3, "it broke")])
def test_notebook_is_run_by_the_program_and_its_end_is_told(
    two_steps, home, tmp_path, monkeypatch, capsys, code, told
):
    """With the dataset and the home of whoever needs the artifact, and for the artifacts alone."""
    names = ("DIGITS_PROGRESS", "DIGITS_MNIST", "DIGITS_HOME")
    (tmp_path / "run_all.py").write_text(
        "import json, os, sys\n"
        f"seen = [sys.argv[1:], *(os.environ[name] for name in {names})]\n"
        f"json.dump(seen, open({str(tmp_path / 'seen')!r}, 'w'))\n"
        f"print('it broke', file=sys.stderr)\nsys.exit({code})",
        encoding="utf-8",
    )
    monkeypatch.setattr(artifacts, "NOTEBOOKS_FOLDER", tmp_path)
    with pytest.raises(artifacts.ArtifactError, match=told) as raised:
        artifacts.ensure("numbers.npz")
    assert (
        "had to run first, because data/sample/numbers.npz is not there yet, and failed"
        in str(raised.value)
    ) == bool(code)
    seen = json.loads((tmp_path / "seen").read_text(encoding="utf-8"))
    assert seen == [["--discard", "01"], "0", mnist.load().location, str(home)]
    assert capsys.readouterr().out == ""
    monkeypatch.setenv("DIGITS_PROGRESS", "1")
    with pytest.raises(artifacts.ArtifactError):
        artifacts.ensure("numbers.npz")
    line = (
        "Running notebook 01 (First) first, because data/sample/numbers.npz is not there yet ...\n"
    )
    assert capsys.readouterr().out == line


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
    # Running a notebook would fail.
    monkeypatch.setattr(artifacts, "NOTEBOOKS_FOLDER", two_steps / "nowhere")
    artifacts.save_arrays("numbers.npz", a=np.arange(3))
    artifacts.save_table("results/02.csv", pd.DataFrame({"seed": [0]}))
    edited = tuple(
        dataclasses.replace(step, title="Other", question="Other?", name="other", number="09")
        for step in series.STEPS
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


def test_file_that_is_older_than_its_record_is_unfinished(two_steps):
    """The process that wrote both has ended in between: the record names the file that it was about to replace."""
    artifacts.save_arrays("numbers.npz", a=np.zeros(3))
    before = (two_steps / "numbers.npz").read_bytes()
    artifacts.save_arrays("numbers.npz", a=np.ones(3))
    assert artifacts._why_not_current("numbers.npz") == ""
    (two_steps / "numbers.npz").write_bytes(before)
    assert artifacts._why_not_current("numbers.npz") == (
        "the writing of data/sample/numbers.npz was interrupted"
    )


def test_artifact_of_other_data_is_stale(two_steps):
    """A network trained on other images is never evaluated as if it knew these."""
    artifacts.save_arrays("numbers.npz", a=np.zeros(3))
    for fingerprint in ("000000000000", "ffffffffffff"):  # below and above that of the sample
        dataset = {"name": "MNIST", "fingerprint": fingerprint}
        edit_record(two_steps / "numbers.npz", dataset=dataset)
        assert (
            artifacts._why_not_current("numbers.npz")
            == "data/sample/numbers.npz was made from another dataset (MNIST)"
        )


def test_artifact_of_another_version_is_stale(two_steps, monkeypatch):
    """After an update of the series, or back, nobody goes on with files of a form that it does not use."""
    artifacts.save_arrays("numbers.npz", a=np.zeros(3))
    artifacts.save_table("results/02.csv", pd.DataFrame({"seed": [0]}))
    for version in (0, 2):
        first = dataclasses.replace(series.STEPS[0], version=version)
        monkeypatch.setattr(series, "STEPS", (first, series.STEPS[1]))
        assert artifacts._why_not_current("numbers.npz") == (
            f"data/sample/numbers.npz was made by version 1 of notebook 01, now {version}"
        )
        assert artifacts._why_not_current("results/02.csv") == "", (
            "its own version did not change, and its input not yet"
        )


@pytest.mark.parametrize("late", [(), ("numbers.npz",)], ids=["at once", "late"])
def test_artifact_of_changed_input_is_stale(two_steps, monkeypatch, late):
    """Who changes the preprocessing gets networks that were trained on it, and the same input again changes nothing."""
    first, second = series.STEPS
    monkeypatch.setattr(series, "STEPS", (first, dataclasses.replace(second, late=late)))
    for one, other in ((0, 1), (1, 0)):  # whichever of the two has the larger sum
        artifacts.save_arrays("numbers.npz", a=np.full(3, one))
        artifacts.save_table("results/02.csv", pd.DataFrame({"seed": [0]}))
        artifacts.save_arrays("numbers.npz", a=np.full(3, other))
        assert artifacts._why_not_current("results/02.csv") == (
            "data/sample/results/02.csv was made from another version of data/sample/numbers.npz"
        )
        artifacts.save_arrays("numbers.npz", a=np.full(3, one))
        assert artifacts._why_not_current("results/02.csv") == ""


def test_artifact_whose_step_did_not_read_this_input_yet_is_stale(two_steps):
    """A step that reads one file more makes something else of it; what was made without says nothing of that file."""
    artifacts.save_arrays("numbers.npz", a=np.zeros(3))
    artifacts.save_table("results/02.csv", pd.DataFrame({"seed": [0]}))
    edit_record(two_steps / "results" / "02.csv", inputs={})
    assert artifacts._why_not_current("results/02.csv") == (
        "data/sample/results/02.csv was made from another version of data/sample/numbers.npz"
    )


@pytest.mark.parametrize(
    ("made_by", "is_stale"),
    [("99.0", True), ("3.99.1", True), (keras_version, False), ("2.15.0", False)],
)
def test_model_of_a_newer_keras_is_stale(two_steps, made_by, is_stale):
    """Decided from the record alone: this Keras may stumble over what a later one wrote, in any way."""
    artifacts.save_arrays("numbers.npz", a=np.zeros(3))
    with records.recorded_write("models/net.keras") as temporary:
        temporary.write_bytes(b"a network")
    path = two_steps / "models" / "net.keras"
    libraries = {**artifacts.provenance("models/net.keras")["libraries"], "keras": made_by}
    edit_record(path, libraries=libraries)
    assert artifacts._why_not_current("models/net.keras") == (
        f"data/sample/models/net.keras was made by Keras {made_by}, which is newer than this Keras {keras_version}"
        if is_stale
        else ""
    )


JUNK = {
    "no archive": b"PK junk",
    "deep": b"[" * 200_000,
}


def _write_junk(kind: str) -> None:
    """A file that no Keras reads, with a record that says it is the network."""
    with records.recorded_write("models/net.keras") as temporary:
        if kind == "no archive":
            temporary.write_bytes(JUNK[kind])
            return
        with zipfile.ZipFile(temporary, "w") as archive:
            archive.writestr("config.json", JUNK[kind])
            archive.writestr("metadata.json", "{}")
            archive.writestr("model.weights.h5", b"")


@pytest.mark.parametrize("kind", JUNK)
@pytest.mark.parametrize("is_mended", [True, False])
def test_model_that_keras_cannot_read_is_made_again_once(two_steps, monkeypatch, kind, is_mended):
    """Another version of Keras may have written it: its notebook runs once and says why; the old file stays."""
    from digits import training

    artifacts.save_arrays("numbers.npz", a=np.zeros(3))
    path, reasons = two_steps / "models" / "net.keras", []
    _write_junk(kind)

    def run_notebook(step, reason):
        reasons.append(reason)
        assert path.exists()
        if is_mended:
            layers = [training.keras.Input((3,)), training.keras.layers.Dense(2)]
            training.save_model("models/net.keras", training.keras.Sequential(layers, name="net"))
        else:
            _write_junk(kind)

    monkeypatch.setattr(artifacts, "_run_notebook", run_notebook)
    if is_mended:
        assert training.load_model("models/net.keras").name == "net"
    else:
        with pytest.raises(artifacts.ArtifactError) as caught:
            training.load_model("models/net.keras")
        assert str(caught.value).startswith(
            f"data/sample/models/net.keras was made again, by Keras {keras_version}, and Keras {keras_version} still "
            "cannot read it ("
        )
        assert path.exists()
    assert len(reasons) == 1
    assert reasons[0].startswith(
        f"Keras {keras_version} cannot read data/sample/models/net.keras ("
    )


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


@pytest.mark.parametrize(
    "changes",
    [
        {"dataset": "MNIST"},
        {"dataset": {"name": "MNIST"}},
        {"inputs": None},
        {"libraries": {}},
        {"sha256": None},
    ],
    ids=str,
)
def test_record_of_the_right_file_in_another_form_is_an_error(two_steps, changes):
    """A record that names the file's hash, but was written by another program, is reported, not a crash."""
    artifacts.save_arrays("numbers.npz", a=np.zeros(3))
    edit_record(two_steps / "numbers.npz", **changes)
    with pytest.raises(
        artifacts.ArtifactError, match=r"numbers\.npz has no readable record numbers\.npz\.json"
    ):
        artifacts.load_arrays("numbers.npz")


def test_file_that_another_process_replaces_meanwhile_is_not_taken_for_damaged(
    two_steps, monkeypatch
):
    """Between reading the record and reading the file, both may become newer."""
    artifacts.save_arrays("numbers.npz", a=np.zeros(3))
    read = records._read
    before = [read(two_steps / "numbers.npz")]
    artifacts.save_arrays("numbers.npz", a=np.ones(3))
    artifacts.save_arrays("numbers.npz", a=np.full(3, 2))
    monkeypatch.setattr(records, "_read", lambda path: before.pop() if before else read(path))
    assert records.verify(two_steps / "numbers.npz")["version"] == 1
    assert not before


def test_damaged_input_is_named_instead_of_a_failing_notebook(two_steps):
    """When an input is damaged, the message names that input, not the file that was asked for."""
    artifacts.save_arrays("numbers.npz", a=np.arange(300))
    artifacts.save_table("results/02.csv", pd.DataFrame({"seed": [0]}))
    flip_a_byte(two_steps / "numbers.npz")
    with pytest.raises(
        artifacts.ArtifactError, match=r"^data/sample/numbers\.npz was changed after it was written"
    ):
        artifacts.load_table("results/02.csv")
