"""HTML for the conversation: safe, quotes apart, never a customer's word behind the fold."""

from solodesk.services import lists
from tests.services.inbox import Inbox
from tests.support.mails import raw_mail

NEW = "<p>My new words</p>"
QUOTED = '<div class="gmail_quote">On Monday Lin wrote:<blockquote>Old words</blockquote></div>'
BELOW = "<p>One more word of mine below</p>"
PIXEL = '<img src="http://track.example/1.gif" width="200" height="80">'


def html_mail(html: str) -> bytes:
    """A mail with an HTML body only."""
    return raw_mail(html, subject="Re: x").replace(b"text/plain", b"text/html")


def shown(inbox: Inbox, html: str) -> lists.HtmlShown:
    done = inbox.arrive(html_mail(html))
    with inbox.store.read() as reader:
        found = lists.html_body(reader, done.message)
    assert found is not None
    return found


def test_the_quoted_mail_is_apart(inbox: Inbox) -> None:
    found = shown(inbox, NEW + QUOTED)
    assert "My new words" in found.visible
    assert "Old words" not in found.visible
    assert found.quoted is not None
    assert "Old words" in found.quoted


def test_words_below_the_quote_are_never_hidden(inbox: Inbox) -> None:
    found = shown(inbox, NEW + QUOTED + BELOW)
    assert "One more word" in found.visible


def test_nothing_loads_until_the_owner_allows_it(inbox: Inbox) -> None:
    done = inbox.arrive(html_mail(NEW + PIXEL))
    with inbox.store.read() as reader:
        found = lists.html_body(reader, done.message)
        assert found is not None
        assert "track.example" not in found.visible
        assert found.blocked_remote == 1
    with inbox.store.write() as desk:
        lists.allow_pictures(desk, done.message)
    with inbox.store.read() as reader:
        assert reader.lists.conversation(done.ticket)[0].remote_allowed is True


def test_a_plain_mail_has_no_html(inbox: Inbox) -> None:
    done = inbox.mail("Just text")
    with inbox.store.read() as reader:
        assert lists.html_body(reader, done.message) is None
        assert lists.safe_html(reader, done.message) is None
        assert b"Just text" in lists.raw(reader, done.message)
