"""Whose word about a sender is believed, and what it says."""

import pytest

from solodesk.mail.authentication import Verdict, judge, own_name, topmost_name

GMAIL = """Delivered-To: me@gmail.com
Received: by 2002:a05:6a10:1234 with SMTP id x; Mon, 2 Nov 2026 01:00:00 -0800 (PST)
ARC-Authentication-Results: i=1; mx.google.com; dkim=pass header.i=@shop.example
Return-Path: <bounce@mailer.shop.example>
Received: from out.shop.example (out.shop.example. [192.0.2.1]) by mx.google.com with ESMTPS
Received-SPF: pass (google.com: domain of bounce@mailer.shop.example)
Authentication-Results: mx.google.com;
       dkim=pass header.i=@shop.example header.s=s1 header.b=abc;
       spf=pass (google.com: domain designates 192.0.2.1) smtp.mailfrom=b@mailer.shop.example;
       dmarc={dmarc} (p=REJECT sp=REJECT dis=NONE) header.from=shop.example
From: Shop <news@shop.example>
Subject: x

Hello
"""
OUTLOOK = """Received: from A.prod.outlook.com (::1) by B.prod.outlook.com with HTTPS
Authentication-Results: spf=pass (sender IP is 192.0.2.1)
 smtp.mailfrom=firm.example; dkim=pass (signature was verified)
 header.d=firm.example;dmarc=pass action=none header.from=firm.example;compauth=pass reason=100
Received: from C (2603::1) by A.prod.outlook.com
From: Ann <ann@firm.example>

x
"""
PLAIN = "From: Ann <ann@firm.example>\nSubject: x\n\nHello\n"


def _raw(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def _with(results: str, writer: str = "Ann <ann@firm.example>", above: str = "") -> bytes:
    return _raw(f"{above}Authentication-Results: {results}\nFrom: {writer}\n\nx\n")


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        ("mx.me.example; dmarc=pass header.from=firm.example", "verified"),
        ("mx.me.example; dmarc=fail header.from=firm.example", "failed"),
        ("mx.me.example 1; dmarc=pass header.from=firm.example", "verified"),
        ("mx.me.example; dmarc=pass header.from=other.example", "unknown"),
        ("mx.me.example; dkim=pass header.d=firm.example", "verified"),
        ("mx.me.example; dkim=pass header.d=mail.firm.example", "verified"),
        ("mx.me.example; dkim=pass header.i=@firm.example", "verified"),
        ("mx.me.example; dkim=pass header.d=mailer.example", "unknown"),
        ("mx.me.example; spf=pass smtp.mailfrom=bounce@firm.example", "verified"),
        ("mx.me.example; spf=pass smtp.mailfrom=mailer.example", "unknown"),
        ("mx.me.example; spf=fail smtp.mailfrom=firm.example", "failed"),
        ("mx.me.example; spf=softfail smtp.mailfrom=firm.example", "unknown"),
        ("mx.me.example; dkim=fail header.d=firm.example; spf=pass smtp.mailfrom=firm.example",
         "verified"),
        ("mx.me.example; dmarc=none header.from=firm.example; dkim=pass header.d=firm.example",
         "verified"),
        ("mx.me.example; none", "unknown"),
        ("mx.me.example; dkim=pass (dmarc=pass header.from=firm.example) header.d=x.example",
         "unknown"),
        ("mx.me.example", "unknown"),
        ("mx.evil.example; dmarc=pass header.from=firm.example", "unknown"),
        ("", "unknown"),
        (";;;===", "unknown"),
    ],
)  # fmt: skip
def test_what_the_own_server_says(results: str, verdict: str) -> None:
    assert judge(_with(results), "mx.me.example").verdict == verdict


def test_a_forged_result_below_the_own_one_says_nothing() -> None:
    own = "Authentication-Results: mx.me.example; dmarc=fail header.from=firm.example\n"
    received = "Received: from evil by mx.me.example; Mon, 2 Nov 2026 01:00:00 +0000\n"
    forged = "mx.me.example; dmarc=pass header.from=firm.example"
    assert judge(_with(forged, above=own + received), "mx.me.example").verdict == Verdict.FAILED


def test_a_result_under_a_strangers_hop_says_nothing() -> None:
    """The own server writes none today: what stands on top came with the mail."""
    above = "Received: from x by relay.evil.example; Mon, 2 Nov 2026 01:00:00 +0000\n"
    forged = "mx.me.example; dmarc=pass header.from=firm.example"
    assert judge(_with(forged, above=above), "mx.me.example").verdict == Verdict.UNKNOWN


def test_two_senders_are_none() -> None:
    results = "mx.me.example; dmarc=pass header.from=firm.example"
    assert judge(_with(results, "a@firm.example, b@evil.example"), "mx.me.example").verdict != (
        Verdict.VERIFIED
    )
    double = _with(results).replace(b"\r\n\r\n", b"\r\nFrom: b@evil.example\r\n\r\n", 1)
    assert judge(double, "mx.me.example").verdict == Verdict.UNKNOWN


def test_the_ways_of_the_great_providers() -> None:
    good, bad = _raw(GMAIL.format(dmarc="pass")), _raw(GMAIL.format(dmarc="fail"))
    own = own_name([good, good, bad])
    assert own == "mx.google.com"
    assert judge(good, own).verdict == Verdict.VERIFIED
    assert judge(bad, own).verdict == Verdict.FAILED
    assert "dmarc=fail" in judge(bad, own).because
    microsoft = _raw(OUTLOOK)
    assert own_name([microsoft] * 3) == "-"
    assert judge(microsoft, "-").verdict == Verdict.VERIFIED


def test_the_own_name_is_learnt_from_most_mail() -> None:
    own = _with("mx.me.example; none")
    stray = _with("mx.evil.example; dmarc=pass header.from=firm.example")
    plain = _raw(PLAIN)
    assert topmost_name(plain) is None
    assert own_name([own, own, own, stray]) == "mx.me.example"
    assert own_name([plain] * 6 + [stray]) is None
    assert own_name([stray, plain]) is None
    assert own_name([]) is None
    # Two mails prove nothing, unless the name is that of the mailbox's own house.
    assert own_name([stray, stray]) is None
    assert own_name([own], ["imap.me.example"]) == "mx.me.example"
    assert own_name([_raw(GMAIL.format(dmarc="pass"))], ["imap.gmail.com"]) == "mx.google.com"


def test_several_results_of_one_server_stand_together() -> None:
    above = "Authentication-Results: mx.me.example; spf=none\n"
    raw = _with("mx.me.example; dkim=pass header.d=firm.example", above=above)
    assert judge(raw, "mx.me.example").verdict == Verdict.VERIFIED


@pytest.mark.parametrize("raw", [b"", b"\r\n", b"\xff\xfe:\x00", b"From" * 100_000, b":" * 1000])
def test_odd_bytes_are_unknown(raw: bytes) -> None:
    assert judge(raw, "mx.me.example").verdict == Verdict.UNKNOWN
