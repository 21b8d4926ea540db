"""A real browser for the tests that need one."""

import contextlib
import functools
import http.server
import os
import pathlib
import shutil
import threading
from collections.abc import Iterator

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
# No telemetry, no component updates: the test must not need a network.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


# A 7 in shares of a drawing area.
SEVEN = [(0.28, 0.22), (0.5, 0.22), (0.72, 0.22), (0.62, 0.45), (0.52, 0.65), (0.44, 0.85)]


def draw(page, points) -> None:
    """Draw one stroke through these places of the page's draw pad with the mouse."""
    box = page.locator(".digits-canvas").bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=5)
    page.mouse.up()


def find(launcher) -> str | None:
    """The path of a Chromium-like browser: DIGITS_BROWSER, one on the PATH, or playwright's own."""
    candidates = [
        os.environ.get("DIGITS_BROWSER"),
        *map(shutil.which, NAMES),
        launcher.chromium.executable_path,
    ]
    return next((path for path in candidates if path and pathlib.Path(path).exists()), None)


def launch(launcher):
    """The browser, started without a window; the test is skipped, with the reason, where there is none."""
    executable = find(launcher)
    if executable is None:
        pytest.skip(
            f"no browser: set DIGITS_BROWSER, or put one of these on the PATH: {', '.join(NAMES)}"
        )
    return launcher.chromium.launch(executable_path=executable, args=ARGUMENTS)


@contextlib.contextmanager
def launched() -> Iterator:
    """A browser without a window, closed in the end."""
    from playwright.sync_api import sync_playwright  # here, because most tests need none

    with sync_playwright() as launcher:
        browser = launch(launcher)
        yield browser
        browser.close()


def watch(page, address: str, wrong: list[str], *kinds: str) -> None:
    """Note what goes wrong on a page: errors, what its console says of these kinds, and what it asks others for."""
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: said.type in kinds and wrong.append(said.text))
    page.on(
        "request",
        lambda asked: asked.url.startswith((address, "data:", "blob:")) or wrong.append(asked.url),
    )


class _Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments) -> None:
        pass


@contextlib.contextmanager
def served(folder: pathlib.Path) -> Iterator[str]:
    """The address at which a plain file server gives a folder's files."""
    handler = functools.partial(_Silent, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
