"""Why mail came back, from what servers around the world say."""

import pytest

from solodesk.mail.reasons import reason


@pytest.mark.parametrize(
    ("status", "words", "group"),
    [
        ("4.2.1", "The user is receiving mail at a rate that prevents additional", "temporary"),
        ("5.4.1", "Recipient address rejected: Access denied. AS(201806281)", "address_unknown"),
        ("5.7.1", "Service unavailable; Client host blocked using zen.spamhaus.org", "spam"),
        ("5.7.26", "blocked because the sender is unauthenticated", "policy"),
        ("5.1.2", "", "host_unknown"),
        ("5.3.4", "", "too_big"),
        ("5.7.0", "", "policy"),
        ("4.0.0", "", "temporary"),
        ("", "550 Requested action not taken: mailbox unavailable", "address_unknown"),
        ("", "552 Message size exceeds maximum permitted", "too_big"),
        ("", "550 user is overquota", "mailbox_full"),
        ("", "553 sorry, that domain isn't in my list of allowed rcpthosts", "policy"),
        ("", "550 Mail content denied", "policy"),
        ("", "554 DT:SPM 163 smtp,message rejected as spam", "spam"),
        ("", "550 RP:RCL 邮件被系统判断为垃圾邮件", "spam"),
        ("", "收件人邮箱空间不足", "mailbox_full"),
        ("", "該使用者的信箱已滿", "mailbox_full"),
        ("", "Host or domain name not found. Name service error", "host_unknown"),
        ("", "421 Too many connections", "temporary"),
        ("", "connect to mx.mail.example[192.0.2.1]:25: Connection refused", "temporary"),
        ("", "Sender verify failed", "policy"),
        ("", "der Empfänger ist unbekannt: Postfach existiert nicht", "address_unknown"),
        ("", "la boîte aux lettres est pleine", "mailbox_full"),
        ("", "нет такого пользователя", "address_unknown"),
        ("", "宛先不明です", "address_unknown"),
        ("", "메일함이 가득 찼습니다", "mailbox_full"),
        ("", "something nobody ever said", "other"),
    ],
)
def test_reasons_are_told_apart(status: str, words: str, group: str) -> None:
    assert reason([status], words) == group
