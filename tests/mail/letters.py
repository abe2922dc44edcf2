"""A small corpus of our own: letters as the world's mailers write them, built in code."""

import base64
from dataclasses import dataclass

OWN = frozenset({"help@shop.example"})


def letter(
    text: str = "Hello, where is my order?",
    *,
    sender: str = "Ann Lee <ann@mail.example>",
    to: str = "help@shop.example",
    subject: str = "Order 17",
    extra: str = "",
    charset: str = "utf-8",
    mime: str = "text/plain",
) -> bytes:
    """One simple mail; `extra` is further header lines, each ending with a newline."""
    head = (
        f"From: {sender}\nTo: {to}\nSubject: {subject}\nDate: Mon, 7 Sep 2026 17:00:00 +0800\n"
        f"Message-ID: <a1@mail.example>\n{extra}MIME-Version: 1.0\n"
        f"Content-Type: {mime}; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n"
    )
    return head.encode("utf-8") + text.encode(charset)


def multipart(kind: str, *parts: bytes, extra: str = "", top: str = "") -> bytes:
    """A multipart mail out of raw parts (headers, blank line, body)."""
    head = (
        "From: Ann <ann@mail.example>\nTo: help@shop.example\nSubject: Order 17\n"
        f"Message-ID: <a2@mail.example>\n{top}MIME-Version: 1.0\n"
        f'Content-Type: multipart/{kind}; boundary="=_b 1"{extra}\n\npreamble\n'
    ).encode()
    return head + b"".join(b"--=_b 1\n" + part + b"\n" for part in parts) + b"--=_b 1--\nepilogue\n"


def attachment(name: str, data: bytes, mime: str = "application/pdf", more: str = "") -> bytes:
    """A base64 part; `name` is written raw into the parameter."""
    head = (
        f'Content-Type: {mime}\nContent-Disposition: attachment; filename="{name}"\n'
        f"{more}Content-Transfer-Encoding: base64\n\n"
    )
    return head.encode() + base64.encodebytes(data)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as a mailer writes it: the whole text, and the words that are the customer's."""

    name: str
    text: str
    new: str


_OUTLOOK = (
    "From: Jo <jo@x.example>\nSent: Monday, September 7, 2026 5:00 PM\nTo: me\nSubject: RE: a\n"
)
_OUTLOOK_ZH = (
    "发件人: 张三 <a@b.example>\n发送时间: 2026年9月7日 17:00\n收件人: 李四\n主题: 回复: 订单\n"
)

