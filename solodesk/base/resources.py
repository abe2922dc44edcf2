"""The only door to the files that ship with SoloDesk: icons, layouts, packs, help, translations.

In an installed wheel they stand in `solodesk/_resources`; in a checkout in `resources/`. This
module must not write and must not know what the files mean.
"""

from functools import cache
from pathlib import Path


@cache
def root() -> Path:
    """The folder of resources: `_resources` of the wheel if present, else the checkout's."""
    package = Path(__file__).resolve().parent.parent
    shipped = package / "_resources"
    return shipped if shipped.is_dir() else package.parent / "resources"


def path(*parts: str) -> Path:
    """Where a resource is, e.g. `path("icons", "reply.svg")`; it need not exist.

    Raises ValueError for a path that would leave the resources.
    """
    found = root().joinpath(*parts)
    if not found.resolve().is_relative_to(root().resolve()):
        message = f"not a resource: {'/'.join(parts)}"
        raise ValueError(message)
    return found


def read_bytes(*parts: str) -> bytes:
    """The bytes of a resource; FileNotFoundError when it does not exist."""
    return path(*parts).read_bytes()


def read_text(*parts: str) -> str:
    """The UTF-8 text of a resource; FileNotFoundError when it does not exist."""
    return path(*parts).read_text(encoding="utf-8")
