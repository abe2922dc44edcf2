"""Asks before a link of a mail is opened, and shows where it really goes.

Only http, https and mailto are ever offered (faults.md X3, X5). This module must not open.
"""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from solodesk.services import links
from solodesk.ui.appearance import Appearance
from solodesk.ui.dialogs.frame import DialogFrame
from solodesk.wording.gettext import _, marked

_MOST_SHOWN = 300
_WARNINGS: Final = {
    "userinfo": marked("The first part of this address only looks like a website."),
    "number_host": marked("This address is a number instead of a name."),
    "lookalike_host": marked("This name uses letters that look like others."),
    "other_host": marked("The text of the link names another website."),
    "other_address": marked("The text of the link names another address."),
    "bidi": marked("This link hides its real reading direction."),
}


class LinkDialog(DialogFrame):
    """Accepted = open it."""

    def __init__(
        self, target: links.Target, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        title = _("Write to this address?") if target.is_mail else _("Open this website?")
        super().__init__(appearance, title, width=460, parent=parent)
        self._target = target
        where = self.label(target.where, size=15, semibold=True)
        where.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.body.addWidget(where)
        url = target.url
        shown = url if len(url) <= _MOST_SHOWN else url[:_MOST_SHOWN] + "…"
        # A break after each / and &, else one long word would widen the dialog.
        spaced = shown.replace("/", "/\u200b").replace("&", "&\u200b").replace("=", "=\u200b")
        self.body.addWidget(self.label(spaced, tone="3", size=12))
        if target.warning is not None:
            text = _WARNINGS.get(target.warning, _WARNINGS["other_host"])
            self.warning = self.label(_(text), tone="error", semibold=True)
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


def ask(address: str, text: str, appearance: Appearance, parent: QWidget) -> str | None:
    """Ask the owner; the address to open, or None when it may not or shall not be opened."""
    target = links.target(text, address)
    if target is None:
        return None
    dialog = LinkDialog(target, appearance, parent)
    opened = dialog.exec() == LinkDialog.DialogCode.Accepted
    dialog.deleteLater()
    return target.url if opened else None
