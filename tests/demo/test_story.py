"""`solodesk demo --headless --json`: one object, every step true, the folder kept or gone."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.program import solodesk

_KEYS = {
    "ok", "messages", "tickets", "replies_sent", "found_in_sent", "ratings", "report",
    "screenshots", "data", "seconds",
}  # fmt: skip


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One run for all tests here, as a user without a screen starts it."""
    root = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "solodesk", "demo", "--headless", "--json"]
    done = subprocess.run(
        [*command, "--data", str(root / "data")],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_the_summary_has_the_shape_promised(summary: dict[str, Any]) -> None:
    assert set(summary) >= _KEYS
    assert summary["ok"] is True
    assert summary["messages"] >= 390
    assert summary["tickets"] >= 100
    assert summary["replies_sent"] == summary["found_in_sent"] == 3
    assert summary["ratings"] >= 20 + 5
    assert summary["new_ratings"] >= 3


def test_every_file_named_is_there(summary: dict[str, Any]) -> None:
    assert set(summary["report"]) == {"pdf", "html", "csv", "xlsx"}
    starts = {"pdf": b"%PDF", "html": b"<!doctype html", "xlsx": b"PK"}
    for form, path in summary["report"].items():
        content = Path(path).read_bytes()
        assert content.lower().startswith(starts.get(form, b"").lower())
        assert len(content) > 500
    assert len(summary["screenshots"]) >= 3
    for path in summary["screenshots"]:
        assert Path(path).read_bytes().startswith(b"\x89PNG")


def test_the_folder_given_is_an_ordinary_data_folder(summary: dict[str, Any]) -> None:
    data = Path(summary["data"])
    code, tickets, said = solodesk(data, "tickets", "--view", "all", "--limit", "1000")
    assert code == 0, said
    assert len(tickets) >= 100
    assert not any("[rate:" in ticket["subject"] for ticket in tickets)


def test_a_folder_with_something_else_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine", encoding="utf-8")
    code, lines, said = solodesk(tmp_path, "demo", "--headless")
    assert code == 1
    assert lines == []
    assert "demo_folder_taken" in said
    assert (tmp_path / "letters.txt").read_text(encoding="utf-8") == "mine"
