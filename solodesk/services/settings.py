"""The business settings: typed descriptors, and their values with a date from which they hold.

The descriptors generate the preferences pages, `solodesk settings` and the README's table.
Device settings (window, theme, language) live elsewhere. Must not know what a setting is for.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from solodesk.base.errors import KnownError
from solodesk.domain.changes import Changes
from solodesk.domain.survey import Scale
from solodesk.domain.views import View
from solodesk.services import setting_values
from solodesk.services.units import Desk, Reader
from solodesk.wording.gettext import marked

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WORKING: Final = ("mon", "tue", "wed", "thu", "fri")
DEFAULT_HOURS: Final = {d: [["09:00", "18:00"]] if d in _WORKING else [] for d in DAYS}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting; limits are inclusive.

    `kind`: text, choice, number, flag, zone, hours, dates, or template (Liquid, several lines).
    """

    key: str
    kind: str
    default: Any
    title: str
    low: int | None = None
    high: int | None = None
    choices: tuple[str, ...] = ()
    unit: str = "s"
    """Of a number: seconds, or "" for a count."""
    dated: bool = False
    """True when a change has a valid-from date, so that new hours do not rewrite the past."""


@dataclass(frozen=True, slots=True)
class Value:
    """A setting with the value in force. `given` is False while the default holds."""

    setting: Setting
    value: Any
    given: bool


PAGES: Final[tuple[tuple[str, tuple[Setting, ...]], ...]] = (
    (
        marked("Business"),
        (
            Setting("business_name", "text", "", marked("Name of your business")),
            Setting("owner_name", "text", "", marked("Your name")),
            Setting("zone", "zone", None, marked("Time zone")),
            Setting(
                "language_default",
                "choice",
                "en",
                marked("Language when unsure"),
                choices=("en", "zh"),
            ),
        ),
    ),
    (
        marked("Hours and goals"),
        (
            Setting("hours", "hours", DEFAULT_HOURS, marked("Business hours"), dated=True),
            Setting("holidays_country", "text", "", marked("Public holidays of"), dated=True),
            Setting("days_off", "dates", [], marked("Days off"), dated=True),
            Setting("workdays", "dates", [], marked("Make-up working days"), dated=True),
            Setting(
                "goal_first_s",
                "number",
                14_400,
                marked("Goal for the first answer"),
                low=60,
                high=2_592_000,
                dated=True,
            ),
            Setting(
                "goal_next_s",
                "number",
                14_400,
                marked("Goal for every next answer"),
                low=60,
                high=2_592_000,
                dated=True,
            ),
            Setting(
                "service_hours",
                "number",
                3_600,
                marked("Time for service a day"),
                low=300,
                high=86_400,
                dated=True,
            ),
        ),
    ),
    (
        marked("Answering"),
        (
            Setting("undo_send_s", "number", 10, marked("Undo send"), low=0, high=120),
            Setting(
                "quote", "choice", "last", marked("Quote when answering"), choices=("none", "last")
            ),
            Setting(
                "start_view",
                "choice",
                View.NEEDS_REPLY.value,
                marked("View at the start"),
                choices=tuple(View),
            ),
        ),
    ),
    (
        marked("Satisfaction"),
        (
            Setting(
                "survey_on_close", "flag", False, marked("Ask for a rating when a ticket is closed")
            ),
            Setting(
                "survey_scale",
                "choice",
                Scale.CSAT3.value,
                marked("Scale of the survey"),
                choices=tuple(Scale),
            ),
        ),
    ),
    (
        marked("Automatic mail"),
        (
            Setting(
                "acknowledge",
                "choice",
                "off",
                marked("Acknowledge new mail (while SoloDesk runs)"),
                choices=("off", "always", "out_of_hours"),
            ),
            Setting(
                "acknowledge_text_en", "template", "", marked("Its words in English (empty: ours)")
            ),
            Setting(
                "acknowledge_text_zh", "template", "", marked("Its words in Chinese (empty: ours)")
            ),
            Setting(
                "automatic_cap_day",
                "number",
                50,
                marked("Automatic mails a day at most"),
                low=0,
                high=1_000,
                unit="",
            ),
        ),
    ),
    (
        marked("Mailbox"),
        (
            Setting(
                "more_folders", "text", "", marked("More folders to read (a semicolon between)")
            ),
            Setting(
                "whole_mail_mb",
                "number",
                25,
                marked("Fetch mail whole up to (MB)"),
                low=1,
                high=250,
                unit="",
            ),
            Setting(
                "server_seen",
                "flag",
                False,
                marked("Mark mail as read on the server when read here"),
            ),
            Setting(
                "server_answered",
                "flag",
                False,
                marked("Mark mail as answered on the server when answered here"),
            ),
            Setting(
                "server_archive",
                "flag",
                False,
                marked("Move mail of closed tickets to the archive folder on the server"),
            ),
            Setting(
                "archive_folder", "text", "", marked("Archive folder (empty: the server's own)")
            ),
            Setting(
                "server_sent",
                "flag",
                False,
                marked(
                    "Put copies of sent mail into the Sent folder where the provider keeps none"
                ),
            ),
            Setting("microsoft_client_id", "text", "", marked("Own client id for Microsoft")),
        ),
    ),
)
"""The pages of the preferences, in their order: every setting stands on one of them."""
ALL: Final = tuple(setting for _title, settings in PAGES for setting in settings)
_BY_KEY: Final = {setting.key: setting for setting in ALL}


