"""Commands about the window itself: colours, text size, language, panes, help.

This module must not touch tickets.
"""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMainWindow, QMessageBox, QWidget

from solodesk import __version__
from solodesk.ui.actions import Actions
from solodesk.ui.appearance import Appearance, Scheme
from solodesk.ui.cheatsheet import CheatSheet
from solodesk.ui.frame import DeskFrame
from solodesk.wording.gettext import _, current_language

_STEPS = (80, 90, 100, 110, 125, 150, 175, 200)
_SCHEMES: tuple[Scheme, ...] = ("light", "dark", "system")


class ViewCommands(QObject):
    """Bound once; keeps the ticks of the checkable commands right."""

    language_chosen = Signal(str)
    changed = Signal()
    """Something to be remembered for this device."""

    def __init__(
        self,
        window: QMainWindow,
        frame: DeskFrame,
        appearance: Appearance,
        actions: Actions,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._frame = frame
        self._look = appearance
        self._actions = actions
        self._panes: tuple[QWidget, ...] = ()
        self.sheet = CheatSheet(appearance, window)
        frame.shape_changed.connect(self.tick)
        self._bind()
        self.tick()

    def _bind(self) -> None:
        handlers: dict[str, Callable[[], None]] = {
            "layout.sidebar": self._frame.toggle_sidebar,
            "layout.panel": self._frame.toggle_panel,
            "layout.focus": self._frame.toggle_focus,
            "layout.menubar": self.toggle_menu_bar,
            "text.bigger": partial(self.resize_text, 1),
            "text.smaller": partial(self.resize_text, -1),
            "text.normal": partial(self.resize_text, 0),
            "pane.next": partial(self.go_pane, 1),
            "pane.previous": partial(self.go_pane, -1),
            "help.keys": self.sheet.open,
            "help.about": self.about,
            "app.quit": self._quit,
        }
        for scheme in _SCHEMES:
            handlers[f"scheme.{scheme}"] = partial(self.set_scheme, scheme)
        for language in ("en", "zh"):
            handlers[f"language.{language}"] = partial(self._choose_language, language)
        for command_id, handler in handlers.items():
            self._actions.bind(command_id, handler)

    def set_panes(self, panes: tuple[QWidget, ...]) -> None:
        """What F6 goes round."""
        self._panes = panes

    def set_scheme(self, scheme: Scheme) -> None:
        """Light, dark or like the system."""
        self._look.set_scheme(scheme)
        self.tick()
        self.changed.emit()

    def resize_text(self, by: int) -> None:
        """A step bigger or smaller; 0 = normal."""
        now = self._look.text_percent
        if by == 0:
            wanted = 100
        else:
            further = [s for s in _STEPS if (s > now if by > 0 else s < now)]
            wanted = (min(further) if by > 0 else max(further)) if further else now
        self._look.set_text_percent(wanted)
        self.changed.emit()

    def toggle_menu_bar(self) -> None:
        """Menus along the top, for those who look for them there."""
        bar = self._window.menuBar()
        bar.setVisible(bar.isHidden())
        self.tick()

    def go_pane(self, by: int) -> None:
        """Focus the next visible pane."""
        shown = [pane for pane in self._panes if pane.isVisible()]
        if not shown:
            return
        focus = self._window.focusWidget()
        here = next(
            (n for n, p in enumerate(shown) if p is focus or p.isAncestorOf(focus)),
            -1,
        )
        shown[(here + by) % len(shown)].setFocus(Qt.FocusReason.TabFocusReason)

    def about(self) -> None:
        """Name, version, licence."""
        text = _(
            "SoloDesk {version}\nA calm desktop inbox for a company of one.\n"
            "Your mail stays on this computer. No account. No tracking."
        ).format(version=__version__)
        QMessageBox.about(self._window, _("About SoloDesk"), text)

    def tick(self) -> None:
        """Ticks as things stand."""
        frame = self._frame
        ticks = {
            "layout.sidebar": frame.sidebar_visible,
            "layout.panel": frame.panel_visible,
            "layout.focus": frame.focused,
            "layout.menubar": not self._window.menuBar().isHidden(),
            **{f"scheme.{s}": self._look.scheme == s for s in _SCHEMES},
            **{f"language.{x}": current_language() == x for x in ("en", "zh")},
        }
        for command_id, on in ticks.items():
            self._actions.action(command_id).setChecked(on)

    def _choose_language(self, language: str) -> None:
        self.language_chosen.emit(language)
        self.tick()
        self.changed.emit()

    def _quit(self) -> None:
        self._window.close()
