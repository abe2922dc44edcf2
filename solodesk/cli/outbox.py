"""`outbox`, `outbox retry | cancel | resolve ID`, `send`: what is on its way out.

`send` hands over once what is due, after receiving when that was long ago, and exits with 3 when
something needs the owner: an uncertain message, or a sign-in.
"""

import argparse
from collections.abc import Callable, Iterable

from solodesk.base.errors import KnownError, NeedsOwner
from solodesk.base.log import Redactor
from solodesk.cli import forms
from solodesk.cli.common import moment
from solodesk.cli.parsing import Parser, Subparsers, number
from solodesk.cli.session import Session
from solodesk.cli.sync import receive_all
from solodesk.domain.ids import OutboxId
from solodesk.engine.lock import engine_lock
from solodesk.engine.secrets import Secrets, open_secrets
from solodesk.services import accounts, replies, sending
from solodesk.services.units import Desk
from solodesk.wording.gettext import _

_NEEDS_OWNER = 3


def register(subparsers: Subparsers) -> None:
    """The commands."""
    send = subparsers.add_parser("send")
    send.set_defaults(run=send_once)
    outbox = subparsers.add_parser("outbox")
    outbox.set_defaults(run=list_outbox)
    acts = outbox.add_subparsers(dest="act", parser_class=Parser)
    for name, run in (("retry", retry), ("cancel", cancel), ("resolve", resolve)):
        act = acts.add_parser(name)
        act.add_argument("outbox", metavar="ID", type=number)
        act.set_defaults(run=run)
        if name == "resolve":
            how = act.add_mutually_exclusive_group()
            how.add_argument("--delivered", action="store_true")
            how.add_argument("--again", action="store_true")


def send_once(_args: argparse.Namespace, session: Session) -> int:
    """Hand over once what is due."""
    secrets = open_secrets(Redactor())
    with engine_lock(session.folder):
        store = session.store
        touched = sending.recover(store)
        behind = _receive_first(session, secrets)
        touched += sending.send_due(
            store, secrets.for_sending, ready=lambda account: account not in behind
        )
        code = max(behind.values(), default=0)
    code = max(code, _show(session, dict.fromkeys(touched)))
    return max(code, _tell_blocked(session))


def _tell_blocked(session: Session) -> int:
    """Tell of outgoing servers that refused us three times while mail waits for them."""
    code = 0
    with session.store.read() as reader:
        waiting = {row.identity_id for row in reader.outbox.due(reader.now_ms)}
        for account in reader.accounts.all():
            servers = {server.id: server for server in reader.accounts.servers(account.id)}
            blocked = any(
                servers[each.outgoing_server_id].state == "sign_in_needed"
                for each in reader.accounts.identities(account.id)
                if each.id in waiting and each.outgoing_server_id in servers
            )
            if blocked:
                error = NeedsOwner("sign_in_needed", address=account.address)
                code = max(code, session.output.fault(error))
    return code


def _receive_first(session: Session, secrets: Secrets) -> dict[int, int]:
    """Mailboxes that could not be read although they had to be, with the exit code of each."""
    with session.store.read() as reader:
        wanted = [
            row for row in reader.accounts.all() if sending.must_receive_first(reader, row.id)
        ]
    codes = {int(row.id): receive_all(_silent(session), [row], secrets) for row in wanted}
    with session.store.read() as reader:
        behind = [row for row in wanted if sending.must_receive_first(reader, row.id)]
    for row in behind:
        session.output.progress(
            _(
                "Nothing of {address} was sent: its mailbox must be read first, in case somebody"
                " has written or answered meanwhile. It waits in the outbox; “outbox retry ID”"
                " lets one leave all the same."
            ).format(address=row.address)
        )
    return {int(row.id): max(codes[row.id], 1) for row in behind}


def _silent(session: Session) -> Session:
    """A session whose folder lines are not shown: `send` prints outbox lines only."""
    import io
    from dataclasses import replace

    quiet = replace(session.output, out=io.StringIO())
    return replace(session, output=quiet)


def list_outbox(_args: argparse.Namespace, session: Session) -> int:
    """Everything that has not ended."""
    with session.store.read() as reader:
        ids = [row.id for row in reader.lists.outbox()]
    if not ids:
        session.output.text(_("Nothing is waiting to be sent."))
    _show(session, ids)
    return 0


def retry(args: argparse.Namespace, session: Session) -> int:
    """Queue a failed or held message again; a waiting one goes now."""
    return _act(args, session, replies.retry)


def cancel(args: argparse.Namespace, session: Session) -> int:
    """Take a message back; its text becomes the draft again."""
    return _act(args, session, replies.cancel)


def resolve(args: argparse.Namespace, session: Session) -> int:
    """Say what became of an uncertain message: it arrived, send it again, or give it up."""
    if args.delivered:
        return _act(args, session, lambda desk, row: replies.resolve(desk, row, "delivered"))
    if args.again:
        return _act(args, session, lambda desk, row: replies.resolve(desk, row, "again"))
    return _act(args, session, lambda desk, row: replies.resolve(desk, row, "give_up"))


def _act(
    args: argparse.Namespace, session: Session, act: Callable[[Desk, OutboxId], object]
) -> int:
    row = OutboxId(args.outbox)
    with session.store.write(durable=True) as desk:
        if desk.outbox.get(row) is None:
            raise KnownError("no_such_outbox", outbox=row)
        act(desk, row)
    _show(session, [row])
    return 0


def _show(session: Session, ids: Iterable[OutboxId]) -> int:
    """Print these rows; the exit code they call for."""
    code = 0
    with session.store.read() as reader:
        now = moment(reader)
        found = {row.id: row for row in reader.lists.outbox(ended=True)}
        for outbox in ids:
            row = found[outbox]
            session.output.line(forms.outbox(row), forms.outbox_text(row, now))
            if row.state == "uncertain" or _waits_for_sign_in(row.reason):
                code = _NEEDS_OWNER
            elif row.state == "failed":
                code = max(code, 1)
    return code


def _waits_for_sign_in(reason: tuple[str, dict[str, str]] | None) -> bool:
    return reason is not None and reason[0] in accounts.REFUSED | {"no_secret", "no_keychain"}
