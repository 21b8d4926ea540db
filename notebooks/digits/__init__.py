"""What the notebooks of this series share: data, artifacts, training, evaluation, figures.

The lessons stand in the notebooks. This package holds what two of them need, or what would distract from
a lesson. Read :mod:`digits.series` first: it is the map of the house. Imports run downward only::

    notebooks -> start -> plots, evaluation, checks -> artifacts -> records -> mnist -> series -> workspace
    notebooks -> repeats -> runs, run_cache -> artifacts
    notebooks -> training, repeats -> compiled_training -> backend
    notebooks -> tuning -> studies, compiled_training -> artifacts, backend
    notebooks, draw.py -> reading -> handwriting -> paper, segmentation -> page, strokes -> borders, pictures
    run_all.py, tune.py, draw.py -> commands -> libraries
"""

import sys

OLDEST_PYTHON = (3, 11)
NEWEST_PYTHON = (3, 13)


# An older Python must come as far as the sentence below: it cannot read today's type hints, unless they are quoted.
def require_supported_python(version: "tuple[int, int] | None" = None) -> None:
    """Raise ``RuntimeError`` unless this Python is one that the series is tested with.

    ``version`` is a ``(major, minor)`` tuple; None means the running Python. The limits are TensorFlow's:
    it publishes no package for other versions.
    """
    version = sys.version_info[:2] if version is None else version
    if not OLDEST_PYTHON <= version <= NEWEST_PYTHON:
        raise RuntimeError(
            "This series needs Python {}.{} to {}.{}, and this is Python {}.{}. Create a virtual environment with "
            "one of those versions and install requirements.txt into it; README.md shows how.".format(
                *OLDEST_PYTHON, *NEWEST_PYTHON, *version
            )
        )


require_supported_python()
