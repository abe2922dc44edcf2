"""Contact forms: mail that a web site sends on behalf of a visitor.

The sender is ours, the site's or nobody ("no-reply"); the customer is named by Reply-To or by a
block of labelled lines in the text. A shop's own no-reply mail must not be taken for one.
"""

import re
from dataclasses import dataclass

from solodesk.domain.message import Address
from solodesk.mail import addresses
from solodesk.mail.envelope import Envelope

NO_REPLY = re.compile(
    r"^(?:.*[._+-])?(?:no[._-]?reply|do[._-]?not[._-]?reply|dont[._-]?reply|not?[._-]?reply|"
    r"keine?[._-]?antwort|nicht[._-]?antworten|"
    r"ne[._-]?pas[._-]?repondre|no[._-]?responder|no[._-]?responda|nao[._-]?responda|"
    r"non[._-]?rispondere|unattended|"
    r"no[._-]?contestar|nepasrepondre|mailer-daemon)(?:[._+-].*|\d*)$",
    re.IGNORECASE,
)
_SITE = re.compile(
    r"^(?:wordpress|wp|web|www|www-data|apache|nginx|nobody|httpd|webserver|website|webform|"
    r"webforms|form|forms|formmail|formular|kontakt|"
    r"contact|contactform|contact-form|form-submissions?|formsubmit|submissions?|mailer|"
    r"notifications?|notify|system|server|"
    r"kontaktformular|joomla|drupal|typo3|squarespace|wix|jotform|typeform|weebly|shopify|"
    r"website-?form|hello|"
    r"automailer|automated|bot|robot)(?:[+._-].*)?$",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"^(?:support|info|help|helpdesk|contact|service|services|customer-?(?:service|care|support)|"
    r"care|sales|hello|team|feedback|"
    r"office|kundenservice|kontakt|service-?client|billing|orders?|shop|store|news|newsletter|"
    r"marketing|reply|replies|"
    r"kefu|enquir(?:y|ies)|inquir(?:y|ies)|admin)(?:[._+-].*|\d*)$",
    re.IGNORECASE,
)
_LABELS = {
    "email": "email|e-mail|mail|emailaddress|e-mailaddress|youremail|youre-mail|youremailaddress|"
    "emailid|contactemail|customeremail|visitoremail|senderemail|"
    "e-mail-adresse|emailadresse|mailadresse|ihree-mail|ihree-mail-adresse|correo|"
    "correoelectrónico|courriel|adressee-mail|adressemail|votree-mail|"
    "indirizzoemail|e-mailadres|replyto|reply-to|replyemail|"
    "邮箱|电子邮箱|邮箱地址|电子邮件|电子邮件地址|"
    "邮件|邮件地址|您的邮箱|联系邮箱|客户邮箱|你的邮箱|"
    "email地址|e-mail地址|email邮箱|電子郵件|"
    "電子信箱|信箱|郵箱|"
    "メール|メールアドレス|이메일|이메일주소|почта|эл.почта|электроннаяпочта|емайл",
    "name": "name|yourname|fullname|firstname|lastname|contactname|customername|customer|"
    "visitorname|sendername|from|first|last|"
    "ihrname|vorname|nachname|vorundnachname|nom|prénom|votrenom|nometprénom|nombre|"
    "nombrecompleto|sunombre|apellidos|nome|nomecompleto|cognome|naam|namn|"
    "姓名|您的姓名|你的姓名|名字|称呼|您的称呼|"
    "联系人|客户姓名|客户名称|客户|联系人姓名|昵称|"
    "姓名称呼|聯絡人|お名前|名前|氏名|이름|성함|"
    "имя|"
    "вашеимя|фио",
    "message": "message|yourmessage|messagebody|comment|comments|body|question|inquiry|enquiry|"
    "description|details|howcanwehelp|howcanwehelpyou|nachricht|ihrenachricht|"
    "mitteilung|votremessage|mensaje|messaggio|bericht|mensagem|content|note|notes|"
    "留言|留言内容|内容|信息|消息|咨询内容|问题描述|"
    "问题|备注|需求|您的留言|您的需求|反馈内容|"
    "詢問內容|訊息|内容詳細|お問い合わせ内容|ご用件|"
    "메시지|"
    "문의내용|сообщение|текст",
    "phone": "phone|phonenumber|telephone|tel|mobile|telefon|telefonnummer|téléphone|teléfono|"
    "telefono|telefoon|电话|手机|手机号|手机号码|"
    "联系电话|联系方式|電話|電話番号|전화번호|연락처|"
    "телефон|微信|wechat|qq",
    "subject": "subject|betreff|sujet|asunto|oggetto|onderwerp|topic|主题|标题|主旨|件名|제목|тема",
}
_KIND = {label: kind for kind, names in _LABELS.items() for label in names.split("|")}
_LINE = re.compile(
    r"^[^\S\n>]*[*•·\-–【\[]*[^\S\n]*([^\W\d_][^\n:：=|"
    r"@<>]{0,38}?)[^\S\n]*[\]】*]*[^\S\n]*(?:[:：=|]|[^\S\n]{2,}|\t)[^\S\n]*[*]*(.*)$"
)
_LABEL_ALONE = re.compile(
    r"^[^\S\n]*[*•·\-–【\[]*[^\S\n]*([^\W\d_][^\n:：=|@<>]{0,38}?)[^\S\n]*[\]】*:：]*[^\S\n]*$"
)
_ADDRESS = re.compile(
    r"[^\s<>\"'(),;:：，（）\[\]]{1,80}@[^\s<>\"'(),;:：，（）\[\]]{1,120}\.[A-Za-z]{2,24}"
)
_MAX_LINES = 150


