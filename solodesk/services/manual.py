"""The manual's pages, as Markdown files in resources/help/<language>. Must not know Qt."""

from dataclasses import dataclass

from solodesk.base import resources

_FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Page:
    """One page: `topic` is its short name ("answering"), `title` its first heading."""

    topic: str
    title: str
    markdown: str


def pages(language: str) -> tuple[Page, ...]:
    """All pages in `language`, English where there is none, in the order of their file names."""
    folder = resources.path("help", language)
    if not folder.is_dir():
        folder = resources.path("help", _FALLBACK)
    found = []
    for file in sorted(folder.glob("*.md")):
        text = file.read_text(encoding="utf-8")
        title = text.splitlines()[0].lstrip("# ").strip()
        found.append(Page(file.stem.partition("-")[2], title, text))
    return tuple(found)


def page(topic: str, language: str) -> Page | None:
    """The page named `topic`, or None."""
    return next((entry for entry in pages(language) if entry.topic == topic), None)
