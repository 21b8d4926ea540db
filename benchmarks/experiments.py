"""Experiments of minutes to hours whose tables the notebooks read: writes experiments/NAME.csv and NAME.json.

    python benchmarks/experiments.py               all of them
    python benchmarks/experiments.py ingredients   only this one

An experiment is a module with the functions ``settings()``, a list of dictionaries, one per row, and
``measure(settings)``, which returns the measured columns of each row. It trains on artifacts of the series. The record
beside the table says from which code, data and settings it came.
"""

import argparse
import ast
import hashlib
import importlib
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "notebooks"))

import computer
import pandas as pd
from digits import results
from digits.basics import workspace
from digits.dataset import mnist
from digits.store import artifacts

# By their modules' names: what each reads, and to how many digits its numbers are kept.
READS = {
    "ingredients": ("preprocessed.npz", "writer_split.npz"),
    "writers": ("preprocessed.npz", "test_set.npz"),
    "ladder": ("preprocessed.npz",),
    "stronger": ("preprocessed.npz", "test_set.npz"),
    "robustness": (
        "preprocessed.npz",
        "test_set.npz",
        "weights/baseline-softmax.npz",
        "weights/own.npz",
    ),
    "fooled": (
        "preprocessed.npz",
        "test_set.npz",
        "weights/baseline-softmax.npz",
        "weights/own.npz",
    ),
    "votes": ("preprocessed.npz", "test_set.npz", "weights/own.npz"),
    "images": ("preprocessed.npz", "test_set.npz"),
    "candidates": ("preprocessed.npz", "writer_split.npz"),
    "records": ("preprocessed.npz", "test_set.npz"),
    "search": ("preprocessed.npz",),
    "importances": (),
    "batches": ("preprocessed.npz",),
    "winners": ("preprocessed.npz",),
    "retrials": ("preprocessed.npz",),
    "tuned": ("preprocessed.npz", "test_set.npz", "weights/own.npz"),
    "reading": ("preprocessed.npz", "test_set.npz", "models/conv.keras"),
    "preparation": ("preprocessed.npz", "test_set.npz"),
    "steps": ("preprocessed.npz", "models/own-on-split.keras"),
}
DIGITS_KEPT = 5


def table_of(name: str, settings: list[dict]) -> pd.DataFrame:
    """One row per setting: the setting's own columns, then the measured ones."""
    measured = importlib.import_module(name).measure(settings)
    rows = [{**setting, **result} for setting, result in zip(settings, measured, strict=True)]
    return pd.DataFrame(rows).round(DIGITS_KEPT)


def origin_of(name: str) -> dict:
    """What a table's numbers depend on beside the data: the hashes of code and settings.

    The code is that of the experiment's module and of the modules beside it that it imports, sorted by name; and the
    files of the package that the module names in ``ALSO_FROM``, as patterns.
    """
    module = importlib.import_module(name)
    files = files_of(Path(module.__file__))
    for pattern in getattr(module, "ALSO_FROM", ()):
        files += sorted((workspace.NOTEBOOKS_FOLDER / "digits").glob(pattern))
    return {
        "code": _sha256(b"".join(file.read_bytes() for file in files)),
        "settings": _sha256(json.dumps(module.settings(), sort_keys=True).encode()),
    }


def files_of(module: Path) -> list[Path]:
    """The file of a module, and of each module in its folder that it imports, itself or by another; sorted by name."""
    found, to_read = set(), [module]
    while to_read:
        file = to_read.pop()
        found.add(file)
        beside_it = {file.with_name(f"{name}.py") for name in _imported(file)}
        to_read += [other for other in beside_it - found if other.exists()]
    return sorted(found)


def _imported(file: Path) -> set[str]:
    """The modules that a file imports anywhere in it, also within functions: the first parts of their names."""
    names = set()
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def write(name: str, table: pd.DataFrame, folder: Path = results.EXPERIMENTS) -> None:
    """Write a table and its record, each of them atomically."""
    content = table.to_csv(index=False, lineterminator="\n").encode()
    record = {
        "sha256": _sha256(content),
        **origin_of(name),
        "dataset": mnist.load().fingerprint,
        "inputs": {artifact: artifacts.provenance(artifact)["sha256"] for artifact in READS[name]},
        "measured with": computer.describe(has_torch=False),
    }
    for file, text in (
        (folder / f"{name}.csv", content),
        (folder / f"{name}.json", (json.dumps(record, indent=2) + "\n").encode()),
    ):
        with workspace.write_atomically(file) as temporary:
            temporary.write_bytes(text)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def main() -> None:
    """Run the experiments that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0], allow_abbrev=False)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(READS))
    names = parser.parse_args().names or list(READS)
    unknown = set(names) - READS.keys()
    if unknown:
        parser.error(
            f"there is no experiment {', '.join(sorted(unknown))}; there are {', '.join(READS)}"
        )
    for name in names:
        write(name, table_of(name, importlib.import_module(name).settings()))
        print(f"wrote {workspace.shown(results.EXPERIMENTS / f'{name}.csv')}")


if __name__ == "__main__":
    main()
