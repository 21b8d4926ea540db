"""Ctrl-C at a place of our choosing.

Python raises KeyboardInterrupt wherever it happens to be. Within TensorFlow's own callbacks it is lost without a
word, and within a database's it may leave a transaction open.
"""

import contextlib
import signal
import threading
import types
from collections.abc import Iterator

_noted = threading.Event()


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """Hold Ctrl-C back until :func:`heed` is called; a second one is raised at once.

    Outside of the main thread, where Python never raises it, this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def note(number: int, frame: types.FrameType | None) -> None:
        if _noted.is_set():
            raise KeyboardInterrupt
        _noted.set()

    _noted.clear()
    before = signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        # A handler that was not set from Python is None here; Python's own one takes its place.
        signal.signal(signal.SIGINT, before or signal.default_int_handler)
        _noted.clear()


def heed() -> None:
    """Raise the KeyboardInterrupt that was held back, if there is one."""
    if _noted.is_set():
        raise KeyboardInterrupt
