"""The computer that benchmarks/run.py measures on, and the libraries that it measures."""

import importlib.metadata
import os
import platform
from pathlib import Path

import psutil
import threadpoolctl


def describe(others: list[str]) -> dict:
    """The computer and the libraries, without the computer's name.

    Args:
        others: those that the series does without.
    """
    libraries = ["tensorflow", "keras", "numpy", "scikit-learn", *others]
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": platform.system(),
        "python": platform.python_version(),
        "blas": blas(),
        **{library: importlib.metadata.version(library) for library in libraries},
    }


def processor() -> str:
    """The processor's model, as far as the system tells."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def blas() -> str:
    """The library that multiplies NumPy's matrices, with the kind of processor that it takes this one for.

    An environment variable can hold it to kernels of older processors, which would flatter whoever is compared.
    """
    for library in threadpoolctl.threadpool_info():
        if library["user_api"] == "blas":
            kernels = library.get("architecture")
            return library["internal_api"] + (f" ({kernels} kernels)" if kernels else "")
    return "a library that does not tell its name"
