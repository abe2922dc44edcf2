"""Delivery reports: which recipients a mail of ours did not reach, and why.

Reads RFC 3464 reports and the free texts of qmail, Exim, Exchange, Lotus, Chinese providers and
their like. Whether a mail *is* a bounce is decided in `kinds` with the evidence found here.
"""

import re

from solodesk.domain.message import Bounce, BounceRecipient
from solodesk.mail import addresses, envelope, headers, structure
from solodesk.mail.structure import Part, Skeleton

_MAX_RECIPIENTS = 100
_ACTION = re.compile(r"[a-z]+")
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_REPLY = re.compile(r"(?:^|[\s:<#'\"])([45])[0-5]\d[ -](?=\S)", re.MULTILINE)
_ID_LINE = re.compile(r"^[> \t]*Message-ID:\s*(<[^<>\s]{3,500}>)", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"[A-Za-z0-9._%+'=-]{1,80}@[A-Za-z0-9.-]{1,120}\.[A-Za-z]{2,24}")
_ORIGINAL_BELOW = re.compile(
    r"^(?:-{2,}.{0,60}(?:copy of the message|original message|returned message|undelivered message|"
    r"message header|原邮件|原始邮件|headers? of).{0,60}|received: from .*|return-path: .*|_{6,}|"
    r"original message (?:headers|follows).*|diagnostic information for administrators.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_REASONS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (reason, re.compile(pattern, re.IGNORECASE))
    for reason, pattern in (
        ("policy", r"sender (?:address )?(?:rejected|verif|denied|domain)|spf check"),
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
            r"restricted|prohibited|permission|refused|rejected due|virus|"
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
    "1.1": "address_unknown",
    "1.0": "address_unknown",
    "1.3": "address_unknown",
    "1.6": "address_unknown",
    "1.10": "address_unknown",
    "1.2": "host_unknown",
    "2.1": "address_unknown",
    "2.2": "mailbox_full",
    "2.3": "too_big",
    "3.4": "too_big",
    "4.4": "host_unknown",
    "4.310": "host_unknown",
    "4.312": "host_unknown",
    "3.1": "mailbox_full",
    "7.133": "policy",
    "7.124": "policy",
    "7.129": "policy",
    "7.26": "policy",
    "1.351": "address_unknown",
}
PHRASES = re.compile(
    r"this is the qmail-send program|i'?m afraid i wasn'?t able to deliver|could not be "
    r"delivered|couldn'?t be delivered|"
    r"wasn'?t delivered|was not delivered|unable to deliver|undeliver(?:able|ed)|"
    r"delivery (?:has )?failed|delivery to the following|"
    r"delivery status notification|did not reach (?:some or all of )?the (?:intended|"
    r"following) recipient|permanent(?:ly)? (?:fatal )?(?:error|fail)|"
    r"returned? (?:to sender|mail)|could not deliver|cannot deliver|failed to deliver|"
    r"mail delivery (?:failed|failure|system|error)|"
    r"following address(?:es)? (?:failed|had)|recipient'?s? (?:address )?(?:was |"
    r"has been )?rejected|"
    r"konnte nicht (?:an |zu)|nicht zugestellt|zustellung fehlgeschlagen|unzustellbar|"
    r"n'a pas pu être (?:remis|délivré)|no se (?:ha podido|pudo) entregar|"
    r"non (?:è stato possibile|recapitat)|退信|退回|"
    r"投递失败|无法投递|无法送达|发送失败|未能送达|"
    r"不能送达|没有送达|无法发送到|配信できません|"
    r"отправить не удалось|не доставлено|"
    r"not (?:yet )?been delivered|has been postponed|failed addresses|no valid recipients|"
    r"failed recipients?\b|no such user|did not receive this message|传输失败|无法发送",
    re.IGNORECASE,
)


def read_report(skeleton: Skeleton) -> tuple[list[BounceRecipient], str, str | None] | None:
    """(recipients, diagnostics, id of our message) of a delivery-status report, or None.

    Source: RFC 3464 2.1-2.3 (per-recipient fields), RFC 6522 (the returned message).
    """
    status = next((p for p in skeleton.leaves if p.mime.endswith("delivery-status")), None)
    if status is None:
        return None
    blocks = _blocks(skeleton, status)
    recipients: list[BounceRecipient] = []
    diagnostics: list[str] = []
    original: str | None = None
    for block in blocks:
        original = original or envelope.message_id(
            block.get("original-message-id", "").encode("utf-8", "replace")
        )
        named = [
            block.get(f"{which}-recipient", "").rpartition(";")[2]
            for which in ("final", "original")
        ]
        address = addresses.tidy_address(next((n for n in named if "@" in n), named[0] or named[1]))
        if not address:
            continue
        said = _STATUS.search(block.get("status", "")) or _STATUS.search(
            block.get("diagnostic-code", "")
        )
        action = _ACTION.match(block.get("action", "").lower().strip())
        recipients.append(BounceRecipient(address, said[0] if said else None, _action(action)))
        diagnostics.append(block.get("diagnostic-code", ""))
        if len(recipients) >= _MAX_RECIPIENTS:
            break
    return recipients, "\n".join(diagnostics), original or returned_id(skeleton)


def _action(match: re.Match[str] | None) -> str | None:
    """The action by its RFC name, whatever the mailer called it."""
    if match is None:
        return None
    return "failed" if match[0].startswith(("fail", "error", "reject")) else match[0]


def _blocks(skeleton: Skeleton, part: Part) -> list[dict[str, str]]:
    data, _ = structure.content(skeleton.raw, part)
    blocks = []
    for chunk in re.split(rb"\r?\n[ \t]*\r?\n|\r\r", data[:500_000])[: _MAX_RECIPIENTS + 5]:
        fields = structure.scan_embedded(chunk, 0, len(chunk))
        if fields:
            blocks.append({name: headers.text(value) for name, value in reversed(fields)})
    return blocks


def returned_id(skeleton: Skeleton) -> str | None:
    """The Message-ID of the returned message or of its returned headers."""
    for part in skeleton.leaves:
        if part.mime in {
            "message/rfc822",
            "text/rfc822-headers",
            "message/global",
            "message/global-headers",
            "message/rfc822-headers",
        }:
            data, _ = structure.content(skeleton.raw, part)
            for name, value in structure.scan_embedded(data, 0, min(len(data), 200_000)):
                if name == "message-id":
                    return envelope.message_id(value)
    return None


def make_bounce(
    recipients: list[BounceRecipient], diagnostics: str, original: str | None, words: str
) -> Bounce:
    """The bounce with its reason judged from statuses, diagnostics and, last, its words."""
    failed = [r for r in recipients if r.action in {None, "failed"}] or recipients
    actions = {r.action for r in recipients}
    delayed_only = bool(actions) and actions <= {"delayed"}
    reason = "temporary" if delayed_only else _reason(failed, diagnostics, _above_original(words))
    permanent = not delayed_only and (
        "failed" in actions
        or reason != "temporary"
        or any((r.status or "").startswith("5") for r in failed)
    )
    return Bounce(tuple(recipients), reason, permanent, original)


def from_text(
    words: str, listed: list[str], own: frozenset[str], references: tuple[str, ...]
) -> Bounce:
    """A bounce told in free words; `listed` are addresses of X-Failed-Recipients, if any."""
    above = _above_original(words)
    found = listed or [
        a for a in _ADDRESS.findall(above) if a.lower() not in own and not _is_robot(a)
    ]
    unique = list(dict.fromkeys(addresses.tidy_address(a.rstrip(".'")) for a in found))[
        :_MAX_RECIPIENTS
    ]
    said = _STATUS.search(above)
    status = said[0] if said else None
    unique = unique if listed else unique[:1]
    recipients = [BounceRecipient(address, status, None) for address in unique]
    match = _ID_LINE.search(words)
    original = match[1] if match else (references[-1] if references else None)
    reason = _reason(recipients, "", above)
    code = status[0] if status else next((m[1] for m in [_REPLY.search(above)] if m), None)
    permanent = code != "4" if code else reason != "temporary"
    return Bounce(tuple(recipients), reason, permanent, original)


def _is_robot(address: str) -> bool:
    return bool(
        re.match(
            r"(?:mailer-daemon|postmaster|no-?reply|mail-daemon|abuse|"
            r"admin(?:istrator)?)@",
            address,
            re.IGNORECASE,
        )
    )


def _above_original(words: str) -> str:
    match = _ORIGINAL_BELOW.search(words, 40)
    return words[: match.start()][:8000] if match else words[:4000]


def _reason(recipients: list[BounceRecipient], diagnostics: str, words: str) -> str:
    for recipient in recipients:
        _, _, detail = (recipient.status or "").partition(".")
        known = _BY_STATUS.get(detail)
        if known:
            return known
    for text in (diagnostics, words):
        for reason, pattern in _REASONS:
            if text.strip() and pattern.search(text):
                return reason
    codes = [r.status or "" for r in recipients]
    if any(code.startswith("5.7") for code in codes):
        return "policy"
    return "temporary" if codes and all(code.startswith("4") for code in codes) else "other"
