"""Who wrote it: people, ourselves, machines. A person is never hidden under Automatic."""

import pytest

from solodesk.domain.message import Kind, ParsedMessage
from solodesk.mail.parse import parse_message
from tests.mail.letters import OWN, letter, multipart

TOKEN = "0123456789abcdef0123456789abcdef"


def _read(text: str = "Hello, where is my order?", **header: str) -> ParsedMessage:
    return parse_message(letter(text, **header), OWN)


@pytest.mark.parametrize(
    "extra",
    [
        "Auto-Submitted: auto-replied\n",
        "Auto-Submitted: auto-generated; x=y\n",
        "X-Autoreply: yes\n",
        "Precedence: auto_reply\n",
        "Return-Path: <>\n",
        "X-Autorespond: on\n",
    ],
)
def test_automatic_answers_by_header(extra: str) -> None:
    p = _read("I am away.", extra=extra)
    assert p.kind is Kind.AUTO_REPLY
    assert p.auto_headers
    assert p.kind_because


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Order 17",
        "自动回复:Re: 订单",
        "Automatische Antwort: x",
        "Abwesenheitsnotiz",
        "Out of Office: x",
        "Réponse automatique : x",
        "Respuesta automática: x",
        "自動返信: x",
    ],
)
def test_automatic_answers_by_subject(subject: str) -> None:
    assert _read("I am away.", subject=subject).kind is Kind.AUTO_REPLY


@pytest.mark.parametrize(
    "extra",
    [
        "Auto-Submitted: no\n",
        "Auto-Submitted: no\nPrecedence: bulk\n",
        "X-Auto-Response-Suppress: OOF\n",
        "Subject: Re: Automatic reply: x\n",
        "Return-Path: <ann@mail.example>\n",
    ],
)
def test_people_with_odd_headers_are_people(extra: str) -> None:
    assert _read(extra=extra).kind is Kind.PERSON


@pytest.mark.parametrize(
    ("subject", "extra"),
    [
        ("Auto reply needed for my account?", ""),
        ("自动回复功能怎么用", ""),
        ("Autobahn", ""),
        ("Order 17", "Return-Path: <bounces+17-ann=mail.example@esp.example>\n"),
    ],
)
def test_people_who_look_a_little_automatic(subject: str, extra: str) -> None:
    assert _read(subject=subject, extra=extra).kind is Kind.PERSON


def test_newsletters_and_lists() -> None:
    news = "List-Unsubscribe: <https://n.example/u>\nPrecedence: bulk\nList-Id: <n.example>\n"
    assert (
        _read(
            "Great deals\n\nUnsubscribe: https://n.example/u", extra=news, sender="news@n.example"
        ).kind
        is Kind.LIST
    )
    notice = (
        "List-Id: <dev.l.example>\nList-Post: <mailto:dev@l.example>\nX-GitHub-Reason: mention\n"
    )
    assert _read("Ann commented", extra=notice, to="dev@l.example").kind is Kind.LIST


@pytest.mark.parametrize(
    ("extra", "to", "sender"),
    [
        # somebody who writes to a list we read
        (
            "List-Id: <dev.l.example>\nList-Post: <mailto:dev@l.example>\nPrecedence: list\n",
            "dev@l.example",
            "Ann <ann@mail.example>",
        ),
        ("Precedence: bulk\n", "help@shop.example", "Ann <ann@mail.example>"),
        # our own group address forwards like a list
        (
            "List-Id: <help.shop.example>\nList-Post: <mailto:help@shop.example>"
            "\nPrecedence: list\n",
            "help@shop.example",
            "Ann <ann@mail.example>",
        ),
        # answering all on a list, with us in To
        (
            "List-Id: <dev.l.example>\nList-Post: <mailto:dev@l.example>\nIn-Reply-To: <x@y>\n",
            "help@shop.example, dev@l.example",
            "Ann <ann@mail.example>",
        ),
        # a mail service adds an unsubscribe header to every letter
        (
            "List-Unsubscribe: <mailto:u@crm.example>\nIn-Reply-To: <x@y>\n",
            "help@shop.example",
            "Ann <ann@firm.example>",
        ),
        ("List-Unsubscribe: <mailto:u@crm.example>\n", "help@shop.example", "Ann <ann@gmail.com>"),
    ],
)
def test_list_headers_never_hide_a_person(extra: str, to: str, sender: str) -> None:
    assert _read(extra=extra, to=to, sender=sender).kind is Kind.PERSON


