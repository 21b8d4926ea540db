"""A notebook that lies alone on Google Colab: it fetches its repository, installs what is missing, and runs."""

import ast
import base64
import hashlib
import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import urllib.parse
import zipfile
from dataclasses import dataclass

import nbformat
import notebook_files
import pytest
from copies import copy_of_the_series
from digits import series
from digits.basics import libraries
from nbclient import NotebookClient
from notebook_files import ROOT

ADDRESS = "https://github.com/OWNER/REPOSITORY"
ASKS = "Enter above the address of this notebook's GitHub repository, then run again."
BRANCH = "a/branch"  # branches may have slashes
GITHUB_PAGE = f"{ADDRESS}/blob/{BRANCH}/notebooks/"


def git(*arguments: str, cwd: pathlib.Path) -> str:
    """What a git command prints."""
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    return subprocess.run(
        ["git", *identity, *arguments], cwd=cwd, check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture(scope="session")
def github(tmp_path_factory):
    """A git repository with this working copy on a branch, and another main branch without any notebook."""
    folder = tmp_path_factory.mktemp("github") / "REPOSITORY"
    folder.mkdir()
    git("init", "-q", "--initial-branch=main", cwd=folder)
    git("commit", "-q", "--allow-empty", "-m", "nothing yet", cwd=folder)
    git("checkout", "-q", "-b", BRANCH, cwd=folder)
    copy_of_the_series(folder, without="figures/")
    git("add", "-A", cwd=folder)
    git("commit", "-q", "-m", "the series", cwd=folder)
    git("checkout", "-q", "main", cwd=folder)
    return folder


class Sessions(http.server.BaseHTTPRequestHandler):
    """Answers as Colab's list of sessions does, with whatever path the server was given."""

    def do_GET(self):
        if self.path != "/api/sessions" or self.server.answer is None:
            self.server.released.wait()  # silent for as long as the test takes
            return
        body = self.server.answer.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def colab(tmp_path, monkeypatch, github):
    """A function that makes this process's children find Colab around them; it takes the session list's answer."""
    stub = tmp_path / "stub" / "google" / "colab"
    stub.mkdir(parents=True)
    (stub / "__init__.py").write_text("")
    content = tmp_path / "content"
    content.mkdir()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sessions)
    server.released = threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # Colab's machine reaches GitHub; here git finds the local repository under GitHub's address.
    settings = {
        "COLAB_JUPYTER_IP": "127.0.0.1",
        "KMP_TARGET_PORT": str(server.server_port),
        "PYTHONPATH": str(stub.parents[1]),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{github.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": ADDRESS,
        "DIGITS_PROGRESS": "1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("DIGITS_HOME")

    def start(answer: str | None) -> pathlib.Path:
        server.answer = answer
        return content

    yield start
    server.released.set()
    server.shutdown()
    server.server_close()


def session(path: str) -> str:
    """The list of sessions with one notebook."""
    return json.dumps([{"id": "1", "path": path, "kernel": {"name": "python3"}}])


def opened_from(page: str) -> str:
    """The list of sessions when a notebook was opened from this page."""
    return session("fileId=" + urllib.parse.quote(page, safe=""))


def lying_alone(number: str, content: pathlib.Path) -> nbformat.NotebookNode:
    """A notebook, copied into ``content``."""
    step = series.step(number)
    shutil.copy(step.notebook, content)
    return nbformat.read(content / step.file_name, as_version=4)


def setup_of(notebook):
    """The first code cell."""
    return next(cell for cell in notebook.cells if cell.cell_type == "code")


@dataclass(frozen=True)
class Ran:
    """What running the first cell came to: what it printed, and the name and the sentence of its error, if any."""

    printed: str
    error: str
    sentence: str


PROGRAM = """
import sys
try:
    exec(compile(sys.stdin.read(), "first cell", "exec"), {"__name__": "__main__"})
    import digits
    print("package:", digits.__path__[0])
except Exception as error:
    print(f"raised {type(error).__name__}: {error}", file=sys.stderr)
"""


def run_setup(folder: pathlib.Path, field: str = "", number: str = "01") -> Ran:
    """Run the first cell of a notebook that lies in ``folder``, in a process of its own.

    It is plain Python, so that a kernel would do the same, and take seconds more. Where no Colab answers, it waits for
    one second and not for as many as it says.
    """
    source = setup_of(lying_alone(number, folder)).source
    assert 'repository = ""' in source
    source = source.replace('repository = ""', f'repository = "{field}"')
    source, waits = re.subn(r"\bcurl -sm\d ", "curl -sm1 ", source)
    assert waits == 1
    finished = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=source,
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
        timeout=120,
    )
    assert finished.returncode == 0, finished.stderr
    found = re.search(r"(?ms)^raised (\w+): (.*)\Z", finished.stderr.strip())
    return Ran(finished.stdout, *(found.groups() if found else ("", "")))


def printed_by(cell) -> str:
    """What a cell printed."""
    return "".join(notebook_files.textual_outputs(cell))


# ---------------------------------------------------------------- the first cell


@pytest.mark.slow
def test_notebook_alone_runs_to_its_end(colab, monkeypatch):
    """A reader clicks "Open in Colab" on GitHub and runs all cells: that is all there is to do.

    Notebook 02 needs no other one's artifacts; test_artifacts_remade.py sees to those that do.
    """
    monkeypatch.setenv("DIGITS_MNIST", "sample")
    step = series.step("02")
    content = colab(opened_from(GITHUB_PAGE + step.file_name))
    notebook = lying_alone("02", content)
    where = {"metadata": {"path": str(content)}}
    NotebookClient(notebook, resources=where, kernel_name="python3", timeout=600).execute()
    assert "5,000-image sample" in printed_by(setup_of(notebook))
    clone = content / "REPOSITORY"
    assert {path.name for path in content.iterdir()} == {step.file_name, "REPOSITORY"}
    assert git("rev-parse", "--abbrev-ref", "HEAD", cwd=clone).strip() == BRANCH
    assert git("rev-list", "--count", "HEAD", cwd=clone).strip() == "1", "a shallow clone is enough"
    assert git("status", "--porcelain", cwd=clone) == "", (
        "the notebooks in the clone are as they were"
    )
    written = clone / "data" / "sample"
    assert all((written / name).exists() for name in step.writes)


@pytest.mark.parametrize("step", series.STEPS, ids=lambda step: step.number)
def test_no_cell_reads_a_file_beside_its_notebook(step):
    """On Colab the notebook lies alone: only the package knows where the repository's files are."""
    cells = notebook_files.code_cells(step)[1:]
    texts = {
        node.value
        for cell in cells
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    folders = (ROOT, step.notebook.parent)
    paths = [text for text in texts if re.fullmatch(r"[\w./-]*[./]\w[\w./-]*", text)]
    assert not [text for text in paths if any((folder / text).exists() for folder in folders)]
    assert not [text for text in texts if text.startswith(("./", "../"))]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "branch"),
    [
        (f"{GITHUB_PAGE}01_exploratory_data_analysis.ipynb", BRANCH),
        (f"{ADDRESS}/", "main"),
        (f"{ADDRESS}.git", "main"),
    ],
    ids=["the notebook's page", "the repository", "its git address"],
)
def test_notebook_from_drive_takes_the_address_from_its_field(
    colab, monkeypatch, github, page, branch
):
    """A copy in Drive does not know where it came from: the reader says it, in whichever form GitHub showed it."""
    monkeypatch.setenv("DIGITS_MNIST", "sample")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "2")
    monkeypatch.setenv("GIT_CONFIG_KEY_1", f"url.{github.as_uri()}.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_1", f"{ADDRESS}.git")
    content = colab(session("fileId=1aBcDeFgHiJkLmNoP"))
    ran = run_setup(content, field=page)
    assert ran.error == ("" if branch == BRANCH else "ModuleNotFoundError"), "main has no notebooks"
    (clone,) = (path for path in content.iterdir() if path.is_dir())
    assert git("rev-parse", "--abbrev-ref", "HEAD", cwd=clone).strip() == branch


