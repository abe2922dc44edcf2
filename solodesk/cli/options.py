"""The options that may stand before or after any command: --json, --data, --profile-log, --version.

Must not know any command.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from solodesk.cli.parsing import WrongUse
from solodesk.wording.gettext import _


@dataclass(frozen=True, slots=True)
class Globals:
    """Options that may stand before or after the command."""

    json: bool = False
    data: Path | None = None
    profile_log: bool = False
    version: bool = False


def split_globals(argv: list[str]) -> tuple[Globals, list[str]]:
    """Take the global options out, wherever they stand before `--`; WrongUse."""
    said = Globals()
    rest: list[str] = []
    words = iter(argv)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word == "--json":
            said = replace(said, json=True)
        elif word == "--profile-log":
            said = replace(said, profile_log=True)
        elif word == "--version" and not rest:
            said = replace(said, version=True)
        elif word == "--data":
            said = replace(said, data=_folder(next(words, "")))
        elif word.startswith("--data="):
            said = replace(said, data=_folder(word.removeprefix("--data=")))
        else:
            rest.append(word)
    return said, rest


def _folder(given: str) -> Path:
    if not given:
        raise WrongUse(_("--data wants a folder."), "solodesk --data FOLDER …")
    return Path(given)
