"""The append-only history that every figure is computed from.

Kinds and the keys of their `data` (all optional keys are absent, never null):

| kind            | actor          | data |
|-----------------|----------------|------|
| received        | customer       | kind, closer, history, from_before, duplicate, damaged, language; `message` set |
| answered        | owner or rule  | by ("smtp" or "sent_folder"), history; `message` set; at = accepted or Sent's date |
| acknowledged    | rule           | an automatic reply left: nobody's wait ends; `message` set |
| survey_sent     | owner or rule  | survey, scale |
| survey_bounced  | engine         | survey |
| rated           | customer       | survey, scale, value, comment (bool), replaces (event id of an earlier vote) |
| status          | owner/rule/engine/customer | from, to, reason ("sent", "replied", "silent", "first_sync", ...) |
| started         | owner          | the owner opened the ticket (new mail): left out of waits |
| note, contact   | owner          | note, and for contacts channel, direction, minutes |
| tagged          | owner/rule     | added, removed (names) |
| snoozed, woken  | owner/engine   | until_ms, wake_on_reply |
| priority        | owner/rule     | from, to |
| merged, split, joined | owner    | into / message / from |
| hidden, unhidden| owner          | |
| not_customer    | owner          | customer |
| bounced         | engine         | reason, permanent; `message` = the bounced message of ours |
| undone          | owner          | event: id of the event taken back (figures skip both) |
"""

# The table's lines are long on purpose.
# ruff: noqa: E501

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from solodesk.domain.ids import MessageId, TicketId


class Actor(StrEnum):
    """Who did it."""

    OWNER = "owner"
    CUSTOMER = "customer"
    RULE = "rule"
    ENGINE = "engine"


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the history. `at_ms` is when it happened, `recorded_ms` when we learnt of it."""

    id: int
    at_ms: int
    recorded_ms: int
    actor: Actor
    kind: str
    ticket: TicketId | None
    message: MessageId | None
    data: Mapping[str, Any]
