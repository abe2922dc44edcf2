"""Mails nobody has written: the corpus, cut, mixed and spoilt, and what must hold for all of them.

`python -m tests.mail.fuzz SECONDS [SEED]` runs alone and keeps what it finds in the folder
`fuzz-findings` of the temporary directory; the tests use `spoilt` and `broken` from here.
"""

import hashlib
import json
import random
import re
import sys
import tempfile
import time
from pathlib import Path

from solodesk.domain.message import ParsedMessage
from solodesk.mail.dates import EARLIEST_MS, LATEST_MS
from solodesk.mail.files import attachment_bytes
from solodesk.mail.jsonform import parsed_to_dict
from solodesk.mail.parse import parse_message
from solodesk.mail.sanitise import sanitise
from tests.mail.mails import cases

OWN = frozenset({"me@shop.example"})
CPU_S = 2.0
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
_ID = re.compile(r"<[^<>\s]+>")
_TOKENS = [
    b"\r\n", b"\n", b"\r", b"\r\n\r\n", b" ", b"\t", b"\0", b"\x1b$B", b"\x1b(B", b"\xef\xbb\xbf",
    b"\xff\xfe", b"--b", b"--b--", b"=?utf-8?Q?", b"=?gb2312?B?", b"?=", b'"', b"\\", b"(", b")",
    b"<", b">", b"@", b",", b";", b":", b"=", b"=\r\n", b"%E5%8F", b"*0*=", b"filename*=utf-8''",
    b"Content-Type: multipart/mixed; boundary=b\r\n", b"Content-Type: message/rfc822\r\n",
    b"Content-Type: text/html; charset=gbk\r\n", b"Content-Type: multipart/alternative;boundary=x",
    b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: quoted-printable\r\n",
    b"Content-Disposition: attachment; filename=", b"charset=utf-16", b"charset=utf-7",
    b"charset=iso-2022-jp", b"format=flowed; delsp=yes", b"From: ", b"Reply-To: ", b"Date: ",
    b"Received: x; ", b"Mon, 7 Sep 2026 09:00:00 +0000", b"-9900", b"References: <", b"> ", b">",
    b"-- \r\n", b"On Mon, Ann wrote:\r\n", "在 2026年9月7日，张三 写道：".encode(),
    b"begin 644 a\r\n",
    b"=ybegin line=128 size=3 name=a\r\n", b"BEGIN:VCALENDAR\r\n", b"<html>", b"<table>", b"<!--",
    b"<style>", b"<blockquote>", b"</div>", b"&#x", b"Auto-Submitted: auto-replied\r\n",
    b"Final-Recipient: rfc822; a@b\r\n", b"{\\rtf1 ", b"\x78\x9f\x3e\x22", b"\xc4\xe3\xba\xc3",
    b"\xe4\xbd\xa0", b"\xed\xa0\x80", b"\x80", b"9999999999", b"undisclosed-recipients:;",
]  # fmt: skip


def spoilt(dice: random.Random, seeds: list[bytes]) -> bytes:
    """One mail of the corpus, spoilt in one to six ways."""
    mail = dice.choice(seeds)[:30_000]
    for _ in range(dice.choice((1, 1, 2, 2, 3, 4, 6))):
        mail = _spoil(dice, mail, seeds)
    return mail


def _spoil(dice: random.Random, mail: bytes, seeds: list[bytes]) -> bytes:
    at = dice.randint(0, len(mail))
    to = min(len(mail), at + int(dice.expovariate(1 / 30)))
    way = dice.randrange(9)
    if way == 0:
        return mail[:at] + mail[to:]
    if way == 1:
        return mail[:at] + dice.randbytes(dice.randint(1, 6)) + mail[to:]
    if way in {2, 3}:
        return mail[:at] + dice.choice(_TOKENS) + mail[at:]
    if way == 4:
        return mail[:at] + mail[at:to] * dice.randint(2, 20) + mail[to:]
    if way == 5:
        other = dice.choice(seeds)
        cut = dice.randint(0, len(other))
        return mail[:at] + other[cut : cut + dice.randint(1, 400)] + mail[at:]
    if way == 6:
        lines = mail.splitlines(keepends=True)
        dice.shuffle(lines) if dice.random() < 0.2 else lines.insert(
            dice.randint(0, len(lines)), dice.choice(lines or [b"\n"])
        )
        return b"".join(lines)
    if way == 7:
        return mail[:at]
    return (
        bytes(mail[:at])
        + bytes(byte ^ (1 << dice.randrange(8)) for byte in mail[at:to])
        + mail[to:]
    )


