"""Why a message is in its ticket, in a sentence (domain/matching.py, `JoinedBy`)."""

from typing import Final

from solodesk.wording.gettext import _, marked

_WORDS: Final = {
    "own_message_id": marked("Here because a message of this ticket names it"),
    "references": marked("Here because it answers a message of this ticket"),
    "in_reply_to": marked("Here because it answers a message of this ticket"),
    "reply_to_ours": marked("Here because it answers a message of yours"),
    "bounce_of": marked("Here because a message of yours came back"),
    "token": marked("Here because it answers a question for a rating"),
    "manual": marked("Here because you moved it"),
}


def why_here(joined_by: str | None) -> str | None:
    """The sentence for a code; None for a message that began its ticket."""
    words = _WORDS.get(joined_by or "")
    return None if words is None else _(words)
