"""The left column: views with their counts, tags with their colours, and the other pages.

It emits what was chosen and is told what to show. This module must not count anything.
"""

from collections.abc import Sequence

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from solodesk.domain.views import View
from solodesk.ui.appearance import Appearance, mixed
from solodesk.ui.icons import pixmap
from solodesk.ui.sidebar.entries import ENTRY, EntriesModel, Entry, pages
from solodesk.wording.gettext import _

_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)


class EntryDelegate(QStyledItemDelegate):
    """Paints one entry: 32 units high, 2 apart, rounded when it is the open one."""

    def __init__(self, appearance: Appearance, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look = appearance

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(self._look.px(80), self._look.px(34))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        entry = index.data(ENTRY)
        if not isinstance(entry, Entry):
            return
        px, tokens = self._look.px, self._look.tokens
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = option.rect.adjusted(px(8), px(1), -px(8), -px(1))
        if entry.kind == "heading":
            painter.setFont(self._look.font(11, semibold=True))
            painter.setPen(tokens.text_3)
            painter.drawText(box.adjusted(px(8), px(6), 0, 0), _LEFT, entry.title)
        else:
            self._line(painter, box, option, entry)
        painter.restore()

    def _line(
        self, painter: QPainter, box: QRect, option: QStyleOptionViewItem, entry: Entry
    ) -> None:
        px, tokens = self._look.px, self._look.tokens
        state = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        hover = bool(state & QStyle.StateFlag.State_MouseOver)
        focus = bool(state & QStyle.StateFlag.State_HasFocus)
        if chosen or hover:
            painter.setPen(Qt.PenStyle.NoPen)
            ground = tokens.selection if chosen else mixed(tokens.surface, tokens.text, 0.05)
            painter.setBrush(ground)
            painter.drawRoundedRect(box, px(6), px(6))
        if focus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(tokens.accent)
            painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), px(6), px(6))
        colour = tokens.text if chosen else tokens.text_2
        self._mark(painter, box, entry, colour)
        painter.setFont(self._look.font(13, chosen, medium=True, text=entry.title))
        painter.setPen(colour)
        count = str(entry.count) if entry.count else ""
        count_font = self._look.font(12)
        room = QFontMetrics(count_font).horizontalAdvance(count) + px(16) if count else px(8)
        space = box.adjusted(px(34), 0, -room, 0)
        metrics = painter.fontMetrics()
        shown = metrics.elidedText(entry.title, Qt.TextElideMode.ElideRight, space.width())
        painter.drawText(space, _LEFT, shown)
        if count:
            painter.setFont(count_font)
            painter.setPen(
                tokens.error if entry.alarm else tokens.text if chosen else tokens.text_3
            )
            painter.drawText(box.adjusted(0, 0, -px(8), 0), _RIGHT, count)

    def _mark(self, painter: QPainter, box: QRect, entry: Entry, colour: QColor) -> None:
        px = self._look.px
        middle = box.y() + box.height() // 2
        if entry.colour is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(shade(QColor(entry.colour), dark=self._look.tokens.dark))
            painter.drawRoundedRect(box.x() + px(12), middle - px(4), px(8), px(8), px(2), px(2))
        elif entry.icon is not None:
            ratio = painter.device().devicePixelRatioF()
            picture = pixmap(entry.icon, colour, px(16), ratio)
            painter.drawPixmap(box.x() + px(8), middle - px(8), picture)


def shade(colour: QColor, *, dark: bool) -> QColor:
    """A tag's colour, light enough to be seen on a dark ground."""
    if not dark or not colour.isValid():
        return colour if colour.isValid() else QColor("#80899A")
    return mixed(colour, QColor("#FFFFFF"), 0.25)


class _EntryList(QListView):
    """A list of entries; letters are left to the window's commands."""

    def __init__(self, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("ground", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setItemDelegate(EntryDelegate(appearance, self))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text().isprintable() and event.text() and event.key() != Qt.Key.Key_Space:
            event.ignore()
        else:
            super().keyPressEvent(event)


class Sidebar(QWidget):
    """Places on top, pages at the bottom."""

    view_chosen = Signal(object)
    """View"""
    tag_chosen = Signal(str)
    search_chosen = Signal(str)
    search_menu_wanted = Signal(str, QPoint)
    """The name of a saved search, and where on the screen."""
    page_chosen = Signal(str)
    """Command id"""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = appearance
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.places = EntriesModel(self)
        self.pages = EntriesModel(self)
        self.place_list = _EntryList(appearance, self)
        self.place_list.setModel(self.places)
        self.page_list = _EntryList(appearance, self)
        self.page_list.setModel(self.pages)
        self.page_list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 11, 0, 11)
        column.setSpacing(8)
        column.addWidget(self.place_list, 1)
        column.addWidget(self.page_list)
        for one in (self.place_list, self.page_list):
            one.clicked.connect(self._on_entry_clicked)
            one.activated.connect(self._on_entry_clicked)
        self.place_list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.place_list.customContextMenuRequested.connect(self._on_menu_requested)
        appearance.changed.connect(self._on_appearance_changed)
        self.retranslate()
        self._on_appearance_changed()

    def set_places(self, entries: Sequence[Entry]) -> None:
        """Views and tags with their counts; what was chosen stays chosen."""
        chosen = self.chosen()
        self.places.set_entries(entries)
        if chosen is not None:
            self.choose(chosen.kind, chosen.key)

    def chosen(self) -> Entry | None:
        """The open view, tag or page."""
        for one, model in ((self.place_list, self.places), (self.page_list, self.pages)):
            rows = one.selectionModel().selectedIndexes()
            if rows:
                return model.entry(rows[0].row())
        return None

    def choose(self, kind: str, key: str) -> None:
        """Show an entry as the open one (nothing is emitted)."""
        lists = ((self.place_list, self.places), (self.page_list, self.pages))
        for one, model in lists:
            row = model.find(kind, key)
            if row < 0:
                one.selectionModel().clear()
                continue
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
            one.selectionModel().setCurrentIndex(model.index(row), flags)

    def retranslate(self) -> None:
        """Words anew."""
        self.pages.set_entries(pages())
        self.place_list.setAccessibleName(_("Views and tags"))
        self.page_list.setAccessibleName(_("Pages"))

    def _on_entry_clicked(self, index: QModelIndex) -> None:
        entry = index.data(ENTRY)
        if not isinstance(entry, Entry) or entry.kind == "heading":
            return
        self.choose(entry.kind, entry.key)
        if entry.kind == "view":
            self.view_chosen.emit(View(entry.key))
        elif entry.kind == "tag":
            self.tag_chosen.emit(entry.key)
        elif entry.kind == "search":
            self.search_chosen.emit(entry.key)
        else:
            self.page_chosen.emit(entry.key)

    def _on_menu_requested(self, at: QPoint) -> None:
        entry = self.place_list.indexAt(at).data(ENTRY)
        if isinstance(entry, Entry) and entry.kind == "search":
            where = self.place_list.viewport().mapToGlobal(at)
            self.search_menu_wanted.emit(entry.key, where)

    def _on_appearance_changed(self) -> None:
        self.page_list.setFixedHeight(self._look.px(34) * self.pages.rowCount())
        for one in (self.place_list, self.page_list):
            one.doItemsLayout()
            one.viewport().update()
