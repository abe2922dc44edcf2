"""Address headers to mailboxes: every form mailers write, with caps, never raising.

Works on the undecoded value, so that a comma inside an encoded name does not split it.
Must not know whose address it is.
"""

import re

from solodesk.domain.message import Address
from solodesk.mail import headers

MAX_ADDRESSES = 500
_MAX_NAME = 300
_BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\u200b\ufeff]")
_SPACES = re.compile(r"\s+")
_BARE = re.compile(r"[^\s<>\"'(),:;@\[\]]+@[^\s<>\"'(),;@]+")
_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.){0,500}"|\((?:[^()\\]|\\.|\([^()]{0,'
    r'200}\)){0,500}\)|<[^<>]*>|[,;:]|[^"(<,;:]+|'
    r".",
    re.DOTALL,
)
_AT_WORD = re.compile(r"^([^\s@<>]+) at ([^\s@<>]+\.[^\s@<>]+)\s*(?:\((.*)\))?$")
_SIMPLE = re.compile(r"^([^\"<>()@,;:=?\\\[\]]*)<([^<>\s\"(),;:@]+@[^<>\s\"(),;:@]+)>$")


def parse_addresses(raw: bytes, hint: str | None = None) -> tuple[Address, ...]:
    """The mailboxes of one address header, at most 500; groups are flattened, doubles kept."""
    value = headers.unfold(raw, hint)
    simple = _SIMPLE.match(value)
    if simple is not None:  # the usual case: one plain mailbox
        return (Address(_tidy_name(simple[1]), tidy_address(simple[2])),)
    found: list[Address] = []
    carried = ""
    for piece in _split(value):
        mailbox = _mailbox(piece)
        if mailbox is None:
            continue
        name, address = mailbox
        if not address and "@" not in piece and not piece.lstrip().startswith("="):
            carried = f"{carried}, {name}" if carried else name  # "Doe, John <j@x>"
            continue
        if carried and name and address:
            name = f"{carried}, {name}"
        carried = ""
        found.append(Address(name, address))
        if len(found) >= MAX_ADDRESSES:
            break
    if carried and not found:
        found.append(_nameless(carried))
    return tuple(found)


def _nameless(text: str) -> Address:
    """A header without an address: a local user ("MAILER-DAEMON") or only words."""
    match = _AT_WORD.match(text)
    if match:  # archives hide addresses like this
        return Address(_tidy_name(match[3] or ""), tidy_address(f"{match[1]}@{match[2]}"))
    one_word = bool(re.fullmatch(r"[A-Za-z0-9._+-]+", text))
    return Address("" if one_word else text, text if one_word else "")


def tidy_address(address: str) -> str:
    """The address with its domain in lower case; blanks, brackets and controls removed."""
    address = _BIDI.sub("", headers.one_line(address)).strip("<>'\" .,;")
    address = _SPACES.sub("", address)[:320]
    local, at, domain = address.rpartition("@")
    if not at:
        return address
    return f"{local.removeprefix('mailto:')}@{domain.lower()}"


def _tidy_name(name: str) -> str:
    name = _SPACES.sub(" ", _BIDI.sub("", headers.one_line(name))).strip()
    while len(name) >= 2 and name[0] == name[-1] and name[0] in "\"'":
        name = name[1:-1].strip()
    return name[:_MAX_NAME]


def _split(value: str) -> list[str]:
    """Pieces between commas, semicolons and group marks that stand outside quotes and brackets."""
    out: list[str] = []
    buffer: list[str] = []
    mailbox = False
    for match in _TOKEN.finditer(value):
        piece = match[0]
        if piece in {",", ";"}:
            out.append("".join(buffer))
            buffer, mailbox = [], False
            if len(out) > MAX_ADDRESSES * 2:
                return out
        elif piece == ":" and not mailbox:
            buffer = []  # the name of a group
        else:
            mailbox = mailbox or "@" in piece or "=" in piece
            buffer.append(piece)
    out.append("".join(buffer))
    return out


def _mailbox(piece: str) -> tuple[str, str] | None:
    piece = piece.strip()
    if not piece:
        return None
    if piece.startswith("=?") and piece.endswith("?="):
        piece = headers.words(piece)  # some encode the whole mailbox
    start, end = piece.rfind("<"), piece.rfind(">")
    if start >= 0:
        address = piece[start + 1 : end if end > start else None]
        name = _phrase(piece[:start]) or _comment(
            piece[:start] + (piece[end + 1 :] if end > start else "")
        )
        if "@" in address:
            return name, tidy_address(headers.words(address).rpartition(":")[2])
        hidden = _BARE.search(headers.words(piece))
        if hidden:
            return name, tidy_address(hidden[0])
        return name, tidy_address(address) if address.strip() else ""
    decoded = headers.words(piece)
    match = _BARE.search(decoded)
    if match:
        comment = _comment(piece)
        name = comment or _phrase(
            (decoded[: match.start()] + decoded[match.end() :]).replace("<>", " ")
        )
        return ("" if name.strip("<>() ") == "" else name), tidy_address(match[0])
    return _tidy_name(_unescape(decoded)), ""


def _phrase(text: str) -> str:
    without = re.sub(r"\([^()]{0,500}\)", " ", text) if "(" in text and '"' not in text else text
    plain = without if without.strip() else ""
    return _tidy_name(headers.words(_unescape(plain)))


def _unescape(text: str) -> str:
    text = text.strip()
    if '"' in text:
        text = re.sub(r'(?<!\\)"', "", text)
    return re.sub(r"\\(.)", r"\1", text) if "\\" in text else text


def _comment(text: str) -> str:
    match = re.search(r"\(((?:[^()\\]|\\.){1,500})\)", text)
    return _tidy_name(headers.words(_unescape(match[1]))) if match else ""
