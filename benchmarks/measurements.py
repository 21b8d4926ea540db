"""The file of benchmarks/run.py's measurements, from which its report is made."""

import json
from pathlib import Path
from typing import Any

from digits import workspace


def read(file: Path, here: dict) -> dict:
    """The sections that earlier runs measured on this computer with these libraries; others are not mixed in.

    Args:
        file: what an earlier run wrote, if it is there.
        here: what :func:`computer.describe` tells.
    """
    results = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"machine": here}
    if results["machine"] == here:
        return results
    print(f"{file.name} was measured on another computer or with other versions: begun anew.")
    return {"machine": here}


def write(results: dict, file: Path) -> dict:
    """Write measurements, one a line, so that git shows what changed; atomically.

    Args:
        results: ``machine``, a dictionary, and for each section a list of measurements in plain types.
        file: where to.

    Returns:
        The same as whoever reads the file will find it: fractions have six digits.
    """
    results, parts = _rounded(results), []
    for name, found in results.items():
        if isinstance(found, dict):
            parts.append(f'"{name}": {_line(found)}')
        else:
            parts.append(f'"{name}": [\n' + ",\n".join(map(_line, found)) + "\n]")
    with workspace.write_atomically(file) as temporary:
        text = "{\n" + ",\n".join(parts) + "\n}\n"
        temporary.write_text(text, encoding="utf-8", newline="\n")
    return results


def _line(measurement: dict) -> str:
    return json.dumps(measurement, ensure_ascii=False)


def _rounded(value: Any) -> Any:
    """The same with all fractions to six digits: clocks tell no more."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    return [_rounded(inner) for inner in value] if isinstance(value, list) else value
