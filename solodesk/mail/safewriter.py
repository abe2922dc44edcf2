"""Writes clean HTML tokens as what a QTextBrowser survives: the last pass of `sanitise`.

Reads only the output of nh3 (balanced, quoted, allow-listed). Blocked pictures become their words,
nested tables are flattened, sizes are clamped, links are judged.
"""

import html as entities
import re
from dataclasses import dataclass, field

from solodesk.mail import links as link_rules
from solodesk.mail import styles

_TOKEN = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:\s+[\w:-]+="[^"]*")*)\s*/?>')
_ATTRIBUTE = re.compile(r'([\w:-]+)="([^"]*)"')
_DATA_IMAGE = re.compile(
    r"^data:image/(?:png|jpe?g|gif|webp|bmp);base64,[A-Za-z0-9+/=\s%]+$", re.IGNORECASE
)
_VOID = frozenset({"br", "img", "hr"})
_TABLE_PARTS = frozenset({"table", "tbody", "thead", "tfoot", "tr", "td", "th", "caption"})
_PLACEHOLDER = "color:#57606a;background-color:#eef1f4"
MAX_OUTPUT = 300_000
MAX_TABLE_DEPTH = 8
_MAX_IMAGE_DATA = 2_000_000
_MAX_LINKS = 2000
_MAX_IMAGES = 400
_MAX_SPANNED = 3000
_LONG_WORD = re.compile(r"[^\s&<>-]{500}")


@dataclass(frozen=True, slots=True)
class Link:
    """One link: what it shows, where it goes (host in punycode), and why to look twice.

    `warning`: None or `userinfo|number_host|lookalike_host|other_host|other_address|bidi`.
    """

    text: str
    url: str
    warning: str | None


