"""Why mail came back, in groups: from the enhanced status code (RFC 3463), else from words.

English as servers write it stands here as patterns; other languages are the parts `[why: …]` of
`resources/mail/words`. Must not know who was to receive it.
"""

import re
from collections.abc import Iterable

from solodesk.mail.words import kind_words, plain

_FIRST = (
    ("policy", re.compile(r"sender (?:address )?(?:rejected|verif|denied|domain)|spf check")),
    (
        "host_unknown",
        re.compile(
            r"nxdomain|(?:domain|host)(?: name)?(?: \S+)? (?:not found|unknown|does not exist|"
            r"doesn't exist|couldn't be found|could not be found)|"
            r"no such (?:host|domain)|unknown (?:host|domain)|"
            r"host or domain name not found|unrouteable (?:mail )?domain|name service error|"
            r"couldn't find any host|all relevant mx records point|name or service not known"
        ),
    ),
    (
        "temporary",
        re.compile(
            r"connection (?:was )?(?:refused|reset|timed? ?out)|"
            r"too many (?:connections|concurrent)|"
            r"temporary (?:lookup )?failure|greylist"
        ),
    ),
)
"""Looked for before the others: their words hold words of the others."""
_REASONS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (group, re.compile(pattern))
    for group, pattern in (
        (
            "mailbox_full",
            r"(?:mail ?(?:box|folder)|inbox) (?:is )?full|"
            r"full mailbox|box space not enough|over ?quota|"
            r"quota (?:is )?exceeded|exceed(?:s|"
            r"ed)? (?:the |its |storage )?quota|quota|"
            r"out of storage|insufficient (?:system )?storage|"
            r"not enough (?:storage )?space|inbox is full|mailfull|"
            r"postfach (?:ist )?voll|boîte (?:aux lettres )?pleine|buzón lleno|"
            r"邮箱(?:空间)?(?:已)?满|空间不足|容量(?:已)?满|"
            r"信箱已满|超出.{0,6}(?:容量|配额)|mailbox size limit",
        ),
        (
            "too_big",
            r"(?:message|mail|size|attachment|content)[^\n]{0,40}(?:too (?:large|big)|"
            r"exceeds?[^\n]{0,30}(?:size|limit|maximum))|"
            r"too (?:large|big)|maximum (?:message )?size|message size exceeds|"
            r"nachricht zu groß|邮件(?:过大|太大)|超过.{0,12}大小|大小超",
        ),
        (
            "address_unknown",
            r"user (?:is )?unknown|unknown (?:user|recipient|address|mailbox|"
            r"local)|no such (?:user|recipient|mailbox|address|account|person)|"
            r"(?:user|recipient|address|mailbox|account|"
            r"email account|name)[^\n]{0,60}(?:does(?:n't|"
            r" not) (?:exist|have)|not recogni[sz]ed|not "
            r"(?:be )?found|"
            r"not (?:exist|known|valid|listed)|"
            r"unavailable|disabled|inactive|unknown|invalid|rejected|suspended|"
            r"deactivated|non-?existent|no longer)|invalid (?:recipient|mailbox|"
            r"address|user)|"
            r"bad destination mailbox|no mailbox here|not our customer|"
            r"addressee unknown|couldn't be found|wasn't found|address not found|"
            r"recipient (?:address )?rejected|unrouteable address|recipnotfound|"
            r"not listed in|destinataire inconnu|adresse inconnue|"
            r"empfänger (?:unbekannt|existiert nicht)|usuario desconocido|"
            r"(?:收件人|用户|帐号|账号|账户|邮箱|地址|收信人)[^\n"
            r"]{0,16}(?:不存在|无效|错误|未找到|找不到|被禁用|"
            r"冻结|停用)|不存在[^\n]{0,10}(?:用户|邮箱|收件人)|查无此人",
        ),
        (
            "host_unknown",
            r"(?:host|domain)(?: name| or domain name)?[^\n]{0,60}(?:not found|"
            r"unknown|does(?:n't| not) exist|unresolv|could not be found)|"
            r"nxdomain|no (?:mx|such host|such domain)|unknown host|host unknown|nameserver error|"
            r"unable to (?:lookup|resolve|find)[^\n]{0,30}(?:host|domain|dns)|"
            r"couldn't find any host|dns (?:error|lookup|query)|domain (?:isn't|"
            r"is not) found|unrouteable mail domain|"
            r"all relevant mx records point to non-existent|"
            r"name service error|域名(?:不存在|无效|解析|错误)|找不到(?:域名|主机)|无法解析",
        ),
        (
            "spam",
            r"\bspam\b|junk mail|black ?list|block ?list|blocked (?:using|by|because|for)|"
            r"\brbl\b|dnsbl|spamhaus|reputation|bulk mail|"
            r"unsolicited|spamcop|barracuda|垃圾邮件|反垃圾|黑名单|信誉",
        ),
        (
            "policy",
            r"polic(?:y|ies)|not (?:authori[sz]ed|permitted|allowed)|access denied|"
            r"relay(?:ing)?[^\n]{0,20}(?:denied|not|access)|administratively|"
            r"\bdmarc\b|\bspf\b|\bdkim\b|unauthenticated|authentication (?:required|check)|"
            r"restricted|prohibit|permission|refused|denied|rejected|virus|"
            r"allowed rcpthosts|\btls\b|starttls|"
            r"content rejected|5\.7\.\d+|拒收|被拒|拒绝|策略|权限",
        ),
        (
            "temporary",
            r"delayed|will (?:be )?retry|try again later|temporar(?:y|ily)|"
            r"still being retried|not yet been delivered|greylist|deferred|"
            r"timed? ?out|connection (?:refused|reset)|wird weiter versucht|延迟|稍后重试|暂时",
        ),
    )
)
_BY_STATUS = {
    "1.0": "address_unknown",
    "1.1": "address_unknown",
    "1.2": "host_unknown",
    "1.3": "address_unknown",
    "1.6": "address_unknown",
    "1.10": "address_unknown",  # RFC 7505: null MX; Exchange: recipient not found
    "1.351": "address_unknown",
    "2.1": "address_unknown",
    "2.2": "mailbox_full",
    "2.3": "too_big",
    "3.1": "mailbox_full",
    "3.4": "too_big",
    "4.4": "host_unknown",
    "4.310": "host_unknown",
    "4.312": "host_unknown",
    "7.26": "policy",
    "7.124": "policy",
    "7.129": "policy",
    "7.133": "policy",
    "7.28": "spam",
    "7.513": "policy",
}
_BY_CLASS = {"1": "address_unknown", "7": "policy"}
"""When no words tell more: addresses, security and policy."""


def reason(statuses: Iterable[str], *texts: str) -> str:
    """The group of a failure.

    `statuses`: enhanced codes ("5.1.1"); `texts`: diagnostics, then words, the surest first.
    """
    codes = [code for code in statuses if code]
    for code in codes:
        known = _BY_STATUS.get(code.partition(".")[2])
        # "4.2.1": a mailbox that takes no more just now is not unknown.
        if known and not (known == "address_unknown" and code.startswith("4")):
            return known
    for text in texts:
        found = in_words(text) if text.strip() else None
        if found:
            return found
    classes = {_BY_CLASS.get(code.split(".")[1]) for code in codes if code.startswith("5")}
    if len(classes) == 1 and None not in classes:
        return classes.pop() or "other"
    return "temporary" if codes and all(code.startswith("4") for code in codes) else "other"


def in_words(text: str) -> str | None:
    """The group that a text tells, or None."""
    low = plain(text).lower()
    for group, pattern in _FIRST:
        if pattern.search(low):
            return group
    foreign = kind_words().why
    for group, pattern in _REASONS:
        if pattern.search(low) or any(phrase in low for phrase in foreign.get(group, ())):
            return group
    return None
