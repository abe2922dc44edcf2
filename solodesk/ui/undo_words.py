"""What an act was, in the past tense, for the undo chip: "Closed “Print size question”".

The code is the catalogue's id of the command, as written on the undo step. This module must not
undo anything.
"""

from collections.abc import Mapping
from typing import Any, Final

from solodesk.wording.gettext import _, marked

_ONE: Final = {
    "ticket.close": marked("Closed “{subject}”"),
    "ticket.reopen": marked("Opened “{subject}” again"),
    "ticket.wait": marked("“{subject}” waits for the customer"),
    "ticket.snooze": marked("Snoozed “{subject}”"),
    "ticket.unsnooze": marked("Woke “{subject}”"),
    "ticket.tag": marked("Changed the tags of “{subject}”"),
    "ticket.priority": marked("Changed the priority of “{subject}”"),
    "ticket.spam": marked("“{subject}” is spam"),
    "ticket.hide": marked("Hid “{subject}”"),
    "ticket.not_customer": marked("“{subject}” is not from a customer"),
    "ticket.merge": marked("Merged into “{subject}”"),
    "ticket.note": marked("Added a note"),
    "ticket.contact": marked("Logged a contact"),
    "ticket.macro": marked("Used a macro on “{subject}”"),
    "reply.send": marked("Answered “{subject}”"),
    "customer.greeting": marked("Changed a greeting"),
    "customer.note": marked("Changed a customer's note"),
    "settings": marked("Changed a setting"),
    "ticket.reply": marked("Answered “{subject}”"),
    "ticket.split": marked("Split “{subject}”"),
    "ticket.join": marked("Moved a message"),
    "ticket.unmerge": marked("Took a merge back"),
    "ticket.unjoin": marked("Took a message out"),
    "survey.send": marked("Asked for a rating"),
    "settings.set": marked("Changed a setting"),
    "canned.import": marked("Imported canned responses"),
    "canned.save": marked("Saved a canned response"),
    "macro.save": marked("Saved a macro"),
    "macro.import": marked("Imported macros"),
    "macro.delete": marked("Deleted a macro"),
    "search.save": marked("Saved a search"),
    "search.change": marked("Changed a saved search"),
    "search.delete": marked("Deleted a saved search"),
    "draft.discard": marked("Discarded a draft"),
    "canned.delete": marked("Deleted a canned response"),
}
_MANY: Final = {
    "ticket.close": marked("Closed {n} tickets"),
    "ticket.reopen": marked("Opened {n} tickets again"),
    "ticket.snooze": marked("Snoozed {n} tickets"),
    "ticket.spam": marked("{n} tickets are spam"),
    "ticket.hide": marked("Hid {n} tickets"),
    "ticket.merge": marked("Merged {n} tickets"),
}
"""Only used for two and more."""


def act_words(code: str, params: Mapping[str, Any]) -> str:
    """The sentence of an act; a general one for codes of a newer program."""
    count = int(params.get("n") or 1)
    if count > 1:
        return _(_MANY.get(code, marked("Changed {n} tickets"))).format(n=count)
    if code not in _ONE:
        return _("Last change")
    subject = str(params.get("subject") or "")
    if not subject and "{subject}" in _ONE[code]:
        return _("Changed a ticket")
    shown = subject if len(subject) <= 40 else subject[:39] + "…"
    return _(_ONE[code]).format(subject=shown)
