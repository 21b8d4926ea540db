"""A server for the web app that bears a whole class. No TensorFlow.

waitress does the work: here is how it is set up, and what it does not do by itself.
"""

import contextlib
import json
import logging
import select
import socket
import time
from collections.abc import Iterable, Sequence
from typing import Any

import waitress  # type: ignore[import-untyped]
from flask import Flask
from waitress.channel import HTTPChannel  # type: ignore[import-untyped]
from waitress.parser import HTTPRequestParser  # type: ignore[import-untyped]
from waitress.server import BaseWSGIServer  # type: ignore[import-untyped]
from waitress.task import ErrorTask  # type: ignore[import-untyped]
from waitress.utilities import BadRequest, Error  # type: ignore[import-untyped]

from .turns import MOST_WAITING, RETRY_AFTER
from .uploads import LARGEST_BODY
from .webapp import HEADERS

# A browser holds three connections or more. Without poll, Python's select takes 512 at the most.
MOST_CONNECTIONS = 900 if hasattr(select, "poll") else 480
# Each picture that waits for its turn occupies a thread; the others serve the page meanwhile.
THREADS = MOST_WAITING + 16
IDLE_SECONDS = 20  # after which a silent connection is closed
REQUEST_SECONDS = 60  # for a whole request to come in, or a whole answer to go out
# Bodies above the first size wait in temporary files, which may lie in memory; all of them together have a limit.
SMALL_BODY, ALL_BODIES = 128 * 1024, 1024**3  # bytes
LONGEST_LINE = 8 * 1024  # bytes; of what stands between the pieces of a body that comes in pieces


def create_server(app: Flask, sockets: Sequence[socket.socket]) -> Any:
    """waitress, set up for a class, whose ``run`` serves the app at these sockets until Ctrl-C."""
    # Pictures wait for each other, telephones hang up, Ctrl-C comes in between; no reason to alarm anybody.
    logging.getLogger("waitress").setLevel(logging.ERROR)
    channels: dict[int, Any] = {}
    server = waitress.create_server(
        app,
        map=channels,
        sockets=list(sockets),
        threads=THREADS,
        ident=None,
        connection_limit=_connections(),
        channel_timeout=IDLE_SECONDS,
        cleanup_interval=2,
        asyncore_use_poll=True,
        log_socket_errors=False,
        max_request_header_size=64 * 1024,
        max_request_body_size=LARGEST_BODY + 1,
        inbuf_overflow=SMALL_BODY,
    )
    for listening in channels.values():
        if isinstance(listening, BaseWSGIServer):
            listening.channel_class = _Channel
    return server


def _connections() -> int:
    """How many connections may be open, each with a file for its body. The system's limit is raised if it can be."""
    try:
        import resource
    except ImportError:  # Windows
        return MOST_CONNECTIONS
    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MOST_CONNECTIONS + 200
    if files != resource.RLIM_INFINITY and files < wanted:
        wanted = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
            files = wanted
        return min(MOST_CONNECTIONS, max((files - 200) // 2, 10))
    return MOST_CONNECTIONS


class _TooMuch(Error):
    code = 503
    reason = "Service Unavailable"


class _Refusal(ErrorTask):
    """waitress's own error answers, in the form of all others."""

    def execute(self) -> None:
        error = self.request.error
        sentences = {
            413: f"The picture's file is larger than {LARGEST_BODY // 1024**2} MB.",
            503: "Too much is being sent at a time. Please try again in a moment.",
        }
        sentence = sentences.get(error.code, f"This request cannot be answered: {error.reason}.")
        body = json.dumps({"error": sentence}).encode()
        self.status = f"{error.code} {error.reason}"
        headers = HEADERS | {"Content-Type": "application/json", "Cache-Control": "no-store"}
        if error.code == 503:
            headers["Retry-After"] = str(RETRY_AFTER)
        self.response_headers = list(headers.items())
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Request(HTTPRequestParser):
    """A request as it comes in; those that would fill memory or the disk are refused."""

    error: Any = None

    def __init__(self, adjustments: Any, channels: Iterable["_Channel"]) -> None:
        super().__init__(adjustments)
        self._channels = channels

    @property
    def size(self) -> int:
        """How much its body can take outside memory, in bytes."""
        size = LARGEST_BODY if self.chunked else self.content_length
        return size if size > SMALL_BODY and self.error is None else 0

    def received(self, data: bytes) -> int:
        """Take in what has come, as much as belongs to this request; the number of bytes taken."""
        had_headers = self.headers_finished
        taken = super().received(data)
        if self.error:
            return taken
        if self.headers_finished and not had_headers and self.size:
            sizes = (request.size for channel in self._channels for request in channel.all_requests)
            if sum(sizes) > ALL_BODIES:  # this one's among them
                self.error, self.completed = _TooMuch(""), True
        # waitress would put an endless line together again with each piece of it that comes.
        if self.chunked and len(self.body_rcv.control_line + self.body_rcv.trailer) > LONGEST_LINE:
            self.error, self.completed = BadRequest("endless line"), True
        return taken


class _Channel(HTTPChannel):
    """A connection. What takes forever is cut off: neither a request nor the taking of an answer may drip."""

    error_task_class = _Refusal
    _waits_for: Any = None
    _since = 0.0

    def parser_class(self, adjustments: Any) -> _Request:
        """A new request."""
        return _Request(adjustments, self.server.active_channels.values())

    @property
    def all_requests(self) -> list[_Request]:
        """Those that are complete, and the one that is coming in."""
        return [*self.requests, *([self.request] if self.request else [])]

    def readable(self) -> bool:
        """Whether more may be read, as the server asks all connections at least once a second."""
        waits_for, now = self.request or self.total_outbufs_len > 0, time.monotonic()
        if waits_for is not self._waits_for:
            self._waits_for, self._since = waits_for, now
        elif waits_for and now - self._since > REQUEST_SECONDS:
            with contextlib.suppress(OSError):  # the other side may have gone meanwhile
                self.socket.shutdown(
                    socket.SHUT_RDWR
                )  # waitress then closes it as if the other side had
        return super().readable()