def broken(raw: bytes) -> list[str]:
    """Which of the promises of `parse_message` its reading of these bytes breaks."""
    begun = time.process_time()
    p = parse_message(raw, OWN)
    took = time.process_time() - begun
    wrong = [f"slow: {took:.1f} s"] if took > CPU_S else []
    wrong += [defect for defect in p.defects if defect.startswith("reader_fault")]
    try:
        line = parsed_to_dict(p, None, sanitise(p.body_html).html if p.body_html else None)
        json.loads(json.dumps(line, ensure_ascii=False, allow_nan=False).encode("utf-8"))
    except (ValueError, TypeError) as fault:
        wrong.append(f"json: {fault!r}")
    if (p.raw_sha256, p.size) != (hashlib.sha256(raw).hexdigest(), len(raw)):
        wrong.append("digest")
    return wrong + _odd_words(p) + _odd_files(p, raw)


def _odd_words(p: ParsedMessage) -> list[str]:
    wrong = []
    people = [*p.reply_to, *p.to, *p.cc, *(a for a in (p.from_, p.sender, p.customer) if a)]
    lines = [p.subject, *(a.name for a in people), *(a.address for a in people)]
    if any(_CONTROL.search(line) for line in lines):
        wrong.append("a line has controls")
    if len(p.to) > 1000 or any(len(a.address) > 520 or len(a.name) > 700 for a in people):
        wrong.append("people over the cap")
    ids = [*p.in_reply_to, *p.references, *([p.message_id] if p.message_id else [])]
    if not all(_ID.fullmatch(each) for each in ids):
        wrong.append("an id is none")
    if p.date_ms is not None and not EARLIEST_MS <= p.date_ms < LATEST_MS:
        wrong.append("date")
    if any(map(str.isalnum, p.body_text)) and not p.new_text.strip():
        wrong.append("words hidden")
    if p.damaged and not p.defects:
        wrong.append("damaged without a reason")
    return wrong


def _odd_files(p: ParsedMessage, raw: bytes) -> list[str]:
    wrong = []
    for file in p.attachments[:5]:
        if hashlib.sha256(attachment_bytes(raw, file.index)).hexdigest() != file.sha256:
            wrong.append("attachment's bytes")
        name = file.filename
        if not name or len(name.encode()) > 255 or {*name} & {*'/\\:*?"<>|'} or name[0] == ".":
            wrong.append(f"file name {name!r}")
        if _CONTROL.search(name):
            wrong.append(f"file name {name!r}")
    return wrong


def hunt(seconds: float, seed: int) -> tuple[int, dict[str, bytes]]:
    """Reads spoilt mails for some time: (how many, one mail for each promise broken)."""
    dice = random.Random(seed)
    seeds = [case.raw for case in cases()]
    found: dict[str, bytes] = {}
    until, number = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        raw = spoilt(dice, seeds)
        number += 1
        for wrong in broken(raw):
            found.setdefault(wrong.split(":")[0] if wrong[:4] == "slow" else wrong, raw)
    return number, found


def main(seconds: float, seed: int) -> None:
    """Hunts and keeps what is found."""
    folder = Path(tempfile.gettempdir()) / "fuzz-findings"
    folder.mkdir(exist_ok=True)
    number, found = hunt(seconds, seed)
    sys.stdout.write(f"{number} mails\n")
    for count, (wrong, raw) in enumerate(found.items()):
        path = folder / f"{seed}-{count}.eml"
        path.write_bytes(raw)
        sys.stdout.write(f"{path}: {wrong}\n")


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time()))
