"""The labelled fields of a form mail: "Name: …", a label on its own line, "[name] => …", tables.

Knows only what fields are called (`resources/mail/forms/labels.txt`) and how they are written. Must
not decide whether a mail is a form's.
"""

import re
from dataclasses import dataclass, field
from functools import cache

from solodesk.base import resources

_MAX_LINES = 400
_MAX_LABEL = 70
_MAX_HEAD = 300
_WITH_VALUE = re.compile(
    r"^[\s*_•·▪■●◆#\-–—\"'\[【]*([^\W_][^\n:：=|@<>\t]{0,58}?)[\s*_\]】\"']*"
    r"(?:[:：]+|=>|=|\||\t| {2,}|】|\s[–—-]\s)[\s*_|]*(\S.*)$"
)
_ALONE = re.compile(
    r"^[\s*_•·▪■●◆#\-–—\"'\[【]*([^\W_][^\n:：=|@<>\t]{0,58}?)[\s*_\]】\"']*[:：]*[\s*_|:：]*$"
)
_BRACKETS = re.compile(r"\([^()]{0,30}\)|（[^（）]{0,30}）")
_NOISE = re.compile(
    r"[\s\u3000*_?？!.。'’\"“”#:：]+|\b(?:required|optional|pflichtfeld)\b|必填|選填|选填|必須|必选"
)
_EITHER = re.compile(r"\s+(?:or|and|oder|und|ou|et|o|y|e|of|en)\s+|\s*[/&、]\s*|[和与或]")
_WHOSE = re.compile(
    r"^(?:留言人|提交人|提交者|访客|訪客|客户|客戶|联系人|聯絡人|您的|你的|用户|用戶|买家|咨询人|"
    r"填写人|申请人|发件人|顾客|会员|(?:customer|client|visitor|contact|sender|guest|buyer|user|"
    r"submitter|student|parent|patient|applicant)(?:['’]?s)?)"
)
_NUMBERED = re.compile(r"^\d{1,2}[.)、]\s*")
_ADDRESS = re.compile(
    r"[^\s<>\"'(),;:：，（）\[\]|*]{1,80}@[^\s<>\"'(),;:：，（）\[\]|*]{1,120}\.[A-Za-z]{2,24}"
)
_FIRST_NAME = frozenset(
    {
        "firstname",
        "first",
        "givenname",
        "vorname",
        "prénom",
        "votreprénom",
        "nombre",
        "voornaam",
        "förnamn",
        "fornavn",
    }
)
_LAST_NAME = frozenset(
    {
        "lastname",
        "last",
        "surname",
        "familyname",
        "nachname",
        "apellidos",
        "apellido",
        "cognome",
        "sobrenome",
        "achternaam",
        "efternamn",
        "etternavn",
        "nazwisko",
    }
)
_RULE = re.compile(r"^\s*(?:[-=_*~—–─]{3,}|-- ?|[)}])\s*$")
_FOOTER = re.compile(
    r"^\W{0,4}(?:this (?:e-?mail|message|form) (?:was|is|has been) (?:sent|submitted|generated)|"
    r"sent (?:from|via|by|on)\b.{0,20}(?:form|website|web ?site|http)|(?:you (?:are receiving|"
    r"received) this)|powered by|submitted (?:from|via|on|at|\d)|reply (?:directly )?to this|"
    r"view (?:it|this|the|all)\b.{0,40}(?:dashboard|submission|response|online|entries)|"
    r"does this submission|you can enable spam|manage "
    r"(?:your )?(?:submissions|notifications)|unsubscribe|report (?:as )?spam|mark as spam|"
    r"diese (?:e-?mail|nachricht) wurde|cet (?:e-?mail|message) a été|este (?:mensaje|correo|"
    r"e-?mail) (?:fue|se ha|ha sido|se envi)|questa (?:e-?mail)|deze e-?mail|"
    r"本邮件由|此邮件由|该邮件由|此郵件由|这封邮件由|来自网站|请登录|このメールは)",
    re.IGNORECASE,
)
_HEADER_WORDS = frozenset(
    {
        "to",
        "sent",
        "cc",
        "date",
        "an",
        "gesendet",
        "à",
        "envoyé",
        "para",
        "enviado",
        "a",
        "inviato",
        "aan",
        "verzonden",
        "收件人",
        "发送时间",
        "抄送",
        "收件者",
        "寄件日期",
        "宛先",
        "送信日時",
        "받는사람",
        "кому",
        "отправлено",
        "til",
        "till",
        "do",
    }
)
_RUN = re.compile(r"([ \xa0\u3000\t*_=~-])\1{3,}")


@dataclass(slots=True)
class Fields:
    """The fields of a form by kind, first come; `message` whole, `at` the line of the first."""

    values: dict[str, str] = field(default_factory=dict)
    address: str | None = None
    at: int = 0
    weak: bool = False
    """The message stands under a word that bills and orders use for their remarks."""
    header_words: int = 0
    """How many labels of a mail's own header stood among them ("To:", "Sent:")."""


@cache
def labels() -> dict[str, str]:
    """Label (lower-case, without blanks) to kind of field."""
    found: dict[str, str] = {}
    kind = ""
    for line in resources.read_text("mail", "forms", "labels.txt").split("\n"):
        line_ = line.strip()
        if line_.startswith("["):
            kind = line_.strip("[]")
        elif line_ and not line_.startswith("#"):
            for label in line_.split("|"):
                found.setdefault(_plain_label(label), kind)
    return found