@pytest.mark.parametrize(
    "answer",
    [
        session("fileId=1aBcDeFgHiJkLmNoP"),
        session("notebooks/untitled.ipynb"),
        "[]",
        "<html>not found</html>",
        None,
    ],
    ids=["Drive", "upload", "no session", "malformed", "silent"],
)
def test_unknown_origin_asks_for_the_address(colab, answer):
    """The reader is told in one sentence what to do, instead of a failed import or an endless wait."""
    ran = run_setup(colab(answer))
    assert (ran.error, ran.sentence) == ("AssertionError", ASKS)


@pytest.mark.slow
def test_second_notebook_uses_the_clone_that_is_there(colab, monkeypatch):
    """What the first notebook has trained is kept, and the second one starts at once."""
    monkeypatch.setenv("DIGITS_MNIST", "sample")
    content = colab(opened_from(GITHUB_PAGE + "01_exploratory_data_analysis.ipynb"))
    assert not run_setup(content).error
    (content / "REPOSITORY" / "data" / "mine.txt").write_text("mine")
    assert not run_setup(content, number="02").error
    assert (content / "REPOSITORY" / "data" / "mine.txt").read_text() == "mine"


def test_failed_clone_is_an_error(colab):
    """Without the repository nothing after it can work; git says why."""
    content = colab(
        opened_from("https://github.com/OWNER/REPOSITORY/blob/no-such-branch/notebooks/01.ipynb")
    )
    assert run_setup(content).error == "CalledProcessError"
    assert not (content / "REPOSITORY").exists(), "half a clone would be taken for a whole one"


