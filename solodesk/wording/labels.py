"""Names of codes on screen: statuses, views, kinds, outbox states, channels (product.md).

An unknown code is shown as it is: a newer store must not break an older screen.
"""

from solodesk.wording.gettext import _, marked

_STATUS = {
    "open": marked("Open"),
    "waiting": marked("Waiting for customer"),
    "closed": marked("Closed"),
    "spam": marked("Spam"),
    "snoozed": marked("Snoozed"),
}
_VIEW = {
    "needs_reply": marked("Needs reply"),
    "waiting": marked("Waiting"),
    "snoozed": marked("Snoozed"),
    "drafts": marked("Drafts"),
    "outbox": marked("Outbox"),
    "closed": marked("Closed"),
    "automatic": marked("Automatic"),
    "spam": marked("Spam"),
    "all": marked("All"),
    "hidden": marked("Hidden"),
}
_KIND = {
    "person": marked("from a person"),
    "own": marked("your own answer"),
    "auto_reply": marked("automatic reply"),
    "bounce": marked("returned mail"),
    "list": marked("newsletter"),
    "survey": marked("survey answer"),
    "report": marked("delivery report"),
    "spam": marked("spam"),
    "duplicate": marked("duplicate"),
    "damaged": marked("damaged mail"),
}
_OUTBOX = {
    "held": marked("waits to leave"),
    "queued": marked("leaves when online"),
    "sending": marked("sending"),
    "sent": marked("sent"),
    "retrying": marked("trying again"),
    "uncertain": marked("sent, not confirmed"),
    "failed": marked("not sent"),
    "cancelled": marked("cancelled"),
}
_CHANNEL = {
    "phone": marked("Phone"),
    "chat": marked("Chat"),
    "wechat": marked("WeChat"),
    "social": marked("Social network"),
    "in_person": marked("In person"),
}
_BOUNCE = {
    "address_unknown": marked("This address does not exist."),
    "mailbox_full": marked("The mailbox is full."),
    "host_unknown": marked("The address's mail service does not exist."),
    "policy": marked("The other side refuses mail from us."),
    "spam": marked("The other side took it for spam."),
    "too_big": marked("The message is too big for the other side."),
    "temporary": marked("The other side could not take it for now."),
    "other": marked("The other side returned it."),
}
_LANGUAGE = {
    "en": "English",
    "zh": "中文",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "it": "Italiano",
    "pt": "Português",
    "ja": "日本語",
    "ko": "한국어",
    "ru": "Русский",
    "nl": "Nederlands",
}
_PRIORITY = {"low": marked("Low"), "normal": marked("Normal"), "high": marked("High")}
_SNOOZE = {
    "later_today": marked("Later today"),
    "this_evening": marked("This evening"),
    "tomorrow": marked("Tomorrow"),
    "weekend": marked("Weekend"),
    "next_week": marked("Next week"),
    "next_opening": marked("Next service hour"),
}
_CSAT3 = {1: marked("Not good"), 2: marked("Okay"), 3: marked("Great")}
_CSAT3_MARK = {1: "🙁", 2: "😐", 3: "😀"}
_SCALE = {
    "csat3": marked("Satisfaction"),
    "csat5": marked("Satisfaction, 1 to 5"),
    "ces7": marked("Effort, 1 to 7"),
    "nps": marked("Recommendation, 0 to 10"),
}
_TOP = {"csat5": 5, "ces7": 7, "nps": 10}
_TLS = {
    "tls": marked("Encrypted"),
    "starttls": marked("Encrypted after greeting"),
    "plain": marked("Not encrypted"),
}
_WEEKDAYS = {
    "mon": marked("Monday"),
    "tue": marked("Tuesday"),
    "wed": marked("Wednesday"),
    "thu": marked("Thursday"),
    "fri": marked("Friday"),
    "sat": marked("Saturday"),
    "sun": marked("Sunday"),
}
_ACKNOWLEDGE = {
    "off": marked("Never"),
    "always": marked("Always"),
    "out_of_hours": marked("Outside business hours"),
}
_QUOTE = {"none": marked("Nothing"), "last": marked("The last message")}


def _label(table: dict[str, str], code: str) -> str:
    return _(table[code]) if code in table else code


def status(code: str) -> str:
    """A ticket's status."""
    return _label(_STATUS, code)


def view(code: str) -> str:
    """A list in the sidebar."""
    return _label(_VIEW, code)


def kind(code: str) -> str:
    """What wrote a message."""
    return _label(_KIND, code)


def outbox_state(code: str) -> str:
    """Where a reply is on its way out."""
    return _label(_OUTBOX, code)


def channel(code: str) -> str:
    """How a logged contact took place."""
    return _label(_CHANNEL, code)


def bounce_reason(code: str) -> str:
    """Why a reply came back: a whole sentence."""
    return _label(_BOUNCE, code if code in _BOUNCE else "other")


def language(code: str) -> str:
    """A language by its own name."""
    return _LANGUAGE.get(code, code)


def priority(code: str) -> str:
    """A ticket's priority."""
    return _label(_PRIORITY, code)


def snooze(code: str) -> str:
    """An offer of the snooze menu."""
    return _label(_SNOOZE, code)


def scale(code: str) -> str:
    """A survey's scale."""
    return _label(_SCALE, code)


def transport(code: str) -> str:
    """How a connection is protected."""
    return _label(_TLS, code)


def rating(scale_: str, value: int) -> str:
    """`Great`, or `4 of 5`."""
    if scale_ == "csat3":
        return _(_CSAT3.get(value, "?"))
    return _("{value} of {top}").format(value=value, top=_TOP.get(scale_, "?"))


def rating_mark(scale_: str, value: int) -> str:
    """😀 😐 🙁, or `4/5`."""
    if scale_ == "csat3":
        return _CSAT3_MARK.get(value, "?")
    return f"{value}/{_TOP.get(scale_, '?')}"


def weekday(code: str) -> str:
    """A day of the week by its code: mon … sun."""
    return _label(_WEEKDAYS, code)


def choice(setting: str, code: str) -> str:
    """A choice of the setting named `setting`."""
    tables = {
        "language_default": _LANGUAGE,
        "start_view": _VIEW,
        "survey_scale": _SCALE,
        "quote": _QUOTE,
        "acknowledge": _ACKNOWLEDGE,
    }
    return _label(tables.get(setting, {}), code)


_COUNTRY = {
    "CN": marked("China"),
    "HK": marked("Hong Kong"),
    "TW": marked("Taiwan"),
    "SG": marked("Singapore"),
    "DE": marked("Germany"),
    "AT": marked("Austria"),
    "CH": marked("Switzerland"),
    "FR": marked("France"),
    "GB": marked("the United Kingdom"),
    "IE": marked("Ireland"),
    "US": marked("the United States"),
    "CA": marked("Canada"),
    "AU": marked("Australia"),
    "JP": marked("Japan"),
    "NL": marked("the Netherlands"),
}


def country(code: str) -> str:
    """A country by its ISO code; a subdivision ("DE-BY") keeps its code."""
    land, _dash, part = code.partition("-")
    return _label(_COUNTRY, land) + (f" ({part})" if part else "")
