"""The outbox leaves: each message at most once, and never silently not at all.

    held | queued | retrying ──claim──▶ sending ──▶ sent
                                           ├──▶ retrying   nothing was handed over, or 4xx
                                           ├──▶ failed     5xx, or 48 hours of trying
                                           └──▶ uncertain  broke after the final dot

Every transition is a compare-and-set in a transaction that waits for the disk; the attempt is
counted before it is made and each phase is written before the next byte leaves (faults.md S1–S6).
An uncertain message is settled only by its copy in Sent or by the owner. Must not start unless the
caller holds the engine lock: `recover` takes rows in `sending` for the remains of a dead process.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from solodesk.base.errors import KnownError
from solodesk.domain.automation import ACKNOWLEDGEMENT
from solodesk.domain.events import Actor
from solodesk.domain.ids import AccountId, OutboxId
from solodesk.domain.outbox import (
    MINUTE_MS,
    HoldReason,
    OutboxState,
    Phase,
    after_break,
    before_states,
    next_attempt_ms,
)
from solodesk.mail import smtp
from solodesk.mail.server import Server, Timeouts
from solodesk.mail.smtp import Outcome
from solodesk.services import accounts, delivery
from solodesk.services.units import Desk, Reader, Store
from solodesk.store import rows

OFFLINE_MS = 5 * MINUTE_MS
"""After so long without receiving, receive before sending (product.md)."""
_MAX_REFUSALS = 3
_BEFORE_SENDING = frozenset(state.value for state in before_states(OutboxState.SENDING))
_BLOCKING = frozenset(
    {OutboxState.QUEUED.value, OutboxState.SENDING.value, OutboxState.RETRYING.value}
)

_ABOUT_THE_MESSAGE = frozenset(
    {"sender_refused", "recipient_refused", "message_refused", "too_big", "bad_address"}
)
"""For anything else (password, certificate, network) the message is not at fault: it waits."""

SecretOf = Callable[[rows.Account], str]
"""The password of an account for sending; raises `KnownError` when there is none."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message this process alone may hand over now, and to whom it still has to go."""

    row: rows.Outbox
    account: rows.Account
    server: rows.OutgoingServer
    recipients: tuple[str, ...]


def recover(store: Store) -> list[OutboxId]:
    """Settle what a dead process left in `sending`: doubtful after the dot, else queued again."""
    found: list[OutboxId] = []
    with store.write(actor=Actor.ENGINE, durable=True) as desk:
        for row in desk.outbox.in_state(OutboxState.SENDING.value):
            state = after_break(Phase(row.phase) if row.phase else None)
            error = KnownError("connection_lost_after_data", host="")
            if state is OutboxState.RETRYING:
                error = KnownError("connection_lost", host="", said="")
            _move(desk, row, state, _reason(row, error, desk.now_ms), not_before_ms=desk.now_ms)
            found.append(row.id)
    return found


def due(reader: Reader) -> list[rows.Outbox]:
    """Rows that may leave now, in order; a ticket's later row waits for its earlier one."""
    ready: list[rows.Outbox] = []
    for row in reader.outbox.due(reader.now_ms):
        earlier = (each for each in reader.outbox.of_ticket(row.ticket_id) if each.id < row.id)
        # An answer never waits for the acknowledgement before it.
        if any(each.state in _BLOCKING and each.purpose != ACKNOWLEDGEMENT for each in earlier):
            continue
        ready.append(row)
    return ready


def hold_overtaken(store: Store) -> list[OutboxId]:
    """Hold what something has overtaken while it waited more than 5 minutes.

    A customer's mail or an answer of ours from elsewhere, learnt of since the owner queued it,
    means that the owner should read first. Call it right after receiving, so that it is seen;
    `claim_next` looks once more itself.
    """
    with store.write(actor=Actor.ENGINE, durable=True) as desk:
        due_now = desk.outbox.due(desk.now_ms)
        return [row.id for row in due_now if _hold_if_overtaken(desk, row)]


def _hold_if_overtaken(desk: Desk, row: rows.Outbox) -> bool:
    """Hold a reply that waited more than 5 minutes since the owner last decided about it."""
    if row.purpose != "reply" or desk.now_ms - row.queued_ms < OFFLINE_MS:
        return False
    reason = _overtaken_by(desk, row)
    if reason is None:
        return False
    return desk.outbox.move(
        row.id,
        _BEFORE_SENDING,
        OutboxState.HELD.value,
        hold_reason=reason.value,
        not_before_ms=None,
    )


def _overtaken_by(reader: Reader, row: rows.Outbox) -> HoldReason | None:
    reason: HoldReason | None = None
    for event in reader.events.of_ticket(row.ticket_id):
        if event.recorded_ms <= row.queued_ms or event.message is None:
            continue
        if event.kind == "answered" and event.data.get("by") == "sent_folder":
            message = reader.messages.get(event.message)
            if message is not None and message.outbox_id is None:
                return HoldReason.ANSWERED_ELSEWHERE
        elif event.kind == "received" and _is_word_of_customer(event.data):
            reason = HoldReason.NEW_MAIL
    return reason


