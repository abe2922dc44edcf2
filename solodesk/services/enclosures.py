"""What a message encloses besides its words: an invitation, a lock, a piece of a bigger mail.

Read from the raw bytes when a message is shown; nothing of it is stored. Must not word anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from solodesk.domain.message import Attachment, Invitation, ParsedMessage

_TYPES = frozenset(
    {"text/calendar", "application/ics", "text/x-vcalendar", "application/pkcs7-mime"}
    | {"application/x-pkcs7-mime", "message/partial", "message/external-body"}
)
_ENDINGS = (".ics", ".p7m", ".asc", ".pgp", ".gpg")
_IN_TEXT = "-----BEGIN PGP MESSAGE-----"
_SAID = ("encrypted:", "partial:", "external_body")


@dataclass(frozen=True, slots=True)
class Enclosure:
    """An invitation, and codes of `ParsedMessage.stated` the owner should be told."""

    invitation: Invitation | None
    stated: tuple[str, ...]


def may_enclose(text: str, files: Sequence[Attachment]) -> bool:
    """Whether a look into the bytes can be worth it, judged by what is stored."""
    return _IN_TEXT in text or any(
        file.mime in _TYPES or file.filename.lower().endswith(_ENDINGS) for file in files
    )


def enclosed(parsed: ParsedMessage) -> Enclosure | None:
    """What a message encloses, None when there is nothing to tell."""
    stated = tuple(code for code in parsed.stated if code.startswith(_SAID))
    if parsed.invitation is None and not stated:
        return None
    return Enclosure(parsed.invitation, stated)
