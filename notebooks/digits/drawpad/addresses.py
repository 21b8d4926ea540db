"""Where the web app listens, and under which addresses others open it. No TensorFlow."""

import contextlib
import errno
import io
import ipaddress
import itertools
import socket
from collections.abc import Iterable, Sequence
from typing import Any

import segno

# Addresses that are in documents only: a route to them leads out of this computer.
_ELSEWHERE = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
# What systems say of other computers' addresses; EINVAL, if one holds for a single cable and does not name it.
_NOT_HERE = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EINVAL}


class AddressError(RuntimeError):
    """The server cannot listen where it was told to; the message says why, and what to do."""


# ---------------------------------------------------------------- where it listens


def listen(host: str, port: int) -> list[socket.socket]:
    """Sockets that listen at all of a host's addresses, at the same port.

    Args:
        host: an address or a name of this computer; ``0.0.0.0`` or ``::`` for all its addresses.
        port: 0 to 65535; 0 lets the system choose.

    Raises:
        AddressError: it is no address of this computer, or the port cannot be used.
    """
    addresses = _addresses(host)
    try:
        return _bound(addresses, port)
    except OSError as error:
        if error.errno in _NOT_HERE:
            raise AddressError(
                f"{host} is not an address of this computer. Leave --host out for this computer only, or write "
                "--host 0.0.0.0 for everybody in your network."
            ) from error
        is_taken = error.errno == errno.EADDRINUSE
        reason = "another program uses it" if is_taken else f"{error.strerror}".split(" (while")[0]
        raise AddressError(
            f"Port {port} of {host} cannot be used ({reason}). Choose another one: "
            f"python notebooks/draw.py --host {host} --port {_free_port(addresses, port)}"
        ) from error


def is_local(sockets: Iterable[socket.socket]) -> bool:
    """Whether all of them listen to this computer alone."""
    return all(_address(listening).is_loopback for listening in sockets)


def _addresses(host: str) -> list[tuple[socket.AddressFamily, Any]]:
    """The families and socket addresses of a host, the latter without the port."""
    if not host:
        wrong = "--host is empty"
    elif "/" in host:
        wrong = f"--host is {host}, which is a page's address"
    else:
        wrong = f"This computer finds no address for --host {host}"
        with contextlib.suppress(OSError, UnicodeError):
            found = socket.getaddrinfo(_bare(host), None, type=socket.SOCK_STREAM)
            if not any(_means_many(str(where[0])) for *_, where in found):
                return list(dict.fromkeys((family, where) for family, *_, where in found))
            wrong = f"--host {host} is the address of many computers"
    raise AddressError(
        f"{wrong}. It takes an address or a name of this computer and nothing else, such as --host 0.0.0.0; "
        "the port is given with --port."
    )


def _bound(addresses: list[tuple[socket.AddressFamily, Any]], port: int) -> list[socket.socket]:
    """Sockets at those of the addresses that this computer has: some know a name for an IPv6 that is switched off."""
    sockets: list[socket.socket] = []
    missing = None
    with contextlib.ExitStack() as opened:
        for family, (name, _, *scope) in addresses:
            # Telephones without IPv6 come to "::" too.
            both = name == "::" and socket.has_dualstack_ipv6()
            try:
                listening = socket.create_server(
                    (name, port, *scope), family=family, dualstack_ipv6=both
                )
            except OSError as error:
                if error.errno not in _NOT_HERE:
                    raise
                missing = error
            else:
                sockets.append(opened.enter_context(listening))
                port = listening.getsockname()[1]
        if missing and not sockets:
            raise missing
        opened.pop_all()
    return sockets


def _free_port(addresses: list[tuple[socket.AddressFamily, Any]], port: int) -> int:
    """The next port that can be used."""
    for number in itertools.chain(range(port + 1, 65_536), range(8000, 65_536)):
        with contextlib.suppress(OSError):
            for listening in _bound(addresses, number):
                listening.close()
            return number
    return 0


def _bare(host: str) -> str:
    """A host without the brackets that an IPv6 address has in a URL."""
    return host[1:-1] if host.startswith("[") and host.endswith("]") else host


def _means_many(where: str) -> bool:
    """Whether an address is for calling to many: one can listen there, but nobody connects."""
    return where == "255.255.255.255" or ipaddress.ip_address(where).is_multicast


def _address(listening: socket.socket) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(listening.getsockname()[0])


# ---------------------------------------------------------------- how others open it


def pages(host: str, sockets: Sequence[socket.socket]) -> list[str]:
    """The page's addresses as people type them, first the one that works best.

    Telephones seldom know computers' names, so numbers come first, and that of the way to the internet before others.
    """
    name, numbers = _bare(host), [str(_address(listening)) for listening in sockets]
    if is_local(sockets):
        numbers = []
    elif any(_address(listening).is_unspecified for listening in sockets):
        name, numbers = socket.gethostname(), _own_addresses(sockets)
    port = sockets[0].getsockname()[1]
    return [
        f"http://[{where}]:{port}" if ":" in where else f"http://{where}:{port}"
        for where in dict.fromkeys([*numbers, name])
    ]


def names(host: str, sockets: Sequence[socket.socket]) -> frozenset[str]:
    """The names, in small letters, under which the page may be asked for; numbers need none."""
    found = {"localhost", _bare(host)}
    if not is_local(sockets):
        own = socket.gethostname()
        found |= {own, socket.getfqdn(), own.split(".")[0], own.split(".")[0] + ".local"}
    return frozenset(name.lower() for name in found)


def _own_addresses(sockets: Iterable[socket.socket]) -> list[str]:
    """This computer's addresses in its networks: IPv6 after IPv4, and only if a socket listens there."""
    has_ipv6 = any(listening.family == socket.AF_INET6 for listening in sockets)
    found = []
    for family in (socket.AF_INET, socket.AF_INET6) if has_ipv6 else (socket.AF_INET,):
        found += [_sender(family, network) for network in (None, *socket.if_nameindex())]
        with contextlib.suppress(OSError, UnicodeError):
            known = socket.getaddrinfo(socket.gethostname(), None, family)
            found += [str(where[0]) for *_, where in known]
    return [where for where in dict.fromkeys(found) if where and _can_be_reached(where)]


def _sender(family: socket.AddressFamily, network: tuple[int, str] | None) -> str | None:
    """The address from which this computer would send to others. No packet is sent for the answer.

    Args:
        family: of the address.
        network: number and name of the network card to ask about; None for the one on the way to the internet.
    """
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as asking:
        if network:
            if not hasattr(
                socket, "SO_BINDTODEVICE"
            ):  # Linux alone has it; elsewhere names lead to all cards
                return None
            asking.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, network[1].encode())
        asking.connect((_ELSEWHERE[family], 9))
        return str(asking.getsockname()[0])
    return None


def _can_be_reached(where: str) -> bool:
    address = ipaddress.ip_address(where)
    return not (address.is_loopback or address.is_link_local or address.is_unspecified)


def qr_code(page: str, encoding: str | None) -> str:
    """A page's address as a QR code of block characters, several lines; empty if an encoding has no such characters."""
    drawn = io.StringIO()
    segno.make_qr(page).terminal(drawn, compact=True)
    try:
        drawn.getvalue().encode(encoding or "ascii")
    except (UnicodeError, LookupError):
        return ""
    return drawn.getvalue()
