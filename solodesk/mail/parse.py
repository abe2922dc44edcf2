"""The door of the reading side: one message's bytes to `ParsedMessage`.

Never raises: hostile or broken bytes give a message marked `damaged` with what could be read.
Sanitising HTML, joining tickets and storing are not done here.
"""

import hashlib

from solodesk.domain.message import Address, Attachment, Kind, ParsedMessage, SurveyAnswer
from solodesk.mail import body as bodies
from solodesk.mail import charsets, kinds, structure, surveys
from solodesk.mail.charset_labels import FORCED, forced
from solodesk.mail.closers import is_closer
from solodesk.mail.envelope import FORWARD_SUBJECT, Envelope, read_envelope
from solodesk.mail.files import describe_files
from solodesk.mail.forms import message_of
from solodesk.mail.language import guess_language
from solodesk.mail.newwords import new_words
from solodesk.mail.structure import Skeleton

# What a bug in our own reading could raise on bytes nobody thought of: the mail is then damaged,
# kept and shown, and the next one is read (invariant I5).
_FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
)
_HEADERS_OF_MAIL = frozenset(
    {"from", "to", "subject", "date", "message-id", "received", "return-path", "sender", "cc"}
    | {"reply-to", "bcc", "mime-version", "content-type", "delivered-to", "in-reply-to"}
)
_DAMAGED_TEXT = 20_000
_HINT_BYTES = 20_000
READ_AS = "read_as:"
"""Begins the mark among the defects that names the charset the owner chose."""


def parse_message(
    raw: bytes,
    own: frozenset[str] = frozenset(),
    charset: str | None = None,
    now_ms: int | None = None,
) -> ParsedMessage:
    """The meaning of one message.

    `own`: the owner's addresses, lower-case. `charset`: the charset the owner chose by hand; it
    holds for all words of the mail, whatever their labels say, and stands among the defects as
    `read_as:…`. `now_ms`: a Date later than the day after it is none, when no Received tells the
    time of arrival. Times are UTC milliseconds. Never raises on any bytes.
    """
    try:
        return _read(raw, own, forced(charset), now_ms)
    except _FAULTS as fault:
        return _damaged(raw, f"reader_fault:{type(fault).__name__}")


def damaged_message(raw: bytes, *defects: str) -> ParsedMessage:
    """What is shown of bytes whose reading was given up (a worker took too long, or died)."""
    return _damaged(raw, *defects)


def _read(raw: bytes, own: frozenset[str], chosen: str | None, now_ms: int | None) -> ParsedMessage:
    skeleton = structure.scan(raw)
    hint = _charset_hint(skeleton) if chosen is None else _obey(skeleton, chosen)
    env = read_envelope(skeleton.root, hint, now_ms)
    for defect in env.defects:
        skeleton.defect(defect)
    body = bodies.read_body(skeleton)
    files = describe_files(skeleton, body)
    if not env.names & _HEADERS_OF_MAIL:
        return _damaged(raw, "no_mail_headers", *skeleton.defects)
    forwarded = bool(FORWARD_SUBJECT.match(env.subject))
    new_text = body.text
    if not skeleton.late():
        new_text = new_words(
            body.text, body.html, is_reply=env.is_reply, forwarded=forwarded, sender=_who(env)
        )
    survey = surveys.read_survey(
        env.subject, (*env.to, *env.cc), body.text, new_text, is_reply=env.is_reply
    )
    verdict = kinds.judge(
        kinds.Case(skeleton, env, body.text, new_text, body.html is not None, survey, own)
    )
    if verdict.because[:1] and verdict.because[0].startswith("contact_form"):
        new_text = message_of(body.text) or new_text
    return _message(raw, skeleton, env, body, new_text, files, survey, verdict, own)


