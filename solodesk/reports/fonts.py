"""Fonts for the PDF: Inter ships with SoloDesk, Chinese comes from the system, by an ordered list.

typst is given these files only; letting it scan all system fonts took seconds.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from solodesk.base import resources

LATIN = "Inter"


@dataclass(frozen=True, slots=True)
class CjkFont:
    """A family, the files it comes in (first found wins), and whether it has a bold."""

    family: str
    files: tuple[str, ...]
    bold: tuple[str, ...] = ()


# Clean text in the PDF and a calm look first; then what each system is shipped with.
CJK_FONTS = (
    CjkFont("Noto Sans CJK SC", ("NotoSansCJK-Regular.ttc",), ("NotoSansCJK-Bold.ttc",)),
    CjkFont("Noto Sans CJK SC", ("NotoSansCJKsc-Regular.otf",), ("NotoSansCJKsc-Bold.otf",)),
    CjkFont("Source Han Sans SC", ("SourceHanSansSC-Regular.otf",), ("SourceHanSansSC-Bold.otf",)),
    CjkFont(
        "Noto Sans SC",
        ("NotoSansSC-Regular.otf", "NotoSansSC-Regular.ttf"),
        ("NotoSansSC-Bold.otf", "NotoSansSC-Bold.ttf"),
    ),
    CjkFont("PingFang SC", ("PingFang.ttc",)),
    CjkFont("Hiragino Sans GB", ("Hiragino Sans GB.ttc",)),
    CjkFont("Microsoft YaHei", ("msyh.ttc", "msyh.ttf"), ("msyhbd.ttc", "msyhbd.ttf")),
    CjkFont("WenQuanYi Micro Hei", ("wqy-microhei.ttc",)),
    CjkFont("WenQuanYi Zen Hei", ("wqy-zenhei.ttc",)),
    CjkFont("SimHei", ("simhei.ttf",)),
    CjkFont("Droid Sans Fallback", ("DroidSansFallbackFull.ttf", "DroidSansFallback.ttf")),
)


@dataclass(frozen=True, slots=True)
class Found:
    """The fonts of a report: families in order of preference and the files they are in."""

    families: tuple[str, ...]
    files: tuple[Path, ...]
    has_cjk: bool
    bold_cjk: bool


def system_folders() -> tuple[Path, ...]:
    """Where this system keeps fonts."""
    home = Path.home()
    if sys.platform == "win32":
        return (
            Path("C:/Windows/Fonts"),
            home / "AppData/Local/Microsoft/Windows/Fonts",
        )
    if sys.platform == "darwin":
        return (Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts")
    return (
        home / ".local/share/fonts",
        home / ".fonts",
        Path("/usr/local/share/fonts"),
        Path("/usr/share/fonts"),
    )


def find(folders: Sequence[Path] | None = None) -> Found:
    """Inter and the first Chinese font of the list that is installed in `folders`."""
    inter = sorted(resources.path("fonts").glob("Inter-*.otf"))
    present = _files(system_folders() if folders is None else folders)
    for font in CJK_FONTS:
        regular = next((present[name] for name in font.files if name in present), None)
        if regular is not None:
            bold = next((present[name] for name in font.bold if name in present), None)
            files = (*inter, regular, *([bold] if bold else []))
            return Found((LATIN, font.family), files, has_cjk=True, bold_cjk=bold is not None)
    return Found((LATIN,), tuple(inter), has_cjk=False, bold_cjk=False)


@contextmanager
def gathered(found: Found) -> Iterator[Path]:
    """A folder for the moment with just these files: typst reads folders, and reads all in them."""
    with tempfile.TemporaryDirectory(prefix="solodesk-fonts-") as name:
        folder = Path(name)
        for file in found.files:
            try:
                (folder / file.name).symlink_to(file.resolve())
            except OSError:
                # Windows allows links to administrators only.
                shutil.copyfile(file, folder / file.name)
        yield folder


def _files(folders: Iterable[Path]) -> dict[str, Path]:
    wanted = {name for font in CJK_FONTS for name in (*font.files, *font.bold)}
    found: dict[str, Path] = {}
    for folder in folders:
        if folder.is_dir():
            for path in folder.rglob("*.[to]t[cf]"):
                if path.name in wanted:
                    found.setdefault(path.name, path)
    return found
