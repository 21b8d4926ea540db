"""What the notebooks of this series share. The lessons stand in the notebooks; here is what would distract from them.

Read :mod:`digits.series` first: it is the map of the house. Each folder is a room with one subject, and its
``__init__`` says what the room is for. Imports run downward only::

    start                                     what every notebook's first cell imports
    search   handwriting   drawpad            three rooms that know nothing of each other
    results                                   tables of what networks reached
    training                                  networks; its backend alone imports TensorFlow
    charts                                    what is drawn again and again
    plots   checks                            figures, and lines that guard the text
    store                                     artifacts: what one notebook hands to the next
    dataset                                   MNIST, verified; what may happen to its digits
    series   evaluation                       the table of steps; metrics
    basics                                    folders, progress bars, libraries, command lines
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
