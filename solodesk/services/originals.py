"""A mail as one HTML file: for `render`, and for the owner's browser.

Exactly what the window is given, with embedded pictures inside the file. For the browser a policy
(CSP) goes with it, so that even a fault of ours could not load anything.
"""

import os
import secrets
from base64 import b64encode
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Final

from solodesk.base.errors import KnownError
from solodesk.domain.ids import MessageId
from solodesk.services import showing
from solodesk.services.units import Reader

_POLICY: Final = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; "
    "base-uri 'none'"
)
_LOOK: Final = (
    "body{max-width:720px;margin:24px auto;padding:0 16px;font:15px/1.5 sans-serif;"
    "color:#1b1f27;background:#fff}img{max-width:100%;height:auto}"
)
_KINDS: Final = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
)


def as_html(text: str) -> str:
    """Plain text as the HTML that shows it."""
    lines = (escape(line, quote=False) for line in text.split("\n"))
    return f"<p>{'<br>'.join(lines)}</p>"


def with_pictures(html: str, images: Mapping[str, bytes]) -> str:
    """Embedded pictures (by Content-ID or address) as data: URIs; others stay as they are."""
    for name, data in images.items():
        kind = picture_kind(data)
        if kind is None:
            continue
        uri = f"data:{kind};base64,{b64encode(data).decode('ascii')}"
        for source in (f"cid:{name}", name):
            html = html.replace(f'src="{escape(source)}"', f'src="{uri}"')
    return html


def picture_kind(data: bytes) -> str | None:
    """The MIME type of a picture by its first bytes, None for anything else (SVG too)."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for mark, kind in _KINDS if data.startswith(mark)), None)


def page(html: str, title: str) -> str:
    """A whole document around safe HTML, for a browser that may load nothing."""
    return (
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{escape(title)}</title><style>{_LOOK}</style></head><body>{html}</body></html>\n"
    )  # fmt: skip


def document(reader: Reader, message: MessageId, servers: showing.OwnServers) -> str:
    """The page of one message, whole; KnownError `no_such_message`."""
    row = reader.messages.get(message)
    if row is None:
        raise KnownError("no_such_message", message=int(message))
    from solodesk.services import pictures

    remote = pictures.is_allowed(reader, message)
    shown = showing.show(reader, message, servers, remote=remote, whole=True)
    if shown.visible is None:
        return page(as_html(reader.messages.text_of(message).text), row.subject)
    html = with_pictures(shown.visible + (shown.quoted or ""), shown.images)
    return page(html, row.subject)


def write(root: Path, text: str) -> Path:
    """A new file for the browser in the cache of a data folder, readable by the owner only."""
    folder = root / "cache" / "originals"
    path = folder / f"{secrets.token_hex(12)}.html"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise KnownError("cannot_write", path=str(path), detail=str(error)) from error
    return path
