"""The door to resources opens what ships and nothing else."""

from pathlib import Path

import pytest

from solodesk.base import resources


def test_reads_from_the_checkout() -> None:
    checkout = Path(__file__).parents[2] / "resources"
    assert resources.root() == checkout
    for file in checkout.glob("styles/*.qss"):
        assert resources.read_text("styles", file.name) == file.read_text(encoding="utf-8")
        assert resources.read_bytes("styles", file.name) == file.read_bytes()


@pytest.mark.parametrize("parts", [("..", "pyproject.toml"), ("/etc/passwd",), ("i18n", "../..")])
def test_does_not_leave_the_resources(parts: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="not a resource"):
        resources.path(*parts)


def test_missing_is_told() -> None:
    with pytest.raises(FileNotFoundError):
        resources.read_bytes("no-such-thing")
