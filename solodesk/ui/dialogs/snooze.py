"""The snooze menu: presets that follow the opening hours, a date of one's own, and one choice."""

from zoneinfo import ZoneInfo

from PySide6.QtCore import QDateTime, QPoint, QTimeZone, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QDateTimeEdit,
    QDialog,
    QDialogButtonBox,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from solodesk.domain.snooze import presets
from solodesk.services import figures, settings
from solodesk.ui.appearance import Appearance
from solodesk.ui.ops import DeskGate
from solodesk.wording import dates, labels
from solodesk.wording.gettext import _

_PICK = -1
_ON_REPLY = -2


class SnoozeMenu(QMenu):
    """Ask until when. `chosen(until_ms, wake_on_reply)`; deletes itself when closed."""

    chosen = Signal(object, bool)

    def __init__(
        self, gate: DeskGate, appearance: Appearance, parent: QWidget, *, with_reply: bool = True
    ) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._wake_on_reply = True
        self._zone, self._now, hours = gate.read(
            lambda reader: (
                settings.zone(reader),
                reader.now_ms,
                figures.business_hours(reader),
            )
        )
        for preset in presets(self._now, self._zone, hours):
            when = dates.moment(preset.until_ms, self._zone, self._now)
            action = self.addAction(f"{labels.snooze(preset.code)}\t{when}")
            action.setData(preset.until_ms)
        self.addSeparator()
        self.addAction(_("Pick a date…")).setData(_PICK)
        if with_reply:
            wake = self.addAction(_("Wake up earlier if the customer writes"))
            wake.setCheckable(True)
            wake.setChecked(True)
            wake.toggled.connect(self._on_wake_toggled)
            wake.setData(_ON_REPLY)
        self.triggered.connect(self._on_self_triggered)

    def open_at(self, anchor: QWidget) -> None:
        """Pop up above or below `anchor`."""
        self.popup(anchor.mapToGlobal(QPoint(0, anchor.height() + 2)))
        if self.actions():
            self.setActiveAction(self.actions()[0])

    def _on_wake_toggled(self, checked: bool) -> None:
        self._wake_on_reply = checked

    def _on_self_triggered(self, action: QAction) -> None:
        value = action.data()
        if value == _PICK:
            dialog = PickDialog(self._now, self._zone, self.parentWidget())
            if dialog.exec() == QDialog.DialogCode.Accepted:
                self.chosen.emit(dialog.moment_ms(), self._wake_on_reply)
        elif value != _ON_REPLY:
            self.chosen.emit(int(value), self._wake_on_reply)


class PickDialog(QDialog):
    """One date and time, not in the past."""

    def __init__(self, now_ms: int, zone: ZoneInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Pick a date"))
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(12)
        place = QTimeZone(zone.key.encode())
        start = QDateTime.fromMSecsSinceEpoch(now_ms, place)
        self._field = QDateTimeEdit(start.addDays(1))
        self._field.setCalendarPopup(True)
        self._field.setMinimumDateTime(start)
        self._field.setTimeZone(place)
        column.addWidget(self._field)
        box = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        box.accepted.connect(self.accept)
        box.rejected.connect(self.reject)
        column.addWidget(box)

    def moment_ms(self) -> int:
        """The moment chosen."""
        return int(self._field.dateTime().toMSecsSinceEpoch())
