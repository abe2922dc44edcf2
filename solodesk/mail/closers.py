"""Does a customer's message only thank? Then the ticket need not come back.

Conservative: every word must be thanks, praise, greeting, sign-off or a name. A question mark, a
number, an attachment or one sentence with content means: not a closer. "OK" or "yes" alone may
answer our question and is never one.
"""

import re

from solodesk.mail.words import ThankWords, all_thanks, plain, stands_alone, thank_words

_MAX = 220
_THANKS = re.compile(
    r"\b(?:thanks|thank ?you|thank ?u|thanx|thx|tnx|tks|ty|cheers|much appreciated|appreciated?|"
    r"danke(?:schön)?|"
    r"dankeschön|vielen dank|besten dank|herzlichen dank|merci|gracias|grazie|obrigad[oa]|bedankt|"
    r"dank ?(?:je|u)|tack|"
    r"takk|tak|kiitos|dziękuję|dzięki|спасибо|благодарю|"
    r"дякую)\b|谢谢|謝謝|多谢|多謝|感谢|感謝|谢了|"
    r"3q|thank you|"
    r"ありがとう|감사합니다|고맙습니다",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"(?:thanks|thank ?you|thank ?u|thanx|thx|tnx|tks|ty|cheers|"
    r"(?:i |we )?(?:really |very |so |do |truly |greatly )*(?:much )?appreciate[ds]?(?: (?:it|that|"
    r"this|your help|the help|your time|everything))?|"
    r"again|so much|very much|a lot|a bunch|a ton|a million|many|kindly|indeed|really|"
    r"for (?:(?:all|the|your|that|this|such|a|an|so|very|quick|fast|prompt|speedy|kind|great|super|"
    r"swift|rapid|excellent|amazing|wonderful|good|detailed|helpful|and) ?)*"
    r"(?:help|helping(?: me)?(?: out)?|support|response|reply|answer|assistance|service|time|"
    r"patience|update|information|info|"
    r"clarification|explanation|confirmation|everything|letting me know|sorting (?:it|this|"
    r"that)(?: out)?|getting back(?: to me)?(?: so (?:quickly|fast|soon))?|"
    r"fixing (?:it|this|that)|the above|your (?:quick|prompt) (?:reply|response))|"
    r"(?:that|this|it|all|everything|which)(?:'s| s| is|’s| has| was)? ?(?:(?:all|now|just|really|"
    r"very|so|absolutely) )*"
    r"(?:worked(?: (?:perfectly|great|fine|now))?|works(?: (?:perfectly|great|fine|well|now|again|"
    r"like a charm))*|working(?: (?:now|again|fine|perfectly))*|"
    r"perfect|great|good|fine|fixed(?: it)?|solved(?: (?:it|my problem|the problem|my issue))?|"
    r"kind|sorted|helped|helps|helpful|resolved|amazing|awesome|brilliant|clear|did the trick|"
    r"arrived(?: (?:today|yesterday|safely|now|this morning))?)|"
    r"(?:works|worked|working|fixed|solved|sorted|resolved)(?: (?:perfectly|great|fine|well|now|"
    r"again|like a charm))*|"
    r"problem solved|issue resolved|no (?:further|more|other) questions?|you(?:'re| are|"
    r"’re) (?:the best|a star|awesome|amazing|great|very kind|a legend|a lifesaver)|"
    r"got it|received(?: (?:it|with thanks))?|noted|understood|perfect(?:ly)?|great|awesome|"
    r"excellent|wonderful|brilliant|super|fantastic|amazing|lovely|"
    r"cool|nice|ok(?:ay)?|alright|all good|all set|good to know|very (?:kind|helpful|good)|"
    r"have a (?:(?:nice|great|good|lovely|wonderful|happy) )?(?:day|one|weekend|evening|week|night|"
    r"time|holiday)(?: too| as well| ahead)?|"
    r"you too|take care|happy (?:holidays|new year|weekend)|keep up the good work|"
    r"(?:kind(?:est)?|best|warm(?:est)?|many)? ?(?:regards|wishes)|best|sincerely|"
    r"yours(?: (?:sincerely|truly|faithfully))?|respectfully|xx?o?|"
    r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening))(?: (?:there|again|all|team|sir|"
    r"madam))?|"
    r"danke(?:schön)?|dankeschön|vielen|herzlichen|besten|dank|für (?:die|ihre|deine|den|"
    r"das) (?:schnelle |rasche |prompte |gute )*(?:hilfe|antwort|rückmeldung|unterstützung|info)|"
    r"(?:mit )?(?:freundlichen|besten|vielen|schönen|liebe[n]?|viele|schöne|freundliche) grü(?:ß|"
    r"ss)en?|hallo|guten (?:tag|morgen|abend)|schönen (?:tag|abend)(?: noch)?|schönes wochenende|"
    r"super|prima|perfekt|alles klar|hat geklappt|sehr|lg|mfg|vg|"
    r"merci|beaucoup|bien|encore|mille(?: fois)?|pour (?:votre|la|ton|tout|cette) ?(?:aide|réponse|"
    r"retour|réactivité|rapidité)?|bonjour|bonsoir|bonne (?:journée|soirée)|cordialement|"
    r"bien à vous|parfait|c['’]est parfait|"
    r"muchas|gracias|mil|por (?:(?:tu|su|la|todo|vuestra) ?)?(?:ayuda|respuesta|rapidez|todo)?|"
    r"hola|un saludo|saludos(?: cordiales)?|perfecto|genial|estupendo|buen día|"
    r"grazie|mille|per (?:(?:la|il|l['’]|tutto) ?)?(?:aiuto|risposta|supporto)?|ciao|buongiorno|"
    r"buona giornata|cordiali saluti|saluti|perfetto|ottimo|"
    r"(?:muito )?obrigad[oa]|muito|pela (?:ajuda|resposta|atenção)|olá|abraços?|atenciosamente|"
    r"perfeito|ótimo|"
    r"(?:heel |hartelijk )?bedankt|hartelijk|dank ?(?:je|u)(?: wel)?|met vriendelijke groet(?:en)?|"
    r"groet(?:en|jes)?|top|"
    r"tack(?: så mycket)?|takk|tak|hej|mvh|med vänliga hälsningar|kiitos|dziękuję|dzięki|bardzo|"
    r"pozdrawiam|спасибо|большое|благодарю|дякую|за (?:помощь|ответ|быстрый ответ)|с уважением|"
    r"добрый день|здравствуйте)",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    r"非常|十分|太|真的?|很|万分|多多|再次|辛苦|"
    r"麻烦(?:您|你)?(?:们)?了|谢谢|謝謝|多谢|多謝|感谢|感謝|谢了|谢|"
    r"了|啦|哦|啊|呀|哈|噢|嗯|好滴|好哒|好的|好嘞|"
    r"好吧|好|收到|"
    r"知道|知悉|明白|了解|清楚|懂|您们|你们|您|你|"
    r"们|的|及时|迅速|快速|耐心|热心|细心|帮助|帮忙|"
    r"回复|答复|快|解答|解决|处理|支持|服务|解释|指导|"
    r"协助|对|问题|"
    r"已经|已|可以|成功|搞定|没问题|没事|正常|满意|货|快递|包裹|"
    r"给力|太棒|棒|赞|厉害|完美|不错|祝|生意兴隆|"
    r"生活愉快|工作顺利|周末愉快|商祺|顺祝|顺颂|"
    r"此致|敬礼|愉快|一切顺利|"
    r"客服|老师|老板|亲|店家|先生|女士|小姐|团队|"
    r"贵司|早上|上午|下午|晚上|中午|新年|节日|快乐|"
    r"再见|拜拜|晚安|我|这么|那么|给|又|也|都|再|"
    r"ok|thanks|"
    r"thank you"
    r"|ありがとうございます|ありがとうございました|"
    r"ありがとう|どうも|よろしくお願いします|助かりました|"
    r"감사합니다|고맙습니다|정말|너무|대단히",
    re.IGNORECASE,
)
_NEGATIVE = re.compile(
    r"\b(?:but|however|not|n't|no|still|also|aber|nicht|mais|pas|pero|no)\b|但|"
    r"不过|还是|没有|没收到|不能|不行|还没|另外|可是|然而",
    re.IGNORECASE,
)
_ALLOWED_NEGATIVE = re.compile(
    r"no (?:further|more|other) questions?|no worries|no problem|没问题|没事|"
    r"不错",
    re.IGNORECASE,
)
_PUNCTUATION = re.compile(
    r"[\s.,;:!…~～、，。！；：\-–—_*\"'’“”()（）<>/|]+|"
    r"[\u2600-\u27bf\U0001f300-\U0001faff\ufe0f\u200d]+|:\)|:-\)|\^_\^"
)
_NAME = re.compile(
    r"^(?:[A-ZÀ-ÞА-Я][\w'’.-]{0,20}(?:\s+[A-ZÀ-ÞА-Я][\w'’.-]{0,"
    r"20}){0,2}|[\u4e00-\u9fff]{2,4})[.!,]?$"
)

_NAMED = re.compile(
    r"((?i:thanks|thank you|thx|cheers|danke|merci|gracias|grazie)"
    r"(?: again| so much| very much| a lot| a million)?)"
    r" (?:[A-ZÀ-Þ][\w'’-]{1,20}|mate|guys|all|everyone)$"
)
_ASKS = re.compile(
    r"麻烦(?!(?:您|你)?(?:们)?(?:了|啦)|(?:您|你)(?:们)?$)|请|帮我|帮忙(?=[^\s，。！,!]*(?:解决|处理|解答|"
    r"回复|解释|协助))|给我(?!的|们的|解决了|回复了|处理了)|"
    r"(?:^|[\s，。！,!])(?:对|是|是的|可以|行|要|需要)(?:的)?(?=$|[\s，。！,!])|"
    r"再(?!次|见|度)|可以(?:给|帮|为)"
)
"""A wish, or a yes to something we asked: somebody waits for us."""
_SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
    "張劉陳楊趙黃吳孫馬羅鄭謝韓馮蕭鄧許呂蘇盧蔣賈葉閻餘鍾譚鄒陸龍萬錢湯龔賀賴顧喬"
)
_NO_NAME = re.compile(
    r"色|州$|^周[一二三四五六日天末]|^[马高方任于何白]"
    r"(?:上|兴|便|何|是|时|天|白|意|度|处|法|向|案|务|地|必|日)|^常(?:用|见)|^金额|^文件|^田[里地]|[款货单号码件票期]$"
)


