"""Compression of mail and its words; this module loads the library when it is first needed.

With a dictionary (bytes trained from the store's mail, dictionaries.py) short messages shrink to
what is their own. A frame names the dictionary it was made with; 0 is none.
"""

import threading
from collections.abc import Callable
from typing import Any

FAST, CLOSE = 3, 6
"""Levels: closer packing pays for short cells that are read often (measured on words: 12 %)."""
_local = threading.local()


def _kept(name: str) -> Any:
    """A dict of this thread: compressors must not be shared between threads."""
    kept: dict[Any, Any] | None = getattr(_local, name, None)
    if kept is None:
        kept = {}
        setattr(_local, name, kept)
    return kept


def _compressor(dictionary: bytes | None, level: int) -> Any:
    kept = _kept("compressors")
    made = kept.get((dictionary, level))
    if made is None:
        import zstandard

        trained = None
        if dictionary is not None:
            trained = zstandard.ZstdCompressionDict(dictionary)
            trained.precompute_compress(level=level)
        made = zstandard.ZstdCompressor(level=level, dict_data=trained)
        kept[dictionary, level] = made
    return made


def pack(data: bytes, dictionary: bytes | None = None, level: int = FAST) -> bytes:
    """Compress; the frame carries the original size and the dictionary's number."""
    packed: bytes = _compressor(dictionary, level).compress(data)
    return packed


def unpack(data: bytes, find: Callable[[int], bytes | None]) -> bytes:
    """The bytes as they were; `find` gives a dictionary by its number.

    Raises zstandard.ZstdError when `data` is damaged or its dictionary is gone.
    """
    import zstandard

    number = zstandard.get_frame_parameters(data).dict_id
    kept = _kept("decompressors")
    made = kept.get(number)
    if made is None:
        dictionary = find(number) if number else None
        trained = None if dictionary is None else zstandard.ZstdCompressionDict(dictionary)
        made = zstandard.ZstdDecompressor(dict_data=trained)
        if trained is not None or not number:
            kept[number] = made
    raw: bytes = made.decompress(data)
    return raw
