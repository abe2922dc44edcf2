"""Every fault the program knows has words, in both languages, and nothing breaks a sentence."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import solodesk
from solodesk.base.errors import KnownError
from solodesk.domain.figure_set import KEYS
from solodesk.wording import errors, figures
from solodesk.wording.error_table import SENTENCES
from solodesk.wording.gettext import speaking

PACKAGE = Path(solodesk.__file__).parent


def codes_in_the_program() -> Iterator[tuple[str, str]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            code = node.args[0]
            if name in {"KnownError", "NeedsOwner"} and isinstance(code, ast.Constant):
                yield str(code.value), f"{path.relative_to(PACKAGE)}:{node.lineno}"


def test_every_fault_raised_anywhere_has_words() -> None:
    silent = {
        f"{code} ({where})" for code, where in codes_in_the_program() if code not in SENTENCES
    }
    assert not silent, f"no words in wording/error_table.py for: {sorted(silent)}"


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_a_fault_is_told_in_both_languages_with_the_same_facts(code: str) -> None:
    english = errors.told(code)
    with speaking("zh"):
        chinese = errors.told(code)
    assert english.message != chinese.message, f"{code} is not translated"
    assert bool(english.hint) == bool(chinese.hint)
    facts = {name for _, name, _, _ in string.Formatter().parse(SENTENCES[code][0]) if name}
    shown = errors.told(code, {name: f"<{name}>" for name in facts})
    assert all(f"<{name}>" in shown.message for name in facts)


def test_facts_are_text_and_a_missing_one_breaks_nothing() -> None:
    error = KnownError("wrong_password", host="imap.{0}.example", user="{user}")
    assert errors.sentence(error) == "imap.{0}.example refused the password for {user}."
    assert "…" in errors.sentence(KnownError("host_not_found"))
    assert "open, waiting" in errors.hint(
        KnownError("unknown_status", status="x", known=("open", "waiting"))
    )


def test_a_fact_that_is_a_code_is_told_in_words() -> None:
    error = KnownError("certificate_invalid", host="mail.example", reason="wrong_host")
    assert errors.sentence(error).endswith("its certificate is for another name.")
    with speaking("zh"):
        assert errors.sentence(error).endswith("证书属于另一个名称。")


def test_an_unknown_fault_is_told_honestly() -> None:
    told = errors.told("from_the_future", {"x": 1})
    assert "from_the_future" in told.message
    assert told.hint


@pytest.mark.parametrize("key", KEYS)
def test_every_figure_has_a_title_and_a_definition(key: str) -> None:
    title, definition = figures.title(key), figures.definition(key)
    assert title != key
    with speaking("zh"):
        assert figures.title(key) != title
        assert figures.definition(key) != definition
