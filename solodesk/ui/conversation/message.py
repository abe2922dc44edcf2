"""One message in the conversation: folded to a line, or open with its text and files."""

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from solodesk.domain.views import ConversationItem
from solodesk.services.showing import Shown
from solodesk.ui.appearance import Appearance
from solodesk.ui.conversation.bars import bars_above
from solodesk.ui.conversation.body import MailBody
from solodesk.ui.conversation.enclosure import EnclosureCard
from solodesk.ui.conversation.files import FileRow
from solodesk.ui.conversation.menu import message_menu
from solodesk.ui.conversation.reasons import by_form, details
from solodesk.ui.conversation.rest import RestBar
from solodesk.ui.icons import icon, pixmap
from solodesk.ui.widgets import Avatar, Chip, ElidedLabel, plain_tip
from solodesk.wording import dates, labels, mail_words
from solodesk.wording.gettext import _

INDENT = 38


@dataclass(frozen=True, slots=True)
class Setting:
    """What every message card needs to know of its surroundings."""

    appearance: Appearance
    zone: ZoneInfo
    now_ms: Callable[[], int]


class FoldedMessage(QAbstractButton):
    """One line for an earlier message: who, first words, when. A click opens it."""

    def __init__(
        self, item: ConversationItem, setting: Setting, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._item = item
        self._setting = setting
        self.setFixedHeight(32)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        who = speaker(item)
        self.setAccessibleName(f"{who}: {item.new_text[:80]}")

    def sizeHint(self) -> QSize:
        return QSize(200, 32)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        look, tokens = self._setting.appearance, self._setting.appearance.tokens
        if self.underMouse() or self.hasFocus():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.surface)
            painter.drawRoundedRect(self.rect(), 6, 6)
        middle = Qt.AlignmentFlag.AlignVCenter
        when = dates.day(self._item.at_ms, self._setting.zone, self._setting.now_ms())
        small = look.font(12)
        when_width = QFontMetrics(small).horizontalAdvance(when)
        name = speaker(self._item)
        name_font = look.font(13, semibold=True, text=name)
        name_width = min(QFontMetrics(name_font).horizontalAdvance(name), 180)
        painter.setFont(name_font)
        painter.setPen(tokens.text_2)
        left = look.px(INDENT)
        cut = QFontMetrics(name_font).elidedText(name, Qt.TextElideMode.ElideRight, name_width + 1)
        painter.drawText(QRect(left, 0, name_width + 2, self.height()), middle, cut)
        painter.setFont(small)
        painter.setPen(tokens.text_3)
        room = self.width() - left - name_width - when_width - 32
        words = " ".join(self._item.new_text[:300].split())
        cut = QFontMetrics(small).elidedText(words, Qt.TextElideMode.ElideRight, max(room, 0))
        painter.drawText(QRect(left + name_width + 12, 0, room, self.height()), middle, cut)
        where = QRect(self.width() - when_width - 8, 0, when_width + 2, self.height())
        painter.drawText(where, middle, when)
        painter.end()


def speaker(item: ConversationItem) -> str:
    """The name over a message: the sender's, a form's visitor, or "You" for the owner's own."""
    if item.type in ("out", "note"):
        return _("You")
    return item.visitor or item.from_.name or item.from_.address


