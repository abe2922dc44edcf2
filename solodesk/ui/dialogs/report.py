"""The dialog behind "Reports": a month, a language, the formats, and where to save them."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QRadioButton,
    QWidget,
)

from solodesk.base.errors import KnownError
from solodesk.domain.hours import local_date
from solodesk.services import figures, reporting, settings
from solodesk.ui.appearance import Appearance
from solodesk.ui.dialogs.frame import DialogFrame
from solodesk.ui.icons import icon
from solodesk.ui.ops import DeskGate
from solodesk.ui.widgets import ElidedLabel
from solodesk.wording import dates
from solodesk.wording.gettext import _, current_language

FORMATS = ("pdf", "html", "csv", "xlsx")


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month in the owner's zone."""

    year: int
    month: int

    def shifted(self, months: int) -> "Month":
        """The month `months` later."""
        whole = self.year * 12 + self.month - 1 + months
        return Month(whole // 12, whole % 12 + 1)


class ReportDialog(DialogFrame):
    """Writes the report off the window's thread and says where it lies."""

    saved = Signal(list)

    def __init__(
        self, gate: DeskGate, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(
            appearance,
            _("Monthly service report"),
            _("Response times and satisfaction of one month, with every definition."),
            parent=parent,
        )
        self._gate = gate
        today = gate.read(lambda reader: local_date(reader.now_ms, settings.zone(reader)))
        self._today = Month(today.year, today.month)
        self._month = self._today.shifted(-1)
        documents = QStandardPaths.StandardLocation.DocumentsLocation
        self._folder = Path(QStandardPaths.writableLocation(documents) or Path.home())
        self._paths: list[Path] = []
        self._build()
        self._show_month()

    def set_month(self, year: int, month: int) -> None:
        """Choose another month."""
        self._month = Month(year, month)
        self._show_month()

    def set_language(self, language: str) -> None:
        """Choose the report's language: en or zh."""
        (self._zh if language == "zh" else self._en).setChecked(True)

    def set_folder(self, folder: Path) -> None:
        """Choose where the files go."""
        self._folder = folder
        self._where.set_full_text(str(folder))

    def save(self) -> None:
        """Write the chosen formats."""
        formats = [name for name, box in self._formats.items() if box.isChecked()]
        if not formats:
            self._tell(_("Choose at least one format."), "warn")
            return
        month, folder = self._month, self._folder
        language = "zh" if self._zh.isChecked() else "en"
        anonymous = not self._names.isChecked()
        self._save.setEnabled(False)
        self._tell(_("Writing the report…"), "3")
        self._gate.read_later(
            lambda reader: reporting.report(
                reader,
                figures.period_month(reader, month.year, month.month),
                to=folder,
                formats=formats,
                lang=language,
                anonymous=anonymous,
            ),
            self._on_report_written,
            fail=self._on_report_failed,
        )

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(12)
        grid.setColumnStretch(1, 1)
        for place, (title, row) in enumerate(
            (
                (_("Month"), self._month_row()),
                (_("Language"), self._language_row()),
                (_("Save as"), self._format_row()),
                (_("Where"), self._folder_row()),
            )
        ):
            grid.addWidget(self.label(title, tone="3"), place, 0)
            grid.addLayout(row, place, 1)
        self._names = QCheckBox(_("Customer names (off: “Customer A”, safe to share)"))
        grid.addWidget(self._names, 4, 1)
        self.body.addLayout(grid)
        self._open = QPushButton(_("Open report"))
        self._open.setProperty("link", True)
        self._open.clicked.connect(self._on_open_clicked)
        self._show_folder = QPushButton(_("Show in folder"))
        self._show_folder.setProperty("link", True)
        self._show_folder.clicked.connect(self._on_show_folder_clicked)
        after = QHBoxLayout()
        self._said = self.label("", tone="3", size=12)
        after.addWidget(self._said, 1)
        after.addWidget(self._open)
        after.addWidget(self._show_folder)
        self._open.hide()
        self._show_folder.hide()
        self.body.addLayout(after)
        self.add_cancel(_("Close window"))
        self._save = self.add_button(_("Save report"), primary=True)
        self._save.clicked.connect(self.save)

    def _month_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self._back = self._arrow("chevron-left", _("Earlier month"))
        self._back.clicked.connect(self._on_back_clicked)
        self._forward = self._arrow("chevron-right", _("Later month"))
        self._forward.clicked.connect(self._on_forward_clicked)
        self._title = self.label("", semibold=True)
        self._title.setWordWrap(False)
        self._title.setMinimumWidth(self.appearance.px(130))
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for widget in (self._back, self._title, self._forward):
            row.addWidget(widget)
        row.addStretch(1)
        return row

    def _arrow(self, icon_name: str, name: str) -> QPushButton:
        button = QPushButton()
        button.setIcon(icon(icon_name, self.appearance.tokens.text_2, 16))
        button.setFixedWidth(self.appearance.px(34))
        button.setStyleSheet("padding: 0;")
        button.setAccessibleName(name)
        button.setToolTip(name)
        button.setAutoDefault(False)
        return button

    def _language_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(16)
        self._en, self._zh = QRadioButton("English"), QRadioButton("中文")
        group = QButtonGroup(self)
        for button in (self._en, self._zh):
            group.addButton(button)
            row.addWidget(button)
        (self._zh if current_language() == "zh" else self._en).setChecked(True)
        row.addStretch(1)
        return row

    def _format_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(16)
        self._formats: dict[str, QCheckBox] = {}
        for name in FORMATS:
            box = QCheckBox(name.upper())
            box.setChecked(name == "pdf")
            self._formats[name] = box
            row.addWidget(box)
        row.addStretch(1)
        return row

    def _folder_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self._where = ElidedLabel(str(self._folder))
        row.addWidget(self._where, 1)
        change = QPushButton(_("Choose folder…"))
        change.setAutoDefault(False)
        change.clicked.connect(self._on_change_clicked)
        row.addWidget(change)
        return row

    def _show_month(self) -> None:
        self._title.setText(dates.long_month(date(self._month.year, self._month.month, 1)))
        self._forward.setEnabled(self._month != self._today)
        unfinished = self._month == self._today
        self._tell(
            _("This month is not over: numbers can still change.") if unfinished else "", "3"
        )

    def _tell(self, text: str, tone: str) -> None:
        self._said.setText(text)
        self.set_tone(self._said, tone)
        self._open.hide()
        self._show_folder.hide()

    def _on_report_written(self, files: list[reporting.ReportFile]) -> None:
        self._paths = [Path(file.path) for file in files]
        self._save.setEnabled(True)
        self._tell(_("Saved."), "ok")
        self._open.setVisible(bool(self._paths))
        self._show_folder.setVisible(bool(self._paths))
        self.saved.emit(self._paths)

    def _on_report_failed(self, error: KnownError) -> None:
        self._save.setEnabled(True)
        self._tell("", "error")
        self.say(self._said, error)

    def _on_back_clicked(self) -> None:
        self._month = self._month.shifted(-1)
        self._show_month()

    def _on_forward_clicked(self) -> None:
        self._month = self._month.shifted(1)
        self._show_month()

    def _on_change_clicked(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, _("Where"), str(self._folder))
        if chosen:
            self.set_folder(Path(chosen))

    def _on_open_clicked(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._paths[0])))

    def _on_show_folder_clicked(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._paths[0].parent)))
