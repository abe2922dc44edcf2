"""`parse` and `render`: what a mail means and what would be shown of it. They touch no store,
except `render --message`, which reads one."""

from argparse import Namespace
from base64 import b64encode
from pathlib import Path
from typing import Any

from solodesk.base.errors import KnownError
from solodesk.cli.common import write_text
from solodesk.cli.output import cut
from solodesk.cli.parsing import Subparsers, number
from solodesk.cli.session import Session
from solodesk.domain.ids import MessageId
from solodesk.domain.message import ParsedMessage
from solodesk.wording import labels
from solodesk.wording.gettext import _


def register(subparsers: Subparsers) -> None:
    """The two commands."""
    parse = subparsers.add_parser("parse")
    parse.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    parse.add_argument("--own", nargs="+", action="extend", default=[], metavar="ADDRESS")
    parse.set_defaults(run=run_parse)
    render = subparsers.add_parser("render")
    render.add_argument("path", nargs="?", type=Path)
    render.add_argument("--message", type=number)
    render.add_argument("--to", type=Path, required=True)
    render.add_argument("--remote", action="store_true")
    render.set_defaults(run=run_render)


def run_parse(args: Namespace, session: Session) -> int:
    """One line a message."""
    from solodesk.mail.containers import iter_messages
    from solodesk.mail.parse import parse_message

    own = frozenset(address.strip().lower() for address in args.own)
    for path in args.paths:
        for label, raw in iter_messages(path):
            parsed = parse_message(raw, own)
            session.output.line(
                parse_line(label, parsed) if session.json else {}, _summary(label, parsed)
            )
    return 0


def run_render(args: Namespace, session: Session) -> int:
    """Write exactly what the viewer is given, as one HTML file."""
    from solodesk.mail.files import inline_images
    from solodesk.mail.jsonform import iso_time
    from solodesk.mail.parse import parse_message
    from solodesk.mail.sanitise import sanitise

    raw, name = _raw(args, session)
    parsed = parse_message(raw)
    html = parsed.body_html if parsed.body_html is not None else _as_html(parsed.body_text)
    safe = sanitise(html, remote=args.remote)
    page = _with_images(safe.html, inline_images(raw))
    write_text(args.to, page)
    session.output.line(
        {
            "path": str(args.to),
            "blocked_remote": safe.blocked_remote,
            "trackers": safe.trackers,
            "flattened": safe.flattened,
            "truncated": safe.truncated,
            "links": [
                {"text": link.text, "url": link.url, "warning": link.warning} for link in safe.links
            ],
            "source": name,
            "date": iso_time(parsed.date_ms),
        },
        _("Written: {path}").format(path=args.to),
    )
    return 0


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


def _as_html(text: str) -> str:
    from html import escape

    lines = (escape(line) for line in text.split("\n"))
    return f"<p>{'<br>'.join(lines)}</p>"


def _with_images(html: str, images: dict[str, tuple[str, bytes]]) -> str:
    """Embedded pictures as data: URIs, as the viewer would show them."""
    for cid, (mime, data) in images.items():
        if mime.startswith("image/") and mime != "image/svg+xml":
            uri = f"data:{mime};base64,{b64encode(data).decode('ascii')}"
            html = html.replace(f'src="cid:{cid}"', f'src="{uri}"')
    return html


def _summary(label: str, parsed: ParsedMessage) -> str:
    writer = parsed.from_
    name = "" if writer is None else f"{writer.name} <{writer.address}>".strip()
    kind = labels.kind(parsed.kind.value)
    head = f"{label}\n  {name}  ({kind}: {', '.join(parsed.kind_because)})"
    return f"{head}\n  {parsed.subject}\n  {cut(parsed.new_text, 100)}"
