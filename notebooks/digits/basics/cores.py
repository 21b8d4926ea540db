"""Work that is the same for many things, shared among the processor's cores. Standard library only."""

import concurrent.futures
import os
from collections.abc import Callable, Iterable


def on_all_cores(function: Callable, *arguments: Iterable) -> list:
    """What a function makes of each, as ``map`` gives it, on as many threads as there are processor cores."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(function, *arguments))
