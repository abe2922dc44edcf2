"""Numbers, shares, sizes and money in the current language. Pure; knows no locale of the system.

A thin no-break space stands before %, as on the reports; thousands have a comma in both languages.
"""

from solodesk.wording.gettext import _

THIN = "\u202f"
_CURRENCIES = {"CNY": "¥", "JPY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "HKD": "HK$"}
_WITHOUT_CENTS = {"JPY", "KRW"}


def number(value: float, decimals: int = 0) -> str:
    """`61,420`, `7.8`; a trailing zero is kept, `-0` is `0`, the minus is a real one."""
    text = f"{value:,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−")


def percent(share: float) -> str:
    """`88 %` of a share 0…1; never rounds to 0 or 100 what is neither."""
    points = round(100 * share)
    if points == 0 and share > 0:
        return f"<{THIN}1{THIN}%"
    if points == 100 and share < 1:
        return f">{THIN}99{THIN}%"
    return f"{points}{THIN}%"


def percent_range(low: float, high: float) -> str:
    """`63–92 %` of two shares."""
    return f"{round(100 * low)}–{round(100 * high)}{THIN}%"


def file_size(size: int) -> str:
    """`84 KB`: decimal steps of 1000, one decimal below 10 from MB on."""
    if size < 1000:
        return _("{n} bytes").format(n=size)
    value, unit = size / 1000, "KB"
    for following in ("MB", "GB", "TB"):
        if value < 999.5:
            break
        value, unit = value / 1000, following
    decimals = 1 if unit != "KB" and value < 9.95 else 0
    return f"{value:.{decimals}f} {unit}"


def money(amount: float, currency: str) -> str:
    """`¥61,420`, `€12.50`: whole amounts without cents; unknown currencies by their code."""
    whole = currency in _WITHOUT_CENTS or amount == int(amount)
    text = number(amount, 0 if whole else 2)
    sign = _CURRENCIES.get(currency)
    return f"{sign}{text}" if sign else f"{currency} {text}"
