"""Where the shared folders are, and the one way in which files are written into them.

The environment variable ``DIGITS_HOME`` moves ``data/`` and ``figures/`` to another folder; ``DIGITS_PROGRESS=0``
silences progress lines, which are meant for a person at a screen.
"""

import contextlib
import errno
import os
import pathlib
import shutil
import tempfile
import time
from collections.abc import Iterator

NOTEBOOKS_FOLDER = pathlib.Path(__file__).resolve().parents[2]
# What a file is called while it is written, and after how many seconds nobody writes it any more.
_UNFINISHED, _ABANDONED_AFTER = ".writing-", 3600
# Errors that come from the disk or its permissions, not from what was to be written.
_OF_FULL_DISKS = {errno.EDQUOT, errno.EFBIG, errno.ENOSPC}
_OF_DISKS = _OF_FULL_DISKS | {
    *(errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO, errno.ENOENT, errno.ENAMETOOLONG),
}
_HARDLY_ANYTHING = 100_000  # bytes; a disk with less is full


class WorkspaceError(RuntimeError):
    """A folder of the workspace cannot be used; the message says what to do."""


def home() -> pathlib.Path:
    """The folder that holds ``data/`` and ``figures/``: ``DIGITS_HOME``, or the folder of this checkout.

    Raises:
        WorkspaceError: ``DIGITS_HOME`` cannot be a folder.
    """
    # Who copies a path brings blanks and quotes with it.
    moved = os.environ.get("DIGITS_HOME", "").strip().strip("\"'")
    return absolute("DIGITS_HOME", moved) if moved else NOTEBOOKS_FOLDER.parent


def absolute(variable: str, path: str) -> pathlib.Path:
    """The path that an environment variable names, absolute, with ``~`` replaced.

    Raises:
        WorkspaceError: there is no such user, links lead in circles, or the name is too long.
    """
    try:
        found = pathlib.Path(path).expanduser().resolve()
        with contextlib.suppress(PermissionError):  # who reads or writes there says so
            found.exists()
    except (OSError, RuntimeError, ValueError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or str(error).rstrip(".")
        raise WorkspaceError(
            f"The environment variable {variable}, which is {path}, names no usable path ({reason}). Correct or unset "
            "it."
        ) from error
    return found


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
        WorkspaceError: the folder cannot be created or written to, or its disk is full.
    """
    path = pathlib.Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(path.parent)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=_UNFINISHED, suffix=path.suffix)
        os.close(handle)
    except OSError as error:
        raise WorkspaceError(_cannot_be_written(path, error)) from error
    temporary = pathlib.Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())  # mkstemp makes files for its owner only
        temporary.replace(path)
    except Exception as error:
        if _is_the_disks_fault(error, temporary):
            raise WorkspaceError(_cannot_be_written(path, error, temporary)) from error
        raise
    finally:
        with contextlib.suppress(OSError):  # it went with its disk, or Windows still reads it
            temporary.unlink(missing_ok=True)


def _remove_abandoned(folder: pathlib.Path) -> None:
    """Remove what processes that were killed left half-written."""
    for file in folder.glob(f"{_UNFINISHED}*"):
        with contextlib.suppress(OSError):  # another process may be quicker
            if time.time() - file.stat().st_mtime > _ABANDONED_AFTER:
                file.unlink()


def _is_the_disks_fault(error: Exception, temporary: pathlib.Path) -> bool:
    """Whether writing failed, and not what was to be written: HDF5 and zip say so in errors of their own."""
    if isinstance(error, OSError) and error.errno in _OF_DISKS:
        named = error.filename
        return named is None or pathlib.Path(str(named)).parent == temporary.parent
    try:
        return shutil.disk_usage(temporary.parent).free < _HARDLY_ANYTHING
    except OSError:
        return True


def is_full(folder: pathlib.Path, error: BaseException) -> bool:
    """Whether an error came of a full disk, or of a limit on files; or the folder's disk is full, whatever it says."""
    if getattr(error, "errno", None) in _OF_FULL_DISKS:
        return True
    with contextlib.suppress(OSError):
        return shutil.disk_usage(folder).free < _HARDLY_ANYTHING
    return False


def _cannot_be_written(
    path: pathlib.Path, error: Exception, temporary: pathlib.Path | None = None
) -> str:
    """A sentence on a file that could not be written: why, how large it had become, and what to do."""
    reason = (isinstance(error, OSError) and error.strerror) or str(error).strip()
    elsewhere = "set the environment variable DIGITS_HOME to a folder"
    if "DIGITS_HOME" in os.environ:
        elsewhere = f"let DIGITS_HOME, which is {home()}, name a folder"
    with contextlib.suppress(OSError):
        disk = next(place for place in (path.parent, *path.parents) if place.exists())
        free = shutil.disk_usage(disk).free
        if is_full(disk, error):
            written = temporary.stat().st_size if temporary else 0
            return (
                f"{shown(path)} cannot be written ({reason}): {written / 1e6:.1f} MB of it were written, and the disk "
                f"of {disk} has {free / 1e6:.1f} MB left. Free some space, or {elsewhere} on another disk; data/ and "
                "figures/ are then kept there."
            )
    return (
        f"{shown(path)} cannot be written ({reason}). Make its folder writable, or {elsewhere} that is; data/ and "
        "figures/ are then kept there."
    )


def _umask() -> int:
    """The permissions that new files do not get (Python can only read them by setting them)."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
