"""Finding servers: the order of the sources, hostile answers, time limits; all on loopback."""

import threading
import time
from collections.abc import Iterator

import pytest

from solodesk.base.errors import KnownError
from solodesk.services import discovery
from tests.support.certificates import Certificates
from tests.support.directory import Directory, xml
from tests.support.dovecot import Mailbox
from tests.support.waiting import free_port

ADDRESS = "ling@shop.example"


@pytest.fixture
def directory(certificates: Certificates) -> Iterator[Directory]:
    there = Directory(certificates)
    there.start()
    yield there
    there.stop()


def test_the_table_asks_nobody(directory: Directory) -> None:
    found = discovery.find("ling@gmail.com", directory.places())
    assert (found.provider.name, found.source) == ("Gmail", "table")
    assert found.domains == ("gmail.com",)
    assert directory.requests == []


def test_the_domains_own_word_comes_first(directory: Directory) -> None:
    directory.pages["/own/shop.example"] = xml("Own", "mail.firm.co.uk")
    directory.pages["/ispdb/shop.example"] = xml("Db", "db.example")
    directory.records["shop.example", "MX"] = ["10 aspmx.l.google.com."]
    found = discovery.find(ADDRESS, directory.places())
    provider = found.provider
    assert (found.source, provider.name) == ("autoconfig", "Own")
    assert (provider.imap.host, provider.imap.port, provider.imap.tls, provider.imap.user) == (
        "imap.mail.firm.co.uk", 993, "tls", "ling",
    )  # fmt: skip
    assert (provider.smtp.host, provider.smtp.tls, provider.smtp.user) == (
        "smtp.mail.firm.co.uk", "starttls", ADDRESS,
    )  # fmt: skip
    assert provider.wants == "password"
    assert provider.page == "https://help.mail.firm.co.uk/imap"
    assert found.domains == ("firm.co.uk",)
    assert not any("ling" in request for request in directory.requests)


@pytest.mark.parametrize("place", ["well-known", "ispdb"])
def test_the_next_ones(directory: Directory, place: str) -> None:
    directory.pages[f"/{place}/shop.example"] = xml("There", "hoster.example", "OAuth2")
    found = discovery.find(ADDRESS, directory.places())
    assert found.provider.name == "There"
    assert found.provider.wants == "oauth2"


def test_an_own_domain_at_a_large_provider(directory: Directory) -> None:
    directory.records["shop.example", "MX"] = ["20 mx.other.example.", "10 ASPMX.L.Google.com."]
    found = discovery.find(ADDRESS, directory.places())
    assert (found.source, found.provider.name) == ("mx", "Gmail")
    assert found.provider.imap.user == ADDRESS
    assert found.provider.wants == "app_password"
    directory.records["shop.example", "MX"] = ["0 shop-example.mail.protection.outlook.com."]
    found = discovery.find(ADDRESS, directory.places())
    assert (found.provider.wants, found.provider.sign_in) == ("oauth2", "microsoft")


def test_the_file_of_whom_its_mail_servers_belong_to(directory: Directory) -> None:
    directory.records["shop.example", "MX"] = ["10 mx1.in.hoster.example."]
    directory.pages["/ispdb/hoster.example"] = xml("Hoster", "hoster.example")
    found = discovery.find(ADDRESS, directory.places())
    assert (found.source, found.provider.name) == ("mx", "Hoster")


def test_services_of_the_dns(directory: Directory) -> None:
    directory.records["_imaps._tcp.shop.example", "SRV"] = [
        "20 1 993 second.example.", "10 1 1993 first.example.",
    ]  # fmt: skip
    directory.records["_submission._tcp.shop.example", "SRV"] = ["0 1 587 out.example."]
    found = discovery.find(ADDRESS, directory.places())
    assert found.source == "srv"
    assert (found.provider.imap.host, found.provider.imap.port) == ("first.example", 1993)
    assert (found.provider.smtp.port, found.provider.smtp.tls) == (587, "starttls")
    directory.records["_imaps._tcp.shop.example", "SRV"] = ["0 0 0 ."]
    with pytest.raises(KnownError):
        discovery.find(ADDRESS, directory.places())


