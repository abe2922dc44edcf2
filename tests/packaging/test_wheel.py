"""The wheel: a program that works without its checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from the checkout as set-up builds it: no isolation, no network."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (made,) = folder.glob("solodesk-*-py3-none-any.whl")
    return made


def _files(folder: str) -> set[str]:
    paths = (path for path in (ROOT / folder).rglob("*") if path.is_file())
    names = {path.relative_to(ROOT).as_posix() for path in paths}
    return {name for name in names if "__pycache__" not in name}


def test_every_resource_and_module_is_inside(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        names = set(opened.namelist())
        for resource in _files("resources"):
            inside = "solodesk/_resources/" + resource.removeprefix("resources/")
            assert inside in names
            assert opened.read(inside) == (ROOT / resource).read_bytes()
    assert {name for name in _files("solodesk") if not name.endswith(".md")} <= names
    tables = {name.split("/")[2] for name in _files("resources/i18n") if name.endswith(".tsv")}
    for language in tables:
        assert f"solodesk/_resources/i18n/{language}/LC_MESSAGES/solodesk.mo" in names


def test_nothing_else_is_inside(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        names = opened.namelist()
    strangers = [name for name in names if not name.startswith(("solodesk/", "solodesk-"))]
    assert not strangers
    assert not [name for name in names if "__pycache__" in name or "/tests/" in name]
    assert [name for name in names if name.endswith("licenses/LICENSE")]


def test_resources_open_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        opened.extractall(tmp_path / "site")
    code = (
        "from solodesk.base import resources\n"
        "files = [p for p in resources.root().rglob('*') if p.is_file()]\n"
        "for p in files: resources.read_bytes(*p.relative_to(resources.root()).parts)\n"
        "print(resources.root(), len(files))"
    )
    env = os.environ | {"PYTHONPATH": str(tmp_path / "site")}
    # -P: not the checkout, should the tests be run from there.
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], env=env, cwd=tmp_path, capture_output=True, check=True
    )
    root, count = done.stdout.decode().rsplit(maxsplit=1)
    assert Path(root) == tmp_path / "site" / "solodesk" / "_resources"
    assert int(count) >= len(_files("resources"))
