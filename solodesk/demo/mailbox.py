"""The sample mailbox: about 400 mails of four months of a small shop, relative to `now`.

`build_mailbox(now, zone, seed)` is pure: the same arguments give the same bytes; nothing in it
looks at the clock, the disk (but for `resources/sample`) or the network.

What is in it: customers' mail in INBOX and the owner's answers in Sent, so that first answers
have times; nine tickets that wait for an answer now (the oldest for 26 hours), about a dozen
that wait for the customer, the rest answered; newsletters, notices, out-of-office answers, a
bounce, a DMARC report, contact forms, spam, a mail delivered twice, a damaged one, two old
questions nobody answered; surveys in Sent and ratings in INBOX.

Surveys: a survey mail of ours carries `X-SoloDesk-Survey: <token>; scale=csat3`, so that finding
it in Sent re-creates the survey (also on a second computer); the customer's rating is a mail
with `[rate:<token>:<digit>]` in its subject, or a plain reply with the digit on the first line.

Ratings: at least 20 in the last calendar month and at least 5 since Monday 00:00 in the owner's
zone, at any `now`; only in the first ten minutes of a Monday, when nothing believable fits, are
the 5 within the last seven days instead. When the week began in the last month, its ratings
count there as well.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from solodesk.demo import automatic, samples, worktime
from solodesk.demo.conversations import (
    Casting,
    Telling,
    customer_reply,
    facts,
    first_letter,
    owner_reply,
    owner_words,
    signed,
    tell,
    thanks,
)
from solodesk.demo.files import sample_file
from solodesk.demo.letters import Letter, answering
from solodesk.demo.ratings import Rating, letter_token, rating, rating_letter, survey_letter
from solodesk.demo.rawmail import new_id, raw_of
from solodesk.demo.samples import Person

INBOX, SENT = "INBOX", "Sent"
_WANTED = 398
_WAITING = 8
_SEEN, _ANSWERED = "\\Seen", "\\Answered"


@dataclass(frozen=True, slots=True)
class SampleMessage:
    """A mail in its folder: the server's date (aware), IMAP flags, bytes with CRLF."""

    folder: str
    internaldate: datetime
    flags: tuple[str, ...]
    raw: bytes


@dataclass(slots=True)
class _Shop:
    """What is needed while the mailbox is made, and the mails made so far."""

    now: datetime
    rng: Random
    casting: Casting
    owner: Person
    posted: list[SampleMessage] = field(default_factory=list)

    @property
    def zone(self) -> ZoneInfo:
        return self.owner.zone

    def ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def deliver(self, raw: bytes, date: datetime, *flags: str) -> None:
        moment = min(date + timedelta(seconds=2), self.now).replace(microsecond=0)
        self.posted.append(SampleMessage(INBOX, moment, flags, raw))

    def send(self, letter: Letter) -> None:
        moment = min(letter.date + timedelta(seconds=1), self.now).replace(microsecond=0)
        raw = raw_of(letter, received=False)
        self.posted.append(SampleMessage(SENT, moment, (_SEEN,), raw))

    def post(self, letters: Sequence[Letter]) -> None:
        """Put a conversation into the folders, with the flags its end gives it."""
        for place, letter in enumerate(letters):
            if letter.sender == self.owner:
                self.send(letter)
                continue
            answered = any(after.sender == self.owner for after in letters[place + 1 :])
            old = self.now - letter.date > timedelta(days=2)
            flags = (_SEEN, _ANSWERED) if answered else (_SEEN,) if old else ()
            self.deliver(raw_of(letter), letter.date, *flags)


def build_mailbox(now: datetime, zone: ZoneInfo, seed: int = 1) -> list[SampleMessage]:
    """The sample mailbox as it stands at `now` (aware), oldest mail first.

    `zone` is the owner's; about 400 messages; none is later than `now`.
    """
    now = now.astimezone(UTC)
    rng = Random(f"sample:{seed}")  # noqa: S311 - sample words, not secrets
    shop = _Shop(now, rng, Casting(rng, now), samples.owner(zone))
    _rated(shop)
    _history(shop)
    _today(shop)
    _waiting(shop)
    _bounced(shop)
    _forms(shop)
    _machines(shop)
    _nobody_answered(shop)
    _rest(shop)
    return sorted(shop.posted, key=lambda message: (message.internaldate, message.raw))


def _language(shop: _Shop) -> str:
    return "zh" if shop.rng.random() < 0.42 else "en"


