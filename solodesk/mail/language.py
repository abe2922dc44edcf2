"""A guess of the language a text is written in, by script and by its commonest words.

Good enough to pick the language of an answer; says nothing when there is too little text.
"""

import re

_SAMPLE = 600
_MAX_WORDS = 80
_WORDS = re.compile(r"[^\W_]+")
_STOPWORDS = {
    "en": "the and you is to of for in it my on that have with this can be your we please not are "
    "was i thanks thank hello hi but do any would how when just has from will if order me where "
    "what a an or so as at our they there been get could should about",
    "de": "der die das und ich ist nicht ein eine zu mit wir sie für auf von bitte haben habe "
    "danke mir den dem es im bei noch kann wie oder aber hallo meine mein guten tag vielen",
    "fr": "le la les de des et je est pas une un vous nous pour que dans avec sur bonjour merci "
    "mon ma ce il en au du mais votre avez suis ne plus cette",
    "es": "el la los de y que en un una es no por para con mi su me gracias hola se lo pero tengo "
    "este esta como más muy ya del al pedido quiero",
    "it": "il la di e che un una è non per con mi sono grazie ciao buongiorno ho della del le gli "
    "si ma come anche questo vorrei ordine nel alla",
    "nl": "de het een en van ik is niet dat op te voor met mijn ben heb je u dank bedankt hallo "
    "maar wij naar ook kan nog bestelling graag",
    "pt": "o a os de e que um uma não para com por meu minha obrigado obrigada olá está se na no "
    "em mais você foi como mas ao pedido gostaria",
    "sv": "och att det är jag en på som för inte med har hej tack om ni min vi av den till men kan "
    "jag ett från eller mycket",
    "da": "og at det er jeg en på som for ikke med har hej tak om min vi af den til men kan et "
    "fra eller meget også jeres mvh hvornår",
    "nb": "og at det er jeg en på som for ikke med har hei takk om min vi av den til men kan et "
    "fra eller veldig også dere når hvor",
    "fi": "ja on ei se että hei kiitos minun olen tilaus tilauksen mutta kun voi mitä oli tämä en "
    "ole missä teidän sekä ystävällisin terveisin jos niin",
    "cs": "a je se na to že v s do dobrý den děkuji jsem není ale jak pro mám prosím objednávka "
    "kdy od za po které bych",
    "pl": "i w na nie się że z do jest to proszę dziękuję mam dzień dobry moje czy ale jak dla od "
    "po zamówienie gdzie kiedy pozdrawiam",
    "tr": "ve bir bu için ile da de ben merhaba teşekkürler teşekkür ederim siparişim sipariş ne "
    "zaman nerede değil ama çok var yok lütfen iyi günler",
}
_SETS = {code: frozenset(words.split()) for code, words in _STOPWORDS.items()}
_KNOWN: dict[str, tuple[str, ...]] = {
    word: tuple(code for code, words in _SETS.items() if word in words)
    for word in frozenset().union(*_SETS.values())
}
_UKRAINIAN = frozenset("іїєґІЇЄҐ")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]+")
_WIDE = re.compile("[\u0370-\uffff\U00020000-\U0003134f]+")
_SCRIPTS = {
    "zh": re.compile("[\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff\U00020000-\U0003134f]+"),
    "ja": re.compile("[\u3041-\u30ff]+"),
    "ko": re.compile("[\uac00-\ud7af]+"),
    "ru": re.compile("[\u0400-\u04ff]+"),
    "el": re.compile("[\u0370-\u03ff]+"),
    "he": re.compile("[\u0590-\u05ff]+"),
    "ar": re.compile("[\u0600-\u06ff]+"),
    "th": re.compile("[\u0e00-\u0e7f]+"),
    "hi": re.compile("[\u0900-\u097f]+"),
}


def guess_language(text: str) -> str | None:
    """ISO 639-1 code of `text`, or None when there is too little to tell."""
    sample = text[:_SAMPLE]
    if "@" in sample or "://" in sample or "www." in sample:
        sample = " ".join(word for word in sample.split() if not _is_address(word))
    if not sample.isascii():
        script = _by_script(sample)
        if script:
            return script
    return _by_words(sample)


def _is_address(word: str) -> bool:
    return "@" in word or "://" in word or word.startswith("www.")


def _by_script(sample: str) -> str | None:
    wide = "".join(_WIDE.findall(sample))
    counts: dict[str, int] = {}
    left = len(wide)
    for code, pattern in _SCRIPTS.items():
        if left <= 0:
            break
        number = sum(map(len, pattern.findall(wide)))
        if number:
            counts[code] = number
            left -= number
    if not counts:
        return None
    latin = sum(map(len, _LATIN.findall(sample)))
    east = counts.get("zh", 0) + counts.get("ja", 0)
    if counts.get("ja", 0) >= 2 and counts["ja"] * 8 >= east:
        best, weight = "ja", east
    else:
        counts.pop("ja", None)
        if not counts:
            return None
        best = max(counts, key=lambda script: counts[script])
        weight = counts[best]
    if best == "ru" and not _UKRAINIAN.isdisjoint(wide):
        best = "uk"
    # One Chinese character says as much as several Latin letters.
    return best if weight * (4 if best in {"zh", "ja", "ko"} else 1) >= latin else None


def _by_words(sample: str) -> str | None:
    words = _WORDS.findall(sample.lower())[:_MAX_WORDS]
    scores: dict[str, int] = {}
    telling: set[str] = set()
    for codes, word in zip(map(_KNOWN.get, words), words, strict=True):
        if codes is None:
            continue
        for code in codes:
            scores[code] = scores.get(code, 0) + 1
            if len(word) > 1:
                telling.add(code)
    if not scores:
        return None
    words = [word for word in words if word.isalpha()]
    best = max(scores, key=lambda code: scores[code])
    top = scores[best]
    # "a" and "e" are words in half of Europe: one letter alone says nothing.
    if best not in telling:
        return None
    rivals = sum(1 for score in scores.values() if score == top)
    if rivals > 1 and (len(words) < 4 or top * 4 < len(words)):
        return None
    return best if top >= 2 or len(words) <= 6 else None
