"""What is said when the storage of a search fails: the real cause, and what to do.

Drivers, SQLAlchemy and Optuna wrap errors in errors; here the innermost is found.
"""

import errno
import pathlib
import sqlite3

from optuna.exceptions import StorageInternalError

from ..basics import workspace

JOURNAL_SUFFIX = ".journal"
_OF_RIGHTS = {errno.EACCES, errno.EPERM, errno.EROFS}
_OF_RIGHTS_IN_SQLITE = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}


class StudyError(StorageInternalError):
    """A study's storage cannot be used; the message says why, and what to do.

    As Optuna's own error of that kind, it lets Optuna try once more what a database in trouble refused.
    """


def failure(name: str, file: pathlib.Path | None, error: BaseException) -> StudyError:
    """What is wrong with a storage, as its driver or the system says, and what to do."""
    return StudyError(
        f"The study in {name} cannot be used ({reason_of(error)}): {_advice(file, _cause(error))}."
    )


def _cause(error: BaseException) -> BaseException:
    """The driver's or the system's own error; what Optuna and SQLAlchemy make of it hides why it happened."""
    if original := getattr(error, "orig", None):
        return original
    if isinstance(error, StorageInternalError | RuntimeError) and error.__context__:
        return _cause(error.__context__)
    return error


def reason_of(error: BaseException) -> str:
    """The first line of what the driver or the system said."""
    cause = _cause(error)
    return next(iter(str(cause).strip().splitlines()), type(cause).__name__)


def _advice(file: pathlib.Path | None, cause: BaseException) -> str:
    elsewhere = "or name another place with --storage"
    kept = "finished trials are kept, and the one in work is run again"
    if file and file.suffix == JOURNAL_SUFFIX:  # which does not know by itself who is gone
        kept += " by a worker with --give-up-after"
    if file is None:
        return f"check the address, and that the database runs, then start again; {kept}"
    place = next(folder for folder in file.parents if folder.exists())
    if file.is_dir() or place.is_file():
        return f"name a file in a folder, and {file if file.is_dir() else place} is something else"
    sqlite_code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    if sqlite_code == sqlite3.SQLITE_FULL or workspace.is_full(place, cause):
        return f"free some space on the disk of the folder {place}, then start again; {kept}"
    if getattr(cause, "errno", None) in _OF_RIGHTS:
        return f"make the folder {place} and the files in it writable, {elsewhere}"
    if place != file.parent:
        return f"create the folder {file.parent}, {elsewhere}"
    if not file.exists() and sqlite_code != sqlite3.SQLITE_CANTOPEN:
        return f"{file} is not there any more; put it back, {elsewhere}"
    if sqlite_code in _OF_RIGHTS_IN_SQLITE:
        return f"make the folder {place} and the files in it writable, {elsewhere}"
    return f"look whether {file} is a study and whole, {elsewhere}"