def is_closer(new_text: str, sender: str = "") -> bool:
    """True when the new words of a message only thank.

    `sender`: name and address of the writer; a last line of one word is a name only when it is
    theirs or follows a greeting, since "Thanks! / Cancel" asks for something.
    """
    text = new_text.strip()
    if not text or len(text) > _MAX:
        return False
    return _only_thanks(text, sender) or _only_thanks_in_words(text, sender)


def _only_thanks(text: str, sender: str) -> bool:
    """In English, Chinese and the languages whose phrases stand above."""
    if not _THANKS.search(text):
        return False
    if (
        "?" in text
        or "？" in text
        or any(char.isdigit() for char in text.replace("3q", "").replace("3Q", ""))
    ):
        return False
    if "http" in text or "@" in text or _NEGATIVE.search(_ALLOWED_NEGATIVE.sub(" ", text)):
        return False
    if re.search(r"吗|呢|什么时候|怎么|多少|能否|是否|可否|几", text) or _ASKS.search(text):
        return False
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    lines = _without_names(lines, frozenset(re.findall(r"[^\W\d_]+", sender.casefold())))
    return all(_is_filler(line) for line in lines)


def _only_thanks_in_words(text: str, sender: str) -> bool:
    """In a language of the resources: nothing is left but its phrases and the writer's name."""
    low = plain(text).lower()
    if not any(map(low.__contains__, all_thanks())):
        return False
    if re.search(r"[\d?？؟@]|http", low):
        return False
    names = set(re.findall(r"[^\W\d_]+", sender.lower()))
    return any(_covered(low, known, names) for known in thank_words())


