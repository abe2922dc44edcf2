"""The argument parser: like argparse, but it raises instead of leaving the program."""

import argparse
import re
from typing import TYPE_CHECKING, Final, NoReturn

from solodesk.wording.gettext import _, marked

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction["Parser"]
else:
    Subparsers = object


# Beyond these a number is a slip of the hand, and the store could not hold it.
_LARGEST_NUMBER: Final = 2**53
_LARGEST_AMOUNT: Final = 100_000


# What argparse says → what we say.
_SENTENCES: Final = tuple(
    (re.compile(pattern, re.DOTALL), words)
    for pattern, words in (
        (r"the following arguments are required: (?P<what>.+)", marked("Missing: {what}.")),
        (
            r"argument (?P<what>.+?): invalid choice: (?P<given>.+) \(choose from (?P<known>.+)\)",
            marked("{what} cannot be {given}; choose one of {known}."),
        ),
        (
            r"argument (?P<what>.+?): expected (?:one|at least one) argument",
            marked("{what} wants something after it."),
        ),
        (r"unrecognized arguments: (?P<given>.+)", marked("Not understood: {given}")),
        (r"argument (?P<what>.+?): (?P<why>“.+)", marked("{what}: {why}")),
    )
)


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
        raise WrongUse(_plainly(message), " ".join(self.format_usage().split()))


def _plainly(message: str) -> str:
    """argparse's sentence in our words, so that it is plain and in the owner's language."""
    for pattern, words in _SENTENCES:
        found = pattern.fullmatch(message)
        if found:
            return _(words).format(**found.groupdict())
    return message


def number(text: str) -> int:
    """The number of a ticket, message or reply, with or without its #."""
    return _whole(text.removeprefix("#"), text, _LARGEST_NUMBER)


def amount(text: str) -> int:
    """How many, how many days or minutes: 0 to 100,000."""
    return _whole(text, text, _LARGEST_AMOUNT)


def _whole(digits: str, text: str, largest: int) -> int:
    # int() would also take "1_000", other scripts' digits and, slowly, a million digits.
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 16 or int(digits) > largest:
        raise argparse.ArgumentTypeError(_("“{text}” is not a number here.").format(text=text))
    return int(digits)
