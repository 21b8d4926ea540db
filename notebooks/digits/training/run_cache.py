"""Finished training runs, kept in ``data/cache/`` under a key made of everything that they depend on.

A file there is found again only while network, seed, data, settings and library versions are the same, so nothing in
it is ever stale. The folder may be deleted at any time: its runs are then trained again.
"""

import hashlib
import json
import pathlib
import platform
import re
from typing import Any

import numpy as np
import pandas as pd

from ..basics import libraries
from ..basics.workspace import write_atomically
from ..store import records

# Raise it when a change of the training code changes what a run gives: earlier runs are then not found any more.
_VERSION = 2
_LIBRARIES = ("keras", "numpy", "tensorflow")
# Where a Keras configuration holds names of layers, as in the connections of a functional model.
_KEYS_OF_NAMES = {"name", "keras_history", "input_layers", "output_layers"}


def file_of(
    model: Any, start: list[np.ndarray], seed: int, plan: dict, data: list[str]
) -> pathlib.Path:
    """Where the run of a model is kept.

    Args:
        model: a compiled Keras model.
        start: its weights and all other numbers that training starts from.
        seed: decides the run's shuffling.
        plan: how it is trained, in values that JSON knows.
        data: the :func:`digest` of each array that it is trained and validated with.
    """
    config = model.get_config()
    layers = [layer["config"]["name"] for layer in config.get("layers", [])]
    names = {name: f"layer {number}" for number, name in enumerate(layers)}
    names |= {model.name: "network", model.optimizer.name: "optimizer"}
    description = {
        "version": _VERSION,
        "network": _without_chance(config, names),
        "compiled": _without_chance(model.get_compile_config(), names),
        "start": [digest(array) for array in start],
        "seed": seed,
        "plan": plan,
        "data": data,
        "processor": platform.machine(),
        "libraries": {name: libraries.version(name) for name in _LIBRARIES},
    }
    text = json.dumps(description, sort_keys=True, default=repr)
    key = hashlib.sha256(text.encode()).hexdigest()[:16]
    name = re.sub(r"_\d+$", "", model.name)  # Keras counts networks that were given no name
    return records.folder() / "cache" / f"{name}-seed-{seed}-{key}.npz"


def write(file: pathlib.Path, weights: list[np.ndarray], history: pd.DataFrame) -> None:
    """Keep a run: the file appears whole or not at all.

    Args:
        file: from :func:`file_of`.
        weights: one array per array of the network's weights, float32, shape (epochs kept, *shape of the weights).
        history: one row per epoch, one column per measure.

    Raises:
        WorkspaceError: the folder cannot be created or written to.
    """
    arrays = {f"weights_{index:03}": array for index, array in enumerate(weights)}
    arrays |= {f"history_{name}": history[name].to_numpy() for name in history}
    with write_atomically(file) as temporary, open(temporary, "wb") as stream:
        np.savez(stream, **arrays, checksum=_checksum(arrays))  # type: ignore[arg-type]  # NumPy's hints reserve a name


def read(file: pathlib.Path) -> tuple[list[np.ndarray], pd.DataFrame] | None:
    """Weights and history as :func:`write` got them; None if the run is not there, or damaged: train it again then."""
    try:
        with open(file, "rb") as stream, np.load(stream, allow_pickle=False) as archive:
            arrays = {key: archive[key] for key in archive.files}
        checksum = str(arrays.pop("checksum"))
    except Exception:  # a damaged archive can raise almost anything
        return None
    if checksum != _checksum(arrays):
        return None
    weights = [arrays[key] for key in sorted(arrays) if key.startswith("weights_")]
    columns = [key for key in arrays if key.startswith("history_")]
    return weights, pd.DataFrame({key.removeprefix("history_"): arrays[key] for key in columns})


def digest(array: np.ndarray) -> str:
    """SHA-256 of an array's type, shape and content."""
    array = np.ascontiguousarray(array)
    sha256 = hashlib.sha256(f"{array.dtype} {array.shape} ".encode())
    sha256.update(array.data)
    return sha256.hexdigest()


def _checksum(arrays: dict[str, np.ndarray]) -> str:
    digests = {name: digest(array) for name, array in arrays.items()}
    return hashlib.sha256(json.dumps(digests, sort_keys=True).encode()).hexdigest()


def _without_chance(config: Any, names: dict[str, str], key: str = "") -> Any:
    """A configuration without what differs between equal networks: numbered names and memory addresses."""
    if isinstance(config, dict):
        kept = config.keys() - {"shared_object_id"}
        return {key: _without_chance(config[key], names, key) for key in sorted(kept)}
    if isinstance(config, list | tuple):
        return [_without_chance(value, names, key) for value in config]
    if isinstance(config, str) and key in _KEYS_OF_NAMES:
        return names.get(config, config)
    return config