def _covered(low: str, known: ThankWords, names: set[str]) -> bool:
    if not any(phrase in low for phrase in known.thanks):
        return False
    rest = low
    for phrase in known.rest:
        at = rest.find(phrase)
        while at >= 0:
            end = at + len(phrase)
            if stands_alone(rest, at, end):
                rest = f"{rest[:at]} . {rest[end:]}"
                at = rest.find(phrase, at + 3)
            else:
                at = rest.find(phrase, at + 1)
    return set(re.findall(r"\w+", rest)) <= names


def _is_name(line: str, before: str, sender: frozenset[str]) -> bool:
    """Whether the last line of a mail is its writer's name."""
    if not _NAME.match(line) or _THANKS.search(line):
        return False
    words = line.rstrip(".!,").casefold().split()
    if any(word in sender or any(len(word) > 2 and word in s for s in sender) for word in words):
        return True
    if "\u4e00" <= line[0] <= "\u9fff":
        return line[0] in _SURNAMES and len(line) <= 3 and not _NO_NAME.search(line)
    signed = before.endswith((",", "，")) or (_is_filler(before) and not _THANKS.search(before))
    return signed or len(words) > 1


def _without_names(lines: list[str], sender: frozenset[str]) -> list[str]:
    """Leaves out a greeting's name ("Hi Sam,") and up to two short last lines that are a name."""
    out = list(lines)
    if out:
        out[0] = re.sub(
            r"^((?i:hi|hello|hey|dear|hallo|bonjour|hola|ciao|thanks|thank you|thx|cheers|danke|"
            r"merci|gracias|many thanks|thanks again|thanks so much|thank you so much|"
            r"thank you very much),?\s+)"
            r"[A-ZÀ-Þ][\w'’-]{1,20}(?:\s[A-ZÀ-Þ][\w'’-]{1,20})?(?=\s*[,.!–-]|\s*$)",
            lambda m: m[1],
            out[0],
        )
        out[0] = re.sub(r"^(?i:hi|hello|hey|dear)\s+[A-Z][\w'’-]{1,20}(?=[\s,.!]|$)", "", out[0])
    dropped = 0
    while len(out) > 1 and dropped < 2 and _is_name(out[-1], out[-2], sender):
        out.pop()
        dropped += 1
    return out


def _is_filler(line: str) -> bool:
    rest = line
    for sentence in re.split(r"[.!,;，。！；\n]|\s[-–—]\s", rest):
        words = _NAMED.sub(r"\1", _PUNCTUATION.sub(" ", sentence).strip())
        if not words:
            continue
        if re.search(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]", words):
            if re.sub(r"[\s\W]+", "", _CHINESE.sub("", words)):
                return False
            continue
        left = re.sub(
            rf"(?<!\w)(?:{_FILLER.pattern})(?!\w)", " ", words, flags=re.IGNORECASE
        ).strip()
        left = re.sub(
            r"\b(?:and|und|et|y|e|i|you|so|it|to|u|all|very|the|team|your|for|en|och)\b",
            " ",
            left,
            flags=re.IGNORECASE,
        )
        if left.strip(" '’&+"):
            return False
    return True