REPLIES = (
    Reply(
        "gmail",
        "Yes.\n\nOn Mon, Sep 7, 2026 at 5:00 PM Jo Do <\njo@x.example> wrote:\n\n> old\n",
        "Yes.",
    ),
    Reply(
        "gmail_zh", "好\n\nJo <j@x.example> 于2026年9月7日周一 17:00写道：\n\n> 老\n> 内容", "好"
    ),
    Reply("gmail_ja", "はい。\n\n2026年9月7日(月) 17:00 Jo <j@x.example>:\n\n> old\n", "はい。"),
    Reply(
        "gmail_ko",
        "네.\n\n2026년 9월 7일 (월) 오후 5:00, Jo <j@x.example>님이 작성:\n\n> old",
        "네.",
    ),
    Reply(
        "gmail_de",
        "Ja.\n\nAm Mo., 7. Sept. 2026 um 17:00 Uhr schrieb Jo <j@x.example>:\n\n> alt",
        "Ja.",
    ),
    Reply(
        "gmail_fr",
        "Oui.\n\nLe lun. 7 sept. 2026 à 17:00, Jo <j@x.example> a écrit :\n\n> vieux",
        "Oui.",
    ),
    Reply(
        "gmail_es",
        "Sí.\n\nEl lun, 7 sept 2026 a las 17:00, Jo (<j@x.example>) escribió:\n\n> v",
        "Sí.",
    ),
    Reply("thunderbird_de", "Ja.\n\nAm 07.09.2026 um 17:00 schrieb Max:\n> alt\n", "Ja."),
    Reply(
        "apple",
        "Yes\n\nSent from my iPhone\n\n> On 7 Sep 2026,"
        " at 17:00, Jo <j@x.example> wrote:\n> \n> "
        "old",
        "Yes",
    ),
    Reply(
        "apple_zh",
        "好的\n\n> 在 2026年9月7日，下午5:00，Jo <j@x.example> 写道：\n> \n> old",
        "好的",
    ),
    Reply("outlook", f"See you.\n\n{_OUTLOOK}\nold text\n", "See you."),
    Reply("outlook_rule", f"Ok\n________________________________\n{_OUTLOOK}\nold", "Ok"),
    Reply("outlook_original", f"Ok\n\n-----Original Message-----\n{_OUTLOOK}\nold", "Ok"),
    Reply("outlook_zh", f"收到。\n\n{_OUTLOOK_ZH}\n老内容", "收到。"),
    Reply(
        "outlook_de",
        "Gut.\n\nVon: Jo <j@x.example>\nGesendet: Montag, 7. September 2026 17:00\n"
        "An: ich\nBetreff: AW: a\n\nalt",
        "Gut.",
    ),
    Reply(
        "outlook_fr",
        "Bon.\n\nDe : Jo <j@x.example>\nEnvoyé : lundi 7 septembre 2026 17:00\n"
        "À : moi\nObjet : RE: a\n\nvieux",
        "Bon.",
    ),
    Reply(
        "qq",
        '好的\n\n\n------------------ 原始邮件 ------------------\n发件人: "a" <a@b.example>;\n'
        '发送时间: 2026年9月7日(星期一) 下午5:00\n收件人: "me";\n主题: 订单\n\n老',
        "好的",
    ),
    Reply(
        "163",
        '请尽快\n\n\n\n在 2026-09-07 17:00:00，"张三" <a@b.example> 写道：\n\n老内容',
        "请尽快",
    ),
    Reply(
        "163_en", 'please\n\n\n\nAt 2026-09-07 17:00:00, "Z" <a@b.example> wrote:\n\nold', "please"
    ),
    Reply(
        "foxmail",
        "内容\n\n\n张三\n \nFrom: 李四\nDate: 2026-09-07 "
        "17:00\nTo: a@b.example\nSubject: 订单\n\nold",
        "内容\n\n张三",
    ),
    Reply(
        "aliyun",
        "收到\n------------------------------------------\n发件人：xx <a@b.example>\n"
        "发送时间：2026年9月7日(星期一) 17:00\n收件人：yy\n主　题：Re: 订单\n\n老",
        "收到",
    ),
    Reply(
        "yahoo",
        "ok\n\n    On Monday, September 7, 2026 at "
        "05:00:00 PM GMT+8, Jo <j@x.example> wrote: "
        " \n \n old",
        "ok",
    ),
    Reply(
        "zoho",
        "ok\n\n---- On Mon, 07 Sep 2026 17:00:00 +0800 Jo <j@x.example> wrote ----\n\nold",
        "ok",
    ),
    Reply("signature", "Hello\n\n-- \nJohn Doe\nCEO", "Hello"),
    Reply("xiaomi", "可以\n\n发自我的小米手机", "可以"),
    Reply("answered_below", "> first\n> second\n\nmy answer", "my answer"),
    Reply(
        "between",
        "On Mon, Sep 7, 2026 at 5:00 PM Jo <j@x.example>"
        " wrote:\n> q1\nanswer one\n> q2\nanswer two",
        "answer one\nanswer two",
    ),
    Reply(
        "after_signature",
        "Hi\n\n-- \nJo\n\nOn Mon, Sep 7, 2026 at 5:00 PM J <j@x.example> wrote:\n> a\nand this",
        "Hi\n\nand this",
    ),
    Reply(
        "original_answered_below",
        f"-----Original Message-----\n{_OUTLOOK}\n> old\n\nMy answer",
        "My answer",
    ),
)

KEPT = (
    "How are you? On Nov 30, 2026, at 12:47 PM,\n Jo <j@x.example> wrote:\n\nsomething",
    "See <https://shop.example/a\n> for what I mean",
    "On 7 September 2026 at 17:00 I wrote:\nplease refund me.\nNothing came.",
    "Sent from my phone because my laptop is broken",
    "Please change my address\n--\nNew street 5\n1234 City",
    "| Size | Qty\n| M | 2",
    "Translation below.\n---- 原文 ----\n我要退货",
    "👍",
    "From the chat:\n2026-09-07 17:00 Max <max@x.example>:\nwe will refund\nWell?",
    "The agent told me on 2026-09-07 at 10:00 (support@x.example):\nyou get a refund\nSo where?",
    "On Monday I wrote:\nplease send it\nbut you did not.",
    "I need a trip\nFrom: Berlin\nTo: Paris\nDate: 12 May\nPassengers: 2\nthanks",
    "他在邮件中写道：\n请发货\n就这样",
    f"Hi, see my answers below in red.\n\n{_OUTLOOK}\nQ1? yes, today",
    f"{_OUTLOOK}\nonly this",
    "> only\n> quoted",
    "Items:\n| a | b |\n| c | d |\nthanks",
    "Look at this\n\n---------- Forwarded message ---------\nFrom: Shop <s@x.example>\n"
    "Date: Mon, Sep 7, 2026 at 5:00 PM\nSubject: Your order\nTo: me\n\nYour order 17",
    "Options:\n--\nred\n--\nblue or green, which "
    "one do you have in stock right now please "
    "tell me?",
)
