"""How much of each mailbox is here: on the server N, here N, and what is missing by number.

Shows what the last pass wrote down. This module must not fetch; the button asks the engine to.
"""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QPlainTextEdit,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from solodesk.services import missing_mail
from solodesk.services.missing_mail import FolderCount
from solodesk.services.units import Reader
from solodesk.ui.appearance import Appearance
from solodesk.ui.dialogs.frame import DialogFrame
from solodesk.ui.ops import DeskGate
from solodesk.wording import dates
from solodesk.wording.gettext import _, ngettext

_ROWS: Final = 12
_NUMBER: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class MailboxesDialog(DialogFrame):
    """A table of folders."""

    def __init__(
        self, gate: DeskGate, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(
            appearance,
            _("Mail on the server and here"),
            _("As of the last look; SoloDesk compares after every look."),
            width=640,
            parent=parent,
        )
        self._gate = gate
        self.table = QTableWidget(0, 5)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.verticalHeader().hide()
        self.table.setAccessibleName(_("Mail on the server and here"))
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.body.addWidget(self.table)
        self.said = self.label("")
        self.body.addWidget(self.said)
        self.missing = QPlainTextEdit()
        self.missing.setReadOnly(True)
        self.missing.setAccessibleName(_("What is missing"))
        self.missing.setMaximumHeight(appearance.px(110))
        self.missing.hide()
        self.body.addWidget(self.missing)
        self.list_button = self.add_button(_("List the missing"))
        self.list_button.clicked.connect(self._on_list_clicked)
        look = self.add_button(_("Check mail now"))
        look.clicked.connect(self._on_look_clicked)
        self.add_cancel(_("Close window"))
        gate.changed.connect(self._on_gate_changed)
        self._counts: tuple[FolderCount, ...] = ()
        self.show_counts()

    def show_counts(self) -> None:
        """Read and show them."""
        self._counts, waiting = self._gate.read(_read)
        now = self._gate.now_ms()
        self.table.setHorizontalHeaderLabels(
            [_("Mailbox"), _("Folder"), _("On the server"), _("Here"), _("As of")]
        )
        self.table.setRowCount(len(self._counts))
        for row, count in enumerate(self._counts):
            when = dates.ago(count.synced_ms, now) if count.synced_ms is not None else ""
            cells = (count.address, count.folder, f"{count.server:,}", f"{count.here:,}", when)
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                if column in (2, 3):
                    item.setTextAlignment(_NUMBER)
                self.table.setItem(row, column, item)
        rows = min(max(len(self._counts), 2), _ROWS)
        self.table.setMinimumHeight(self.appearance.px(36 + 32 * rows))
        self._say(waiting)

    def _say(self, waiting: int) -> None:
        missing = sum(count.missing for count in self._counts)
        if not self._counts:
            text, tone = _("No mail fetched yet"), "3"
        elif missing:
            text = ngettext(
                "{n} message of the server is not here. SoloDesk tries again by itself.",
                "{n} messages of the server are not here. SoloDesk tries again by itself.",
                missing,
            ).format(n=missing)
            tone = "warn"
        else:
            text, tone = _("Everything the server has is here."), "ok"
        if waiting:
            text += " " + ngettext(
                "{n} change waits to be made on the server.",
                "{n} changes wait to be made on the server.",
                waiting,
            ).format(n=waiting)
        self.said.setText(text)
        self.set_tone(self.said, tone)
        self.list_button.setEnabled(bool(missing))

    def _on_list_clicked(self) -> None:
        lines = [
            f"{count.address}  {count.folder}: "
            + ", ".join(str(uid) for uid in count.missing_uids)
            + (" …" if count.missing > len(count.missing_uids) else "")
            for count in self._counts
            if count.missing
        ]
        self.missing.setPlainText("\n".join(lines))
        self.missing.show()
        self.fit()

    def _on_look_clicked(self) -> None:
        self._gate.engine({"do": "sync"})

    def _on_gate_changed(self) -> None:
        self.show_counts()


def _read(reader: Reader) -> tuple[tuple[FolderCount, ...], int]:
    waiting = sum(reader.server_acts.waiting(each.id) for each in reader.accounts.all())
    return missing_mail.counts(reader), waiting
