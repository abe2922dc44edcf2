"""The frame: global options, exit codes, errors as JSON, light imports, the real program."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from solodesk import __version__
from solodesk.cli.main import COMMANDS
from tests.cli import shapes
from tests.cli.runner import Cli, misfit


def test_json_and_data_may_stand_before_or_behind(cli: Cli, tmp_path: Path) -> None:
    import io

    from solodesk.cli.main import main

    for words in (
        ["--json", "--data", str(tmp_path / "x"), "settings", "get", "quote"],
        ["settings", "get", "quote", f"--data={tmp_path / 'x'}", "--json"],
    ):
        out = io.StringIO()
        assert main(words, out=out, err=io.StringIO()) == 0
        assert json.loads(out.getvalue())["value"] == "last"


def test_version_and_help(cli: Cli) -> None:
    assert cli("--version").out == f"SoloDesk {__version__}\n"
    said = cli("help")
    assert said.code == 0
    assert all(f"  {name} " in said.out for name in COMMANDS)
    assert cli("frobnicate").code == 2


def test_wrong_use_is_2_and_told_as_json_when_asked(cli: Cli) -> None:
    said = cli.json("ticket", "many")
    assert (said.code, said.out) == (2, "")
    assert misfit(said.error, shapes.ERROR) == []
    assert cli("tickets", "--view", "nowhere").code == 2


def test_a_known_fault_is_1_with_sentence_and_hint(cli: Cli) -> None:
    said = cli.json("ticket", "99")
    assert (said.code, said.out) == (1, "")
    assert misfit(said.error, shapes.ERROR) == []
    assert said.error["error"] == "no_such_ticket"
    assert "99" in said.error["message"]
    plain = cli("ticket", "99")
    assert plain.out == ""
    assert "99" in plain.err


@pytest.mark.parametrize("command", ["rules list", "purchases import x.csv"])
def test_what_is_not_built_says_so(cli: Cli, command: str) -> None:
    said = cli.json(*command.split())
    assert said.code == 2
    assert command.split(maxsplit=1)[0] in said.error["message"]
    assert not cli.data.exists()


def test_missing_files_are_told(cli: Cli, tmp_path: Path) -> None:
    said = cli.json("import", tmp_path / "nothing.eml")
    assert said.code == 1
    assert "nothing.eml" in said.error["message"]


def test_a_light_command_loads_no_window_and_no_heavy_library(tmp_path: Path) -> None:
    code = (
        "import sys; from solodesk.cli.main import main;"
        f" main(['tickets', '--data', {str(tmp_path / 'd')!r}]);"
        " heavy = {'PySide6', 'sqlalchemy', 'alembic', 'imapclient', 'liquid', 'typst', 'msal'};"
        " sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_real_program_speaks_utf8_whatever_the_terminal(cli: Cli, tmp_path: Path) -> None:
    from tests.support.mails import raw_mail

    path = tmp_path / "zh.eml"
    path.write_bytes(raw_mail("您好，退款", subject="退款"))
    done = subprocess.run(
        [sys.executable, "-m", "solodesk", "parse", str(path), "--json"],
        capture_output=True,
        check=False,
        env={"PATH": "", "PYTHONIOENCODING": "ascii", "LANG": "C", "HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.decode("utf-8"))["subject"] == "退款"
