"""The last look at a message of ours before it is kept to be sent.

Parses the finished bytes again and compares: the same headers in the same order and number, the
texts unchanged, lines legal. A difference is a bug of ours and must never reach a customer, so it
raises. Must not repair anything.
"""

import email
import re
from email import policy
from email.message import Message

from solodesk.mail.build_parts import wire_lines

_BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_MAX_LINE = 998


class UnsafeMessageError(RuntimeError):
    """The bytes we made do not say what they should: a bug, with the facts for its report."""


def check_final(final: bytes, names: list[str], text: str, html: str | None) -> None:
    """Raise `UnsafeMessageError` unless `final` is legal and says exactly what was meant.

    `names`: the header names written, in order. `text` and `html`: the two bodies.
    """
    if not final.isascii() or b"\x00" in final or _BARE.search(final):
        raise UnsafeMessageError("8-bit bytes, NUL or a bare line break")
    if any(len(line) > _MAX_LINE for line in final.split(b"\r\n")):
        raise UnsafeMessageError("a line over 998 characters")
    parsed = email.message_from_bytes(final, policy=policy.compat32)
    found = parsed.keys()
    if found != names:
        raise UnsafeMessageError(f"headers {found} instead of {names}")
    parts = [part for part in parsed.walk() if not part.is_multipart()]
    if any(part.defects for part in parsed.walk()):
        raise UnsafeMessageError("the parser finds defects")
    for wanted, kind in ((text, "text/plain"), (html, "text/html")):
        if wanted is not None and not _says(parts, kind, wanted):
            raise UnsafeMessageError(f"the {kind} part changed")


def _says(parts: list[Message], kind: str, wanted: str) -> bool:
    part = next((each for each in parts if each.get_content_type() == kind), None)
    if part is None:
        return False
    payload = part.get_payload(decode=True)
    return isinstance(payload, bytes) and wire_lines(payload.decode("utf-8")) == wire_lines(wanted)
