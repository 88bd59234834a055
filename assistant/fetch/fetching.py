"""Fetch an address: checked at every step, within limits of size and time, politely."""

from __future__ import annotations

import ssl
import threading
import time
import zlib
from dataclasses import dataclass, field
from urllib.parse import urljoin

import httpcore

from assistant.errors import Unfetchable
from assistant.fetch import media
from assistant.fetch.addresses import Address, parse
from assistant.fetch.connecting import Guarded
from assistant.fetch.limits import NOTHING_KNOWN, Fetched, Limits, Validators
from assistant.fetch.robots import AGENT, CLOSED, MAX_ROBOTS, OPEN, Robots

REDIRECTS = (301, 302, 303, 307, 308)
MAX_REDIRECTS = 5
MAX_HEADER = 8_000
REASONS = {
    400: "the server does not understand the address", 401: "a password is needed", 402: "it must be paid for",
    403: "the server refuses it: it is for subscribers, or programs are not wanted",
    404: "there is no such page", 410: "the page was removed",
    429: "the server asks for fewer requests", 451: "it may not be shown for legal reasons", 500: "the server has a fault",
    502: "the server has a fault", 503: "the server is busy", 504: "the server is busy",
}  # fmt: skip
SAVE_HINT = "open it in a browser, save the page, and add the file"
LATER_HINT = "try again later"
HEADERS: dict[bytes | str, bytes | str] = {
    "User-Agent": f"{AGENT}/0.1",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5",
    "Accept-Encoding": "gzip, deflate",
    "Connection": "close",
}


@dataclass
class _Site:
    """What is remembered of a host while a fetcher lives."""

    robots: Robots | None = None
    next_at: float = 0.0


@dataclass
class Fetcher:
    """Fetches addresses, one request at a time per site, with a pause between two.

    Safe to use from several threads.
    """

    limits: Limits = field(default_factory=Limits)
    _sites: dict[str, _Site] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fetch(self, url: str, known: Validators = NOTHING_KNOWN) -> Fetched:
        """Fetch an address.

        Args:
            url: http or https; every address that it redirects to is checked like the first.
            known: the version that is there already.

        Raises:
            Unfetchable: it may not be fetched, or what comes is refused; the message says why.
        """
        seen: list[str] = []
        for _ in range(MAX_REDIRECTS + 1):
            address = parse(url, self.limits.allow)
            if address.url in seen:
                raise Unfetchable("redirects in a circle", SAVE_HINT)
            seen.append(address.url)
            self._ask_robots(address)
            self._wait(address)
            answer = _request(address, known, self.limits)
            if isinstance(answer, Fetched):
                return answer
            url = _joined(address, answer)
        raise Unfetchable(f"redirects more than {MAX_REDIRECTS} times", SAVE_HINT)

    def robots(self, url: str) -> Robots:
        """Return what the site of an address asks of programs."""
        address = parse(url, self.limits.allow)
        site = self._site(address)
        if site.robots is None:
            site.robots = self._read_robots(address)
        return site.robots

    def _ask_robots(self, address: Address) -> None:
        robots = self.robots(address.url)
        if robots.closed:
            raise Unfetchable(f"the robots.txt of {address.host} cannot be read now, so nothing is fetched there", LATER_HINT)
        if not robots.allows(address.url):
            raise Unfetchable(f"the robots.txt of {address.host} asks programs to leave it alone", SAVE_HINT)

    def _read_robots(self, address: Address) -> Robots:
        url = urljoin(address.url, "/robots.txt")
        try:
            for _ in range(MAX_REDIRECTS):
                where = parse(url, self.limits.allow)
                self._wait(where)
                answer = _request(where, NOTHING_KNOWN, self.limits, MAX_ROBOTS)
                if isinstance(answer, Fetched):
                    return Robots(answer.data.decode("utf-8", "replace")) if answer.kind in ("text", "") else OPEN
                url = _joined(where, answer)
        except Unfetchable as error:
            return OPEN if 400 <= error.status < 500 and error.status != 429 else CLOSED if error.status else self._unreached(error)
        return OPEN

    def _unreached(self, error: Unfetchable) -> Robots:
        """A site that cannot be reached has no rules to read: what is wrong with it is said as it is."""
        raise error

    def _site(self, address: Address) -> _Site:
        with self._lock:
            return self._sites.setdefault(address.site, _Site())

    def _wait(self, address: Address) -> None:
        site = self._site(address)
        pause = max(self.limits.delay_s, site.robots.delay_s() if site.robots else 0.0)
        with self._lock:
            start = max(time.monotonic(), site.next_at)
            site.next_at = start + pause
        time.sleep(max(0.0, start - time.monotonic()))


