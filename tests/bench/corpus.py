"""A synthetic support mailbox: the same count and seed give the same bytes (standard library).

Mean size about 11 KiB, a third of the mail is the owner's answers, 31 % Chinese in several
charsets, 5 % with attachments, newsletters, automatic replies, bounces. Another seed gives other
mail ("new mail"). Written as a Maildir, so that any mail server can serve it.
"""

import argparse
import base64
import binascii
import itertools
import os
import random
import sys
import textwrap
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime, formatdate
from html import escape
from pathlib import Path

OWNER = ("Sam Rivera", "support@solodesk.example")
_SPAN_S = 3 * 365 * 86_400
_START_S = 1_698_796_800  # 2023-11-01

_EN = """the to a and I you is it for of in not my on that have with this can be order your we are
please when but was do has me so if how as after get no from would invoice refund licence account
payment email error version update install app file export report password login customer charge
shipping delivery address tracking number item size colour return exchange broken missing wrong
support help question issue problem screen button page website download key code activate trial
upgrade plan subscription cancel renewal receipt tax discount coupon thanks hello regards again
still today yesterday week month since before working stopped crashed message shows printer network
server folder backup database calendar phone tablet team company change anyone soon reply attached
screenshot log details steps expected instead happened tried different same another""".split()
_ZH = """您好 请问 订单 退款 发票 付款 收到 什么 时候 可以 谢谢 我们 你们 客服 问题 安装 软件 版本 更新 错误
密码 登录 账号 地址 快递 物流 包裹 没有 已经 还是 不能 怎么 办理 换货 退货 质量 颜色 尺寸 数量 价格 优惠
支付宝 微信 银行 转账 确认 尽快 回复 处理 附件 截图 文件 导出 报表 许可证 激活 续费 订阅 取消 麻烦 帮忙
昨天 今天 上周 下单 发货 收货 签收 损坏 缺少 补发 公司 抬头 税号 开票 电子 邮箱 手机 电脑 系统 无法 打开""".split()
_NAMES = "Anna Ben Carla David Elena Farid Grace Hugo Ines Jonas Karin Liam Maya Noor Oscar".split()
_SURNAMES = "Smith Lopez Okafor Novak Chen Müller Dubois Rossi Kim Tanaka Olsen Silva Patel".split()
_ZH_SURNAMES, _ZH_GIVEN = "王李张刘陈杨赵黄周吴徐孙", "伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚"
_KINDS = ("thread", "newsletter", "auto_reply", "bounce", "notice")
_WEIGHTS = (72, 12, 6, 4, 6)

Words = tuple[list[str], list[float]]
Part = tuple[bytes, bytes]


@dataclass(slots=True)
class Talk:
    """One conversation while it is being written."""

    random: random.Random
    number: int
    seed: int
    kind: str
    customer: tuple[str, str, str]
    ids: list[str] = field(default_factory=list)
    quote: str = ""
    subject: str = ""


def _zipf(words: list[str]) -> Words:
    return words, list(itertools.accumulate(1 / (place + 6) for place in range(len(words))))


def _vocabulary() -> dict[str, Words]:
    """Common words, then thousands of rare ones, as in real mail."""
    dice = random.Random("vocabulary")
    syllables = ["".join(pair) for pair in itertools.product("bcdfghjklmnprstvwz", "aeiou")]
    rare = sorted({"".join(dice.choices(syllables, k=dice.randint(2, 4))) for _ in range(15000)})
    dice.shuffle(rare)
    codes = itertools.product(range(0xB0, 0xD7), range(0xA1, 0xFE))
    common = [bytes(code).decode("gb2312") for code in codes]
    pairs = sorted({"".join(dice.choices(common, k=2)) for _ in range(6000)})
    dice.shuffle(pairs)
    return {"en": _zipf(_EN + rare), "zh": _zipf(_ZH + pairs)}


_VOCABULARY = _vocabulary()


def _sentence(dice: random.Random, language: str) -> str:
    words, weights = _VOCABULARY[language]
    chosen = dice.choices(words, cum_weights=weights, k=dice.randint(5, 16))
    if language == "zh":
        return "".join(chosen[:-2]) + "，" + "".join(chosen[-2:]) + dice.choice("。。。？！")
    return " ".join(chosen).capitalize() + dice.choice("....?!")


def _paragraphs(dice: random.Random, language: str) -> list[str]:
    join, width = ("", 36) if language == "zh" else (" ", 76)
    texts = [
        join.join(_sentence(dice, language) for _ in range(dice.randint(2, 6)))
        for _ in range(dice.randint(1, 4))
    ]
    return ["\n".join(textwrap.wrap(text, width)) for text in texts]