def _message(
    raw: bytes,
    skeleton: Skeleton,
    env: Envelope,
    body: bodies.Body,
    new_text: str,
    files: tuple[Attachment, ...],
    survey: SurveyAnswer | None,
    verdict: kinds.Verdict,
    own: frozenset[str],
) -> ParsedMessage:
    answers = verdict.kind in {Kind.PERSON, Kind.SURVEY}
    visible_files = any(not file.inline for file in files)
    return ParsedMessage(
        raw_sha256=hashlib.sha256(raw).hexdigest(),
        size=len(raw),
        message_id=env.message_id,
        in_reply_to=env.in_reply_to,
        references=env.references,
        from_=env.from_,
        sender=env.sender,
        reply_to=env.reply_to,
        to=env.to,
        cc=env.cc,
        customer=verdict.customer or _substitute(env, verdict, own),
        subject=env.subject,
        date_ms=env.date_ms,
        date_offset_min=env.date_offset_min,
        received_header_ms=env.received_header_ms,
        kind=verdict.kind,
        kind_because=verdict.because,
        language=guess_language(new_text) or guess_language(env.subject),
        body_text=body.text,
        body_html=body.html,
        new_text=new_text,
        closer=verdict.kind is Kind.PERSON and not visible_files and is_closer(new_text, _who(env)),
        attachments=files,
        bounce=verdict.bounce,
        survey=survey if answers else None,
        damaged=False,
        defects=tuple(skeleton.defects),
        auto_headers=verdict.auto_headers,
        invitation=body.invitation,
        stated=tuple(body.stated),
    )


def _substitute(env: Envelope, verdict: kinds.Verdict, own: frozenset[str]) -> Address | None:
    """Who the customer is when From names nobody: the Sender, or where answers are wanted."""
    form = any(code.startswith("contact_form") for code in verdict.because)
    if verdict.kind is not Kind.PERSON or form or (env.from_ and env.from_.address):
        return None
    for person in (env.sender, *env.reply_to):
        if person is not None and person.address and person.address.lower() not in own:
            name = person.name or (env.from_.name if env.from_ else "")
            return Address(name, person.address)
    return None


def _who(env: Envelope) -> str:
    """Name and mailbox of the writer, in words."""
    writer = env.from_
    return f"{writer.name} {writer.address.partition('@')[0]}" if writer else ""


def _charset_hint(skeleton: Skeleton) -> str | None:
    """The charset raw 8-bit headers are likely in: the text's label, else what its bytes tell."""
    fields = skeleton.root.fields
    eight_bit = any(not value.isascii() for _, value in fields)
    texts = [part for part in skeleton.leaves[:8] if part.mime.startswith("text/")]
    labels = (label for part in texts if (label := part.params.get("charset")))
    hint = next((label for label in labels if charsets.codec_for(label)), None)
    if hint is None and eight_bit:
        sample = b"\n".join(value[:1000] for _, value in fields if not value.isascii())
        first = next((part for part in texts if part.end > part.start), None)
        if first is not None:
            sample += structure.content(skeleton.raw, first, _HINT_BYTES)[0]
        hint = charsets.guess_codec(sample)
    if hint is not None:
        structure.read_names_in(skeleton, hint)
    return hint


def _obey(skeleton: Skeleton, chosen: str) -> str:
    """Every text and every raw header is read in the charset the owner chose."""
    for part in skeleton.leaves:
        if part.mime.startswith("text/"):
            part.params = part.params | {"charset": chosen}
    structure.read_names_in(skeleton, chosen)
    skeleton.defect(READ_AS + chosen.removeprefix(FORCED))
    return chosen


def _damaged(raw: bytes, *defects: str) -> ParsedMessage:
    """What can be shown of bytes that are no readable mail: their text, capped."""
    words = charsets.decode(raw[:_DAMAGED_TEXT]).replace("\r\n", "\n").replace("\r", "\n")
    return ParsedMessage(
        raw_sha256=hashlib.sha256(raw).hexdigest(),
        size=len(raw),
        message_id=None,
        in_reply_to=(),
        references=(),
        from_=None,
        sender=None,
        reply_to=(),
        to=(),
        cc=(),
        customer=None,
        subject="",
        date_ms=None,
        date_offset_min=None,
        received_header_ms=None,
        kind=Kind.PERSON,
        kind_because=("damaged",),
        language=None,
        body_text=words,
        body_html=None,
        new_text=words.strip(),
        closer=False,
        attachments=(),
        bounce=None,
        survey=None,
        damaged=True,
        defects=tuple(dict.fromkeys(defects)),
        auto_headers=False,
    )
