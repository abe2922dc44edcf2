"""Mail on its way in the real window: every state with its reason and age, and each answer the
owner can give, by mouse and by key."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QRadioButton

from solodesk.app.desk import DeskApp
from solodesk.app.screenshots import settle
from solodesk.domain.ids import OutboxId, TicketId
from solodesk.domain.message import Address
from solodesk.domain.views import View
from solodesk.services import replies, surveys, tickets
from solodesk.ui.conversation.message import MessageCard
from solodesk.ui.conversation.notices import Notice
from solodesk.ui.dialogs.decide import DecideDialog
from solodesk.ui.ticketlist.empty import emptiness
from solodesk.wording.gettext import set_language
from tests.ui.outbox_states import queue

Setup = Callable[[str], tuple[TicketId, OutboxId]]


@pytest.fixture
def reply(desk: DeskApp) -> Setup:
    """Queue an answer to the next ticket in a state, and go to it in the Outbox."""
    with desk.store.read() as reader:
        waiting = iter(reader.lists.ids(View.NEEDS_REPLY))

    def make(state: str) -> tuple[TicketId, OutboxId]:
        ticket = next(waiting)
        made = queue(desk.store, ticket, state)
        desk.gate.look()
        desk.window.actions_.run("view.outbox")
        settle(desk)
        assert desk.window.tickets.select(ticket)
        settle(desk)
        return ticket, made

    return make


def bar(desk: DeskApp) -> Notice | None:
    found = [n for n in desk.window.conversation.findChildren(Notice) if n.isVisible()]
    return found[-1] if found else None


def words(desk: DeskApp) -> str:
    notice = bar(desk)
    if notice is None:
        return ""
    return " ".join(label.text() for label in notice.findChildren(QLabel) if label.text())


def buttons(desk: DeskApp) -> list[str]:
    notice = bar(desk)
    return [] if notice is None else [b.text() for b in notice.findChildren(QPushButton)]


def press(desk: DeskApp, text: str, *, key: bool = False) -> None:
    notice = bar(desk)
    assert notice is not None
    button = next(b for b in notice.findChildren(QPushButton) if b.text() == text)
    if key:
        button.setFocus()
        QTest.keyClick(button, Qt.Key.Key_Space)
    else:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    settle(desk)


def state(desk: DeskApp, outbox: OutboxId) -> str:
    with desk.store.read() as reader:
        row = reader.outbox.get(outbox)
    assert row is not None
    return row.state


def pill(desk: DeskApp, ticket: TicketId) -> str:
    model = desk.window.tickets.model
    row = model.index(model.row_of(ticket))
    return str(row.data(Qt.ItemDataRole.AccessibleTextRole))


AFTER_NEWS = ["Read first", "Send anyway", "Edit again"]
WAITING = ["Send now", "Edit again"]
TOLD = (
    ("later", ("Leaves", "Thu", "while SoloDesk is open"), WAITING, "leaves"),
    ("news", ("New mail came in", "Written Today, 13:40"), AFTER_NEWS, "read first"),
    ("elsewhere", ("You answered from elsewhere", "Written"), AFTER_NEWS, "read first"),
    (
        "retrying",
        ("Not sent yet", "smtp.lin.studio did not answer in time.", "Next attempt: Today, 14:14"),
        WAITING,
        "leaves 14:14",
    ),
    (
        "stale",
        ("did not answer", "It has been waiting for 26 h", "whether it still holds"),
        WAITING,
        "not sent for 26 h",
    ),
    (
        "failed",
        ("did not go out", "550 5.1.1 no such user. Correct the address"),
        ["Edit again", "Try again"],
        "not sent",
    ),
    ("uncertain", ("Sent, not confirmed",), ["Look again", "Decide…"], "not confirmed"),
)


def test_each_state_says_why_since_when_and_what_can_be_done(desk: DeskApp, reply: Setup) -> None:
    for name, says, offers, pill_says in TOLD:
        ticket, _outbox = reply(name)
        for each in says:
            assert each in words(desk), name
        assert buttons(desk) == offers, name
        assert pill_says in pill(desk, ticket), name


def test_the_outbox_is_red_only_while_something_needs_the_owner(
    desk: DeskApp, reply: Setup
) -> None:
    def outbox() -> str:
        model = desk.window.sidebar.place_list.model()
        spoken = (
            model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)
            for row in range(model.rowCount())
        )
        return next(str(each) for each in spoken if str(each).startswith("Outbox"))

    reply("later")
    assert outbox() == "Outbox, 1 ticket"
    reply("failed")
    assert outbox() == "Outbox, 2 tickets, needs you"
    press(desk, "Try again")
    assert outbox() == "Outbox, 2 tickets"


def test_waiting_for_a_connection_is_told(desk: DeskApp, reply: Setup) -> None:
    reply("queued")
    assert "as soon as there is a connection" in words(desk)
    assert buttons(desk) == ["Look again", "Send anyway", "Edit again"]


def test_send_now_by_key(desk: DeskApp, reply: Setup) -> None:
    asked: list[str] = []
    desk.gate.asked.connect(lambda request, _done: asked.append(request["do"]))
    for name, button in (
        ("failed", "Try again"),
        ("retrying", "Send now"),
        ("news", "Send anyway"),
        ("later", "Send now"),
        ("elsewhere", "Send anyway"),
    ):
        _ticket, outbox = reply(name)
        press(desk, button, key=True)
        assert state(desk, outbox) == "queued", name
        assert asked.pop() == "send", name
        assert bar(desk) is None, name


def test_edit_again_takes_it_out_of_the_outbox(desk: DeskApp, reply: Setup) -> None:
    for name in ("failed", "retrying", "news", "later", "queued"):
        ticket, outbox = reply(name)
        press(desk, "Edit again")
        assert state(desk, outbox) == "cancelled", name
        assert desk.window.composer.ticket() == ticket, name
        assert "It leaves us tomorrow." in desk.window.composer._editor.plain(), name
        with desk.store.read() as reader:
            assert reader.lists.outbox() == [], name


def test_the_three_answers_to_a_doubt(desk: DeskApp, reply: Setup) -> None:
    for choice, after in (
        ("Keep looking", "uncertain"),
        ("It was probably delivered", "sent"),
        ("Send it again", "queued"),
        ("Give up", "cancelled"),
    ):
        ticket, outbox = reply("uncertain")
        QTimer.singleShot(0, partial(_decide, choice))
        press(desk, "Decide…")
        settle(desk)
        assert state(desk, outbox) == after
        with desk.store.read() as reader:
            draft, row = reader.drafts.of_ticket(ticket), reader.tickets.get(ticket)
        assert (draft is not None) == (choice == "Give up")
        assert row is not None
        assert (row.alarm is None) == (choice != "Keep looking")


def _decide(choice: str) -> None:
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, DecideDialog)
    wanted = next(b for b in dialog.findChildren(QRadioButton) if b.text() == choice)
    QTest.keyClick(wanted, Qt.Key.Key_Space)
    QTest.keyClick(dialog, Qt.Key.Key_Return)


def test_read_first_goes_to_the_news_and_keeps_the_reply(desk: DeskApp, reply: Setup) -> None:
    _ticket, outbox = reply("news")
    press(desk, "Read first", key=True)
    assert state(desk, outbox) == "held"
    assert bar(desk) is not None
    cards = [c for c in desk.window.conversation.findChildren(MessageCard) if c.isVisible()]
    assert any(card.item.type == "in" for card in cards)


def test_some_did_not_get_it_is_told_until_the_owner_knows(desk: DeskApp) -> None:
    with desk.store.read() as reader:
        ticket = reader.lists.by_number(1005)
    assert ticket is not None
    outbox = queue(desk.store, ticket, "failed")
    with desk.store.write() as store:
        store.outbox.set_recipient(outbox, "jane@doe.example", "refused", "550 no such user")
        store.outbox.update(outbox, state="sent")
    desk.gate.look()
    desk.window.navigation.show_ticket(ticket)
    settle(desk)
    assert "jane@doe.example did not get this reply" in words(desk)
    press(desk, "Got it")
    assert bar(desk) is None


def test_after_undo_send_nothing_is_left_to_undo(desk: DeskApp) -> None:
    window = desk.window
    window.actions_.run("ticket.reply")
    window.composer._editor.insertPlainText("It left us today.")
    window.actions_.run("reply.send")
    settle(desk)
    assert "Answered" in window.status._act.text()
    window.actions_.run("send.undo")
    settle(desk)
    assert window.composer.is_open()
    assert not window.status._undo.isVisible()


def test_what_has_left_is_not_offered_for_undo(desk: DeskApp) -> None:
    window = desk.window
    window.actions_.run("ticket.priority")
    settle(desk)
    window.actions_.run("ticket.reply")
    window.composer._editor.insertPlainText("It left us today.")
    window.actions_.run("reply.send")
    settle(desk)
    with desk.store.write() as store:
        (row,) = store.outbox.in_state("held")
        assert store.outbox.move(row.id, ("held",), "sending")
    desk.gate.look()
    settle(desk)
    assert "priority" in window.status._act.text()


def test_a_new_message_stands_under_its_own_title_and_among_the_drafts(desk: DeskApp) -> None:
    window = desk.window
    assert window.navigation.ticket is not None
    window.actions_.run("message.new")
    settle(desk)
    title = window.conversation._header._title
    assert title.text() == "New message"
    assert not window.conversation._cards.isVisible()
    draft = window.composer._keeper.draft
    assert draft is not None
    window.composer._people.set_people((Address("Jane", "jane@doe.example"),), (), (), "Offer")
    window.composer._editor.insertPlainText("Dear Jane")
    window.composer._mark_dirty()
    window.composer.close_composer()
    settle(desk)
    assert title.text() != "New message"
    assert window.conversation._cards.isVisible()
    window.actions_.run("view.drafts")
    settle(desk)
    line = window.tickets.new_draft
    assert line.isVisible()
    assert "Offer" in line.text
    button = line.findChildren(QPushButton)[0]
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    settle(desk)
    assert window.composer.mode() == "new"
    assert "Dear Jane" in window.composer._editor.plain()
    window.actions_.run("view.needs_reply")
    settle(desk)
    assert not line.isVisible()


def test_a_new_message_taken_back_is_there_again_and_begins_anew(desk: DeskApp) -> None:
    window = desk.window
    with desk.store.write() as store:
        draft = replace(
            replies.draft_for(store, None, mode="new"),
            to=(Address("New", "new@shop.example"),),
            subject="Offer",
            body_html="<p>Dear New</p>",
        )
        replies.save_draft(store, draft)
    window.actions_.run("message.new")
    settle(desk)
    window.actions_.run("reply.send")
    settle(desk)
    window.actions_.run("send.undo")
    settle(desk)
    assert window.composer.is_open()
    assert "Dear New" in window.composer._editor.plain()
    window.actions_.run("reply.send")
    settle(desk)
    with desk.store.read() as reader:
        (row,) = reader.outbox.in_state("held")
    assert row.purpose == "new"


def test_a_rating_on_its_way_shows_its_words_and_can_be_asked_again(desk: DeskApp) -> None:
    ticket = desk.window.navigation.ticket
    assert ticket is not None
    with desk.store.write(label=("survey.send", {})) as store:
        surveys.send(store, ticket)
    desk.gate.look()
    desk.window.actions_.run("view.outbox")
    settle(desk)
    cards = desk.window.conversation.findChildren(MessageCard)
    ours = [card.item for card in cards if card.item.outbox is not None]
    assert ours
    assert len(ours[-1].new_text) > 40
    assert ours[-1].to[0].address == "wang@lumen.cn"
    with desk.store.write() as store:
        assert tickets.undo(store) is not None
        surveys.send(store, ticket)  # it was not asked for


def test_in_chinese(desk: DeskApp, reply: Setup) -> None:
    set_language("zh")
    try:
        reply("stale")
        assert "已等待26 小时" in words(desk).replace(" ", " ")
        assert "重新编辑" in buttons(desk)
    finally:
        set_language("en")


def test_the_empty_drafts_are_told_apart() -> None:
    assert emptiness(View.DRAFTS, "").title == "No drafts"
    assert emptiness(View.DRAFTS, "", new_draft=True).title == "No other drafts"


def test_a_mailto_link_brings_no_hidden_recipient(desk: DeskApp) -> None:
    link = "mailto:jane@doe.example?bcc=evil@x.example&cc=evil@x.example&body=Hi&attach=/etc/passwd"
    desk.window.open_address(link)
    settle(desk)
    draft = desk.window.composer._keeper.now()
    assert draft is not None
    assert [person.address for person in draft.to] == ["jane@doe.example"]
    assert (draft.cc, draft.bcc, draft.attachments) == ((), (), ())
