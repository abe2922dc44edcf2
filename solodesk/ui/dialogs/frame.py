"""The frame all dialogs share: a title, a quiet line under it, a body, and a row of buttons."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from solodesk.base.errors import KnownError
from solodesk.ui.appearance import Appearance
from solodesk.wording import errors
from solodesk.wording.gettext import _


class DialogFrame(QDialog):
    """Put widgets into `body`; `add_button` fills the row below from left to right."""

    def __init__(
        self,
        appearance: Appearance,
        title: str,
        subtitle: str = "",
        *,
        width: int = 560,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.appearance = appearance
        self.setWindowTitle(title)
        self.setMinimumWidth(appearance.px(width))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(24, 20, 24, 14)
        head.setSpacing(2)
        head.addWidget(self.label(title, size=17, semibold=True))
        self.subtitle = self.label(subtitle, tone="3", size=12)
        self.subtitle.setVisible(bool(subtitle))
        head.addWidget(self.subtitle)
        outer.addLayout(head)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(24, 0, 24, 20)
        self.body.setSpacing(10)
        outer.addLayout(self.body, 1)
        outer.addWidget(self.line())
        foot = QWidget()
        foot.setProperty("ground", "bg")
        foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._buttons = QHBoxLayout(foot)
        self._buttons.setContentsMargins(24, 12, 24, 12)
        self._buttons.setSpacing(8)
        self.hint = self.label("", tone="3", size=12)
        self._buttons.addWidget(self.hint, 1)
        self.foot = self._buttons
        outer.addWidget(foot)

    def fit(self) -> None:
        """Make the dialog as high as its words need at its width."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
            wanted = layout.totalHeightForWidth(max(self.width(), self.minimumWidth()))
            self.resize(max(self.width(), self.minimumWidth()), max(wanted, self.minimumHeight()))

    def showEvent(self, event: QShowEvent) -> None:
        if not event.spontaneous():
            self.fit()
        super().showEvent(event)

    def label(
        self, text: str, *, tone: str = "", size: float = 13, semibold: bool = False
    ) -> QLabel:
        """A plain-text label that wraps."""
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setFont(self.appearance.font(size, semibold=semibold))
        if tone:
            label.setProperty("tone", tone)
        return label

    def row_title(self, text: str) -> QLabel:
        """The name before a one-line field."""
        label = self.label(text, tone="2")
        label.setMinimumSize(self.appearance.px(88), self.appearance.px(32))
        return label

    def say(self, label: QLabel, error: KnownError) -> None:
        """Show a fault in `label`: what happened and what to do."""
        hint = errors.hint(error)
        label.setText(f"{errors.sentence(error)} {hint}" if hint else errors.sentence(error))
        self.set_tone(label, "error")
        label.show()

    def set_tone(self, label: QLabel, tone: str) -> None:
        """Colour `label` by meaning: 2, 3, ok, warn or error."""
        label.setProperty("tone", tone)
        label.style().polish(label)

    def line(self) -> QFrame:
        """A hairline."""
        line = QFrame()
        line.setProperty("line", "h")
        return line

    def add_button(self, text: str, *, primary: bool = False) -> QPushButton:
        """A button in the lower row."""
        button = QPushButton(text)
        button.setAutoDefault(primary)
        button.setDefault(primary)
        if primary:
            button.setProperty("primary", True)
        self._buttons.addWidget(button)
        return button

    def add_cancel(self, text: str = "") -> QPushButton:
        """A button that closes without doing anything."""
        button = self.add_button(text or _("Cancel"))
        button.clicked.connect(self.reject)
        return button
