"""Pictures of a mail: which are shown, which only marked by their words, which spy.

Pure judgement of addresses and sizes; nothing is fetched or decoded here.
"""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Final
from urllib.parse import urlsplit

from solodesk.mail import links, styles
from solodesk.mail.escaping import quoted

MAX_PICTURES = 400
_MAX_DATA = 2_000_000
_MAX_SPIES: Final = 50
_LONG_ADDRESS: Final = 4000
_REMOTE = re.compile(r"\s*(?:https?:|(?:https?:)?[/\\]{2})", re.IGNORECASE)
_DATA = re.compile(
    r"data:image/(?:png|jpe?g|gif|webp|bmp);base64,[A-Za-z0-9+/=\s%]+", re.IGNORECASE
)
# Where the common mailing services count who opens a mail, when the picture hides its size.
_OPENING = re.compile(
    r"/track/open|/wf/open|/open\.(?:php|aspx|gif)|/trk/open|/e/open|/o/open|/opens?/v?\d?/?[\w-]{16}|"
    r"/(?:pixel|beacon|blank|clear|spacer|1x1)\.(?:gif|png)|/emimp/|/mo/[\w-]{20,}|"
    r"google-analytics\.com/|/ss/o/|/q/[\w-]{20,}~|awstrack\.me/I0/|/Prod/link-tracker.{0,200}open",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Picture:
    """An <img> as it was sent: address, words, size in pixels where it says so."""

    source: str
    alt: str
    width: int | None
    height: int | None


@dataclass(slots=True)
class Pictures:
    """Counts while a mail is written."""

    blocked: int = 0
    trackers: int = 0
    shown: int = 0
    data: int = 0
    too_many: bool = False
    spies: list[str] = field(default_factory=list)
    """Hosts of tracking pixels, each once."""
    wanted: list[str] = field(default_factory=list)
    """Addresses of remote pictures that the owner's permission would load, each once."""

    def judge(self, picture: Picture, *, remote: bool, in_link: bool) -> str | None:
        """None: show it. Else the words that stand in its place; empty for nothing at all."""
        if is_remote(picture.source):
            if _spies(picture):
                self.count_hidden(picture.source)
                return ""
            address = full_address(picture.source)
            if address and address not in self.wanted and len(self.wanted) < MAX_PICTURES:
                self.wanted.append(address)
            if not remote or not address:
                self.blocked += 1
                return _words(picture, in_link=in_link)
        elif not (picture.source.lower().startswith("cid:") or self._is_data(picture.source)):
            return _words(picture, in_link=in_link)
        self.shown += 1
        self.too_many = self.shown > MAX_PICTURES
        return "" if self.too_many else None

    def count_hidden(self, source: str) -> None:
        """A remote picture nobody would see: it counts readers."""
        if is_remote(source):
            self.trackers += 1
            self.blocked += 1
            host = _host(source)
            if host and host not in self.spies and len(self.spies) < _MAX_SPIES:
                self.spies.append(host)

    def _is_data(self, source: str) -> bool:
        if self.data + len(source) > _MAX_DATA or not _DATA.fullmatch(source):
            return False
        self.data += len(source)
        return True


def read(source: str, sizes: tuple[int | None, int | None]) -> Picture:
    """The picture of an <img>; `source`: its address and words as `tokens.apart` gives them."""
    address, _break, words = unescape(source).partition("\n")
    if len(address) < _LONG_ADDRESS:
        address = re.sub(r"[\x00-\x20]+", "", address)
    if is_remote(address):
        address = full_address(address) or "//"  # nowhere
    return Picture(address, " ".join(words.split())[:200], *sizes)


def tag(shown: Picture) -> str:
    """An <img> as it is written, not wider than a mail may be."""
    pieces = [f'<img src="{quoted(shown.source)}" alt="{quoted(shown.alt)}"']
    if shown.width is not None and shown.width > styles.MAX_WIDTH:
        pieces.append(f' width="{styles.MAX_WIDTH}"')
    else:
        pieces += [
            f' {name}="{size}"'
            for name, size in (("width", shown.width), ("height", shown.height))
            if size and size <= _LONG_ADDRESS
        ]
    return "".join(pieces) + ">"


def is_remote(address: str) -> bool:
    """It would be fetched from another machine."""
    return bool(_REMOTE.match(address))


def full_address(source: str) -> str:
    """An http(s) address as it would be fetched; empty when it is none."""
    if links.is_simple(source):
        return source
    bare = re.sub(r"[\x00-\x20]+", "", source).replace("\\", "/")
    if bare.startswith("//"):
        bare = f"https:{bare}"
    try:
        parts = urlsplit(bare)
        fit = parts.scheme.lower() in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        return ""
    return bare[:4000] if fit else ""


def _host(source: str) -> str:
    try:
        return (urlsplit(full_address(source)).hostname or "")[:100]
    except ValueError:
        return ""


def _spies(picture: Picture) -> bool:
    sizes = [size for size in (picture.width, picture.height) if size is not None]
    if sizes and min(sizes) <= 2 and max(sizes) <= 12:
        return True
    return not any(size > 12 for size in sizes) and bool(_OPENING.search(picture.source))


def _words(picture: Picture, *, in_link: bool) -> str:
    if picture.alt:
        return picture.alt
    large = (picture.width or 0) >= 120 and (picture.height or 60) >= 40
    return "▨" if in_link or large else ""  # a picture without words still marks its place
