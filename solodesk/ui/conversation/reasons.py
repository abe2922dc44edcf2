"""Why a message stands where it stands, in plain words: the details behind a sender's name."""

from typing import Final

from solodesk.domain.views import ConversationItem
from solodesk.wording import labels
from solodesk.wording.gettext import _, marked

_JOINED: Final = {
    "new": marked("It began this ticket."),
    "own_message_id": marked("It answers a message of yours."),
    "references": marked("It belongs to the same exchange of mail."),
    "in_reply_to": marked("It answers a message of this ticket."),
    "token": marked("It answers your survey."),
    "bounce_of": marked("It is about a message of yours that came back."),
    "reply_to_ours": marked("It answers a message of yours."),
    "manual": marked("You put it here."),
}


def details(item: ConversationItem) -> str:
    """From whom to whom, why it is here and what wrote it; lines of plain text."""
    people = ", ".join(person.address for person in (*item.to, *item.cc))
    lines = [
        _("From {sender} to {recipients}").format(
            sender=item.from_.address, recipients=people or "—"
        )
    ]
    if by_form(item):
        sender = item.from_.address
        lines.append(
            _("Filled in on a web site; sent for the customer by {sender}.").format(sender=sender)
        )
    why = why_here(item)
    if why is not None:
        lines.append(why)
    if item.type == "in" and item.kind != "person":
        lines.append(_("Taken for: {kind}").format(kind=labels.kind(item.kind)))
    return "\n".join(lines)


def why_here(item: ConversationItem) -> str | None:
    """Why the message is in this ticket."""
    return _(_JOINED[item.joined_by]) if item.joined_by in _JOINED else None


def by_form(item: ConversationItem) -> bool:
    """A web site sent it for somebody who filled in a form."""
    return any(code.startswith("contact_form") for code in item.kind_because)
