"""`parse` and `render`: what a mail means and what would be shown of it. They touch no store,
except `render --message`, which reads one."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from solodesk.base.errors import KnownError
from solodesk.cli.common import show_tickets, write_text
from solodesk.cli.output import cut
from solodesk.cli.parsing import Subparsers, number
from solodesk.cli.session import Session
from solodesk.domain.ids import MessageId, TicketId
from solodesk.domain.message import ParsedMessage
from solodesk.wording import labels
from solodesk.wording.gettext import _


def register(subparsers: Subparsers) -> None:
    """The two commands."""
    parse = subparsers.add_parser("parse")
    parse.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    parse.add_argument("--own", nargs="+", action="extend", default=[], metavar="ADDRESS")
    parse.add_argument("--charset", help=_("read all words in this charset, whatever is said"))
    parse.set_defaults(run=run_parse)
    render = subparsers.add_parser("render")
    render.add_argument("path", nargs="?", type=Path)
    render.add_argument("--message", type=number)
    render.add_argument("--to", type=Path, required=True)
    render.add_argument("--remote", action="store_true")
    render.add_argument("--charset", help=_("read all words in this charset, whatever is said"))
    render.set_defaults(run=run_render)
    redecode = subparsers.add_parser("redecode")
    redecode.add_argument("message", type=number)
    redecode.add_argument("charset", help=_("gb18030, big5, windows-1251 …; auto: as at first"))
    redecode.set_defaults(run=run_redecode)


def run_parse(args: Namespace, session: Session) -> int:
    """One line a message."""
    from solodesk.mail.containers import iter_messages
    from solodesk.mail.parse import parse_message

    own = frozenset(address.strip().lower() for address in args.own)
    charset = _known(args.charset)
    for path in args.paths:
        for label, raw in iter_messages(path):
            parsed = parse_message(raw, own, charset, session.clock.now_ms())
            session.output.line(
                parse_line(label, parsed) if session.json else {}, _summary(label, parsed)
            )
    return 0


def run_render(args: Namespace, session: Session) -> int:
    """Write exactly what the viewer is given, as one HTML file."""
    from solodesk.mail.files import inline_images
    from solodesk.mail.jsonform import iso_time
    from solodesk.mail.parse import parse_message
    from solodesk.services import originals, showing

    raw, name = _raw(args, session)
    parsed = parse_message(raw, charset=_charset_of(args, session))
    html = parsed.body_html if parsed.body_html is not None else originals.as_html(parsed.body_text)
    visible, quoted = showing.parts(html, remote=args.remote)
    parts = [visible] if quoted is None else [visible, quoted]
    images = {cid: data for cid, (_mime, data) in inline_images(raw).items()}
    page = originals.with_pictures("".join(part.html for part in parts), images)
    write_text(args.to, page)
    session.output.line(
        {
            "path": str(args.to),
            "blocked_remote": sum(part.blocked_remote for part in parts),
            "trackers": sum(part.trackers for part in parts),
            "tracker_hosts": list(dict.fromkeys(spy for part in parts for spy in part.spies)),
            "flattened": any(part.flattened for part in parts),
            "truncated": any(part.truncated for part in parts),
            "links": [
                {"text": link.text, "url": link.url, "warning": link.warning}
                for part in parts
                for link in part.links
            ],
            "source": name,
            "date": iso_time(parsed.date_ms),
        },
        _("Written: {path}").format(path=args.to),
    )
    return 0


def run_redecode(args: Namespace, session: Session) -> int:
    """Read one stored message again in the charset the owner tells."""
    from solodesk.services.redecode import redecode

    message = MessageId(args.message)
    with session.store.write() as desk:
        row = desk.messages.get(message)
        redecode(desk, message, args.charset)
    show_tickets(session, [TicketId(row.ticket_id)] if row is not None else [])
    return 0


def _known(charset: str | None) -> str | None:
    """A charset named on the command line; KnownError `no_such_charset`."""
    from solodesk.mail.charset_labels import forced

    if charset is not None and forced(charset) is None:
        raise KnownError("no_such_charset", charset=charset)
    return charset


def _charset_of(args: Namespace, session: Session) -> str | None:
    """The charset to render in: the one named, else the owner's choice for a stored message."""
    from solodesk.services.redecode import chosen

    if args.charset is not None or args.message is None:
        return _known(args.charset)
    with session.store.read() as reader:
        return chosen(reader.messages.get(MessageId(args.message)))


def parse_line(label: str, parsed: ParsedMessage) -> dict[str, Any]:
    """The parse line of cli.md; `body_html` is sanitised."""
    from solodesk.mail.jsonform import parsed_to_dict
    from solodesk.mail.sanitise import sanitise

    html = None if parsed.body_html is None else sanitise(parsed.body_html).html
    return parsed_to_dict(parsed, label, html)


def _raw(args: Namespace, session: Session) -> tuple[bytes, str]:
    from solodesk.mail.containers import iter_messages
    from solodesk.services import lists

    if (args.path is None) == (args.message is None):
        raise KnownError("path_or_message")
    if args.message is not None:
        with session.store.read() as reader:
            return lists.raw(reader, MessageId(args.message)), str(args.message)
    for label, raw in iter_messages(args.path):
        return raw, label
    raise KnownError("no_such_file", path=str(args.path))


def _summary(label: str, parsed: ParsedMessage) -> str:
    writer = parsed.from_
    name = "" if writer is None else f"{writer.name} <{writer.address}>".strip()
    kind = labels.kind(parsed.kind.value)
    head = f"{label}\n  {name}  ({kind}: {', '.join(parsed.kind_because)})"
    return f"{head}\n  {parsed.subject}\n  {cut(parsed.new_text, 100)}"
