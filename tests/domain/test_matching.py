"""Threading decisions: what joins, what only suggests, what never matches."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solodesk.domain.ids import TicketId
from solodesk.domain.matching import (
    DAY_MS,
    JoinedBy,
    Known,
    Letter,
    Standing,
    Trace,
    decide,
    ids_to_look_up,
    plain_subject,
    subject_number,
    valid_rfc_id,
)

T1, T2 = TicketId(1), TicketId(2)
LI = "wang@lumen.cn"
LETTER = Letter(
    rfc_id="<new@lumen.cn>",
    in_reply_to=(),
    references=(),
    senders=frozenset({LI}),
    others=frozenset(),
    outgoing=False,
    from_sent=False,
    closer=False,
    history=False,
    received_ms=100 * DAY_MS,
)


def known(
    *traces: tuple[str, TicketId, bool], part: frozenset[str] = frozenset({LI}), **more: object
) -> Known:
    found: dict[str, tuple[Trace, ...]] = {}
    for rfc_id, ticket, ours in traces:
        found[rfc_id] = (*found.get(rfc_id, ()), Trace(ticket, ours, mentioned=True))
    return replace(Known(found, {T1: part, T2: frozenset()}), **more)  # type: ignore[arg-type]


def test_an_answer_by_someone_taking_part_joins_with_its_reason() -> None:
    facts = known(("<a@x.example>", T1, False))
    by_references = replace(LETTER, references=("<a@x.example>",))
    assert decide(by_references, facts).joined_by is JoinedBy.REFERENCES
    by_reply = replace(LETTER, in_reply_to=("<a@x.example>",))
    assert decide(by_reply, facts).joined_by is JoinedBy.IN_REPLY_TO
    assert decide(by_reply, facts).ticket == T1


def test_a_mail_mentioned_earlier_joins_by_its_own_id() -> None:
    decision = decide(LETTER, known(("<new@lumen.cn>", T1, False)))
    assert (decision.ticket, decision.joined_by) == (T1, JoinedBy.OWN_MESSAGE_ID)


def test_two_mails_with_one_message_id_are_not_one_conversation() -> None:
    facts = Known({"<new@lumen.cn>": (Trace(T1, ours=False, mentioned=False),)}, {T1: {LI}})  # type: ignore[dict-item]
    assert decide(LETTER, facts).ticket is None


def test_a_stranger_with_a_forged_reply_gets_a_ticket_of_their_own_and_a_suggestion() -> None:
    forged = replace(
        LETTER, senders=frozenset({"eve@evil.example"}), in_reply_to=("<a@x.example>",)
    )
    decision = decide(forged, known(("<a@x.example>", T1, False), by_token=T1))
    assert (decision.ticket, decision.suggested) == (None, T1)
    assert decision.joined_by is JoinedBy.NEW


def test_a_stranger_answering_a_message_of_ours_joins() -> None:
    colleague = replace(
        LETTER, senders=frozenset({"boss@lumen.cn"}), in_reply_to=("<ours@shop.example>",)
    )
    decision = decide(colleague, known(("<ours@shop.example>", T1, True)))
    assert (decision.ticket, decision.joined_by) == (T1, JoinedBy.REPLY_TO_OURS)


@pytest.mark.parametrize("bad", ["", "<>", "< >", "<@>", "no brackets", "<a b@c>", "<x>"])
def test_empty_and_malformed_ids_match_nothing(bad: str) -> None:
    letter = replace(LETTER, rfc_id=bad, in_reply_to=(bad,), references=(bad, bad))
    facts = known((bad, T1, True))
    assert decide(letter, facts).ticket is None
    assert ids_to_look_up(letter) == ()


def test_a_mail_never_answers_itself() -> None:
    letter = replace(LETTER, in_reply_to=("<new@lumen.cn>",), references=("<new@lumen.cn>",))
    facts = Known({"<new@lumen.cn>": (Trace(T1, ours=True, mentioned=False),)}, {})
    assert decide(letter, facts).ticket is None


def test_the_nearest_reference_wins() -> None:
    letter = replace(LETTER, references=("<old@x.example>", "<near@x.example>"))
    facts = known(("<old@x.example>", T2, False), ("<near@x.example>", T1, False))
    assert decide(letter, replace(facts, participants={T1: {LI}, T2: {LI}})).ticket == T1  # type: ignore[dict-item]


def test_thirty_days_after_closing_it_is_a_new_ticket_linked_to_the_old() -> None:
    letter = replace(LETTER, in_reply_to=("<a@x.example>",))
    facts = known(("<a@x.example>", T1, False))
    long_ago = replace(facts, standing={T1: Standing(closed_ms=69 * DAY_MS)})
    assert decide(letter, long_ago) == decide(letter, long_ago)
    assert (decide(letter, long_ago).ticket, decide(letter, long_ago).linked) == (None, T1)
    lately = replace(facts, standing={T1: Standing(closed_ms=71 * DAY_MS)})
    assert decide(letter, lately).ticket == T1
    assert decide(replace(letter, closer=True), long_ago).ticket == T1


def test_a_hidden_ticket_is_not_joined_so_that_new_words_are_seen() -> None:
    facts = known(("<a@x.example>", T1, False), standing={T1: Standing(hidden=True)})
    decision = decide(replace(LETTER, in_reply_to=("<a@x.example>",)), facts)
    assert (decision.ticket, decision.linked) == (None, T1)


def test_subject_and_token_only_suggest() -> None:
    assert decide(LETTER, Known(by_token=T2, same_subject=T1)).suggested == T2
    assert decide(LETTER, Known(same_subject=T1)).suggested == T1
    assert decide(LETTER, Known(same_subject=T1)).ticket is None


def test_our_own_mail_joins_where_its_reader_takes_part() -> None:
    ours = replace(
        LETTER,
        senders=frozenset(),
        others=frozenset({LI}),
        outgoing=True,
        from_sent=True,
        references=("<b@x.example>", "<a@x.example>"),
    )
    facts = known(("<a@x.example>", T2, False), ("<b@x.example>", T1, False))
    assert decide(ours, facts).ticket == T1
    assert decide(replace(ours, references=("<a@x.example>",)), facts).ticket == T2
    outside = replace(ours, from_sent=False, references=("<a@x.example>",))
    assert decide(outside, facts).ticket is None


@pytest.mark.parametrize(
    ("subject", "plain"),
    [
        ("Re: AW: Refund  for A123", "refund for a123"),
        ("回复：Re: 退款 ", "退款"),
        ("Re[2]: x", "x"),
        ("[#1042] Re: Invoice", "invoice"),
        ("Fwd：ＡＢＣ", "abc"),
        ("Regarding: x", "regarding: x"),
        ("Automatische Antwort: SV: Ynt: Odp: Faktura", "faktura"),
        ("自動回覆：回覆: 發票", "發票"),
        ("I need: a refund", "i need: a refund"),
    ],
)
def test_subjects_are_compared_without_prefixes(subject: str, plain: str) -> None:
    assert plain_subject(subject) == plain


def test_the_token_in_a_subject() -> None:
    assert subject_number("Re: [#1042] hi") == 1042
    assert subject_number("[#] #12 [12]") is None


@given(st.text())
def test_plain_subject_is_stable(subject: str) -> None:
    assert plain_subject(plain_subject(subject)) == plain_subject(subject)


@given(st.text(max_size=40))
def test_valid_ids_have_brackets_and_no_spaces(text: str) -> None:
    if valid_rfc_id(text):
        assert text.startswith("<")
        assert text.endswith(">")
        assert not any(c.isspace() for c in text)
