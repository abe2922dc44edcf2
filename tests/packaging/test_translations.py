"""Every word the program says has its Chinese, with the same placeholders."""

import gettext
import io
import string
import struct
from pathlib import Path

import pytest
import translations
from hypothesis import given
from hypothesis import strategies as st
from translations import Entry

ROOT = Path(__file__).parents[2]
FOLDERS = translations.languages()
USED, WRONG = translations.used_strings(ROOT / "solodesk")


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_only_plain_strings_are_translated() -> None:
    assert WRONG == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_string_is_translated(folder: Path) -> None:
    entries = translations.read_tables(folder)
    # A table line with a plural also answers for its singular alone.
    known = {(entry.msgid, one) for entry in entries for one in (entry.plural, None)}
    untranslated = {
        f"{used.where}: {used.msgid!r}" for used in USED if (used.msgid, used.plural) not in known
    }
    assert not untranslated


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_tables_agree_and_keep_placeholders(folder: Path) -> None:
    entries = translations.read_tables(folder)
    assert translations.clashes(entries) == []
    odd = [
        entry.where
        for entry in entries
        if _placeholders(entry.msgstr) != _placeholders(entry.plural or entry.msgid)
    ]
    assert not odd


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_po_is_up_to_date(folder: Path) -> None:
    written = (folder / "LC_MESSAGES" / "solodesk.po").read_text(encoding="utf-8")
    fresh = translations.po_text(folder.name, translations.read_tables(folder))
    assert written == fresh, "run: python packaging/translations.py"


_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\x04"), min_size=1, max_size=20)


@given(st.dictionaries(_TEXT, st.tuples(st.none() | _TEXT, _TEXT), max_size=20))
def test_compiled_catalogue_is_read_by_gettext(
    said: dict[str, tuple[str | None, str]],
) -> None:
    entries = [Entry(one, many, chinese, "t.tsv:1") for one, (many, chinese) in said.items()]
    compiled = gettext.GNUTranslations(io.BytesIO(translations.mo_bytes("zh_CN", entries)))
    for one, (many, chinese) in said.items():
        spoken = compiled.gettext(one) if many is None else compiled.ngettext(one, many, 2)
        assert spoken == chinese


def test_tables_are_read_with_escapes_and_comments(tmp_path: Path) -> None:
    table = "# comment\n\nClose\t关闭\nTwo\\nlines \\\\ \t两\\n行\n{n} day\t{n} days\t{n} 天\n"
    table += "#{n}\t第{n}号\n"
    (tmp_path / "ui.tsv").write_text(table, encoding="utf-8")
    assert translations.read_tables(tmp_path) == [
        Entry("Close", None, "关闭", "ui.tsv:3"),
        Entry("Two\nlines \\ ", None, "两\n行", "ui.tsv:4"),
        Entry("{n} day", "{n} days", "{n} 天", "ui.tsv:5"),
        Entry("#{n}", None, "第{n}号", "ui.tsv:6"),
    ]


@pytest.mark.parametrize("line", ["alone", "a\t", "\tb", "a\tb\tc\td"])
def test_bad_line_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "ui.tsv").write_text(f"a\tb\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"ui\.tsv:2"):
        translations.read_tables(tmp_path)


def test_clash_is_named_and_the_first_line_wins() -> None:
    entries = [Entry("Open", None, "打开", "a.tsv:1"), Entry("Open", None, "开放", "b.tsv:1")]
    assert translations.clashes(entries) == ["a.tsv:1 and b.tsv:1 differ on 'Open'"]
    assert translations.merged(entries) == entries[:1]


def test_po_is_read_back_by_babel() -> None:
    from babel.messages.pofile import read_po

    entries = [Entry('A "quoted"\n\\ line', None, "一\t二", "a.tsv:1")]
    entries.append(Entry("{n} day", "{n} days", "{n} 天", "a.tsv:2"))
    text = translations.po_text("zh_CN", entries)
    catalogue = read_po(io.BytesIO(text.encode()), locale="zh_CN")
    assert catalogue['A "quoted"\n\\ line'].string == "一\t二"
    assert catalogue["{n} day"].string == ("{n} 天",)


def test_f_strings_and_sums_are_refused(tmp_path: Path) -> None:
    source = 'x = 1\n_(f"a {x}")\n_("a" + "b")\nngettext(f"{x}", "b", x)\n_(x)\n_("fine")\n'
    (tmp_path / "module.py").write_text(source, encoding="utf-8")
    used, wrong = translations.used_strings(tmp_path)
    assert [one.msgid for one in used] == ["fine"]
    assert [line.split(":")[1] for line in wrong] == ["2", "3", "4"]


def test_compiling_again_changes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "zh_CN"
    folder.mkdir()
    (folder / "ui.tsv").write_text("Close\t关闭\n", encoding="utf-8")
    (made,) = translations.compile_all(tmp_path)
    assert struct.unpack("<I", made.read_bytes()[:4]) == (0x950412DE,)
    assert translations.compile_all(tmp_path) == []
    (merged,) = translations.merge_all(tmp_path)
    assert "关闭" in merged.read_text(encoding="utf-8")
    assert sorted(path.name for path in made.parent.iterdir()) == ["solodesk.mo", "solodesk.po"]
