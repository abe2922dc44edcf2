"""Messages out of .eml, mbox, Maildir and folders of them."""

import mailbox
from pathlib import Path

import pytest

from solodesk.base.errors import KnownError
from solodesk.mail.containers import iter_messages
from tests.mail.letters import letter


def test_an_mbox_written_by_the_standard_library(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "old.mbox", create=True)
    texts = ["From here on it is quiet.\n\nFrom me", "second", "> quoted"]
    for text in texts:
        box.add(letter(text))
    box.close()
    raws = [raw for _, raw in iter_messages(tmp_path / "old.mbox")]
    assert [raw.split(b"\n\n", 1)[1].rstrip(b"\n").decode() for raw in raws] == texts


def test_a_careless_from_line_does_not_split(tmp_path: Path) -> None:
    file = tmp_path / "box"
    file.write_bytes(
        b"From a@b Mon Sep  7 09:00:00 2026\nSubject: a\n\nhi\n\nFrom now on we are closed\n"
    )
    assert len(list(iter_messages(file))) == 1


def test_folders_of_everything(tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(letter("one"))
    (tmp_path / "notes.txt.pdf").write_bytes(b"%PDF")
    (tmp_path / "README").write_bytes(b"These are my old mails.\n")
    (tmp_path / ".DS_Store").write_bytes(b"x")
    maildir = mailbox.Maildir(tmp_path / "Maildir", create=True)
    maildir.add(letter("two"))
    (tmp_path / "Maildir" / "tmp" / "half").write_bytes(b"Subject: half")
    (tmp_path / "link.eml").symlink_to(tmp_path / "one.eml")
    found = dict(iter_messages(tmp_path))
    assert sorted(raw.rsplit(b"\n", 1)[1] for raw in found.values()) == [b"one", b"two"]


def test_a_missing_path_is_a_known_fault(tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="file_not_found"):
        list(iter_messages(tmp_path / "nothing"))
