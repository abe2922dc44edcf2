"""The snooze menu: presets that follow the opening hours, a date of one's own, and one choice."""

from zoneinfo import ZoneInfo

from PySide6.QtCore import QDateTime, QPoint, Qt, QTimeZone, Signal
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QDateTimeEdit, QMenu, QWidget

from solodesk.domain.snooze import presets
from solodesk.services import figures, settings
from solodesk.ui.appearance import Appearance
from solodesk.ui.dialogs.frame import DialogFrame
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
        self.aboutToHide.connect(self.deleteLater)
        self._wake: QAction | None = None
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
            self._wake = self.addAction(_("Wake up earlier if the customer writes"))
            self._wake.setCheckable(True)
            self._wake.setChecked(True)
            self._wake.setData(_ON_REPLY)
        self.triggered.connect(self._on_self_triggered)

    def open_at(self, anchor: QWidget) -> None:
        """Pop up above or below `anchor`."""
        self.open_here(anchor.mapToGlobal(QPoint(0, anchor.height() + 2)))

    def open_here(self, at: QPoint) -> None:
        """Pop up at a place on the screen, the first time chosen."""
        self.popup(at)
        if self.actions():
            self.setActiveAction(self.actions()[0])

    def wakes_on_reply(self) -> bool:
        """Whether a word of the customer ends the snooze."""
        return self._wake is None or self._wake.isChecked()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ticking the choice leaves the menu open: the time is still to be chosen."""
        if self._wake is not None and self.activeAction() is self._wake:
            self._wake.toggle()
        else:
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if self._wake is not None and self.activeAction() is self._wake and event.key() in keys:
            self._wake.toggle()
        else:
            super().keyPressEvent(event)

    def _on_self_triggered(self, action: QAction) -> None:
        value = action.data()
        if value == _PICK:
            dialog = PickDialog(self._now, self._zone, self._appearance, self.parentWidget())
            if dialog.exec() == PickDialog.DialogCode.Accepted:
                self.chosen.emit(dialog.moment_ms(), self.wakes_on_reply())
            dialog.deleteLater()
        elif value != _ON_REPLY:
            self.chosen.emit(int(value), self.wakes_on_reply())


class PickDialog(DialogFrame):
    """One date and time, not in the past."""

    def __init__(
        self, now_ms: int, zone: ZoneInfo, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(appearance, _("Pick a date"), zone.key, width=320, parent=parent)
        place = QTimeZone(zone.key.encode())
        start = QDateTime.fromMSecsSinceEpoch(now_ms, place)
        self.field = QDateTimeEdit(start.addDays(1))
        self.field.setTimeZone(place)
        self.field.setCalendarPopup(True)
        self.field.setDisplayFormat("yyyy-MM-dd   HH:mm")
        self.field.setMinimumDateTime(start.addSecs(60))
        self.field.setAccessibleName(_("Pick a date"))
        self.body.addWidget(self.field)
        self.add_cancel()
        self.add_button(_("Choose"), primary=True).clicked.connect(self.accept)

    def moment_ms(self) -> int:
        """The moment chosen."""
        return int(self.field.dateTime().toMSecsSinceEpoch())