def _joined(address: Address, location: str) -> str:
    """Return where a redirect leads."""
    try:
        return urljoin(address.url, location)
    except ValueError:
        raise Unfetchable("redirects to what is no address", SAVE_HINT) from None


def _request(address: Address, known: Validators, limits: Limits, max_bytes: int = 0) -> Fetched | str:
    """Make one request; return what came, or where it redirects to."""
    deadline = time.monotonic() + limits.timeout_s
    headers: dict[bytes | str, bytes | str] = {"Host": address.site.removesuffix(":80").removesuffix(":443"), **HEADERS}
    if known.etag:
        headers["If-None-Match"] = known.etag
    if known.last_modified:
        headers["If-Modified-Since"] = known.last_modified
    context = ssl.create_default_context() if address.scheme == "https" else None
    try:
        with (
            httpcore.ConnectionPool(ssl_context=context, network_backend=Guarded(deadline, limits.allow)) as pool,
            pool.stream("GET", address.url, headers=headers) as response,
        ):
            return _answer(address, response, limits, max_bytes)
    except (httpcore.TimeoutException, TimeoutError):
        raise Unfetchable(f"did not answer within {limits.timeout_s:g} s", LATER_HINT) from None
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError, ValueError) as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise Unfetchable(f"cannot be reached: {said}", "check the address and the network") from None


def _answer(address: Address, response: httpcore.Response, limits: Limits, max_bytes: int) -> Fetched | str:
    headers = {name.lower().decode("latin-1"): value[:MAX_HEADER].decode("latin-1") for name, value in response.headers}
    validators = Validators(headers.get("etag", "")[:500], headers.get("last-modified", "")[:100])
    if response.status == 304:
        return Fetched(address.url, validators=validators, unchanged=True)
    if response.status in REDIRECTS and headers.get("location"):
        return headers["location"].encode("latin-1").decode("utf-8", "replace").strip()
    if response.status != 200:
        raise _refused(response.status, headers)
    kind, charset = media.media_type(headers.get("content-type", ""))
    if kind not in media.MEDIA and kind not in media.UNTOLD:
        raise Unfetchable(f"is of the type {kind[:60]}, which is not read", "give the address of an article, a feed or a sitemap", 200)
    named = media.MEDIA.get(kind, "")
    limit = max_bytes or limits.max_bytes * (media.FILE_FACTOR if named in media.FILES or not named else 1)
    return Fetched(address.url, _body(response, headers, limit), named, charset, validators)


def _refused(status: int, headers: dict[str, str]) -> Unfetchable:
    reason = REASONS.get(status, "the server refuses it" if status < 500 else "the server has a fault")
    asked = headers.get("retry-after", "")
    retry = float(asked) if asked.isdigit() and len(asked) < 7 else 0.0
    hint = LATER_HINT if status == 429 or status >= 500 else SAVE_HINT if status in (401, 402, 403) else "check the address"
    return Unfetchable(f"{reason} (status {status})", hint, status, retry)


def _body(response: httpcore.Response, headers: dict[str, str], limit: int) -> bytes:
    """Return the body, unpacked; neither what comes nor what it unpacks to may be larger than the limit."""
    too_large = Unfetchable(f"is larger than {limit / 1_000_000:g} MB", "give the address of a single article", 200)
    length = headers.get("content-length", "")
    if length.isdigit() and int(length[:20]) > limit:
        raise too_large
    coding = headers.get("content-encoding", "").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise Unfetchable(f"is packed in a way that was not asked for ({coding[:20]})", SAVE_HINT, 200)
    parts: list[bytes] = []
    size = n_packed = 0
    unpack = None
    for part in response.iter_stream():
        n_packed += len(part)
        if n_packed > limit:
            raise too_large
        if coding not in ("", "identity"):
            if unpack is None:
                unpack = zlib.decompressobj(wbits=47 if coding != "deflate" or part[:1] == b"\x78" else -15)
            try:
                part = unpack.decompress(part, limit + 1 - size)
            except zlib.error:
                raise Unfetchable("is damaged: it cannot be unpacked", LATER_HINT, 200) from None
        size += len(part)
        if size > limit:
            raise too_large
        parts.append(part)
    return b"".join(parts)
