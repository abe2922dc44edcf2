"""The table of providers: whole, consistent, in both languages, and found by domain and by MX."""

import re

import pytest

from solodesk.base.errors import NeedsOwner
from solodesk.mail import providers
from solodesk.mail.providers import clean_secret, find_provider, find_provider_by_mx, looks_usual
from solodesk.mail.refusals import sign_in_refused
from solodesk.mail.server import Server
from solodesk.wording.gettext import speaking

WORDS = {"password", "app_password", "auth_code", "bridge", "oauth2"}


def test_every_row_is_whole_and_encrypted() -> None:
    hosts: set[str] = set()
    for entry in providers._entries():
        assert entry["domains"] or entry["mx"], entry["name"]
        assert entry["secret"] in WORDS, entry["name"]
        for role in ("imap", "smtp"):
            host, port, tls = entry[role]
            near = host == "127.0.0.1"
            assert (port, tls) in {(993, "tls"), (465, "tls"), (587, "starttls")} or near
            assert host == host.lower()
        if entry["secret"] != "password":
            assert entry.get("help"), f"{entry['name']} wants what nobody knows without help"
        re.compile(entry.get("looks", ""))
        for domain in entry["domains"]:
            assert domain not in hosts, domain
            hosts.add(domain)


def test_help_is_there_in_both_languages() -> None:
    for key, said in providers._help().items():
        assert len(said["en"]) == len(said["zh"]) >= 1, key
        assert all(line.strip() for line in (*said["en"], *said["zh"])), key
    with speaking("zh"):
        found = find_provider("li@qq.com")
        assert found is not None
        assert found.name == "QQ 邮箱"
        assert any("授权码" in step and "16" in step for step in found.steps)
    with speaking("en"):
        found = find_provider("li@qq.com")
        assert found is not None
        assert found.name == "QQ Mail"
        assert "授权码" in " ".join(found.steps)


@pytest.mark.parametrize(
    ("address", "imap", "smtp", "wants"),
    [
        ("a@zohomail.eu", "imap.zoho.eu", "smtp.zoho.eu", "password"),
        ("a@hotmail.co.uk", "outlook.office365.com", "smtp-mail.outlook.com", "oauth2"),
        ("a@web.de", "imap.web.de", "smtp.web.de", "password"),
        ("a@vip.163.com", "imap.vip.163.com", "smtp.vip.163.com", "auth_code"),
        ("a@139.com", "imap.139.com", "smtp.139.com", "auth_code"),
        ("a@189.cn", "imap.189.cn", "smtp.189.cn", "password"),
        ("a@sina.cn", "imap.sina.cn", "smtp.sina.cn", "auth_code"),
        ("a@sohu.com", "imap.sohu.com", "smtp.sohu.com", "auth_code"),
        ("a@T-Online.de", "secureimap.t-online.de", "securesmtp.t-online.de", "password"),
        ("a@proton.me", "127.0.0.1", "127.0.0.1", "bridge"),
        ("a@orange.fr", "imap.orange.fr", "smtp.orange.fr", "password"),
        ("a@libero.it", "imapmail.libero.it", "smtp.libero.it", "password"),
        ("a@posteo.net", "posteo.de", "posteo.de", "password"),
    ],
)
def test_by_domain(address: str, imap: str, smtp: str, wants: str) -> None:
    found = find_provider(address)
    assert found is not None
    assert (found.imap.host, found.smtp.host, found.wants) == (imap, smtp, wants)


