"""What wrote a message: a person, ourselves, a machine. Only people count in the clocks.

The order of judgement matters and is `judge` below. Every verdict carries its evidence codes. A
doubtful mail is a person's: a machine's mail in the inbox costs a key, a customer's mail hidden
under Automatic costs a customer.
"""

import re
from dataclasses import dataclass

from solodesk.domain.message import Address, Bounce, Kind
from solodesk.mail import bounces, bulk, forms, robots
from solodesk.mail.addresses import parse_addresses
from solodesk.mail.case import Case
from solodesk.mail.words import kind_words, plain

__all__ = ["Case", "Verdict", "judge"]

_DAEMON_NAME = re.compile(
    r"mail(?:er[- ]daemon| delivery (?:sub)?system| delivery service| router| administrator)|"
    r"internet mail delivery|postmaster|system administrator|系统管理员|系統管理員|退信|邮件系统",
    re.IGNORECASE,
)
_DMARC_SUBJECT = re.compile(
    r"report[- ]?domain:|dmarc (?:aggregate )?report|tls(?:-rpt)? report", re.IGNORECASE
)
_REPORT_PARTS = {
    "message/feedback-report": "feedback-report",  # RFC 5965
    "message/disposition-notification": "disposition-notification",  # RFC 8098
    "message/tracking-status": "tracking-status",  # RFC 3886
    "application/tlsrpt+json": "tlsrpt",  # RFC 8460
    "application/tlsrpt+gzip": "tlsrpt",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The kind, its evidence, the customer, and what a bounce or a robot's headers say."""

    kind: Kind
    because: tuple[str, ...]
    customer: Address | None
    bounce: Bounce | None
    auto_headers: bool


def judge(case: Case) -> Verdict:
    """The kind of a mail: reports, bounces, forms, ourselves, robots, lists, else a person."""
    signs = robots.signs(case)
    ours = case.sender in case.own if case.sender else False
    if not ours:
        told = _report(case) or _told_bounce(case, signs)
        if told is not None:
            kind, code, bounce = told
            return Verdict(kind, (code,), None, bounce, auto_headers=True)
    form = forms.find_form(case.env, case.body, case.own, bulk=bulk.is_bulk(case))
    # Our own answer to a form goes to the customer, with Reply-To set to somebody else.
    if form is not None and not (ours and case.env.in_reply_to):
        return Verdict(Kind.PERSON, (form.evidence,), form.customer, None, bool(signs))
    if ours:
        return Verdict(Kind.OWN, ("own_address",), None, None, bool(signs))
    return _robot_list_or_person(case, signs)


def _robot_list_or_person(case: Case, signs: tuple[str, ...]) -> Verdict:
    sender = case.env.from_
    if case.word("auto-submitted") == "no":
        return _person(case, sender, ("auto_submitted:no",), gate=bool(signs))
    robot = robots.evidence(case, signs)
    if robot:
        return Verdict(Kind.AUTO_REPLY, robot, sender, None, auto_headers=True)
    receipt = _receipt_in_words(case)
    if receipt:
        return Verdict(Kind.REPORT, receipt, None, None, auto_headers=True)
    listed = bulk.evidence(case)
    if listed:
        return Verdict(Kind.LIST, listed, sender, None, auto_headers=True)
    machine = robots.machine(case) if sender is not None else None
    if machine:
        return Verdict(Kind.AUTO_REPLY, (machine,), sender, None, bool(signs))
    # Whatever signs there are, it reads like a letter: a doubt is a person.
    because = (*signs, "reads_like_a_letter") if signs else ("no_machine_sign",)
    return _person(case, sender, because, gate=bool(signs))


def _person(case: Case, sender: Address | None, because: tuple[str, ...], *, gate: bool) -> Verdict:
    customer = sender if sender is not None and "@" in sender.address else None
    survey = case.survey
    if survey is not None and survey.token is not None and survey.digit is not None:
        if survey.comment is None or not re.search(r"[?？]", survey.comment):
            return Verdict(Kind.SURVEY, ("survey_token",), customer, None, gate)
        because = (*because, "survey_with_question")
    return Verdict(Kind.PERSON, because, customer, None, gate)


Told = tuple[Kind, str, Bounce | None]


def _report(case: Case) -> Told | None:
    """Reports: delivery status (RFC 3464), read receipts, abuse (RFC 5965), DMARC, TLS-RPT."""
    root, leaves = case.root, case.skeleton.leaves
    mimes = {part.mime for part in leaves[:6]}
    named = root.params.get("report-type", "").lower() if root.mime == "multipart/report" else ""
    if named in _REPORT_PARTS.values():
        return Kind.REPORT, f"report:{named}", None
    status = any(mime.endswith("delivery-status") for mime in mimes)
    if root.mime == "multipart/report" or status:
        read = bounces.read_report(case.skeleton)
        if read is not None:
            return _delivery_report(case, read)
    for mime in mimes & _REPORT_PARTS.keys():
        return Kind.REPORT, f"report:{_REPORT_PARTS[mime]}", None
    if _DMARC_SUBJECT.search(case.env.subject) and any(
        re.search(r"zip|xml|json", p.mime)
        or re.search(r"\.(?:gz|zip|xml|json)$", p.filename, re.IGNORECASE)
        for p in leaves
    ):
        return Kind.REPORT, "report:dmarc", None
    return None


def _delivery_report(case: Case, read: bounces.Report) -> Told:
    recipients, diagnostics, original = read
    if not recipients:
        told = bounces.from_text(case.body, [], case.own, case.env.references)
        original, recipients = original or told.original_message_id, list(told.recipients)
    actions = {r.action for r in recipients}
    if actions and actions <= {"delivered", "relayed", "expanded"}:
        return Kind.REPORT, "report:delivered", None
    original = original or next(iter(reversed(case.env.references)), None)
    bounce = bounces.make_bounce(recipients, diagnostics, original, case.body)
    return Kind.BOUNCE, "report:delivery-status", bounce


def _told_bounce(case: Case, signs: tuple[str, ...]) -> Told | None:
    """A bounce in free words: a daemon (or nobody) as sender, and the words to go with it."""
    env = case.env
    listed = [address.address for address in _failed_recipients(case)]
    display = env.from_.name if env.from_ else ""
    daemon = "daemon_sender" in signs or bool(_DAEMON_NAME.match(display))
    from_nobody = daemon or "null_return_path" in signs
    if not (from_nobody or listed):
        return None
    known, subject = kind_words(), plain(env.subject).lower()
    told = any(phrase in subject for phrase in known.undelivered_subject)
    if not (told or (listed and from_nobody)):
        body = plain(case.body[:3000]).lower()
        if not (daemon or listed) or not any(phrase in body for phrase in known.undelivered):
            return None
    bounce = bounces.from_text(case.body, listed, case.own, env.references or env.in_reply_to)
    if not daemon and not listed and not bounce.recipients:
        return None  # a courier's "could not be delivered" is no mail that came back
    original = bounces.returned_id(case.skeleton) or bounce.original_message_id
    bounce = Bounce(bounce.recipients, bounce.reason, bounce.permanent, original)
    return Kind.BOUNCE, "bounce_words", bounce


def _failed_recipients(case: Case) -> tuple[Address, ...]:
    raw = case.root.first("x-failed-recipients")
    return parse_addresses(raw) if raw else ()


def _receipt_in_words(case: Case) -> tuple[str, ...]:
    """A read receipt without its machine-readable part: "Read: …" and a short sentence."""
    subject, mark, _ = plain(case.env.subject).lower().replace("：", ":").partition(":")
    known = kind_words()
    if not mark or subject.strip() not in known.receipt or len(case.new_text) > 600:
        return ()
    words = plain(case.new_text).lower()
    return ("read_receipt_words",) if any(phrase in words for phrase in known.was_read) else ()
