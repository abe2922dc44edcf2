"""A small mailbox with everything that hangs together: what fault runs read again and again."""

from solodesk.base.clock import utc
from tests.support.dovecot import Mailbox
from tests.support.mails import raw_mail

HOUR = 3_600_000
DAY = 24 * HOUR
MEI, JAN = "Mei Chen <mei@customer.example>", "Jan <jan@kunde.example>"


def letters(address: str, now_ms: int) -> list[tuple[str, bytes, int]]:
    """(folder, bytes, arrival) of 16 mails: questions, answers, thanks, a newsletter, twins."""
    made: list[tuple[str, bytes, int]] = []

    def put(folder: str, name: str, ago_ms: int, text: str, refs: str = "", **more: str) -> None:
        sender = more.pop("sender", MEI if folder == "INBOX" else f"Shop <{address}>")
        to = more.pop("to", address if folder == "INBOX" else MEI)
        ids = [f"<{each}@x.example>" for each in refs.split()]
        headers = {"In-Reply-To": ids[-1], "References": " ".join(ids)} if ids else {}
        at_ms = now_ms - ago_ms
        raw = raw_mail(
            text,
            subject=more.pop("subject", f"About {name}"),
            sender=sender,
            to=to,
            at_ms=at_ms,
            message_id=f"<{name}@x.example>",
            headers=headers | more,
        )
        made.append((folder, raw.replace(b"\n", b"\r\n"), at_ms))

    put("INBOX", "old", 60 * DAY, "An old question nobody answered.")
    put("INBOX", "a0", 5 * DAY, "Where is my order A1? 我的订单在哪里？")
    put("Sent", "a1", 5 * DAY - HOUR, "It left today.", "a0")
    put("INBOX", "a2", 4 * DAY, "Thank you!", "a0 a1")
    put("INBOX", "b0", 4 * DAY - HOUR, "Kann ich das zurückgeben?", sender=JAN)
    put("INBOX", "b1", 3 * DAY, "Noch eine Frage dazu.", "b0", sender=JAN)
    put("Sent", "b2", 3 * DAY - HOUR, "Ja, gern.", "b0 b1", to=JAN)
    put("INBOX", "news", 2 * DAY, "Sale!", sender="news@list.example", **{"List-Id": "<n.x>"})
    put("INBOX", "same", 2 * DAY - 1, "First parcel", sender="dhl@post.example")
    put("INBOX", "same", 2 * DAY - 2, "Second parcel", sender="dhl@post.example")
    for n in range(5):
        put("INBOX", f"q{n}", DAY - n * HOUR, f"Question {n}. " + "Please help me. " * 40 * n)
    put("Sent", "new", HOUR, "We have moved.", to="jan@kunde.example")
    return made


def fill(box: Mailbox, now_ms: int) -> None:
    """Put them into a mailbox."""
    for folder, raw, at_ms in letters(box.address, now_ms):
        box.append(folder, raw, internaldate=utc(at_ms))