def descriptor(key: str) -> Setting:
    """The descriptor of a key; KnownError("no_such_setting")."""
    found = _BY_KEY.get(key)
    if found is None:
        raise KnownError("no_such_setting", key=key, known=tuple(_BY_KEY))
    return found


def get(reader: Reader, key: str, at_ms: int | None = None) -> Any:
    """The value in force at `at_ms` (now), else the default. A zone is always a zone's name."""
    return _value(reader, descriptor(key), at_ms)


def zone(reader: Reader) -> ZoneInfo:
    """The owner's time zone: the one chosen, else the computer's."""
    return ZoneInfo(str(get(reader, "zone")))


def everything(reader: Reader) -> tuple[Value, ...]:
    """Every setting with its value now, in the order of the preferences."""
    given = reader.settings.all()
    return tuple(Value(s, _value(reader, s, None), s.key in given) for s in ALL)


def put(desk: Desk, key: str, value: object, valid_from_ms: int | None = None) -> Changes:
    """Store a value; KnownError("bad_setting") says what is wrong with it.

    Dated settings hold from `valid_from_ms` (default: always, until they were set once; from
    then on a change holds from now).
    """
    setting = descriptor(key)
    checked = _CHECKS[setting.kind](setting, value)
    if key.startswith("server_"):
        from solodesk.services import write_back

        write_back.before_switching(desk, key)
    start = valid_from_ms
    if start is None:
        start = desk.now_ms if setting.dated and desk.settings.history(key) else 0
    desk.settings.set(key, checked, start)
    return desk.changes()


def put_text(desk: Desk, key: str, text: str, valid_from_ms: int | None = None) -> Changes:
    """The same from the command line: numbers, yes/no, JSON, or plain words."""
    return put(desk, key, _read_text(descriptor(key), text), valid_from_ms)


def _value(reader: Reader, setting: Setting, at_ms: int | None) -> Any:
    value = reader.settings.get(setting.key, at_ms)
    if value is None and setting.kind == "zone":
        return _local_zone()
    return setting.default if value is None else value


def _local_zone() -> str:
    import tzlocal

    try:
        name = tzlocal.get_localzone_name()
    except (ZoneInfoNotFoundError, ValueError, LookupError):
        # A computer whose zone has no name still has to count.
        return "UTC"
    return name or "UTC"


def _read_text(setting: Setting, text: str) -> object:
    if setting.kind in ("text", "choice", "zone", "template"):
        return text
    if setting.kind == "flag":
        words = {"yes": True, "on": True, "true": True, "1": True}
        return {**words, "no": False, "off": False, "false": False, "0": False}.get(
            text.strip().lower(), text
        )
    try:
        return json.loads(text)
    except ValueError:
        raise _bad(setting, text) from None


def _bad(setting: Setting, value: object) -> KnownError:
    return KnownError(
        "bad_setting",
        key=setting.key,
        value=str(value)[:200],
        known=_known_values(setting),
    )


def _known_values(setting: Setting) -> tuple[str, ...]:
    if setting.low is not None and setting.high is not None:
        return (f"{setting.low}–{setting.high}",)
    if setting.kind == "zone":
        return ("Asia/Shanghai", "Europe/Berlin", "America/New_York")
    if setting.kind == "hours":
        return (json.dumps({"mon": [["09:00", "18:00"]]}),)
    return setting.choices or {"flag": ("yes", "no"), "dates": ('["2026-10-01"]',)}.get(
        setting.kind, ()
    )


def _text(setting: Setting, value: object) -> str:
    if not isinstance(value, str) or len(value) > 500:
        raise _bad(setting, value)
    return " ".join(value.split())


def _template(setting: Setting, value: object) -> str:
    if not isinstance(value, str) or len(value) > 10_000:
        raise _bad(setting, value)
    from solodesk.services import templates

    templates.check(value)
    return value.replace("\r\n", "\n").strip()


def _choice(setting: Setting, value: object) -> str:
    if not isinstance(value, str) or value not in setting.choices:
        raise _bad(setting, value)
    return str(value)


def _number(setting: Setting, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _bad(setting, value)
    if setting.low is not None and value < setting.low:
        raise _bad(setting, value)
    if setting.high is not None and value > setting.high:
        raise _bad(setting, value)
    return value


def _flag(setting: Setting, value: object) -> bool:
    if not isinstance(value, bool):
        raise _bad(setting, value)
    return value


def _made(read: Callable[[object], Any]) -> Callable[[Setting, object], Any]:
    """A check that stores what `read` makes of a value."""

    def checked(setting: Setting, value: object) -> Any:
        try:
            return read(value)
        except ValueError:
            raise _bad(setting, value) from None

    return checked


_CHECKS: Final[dict[str, Callable[[Setting, object], Any]]] = {
    "text": _text,
    "template": _template,
    "choice": _choice,
    "number": _number,
    "flag": _flag,
    "zone": _made(setting_values.zone),
    "hours": _made(partial(setting_values.hours, days=DAYS)),
    "dates": _made(setting_values.dates),
}
