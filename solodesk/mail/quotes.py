"""Where the customer's own words end and quoted history begins, in the mailers' many languages.

A false cut hides what a customer wrote; a false keep only shows some history. So: only lines that
are quoted by themselves (">") are dropped one by one, everything below a header of history is
dropped only when that header is unmistakable, and when nothing would be left everything is shown.
Views only: nothing here deletes anything. Must not know HTML or headers.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_WROTE = (
    r"wrote|writes|schrieb|a écrit|a ecrit|écrit|escribió|escribio|ha scritto|scrisse|schreef|"
    r"escreveu|"
    r"skrev|kirjoitti|napisał\(?a?\)?|napisał|pisze|napsal\(?a?\)?|napísal\(?a?\)?|написал\(?а?\)?|"
    r"написала?|пишет|пише|yazdı|írta|a scris|έγραψε|napisao|написао|je napisao|rašė|kirjutas|"
    r"đã viết|menulis|ha escrit|写道|寫道|写到|编写|書きました|のメール|작성|님이 작성"
)
_WROTE_END = re.compile(
    rf"(?:{_WROTE})(?: (?:am|um|on|le|el|il|op|em|"
    rf"den)\b[^\n]{{0,120}})?[^\S\n]*[:：]?[^\S\n]*-{{0,6}}$",
    re.IGNORECASE,
)
_WROTE_MIDDLE = re.compile(
    r"\b(?:schrieb|schreef|skrev|kirjoitti|pisze)\b[^\n]{1,160}[:：]$", re.IGNORECASE
)
_COLON = re.compile(r"[:：][^\S\n]*-{0,6}$")
_ADDRESS = re.compile(
    r"[^\s<>\"'(),;:：，（）\[\]]+@[^\s<>\"'(),;:：，（）\[\]]+\.[A-Za-z\u4e00-\u9fff-]{2,}"
)
_STARTS = re.compile(
    r"^[^\S\n]*[-*_]{0,6}[^\S\n]*(?:On|At|Am|Le|El|Il|Op|Em|No dia|Den|Dnia|W dniu|Dne|Dňa|Vào|"
    r"Pada|Tarihinde|"
    r"在|于|於|Il giorno|Le jour|El día|Na|La data|På|Am:)[\s,，:：\d\"“«]",
)
_TIME = re.compile(
    r"\d{1,2}[:：.h時时]\d{2}|\d{1,2}\s?[AaPp]\.?[Mm]|上午|下午|오전|오후|[時时点點]\d{1,2}"
)
_DATE = re.compile(
    r"\d{4}\s?[-/.年년]|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\b\d{1,2}(?:st|nd|rd|th|"
    r"\.)?,?\s+(?:de\s+)?[^\W\d]{3,12}\.?"
    r"(?:\s+de)?,?\s+\d{4}|\b[^\W\d]{3,10}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}"
)
_QUOTED = re.compile(r"^[^\S\n]{0,3}(?:[>＞]|&gt;|\|\s|│)")
_BAR = re.compile(r"^[^\S\n]{0,3}(?:\|\s|│)")
_ORIGINAL = (
    r"original message|original mail|original e-?mail|original|original appointment|"
    r"replied message|"
    r"reply message|ursprüngliche (?:nachricht|mail|e-mail)|originalnachricht|original-?nachricht|"
    r"message d.origine|message original|message d´origine|mensaje original|messaggio originale|"
    r"oorspronkelijk bericht|mensagem original|ursprungligt meddelande|oprindelig meddelelse|"
    r"opprinnelig melding|alkuperäinen viesti|oryginalna wiadomość|wiadomość oryginalna|"
    r"původní zpráva|"
    r"pôvodná správa|исходное сообщение|оригинальное сообщение|orijinal mesaj|"
    r"özgün ileti|eredeti üzenet|mesaj original|αρχικό μήνυμα|元のメッセージ|オリジナルメッセージ|"
    r"원본 메시지|원본 메세지|original message text|"
    r"回复的原邮件|回复的邮件|原始邮件|原邮件|邮件原件|"
    r"邮件原文|原文|原始信件|"
    r"原始郵件|原始訊息|原郵件|原始邮件信息|源邮件|历史邮件|转发的原邮件"
)
_RULE = re.compile(
    rf"^[^\S\n]*[-_=*~—－─━]{{2,}}[^\S\n]*(?:{_ORIGINAL})[^\S\n]*:?[^\S\n]*[-_=*~—－─━]{{2,}}[^\S\n]*$",
    re.IGNORECASE,
)
_FORWARD = re.compile(
    r"^[^\S\n]*(?:[-_=*~]{2,}[^\S\n]*(?:forwarded message|forwarded by|weitergeleitete nachricht|"
    r"message transféré|message transmis|mensaje reenviado|messaggio inoltrato|"
    r"doorgestuurd bericht|"
    r"mensagem encaminhada|转发的?邮件(?:信息)?|"
    r"轉寄的?郵件|転送されたメッセージ|пересылаемое "
    r"сообщение)[^\n]{0,60}"
    r"|begin forwarded message:|anfang der weitergeleiteten (?:nachricht|e-?mail):|"
    r"début du message (?:réexpédié|transféré)\s?:|"
    r"inicio del mensaje reenviado:|inizio messaggio inoltrato:|begin doorgestuurd bericht:|"
    r"下面是被转发的邮件：|开始转发的邮件：)",
    re.IGNORECASE,
)
_REPLY_ABOVE = re.compile(
    r"(?:please (?:type|write|enter) your (?:reply|response) above|reply above this line|"
    r"write above this line|antworten? (?:bitte )?(?:nur )?(?:oberhalb|über) dieser (?:linie|"
    r"zeile)|"
    r"répondre au-dessus de cette ligne|请在此(?:线|"
    r"行)(?:以上|之上|上方)回复|在此(?:行|线)上方(?:输入|"
    r"回复))",
    re.IGNORECASE,
)
_DIVIDER = re.compile(r"^[^\S\n]*[-_=*~—－─━]{5,}[^\S\n]*$")

_LABELS = {
    "from": "from|von|de|da|van|från|fra|od|lähettäjä|kimden|"
    "gönderen|feladó|от|από|发件人|寄件者|寄件人|"
    "发信人|"
    "差出人|送信者|보낸사람|보낸이|發件人|expéditeur|remitente|mittente|afzender|absender|nadawca",
    "date": "sent|date|gesendet|datum|envoyé|envoyéle|enviado|enviadoel|enviadaem|enviadoem|fecha|"
    "inviato|data|"
    "verzonden|skickat|sendt|lähetetty|päivämäärä|wysłano|odesláno|gönderilmeküzere|"
    "gönderildi|tarih|"
    "elküldve|dátum|отправлено|дата|发送时间|發送時間|"
    "发送日期|日期|时间|時間|傳送時間|寄件日期|"
    "寄出日期|送信日時|"
    "日時|送信日|보낸날짜|날짜|보낸시간|senton|datesent|dato|ημερομηνία|发件时间",
    "to": "to|an|à|para|a|aan|till|til|do|komu|kime|alıcı|"
    "címzett|кому|προς|vastaanottaja|收件人|收件者|"
    "收信人|"
    "宛先|받는사람|받는이|destinataire|destinatario|empfänger|pour",
    "cc": "cc|kopie|copie|copia|抄送|抄送人|副本|kopia|kopi|копия|참조|bcc|密送",
    "subject": "subject|betreff|objet|asunto|oggetto|onderwerp|ämne|emne|aihe|temat|předmět|"
    "predmet|konu|tárgy|"
    "тема|θέμα|assunto|主题|主旨|标题|主題|件名|제목|题目|sujet|re",
}
_LABEL_KIND = {name: kind for kind, names in _LABELS.items() for name in names.split("|")}
_LABEL_LINE = re.compile(
    r"^[^\S\n]{0,4}[*_]{0,2}[^\S\n]*([^\W\d_][^\n"
    r":：*_<>@]{0,22}?)[^\S\n]*[*_]{0,2}[^\S\n]*[:：](?!//)[^\S\n"
    r"]*[*_]{0,2}(.*)$"
)

_PHONE = re.compile(
    r"^[^\S\n]*(?:[-–—_*]{0,3}[^\S\n]*)(?:sent (?:from|via|with|"
    r"using) (?:my )?(?:[\w'’.+-]+[^\S\n]?){1,8}"
    r"|get outlook for (?:ios|android|mac)\b[^\n]{0,60}|"
    r"von meine[mr] (?:[\w.+-]+[^\S\n]){1,4}gesendet"
    r"|gesendet (?:von|mit)(?: (?:meine[mr]|der))?(?: [\w.+-]+){1,5}|"
    r"diese nachricht wurde von mein[^\n]{0,60}gesendet"
    r"|envoyé (?:de(?:puis)?|à partir d[e']) ?(?:mon|ma|l.)?(?: ?[\w.+-]+){1,5}|enviado (?:desde|"
    r"do|de) (?:mi|meu|o)? ?(?:[\w.+-]+ ?){1,5}"
    r"|inviato da(?:l mio)?(?: [\w.+-]+){1,5}|verstuurd va(?:n|naf) mijn(?: [\w.+-]+){1,4}|"
    r"verzonden vanaf mijn(?: [\w.+-]+){1,4}"
    r"|skickat från min(?: [\w.+-]+){1,4}|sendt fra min(?: [\w.+-]+){1,4}|"
    r"wysłane z (?:[\w.+-]+ ?){1,5}"
    r"|отправлено (?:с|из|от)(?: [\w.+-]+){1,5}|"
    r"(?:发自|發自|发送自|傳送自|来自|來自)(?:我的|"
    r"于)?[^\n，。！？,!?]{1,24}"
    r"|(?:获取|下载) ?outlook for (?:ios|android)[^\n"
    r"]{0,40}|[\w ]{2,16}から送信|나의 [\w ]{2,16}에서 "
    r"보냄"
    r"|从我的[^\n，。！？]{2,16}发送)[^\S\n]*[.。]?(?:[^\S\n]*<https?://[^\s>]+>)?[^\S\n]*$",
    re.IGNORECASE,
)
_PHONE_THING = re.compile(
    r"iphone|ipad|ios|android|samsung|galaxy|huawei|"
    r"华为|小米|xiaomi|oppo|vivo|荣耀|honor|手机|"
    r"phone|"
    r"mobile|mail|邮件|邮箱|"
    r"outlook|yahoo|proton|windows|blackberry|gmail|nokia|pixel|device|handy|mobil|portable|móvil|"
    r"telefo|tablet|"
    r"平板|thunderbird|spark|客户端|app\b|аппарат|телефон|smartphone|hey",
    re.IGNORECASE,
)
_BELOW = re.compile(
    r"(?:answers?|repl(?:y|ies)|comments?|responses?|see|notes?|marked|written|antworten?|"
    r"siehe)\b[^\n.!?]{0,25}"
    r"\b(?:below|inline|in-line|in line|in (?:red|blue|green|bold|capitals?|colou?r)|unten|im text|"
    r"in rot)\b"
    r"|下面|下方|以下|如下|见下|红字|红色|蓝色|蓝字|行内|文中|原文中",
    re.IGNORECASE,
)
_WORDY = re.compile(r"[^\W_]")
_LOOK_BACK = 4


@dataclass(frozen=True, slots=True)
class Split:
    """The customer's own words, the history beneath them, and what decided it."""

    new: str
    quoted: bool
    """True when history or a signature was left out."""
    first_cut: int | None = None
    """Line number where history that is cut to the end begins, if so."""


