"""A search written down so that reading it again gives the same search: for its name, for links,
and to hold the reader against itself. Always in English operators.
"""

from solodesk.domain import search_tree as tree
from solodesk.domain.search_tree import Field, Node

_FIELD = {Field.ANY: "", Field.FROM: "from:", Field.TO: "to:", Field.SUBJECT: "subject:"}
_SPANS = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"))


def written(node: Node | None) -> str:
    """The search as it may be typed, complete (with a space behind it nothing is being typed)."""
    if node is None:
        return ""
    if isinstance(node, tree.Not):
        return f"-{_grouped(node.node)}"
    if isinstance(node, tree.And):
        return " ".join(_grouped(each) for each in node.nodes)
    if isinstance(node, tree.Or):
        # Brackets all around: OR binds its neighbours only.
        return " OR ".join(_grouped(each) for each in node.nodes)
    return _leaf(node)


def _grouped(node: Node) -> str:
    inner = written(node)
    return f"({inner})" if isinstance(node, tree.And | tree.Or) else inner


def _leaf(leaf: tree.Leaf) -> str:
    if isinstance(leaf, tree.Word):
        star = "*" if leaf.term.prefix else ""
        return f'{_FIELD[leaf.field]}"{leaf.term.said}"{star}'
    if isinstance(leaf, tree.Tagged):
        return f'tag:"{leaf.name}"' + ("*" if leaf.prefix else "")
    if isinstance(leaf, tree.When):
        return f"{'before' if leaf.before else 'after'}:{leaf.day.isoformat()}"
    if isinstance(leaf, tree.Age):
        return f"{'older' if leaf.older else 'newer'}:{_span(leaf.ms)}"
    if isinstance(leaf, tree.Waiting):
        return f"wait{leaf.how}{_span(leaf.ms)}"
    if isinstance(leaf, tree.Rated):
        return f"{leaf.scale or 'rating'}{leaf.how}{leaf.value}"
    return _plain(leaf)


def _plain(leaf: tree.Leaf) -> str:
    if isinstance(leaf, tree.State):
        return f"is:{leaf.name}"
    if isinstance(leaf, tree.Number):
        return f"#{leaf.number}"
    if isinstance(leaf, tree.Language):
        return f"lang:{leaf.code}"
    if isinstance(leaf, tree.KindIs):
        return f"kind:{leaf.kind}"
    if isinstance(leaf, tree.Mine):
        return "from:me" if leaf.sent else "to:me"
    return "has:attachment"


def _span(ms: int) -> str:
    length, unit = next((each for each in _SPANS if ms % each[0] == 0), _SPANS[-1])
    return f"{ms // length}{unit}"
