"""Lengths of time in the current language. Milliseconds in; nothing here reads the clock."""

from solodesk.wording.gettext import _, current_language

_MINUTE = 60_000
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


def compact(ms: float) -> str:
    """One unit, for narrow places: `40 m`, `26 h`, `5 d` (from 48 h on); zh `26 小时`."""
    if ms < _HOUR:
        return _("{n} m").format(n=max(0, int(ms // _MINUTE)))
    if ms < 2 * _DAY:
        return _("{n} h").format(n=int(ms // _HOUR))
    return _("{n} d").format(n=int(ms // _DAY))


def long(ms: float) -> str:
    """Two units, rounded to the minute: `2 h 05 min`, `40 min`; zh `2 小时 5 分`, `40 分钟`.

    Hours are not folded into days: business hours have no days of 24.
    """
    minutes = max(0, int(ms / _MINUTE + 0.5))
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("{n} min").format(n=rest)
    if not rest:
        return _("{n} h").format(n=hours)
    return _("{h} h {m:02d} min").format(h=hours, m=rest)


def pieces(ms: float) -> tuple[tuple[str, str], ...]:
    """The same as (number, unit) pairs, for big figures: (("2", "h"), ("10", "min"))."""
    minutes = max(0, int(ms / _MINUTE + 0.5))
    hours, rest = divmod(minutes, 60)
    if not hours:
        return ((str(rest), _("min")),)
    if not rest:
        return ((str(hours), _("h")),)
    chinese = current_language() == "zh"
    return (
        (str(hours), _("h")),
        (str(rest) if chinese else f"{rest:02d}", "分" if chinese else _("min")),
    )


def seconds_left(ms: int) -> str:
    """`9 s`, for what leaves soon; rounded up, so that 0 means now."""
    return _("{n} s").format(n=max(0, -(-ms // 1000)))
