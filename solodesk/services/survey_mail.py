"""The words of a survey mail: "answer with one digit", and links that write the answer.

No picture, no web address, nothing that could be followed: only mailto. Must not store anything.
"""

from dataclasses import dataclass
from html import escape
from typing import Final
from urllib.parse import quote

from solodesk.domain.customers import default_greeting
from solodesk.domain.survey import Scale, scale_range
from solodesk.wording.gettext import _, marked, speaking

_CSAT3: Final = {3: marked("Great"), 2: marked("Okay"), 1: marked("Not good")}
_FACES: Final = {3: "😀", 2: "😐", 1: "🙁"}
_QUESTIONS: Final = {
    Scale.CSAT3: marked("How did I do?"),
    Scale.CSAT5: marked("How satisfied are you with my help? (1 = not at all, 5 = very)"),
    Scale.CES7: marked(
        "I made it easy for you to get this solved. (1 = strongly disagree, 7 = strongly agree)"
    ),
    Scale.NPS: marked(
        "How likely are you to recommend me to a friend? (0 = not at all, 10 = very)"
    ),
}


@dataclass(frozen=True, slots=True)
class SurveyLetter:
    """A survey mail in words."""

    subject: str
    text: str
    html: str


def labels(scale: Scale) -> tuple[tuple[int, str], ...]:
    """The answers of a scale, best first, in the current language."""
    low, high = scale_range(scale)
    if scale is Scale.CSAT3:
        return tuple((n, f"{_FACES[n]} {_(_CSAT3[n])}") for n in (3, 2, 1))
    return tuple((n, str(n)) for n in range(high, low - 1, -1))


def rating_link(address: str, token: str, digit: int, body: str) -> str:
    """A mailto link that answers with `digit` (RFC 6068)."""
    subject = quote(f"[rate:{token}:{digit}]", safe="")
    return f"mailto:{quote(address, safe='@')}?subject={subject}&body={quote(body, safe='')}"


def write(
    scale: Scale,
    token: str,
    address: str,
    *,
    language: str,
    subject: str,
    business: str,
    greeting: str | None,
) -> SurveyLetter:
    """The mail in the customer's language. The digit comes first, links second."""
    with speaking(language) as spoken:
        hello = greeting or default_greeting(spoken)
        hello = f"{hello}，" if spoken == "zh" else f"{hello},"
        answers = labels(scale)
        digits = " / ".join(str(n) for n, _label in answers)
        about = _("This is about: {subject}").format(subject=subject) if subject.strip() else ""
        question = _(_QUESTIONS[scale])
        how = _("Just answer this mail with one digit: {digits}").format(digits=digits)
        listed = [f"{n} = {label}" for n, label in answers]
        words = _("A word on why is welcome below the digit.")
        thanks = _("Thank you!")
        mark = f"rate:{token}"
        lines = [
            hello,
            "",
            question,
            how,
            *listed,
            "",
            words,
            about,
            "",
            thanks,
            business,
            "",
            mark,
        ]
        links = [
            f'<a href="{escape(rating_link(address, token, n, str(n)))}">{escape(label)}</a>'
            for n, label in answers
        ]
        html = "".join(
            f"<p>{part}</p>"
            for part in (
                escape(hello),
                f"<b>{escape(question)}</b><br>{escape(how)}",
                "<br>".join(escape(line) for line in listed),
                escape(_("Or choose here:")) + " " + " &nbsp; ".join(links),
                escape(words),
                escape(about),
                f"{escape(thanks)}<br>{escape(business)}",
                f'<span style="color:#80899A;font-size:11px">{mark}</span>',
            )
            if part
        )
        title = _("How did I do? — {subject}").format(subject=subject)
        return SurveyLetter(title, "\n".join(lines), html)
