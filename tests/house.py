"""Check everything that can be checked without running the series: style, layout, type hints, spelling.

    python tests/house.py

All tools work side by side; their settings stand in pyproject.toml. What a tool finds is shown, and the exit code is 1.
"""

import concurrent.futures
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
# What is read by people: data/ holds much else, once the series has run.
TEXTS = (
    "README.md",
    "CONTRIBUTING.md",
    "data/README.md",
    "docs",
    "pyproject.toml",
    "requirements.txt",
    "environment.yml",
    "conftest.py",
    "notebooks",
    "tests",
    "benchmarks",
)
TOOLS = {
    "ruff check": ("ruff", "check", "--quiet", "."),
    "ruff format": ("ruff", "format", "--check", "."),
    "mypy": ("mypy", "--no-error-summary"),
    "codespell": ("codespell_lib", *TEXTS),
}


def run(tool: tuple[str, ...], folder: pathlib.Path = ROOT) -> tuple[int, str, float]:
    """Run a tool, a Python module with its arguments, in a folder; its exit code, what it wrote, and its seconds."""
    started = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, "-m", *tool],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    return ended.returncode, ended.stdout.strip(), time.perf_counter() - started


def main(tools: dict[str, tuple[str, ...]] = TOOLS) -> int:
    """Run all tools side by side and show what they find; the process's exit code, 0 if they find nothing."""
    failed = False
    with concurrent.futures.ThreadPoolExecutor(len(tools)) as pool:
        for name, (code, output, seconds) in zip(tools, pool.map(run, tools.values()), strict=True):
            print(f"{name:<12} {'FAILED' if code else 'passed'} {seconds:6.1f} s", flush=True)
            if code:
                failed = True
                print(f"\n{output}\n", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
