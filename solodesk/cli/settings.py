"""`settings list|get KEY|set KEY VALUE`: the business settings."""

import json
from argparse import Namespace
from datetime import datetime
from typing import Any

from solodesk.base.clock import to_ms
from solodesk.base.errors import KnownError
from solodesk.cli.parsing import Subparsers
from solodesk.cli.session import Session
from solodesk.services import settings
from solodesk.services.units import Reader
from solodesk.wording.gettext import _


def register(subparsers: Subparsers) -> None:
    """The command and its parts."""
    parser = subparsers.add_parser("settings")
    parts = parser.add_subparsers(dest="part", required=True)
    parts.add_parser("list").set_defaults(run=run_list)
    get = parts.add_parser("get")
    get.add_argument("key")
    get.set_defaults(run=run_get)
    put = parts.add_parser("set")
    put.add_argument("key")
    put.add_argument("value")
    put.add_argument("--from", dest="since", metavar="DAY", help=_("holds from this day on"))
    put.set_defaults(run=run_set)


def run_list(_args: Namespace, session: Session) -> int:
    """Every setting with its value."""
    with session.store.read() as reader:
        found = settings.everything(reader)
    for value in found:
        session.output.line(_line(value))
    session.output.table(
        (_("Setting"), _("Value"), _("What it is")),
        [(v.setting.key, _shown(v.value), _(v.setting.title)) for v in found],
    )
    return 0


def run_get(args: Namespace, session: Session) -> int:
    """One setting."""
    with session.store.read() as reader:
        _one(session, reader, args.key)
    return 0


def run_set(args: Namespace, session: Session) -> int:
    """Change one; dated ones from a day on, when asked for."""
    with session.store.write(label=("settings.set", {})) as desk:
        since = None
        if args.since is not None:
            try:
                day = datetime.fromisoformat(args.since)
            except ValueError:
                raise KnownError("bad_time", text=args.since) from None
            since = to_ms(day.replace(tzinfo=settings.zone(desk)))
        settings.put_text(desk, args.key, args.value, since)
    with session.store.read() as reader:
        _one(session, reader, args.key)
    return 0


def _one(session: Session, reader: Reader, key: str) -> None:
    wanted = settings.descriptor(key)
    value = next(v for v in settings.everything(reader) if v.setting.key == wanted.key)
    session.output.line(_line(value), f"{wanted.key} = {_shown(value.value)}")


def _line(value: settings.Value) -> dict[str, Any]:
    setting = value.setting
    return {
        "key": setting.key,
        "value": value.value,
        "default": setting.default,
        "given": value.given,
        "type": setting.kind,
        "title": _(setting.title),
    }


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
