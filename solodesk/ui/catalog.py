"""Every command of the window, as data: declared once, read by menus, buttons, palette, key map,
tooltips and the cheat sheet.

A command is a name and its words; what it does is bound by the window (`actions.py`). This module
must not import Qt.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from solodesk.wording.gettext import _, marked


class When(StrEnum):
    """What must be true for a command to be on offer."""

    ALWAYS = "always"
    TICKETS = "tickets"
    """At least one ticket is selected."""
    TICKET = "ticket"
    """Exactly one ticket is selected."""
    LIST = "list"
    """The list has rows."""
    WRITING = "writing"
    """A draft is open."""


class Group(StrEnum):
    """The menus, in their order."""

    DESK = "desk"
    TICKET = "ticket"
    ANSWER = "answer"
    GO = "go"
    VIEW = "view"
    HELP = "help"


GROUP_TITLES: Final = {
    Group.DESK: marked("Desk"),
    Group.TICKET: marked("Ticket"),
    Group.ANSWER: marked("Answer"),
    Group.GO: marked("Go"),
    Group.VIEW: marked("View"),
    Group.HELP: marked("Help"),
}


@dataclass(frozen=True, slots=True)
class Command:
    """One thing the owner can do. `keys` in Qt's portable text, the first is shown."""

    id: str
    msgid: str
    keys: tuple[str, ...]
    icon: str
    when: When
    group: Group
    section: int = 0
    """Separators stand between sections of a menu."""
    quiet: bool = False
    """Not worth a line in the palette (moving about)."""
    checkable: bool = False

    @property
    def title(self) -> str:
        """Its words in the present language."""
        return _(self.msgid)

    @property
    def plain_title(self) -> str:
        """The words without the dots that promise a question."""
        return self.title.removesuffix("…")


def group_title(group: Group) -> str:
    """The menu's name in the present language."""
    return _(GROUP_TITLES[group])


A, S, ONE, L, W = When.ALWAYS, When.TICKETS, When.TICKET, When.LIST, When.WRITING
D, T, R, G, V, H = (
    Group.DESK, Group.TICKET, Group.ANSWER, Group.GO, Group.VIEW, Group.HELP,
)  # fmt: skip

_N, _T = False, True

