"""Ratings in mail: the survey's token and the digit the customer gave.

The digit counts only alone on the first new line, or in the subject of one of our rating links;
the scale quoted underneath never counts. Whether it is valid is judged by services.
"""

import re
import unicodedata

from solodesk.domain.message import Address, SurveyAnswer
from solodesk.mail import tails

_SUBJECT = re.compile(r"\[rate:([0-9a-f]{32}):(10|[0-9])\]", re.IGNORECASE)
_MARK = re.compile(r"\brate:([0-9a-f]{32})\b", re.IGNORECASE)
_IN_BODY = re.compile(r"rate:([0-9a-fA-F]{32})\b")
_PLUS = re.compile(r"\+([0-9a-fA-F]{32})@")
"""Beginning with letters that are sought as they are: quick in a long text."""
_DIGIT = re.compile(r"^(10|[0-9])\s*(?:[.!。！)）]|分|点|stars?|颗?星)?$", re.IGNORECASE)
_MAX_COMMENT = 4000


def read_survey(
    subject: str, recipients: tuple[Address, ...], body: str, new_text: str, *, is_reply: bool
) -> SurveyAnswer | None:
    """The rating of a mail, or None when it carries neither token nor, as an answer, a digit."""
    link = _SUBJECT.search(subject)
    digit, comment = _first_digit(new_text)
    if link:
        if digit is None:
            return SurveyAnswer(link[1].lower(), int(link[2]), _comment(new_text))
        return SurveyAnswer(link[1].lower(), digit, comment)
    token = _token(subject, recipients, body)
    if token is None and not (is_reply and digit is not None):
        return None
    return SurveyAnswer(token, digit, comment if digit is not None else _comment(new_text))


def _token(subject: str, recipients: tuple[Address, ...], body: str) -> str | None:
    mark = _MARK.search(subject)
    if mark:
        return mark[1].lower()
    for address in recipients[:50]:
        plus = _PLUS.search(address.address)
        if plus:
            return plus[1].lower()
    mark = _IN_BODY.search(body) or _PLUS.search(body)
    return mark[1].lower() if mark else None


def _first_digit(new_text: str) -> tuple[int | None, str | None]:
    first, _, rest = new_text.strip().partition("\n")
    plain = (
        unicodedata.normalize("NFKC", first)
        .replace("\ufe0f", "")
        .replace("\u20e3", "")
        .strip(" *\t")
    )
    match = _DIGIT.match(plain)
    return (int(match[1]), _comment(rest)) if match else (None, None)


def _comment(text: str) -> str | None:
    """The customer's words; what a telephone adds by itself is none."""
    lines = [line for line in text.splitlines() if not tails.is_phone_line(line)]
    return "\n".join(lines).strip()[:_MAX_COMMENT] or None
