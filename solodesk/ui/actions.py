"""Makes Qt actions of the catalogue: keys, menus, tooltips, on and off.

One action a command, owned by the window. A command without a handler is an error found by the
catalogue's test, not a dead menu entry. This module must not know what commands do.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from solodesk.ui.appearance import Appearance
from solodesk.ui.catalog import COMMANDS, Command, Group, When, command, group_title
from solodesk.ui.icons import icon

Handler = Callable[[], None]

_TEXT_KEYS: Final = {
    key: entry.id for entry in COMMANDS for key in entry.keys if len(key) == 1 and not key.isalnum()
}

_NOT_TYPING: Final = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)


def native(keys: str) -> str:
    """A key's name as the owner's system writes it."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def single(keys: str) -> bool:
    """Whether the keys have no Ctrl, Alt or function key: those may be switched off."""
    return not any(word in keys for word in ("Ctrl", "Alt", "Meta")) and not keys.startswith("F")


def tooltip(entry: Command) -> str:
    """Title and key, for buttons that show only an icon."""
    return f"{entry.plain_title}  {native(entry.keys[0])}" if entry.keys else entry.plain_title


class Actions(QObject):
    """The window's actions by command id."""

    def __init__(
        self, window: QWidget, appearance: Appearance, complete: Callable[[], None]
    ) -> None:
        """`complete` binds what is bound late; called when a command comes before that."""
        super().__init__(window)
        self._complete = complete
        self._window = window
        self._appearance = appearance
        self._single_keys = True
        self._handlers: dict[str, Handler] = {}
        self._state: dict[When, bool] = dict.fromkeys(When, False) | {When.ALWAYS: True}
        self._actions = {entry.id: self._make(entry) for entry in COMMANDS}
        appearance.changed.connect(self._on_appearance_changed)
        self.retranslate()

    def _make(self, entry: Command) -> QAction:
        action = QAction(self)
        action.setCheckable(entry.checkable)
        action.setData(entry.id)
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setEnabled(entry.when is When.ALWAYS)
        # On macOS Qt would move entries by guessing from their words.
        action.setMenuRole(
            {
                "settings.open": QAction.MenuRole.PreferencesRole,
                "app.quit": QAction.MenuRole.QuitRole,
                "help.about": QAction.MenuRole.AboutRole,
            }.get(entry.id, QAction.MenuRole.NoRole)
        )
        action.triggered.connect(partial(self.run, entry.id))
        self._window.addAction(action)
        return action

    def bind(self, command_id: str, handler: Handler) -> None:
        """What the command does; KeyError when there is no such command."""
        self._handlers[command(command_id).id] = handler

    def unbound(self) -> set[str]:
        """Commands nobody has bound (none, in a finished window)."""
        return {entry.id for entry in COMMANDS} - set(self._handlers)

    def action(self, command_id: str) -> QAction:
        """The Qt action, to be put on buttons and menus."""
        return self._actions[command_id]

    def run(self, command_id: str, _checked: bool = False) -> None:
        """Do it, if it is on offer now."""
        if command_id not in self._handlers:
            self._complete()
        if self._state[command(command_id).when]:
            self._handlers[command_id]()

    def available(self, entry: Command) -> bool:
        """Whether the command is on offer now."""
        return self._state[entry.when]

    def set_state(self, when: When, *, on: bool) -> None:
        """Tell what is true now, e.g. that one ticket is selected."""
        if self._state[when] is on:
            return
        self._state[when] = on
        for entry in COMMANDS:
            if entry.when is when:
                self._actions[entry.id].setEnabled(on)

    def set_single_keys(self, *, on: bool) -> None:
        """Switch keys without Ctrl on or off (WCAG 2.1.4)."""
        self._single_keys = on
        self.retranslate()

    def retranslate(self) -> None:
        """Words, keys and icons anew: after a change of language, colours or keys."""
        for entry in COMMANDS:
            action = self._actions[entry.id]
            action.setText(entry.title.replace("&", "&&"))
            action.setToolTip(tooltip(entry))
            action.setStatusTip("")
            keys = [k for k in entry.keys if self._single_keys or not single(k)]
            action.setShortcuts([QKeySequence(key) for key in keys])

    def dress(self, ids: Iterable[str]) -> None:
        """Give these actions their icons; done when they are shown, drawing takes its time."""
        for command_id in ids:
            entry = command(command_id)
            # A tick and an icon share one place in a menu; the tick says more.
            if not entry.checkable:
                tint = self._appearance.tokens.text_2
                self._actions[command_id].setIcon(icon(entry.icon, tint))

    def menu(self, ids: Iterable[str], parent: QWidget) -> QMenu:
        """A menu of these commands; an empty id is a separator."""
        menu = QMenu(parent)
        ids = tuple(ids)
        self.dress(command_id for command_id in ids if command_id)
        for command_id in ids:
            if command_id:
                menu.addAction(self._actions[command_id])
            else:
                menu.addSeparator()
        return menu

    def group_menu(self, group: Group, parent: QWidget) -> QMenu:
        """The menu of one group, with its sections."""
        menu = QMenu(group_title(group), parent)
        self.dress(entry.id for entry in COMMANDS if entry.group is group)
        section = 0
        for entry in COMMANDS:
            if entry.group is not group:
                continue
            if entry.section != section:
                menu.addSeparator()
                section = entry.section
            menu.addAction(self._actions[entry.id])
        return menu

    def fill_menu_bar(self, bar: QMenuBar) -> None:
        """All commands, group by group."""
        bar.clear()
        for group in Group:
            bar.addMenu(self.group_menu(group, bar))

    def main_menu(self, parent: QWidget) -> QMenu:
        """The same menus in one, for the button in the header."""
        menu = QMenu(parent)
        for group in Group:
            menu.addMenu(self.group_menu(group, menu))
        return menu

    def handle_text_key(self, event: QKeyEvent) -> bool:
        """Run a command whose key is a sign (`?`, `/`, `#`), by the text typed.

        Where such a sign is on the keyboard differs from country to country, so the key's
        position says nothing. True when a command ran.
        """
        found = _TEXT_KEYS.get(event.text())
        # Some systems give a text with Ctrl too: Ctrl+Shift+1 is a macro's key, not "!" (spam).
        held = event.modifiers() & _NOT_TYPING
        alt_gr = held == _NOT_TYPING & ~Qt.KeyboardModifier.MetaModifier
        if found is None or not self._single_keys or (held and not alt_gr):
            return False
        self.run(found)
        return True

    def _on_appearance_changed(self) -> None:
        self.retranslate()