def _is_word_of_customer(data: Mapping[str, Any]) -> bool:
    return data.get("kind") == "person" and not data.get("duplicate")


def claim_next(
    store: Store,
    *,
    besides: frozenset[OutboxId] = frozenset(),
    ready: Callable[[AccountId], bool] = lambda _account: True,
) -> Claimed | None:
    """Take the next due row for this process, counting the attempt; None when nothing is due.

    Left alone: rows in `besides`, rows of accounts that are not `ready`, and rows whose outgoing
    server refused our sign-in three times (they wait for the owner).
    """
    with store.write(actor=Actor.ENGINE, durable=True) as desk:
        for row in due(desk):
            if row.id in besides:
                continue
            claimed = _claimed(desk, row)
            if claimed is None or claimed.server.state == "sign_in_needed":
                continue
            anyway = row.hold_reason == HoldReason.ANYWAY.value
            if not (anyway or ready(claimed.account.id)) or _hold_if_overtaken(desk, row):
                continue
            if not claimed.recipients:
                _settle_without_recipients(desk, row)
                continue
            # Queued by the owner (again): the 48 hours and their steps begin anew.
            again = row.state == OutboxState.RETRYING.value
            moved = desk.outbox.move(
                row.id,
                _BEFORE_SENDING,
                OutboxState.SENDING.value,
                attempts=row.attempts + 1 if again else 1,
                reason=row.reason if again else None,
                phase=None,
                hold_reason=None,
            )
            fresh = desk.outbox.get(row.id)
            if moved and fresh is not None:
                return replace(claimed, row=fresh)
    return None


def _claimed(reader: Reader, row: rows.Outbox) -> Claimed | None:
    identity = reader.accounts.identity(row.identity_id)
    server = None if identity is None else reader.accounts.server(identity.outgoing_server_id)
    account = None if identity is None else reader.accounts.get(identity.account_id)
    if server is None or account is None:
        return None
    waiting = [
        each.address
        for each in reader.outbox.recipients(row.id)
        if each.state in ("unknown", "deferred")
    ]
    return Claimed(row, account, server, tuple(waiting))


def _settle_without_recipients(desk: Desk, row: rows.Outbox) -> None:
    """Everybody has it or refused it already, and only the last step was lost."""
    states = {each.state for each in desk.outbox.recipients(row.id)}
    desk.outbox.move(row.id, _BEFORE_SENDING, OutboxState.SENDING.value)
    if "accepted" in states:
        delivery.accepted(desk, row.id, desk.now_ms, by="smtp")
    else:
        error = KnownError("no_recipient")
        _move(desk, row, OutboxState.FAILED, _reason(row, error, desk.now_ms))


def send_due(
    store: Store,
    secret_of: SecretOf,
    *,
    timeouts: Timeouts | None = None,
    chance: Callable[[], float] = random.random,
    ready: Callable[[AccountId], bool] = lambda _account: True,
) -> list[OutboxId]:
    """Hand over everything that is due, each row once; returns the rows touched, in order."""
    from solodesk.services import automatic  # loads much, which receiving does not need

    touched: list[OutboxId] = []
    automatic.withdraw(store)
    while True:
        claimed = claim_next(store, besides=frozenset(touched), ready=ready)
        if claimed is None:
            return touched
        touched.append(claimed.row.id)
        outcome = _attempt(store, claimed, secret_of, timeouts)
        settle(store, claimed, outcome, chance())


def _attempt(
    store: Store, claimed: Claimed, secret_of: SecretOf, timeouts: Timeouts | None
) -> Outcome:
    row = claimed.row
    unknown = {address: smtp.RecipientOutcome("unknown", None) for address in claimed.recipients}
    try:
        secret = secret_of(claimed.account)
    except KnownError as error:
        return Outcome(unknown, None, error, temporary=True)

    def reached(phase: Phase) -> None:
        with store.write(actor=Actor.ENGINE, durable=True) as desk:
            desk.outbox.update(row.id, phase=phase.value)

    server: Server = accounts.sending(claimed.server)
    return smtp.send(
        server, secret, row.envelope_from, claimed.recipients, row.final, reached, timeouts
    )


def settle(store: Store, claimed: Claimed, outcome: Outcome, chance: float) -> None:
    """Write down what became of an attempt, durably, with everything that follows from it."""
    with store.write(actor=Actor.ENGINE, durable=True) as desk:
        row = claimed.row
        for address, each in outcome.recipients.items():
            desk.outbox.set_recipient(row.id, address, each.state, each.reply)
        _server_state(desk, claimed.server, outcome)
        error = outcome.error
        if outcome.phase is Phase.DATA_SENT and error is not None:
            _move(desk, row, OutboxState.UNCERTAIN, _reason(row, error, desk.now_ms))
        elif error is None:
            _partly_or_wholly_sent(desk, row, chance)
        elif outcome.temporary or error.code not in _ABOUT_THE_MESSAGE:
            _try_later(desk, row, error, chance)
        else:
            _give_up(desk, row, error)


