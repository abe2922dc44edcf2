"""Signing in through the browser from a terminal: the address is shown, the answer waited for.

`account add ADDRESS --browser` and `account sign-in ACCOUNT`. The program opens no browser by
itself. Must not print a token.
"""

import argparse
import os

from solodesk.base.errors import KnownError
from solodesk.base.log import Redactor
from solodesk.cli.parsing import WrongUse
from solodesk.cli.session import Session
from solodesk.engine.secrets import open_secrets
from solodesk.engine.sign_ins import Signed, SignIns
from solodesk.mail.providers import find_provider
from solodesk.services import accounts, live_test, sign_in
from solodesk.services.sign_in import Given
from solodesk.wording.errors import told
from solodesk.wording.gettext import _

_CLIENT = (
    ("--client-id", "ID"),
    ("--client-secret-env", "NAME"),
    ("--authority", "URL"),
    ("--authorize-url", "URL"),
    ("--token-url", "URL"),
    ("--device-url", "URL"),
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of both commands."""
    parser.add_argument("--browser", action="store_true")
    parser.add_argument("--device", action="store_true")
    for name, metavar in _CLIENT:
        parser.add_argument(name, metavar=metavar)
    parser.add_argument("--scope", action="append", default=[], metavar="SCOPE", dest="scopes")


def wanted(args: argparse.Namespace) -> bool:
    """Whether the owner asked for the browser instead of a password."""
    return bool(args.browser or args.device or args.client_id or args.token_url)


def ask(args: argparse.Namespace, session: Session, address: str, preset: str | None) -> Signed:
    """Show the address to open, wait for the owner; NeedsOwner when nothing came of it."""
    with session.store.read() as reader:
        authority = sign_in.authority_for(reader, address, preset, _given(args))
    under_way = SignIns()
    begun = under_way.begin(authority, address, device=args.device)
    session.output.progress(_("Open this address in your browser:"))
    session.output.progress(begun.open_url)
    if begun.user_code is not None:
        session.output.progress(_("and type this code: {code}").format(code=begun.user_code))
    try:
        return under_way.finish(begun.flow)
    except KeyboardInterrupt:
        under_way.close_all()
        raise


def keep(session: Session, address: str, signed: Signed) -> KnownError | None:
    """Keep what came of it; the fault when there is no keychain."""
    fault = open_secrets(Redactor()).keep_signed(address, signed.authority, signed.tokens)
    with session.store.write() as desk:
        sign_in.remember(desk, address, signed.authority)
    return fault


def without_keychain(fault: KnownError) -> str:
    """What it means for a sign-in that there is no keychain."""
    words = told(fault.code, fault.params).message
    return words + " " + _("The sign-in was not kept: it needs a keychain.")


def sign_in_again(args: argparse.Namespace, session: Session) -> int:
    """`account sign-in`: through the browser, for a mailbox that is here."""
    with session.store.read() as reader:
        row = accounts.find(reader, args.account)
        servers = reader.accounts.servers(row.id)
    found = find_provider(row.address)
    preset = args.provider or (found.sign_in if found else None)
    signed = ask(args, session, row.address, preset)
    receive = accounts.receiving(row)
    live_test.again(receive, accounts.sending(servers[0]), signed.tokens.access)
    fault = keep(session, row.address, signed)
    with session.store.write() as desk:
        accounts.signed_in_again(desk, row.id)
    if fault is not None:
        session.output.progress(without_keychain(fault))
    done = _("{address} is signed in.").format(address=row.address)
    session.output.line({"account": int(row.id), "address": row.address}, done)
    return 0


def _given(args: argparse.Namespace) -> Given:
    secret = None
    if args.client_secret_env:
        secret = os.environ.get(args.client_secret_env)
        if secret is None:
            message = _("The variable {name} is not set.").format(name=args.client_secret_env)
            raise WrongUse(message, "--client-secret-env NAME")
    return Given(
        client_id=args.client_id,
        client_secret=secret,
        authority=args.authority,
        authorize=args.authorize_url,
        token=args.token_url,
        device=args.device_url,
        scopes=tuple(args.scopes),
        ca_file=args.ca_file,
    )
