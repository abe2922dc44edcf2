"""Chinese names by their pinyin: `wangli`, `wang`, `li` and `wl` find 王丽.

Asked when a search is typed, not when mail comes in: the dictionary is heavy (0.2 s, 57 MB), and
it is loaded only when letters are typed and a customer has a Chinese name.
"""

from functools import lru_cache

from solodesk.domain.search_query import Term
from solodesk.domain.segment import words
from solodesk.store.transaction import Transaction

_MOST = 50
_CHINESE_NAMES = (
    "SELECT name FROM customer WHERE name GLOB '*[一-鿿]*' GROUP BY name ORDER BY max(id) DESC"
)


@lru_cache(maxsize=20_000)
def syllables(name: str) -> tuple[str, ...]:
    """The pinyin of a name's Chinese characters, without tones."""
    from pypinyin import lazy_pinyin

    return tuple(lazy_pinyin(name, errors="ignore"))


def sounds_like(typed: str, spoken: tuple[str, ...], *, prefix: bool) -> bool:
    """True when letters are a name's pinyin from its beginning, one of its syllables (with
    `prefix` the beginning of one), or its initials."""
    whole = "".join(spoken)
    if whole == typed or (len(typed) > len(spoken[0]) and whole.startswith(typed)):
        return True
    if typed == "".join(syllable[0] for syllable in spoken):
        return True
    return any(s == typed or (prefix and s.startswith(typed)) for s in spoken)


def spelt(tx: Transaction, term: Term) -> tuple[Term, ...]:
    """What else a typed word may mean: names of customers that sound so (newest first)."""
    typed = term.tokens[0]
    if len(term.tokens) > 1 or len(typed) < 2 or not (typed.isascii() and typed.isalpha()):
        return ()
    found: dict[tuple[str, ...], None] = {}
    for (name,) in tx.all(_CHINESE_NAMES):
        spoken = syllables(name)
        if spoken and sounds_like(typed, spoken, prefix=term.prefix):
            found[words(name)] = None
            if len(found) == _MOST:
                break
    return tuple(Term(tokens) for tokens in found)
