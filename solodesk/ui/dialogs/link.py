"""Asks before a link of a mail is opened, and shows where it really goes.

Only http, https, mailto and tel are ever offered (faults.md X3, X5). This module must not open.
"""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from solodesk.services import links
from solodesk.ui.appearance import Appearance
from solodesk.ui.dialogs.frame import DialogFrame
from solodesk.wording import mail_words
from solodesk.wording.gettext import _, marked

_MOST_SHOWN = 300
_TITLES: Final = {
    "web": marked("Open this website?"),
    "mail": marked("Write to this address?"),
    "phone": marked("Call this number?"),
}


class LinkDialog(DialogFrame):
    """Accepted = open it."""

    def __init__(
        self, target: links.Target, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(appearance, _(_TITLES[target.kind]), width=460, parent=parent)
        self._target = target
        where = self.label(target.where or target.through, size=15, semibold=True)
        where.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.body.addWidget(where)
        url = target.url
        shown = url if len(url) <= _MOST_SHOWN else url[:_MOST_SHOWN] + "…"
        # A break after each / and &, else one long word would widen the dialog.
        spaced = shown.replace("/", "/\u200b").replace("&", "&\u200b").replace("=", "=\u200b")
        self.body.addWidget(self.label(spaced, tone="3", size=12))
        if target.through:
            self.body.addWidget(self.label(_through(target), size=12))
        if target.warning is not None:
            words = mail_words.link_warning(target.warning)
            self.warning = self.label(words, tone="error", semibold=True)
            self.body.addWidget(self.warning)
        copy = self.add_button(_("Copy address"))
        copy.setAutoDefault(False)
        copy.clicked.connect(self._on_copy_clicked)
        self.add_cancel()
        go = self.add_button(_("Open link"), primary=target.warning is None)
        go.clicked.connect(self.accept)

    def _on_copy_clicked(self) -> None:
        QApplication.clipboard().setText(self._target.url)
        self.reject()


def _through(target: links.Target) -> str:
    """What stands between the link and its page."""
    if target.where:
        words = _("The link goes there by way of {service}.")
    else:
        words = _("{service} counts clicks and then leads to a page that it does not name.")
    return words.format(service=target.through)


def ask(address: str, text: str, appearance: Appearance, parent: QWidget) -> str | None:
    """Ask the owner; the address to open, or None when it may not or shall not be opened."""
    target = links.target(text, address)
    if target is None:
        return None
    dialog = LinkDialog(target, appearance, parent)
    opened = dialog.exec() == LinkDialog.DialogCode.Accepted
    dialog.deleteLater()
    return target.url if opened else None
