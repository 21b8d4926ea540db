"""A notebook in a real JupyterLab, in a real browser."""

import contextlib
import json
import os
import pathlib
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import browsers
import nbformat
from digits.series import Step

SERVER_SECONDS, PAGE_SECONDS, RUN_SECONDS = 60, 60, 240
SETTINGS = {  # relative to the folder of the user's settings
    # JupyterLab removes cells that are scrolled out of sight from the page, and the tests look at all of them.
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
NUMBER_OR_ERROR = """expected => {
    const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];
    const ended = prompts.length === expected && /\\d/.test(prompts.at(-1).textContent);
    const complaints = [...document.querySelectorAll('[data-mime-type="application/vnd.jupyter.stderr"]')];
    return ended || complaints.some(output => output.textContent.includes('Traceback (most recent'));
}"""


@contextlib.contextmanager
def jupyterlab(folder: pathlib.Path, notebooks: pathlib.Path, home: pathlib.Path):
    """A JupyterLab server on a copy of the notebooks, with none of the user's settings; its address with its token."""
    for name, settings in SETTINGS.items():
        path = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings), encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    environment = {
        **{
            name: value
            for name, value in os.environ.items()
            if name not in ("MPLBACKEND", "DIGITS_PROGRESS")
        },
        "DIGITS_HOME": str(home),
        "DIGITS_MNIST": os.environ.get("DIGITS_MNIST") or "sample",
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
        *(
            f"--port={port}",
            f"--IdentityProvider.token={token}",
            f"--ServerApp.root_dir={notebooks}",
        ),
    ]
    log = folder / "server.log"
    with open(log, "wb") as output:
        server = subprocess.Popen(
            command, env=environment, cwd=folder, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield _address_when_ready(server, folder / "runtime", log), token
    finally:
        _stop(server, port, token)


def _address_when_ready(server: subprocess.Popen, runtime: pathlib.Path, log: pathlib.Path) -> str:
    """The server's address, which it writes to a file when it listens: the free port may be another by then."""
    deadline = time.monotonic() + SERVER_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        for path in runtime.glob("jpserver-*.json"):
            with contextlib.suppress(ValueError, OSError):  # not yet written to its end
                return json.loads(path.read_text(encoding="utf-8"))["url"]
        time.sleep(0.2)
    raise RuntimeError(
        f"JupyterLab did not start:\n{log.read_text(encoding='utf-8', errors='replace')}"
    )


def _stop(server: subprocess.Popen, port: int, token: str) -> None:
    """Ask the server to end, which ends its kernels too on every system."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/shutdown",
        method="POST",
        headers={"Authorization": f"token {token}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10):
            pass
        server.wait(timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        server.kill()
        server.wait()


def without_outputs(step: Step, *parts: str) -> nbformat.NotebookNode:
    """A notebook as it is before anything has run: whatever the page shows in the end, this run made it.

    Args:
        step: whose notebook.
        parts: if given, only the setup cell stays, and for each part the one code cell that has it in its source.
    """
    notebook = nbformat.read(step.notebook, as_version=4)
    if parts:
        setup, *others = code_cells(notebook)
        notebook.cells = [setup]
        for part in parts:
            (cell,) = (cell for cell in others if part in cell.source)
            notebook.cells.append(cell)
    for cell in code_cells(notebook):
        cell.outputs, cell.execution_count = [], None
    return notebook


def code_cells(notebook: nbformat.NotebookNode) -> list:
    """The cells that can be run."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@contextlib.contextmanager
def opened(
    launcher,
    step: Step,
    notebook: nbformat.NotebookNode,
    folder: pathlib.Path,
    home: pathlib.Path,
) -> Iterator:
    """The page of JupyterLab with a notebook that lies among copies of the others; its kernel has started.

    Args:
        launcher: playwright's.
        step: in whose notebook's place it lies.
        notebook: as it is opened.
        folder: an empty one, for the copies and for what JupyterLab keeps.
        home: DIGITS_HOME of the notebook.
    """
    notebooks = folder / "notebooks"
    shutil.copytree(
        step.notebook.parent, notebooks, ignore=shutil.ignore_patterns(".ipynb_checkpoints")
    )
    nbformat.write(notebook, notebooks / step.file_name)
    with contextlib.ExitStack() as stack:
        browser = browsers.launch(launcher)
        stack.callback(browser.close)
        address, token = stack.enter_context(jupyterlab(folder, notebooks, home))
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(PAGE_SECONDS * 1000)
        page.goto(f"{address}lab/tree/{step.file_name}?token={token}")
        page.locator(".jp-CodeCell").first.wait_for()
        page.locator(
            ".jp-StatusBar-TextItem", has_text="| Idle"
        ).wait_for()  # the kernel has started
        yield page


def run_all_cells(page, notebook: nbformat.NotebookNode) -> None:
    """Choose Run > Run All Cells, and wait until the last cell has run or one has failed."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    cells = len(code_cells(notebook))
    page.wait_for_function(NUMBER_OR_ERROR, arg=cells, timeout=RUN_SECONDS * 1000)


def errors(page) -> list[str]:
    """The tracebacks on the page, which JupyterLab shows as it shows what is written to standard error."""
    complaints = page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').all_inner_texts()
    return [text for text in complaints if "Traceback (most recent" in text]
