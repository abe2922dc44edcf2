"""Mails made to be slow or large for whoever reads them; and what reading each of them costs.

`python -m tests.mail.bombs [NAME …]` prints one JSON object a bomb: CPU seconds, peak megabytes,
defects. Each is read in a process of its own.
"""

import json
import os
import random
import resource
import sys
import time
from collections.abc import Callable, Iterable

_HEAD = b"From: Ann <ann@mail.example>\r\nTo: me@shop.example\r\nSubject: bomb\r\n"


def _mail(body: bytes, head: bytes = b"") -> bytes:
    return _HEAD + head + b"\r\n" + body


def _typed(kind: bytes, body: bytes) -> bytes:
    return _mail(body, b"Content-Type: " + kind + b"\r\n")


def _headed(name: bytes, value: bytes) -> bytes:
    return b"From: ann@mail.example\r\n" + name + b": " + value + b"\r\nDate: x\r\n\r\nhello\r\n"


def _levels(count: int, kind: bytes) -> bytes:
    return _HEAD + b"".join(
        b"Content-Type: multipart/%s; boundary=b%d\r\n\r\n--b%d\r\n" % (kind, n, n)
        for n in range(count)
    )


def _noise(size: int) -> bytes:
    return random.Random(7).randbytes(size)


BOMBS: dict[str, Callable[[], bytes]] = {
    "parts": lambda: _typed(b"multipart/mixed; boundary=b", b"--b\r\n\r\n" * 100_000),
    "parts_named": lambda: _typed(
        b"multipart/mixed; boundary=b",
        b'--b\r\nContent-Type: x/y; name="a"\r\n\r\nz\r\n' * 100_000,
    ),
    "parts_with_long_types": lambda: _typed(
        b"multipart/mixed; boundary=b",
        (b"--b\r\nContent-Type: x/y; " + b'a";' * 8000 + b"\r\n\r\nz\r\n") * 1000,
    ),
    "levels": lambda: _levels(5000, b"mixed"),
    "levels_alternative": lambda: _levels(5000, b"alternative"),
    "levels_same_boundary": lambda: (
        _HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 20_000
    ),
    "levels_of_messages": lambda: _HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 20_000,
    "levels_of_digests": lambda: _levels(3000, b"digest"),
    "near_boundaries": lambda: _typed(b"multipart/mixed; boundary=b", b"\n--bx" * 2_000_000),
    "boundary_of_dashes": lambda: _typed(b'multipart/mixed; boundary="-"', b"-" * 8_000_000),
    "boundary_in_one_line": lambda: _typed(b"multipart/mixed; boundary=b", b"--b" * 3_000_000),
    "no_boundary": lambda: _typed(b"multipart/mixed", b"--abcdefgh\r\n" * 300_000),
    "multipart_base64": lambda: _mail(
        b"LS1iDQo=" * 500_000,
        b"Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: base64\r\n",
    ),
    "subject": lambda: _headed(b"Subject", b"a" * 1_000_000),
    "subject_encoded": lambda: _headed(b"Subject", b"=?utf-8?B?5byg?= " * 60_000),
    "subject_not_closed": lambda: _headed(b"Subject", b"=?a?Q?x" * 150_000),
    "subject_closed_late": lambda: _headed(b"Subject", b"=?a?Q?x" * 36_000 + b"?="),
    "subject_questions": lambda: _headed(b"Subject", b"=?" * 500_000),
    "subject_8bit": lambda: _headed(b"Subject", _noise(1_000_000).replace(b"\n", b"x")),
    "subject_folded": lambda: _headed(b"Subject", b"a\r\n " * 300_000),
    "recipients": lambda: _headed(
        b"To", b", ".join(b"Ann %d <u%d@x.example>" % (n, n) for n in range(10_000))
    ),
    "recipients_million": lambda: _headed(b"To", b"a@b.c," * 1_000_000),
    "recipients_quotes": lambda: _headed(b"To", b'"\\"' * 90_000),
    "recipients_comments": lambda: _headed(b"To", b"(" * 250_000),
    "recipients_brackets": lambda: _headed(b"To", b"<a" * 130_000),
    "recipients_brackets_late": lambda: _headed(b"To", b"<a" * 130_000 + b">"),
    "recipients_blanks": lambda: _headed(b"To", b"a" + b" " * 250_000 + b"b"),
    "recipients_at": lambda: _headed(b"To", b"@" * 250_000),
    "recipients_at_words": lambda: _headed(b"To", b"a" * 250_000 + b"@"),
    "recipients_encoded": lambda: _headed(b"To", b"=?utf-8?Q?a=2C?= <a@b.c>, " * 9_000),
    "recipients_colons": lambda: _headed(b"To", b"a:" * 120_000),
    "recipients_commas": lambda: _headed(b"To", b"," * 250_000),
    "recipients_words": lambda: _headed(b"To", b"a b," * 60_000),
    "from_many": lambda: b"From: a@b.c\r\n" * 100_000 + b"\r\nhello",
    "header_10_mb": lambda: _headed(b"X-Long", b"a" * 10_000_000),
    "header_lines": lambda: b"X-A: b\r\n" * 300_000 + b"From: a@b.c\r\n\r\nhello",
    "header_garbage": lambda: b"garbage\r\n" * 200_000 + b"From: a@b.c\r\n\r\nhello",
    "header_folds": lambda: _headed(b"X-Folds", b"\r\n " * 1_000_000),
    "header_only": lambda: b"a" * 20_000_000,
    "header_colons": lambda: b"a:\n" * 1_000_000,
    "received": lambda: b"Received: by x; Mon, 7 Sep 2026 09:00:00 +0000\r\n" * 50_000 + _HEAD,
    "dates": lambda: b"Date: (((((( 1 ((((((\r\n" * 50_000 + _HEAD + b"\r\nhello",
    "date": lambda: _headed(b"Date", b"(" * 250_000),
    "references": lambda: _headed(b"References", b"<a@b>" * 200_000),
    "references_open": lambda: _headed(b"References", b"<a" * 130_000),
    "message_id": lambda: _headed(b"Message-ID", b"<" + b"a" * 250_000),
    "parameters": lambda: _headed(b"Content-Type", b"text/plain" + b";a=b" * 60_000),
    "parameters_quotes": lambda: _headed(b"Content-Type", b'text/plain;a="' * 60_000),
    "parameters_continued": lambda: _headed(
        b"Content-Disposition", b"attachment" + b"".join(b";f*%d*=a" % n for n in range(30_000))
    ),
    "base64_garbage": lambda: _mail(_noise(10_000_000), b"Content-Transfer-Encoding: base64\r\n"),
    "base64_padded": lambda: _mail(
        b"YQ==\r\n" * 1_500_000, b"Content-Transfer-Encoding: base64\r\n"
    ),
    "quoted_printable": lambda: _mail(
        b"=" * 10_000_000, b"Content-Transfer-Encoding: quoted-printable\r\n"
    ),
    "quoted_printable_blanks": lambda: _mail(
        b"= " * 500_000 + b" " * 500_000, b"Content-Transfer-Encoding: quoted-printable\r\n"
    ),
    "uuencode": lambda: _mail(b"begin 644 a\r\n" * 500_000),
    "uuencode_one_letter": lambda: _mail(b"begin 644 a\r\n#86)C\r\n" * 300_000),
    "yenc": lambda: _mail(b"=ybegin line=128 size=9 name=a\r\n" * 200_000),
    "noise": lambda: _mail(_noise(10_000_000)),
    "noise_html": lambda: _typed(b"text/html", _noise(5_000_000)),
    "nuls": lambda: _mail(b"\0" * 10_000_000),
    "line_feeds": lambda: _mail(b"\n" * 10_000_000),
    "carriage_returns": lambda: b"From: a@b.c\r" + b"\r" * 10_000_000,
    "one_line": lambda: _mail(b"a" * 10_000_000),
    "short_lines": lambda: _mail(b"a\r\n" * 2_000_000),
    "spaces": lambda: _mail(b"a" + b" " * 10_000_000 + b"b"),
    "jis_escapes": lambda: _typed(b"text/plain; charset=iso-2022-jp", b"\x1b$B" * 1_000_000),
    "jis_mixed": lambda: _typed(
        b"text/plain; charset=iso-2022-jp", b"\x1b$B-!\x1b(B\xff" * 500_000
    ),
    "utf7": lambda: _typed(b"text/plain; charset=utf-7", b"+AGEAYQ-" * 500_000),
    "utf16": lambda: _typed(b"text/plain; charset=utf-16", b"\x00\xd8" * 2_000_000),
    "wrong_label": lambda: _typed(b"text/plain; charset=big5", b"\xb1\xc1\xfe" * 1_500_000),
    "quoted_lines": lambda: _mail(b"> a\r\n" * 500_000),
    "quoted_deep": lambda: _mail(b">" * 2_000_000 + b"a"),
    "attributions": lambda: _mail(b"On Monday Ann <a@b.c> wrote:\r\n" * 60_000),
    "attributions_open": lambda: _mail(b"On Monday, 7 September at 9:00, Ann\r\n" * 50_000),
    "header_blocks": lambda: _mail(b"From: a@b.c\r\nSent: now\r\nTo: x\r\n" * 30_000),
    "rules": lambda: _mail(b"-----Original Message-----\r\n" * 60_000),
    "dashes": lambda: _mail(b"-" * 2_000_000),
    "signatures": lambda: _mail(b"-- \r\nAnn\r\n" * 100_000),
    "urls": lambda: _mail(b"http://a.example/" * 100_000),
    "addresses": lambda: _mail(b"a@b.c " * 300_000),
    "at_signs": lambda: _mail(b"a@" * 1_000_000),
    "digits": lambda: _mail(b"5" * 2_000_000),
    "html_nested": lambda: _typed(b"text/html", b"<div>" * 100_000 + b"hello"),
    "html_tables": lambda: _typed(b"text/html", b"<table><tr><td>" * 30_000 + b"hello"),
    "html_quotes": lambda: _typed(b"text/html", b"<blockquote>" * 50_000 + b"hello"),
    "html_comments": lambda: _typed(b"text/html", b"<!--" * 300_000),
    "html_open_tags": lambda: _typed(b"text/html", b"<a " * 500_000),
    "html_entities": lambda: _typed(b"text/html", b"&amp;" * 500_000),
    "html_styles": lambda: _typed(b"text/html", b"<style>p{}</style><p>a" * 50_000),
    "html_meta": lambda: _typed(b"text/html", b"<meta charset=" * 200_000),
    "html_big": lambda: _typed(b"text/html", b"<p>hello there</p>\r\n" * 300_000),
    "report": lambda: _typed(
        b"multipart/report; report-type=delivery-status; boundary=b",
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        + b"Final-Recipient: rfc822; a@b.c\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n" * 30_000
        + b"--b--\r\n",
    ),
    "bounce_text": lambda: (
        b"From: MAILER-DAEMON@mx.example\r\nSubject: failure notice\r\n\r\n"
        + b"<a@b.example>: 550 5.1.1 user unknown\r\n" * 50_000
    ),
    "flowed": lambda: _typed(b"text/plain; format=flowed", b"a \r\n" * 500_000),
    "enriched": lambda: _typed(b"text/enriched", b"<" * 1_000_000),
    "calendar": lambda: _typed(b"text/calendar", b"BEGIN:VEVENT\r\n" * 300_000),
    "calendar_folds": lambda: _typed(
        b"text/calendar", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:a" + b"\r\n a" * 500_000
    ),
    "rtf": lambda: _typed(b"text/rtf", b"{\\rtf1" + b"{" * 1_000_000),
    "form": lambda: _mail(b"Name: a\r\nEmail: a@b.c\r\n" * 100_000),
}


