"""`account add | list | test | remove`: mailboxes. Passwords by prompt, environment or stdin only.

A mailbox is tested live before it is stored, unless --no-test.
"""

import argparse
import dataclasses
import getpass
import os
import sys
from typing import Any

from solodesk.base.errors import KnownError
from solodesk.base.log import Redactor
from solodesk.cli import forms, sign_in
from solodesk.cli.folders import list_folders
from solodesk.cli.parsing import Parser, Subparsers, WrongUse, amount
from solodesk.cli.session import Session
from solodesk.engine.secrets import ENVIRONMENT, Secrets, open_secrets
from solodesk.services import accounts, live_test, settings
from solodesk.services.accounts import AccountInput, AccountPlan, AccountView, Side
from solodesk.store import rows
from solodesk.wording.errors import told
from solodesk.wording.gettext import _

_TLS = ("tls", "starttls", "plain")


def register(subparsers: Subparsers) -> None:
    """The commands."""
    parser = subparsers.add_parser("account")
    acts = parser.add_subparsers(dest="act", required=True, parser_class=Parser)
    add = acts.add_parser("add")
    add.add_argument("address")
    add.add_argument("--name", default="")
    add.add_argument("--imap", metavar="HOST:PORT")
    add.add_argument("--imap-tls", choices=_TLS, default="tls")
    add.add_argument("--smtp", metavar="HOST:PORT")
    add.add_argument("--smtp-tls", choices=_TLS, default="tls")
    add.add_argument("--user")
    trust = add.add_mutually_exclusive_group()
    trust.add_argument("--ca-file")
    pin = "--accept-certificate"
    trust.add_argument(pin, metavar="sha256:HEX", dest="pins", action="append", default=[])
    add.add_argument("--history-days", type=amount, default=90)
    add.add_argument("--history", type=_history, dest="history_days", metavar="all|DAYS")
    add.add_argument("--idle-close-days", type=amount, default=14)
    add.add_argument("--copy-to-sent", action="store_true")
    add.add_argument("--no-test", action="store_true")
    sign_in.add_options(add)
    given = add.add_mutually_exclusive_group()
    given.add_argument("--password-env", metavar="NAME")
    given.add_argument("--password-stdin", action="store_true")
    add.set_defaults(run=add_account)
    acts.add_parser("list").set_defaults(run=list_accounts)
    acts.add_parser("folders").set_defaults(run=list_folders)
    again = acts.add_parser("sign-in")
    again.add_argument("account", metavar="ACCOUNT")
    again.add_argument("--provider", choices=("microsoft", "google"))
    again.add_argument("--ca-file")
    sign_in.add_options(again)
    again.set_defaults(run=sign_in.sign_in_again)
    for name, run in (("test", test_account), ("remove", remove_account)):
        act = acts.add_parser(name)
        act.add_argument("account", metavar="ACCOUNT")
        act.set_defaults(run=run)


def add_account(args: argparse.Namespace, session: Session) -> int:
    """Connect a mailbox."""
    asked = AccountInput(
        address=args.address,
        name=args.name,
        imap=_side(args.imap, args.imap_tls, sending=False),
        smtp=_side(args.smtp, args.smtp_tls, sending=True),
        user=args.user,
        ca_file=",".join(args.pins) or args.ca_file,
        history_days=args.history_days,
        idle_close_days=args.idle_close_days,
        saves_sent=False if args.copy_to_sent else None,
        browser=sign_in.wanted(args),
    )
    plan = _plan(asked, session)
    with session.store.read() as reader:
        if reader.accounts.by_address(plan.address) is not None:
            raise KnownError("account_exists", address=plan.address)
    signed = None
    if plan.browser:
        preset = plan.provider.sign_in if plan.provider else None
        signed = sign_in.ask(args, session, plan.address, preset)
    secret = _password(args, plan) if signed is None else signed.tokens.access
    if not args.no_test:
        plan = live_test.run(plan, secret or "")
    fault = None
    if signed is not None:
        fault = sign_in.keep(session, plan.address, signed)
    elif secret:
        fault = open_secrets(Redactor()).keep(plan.address, secret)
    with session.store.write() as desk:
        account = accounts.add(desk, plan)
        if args.copy_to_sent:
            settings.put(desk, "server_sent", True)
    with session.store.read() as reader:
        view = accounts.view(reader, accounts.get(reader, account))
    line = account_line(view)
    if fault is not None:
        by_browser = sign_in.without_keychain if signed else _without_keychain
        session.output.progress(by_browser(fault))
        line["detail"] = {"code": fault.code, "message": told(fault.code, fault.params).message}
    session.output.line(line, _("{address} is connected.").format(address=plan.address))
    return 0


