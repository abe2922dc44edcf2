"""Licences: every locked package is named, with a licence that may be shipped."""

from pathlib import Path

import notices
import pytest

ROOT = Path(__file__).parents[2]


def test_the_committed_file_names_every_locked_package_with_its_version() -> None:
    text = notices.TARGET.read_text(encoding="utf-8")
    rows = {tuple(line.split(" | ")[:2]) for line in text.splitlines() if line.startswith("| ")}
    missing = [
        name for name, version in notices.locked().items() if (f"| {name}", version) not in rows
    ]
    assert not missing, "run: .venv/bin/python packaging/notices.py"


def test_nothing_is_gpl_only() -> None:
    for notice in notices.notices(notices.locked()):
        choices = [part.strip() for part in notice.licence.split(" OR ")]
        free = [choice for choice in choices if "GPL" not in choice or "LGPL" in choice]
        assert free, f"{notice.name}: {notice.licence}"


def test_foreign_files_bring_their_licence() -> None:
    text = notices.TARGET.read_text(encoding="utf-8")
    for name, _, licence in notices.RESOURCES:
        assert (ROOT / licence).is_file(), licence
        assert name in text


def test_unknown_licence_stops() -> None:
    with pytest.raises(ValueError, match="no-such-package"):
        notices.notices({"no-such-package": "1"})
