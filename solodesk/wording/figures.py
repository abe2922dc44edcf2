"""Every figure's title and definition: one text for the screen, the report and F1 (metrics.md)."""

# A definition is never broken in two: translators and grep see it whole.
# ruff: noqa: E501

from solodesk.domain.figures import MIN_N, Change, Figure, Verdict
from solodesk.wording import durations, numbers
from solodesk.wording.gettext import _, marked

_WORDS: dict[str, tuple[str, str]] = {
    "first_response_median": (
        marked("First response"),
        marked(
            "Half of the customers who wrote in this period heard from you within this time; open waits count as “at least so long” (Kaplan–Meier median)."
        ),
    ),
    "first_response_p80": (
        marked("First response, 80 %"),
        marked(
            "80 % of the customers heard from you within this time; open waits count as “at least so long”."
        ),
    ),
    "first_response_p90": (
        marked("First response, 90 %"),
        marked("90 % of the customers heard from you within this time; given from 10 tickets on."),
    ),
    "first_response_mean": (
        marked("First response, mean"),
        marked(
            "The mean wait for the first answer of the tickets that were answered; open ones are left out and counted."
        ),
    ),
    "next_response_median": (
        marked("Later answers"),
        marked("Half of the later runs of customer messages were answered within this time."),
    ),
    "next_response_p80": (
        marked("Later answers, 80 %"),
        marked("80 % of the later runs of customer messages were answered within this time."),
    ),
    "next_response_p90": (
        marked("Later answers, 90 %"),
        marked(
            "90 % of the later runs of customer messages were answered within this time; given from 10 on."
        ),
    ),
    "next_response_mean": (
        marked("Later answers, mean"),
        marked("The mean wait for a later answer, of those answered."),
    ),
    "within_goal_first": (
        marked("Within goal"),
        marked(
            "First answers within your goal ÷ first answers due: given in the period, or their goal passed in it. What is still inside its goal is left out."
        ),
    ),
    "within_goal_next": (
        marked("Later answers within goal"),
        marked("Later answers within your goal ÷ later answers due."),
    ),
    "handling_median": (
        marked("Time worked on a ticket"),
        marked("The time a ticket is open in front of you and active, half of the tickets within."),
    ),
    "resolution_first_median": (
        marked("Time to close"),
        marked(
            "From arrival to the first closing, median; open tickets count as “at least so long”. Closed for silence: ends at your last answer."
        ),
    ),
    "resolution_full_median": (
        marked("Time to close for good"),
        marked(
            "From arrival to the last closing, median; open tickets count as “at least so long”."
        ),
    ),
    "resolution_rate": (
        marked("Resolved in 7 days"),
        marked("Arrived in the period and closed within 7 days ÷ arrivals at least 7 days old."),
    ),
    "first_contact_resolution": (
        marked("Solved in one answer"),
        marked(
            "Closed with exactly one answer and nobody asking on within 7 days ÷ closed tickets with at least one answer. Closed under 7 days ago: left out."
        ),
    ),
    "csat": (
        marked("Satisfaction"),
        marked(
            "“Great” (or 4–5 of 5) ÷ all ratings of the period on that scale, with a 95 % Wilson interval."
        ),
    ),
    "csat_response_rate": (
        marked("Surveys answered"),
        marked(
            "Surveys sent in the period and answered within 14 days ÷ those sent at least 14 days ago and not returned."
        ),
    ),
    "nps": (
        marked("Recommendation (NPS)"),
        marked(
            "100 × (answers 9–10 − answers 0–6) ÷ all answers: from −100 to +100, not a percentage."
        ),
    ),
    "ces_mean": (marked("Effort"), marked("Mean of “it was easy” from 1 to 7; higher is better.")),
    "ces_easy_share": (marked("Found it easy"), marked("Share of answers from 5 to 7.")),
    "open_now": (marked("Open"), marked("Customers' tickets that are open.")),
    "oldest_waiting": (
        marked("Oldest waiting"),
        marked("How long the customer who waits longest has waited, round the clock."),
    ),
    "backlog_days": (
        marked("Days of work queued"),
        marked("Queued minutes ÷ usable service minutes a day."),
    ),
    "capacity_per_day": (
        marked("Tickets a day you can close"),
        marked("Usable service minutes a day ÷ minutes a ticket."),
    ),
    "arrivals": (marked("New tickets"), marked("Tickets that customers opened in the period.")),
    "answers": (marked("Answers"), marked("Your answers that left in the period.")),
    "reopen_rate": (
        marked("Opened again"),
        marked("Tickets closed in the period that were opened again ÷ tickets closed in it."),
    ),
    "messages_per_ticket": (
        marked("Messages a ticket"),
        marked("Customer's messages and your answers, a ticket that arrived in the period."),
    ),
    "churn": (marked("Customers lost"), marked("Needs purchases.")),
    "lifetime_value": (marked("Lifetime value"), marked("Needs purchases.")),
}
_CHANGE = {
    Change.BETTER: marked("better"),
    Change.WORSE: marked("worse"),
    Change.SAME: marked("about the same"),
}
_VERDICT = {
    Verdict.MET: marked("met"),
    Verdict.MISSED: marked("missed"),
    Verdict.TOO_FEW: marked("too few to say"),
}
_LEFT_OUT = {
    "auto_reply": marked("automatic replies"),
    "bounce": marked("returned mail"),
    "list": marked("newsletters"),
    "survey": marked("survey answers"),
    "report": marked("delivery reports"),
    "spam": marked("spam"),
    "duplicate": marked("duplicates"),
    "damaged": marked("damaged mail"),
    "history": marked("imported as history"),
    "from_before": marked("from before SoloDesk"),
    "not_customer": marked("not a customer"),
    "started": marked("in tickets you started"),
    "closer": marked("only thanks"),
    "closed_unanswered": marked("closed without an answer"),
    "by_rule": marked("answered by a rule"),
    "unanswered": marked("not yet answered"),
    "pending": marked("not yet due"),
    "other_scale": marked("on another scale"),
    "bounced": marked("survey returned"),
}


