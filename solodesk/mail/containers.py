"""Messages out of files: .eml, mbox (mboxrd and mboxo), Maildir, and folders of them.

Streams: one message in memory at a time. Must not parse what it finds, and must not follow links
out of the folder it was given.
"""

import gzip
import os
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from solodesk.base.errors import KnownError

_FROM = re.compile(rb"From (?:\S.*)?(?:\d\d:\d\d|\d{4})")
_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]{1,60}[ \t]*:[ \t]?\S")
_ESCAPED = re.compile(rb"(?m)^>(>*From )")
_EML = frozenset({".eml", ".emlx", ".msg822", ".mht", ".mime", ".rfc822"})
_MBOX = frozenset({".mbox", ".mbx", ".mboxrd", ".mboxo"})
_SKIPPED = frozenset(
    {
        ".ds_store",
        "thumbs.db",
        "desktop.ini",
        "dovecot.index",
        "dovecot-uidlist",
        "dovecot.index.log",
        "dovecot.index.cache",
        "dovecot-uidvalidity",
        "dovecot.list.index.log",
        "maildirsize",
        "maildirfolder",
        "subscriptions",
        "courierimapuiddb",
        "courierimapsubscribed",
        "dovecot.list.index",
        "dovecot-keywords",
    }
)
_OTHER = frozenset(
    {
        ".msf",
        ".idx",
        ".log",
        ".json",
        ".csv",
        ".db",
        ".sqlite",
        ".pdf",
        ".png",
        ".jpg",
        ".zip",
        ".html",
        ".htm",
        ".xml",
        ".md",
        ".py",
        ".toml",
        ".ics",
        ".dat",
        ".lock",
        ".ini",
        ".cfg",
        ".jsonl",
        ".gif",
    }
)
_BAD_GZIP = (gzip.BadGzipFile, EOFError, zlib.error)
_MAX_MESSAGE = 512 * 1024 * 1024


def iter_messages(path: Path | str) -> Iterator[tuple[str, bytes]]:
    """(label, raw bytes) of every message at `path`, which is a file or a folder.

    Labels are paths; messages of an mbox get `#1`, `#2`, … behind it. Unreadable files inside a
    folder are passed over; a missing `path` is KnownError("file_not_found"), one that may not be
    read KnownError("file_not_readable").
    """
    root = Path(path)
    if not root.exists():
        raise KnownError("file_not_found", path=str(path))
    try:
        if root.is_dir():
            yield from _folder(root)
        else:
            yield from _file(root)
    except PermissionError as error:
        raise KnownError("file_not_readable", path=str(error.filename or path)) from error
    except _BAD_GZIP as error:
        raise KnownError("file_not_readable", path=str(path)) from error


def _folder(root: Path) -> Iterator[tuple[str, bytes]]:
    for folder, names, files in os.walk(root, followlinks=False):
        names.sort()
        here = Path(folder)
        in_maildir = here.name in {"cur", "new"}
        if here.name == "tmp" and (here.parent / "cur").is_dir():
            continue  # half delivered mail of a Maildir
        for name in sorted(files):
            file = here / name
            if file.is_symlink() or not file.is_file() or _not_mail(name, in_maildir=in_maildir):
                continue
            if in_maildir or _may_be_mail(file):
                yield from _readable(file, certain=in_maildir)


def _not_mail(name: str, *, in_maildir: bool) -> bool:
    lower = name.lower()
    if (
        lower in _SKIPPED
        or (lower.startswith(".") and not in_maildir)
        or lower.startswith("dovecot")
    ):
        return True
    return not in_maildir and Path(lower).suffix in _OTHER


def _may_be_mail(file: Path) -> bool:
    """A file without a mail suffix counts only when it begins like a mail or an mbox."""
    if file.suffix.lower() in _EML | _MBOX | {".gz"}:
        return True
    try:
        with file.open("rb") as stream:
            head = stream.read(2000).lstrip(b"\r\n\xef\xbb\xbf")
    except OSError:
        return False
    return bool(_FROM.match(head) or _HEADER.match(head))


def _readable(file: Path, *, certain: bool) -> Iterator[tuple[str, bytes]]:
    try:
        yield from ([(str(file), file.read_bytes())] if certain else _file(file))
    except (PermissionError, *_BAD_GZIP):
        return


def _file(file: Path) -> Iterator[tuple[str, bytes]]:
    suffix = file.suffix.lower()
    if suffix == ".gz":
        with gzip.open(file, "rb") as stream:
            yield from _stream(file, stream, Path(file.stem).suffix.lower())
        return
    with file.open("rb") as stream:
        yield from _stream(file, stream, suffix)


def _stream(
    file: Path, stream: IO[bytes] | gzip.GzipFile, suffix: str
) -> Iterator[tuple[str, bytes]]:
    head = stream.readline(2000)
    while head and not head.strip(b"\r\n\xef\xbb\xbf"):
        head = stream.readline(2000)
    stream.seek(0)
    if suffix == ".emlx":
        yield str(file), _emlx(stream.read(_MAX_MESSAGE))
    elif suffix in _MBOX or (
        suffix not in _EML and head.startswith(b"From ") and _FROM.match(head)
    ):
        for number, raw in enumerate(iter_mbox(stream), 1):
            yield f"{file}#{number}", raw
    else:
        yield str(file), stream.read(_MAX_MESSAGE)


def _emlx(data: bytes) -> bytes:
    """Apple Mail: the length on the first line, the message, then a property list."""
    first, _, rest = data.partition(b"\n")
    return rest[: int(first)] if first.strip().isdigit() else data


def iter_mbox(stream: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    """The messages of an mbox stream, ">From " unescaped (mboxrd; mboxo reads the same).

    A line "From …" begins a message only after an empty line (or at the start) and with a time or
    year in it, so a sentence of a careless writer does not split a mail.
    """
    lines: list[bytes] = []
    escaped = started = False
    blank = True
    for line in stream:
        if line.startswith(b"From ") and blank and _FROM.match(line):
            if started and lines:
                yield _finish(lines, escaped=escaped)
            lines, escaped, started, blank = [], False, True, False
            continue
        if not started and not lines and not line.strip():
            continue
        escaped = escaped or line.startswith(b">")
        started = True
        lines.append(line)
        blank = line in {b"\n", b"\r\n"}
    if lines:
        yield _finish(lines, escaped=escaped)


def _finish(lines: list[bytes], *, escaped: bool) -> bytes:
    if len(lines) > 1 and lines[-1] in {b"\n", b"\r\n"}:
        lines.pop()  # the empty line before the next "From " belongs to the box
    raw = b"".join(lines)
    return _ESCAPED.sub(rb"\1", raw) if escaped else raw
