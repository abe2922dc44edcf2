"""What a search said that was not understood, in a plain sentence. Must not search."""

from types import MappingProxyType

from solodesk.domain.search_tree import Remark
from solodesk.wording.gettext import _, marked

_EXAMPLES = MappingProxyType(
    {
        "from": marked("from:anna"), "to": marked("to:anna"), "subject": marked("subject:invoice"),
        "tag": marked("tag:refund"),
        "is": marked("is:open, is:waiting, is:closed, is:snoozed, is:unread or is:spam"),
        "has": marked("has:attachment"), "before": marked("before:2026-10-05 or before:2026-10"),
        "after": marked("after:2026-10-05 or after:yesterday"),
        "older": marked("older:7d or older:2w"), "newer": marked("newer:7d or newer:24h"),
        "lang": marked("lang:en or lang:zh"),
        "kind": marked("kind:person, kind:list or kind:bounce"),
        "wait": marked("wait>2d"), "csat": marked("csat<=2"), "rating": marked("rating<=2"),
        "nps": marked("nps>8"), "ces": marked("ces<3"),
    }
)  # fmt: skip
_NAMES = MappingProxyType(
    {
        "来自": "from", "發件人": "from", "发件人": "from", "收件人": "to", "主题": "subject",
        "标签": "tag", "状态": "is", "早于": "before", "晚于": "after", "旧于": "older",
        "新于": "newer", "语言": "lang", "类型": "kind", "等待": "wait", "评分": "rating",
    }
)  # fmt: skip


def sentence(remark: Remark) -> str:
    """What was not understood and how it is written."""
    name = remark.operator.rstrip(":：<>=≤≥＜＞＝ ").lower()
    example = _EXAMPLES.get(_NAMES.get(name, name))
    if remark.code == "no_value":
        said = _("“{operator}” has no word behind it.").format(operator=remark.operator)
    else:
        said = _("“{value}” is not understood behind “{operator}”; it was looked for as words.")
        said = said.format(value=remark.value, operator=remark.operator)
    if example is None:
        return said
    return f"{said} {_('Write for example {example}.').format(example=_(example))}"
