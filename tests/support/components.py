"""Real components the tests need: on Debian a missing one fails, elsewhere it is a skip."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest


def on_debian() -> bool:
    """Whether this is Debian or a system made from it, where set-up installs everything."""
    try:
        lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    said = " ".join(line.partition("=")[2].strip('"') for line in lines if line.startswith("ID"))
    return bool({"debian", "ubuntu"} & set(said.split()))


def require_program(name: str, package: str) -> str:
    """The path of a program; without it the test fails on Debian and is skipped elsewhere."""
    # Servers live in sbin, which is not on everybody's PATH.
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin", "/usr/local/sbin"])
    found = shutil.which(name, path=path)
    if found is None:
        missing(f"{name} is not installed (Debian package {package})")
    return found


def missing(reason: str) -> NoReturn:
    """Fail on Debian, skip elsewhere, with the reason."""
    if on_debian():
        pytest.fail(f"{reason}; run packaging/bootstrap.py test", pytrace=False)
    pytest.skip(reason)
