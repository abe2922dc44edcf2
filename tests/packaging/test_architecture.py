"""The house as sentences that run: layers, who may touch what, and the size of things."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_import_contracts_are_kept() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_contracts_would_notice(tmp_path: Path) -> None:
    """A copy of the house with one wrong import of each kind breaks every contract about it."""
    wrong = {
        "domain": "import PySide6",
        "services": "import sqlite3",
        "store": "import solodesk.mail",
        "mail": "import solodesk.store",
        "reports": "import smtplib",
        "ui": "import solodesk.store, solodesk.engine",
        "cli": "import solodesk.app",
        "ui/sidebar": "import solodesk.ui.composer",
        "strays": "",
    }
    package = tmp_path / "solodesk"
    layers = "cli demo app ui engine services mail store reports wording domain base strays"
    panes = [f"ui/{pane}" for pane in ("sidebar", "composer")]
    for name in ["", *layers.split(), *panes]:
        folder = package / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").write_text(wrong.get(name, ""), encoding="utf-8")
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    report = done.stdout + done.stderr
    assert " 0 kept" in report, report
    assert "strays" in report


def test_every_folder_is_a_package() -> None:
    folders = {path.parent for path in (ROOT / "solodesk").rglob("*.py")}
    folders |= {path.parent for path in (ROOT / "tests").rglob("*.py")}
    bare = [str(folder) for folder in folders if not (folder / "__init__.py").is_file()]
    assert not [folder for folder in bare if "_resources" not in folder]


def test_packages_re_export_nothing() -> None:
    for path in (ROOT / "solodesk").glob("*/**/__init__.py"):
        lines = path.read_text(encoding="utf-8").strip().splitlines()
        assert len(lines) == 1, f"{path}: one line of docstring is what belongs there"