@dataclass(slots=True)
class Writer:
    """Walks nh3's clean tokens and writes what Qt may see."""

    remote: bool
    out: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    blocked: int = 0
    trackers: int = 0
    flattened: bool = False
    truncated: bool = False
    size: int = 0
    image_data: int = 0
    flat_tables: list[bool] = field(default_factory=list)
    """For every open table: is it written as plain boxes?"""
    tables_seen: int = 0
    images: int = 0
    spanned: int = 0
    hidden_at: int = 0
    stack: list[tuple[str, str]] = field(default_factory=list)
    """(tag as read, tag as written); the second is empty for a dropped one."""
    link: tuple[int, str] | None = None
    link_words: list[str] = field(default_factory=list)

    def run(self, source: str) -> None:
        """Writes every token of `source`; the results are the fields."""
        at = 0
        for match in _TOKEN.finditer(source):
            self._text(source[at : match.start()])
            at = match.end()
            if match[1]:
                self._close(match[2])
            else:
                self._open(match[2], dict(_ATTRIBUTE.findall(match[3])))
            if self.size > MAX_OUTPUT:
                self.truncated = True
                break
        else:
            self._text(source[at:])
        while self.stack:
            self._close(self.stack[-1][0])

    def _put(self, piece: str) -> None:
        self.out.append(piece)
        self.size += len(piece)

    def _text(self, words: str) -> None:
        if not words or self.hidden_at:
            return
        room = MAX_OUTPUT - self.size
        if len(words) > room:
            words = words[: max(0, room)].rpartition("&")[0] or words[: max(0, room)]
            self.truncated = True
            self.size = MAX_OUTPUT
        words = words.replace("<", "&lt;").replace(">", "&gt;")
        if len(words) > 500:  # a line of 100,000 letters takes Qt seconds
            words = _LONG_WORD.sub(lambda run: run[0] + "\u200b", words)
        if self.link is not None:
            self.link_words.append(entities.unescape(words))
        self._put(words)

    def _open(self, tag: str, attributes: dict[str, str]) -> None:
        style = entities.unescape(attributes.get("style", ""))
        if self.hidden_at or styles.hides(style):
            if tag == "img" and _is_remote(attributes.get("src", "")):
                self._count_hidden_image()
            if tag not in _VOID:
                self.stack.append((tag, ""))
                self.hidden_at = self.hidden_at or len(self.stack)
            return
        self.blocked += styles.loads(style)
        if tag == "img":
            self._image(attributes, style)
        elif tag == "a":
            self._open_link(attributes, style)
        elif tag in _TABLE_PARTS:
            self._open_table_part(tag, attributes, style)
        elif tag in _VOID:
            self._put(_tag(tag, _plain_attributes(tag, attributes)))
        else:
            self._push(tag, tag, {**_plain_attributes(tag, attributes), **_styled(style)})

    def _count_hidden_image(self) -> None:
        self.trackers += 1
        self.blocked += 1

    def _push(self, read: str, written: str, attributes: dict[str, str]) -> None:
        self.stack.append((read, written))
        if written:
            self._put(_tag(written, attributes))

    def _close(self, tag: str) -> None:
        if not any(read == tag for read, _ in self.stack):
            return
        while self.stack:
            read, written = self.stack.pop()
            if self.hidden_at > len(self.stack):
                self.hidden_at = 0
            if read == "table" and self.flat_tables:
                self.flat_tables.pop()
            if read == "a":
                self._close_link()
            if written:
                self._put(f"</{written}>")
            if read == tag:
                return

    def _open_table_part(self, tag: str, attributes: dict[str, str], style: str) -> None:
        if tag == "table":
            self.tables_seen += 1
            self.flat_tables.append(len(self.flat_tables) >= self._table_depth())
        if self.flat_tables and self.flat_tables[-1]:
            self.flattened = True
            self._push(
                tag, "div" if tag in {"tr", "table"} else "", _styled(style) if tag == "tr" else {}
            )
            if tag in {"td", "th"}:
                self._put(" ")
            return
        background = entities.unescape(attributes.pop("background", ""))
        self.blocked += _is_remote(background)
        plain = (
            self._within_spans(attributes)
            if tag in {"td", "th"}
            else _plain_attributes(tag, attributes)
        )
        self._push(tag, tag, {**plain, **_styled(style)})

    def _table_depth(self) -> int:
        """Each level doubles the layout time of what is inside: many tables may nest less."""
        return MAX_TABLE_DEPTH if self.tables_seen < 300 else 3 if self.tables_seen < 1000 else 1

    def _within_spans(self, attributes: dict[str, str]) -> dict[str, str]:
        kept = _plain_attributes("td", attributes)
        area = int(kept.get("colspan", "1") or 1) * int(kept.get("rowspan", "1") or 1)
        self.spanned += area if area > 1 else 0
        if self.spanned > _MAX_SPANNED:
            kept.pop("colspan", None)
            kept.pop("rowspan", None)
        return kept

    def _open_link(self, attributes: dict[str, str], style: str) -> None:
        url = link_rules.tidy_url(entities.unescape(attributes.get("href", "")))
        if url is None or len(self.links) >= _MAX_LINKS:
            self._push("a", "span", _styled(style))
            return
        self.link, self.link_words = (len(self.out), url), []
        self._push("a", "a", {"href": entities.escape(url), **_styled(style)})

    def _close_link(self) -> None:
        if self.link is None:
            return
        _, url = self.link
        shown = re.sub(r"\s+", " ", "".join(self.link_words)).strip()
        self.links.append(Link(shown[:500], url, link_rules.warning_for(shown, url)))
        self.link = None

    def _image(self, attributes: dict[str, str], style: str) -> None:
        src = entities.unescape(attributes.get("src", "")).strip()
        width, height = _measure(attributes, style, "width"), _measure(attributes, style, "height")
        alt = entities.unescape(attributes.get("alt", "")).strip()[:200]
        if _is_remote(src):
            if _is_tracker(width, height):
                self.trackers += 1
                self.blocked += 1
                return
            if not self.remote:
                self.blocked += 1
                self._placeholder(alt, width, height)
                return
        elif not (src.lower().startswith("cid:") or self._data_image(src)):
            self._placeholder(alt, width, height)
            return
        self.images += 1
        if self.images > _MAX_IMAGES:
            self.truncated = True
            return
        self._put_image(src, alt, width, height)

    def _put_image(self, src: str, alt: str, width: int | None, height: int | None) -> None:
        sizes = {}
        if width is not None and width > styles.MAX_WIDTH:
            sizes = {"width": str(styles.MAX_WIDTH)}
        else:
            sizes = {
                name: str(size)
                for name, size in (("width", width), ("height", height))
                if size and size <= 4000
            }
        tag = _tag("img", {"src": entities.escape(src), "alt": entities.escape(alt), **sizes})
        self.out.append(tag)
        self.size += len(tag) if len(tag) < 4000 else 200  # embedded pixels cost no layout

    def _data_image(self, src: str) -> bool:
        if not _DATA_IMAGE.match(src) or self.image_data + len(src) > _MAX_IMAGE_DATA:
            return False
        self.image_data += len(src)
        return True

    def _placeholder(self, alt: str, width: int | None, height: int | None) -> None:
        words = alt
        if not words and (self.link is not None or ((width or 0) >= 120 and (height or 60) >= 40)):
            words = "▨"  # a picture without words still marks its place
        if words:
            if self.link is not None and alt:
                self.link_words.append(alt)
            self._put(f'<span style="{_PLACEHOLDER}">{entities.escape(words)}</span>')


