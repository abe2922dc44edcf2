"""Accounts: completed from the table, refused plainly, stored, shown, forgotten without a loss."""

from collections.abc import Iterator

import pytest

from solodesk.base.clock import FixedClock
from solodesk.base.errors import KnownError
from solodesk.base.keychain import Purpose, SessionKeychain
from solodesk.base.paths import DataFolder
from solodesk.services import accounts
from solodesk.services.accounts import AccountInput, Side
from solodesk.services.units import Store

HOME = Side("127.0.0.1", 143, "plain")


@pytest.fixture
def store(data_folder: DataFolder, clock: FixedClock) -> Iterator[Store]:
    store = Store.open(data_folder, clock, origin="engine")
    yield store
    store.close()


@pytest.mark.parametrize(
    ("address", "imap", "smtp", "user"),
    [
        ("Ling.Chen@gmail.com", "imap.gmail.com", "smtp.gmail.com", "Ling.Chen@gmail.com"),
        ("ling@me.com", "imap.mail.me.com", "smtp.mail.me.com", "ling"),
        ("ling@163.com", "imap.163.com", "smtp.163.com", "ling@163.com"),
        ("ling@FoxMail.com", "imap.qq.com", "smtp.qq.com", "ling@FoxMail.com"),
    ],
)
def test_the_built_in_table(address: str, imap: str, smtp: str, user: str) -> None:
    plan = accounts.plan(AccountInput(address))
    assert (plan.imap.host, plan.imap.port, plan.imap.tls) == (imap, 993, "tls")
    assert (plan.smtp.host, plan.imap.user) == (smtp, user)
    assert plan.smtp.user == address
    assert plan.address == address.lower()


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (AccountInput("ling"), "bad_address"),
        (AccountInput("a b@x.example"), "bad_address"),
        (AccountInput("me@outlook.com"), "oauth_needed"),
        (AccountInput("me@shop.example"), "unknown_provider"),
        (AccountInput("me@shop.example", imap=HOME), "unknown_provider"),
        (
            AccountInput("me@shop.example", imap=HOME, smtp=Side("smtp.x.example", 25, "plain")),
            "plain_not_allowed",
        ),
        (AccountInput("me@x.example", imap=HOME, smtp=Side("x.example", 1, "ssl3")), "bad_setting"),
    ],
)
def test_what_cannot_be_connected(asked: AccountInput, code: str) -> None:
    with pytest.raises(KnownError) as told:
        accounts.plan(asked)
    assert told.value.code == code


def test_stored_shown_and_forgotten(store: Store) -> None:
    plan = accounts.plan(AccountInput("Me@Shop.example", "Ling", imap=HOME, smtp=HOME))
    with store.write() as desk:
        account = accounts.add(desk, plan)
        ticket = desk.tickets.add(subject="kept", account_id=account, status="open", kind="person")
        identity = desk.accounts.default_identity()
    assert identity is not None
    with store.write() as desk, pytest.raises(KnownError) as told:
        accounts.add(desk, plan)
    assert told.value.code == "account_exists"
    with store.read() as reader:
        (view,) = accounts.everything(reader)
        assert accounts.find(reader, "ME@shop.example").id == account
        assert accounts.find(reader, str(account)).id == account
    assert (view.address, view.imap, view.smtp, view.state) == ("me@shop.example", HOME, HOME, "ok")
    with store.write() as desk:
        outbox = desk.outbox.add(
            ticket_id=ticket, identity_id=identity.id, rfc_id="<a@x>", final=b"", envelope_from="a"
        )
    with store.write() as desk, pytest.raises(KnownError) as told:
        accounts.remove(desk, account)
    assert told.value.code == "account_sending"
    with store.write() as desk:
        desk.outbox.move(outbox, {"queued"}, "cancelled")
        accounts.remove(desk, account)
    with store.read() as reader:
        assert accounts.everything(reader) == []
        kept = reader.tickets.get(ticket)
    assert kept is not None
    assert kept.account_id is None


def test_secrets_of_both_sides(store: Store) -> None:
    keychain = SessionKeychain()
    plan = accounts.plan(AccountInput("me@shop.example", imap=HOME, smtp=HOME))
    with store.write() as desk:
        row = accounts.get(desk, accounts.add(desk, plan))
    with pytest.raises(KnownError) as told:
        accounts.secret_of(keychain, row)
    assert (told.value.code, told.value.exit_code) == ("no_secret", 3)
    accounts.keep_secret(keychain, row.address, "one")
    assert accounts.secret_of(keychain, row, Purpose.SMTP) == "one"
    keychain.set(row.address, Purpose.SMTP, "two")
    assert accounts.secret_of(keychain, row, Purpose.SMTP) == "two"
    assert accounts.secret_of(keychain, row) == "one"


def test_one_more_attempt_when_the_owner_mended_something_there(store: Store) -> None:
    """Not for a refused password: asking again with the same one only annoys (faults.md R7)."""
    plan = accounts.plan(AccountInput("me@shop.example", imap=HOME, smtp=HOME))
    with store.write() as desk:
        account = accounts.add(desk, plan)
    for code, allowed in (("imap_not_allowed", True), ("wrong_password", False)):
        error = KnownError(code, host="h", user="u", text="no")
        with store.write() as desk:
            desk.accounts.update(account, auth_failures=0)
            for _refusal in range(3):
                state = accounts.receive_failed(desk, account, error)
            assert state == "sign_in_needed"
            accounts.asked_again(desk)
            row = accounts.get(desk, account)
        assert accounts.may_sign_in(row) == allowed, code
