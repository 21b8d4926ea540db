"""The surroundings of a kernel that nobody sits at: the series' own settings, and none of the user's.

What such a kernel shows is stored, or compared with what is stored. Standard library only.
"""

import os
import pathlib
from collections.abc import MutableMapping

# What a user's shell may hold for other work: it would start other code, or change what cells show.
_OF_THE_USER = (
    "MPLBACKEND",
    "PYTHONIOENCODING",
    "PYTHONOPTIMIZE",
    "PYTHONSAFEPATH",
    "PYTHONSTARTUP",
    "PYTHONWARNINGS",
    "SKLEARN_WORKING_MEMORY",
)
_STYLE = pathlib.Path(__file__).parents[1] / "digits.mplstyle"


def shield(environment: MutableMapping[str, str], folder: pathlib.Path) -> None:
    """Change environment variables so that a kernel which gets them finds no settings of the user's.

    Args:
        environment: changed in place.
        folder: where IPython keeps its own files while the kernel runs; one without a profile and startup files.
    """
    for name in _OF_THE_USER:
        environment.pop(name, None)
    environment["IPYTHONDIR"] = str(folder)
    if not os.access(environment.get("MPLCONFIGDIR", folder), os.W_OK):
        environment["MPLCONFIGDIR"] = str(folder)  # matplotlib would complain in each kernel
    environment["MATPLOTLIBRC"] = str(_STYLE)
    # Older kernels warn of their debugger, which nobody uses here.
    environment["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
