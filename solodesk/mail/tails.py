"""What stands below a letter and is not part of it: signatures, telephones' lines, disclaimers.

Only what is unmistakable goes. Works on the lines that the quote splitter kept; the phrases stand
in `resources/mail/words`. Must not look at quoted history.
"""

import re

from solodesk.mail.words import Holed, plain, stands_alone, words

_VISIBLE = re.compile(r"[^\s>＞\-_=*~|.,:;—－]")
_POSTSCRIPT = re.compile(r"\s*(?:p\.? ?p?\.? ?s\b|n\.? ?b\b|附[:：]|又及|追伸|추신)", re.IGNORECASE)
_DASHES = frozenset({"-- ", "--", "--\xa0"})
_LINK = re.compile(r"\s*[<(\[]?https?://[^\s>)\]]+[>)\]]?\s*$")
_EDGES = " \t-–—_*·•|>"
_HAN = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_LONG_TAIL = 120
_LONG_TAIL_HAN = 30
_MOST_DEVICE = 60
_REACHABLE = re.compile(r"\d{3}|@|www\.|://")
_REACH = re.compile(
    r"^(?:t|f|m|p|w|e|tel|phone|fax|mob|mobile|cell|direct|office|web|www|e-?mail|skype|"
    r"telefon|handy|fon|tél|téléphone|móvil|teléfono|cell|telefono|telefoon|mobiel|tlf|puh|gsm|"
    r"тел|моб|电话|電話|手机|手機|传真|傳真|邮箱|地址|网址|網址|전화|팩스|住所|〒)\s?[.:：|]"
    r"|^\+?[\d ()/.-]{8,}$|^(?:https?://|www\.)\S+$|^\S+@\S+\.\S+$",
    re.IGNORECASE,
)


def mark_tails(lines: list[str], keep: list[bool], sender: str) -> None:
    """Clears `keep` for signatures, telephones' lines and disclaimers among the kept lines.

    `sender`: name and address, to tell a signature below a bare "--" from a list.
    """
    starts = [n for mark in _DASHES if mark in lines for n in _places(lines, keep, mark)]
    if starts:
        _drop_signature(lines, keep, max(starts), sender)
    for number in _ends_of_runs(lines, keep):
        _drop_phone_lines(lines, keep, _without_rule(lines, keep, number))
    last = _last_kept(lines, keep, len(lines))
    if last is not None:
        _drop_disclaimers(lines, keep, last)
        _drop_contact_block(lines, keep)
        _drop_banner(lines, keep)


def _places(lines: list[str], keep: list[bool], mark: str) -> list[int]:
    return [number for number, line in enumerate(lines) if line == mark and keep[number]]


def is_phone_line(line: str) -> bool:
    """Whether a line is what a telephone or mail program adds by itself ("Sent from my phone")."""
    if len(line) > 160:
        return False
    known, low = words(), plain(line).lower().strip(_EDGES)
    if "http" in low:
        low = _LINK.sub("", low).rstrip(_EDGES)
    low = low.rstrip(" .。!")
    if low in known.sent_from_whole:
        return True
    if not (low.startswith(known.sent_from_heads) or low.endswith(known.sent_from_tails)):
        return False
    if not any(thing in low for thing in known.things):
        return False
    if re.search(r"[,，!?？！。](?=.)", low) and not low.endswith((")", "）")):
        return False
    inner = set(re.findall(r"[^\W\d_]+|的手机", low)[2:])
    return any(_fits(low, each) and inner.isdisjoint(each.sentence) for each in known.sent_from)


def only_greets(text: str) -> bool:
    """Nothing but "Hi Lin," is left: the words must stand somewhere below."""
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) != 1 or len(lines[0]) > 40 or not lines[0].rstrip().endswith((",", "，", ":")):
        return False
    low = plain(lines[0]).lower()
    return any(
        low.startswith(greeting) and stands_alone(low, 0, len(greeting))
        for greeting in words().greetings
    )


def _fits(low: str, phrase: Holed) -> bool:
    head, tail = phrase.head, phrase.tail
    device = len(low) - len(head) - len(tail)
    return 1 < device <= _MOST_DEVICE and low.startswith(head) and low.endswith(tail)


def _ends_of_runs(lines: list[str], keep: list[bool]) -> list[int]:
    """The last lines with words before something left out, and the last of all."""
    out: list[int] = []
    last: int | None = None
    for number, kept in enumerate(keep):
        if not kept:
            if last is not None:
                out.append(last)
                last = None
        elif lines[number]:
            last = number
    if last is not None:
        out.append(last)
    return out[-50:]


def _without_rule(lines: list[str], keep: list[bool], at: int) -> int:
    """A rule right above history goes with it; the last line before the rule."""
    below = any(not kept for kept in keep[at + 1 :])
    while below and at and keep[at] and not _VISIBLE.search(lines[at]) and len(lines[at]) > 4:
        keep[at] = False
        at -= 1
        while at and keep[at] and not lines[at].strip():
            at -= 1
    return at


def _drop_phone_lines(lines: list[str], keep: list[bool], at: int) -> None:
    """From the end of a run upwards, over blank lines and rules."""
    rules: list[int] = []
    for number in range(at, max(at - 8, -1), -1):
        line = lines[number]
        if not keep[number]:
            return
        if not _VISIBLE.search(line):
            rules += [number] if line.strip() else []
            continue
        if not is_phone_line(line):
            return
        for each in (number, *rules):
            keep[each] = False
        rules = []


def _last_kept(lines: list[str], keep: list[bool], before: int) -> int | None:
    for number in range(before - 1, -1, -1):
        if keep[number] and lines[number].strip():
            return number
    return None


