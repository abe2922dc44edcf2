"""What a file is by its own bytes, whatever its name and label say, and whether it hides a program.

Looks at signatures and at the table of contents of archives only; nothing is unpacked or run.
"""

import re
import struct

_STARTS = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"{\\rtf", "application/rtf"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"\x7fELF", "application/x-elf"),
    (b"\xca\xfe\xba\xbe", "application/x-mach-binary"),
    (b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (b"\xce\xfa\xed\xfe", "application/x-mach-binary"),
    (b"\xfe\xed\xfa\xcf", "application/x-mach-binary"),
    (b"\xfe\xed\xfa\xce", "application/x-mach-binary"),
    (b"L\0\0\0\x01\x14\x02\0", "application/x-ms-shortcut"),
    (b"ITSF", "application/vnd.ms-htmlhelp"),
    (b"MSCF", "application/vnd.ms-cab-compressed"),
    (b"\0asm", "application/wasm"),
    (b"dex\n", "application/x-dex"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"#!AMR", "audio/amr"),
    (b"#!SILK", "audio/silk"),
    (b"\x02#!SILK", "audio/silk"),
    (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
    (b"SQLite format 3\0", "application/vnd.sqlite3"),
    (b"BEGIN:VCALENDAR", "text/calendar"),
    (b"BEGIN:VCARD", "text/vcard"),
    (b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d", "application/onenote"),
    (b"wOFF", "font/woff"),
    (b"-----BEGIN PGP", "application/pgp"),
)
_FIRST = frozenset(start[0] for start, _ in _STARTS) | frozenset(b"MPR\xd0#<BW \t\r\n\xef\0")
_FTYP = {b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heic", b"avif": "image/avif"}
_FTYP |= {b"qt  ": "video/quicktime", b"M4A ": "audio/mp4", b"3gp4": "video/3gpp"}
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_OFFICE = (
    ("word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
PROGRAMS = frozenset(
    {"application/x-dosexec", "application/x-elf", "application/x-mach-binary", "text/html"}
    | {"application/x-ms-shortcut", "application/vnd.ms-htmlhelp", "application/wasm"}
    | {"application/x-dex", "text/x-script", "application/java-archive", "application/x-iso9660"}
    | {"application/vnd.android.package-archive", "application/vnd.ms-cab-compressed"}
    | {"image/svg+xml", "application/onenote", "application/x-msi"}
)
"""Kinds that can do harm when they are opened, whatever they are called."""
_HTML = re.compile(
    rb"(?:<!--.{0,2000}?-->\s*|<\?xml[^>]{0,200}>\s*)*"
    rb"<(?:!doctype html|html|head|body|script|iframe)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_SVG = re.compile(
    rb"(?:<!--.{0,2000}?-->\s*|<\?xml[^>]{0,200}>\s*|<!doctype svg[^>]{0,500}>\s*)*<svg[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_PROGRAM_ENDING = re.compile(
    r"\.(?:exe|scr|com|pif|bat|cmd|js|jse|vbs|vbe|wsf|wsh|hta|lnk|ps1|psm1|msi|msp|jar|dll|cpl|iso|"
    r"img|vhdx?|reg|chm|apk|app|command|desktop|sh|url|appx|msix|xll|sct|docm|xlsm|pptm|xlam|dotm)"
    r"\s*$",
    re.IGNORECASE,
)
_PROGRAM_NAME = re.compile(
    rb"[\w ()-]\.(?:exe|scr|pif|bat|cmd|jse?|vb[se]|wsf|hta|lnk|ps1|msi|jar|dll|cpl|iso|vhdx?)"
    rb"(?![\w.])",
    re.IGNORECASE,
)
_MACROS = (b"_\0V\0B\0A\0_\0P\0R\0O\0J\0E\0C\0T", b"V\0B\0A\0" + b"\0\0")
_MOST_NAMES = 2000
_ISO_END = 0x8006
_LOOK = 4_000_000
_LOOK_FOR_NAMES = 1_000_000
_ENTRY = b"PK\x01\x02"


def kind_of(data: bytes) -> str | None:
    """The MIME type the bytes show, or None when they show none. Costs nothing for text."""
    if not data or (data[0] not in _FIRST and data[4:8] != b"ftyp" and len(data) < _ISO_END):
        return None
    for start, mime in _STARTS:
        if data.startswith(start):
            return mime
    return _container(data) or _markup(data[:4000].lstrip(b"\xef\xbb\xbf \t\r\n"))


def _container(data: bytes) -> str | None:
    """Kinds that a few bytes further in tell apart."""
    found: str | None = None
    if data.startswith(b"PK\x03\x04"):
        found = _zip_kind(data)
    elif data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        found = _ole_kind(data)
    elif data.startswith(b"MZ") and b"\0" in data[:64]:
        found = "application/x-dosexec"
    elif data.startswith((b"#!/", b"#! ")):
        found = "text/x-script"
    elif data.startswith(b"RIFF"):
        found = _RIFF.get(data[8:12])
    elif data[4:8] == b"ftyp":
        found = _FTYP.get(data[8:12], "video/mp4")
    elif data[:2] == b"BM" and data[6:10] == b"\0\0\0\0":
        found = "image/bmp"
    elif data[0x8001:_ISO_END] == b"CD001":
        found = "application/x-iso9660"
    return found


def _markup(head: bytes) -> str | None:
    if not head.startswith(b"<"):
        return None
    if _HTML.match(head):
        return "text/html"
    if _SVG.match(head):
        return "image/svg+xml"
    return "application/xml" if head.startswith(b"<?xml") else None


def _zip_names(data: bytes) -> list[str]:
    """The first names in an archive's table of contents, which may lie or be cut off."""
    names: list[str] = []
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 66_000))
    try:
        size, start = struct.unpack_from("<II", data, end + 12) if end >= 0 else (0, 0)
        at = end - size if data.startswith(_ENTRY, max(end - size, 0)) else start
        while len(names) < _MOST_NAMES and data[at : at + 4] == _ENTRY:
            name, extra, comment = struct.unpack_from("<HHH", data, at + 28)
            names.append(data[at + 46 : at + 46 + name].decode("utf-8", "replace"))
            at += 46 + name + extra + comment
    except struct.error:
        pass
    return names


def _zip_kind(data: bytes) -> str:
    names = _zip_names(data)
    lower = [name.lower() for name in names]
    if "androidmanifest.xml" in lower and "classes.dex" in lower:
        return "application/vnd.android.package-archive"
    if "[content_types].xml" in lower:
        for folder, mime in _OFFICE:
            if any(name.startswith(folder) for name in lower):
                return mime
    if "meta-inf/manifest.mf" in lower and any(name.endswith(".class") for name in lower):
        return "application/java-archive"
    if data[30:38] == b"mimetype":
        size = int.from_bytes(data[18:22], "little")
        return data[38 : 38 + min(size, 80)].decode("ascii", "replace") or "application/zip"
    return "application/zip"


def _ole_kind(data: bytes) -> str:
    look = data[:_LOOK]
    for mark, mime in (
        ("WordDocument", "application/msword"),
        ("Workbook", "application/vnd.ms-excel"),
        ("PowerPoint Document", "application/vnd.ms-powerpoint"),
        ("__nameid_version1.0", "application/vnd.ms-outlook"),
    ):
        if mark.encode("utf-16-le") in look:
            return mime
    # An installer's streams have names packed into one private range of Unicode.
    return (
        "application/x-msi" if b"\x40\x48" in look and b"Installer" in look else "application/x-ole"
    )


def holds_danger(data: bytes, kind: str | None) -> bool:
    """Macros in an office document, or a program inside an archive whose contents can be seen."""
    if kind is None:
        return False
    if kind in {"application/zip", *(mime for _, mime in _OFFICE)}:
        names = _zip_names(data)
        return any(
            _PROGRAM_ENDING.search(name) or name.lower().endswith("vbaproject.bin")
            for name in names
        )
    if kind in {"application/msword", "application/vnd.ms-excel", "application/x-ole"}:
        return any(mark in data[:_LOOK] for mark in _MACROS)
    if kind == "application/vnd.rar":
        return bool(_PROGRAM_NAME.search(data[:_LOOK_FOR_NAMES]))
    return False
