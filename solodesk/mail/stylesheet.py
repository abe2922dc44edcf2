"""The <style> blocks of a mail, applied to its elements while they are written anew.

Mail uses a small part of CSS: tags, classes, ids, one inside the other. That part is read here;
what is conditional (@media, :hover, + and ~) does not apply to what we show and is left out.
Bounded for every input: rules, selectors, steps. Values are not judged here but in `styles`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

MAX_CSS = 200_000
_MAX_RULES = 3000
_MAX_PER_KEY = 60
_MAX_CHAIN = 5
_STEPS = 300_000
# Boxes that only one web mailer or program puts around a mail, to mend what it breaks.
_FOREIGN = frozenset(
    [
        "ExternalClass",
        "ReadMsgBody",
        "yshortcuts",
        "outlook",
        "MessageViewBody",
        "MessageWebViewDiv",
        "ecxgmail",
        "gmail-fix",
    ]
)
_MAX_DECLARATIONS = 2000

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_BRACE = re.compile(r"([^{}]*)([{}])")
_SIMPLE = re.compile(r"(\*|[a-z][a-z0-9]*)?((?:[.#][\w-]+)*)", re.IGNORECASE)
_ALWAYS = re.compile(r"@media\s+(?:only\s+)?(?:all|screen)\s*", re.IGNORECASE)

Ancestor = tuple[str, str, frozenset[str]]
"""Tag, id and classes of an element around."""
_NO_CLASSES: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Step:
    """What one element has to be; `child`: directly inside the one before."""

    tag: str
    id: str
    classes: frozenset[str]
    child: bool

    def names(self) -> frozenset[str]:
        """Every name this step asks for."""
        found = {f".{name}" for name in self.classes}
        found |= {self.tag} - {""}
        return frozenset(found | ({f"#{self.id}"} if self.id else set()))

    def fits(self, element: Ancestor) -> bool:
        """Tell whether an element is what this step asks for."""
        return (
            (not self.tag or self.tag == element[0])
            and (not self.id or self.id == element[1])
            and self.classes <= element[2]
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """One selector with its declarations. `around`: what must stand around it, nearest first."""

    last: Step
    around: tuple[Step, ...]
    weight: tuple[int, int, int, int]
    style: str
    pressing: str
    """The declarations marked !important."""
    needs: frozenset[str] = frozenset()
    """Names that must stand around, for a quick no."""


@dataclass(slots=True)
class Sheet:
    """Rules by what their last step names, for a quick look."""

    rules: dict[str, list[Rule]] = field(default_factory=dict)
    count: int = 0
    steps_left: int = _STEPS
    asked: set[str] = field(default_factory=set)
    """Names that rules ask of what stands around."""
    strict: bool = False
    """Some rule asks what stands directly around."""

    def candidates(self, element: Ancestor) -> list[Rule]:
        """Rules whose last step fits, in the order in which they apply."""
        tag, ident, classes = element
        keys = [tag, "*"]
        if ident:
            keys.append(f"#{ident}")
        keys += [f".{name}" for name in classes]
        found = [
            rule
            for key in keys
            for rule in self.rules.get(key, ())
            if rule.last.fits(element)
        ]  # fmt: skip
        return sorted(found, key=_weight) if len(found) > 1 else found

    def holds(self, rule: Rule, around: Sequence[Ancestor]) -> bool:
        """Tell whether what stands around an element (outermost first) is what `rule` asks."""
        return self._around(rule.last.child, rule.around, around, len(around))

    def _around(
        self, child: bool, wanted: tuple[Step, ...], around: Sequence[Ancestor], end: int
    ) -> bool:
        if not wanted:
            return True
        for place in range(end - 1, -1, -1):
            self.steps_left -= 1
            if self.steps_left < 0:
                return False
            if wanted[0].fits(around[place]) and self._around(
                wanted[0].child, wanted[1:], around, place
            ):
                return True
            if child:
                return False
        return False

    def add(self, prelude: str, declarations: str, order: int) -> None:
        """Take one rule in, once for each of its selectors."""
        style, pressing = _parted(declarations)
        if not style and not pressing:
            return
        for selector in prelude[:4000].split(",")[:40]:
            steps = _steps(selector)
            if steps is None:
                continue
            last = steps[-1]
            key = _key(last)
            listed = self.rules.setdefault(key, [])
            if len(listed) < _MAX_PER_KEY:
                around = tuple(steps[-2::-1])
                needs = frozenset(_key(step) for step in around) - {"*"}
                weight = _specific(steps, order)
                listed.append(Rule(last, around, weight, style, pressing, needs))
                for step in around:
                    self.asked |= step.names()
                self.strict = self.strict or any(step.child for step in steps)
                self.count += 1


def _weight(rule: Rule) -> tuple[int, int, int, int]:
    return rule.weight


def read(css: str) -> Sheet:
    """The rules of a style sheet that may apply to what we show."""
    sheet = Sheet()
    skip, depth, order = 0, 0, 0
    prelude = ""
    for words, brace in _BRACE.findall(_COMMENT.sub(" ", css[:MAX_CSS])):
        if brace == "{":
            depth += 1
            prelude = words.rpartition(";")[2].strip()
            if not skip and prelude.startswith("@") and not _ALWAYS.fullmatch(prelude):
                skip = depth
            continue
        if not skip and prelude and not prelude.startswith("@"):
            order += 1
            sheet.add(prelude, words, order)
        prelude = ""
        depth = max(0, depth - 1)
        if depth < skip:
            skip = 0
        if sheet.count >= _MAX_RULES:
            break
    return sheet


def _parted(declarations: str) -> tuple[str, str]:
    """Declarations, and apart those marked !important."""
    if len(declarations) > _MAX_DECLARATIONS:
        declarations = declarations[:_MAX_DECLARATIONS].rpartition(";")[0]
    normal: list[str] = []
    pressing: list[str] = []
    for part in map(str.strip, declarations.split(";")):
        if part:
            (pressing if "!" in part else normal).append(part)
    return ";".join(normal), ";".join(pressing)


def _steps(selector: str) -> list[Step] | None:
    """A selector read from left to right; None when it asks for more than we know."""
    words = selector.replace(">", " > ").split()
    if not words or len(words) > 2 * _MAX_CHAIN:
        return None
    steps: list[Step] = []
    child = False
    for word in words:
        if word == ">":
            child = True
            continue
        match = _SIMPLE.fullmatch(word)
        if match is None:
            return None
        parts = re.findall(r"([.#])([\w-]+)", match[2])
        tag = (match[1] or "").lower()
        if tag == "html":
            continue
        ids = [name for mark, name in parts if mark == "#"]
        classes = frozenset(name for mark, name in parts if mark == ".")
        if _FOREIGN & {name for _mark, name in parts}:
            return None
        steps.append(Step(tag.strip("*"), ids[0] if ids else "", classes, child))
        child = False
    return steps or None


def _key(step: Step) -> str:
    if step.id:
        return f"#{step.id}"
    if step.classes:
        return f".{min(step.classes)}"
    return step.tag or "*"


def _specific(steps: list[Step], order: int) -> tuple[int, int, int, int]:
    return (
        sum(1 for step in steps if step.id),
        sum(len(step.classes) for step in steps),
        sum(1 for step in steps if step.tag),
        order,
    )


@dataclass(slots=True)
class Places:
    """Numbers for what stands around an element: what rules cannot tell apart, has one number."""

    sheet: Sheet
    known: dict[tuple[int, Ancestor], int] = field(default_factory=dict)
    numbers: dict[tuple[int, frozenset[str]], int] = field(default_factory=dict)

    def inside(self, place: int, element: Ancestor) -> int:
        """The place inside `element`, which stands at `place`."""
        found = self.known.get((place, element))
        if found is None:
            names = self.sheet.asked.intersection(names_of(element))
            if not names and not self.sheet.strict:
                found = place
            else:
                key = place, frozenset(names)
                found = self.numbers.setdefault(key, len(self.numbers) + 1)
            self.known[place, element] = found
        return found


def names_of(element: Ancestor) -> list[str]:
    """What rules may call an element."""
    tag, ident, classes = element
    return [tag, f"#{ident}", *(f".{name}" for name in classes)]


def classes_of(value: str) -> frozenset[str]:
    """The classes an attribute names."""
    return frozenset(value.split()[:20]) if value else _NO_CLASSES


def told(rules: Sequence[Rule]) -> tuple[str, str]:
    """What rules say: before the element's own style, and after it."""
    return (
        ";".join(rule.style for rule in rules if rule.style),
        ";".join(rule.pressing for rule in rules if rule.pressing),
    )