@dataclass(frozen=True, slots=True)
class FormSender:
    """Who filled in a form (None: somebody without an address), and how we know."""

    customer: Address | None
    evidence: str


@dataclass(frozen=True, slots=True)
class _Block:
    fields: dict[str, str]
    address: str | None


def is_no_reply(address: str) -> bool:
    """The local part says that nobody reads answers."""
    return bool(NO_REPLY.match(address.partition("@")[0]))


def find_form(env: Envelope, body: str, own: frozenset[str], *, bulk: bool) -> FormSender | None:
    """The person behind a contact form, or None when the mail is none.

    `bulk`: the mail carries list or bulk headers, so only a labelled block is believed.
    """
    sender = env.from_
    if sender is None or not sender.address or sender.address.lower().startswith("mailer-daemon"):
        return None
    trusted = _speaks_for_others(env, sender, own)
    other = _named_by_reply_to(env, sender, own)
    if not trusted and other is None:
        return None
    block = read_block(body, own)
    same = block is not None and other is not None and block.address == other.address.lower()
    if other is not None and (
        same or (trusted and not bulk and not _role_of_same_house(sender, other))
    ):
        name = other.name or (block.fields.get("name", "") if block else "")
        return FormSender(Address(_plain_name(name), other.address), "contact_form:reply_to")
    if trusted and block is not None and len(block.fields) >= 2:
        if block.address:
            name = block.fields.get("name", "")
            return FormSender(
                Address(_plain_name(name), addresses.tidy_address(block.address)),
                "contact_form:body",
            )
        if {"name", "message"} <= block.fields.keys() or {
            "phone",
            "message",
        } <= block.fields.keys():
            return FormSender(None, "contact_form:no_address")
    return None


def _speaks_for_others(env: Envelope, sender: Address, own: frozenset[str]) -> bool:
    local, _, domain = sender.address.lower().partition("@")
    to = {a.address.lower() for a in (*env.to, *env.cc)}
    to_us = bool(to & own) or not to
    if sender.address.lower() in own:
        return to_us
    if sender.address.lower() in to and len(to) == 1:
        return True
    house = any(domain == address.rpartition("@")[2] for address in own) and not _free(domain)
    return (
        is_no_reply(sender.address)
        or bool(_SITE.match(local))
        or (house and to_us and bool(_SITE.match(local)))
    )


def _free(domain: str) -> bool:
    return domain in FREE_MAIL


def _named_by_reply_to(env: Envelope, sender: Address, own: frozenset[str]) -> Address | None:
    for address in env.reply_to:
        lower = address.address.lower()
        if (
            "@" in lower
            and lower not in own
            and lower != sender.address.lower()
            and not is_no_reply(lower)
        ):
            return address
    return None


