"""Every command can be found, has a key of its own, an icon, and does something."""

from collections import Counter

from PySide6.QtWidgets import QMenu

from solodesk.app.desk import DeskApp
from solodesk.base import resources
from solodesk.ui.catalog import BY_ID, COMMANDS, ROW_MENU


def _ids(menu: QMenu) -> list[str]:
    found = []
    for action in menu.actions():
        inner = action.menu()
        found += _ids(inner) if isinstance(inner, QMenu) else [str(action.data())]
    return found


def test_every_command_stands_in_the_menus_once(desk: DeskApp) -> None:
    found = Counter(_ids(desk.window.actions_.main_menu(desk.window)))
    assert {entry.id: found[entry.id] for entry in COMMANDS} == {e.id: 1 for e in COMMANDS}


def test_every_command_does_something(desk: DeskApp) -> None:
    assert desk.window.actions_.unbound() == set()


def test_no_key_means_two_things() -> None:
    counts = Counter(key for entry in COMMANDS for key in entry.keys)
    assert [key for key, n in counts.items() if n > 1] == []


def test_no_key_is_the_beginning_of_a_chord() -> None:
    chords = {key.split(", ")[0] for entry in COMMANDS for key in entry.keys if ", " in key}
    assert chords.isdisjoint(key for entry in COMMANDS for key in entry.keys)


def test_every_command_has_an_icon() -> None:
    missing = [e.id for e in COMMANDS if not resources.path("icons", f"{e.icon}.svg").is_file()]
    assert missing == []


def test_the_context_menu_names_commands() -> None:
    assert [name for name in ROW_MENU if name and name not in BY_ID] == []
