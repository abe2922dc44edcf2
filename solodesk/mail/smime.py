"""S/MIME: what a PKCS #7 part is, and the mail inside one that is only signed (RFC 8551, 5652).

Signatures are not checked and nothing is decrypted: this says which it is and takes the readable
content out. A bounded walk over BER; any bytes give an answer.
"""

from dataclasses import dataclass

_SIGNED = bytes.fromhex("2a864886f70d010702")
_ENVELOPED = bytes.fromhex("2a864886f70d010703")
_AUTH_ENVELOPED = bytes.fromhex("2a864886f70d0109100117")
_COMPRESSED = bytes.fromhex("2a864886f70d0109100109")
_SEQUENCE, _SET, _OID, _OCTETS, _OCTETS_OF_PIECES, _CONTENT = 0x30, 0x31, 0x06, 0x04, 0x24, 0xA0
_MAX_STEPS = 20_000


@dataclass(frozen=True, slots=True)
class Cms:
    """`kind`: signed, encrypted, compressed or unknown; `content`: the mail of a signed one."""

    kind: str
    content: bytes | None


def read_cms(data: bytes) -> Cms:
    """What a PKCS #7 / CMS part is. Never raises."""
    try:
        return _read(data)
    except (IndexError, ValueError):
        return Cms("unknown", None)


def _read(data: bytes) -> Cms:
    reader = _Ber(data)
    at, _end = reader.enter(0, _SEQUENCE)
    oid, at = reader.value(at, _OID)
    if oid in {_ENVELOPED, _AUTH_ENVELOPED}:
        return Cms("encrypted", None)
    if oid == _COMPRESSED:
        return Cms("compressed", None)
    if oid != _SIGNED:
        return Cms("unknown", None)
    at, _end = reader.enter(at, _CONTENT)
    at, _end = reader.enter(at, _SEQUENCE)
    at = reader.behind(at)  # version
    at = reader.behind(at)  # digest algorithms
    at, end = reader.enter(at, _SEQUENCE)
    at = reader.behind(at)  # the type of the content
    if at >= (len(data) if end is None else end) or data[at] != _CONTENT:
        return Cms("signed", None)  # a signature over something that lies elsewhere
    at, _end = reader.enter(at, _CONTENT)
    content = reader.octets(at)
    return Cms("signed", content or None)


class _Ber:
    """Offsets into BER, of definite and indefinite length; ValueError when it makes no sense."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.steps = 0

    def head(self, at: int) -> tuple[int, int, int | None]:
        """(tag, where the value begins, where it ends or None when that is not said)."""
        self.steps += 1
        if self.steps > _MAX_STEPS:
            raise ValueError
        tag, length = self.data[at], self.data[at + 1]
        if length == 0x80:
            return tag, at + 2, None
        if length < 0x80:
            return tag, at + 2, at + 2 + length
        count = length & 0x7F
        if count > 8:
            raise ValueError
        start = at + 2 + count
        return tag, start, start + int.from_bytes(self.data[at + 2 : start], "big")

    def enter(self, at: int, tag: int) -> tuple[int, int | None]:
        """The inside of the element at `at`, which must have that tag."""
        found, start, end = self.head(at)
        if found != tag:
            raise ValueError
        return start, end

    def value(self, at: int, tag: int) -> tuple[bytes, int]:
        """The value of a primitive element and the offset behind it."""
        start, end = self.enter(at, tag)
        if end is None:
            raise ValueError
        return self.data[start:end], end

    def behind(self, at: int) -> int:
        """The offset behind a whole element, without recursion."""
        open_ended = 0
        while True:
            tag, start, end = self.head(at)
            if tag == 0 and end == start:  # the end of an open-ended element
                open_ended -= 1
                at = start
            elif end is None:
                open_ended += 1
                at = start
            else:
                at = end
            if open_ended <= 0:
                return at

    def octets(self, at: int) -> bytes:
        """The bytes of an OCTET STRING, whole or in pieces."""
        tag, start, end = self.head(at)
        if tag == _OCTETS and end is not None:
            return self.data[start:end]
        if tag != _OCTETS_OF_PIECES:
            raise ValueError
        out: list[bytes] = []
        at = start
        stop = len(self.data) if end is None else min(end, len(self.data))
        while at < stop:
            tag, start, end = self.head(at)
            if tag != _OCTETS or end is None:
                break
            out.append(self.data[start:end])
            at = end
        return b"".join(out)
