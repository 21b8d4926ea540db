"""The file of benchmarks/run.py's measurements, from which its report is made."""

import json
from pathlib import Path
from typing import Any

from digits.basics import workspace

# Raise it when measurements are written otherwise than before: older ones are then not read any more.
FORMAT = 1


def read(file: Path, here: dict) -> dict:
    """The sections that earlier runs measured on this computer with these libraries; others are not mixed in.

    Args:
        file: what an earlier run wrote, if it is there.
        here: what :func:`computer.describe` tells.
    """
    nothing = {"format": FORMAT, "machine": here}
    results = json.loads(file.read_text(encoding="utf-8")) if file.exists() else nothing
    if nothing.items() <= results.items():
        return results
    print(
        f"{file.name} was measured on another computer, with other versions or by another benchmark: begun anew."
    )
    return nothing


def write(results: dict, file: Path) -> dict:
    """Write measurements, one a line, so that git shows what changed; atomically.

    Args:
        results: ``format`` and ``machine`` as :func:`read` gives them, and for each section a list of measurements in
            plain types.
        file: where to.

    Returns:
        The same as whoever reads the file will find it: fractions have six digits.
    """
    results, parts = _rounded(results), []
    for name, found in results.items():
        if isinstance(found, list):
            parts.append(f'"{name}": [\n' + ",\n".join(map(_line, found)) + "\n]")
        else:
            parts.append(f'"{name}": {_line(found)}')
    with workspace.write_atomically(file) as temporary:
        text = "{\n" + ",\n".join(parts) + "\n}\n"
        temporary.write_text(text, encoding="utf-8", newline="\n")
    return results


def _line(measurement: Any) -> str:
    return json.dumps(measurement, ensure_ascii=False)


def _rounded(value: Any) -> Any:
    """The same with all fractions to six digits: clocks tell no more."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    return [_rounded(inner) for inner in value] if isinstance(value, list) else value
