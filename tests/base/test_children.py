"""How children are started."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from solodesk.base import children


def test_from_a_checkout_the_same_python() -> None:
    command = children.child_command("engine", "--data", "somewhere")
    assert command == [sys.executable, "-m", "solodesk", "engine", "--data", "somewhere"]


def test_packaged_the_console_program_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(Path("there") / "solodesk.exe"))
    assert children.child_command("engine")[0] == str(Path("there") / "solodesk-cli.exe")


def test_flags_are_for_windows_only() -> None:
    assert children.creation_flags(modest=True, platform="linux") == 0
    assert children.creation_flags(platform="win32") == 0x0800_0000
    assert children.creation_flags(modest=True, platform="win32") == 0x0800_4000


@pytest.mark.skipif(not hasattr(os, "nice"), reason="no nice() on this system")
def test_modest_process_has_lower_priority() -> None:
    code = (
        "import os; from solodesk.base.children import be_modest;"
        "before = os.nice(0); be_modest(); print(os.nice(0) - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert int(done.stdout) > 0
