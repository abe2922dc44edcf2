"""Where the customer's own words end and quoted history begins, in the mailers' many languages.

A false cut hides what a customer wrote; a false keep only shows some history. So: only lines that
are quoted by themselves (">") are dropped one by one, everything below a header of history is
dropped only when that header is unmistakable, and when nothing would be left everything is shown.
Views only: nothing here deletes anything. Must not know HTML or headers.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from solodesk.mail import quotewords as say

_WORDY = re.compile(r"[^\W_]")
_VISIBLE = re.compile(r"[^\s>＞\-_=*~|.,:;—－]")
_HINT = re.compile(r"[\d:：<>＞&@│\-_=*~—－─━道於于在]")
_LOOK_BACK = 4
_MAX_LINES = 20_000
_LONG_LINE = 1000  # no mailer writes its header of history in one line that long


@dataclass(frozen=True, slots=True)
class Split:
    """The customer's own words, the history beneath them, and what decided it."""

    new: str
    quoted: bool
    """True when history or a signature was left out."""
    first_cut: int | None = None
    """Line number where history that is cut to the end begins, if so."""


def split_quotes(
    body: str, *, is_reply: bool = True, forwarded: bool = False, sender: str = ""
) -> Split:
    """The new words of a plain text body.

    `is_reply`: the mail answers another one (In-Reply-To, References or "Re:"); only then do bare
    ">" lines without an introduction count as history. `forwarded`: the history is what the
    customer wants to show, so blocks are kept. `sender`: the sender's name and address, to tell a
    signature below "--" from text. Never empty while `body` has words.
    """
    shown = body.split("\n", _MAX_LINES)  # the last piece holds whatever is beyond
    # QQ Mail writes HTML's name of the hard space into its plain text.
    lines = [line.replace("&nbsp;", " ") for line in shown] if "&nbsp;" in body else shown
    keep = [True] * len(lines)
    first_cut = None if forwarded else _mark_history(lines, keep, is_reply=is_reply)
    _mark_signature(lines, keep, sender)
    new = _join(line for line, wanted in zip(shown, keep, strict=True) if wanted)
    if first_cut is not None and points_below(new):
        return Split(body.strip(), quoted=False)
    if not _VISIBLE.search(new) and _WORDY.search(body):
        return Split(body.strip(), quoted=False)
    return Split(new, quoted=not all(keep), first_cut=first_cut)


def points_below(new: str) -> bool:
    """The new words say that the answers stand inside the quoted text ("see below in red")."""
    return len(new) < 400 and bool(say.BELOW.search(new))