class MessageCard(QWidget):
    """An open message: avatar, sender, date, text, earlier text behind a link, files."""

    link_activated = Signal(str, str)
    act_requested = Signal(str, int)
    """What is asked for a message (ui/conversation/acts.py)."""
    file_requested = Signal(int, int)
    join_requested = Signal(int, int)
    outbox_requested = Signal(int)
    rest_requested = Signal(int)

    def __init__(
        self,
        item: ConversationItem,
        setting: Setting,
        shown: Shown | None = None,
        fetching: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.item = item
        self._setting = setting
        self._bodies: list[MailBody] = []
        self._quoted: MailBody | None = None
        self._shown = shown
        self._fetching = fetching
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(self._head())
        self._column = QVBoxLayout()
        self._column.setContentsMargins(setting.appearance.px(INDENT), 6, 0, 0)
        self._column.setSpacing(8)
        outer.addLayout(self._column)
        self._fill()

    def _head(self) -> QHBoxLayout:
        look = self._setting.appearance
        row = QHBoxLayout()
        row.setSpacing(10)
        self._avatar = Avatar(look)
        self._avatar.set_name(self.item.visitor or self.item.from_.name, self.item.from_.address)
        row.addWidget(self._avatar)
        name = QLabel(speaker(self.item))
        name.setTextFormat(Qt.TextFormat.PlainText)
        name.setFont(look.font(13, semibold=True, text=name.text()))
        name.setToolTip(plain_tip(details(self.item)))
        row.addWidget(name)
        if (mark := self._standing()) is not None:
            row.addWidget(mark)
        for chip in self._chips():
            row.addWidget(chip)
        row.addStretch(1)
        when = QLabel(dates.moment(self.item.at_ms, self._setting.zone, self._setting.now_ms()))
        when.setProperty("tone", "3")
        when.setFont(look.font(12))
        row.addWidget(when)
        if self.item.message is not None:
            row.addWidget(self._more_button())
        return row

    def _standing(self) -> QWidget | None:
        """The quiet mark of what the owner's mail server says of the sender."""
        found = None if self._shown is None else self._shown.standing
        if found is None or self.item.type != "in" or found.verdict == "unknown":
            return None
        look = self._setting.appearance
        words = mail_words.standing(found.verdict, found.domain, found.server)
        proof = ", ".join(found.because)
        mark: QWidget
        if found.verdict == "failed":
            mark = Chip(look, _("not verified"), icon_name="shield-alert", tone="warn")
        else:
            label = QLabel()
            size = look.px(15)
            label.setPixmap(
                pixmap("badge-check", look.tokens.text_3, size, self.devicePixelRatioF())
            )
            mark = label
        mark.setToolTip(plain_tip(f"{words}\n{found.server}: {proof}" if proof else words))
        mark.setAccessibleName(words)
        return mark

    def _more_button(self) -> QPushButton:
        look = self._setting.appearance
        self._more = QPushButton()
        self._more.setObjectName("iconButton")
        self._more.setFixedSize(look.px(24), look.px(24))
        self._more.setIcon(icon("ellipsis", look.tokens.text_3, 16))
        self._more.setToolTip(_("More about this message"))
        self._more.setAccessibleName(_("More about this message"))
        self._more.setCursor(Qt.CursorShape.PointingHandCursor)
        self._more.clicked.connect(self._on_more_clicked)
        return self._more

    def _on_more_clicked(self) -> None:
        menu = message_menu(self.item, self._shown, self._act, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def _act(self, code: str) -> None:
        if self.item.message is not None:
            self.act_requested.emit(code, self.item.message)

    def _chips(self) -> list[Chip]:
        look = self._setting.appearance
        chips = []
        if self.item.state and self.item.state != "sent":
            tone = "error" if self.item.state in ("failed", "uncertain") else "quiet"
            words = labels.outbox_state(self.item.state)
            if self.item.held_back:
                words = _("read first")
            state = Chip(look, words, icon_name="send", tone=tone)
            state.clicked.connect(self._on_state_clicked)
            chips.append(state)
        if self.item.closer:
            chips.append(Chip(look, _("thanked"), tone="ok"))
        if self.item.damaged:
            chips.append(Chip(look, _("damaged mail"), tone="warn"))
        if by_form(self.item):
            chips.append(Chip(look, _("web form")))
        if self.item.type == "in" and self.item.kind != "person":
            chips.append(Chip(look, labels.kind(self.item.kind)))
        return chips

    def _fill(self) -> None:
        shown = self._shown
        for bar in bars_above(self.item, shown, self._setting.appearance, self._fetching):
            bar.pressed.connect(self._act)
            self._column.addWidget(bar)
        if shown is not None and shown.enclosure is not None:
            look, zone = self._setting.appearance, self._setting.zone
            card = EnclosureCard(shown.enclosure, look, zone, self._setting.now_ms())
            self._column.addWidget(card)
        if shown is not None and shown.visible is not None:
            self._add_html(shown.visible, shown, paints=shown.paints)
            has_more = shown.quoted is not None
        else:
            self._add_text(self.item.new_text)
            has_more = self.item.text.strip() != self.item.new_text.strip()
        if has_more:
            self._column.addWidget(self._earlier_link())
        if self.item.partial and self.item.message is not None:
            rest = RestBar(self.item.message)
            rest.wanted.connect(self.rest_requested)
            self._column.addWidget(rest)
        if self.item.attachments and self.item.message is not None:
            files = FileRow(self.item.attachments, self._setting.appearance)
            files.file_requested.connect(self._on_file_requested)
            if not files.is_empty():
                self._column.addWidget(files)
        if self.item.suggested_ticket is not None:
            self._column.addWidget(self._suggestion(self.item.suggested_ticket))

    def _add_text(self, text: str) -> MailBody:
        body = self._new_body()
        body.show_text(text)
        return body

    def _add_html(self, html: str, shown: Shown, *, paints: bool) -> MailBody:
        body = self._new_body()
        body.show_html(html, shown.images, paints=paints)
        return body

    def _new_body(self) -> MailBody:
        body = MailBody(self._setting.appearance)
        body.setMaximumWidth(682)
        body.link_activated.connect(self.link_activated)
        body.setAccessibleName(_("Message from {name}").format(name=speaker(self.item)))
        self._bodies.append(body)
        self._column.addWidget(body)
        return body

    def _earlier_link(self) -> QPushButton:
        self._earlier = QPushButton(_("… Show earlier text"))
        self._earlier.setObjectName("foldLine")
        self._earlier.setFont(self._setting.appearance.font(12))
        self._earlier.setCursor(Qt.CursorShape.PointingHandCursor)
        self._earlier.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._earlier.clicked.connect(self.toggle_earlier)
        return self._earlier

    def toggle_earlier(self) -> None:
        """Show the quoted history under the new text, or hide it again."""
        if self._quoted is None:
            place = self._column.indexOf(self._earlier) + 1
            if self._shown is not None and self._shown.quoted is not None:
                more = self._shown
                self._quoted = self._add_html(more.quoted or "", more, paints=more.quoted_paints)
            else:
                self._quoted = self._add_text(quoted_part(self.item.text, self.item.new_text))
            self._column.removeWidget(self._quoted)
            self._column.insertWidget(place, self._quoted)
        else:
            self._quoted.setVisible(not self._quoted.isVisibleTo(self))
        shown = self._quoted.isVisibleTo(self)
        self._earlier.setText(_("… Hide earlier text") if shown else _("… Show earlier text"))

    def _suggestion(self, number: int) -> QWidget:
        bar = QWidget()
        bar.setObjectName("quietBar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(12, 4, 4, 4)
        row.addWidget(ElidedLabel(_("Looks related to #{number}.").format(number=number)), 1)
        join = QPushButton(_("Join"))
        join.setProperty("link", True)
        join.clicked.connect(self._on_join_clicked)
        row.addWidget(join)
        return bar

    def _on_join_clicked(self) -> None:
        if self.item.message is not None and self.item.suggested_ticket is not None:
            self.join_requested.emit(self.item.message, self.item.suggested_ticket)

    def _on_file_requested(self, index: int) -> None:
        if self.item.message is not None:
            self.file_requested.emit(self.item.message, index)

    def _on_state_clicked(self) -> None:
        if self.item.outbox is not None:
            self.outbox_requested.emit(self.item.outbox)


def quoted_part(text: str, new_text: str) -> str:
    """`text` without its new part when that stands at the start, else the whole text."""
    whole = text.strip()
    start = new_text.strip()
    if start and whole.startswith(start):
        return whole[len(start) :].strip()
    return whole


class NoteCard(QWidget):
    """A note of the owner or a logged contact: yellow, and said in words."""

    def __init__(
        self, item: ConversationItem, setting: Setting, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.item = item
        outer = QVBoxLayout(self)
        outer.setContentsMargins(setting.appearance.px(INDENT), 0, 0, 0)
        box = QWidget()
        box.setObjectName("noteBox")
        box.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        box.setMaximumWidth(setting.appearance.px(682))
        column = QVBoxLayout(box)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(2)
        title = QLabel(self._title())
        title.setTextFormat(Qt.TextFormat.PlainText)
        title.setFont(setting.appearance.font(11, semibold=True))
        title.setToolTip(dates.moment(item.at_ms, setting.zone, setting.now_ms()))
        column.addWidget(title)
        text = QLabel(item.text)
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setWordWrap(True)
        text.setFont(setting.appearance.font(13.5))
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(text)
        outer.addWidget(box)

    def _title(self) -> str:
        if self.item.type == "note":
            return _("Note — only you see this")
        channel = labels.channel(self.item.channel or "phone")
        minutes = self.item.minutes or 0
        if self.item.direction == "out":
            return _("{channel}, from you, {minutes} min").format(channel=channel, minutes=minutes)
        return _("{channel}, from the customer, {minutes} min").format(
            channel=channel, minutes=minutes
        )
