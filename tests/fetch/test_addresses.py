"""Where a fetch may be led: nowhere but the public web, however the address is written."""

import socket

import pytest

from assistant.errors import Unfetchable
from assistant.fetch.fetching import Fetcher
from assistant.fetch.limits import Limits
from tests.fetch.server import Site, served

# PORT is that of a server that must never be reached.
HOSTILE = [
    # schemes
    "file:///etc/passwd", "ftp://127.0.0.1:PORT/", "gopher://127.0.0.1:PORT/_x", "dict://127.0.0.1:PORT/", "javascript:alert(1)",
    "data:text/html,x", "jar:http://127.0.0.1:PORT/!/", "ldap://127.0.0.1:PORT/", "unix:///var/run/docker.sock", "//127.0.0.1:PORT/",
    # this machine, in every form that the C library or a browser takes
    "http://127.0.0.1:PORT/", "http://127.0.0.1/", "http://127.0.0.1:80/", "http://127.1:PORT/", "http://127.1/", "http://127.0.1/",
    "http://2130706433/", "http://2130706433:PORT/", "http://0x7f000001/", "http://0x7f.0x0.0x0.0x1/", "http://0x7f.1/", "http://0177.0.0.1/",
    "http://0177.0.0.01/", "http://017700000001/", "http://127.0.0.1./", "http://0/", "http://0.0.0.0/", "http://0.0.0.0:PORT/", "http://127.255.255.254/",
    "http://１２７.０.０.１/", "http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://%31%32%37.0.0.1/", "http://localhost/", "http://localhost:PORT/",
    "http://LOCALHOST/", "http://localhost./", "http://foo.localhost/", "http://127.0.0.1.nip.io/", "http://localtest.me/",
    # IPv6
    "http://[::1]/", "http://[::1]:PORT/", "http://[::]/", "http://[0:0:0:0:0:0:0:1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/", "http://[64:ff9b::127.0.0.1]/", "http://[64:ff9b:1::1]/", "http://[2002:7f00:1::]/", "http://[2001:0:7f00:1::]/",
    "http://[fe80::1]/", "http://[fe80::1%25eth0]/", "http://[fc00::1]/", "http://[fd00:ec2::254]/", "http://[ff02::1]/", "http://[::ffff:169.254.169.254]/",
    # private networks, links, metadata
    "http://10.0.0.1/", "http://172.16.0.1/", "http://172.31.255.255/", "http://192.168.0.1/", "http://100.64.0.1/", "http://100.100.100.200/",
    "http://169.254.169.254/latest/meta-data/", "http://2852039166/", "http://0xa9fea9fe/", "http://metadata.google.internal/", "http://168.63.129.16/",
    "http://192.0.0.192/", "http://198.18.0.1/", "http://224.0.0.1/", "http://240.0.0.1/", "http://255.255.255.255/", "http://192.88.99.1/",
    "http://router/", "http://printer.local/", "http://intranet.corp/", "http://db.internal/",
    # users, ports and broken forms that parsers disagree about
    "http://example.com@127.0.0.1/", "http://127.0.0.1@example.com/", "http://example.com:PORT/", "http://example.com:22/", "https://example.com:80/",
    "http://example.com:6379/", "http://127.0.0.1\\@example.com/", "http://example.com\\@127.0.0.1:PORT/", "http://127.0.0.1 @example.com/",
    "http:///127.0.0.1:PORT/", "http:127.0.0.1:PORT/", "http://127.0.0.1\t:PORT/", "http://exa\nmple.com/", "http://example.com:99999/",
    "http://[::1/", "http://..example.com/", "http://", "http://%00/", "http://127.0.0.1%2f@example.com/", "http://a" + "a" * 5000 + ".com/",
]  # fmt: skip


@pytest.fixture(scope="module")
def door():
    with served() as site:
        yield site


@pytest.fixture(scope="module")
def trap():
    with served() as site:
        yield site


def fetcher(*allowed: Site, **limits: float) -> Fetcher:
    return Fetcher(Limits(**{"delay_s": 0.0, "timeout_s": 5.0, **limits}, allow=frozenset(site.name for site in allowed)))


