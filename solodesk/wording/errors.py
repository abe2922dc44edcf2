"""Known faults in plain words: what happened, and what to do (code + facts → sentence + hint).

Every code that the program raises has its words here (a test looks). Facts are filled in as text;
a fact that is missing shows as "…" rather than breaking the sentence.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from solodesk.base.errors import KnownError
from solodesk.wording.error_table import SENTENCES
from solodesk.wording.error_table_mail import FACTS
from solodesk.wording.gettext import _


@dataclass(frozen=True, slots=True)
class Told:
    """One plain sentence and what to do about it (may be empty)."""

    message: str
    hint: str


class _Facts(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"


def told(code: str, params: Mapping[str, object] | None = None) -> Told:
    """The words for a code; an unknown one gets an honest general sentence naming it."""
    facts = _Facts({key: _fact(code, key, value) for key, value in (params or {}).items()})
    message, hint = SENTENCES.get(code, ("", ""))
    if not message:
        return Told(
            _("Something went wrong that SoloDesk has no words for yet ({code}).").format(
                code=code
            ),
            _("Nothing was lost. Try again; if it happens again, copy the details and report it."),
        )
    return Told(_(message).format_map(facts), _(hint).format_map(facts) if hint else "")


def sentence(error: KnownError) -> str:
    """What happened."""
    return told(error.code, error.params).message


def hint(error: KnownError) -> str:
    """What to do; empty when there is nothing to do."""
    return told(error.code, error.params).hint


def _fact(code: str, key: str, value: object) -> str:
    known = FACTS.get((code, key), {})
    return _(known[value]) if isinstance(value, str) and value in known else _shown(value)


def _shown(value: object) -> str:
    if isinstance(value, tuple | list):
        return ", ".join(str(item) for item in value)
    return "…" if value is None or value == "" else str(value)
