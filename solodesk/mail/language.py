"""A guess of the language a text is written in, by script and by its commonest words.

Good enough to pick the language of an answer; says nothing when there is too little text.
"""

import re

_SAMPLE = 400
_MAX_WORDS = 50
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
_KANA = re.compile("[\u3041-\u30ff]+")
# What the upper byte of a character in UTF-16 tells of its script.
_BLOCKS = {
    "zh": (*range(0x34, 0xA0), 0xF9, 0xFA, *range(0xD8, 0xDC)), "kana": (0x30,),
    "ko": range(0xAC, 0xD8), "ru": (0x04,), "el": (0x03,), "he": (0x05,), "ar": (0x06,),
    "th": (0x0E,), "hi": (0x09,),
}  # fmt: skip
_MARKS = {code: bytes((number,)) for number, code in enumerate(_BLOCKS, start=1)}
_MARK_OF = {block: _MARKS[code][0] for code, blocks in _BLOCKS.items() for block in blocks}
_TO_MARKS = bytes(_MARK_OF.get(block, 0) for block in range(256))
_NO_LETTERS = bytes(byte for byte in range(256) if not bytes((byte,)).decode("latin-1").isalpha())


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
    marks = sample.encode("utf-16-be", "surrogatepass")[::2].translate(_TO_MARKS)
    counts = {code: number for code, mark in _MARKS.items() if (number := marks.count(mark))}
    if not counts:
        return None
    latin = len(sample.encode("latin-1", "ignore").translate(None, _NO_LETTERS))
    kana = sum(map(len, _KANA.findall(sample))) if counts.pop("kana", 0) else 0
    east = counts.get("zh", 0) + kana
    if kana >= 2 and kana * 8 >= east:
        best, weight = "ja", east
    elif counts:
        best = max(counts, key=lambda script: counts[script])
        weight = counts[best]
    else:
        return None
    if best == "ru" and not _UKRAINIAN.isdisjoint(sample):
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
