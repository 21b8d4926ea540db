"""A search kept in a journal: a file of one line per step, to which all workers append."""

import contextlib
import json
import os
import pathlib
from collections.abc import Generator, Iterator
from typing import Any

from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

from .failures import StudyError, failure

_BEGINNING_OF_A_RECORD = b'{"op_code"'


class Journal(JournalFileBackend):
    """A journal that neither a worker that is killed while it writes nor a full disk can spoil for the others."""

    def __init__(self, address: str) -> None:
        self._address, self._path = address, pathlib.Path(address).expanduser().absolute()
        # Unlike a symbolic link, this lock needs no special rights on Windows.
        self._guard = JournalFileOpenLock(str(self._path))
        with self._told():
            super().__init__(str(self._path), self._guard)
        with self._alone():
            self._mend()

    def read_logs(self, log_number_from: int) -> Generator[dict[str, Any], None, None]:
        """The records from a number on; :class:`StudyError` if the file cannot be read."""
        with self._told():
            yield from super().read_logs(log_number_from)

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Append records, all of them or none; :class:`StudyError` if the file cannot be written."""
        text = "".join(json.dumps(log, separators=(",", ":")) + "\n" for log in logs)
        with self._alone():
            size = self._mend_the_end()
            try:
                with open(self._path, "ab") as file:
                    file.write(text.encode())
                    file.flush()
                    os.fsync(file.fileno())
            except OSError:
                with contextlib.suppress(OSError):
                    os.truncate(self._path, size)  # nothing, rather than half a line
                raise

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """No other worker writes during this block."""
        with self._told():
            self._guard.acquire()
            try:
                yield
            finally:
                self._guard.release()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except ValueError as error:
            raise StudyError(self._damaged("a line")) from error
        except (OSError, RuntimeError) as error:  # the second one, if the lock cannot be removed
            raise failure(self._address, self._path, error) from error

    def _mend(self) -> None:
        """Cut off a last line that is no record; refuse a file with such a line elsewhere."""
        *lines, rest = self._path.read_bytes().split(b"\n")
        if rest:
            lines.append(rest)
        broken = [number for number, line in enumerate(lines) if not _is_record(line)]
        if rest and not broken:
            broken = [len(lines) - 1]  # whole by chance, but for the end of the line
        if not broken:
            return
        if broken != [len(lines) - 1] or not (
            broken[0] or _BEGINNING_OF_A_RECORD.startswith(lines[0][:10])
        ):
            raise StudyError(self._damaged(f"line {broken[0] + 1}"))
        self._cut(sum(len(line) + 1 for line in lines[:-1]))

    def _mend_the_end(self) -> int:
        """Cut off a last line that has no end; the journal's size then, in bytes."""
        with open(self._path, "rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(size - 1, 0))
            if file.read() in (b"", b"\n"):
                return size
            file.seek(0)
            whole_lines = file.read().rfind(b"\n") + 1
        self._cut(whole_lines)
        return whole_lines

    def _cut(self, size: int) -> None:
        os.truncate(self._path, size)
        print(
            f"The last line of {self._address} was cut off, because a worker had not written it to its end; all lines "
            "before it are kept."
        )

    def _damaged(self, where: str) -> str:
        return (
            f"{self._address} cannot be used as a journal, because {where} of it is not a journal's, or is damaged: "
            "name another place with --storage, or, if it is a journal, mend that line while no worker runs."
        )


def _is_record(line: bytes) -> bool:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(record, dict) and "op_code" in record