def _rated(shop: _Shop) -> None:
    """Conversations that ended with a survey and a rating."""
    for rated_at in worktime.rating_moments(shop.now, shop.zone, shop.rng):
        customer = shop.casting.person(_language(shop))
        start = rated_at - timedelta(days=shop.rng.uniform(5.2, 8.5))
        telling = Telling(rated_at - timedelta(hours=3), closer=shop.rng.random() < 0.5)
        letters = tell(shop.casting, customer, shop.owner, start, telling)
        asked = worktime.last_open(rated_at - timedelta(hours=shop.rng.uniform(0.4, 20)), shop.zone)
        asked -= timedelta(minutes=shop.rng.uniform(0, 24))
        soonest = letters[-1].date + timedelta(minutes=30)
        last = [letter for letter in letters if letter.sender == shop.owner][-1]
        survey = survey_letter(shop.owner, last, customer, max(asked, soonest), shop.rng)
        opinion = rating(shop.rng, customer.lang)
        if opinion.digit < 3 and rated_at > shop.ago(15):
            # Unhappy words open a ticket again; today's desk is about today's questions.
            opinion = Rating(opinion.digit, "")
        answer = rating_letter(
            survey,
            letter_token(survey),
            opinion,
            rated_at,
            shop.rng,
            by_link=shop.rng.random() < 0.5,
        )
        shop.post([*letters, survey, answer])


def _history(shop: _Shop) -> None:
    """Earlier tickets of the customer whose refund waits now."""
    customer = samples.people()["wang@lumen.cn"]
    for row in samples.today()["history"]:
        start = worktime.next_opening(shop.ago(row["days"]), shop.zone) + timedelta(minutes=41)
        values = facts(shop.casting, customer, start, shop.zone)
        text = signed(customer, "Hi,", row["text"], "Thanks, Wang Li")
        first = Letter(
            customer,
            shop.owner,
            row["subject"].format_map(values),
            start,
            new_id(customer, shop.rng),
            text,
        )
        at = worktime.after_business(start, shop.rng.uniform(40, 170), shop.zone)
        letters = [first, owner_reply(shop.rng, first, row["answer"], at)]
        if "rated" in row:
            asked = worktime.after_business(at, 400, shop.zone)
            survey = survey_letter(shop.owner, letters[-1], customer, asked, shop.rng)
            opinion = Rating(row["rated"], "Always quick, always kind.")
            rated_at = asked + timedelta(hours=3)
            letters += [
                survey,
                rating_letter(
                    survey, letter_token(survey), opinion, rated_at, shop.rng, by_link=True
                ),
            ]
        shop.post(letters)


def _today(shop: _Shop) -> None:
    """The tickets that wait for an answer now."""
    for row in samples.today()["ticket"]:
        customer = samples.people()[row["person"]]
        date = shop.now - timedelta(minutes=row["age_minutes"], seconds=7)
        values = facts(shop.casting, customer, date, shop.zone)
        subject = row["subject"].format_map(values)
        body = row["text"].format_map(values)
        flags = (_SEEN,) if row.get("seen") else ()
        if row.get("form"):
            letter = automatic.contact_form(
                customer, body, subject, shop.owner, date, shop.rng, reply_to=True
            )
            shop.deliver(raw_of(letter), date, *flags)
            continue
        files = (sample_file(row["files"], customer.lang),) if "files" in row else ()
        text = signed(customer, row["hello"], body, row["bye"])
        before = _earlier(shop, customer, subject, row.get("earlier", ()))
        if before:
            letter = customer_reply(shop.rng, before[-1], text, date, files)
        else:
            letter = Letter(
                customer, shop.owner, subject, date, new_id(customer, shop.rng), text, files=files
            )
        shop.post(before)
        shop.deliver(raw_of(letter), date, *flags)


def _earlier(
    shop: _Shop, customer: Person, subject: str, rounds: Sequence[dict[str, str | float]]
) -> list[Letter]:
    letters: list[Letter] = []
    for step in rounds:
        at = worktime.last_open(shop.ago(float(step["days"])), shop.zone)
        at -= timedelta(minutes=shop.rng.uniform(5, 90))
        if letters:
            at = max(at, letters[-1].date + timedelta(hours=1))
        words = str(step["text"])
        if step["from"] == "owner":
            letters.append(owner_reply(shop.rng, letters[-1], words, at))
        else:
            text = signed(customer, "Hi,", words, str(step["bye"]))
            letters.append(
                Letter(customer, shop.owner, subject, at, new_id(customer, shop.rng), text)
            )
    return letters


def _waiting(shop: _Shop) -> None:
    """Answered within the last days; now it is the customer's turn."""
    for place in range(_WAITING):
        days = 0.15 + 6.1 * (place + shop.rng.random()) / _WAITING
        answered = worktime.last_open(shop.ago(days), shop.zone)
        answered -= timedelta(minutes=shop.rng.uniform(0, 120))
        asked = answered - timedelta(minutes=shop.rng.uniform(18, 235))
        customer = shop.casting.person(_language(shop))
        story = shop.casting.story(customer.lang)
        values = facts(shop.casting, customer, asked, shop.zone)
        first = first_letter(shop.casting, customer, shop.owner, story, values, asked)
        words = shop.casting.variant(story, story.answer).format_map(values)
        shop.post([first, owner_reply(shop.rng, first, words, answered)])


