"""Is a piece of HTML harmless? Three judges that share no code with the sanitiser: the standard
library's parser, html5ever (through nh3), and plain searching."""

import re
from html.parser import HTMLParser

import nh3


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


TAGS = _names(
    "a abbr address b bdi big blockquote br caption center cite code dd del div dl dt em font "
    "h1 h2 h3 h4 h5 h6 hr i img ins kbd li ol p pre q s samp small span strike strong sub sup "
    "table tbody td tfoot th thead tr tt u ul var "
)
ATTRIBUTES = _names(
    "href src alt width height style align valign bgcolor dir border cellpadding cellspacing "
    "colspan rowspan color face size start type "
)
_PICTURE = re.compile(r"cid:|data:image/(?:png|jpe?g|gif|webp|bmp);base64,", re.IGNORECASE)
_LINK = re.compile(r"https?://[^\s<>\"\\]+|(?:mailto|tel):[^\s<>\"]*", re.IGNORECASE)
_STYLE = re.compile(
    r"url|\\|expression|@|/\*|image|javascript|attr\s*\(|var\s*\(|behavior|binding|position|[<>]",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"[^<>\"&]*")


class _Judge(HTMLParser):
    def __init__(self, remote: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.remote = remote

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        names = [name for name, _value in attrs]
        assert len(names) == len(set(names)), names
        for name, value in attrs:
            assert name in ATTRIBUTES, name
            self._value(name, value or "")

    def _value(self, name: str, value: str) -> None:
        if name == "src":
            assert _PICTURE.match(value) or value in self.remote, value
        elif name == "href":
            assert _LINK.fullmatch(value), value
        elif name == "style":
            assert not _STYLE.search(value), value
        elif name != "alt":
            assert _PLAIN.fullmatch(value), value

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"comment {data!r}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"declaration {decl!r}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"instruction {data!r}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"declaration {data!r}")


def harmless(html: str, remote: frozenset[str] = frozenset()) -> None:
    """Fails when anything could load, run or leave the page; `remote`: pictures allowed."""
    judge = _Judge(remote)
    judge.feed(html)
    judge.close()
    assert "\x00" not in html
    assert html.count("<") == len(re.findall(r"</?[a-z][a-z0-9]*(?: [a-z]+=\"[^<>\"]*\")*>", html))
    kept = nh3.clean(
        html,
        tags=set(TAGS),
        attributes={"*": set(ATTRIBUTES)},
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        link_rel=None,
    )
    # html5ever, asked to drop what is not on the list, drops nothing.
    assert kept.count("<") == nh3.clean(html, tags=set(TAGS), attributes={}, link_rel=None).count(
        "<"
    )
    assert set(re.findall(r"<([a-z0-9]+)", kept)) == set(re.findall(r"<([a-z0-9]+)", html))
