"""The current language: `_` and `ngettext` for every layer from wording up.

The window's language is set once with `set_language` and seen by all threads; a report in
another language is made within `with speaking("zh"):`, which binds only the code run there.
Source strings are English; `pseudo` stretches every string so that layouts show where a longer
language would break them. This module must not know Qt, nor read anything but `.mo` resources.
"""

import gettext as stdlib_gettext
import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Final

from solodesk.base import resources

PSEUDO: Final = "pseudo"
LANGUAGES: Final = ("en", "zh")
# Folder names under resources/i18n, where they differ from the code the owner chooses.
_FOLDERS: Final = {"zh": "zh_CN"}

_log = logging.getLogger(__name__)


class _Pseudo(stdlib_gettext.NullTranslations):
    """Wraps and lengthens every string by about a third; `{placeholders}` stay whole."""

    _accents = str.maketrans("aeiouAEIOUcnsy", "áéíóúÁÉÍÓÚçñšý")
    _kept = re.compile(r"(\{[^{}]*\}|<[^<>]*>|&\w+;|&\w)")

    def gettext(self, message: str) -> str:
        parts = self._kept.split(message)
        shown = "".join(p if i % 2 else p.translate(self._accents) for i, p in enumerate(parts))
        return f"⟦{shown}{'·' * max(2, len(message) // 3)}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


@dataclass(slots=True)
class _Chosen:
    """The language of the whole process; one assignment, so any thread may read it."""

    language: str = "en"


_chosen = _Chosen()
_bound: ContextVar[str | None] = ContextVar("solodesk_language", default=None)


@cache
def _translations(language: str) -> stdlib_gettext.NullTranslations:
    if language == PSEUDO:
        return _Pseudo()
    if language == "en":
        return stdlib_gettext.NullTranslations()
    folder = _FOLDERS.get(language, language)
    try:
        compiled = resources.read_bytes("i18n", folder, "LC_MESSAGES", "solodesk.mo")
    except FileNotFoundError:
        # A checkout without set-up; English is better than no program.
        _log.warning("no compiled translation for %s", language)
        return stdlib_gettext.NullTranslations()
    return stdlib_gettext.GNUTranslations(io.BytesIO(compiled))


def language_of(locale_name: str | None) -> str:
    """The nearest language of ours to a locale name: `zh_CN.UTF-8`, `zh-Hans` → `zh`; else `en`.

    `pseudo` is kept, so that it can be chosen on the command line.
    """
    start = re.split(r"[-_.@]", (locale_name or "").strip().lower(), maxsplit=1)[0]
    return start if start in (*LANGUAGES, PSEUDO) else "en"


def set_language(language: str | None) -> str:
    """Choose the language of the whole process by any locale name; returns the code chosen."""
    _chosen.language = language_of(language)
    return _chosen.language


def current_language() -> str:
    """The code of the language `_` speaks here: `en`, `zh` or `pseudo`."""
    return _bound.get() or _chosen.language


@contextmanager
def speaking(language: str | None) -> Iterator[str]:
    """Within the block (and in this thread or task only) speak another language."""
    token = _bound.set(language_of(language))
    try:
        yield current_language()
    finally:
        _bound.reset(token)


def _(message: str) -> str:
    """`message` in the current language. Fill placeholders afterwards with `.format(…)`."""
    return _translations(current_language()).gettext(message) if message else ""


def ngettext(singular: str, plural: str, n: int) -> str:
    """The right plural form for `n` in the current language."""
    return _translations(current_language()).ngettext(singular, plural, n)


def marked(message: str) -> str:
    """Mark a string for translation without translating it yet (tables made on import)."""
    return message
