"""The words of the sample shop: people, stories and phrases read from `resources/sample`.

Only reads and shapes; what becomes of them is decided in `mailbox`. Must not make mail.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from solodesk.base import resources


class Mailer(StrEnum):
    """The program a mail was written with: it decides quotes, charset, signature, ids."""

    GMAIL = "gmail"
    OUTLOOK = "outlook"
    APPLE = "apple"
    IPHONE = "iphone"
    THUNDERBIRD = "thunderbird"
    QQ = "qq"
    NETEASE = "netease"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who writes or is written to."""

    name: str
    address: str
    lang: str
    zone: ZoneInfo
    mailer: Mailer
    charset: str | None = None
    sign: str = ""
    called: str = ""
    """How the owner addresses them, where it is not the first name."""
    regular: bool = False
    """Has a ticket of its own in `today.toml`; strangers' stories are given to the others."""

    @property
    def greeting(self) -> str:
        """`called`, else the first name in English, the whole name in Chinese."""
        if self.called:
            return self.called
        return self.name if self.lang == "zh" else self.name.split()[0]


@dataclass(frozen=True, slots=True)
class Story:
    """One kind of question with its variants; `again`/`answer2` are a second round or empty."""

    id: str
    lang: str
    topic: str
    subject: tuple[str, ...]
    ask: tuple[str, ...]
    answer: tuple[str, ...]
    again: tuple[str, ...] = ()
    answer2: tuple[str, ...] = ()
    files: str = ""


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.read_text("sample", name))


@cache
def phrases() -> Mapping[str, Any]:
    """The tables of phrases.toml."""
    return _toml("phrases.toml")


@cache
def today() -> Mapping[str, Any]:
    """The tables of today.toml: what waits now, and the history of one customer."""
    return _toml("today.toml")


@cache
def automatic() -> Mapping[str, Any]:
    """The tables of automatic.toml: newsletters, notices, spam, reports."""
    return _toml("automatic.toml")


@cache
def people() -> Mapping[str, Person]:
    """Every sample customer by address, in the order of the file."""
    rows = _toml("people.toml")["people"]
    return {
        row["address"]: Person(
            name=row["name"],
            address=row["address"],
            lang=row["lang"],
            zone=ZoneInfo(row["zone"]),
            mailer=Mailer(row["mailer"]),
            charset=row.get("charset"),
            sign=row.get("sign", ""),
            called=row.get("called", ""),
            regular=row.get("regular", False),
        )
        for row in rows
    }


def owner(zone: ZoneInfo) -> Person:
    """The owner of the sample shop, who lives in `zone`."""
    row = _toml("people.toml")["owner"]
    return Person(row["name"], row["address"], "en", zone, Mailer.THUNDERBIRD)


@cache
def stories() -> tuple[Story, ...]:
    """All stories, English first."""
    found: list[Story] = []
    for lang in ("en", "zh"):
        for row in _toml(f"stories-{lang}.toml")["story"]:
            lists = {
                key: tuple(row.get(key, ()))
                for key in ("subject", "ask", "answer", "again", "answer2")
            }
            found.append(Story(row["id"], lang, row["topic"], files=row.get("files", ""), **lists))
    return tuple(found)
