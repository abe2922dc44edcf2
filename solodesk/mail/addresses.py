"""Address headers to mailboxes: every form mailers write, with caps, never raising.

Works on the undecoded value, so that a comma inside an encoded name does not split it. One pass
over the value, linear for any input. Must not know whose address it is.
"""

import re
from dataclasses import dataclass, field

from solodesk.domain.message import Address
from solodesk.mail import headers

MAX_ADDRESSES = 1000
_MAX_NAME = 300
_MAX_BRACKET = 1000
_BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\u200b\ufeff]")
_SPACES = re.compile(r"\s+")
_DOMAIN = re.compile(r"@(?:\[[^\[\]\s]{1,60}\]|[^\s<>\"'(),:;@\[\]，；、（）《》]{1,255})")
_NOT_LOCAL = re.compile(r"[\s<>\"'(),:;@\[\]，；、（）《》]")
_QUOTED_MAILBOX = re.compile(r'"(?:[^"\\]|\\.){1,200}"@[^\s<>"]+')
_WIDE_SEPARATORS = ("，", "；", "、")
_MAX_TRIES = 100
_OTHER = re.compile(r"[^\s<>\"'(),:;@\[\]]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
_AT_WORD = re.compile(r"^([^\s@<>]+) at ([^\s@<>]+\.[^\s@<>]+)$")
_LOCAL_USER = re.compile(r"[A-Za-z0-9._+-]+")
_NOBODY = re.compile(r"(?:undisclosed|unlisted|suppressed)[ _-]?recipients?", re.IGNORECASE)
_COMMENT = re.compile(r"\([^()]*\)")
_SIMPLE = re.compile(
    r'(?:"([^"\\@]*)" ?|([^"<>()@,;:\\\[\]]*))<([^<>\s"(),;:@\[\]\']+@[^<>\s"(),;:@\[\]]+)>'
)
# Pieces that carry no mark of structure; an encoded word is one piece, whatever stands in it.
_TEXT = re.compile(
    r'(?:[^"(<,;:=]+|=\?[^?\s,;<>]{1,60}\?[BbQq]\?(?:[^?\s]{0,2000}|[^?"<>]{0,2000})\?=|=)+'
)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
# Python's own mailer encodes the comma between two mailboxes when it folds there.
_ENCODED_MARK = re.compile(r"=\?[^?\s]{1,40}\?(?:[Qq]\?=(2C|3B|3A)_?|[Bb]\?(LA|Ow|Og)==)\?=")
_MARKS = {"2C": ",", "3B": ";", "3A": ":", "LA": ",", "Ow": ";", "Og": ":"}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_PARENTHESES = re.compile(r"[()]|\\.", re.DOTALL)


def parse_addresses(raw: bytes, hint: str | None = None) -> tuple[Address, ...]:
    """The mailboxes of one address header, at most 1,000; groups are flattened, doubles kept."""
    return read_list(headers.unfold(raw, hint), hint)[:MAX_ADDRESSES]


def read_list(value: str, hint: str | None = None) -> tuple[Address, ...]:
    """The mailboxes of an unfolded address list; one more than the limit tells of too many."""
    if "=?" in value:
        value = _ENCODED_MARK.sub(lambda mark: _MARKS[mark[1] or mark[2]], value)
    if "＠" in value and "@" not in value:
        value = value.replace("＠", "@")
    simple = _SIMPLE.fullmatch(value)
    if simple is not None:  # the usual case: one plain mailbox
        name = simple[1] if simple[1] is not None else simple[2]
        if "=?" not in name:
            return (Address(_tidy_name(name), tidy_address(simple[3])),)
    return tuple(_Reader(value, hint).read())


def holds_other_address(mailbox: Address) -> bool:
    """Whether the display name shows an address that is not the mailbox's own (a deception)."""
    if "@" not in mailbox.name:
        return False
    own = mailbox.address.casefold()
    return any(m[0].rstrip(".-").casefold() != own for m in _OTHER.finditer(mailbox.name))


def tidy_address(address: str) -> str:
    """The address with its domain in lower case; blanks, brackets and controls removed."""
    if not address.isascii() or not address.isprintable():
        address = _BIDI.sub("", headers.one_line(address))
    if "(" in address:
        address = _COMMENT.sub("", address)
    address = address.strip("<>' ,;").removeprefix("mailto:")
    local, at, domain = address.rpartition("@")
    if not at:
        return _SPACES.sub("", address.strip("\"'. "))[:320]
    if " " in domain or "\t" in domain:
        domain = _SPACES.sub("", domain)
    if not (local.startswith('"') and local.endswith('"')):
        local = _SPACES.sub("", local).strip("\"'")
    return f"{local[:255]}@{domain.rstrip('.').lower()[:255]}"


def _tidy_name(name: str) -> str:
    if not name.isascii() or not name.isprintable():
        name = _BIDI.sub("", headers.one_line(name))
    if "  " in name or not name.isascii():
        name = _SPACES.sub(" ", name)
    name = name.strip()
    while len(name) >= 2 and name[0] == name[-1] and name[0] in "\"'":
        name = name[1:-1].strip()
    return name[:_MAX_NAME]


@dataclass(slots=True)
class _Element:
    """What stands between two separators, while it is being read."""

    phrase: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    bracket: str | None = None


class _Reader:
    """One pass over an address list. Marks that are never closed are taken as letters."""

    def __init__(self, value: str, hint: str | None, *, inner: bool = False) -> None:
        self.value = value
        self.hint = hint
        self.inner = inner
        self.found: list[Address] = []
        self.carried: list[str] = []
        self.element = _Element()
        self.no_quote = self.no_comment = False

    def read(self) -> list[Address]:
        value, at, end = self.value, 0, len(self.value)
        while at < end and len(self.found) <= MAX_ADDRESSES:
            char = value[at]
            if char in ",;":
                self._finish()
                at += 1
            elif char == ":":
                at = self._colon(at)
            elif char == '"':
                at = self._quoted(at)
            elif char == "(":
                at = self._comment(at)
            elif char == "<":
                at = self._bracket(at)
            else:
                match = _TEXT.match(value, at)
                at = match.end() if match else at + 1
                self._words(match[0] if match else char)
        self._finish()
        self._flush()
        return self.found[: MAX_ADDRESSES + 1]

    def _words(self, piece: str) -> None:
        if self.element.bracket is not None and piece.lstrip().startswith(_WIDE_SEPARATORS):
            self._finish()
            piece = piece.lstrip()[1:]
        self.element.phrase.append(piece)

    def _colon(self, at: int) -> int:
        so_far = "".join(self.element.phrase)
        if so_far[-6:].lower() == "mailto":
            self.element.phrase = [so_far[:-6].rstrip(" [")]
            self._words(" ")
        elif self.element.bracket is None and "@" not in so_far:
            self.element = _Element()  # the name of a group
        else:
            self._words(":")
        return at + 1

    def _quoted(self, at: int) -> int:
        match = None if self.no_quote else _QUOTED.match(self.value, at)
        if match is None:
            self.no_quote = True
            return at + 1
        if self.value[match.end() : match.end() + 1] == "@":  # the mailbox itself is quoted
            self._words(match[0])
        else:
            inner = match[1]
            self.element.phrase.append(_ESCAPE.sub(r"\1", inner) if "\\" in inner else inner)
        return match.end()

    def _comment(self, at: int) -> int:
        end = -1 if self.no_comment else _closing(self.value, at)
        if end < 0:
            self.no_comment = True
            self._words("(")
            return at + 1
        self.element.comments.append(self.value[at + 1 : end])
        return end + 1

    def _bracket(self, at: int) -> int:
        at += 1
        while self.value[at : at + 1] in {"<", " "}:
            at += 1
        if self.value[at : at + 1] == '"' and (quoted := _QUOTED.match(self.value, at)):
            end = self.value.find(">", quoted.end(), quoted.end() + _MAX_BRACKET)
        else:
            end = self.value.find(">", at, at + _MAX_BRACKET)
        content = self.value[at : end if end >= 0 else at + _MAX_BRACKET]
        if end < 0 or "<" in content:
            content = re.split("[<,;]", content, maxsplit=1)[0]  # it is never closed
            after = at + len(content)
        else:
            after = end + 1
            while self.value[after : after + 1] == ">":
                after += 1
        before = self.element.bracket
        if before is not None and "@" in before and "@" in content:
            self.element.phrase.append(f" <{before}> ")  # shown, and warned of
        if before is None or "@" in content:
            self.element.bracket = content
        return after

    def _finish(self) -> None:
        """A separator: what was read becomes a mailbox, or the first half of "Doe, John <…>"."""
        element, self.element = self.element, _Element()
        phrase = "".join(element.phrase)
        if element.bracket is not None:
            self._bracketed(element, phrase, element.bracket)
        elif phrase.strip(" \t.'<>"):
            self._bare(element, phrase)

    def _bracketed(self, element: _Element, phrase: str, bracket: str) -> None:
        name = self._name(phrase)
        if self.carried and "@" in bracket:
            name = _tidy_name(", ".join((*self.carried, name) if name else self.carried))
            self.carried = []
        self._flush()
        if not name and element.comments:
            name = self._name(element.comments[-1])
        if "@" in bracket:
            self._addresses(name, bracket)
            return
        hidden_at = _AT_WORD.match(bracket.strip())
        if hidden_at:
            self.found.append(Address(name, tidy_address(f"{hidden_at[1]}@{hidden_at[2]}")))
            return
        words = headers.words(phrase, self.hint)
        hidden = _bare_address(words)
        address = tidy_address(words[slice(*hidden)] if hidden else bracket)
        if (name or address) and not _NOBODY.search(name):
            self.found.append(Address(name, address))

    def _addresses(self, name: str, bracket: str) -> None:
        """What stands between brackets: an address, with a route before it, or several."""
        if bracket.startswith('"'):
            self.found.append(Address(name, tidy_address(bracket)))
            return
        bracket = bracket.rpartition(":")[2]
        for piece in re.split("[,;]", bracket):
            if "@" in piece:
                self.found.append(Address(name, tidy_address(headers.words(piece, self.hint))))
                name = ""

    def _bare(self, element: _Element, phrase: str) -> None:
        decoded = headers.words(phrase, self.hint)
        if decoded != phrase and "@" in decoded and not self.inner:
            self._flush()  # an encoded word that holds the whole mailbox
            self.found.extend(_Reader(headers.one_line(decoded), self.hint, inner=True).read())
            return
        comment = self._name(element.comments[-1]) if element.comments else ""
        place = _bare_address(decoded) if "@" in decoded else None
        if place is None and "@" in comment and (place := _bare_address(comment)):
            comment, decoded = self._name(decoded), comment
        if place is None:
            quoted = _QUOTED_MAILBOX.search(decoded)
            if quoted is None:
                self._nameless(element, decoded)
                return
            place = quoted.span()
        self._flush()
        address, rest = decoded[slice(*place)], decoded[place[1] :]
        after = _bare_address(rest) if "@" in rest else None
        if after is None:
            name = _tidy_name(decoded[: place[0]] + " " + rest).strip("<>()[]'. ")
            self.found.append(Address(comment or name, tidy_address(address)))
        elif len(self.found) <= MAX_ADDRESSES:  # blanks between addresses
            name = _tidy_name(decoded[: place[0]]).strip("<>()[]'. ")
            self.found.append(Address(name, tidy_address(address)))
            self._more(rest, after)

    def _more(self, rest: str, place: tuple[int, int] | None) -> None:
        while place is not None and len(self.found) <= MAX_ADDRESSES:
            self.found.append(Address("", tidy_address(rest[slice(*place)])))
            rest = rest[place[1] :]
            place = _bare_address(rest) if "@" in rest else None

    def _nameless(self, element: _Element, text: str) -> None:
        """Words without an address: a local user ("MAILER-DAEMON"), or half of a name."""
        text = _tidy_name(text)
        hidden = _AT_WORD.match(text)
        if hidden:  # archives hide addresses like this
            name = self._name(element.comments[-1]) if element.comments else ""
            self.found.append(Address(name, tidy_address(f"{hidden[1]}@{hidden[2]}")))
        elif not _NOBODY.search(text):
            self.carried.append(text)

    def _flush(self) -> None:
        """Words that no mailbox followed are local users, or a name without an address."""
        carried, self.carried = self.carried, []
        if carried and all(_LOCAL_USER.fullmatch(word) for word in carried):
            self.found.extend(Address("", word) for word in carried)
        elif carried and not self.found:
            self.found.append(Address(", ".join(carried)[:_MAX_NAME], ""))

    def _name(self, phrase: str) -> str:
        return _tidy_name(headers.words(phrase, self.hint)) if phrase else ""


def _closing(value: str, at: int) -> int:
    """Where the comment that opens at `at` closes, or -1."""
    depth = 0
    for match in _PARENTHESES.finditer(value, at):
        if match[0] == "(":
            depth += 1
        elif match[0] == ")":
            depth -= 1
            if depth == 0:
                return match.start()
    return -1


def _bare_address(text: str) -> tuple[int, int] | None:
    """Where an address stands in running words."""
    at = -1
    for _ in range(_MAX_TRIES):
        at = text.find("@", at + 1)
        if at < 0:
            return None
        domain = _DOMAIN.match(text, at)
        local = _NOT_LOCAL.split(text[max(0, at - 255) : at])[-1]
        if domain and local:
            return at - len(local), domain.end()
    return None
