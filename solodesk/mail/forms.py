"""Contact forms: mail that a web site sends on behalf of a visitor.

The sender is ours, the site's or nobody ("no-reply"); the customer is named by Reply-To or by a
block of labelled lines in the text (form_fields.py). A shop's own no-reply mail must not be taken
for one.
"""

import re
from dataclasses import dataclass

from solodesk.domain.message import Address
from solodesk.mail import addresses, headers
from solodesk.mail.envelope import Envelope
from solodesk.mail.form_fields import Fields, Foreign, read_fields

NO_REPLY = re.compile(
    r"^(?:.*[._+-])?(?:no[._-]?reply|do[._-]?not[._-]?reply|dont[._-]?reply|not?[._-]?reply|"
    r"keine?[._-]?antwort|nicht[._-]?antworten|"
    r"ne[._-]?pas[._-]?repondre|no[._-]?responder|no[._-]?responda|nao[._-]?responda|"
    r"non[._-]?rispondere|unattended|"
    r"no[._-]?contestar|nepasrepondre|mailer-daemon)(?:[._+-].*|\d*)$",
    re.IGNORECASE,
)
_SITE = re.compile(
    r"^(?:wordpress|wp|www|www-data|apache|nginx|nobody|httpd|webserver|website|webform|"
    r"webforms|forms?|formmail|formular|form-?responses?|formulaires?|formularios?|contact-?us|"
    r"contact[._-]?forms?|form[._-]?submissions?|formsubmit|form[._-]?mailer|submissions?|mailer|"
    r"notifications?|kontakt-?formular|web-?form-?mailer|leads?|offline-?messages?|live-?chat|"
    r"joomla|drupal|typo3|squarespace|wix|jotform|typeform|weebly|shopify|formspree|webflow|"
    r"website-?form|automailer|php-?mailer|postman|cgi(?:-mailer)?)(?:[+._-].*)?$",
    re.IGNORECASE,
)
# Names that sites use and people too: they speak for others only when a form's fields are there.
_PERHAPS = re.compile(
    r"^(?:contact|kontakt|hello|web|email|e-mail|mail|messages?|system|server|notify|automated|bot|"
    r"robot|info|admin|webmaster|root|site|inbox|alerts?|postmaster|service)(?:[+._-].*)?$",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"^(?:support|info|help|helpdesk|contact|service|services|customer-?(?:service|care|support)|"
    r"care|sales|hello|team|feedback|"
    r"office|kundenservice|kontakt|service-?client|billing|orders?|shop|store|news|newsletter|"
    r"accounts?|accounting|accounts?-?payable|invoices?|finance|rechnung|hr|jobs|"
    r"legal|privacy|security|abuse|press|bookings?|reservations?|hallo|mail|email|"
    r"marketing|reply|replies|success|customers?|clients?|members?|community|notifications?|"
    r"kefu|enquir(?:y|ies)|inquir(?:y|ies)|admin)(?:[._+-].*|\d*)$",
    re.IGNORECASE,
)
_FORM_WORDS = re.compile(
    r"\bform\b|submission|submitted|new (?:response|entry|enquiry|inquiry|message|lead|"
    r"contact)|contact (?:request|message)|enquiry|inquiry|message from|website message|"
    r"formular|kontaktanfrage|anfrage|formulaire|demande de contact|formulario|consulta|"
    r"modulo di contatto|"
    r"contactformulier|formulário|留言|表单|表單|咨询|諮詢|询盘|詢價|在线反馈|反馈|联系我们|聯絡我們|"
    r"お問い?合わ?せ|フォーム|문의|обратн|форм[аыу]|заявк",
    re.IGNORECASE,
)
_RECEIPT = re.compile(
    r"\b(?:orders?|payment|paid|invoice|receipt|booking confirm\w*|reservation|registration|"
    r"registered|sign(?:ed)? ?up|password|verif\w+|confirm\w*|account|subscri\w+|newsletter|"
    r"shipped|delivery|"
    r"shipment|refund(?:ed)?|review|statement|bestellung|rechnung|zahlung|commande|facture|"
    r"paiement|"
    r"pedido|factura|pago|ordine|fattura|pagamento|bestelling|factuur)\b|订单|付款|支付|收据|发票|"
    r"注册|验证码|密码|发货|注文|請求書|訂單|발송|주문|заказ",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[^\s<>\"'()]{1,80}@[^\s<>\"'()]{1,120}")
_HEAD = 2000
_TOP = 4
"""A form's fields begin in the first lines; a signature's at the end."""


@dataclass(frozen=True, slots=True)
class FormSender:
    """Who filled in a form (None: somebody without an address), and how we know."""

    customer: Address | None
    evidence: str


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
    if not trusted and other is None and not _announced(env, body):
        return None
    fields = _fields(body, own)
    if not trusted and other is None:
        return _of_stranger(sender, fields, bulk=bulk)
    if other is not None and _behind_reply_to(
        env, sender, other, fields, trusted=trusted, bulk=bulk
    ):
        name = other.name or fields.values.get("name", "")
        return FormSender(Address(_plain_name(name), other.address), "contact_form:reply_to")
    return _in_body(env, body, fields) if trusted and not env.is_reply else None


def _in_body(env: Envelope, body: str, fields: Fields) -> FormSender | None:
    """The person named by the fields alone."""
    values = fields.values
    says = "message" in values and not fields.weak
    if not _is_form(fields) or not (says or _called_form(env, body)):
        return None
    if fields.address:
        return FormSender(_visitor(fields, fields.address), "contact_form:body")
    if "message" in values and values.keys() & {"name", "phone"}:
        return FormSender(None, "contact_form:no_address")
    return None


def _visitor(fields: Fields, address: str) -> Address:
    return Address(_plain_name(fields.values.get("name", "")), addresses.tidy_address(address))


def _announced(env: Envelope, body: str) -> bool:
    """The subject of a first mail with an address in it says that somebody filled something in."""
    return not env.is_reply and "@" in body[:_HEAD] and bool(_FORM_WORDS.search(env.subject))


def _of_stranger(sender: Address, fields: Fields, *, bulk: bool) -> FormSender | None:
    """A site that sends through somebody's ordinary mailbox: only a whole form is believed."""
    values = fields.values
    whole = {"email", "message"} <= values.keys() and values.keys() & {"name", "phone"}
    if bulk or not whole or fields.header_words or fields.at > _TOP * 2:
        return None
    if fields.address is None or fields.address == sender.address.lower():
        return None
    return FormSender(_visitor(fields, fields.address), "contact_form:body")


def _called_form(env: Envelope, body: str) -> bool:
    """Subject or first lines say that somebody filled something in, and not that they bought."""
    head = f"{env.subject}\n{body[:300]}"
    return bool(_FORM_WORDS.search(head)) and not _RECEIPT.search(env.subject)


def message_of(body: str) -> str | None:
    """What the visitor wrote, when the form labels it; for mails `find_form` says are forms."""
    found = _fields(body, frozenset()).values.get("message", "")
    return found if any(char.isalnum() for char in found) else None


def _fields(body: str, own: frozenset[str]) -> Fields:
    return read_fields(body, Foreign(own, NO_REPLY))


def _is_form(fields: Fields) -> bool:
    """At least two labelled fields that say who and what, and not the head of a forwarded mail."""
    telling = fields.values.keys() - {"other"}
    return len(telling) >= 2 and fields.header_words == 0


def _behind_reply_to(
    env: Envelope, sender: Address, other: Address, fields: Fields, *, trusted: bool, bulk: bool
) -> bool:
    """Is the person in Reply-To somebody a form speaks for?"""
    values = fields.values
    form = _is_form(fields)
    if form and fields.address == other.address.lower():
        if trusted and ("message" in values or _called_form(env, "") or not _receipt(env)):
            return True
        top = {"name", "email"} <= values.keys() and fields.at < _TOP
        return ("message" in values or top) and not env.is_reply
    if not trusted or bulk or _role_of_same_house(sender, other):
        return False
    if form and "message" in values and not (fields.weak and _receipt(env)):
        return True
    if _sends_to_itself(env, sender):
        return True
    # A machine that sets Reply-To to a service address writes for itself: bills, notices.
    if _receipt(env) or _ROLE.match(other.address.partition("@")[0]):
        return False
    return form or not _PERHAPS.match(sender.address.partition("@")[0])


def _sends_to_itself(env: Envelope, sender: Address) -> bool:
    """Only a site's own mailer writes from the address it writes to, with another Reply-To."""
    return any(sender.address.lower() == to.address.lower() for to in env.to)


def _receipt(env: Envelope) -> bool:
    return bool(_RECEIPT.search(env.subject)) and not _FORM_WORDS.search(env.subject)


def _speaks_for_others(env: Envelope, sender: Address, own: frozenset[str]) -> bool:
    local = sender.address.lower().partition("@")[0]
    to = {a.address.lower() for a in (*env.to, *env.cc)}
    to_us = bool(to & own) or not to
    if sender.address.lower() in own:
        return to_us
    if sender.address.lower() in to and len(to) == 1:
        return True
    return is_no_reply(sender.address) or bool(_SITE.match(local) or _PERHAPS.match(local))


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
    plain = headers.one_line(_ADDRESS.sub("", name))
    return re.sub(r"\s+", " ", plain).strip(" <>\"'")[:120]


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