def title(key: str) -> str:
    """The figure's name; an unknown key is shown as it is."""
    return _(_WORDS[key][0]) if key in _WORDS else key


def definition(key: str) -> str:
    """One or two sentences: how it is counted. KeyError for an unknown key."""
    return _(_WORDS[key][1])


def change(word: Change) -> str:
    """`better`, `worse`, `about the same`."""
    return _(_CHANGE[word])


def verdict(word: Verdict) -> str:
    """`met`, `missed`, `too few to say`."""
    return _(_VERDICT[word])


def left_out(reason: str) -> str:
    """What is not in a clock; an unknown reason is shown as it is."""
    return _(_LEFT_OUT[reason]) if reason in _LEFT_OUT else reason


def value(amount: float, unit: str) -> str:
    """An amount in its unit: `2 h 14 min`, `88 %`, `+12`, `5.3`."""
    match unit:
        case "s":
            return durations.long(amount * 1000)
        case "share":
            return numbers.percent(amount)
        case "points":
            return ("+" if amount > 0 else "") + numbers.number(amount)
        case "count":
            return numbers.number(amount)
        case _:
            return numbers.number(amount, 1)


def headline(figure: Figure) -> str:
    """The value as it may stand in a headline: below five no percentage and no median."""
    if figure.n == 0 and figure.value is None:
        return "—"
    if not figure.headline:
        if figure.hits is not None:
            return _("{hits} of {n}").format(hits=figure.hits, n=figure.n)
        return _("not enough data (n = {n})").format(n=figure.n)
    if figure.value is None:
        if figure.longer_than is None:
            return "—"
        return _("longer than {time}").format(time=value(figure.longer_than, figure.unit))
    return value(figure.value, figure.unit)


def count_note(figure: Figure) -> str:
    """What stands under the value: `n = 124`, `107 of 122`."""
    if figure.hits is not None and figure.n >= MIN_N:
        return _("{hits} of {n}").format(hits=figure.hits, n=figure.n)
    return _("n = {n}").format(n=figure.n)
