"""Connections that go to the number that was checked, and end in time.

The name is looked up once, every number that comes back is checked, and the connection is made to one of these numbers: a name that
leads elsewhere a moment later changes nothing. TLS still proves the name.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Set
from typing import Any

import httpcore

from assistant.fetch.addresses import check

CONNECT_S = 10.0


class Guarded(httpcore.NetworkBackend):
    """Makes connections for one request, all of which must be over at `deadline` (of `time.monotonic`)."""

    def __init__(self, deadline: float, allow: Set[str]) -> None:
        self._deadline = deadline
        self._allow = allow

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to a number of the host that may be reached.

        Raises:
            Unfetchable: one of its numbers may not be.
        """
        site = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        numbers = look_up(host, port)
        if site not in self._allow:
            for number in numbers:
                check(ipaddress.ip_address(number))
        fault: OSError | None = None
        for number in numbers:
            try:
                connection = socket.create_connection((number, port), min(CONNECT_S, left(self._deadline)))
            except OSError as error:
                fault = error
                continue
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return Timed(connection, self._deadline)
        raise httpcore.ConnectError(str(fault)) from fault

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        """Refuse: no address leads there."""
        raise httpcore.ConnectError("not fetched")

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class Timed(httpcore.NetworkStream):
    """A connection that breaks off at the deadline, however slowly the other side speaks."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._socket = connection
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what has come."""
        try:
            self._socket.settimeout(left(self._deadline))
            return self._socket.recv(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout("too slow") from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of it."""
        try:
            self._socket.settimeout(left(self._deadline))
            self._socket.sendall(buffer)
        except TimeoutError as error:
            raise httpcore.WriteTimeout("too slow") from error
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Go on in TLS; the certificate must be the name's."""
        try:
            self._socket.settimeout(min(CONNECT_S, left(self._deadline)))
            return Timed(ssl_context.wrap_socket(self._socket, server_hostname=server_hostname), self._deadline)
        except TimeoutError as error:
            self.close()
            raise httpcore.ConnectTimeout("too slow") from error
        except OSError as error:
            self.close()
            raise httpcore.ConnectError(str(error)) from error

    def get_extra_info(self, info: str) -> Any:
        """Return nothing: each connection serves one request."""
        return None


def look_up(host: str, port: int) -> list[str]:
    """Return the numbers of a host.

    Raises:
        httpcore.ConnectError: there is no such host.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"no such host: {host}") from error
    return list(dict.fromkeys(str(row[4][0]).partition("%")[0] for row in found))


def left(deadline: float) -> float:
    """Return the seconds that are left.

    Raises:
        TimeoutError: none are.
    """
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds
