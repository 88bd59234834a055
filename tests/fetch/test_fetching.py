"""What a fetch costs at most, what it takes, and its manners."""

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from assistant.errors import Unfetchable
from assistant.fetch.fetching import Fetcher
from assistant.fetch.limits import Limits, Validators
from tests.fetch.server import Site, served


@pytest.fixture
def site():
    with served() as made:
        yield made


def fetcher(site: Site, **limits: float) -> Fetcher:
    return Fetcher(Limits(**{"delay_s": 0.0, "timeout_s": 5.0, **limits}, allow=frozenset([site.name])))


def test_a_page_is_fetched_with_its_kind_and_validators(site: Site):
    site.page("/a", "<p>Hello", etag='"1"')
    found = fetcher(site).fetch(site.url("/a#top"))
    assert (found.url, found.data, found.kind, found.charset) == (site.url("/a"), b"<p>Hello", "html", "utf-8")
    assert found.validators.etag == '"1"'


def test_a_known_version_is_not_sent_again(site: Site):
    site.pages["/a"] = lambda headers: (
        (304, {}, b"") if headers.get("if-none-match") == '"1"' else (200, {"Content-Type": "text/html"}, b"x")
    )
    assert fetcher(site).fetch(site.url("/a"), Validators('"1"')).unchanged
    assert not fetcher(site).fetch(site.url("/a"), Validators('"0"')).unchanged


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_what_is_packed_is_unpacked(site: Site, coding: str):
    packed = gzip.compress(b"story") if coding == "gzip" else zlib.compress(b"story")
    site.page("/a", packed, Content_Encoding=coding)
    assert fetcher(site).fetch(site.url("/a")).data == b"story"


@pytest.mark.parametrize(
    ("headers", "body", "said"),
    [
        ({"Content-Encoding": "gzip"}, gzip.compress(b"\0" * 20_000_000), "larger"),
        ({"Content-Encoding": "br"}, b"xxxx", "packed"),
        ({"Content-Encoding": "gzip"}, b"no gzip", "damaged"),
        ({}, b"x" * 200_000, "larger"),
        ({"Content-Length": "99999999999"}, b"x", "larger"),
        ({"Content-Type": "image/png"}, b"x", "type image/png"),
        ({"Content-Type": "application/x-msdownload"}, b"MZ", "type application"),
        ({"Content-Type": "video/mp4"}, b"x", "type video"),
    ],
)
def test_what_is_too_large_or_of_another_type_is_refused(site: Site, headers: dict[str, str], body: bytes, said: str):
    site.pages["/a"] = (200, {"Content-Type": "text/html", **headers}, body)
    with pytest.raises(Unfetchable, match=said):
        fetcher(site, max_bytes=100_000).fetch(site.url("/a"))


@pytest.mark.parametrize(
    ("status", "said"), [(401, "password"), (402, "paid"), (403, "subscribers"), (404, "no such page"), (451, "legal"), (503, "busy")]
)
def test_a_refusal_says_why(site: Site, status: int, said: str):
    site.pages["/a"] = (status, {"Retry-After": "120"}, b"")
    with pytest.raises(Unfetchable, match=said) as refused:
        fetcher(site).fetch(site.url("/a"))
    assert (refused.value.status, refused.value.retry_after_s) == (status, 120.0)


@contextmanager
def dripping() -> Iterator[int]:
    """Serve one byte after the other, for ever."""
    ended = threading.Event()

    def drip() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(1000)
            with suppress(OSError):
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                while not ended.wait(0.05):
                    connection.sendall(b"X")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip)
        thread.start()
        yield listening.getsockname()[1]
        ended.set()
        thread.join()


def test_a_server_that_speaks_too_slowly_is_left_in_time():
    began = time.monotonic()
    with dripping() as port, pytest.raises(Unfetchable, match=r"within 0\.5 s"):
        Fetcher(Limits(timeout_s=0.5, delay_s=0.0, allow=frozenset([f"127.0.0.1:{port}"]))).fetch(f"http://127.0.0.1:{port}/")
    assert time.monotonic() - began < 2


def test_robots_txt_is_honoured_and_read_once(site: Site):
    site.page("/robots.txt", "User-agent: *\nDisallow: /private\nAllow: /private/open\n", "text/plain")
    site.page("/private/open", "x")
    site.page("/a", "x")
    polite = fetcher(site)
    for path in ("/a", "/private/open"):
        assert polite.fetch(site.url(path)).data == b"x"
    with pytest.raises(Unfetchable, match=r"robots\.txt"):
        polite.fetch(site.url("/private/a"))
    site.redirect("/round", "/private/a")
    with pytest.raises(Unfetchable, match=r"robots\.txt"):
        polite.fetch(site.url("/round"))
    assert site.asked.count("/robots.txt") == 1
    assert "/private/a" not in site.asked


def test_our_own_name_in_robots_txt_counts(site: Site):
    site.page("/robots.txt", "User-agent: article-assistant\nDisallow: /\n\nUser-agent: *\nAllow: /\n", "text/plain")
    with pytest.raises(Unfetchable, match=r"robots\.txt"):
        fetcher(site).fetch(site.url("/a"))


def test_a_site_whose_robots_txt_is_broken_is_left_alone(site: Site):
    site.pages["/robots.txt"] = (500, {}, b"")
    site.page("/a", "x")
    with pytest.raises(Unfetchable, match="cannot be read now"):
        fetcher(site).fetch(site.url("/a"))


def test_there_is_a_pause_between_two_requests_to_a_site(site: Site):
    site.page("/a", "x")
    site.page("/b", "x")
    polite = fetcher(site, delay_s=0.15)
    began = time.monotonic()
    polite.fetch(site.url("/a"))
    polite.fetch(site.url("/b"))
    assert time.monotonic() - began >= 0.3  # robots.txt, /a, /b: two pauses
