"""The demo's data folder: its own, never the owner's.

A folder given with --data is marked as the demo's; one that holds anything else is refused, so
that nobody's mail is ever mixed with the sample shop's.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from solodesk.base.errors import KnownError
from solodesk.base.paths import DataFolder

MARK = ".solodesk-demo"


@contextmanager
def demo_folder(given: Path | None, *, keep: bool) -> Iterator[DataFolder]:
    """A fresh folder: `given` (always kept), else a temporary one, removed unless `keep`.

    KnownError `demo_folder_taken` when `given` holds something that is not a demo.
    """
    if given is not None:
        yield _prepared(given)
        return
    root = Path(tempfile.mkdtemp(prefix="solodesk-demo-"))
    try:
        yield _prepared(root)
    finally:
        if not keep:
            shutil.rmtree(root, ignore_errors=True)


def _prepared(root: Path) -> DataFolder:
    if root.exists() and any(root.iterdir()):
        if not (root / MARK).is_file():
            raise KnownError("demo_folder_taken", path=str(root))
        for entry in root.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
    folder = DataFolder(root).create()
    (root / MARK).touch()
    return folder
