"""What users have set up for other work changes nothing here: their Keras, matplotlib, IPython, Python, terminal."""

import json
import os
import subprocess
import sys
import textwrap

import nbformat
import pytest
from digits.basics import kernels, workspace

# What a cell shows of its surroundings: all of it must be the series' own.
CELL = """
import sys
import matplotlib
import digits.start, sklearn.metrics, tqdm
from digits.training import keras
print(matplotlib.rcParams["image.origin"], matplotlib.rcParams["text.usetex"], matplotlib.rcParams["font.size"])
print(keras.config.backend(), keras.config.floatx(), keras.config.image_data_format(), keras.config.epsilon())
print(keras.config.dtype_policy().name, keras.config.max_epochs(), keras.layers.Dense(1).dtype_policy.name)
print(digits.__file__.endswith("Kopie der Serie/notebooks/digits/__init__.py".replace("/", __import__("os").sep)))
"""


@pytest.fixture
def users_settings(tmp_path):
    """Environment variables of a user who has set up everything otherwise."""
    folder = tmp_path / "user"
    profile = folder / "ipython" / "profile_default"
    (profile / "startup").mkdir(parents=True)
    (profile / "startup" / "00_own.py").write_text("print('my startup file')")
    (profile / "ipython_kernel_config.py").write_text(
        "c.InteractiveShell.ast_node_interactivity = 'all'\n"
        "c.PlainTextFormatter.float_precision = '%.1e'\n"
        "c.InteractiveShellApp.exec_lines = ['print(\"my line\")']\n"
    )
    (folder / "startup.py").write_text("print('my startup')")
    (folder / "matplotlib").mkdir()
    (folder / "matplotlib" / "matplotlibrc").write_text(
        "image.origin: lower\ntext.usetex: True\nfont.size: 40\nno.such.key: 1\n"
    )
    (folder / ".keras").mkdir()
    (folder / ".keras" / "keras.json").write_text(
        json.dumps(
            {
                "backend": "torch",
                "floatx": "float16",
                "epsilon": 0.1,
                "image_data_format": "channels_first",
            }
        )
    )
    (folder / "modules" / "digits").mkdir(parents=True)
    (folder / "modules" / "digits" / "__init__.py").write_text("raise SystemExit('my digits')")
    return {
        "IPYTHONDIR": str(folder / "ipython"),
        "PYTHONSTARTUP": str(folder / "startup.py"),
        "MPLCONFIGDIR": str(folder / "matplotlib"),
        "MPLBACKEND": "no such backend",
        "HOME": str(folder),
        "USERPROFILE": str(folder),
        "KERAS_HOME": str(folder / ".keras"),
        "KERAS_BACKEND": "jax",
        "KERAS_MAX_EPOCHS": "1",
        "PYTHONPATH": str(folder / "modules"),
        "PYTHONWARNINGS": "always",
        "PYTHONSAFEPATH": "1",
        "SKLEARN_WORKING_MEMORY": "no number",
        "TQDM_NCOLS": "no number",
        "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": "cpp",
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
    }


@pytest.mark.slow
def test_a_users_settings_change_no_cell(series_copy, users_settings, home):
    """Notebooks would store, and tests compare, what this user's computer shows, or not run at all."""
    series_copy.write("01", CELL.strip(), "1\n2.0 + 0.1")
    result = series_copy.run("01", environment=users_settings)
    assert result.returncode == 0, result.stderr
    path = home / "data" / "sample" / "notebooks" / "01_exploratory_data_analysis.ipynb"
    first, second = nbformat.read(path, as_version=4).cells
    assert [output.get("text") for output in first.outputs] == [
        "upper False 10.0\ntensorflow float32 channels_last 1e-07\nfloat32 None float32\nTrue\n"
    ]
    assert [output.data["text/plain"] for output in second.outputs] == ["2.1"]
    assert "wrote to standard error" not in result.stdout


@pytest.mark.slow
def test_keras_that_was_imported_before_is_set_up_or_refused():
    """In a notebook somebody may import Keras, or use TensorFlow, before the first cell."""
    program = """
        import keras, tensorflow
        keras.config.set_floatx("float16")
        keras.config.set_image_data_format("channels_first")
        keras.config.set_dtype_policy("mixed_float16")
        right, keras.config.backend = keras.config.backend, lambda: "jax"
        def try_it():
            try:
                from digits.training import backend
            except RuntimeError as error:
                print(error)
        try_it()
        keras.config.backend = right
        tensorflow.constant(1) + 1
        tensorflow.config.set_visible_devices = print
        try_it()
        print(keras.config.floatx(), keras.config.image_data_format(), keras.config.dtype_policy().name)
    """
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=workspace.NOTEBOOKS_FOLDER,
        capture_output=True,
        encoding="utf-8",
    )
    other, gpus, used, settings = result.stdout.splitlines()
    assert gpus == "[] GPU", "computes on the processor"
    assert other.startswith("Keras was imported before this series and computes with jax;")
    assert used.startswith("TensorFlow was used in this process before the series could set it up.")
    assert settings == "float32 channels_last float32"


def test_kernels_of_the_tests_are_shielded_too(monkeypatch, tmp_path):
    """nbval starts kernels with the environment of the tests."""
    environment = {"PYTHONSTARTUP": "x", "IPYTHONDIR": "x", "MPLBACKEND": "x", "PATH": "kept"}
    kernels.shield(environment, tmp_path)
    assert environment.pop("PATH") == "kept"
    assert environment.pop("IPYTHONDIR") == str(tmp_path)
    kernels.shield(elsewhere := {"MPLCONFIGDIR": "/no/such/folder"}, tmp_path)
    assert elsewhere["MPLCONFIGDIR"] == str(tmp_path)
    assert set(environment) == {"MATPLOTLIBRC", "PYDEVD_DISABLE_FILE_VALIDATION"}
    assert os.path.isfile(environment["MATPLOTLIBRC"])


def _run(program: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=workspace.NOTEBOOKS_FOLDER,
        env={**os.environ, **environment},
        capture_output=True,
    )


def test_figures_of_an_open_notebook_are_the_series_own(users_settings):
    """In JupyterLab the kernel is the user's, with a matplotlibrc that turns digits upside down."""
    result = _run(
        """
        import digits.plots, matplotlib
        print(*(matplotlib.rcParams[name] for name in ("image.origin", "text.usetex", "font.size", "savefig.dpi")))
        """,
        MPLCONFIGDIR=users_settings["MPLCONFIGDIR"],
    )
    assert result.stdout.split() == b"upper False 10.0 200.0".split(), result.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_programs_write_what_the_terminal_cannot_show(encoding):
    """A folder may be called 数字, and a log may be Latin-1: the message is written all the same."""
    program = "from digits.basics import commands; commands.parser(''); print('data/\u6570 ...')"
    result = _run(program, PYTHONIOENCODING=encoding)
    assert result.stdout.decode(encoding).strip() == r"data/\u6570 ...", result.stderr
