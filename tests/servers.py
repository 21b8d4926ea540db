"""A real PostgreSQL server for the tests of shared searches."""

import contextlib
import itertools
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile

import pytest
import sqlalchemy

# Set where a server must be there, as in .ci/run: without one the tests then fail instead of being skipped.
NEEDED = "DIGITS_NEEDS_POSTGRESQL"


class Server:
    """A PostgreSQL server of its own, in a temporary folder and on a free port of this computer."""

    def __init__(self, programs: pathlib.Path) -> None:
        self._program = programs
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix="digits-server-"))
        self._options: dict = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        if os.geteuid() == 0:  # which the server refuses to run as
            os.chown(self._folder, 65534, 65534)
            self._options |= {"user": 65534, "group": 65534}
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            self._port = unused.getsockname()[1]
        self._numbers = itertools.count()
        self._control("init", "-o", "-U digits -A trust")

    def start(self) -> None:
        """Start it; returns when it takes connections."""
        where = f"-h 127.0.0.1 -p {self._port} -k {self._folder}"
        self._control("start", "-w", "-l", str(self._folder / "log"), "-o", where)

    def stop(self) -> None:
        """End it at once, as a power cut does."""
        self._control("stop", "-m", "immediate")

    def remove(self) -> None:
        """Stop it, if it runs, and delete its folder."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self.stop()
        shutil.rmtree(self._folder)

    def new_database(self) -> str:
        """The address of a database that nobody has used."""
        name = f"digits_{next(self._numbers)}"
        engine = sqlalchemy.create_engine(
            self._address("postgres"), isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool
        )
        with engine.connect() as connection:
            connection.execute(sqlalchemy.text(f"create database {name}"))
        return self._address(name)

    def _address(self, database: str) -> str:
        return f"postgresql+psycopg://digits:secret@127.0.0.1:{self._port}/{database}"

    def _control(self, action: str, *arguments: str) -> None:
        command = [str(self._program), action, "-D", str(self._folder / "data"), *arguments]
        subprocess.run(command, check=True, cwd=self._folder, **self._options)


def new_server() -> Server:
    """A server that runs; skips the test, with a sentence, where none is installed."""
    found = shutil.which("pg_ctl") or max(
        pathlib.Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), default=None
    )
    if found is None or os.name == "nt":
        missing = "no PostgreSQL server is installed here: install the package postgresql"
        (pytest.fail if os.environ.get(NEEDED) else pytest.skip)(missing)
    server = Server(pathlib.Path(found))
    server.start()
    return server
