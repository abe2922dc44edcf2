"""The words inside attachments: read in a child, found by the search, never at the mail's cost."""

import zipfile
from collections.abc import Sequence
from email.message import EmailMessage
from io import BytesIO

from solodesk.base.clock import FixedClock
from solodesk.base.paths import DataFolder
from solodesk.domain.ids import MessageId
from solodesk.engine.file_loop import FileLoop
from solodesk.engine.file_reader import FileReader
from solodesk.mail.parse import parse_message
from solodesk.services import file_texts, searches
from solodesk.services.ingest import ingest
from solodesk.services.units import Store
from tests.support.waiting import wait_until


def document(words: str) -> bytes:
    """A small Word file."""
    file = BytesIO()
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(
            "word/document.xml",
            f"<w:document {space}><w:body><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:body>"
            "</w:document>",
        )
        archive.writestr("[Content_Types].xml", "<Types/>")
    return file.getvalue()


def letter(name: str, data: bytes, mime: str = "application/octet-stream") -> bytes:
    """A mail with one attachment."""
    mail = EmailMessage()
    mail["From"], mail["To"] = "Mei <mei@customer.example>", "support@shop.example"
    mail["Subject"], mail["Message-ID"] = name, f"<{name}@customer.example>"
    mail.set_content("See the file.")
    main, _, sub = mime.partition("/")
    mail.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return mail.as_bytes()


def take(store: Store, raw: bytes) -> MessageId:
    with store.write() as desk:
        own = frozenset({"support@shop.example"})
        done = ingest(
            desk, raw, parse_message(raw, own), None, own=own, received_ms=desk.now_ms, seen=False
        )
    return done.message


def found(store: Store, typed: str) -> list[str]:
    with store.read() as reader:
        hits = reader.lists.search(searches.understood(reader, typed))
    return [hit.snippet[slice(*hit.marks[0])] if hit.marks else "" for hit in hits]


def test_words_in_files_are_found_once_they_are_read(
    data_folder: DataFolder, clock: FixedClock
) -> None:
    store = Store.open(data_folder, clock, origin="test")
    ids = [
        take(store, letter("offer.docx", document("Sonderangebot 退款政策"))),
        take(store, letter("notes.txt", b"Lieferschein Nr. 4711\n")),
        take(store, letter("photo.png", b"\x89PNG\r\n\x1a\n", "image/png")),
        take(store, letter("broken.pdf", b"%PDF-1.4 nothing more", "application/pdf")),
    ]
    assert found(store, "sonderangebot") == []
    with FileReader() as reading:
        assert file_texts.read_waiting(store, reading, seconds=60) == 3
        assert file_texts.read_waiting(store, reading, seconds=60) == 0
    assert found(store, "sonderangebot") == ["Sonderangebot"]
    assert found(store, "退款政策") == ["退款政策"]
    assert found(store, "退款政策 see") == ["See"]
    assert found(store, "lieferschein 4711") == ["Lieferschein"]
    assert found(store, "offer.docx see") == ["See"]
    with store.read() as reader:
        assert [reader.files.state(each) for each in ids] == ["read", "read", None, "empty"]
    with store.write() as desk:
        desk.search.rebuild()
    assert found(store, "sonderangebot") == ["Sonderangebot"]
    store.close()


def test_a_reader_that_stalls_costs_the_file_only(
    data_folder: DataFolder, clock: FixedClock
) -> None:
    store = Store.open(data_folder, clock, origin="test")
    bad = take(store, letter("bad.txt", b"never"))
    good = take(store, letter("good.txt", b"always"))

    class Stalls:
        """Dies of one file."""

        def read(self, raw: bytes, files: Sequence[file_texts.Named]) -> str | None:
            return None if b"bad.txt" in raw else "always"

    assert file_texts.read_waiting(store, Stalls(), seconds=60) == 2
    with store.read() as reader:
        assert (reader.files.state(bad), reader.files.state(good)) == ("failed", "read")
    store.close()


def test_a_child_that_takes_too_long_is_killed_and_the_next_file_is_read() -> None:
    raw = letter("a.txt", b"words")
    with FileReader() as reading:
        assert reading.read(raw, [(1, "a.txt", "text/plain")]) == "words"
        reading._limit_s = 0.0
        assert reading.read(raw, [(1, "a.txt", "text/plain")]) is None
        reading._limit_s = 30.0
        assert reading.read(raw, [(1, "a.txt", "text/plain")]) == "words"


def test_the_engine_reads_them_by_itself(data_folder: DataFolder, clock: FixedClock) -> None:
    store = Store.open(data_folder, clock, origin="test")
    take(store, letter("notes.txt", b"Lieferschein"))
    with store.write() as desk:
        desk.customers.add(name="王丽")
        desk.meta.set("segmenter_version", "0")
    loop = FileLoop(store, quiet_s=0)
    loop.start()
    wait_until(lambda: found(store, "lieferschein") == ["Lieferschein"])
    with store.read() as reader:
        assert reader.search.names_to_spell()[1] == []
        assert not reader.search.outdated()
    loop.stop()
    assert loop.join(30)
    store.close()
