"""The translations: tables (`resources/i18n/<lang>/*.tsv`) → `solodesk.po` and `solodesk.mo`.

A table line is `msgid TAB msgstr` or `msgid TAB msgid_plural TAB msgstr`, with `\\n`, `\\t` and
`\\\\` written as escapes; a line with `#` in front and no tab is a comment. One table an area,
so that people working on different parts do not meet in one file. Run it after changing a table:

    python packaging/translations.py

The `.po` is for translators' tools and is committed; the `.mo` is built by set-up and the wheel.
Standard library only: set-up runs it before anything is installed.
"""

import ast
import struct
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
I18N = HERE / "resources" / "i18n"
HEADER = (
    "Project-Id-Version: SoloDesk\n"
    "Language: {language}\n"
    "MIME-Version: 1.0\n"
    "Content-Type: text/plain; charset=UTF-8\n"
    "Content-Transfer-Encoding: 8bit\n"
    "Plural-Forms: nplurals=1; plural=0;\n"
)
_TRANSLATORS = {"_", "marked"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One translated string and the table line it came from (`ui.tsv:12`)."""

    msgid: str
    plural: str | None
    msgstr: str
    where: str


@dataclass(frozen=True, slots=True)
class Used:
    """One string the program says, found in its source."""

    msgid: str
    plural: str | None
    where: str


def _unescape(text: str) -> str:
    marks = {"\\n": "\n", "\\t": "\t", "\\\\": "\\"}
    out, i = [], 0
    while i < len(text):
        pair = text[i : i + 2]
        out.append(marks.get(pair, text[i]))
        i += 2 if pair in marks else 1
    return "".join(out)


def read_tables(folder: Path) -> list[Entry]:
    """All entries of a language's tables, by file name and line; ValueError names a bad line."""
    entries = []
    for table in sorted(folder.glob("*.tsv")):
        for number, line in enumerate(table.read_text(encoding="utf-8").split("\n"), 1):
            # "#{ticket}: done." with its translation behind a tab is no comment.
            if not line.strip() or (line.startswith("#") and "\t" not in line):
                continue
            cells = [_unescape(cell) for cell in line.rstrip("\r").split("\t")]
            where = f"{table.name}:{number}"
            if len(cells) not in (2, 3) or not all(cells):
                message = f"{where}: two or three filled cells, separated by tabs, are needed"
                raise ValueError(message)
            entries.append(Entry(cells[0], cells[1] if cells[2:] else None, cells[-1], where))
    return entries


def clashes(entries: Iterable[Entry]) -> list[str]:
    """Strings that two lines translate differently, in words."""
    first: dict[str, Entry] = {}
    found = []
    for entry in entries:
        known = first.setdefault(entry.msgid, entry)
        if (known.msgstr, known.plural) != (entry.msgstr, entry.plural):
            found.append(f"{known.where} and {entry.where} differ on {entry.msgid!r}")
    return found


def merged(entries: Iterable[Entry]) -> list[Entry]:
    """One entry a msgid (the first; one with a plural wins), sorted: the same bytes every time."""
    by_id: dict[str, Entry] = {}
    for entry in entries:
        known = by_id.get(entry.msgid)
        if known is None or (known.plural is None and entry.plural is not None):
            by_id[entry.msgid] = entry
    return sorted(by_id.values(), key=lambda entry: entry.msgid)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return '"' + escaped.replace("\n", "\\n") + '"'


def po_text(language: str, entries: Iterable[Entry]) -> str:
    """The .po file of a language, area by area named in comments."""
    header = "\n".join(
        _quoted(line + "\n") for line in HEADER.format(language=language).split("\n")[:-1]
    )
    blocks = [f'msgid ""\nmsgstr ""\n{header}']
    for entry in merged(entries):
        lines = [f"#. {entry.where.split(':')[0]}", f"msgid {_quoted(entry.msgid)}"]
        if entry.plural is not None:
            lines.append(f"msgid_plural {_quoted(entry.plural)}")
        lines.append(f"msgstr{'[0]' if entry.plural is not None else ''} {_quoted(entry.msgstr)}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def mo_bytes(language: str, entries: Iterable[Entry]) -> bytes:
    """The compiled catalogue (GNU .mo, revision 0, little-endian, sorted by msgid)."""
    pairs = {b"": HEADER.format(language=language).encode()}
    for entry in merged(entries):
        key = entry.msgid if entry.plural is None else f"{entry.msgid}\0{entry.plural}"
        pairs[key.encode()] = entry.msgstr.encode()
    keys = sorted(pairs)
    data = bytearray()
    tables: list[bytes] = []
    start = 28 + 16 * len(keys)
    for texts in (keys, [pairs[key] for key in keys]):
        rows = bytearray()
        for text in texts:
            rows += struct.pack("<II", len(text), start + len(data))
            data += text + b"\0"
        tables.append(bytes(rows))
    head = struct.pack("<7I", 0x950412DE, 0, len(keys), 28, 28 + 8 * len(keys), 0, start)
    return head + b"".join(tables) + bytes(data)


def _literal(node: ast.expr) -> str | None:
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str) else None


def _calls(path: Path) -> Iterator[tuple[ast.Call, str, str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            yield node, node.func.id, f"{path.name}:{node.lineno}"


def used_strings(package: Path) -> tuple[list[Used], list[str]]:
    """Every string given to `_`, `marked` and `ngettext`, and complaints in words.

    A complaint is an f-string or a computed string handed to `marked` or `ngettext`, or an
    f-string or concatenation handed to `_` (a plain variable may hold a `marked` string).
    """
    used, wrong = [], []
    for path in sorted(package.rglob("*.py")):
        for call, name, where in _calls(path):
            if name in _TRANSLATORS:
                text = _literal(call.args[0])
                if text:
                    used.append(Used(text, None, where))
                elif isinstance(call.args[0], ast.JoinedStr | ast.BinOp):
                    wrong.append(f"{where}: {name}() needs a plain string")
            elif name == "ngettext" and len(call.args) == 3:
                one, many = _literal(call.args[0]), _literal(call.args[1])
                if one and many:
                    used.append(Used(one, many, where))
                elif isinstance(call.args[0], ast.JoinedStr | ast.BinOp):
                    wrong.append(f"{where}: ngettext() needs plain strings")
    return used, wrong


def _write_if_changed(path: Path, content: bytes) -> bool:
    """Replace in one step (others may be reading); an unchanged file keeps its time."""
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{id(content)}.new")
    beside.write_bytes(content)
    beside.replace(path)
    return True


def languages(i18n: Path = I18N) -> list[Path]:
    """The folders that hold tables."""
    return sorted({table.parent for table in i18n.glob("*/*.tsv")})


def compile_all(i18n: Path = I18N) -> list[Path]:
    """Write every language's .mo; returns those that changed."""
    changed = []
    for folder in languages(i18n):
        target = folder / "LC_MESSAGES" / "solodesk.mo"
        if _write_if_changed(target, mo_bytes(folder.name, read_tables(folder))):
            changed.append(target)
    return changed


def merge_all(i18n: Path = I18N) -> list[Path]:
    """Write every language's .po; returns those that changed."""
    changed = []
    for folder in languages(i18n):
        target = folder / "LC_MESSAGES" / "solodesk.po"
        if _write_if_changed(target, po_text(folder.name, read_tables(folder)).encode()):
            changed.append(target)
    return changed


def main() -> int:
    """Merge, compile and say what changed; 1 when tables contradict each other."""
    for path in merge_all() + compile_all():
        print(f"wrote {path.relative_to(HERE)}")
    wrong = [clash for folder in languages() for clash in clashes(read_tables(folder))]
    for clash in wrong:
        print(clash, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