def _is_remote(url: str) -> bool:
    return bool(
        re.match(r"\s*(?:https?:)?(?://|\\\\)", url, re.IGNORECASE)
    ) or url.lower().startswith(("http:", "https:"))


def _is_tracker(width: int | None, height: int | None) -> bool:
    sizes = [size for size in (width, height) if size is not None]
    return bool(sizes) and min(sizes) <= 2 and max(sizes) <= 12


def _measure(attributes: dict[str, str], style: str, name: str) -> int | None:
    match = re.match(r"\s*(\d{1,6})(?:\.\d+)?\s*(?:px)?\s*$", attributes.get(name, ""))
    if match is None:
        match = re.search(rf"(?:^|;)\s*{name}\s*:\s*(\d{{1,6}})(?:\.\d+)?px", style, re.IGNORECASE)
    return int(match[1]) if match else None


def _styled(style: str) -> dict[str, str]:
    cleaned = styles.clean_style(style) if style else ""
    return {"style": entities.escape(cleaned)} if cleaned else {}


def _plain_attributes(tag: str, attributes: dict[str, str]) -> dict[str, str]:
    kept = {}
    for name, value in attributes.items():
        if name in {"style", "href", "src", "background"}:
            continue
        cleaned = _plain_value(tag, name, value)
        if cleaned:
            kept[name] = cleaned
    return kept


def _plain_value(tag: str, name: str, value: str) -> str:
    if name == "width":
        return _clamp_width(value, tag)
    if name in _LIMITS:
        return _clamp(value, _LIMITS[name])
    return value if re.fullmatch(r"[\w#%., '-]{1,100}", value) else ""


_LIMITS = {
    "colspan": 40,
    "rowspan": 60,
    "border": 4,
    "cellpadding": 40,
    "cellspacing": 40,
    "size": 7,
    "start": 100_000,
}


def _clamp(value: str, most: int) -> str:
    match = re.match(r"\s*[+]?(\d{1,9})", value)
    return str(min(int(match[1]), most)) if match else ""


def _clamp_width(value: str, tag: str) -> str:
    match = re.match(r"\s*(\d{1,6})(?:\.\d+)?\s*(%|px)?\s*$", value)
    if match is None:
        return ""
    number = int(match[1])
    if match[2] == "%":
        return f"{min(number, 100)}%" if number else ""
    if number > styles.MAX_WIDTH:
        return "100%" if tag in {"table", "hr"} else ""
    return str(number) if number else ""


def _tag(tag: str, attributes: dict[str, str]) -> str:
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<{tag}{written}>"