def test_own_mail() -> None:
    p = _read(sender="Shop <HELP@shop.example>", to="ann@mail.example")
    assert p.kind is Kind.OWN
    assert p.customer is None


@pytest.mark.parametrize(
    ("sender", "extra", "text", "customer"),
    [
        (
            "Shop <help@shop.example>",
            "Reply-To: Bo Li <bo@mail.example>\n",
            "Where is it?",
            ("Bo Li", "bo@mail.example"),
        ),
        (
            "WordPress <wordpress@shop.example>",
            "Reply-To: bo@mail.example\n",
            "From: Bo\nMessage Body:\nhi",
            ("Bo", "bo@mail.example"),
        ),
        (
            "no-reply@forms.example",
            "",
            "Name: Bo Li\nEmail: bo@mail.example\nMessage:\nWhere is it?",
            ("Bo Li", "bo@mail.example"),
        ),
        (
            "noreply@forms.example",
            "",
            "姓名：王小明\n邮箱：wxm@qq.example\n留言内容：请问何时发货",
            ("王小明", "wxm@qq.example"),
        ),
        (
            "help@shop.example",
            "",
            "Name\nBo Li\nE-mail\nbo@mail.example\nMessage\nhi",
            ("Bo Li", "bo@mail.example"),
        ),
        (
            "Shop (Shopify) <mailer@shopify.example>",
            "Reply-To: bo@mail.example\n",
            "Name: Bo\nEmail: bo@mail.example\nBody: hi",
            ("Bo", "bo@mail.example"),
        ),
        (
            "no-reply@forms.example",
            "",
            "Vorname: Bo\nNachname: Li\nE-Mail-Adresse: bo@mail.example\nNachricht: hallo",
            ("Bo Li", "bo@mail.example"),
        ),
    ],
)
def test_contact_forms_name_the_customer(
    sender: str, extra: str, text: str, customer: tuple[str, str]
) -> None:
    p = _read(text, sender=sender, extra=extra)
    assert p.kind is Kind.PERSON
    assert p.customer is not None
    assert (p.customer.name, p.customer.address) == customer
    assert p.kind_because[0].startswith("contact_form")


@pytest.mark.parametrize(
    ("sender", "extra", "text", "kind"),
    [
        (
            "Bank <no-reply@bank.example>",
            "Reply-To: support@bank.example\n",
            "Your statement is ready.",
            Kind.AUTO_REPLY,
        ),
        ("no-reply@pay.example", "", "Payment received for order 17.", Kind.AUTO_REPLY),
        ("Ann <ann@mail.example>", "Reply-To: ann@work.example\n", "Hello", Kind.PERSON),
        (
            "help@shop.example",
            "Reply-To: other@shop.example\nIn-Reply-To: <q@x>\n",
            "Answer",
            Kind.OWN,
        ),
    ],
)
def test_what_is_no_contact_form(sender: str, extra: str, text: str, kind: Kind) -> None:
    p = _read(text, sender=sender, extra=extra)
    assert p.kind is kind
    assert not any(code.startswith("contact_form") for code in p.kind_because)


def _report(fields: str, kind: str = "delivery-status", top: str = "") -> ParsedMessage:
    return parse_message(
        multipart(
            "report",
            b"Content-Type: text/plain\n\nIt could not be delivered.",
            f"Content-Type: message/{kind}\n\nReporting-MTA: dns; mx.example\n\n{fields}".encode(),
            b"Content-Type: message/rfc822\n\nMessage-ID: "
            b"<ours@shop.example>\nSubject: Re: Order\n\n"
            b"old",
            extra=f"; report-type={kind}",
            top=top,
        ),
        OWN,
    )