def _html(paragraphs: list[str], quoted: str, copies: int = 1) -> str:
    style = 'style="font-family:Calibri,Helvetica,sans-serif;font-size:11pt;margin:0 0 8px 0"'
    body = "".join(f'<p class="MsoNormal" {style}>{escape(text)}</p>\n' for text in paragraphs)
    if copies > 1:
        body = "".join(
            f'<table width="600" cellpadding="0"><tr><td {style}><a href="https://x.example/{i}">'
            f'<img src="https://x.example/{i}.png" width="560" alt=""></a>{body}</td></tr></table>'
            for i in range(copies)
        )
    if quoted:
        inner = escape(quoted).replace("\n", "<br>\n")
        body += f'<blockquote type="cite" style="border-left:2px solid #ccc">{inner}</blockquote>\n'
    return f"<html><head><style>p{{margin:0}}</style></head>\n<body>\n{body}</body></html>\n"


def _header(text: str, charset: str) -> str:
    if text.isascii():
        return text
    pieces = (text[at : at + 10].encode(charset) for at in range(0, len(text), 10))
    return "\n ".join(
        f"=?{charset.upper()}?B?{base64.b64encode(piece).decode()}?=" for piece in pieces
    )


def _leaf(text: str, subtype: str, charset: str, encoding: str) -> Part:
    raw = text.encode(charset, "replace")
    if encoding == "base64":
        raw = base64.encodebytes(raw)
    elif encoding == "quoted-printable":
        raw = binascii.b2a_qp(raw, istext=True)
    head = f'Content-Type: text/{subtype}; charset="{charset}"\n'
    return f"{head}Content-Transfer-Encoding: {encoding}\n".encode(), raw


def _multipart(dice: random.Random, subtype: str, parts: list[Part], extra: str = "") -> Part:
    boundary = f"----=_Part_{dice.getrandbits(64):016x}"
    inner = b"".join(b"--%s\n%s\n%s\n" % (boundary.encode(), head, body) for head, body in parts)
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"{extra}\n'
    return head.encode(), inner + b"--%s--\n" % boundary.encode()


def _attachment(dice: random.Random) -> Part:
    mime, ending = dice.choice((("image/png", "png"), ("application/pdf", "pdf")))
    name = f"screenshot-{dice.randint(1, 999)}.{ending}"
    head = (
        f'Content-Type: {mime}\nContent-Disposition: attachment; filename="{name}"\n'
        "Content-Transfer-Encoding: base64\n"
    )
    size = int(10_240 * 20 ** dice.random())
    return head.encode(), base64.encodebytes(dice.randbytes(size))


def _customer(number: int) -> tuple[str, str, str]:
    dice = random.Random(f"customer/{number}")
    if dice.random() < 0.3:
        name = dice.choice(_ZH_SURNAMES) + "".join(dice.choices(_ZH_GIVEN, k=2))
        return name, f"user{number}@{dice.choice(('qq', '163'))}.example", "zh"
    first = dice.choice(_NAMES)
    return (
        f"{first} {dice.choice(_SURNAMES)}",
        f"c{number}.{first.lower()}@mail{number % 211}.example",
        "en",
    )


def _plan(total: int, seed: int) -> tuple[list[tuple[int, int, int]], list[Talk]]:
    """(time, conversation, place in it), in order of time, and the conversations."""
    items: list[tuple[int, int, int]] = []
    talks: list[Talk] = []
    while len(items) < total:
        number = len(talks)
        dice = random.Random(f"{seed}/{number}")
        kind = dice.choices(_KINDS, _WEIGHTS)[0]
        when = _START_S + dice.random() * _SPAN_S
        length = min(14, 1 + int(dice.expovariate(0.42))) if kind == "thread" else 1
        who = _customer(int(max(50, total / 5) * dice.random() ** 1.6))
        talks.append(Talk(dice, number, seed, kind, who))
        for place in range(length):
            items.append((int(when), number, place))
            pause = (9.2, 1.4) if place % 2 == 0 else (10.3, 1.3)
            when += dice.lognormvariate(*pause)
    return sorted(items[:total]), talks


def _encodings(dice: random.Random, language: str) -> tuple[str, str]:
    english = (
        ("utf-8", "quoted-printable"), ("utf-8", "8bit"),
        ("windows-1252", "quoted-printable"), ("utf-8", "base64"),
    )  # fmt: skip
    chinese = (
        ("gb18030", "base64"), ("gb2312", "base64"), ("utf-8", "base64"),
        ("utf-8", "quoted-printable"), ("gb18030", "8bit"),
    )  # fmt: skip
    return dice.choice(english if language == "en" else chinese)


_AUTOMATIC = {
    "newsletter": ("Weekly Deals", "news@shop{n}.example", "List-Id: <news.shop{n}.example>"),
    "notice": ("Payments", "no-reply@pay.example", "Auto-Submitted: auto-generated"),
    "bounce": ("Mail Delivery System", "MAILER-DAEMON@mx.example", "Auto-Submitted: auto-replied"),
}


