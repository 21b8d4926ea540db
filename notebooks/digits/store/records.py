"""The record beside each artifact: what the file holds, who wrote it, and what it was made from.

An artifact ``data/NAME`` has its record in ``data/NAME.json``: its SHA-256, the step that wrote it, the dataset's
fingerprint, the hashes of the step's input artifacts, library versions. :mod:`digits.store.artifacts` saves and loads.
"""

import contextlib
import hashlib
import json
import pathlib
from collections.abc import Iterator
from typing import Any

import filelock

from .. import series
from ..basics import coming, libraries
from ..basics.workspace import data_folder, shown, shows_progress, write_atomically
from ..dataset import mnist

RECORDED_LIBRARIES = ("keras", "numpy", "pandas", "scikit-learn", "tensorflow")


class ArtifactError(RuntimeError):
    """An artifact is damaged, or could not be made; the message says what to do."""


def folder() -> pathlib.Path:
    """Where the artifacts of the dataset in use are: ``data/``, and for the sample ``data/sample/``."""
    return data_folder() / "sample" if mnist.load().is_sample else data_folder()


@contextlib.contextmanager
def recorded_write(name: str) -> Iterator[pathlib.Path]:
    """Write an artifact and its record; the artifact appears whole or not at all.

    The record comes first and names both the new hash and the one it replaces. If the process ends between the
    two, the file on disk is recognised as the earlier version and made again, not taken for damaged. A file that
    this series did not write may be somebody's work: it is not replaced. What the record names as inputs is waited for,
    if a notebook of the same run has still to write it.

    Raises:
        ArtifactError: there is a file that the series did not write.
        WorkspaceError: the folder cannot be written to, or its disk is full.
    """
    step, path = series.writer(name), folder() / name
    for needed in step.reads:  # the record names them
        coming.wait_for(needed)
    if path.exists():
        verify(path)
    found = _sha256_if_there(path)
    with contextlib.ExitStack() as until_it_is_there, write_atomically(path) as temporary:
        yield temporary
        # Another process may write the same artifact: file and record must be of one of the two.
        until_it_is_there.enter_context(_lock())
        replaced = _sha256_if_there(path)
        if replaced not in (found, sha256_of(temporary)) and shows_progress():
            print(f"Another process wrote {shown(path)} at the same time; this one replaces it.")
        record = {
            "artifact": name,
            "sha256": sha256_of(temporary),
            "previous_sha256": replaced,
            "step": step.number,
            "version": step.version,
            "dataset": {"name": mnist.load().name, "fingerprint": mnist.load().fingerprint},
            "inputs": input_hashes(step),
            "libraries": {library: libraries.version(library) for library in RECORDED_LIBRARIES},
        }
        with write_atomically(_record_path(path)) as temporary_record:
            temporary_record.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    coming.written(name)


def _lock() -> filelock.BaseFileLock:
    """Held while a file and its record change together, which takes milliseconds."""
    return filelock.FileLock(folder() / ".writing.lock", timeout=60)


def _at_rest(path: pathlib.Path) -> tuple[dict | None, str]:
    """The record of an artifact and the hash of its file, when no process is between writing the two."""
    with contextlib.ExitStack() as waiting:
        with contextlib.suppress(OSError):  # where nobody may write, nobody does
            waiting.enter_context(_lock())
        return _read(path), sha256_of(path)


def verify(path: pathlib.Path) -> dict:
    """The record of an existing artifact; :class:`ArtifactError` if the file is not what its record says."""
    record, sha256 = _read(path), sha256_of(path)
    if record is None or not _describes(record, sha256):
        record, sha256 = _at_rest(path)
    record_name = _record_path(path).name
    if record is None:
        found = (
            f"{shown(path)} has no readable record {record_name} beside it that says what it holds"
        )
    elif not _describes(record, sha256):
        found = f"{shown(path)} was changed after it was written: its SHA-256 is not the one in {record_name}"
    else:
        return record
    number = series.writer(path.relative_to(folder()).as_posix()).number
    raise ArtifactError(
        f"{found}. It is kept as it is. Delete it or move it away, then run notebook {number} to make it again."
    )


def is_unfinished(path: pathlib.Path) -> bool:
    """Whether a record is newer than its file: the process that wrote both has ended in between."""
    if verify(path)["sha256"] == sha256_of(path):
        return False
    record, sha256 = _at_rest(path)
    return record is not None and record["sha256"] != sha256


def _describes(record: dict, sha256: str) -> bool:
    return sha256 in (record["sha256"], record["previous_sha256"])


def _record_path(path: pathlib.Path) -> pathlib.Path:
    return path.with_name(path.name + ".json")


def _read(path: pathlib.Path) -> dict | None:
    """The record beside an artifact; None if there is none or it is not one of ours."""
    try:
        record = json.loads(_record_path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return record if _is_one_of_ours(record) else None


def _is_one_of_ours(record: Any) -> bool:
    """Whether a record has all that is read of it."""
    if not isinstance(record, dict):
        return False
    dataset, made_with = record.get("dataset"), record.get("libraries")
    return (
        isinstance(record.get("sha256"), str)
        and {"previous_sha256", "version"} <= record.keys()
        and isinstance(record.get("inputs"), dict)
        and isinstance(dataset, dict)
        and {"name", "fingerprint"} <= dataset.keys()
        and isinstance(made_with, dict)
        and set(RECORDED_LIBRARIES) <= made_with.keys()
    )


def input_hashes(step: series.Step) -> dict[str, str]:
    """The recorded SHA-256 of each artifact that a step reads, as far as they are there."""
    records = {name: _read(folder() / name) for name in step.reads}
    return {name: record["sha256"] for name, record in records.items() if record}


def _sha256_if_there(path: pathlib.Path) -> str | None:
    return sha256_of(path) if path.exists() else None


_hash_cache: dict[tuple, str] = {}


def sha256_of(path: pathlib.Path) -> str:
    """SHA-256 of a file; read again only when its size or time of change differs."""
    status = path.stat()
    key = (path, status.st_size, status.st_mtime_ns, status.st_ino)
    if key not in _hash_cache:
        with open(path, "rb") as file:
            _hash_cache[key] = hashlib.file_digest(file, "sha256").hexdigest()
    return _hash_cache[key]