@pytest.mark.parametrize(
    ("fields", "reason", "permanent"),
    [
        (
            "Final-Recipient: rfc822; Bo@mail.example\nAction: failed\nStatus: 5.1.1\n",
            "address_unknown",
            True,
        ),
        (
            "Final-Recipient: rfc822; bo@mail.example\nAction: failed\nStatus: 5.2.2\n",
            "mailbox_full",
            True,
        ),
        (
            "Final-Recipient: rfc822; bo@mail.example\nAction: failed\nStatus: 5.0.0\n"
            "Diagnostic-Code: smtp; 550 5.0.0 No such user here\n",
            "address_unknown",
            True,
        ),
        (
            "Final-Recipient: rfc822; bo@mail.example\nAction: failed\nStatus: 5.7.1\n"
            "Diagnostic-Code: smtp; 550 blocked using spamhaus\n",
            "spam",
            True,
        ),
        (
            "Final-Recipient: rfc822; bo@mail.example\nAction: failed\nStatus: 5.4.4\n",
            "host_unknown",
            True,
        ),
        (
            "Final-Recipient: rfc822; bo@mail.example\nAction: delayed\nStatus: 4.4.1\n",
            "temporary",
            False,
        ),
        (
            "Final-Recipient: rfc822; bo@mail.example\nAction: failed\nStatus: 5.3.4\n",
            "too_big",
            True,
        ),
    ],
)
def test_delivery_reports(fields: str, reason: str, permanent: bool) -> None:
    p = _report(fields)
    assert p.kind is Kind.BOUNCE
    assert p.bounce is not None
    assert (p.bounce.reason, p.bounce.permanent) == (reason, permanent)
    assert p.bounce.recipients[0].address.lower() == "bo@mail.example"
    assert p.bounce.original_message_id == "<ours@shop.example>"


def test_reports_that_are_no_bounces() -> None:
    assert (
        _report("Final-Recipient: rfc822; b@m.example\nAction: delivered\nStatus: 2.0.0\n").kind
        is Kind.REPORT
    )
    assert (
        _report(
            "Final-Recipient: rfc822; b@m.example\nDisposition: x; displayed\n",
            "disposition-notification",
        ).kind
        is Kind.REPORT
    )
    dmarc = multipart(
        "mixed",
        b"Content-Type: text/plain\n\nx",
        b"Content-Type: application/gzip; name=a.xml.gz\n\nx",
    )
    dmarc = dmarc.replace(
        b"Subject: Order 17", b"Subject: Report domain: shop.example Submitter: mail.example"
    )
    assert parse_message(dmarc, OWN).kind is Kind.REPORT


@pytest.mark.parametrize(
    ("sender", "subject", "text", "address", "reason"),
    [
        (
            "MAILER-DAEMON@mx.example",
            "failure notice",
            "Hi. This is the qmail-send program at mx.example.\n"
            "I'm afraid I wasn't able to deliver your message.\n"
            "\n"
            "<bo@mail.example>:\n192.0.2.1 does not like "
            "recipient.\nRemote host said: 550 User unknown\n"
            "\n"
            "--- Below this line is a copy of the message.\n"
            "\nMessage-ID: <ours@shop.example>\nTo: x@y.example\n",
            "bo@mail.example",
            "address_unknown",
        ),
        (
            "PostMaster <PostMaster@qq.example>",
            "系统退信 : Re: 订单",
            "您好，您的邮件未能送达以下收件人：\nbo@mail.example\n"
            "原因：收件人邮箱已满\n\nMessage-ID: <ours@shop.example>"
            "\n",
            "bo@mail.example",
            "mailbox_full",
        ),
        (
            "Mail Delivery System <Mailer-Daemon@mx.example>",
            "Mail delivery failed: returning message to sender",
            "A message that you sent could not be delivered\n"
            "\n  bo@mail.example\n    host mx: 550 message "
            "rejected as spam\n\n"
            "Message-Id: <ours@shop.example>",
            "bo@mail.example",
            "spam",
        ),
    ],
)
def test_bounces_in_free_words(
    sender: str, subject: str, text: str, address: str, reason: str
) -> None:
    p = _read(text, sender=sender, subject=subject)
    assert p.kind is Kind.BOUNCE
    assert p.bounce is not None
    assert [r.address for r in p.bounce.recipients] == [address]
    assert p.bounce.reason == reason
    assert p.bounce.original_message_id == "<ours@shop.example>"


def test_a_person_who_forwards_a_bounce_is_a_person() -> None:
    p = _read(
        "I got this: Undelivered Mail Returned to Sender, user unknown",
        subject="Fwd: Undelivered Mail Returned to Sender",
    )
    assert p.kind is Kind.PERSON


