"""Header values of a message of ours: cleaned, encoded, folded, never more than one header.

RFC 5322 (addresses, folding), RFC 2047 (encoded words), RFC 2231 (file names). Every function
takes any text and gives back ASCII without a line break except its own folds.
"""

import base64
import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import quote

from solodesk.base.errors import KnownError
from solodesk.domain.customers import ascii_domain
from solodesk.domain.message import Address

_WIDTH = 76
_FOLD = "\r\n "
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_INVISIBLE = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ATOMS = re.compile(r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+$")
_LOCAL = re.compile(r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+$")
_QUOTED_LOCAL = re.compile(r'^"(?:[ !#-\[\]-~]|\\[ -~])*"$')
_DOMAIN = re.compile(r"^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$")
_LITERAL_DOMAIN = re.compile(r"^\[[A-Za-z0-9:.]+\]$")
_ID = re.compile(r"^<[!-;=?-~]+>$")
_NAME_FORBIDDEN = re.compile(r'[\\/:*?"<>|]')
MAX_IDS = 21
"""The first of a thread and its last twenty: enough for every mail program."""
_MAX_ID = 300


def single_line(value: str) -> str:
    """`value` on one line, without control characters and lone surrogates."""
    clean = value.encode("utf-8", "replace").decode("utf-8")
    return _CONTROL.sub(" ", clean).strip()


def plain_address(address: str) -> str:
    """The address as it goes into header and envelope: checked, domain in its ASCII form.

    KnownError `bad_address` for anything that is not one address, `address_not_ascii` for a
    local part that would need SMTPUTF8.
    """
    local, at, domain = address.strip().rpartition("@")
    if not at or not local or not domain or len(address) > 320:
        raise KnownError("bad_address", address=single_line(address)[:320])
    host = domain if domain.isascii() else ascii_domain(domain)
    if not local.isascii() and local.isprintable() and _DOMAIN.match(host):
        raise KnownError("address_not_ascii", address=single_line(address))
    if not (_LOCAL.match(local) or _QUOTED_LOCAL.match(local)):
        raise KnownError("bad_address", address=single_line(address))
    if not (_DOMAIN.match(host) or _LITERAL_DOMAIN.match(host)):
        raise KnownError("bad_address", address=single_line(address))
    return f"{local}@{host}"


def address_list(header: str, people: Iterable[Address]) -> str:
    """Mailboxes of an address header, folded between them."""
    out, width = "", len(header) + 2
    for person in people:
        mailbox = _mailbox(person)
        if out:
            out += ","
            wide = width + 2 + len(mailbox) > _WIDTH
            out += "\r\n " if wide else " "
            width = 1 if wide else width + 2
        out += mailbox
        width += len(mailbox.rpartition("\n")[2])
    return out


def _mailbox(person: Address) -> str:
    address = plain_address(person.address)
    name = _INVISIBLE.sub("", single_line(person.name))[:300]
    if not name or name == person.address:
        return address
    if name.isascii() and "=?" not in name and len(name) <= 60:
        if not _ATOMS.match(name) or "=" in name or "  " in name:
            name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return f"{name} <{address}>"
    return _FOLD.join((*_encoded_words(name, 40), f"<{address}>"))


def unstructured(header: str, value: str) -> str:
    """Free text (Subject): as it is when plain ASCII, else in encoded words; folded at 76."""
    text = single_line(value)
    words = text.split(" ")
    if text.isascii() and "=?" not in text and max(map(len, words)) <= 60:
        return _folded(len(header) + 2, words)
    return _FOLD.join(_encoded_words(text, 75 - 2 - len(header)))


def _folded(start: int, words: list[str]) -> str:
    out, width = words[0], start + len(words[0])
    for word in words[1:]:
        # A fold is white space; runs of blanks stay together so that no line is blank.
        if word and width + 1 + len(word) > _WIDTH and not out.endswith(" "):
            out, width = out + "\r\n " + word, 1 + len(word)
        else:
            out, width = out + " " + word, width + 1 + len(word)
    return out


def _encoded_words(text: str, first: int) -> list[str]:
    """RFC 2047 words in UTF-8 base64, each of whole characters and at most 75 long."""
    words, chunk, room = [], b"", max(first, 24)
    for char in text:
        data = char.encode("utf-8")
        if chunk and _word_length(len(chunk) + len(data)) > room:
            words.append(_word(chunk))
            chunk, room = b"", 74
        chunk += data
    words.append(_word(chunk))
    return words


def _word_length(size: int) -> int:
    return 12 + 4 * ((size + 2) // 3)


def _word(data: bytes) -> str:
    return f"=?utf-8?B?{base64.b64encode(data).decode('ascii')}?="


def one_id(message_id: str) -> str:
    """A Message-ID of our own making; ValueError when it is not one."""
    if not _ID.match(message_id) or "@" not in message_id:
        message = f"not a Message-ID: {message_id!r}"
        raise ValueError(message)
    return message_id


def id_list(ids: Iterable[str]) -> str:
    """Message-IDs on folded lines: malformed ones left out, doubles once, first and last twenty."""
    good = [each for each in dict.fromkeys(ids) if _ID.match(each) and len(each) <= _MAX_ID]
    if len(good) > MAX_IDS:
        good = [good[0], *good[1 - MAX_IDS :]]
    return _FOLD.join(good)


def safe_name(name: str) -> str:
    """A file name without path, control or direction characters, at most 150 long."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", single_line(name)))
    text = _NAME_FORBIDDEN.sub("_", text).strip(" .")
    if len(text) > 150:
        stem, dot, ending = text.rpartition(".")
        text = stem[: 149 - len(ending)] + dot + ending if dot and len(ending) < 20 else text[:150]
    return text or "file"


def disposition(kind: str, name: str) -> str:
    """`Content-Disposition` with the file name (RFC 2183; RFC 2231 when not ASCII)."""
    if name.isascii() and len(name) <= 60:
        return f'{kind};\r\n filename="{name}"'
    return f"{kind};\r\n {_rfc2231('filename', name)}"


def content_type_name(name: str) -> str:
    """The `name` parameter of `Content-Type`, for programs that know only this one."""
    if name.isascii() and len(name) <= 60:
        return f';\r\n name="{name}"'
    return f';\r\n name="{_FOLD.join(_encoded_words(name, 60))}"'


def _rfc2231(parameter: str, value: str) -> str:
    pieces: list[str] = []
    for char in value:
        escaped = quote(char, safe="")
        if not pieces or len(pieces[-1]) + len(escaped) > 55:
            pieces.append("")
        pieces[-1] += escaped
    if len(pieces) == 1:
        return f"{parameter}*=utf-8''{pieces[0]}"
    head = [f"{parameter}*0*=utf-8''{pieces[0]}"]
    rest = [f"{parameter}*{at}*={piece}" for at, piece in enumerate(pieces[1:], start=1)]
    return ";\r\n ".join(head + rest)
