"""One field for each kind of setting. A field shows a value and gives back what was entered."""

from collections.abc import Callable
from typing import Any
from zoneinfo import available_timezones

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QWidget,
)

from solodesk.services.settings import DAYS, Setting
from solodesk.ui.appearance import Appearance
from solodesk.wording import labels
from solodesk.wording.gettext import _

_MINUTE_S, _HOUR_S = 60, 3600


class Field:
    """A widget, and how to read it."""

    def __init__(self, widget: QWidget, read: Callable[[], Any]) -> None:
        self.widget = widget
        self.read = read


def field_for(setting: Setting, value: Any, appearance: Appearance) -> Field:
    """The field for `setting`, showing `value`."""
    makers: dict[str, Callable[[Setting, Any, Appearance], Field]] = {
        "text": _text,
        "choice": _choice,
        "number": _number,
        "flag": _flag,
        "zone": _zone,
        "hours": _hours,
        "dates": _dates,
        "template": _template,
    }
    field = makers[setting.kind](setting, value, appearance)
    field.widget.setAccessibleName(_(setting.title))
    return field


def _text(setting: Setting, value: Any, _appearance: Appearance) -> Field:
    edit = QLineEdit(str(value or ""))
    if setting.key == "holidays_country":
        edit.setPlaceholderText(_("country code, e.g. CN, US, DE"))
    return Field(edit, lambda: edit.text().strip())


def _template(_setting: Setting, value: Any, appearance: Appearance) -> Field:
    edit = QPlainTextEdit(str(value or ""))
    edit.setPlaceholderText("{{ customer.greeting }} … {{ answer.by }} … {% if shop.open %}")
    edit.setTabChangesFocus(True)
    edit.setFixedHeight(appearance.px(110))
    return Field(edit, lambda: edit.toPlainText().strip())


def _choice(setting: Setting, value: Any, _appearance: Appearance) -> Field:
    box = QComboBox()
    for code in setting.choices:
        box.addItem(labels.choice(setting.key, code), code)
    box.setCurrentIndex(max(0, box.findData(value)))
    return Field(box, box.currentData)


def _number(setting: Setting, value: Any, appearance: Appearance) -> Field:
    """Long spans are shown in minutes, short ones in seconds."""
    box = QSpinBox()
    # The style's padding reaches the frame, not the digits in it.
    box.lineEdit().setTextMargins(appearance.px(6), 0, appearance.px(6), 0)
    low, high = setting.low or 0, setting.high or 1_000_000
    unit = _MINUTE_S if high > _HOUR_S and setting.unit else 1
    box.setRange(max(1 if unit > 1 else 0, low // unit), high // unit)
    box.setValue(int(value) // unit)
    if setting.unit:
        box.setSuffix(" " + (_("min") if unit > 1 else _("s")))
    return Field(box, lambda: box.value() * unit)


def _flag(_setting: Setting, value: Any, _appearance: Appearance) -> Field:
    box = QCheckBox()
    box.setChecked(bool(value))
    return Field(box, box.isChecked)


def _zone(_setting: Setting, value: Any, _appearance: Appearance) -> Field:
    box = QComboBox()
    box.setEditable(True)
    box.addItems(sorted(available_timezones()))
    box.setCurrentText(str(value))
    return Field(box, lambda: box.currentText().strip())


def _hours(_setting: Setting, value: Any, appearance: Appearance) -> Field:
    """One line a day, "09:00–12:00, 13:00–18:00"; empty = closed."""
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setVerticalSpacing(4)
    edits: dict[str, QLineEdit] = {}
    for place, day in enumerate(DAYS):
        label = QLabel(labels.weekday(day))
        label.setProperty("tone", "3")
        label.setFont(appearance.font(12))
        edit = QLineEdit(", ".join(f"{a}–{b}" for a, b in value.get(day, [])))
        edit.setPlaceholderText(_("closed"))
        edit.setAccessibleName(labels.weekday(day))
        grid.addWidget(label, place, 0, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(edit, place, 1)
        edits[day] = edit
    return Field(holder, lambda: {day: _ranges(edit.text()) for day, edit in edits.items()})


def _ranges(text: str) -> list[list[str]]:
    """Read "9:00-12, 13:00–18:00" as pairs; what is not a pair goes on as typed, to be refused."""
    plain = text.translate(str.maketrans("–—－〜～，；：", "-----,;:")).replace(";", ",")
    pairs = []
    for part in filter(None, (piece.strip() for piece in plain.split(","))):
        start, _dash, end = part.partition("-")
        pairs.append([_clock(start), _clock(end)])
    return pairs


def _clock(text: str) -> str:
    hour, _colon, minute = text.strip().partition(":")
    return f"{hour.zfill(2)}:{(minute or '00').zfill(2)}"


def _dates(_setting: Setting, value: Any, _appearance: Appearance) -> Field:
    edit = QLineEdit(", ".join(value))
    edit.setPlaceholderText("2026-12-24, 2026-12-25")
    return Field(
        edit,
        lambda: [day.strip() for day in edit.text().replace("，", ",").split(",") if day.strip()],
    )
