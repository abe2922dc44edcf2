"""What the composer says before a reply leaves: one sentence a check."""

from collections.abc import Mapping

from solodesk.wording.gettext import _, marked, ngettext

_SENTENCES = {
    "forgotten_attachment": marked("You write about an attachment, but none is attached."),
    "new_mail": marked("The customer has written again. Read it first, or send anyway."),
    "answered_elsewhere": marked(
        "This ticket was answered from another device meanwhile. Send another answer?"
    ),
    "no_recipient": marked("Say who it goes to: there is no address yet."),
    "empty": marked("There is nothing written yet."),
    "recipient_changed": marked(
        "It goes to {address}, not to the address the customer wrote from."
    ),
    "too_big": marked("With its attachments it is {size}: many mailboxes refuse so much."),
    "bad_address": marked("{address} is not a complete address."),
    "no_identity": marked("There is no address to send from yet. Add an account first."),
}


class _Facts(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"


def sentence(code: str, params: Mapping[str, object] | None = None) -> str:
    """The sentence of a check; an unknown code asks to read the reply once more."""
    facts = _Facts(params or {})
    if code == "blank_open":
        count = facts.get("count", 1)
        number = count if isinstance(count, int) else 1
        return ngettext(
            "{n} blank is still to be filled.", "{n} blanks are still to be filled.", number
        ).format(n=number)
    if code not in _SENTENCES:
        return _("Please read it once more before it leaves.")
    return _(_SENTENCES[code]).format_map(facts)
