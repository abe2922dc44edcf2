"""The locks: hashes for everything, no addresses, one truth for both."""

import re
import tomllib
from pathlib import Path

import notices
import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
RUN = ROOT / "packaging" / "requirements.txt"
DEV = ROOT / "packaging" / "requirements-dev.txt"


@pytest.mark.parametrize("lock", [RUN, DEV], ids=lambda path: path.name)
def test_every_package_has_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert not re.search(r"(https?|file)://|--(extra-)?index-url|--find-links", text)
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text.partition("\n")[2])
    unhashed = [block for block in blocks if "==" in block and "--hash=sha256:" not in block]
    assert not unhashed


def test_development_has_the_same_versions_as_the_product() -> None:
    run, dev = notices.locked(RUN), notices.locked(DEV)
    assert {name: dev.get(name) for name in run} == run


def test_locks_satisfy_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    wanted = {
        RUN: project["project"]["dependencies"] + groups["build"],
        DEV: [line for line in groups["dev"] if isinstance(line, str)],
    }
    for lock, lines in wanted.items():
        versions = notices.locked(lock)
        for requirement in map(Requirement, lines):
            name = notices.normalised(requirement.name)
            assert name in versions, f"{name} is not in {lock.name}"
            assert requirement.specifier.contains(versions[name], prereleases=True), name


def test_packaging_is_no_package() -> None:
    # It would hide the library of that name.
    assert not (ROOT / "packaging" / "__init__.py").exists()
