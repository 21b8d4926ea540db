"""Where a search is kept: a file, a database or a journal, and what is said when one of them fails.

Whatever goes wrong there, on opening or later, becomes a :class:`StudyError` where it happens. Optuna may raise other
errors on top of it, but the cause stays in their chain.
"""

import contextlib
import pathlib
import re
import time
import warnings
from typing import Any

import optuna
import sqlalchemy
from optuna.exceptions import ExperimentalWarning, StorageInternalError
from optuna.storages import (
    BaseStorage,
    JournalStorage,
    RDBStorage,
    RetryHeartbeatStaleTrialCallback,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from ..basics import workspace
from ..store import records
from .failures import JOURNAL_SUFFIX, StudyError, failure, reason_of
from .journals import Journal

optuna.logging.set_verbosity(optuna.logging.ERROR)

# Each worker tells a database every so many seconds that it is alive, and is taken for dead after so many.
HEARTBEAT, GRACE_PERIOD = 5, 30
# What the packages of databases' drivers are called, where it is not the driver's own name.
_PACKAGES = {
    "psycopg": "psycopg[binary]",
    "psycopg2": "psycopg2-binary",
    "mysqldb": "mysqlclient",
    "mysqlconnector": "mysql-connector-python",
}


def open_storage(address: str | None) -> BaseStorage:
    """The storage at an address as :func:`digits.search.studies.open_study` takes it; new, if there is none.

    Raises:
        StudyError: the address is not one of these, or what it leads to cannot be used.
    """
    if not address:
        return _database(_address_of(_default_file()), shown(None))
    if "://" in address:
        return _database(address, shown(address))
    if pathlib.PurePath(address).suffix != JOURNAL_SUFFIX:
        raise StudyError(
            f"{address} is neither a database's address, such as sqlite:///study.db, nor a journal's path, which ends "
            f"in {JOURNAL_SUFFIX}."
        )
    try:
        return JournalStorage(Journal(address))
    except (AssertionError, LookupError, TypeError, ValueError) as error:
        raise StudyError(
            f"The journal {address} holds what Optuna {optuna.__version__} does not understand, perhaps because "
            "another version wrote it: name another place with --storage, or use the version that it is from."
        ) from error


def shown(address: str | None) -> str:
    """A storage's address as messages name it: without a password."""
    if not address:
        return workspace.shown(_default_file())
    # By hand, because addresses that cannot be understood must not show it either.
    return re.sub(r"(://[^:/@]*):.*@", r"\1:***@", address)


def _default_file() -> pathlib.Path:
    return records.folder() / "tuning" / "study.db"


def _address_of(file: pathlib.Path) -> str:
    """A file's address as a database; its folder is made."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise failure(workspace.shown(file), file, error) from error
    # Not put together by hand: a folder's name may hold what means something in an address.
    return sqlalchemy.URL.create("sqlite", database=str(file)).render_as_string()


# ---------------------------------------------------------------- databases


class _Database(RDBStorage):
    def record_heartbeat(self, trial_id: int) -> None:
        # It has a thread of its own, where an error could not be caught. The trial will meet the same one.
        with contextlib.suppress(StorageInternalError, SQLAlchemyError):
            super().record_heartbeat(trial_id)


def _database(address: str, name: str) -> BaseStorage:
    try:
        url = sqlalchemy.make_url(address)
        driver = url.get_dialect().driver
    except (SQLAlchemyError, ValueError) as error:
        raise StudyError(
            f"{name} cannot be used as a database's address ({reason_of(error)}): write it like "
            "sqlite:///study.db or postgresql+psycopg://user:password@host/database."
        ) from error
    file = _file_of(url)
    if file and "?" in address and not url.query:
        raise StudyError(
            f"{name} has a question mark in a file's path, and in an address it ends the path: "
            "write %3F instead, and %25 for a percent sign."
        )
    # Two workers that make the tables of a new database at the same moment get into each other's way: try again.
    waits = [1, 2]  # seconds
    while True:
        try:
            return _connected(address, name, file)
        except ImportError as error:
            raise StudyError(
                f"The study in {name} cannot be used, because the driver {driver} is not installed: "
                f"install it with pip install {_quoted(_PACKAGES.get(driver, driver))}."
            ) from error
        except (SQLAlchemyError, StorageInternalError) as error:
            if not waits:
                raise failure(name, file, error) from error
            time.sleep(waits.pop(0))
        except RuntimeError as error:  # the tables are not those of this version
            raise StudyError(_made_by_another_version(address, name, error)) from error


def _connected(address: str, name: str, file: pathlib.Path | None) -> BaseStorage:
    # SQLite refuses at once when another process writes, unless it is told to wait.
    options = {"connect_args": {"timeout": 60}} if address.startswith("sqlite") else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)  # for years now
        storage = _Database(
            address.replace("{", "{{").replace("}", "}}"),  # Optuna takes it for a template
            engine_kwargs=options,
            heartbeat_interval=HEARTBEAT,
            grace_period=GRACE_PERIOD,
            heartbeat_stale_trial_callback=RetryHeartbeatStaleTrialCallback(),
        )

    def told(context: Any) -> StudyError | None:
        error = context.sqlalchemy_exception
        # Optuna itself deals with two workers that write the same.
        if isinstance(error, IntegrityError) or not isinstance(error, DBAPIError):
            return None
        return failure(name, file, error)

    sqlalchemy.event.listen(storage.engine, "handle_error", told)
    return storage


def _file_of(url: Any) -> pathlib.Path | None:
    """The file of an SQLite database that lies in one."""
    is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    return pathlib.Path(url.database).absolute() if is_file and "uri" not in url.query else None


def _made_by_another_version(address: str, name: str, error: RuntimeError) -> str:
    by = re.search(r"set up by optuna ([\w.+]+)\)", str(error))
    if "storage upgrade" in str(error):
        remedy = (
            f"bring it to this one with: optuna storage upgrade --storage {_quoted(shown(address))}"
        )
    else:
        remedy = "install a newer Optuna."
    return (
        f"The study in {name} was made by another version of Optuna ({by[1] if by else 'unknown'}; this is "
        f"{optuna.__version__}): name another place with --storage, or {remedy}"
    )


def _quoted(word: str) -> str:
    """A word as shells take it for one."""
    return word if re.fullmatch(r"[\w:/.@+-]+", word) else f'"{word}"'
