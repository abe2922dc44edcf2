"""Files and mails inside a part: winmail.dat, uuencode and yEnc blocks, S/MIME only signed.

What is found becomes parts like any other, with bytes of their own (`Part.origin`) and indexes
behind the message's own leaves: the same for the same bytes, so that a file can be fetched again by
its index. Must not decide what is body and what is file.
"""

import re

from solodesk.mail import charsets, headers, smime, sniff, structure, tnef, transfer
from solodesk.mail.structure import Part, Skeleton

_TNEF_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef", "application/x-tnef"})
_CMS_TYPES = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_LOOSE = frozenset({"application/octet-stream", "application/x-unknown", "text/plain"})
_TNEF_NAMES = frozenset({"winmail.dat", "win.dat"})
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,80}")
_MAX_PARTS = 300
_MAX_SIGNED_DEPTH = 4


def is_tnef(part: Part) -> bool:
    """The part says that it is Outlook's container."""
    return part.mime in _TNEF_TYPES or (
        part.mime in _LOOSE and part.filename.lower() in _TNEF_NAMES
    )


def is_cms(part: Part) -> bool:
    """The part says that it is S/MIME, signed or encrypted."""
    return part.mime in _CMS_TYPES or (
        part.mime == "application/octet-stream" and part.filename.lower().endswith(".p7m")
    )


class Enclosures:
    """Numbers what is taken out of one message; at most 300 parts."""

    def __init__(self, skeleton: Skeleton) -> None:
        self.skeleton = skeleton
        self._next = len(skeleton.leaves)
        self._last = self._next + _MAX_PARTS
        self._signed_depth = 0

    def part(
        self, data: bytes, name: str, mime: str = "", content_id: str | None = None
    ) -> Part | None:
        """A file as a part with an index of its own; None when there are too many."""
        if self._next >= self._last:
            self.skeleton.defect("too_many_parts")
            return None
        fields = [("content-id", content_id.encode("utf-8", "replace"))] if content_id else []
        if not _TYPE.fullmatch(mime):
            mime = sniff.kind_of(data) or "application/octet-stream"
        part = Part(fields, 0, len(data), mime)
        part.disposition = "inline" if content_id else "attachment"
        part.disposition_params = {"filename": headers.one_line(charsets.clean(name))}
        part.origin = data
        part.index = self._next
        self._next += 1
        return part

    def of_tnef(self, part: Part) -> tuple[tnef.Tnef, list[Part]] | None:
        """The content of a winmail.dat and its files as parts; None when it is none."""
        if self.skeleton.late():
            return None
        data, _ = structure.content(self.skeleton.raw, part)
        found = tnef.read_tnef(data)
        if found is None or not (found.files or found.text or found.html):
            return None
        if not found.whole:
            self.skeleton.defect("bad_tnef")
        inside = (self.part(f.data, f.name, f.mime, f.content_id) for f in found.files)
        return found, [file for file in inside if file is not None]

    def of_text(self, content: bytes) -> tuple[bytes, list[Part]]:
        """A text without the encoded files that stood in it, and those."""
        files: list[Part] = []
        for find in (transfer.uuencoded, transfer.yencoded):
            rest, at = [], 0
            for file in find(content):
                part = self.part(file.data, charsets.decode(file.name))
                if part is not None:
                    files.append(part)
                    rest.append(content[at : file.start])
                    at = file.end
            content = b"".join((*rest, content[at:]))
        return content, files

    def of_cms(self, part: Part) -> tuple[str, Part | None]:
        """What an S/MIME part is ("signed", "encrypted", …) and the mail in a signed one."""
        if self.skeleton.late():
            return "unknown", None
        data, _ = structure.content(self.skeleton.raw, part)
        found = smime.read_cms(data)
        if found.content is None or self._signed_depth >= _MAX_SIGNED_DEPTH:
            return found.kind, None
        self._signed_depth += 1
        inner = structure.scan(found.content)
        for defect in inner.defects:
            self.skeleton.defect(defect)
        if self._next + len(inner.leaves) > self._last:
            return found.kind, None
        for leaf in inner.leaves:
            leaf.origin = found.content
            leaf.index = self._next
            self._next += 1
        return found.kind, inner.root


def may_hold_text_files(content: bytes) -> bool:
    """A quick look: could there be a uuencoded or yEnc block in this text?"""
    return (
        b"\nbegin " in content
        or b"=ybegin " in content
        or content.startswith(b"begin ")
        or b"\nbegin-base64 " in content
    )
