"""The menu of one message: its original, its pictures, its characters, its place."""

from collections.abc import Callable

from PySide6.QtWidgets import QMenu, QWidget

from solodesk.domain.views import ConversationItem
from solodesk.services.showing import Shown
from solodesk.ui.conversation.reasons import why_here
from solodesk.wording.gettext import _, marked

# The charset mail is most often sent in without saying so, by language.
ENCODINGS = (
    (marked("Unicode (UTF-8)"), "utf-8"),
    (marked("Chinese, simplified (GB18030)"), "gb18030"),
    (marked("Chinese, traditional (Big5)"), "big5"),
    (marked("Japanese (Shift JIS)"), "shift_jis"),
    (marked("Japanese (EUC-JP)"), "euc_jp"),
    (marked("Japanese (ISO-2022-JP)"), "iso-2022-jp"),
    (marked("Korean (EUC-KR)"), "euc-kr"),
    (marked("Western (Windows-1252)"), "windows-1252"),
    (marked("Central European (Windows-1250)"), "windows-1250"),
    (marked("Central European (ISO 8859-2)"), "iso-8859-2"),
    (marked("Cyrillic (Windows-1251)"), "windows-1251"),
    (marked("Cyrillic (KOI8-R)"), "koi8-r"),
    (marked("Greek (Windows-1253)"), "windows-1253"),
    (marked("Turkish (Windows-1254)"), "windows-1254"),
    (marked("Hebrew (Windows-1255)"), "windows-1255"),
    (marked("Arabic (Windows-1256)"), "windows-1256"),
    (marked("Baltic (Windows-1257)"), "windows-1257"),
    (marked("Vietnamese (Windows-1258)"), "windows-1258"),
    (marked("Thai (Windows-874)"), "windows-874"),
)


def message_menu(
    item: ConversationItem, shown: Shown | None, act: Callable[[str], None], parent: QWidget
) -> QMenu:
    """The menu; `act` gets the code of what was chosen (ui/conversation/acts.py)."""
    menu = QMenu(parent)
    _entry(menu, _("Open the original in the browser"), "original", act)
    if item.type == "in":
        _pictures(menu, item, shown, act)
        _characters(menu, shown, act)
    if item.type in ("in", "out"):
        _place(menu, item, act)
    return menu


def _place(menu: QMenu, item: ConversationItem, act: Callable[[str], None]) -> None:
    """Why the message is in this ticket, and the way out."""
    menu.addSeparator()
    why = why_here(item)
    if why is not None:
        menu.addAction(why).setEnabled(False)
    _entry(menu, _("Take it out of this ticket"), "unjoin", act)


def _pictures(
    menu: QMenu, item: ConversationItem, shown: Shown | None, act: Callable[[str], None]
) -> None:
    if item.pictures_always:
        words = _("No longer show pictures from {address}")
        _entry(menu, words.format(address=_plain(item.from_.address)), "pictures_never", act)
    elif shown is not None and (shown.blocked or item.remote_allowed):
        if item.remote_allowed:
            _entry(menu, _("Hide the pictures from the internet"), "pictures_hide", act)
        else:
            _entry(menu, _("Show pictures in this message"), "pictures", act)
        words = _("Always show pictures from {address}")
        _entry(menu, words.format(address=_plain(item.from_.address)), "pictures_always", act)


def _characters(menu: QMenu, shown: Shown | None, act: Callable[[str], None]) -> None:
    chosen = shown.charset if shown is not None else None
    choices = menu.addMenu(_("Wrong characters?"))
    _entry(choices, _("Find out by itself"), "charset:", act, checked=chosen is None)
    choices.addSeparator()
    for name, charset in ENCODINGS:
        _entry(choices, _(name), f"charset:{charset}", act, checked=chosen == charset)


def _entry(
    menu: QMenu, words: str, code: str, act: Callable[[str], None], *, checked: bool | None = None
) -> None:
    action = menu.addAction(words)
    if checked is not None:
        action.setCheckable(True)
        action.setChecked(checked)
    action.triggered.connect(lambda: act(code))


def _plain(words: str) -> str:
    """Words of a mail in a menu: an ampersand is no mnemonic."""
    return words[:80].replace("&", "&&")
