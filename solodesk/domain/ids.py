"""Identifier types, so that a ticket number is never passed where a message id is meant.

Integer keys are local to one store; `new_uid` gives the 16 bytes (UUIDv7, RFC 9562)
that name the same row on a second computer.
"""

import os
import time
from typing import NewType

TicketId = NewType("TicketId", int)
"""Row id of a ticket; the number the owner sees is `ticket.number`."""
MessageId = NewType("MessageId", int)
"""Row id of a message. An RFC 5322 Message-ID is a plain `str` named `rfc_id`."""
CustomerId = NewType("CustomerId", int)
AccountId = NewType("AccountId", int)
IdentityId = NewType("IdentityId", int)
OutboxId = NewType("OutboxId", int)
SurveyId = NewType("SurveyId", int)


def new_uid(now_ms: int | None = None) -> bytes:
    """Return a fresh UUIDv7 as 16 bytes: 48 bits of milliseconds, then randomness."""
    stamp = int(time.time() * 1000) if now_ms is None else now_ms
    value = bytearray(stamp.to_bytes(6, "big") + os.urandom(10))
    value[6] = (value[6] & 0x0F) | 0x70
    value[8] = (value[8] & 0x3F) | 0x80
    return bytes(value)
