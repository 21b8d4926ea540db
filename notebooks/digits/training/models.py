"""Saving and loading Keras models as artifacts. Imports TensorFlow."""

import json
import pathlib
import zipfile
from typing import Any

from ..store import artifacts, records
from . import augmentation  # noqa: F401  (Keras must know this layer before it meets it in a file)
from .backend import keras

# The oldest date that a zip archive can hold; one fixed date makes equal models equal files.
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def save_model(name: str, model: keras.Model) -> None:
    """Save a Keras model as ``.keras``; equal models give equal bytes."""
    with records.recorded_write(name) as temporary:
        model.save(temporary)
        _make_reproducible(temporary)


def load_model(name: str) -> keras.Model:
    """The Keras model of a ``.keras`` artifact, made first where missing or stale.

    Raises:
        ArtifactError: the file was changed by something else, or could not be made.
    """
    return keras.models.load_model(artifacts.ensure(name))


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
