"""The attachments of a message as they are described: safe and unique names, size, what they are.

Also which pictures the HTML shows by Content-ID, Content-Location or name. Must not write, open or
run anything.
"""

import hashlib
import re
from urllib.parse import unquote

from solodesk.domain.message import Attachment
from solodesk.mail import attachments, enclosed, headers, sniff, structure
from solodesk.mail.body import Body, read_body
from solodesk.mail.invitations import TYPES as CALENDARS
from solodesk.mail.structure import Part, Skeleton

_CID = re.compile(r"cid:([^\s\"'<>)]{1,250})", re.IGNORECASE)
_MAX_LOCATION = 1000
SIGNATURES = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
)
"""Types of files that belong to the envelope: nobody sends them to be read, they are not shown."""


def describe_files(skeleton: Skeleton, body: Body) -> tuple[Attachment, ...]:
    """The attachments of a message in document order; `body.html` is made to name by Content-ID
    the pictures it names by their location."""
    if not body.files:
        return ()
    if body.html is not None:
        body.html = _by_content_id(body.html, body.files)
    shown = _referenced(body.html)
    taken: set[str] = set()
    return tuple(_describe(skeleton, part, shown, taken) for part in _told_once(body.files))


def _told_once(files: list[Part]) -> list[Part]:
    """Without the form of an invitation that stands among the bodies, when it is a file as well."""
    calendars = [part for part in files if part.mime in CALENDARS]
    if len(calendars) < 2 or not any(part.filename for part in calendars):
        return files
    return [
        part
        for part in files
        if part.filename or part.parent_subtype != "alternative" or part.mime not in CALENDARS
    ]


def attachment_bytes(raw: bytes, index: int) -> bytes:
    """The decoded bytes of the part `index` (`Attachment.index`); empty when there is none."""
    skeleton = structure.scan(raw)
    parts = skeleton.leaves
    if index >= len(parts):
        parts = read_body(skeleton).files
    for part in parts:
        if part.index == index:
            return structure.content(raw, part)[0]
    return b""


def inline_images(raw: bytes) -> dict[str, tuple[str, bytes]]:
    """Images of a message by Content-ID without brackets: (MIME type, bytes)."""
    skeleton = structure.scan(raw)
    parts = skeleton.leaves
    if any(enclosed.is_tnef(part) or enclosed.is_cms(part) for part in parts):
        parts = [*parts, *(p for p in read_body(skeleton).files if p.index >= len(parts))]
    found: dict[str, tuple[str, bytes]] = {}
    for part in parts:
        if not _may_be_image(part):
            continue
        for key in (_content_id(part), part.filename):
            if key and key not in found:
                found[key] = part.mime, structure.content(raw, part)[0]
                break
    return found


def _may_be_image(part: Part) -> bool:
    return part.mime.startswith("image/") or part.mime == "application/octet-stream"


def _content_id(part: Part) -> str | None:
    """The Content-ID, or one made up for a picture that has only a Content-Location."""
    given = part.content_id
    if given is None and _location(part):
        return f"location.{part.index}"
    return given


def _location(part: Part) -> str:
    raw = part.first("content-location")
    value = "".join(headers.text(raw).split()) if raw else ""
    return value if len(value) <= _MAX_LOCATION else ""


def _by_content_id(html: str, files: list[Part]) -> str:
    """Pictures named by their Content-Location (RFC 2557) named by `cid:` instead."""
    for part in files:
        location = _location(part) if _may_be_image(part) else ""
        if not location:
            continue
        # A page beside it may name it without the folder both lie in.
        bare = location.rpartition("/")[2]
        spellings = (location, unquote(location), location.replace("&", "&amp;"), bare)
        for spelling in dict.fromkeys(filter(None, spellings)):
            for mark in "\"'":
                html = html.replace(
                    f"{mark}{spelling}{mark}", f"{mark}cid:{_content_id(part)}{mark}"
                )
    return html


def _referenced(html: str | None) -> frozenset[str]:
    """The Content-IDs an HTML text names."""
    if html is None or "cid:" not in html.lower():
        return frozenset()
    names = {match[1] for match in _CID.finditer(html)}
    return frozenset(names | {unquote(name) for name in names})


def _describe(skeleton: Skeleton, part: Part, shown: frozenset[str], taken: set[str]) -> Attachment:
    data, defect = structure.content(skeleton.raw, part)
    if defect:
        skeleton.defect(defect)
    sent_name = part.filename
    if not sent_name and part.mime == "message/rfc822":
        sent_name = _embedded_name(data)
    content_id = _content_id(part)
    if content_id is None and sent_name in shown:
        content_id = sent_name
    kind = sniff.kind_of(data)
    name = attachments.safe_name(sent_name, part.mime, part.index)
    return Attachment(
        index=part.index,
        filename=_unique(name, taken),
        mime=part.mime,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        inline=(content_id is not None and content_id in shown) or part.mime in SIGNATURES,
        content_id=content_id,
        dangerous=attachments.is_dangerous(sent_name, name, part.mime, kind)
        or sniff.holds_danger(data, kind),
        sniffed=kind,
    )


def _unique(name: str, taken: set[str]) -> str:
    """`name`, or "name (2)" when another file of the mail is called so on some system."""
    stem, dot, extension = name.rpartition(".")
    if not stem:
        stem, dot, extension = name, "", ""
    number, free = 1, name
    while free.casefold() in taken:
        number += 1
        free = f"{stem} ({number}){dot}{extension}"
    taken.add(free.casefold())
    return free


def _embedded_name(data: bytes) -> str:
    """The name of an attached message: its subject."""
    for key, value in structure.scan_embedded(data, 0, min(len(data), 200_000)):
        if key == "subject":
            subject = headers.text(value).replace("/", "-").replace("\\", "-")
            return subject[:80].rstrip(". ") + ".eml" if subject.strip() else "message.eml"
    return "message.eml"