def _partly_or_wholly_sent(desk: Desk, row: rows.Outbox, chance: float) -> None:
    recipients = desk.outbox.recipients(row.id)
    deferred = [each for each in recipients if each.state in ("deferred", "unknown")]
    refused = [each for each in recipients if each.state == "refused"]
    if deferred:
        first = deferred[0]
        told = KnownError("recipient_deferred", address=first.address, reply=first.reply or "")
        if _try_later(desk, row, told, chance):
            return
        for each in deferred:
            desk.outbox.set_recipient(row.id, each.address, "refused", each.reply)
        refused += deferred
    delivery.accepted(desk, row.id, desk.now_ms, by="smtp")
    if refused:
        # The others have it; who has not is told, red and on top.
        told = KnownError(
            "recipient_refused",
            address=", ".join(each.address for each in refused),
            reply=refused[0].reply or "",
        )
        desk.outbox.update(row.id, reason=accounts.as_json(told))
        desk.tickets.update(row.ticket_id, alarm="failed")


def _try_later(desk: Desk, row: rows.Outbox, error: KnownError, chance: float) -> bool:
    """Plan the next attempt; False (and nothing done) when 48 hours have gone by, unless nobody
    has got it: then it fails."""
    reason = _reason(row, error, desk.now_ms)
    since = int(reason["since_ms"])
    at = next_attempt_ms(row.attempts, since, desk.now_ms, chance)
    if at is not None:
        _move(desk, row, OutboxState.RETRYING, reason, not_before_ms=at)
        return True
    if any(each.state == "accepted" for each in desk.outbox.recipients(row.id)):
        return False
    _give_up(desk, row, error)
    return True


def _give_up(desk: Desk, row: rows.Outbox, error: KnownError) -> None:
    if any(each.state == "accepted" for each in desk.outbox.recipients(row.id)):
        # Only the rest was refused in this attempt.
        for each in desk.outbox.recipients(row.id):
            if each.state != "accepted":
                desk.outbox.set_recipient(row.id, each.address, "refused", each.reply)
        delivery.accepted(desk, row.id, desk.now_ms, by="smtp")
        desk.outbox.update(row.id, reason=accounts.as_json(error))
        desk.tickets.update(row.ticket_id, alarm="failed")
        return
    _move(desk, row, OutboxState.FAILED, _reason(row, error, desk.now_ms))


def _move(
    desk: Desk,
    row: rows.Outbox,
    state: OutboxState,
    reason: dict[str, Any],
    *,
    not_before_ms: int | None = None,
) -> None:
    expected = {each.value for each in before_states(state)}
    if not desk.outbox.move(
        row.id, expected, state.value, reason=reason, not_before_ms=not_before_ms
    ):
        return
    by_owner = not row.draft.get("automatic")
    if state in (OutboxState.FAILED, OutboxState.UNCERTAIN) and by_owner:
        desk.tickets.update(row.ticket_id, alarm=state.value)


def _reason(row: rows.Outbox, error: KnownError, now_ms: int) -> dict[str, Any]:
    """The error as stored, with the moment of the first failed attempt (for the 48 hours)."""
    before = row.reason or {}
    return {**accounts.as_json(error), "since_ms": int(before.get("since_ms", now_ms))}


def _server_state(desk: Desk, server: rows.OutgoingServer, outcome: Outcome) -> None:
    error = outcome.error
    if error is None or outcome.phase is not None:
        # We were let in, whatever came then.
        last = desk.now_ms if error is None else server.last_send_ms
        desk.accounts.update_server(server.id, state="ok", detail=None, last_send_ms=last)
        return
    refusals = int((server.detail or {}).get("refusals", 0))
    state = "offline" if error.code in accounts.OFFLINE else "error"
    if error.code in accounts.REFUSED:
        refusals += 1
        state = "sign_in_needed" if refusals >= _MAX_REFUSALS else "error"
    detail = {**accounts.as_json(error), "refusals": refusals}
    desk.accounts.update_server(server.id, state=state, detail=detail)


def must_receive_first(reader: Reader, account: AccountId) -> bool:
    """Whether something is due and the mailbox was last read more than 5 minutes ago."""
    row = accounts.get(reader, account)
    last = row.last_receive_ms
    if last is not None and reader.now_ms - last <= OFFLINE_MS:
        return False
    ours = {identity.id for identity in reader.accounts.identities(account)}
    return any(each.identity_id in ours for each in due(reader))
