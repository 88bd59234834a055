"""Which addresses may be fetched: the scheme, the port, the name, and what the name leads to.

Nothing here trusts how an address is written: what counts is the number that a connection would be made to.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Set
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from assistant.errors import Unfetchable

PORTS = {"http": 80, "https": 443}
"""The schemes that are fetched, and the only port of each: on others something else than the web may listen."""
MAX_ADDRESS = 4_000
ODD = re.compile(r"[\x00-\x20\x7f\\]")
# The C library takes 2130706433, 0x7f.1 and 0177.0.0.1 for 127.0.0.1; nobody writes a news site so.
NUMERIC = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+))*\.?", re.IGNORECASE)
# Names that only mean something inside a machine or a network.
LOCAL_NAMES = re.compile(
    r"(?:^|\.)(?:localhost|localdomain|local|internal|intranet|lan|home|corp|private|home\.arpa|localtest\.me|nip\.io|sslip\.io)$"
)
# What the standard library takes for public in one version or another and is not: IETF's own numbers (Oracle's metadata among them),
# Azure's services, relays and tunnels into IPv4, numbers for examples.
INWARD = tuple(
    ipaddress.ip_network(block)
    for block in (
        "192.0.0.0/24", "168.63.129.16/32", "192.88.99.0/24", "100.64.0.0/10", "198.18.0.0/15",
        "::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16",
    )
)  # fmt: skip
NAT64 = ipaddress.ip_network("64:ff9b::/96")
COMPATIBLE = ipaddress.ip_network("::/96")
ALLOW_HINT = 'if it is yours and you mean it, allow it with the setting fetch_allow = "host:port"'
FORM_HINT = "give it like https://www.example.com/news/story"

IP = ipaddress.IPv4Address | ipaddress.IPv6Address


class Address(NamedTuple):
    """An address taken apart: `url` is what is asked for, `host` a name in ASCII or a number."""

    scheme: str
    host: str
    port: int
    target: str
    url: str

    @property
    def site(self) -> str:
        """The host and the port."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse(url: str, allow: Set[str] = frozenset()) -> Address:
    """Take an address apart; its fragment is dropped.

    Args:
        url: an address.
        allow: `host:port` pairs that may have any port and any number.

    Raises:
        Unfetchable: it is malformed, or of a scheme, port or form that is not fetched.
    """
    if len(url) > MAX_ADDRESS or ODD.search(url):
        raise Unfetchable("is no address of the web", FORM_HINT)
    try:
        parts = urlsplit(url)
        port, name = parts.port, parts.hostname or ""
    except ValueError:
        raise Unfetchable("is no address of the web", FORM_HINT) from None
    scheme = parts.scheme.lower()
    if scheme not in PORTS:
        raise Unfetchable(f"has the scheme {scheme[:20]!r}; only http and https are fetched", FORM_HINT)
    if parts.username is not None or parts.password is not None:
        raise Unfetchable("holds a user name, which is how addresses deceive", "give it without what stands before the @")
    port = PORTS[scheme] if port is None else port
    host = _host(name)
    target = urlunsplit(("", "", _quoted(parts.path or "/"), _quoted(parts.query), ""))
    if not target.startswith("/") or target.startswith("//"):
        target = "/" + target.lstrip("/")
    shown = f"[{host}]" if ":" in host else host
    net = shown if port == PORTS[scheme] else f"{shown}:{port}"
    address = Address(scheme, host, port, target, f"{scheme}://{net}{target}")
    if address.site not in allow:
        if port != PORTS[scheme]:
            raise Unfetchable(f"has the port {port}; only {PORTS[scheme]} is fetched by {scheme}", ALLOW_HINT)
        if LOCAL_NAMES.search(host.rstrip(".")) or ("." not in host and ":" not in host):
            raise Unfetchable(f"{host} is a name inside a network, not of the web", ALLOW_HINT)
        if number := _number(host):
            check(number)
    return address


def check(number: IP) -> None:
    """Refuse a number that is not a machine of the public internet, in whatever form it is carried.

    Raises:
        Unfetchable: it is private, of this machine, of its link, of a cloud's metadata, or otherwise not public.
    """
    for one in (number, *_carried(number)):
        if not one.is_global or one.is_multicast or one.is_reserved or one.is_unspecified or any(one in block for block in INWARD):
            raise Unfetchable(f"leads to {number}, which is not of the public internet", ALLOW_HINT)


def _carried(number: IP) -> list[ipaddress.IPv4Address]:
    """Return the IPv4 numbers that an IPv6 number carries inside."""
    if number.version == 4:
        return []
    low = ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)
    found = [low] if number in NAT64 or number in COMPATIBLE else []
    if number.ipv4_mapped:
        found.append(number.ipv4_mapped)
    if number.sixtofour:
        found.append(number.sixtofour)
    if number.teredo:
        found += number.teredo
    return found


def _host(name: str) -> str:
    """Return a host in ASCII.

    Raises:
        Unfetchable: it is no name, or a number written so that it hides.
    """
    if "%" in name or not name:
        raise Unfetchable("has no host that can be fetched from", FORM_HINT)
    if ":" in name:
        try:
            return str(ipaddress.IPv6Address(name))
        except ValueError:
            raise Unfetchable("has no host that can be fetched from", FORM_HINT) from None
    try:
        host = name.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise Unfetchable("has no host that can be fetched from", FORM_HINT) from None
    if NUMERIC.fullmatch(host) and _number(host) is None:
        raise Unfetchable(f"has the host {host!r}, a number written so that it hides", FORM_HINT)
    if not re.fullmatch(r"[a-z0-9_.-]+", host) or ".." in host or host.startswith("."):
        raise Unfetchable("has no host that can be fetched from", FORM_HINT)
    return host


def _number(host: str) -> IP | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _quoted(text: str) -> str:
    """Return a path or query in ASCII; what is quoted already stays."""
    return "".join(c if "!" <= c <= "~" else "".join(f"%{byte:02X}" for byte in c.encode("utf-8", "replace")) for c in text)