def test_notebook_alone_elsewhere_says_what_is_missing(tmp_path, monkeypatch):
    """Outside Colab nothing is asked of a server: the reader learns what the notebook needs."""
    monkeypatch.delenv("COLAB_JUPYTER_IP", raising=False)
    assert run_setup(tmp_path).sentence == ASKS


# ---------------------------------------------------------------- where the package is looked for


@pytest.fixture
def checkout(tmp_path):
    """A folder with the package in notebooks/, as a repository has it."""
    package = tmp_path / "checkout" / "notebooks" / "digits"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    names = "artifacts = check = evaluation = plots = None\n"
    (package / "start.py").write_text(names + "class mnist:\n    load = staticmethod(str)\n")
    return tmp_path / "checkout"


@pytest.mark.parametrize("place", [".", "notebooks", "notebooks/below/it", "elsewhere/in/it"])
def test_package_is_found_from_any_folder_of_the_repository(colab, checkout, place):
    """papermill and VS Code run a notebook in the repository's root; a class keeps its copies in a folder below."""
    colab(None)
    (checkout / place).mkdir(parents=True, exist_ok=True)
    ran = run_setup(checkout / place)
    assert not ran.error
    assert f"package: {checkout / 'notebooks' / 'digits'}" in ran.printed


def test_package_on_pythons_path_is_found(colab, checkout, monkeypatch, tmp_path):
    """Whoever installed or linked it need not keep the notebook beside it."""
    colab(None)
    monkeypatch.setenv("PYTHONPATH", str(checkout / "notebooks"))
    (tmp_path / "elsewhere").mkdir()
    ran = run_setup(tmp_path / "elsewhere")
    assert f"package: {checkout / 'notebooks' / 'digits'}" in ran.printed


def own_pictures(folder: pathlib.Path) -> None:
    """A learner's folder digits/ beside the notebook."""
    (folder / "digits").mkdir()
    (folder / "digits" / "seven.png").write_bytes(b"a picture")


@pytest.mark.slow
def test_own_folder_of_that_name_is_not_the_package_on_colab(colab, monkeypatch):
    """/content/digits with a learner's pictures: the repository is fetched all the same, and its package imported."""
    monkeypatch.setenv("DIGITS_MNIST", "sample")
    content = colab(opened_from(GITHUB_PAGE + "01_exploratory_data_analysis.ipynb"))
    own_pictures(content)
    ran = run_setup(content)
    assert not ran.error
    assert f"package: {content / 'REPOSITORY' / 'notebooks' / 'digits'}" in ran.printed


def test_own_folder_of_that_name_does_not_hide_the_package(colab, checkout):
    """The same beside a notebook in a folder below the repository's."""
    colab(None)
    place = checkout / "notebooks" / "mine"
    place.mkdir()
    own_pictures(place)
    ran = run_setup(place)
    assert not ran.error
    assert f"package: {checkout / 'notebooks' / 'digits'}" in ran.printed


# ---------------------------------------------------------------- missing libraries


def write_wheel(folder: pathlib.Path, name: str, version: str) -> None:
    """A library with one empty module, as pip installs it."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = [
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip('=')},{len(text)}"
        for path, text in files.items()
    ]
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
        wheel.writestr(f"{info}/RECORD", "\n".join([*rows, f"{info}/RECORD,,"]) + "\n")


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A folder from which pip takes its wheels, and another into which it installs them."""
    wheels, installed = tmp_path / "wheels", tmp_path / "installed"
    wheels.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    monkeypatch.setenv("PIP_TARGET", str(installed))
    monkeypatch.syspath_prepend(installed)
    return wheels, installed


