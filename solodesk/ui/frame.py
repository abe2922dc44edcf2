"""How the panes stand beside each other at every width (ux.md, "Three panes").

Wide: sidebar, list, conversation, customer. Under 1100 units the right panel lies over the
conversation and only when wanted; under 800 there is list or conversation. This module must not
know what is in the panes.
"""

from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from solodesk.ui.appearance import Appearance


@dataclass(frozen=True, slots=True)
class Parts:
    """The panes, made elsewhere."""

    header: QWidget
    sidebar: QWidget
    tickets: QWidget
    conversation: QWidget
    right: QWidget
    footer: QWidget


class Shape(IntEnum):
    """How much room there is."""

    NARROW = 0
    MEDIUM = 1
    WIDE = 2


class DeskFrame(QWidget):
    """Lays the parts out."""

    shape_changed = Signal()

    def __init__(self, parts: Parts, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = appearance
        self._parts = parts
        self.sidebar_wanted = True
        self.panel_wanted = True
        self.overlay_wanted = False
        self.focused = False
        self.reading = False
        """In a narrow window: the conversation is shown instead of the list."""
        self._shape = Shape.WIDE
        self._widths: tuple[int, ...] | None = ()
        self.inner = self._splitter((parts.tickets, parts.conversation, parts.right), grows=1)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.inner)
        self.outer = self._splitter((parts.sidebar, self.pages), grows=1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(parts.header)
        column.addWidget(self.outer, 1)
        column.addWidget(parts.footer)
        self._set_minimums()
        appearance.changed.connect(self._on_appearance_changed)

    def _splitter(self, widgets: tuple[QWidget, ...], *, grows: int) -> QSplitter:
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.setHandleWidth(1)
        for number, widget in enumerate(widgets):
            splitter.addWidget(widget)
            splitter.setCollapsible(number, False)
            splitter.setStretchFactor(number, 1 if number == grows else 0)
        return splitter

    @property
    def shape(self) -> Shape:
        """How much room there is now."""
        return self._shape

    @property
    def panel_visible(self) -> bool:
        """Whether the customer panel can be seen."""
        return not self._parts.right.isHidden()

    @property
    def sidebar_visible(self) -> bool:
        """Whether the sidebar can be seen."""
        return not self._parts.sidebar.isHidden()

    def widths(self) -> tuple[int, ...]:
        """Widths of sidebar, list and right panel, to be remembered."""
        return (self.outer.sizes()[0], self.inner.sizes()[0], self._parts.right.width())

    def set_widths(self, widths: tuple[int, ...]) -> None:
        """Widths of sidebar, list and right panel, from the first showing on; () = the usual."""
        self._widths = widths

    def _place(self, widths: tuple[int, ...]) -> None:
        px = self._look.px
        usual = (px(192), px(320), px(264))
        side, tickets, right = widths if len(widths) == len(usual) else usual
        width = max(self.width(), px(900))
        self.outer.setSizes([side, width - side])
        rest = max(1, width - side - tickets - right - 3)
        self.inner.setSizes([tickets, rest, right])

    def show_page(self, page: QWidget | None) -> None:
        """Show another page in place of list and conversation; None = back to the desk."""
        if page is not None and self.pages.indexOf(page) < 0:
            self.pages.addWidget(page)
        self.pages.setCurrentWidget(page or self.inner)
        self.shape_changed.emit()

    def toggle_sidebar(self) -> None:
        """Show or hide the sidebar."""
        self.sidebar_wanted = self._parts.sidebar.isHidden()
        self.focused = False
        self.arrange()

    def toggle_panel(self) -> None:
        """Show or hide the right panel; in a small window it lies over the conversation."""
        shown = self.panel_visible
        if self._shape is Shape.WIDE:
            self.panel_wanted = not shown
        else:
            self.overlay_wanted = not shown
        self.focused = False
        self.arrange()

    def toggle_focus(self) -> None:
        """Hide both side columns, or bring them back."""
        self.focused = not self.focused
        self.overlay_wanted = False
        self.arrange()

    def close_overlay(self) -> bool:
        """Close the panel that lies over the conversation; False when there is none."""
        if self._shape is Shape.WIDE or not self.overlay_wanted:
            return False
        self.overlay_wanted = False
        self.arrange()
        return True

    def read(self, *, on: bool) -> None:
        """In a narrow window: conversation (on) or list (off)."""
        self.reading = on
        self.overlay_wanted = False
        self.arrange()

    def arrange(self) -> None:
        """Show and place what the width and the owner's wishes ask for."""
        px, parts = self._look.px, self._parts
        width = self.width()
        narrow, medium = width < px(800), width < px(1100)
        shape = Shape.NARROW if narrow else Shape.MEDIUM if medium else Shape.WIDE
        if shape is not self._shape:
            self.overlay_wanted = False
        self._shape = shape
        docked = self._shape is Shape.WIDE
        if docked and parts.right.parent() is not self.inner:
            self.inner.addWidget(parts.right)
            self.inner.setCollapsible(2, False)
            _mark_overlay(parts.right, on=False)
        elif not docked and parts.right.parent() is not self:
            parts.right.setParent(self)
            _mark_overlay(parts.right, on=True)
        side = self.sidebar_wanted and not self.focused and not (narrow and self.reading)
        parts.sidebar.setVisible(side)
        parts.tickets.setVisible(not (narrow and self.reading) and not self.focused)
        parts.conversation.setVisible(not narrow or self.reading)
        parts.right.setVisible(
            (self.panel_wanted if docked else self.overlay_wanted) and not self.focused
        )
        if not docked and self.overlay_wanted:
            top, bottom = parts.header.height(), parts.footer.height()
            wide = px(280)
            parts.right.setGeometry(width - wide, top, wide, self.height() - top - bottom)
            parts.right.raise_()
        self.shape_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()
        if self._widths is not None and self.isVisible():
            # Splitters take widths only once they have their own.
            self._place(self._widths)
            self._widths = None

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._widths is not None:
            self._place(self._widths)
            self._widths = None

    def _set_minimums(self) -> None:
        px, parts = self._look.px, self._parts
        parts.sidebar.setMinimumWidth(px(168))
        parts.sidebar.setMaximumWidth(px(320))
        parts.tickets.setMinimumWidth(px(260))
        parts.conversation.setMinimumWidth(px(300))
        parts.right.setMinimumWidth(px(232))
        parts.right.setMaximumWidth(px(420))

    def _on_appearance_changed(self) -> None:
        self._set_minimums()
        self.arrange()


def _mark_overlay(panel: QWidget, *, on: bool) -> None:
    """Over the conversation the panel needs an edge of its own."""
    panel.setProperty("overlay", on)
    panel.setContentsMargins(1 if on else 0, 0, 0, 0)
    panel.style().unpolish(panel)
    panel.style().polish(panel)
