"""Where the customer's own words end and quoted history begins, in the mailers' many languages.

A false cut hides what a customer wrote; a false keep only shows some history. So: only lines that
are quoted by themselves (">") are dropped one by one, everything below a header of history is
dropped only when that header is unmistakable, and when nothing would be left everything is shown.
Views only: nothing here deletes anything. Must not know HTML or headers. The phrases stand in
`resources/mail/words`.
"""

import re
from dataclasses import dataclass

from solodesk.mail import headerblock, tails
from solodesk.mail.attribution import MOST, Credit, credit, may_end, opens
from solodesk.mail.headerblock import begins_with_block as begins_with_header
from solodesk.mail.words import plain, words

__all__ = [
    "Split",
    "answered_inside",
    "begins_with_header",
    "is_attribution",
    "is_header_label",
    "is_rule",
    "points_below",
    "split_quotes",
]

_WORDY = re.compile(r"[^\W_]")
_VISIBLE = re.compile(r"[^\s>＞\-_=*~|.,:;—－]")
_MARKS = frozenset(">＞")
_BEFORE_MARKS = frozenset(" \t&")
_DASHES = frozenset({"-- ", "--"})
_ENDS = frozenset(":：>- \u200e\u200f\u202c\xa0")
"""Last characters of lines that are looked at more closely."""
_RULING = "-_=*~—－─━‐‑‒–＿＝#"
_RULES = frozenset(_RULING)
_ANSWER = re.compile(
    r"\s{0,8}(?:[-=]{1,3}>|→|⇒|▶|(?:answer|ans|antwort|réponse|respuesta|risposta|resposta|antwoord|"
    r"odpowiedź|ответ|svar|vastaus|odpověď|cevap|відповідь|答案?|回答|答复|答覆|답변)\s?\d{0,2}\s?[:：])",
    re.IGNORECASE,
)
"""How people begin an answer they write between somebody else's lines."""
_SEEN = 400
_INITIALS = re.compile(r"\s?[A-Z]{1,4}>\s")
_GROUPWISE = re.compile(r">>> .{3,200}\d{1,2}[:.]\d{2}.{0,8}>>>$")
_LOOK_BACK = 4
_MAX_LINES = 20_000
_MOST_TRIES = 400
"""Lines that end like such a sentence and are looked at closely; letters have a few."""
_LONG_LINE = 1000  # no mailer writes its header of history in one line that long


@dataclass(frozen=True, slots=True)
class Split:
    """The customer's own words, the history beneath them, and what decided it."""

    new: str
    quoted: bool
    """True when history or a signature was left out."""
    first_cut: int | None = None
    """Line number where history that is cut to the end begins, if so."""
    history: bool = False
    """Quoted words were found, whether they were left out or the answers stand among them."""


def split_quotes(
    body: str, *, is_reply: bool = True, forwarded: bool = False, sender: str = ""
) -> Split:
    """The new words of a plain text body: some of its lines, in order.

    `is_reply`: the mail answers another one (In-Reply-To, References or "Re:"); only then do bare
    ">" lines without an introduction count as history. `forwarded`: the history is what the
    customer wants to show, so blocks are kept. `sender`: the sender's name and address, to tell a
    signature below "--" from text. Never empty while `body` has words.
    """
    shown = body.split("\n", _MAX_LINES)  # the last piece holds whatever is beyond
    # QQ Mail writes HTML's name of the hard space into its plain text.
    lines = [line.replace("&nbsp;", " ") for line in shown] if "&nbsp;" in body else shown
    page = _Page(lines, is_reply=is_reply)
    if not forwarded:
        page.mark()
    history = not all(page.keep)
    tails.mark_tails(lines, page.keep, sender)
    if all(page.keep):
        return Split(_tidy(body), quoted=False)
    new = _tidy("\n".join([line for line, kept in zip(shown, page.keep, strict=True) if kept]))
    lost = not _VISIBLE.search(new) and _WORDY.search(body)
    below = page.first_cut is not None and (
        points_below(new)
        or tails.only_greets(new)
        or answered_inside(lines[page.first_cut :], sender)
    )
    if lost or below:
        return Split(_tidy(body), quoted=False, history=history)
    return Split(new, quoted=True, first_cut=page.first_cut, history=history)


def answered_inside(history: list[str], sender: str = "") -> bool:
    """Somebody answered inside unmarked history, with the marks that people and Outlook put."""
    name = sender.rpartition(" ")[0].strip().lower()
    marked = f"[{name}]" if len(name) > 2 else None
    return any(
        _ANSWER.match(line) or (marked is not None and line.lstrip().lower().startswith(marked))
        for line in history[:_SEEN]
    )