def requirements(tmp_path, *lines: str) -> pathlib.Path:
    """A requirements file whose constraints and tools must not matter on Colab."""
    path = tmp_path / "requirements.txt"
    path.write_text("\n".join(["-c constraints.txt", "", "# what for", *lines]) + "\n")
    return path


def test_only_what_is_missing_is_installed(tmp_path, monkeypatch, index):
    """Colab's libraries fit each other: one that is there stays as it is, in whatever version."""
    wheels, installed = index
    for version in ("1.4", "2.0"):
        write_wheel(wheels, "missing_library_of_this_test", version)
    monkeypatch.setenv("COLAB_JUPYTER_IP", "127.0.0.1")
    lines = (
        "missing_library_of_this_test>=1,<2   # a comment",
        "pooch>=900                           # there, in another version",
        "jupyter>=900                         # runs notebooks",
    )
    path = requirements(tmp_path, *lines)
    there = libraries._is_there
    monkeypatch.setattr(libraries, "_is_there", lambda name: name != "jupyter" and there(name))
    assert libraries.ensure(path) == ["missing_library_of_this_test>=1,<2"]
    assert {name.name for name in installed.glob("*.dist-info")} == {
        "missing_library_of_this_test-1.4.dist-info"
    }
    assert libraries.ensure(path) == [], "the second time nothing is missing"
    assert "jupyter" not in libraries._required(path), "it would replace what Colab's page runs on"


def test_failing_installation_is_an_error(tmp_path, monkeypatch, index, capfd):
    """A library that cannot be had is not passed over."""
    monkeypatch.setenv("COLAB_JUPYTER_IP", "127.0.0.1")
    with pytest.raises(subprocess.CalledProcessError):
        libraries.ensure(requirements(tmp_path, "missing_library_of_this_test>=1,<2"))
    assert "missing_library_of_this_test" in capfd.readouterr().err


@pytest.mark.parametrize("name", ["tensorflow", "keras", "numpy", "pandas"])
def test_the_big_libraries_are_never_touched(tmp_path, monkeypatch, name):
    """Another TensorFlow than Colab's would not run on Colab's processors."""
    there = libraries._is_there
    monkeypatch.setattr(libraries, "_is_there", lambda asked: asked != name and there(asked))
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("pip was called"))
    monkeypatch.setenv("COLAB_JUPYTER_IP", "127.0.0.1")
    with pytest.raises(ModuleNotFoundError, match=f"^This Python lacks {name}. Install"):
        libraries.ensure()


def test_elsewhere_nothing_is_installed(tmp_path, monkeypatch):
    """On a reader's own computer it is the reader who installs; the sentence says how."""
    monkeypatch.delenv("COLAB_JUPYTER_IP", raising=False)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("pip was called"))
    path = requirements(tmp_path, "no_such_library>=1", "nor_this_one>=2", "pooch>=1")
    with pytest.raises(ModuleNotFoundError) as error:
        libraries.ensure(path)
    assert str(error.value) == (
        "This Python lacks no_such_library, nor_this_one. Install what the series needs with: "
        "pip install -r requirements.txt"
    )


def test_all_libraries_of_the_series_are_looked_for():
    """A library that the series needs and Colab lacks would be missed in the middle of a notebook."""
    named = libraries._required(libraries.REQUIREMENTS)
    assert {"tensorflow", "keras", "numpy", "pooch", "mlxtend", "tqdm"} <= named.keys()
    assert named["pooch"].startswith("pooch>=") and "#" not in named["pooch"]
    assert libraries.ensure() == []


def test_colab_is_recognised_by_what_it_sets(monkeypatch):
    """Installing without asking belongs on Colab alone."""
    monkeypatch.delenv("COLAB_JUPYTER_IP", raising=False)
    assert not libraries.on_colab()
    monkeypatch.setenv("COLAB_JUPYTER_IP", "172.28.0.12")
    assert libraries.on_colab()


def test_folder_of_notebooks_without_the_rest_works(tmp_path):
    """Whoever copied notebooks/ alone has no requirements.txt, and may well have all libraries."""
    assert libraries.ensure(tmp_path / "requirements.txt") == []
