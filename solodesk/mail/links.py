"""Does a link go where it says? Warnings for lying links, few false alarms (faults.md X5).

Pure text work: nothing is looked up or opened.
"""

import re
from urllib.parse import unquote, urlsplit

_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SHOWN = re.compile(
    r"^(?:(https?)://|(www\.))?((?:[^\W_](?:[\w-]{0,62}[^\W_])?\.)+[^\W\d_]{2,24}|"
    r"\d{1,3}(?:\.\d{1,3}){3})(?::\d{1,5})?(?:[/?#]\S*)?$",
    re.IGNORECASE,
)
_SHOWN_ADDRESS = re.compile(r"^[^\s@<>]{1,80}@[^\s@<>]{1,200}\.[^\s@<>.]{2,24}$")


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_PLAIN_TLDS = _names(
    "com net org info biz edu gov mil int io co cn de fr es it nl uk us ca au jp kr ru br in eu ch "
    "at be pl se no dk fi cz pt ie tw hk sg my th vn id "
    "nz mx ar cl tr gr hu ro bg ua il za app dev shop store online site xyz top club vip me tv cc "
    "ai example test"
)
_SECOND_LEVEL = _names("co com net org gov edu ac or ne go gob gouv asn id web ltd plc")
_NUMERIC = re.compile(r"^(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+)){0,3}$", re.IGNORECASE)
# Letters of other scripts that look like Latin ones.
_LOOKALIKES = frozenset("асеорхуіјѕӏԁԛԝһьгтвмнкԍյոսցաзорαονκρτυχеγω")


def tidy_url(url: str) -> str | None:
    """The URL as it would be opened, host in punycode; None when it may not be opened at all.

    Only http, https and mailto pass.
    """
    url = re.sub(r"[\x00-\x20\x7f\u2028\u2029]+", "", url.strip())[:4000]
    scheme = url.partition(":")[0].lower()
    if scheme == "mailto":
        return _BIDI.sub("", url)
    if scheme not in {"http", "https"}:
        return None
    rest = url[len(scheme) + 1 :].replace("\\", "/").lstrip("/")
    try:
        parts = urlsplit(f"{scheme}://{rest}")
        host = parts.hostname or ""
    except ValueError:
        return None
    if not host:
        return None
    ascii_host = _ascii_host(host)
    if ascii_host != host:
        netloc = parts.netloc
        start = netloc.lower().rfind(host)
        if start >= 0:
            return parts._replace(
                netloc=netloc[:start] + ascii_host + netloc[start + len(host) :]
            ).geturl()
    return parts.geturl()


def host_of(url: str) -> str:
    """The host of an http(s) URL in lower-case punycode; empty when there is none."""
    try:
        return _ascii_host(urlsplit(url).hostname or "")
    except ValueError:
        return ""


def warning_for(text: str, url: str) -> str | None:
    """Why a link deserves a second look, or None.

    Codes: `userinfo`, `number_host`, `lookalike_host`, `other_host`, `other_address`, `bidi`.
    `url` is the result of `tidy_url`.
    """
    if url.lower().startswith("mailto:"):
        return _mailto_warning(text.strip(), url)
    try:
        parts = urlsplit(url)
    except ValueError:
        return "other_host"
    host = host_of(url)
    if "@" in parts.netloc:
        return "userinfo"
    if _NUMERIC.match(host) or ":" in host:
        return "number_host"
    if _looks_alike(host):
        return "lookalike_host"
    if _BIDI.search(text) or _BIDI.search(unquote(url)):
        return "bidi"
    shown = _shown_host(_BIDI.sub("", text).strip())
    if shown and not _same_house(shown, host):
        return "other_host"
    return None


def _mailto_warning(text: str, url: str) -> str | None:
    if _BIDI.search(text):
        return "bidi"
    address = unquote(url[7:].partition("?")[0]).strip().lower()
    if _SHOWN_ADDRESS.match(text) and address and text.lower() != address:
        return "other_address"
    return None


def _ascii_host(host: str) -> str:
    host = unquote(host).lower().rstrip(".").replace("。", ".").replace("．", ".")
    if host.isascii():
        return host
    labels = []
    for label in host.split("."):
        try:
            labels.append(label.encode("idna").decode("ascii") if not label.isascii() else label)
        except UnicodeError:
            labels.append("xn--" + label.encode("punycode").decode("ascii", "replace"))
    return ".".join(labels)


def _unicode_label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        return label


def _looks_alike(host: str) -> bool:
    """A label that mixes Latin with Cyrillic or Greek, or consists of look-alikes only."""
    for label in host.split("."):
        shown = _unicode_label(label)
        if shown.isascii():
            continue
        foreign = [char for char in shown if "\u0370" <= char <= "\u058f"]
        latin = any(char.isascii() and char.isalpha() for char in shown)
        if foreign and (latin or all(char in _LOOKALIKES for char in foreign)):
            return True
        if any(char in "\u2044\u2215\u29f8\u3002\uff0f\u0131\u0261\u2024" for char in shown):
            return True
    return False


def _shown_host(text: str) -> str:
    """The host a link's text claims to go to; empty when the text is not an address."""
    if len(text) > 500 or any(char.isspace() for char in text):
        return ""
    match = _SHOWN.match(text.strip("<>()[]\"'“”.,;:"))
    if match is None:
        return ""
    host = match[3].lower()
    if match[1] or match[2]:
        return _ascii_host(host)
    ending = host.rpartition(".")[2]
    # "invoice.pdf", "Node.js", "Mr.Smith": no claim about a host
    return _ascii_host(host) if ending in _PLAIN_TLDS and "@" not in text else ""


def _same_house(shown: str, host: str) -> bool:
    return shown == host or _registered(shown) == _registered(host)


def _registered(host: str) -> str:
    labels = host.split(".")
    if len(labels) >= 3 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL:
        return ".".join(labels[-3:])
    return ".".join(labels[-2:])