def test_a_guess_needs_a_proven_name(directory: Directory, mailbox: Mailbox) -> None:
    here = ("127.0.0.1", mailbox.tls_port, "tls")
    wrong = (mailbox.wrong_host, mailbox.tls_port, "tls")
    closed = ("127.0.0.1", free_port(), "tls")
    trust = str(mailbox.ca_file)
    good = directory.places(
        imap_guesses=(closed, wrong, here), smtp_guesses=(closed, here), ca_file=trust
    )
    found = discovery.find(ADDRESS, good)
    assert found.source == "guess"
    assert (found.provider.imap.host, found.provider.imap.port) == here[:2]
    bad = directory.places(imap_guesses=(closed, wrong), smtp_guesses=(here,), ca_file=trust)
    with pytest.raises(KnownError) as told:
        discovery.find(ADDRESS, bad)
    assert told.value.code == "unknown_provider"


_BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;">]>'
    + xml("&c;", "evil.example").partition(b"?>")[2]
)


@pytest.mark.parametrize(
    "page",
    [
        _BOMB,
        _BOMB.decode().encode("utf-16"),
        xml("Large", "large.example") + b" " * 70_000,
        b"<html>not found</html>",
        b"",
        b"\xff\xfe\x00",
        xml("Plain", "x.example").replace(b">SSL<", b">plain<"),
        xml("Odd", "x.example").replace(b"993", b"99999"),
        xml("Odd", "x.example").replace(b"imap.x.example", b"imap.x.example/../?"),
        xml("Odd", "x.example").replace(b"imap.x.example", b"%SECRET%.example"),
        "http://127.0.0.1:1/plain",
        "file:///etc/passwd",
    ],
)
def test_what_is_not_taken(directory: Directory, page: bytes | str) -> None:
    directory.pages["/own/shop.example"] = page
    with pytest.raises(KnownError) as told:
        discovery.find(ADDRESS, directory.places())
    assert told.value.code == "unknown_provider"
    assert told.value.params["domain"] == "shop.example"


def test_redirects_end(directory: Directory) -> None:
    directory.pages["/own/shop.example"] = "/moved"
    directory.pages["/moved"] = xml("Moved", "moved.example")
    assert discovery.find(ADDRESS, directory.places()).provider.name == "Moved"
    directory.pages["/moved"] = "/own/shop.example"
    with pytest.raises(KnownError):
        discovery.find(ADDRESS, directory.places())
    assert directory.requests.count("/moved") <= 4


def test_a_web_server_nobody_vouches_for_is_not_heard(directory: Directory) -> None:
    directory.pages["/own/shop.example"] = xml("Own", "own.example")
    with pytest.raises(KnownError):
        discovery.find(ADDRESS, directory.places(ca_file=None))
    assert directory.requests == []


def test_time_runs_out_and_a_lower_source_serves(directory: Directory) -> None:
    directory.hold = threading.Event()
    directory.records["shop.example", "MX"] = ["10 mx.messagingengine.com."]
    begun = time.monotonic()
    found = discovery.find(ADDRESS, directory.places(), total_s=1.0)
    assert found.provider.name == "Fastmail"
    assert time.monotonic() - begun < 3
    directory.hold.set()


def test_stopped(directory: Directory) -> None:
    directory.hold = threading.Event()
    stop = threading.Event()
    stop.set()
    with pytest.raises(KnownError) as told:
        discovery.find(ADDRESS, directory.places(), stop)
    assert told.value.code == "search_stopped"
    directory.hold.set()


@pytest.mark.parametrize("address", ["ling", "ling@", "@x.example", "a@127.0.0.1", "a@b/c.example"])
def test_no_address(directory: Directory, address: str) -> None:
    with pytest.raises(KnownError) as told:
        discovery.find(address, directory.places())
    assert told.value.code == "bad_address"
    assert directory.requests == []


def test_a_domain_in_chinese_is_asked_for_in_ascii(directory: Directory) -> None:
    directory.pages["/own/xn--fiqs8s.example"] = xml("中国", "mail.example")
    assert discovery.find("ling@中国.example", directory.places()).provider.name == "中国"
