"""Sample conversations: a story, told by a customer and the owner, with believable times.

`tell` gives the letters of one conversation, oldest first. Must not decide how many there are
or when they begin: that is `mailbox`.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from solodesk.demo import worktime
from solodesk.demo.files import SampleFile, sample_file
from solodesk.demo.letters import Letter, answering, phone_signature, reply_subject
from solodesk.demo.rawmail import new_id
from solodesk.demo.samples import Person, Story, people, phrases, stories


@dataclass(slots=True)
class Casting:
    """Who tells what next: spreads stories, variants, people and order numbers evenly."""

    rng: Random
    now: datetime
    told: Counter[str] = field(default_factory=Counter)
    heard: Counter[str] = field(default_factory=Counter)
    orders: set[int] = field(default_factory=lambda: {123, 127, 131})

    def story(self, lang: str, *, files: bool = True) -> Story:
        """The story of `lang` told least so far; with `files` false one without attachments."""
        found = [s for s in stories() if s.lang == lang and (files or not s.files)]
        least = min(self.told[story.id] for story in found)
        story = self.rng.choice([story for story in found if self.told[story.id] == least])
        self.told[story.id] += 1
        return story

    def variant(self, story: Story, pool: tuple[str, ...]) -> str:
        """The variant of a text whose turn it is."""
        return pool[(self.told[story.id] - 1) % len(pool)]

    def person(self, lang: str) -> Person:
        """The customer of `lang` heard least so far, without those who wait today."""
        found = [p for p in people().values() if p.lang == lang and not p.regular]
        least = min(self.heard[p.address] for p in found)
        person = self.rng.choice([p for p in found if self.heard[p.address] == least])
        self.heard[person.address] += 1
        return person

    def order(self, moment: datetime) -> str:
        """An order number that fits the date; every one is given once."""
        wanted = max(round(138 - (self.now - moment) / timedelta(days=1)), 3)
        for step in range(400):
            number = wanted + (step // 2 + 1) * (-1 if step % 2 else 1) if step else wanted
            if 0 < number < 141 and number not in self.orders:
                self.orders.add(number)
                return f"A{number:03d}"
        return f"A{wanted:03d}"


def facts(casting: Casting, person: Person, moment: datetime, zone: ZoneInfo) -> dict[str, str]:
    """The values of a story's placeholders for this customer at this moment."""
    rng, words = casting.rng, phrases()[person.lang]
    named = phrases()["quoted"][person.lang]
    local = moment.astimezone(zone)
    return {
        "order": casting.order(moment),
        "product": rng.choice(words["product"]),
        "city": rng.choice(words["city"]),
        "abroad": rng.choice(words["abroad"]),
        "tracking": f"PW{rng.randrange(10**8, 10**9)}",
        "amount": f"{rng.randrange(18, 240)}.{rng.choice(('00', '50', '90'))}",
        "day": named["weekdays"][(local.weekday() - 3) % 7],
        "month": named["months"][(local.month - 2) % 12],
        "next_month": named["months"][(local.month + 1) % 12],
    }


def signed(person: Person, hello: str, text: str, bye: str) -> str:
    """A customer's words between greeting and closing, with company or phone signature."""
    parts = [hello, text, bye.format(me=person.greeting)]
    if person.sign:
        parts.append(f"-- \n{person.sign}")
    phone = phone_signature(person)
    return "\n\n".join([*parts, phone] if phone else parts)


def owner_words(rng: Random, customer: Person, text: str) -> str:
    """The owner's words to `customer` with greeting, closing and signature."""
    words = phrases()[customer.lang]
    hello = rng.choice(words["owner_hello"]).format(you=customer.greeting)
    bye = rng.choice(words["owner_bye"])
    return f"{hello}\n\n{text}\n\n{bye}\n\n-- \n{words['owner_sign']}"


def first_letter(
    casting: Casting,
    customer: Person,
    owner: Person,
    story: Story,
    values: Mapping[str, str],
    date: datetime,
) -> Letter:
    """The customer's first mail of a story."""
    rng = casting.rng
    words = phrases()[customer.lang]
    text = signed(
        customer,
        rng.choice(words["hello"]),
        casting.variant(story, story.ask).format_map(values),
        rng.choice(words["bye"]),
    )
    files: tuple[SampleFile, ...] = ()
    if story.files:
        files = (sample_file(story.files, customer.lang),)
    subject = casting.variant(story, story.subject).format_map(values)
    return Letter(customer, owner, subject, date, new_id(customer, rng), text, files=files)


def customer_reply(
    rng: Random, old: Letter, text: str, date: datetime, files: tuple[SampleFile, ...] = ()
) -> Letter:
    """The customer's answer to the owner's mail `old`, quoting it."""
    customer = old.to
    parent, references = answering(old)
    subject = reply_subject(old.subject, customer.lang, customer.mailer)
    return Letter(
        customer,
        old.sender,
        subject,
        date,
        new_id(customer, rng),
        text,
        parent,
        references,
        old,
        files,
    )


def owner_reply(
    rng: Random, old: Letter, text: str, date: datetime, customer: Person | None = None
) -> Letter:
    """The owner's answer to `old` (to `customer` when a form wrote it), quoting it."""
    to, owner = customer or old.sender, old.to
    parent, references = answering(old)
    subject = reply_subject(old.subject, to.lang, owner.mailer)
    return Letter(
        owner,
        to,
        subject,
        date,
        new_id(owner, rng),
        owner_words(rng, to, text),
        parent,
        references,
        old,
    )


def thanks(rng: Random, old: Letter, date: datetime) -> Letter:
    """A closer: the customer only thanks."""
    customer = old.to
    text = rng.choice(phrases()[customer.lang]["thanks"])
    parts = [text, customer.greeting if rng.random() < 0.6 else "", phone_signature(customer)]
    return customer_reply(rng, old, "\n\n".join(part for part in parts if part), date)


@dataclass(frozen=True, slots=True)
class Telling:
    """How far a conversation goes: nothing happens at or after `until`."""

    until: datetime
    second_round: bool = True
    closer: bool = True


def tell(
    casting: Casting, customer: Person, owner: Person, start: datetime, telling: Telling
) -> list[Letter]:
    """A whole conversation beginning at `start`, answered by the owner, oldest letter first.

    When even the first answer would come after `telling.until`, only the question is there.
    """
    rng, zone = casting.rng, owner.zone
    story = casting.story(customer.lang)
    values = facts(casting, customer, start, zone)
    letters = [first_letter(casting, customer, owner, story, values, start)]
    at = worktime.after_business(start, worktime.answer_minutes(rng), zone)
    if at >= telling.until:
        return letters
    letters.append(
        owner_reply(rng, letters[0], casting.variant(story, story.answer).format_map(values), at)
    )
    if story.again and telling.second_round:
        asked = at + timedelta(minutes=rng.uniform(45, 1500))
        answered = worktime.after_business(asked, worktime.answer_minutes(rng) * 0.6, zone)
        if answered < telling.until:
            words = phrases()[customer.lang]
            again = signed(
                customer,
                rng.choice(words["hello"]),
                casting.variant(story, story.again).format_map(values),
                rng.choice(words["bye"]),
            )
            letters.append(customer_reply(rng, letters[-1], again, asked))
            answer = casting.variant(story, story.answer2).format_map(values)
            letters.append(owner_reply(rng, letters[-1], answer, answered))
    if telling.closer and rng.random() < 0.42:
        thanked = letters[-1].date + timedelta(minutes=rng.uniform(8, 700))
        if thanked < telling.until:
            letters.append(thanks(rng, letters[-1], thanked))
    return letters