# fmt: off
COMMANDS: Final[tuple[Command, ...]] = (
    Command("message.new", marked("New message"), ("C",), "square-pen", A, D),
    Command("search.focus", marked("Search"), ("/",), "search", A, D),
    Command("palette.open", marked("Command palette"), ("Ctrl+K",), "command", A, D, quiet=True),
    Command("mail.check", marked("Check mail now"), ("F5",), "refresh-cw", A, D, 1),
    Command("edit.undo", marked("Undo"), ("Z", "Ctrl+Z"), "undo-2", A, D, 1),
    Command("send.undo", marked("Undo send"), ("Ctrl+Shift+Z",), "corner-up-left", A, D, 1),
    Command("account.add", marked("Connect a mailbox…"), (), "at-sign", A, D, 2),
    Command("account.folders", marked("Mail on the server and here…"), (), "folder", A, D, 2),
    Command("settings.open", marked("Settings"), ("Ctrl+,",), "settings", A, D, 2),
    Command("app.quit", marked("Quit SoloDesk"), ("Ctrl+Q",), "log-out", A, D, 3),

    Command("ticket.reply", marked("Reply"), ("R",), "reply", ONE, T),
    Command("ticket.reply_all", marked("Reply to all"), ("A",), "reply-all", ONE, T),
    Command("ticket.forward", marked("Forward"), ("F",), "forward", ONE, T),
    Command("ticket.note", marked("Add a note"), ("N",), "sticky-note", ONE, T),
    Command("ticket.contact", marked("Log a call or chat…"), (), "phone", ONE, T),
    Command("ticket.survey", marked("Ask for a rating"), (), "smile", ONE, T),
    Command("ticket.close", marked("Close"), ("E",), "check", S, T, 1),
    Command("ticket.reopen", marked("Open again"), ("Shift+E",), "inbox", S, T, 1),
    Command("ticket.wait", marked("Wait for the customer"), (), "clock", S, T, 1),
    Command("ticket.snooze", marked("Snooze…"), ("H",), "moon", S, T, 1),
    Command("ticket.unsnooze", marked("Wake now"), (), "sun", S, T, 1),
    Command("ticket.tag", marked("Tag…"), ("T",), "tag", S, T, 1),
    Command("ticket.priority", marked("High priority"), ("S",), "star", S, T, 1),
    Command("ticket.macro", marked("Macros…"), ("M",), "zap", S, T, 1),
    Command("ticket.read", marked("Mark as read"), ("Shift+I",), "mail-open", S, T, 2),
    Command("ticket.unread", marked("Mark as unread"), ("Shift+U",), "mail", S, T, 2),
    Command("ticket.not_customer", marked("Not a customer"), ("Y",), "user-x", S, T, 2),
    Command("ticket.spam", marked("Spam"), ("!",), "shield-alert", S, T, 2),
    Command("ticket.hide", marked("Hide from SoloDesk"), ("#",), "eye-off", S, T, 2),
    Command("ticket.merge", marked("Merge selected tickets"), (), "merge", S, T, 2),
    Command("ticket.unmerge", marked("Take the last merge back"), (), "split", ONE, T, 2),
    Command("ticket.select", marked("Select"), ("X",), "square-check", L, T, 3, quiet=True),

    Command("reply.send", marked("Send"), ("Ctrl+Return",), "send", W, R),
    Command("reply.send_close", marked("Send and close"), ("Ctrl+Shift+Return",), "check", W, R),
    Command("reply.send_snooze", marked("Send and snooze…"), (), "moon", W, R),
    Command("reply.send_later", marked("Send later…"), ("Ctrl+Shift+L",), "clock", W, R),
    Command("reply.canned", marked("Insert a canned response"), ("Ctrl+/",), "book-open", W, R, 1),
    Command("reply.attach", marked("Attach files…"), (), "paperclip", W, R, 1),
    Command("reply.discard", marked("Discard the draft"), (), "trash-2", W, R, 2),

    Command("view.needs_reply", marked("Needs reply"), ("G, I",), "inbox", A, G),
    Command("view.waiting", marked("Waiting"), ("G, W",), "clock", A, G),
    Command("view.snoozed", marked("Snoozed"), ("G, H",), "moon", A, G),
    Command("view.drafts", marked("Drafts"), ("G, D",), "pencil", A, G),
    Command("view.outbox", marked("Outbox"), ("G, T",), "send", A, G),
    Command("view.closed", marked("Closed"), ("G, E",), "check", A, G),
    Command("view.automatic", marked("Automatic"), ("G, U",), "bot", A, G),
    Command("view.all", marked("All"), ("G, A",), "layers", A, G),
    Command("view.spam", marked("Spam folder"), (), "shield-alert", A, G),
    Command("view.hidden", marked("Hidden"), (), "eye-off", A, G),
    Command("go.responses", marked("Canned responses"), ("G, S",), "book-open", A, G, 1),
    Command("go.macros", marked("Macros"), (), "zap", A, G, 1),
    Command("go.insights", marked("Insights"), ("G, M",), "chart-column", A, G, 1),
    Command("go.reports", marked("Reports"), ("G, R",), "file-text", A, G, 1),
    Command("list.next", marked("Next ticket"), ("J",), "arrow-down", L, G, 2, quiet=True),
    Command("list.previous", marked("Previous ticket"), ("K",), "arrow-up", L, G, 2, quiet=True),
    Command("ticket.open", marked("Open ticket"), ("O",), "mail-open", ONE, G, 2, quiet=True),
    Command("list.back", marked("Back to the list"), ("U",), "arrow-left", A, G, 2, quiet=True),
    Command("pane.next", marked("Next pane"), ("F6",), "panel-right", A, G, 3, quiet=True),
    Command("pane.previous", marked("Previous pane"), ("Shift+F6",), "panel-left", A, G, 3, True),

    Command("list.oldest", marked("Oldest first"), (), "arrow-up", A, V, checkable=True),
    Command("list.newest", marked("Newest first"), (), "arrow-down", A, V, checkable=True),
    Command("ticket.expand_all", marked("Open all messages"), (";",), "maximize-2", ONE, V, 1),
    Command("ticket.collapse_all", marked("Fold all messages"), (":",), "chevron-up", ONE, V, 1),
    Command("layout.sidebar", marked("Sidebar"), ("[",), "panel-left", A, V, 2, checkable=True),
    Command("layout.panel", marked("Customer panel"), ("]",), "user", A, V, 2, _N, _T),
    Command("layout.focus", marked("Only the conversation"), ("Ctrl+\\",), "eye", A, V, 2, _N, _T),
    Command("layout.menubar", marked("Menu bar"), ("F10",), "menu", A, V, 2, checkable=True),
    Command("scheme.light", marked("Light"), (), "sun", A, V, 3, checkable=True),
    Command("scheme.dark", marked("Dark"), (), "moon", A, V, 3, checkable=True),
    Command("scheme.system", marked("Like the system"), (), "monitor", A, V, 3, _N, _T),
    Command("text.bigger", marked("Bigger text"), ("Ctrl++", "Ctrl+="), "plus", A, V, 4),
    Command("text.smaller", marked("Smaller text"), ("Ctrl+-",), "chevron-down", A, V, 4),
    Command("text.normal", marked("Normal text size"), ("Ctrl+0",), "circle", A, V, 4),
    Command("language.en", marked("English"), (), "languages", A, V, 5, checkable=True),
    Command("language.zh", marked("中文"), (), "languages", A, V, 5, checkable=True),

    Command("help.keys", marked("Keyboard shortcuts"), ("?",), "keyboard", A, H),
    Command("help.manual", marked("Manual"), ("F1",), "book-open", A, H),
    Command("help.counting", marked("How is this counted?"), (), "circle-question-mark", A, H),
    Command("help.about", marked("About SoloDesk"), (), "info", A, H, 1),
)
# fmt: on

BY_ID: Final = {command.id: command for command in COMMANDS}

ROW_MENU: Final = (
    "ticket.reply", "ticket.note", "", "ticket.close", "ticket.reopen", "ticket.snooze",
    "ticket.unsnooze", "ticket.tag", "ticket.priority", "ticket.macro", "", "ticket.read",
    "ticket.unread", "ticket.survey", "", "ticket.merge", "ticket.unmerge",
    "ticket.not_customer", "ticket.spam", "ticket.hide",
)  # fmt: skip
"""The ticket list's context menu; an empty name is a separator."""


def command(command_id: str) -> Command:
    """The command of that name; KeyError when there is none."""
    return BY_ID[command_id]