@pytest.fixture(autouse=True)
def no_names(monkeypatch: pytest.MonkeyPatch):
    """No name is looked up in a test; numbers are."""
    look_up = socket.getaddrinfo

    def numbers_only(host, *arguments, **options):
        try:
            return look_up(host, *arguments, **{**options, "flags": socket.AI_NUMERICHOST})
        except OSError:
            raise AssertionError(f"{host} was looked up") from None

    monkeypatch.setattr(socket, "getaddrinfo", numbers_only)


def test_the_table_is_long_enough():
    assert len(set(HOSTILE)) >= 60


@pytest.mark.parametrize("written", HOSTILE)
def test_no_hostile_address_is_reached(written: str, trap: Site):
    with pytest.raises(Unfetchable) as refused:
        fetcher().fetch(written.replace("PORT", str(trap.port)))
    assert refused.value.hint
    assert "\n" not in str(refused.value)
    assert trap.asked == []


@pytest.mark.parametrize("written", [one for one in HOSTILE if "\n" not in one and one.isascii()])
def test_no_redirect_leads_to_a_hostile_address(written: str, door: Site, trap: Site):
    if written in ("//127.0.0.1:PORT/", "http:127.0.0.1:PORT/"):  # seen from the door these are addresses of the trap
        door.redirect("/hop", written.replace("PORT", str(trap.port)).replace("http:127", "http://127"))
    else:
        door.redirect("/hop", written.replace("PORT", str(trap.port)))
    door.redirect("/start", "/hop", 307)
    with pytest.raises(Unfetchable):
        fetcher(door).fetch(door.url("/start"))
    assert trap.asked == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_each_kind_of_redirect_is_checked(status: int, door: Site, trap: Site):
    door.redirect("/r", trap.url("/secret"), status)
    with pytest.raises(Unfetchable, match="port"):
        fetcher(door).fetch(door.url("/r"))
    assert trap.asked == []


def test_robots_txt_may_not_lead_inside_either(door: Site, trap: Site):
    door.redirect("/robots.txt", trap.url("/secret"))
    try:
        with pytest.raises(Unfetchable):
            fetcher(door).fetch(door.url("/a"))
    finally:
        del door.pages["/robots.txt"]
    assert trap.asked == []


def test_circles_and_long_chains_end(door: Site):
    door.redirect("/circle", "/circle2")
    door.redirect("/circle2", "/circle")
    with pytest.raises(Unfetchable, match="circle"):
        fetcher(door).fetch(door.url("/circle"))
    for n in range(20):
        door.redirect(f"/chain{n}", f"/chain{n + 1}")
    with pytest.raises(Unfetchable, match="more than 5"):
        fetcher(door).fetch(door.url("/chain0"))
    assert "/chain7" not in door.asked


@pytest.mark.parametrize("number", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:10.0.0.1", "64:ff9b::a00:1"])
def test_a_name_that_leads_inside_is_refused_by_its_number(number: str, monkeypatch: pytest.MonkeyPatch):
    family = socket.AF_INET6 if ":" in number else socket.AF_INET
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **o: [(family, socket.SOCK_STREAM, 6, "", (number, 80))])
    with pytest.raises(Unfetchable, match="not of the public internet"):
        fetcher().fetch("http://news.example.com/")


def test_one_bad_number_among_good_ones_is_enough(monkeypatch: pytest.MonkeyPatch):
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, 80)) for number in ("93.184.215.14", "192.168.1.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **o: rows)
    with pytest.raises(Unfetchable, match="not of the public internet"):
        fetcher().fetch("http://news.example.com/")


def test_the_connection_goes_to_the_number_that_was_checked(monkeypatch: pytest.MonkeyPatch):
    """A name that leads elsewhere at the second look-up is looked up once; the guard of the tests names what is connected to."""
    numbers = iter(["93.184.215.14", "127.0.0.1", "127.0.0.1"])
    connected: list[object] = []

    def connect(address, *arguments, **options):
        connected.append(address)
        raise OSError("no network here")

    rebinding = lambda *a, **o: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(numbers), 80))]  # noqa: E731
    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Unfetchable, match="cannot be reached"):
        fetcher().fetch("http://news.example.com/")
    assert connected == [("93.184.215.14", 80)]