def test_survey_answers() -> None:
    by_link = _read("", subject=f"[rate:{TOKEN}:3] Order 17")
    assert by_link.kind is Kind.SURVEY
    assert by_link.survey is not None
    assert (by_link.survey.token, by_link.survey.digit) == (TOKEN, 3)
    from_phone = _read("Sent from my iPhone", subject=f"[rate:{TOKEN}:3] Great")
    assert from_phone.survey is not None
    assert (from_phone.survey.digit, from_phone.survey.comment) == (3, None)
    quoted = (
        f"2.\nslow but fine\n\n> On Mon, Shop wrote:\n> 3 Great 2 Okay 1 Not good\n> rate:{TOKEN}"
    )
    by_digit = _read(quoted, extra="In-Reply-To: <s@shop.example>\n")
    assert by_digit.survey is not None
    assert (by_digit.survey.token, by_digit.survey.digit, by_digit.survey.comment) == (
        TOKEN,
        2,
        "slow but fine",
    )
    only_quoted = _read(
        f"Please call me\n\n> 3\n> rate:{TOKEN}", extra="In-Reply-To: <s@shop.example>\n"
    )
    assert only_quoted.kind is Kind.PERSON
    assert only_quoted.survey is not None
    assert only_quoted.survey.digit is None
    robot = _read(f"3\n> rate:{TOKEN}", extra="Auto-Submitted: auto-replied\n")
    assert robot.kind is Kind.AUTO_REPLY
    assert robot.survey is None


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!",
        "Thank you so much for your quick help!\n\nBest regards\nAnn",
        "谢谢",
        "好的，谢谢！",
        "收到，非常感谢您的帮助",
        "Perfect, thanks Sam!",
        "Vielen Dank für die schnelle Antwort!\n\nMit freundlichen Grüßen\nMax Meier",
        "Merci beaucoup !",
        "Great, that worked. Thanks 😀",
        "ok thanks",
        "Muchas gracias",
        "谢谢客服，问题已经解决了",
        "Wonderful, thank you Lin!",
        "That's very kind, thanks.",
        "谢谢，回复好快。",
        "Hi Lin,\n\nThank you!\n\nTom Berg",
        "Thank you very much, it arrived today.",
        "Thanks a lot Sam!",
        "Thanks!\n\nBest,\nAnna",
        "谢谢，已收到货",
        "麻烦您了，谢谢",
        "谢谢！\n李明",
        "谢谢！\n\n来自QQ邮箱手机版",
    ],
)
def test_closers(text: str) -> None:
    assert _read(text, extra="In-Reply-To: <x@y>\n").closer


@pytest.mark.parametrize(
    "text",
    [
        "Thanks, but it still does not work.",
        "Thanks! When will it ship?",
        "谢谢，什么时候发货",
        "OK",
        "yes",
        "好的",
        "Thanks, I need an invoice",
        "Thank you. Order 1234.",
        "谢谢，但是还没收到",
        "Yes please, thanks",
        "谢谢，快递单号错了",
        "谢谢，快一点",
        "Thanks for the refund, please also cancel my subscription",
        "Please refund me, thanks",
        "谢谢，请把发票寄给我",
        "No thanks, cancel it",
        "麻烦回复，谢谢",
        "麻烦您帮我解决，谢谢",
        "麻烦帮忙解决问题，谢谢",
        "请给我回复，谢谢",
        "对，谢谢",
        "可以，谢谢",
        "谢谢\n退款",
        "谢谢\n蓝色",
        "谢谢！\n周五",
        "Thanks!\nRefund\nNow",
        "Thank you Anna\nCancel",
        "Thanks!\nMonday",
        "thanks, order again",
        "thanks cancel it",
    ],
)
def test_not_closers(text: str) -> None:
    assert not _read(text, extra="In-Reply-To: <x@y>\n").closer


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Where is my order? I have not received it yet.", "en"),
        ("您好，请问订单 #1234 refund 怎么办理", "zh"),
        ("Wo ist meine Bestellung? Ich habe sie noch nicht.", "de"),
        ("Bonjour, je n'ai pas reçu ma commande", "fr"),
        ("Hola, ¿dónde está mi pedido? No lo tengo", "es"),
        ("注文はいつ届きますか？", "ja"),
        ("주문은 언제 도착하나요?", "ko"),
        ("Где мой заказ?", "ru"),
        ("1234", None),
        ("Thanks a lot for the update, best regards 王小明", "en"),
        ("Buongiorno, non ho ricevuto il mio ordine", "it"),
        ("Waar is mijn bestelling? Ik heb het nog niet", "nl"),
    ],
)
def test_language(text: str, language: str | None) -> None:
    assert _read(text, subject="1").language == language
