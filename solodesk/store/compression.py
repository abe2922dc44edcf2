"""Raw mail is kept zstandard-compressed; this module loads the library when it is first needed."""

import threading
from typing import Any

_LEVEL = 3
_local = threading.local()


def _tools() -> Any:
    """(compressor, decompressor) of this thread: they must not be shared between threads."""
    tools = getattr(_local, "tools", None)
    if tools is None:
        import zstandard

        tools = zstandard.ZstdCompressor(level=_LEVEL), zstandard.ZstdDecompressor()
        _local.tools = tools
    return tools


def pack(raw: bytes) -> bytes:
    """Compress; the frame carries the original size."""
    packed: bytes = _tools()[0].compress(raw)
    return packed


def unpack(data: bytes) -> bytes:
    """The bytes as they were; raises zstandard.ZstdError when `data` is damaged."""
    raw: bytes = _tools()[1].decompress(data)
    return raw