def split_quotes(body: str, *, is_reply: bool = True, forwarded: bool = False) -> Split:
    """The new words of a plain text body.

    `is_reply`: the mail answers another one (In-Reply-To, References or "Re:"); only then do bare
    ">" lines without an introduction count as history. `forwarded`: the history is what the
    customer wants to show, so blocks are kept. Never empty while `body` has words.
    """
    lines = body.split("\n")
    keep = [True] * len(lines)
    first_cut = None if forwarded else _mark_history(lines, keep, is_reply=is_reply)
    _mark_signature(lines, keep)
    new = _join(line for line, wanted in zip(lines, keep, strict=True) if wanted)
    if first_cut is not None and _BELOW.search(new) and len(new) < 400:
        return Split(body.strip(), quoted=False)
    if not _WORDY.search(new) and _WORDY.search(body):
        new = body.strip()
        return Split(new, quoted=False)
    return Split(new, quoted=not all(keep), first_cut=first_cut)


def _join(lines: Iterable[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _mark_history(lines: list[str], keep: list[bool], *, is_reply: bool) -> int | None:
    """Clears `keep` for quoted lines; returns the line from which everything is history."""
    introduced = False
    at, total = 0, len(lines)
    while at < total:
        line = lines[at]
        if _FORWARD.match(line):
            return None  # what is forwarded is what the customer wants to show
        if _QUOTED.match(line) and (is_reply or introduced):
            if not _BAR.match(line) or _bar_block(lines, at):
                keep[at] = False
            at += 1
            continue
        end = _history_header(lines, at)
        if end is None:
            at += 1
            continue
        following = _next_words(lines, end)
        if following is not None and _QUOTED.match(lines[following]):
            for number in range(at, following):
                keep[number] = False
            introduced, at = True, following
            continue
        if _unmistakable(lines, at, end) and _words_above(lines, keep, at):
            for number in range(_with_divider(lines, at), total):
                keep[number] = False
            return at
        at = end
    return None


def _bar_block(lines: list[str], at: int) -> bool:
    """Bars quote only in runs; a single "| x | y |" line is a table of the customer's."""
    return bool(_BAR.match(lines[at])) and not lines[at].rstrip().endswith("|")


def _words_above(lines: list[str], keep: list[bool], at: int) -> bool:
    return any(
        wanted and _WORDY.search(line) for line, wanted in zip(lines[:at], keep, strict=False)
    )


def _with_divider(lines: list[str], at: int) -> int:
    above = at
    while above and not lines[above - 1].strip():
        above -= 1
    return above - 1 if above and _DIVIDER.match(lines[above - 1]) else at


def _next_words(lines: list[str], at: int) -> int | None:
    for number in range(at, min(at + 4, len(lines))):
        if lines[number].strip():
            return number
    return None


def _history_header(lines: list[str], at: int) -> int | None:
    """The line behind a header of history that begins at `at`, or None."""
    line = lines[at]
    if not line.strip():
        return None
    if _RULE.match(line) or _REPLY_ABOVE.search(line):
        below = _next_words(lines, at + 1)
        block = _label_block(lines, below) if below is not None else None
        return block or at + 1
    return _attribution(lines, at) or _label_block(lines, at)


def _attribution(lines: list[str], at: int) -> int | None:
    """ "On … X wrote:" and its like, over up to four lines."""
    joined = ""
    for number in range(at, min(at + _LOOK_BACK, len(lines))):
        line = lines[number].strip()
        if not line or len(joined) > 400:
            return None
        joined = f"{joined} {line}" if joined else line
        if not (_COLON.search(line) or line.endswith("-")) and not _WROTE_END.search(line):
            if number == at and not _may_start(line):
                return None
            continue
        return number + 1 if _is_attribution(joined) else None
    return None


def is_attribution(words: str) -> bool:
    """`words` are a sentence like "On … X wrote:" and nothing else."""
    joined = re.sub(r"\s+", " ", words).strip()
    return (
        len(joined) < 450
        and bool(_COLON.search(joined) or _WROTE_END.search(joined))
        and _is_attribution(joined)
    )


def is_rule(words: str) -> bool:
    """`words` are a line like "----- Original Message -----"."""
    return bool(_RULE.match(words))


def begins_with_header(words: str) -> bool:
    """`words` begin with a block "From: … Sent: … Subject: …" in any language."""
    lines = words.split("\n")[:20]
    first = _next_words(lines, 0)
    return first is not None and _label_block(lines, first) is not None


def _may_start(line: str) -> bool:
    return bool(_STARTS.match(line) or _DATE.search(line) or "@" in line or "<" in line)


def _is_attribution(joined: str) -> bool:
    """True for a sentence that says who wrote what follows, and when or from which address."""
    if len(joined) > 450 or "http" in joined[:20]:
        return False
    dated = bool(_DATE.search(joined) and (_TIME.search(joined) or _STARTS.match(joined)))
    addressed = bool(_ADDRESS.search(joined))
    if _WROTE_END.search(joined) or _WROTE_MIDDLE.search(joined):
        return dated or addressed or bool(_COLON.search(joined) and len(joined) < 80)
    # Gmail in Japanese and others: date, name, <address>, colon; no verb.
    return bool(
        dated and addressed and _COLON.search(joined) and joined.rstrip(" :：-")[-1:] in {">", ")"}
    )


def _label_block(lines: list[str], at: int) -> int | None:
    """A block "From: … Sent: … To: … Subject: …" in any language; From first or second."""
    kinds: dict[str, str] = {}
    last = at
    for number in range(at, min(at + 14, len(lines))):
        line = lines[number]
        if not line.strip():
            continue
        kind, value = _label(line)
        if kind is None:
            if "to" in kinds and "subject" not in kinds and number - last <= 2:
                continue  # a long list of recipients, wrapped
            break
        if kind in kinds and kind in {"from", "subject"}:
            break
        kinds[kind] = value
        last = number
        if number == at and kind not in {"from", "date"}:
            return None
    if "from" not in kinds or not {"date", "subject"} <= kinds.keys() or len(kinds) < 3:
        return None
    return last + 1 if _real_values(kinds) else None


def _label(line: str) -> tuple[str | None, str]:
    match = _LABEL_LINE.match(line)
    if match is None:
        return None, ""
    word = re.sub(r"[\s\u3000]", "", match[1]).lower()
    return _LABEL_KIND.get(word), match[2].strip()


def _real_values(kinds: dict[str, str]) -> bool:
    """The date has a time or a year, so a customer's "From: Berlin" is no history."""
    date = kinds.get("date", "")
    timed = bool(_TIME.search(date) or _DATE.search(date))
    addressed = "@" in kinds.get("from", "") or "@" in kinds.get("to", "")
    return timed and (addressed or bool(_TIME.search(date)))


def _unmistakable(lines: list[str], at: int, end: int) -> bool:
    """May everything below be cut although it is not marked line by line?"""
    joined = " ".join(line.strip() for line in lines[at:end])
    if _RULE.match(lines[at]) or _REPLY_ABOVE.search(lines[at]):
        return True
    if _label(lines[at])[0] is not None and end - at >= 3:
        return True
    dated = bool(_DATE.search(joined) and (_TIME.search(joined) or _ADDRESS.search(joined)))
    return dated and bool(
        _ADDRESS.search(joined) or _STARTS.match(joined) or re.search("[写寫]道", joined)
    )


def _mark_signature(lines: list[str], keep: list[bool]) -> None:
    """Drops "-- " signatures and one-line phone signatures among the kept lines."""
    for number, line in enumerate(lines):
        if keep[number] and line[:3] and _PHONE.match(line) and _PHONE_THING.search(line):
            keep[number] = False
    starts = [n for n, line in enumerate(lines) if keep[n] and line in {"-- ", "--", "--\xa0"}]
    if not starts:
        return
    start = starts[-1]
    end = start + 1
    while end < len(lines) and keep[end]:
        end += 1
    inside = [line for line in lines[start + 1 : end] if line.strip()]
    if _is_signature(lines[start], inside) and _words_above(lines, keep, start):
        for number in range(start, end):
            keep[number] = False


def _is_signature(mark: str, inside: list[str]) -> bool:
    if mark == "--":  # the blank after it got lost, or it is only a rule
        return len(inside) <= 8 and not any(
            "?" in line or "？" in line or len(line) > 90 for line in inside
        )
    return len(inside) <= 30