def _join(lines: Iterable[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _mark_history(lines: list[str], keep: list[bool], *, is_reply: bool) -> int | None:
    """Clears `keep` for quoted lines; returns the line from which everything is history."""
    introduced = False
    at, total = 0, len(lines)
    while at < total:
        line = lines[at]
        hinted = bool(_HINT.search(line))  # most lines: nothing in them can begin history
        if hinted and say.FORWARD.match(line):
            return None  # what is forwarded is what the customer wants to show
        quoted = hinted and (is_reply or introduced) and bool(say.QUOTED.match(line))
        if quoted:
            keep[at] = _closes_bracket(lines, at)
        end = _history_header(lines, at) if hinted and not quoted else None
        if end is None:
            at += 1
            continue
        if _quoted_below(lines, end):
            at = _drop(keep, at, _next_words(lines, end) or end)
            introduced = True
            continue
        if _unmistakable(lines, at, end) and _words_above(lines, keep, at):
            _drop(keep, _with_divider(lines, at), total)
            return at
        at = end
    return None


def _drop(keep: list[bool], start: int, end: int) -> int:
    keep[start:end] = [False] * (end - start)
    return end


def _closes_bracket(lines: list[str], at: int) -> bool:
    """The mark ends an "<http://…" that a mailer broke over two lines: it quotes nothing."""
    above = lines[at - 1] if at else ""
    return not say.QUOTED.match(above) and above.rfind("<") > above.rfind(">")


def _words_above(lines: list[str], keep: list[bool], at: int) -> bool:
    above = zip(lines[:at], keep, strict=False)
    return any(wanted and _VISIBLE.search(line) for line, wanted in above)


def _with_divider(lines: list[str], at: int) -> int:
    above = at
    while above and not lines[above - 1].strip():
        above -= 1
    return above - 1 if above and say.DIVIDER.match(lines[above - 1]) else at


def _next_words(lines: list[str], at: int) -> int | None:
    for number in range(at, min(at + 4, len(lines))):
        if lines[number].strip():
            return number
    return None


def _history_header(lines: list[str], at: int) -> int | None:
    """The line behind a header of history that begins at `at`, or None."""
    line = lines[at]
    if not line.strip() or len(line) > _LONG_LINE:
        return None
    if say.RULE.match(line) or _reply_above(line) or say.WEAK_RULE.match(line):
        below = _next_words(lines, at + 1)
        block = _label_block(lines, below) if below is not None else None
        return block or (None if say.WEAK_RULE.match(line) else at + 1)
    return _attribution(lines, at) or _label_block(lines, at)


def _reply_above(line: str) -> bool:
    hinted = any(hint in line for hint in ("above", "dieser", "dessus", "回复"))
    return hinted and bool(say.REPLY_ABOVE.search(line))


def _credit_end(line: str) -> bool:
    """The line may end such a sentence; looked at before the costly pattern."""
    return line[-1:] in ":：-道" and bool(say.WROTE_END.search(line))


def _attribution(lines: list[str], at: int) -> int | None:
    """The end of a sentence "On … X wrote:" over up to four lines, or None."""
    joined = ""
    for number in range(at, min(at + _LOOK_BACK, len(lines))):
        line = lines[number].strip()
        if not line or len(joined) > 400:
            return None
        joined = f"{joined} {line}" if joined else line
        if number == at and not _may_start(line):
            return None
        if line[-1:] in ":：-" or _credit_end(line):
            return number + 1 if _is_attribution(joined) else None
        if _bare_gmail(joined) and _quoted_below(lines, number + 1):
            return number + 1
    return None


def _quoted_below(lines: list[str], at: int) -> bool:
    following = _next_words(lines, at)
    return following is not None and bool(say.QUOTED.match(lines[following]))


def _bare_gmail(joined: str) -> bool:
    """ "2011/4/7 Jo Do <jo@x.example>": the date and the address, and nothing else."""
    return (
        joined.endswith(">")
        and bool(say.DATE.match(joined.lstrip()))
        and bool(say.ADDRESS.search(joined))
    )


def is_attribution(words: str) -> bool:
    """`words` are a sentence like "On … X wrote:" and nothing else."""
    joined = re.sub(r"\s+", " ", words).strip()
    return (
        len(joined) < 450
        and bool(say.COLON.search(joined) or say.WROTE_END.search(joined))
        and _is_attribution(joined)
    )


def is_rule(words: str) -> bool:
    """`words` are a line like "----- Original Message -----"."""
    return bool(say.RULE.match(words))


def is_header_label(words: str) -> bool:
    """`words` begin with "From:", "发件人：", "Sent:" or another label such a block opens with."""
    kind, _ = _label(words.split("\n", 1)[0] if ":" in words or "：" in words else f"{words}:")
    return kind in {"from", "date", "sent", "subject"}


def begins_with_header(words: str) -> bool:
    """`words` begin with a block "From: … Sent: … Subject: …" in any language."""
    lines = words.split("\n")[:20]
    first = _next_words(lines, 0)
    return first is not None and _label_block(lines, first) is not None


def _may_start(line: str) -> bool:
    """The line begins as such a sentence does: with a date, "On", or who wrote."""
    return bool(say.STARTS.match(line) or say.BEGINS.match(line) or _credit_end(line))


def _is_attribution(joined: str) -> bool:
    """True for a sentence that says who wrote what follows, and when or from which address."""
    if len(joined) > 450 or "http" in joined[:20] or say.AUTHOR_HERSELF.search(joined):
        return False
    begins = bool(say.STARTS.match(joined) or say.BEGINS.match(joined))
    dated = begins and bool(
        say.DATE.search(joined) and (say.TIME.search(joined) or say.STARTS.match(joined))
    )
    addressed = begins and bool(say.ADDRESS.search(joined))
    if say.WROTE_END.search(joined) or say.WROTE_MIDDLE.search(joined):
        return dated or addressed or _short_credit(joined)
    # Gmail in Japanese, Yandex and others: date, name, <address>, colon; no verb.
    ends = joined.rstrip(" :：-").endswith(">")
    return dated and addressed and ends and bool(say.COLON.search(joined))


def _short_credit(joined: str) -> bool:
    """ "Jo Do wrote:" or "---- Jo Do wrote ----"; counts only above lines marked ">"."""
    framed = joined.startswith("--") and joined.endswith("--")
    return framed or (bool(say.COLON.search(joined)) and len(joined) < 60 and "." not in joined)


def _label_block(lines: list[str], at: int) -> int | None:
    """The end of a block "From: … Sent: … To: … Subject: …" in any language, or None."""
    kinds: dict[str, str] = {}
    last = at
    for number in range(at, min(at + 14, len(lines))):
        line = lines[number].replace("\u200e", "").replace("\u200f", "")
        if not line.strip():
            continue
        kind, value = _label(line)
        if kind is None:
            if number > at and number - last <= 2 and _wrapped(kinds):
                continue
            break
        if kind in kinds and kind in {"from", "subject"}:
            break
        kinds[kind] = value
        last = number
        if number == at and kind not in {"from", "date", "sent", "subject"}:
            return None
    return last + 1 if _is_mail_header(kinds) else None


def _wrapped(kinds: dict[str, str]) -> bool:
    """A line without a label may go on with the addresses of the line above."""
    if "to" in kinds and "subject" not in kinds:
        return True
    return list(kinds) == ["from"] and kinds["from"].endswith(("[mailto:", "<", ","))


def _label(line: str) -> tuple[str | None, str]:
    match = say.LABEL_LINE.match(line) if ":" in line or "：" in line else None
    if match is None:
        return None, ""
    word = re.sub(r"[\s\u3000]", "", match[1]).lower()
    return say.LABEL_KIND.get(word), match[2].strip()


def _is_mail_header(kinds: dict[str, str]) -> bool:
    """Enough labels with real values, so a customer's "From: Berlin, To: Paris" is no history."""
    names = kinds.keys()
    when = kinds.get("sent") or kinds.get("date") or ""
    timed = bool(say.TIME.search(when) or say.DATE.search(when))
    addressed = "@" in kinds.get("from", "") + kinds.get("to", "")
    if "sent" in names:
        return {"from"} <= names and bool(names & {"to", "subject"}) and len(names) >= 3 and timed
    known = {"from", "date", "subject"} <= names and timed
    return known and ("to" in names or addressed) and (addressed or bool(say.TIME.search(when)))


def _unmistakable(lines: list[str], at: int, end: int) -> bool:
    """May everything below be cut although it is not marked line by line?"""
    if say.RULE.match(lines[at]) or say.WEAK_RULE.match(lines[at]):
        return True
    if _reply_above(lines[at]):
        return True
    if _label(lines[at])[0] is not None and end - at >= 3:
        return True
    joined = " ".join(line.strip() for line in lines[at:end])
    if not say.DATE.search(joined):
        return False
    if not (say.WROTE_END.search(joined) or say.WROTE_MIDDLE.search(joined)):
        return False
    framed = joined.startswith("--") and joined.endswith("--")
    return framed or bool(say.ADDRESS.search(joined) or say.MACHINE_DATE.search(joined))


def _mark_signature(lines: list[str], keep: list[bool], sender: str) -> None:
    """Drops "-- " signatures and one-line phone signatures among the kept lines."""
    for number, line in enumerate(lines):
        if keep[number] and len(line) < 160 and is_phone_line(line):
            keep[number] = False
    starts = [n for n, line in enumerate(lines) if keep[n] and line in {"-- ", "--", "--\xa0"}]
    if not starts:
        return
    start = starts[-1]
    end = start + 1
    while end < len(lines) and keep[end]:
        end += 1
    inside = [line for line in lines[start + 1 : end] if line.strip()]
    if _is_signature(lines[start], inside, sender) and _words_above(lines, keep, start):
        for number in range(start, end):
            keep[number] = False


def is_phone_line(line: str) -> bool:
    """Whether a line is what a telephone or mail program adds by itself ("Sent from my phone")."""
    match = say.PHONE.match(line)
    return bool(match and say.PHONE_THING.search(line) and not say.SENTENCE.search(line))


def _is_signature(mark: str, inside: list[str], sender: str) -> bool:
    if mark != "--":
        return len(inside) <= 30
    # The blank after it got lost, or it is only a rule: then the sender's name must follow.
    names = [name for name in re.findall(r"[^\W\d_]+", sender.lower()) if len(name) > 1]
    head = " ".join(inside[:3]).lower()
    return len(inside) <= 10 and any(name in head for name in names)
