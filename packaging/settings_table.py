"""Writes the table of settings in the READMEs from the descriptors of the program.

    .venv/bin/python packaging/settings_table.py

A test holds both tables equal to it: a setting that is not told does not exist.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from solodesk.services import settings  # noqa: E402 - found by the line above
from solodesk.wording.gettext import _, speaking  # noqa: E402

FILES = {"README.md": "en", "README.zh-CN.md": "zh"}
BEGIN, END = "<!-- settings -->", "<!-- /settings -->"
_HEADS = {
    "en": ("setting", "as shipped", "what it is"),
    "zh": ("设置", "默认值", "说明"),
}


def table(language: str) -> str:
    """The Markdown table in a language, page by page in the order of the preferences."""
    lines = ["| " + " | ".join(_HEADS[language]) + " |", "|---|---|---|"]
    with speaking(language):
        for title, group in settings.PAGES:
            for setting in group:
                what = f"{_(title)}: {_(setting.title)}"
                lines.append(f"| `{setting.key}` | {_shown(setting)} | {what} |")
    return "\n".join(lines)


def _shown(setting: settings.Setting) -> str:
    if setting.kind == "zone":
        return "`Asia/Shanghai` …"
    if setting.kind == "hours":
        return "`09:00–18:00`, Mon–Fri"
    if setting.kind == "flag":
        return "`yes`" if setting.default else "`no`"
    value = setting.default
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    unit = " s" if setting.kind == "number" and setting.unit else ""
    return f"`{text}`{unit}" if text else ""


def renewed(text: str, language: str) -> str:
    """A README with its table as it must be; ValueError without the marks."""
    before, _mark, rest = text.partition(BEGIN)
    _old, mark, after = rest.partition(END)
    if not mark:
        message = f"no {BEGIN} … {END}"
        raise ValueError(message)
    return f"{before}{BEGIN}\n\n{table(language)}\n\n{END}{after}"


def main() -> int:
    """Renew both files."""
    for name, language in FILES.items():
        path = ROOT / name
        path.write_text(renewed(path.read_text(encoding="utf-8"), language), encoding="utf-8")
        sys.stdout.write(f"wrote {name}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