def cost(name: str) -> dict[str, object]:
    """Reads one bomb in a child process; what it cost and what was found wrong with it."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _read(name, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        told = pipe.read()
    _, status, _ = os.wait4(child, 0)
    return {"bomb": name, "status": status} | (json.loads(told) if told else {})


def _read(name: str, writer: int) -> None:
    from solodesk.mail.jsonform import parsed_to_dict
    from solodesk.mail.parse import parse_message

    raw = BOMBS[name]()
    begun = time.process_time()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    parsed = parse_message(raw, frozenset({"me@shop.example"}))
    took = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    json.dumps(parsed_to_dict(parsed, None, parsed.body_html), ensure_ascii=False).encode()
    told = {
        "cpu_s": round(took, 3),
        "bytes": len(raw),
        "peak_mb": round(peak / 1024),
        "grown_mb": round((peak - before) / 1024),
        "damaged": parsed.damaged,
        "defects": parsed.defects,
    }
    os.write(writer, json.dumps(told).encode())
    os._exit(0)


def main(names: Iterable[str]) -> None:
    """Every bomb named, or all."""
    from solodesk.mail import kinds, parse  # noqa: F401  (not part of what a mail costs)

    for name in names or BOMBS:
        sys.stdout.write(json.dumps(cost(name)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