def _bounced(shop: _Shop) -> None:
    """The owner writes to an address with a typing error; the second try arrives."""
    row = samples.automatic()["bounce"]
    customer = samples.people()["emma.larsen@nordpost.example"]
    at = worktime.last_open(shop.ago(row["days"]), shop.zone) - timedelta(minutes=50)
    words = owner_words(
        shop.rng,
        customer,
        "the frame you asked for at the market is ready. "
        "Shall I send it, or will you pick it up on Saturday?",
    )
    subject = "Your frame is ready"
    wrong = automatic.misaddressed(
        Letter(shop.owner, customer, subject, at, new_id(shop.owner, shop.rng), words),
        row["old_address"],
    )
    parent, references = answering(wrong)
    right = Letter(
        shop.owner,
        customer,
        subject,
        at + timedelta(minutes=9),
        new_id(shop.owner, shop.rng),
        words,
        parent,
        references,
    )
    shop.send(wrong)
    shop.deliver(
        automatic.bounce(wrong, at + timedelta(seconds=40), shop.rng),
        at + timedelta(seconds=40),
        _SEEN,
    )
    shop.post([right, thanks(shop.rng, right, at + timedelta(hours=2))])


def _forms(shop: _Shop) -> None:
    """Two answered messages from the website's contact form."""
    for days, lang, reply_to in ((19, "en", False), (58, "zh", True)):
        customer = shop.casting.person(lang)
        story = shop.casting.story(lang, files=False)
        asked = shop.ago(days)
        values = facts(shop.casting, customer, asked, shop.zone)
        text = shop.casting.variant(story, story.ask).format_map(values)
        subject = "网站新留言" if lang == "zh" else "New message from your website"
        form = automatic.contact_form(
            customer, text, subject, shop.owner, asked, shop.rng, reply_to=reply_to
        )
        at = worktime.after_business(asked, worktime.answer_minutes(shop.rng), shop.zone)
        words = shop.casting.variant(story, story.answer).format_map(values)
        shop.post([form, owner_reply(shop.rng, form, words, at, customer)])


def _machine_letters(shop: _Shop) -> Iterator[Letter]:
    table, rng, owner = samples.automatic(), shop.rng, shop.owner
    for row in table["newsletter"]:
        for issue, days in enumerate(row["days"]):
            yield automatic.newsletter(row, issue, owner, shop.ago(days), rng)
    for row in table["notice"]:
        for days in row["days"]:
            yield automatic.notice(row, owner, shop.ago(days), rng)
    for row in table["spam"]:
        yield automatic.spam(row, owner, shop.ago(row["days"]), rng)
    yield automatic.dmarc(table["dmarc"], owner, shop.ago(table["dmarc"]["days"]), rng)


def _machines(shop: _Shop) -> None:
    for letter in _machine_letters(shop):
        seen = shop.now - letter.date > timedelta(days=1)
        shop.deliver(raw_of(letter), letter.date, *((_SEEN,) if seen else ()))


def _nobody_answered(shop: _Shop) -> None:
    """Old questions without an answer: from before SoloDesk."""
    for days, lang in ((24, "zh"), (41, "en")):
        customer = shop.casting.person(lang)
        start = shop.ago(days)
        shop.post(tell(shop.casting, customer, shop.owner, start, Telling(start)))


def _rest(shop: _Shop) -> None:
    """Answered conversations until the mailbox is full; some with a survey nobody answered,
    an out-of-office answer, a second delivery or damage on the way."""
    first, last = worktime.earliest(shop.now), shop.ago(9.6)
    span = last - first
    number = 0
    while len(shop.posted) < _WANTED:
        # Spread evenly however many are needed: steps of the golden section.
        start = first + span * ((number * 0.6180339887 + 0.31) % 1)
        customer = shop.casting.person(_language(shop))
        letters = tell(
            shop.casting, customer, shop.owner, start, Telling(start + timedelta(days=9))
        )
        last_own = [letter for letter in letters if letter.sender == shop.owner][-1]
        if number % 3 == 0:
            asked = worktime.after_business(letters[-1].date, 300, shop.zone)
            letters.append(survey_letter(shop.owner, last_own, customer, asked, shop.rng))
        shop.post(letters)
        if number in (1, 4, 7):
            rows = {row["lang"]: row for row in samples.automatic()["away"]}
            reply = automatic.away(rows[customer.lang], last_own, shop.rng)
            shop.deliver(raw_of(reply), reply.date, _SEEN)
        if number == 2:
            again = letters[0].date + timedelta(seconds=38)
            shop.deliver(automatic.twice(letters[0]), again, _SEEN)
        number += 1
    _broken(shop)


def _broken(shop: _Shop) -> None:
    """One mail with a picture that broke off on its way, and its answer."""
    customer = samples.people()["j.weber@postfach.example"]
    at = worktime.last_open(shop.ago(31), shop.zone) - timedelta(minutes=200)
    text = signed(
        customer,
        "Hello,",
        "one of the mugs arrived with a chip, see the picture. Could you send me a new one?",
        "Kind regards,\nJonas",
    )
    letter = Letter(
        customer,
        shop.owner,
        "Chip in a mug",
        at,
        new_id(customer, shop.rng),
        text,
        files=(sample_file("photo", "en"),),
    )
    answer = owner_reply(
        shop.rng,
        letter,
        "only half of the picture arrived, but the half with the chip. A new mug leaves today.",
        at + timedelta(minutes=95),
    )
    shop.deliver(automatic.damaged(letter), at, _SEEN, _ANSWERED)
    shop.post([answer])
