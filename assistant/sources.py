"""Where articles come from: paths, addresses of pages, feeds and sitemaps, lists of addresses, standard input."""

from __future__ import annotations

import codecs
import hashlib
import io
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from assistant.errors import AssistantError, Unfetchable, UnreadableArticle
from assistant.fetch.limits import NOTHING_KNOWN, Fetched, Limits, Validators
from assistant.records import Failure
from assistant.text.readers import Raw, Reading, kind_of_name, read_bytes, read_paths, read_stream
from assistant.text.readers.raw import FIELDS
from assistant.text.readers.sniffing import HEAD_BYTES, kind_of

if TYPE_CHECKING:
    from assistant.fetch.fetching import Fetcher
    from assistant.text.readers.feeds import Entry

Items = Iterator[Raw | Failure]

STANDARD_INPUT = "-"
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{1,20}:(?://|\\\\)", re.IGNORECASE)
LIST_BYTES = 2_000_000
LIST_KINDS = (".txt", ".text", ".list", ".urls", "")
MAX_SITEMAPS = 50
MAX_INPUT = 2_000_000_000
IN_MEMORY = 20_000_000
TRACKING = re.compile(r"(?:utm_\w+|fbclid|gclid|mc_[ce]id|igshid|ocid|cmpid|at_(?:medium|campaign)\w*)$", re.IGNORECASE)
"""Parameters that say where a reader came from; with and without them it is the same article."""
FULL_TEXT = 1_000
"""A feed that carries so many characters of an article carries the article."""


@dataclass(frozen=True)
class Listing:
    """What an address holds: an article's page, or the articles that a feed or sitemap names."""

    url: str
    fetched: Fetched
    entries: tuple[Entry, ...] = ()
    names_articles: bool = False
    n_left_out: int = 0


@dataclass(frozen=True)
class Sources:
    """Reads places one after the other; what cannot be read is a `Failure` and never ends the reading.

    `max_articles` is how many articles of one feed or sitemap are fetched, the newest first.
    """

    limits: Limits = field(default_factory=Limits)
    reading: Reading = field(default_factory=Reading)
    max_articles: int = 500

    @cached_property
    def fetcher(self) -> Fetcher:
        """Return what fetches; plain files do without it and what it imports."""
        from assistant.fetch.fetching import Fetcher

        return Fetcher(self.limits)

    def read(self, places: Iterable[str | Path]) -> Items:
        """Read paths, addresses, lists of addresses, and `-`."""
        paths: list[str | Path] = []
        for place in places:
            name = str(place)
            if name != STANDARD_INPUT and not is_address(name) and not _may_be_list(name):
                paths.append(place)
                continue
            yield from self._paths(paths)
            paths = []
            if name == STANDARD_INPUT:
                yield from self._standard_input()
            elif is_address(name):
                yield from self.read_address(name)
            else:
                listed = addresses_in(Path(name))
                yield from self._addresses(listed) if listed else self._paths([place])
        yield from self._paths(paths)

    def read_address(self, url: str) -> Items:
        """Read what an address holds: a page or file, or all articles that a feed or sitemap names."""
        try:
            listing = self.open(url)
            if not listing.names_articles:
                yield from self.read_fetched(listing.fetched)
                return
        except AssistantError as error:
            yield Failure(url, str(error), error.hint)
            return
        for entry in listing.entries:
            yield from self.read_entry(entry)
        if listing.n_left_out:
            hint = "add them with a list of their addresses, or raise the setting fetch_max_articles"
            yield Failure(url, f"names {listing.n_left_out} more articles, older ones, that were left out", hint)

    def open(self, url: str, known: Validators = NOTHING_KNOWN) -> Listing:
        """Fetch an address and see what it holds.

        Args:
            url: the address.
            known: the version that is there already; `Listing.fetched.unchanged` says that it is still right.

        Raises:
            Unfetchable: it may not be fetched, or gives nothing.
            UnreadableArticle: it is a feed or sitemap that cannot be read.
        """
        fetched = self.fetcher.fetch(url, known)
        entries = None if fetched.unchanged else self._entries(fetched, 0)
        if entries is None:
            return Listing(url, fetched)
        unique = list({entry.url or str(at): entry for at, entry in enumerate(entries)}.values())
        kept = unique[: self.max_articles]
        return Listing(url, fetched, tuple(kept), True, len(unique) - len(kept))

    def _entries(self, fetched: Fetched, depth: int) -> list[Entry] | None:
        """Return the articles that a feed or sitemap names, None when it is neither."""
        from assistant.text.readers import feeds, sitemaps

        data = fetched.data
        if fetched.kind not in ("xml", "text", "html", "gzip", ""):
            return None
        if data.startswith(b"\x1f\x8b"):
            data = _unpacked(data, self.reading)
        if feeds.is_feed(data):
            return [replace(entry, url=_joined(fetched.url, entry.url)) for entry in feeds.read(data)]
        if not sitemaps.is_sitemap(data):
            if fetched.kind == "xml":
                raise UnreadableArticle("is XML, but no feed and no sitemap", "give the address of an article, a feed or a sitemap")
            return None
        found = sitemaps.read(data)
        entries = list(found.pages)
        for url in found.sitemaps[:MAX_SITEMAPS] if depth < 2 else ():
            if len(entries) > self.max_articles:
                break
            entries += self._entries(self.fetcher.fetch(_joined(fetched.url, url)), depth + 1) or []
        return entries

    def read_entry(self, entry: Entry) -> Items:
        """Read the article of an entry: its page, else the text that the feed carries."""
        try:
            if not entry.url:
                raise Unfetchable("has no address", "")
            fetched = self.fetcher.fetch(entry.url)
            items = list(self.read_fetched(fetched, entry.fields))
        except AssistantError as error:
            items = [Failure(entry.url, str(error), error.hint)]
        if len(entry.text) >= FULL_TEXT and all(isinstance(item, Failure) for item in items):
            name = entry.url or "feed:" + hashlib.blake2b(entry.text.encode("utf-8", "replace"), digest_size=8).hexdigest()
            where = dict.fromkeys(entry.fields, "feed")
            items = [Raw(plain_address(name), entry.text.encode("utf-8", "replace"), entry.text, entry.fields, provenance=where)]
        yield from items

    def read_fetched(self, fetched: Fetched, said: Mapping[str, str] | None = None) -> Items:
        """Read what was fetched; `said` are the fields that a feed or sitemap gives, which fill what the page does not say."""
        origin = plain_address(fetched.url)
        kind = fetched.kind if fetched.kind != "xml" else ""
        kind = kind or kind_of_name(origin) or kind_of(fetched.data[:HEAD_BYTES])
        data = _in_utf8(fetched.data, fetched.charset) if kind in ("html", "text", "markdown") else fetched.data
        for item in read_bytes(data, origin, kind, self.reading.max_bytes, self.reading.columns):
            yield _filled(item, said or {}) if isinstance(item, Raw) else item

    def _addresses(self, urls: Sequence[str]) -> Items:
        for url in urls:
            yield from self.read_address(url)

    def _paths(self, paths: Sequence[str | Path]) -> Items:
        if paths:
            yield from read_paths(paths, self.reading.max_bytes, self.reading.columns)

    def _standard_input(self) -> Items:
        """Read what is piped in: of any kind; its origin is what it holds, so that two of them never replace each other."""
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as stream:
            digest = hashlib.blake2b(digest_size=8)
            size = 0
            while part := sys.stdin.buffer.read(1 << 20):
                digest.update(part)
                stream.write(part)
                size += len(part)
                if size > MAX_INPUT:
                    yield Failure(STANDARD_INPUT, f"is larger than {MAX_INPUT / 1e9:g} GB", "save it as a file and add that")
                    return
            stream.seek(0)
            head = stream.read(LIST_BYTES)
            stream.seek(0)
            if listed := _listed(head):
                yield from self._addresses(listed)
                return
            origin = f"stdin:{digest.hexdigest()}"
            yield from read_stream(_as_binary(stream), origin, kind_of(head[:HEAD_BYTES]) or "text", self.reading)


def is_address(place: str) -> bool:
    """Say whether a place is an address (`https://...`, `ftp://...`) and no path."""
    return ADDRESS.match(place) is not None


def addresses_in(path: Path) -> list[str]:
    """Return the addresses of a file that holds nothing else, one on a line; `#` begins a remark."""
    try:
        if not path.is_file() or path.stat().st_size > LIST_BYTES:
            return []
        return _listed(path.read_bytes())
    except OSError:
        return []


def plain_address(url: str) -> str:
    """Return an address without its fragment and without what only says where a reader came from."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    if not parts.query:
        return urlunsplit(parts._replace(fragment=""))
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = [pair for pair in pairs if not TRACKING.match(pair[0])]
    query = parts.query if len(kept) == len(pairs) else urlencode(kept)
    return urlunsplit(parts._replace(query=query, fragment=""))


def _joined(base: str, url: str) -> str:
    """Return the address that a feed means; what is none stays what it is, to be refused by name."""
    try:
        return urljoin(base, url) if url else ""
    except ValueError:
        return url


def _may_be_list(name: str) -> bool:
    """Say whether a path is worth a look: the first line of a list is an address."""
    path = Path(name)
    try:
        if path.suffix.lower() not in LIST_KINDS or not path.is_file():
            return False
        with open(path, "rb") as stream:
            first = stream.read(2_000)
    except (OSError, ValueError):
        return False
    lines = [line.strip() for line in first.decode("utf-8-sig", "replace").splitlines()]
    return next((is_address(line) for line in lines if line and not line.startswith("#")), False)


def _listed(data: bytes) -> list[str]:
    if len(data) >= LIST_BYTES:
        return []
    lines = [line.strip() for line in data.decode("utf-8-sig", "replace").splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    return list(dict.fromkeys(lines)) if lines and all(is_address(line) and " " not in line for line in lines) else []


def _filled(raw: Raw, said: Mapping[str, str]) -> Raw:
    more = {name: value for name, value in said.items() if name in FIELDS and not raw.fields.get(name)}
    if not more:
        return raw
    return replace(raw, fields={**raw.fields, **more}, provenance={**raw.provenance, **dict.fromkeys(more, "feed or sitemap")})


def _in_utf8(data: bytes, charset: str) -> bytes:
    """Return a page in UTF-8 when it is not and the server said what it is in."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        try:
            if charset and codecs.lookup(charset).name != "utf-8":
                return data.decode(charset).encode("utf-8")
        except (LookupError, UnicodeError, ValueError):
            pass
    return data


def _unpacked(data: bytes, reading: Reading) -> bytes:
    from assistant.text.readers.archives import read_compressed

    limit = reading.max_bytes * 6
    plain, _ = read_compressed(io.BytesIO(data), reading)
    return plain.read(limit)


def _as_binary(stream: object) -> IO[bytes]:
    return stream  # type: ignore[return-value]  # a spooled file is one in all but its type
