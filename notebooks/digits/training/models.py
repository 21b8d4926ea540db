"""Saving and loading Keras models as artifacts. Imports TensorFlow."""

import json
import pathlib
import time
import zipfile
from typing import Any

from ..basics.workspace import WorkspaceError, shown
from ..store import artifacts, records
from . import augmentation  # noqa: F401  (Keras must know this layer before it meets it in a file)
from .backend import keras

# The oldest date that a zip archive can hold; one fixed date makes equal models equal files.
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def save_model(name: str, model: keras.Model) -> None:
    """Save a Keras model as ``.keras``; equal models give equal bytes.

    Raises:
        WorkspaceError: it cannot be written, also because the computer's clock has stopped long ago.
    """
    with records.recorded_write(name) as temporary:
        try:
            model.save(temporary)
        except ValueError as error:
            if "1980" not in str(error):
                raise
            today = time.strftime("%Y-%m-%d", time.localtime())
            raise WorkspaceError(
                f"{name} cannot be saved: this computer's clock says that it is the date {today}, and Keras's files "
                "hold none before 1980. Set the clock."
            ) from error
        _make_reproducible(temporary)


def load_model(name: str) -> keras.Model:
    """The Keras model of a ``.keras`` artifact, made first where missing, stale, or unreadable for this Keras.

    Raises:
        ArtifactError: the file was changed by something else, could not be made, or still cannot be read.
    """
    path = artifacts.ensure(name)
    try:
        return keras.models.load_model(path)
    except Exception as error:  # what another version, or junk, raises cannot be foreseen
        reason = f"Keras {keras.__version__} cannot read {shown(path)} ({_first_line(error)})"
    path = artifacts.make_again(name, reason)
    try:
        return keras.models.load_model(path)
    except Exception as error:
        made = artifacts.provenance(name)["libraries"]["keras"]
        raise records.ArtifactError(
            f"{shown(path)} was made again, by Keras {made}, and Keras {keras.__version__} still cannot read it "
            f"({_first_line(error)}). It is kept as it is. Install requirements.txt into this environment, delete "
            "the file, and run again."
        ) from error


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def _make_reproducible(path: pathlib.Path) -> None:
    """Rewrite a ``.keras`` archive without what differs between equal models: dates and memory addresses."""
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in sorted(archive.namelist())}
    metadata, config = json.loads(contents["metadata.json"]), json.loads(contents["config.json"])
    metadata.pop("date_saved", None)
    _number_shared_objects(config, {})
    contents["metadata.json"] = json.dumps(metadata).encode()
    contents["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_DATE), content)


def _number_shared_objects(config: Any, numbers: dict[int, int]) -> None:
    """Replace the addresses by which Keras tells shared objects apart by 1, 2, 3, ... in order of appearance."""
    if isinstance(config, dict):
        if "shared_object_id" in config:
            address = config["shared_object_id"]
            config["shared_object_id"] = numbers.setdefault(address, len(numbers) + 1)
        for value in config.values():
            _number_shared_objects(value, numbers)
    elif isinstance(config, list):
        for value in config:
            _number_shared_objects(value, numbers)
