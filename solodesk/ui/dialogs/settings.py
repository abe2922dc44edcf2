"""Preferences, generated from the descriptors of `services.settings`, and the device's own."""

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from solodesk.base.errors import KnownError
from solodesk.services import settings
from solodesk.services.units import Desk
from solodesk.ui.appearance import Appearance
from solodesk.ui.dialogs.frame import DialogFrame
from solodesk.ui.dialogs.setting_fields import Field, field_for
from solodesk.ui.ops import DeskGate
from solodesk.wording.gettext import _, current_language


class SettingsDialog(DialogFrame):
    """Saves what was changed in one act; device choices (look, language, size) are facts told."""

    device_chosen = Signal(str, object)
    """scheme, language or text_percent, and the value chosen."""

    def __init__(
        self,
        gate: DeskGate,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(appearance, _("Settings"), width=680, parent=parent)
        self._gate = gate
        self._fields: dict[str, Field] = {}
        self._before: dict[str, Any] = {}
        self._device: dict[str, QComboBox] = {}
        row = QHBoxLayout()
        row.setSpacing(20)
        self._names = QListWidget()
        self._names.setFixedWidth(appearance.px(150))
        self._names.setAccessibleName(_("Pages"))
        self._pages = QStackedWidget()
        self._names.currentRowChanged.connect(self._pages.setCurrentIndex)
        row.addWidget(self._names)
        row.addWidget(self._pages, 1)
        self.body.addLayout(row)
        self._said = self.label("", tone="error", size=12)
        self._said.hide()
        self.body.addWidget(self._said)
        values = {value.setting.key: value for value in gate.read(settings.everything)}
        for title, shown in settings.PAGES:
            self._add_page(_(title), [values[setting.key] for setting in shown])
        self._add_device_page()
        self._names.setCurrentRow(0)
        self.add_cancel()
        save = self.add_button(_("Save"), primary=True)
        save.clicked.connect(self.save)
        self.setMinimumHeight(appearance.px(480))

    def field(self, key: str) -> QWidget:
        """The widget of a setting."""
        return self._fields[key].widget

    def save(self) -> None:
        """Store every changed setting; a value that cannot be is said and nothing is saved."""
        changed = {
            key: value
            for key, field in self._fields.items()
            if (value := field.read()) != self._before[key]
        }

        def act(desk: Desk) -> None:
            for key, value in changed.items():
                settings.put(desk, key, value)

        self._gate.act(act, self._on_saved, label=("settings", {}), fail=self._on_save_failed)

    def _add_page(self, title: str, values: list[settings.Value]) -> None:
        form = self._form(title)
        for value in values:
            key = value.setting.key
            field = field_for(value.setting, value.value, self.appearance)
            self._fields[key] = field
            self._before[key] = field.read()
            form.addRow(self._row_label(_(value.setting.title)), field.widget)

    def _add_device_page(self) -> None:
        form = self._form(_("Look"))
        look = self.appearance
        self._combo(form, "scheme", _("Colours"), look.scheme, (
            ("system", _("As the system")), ("light", _("Light")), ("dark", _("Dark")),
        ))  # fmt: skip
        self._combo(form, "language", _("Language"), current_language(), (
            ("en", "English"), ("zh", "中文"),
        ))  # fmt: skip
        sizes = tuple((size, f"{size} %") for size in (100, 110, 125, 150, 175, 200))
        self._combo(form, "text_percent", _("Text size"), look.text_percent, sizes)

    def _combo(
        self,
        form: QFormLayout,
        key: str,
        title: str,
        value: object,
        choices: tuple[tuple[object, str], ...],
    ) -> None:
        box = QComboBox()
        for code, text in choices:
            box.addItem(text, code)
        box.setCurrentIndex(max(0, box.findData(value)))
        box.setAccessibleName(title)
        self._device[key] = box
        form.addRow(self._row_label(title), box)

    def _row_label(self, text: str) -> QLabel:
        """A label in line with the one-line field beside it."""
        label = self.label(text, tone="2")
        label.setMinimumHeight(self.appearance.px(32))
        label.setMinimumWidth(self.appearance.px(170))
        label.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        return label

    def _form(self, title: str) -> QFormLayout:
        self._names.addItem(title)
        page = QWidget()
        page.setProperty("ground", "bg")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 8, 0)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(12)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        column.addLayout(form)
        column.addStretch(1)
        area = QScrollArea()
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidgetResizable(True)
        area.setWidget(page)
        self._pages.addWidget(area)
        return form

    def _on_saved(self, result: object) -> None:
        for key, box in self._device.items():
            self.device_chosen.emit(key, box.currentData())
        self.accept()

    def _on_save_failed(self, error: KnownError) -> None:
        self.say(self._said, error)