def points_below(new: str) -> bool:
    """The new words say that the answers stand inside the quoted text ("see below in red")."""
    if len(new) >= 400:
        return False
    known, low = words(), plain(new).lower()
    if any(phrase in low for phrase in known.below_alone):
        return True
    places = [at for phrase in known.below for at in _standing(low, phrase)]
    if not places:
        return False
    before = [at + len(phrase) for phrase in known.answers for at in _standing(low, phrase)]
    return any(
        end <= place <= end + 25 and not re.search(r"[.!?\n]", low[end:place])
        for end in before
        for place in places
    )


def is_attribution(text: str) -> bool:
    """`text` is a sentence like "On … X wrote:" and nothing else."""
    joined = " ".join(text.split())
    return len(joined) <= MOST and credit(joined) is not Credit.NONE


def is_rule(text: str) -> bool:
    """`text` is a line like "----- Original Message -----"."""
    return text[:1] in _RULES and _rule(text, words().originals)


def is_header_label(text: str) -> bool:
    """`text` begins with "From:", "发件人：", "Sent:" or another label such a block opens with."""
    first = text.split("\n", 1)[0]
    kind, _ = headerblock.label(first if ":" in first or "：" in first else f"{first}:")
    return kind in headerblock.OPENING


class _Page:
    """One body while its lines are looked at. `keep`: which lines stay."""

    def __init__(self, lines: list[str], *, is_reply: bool) -> None:
        self.lines = lines
        self.keep = [True] * len(lines)
        self.marks_count = is_reply
        """Lines marked ">" are history."""
        self.first_cut: int | None = None
        self.tries = 0
        self.initials = False
        """Lines like "JD> …" are history: a sentence stood above some."""
        self.known = words()

    def mark(self) -> None:
        """Clears `keep` for history, line by line or, below an unmistakable header, to the end."""
        at, total, keep = 0, len(self.lines), self.keep
        known, heads = self.known, self.known.line_heads
        while at < total:
            line = self.lines[at]
            if not line:
                at += 1
                continue
            first = line[0]
            if first in _MARKS or (first in _BEFORE_MARKS and self._marked(at)):
                at = self._marked_line(at)
                while at < total and self.lines[at][:2] == "> " and self.marks_count:
                    keep[at] = False  # most lines of a long history
                    at += 1
                continue
            if not (
                first in _RULES
                or line.find(":", 0, 40) > 0
                or line[-1] in _ENDS
                or line[-2:] in known.wrote_by_tail
                or line[:4].lower() in heads
                or line.find("：", 0, 40) > 0
                or (self.initials and ">" in line[:6])
            ):
                at += 1
                continue
            if line in _DASHES:
                at += 1
                continue
            following = self._begin_of_history(at)
            if following is None:
                return
            at = following

    def _marked(self, at: int) -> bool:
        bare = self.lines[at].lstrip()[:4]
        return bare[:1] in _MARKS or bare == "&gt;"

    def _marked_line(self, at: int) -> int:
        """A line marked ">": dropped, unless the mark quotes nothing."""
        line = self.lines[at]
        if line.startswith(">>>") and _GROUPWISE.match(line) and self._cut_from(at):
            return len(self.lines)
        if self.marks_count:
            above = self.lines[at - 1] if at else ""
            # An "<http://…" that a mailer broke over two lines ends with a mark too.
            broken = "<" in above and above[:1] not in _MARKS
            self.keep[at] = broken and above.rfind("<") > above.rfind(">")
        return at + 1

    def _begin_of_history(self, at: int) -> int | None:
        """Looks whether history begins at (or ends its header on) this line.

        The line to go on with, or None when nothing more is to be looked at.
        """
        line = self.lines[at]
        if len(line) > _LONG_LINE:
            return at + 1
        ruled, end = line.lstrip()[:1] in _RULES, None
        if ruled or line[:4].lower() in self.known.line_heads:
            if self._forward(line, ruled=ruled):
                return None  # what is forwarded is what the customer wants to show
            end = self._rule_end(at) if ruled else None
            if end is None and self._reply_above(line):
                end = at + 1
        if end is None:
            end = headerblock.block_end(self.lines, at)
        if end is not None:
            return self._history(at, end, Credit.SURE)
        if self.initials and _INITIALS.match(line):
            self.keep[at] = False  # as The Bat! quotes
            return at + 1
        begin, trust = self._attribution(at)
        return self._history(begin, at + 1, trust) if trust else at + 1

    def _history(self, at: int, end: int, trust: Credit) -> int | None:
        """Drops a header from `at` to before `end`, and what it stands above."""
        following = self._next_words(end)
        initials = following is not None and bool(_INITIALS.match(self.lines[following]))
        if following is not None and (initials or self._marked(following)):
            self._drop(at, following)
            self.marks_count = True
            self.initials |= initials
            return following
        if trust is Credit.SURE and self._cut_from(at):
            return None
        return end

    def _cut_from(self, at: int) -> bool:
        """Everything from here on is history, if there are words above it."""
        if not self._words_above(at):
            return False
        start = at
        while start and not self.lines[start - 1].strip():
            start -= 1
        start = start - 1 if start and _is_divider(self.lines[start - 1]) else at
        self._drop(start, len(self.lines))
        self.first_cut = at
        return True

    def _drop(self, start: int, end: int) -> None:
        self.keep[start:end] = [False] * (end - start)

    def _words_above(self, at: int) -> bool:
        above = zip(self.lines[:at], self.keep, strict=False)
        return any(kept and _VISIBLE.search(line) for line, kept in above)

    def _next_words(self, at: int) -> int | None:
        for number in range(at, min(at + 4, len(self.lines))):
            if plain(self.lines[number]).strip():  # iOS leaves a lone U+FEFF there
                return number
        return None

    def _forward(self, line: str, *, ruled: bool) -> bool:
        low = plain(line).lower().strip()
        if low.startswith(self.known.begin_forwards):
            return low.endswith((":", "：")) or len(low) < 60
        return ruled and low.strip(_RULING + " ").startswith(self.known.forwards)

    def _rule_end(self, at: int) -> int | None:
        """The line behind "----- Original Message -----" and the block below it, or None."""
        line = self.lines[at].strip()
        if _rule(line, self.known.originals):
            below = self._next_words(at + 1)
            return (below is not None and headerblock.block_end(self.lines, below)) or at + 1
        below = self._next_words(at + 1) if line[:1] in _RULES else None
        if below is None:
            return None
        if _rule(line, self.known.weak_originals):
            return headerblock.block_end(self.lines, below)
        if _is_divider(line) and "@" in "".join(self.lines[below : below + 2]):
            return headerblock.unknown_block_end(self.lines, below)
        return None

    def _reply_above(self, line: str) -> bool:
        low = line.lower().strip(_RULING + " [(<>)]")
        return len(low) < 200 and low.startswith(self.known.reply_above)

    def _attribution(self, at: int) -> tuple[int, Credit]:
        """(first line, trust) of a sentence "On … X wrote:" that ends on this line."""
        best = (at, Credit.NONE)
        if self.tries >= _MOST_TRIES or not may_end(self.lines[at], self.known):
            return best
        self.tries += 1
        joined = ""
        for number in range(at, max(at - _LOOK_BACK, -1), -1):
            line = self.lines[number].strip()
            if not line or not self.keep[number] or len(joined) > MOST:
                break
            if best[1] is Credit.SURE and not _goes_on(line):
                break
            joined = f"{line} {joined}" if joined else line
            trust = credit(joined)
            if trust > best[1] or (trust and trust == best[1] and _goes_on(line)):
                best = (number, trust)
        return best


def _goes_on(line: str) -> bool:
    """A line is the beginning of such a sentence, broken off, and no sentence of the customer's."""
    broken = line.endswith((",", "，", "<", "(")) or len(line) >= 40
    return broken and opens(line)


def _rule(line: str, phrases: frozenset[str]) -> bool:
    """Rule characters, one of `phrases`, and more of them (or, squeezed together, anything)."""
    line = plain(line).strip()
    if len(line) > 160 or line[:2].strip(_RULING + " "):
        return False
    low = line.lower()
    if low.strip(_RULING + " :：") in phrases:
        return line[-1:] in _RULES or line[-1:] in ":："
    inner, squeezed, _ = low.lstrip(_RULING + " ").partition("---")
    return bool(squeezed) and inner.strip() in phrases


def _is_divider(line: str) -> bool:
    line = line.strip()
    return len(line) >= 5 and not line.strip(_RULING)


def _standing(text: str, phrase: str) -> list[int]:
    """Where `phrase` stands in `text` as a word."""
    return [m.start() for m in re.finditer(rf"(?<!\w){re.escape(phrase)}(?!\w)", text)]


def _tidy(text: str) -> str:
    return (re.sub(r"\n{3,}", "\n\n", text) if "\n\n\n" in text else text).strip()
