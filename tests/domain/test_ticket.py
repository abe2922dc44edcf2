"""What mail does to a ticket's status."""

import pytest

from solodesk.base.errors import KnownError
from solodesk.domain.ticket import (
    Status,
    after_customer_mail,
    after_our_answer,
    is_due,
    status_named,
)


@pytest.mark.parametrize("status", [Status.OPEN, Status.WAITING, Status.CLOSED])
def test_a_customer_reopens_but_thanks_do_not(status: Status) -> None:
    asked = after_customer_mail(status, closer=False, wake_on_reply=True)
    assert (asked.status, asked.thanked, asked.wakes) == (Status.OPEN, False, True)
    thanks = after_customer_mail(status, closer=True, wake_on_reply=True)
    assert (thanks.status, thanks.thanked, thanks.wakes) == (status, True, False)


def test_spam_stays_spam() -> None:
    after = after_customer_mail(Status.SPAM, closer=False, wake_on_reply=True)
    assert (after.status, after.wakes) == (Status.SPAM, False)


def test_an_answer_makes_an_open_ticket_wait_unless_told_otherwise() -> None:
    assert after_our_answer(Status.OPEN, None) is Status.WAITING
    assert after_our_answer(Status.CLOSED, None) is Status.CLOSED
    assert after_our_answer(Status.OPEN, Status.CLOSED) is Status.CLOSED


def test_names_and_dates() -> None:
    assert status_named(" Closed ") is Status.CLOSED
    with pytest.raises(KnownError):
        status_named("done")
    assert is_due(5, 5)
    assert not is_due(6, 5)
    assert not is_due(None, 5)
