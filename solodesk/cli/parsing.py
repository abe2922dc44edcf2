"""The argument parser: like argparse, but it raises instead of leaving the program."""

import argparse
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction["Parser"]
else:
    Subparsers = object


class WrongUse(Exception):  # noqa: N818 - it is not a fault of the program
    """The command line makes no sense; the message says where."""

    def __init__(self, message: str, usage: str) -> None:
        super().__init__(message)
        self.usage = usage


class Parser(argparse.ArgumentParser):
    """Raises `WrongUse`; options are never guessed from their beginnings."""

    def __init__(self, *args: object, **options: object) -> None:
        options.setdefault("allow_abbrev", False)
        super().__init__(*args, **options)  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        """Raise instead of exit."""
        raise WrongUse(message, self.format_usage().strip())
