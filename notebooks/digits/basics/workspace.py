"""Where the shared folders are, and the one way in which files are written into them.

The environment variable ``DIGITS_HOME`` moves ``data/`` and ``figures/`` to another folder; ``DIGITS_PROGRESS=0``
silences progress lines, which are meant for a person at a screen.
"""

import contextlib
import os
import pathlib
import tempfile
from collections.abc import Iterator

NOTEBOOKS_FOLDER = pathlib.Path(__file__).resolve().parents[2]


class WorkspaceError(RuntimeError):
    """A folder of the workspace cannot be used; the message says what to do."""


def home() -> pathlib.Path:
    """The folder that holds ``data/`` and ``figures/``: ``DIGITS_HOME``, or the folder of this checkout."""
    moved = os.environ.get("DIGITS_HOME")
    return pathlib.Path(moved).expanduser().resolve() if moved else NOTEBOOKS_FOLDER.parent


def data_folder() -> pathlib.Path:
    """The folder of everything that the series downloads or generates, except figures."""
    return home() / "data"


def shown(path: pathlib.Path) -> str:
    """``path`` as messages name it: relative to :func:`home` where it lies inside, with forward slashes."""
    with contextlib.suppress(ValueError):
        return path.relative_to(home()).as_posix()
    return str(path)


def shows_progress() -> bool:
    """Whether progress lines and bars are wanted: yes, unless ``DIGITS_PROGRESS`` is ``0``."""
    return os.environ.get("DIGITS_PROGRESS", "1") != "0"


@contextlib.contextmanager
def write_atomically(path: pathlib.Path) -> Iterator[pathlib.Path]:
    """Write ``path`` completely or not at all.

    Yields a temporary path in the same folder, with the same ending. When the block ends well, that file takes
    the place of ``path`` in one step; when it does not, ``path`` stays as it was and the temporary file is removed.

    Raises:
        WorkspaceError: the folder cannot be created or written to.
    """
    path = pathlib.Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-", suffix=path.suffix)
    except OSError as error:
        raise WorkspaceError(
            f"{shown(path)} cannot be written ({error.strerror or error}). Make its folder writable, or set the "
            "environment variable DIGITS_HOME to a folder that is; data/ and figures/ are then kept there."
        ) from error
    os.close(handle)
    temporary = pathlib.Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())  # mkstemp makes files for its owner only
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    """The permissions that new files do not get (Python can only read them by setting them)."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