def _plan(asked: AccountInput, session: Session) -> AccountPlan:
    """Complete what was typed: from the table, else from what the network says about the domain."""
    try:
        return accounts.plan(asked)
    except KnownError as error:
        if error.code == "oauth_needed":
            return accounts.plan(dataclasses.replace(asked, browser=True))
        if error.code != "unknown_provider" or asked.imap or asked.smtp:
            raise
    from solodesk.services import discovery  # late: most commands find nothing

    found = discovery.find(asked.address, discovery.places(os.environ))
    provider = found.provider
    session.output.progress(
        _("Found: {provider} ({servers})").format(
            provider=provider.name, servers=f"{provider.imap.host}, {provider.smtp.host}"
        )
    )
    session.output.progress(
        _("These servers belong to: {domains}").format(domains=", ".join(found.domains))
    )
    browser = asked.browser or provider.wants == "oauth2"
    return accounts.plan(dataclasses.replace(asked, browser=browser), provider)


def _without_keychain(fault: KnownError) -> str:
    words = told(fault.code, fault.params).message
    advice = _("The password was not kept. Give it to each run in {variable}.")
    return f"{words} {advice.format(variable=ENVIRONMENT)}"


def list_accounts(_args: argparse.Namespace, session: Session) -> int:
    """All mailboxes with their state."""
    with session.store.read() as reader:
        views = accounts.everything(reader)
    for view in views:
        session.output.line(account_line(view), _account_text(view))
    if not views:
        session.output.text(_("No mailbox is connected yet."))
    return 0


def test_account(args: argparse.Namespace, session: Session) -> int:
    """Sign in to both servers of a mailbox."""
    secrets = open_secrets(Redactor())
    with session.store.read() as reader:
        row = accounts.find(reader, args.account)
        servers = reader.accounts.servers(row.id)
    _try_out(row, servers, secrets)
    with session.store.write() as desk:
        accounts.signed_in_again(desk, row.id)
    with session.store.read() as reader:
        view = accounts.view(reader, accounts.get(reader, row.id))
    done = _("{address}: receiving and sending work.").format(address=row.address)
    session.output.line(account_line(view), done)
    return 0


def _try_out(row: rows.Account, servers: list[rows.OutgoingServer], secrets: Secrets) -> None:
    if not servers:
        raise KnownError("no_such_account", account=row.address)
    live_test.again(accounts.receiving(row), accounts.sending(servers[0]), secrets.of(row))


def remove_account(args: argparse.Namespace, session: Session) -> int:
    """Forget a mailbox and its password; tickets stay."""
    with session.store.write() as desk:
        row = accounts.find(desk, args.account)
        view = accounts.view(desk, row)
        accounts.remove(desk, row.id)
    try:
        open_secrets(Redactor()).forget(row.address)
    except KnownError as error:
        session.output.progress(told(error.code, error.params).message)
    done = _("{address} is disconnected. Its tickets stay.").format(address=row.address)
    session.output.line(account_line(view), done)
    return 0


def account_line(view: AccountView) -> dict[str, Any]:
    """The account line of cli.md."""
    detail = None
    if view.detail is not None:
        code, params = view.detail
        detail = {"code": code, "message": told(code, params).message}
    return {
        "account": int(view.id),
        "address": view.address,
        "name": view.name,
        "imap": {"host": view.imap.host, "port": view.imap.port, "tls": view.imap.tls},
        "smtp": {"host": view.smtp.host, "port": view.smtp.port, "tls": view.smtp.tls},
        "user": view.user,
        "last_receive": forms.iso(view.last_receive_ms),
        "last_send": forms.iso(view.last_send_ms),
        "state": view.state,
        "detail": detail,
    }


def _account_text(view: AccountView) -> str:
    text = f"{view.id}  {view.address}  {view.imap.host}  {view.state}"
    if view.detail is not None:
        text += "  " + told(*view.detail).message
    return text


def _side(given: str | None, tls: str, *, sending: bool) -> Side | None:
    if given is None:
        return None
    host, colon, port = given.rpartition(":")
    if not colon or given.endswith("]"):
        return Side(given.strip("[]"), accounts.default_port(tls, sending=sending), tls)
    if not port.isdecimal() or not host or not 0 < int(port) < 65_536:
        raise WrongUse(_("{given} is not HOST:PORT.").format(given=given), "account add")
    return Side(host.strip("[]"), int(port), tls)


def _history(given: str) -> int:
    """Days to go back; 0 stands for everything."""
    return 0 if given == "all" else amount(given)


def _password(args: argparse.Namespace, plan: AccountPlan) -> str | None:
    """The password as typed or pasted, without what pasting added."""
    if args.password_env:
        secret = os.environ.get(args.password_env)
        if secret is None:
            message = _("The variable {name} is not set.").format(name=args.password_env)
            raise WrongUse(message, "account add")
    elif args.password_stdin:
        secret = sys.stdin.readline()
    elif sys.stdin.isatty():
        secret = getpass.getpass(_("Password for {address}: ").format(address=plan.address))
    elif args.no_test:
        return None
    else:
        raise WrongUse(_("No password was given."), "--password-env NAME | --password-stdin")
    return live_test.secret_of(plan, secret)
