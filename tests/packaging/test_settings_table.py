"""What the READMEs, the preferences and `solodesk settings list` say of settings is the same."""

from pathlib import Path

import pytest
import settings_table

from solodesk.services import settings
from tests.support.program import solodesk

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", settings_table.FILES)
def test_the_table_is_as_the_program_has_it(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    language = settings_table.FILES[name]
    assert settings_table.renewed(text, language) == text, (
        "run: .venv/bin/python packaging/settings_table.py"
    )


def test_the_command_line_lists_the_same(tmp_path: Path) -> None:
    code, lines, errors = solodesk(tmp_path / "data", "settings", "list")
    assert code == 0, errors
    assert [line["key"] for line in lines] == [each.key for each in settings.ALL]


def test_every_setting_stands_on_one_page() -> None:
    keys = [each.key for _title, group in settings.PAGES for each in group]
    assert len(keys) == len(set(keys)) == len(settings.ALL)


def test_marks_that_are_gone_are_told() -> None:
    with pytest.raises(ValueError, match="settings"):
        settings_table.renewed("# SoloDesk\n", "en")
