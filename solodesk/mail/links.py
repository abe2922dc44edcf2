"""Does a link go where it says? Warnings for lying links, few false alarms (faults.md X5).

Pure text work: nothing is looked up or opened.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from solodesk.mail import redirects

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

MAX_URL = 4000
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
_NUMERIC = re.compile(r"^(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+)){0,3}$", re.IGNORECASE)
# An address as most mail writes it: a lower-case name, no sign-in, nothing to put right.
_SIMPLE = re.compile(
    r"https?://[a-z][a-z0-9-]*\.(?:[a-z0-9-]+\.)*[a-z]{2,24}(?::[1-9]\d{1,4})?"
    r"(?:/[!#-;=?-Z_a-z~\[\]]*|[?#][!#-;=?-Z_a-z~\[\]]+)?",
)
_NO_HOST = re.compile(r"[\x00-\x20\x7f\s<>\"'`{}|^\\%/?#@]")
_UNFIT = re.compile(r"[\s<>\"`{}|^\\]")
_CLAIM = re.compile(r"(?:https?://|www\.)[^\s<>()\"'“”]{3,300}", re.IGNORECASE)
# Letters of other scripts that look like Latin ones.
_LOOKALIKES = frozenset("асеорхуіјѕӏԁԛԝһьгтвмнкԍյոսցաзорαονκρτυχеγω")


@dataclass(frozen=True, slots=True)
class Link:
    """One link: what it shows, where it goes (host in punycode), and why to look twice.

    `warning`: None or `userinfo|number_host|lookalike_host|other_host|other_address|bidi`.
    """

    text: str
    url: str
    warning: str | None


def tidy_url(url: str) -> str | None:
    """The URL as it would be opened, host in punycode; None when it may not be opened at all.

    Only http, https, mailto and tel pass.
    """
    if is_simple(url):
        return url
    url = re.sub(r"[\x00-\x20\x7f-\x9f\s]+", "", url)[:MAX_URL]
    scheme = url.partition(":")[0].lower()
    if scheme == "mailto":
        return _BIDI.sub("", url)
    if scheme == "tel":
        number = re.sub(r"[^0-9+*,;=a-z().-]", "", unquote(url[4:]).lower())[:60]
        return f"tel:{number}" if re.fullmatch(r"[0-9+(*][0-9()+*.,-]{2,40}", number) else None
    if scheme not in {"http", "https"}:
        return None
    rest = url[len(scheme) + 1 :].replace("\\", "/").lstrip("/")
    try:
        parts = urlsplit(f"{scheme}://{rest}")
        host = parts.hostname or ""
    except ValueError:
        return None
    ascii_host = _ascii_host(host)
    if not all(ascii_host.split(".")) or _NO_HOST.search(ascii_host):
        return None
    netloc = parts.netloc
    if ascii_host != host:
        start = netloc.lower().rfind(host)
        if start >= 0:
            netloc = netloc[:start] + ascii_host + netloc[start + len(host) :]
    return _UNFIT.sub(_encoded, parts._replace(netloc=netloc).geturl())


def _encoded(match: re.Match[str]) -> str:
    return quote(match[0], safe="")


def is_simple(url: str) -> bool:
    """An ordinary http(s) address in which there is nothing to put right."""
    return (
        len(url) < MAX_URL
        and _SIMPLE.fullmatch(url) is not None
        and url[-1] not in "?#"
        and "\\" not in url
    )


def host_of(url: str) -> str:
    """The host of an http(s) URL in lower-case punycode; empty when there is none."""
    try:
        return _ascii_host(urlsplit(url).hostname or "")
    except ValueError:
        return ""


def warning_for(text: str, url: str) -> str | None:
    """Why a link deserves a second look, or None.

    Codes: `userinfo`, `number_host`, `lookalike_host`, `other_host`, `other_address`, `bidi`.
    `url` is the result of `tidy_url`. Where a known service only passes readers on, the page
    behind it is judged; where it hides that page, the words of the link prove no lie.
    """
    if "." not in text and text.isascii() and _is_plain(url):
        return None
    if url[:7].lower() == "mailto:":
        return _mailto_warning(text.strip(), url)
    return _web_warning(text, url)


def _is_plain(url: str) -> bool:
    """Nothing about the address alone could deceive."""
    return (
        bool(_SIMPLE.fullmatch(url))
        and "//xn--" not in url
        and ".xn--" not in url
        and "%" not in url
        and not redirects.may_wrap(url)
    )


def _web_warning(text: str, url: str) -> str | None:
    passed = redirects.unwrap(url)
    if passed is not None and passed.url:
        url = tidy_url(passed.url) or url
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
    if not shown or same_house(shown, host) or (passed is not None and not passed.url):
        return None
    return "other_host"


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
    labels = host.split(".")
    for label in labels:
        shown = _unicode_label(label)
        if shown.isascii():
            continue
        foreign = [char for char in shown if "\u0370" <= char <= "\u058f"]
        latin = any(char.isascii() and char.isalpha() for char in shown)
        at_home = labels[-1].startswith("xn--")  # сахар.рф is a word, сахар.com looks like Latin
        if foreign and (latin or (not at_home and all(c in _LOOKALIKES for c in foreign))):
            return True
        if any(char in "\u2044\u2215\u29f8\u3002\uff0f\u0131\u0261\u2024" for char in shown):
            return True
    return False


def _shown_host(text: str) -> str:
    """The host a link's text claims to go to; empty when the text is not an address."""
    if len(text) > 2000:
        return ""
    if any(char.isspace() for char in text):
        claim = _CLAIM.search(text)  # among words only what is plainly an address
        text = claim[0] if claim else ""
    match = _SHOWN.match(text.strip("<>()[]\"'“”.,;:"))
    if match is None:
        return ""
    host = match[3].lower()
    if match[1] or match[2]:
        return _ascii_host(host)
    ending = host.rpartition(".")[2]
    if ending.isdigit():  # four numbers are an address, "1.2" is a version
        return host
    # "invoice.pdf", "Node.js", "Mr.Smith": no claim about a host
    return _ascii_host(host) if ending in _PLAIN_TLDS and "@" not in text else ""


def same_house(one: str, other: str) -> bool:
    """Two hosts of one owner, as far as names tell: the same registered domain."""
    if one == other or one.endswith(f".{other}") or other.endswith(f".{one}"):
        return "." in min(one, other, key=len)
    return registered(one) == registered(other)


@lru_cache(maxsize=2000)
def registered(host: str) -> str:
    """The registered domain of a host: what stands right before its public suffix."""
    return str(_public_suffixes().privatesuffix(host) or host)


@lru_cache(maxsize=1)
def _public_suffixes() -> "PublicSuffixList":
    from publicsuffixlist import PublicSuffixList  # late: 10,000 lines, seldom needed

    return PublicSuffixList()
