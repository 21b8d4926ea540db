"""What the command lines run_all.py, tune.py and draw.py have in common.

Standard library only: they import it before all others, to say in one sentence what is missing.
"""

import argparse
import contextlib
import errno
import io
import os
import sys
from collections.abc import Callable, Iterator
from typing import NoReturn

from . import libraries


@contextlib.contextmanager
def naming_missing_libraries() -> Iterator[None]:
    """Import libraries in this block: where one is missing, the process ends with a sentence that says how to get it.

    What a user has set for other programs' progress bars is set aside: tqdm reads it on import, and may fail by it.

    Raises:
        SystemExit: with that sentence, before the block if a library of requirements.txt is not installed.
    """
    for name in [name for name in os.environ if name.startswith("TQDM_")]:
        del os.environ[name]
    try:
        libraries.ensure()
        yield
    except ModuleNotFoundError as error:
        if error.name is None:  # libraries.ensure has said all of it
            sys.exit(str(error))
        sys.exit(
            f"The library {error.name} is not installed in {sys.executable}. "
            "Install what the series needs with: pip install -r requirements.txt"
        )


def parser(description: str | None) -> argparse.ArgumentParser:
    """A parser that shows a script's own description as it is laid out, and takes no abbreviated options.

    From then on, a character that the terminal or the log cannot show is written as its code instead of ending the
    program: folders and files are called what users like.
    """
    try:
        os.getcwd()
    except FileNotFoundError:
        # The folder that it was started in is gone, and kernels would not start.
        os.chdir(os.path.dirname(os.path.abspath(__file__)))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    return argparse.ArgumentParser(
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def run(main: Callable[[], int]) -> NoReturn:
    """Run a program and end the process with its exit code; also where nobody reads what it prints any more.

    Raises:
        SystemExit: always.
    """
    try:
        code = main()
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:  # as after "| head"
        code = 1
    except OSError as error:
        if error.errno != errno.ENOSPC or error.filename is not None:
            raise
        print(f"What this program prints cannot be written ({error.strerror}).", file=sys.stderr)
        code = 1
    else:
        sys.exit(code)
    # Python would try once more at its end, and complain.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)
