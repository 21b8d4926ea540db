"""The first notebook as a learner meets it: a real JupyterLab, a real browser, Run All Cells, and what is shown."""

import ast
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

import nbformat
import notebook_files
import pytest
from digits import series

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

STEP = series.step("01")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
# No telemetry, no component updates: the test must not need a network.
BROWSER_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SERVER_SECONDS, PAGE_SECONDS, RUN_SECONDS = 60, 60, 240
SETTINGS = {  # relative to the folder of the user's settings
    # JupyterLab removes cells that are scrolled out of sight from the page, and the tests look at all of them.
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
NUMBER_OR_ERROR = """expected => {
    const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];
    const ended = prompts.length === expected && /\\d/.test(prompts.at(-1).textContent);
    return ended || document.querySelector('[data-mime-type="application/vnd.jupyter.error"]') !== null;
}"""


def find_browser(launcher) -> str | None:
    """The path of a Chromium-like browser: DIGITS_BROWSER, one on the PATH, or playwright's own."""
    candidates = [
        os.environ.get("DIGITS_BROWSER"),
        *map(shutil.which, BROWSERS),
        launcher.chromium.executable_path,
    ]
    return next((path for path in candidates if path and pathlib.Path(path).exists()), None)


@contextlib.contextmanager
def jupyterlab(folder: pathlib.Path, notebooks: pathlib.Path):
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
        "DIGITS_HOME": str(folder / "home"),
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


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The page after Run All Cells on a copy of the notebook that had no outputs."""
    folder = tmp_path_factory.mktemp("jupyterlab")
    notebooks = folder / "notebooks"
    shutil.copytree(
        STEP.notebook.parent,
        notebooks,
        ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"),
    )
    stripped = nbformat.read(notebooks / STEP.file_name, as_version=4)
    for cell in stripped.cells:
        if cell.cell_type == "code":  # whatever the page shows in the end, this run made it
            cell.outputs, cell.execution_count = [], None
    nbformat.write(stripped, notebooks / STEP.file_name)
    with contextlib.ExitStack() as stack:
        launcher = stack.enter_context(playwright.sync_playwright())
        executable = find_browser(launcher)
        if executable is None:
            pytest.skip(
                f"no browser: set DIGITS_BROWSER, or put one of these on the PATH: {', '.join(BROWSERS)}"
            )
        address, token = stack.enter_context(jupyterlab(folder, notebooks))
        browser = launcher.chromium.launch(executable_path=executable, args=BROWSER_ARGUMENTS)
        stack.callback(browser.close)
        shown = browser.new_page(viewport={"width": 1400, "height": 1000})
        shown.set_default_timeout(PAGE_SECONDS * 1000)
        shown.goto(f"{address}lab/tree/{STEP.file_name}?token={token}")
        shown.locator(".jp-CodeCell").first.wait_for()
        shown.locator(
            ".jp-StatusBar-TextItem", has_text="| Idle"
        ).wait_for()  # the kernel has started
        shown.screenshot(path=folder / "opened.png")
        _run_all_cells(shown)
        shown.screenshot(path=folder / "at_the_end.png")
        yield shown


def _run_all_cells(page) -> None:
    """Choose Run > Run All Cells, and wait until the last cell has run or one has failed."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    cells = len(notebook_files.code_cells(STEP))
    page.wait_for_function(NUMBER_OR_ERROR, arg=cells, timeout=RUN_SECONDS * 1000)


def test_all_cells_run_without_an_error(page):
    """A learner would be stopped by a traceback, or frightened by a block of warnings on red ground."""
    errors = page.locator('[data-mime-type="application/vnd.jupyter.error"]').all_inner_texts()
    assert not errors
    assert not page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').all_inner_texts()
    assert page.locator(".jp-Dialog").count() == 0
    folded, *prompts = page.locator(".jp-CodeCell .jp-InputPrompt").all_text_contents()
    assert folded == ""
    assert prompts == [
        f"[{number}]:" for number in range(2, len(notebook_files.code_cells(STEP)) + 1)
    ]


def test_claims_are_confirmed_on_the_page(page):
    """The learner would read claims that the last cells do not bear out."""
    is_sample = (os.environ.get("DIGITS_MNIST") or "sample") == "sample"
    expected = []
    for call in notebook_files.calls(STEP, "check"):
        limited = any(keyword.arg == "only_on_mnist" for keyword in call.keywords)
        word = "not checked on the sample" if limited and is_sample else "confirmed"
        expected.append(f"{word}: {ast.literal_eval(call.args[0])}")
    assert sum(line.startswith("confirmed") for line in expected) >= 5
    printed = "\n".join(page.locator(".jp-OutputArea-output pre").all_inner_texts()).splitlines()
    assert [line for line in printed if line in expected] == expected


def test_figures_are_shown_with_their_captions(page):
    """The learner would see broken images, images wider than the page, or figures without a word on them."""
    figures = notebook_files.figures(STEP)
    images = page.locator(".jp-RenderedImage img")
    assert images.count() == len(figures)
    sizes = images.evaluate_all(
        "all => all.map(img => [img.naturalWidth, img.clientWidth, img.closest('.jp-OutputArea-output').clientWidth])"
    )
    for (natural, shown, available), figure in zip(sizes, figures, strict=True):
        assert natural > 0, figure.name
        assert 300 < shown <= min(natural, available), figure.name
    captions = page.locator(".jp-OutputArea-output.jp-RenderedMarkdown em").all_inner_texts()
    assert len(captions) == len(figures)
    for caption, figure in zip(captions, figures, strict=True):
        assert caption.startswith(figure.caption)


def test_setup_cell_is_folded(page):
    """The first thing that a learner sees would be twenty lines of plumbing."""
    setup = page.locator(".jp-CodeCell").first
    assert setup.locator(".jp-Placeholder").is_visible()
    assert not setup.locator(".cm-content").is_visible()
    assert "fingerprint" in setup.locator(".jp-OutputArea-output").inner_text()


def test_title_is_shown_once(page):
    """The notebook would look like two, and the table of contents beside it would be wrong."""
    titles = page.locator(".jp-MarkdownCell .jp-RenderedMarkdown h1")
    assert [title.strip("¶ ") for title in titles.all_inner_texts()] == [STEP.title]
    assert titles.first.evaluate("element => element.clientHeight") > 0
