"""Reads attachments' words, and Chinese names, in a process of its own: modest, bounded, killed
when it stalls.

PDF and office files are the most hostile things in mail after HTML; a file that makes the reader
hang or eat memory costs the file, nothing else. Used by one thread.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from solodesk.services.file_texts import LIMIT, Named

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess
    from types import TracebackType

    from solodesk.store.spelling import Run

_LIMIT_S = 20.0
_START_S = 60.0
_MEMORY = 1_500 * 1024 * 1024


class FileReader:
    """The child: started with the first file, ended with the block."""

    def __init__(self, *, limit_s: float = _LIMIT_S) -> None:
        self._limit_s = limit_s
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()

    def read(self, raw: bytes, files: Sequence[Named]) -> str | None:
        """The words of these attachments; None when the child died or took too long."""
        text: str | None = self._ask((raw, files))
        return text

    def spell(self, names: Sequence[str]) -> Sequence[Run]:
        """What Chinese names sound like; nothing when the child died. The dictionary is heavy:
        it goes with the child."""
        found: Sequence[Run] | None = self._ask(names)
        return found or ()

    def _ask(self, question: object) -> Any:
        try:
            pipe = self._started()
            pipe.send(question)
            if pipe.poll(self._limit_s):
                return pipe.recv()
        except (EOFError, OSError):
            pass
        self.end()
        return None

    def _started(self) -> Connection:
        if self._pipe is None:
            import multiprocessing

            context = multiprocessing.get_context("spawn")
            mine, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs,), daemon=True)
            process.start()
            theirs.close()
            self._process, self._pipe = process, mine
            if not mine.poll(_START_S):
                raise EOFError
            mine.recv()
        return self._pipe

    def end(self) -> None:
        """Kill the child; it holds nothing that could be lost."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
        self._process = self._pipe = None


def _work(pipe: Connection) -> None:
    """The child's life: ready, then a question in, an answer out, until the pipe ends."""
    from solodesk.base.children import be_modest
    from solodesk.store.spelling import all_runs

    be_modest()
    _stay_small()
    pipe.send(True)
    while True:
        try:
            question = pipe.recv()
            pipe.send(words_of(*question) if isinstance(question, tuple) else all_runs(question))
        except (EOFError, OSError):
            return


def words_of(raw: bytes, files: Sequence[Named]) -> str:
    """The words of a message's attachments, one file after the other, at most `LIMIT`."""
    from solodesk.mail.files import attachment_bytes
    from solodesk.mail.filetext import attachment_text, readable

    texts: list[str] = []
    left, until = LIMIT, time.monotonic() + _LIMIT_S / 2
    for index, name, mime in files:
        if left <= 0 or time.monotonic() > until or not readable(name, mime):
            continue
        text = attachment_text(name, mime, attachment_bytes(raw, index), limit=left)
        if text:
            texts.append(text)
            left -= len(text)
    return "\n".join(texts)


def _stay_small() -> None:
    """Where the system can, memory is bounded: what asks for more fails there, not here."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
