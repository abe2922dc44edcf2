"""Writes THIRD-PARTY-NOTICES.md: every locked package of the product, its licence and its text.

    .venv/bin/python packaging/notices.py

Names come from packaging/requirements.txt, facts from the installed packages; what is for another
system only (and so is not installed here) is named with its licence as known to us.
"""

import email
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "packaging" / "requirements.txt"
TARGET = ROOT / "THIRD-PARTY-NOTICES.md"

# Not declared by the package, or locked for other systems and so not installed everywhere.
KNOWN = {
    "imapclient": "BSD-3-Clause",
    "pywin32-ctypes": "BSD-3-Clause",
    "colorama": "BSD-3-Clause",
    "greenlet": "MIT AND PSF-2.0",
    "jeepney": "MIT",
    "secretstorage": "BSD-3-Clause",
    "cryptography": "Apache-2.0 OR BSD-3-Clause",
    "cffi": "MIT-0",
    "pycparser": "BSD-3-Clause",
    "importlib-metadata": "Apache-2.0",
    "zipp": "MIT",
    "backports-tarfile": "MIT",
}
CLASSIFIER = "License :: OSI Approved :: "
# What ships in resources/ and is not ours.
RESOURCES = (
    ("Lucide icons (resources/icons)", "ISC", "resources/icons/LICENSE"),
    ("Inter (resources/fonts)", "OFL-1.1", "resources/fonts/LICENSE"),
)
_INTRODUCTION = """\
# Third-party notices

SoloDesk is MIT-licensed (LICENSE). It stands on the packages below; each keeps its own licence.
Qt for Python (PySide6 Essentials, Shiboken) and Qt itself are used under the LGPL-3.0: they are
separate shared libraries that you may replace, and their source is available from the Qt Project.

Written by `packaging/notices.py` from `packaging/requirements.txt`; do not edit by hand.
"""


@dataclass(frozen=True, slots=True)
class Notice:
    """One package: its name, locked version, licence and home."""

    name: str
    version: str
    licence: str
    home: str


def locked(lock: Path = LOCK) -> dict[str, str]:
    """Names (normalised) and versions of a lock; the newest where markers give several."""
    lines = lock.read_text(encoding="utf-8").splitlines()
    found = (re.match(r"([A-Za-z0-9._-]+)==([^\s;\\]+)", line) for line in lines)
    return {normalised(match[1]): match[2] for match in found if match}


def normalised(name: str) -> str:
    """A distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licence_of(package: "Message[str, str]") -> str:
    """The licence a package declares: expression, classifiers, or its own short words."""
    expression = package.get("License-Expression")
    if expression:
        return str(expression)
    classified = [
        text.removeprefix(CLASSIFIER)
        for text in package.get_all("Classifier") or []
        if text.startswith(CLASSIFIER)
    ]
    if classified:
        return ", ".join(classified)
    words = str(package.get("License") or "").strip().splitlines()
    return words[0][:60] if words else ""


def home_of(package: "Message[str, str]") -> str:
    """Where a package lives, from its declared addresses."""
    addresses = [str(line).partition(", ")[::2] for line in package.get_all("Project-URL") or []]
    by_label = {label.lower(): address for label, address in addresses}
    for label in ("source", "source code", "repository", "homepage", "home", "github", "code"):
        if label in by_label:
            return by_label[label]
    return str(package.get("Home-page") or "") or next(iter(by_label.values()), "")


def notices(names: dict[str, str]) -> list[Notice]:
    """A notice for every locked package; ValueError names one whose licence nobody knows."""
    found = []
    for name, version in sorted(names.items()):
        try:
            said = metadata.distribution(name).read_text("METADATA") or ""
        except metadata.PackageNotFoundError:
            licence, home = KNOWN.get(name, ""), ""
        else:
            package = email.message_from_string(said)
            licence, home = licence_of(package) or KNOWN.get(name, ""), home_of(package)
        if not licence:
            message = f"the licence of {name} is not known; see to it in packaging/notices.py"
            raise ValueError(message)
        found.append(Notice(name, version, licence, home))
    return found


def document(found: Iterable[Notice]) -> str:
    """The whole file."""
    rows = ["| package | version | licence | home |", "|---|---|---|---|"]
    rows += [f"| {n.name} | {n.version} | {n.licence} | {n.home} |" for n in found]
    shipped = [
        f"| {name} | {licence} | [{text}]({text}) |"
        for name, licence, text in RESOURCES
        if (ROOT / text).is_file()
    ]
    parts = [_INTRODUCTION, "## Packages\n", "\n".join(rows) + "\n"]
    if shipped:
        head = ["| what | licence | text |", "|---|---|---|"]
        parts += ["## Files that ship with SoloDesk\n", "\n".join([*head, *shipped]) + "\n"]
    return "\n".join(parts)


def main() -> int:
    """Write the file."""
    TARGET.write_text(document(notices(locked())), encoding="utf-8")
    print(f"wrote {TARGET.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
