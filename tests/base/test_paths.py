"""Where things are kept."""

import os
import stat
from pathlib import Path

import pytest

from solodesk.base import paths


def test_system_folder_and_override(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert paths.data_folder().root.name == "io.github.solodesk.SoloDesk"
    assert paths.config_folder() != paths.data_folder().root
    monkeypatch.chdir(tmp_path)
    folder = paths.data_folder(Path("mine"))
    assert folder.store == tmp_path / "mine" / "solodesk.db"
    assert paths.data_folder(Path("~/mine")).root == Path.home() / "mine"


def test_looking_makes_nothing_and_create_keeps_others_out(data_dir: Path) -> None:
    folder = paths.DataFolder(data_dir)
    assert not data_dir.exists()
    assert folder.create() is folder
    assert folder.create().logs.is_dir()
    if os.name == "posix":
        assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    named = {folder.store, folder.engine_lock, folder.store_lock, folder.backups, folder.exports}
    assert all(path.parent == data_dir for path in named)
    assert len(named) == 5
