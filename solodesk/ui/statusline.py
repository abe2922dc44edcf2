"""The line at the bottom: is the mail up to date, what can be undone; and the banner it becomes
when something is needed. The only place for words about fetching mail (ux.md).

This module must not know the engine; it is told states.
"""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QWidget,
)

from solodesk.ui.actions import Actions, native
from solodesk.ui.appearance import Appearance
from solodesk.ui.catalog import command
from solodesk.ui.icons import pixmap
from solodesk.ui.widgets import ElidedLabel
from solodesk.wording import dates
from solodesk.wording.gettext import _, ngettext


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the owner should know: kind offline, error or info; an action is a command id."""

    kind: str
    title: str
    text: str
    action: tuple[str, str] | None = None
    icon: str = "circle-alert"


class Banner(QWidget):
    """Amber, red or blue; stands above the status line until its cause is gone."""

    wanted = Signal(str)
    """Command id."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = appearance
        self._notice: Notice | None = None
        self.setObjectName("banner")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._icon, self._title, self._text = QLabel(self), QLabel(self), QLabel(self)
        self._text.setWordWrap(True)
        for label in (self._title, self._text):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._action = QPushButton(self)
        self._action.clicked.connect(self._on_action_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(10)
        row.addWidget(self._icon)
        row.addWidget(self._title)
        row.addWidget(self._text, 1)
        row.addWidget(self._action)
        appearance.changed.connect(self._on_appearance_changed)
        self.hide()

    @property
    def notice(self) -> Notice | None:
        """What is shown."""
        return self._notice

    def show_notice(self, notice: Notice | None) -> None:
        """Show it, or nothing."""
        if notice == self._notice:
            return
        self._notice = notice
        self.setVisible(notice is not None)
        if notice is None:
            return
        self.setProperty("kind", notice.kind)
        self.style().unpolish(self)
        self.style().polish(self)
        self._title.setText(notice.title)
        self._text.setText(notice.text)
        self._action.setVisible(notice.action is not None)
        if notice.action is not None:
            self._action.setText(notice.action[1])
        self.setAccessibleName(f"{notice.title} {notice.text}")
        self._on_appearance_changed()

    def _on_action_clicked(self) -> None:
        if self._notice is not None and self._notice.action is not None:
            self.wanted.emit(self._notice.action[0])

    def _on_appearance_changed(self) -> None:
        if self._notice is None:
            return
        tokens = self._look.tokens
        colours = {"offline": tokens.warn, "error": tokens.error, "info": tokens.accent}
        colour = colours[self._notice.kind]
        self._icon.setPixmap(
            pixmap(self._notice.icon, colour, self._look.px(16), self.devicePixelRatioF())
        )
        self._title.setFont(self._look.font(13, semibold=True))
        self._title.setStyleSheet(f"color: {colour.name()}")
        self._text.setFont(self._look.font(13))
        self._action.setFont(self._look.font(13))


class StatusLine(QWidget):
    """32 units high: state of the mail on the left, undo on the right."""

    figures_clicked = Signal(str)

    def __init__(
        self, actions: Actions, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._look = appearance
        self.setObjectName("statusLine")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._icon, self._words = QLabel(self), QLabel(self)
        self._progress = QProgressBar(self, textVisible=False)
        self._progress.hide()
        # In a narrow window the words give way, the button stays.
        self._act = ElidedLabel(parent=self)
        self._act.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._undo = QPushButton(self)
        self._undo.setProperty("keycap", True)
        self._undo.clicked.connect(actions.action("edit.undo").trigger)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(8)
        for part in (self._icon, self._words, self._progress):
            row.addWidget(part)
        row.addStretch(1)
        self._figures = QPushButton(self)
        self._figures.setProperty("flat", True)
        self._figures.clicked.connect(self._on_figures_clicked)
        self._figures.hide()
        row.addWidget(self._figures)
        row.addWidget(self._act, 1)
        row.addWidget(self._undo)
        self._shown = ("circle", "", "text_3")
        appearance.changed.connect(self.retranslate)
        self.show_undo("")
        self.retranslate()

    def show_received(self, last_ms: int | None, now_ms: int, missing: int = 0) -> None:
        """All mail is here but for `missing` messages; `last_ms` is when we last looked."""
        self._progress.hide()
        if last_ms is None:
            self._set("circle", _("No mail fetched yet"), "text_3")
        elif missing:
            words = ngettext(
                "{n} message of the server is not here yet",
                "{n} messages of the server are not here yet",
                missing,
            )
            self._set("circle-alert", words.format(n=f"{missing:,}"), "warn")
        else:
            when = dates.ago(last_ms, now_ms)
            self._set("check", _("Up to date · {when}").format(when=when), "ok")

    def show_behind(self, last_ms: int | None, now_ms: int) -> None:
        """Something keeps mail from coming; the banner says what."""
        self._progress.hide()
        if last_ms is None:
            self._set("circle", _("No mail fetched yet"), "text_3")
        else:
            when = dates.ago(last_ms, now_ms)
            self._set("clock", _("Mail as of {when}").format(when=when), "warn")

    def show_progress(self, here: int, total: int, *, first: bool) -> None:
        """Mail is coming in."""
        self._progress.setVisible(total > 0)
        self._progress.setRange(0, max(1, total))
        self._progress.setValue(here)
        if first:
            words = _("{here} of about {total} — you can start working").format(
                here=f"{here:,}", total=f"{total:,}"
            )
        else:
            words = _("Fetching your mail")
        self._set("refresh-cw", words, "accent")

    def show_offline(self, last: str | None) -> None:
        """No connection; the banner says more."""
        self._progress.hide()
        words = _("Offline · up to date at {time}").format(time=last) if last else _("Offline")
        self._set("wifi-off", words, "warn")

    def show_message(self, words: str, icon_name: str = "info") -> None:
        """A word about something just done."""
        self._set(icon_name, words, "text_2")

    def show_undo(self, act: str) -> None:
        """What the next undo takes back ("Closed “Print size question”"); "" for nothing."""
        self._act.set_full_text(act)
        self._act.setVisible(bool(act))
        self._undo.setVisible(bool(act))

    def set_figures(self, words: str) -> None:
        """The four figures in one line, for when the right panel is not in sight."""
        self._figures.setText(words)
        self._figures.setAccessibleName(_("Figures of this week: {figures}").format(figures=words))

    def show_figures(self, *, on: bool) -> None:
        """Show that line or not."""
        self._figures.setVisible(on and bool(self._figures.text()))

    @property
    def words(self) -> str:
        """What the line says now."""
        return self._words.text()

    def retranslate(self) -> None:
        """Words, fonts and colours anew."""
        self.setFixedHeight(self._look.px(32))
        self._figures.setFont(self._look.font(12))
        for label in (self._words, self._act):
            label.setFont(self._look.font(12))
            label.setProperty("tone", "2")
        key = native(command("edit.undo").keys[0])
        self._undo.setText(_("Undo  {key}").format(key=key))
        self._undo.setFont(self._look.font(11))
        self._undo.setMinimumWidth(self._undo.sizeHint().width())
        self._progress.setFixedWidth(self._look.px(120))
        self._set(*self._shown)

    def _on_figures_clicked(self) -> None:
        self.figures_clicked.emit("")

    def _set(self, icon_name: str, words: str, colour: str) -> None:
        self._shown = (icon_name, words, colour)
        tint = getattr(self._look.tokens, colour)
        self._icon.setPixmap(pixmap(icon_name, tint, self._look.px(14), self.devicePixelRatioF()))
        self._words.setText(words)
        self.setAccessibleName(words)
