"""The corpus of hand-written mails: one oddity a file, `corpus/<area>/<oddity>.mail`.

A file says in words what is odd, then what must come out of it (named fields only), then the mail:

    Outlook separates recipients with semicolons.
    own: me@shop.example
    {"to": ["Ann <ann@mail.example>", "bob@mail.example"], "body_text has": "hello"}
    ---
    From: …

Before the brace: the sentence, then optional settings, one a line: `own: ADDRESS …` (the owner's
addresses), `lines: lf` (line breaks are CRLF otherwise), `encode: CODEC` (the mail's text is UTF-8
otherwise), `end: no` (no line break after the last line).

In the mail, ‹…› stands for bytes that cannot be typed: `‹c4 e3›` in hexadecimal, `‹gbk:你好›` in a
codec, `‹b64 gbk:你好›` and `‹q utf-8:你好›` the same as Base64 or as the Q encoding of headers,
`‹qp utf-8:…›` as quoted-printable, `‹x40 abc›` repeated. They do not nest and stay in one line.

In the expectation a key is a field of the `parse` JSON, or a path into it (`attachments.0.size`),
or `shown_html` (the sanitised HTML); followed by nothing for equality, ` has` or ` lacks` for a
text (or for a list that holds it). Objects are compared by the keys named; mailboxes may be written
as text. `python -m tests.mail.mails FOLDER` writes the mails as .eml files.
"""

import argparse
import base64
import json
import quopri
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from solodesk.mail.jsonform import parsed_to_dict
from solodesk.mail.parse import parse_message

CORPUS = Path(__file__).parent / "corpus"
_BYTES = re.compile("‹([^‹›\r\n]*)›")
_SETTING = re.compile(r"^(own|lines|encode|end): (.*)$", re.MULTILINE)
_LOUD = re.compile(rb"[^!*+/0-9A-Za-z-]")


@dataclass(frozen=True, slots=True)
class Case:
    """One mail of the corpus: its bytes and the fields its reading must have."""

    name: str
    """area/oddity"""
    raw: bytes
    own: frozenset[str]
    expected: dict[str, Any]


def load(path: Path) -> Case:
    """One file of the corpus; ValueError when it does not keep the form."""
    head, mark, mail = path.read_text("utf-8").partition("\n---\n")
    brace = head.find("{")
    if not mark or brace <= 0:
        raise ValueError(f"{path}: a sentence, an object, a line '---' and the mail")
    settings = dict(_SETTING.findall(head[:brace]))
    if settings.get("end") == "no":
        mail = mail.removesuffix("\n")
    if settings.get("lines") != "lf":
        mail = mail.replace("\n", "\r\n")
    return Case(
        f"{path.parent.name}/{path.stem}",
        _to_bytes(mail, settings.get("encode", "utf-8")),
        frozenset(settings.get("own", "").split()),
        json.loads(head[brace:]),
    )


def cases() -> list[Case]:
    """Every mail of the corpus."""
    return [load(path) for path in sorted(CORPUS.glob("*/*.mail"))]


def _to_bytes(mail: str, codec: str) -> bytes:
    pieces = _BYTES.split(mail)
    return b"".join(
        _special(piece) if number % 2 else piece.encode(codec)
        for number, piece in enumerate(pieces)
    )


def _special(what: str) -> bytes:
    form, colon, text = what.partition(":")
    if colon:
        how, _, codec = form.rpartition(" ")
        data = text.encode(codec)
        if how == "b64":
            return base64.b64encode(data)
        if how == "q":
            quoted = _LOUD.sub(lambda m: b"=%02X" % m[0][0], data)
            return quoted.replace(b"=20", b"_")
        return quopri.encodestring(data).replace(b"\n", b"\r\n") if how == "qp" else data
    times = re.match(r"x(\d+) (.+)", what)
    return times[2].encode() * int(times[1]) if times else bytes.fromhex(what)


def wrong(case: Case) -> list[str]:
    """What in the reading of a mail is not as its file says; empty when all is."""
    parsed = parse_message(case.raw, case.own)
    actual = parsed_to_dict(parsed, None, parsed.body_html)
    if any(key.startswith("shown_html") for key in case.expected):
        from solodesk.mail.sanitise import sanitise

        actual["shown_html"] = sanitise(parsed.body_html or "").html
    return [
        f"{key}: expected {wanted!r}, got {_at(actual, key)!r}"
        for key, wanted in case.expected.items()
        if not _holds(key, wanted, actual)
    ]


def _at(actual: Any, key: str) -> Any:
    for step in key.partition(" ")[0].split("."):
        if isinstance(actual, list):
            actual = actual[int(step)] if int(step) < len(actual) else "(none)"
        else:
            actual = actual[step] if isinstance(actual, dict) else "(none)"
    return actual


def _holds(key: str, wanted: Any, actual: dict[str, Any]) -> bool:
    found = _at(actual, key)
    if key.endswith(" has"):
        return _has(found, wanted)
    if key.endswith(" lacks"):
        return not _has(found, wanted)
    return _same(wanted, found)


def _has(found: Any, wanted: Any) -> bool:
    if isinstance(found, list):
        return any(_same(wanted, item) for item in found)
    return isinstance(found, str) and str(wanted) in found


def _same(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, str) and isinstance(found, dict) and set(found) == {"name", "address"}:
        name, address = found["name"], found["address"]
        return wanted == (f"{name} <{address}>" if name else address)
    if isinstance(wanted, dict) and isinstance(found, dict):
        return all(key in found and _same(wanted[key], found[key]) for key in wanted)
    if isinstance(wanted, list) and isinstance(found, list):
        return len(wanted) == len(found) and all(map(_same, wanted, found))
    return bool(wanted == found)


def main() -> None:
    """Writes the corpus as .eml files, to be tried by hand."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    for case in cases():
        path = folder / f"{case.name}.eml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(case.raw)


if __name__ == "__main__":
    main()
