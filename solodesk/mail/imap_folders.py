"""Which of a mailbox's folders we read: INBOX and Sent, found by flag, then by name, and chosen.

RFC 6154 flags win; names cover servers without them (providers.md, faults R11). Pure functions on
what LIST answered; must not talk to a server.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

_SENT_NAMES = (
    "sent",
    "sent items",
    "sent mail",
    "sent messages",
    "sent-mail",
    "[gmail]/sent mail",
    "[google mail]/sent mail",
    "已发送",
    "已发送邮件",
    "已发邮件",
    "已傳送",
    "寄件備份",
    "寄件备份",
    "gesendet",
    "gesendete objekte",
    "gesendete elemente",
    "envoyés",
    "éléments envoyés",
    "messages envoyés",
    "enviados",
    "elementos enviados",
    "posta inviata",
    "inviati",
    "verzonden",
    "verzonden items",
    "отправленные",
    "送信済み",
    "送信済みアイテム",
    "보낸 편지함",
    "보낸편지함",
)


@dataclass(frozen=True, slots=True)
class FolderName:
    """A folder as LIST tells it: decoded name, lower-case flags, hierarchy delimiter."""

    name: str
    flags: frozenset[str]
    delimiter: str


@dataclass(frozen=True, slots=True)
class SyncFolder:
    """A folder we read; role `inbox`, `sent` or, chosen by the owner, `other`."""

    name: str
    role: str


def choose_folders(
    listed: Iterable[FolderName], more: Collection[str] = ()
) -> tuple[SyncFolder, ...]:
    """INBOX first, then Sent when there is one, then those of `more` (names) that exist."""
    folders = [each for each in listed if not each.flags & {"\\noselect", "\\nonexistent"}]
    chosen = [SyncFolder(each.name, "inbox") for each in folders if each.name.upper() == "INBOX"]
    sent = _sent(folders)
    chosen = [*chosen[:1], *([SyncFolder(sent, "sent")] if sent else [])]
    taken = {each.name for each in chosen}
    wanted = {name.casefold() for name in more}
    others = [f.name for f in folders if f.name.casefold() in wanted and f.name not in taken]
    return (*chosen, *(SyncFolder(name, "other") for name in others))


def folder_of_all(listed: Iterable[FolderName]) -> str | None:
    """The folder with the flag \\All (RFC 6154), if it can be opened."""
    for folder in listed:
        if "\\all" in folder.flags and not folder.flags & {"\\noselect", "\\nonexistent"}:
            return folder.name
    return None


_ARCHIVE_NAMES = ("archive", "archives", "archiv", "归档", "存档", "封存", "архив", "arquivo")


def folder_for_closed(listed: Iterable[FolderName], named: str) -> str | None:
    """Where mail of closed tickets goes, None when there is no such folder.

    The folder the owner named; else the one with \\Archive, one that is called so, or Gmail's All
    Mail, where taking the label INBOX off leaves a message.
    """
    folders = [each for each in listed if not each.flags & {"\\noselect", "\\nonexistent"}]
    if named:
        return next((f.name for f in folders if f.name.casefold() == named.casefold()), None)
    for folder in folders:
        if "\\archive" in folder.flags:
            return folder.name
    for folder in folders:
        if folder.name.casefold() in _ARCHIVE_NAMES:
            return folder.name
    return folder_of_all(folders)


def _sent(folders: list[FolderName]) -> str | None:
    for folder in folders:
        if "\\sent" in folder.flags:
            return folder.name
    known = {name: rank for rank, name in enumerate(_SENT_NAMES)}
    best: tuple[int, int, str] | None = None
    for folder in folders:
        whole = folder.name.casefold()
        last = whole.rpartition(folder.delimiter)[2] if folder.delimiter else whole
        rank = min(known.get(whole, 99), known.get(last, 99))
        if rank < 99 and (best is None or (len(whole), rank) < best[:2]):
            best = (len(whole) - len(last), rank, folder.name)
    return best[2] if best else None
