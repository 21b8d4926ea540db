"""Whose picture is read next: a few at a time, first come, first served, and nobody waits in vain."""

import concurrent.futures
import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

# So many pictures are decoded and read at a time: more would only take more memory. So many others wait, so long.
AT_ONCE, MOST_WAITING, PATIENCE = 2, 240, 15.0  # pictures, pictures, seconds
RETRY_AFTER = 3  # seconds; then who was turned away may ask again


class Full(Exception):
    """So many pictures wait already that one more would wait too long."""


class Turns:
    """Lets ``AT_ONCE`` pictures be read at a time, in the order in which they come, always by the same threads.

    Whoever would have to wait for longer than ``PATIENCE`` is turned away at once, not after waiting.
    """

    def __init__(self) -> None:
        self._pool = concurrent.futures.ThreadPoolExecutor(AT_ONCE, "reading")
        self._lock = threading.Lock()
        self._here = 0  # pictures that wait or are being read
        self._seconds = 0.0  # that a picture has taken lately
        self._has_ended = False

    def take(self, work: Callable[[], T]) -> T:
        """What ``work`` returns or raises, once it has had its turn.

        Raises:
            Full: it will have no turn in time.
        """
        with self._lock:
            ahead = self._here - AT_ONCE + 1
            is_slow = ahead * self._seconds / AT_ONCE > PATIENCE
            if is_slow or ahead > MOST_WAITING or self._has_ended:
                raise Full
            job = self._pool.submit(self._timed, work)
            self._here += 1
        try:
            return job.result(PATIENCE)
        except concurrent.futures.CancelledError:
            raise Full from None
        except TimeoutError:
            if job.cancel():
                raise Full from None
            return job.result()  # its turn has come
        finally:
            del job  # its error holds this frame, and what was sent would stay in memory
            with self._lock:
                self._here -= 1

    def end(self) -> None:
        """Turn away all who wait: the program ends."""
        with self._lock:
            self._has_ended = True
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _timed(self, work: Callable[[], T]) -> T:
        start = time.monotonic()
        try:
            return work()
        finally:
            with self._lock:
                self._seconds += (time.monotonic() - start - self._seconds) / 10
