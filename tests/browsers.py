"""A real browser for the tests that need one."""

import os
import pathlib
import shutil

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
# No telemetry, no component updates: the test must not need a network.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


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
