"""Survey mails of the sample shop and the ratings customers send back.

A survey mail carries `X-SoloDesk-Survey: <token>; scale=csat3` (32 hexadecimal digits; 3 Great,
2 Okay, 1 Not good). The rating is a new mail from the `mailto:` link with the subject
`[rate:<token>:<digit>] …`, or a plain answer whose first line is the digit.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from random import Random
from urllib.parse import quote

from solodesk.demo.letters import Letter, answering, phone_signature, reply_subject
from solodesk.demo.rawmail import new_id
from solodesk.demo.samples import Person, phrases

HEADER = "X-SoloDesk-Survey"
_TOKEN = re.compile(r"(?:rate(?::|%3A))([0-9a-f]{32})", re.IGNORECASE)
_HEADER_TOKEN = re.compile(r"\s*([0-9a-f]{32})\s*(?:;|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rating:
    """What a customer thinks: 1 to 3, and words (may be empty)."""

    digit: int
    comment: str


def token_in(survey_header: str | None, text: str) -> str | None:
    """The token of a survey mail from its header, else from a `rate:` link in its text."""
    if survey_header:
        found = _HEADER_TOKEN.match(survey_header)
        if found:
            return found[1].lower()
    linked = _TOKEN.search(text)
    return linked[1].lower() if linked else None


def link(address: str, token: str, digit: int, label: str) -> str:
    """The `mailto:` link of one answer (RFC 6068)."""
    return f"mailto:{address}?subject={quote(f'[rate:{token}:{digit}] {label}')}"


def survey_letter(
    owner: Person, last: Letter, customer: Person, date: datetime, rng: Random
) -> Letter:
    """The owner's survey mail after `last`, in the conversation of `customer`."""
    words = phrases()["survey"][customer.lang]
    token = f"{rng.getrandbits(128):032x}"
    links = [link(owner.address, token, i, label) for i, label in enumerate(words["labels"], 1)]
    text = words["text"].format(you=customer.greeting, bad=links[0], okay=links[1], great=links[2])
    parent, references = answering(last)
    return Letter(
        owner,
        customer,
        words["subject"],
        date,
        new_id(owner, rng),
        text,
        parent,
        references,
        headers=((HEADER, f"{token}; scale=csat3"),),
    )


def rating(rng: Random, lang: str) -> Rating:
    """A rating as the shop gets them: mostly great, words in every second."""
    words = phrases()[lang]
    draw = rng.random()
    digit, pool = (3, words["great"]) if draw < 0.83 else (2, words["okay"])
    if draw > 0.93:
        digit, pool = 1, words["bad"]
    return Rating(digit, rng.choice(pool) if rng.random() < 0.5 or digit < 3 else "")


def rating_letter(
    survey: Letter, token: str, opinion: Rating, date: datetime, rng: Random, *, by_link: bool
) -> Letter:
    """The customer's answer to `survey`: a new mail from the link, or a plain reply."""
    customer, owner = survey.to, survey.sender
    message_id = new_id(customer, rng)
    sign = phone_signature(customer)
    tail = f"\n\n{sign}" if sign else ""
    if by_link:
        label = phrases()["survey"][customer.lang]["labels"][opinion.digit - 1]
        subject = f"[rate:{token}:{opinion.digit}] {label}"
        return Letter(customer, owner, subject, date, message_id, opinion.comment)
    parent, references = answering(survey)
    text = f"{opinion.digit}\n{opinion.comment}".strip() + tail
    subject = reply_subject(survey.subject, customer.lang, customer.mailer)
    return Letter(customer, owner, subject, date, message_id, text, parent, references, survey)


def letter_token(survey: Letter) -> str:
    """The token of a sample survey letter; LookupError when it is none."""
    for name, value in survey.headers:
        if name == HEADER:
            return value.partition(";")[0]
    message = "not a survey letter"
    raise LookupError(message)
