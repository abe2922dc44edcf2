"""Sample customers who answer the owner's mail while the demo runs.

`Customers.answer` decides what comes back to one recipient: a thanks, a question or, to a
survey, a rating; in the customer's language, quoted as their program does it and threaded by
In-Reply-To and References. The same seed and the same order of mails give the same answers.
Machines' mail gets no answer, nor does a survey that was answered already. Must not send.
"""

import email
import hashlib
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from random import Random

from solodesk.demo.conversations import customer_reply
from solodesk.demo.letters import Letter, phone_signature
from solodesk.demo.ratings import HEADER, Rating, rating_letter, token_in
from solodesk.demo.rawmail import raw_of
from solodesk.demo.samples import Mailer, Person, people, phrases

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_ID = re.compile(r"<[^<>\s]+>")


class Customers:
    """Everybody the owner can write to; remembers how often and which surveys were answered."""

    def __init__(self, owner: Person, seed: int = 1) -> None:
        self._owner = owner
        self._seed = seed
        self._heard: Counter[str] = Counter()
        self._rated: set[str] = set()

    def answer(self, raw: bytes, recipient: str) -> Callable[[datetime], bytes] | None:
        """What `recipient` answers to the owner's mail `raw`, once it is known when.

        Call the result with the moment of writing for the mail's bytes; None: no answer.
        """
        message = email.message_from_bytes(raw, policy=policy.default)
        if str(message.get("Auto-Submitted", "no")).strip().lower() != "no":
            return None
        letter = self._letter(message, recipient.strip().lower())
        address = letter.to.address
        rng = Random(f"{self._seed}:{address}:{self._heard[address]}")  # noqa: S311 - no secret
        token = token_in(_header(message, HEADER), _unquoted(letter.text))
        if token is not None:
            if token in self._rated:
                return None
            self._rated.add(token)
            return _rate(letter, token, rng)
        self._heard[address] += 1
        return _reply(letter, rng, first=self._heard[address] == 1)

    def _letter(self, message: EmailMessage, recipient: str) -> Letter:
        text = _text(message)
        references = tuple(_ID.findall(_header(message, "References") or ""))
        number = _ID.search(_header(message, "Message-ID") or "")
        return Letter(
            replace(self._owner, name=_display_name(message) or self._owner.name),
            _person(recipient, text, self._owner),
            _header(message, "Subject") or "",
            _date(message, self._owner),
            number[0] if number else "",
            text,
            references=references,
        )


def _rate(letter: Letter, token: str, rng: Random) -> Callable[[datetime], bytes]:
    draw = rng.random()
    digit = 3 if draw < 0.85 else 2 if draw < 0.95 else 1
    words = phrases()["live"][letter.to.lang]["comment"]
    opinion = Rating(digit, rng.choice(words) if digit == 3 else "")
    by_link = rng.random() < 0.5
    return lambda date: raw_of(rating_letter(letter, token, opinion, date, rng, by_link=by_link))


def _reply(letter: Letter, rng: Random, *, first: bool) -> Callable[[datetime], bytes]:
    words = phrases()["live"][letter.to.lang]
    asks = first and rng.random() < 0.4
    text = rng.choice(words["question" if asks else "thanks"])
    parts = [text, letter.to.greeting, phone_signature(letter.to)]
    body = "\n\n".join(part for part in parts if part)

    def write(date: datetime) -> bytes:
        made = customer_reply(rng, letter, body, date)
        if not letter.message_id:
            made = replace(made, in_reply_to=None, references=())
        return raw_of(made)

    return write


def _person(address: str, text: str, owner: Person) -> Person:
    """The sample customer with this address, else one made up from it."""
    known = people().get(address)
    if known is not None:
        return known
    mailers = (Mailer.GMAIL, Mailer.APPLE, Mailer.OUTLOOK)
    mailer = mailers[hashlib.sha256(address.encode()).digest()[0] % len(mailers)]
    name = address.partition("@")[0].replace(".", " ").title()
    lang = "zh" if _CHINESE.search(_unquoted(text)) else "en"
    return Person(name, address, lang, owner.zone, mailer)


def _unquoted(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith(">"))


def _header(message: EmailMessage, name: str) -> str | None:
    value = message.get(name)
    return None if value is None else str(value)


def _text(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        return ""
    try:
        content = body.get_content()
    except (LookupError, ValueError):
        return ""
    return str(content).replace("\r\n", "\n").strip()


def _display_name(message: EmailMessage) -> str:
    addresses = getattr(message.get("From"), "addresses", ())
    return str(addresses[0].display_name) if addresses else ""


def _date(message: EmailMessage, owner: Person) -> datetime:
    try:
        date = parsedate_to_datetime(_header(message, "Date") or "")
    except ValueError:
        return datetime.now(owner.zone)
    return date if date.tzinfo else date.replace(tzinfo=owner.zone)
