"""Mailing lists and newsletters told from people who write through them.

List headers never hide mail from a person (product.md): what a campaign looks like is weighed
against what a letter looks like, and a doubt is a person.
"""

import re

from solodesk.mail import forms
from solodesk.mail.case import Case
from solodesk.mail.robots import BULK, LIST_HEADERS
from solodesk.mail.words import kind_words

_CAMPAIGN = frozenset(
    {
        "feedback-id",
        "x-campaign",
        "x-campaignid",
        "x-campaign-id",
        "x-mc-user",
        "x-mailchimp-campaign-id",
        "list-unsubscribe-post",
        "x-csa-complaints",
        "x-report-abuse",
        "x-mailer-recptid",
        "x-job",
        "x-sfmc-stack",
        "x-cmail-recipientid",
        "x-hs-campaign-id",
        "x-klaviyo-message-id",
        "x-mailerlite-campaign",
        "x-rpcampaign",
        "x-mandrill-user",
        "x-emarsys-environment",
    }
)
"""Headers that senders of newsletters put on."""
_NOTICES = frozenset(
    {
        "x-github-reason",
        "x-github-sender",
        "x-gitlab-project",
        "x-gitlab-project-id",
        "x-bugzilla-reason",
        "x-bugzilla-type",
        "x-jira-fingerprint",
        "x-trac-project",
        "x-discourse-topic-id",
        "x-phabricator-sent-this-message",
        "x-gerrit-messagetype",
        "x-redmine-project",
        "x-launchpad-notification-type",
    }
)
"""Headers of trackers' notices, which come through lists in people's names."""
_MARKETING_LOCAL = re.compile(
    r"^(?:news|newsletter|newsletters|marketing|promo(?:tions?)?|offers?|deals|mailing|mailer|"
    r"campaigns?|updates?|digest|notifications?|notify|"
    r"alerts?|announce(?:ments?)?|noticias|bulletin|edm|subscriptions?|members?|events?|weekly|"
    r"daily)(?:[._+-].*|\d*)$",
    re.IGNORECASE,
)

_LIST_LOCAL = re.compile(
    r"(?:.*[-_.](?:request|bounces?|owner|digest|confirm)|mailman|majordomo|listserv|sympa)$"
)
"""The list itself writes: digests, moderation, reminders of passwords."""


def is_bulk(case: Case) -> bool:
    """The mail carries headers of lists or of bulk mail."""
    return not case.env.names.isdisjoint(LIST_HEADERS) or case.word("precedence") in BULK


def evidence(case: Case) -> tuple[str, ...]:
    """What proves list mail; empty when a person writes."""
    names = case.env.names
    found = [name.replace("-", "_") for name in LIST_HEADERS if name in names]
    precedence = case.word("precedence")
    campaign = sorted(name.replace("-", "_") for name in names & _CAMPAIGN)
    if not found:
        # "Precedence: bulk" or a campaign's header alone: only what also reads like one.
        if (precedence in BULK or campaign) and _campaign_words(case):
            bulk = [f"precedence:{precedence}"] if precedence in BULK else []
            return (*bulk, *campaign, "unsubscribe_words")
        return ()
    if precedence in BULK:
        found.append(f"precedence:{precedence}")
    return () if _letter_weight(case) > _campaign_weight(case) else tuple(found)


def _campaign_words(case: Case) -> bool:
    local = case.sender.partition("@")[0]
    return _says_unsubscribe(case) or bool(_MARKETING_LOCAL.match(local))


def _says_unsubscribe(case: Case) -> bool:
    end = case.body[-3000:].lower() if not case.env.is_reply else case.new_text[-3000:].lower()
    return any(phrase in end for phrase in kind_words().unsubscribe)


def _campaign_weight(case: Case) -> int:
    names, local = case.env.names, case.sender.partition("@")[0]
    to = {address.address.lower() for address in (*case.env.to, *case.env.cc)}
    weight = 1
    weight += 2 if case.own and not to & case.own else 0
    weight += 3 if _MARKETING_LOCAL.match(local) or forms.is_no_reply(local) else 0
    weight += 6 if _LIST_LOCAL.match(local) else 0
    weight += 2 if names & _CAMPAIGN else 0
    weight += 6 if names & _NOTICES else 0
    weight += 1 if case.word("precedence") in {"bulk", "junk"} else 0
    weight += 2 if _says_unsubscribe(case) else 0
    weight += 1 if case.has_html and case.body.count("http") > 5 else 0
    return weight


def _letter_weight(case: Case) -> int:
    env = case.env
    weight = 3 if env.in_reply_to or (env.is_reply and env.references) else 0
    weight += 3 if "list-post" in env.names or "x-google-group-id" in env.names else 0
    weight += 2 if case.sender.rpartition("@")[2] in forms.FREE_MAIL else 0
    weight += 2 if len(case.new_text) < 1500 and case.new_text.count("http") <= 1 else 0
    weight += 1 if not case.has_html else 0
    weight += 1 if len(env.to) + len(env.cc) == 1 else 0
    return weight
