"""Preparing pictures of strangers in processes apart, which are ended when a picture takes too long or too much.

The limits of :mod:`digits.handwriting.decoding` are for what is known to be large or slow. This is for the rest: a
file that is made to keep its decoder busy, or to break it, costs its own process, and nobody else waits for it.
"""

import contextlib
import multiprocessing
import os
import queue
import signal
import sys
from multiprocessing.connection import Connection

from .between import Mark
from .pipeline import readings_in

# Seconds of processor time for one picture, where the system counts it for us; the slowest that the limits admit take
# half of it. On a busy computer more time passes meanwhile, but no more than so many times as much.
LONGEST, _BUSY = 2.0, 4
MOST_MEMORY = 400 * 1024**2  # bytes for one picture; Linux alone can hold a process to it
# Seconds for a new process to import what it needs, on a slow computer that does other things.
_TO_START = 60.0


class Workers:
    """Processes that prepare one picture each at a time; threads share them.

    Args:
        count: how many; each takes about 150 MB.
        seconds: how much processor time a picture may take.
    """

    def __init__(self, count: int, seconds: float = LONGEST) -> None:
        self.seconds = seconds
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._all = [_Worker() for _ in range(count)]
        for worker in self._all:
            self._idle.put(worker)

    def readings_in(self, picture: bytes) -> list[Mark]:
        """All marks of a picture file, as :func:`digits.handwriting.readings_in` gives them; waits for a free process.

        Raises:
            ValueError: it is no picture that can be read, there is no ink on it, or it takes too long or too much
                memory; the message says which.
        """
        worker = self._idle.get()
        try:
            return worker.readings_in(picture, self.seconds)
        finally:
            self._idle.put(worker)

    def close(self) -> None:
        """End all processes."""
        for worker in self._all:
            worker.stop()


class _Worker:
    """One process, and the connection to it; after it was ended, a new one takes its place."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        # A fresh interpreter, the same on every system: a copy of a process with threads may hang.
        context = multiprocessing.get_context("spawn")
        self._connection, other = context.Pipe()
        self._process = context.Process(target=_prepare_for, args=(other,), daemon=True)
        self._process.start()
        other.close()
        self._is_ready = False

    def readings_in(self, picture: bytes, seconds: float) -> list[Mark]:
        try:
            if not self._is_ready:
                if not self._connection.poll(_TO_START):
                    raise EOFError
                self._connection.recv()
                self._is_ready = True
            self._connection.send((picture, seconds))
            if not self._connection.poll(_BUSY * seconds):
                self._replace()
                raise ValueError(_too_slow(seconds))
            outcome = self._connection.recv()
        except (EOFError, OSError):
            self._process.join(timeout=1)
            ended_by = -(self._process.exitcode or 0)
            self._replace()
            if ended_by == getattr(signal, "SIGPROF", None):
                raise ValueError(_too_slow(seconds)) from None
            raise ValueError(
                "The image file is damaged: what should decode it came to a sudden end."
            ) from None
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _replace(self) -> None:
        self.stop()
        self._start()

    def stop(self) -> None:
        self._process.kill()
        self._process.join()
        self._connection.close()


def _too_slow(seconds: float) -> str:
    return f"The picture takes more than {seconds:g} seconds to read: make it smaller, or save it again as JPEG or PNG."


def _prepare_for(connection: Connection) -> None:
    """Prepare pictures that come over a connection, until its other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program that started this
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # where C libraries complain of each damaged file
    _limit_memory()
    connection.send("ready")
    with contextlib.suppress(EOFError, OSError):
        while True:
            picture, seconds = connection.recv()
            if hasattr(signal, "setitimer"):  # not on Windows
                # When it has run out, the system ends this process, whatever a decoder is about.
                signal.setitimer(signal.ITIMER_PROF, seconds)
            outcome = _outcome(picture)
            if hasattr(signal, "setitimer"):
                signal.setitimer(signal.ITIMER_PROF, 0)
            connection.send(outcome)


def _outcome(picture: bytes) -> list[Mark] | Exception:
    try:
        return readings_in(picture)
    except ValueError as error:
        return ValueError(str(error))  # without what cannot travel
    except MemoryError:
        return ValueError(
            "The picture takes too much memory to read: make it smaller, or cut out the digits."
        )
    except Exception as error:
        return RuntimeError(f"{type(error).__name__}: {error}")


def _limit_memory() -> None:
    """Let this process take no more than one picture may, above what it has by now. On Linux only."""
    if sys.platform != "linux":
        return
    import resource

    with open("/proc/self/status", encoding="ascii") as status:
        used = next(int(line.split()[1]) for line in status if line.startswith("VmData"))
    most = used * 1024 + MOST_MEMORY
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