def _drop_signature(lines: list[str], keep: list[bool], start: int, sender: str) -> None:
    end = start + 1
    while end < len(lines) and keep[end]:
        end += 1
    end = _before_postscript(lines, start + 1, end)
    inside = [line for line in lines[start + 1 : end] if line.strip()]
    if _is_signature(lines[start], inside, sender) and _words_in(lines, keep, start):
        keep[start:end] = [False] * (end - start)


def _before_postscript(lines: list[str], start: int, end: int) -> int:
    """Where words of the letter follow the signature: "PS: …", or a paragraph that asks."""
    for number in range(start + 1, end):
        if lines[number - 1].strip() or not lines[number].strip():
            continue
        last = number
        while last < end and lines[last].strip():
            last += 1
        paragraph = " ".join(lines[number:last])
        if _POSTSCRIPT.match(paragraph) or paragraph.rstrip().endswith(("?", "？")):
            return number
    return end


def _is_signature(mark: str, inside: list[str], sender: str) -> bool:
    if mark != "--":
        return len(inside) <= 30
    # The blank after it got lost, or it is only a rule: then the sender's name must follow.
    names = [name for name in re.findall(r"[^\W\d_]+", sender.lower()) if len(name) > 1]
    head = " ".join(inside[:3]).lower()
    if len(inside) <= 2 and all(is_phone_line(line) for line in inside):
        return True
    return len(inside) <= 10 and any(name in head for name in names)


def _words_in(lines: list[str], keep: list[bool], before: int) -> bool:
    return any(keep[n] and _VISIBLE.search(lines[n]) for n in range(before))


def _drop_disclaimers(lines: list[str], keep: list[bool], last: int) -> None:
    """The last paragraphs, while they are of the kind lawyers write."""
    end: int | None = last
    for _ in range(6):
        if end is None:
            return
        start = end
        while start and keep[start - 1] and lines[start - 1].strip():
            start -= 1
        if not _words_in(lines, keep, start):
            return
        paragraph = lines[start : end + 1]
        if sum(map(len, paragraph)) < _LONG_TAIL_HAN and not _is_rule(paragraph):
            return
        if not (_is_disclaimer(paragraph) or _is_rule(paragraph)):
            return
        if not _is_rule(paragraph) or end != last:
            keep[start : end + 1] = [False] * (end + 1 - start)
        end = _last_kept(lines, keep, start)


def _is_rule(paragraph: list[str]) -> bool:
    return len(paragraph) == 1 and not _VISIBLE.search(paragraph[0])


def _is_disclaimer(paragraph: list[str]) -> bool:
    known = words()
    start = plain(" ".join(paragraph[:4])[:200]).lower()
    legal = known.confidential_ascii if start.isascii() else known.confidential_all
    if not any(map(start.__contains__, legal)):
        return False  # lawyers come to the point
    text = plain(" ".join(paragraph)).lower()
    least = _LONG_TAIL_HAN if _HAN.search(text) else _LONG_TAIL
    if len(text) < least or "?" in text or "？" in text:
        return False
    said = {phrase for phrase in known.confidential_all if phrase in text}
    return len(said) >= 2 and any(len(said & phrases) >= 2 for phrases in known.confidential)


def _drop_contact_block(lines: list[str], keep: list[bool]) -> None:
    """Below "Best regards" and a name: telephone numbers, addresses, web sites.

    Three lines at least, two of them such, none a sentence; the sign-off and the name stay.
    """
    last = _last_kept(lines, keep, len(lines))
    if last is None or not _REACHABLE.search("\n".join(lines[max(0, last - 3) : last + 1])):
        return
    kept: list[int] = []
    for n in range(len(lines) - 1, -1, -1):
        if keep[n] and lines[n].strip():
            sentence = len(lines[n]) > 60 and lines[n].rstrip()[-1:] in ".!?。！？,，"
            if sentence or len(lines[n]) > 90 or len(kept) >= 14:
                break
            kept.insert(0, n)
    known = words()
    starts = [at for at, n in enumerate(kept) if _signs_off(lines[n], known.sign_offs)]
    if not starts or not _words_in(lines, keep, kept[starts[-1]]):
        return
    block = kept[starts[-1] + 2 :]
    texts = [plain(lines[n]).strip() for n in block]
    if len(texts) < 3 or any(len(t) > 90 or t.endswith(("?", "？", "!")) for t in texts):
        return
    if sum(bool(_REACH.search(t.strip(_EDGES))) for t in texts) >= 2:
        for number in range(block[0], block[-1] + 1):
            keep[number] = False


def _signs_off(line: str, sign_offs: frozenset[str]) -> bool:
    low = plain(line).lower().strip(" ,，.!。！")
    return low in sign_offs


def _drop_banner(lines: list[str], keep: list[bool]) -> None:
    """A warning that a mail server put on top ("CAUTION: external email …")."""
    top = plain(" ".join(lines[:6])[:800]).lower()
    if not any(map(top.__contains__, words().outside)):
        return
    first = next((n for n in range(min(6, len(lines))) if keep[n] and lines[n].strip()), None)
    if first is None:
        return
    end = first
    while end + 1 < len(lines) and keep[end + 1] and lines[end + 1].strip() and end - first < 4:
        end += 1
    text = plain(" ".join(lines[first : end + 1])).lower()
    hits = sum(phrase in text for phrase in words().outside) if len(text) < 600 else 0
    rest = [n for n in range(end + 1, len(lines)) if keep[n] and _VISIBLE.search(lines[n])]
    if hits >= 2 and rest and "\n" not in text:
        keep[first : end + 1] = [False] * (end + 1 - first)