def _plain_label(label: str) -> str:
    label = _NUMBERED.sub("", _BRACKETS.sub("", label.strip().lower()))
    return _NOISE.sub("", label).strip("-–—/")


def read_fields(text: str, foreign: "Foreign") -> Fields:
    """The fields in the lines of a text; `foreign` says which addresses may be a visitor's."""
    lines = [line.rstrip()[:2000] for line in text.split("\n", _MAX_LINES)[:_MAX_LINES]]
    found = Fields(at=len(lines))
    number = 0
    while number < len(lines):
        kind, label, value = label_of(lines[number])
        if kind is None:
            found.header_words += _header_word(lines[number])
            number += 1
            continue
        found.at = min(found.at, number)
        number, value = _value(lines, number, kind, value)
        _keep(found, kind, label, value, foreign)
    note = found.values.pop("note", "")
    if note and "message" not in found.values:
        found.values["message"], found.weak = note, True
    first, last = found.values.pop("first", ""), found.values.pop("last", "")
    if first or last:
        found.values.setdefault("name", f"{first} {last}".strip())
    return found


class Foreign:
    """Tells a visitor's address from our own and from those nobody reads."""

    def __init__(self, own: frozenset[str], unread: re.Pattern[str]) -> None:
        self._own, self._unread = own, unread

    def address(self, value: str) -> str | None:
        """The first address in a value, lower-case, when it may be a visitor's."""
        match = _ADDRESS.search(value)
        if match is None:
            return None
        address = match[0].rstrip(".").lower().removeprefix("mailto:")
        ours = address in self._own or self._unread.match(address.partition("@")[0])
        return None if ours else address


def label_of(line: str) -> tuple[str | None, str, str]:
    """(kind, label, value) of a line; kind None when it begins with no known label."""
    head = _RUN.sub(r"\1\1\1", line[:_MAX_HEAD])
    match = _WITH_VALUE.match(head)
    if match is not None:
        kind, label = _kind_of(match[1])
        if kind is not None:
            return kind, label, (match[2] + line[_MAX_HEAD:]).strip()
    match = _ALONE.match(head) if len(line) <= _MAX_LABEL else None
    if match is not None:
        kind, label = _kind_of(match[1])
        return kind, label, ""
    return None, "", ""


def _kind_of(words: str) -> tuple[str | None, str]:
    """(kind, plain label) of what a form calls a field: also "Comment or message", "What is your
    name?"."""
    label = _plain_label(words)
    known = labels()
    kind = known.get(label)
    if kind is None and len(words) > len("x/y"):
        pieces = _EITHER.split(words)
        if len(pieces) > 1 and all(_plain_label(piece) in known for piece in pieces):
            label = _plain_label(pieces[-1])
        elif "your" in label:
            label = label.rpartition("your")[2]
        else:
            label = _WHOSE.sub("", label)
        kind = known.get(label)
    return kind, label


def _header_word(line: str) -> int:
    match = _WITH_VALUE.match(_RUN.sub(r"\1\1\1", line[:_MAX_HEAD]))
    return int(match is not None and _plain_label(match[1]) in _HEADER_WORDS)


def _value(lines: list[str], number: int, kind: str, value: str) -> tuple[int, str]:
    """(where to read on, the value): on the label's line, on the next one, or many lines."""
    if kind in {"message", "note"}:
        return _long_value(lines, number, value)
    following = number + 1
    if value:
        return following, value
    while following < len(lines) and not lines[following].strip():
        following += 1
    if following < len(lines) and label_of(lines[following])[0] is None:
        return following + 1, lines[following].strip()
    return number + 1, ""


def _long_value(lines: list[str], number: int, value: str) -> tuple[int, str]:
    """A message runs until the next field or the form's footer."""
    out = [value] if value else []
    following = number + 1
    while following < len(lines):
        line = lines[following]
        kind, label, inline = label_of(line)
        if kind is not None and not _part_of_message(kind, label, inline, line):
            break
        if _FOOTER.match(line) or (_RULE.match(line) and _ends(lines, following)):
            break
        out.append(line)
        following += 1
    return following, "\n".join(out).strip()


def _part_of_message(kind: str, label: str, value: str, line: str) -> bool:
    """A short word of the message that happens to be a label ("Thanks", "order")."""
    if kind not in {"other", "message", "note", "subject"} or value:
        return False
    return not line.rstrip().endswith((":", "：")) and (not label or line[:1].islower())


def _ends(lines: list[str], number: int) -> bool:
    """Behind a rule stands a footer, a field, or nothing: not the visitor's words."""
    rest = [line for line in lines[number + 1 : number + 8] if line.strip()]
    return (
        not rest
        or lines[number].startswith("--")
        or any(_FOOTER.match(line) or label_of(line)[0] for line in rest[:3])
    )


def _keep(found: Fields, kind: str, label: str, value: str, foreign: Foreign) -> None:
    values = found.values
    if kind in {"email", "name"} and found.address is None:
        found.address = foreign.address(value)
    if not value:
        return
    if kind == "name" and label in _FIRST_NAME | _LAST_NAME:
        kind = "first" if label in _FIRST_NAME else "last"
    values.setdefault(kind, value)
