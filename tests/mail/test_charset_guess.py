"""Bytes about which nothing is said are read as what makes sense, also when they are few."""

import pytest

from solodesk.mail import charsets
from solodesk.mail.charset_labels import codec_for, forced

_SAID = {
    "gb18030": ["您好，请问我的订单什么时候发货？", "张三", "退款", "发票抬头", "李明", "王小红",
                "收到，谢谢", "北京科技有限公司", "陈静怡", "请查收附件"],
    "big5": ["請問我的訂單什麼時候到？", "張三", "退款", "林小美", "台灣科技股份有限公司"],
    "cp949": ["안녕하세요, 주문을 확인해 주세요", "김철수", "환불 요청"],
    "cp932": ["ご注文の確認をお願いします", "返品について", "領収書をください"],
    "euc_jp": ["ご注文の確認をお願いします", "返品について"],
    "cp1251": ["Здравствуйте, где мой заказ?", "Иван Петров", "Возврат", "ЗАКАЗ"],
    "koi8_r": ["Здравствуйте, где мой заказ?", "Иван Петров", "Возврат"],
    "cp1252": ["Größe für Müller", "Café", "naïve – “quoted”", "José García", "It’s fine", "5 €",
               "Håkan Åberg", "Não recebi a encomenda", "¿Dónde está mi pedido?", "Ærø"],
    "cp1250": ["Zażółć gęślą jaźń", "Hol van a csomagom? Köszönöm szépen"],
    "cp1253": ["Καλημέρα, πού είναι η παραγγελία μου;", "Ευχαριστώ πολύ", "Γιώργος"],
    "cp1254": ["Siparişim nerede? Teşekkür ederim", "Ağustos ayı faturası"],
    "cp1255": ["שלום, איפה ההזמנה שלי?", "תודה רבה"],
    "cp1256": ["مرحبا، أين طلبي؟", "شكرا جزيلا"],
    "cp874": ["สวัสดีครับ ขอสอบถามเรื่องสินค้า", "ขอบคุณครับ"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("codec", "text"), [(codec, text) for codec, texts in _SAID.items() for text in texts]
)
def test_unlabelled_bytes(codec: str, text: str) -> None:
    for said in (text, f"Re: order 123 {text}"):
        assert charsets.decode(said.encode(codec)) == said


@pytest.mark.parametrize("codec", _SAID)
def test_a_false_utf8_label_changes_nothing(codec: str) -> None:
    text = _SAID[codec][0]
    assert charsets.decode(text.encode(codec), "utf-8") == text


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("GB2312", "gb18030"), ("x-gbk", "gb18030"), ("gb18030-2022", "gb18030"),
        ("ks_c_5601-1987", "cp949"), ("EUC-KR", "cp949"), ("Windows-31J", "cp932"),
        ("ISO-8859-1", "cp1252"), ("latin1", "cp1252"), ("iso8859_15", "iso8859-15"),
        ("ISO-8859-8-I", "cp1255"), ("iso-8859-9", "cp1254"), ("windows-1251", "cp1251"),
        ("win1251", "cp1251"), ("CP-866", "cp866"), ("ibm850", "cp850"), ("KOI8-U", "koi8_u"),
        ("x-mac-cyrillic", "mac_cyrillic"), ("MacRoman", "mac_roman"), ("VISCII", "x-viscii"),
        ("unicode-1-1-utf-7", "utf-7"), ("utf8mb4", "utf-8"), ('"UTF-8"', "utf-8"),
        ("UTF-8; format=flowed", "utf-8"), ("cp65001", "utf-8"), ("utf-8//IGNORE", "utf-8"),
        ("cp50221", "iso2022_jp"), ("iso-2022-jp-ms", "iso2022_jp"), ("x-unknown", None),
        ("unknown-8bit", None), ("us-ascii", None), ("", None), ("%CHARSET%", None),
        ("base64", None), ("zlib", None), ("punycode", None), ("no-such-thing", None),
    ],
)  # fmt: skip
def test_labels(label: str, codec: str | None) -> None:
    assert codec_for(label) == codec


def test_no_label_of_a_mail_is_the_owners_choice() -> None:
    chosen = forced("gbk")
    assert chosen is not None
    assert not chosen.isprintable()
    assert forced("martian") is None
    assert charsets.decode("您好".encode(), "=gb18030") == "您好"