@pytest.mark.parametrize(
    ("mail_host", "imap"),
    [
        ("aspmx.l.google.com", "imap.gmail.com"),
        ("shop-example.mail.protection.outlook.com", "outlook.office365.com"),
        ("mx01.mail.icloud.com", "imap.mail.me.com"),
        ("in1-smtp.messagingengine.com", "imap.fastmail.com"),
        ("mx.zoho.com.au", "imappro.zoho.com.au"),
        ("mx.yandex.net", "imap.yandex.com"),
        ("emx.mail.ru", "imap.mail.ru"),
        ("qiye163mx01.mxmail.netease.com", "imap.qiye.163.com"),
        ("mxbiz1.qq.com", "imap.exmail.qq.com"),
        ("mxn.mxhichina.com", "imap.qiye.aliyun.com"),
        ("mx1.feishu.cn", "imap.feishu.cn"),
        ("mx1.larksuite.com", "imap.larksuite.com"),
        ("mx00.ionos.de", "imap.ionos.de"),
        ("mx01.kundenserver.de", "imap.ionos.de"),
        ("smtpin.rzone.de", "imap.strato.de"),
        ("mx3.mail.ovh.net", "ssl0.ovh.net"),
        ("spool.mail.gandi.net", "mail.gandi.net"),
        ("www123.your-server.de", "mail.your-server.de"),
        ("mx1.pub.mailpod4-cph3.one.com", "imap.one.com"),
        ("mailstore1.secureserver.net", "imap.secureserver.net"),
        ("mx2.emailsrvr.com", "secure.emailsrvr.com"),
        ("mail.protonmail.ch", "127.0.0.1"),
        ("MX1.Mailbox.org.", "imap.mailbox.org"),
    ],
)
def test_own_domains_by_their_mail_server(mail_host: str, imap: str) -> None:
    found = find_provider_by_mx("me@shop.example", mail_host)
    assert found is not None
    assert found.imap.host == imap


@pytest.mark.parametrize("mail_host", ["mx.shop.example", "notgoogle.com", "com", "ovh.net"])
def test_a_stranger_is_nobody(mail_host: str) -> None:
    assert find_provider_by_mx("me@shop.example", mail_host) is None


def test_what_pasting_adds_is_no_part_of_a_secret() -> None:
    assert clean_secret("abcd efgh\u00a0ijkl mnop\r\n", "app_password") == "abcdefghijklmnop"
    assert clean_secret("\ufeffABCD\u200bEFGH\t", "auth_code") == "ABCDEFGH"
    assert clean_secret(" two words \n", "password") == "two words"


def test_the_usual_password_is_told_from_a_special_one() -> None:
    google, icloud, netease = (find_provider(f"a@{d}") for d in ("gmail.com", "me.com", "163.com"))
    assert google is not None
    assert icloud is not None
    assert netease is not None
    assert looks_usual(google, "Sommer2026!")
    assert not looks_usual(google, "abcd efgh ijkl mnop")
    assert not looks_usual(icloud, "abcd-efgh-ijkl-mnop")
    assert not looks_usual(netease, "Sommer2026!")  # its codes have no fixed shape


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("[AUTHENTICATIONFAILED] Invalid credentials (Failure)", "wrong_password"),
        ("535 5.7.8 Error: authentication failed", "wrong_password"),
        (
            "Login fail. Account is abnormal, service is not open, password is incorrect, login"
            " frequency limited, or system is busy",
            "wrong_password",
        ),
        (
            "[ALERT] Application-specific password required: https://support.google.com/a",
            "app_password_needed",
        ),
        ("534 5.7.9 Application-specific password required.", "app_password_needed"),
        ("535 Login Fail. Please enter your authorization code to login.", "app_password_needed"),
        (
            "550 5.7.30 Basic authentication is not supported for Client Submission",
            "password_not_taken",
        ),
        (
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the"
            " Tenant.",
            "password_not_taken",
        ),
        (
            "[ALERT] Please log in via your web browser: https://support.google.com/m",
            "web_login_needed",
        ),
        (
            "534 5.7.14 Please log in through your web browser and then try again",
            "web_login_needed",
        ),
        (
            "[ALERT] IMAP access is disabled for your domain. Please contact your domain"
            " administrator for questions about this feature. (Failure)",
            "imap_not_allowed",
        ),
        ("LOGIN invalid credentials or IMAP is disabled", "imap_not_allowed"),
        ("550 User has no permission", "imap_not_allowed"),
        ("LOGIN Unsafe Login. Please contact kefu@188.com for help", "unsafe_login"),
    ],
)
def test_refusals_as_servers_word_them(words: str, code: str) -> None:
    told = sign_in_refused(Server("mail.example", 993, "tls", "me"), words)
    assert isinstance(told, NeedsOwner)
    assert told.code == code
    assert told.params["text"] == words