def _body(
    talk: Talk, paragraphs: list[str], plain: str, quoted: str, coding: tuple[str, str]
) -> Part:
    dice, kind, (charset, how) = talk.random, talk.kind, coding
    if kind == "bounce":
        address = talk.customer[1]
        report = (
            "Reporting-MTA: dns; mx.example\n\n"
            f"Final-Recipient: rfc822; {address}\nAction: failed\nStatus: 5.1.1\n"
        )
        lost = f"Message-ID: <lost.{talk.number}@solodesk.example>\nTo: {address}\n"
        parts = [
            _leaf("The following address failed:\n" + address + "\n", "plain", "us-ascii", "7bit"),
            (b"Content-Type: message/delivery-status\n", report.encode()),
            (b"Content-Type: text/rfc822-headers\n", lost.encode()),
        ]
        return _multipart(dice, "report", parts, "; report-type=delivery-status")
    parts = [_leaf(plain, "plain", charset, how)]
    if kind == "newsletter":
        parts.append(_leaf(_html(paragraphs, "", dice.randint(6, 16)), "html", charset, how))
    elif dice.random() < 0.65:
        parts.append(_leaf(_html(paragraphs, quoted), "html", charset, how))
    whole = parts[0] if len(parts) == 1 else _multipart(dice, "alternative", parts)
    if kind == "thread" and dice.random() < 0.055:
        whole = _multipart(dice, "mixed", [whole, _attachment(dice)])
    return whole


def _message(talk: Talk, place: int, when: int) -> bytes:
    dice, (name, address, language) = talk.random, talk.customer
    ours = talk.kind == "thread" and place % 2 == 1 and dice.random() < 0.92
    charset, how = _encodings(dice, language)
    heading_charset = {"windows-1252": "utf-8", "gb2312": "gb18030"}.get(charset, charset)
    talk.subject = talk.subject or _sentence(dice, language)[:60].rstrip(".。")
    sender, to = (OWNER, (name, address)) if ours else ((name, address), OWNER)
    extra: list[str] = []
    if talk.kind in _AUTOMATIC:
        title, mailbox, sign = _AUTOMATIC[talk.kind]
        number = talk.number % 97
        sender = (title, mailbox.format(n=number))
        extra.append(sign.format(n=number))
    elif talk.kind == "auto_reply":
        extra.append("Auto-Submitted: auto-replied")
    zone = timezone(timedelta(hours=8 if language == "zh" else (0, 1, -5, -8)[talk.number % 4]))
    date = format_datetime(datetime.fromtimestamp(when, zone))
    paragraphs = _paragraphs(dice, language)
    text = "\n\n".join(paragraphs) + f"\n\n-- \n{sender[0]}\n"
    quoted = ""
    if talk.quote and dice.random() < 0.85:
        says = f"On {date}, {to[0]} <{to[1]}> wrote:"
        if language == "zh":
            says = f"在 {date}，{to[0]} <{to[1]}> 写道："
        quoted = says + "\n" + "\n".join("> " + line for line in talk.quote.splitlines()[:90])
    talk.quote = plain = text + (f"\n{quoted}\n" if quoted else "")
    head, body = _body(talk, paragraphs, plain, quoted, (charset, how))
    own_id = f"<{dice.getrandbits(64):016x}.{talk.seed}.{talk.number}.{place}@mail.example>"
    if talk.ids and dice.random() < 0.93:
        extra += [f"In-Reply-To: {talk.ids[-1]}", "References: " + "\n ".join(talk.ids[-12:])]
    talk.ids.append(own_id)
    subject = ("Re: " if place else "") + talk.subject
    signature = base64.b64encode(dice.randbytes(192)).decode()
    lines = [
        f"Return-Path: <{sender[1]}>",
        f"Received: from mx.example (mx.example [192.0.2.{dice.randint(1, 254)}])\n\tby imap"
        f".solodesk.example with ESMTPS id {dice.getrandbits(40):X}; {formatdate(when)}",
        "DKIM-Signature: v=1; a=rsa-sha256; d=mail.example; s=s1;\n\tb="
        + "\n\t ".join(textwrap.wrap(signature, 70)),
        f"From: {_header(sender[0], heading_charset)} <{sender[1]}>",
        f"To: {_header(to[0], heading_charset)} <{to[1]}>",
        f"Subject: {_header(subject, heading_charset)}",
        f"Date: {date}",
        f"Message-ID: {own_id}",
        *extra,
        "MIME-Version: 1.0",
    ]
    return "\n".join(lines).encode() + b"\n" + head + b"\n" + body


def write_maildir(folder: Path, messages: int, seed: int = 1) -> int:
    """Write `messages` mails into the Maildir `folder`; returns their bytes with CRLF."""
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    items, talks = _plan(messages, seed)
    total = 0
    for number, (when, talk, place) in enumerate(items):
        raw = _message(talks[talk], place, when)
        whole = len(raw) + raw.count(b"\n")
        path = folder / "cur" / f"{when}.M{number:06d}P{seed}.corpus,S={len(raw)},W={whole}:2,S"
        path.write_bytes(raw)
        os.utime(path, (when, when))
        total += whole
    return total


def main() -> None:
    """Write a Maildir from the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--messages", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    said = parser.parse_args()
    total = write_maildir(said.folder, said.messages, said.seed)
    made = datetime.now(UTC)
    sys.stdout.write(f"{said.messages} messages, {total / 1e6:.1f} MB, made {made:%Y-%m-%d}\n")


if __name__ == "__main__":
    main()