def _role_of_same_house(sender: Address, other: Address) -> bool:
    """A company's no-reply mail with its own service address as Reply-To."""
    local, _, domain = other.address.lower().partition("@")
    ours = sender.address.lower().partition("@")[2]
    same = _registered(domain) == _registered(ours) and domain not in FREE_MAIL
    return same and bool(_ROLE.match(local))


def _registered(domain: str) -> str:
    return ".".join(domain.split(".")[-2:])


def _plain_name(name: str) -> str:
    return re.sub(r"\s+", " ", _ADDRESS.sub("", name)).strip(" <>\"'")[:120]


def read_block(body: str, own: frozenset[str]) -> _Block | None:
    """The labelled lines of a form ("Name: …", "邮箱：…") in a text, on one line or on two."""
    fields: dict[str, str] = {}
    found: str | None = None
    lines = [line.strip()[:400] for line in body.split("\n", _MAX_LINES)[:_MAX_LINES]]
    lines = [line for line in lines if line]
    for number, line in enumerate(lines):
        kind, value = _labelled(line)
        if kind is None:
            continue
        if not value and number + 1 < len(lines) and _labelled(lines[number + 1])[0] is None:
            value = lines[number + 1].strip()
        if kind == "name" and fields.get("name") and value and len(fields["name"]) < 60:
            value = fields["name"] + " " + value if _second_name(line) else fields["name"]
        if value:
            fields[kind] = value if kind == "name" else fields.get(kind, value)
        if kind in {"email", "name"} and found is None:
            found = _foreign_address(value, own)
    return _Block(fields, found) if fields else None


def _second_name(line: str) -> bool:
    return bool(re.match(r"\W*(?:last|nachname|apellidos|cognome)", line, re.IGNORECASE))


def _labelled(line: str) -> tuple[str | None, str]:
    for pattern in (_LINE, _LABEL_ALONE):
        match = pattern.match(line)
        if match:
            word = re.sub(r"[\s\u3000()（）*]+|required|必填", "", match[1]).lower()
            kind = _KIND.get(word)
            if kind:
                return kind, (match[2].strip() if pattern is _LINE else "")
    return None, ""


def _foreign_address(value: str, own: frozenset[str]) -> str | None:
    match = _ADDRESS.search(value)
    if match is None:
        return None
    address = match[0].rstrip(".").lower().removeprefix("mailto:")
    return None if address in own or is_no_reply(address) else address


FREE_MAIL = frozenset(
    {
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "msn.com",
        "yahoo.com",
        "yahoo.co.uk",
        "yahoo.co.jp",
        "yahoo.fr",
        "yahoo.de",
        "ymail.com",
        "icloud.com",
        "me.com",
        "mac.com",
        "aol.com",
        "gmx.de",
        "gmx.net",
        "gmx.com",
        "gmx.at",
        "web.de",
        "t-online.de",
        "freenet.de",
        "mail.com",
        "proton.me",
        "protonmail.com",
        "pm.me",
        "fastmail.com",
        "zoho.com",
        "yandex.ru",
        "yandex.com",
        "mail.ru",
        "qq.com",
        "vip.qq.com",
        "foxmail.com",
        "163.com",
        "126.com",
        "yeah.net",
        "vip.163.com",
        "sina.com",
        "sina.cn",
        "sohu.com",
        "139.com",
        "189.cn",
        "aliyun.com",
        "tom.com",
        "21cn.com",
        "naver.com",
        "daum.net",
        "hanmail.net",
        "orange.fr",
        "free.fr",
        "laposte.net",
        "wanadoo.fr",
        "libero.it",
        "hotmail.co.uk",
        "hotmail.fr",
        "hotmail.de",
        "outlook.de",
        "outlook.fr",
        "hey.com",
        "bigpond.com",
        "comcast.net",
        "btinternet.com",
        "rambler.ru",
        "seznam.cz",
        "wp.pl",
        "o2.pl",
        "docomo.ne.jp",
        "ezweb.ne.jp",
        "softbank.ne.jp",
    }
)
