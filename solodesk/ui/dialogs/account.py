"""Connect a mailbox: address, name, password; servers found or set by hand; tested, then kept.

The password goes to the engine's stdin and from there to the system's keychain, nowhere else.
Nothing is stored before signing in worked for receiving and sending. This module must not
connect.
"""

from typing import Any, Final

from PySide6.QtCore import QTimer, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from solodesk.base.errors import KnownError
from solodesk.services import accounts
from solodesk.services.accounts import AccountInput, AccountPlan, AccountView
from solodesk.ui.appearance import Appearance
from solodesk.ui.dialogs.frame import DialogFrame
from solodesk.ui.dialogs.server_fields import ServerFields
from solodesk.ui.icons import icon
from solodesk.ui.ops import DeskGate
from solodesk.wording.gettext import _, marked

_LOOK_AFTER_MS: Final = 250
_PATIENCE_MS: Final = 90_000
_HISTORY: Final = (
    (90, marked("the last 3 months")),
    (365, marked("the last year")),
    (0, marked("everything")),
)
_WANTS: Final = {
    "app_password": marked(
        "{provider} wants a special password for mail programs (an app password),"
        " not your usual one."
    ),
    "auth_code": marked(
        "{provider} wants an authorisation code (授权码), not your usual password."
    ),
}


class AccountDialog(DialogFrame):
    """A new mailbox, or signing in again to one whose password stopped working."""

    connected = Signal(int)

    def __init__(
        self, gate: DeskGate, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        self._known = _needing_sign_in(gate.read(accounts.everything))
        again = self._known is not None
        super().__init__(
            appearance,
            _("Sign in again") if again else _("Connect a mailbox"),
            _("Your mail stays on this computer; the mailbox is only read."),
            width=500,
            parent=parent,
        )
        self._gate = gate
        self._plan: AccountPlan | None = None
        self._busy = False
        self._look_timer = QTimer(self, interval=_LOOK_AFTER_MS, singleShot=True)
        self._look_timer.timeout.connect(self._find)
        self._patience = QTimer(self, interval=_PATIENCE_MS, singleShot=True)
        self._patience.timeout.connect(self._on_patience_timeout)
        self._build()
        if self._known is not None:
            self._show_known(self._known)
        else:
            self.address.setFocus()

    def by_hand(self, *, on: bool = True) -> None:
        """Show the fields for the servers."""
        self.servers.setVisible(on)
        self._hand.setVisible(not on)
        if on and self._plan is not None:
            self.servers.show_plan(self._plan)
        self.fit()

    def connect_mailbox(self) -> None:
        """Test, and keep what worked."""
        secret = self.secret.text()
        if self._busy:
            return
        if not secret:
            self._tell(_("Type the password first."), "error")
            self.secret.setFocus()
            return
        self._find()
        if self._known is None and self._plan is None:
            self.address.setFocus()
            return
        self._busy = True
        self._go.setEnabled(False)
        self._tell(_("Signing in…"), "3")
        self._patience.start()
        self._gate.engine(self._request(secret), self._on_answered)

    def said(self) -> str:
        """What the line over the buttons says."""
        return self._said.text()

    def found(self) -> str:
        """What was found about the address."""
        return self._found.text()

    def _build(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        self.address, self.name, self.secret = QLineEdit(), QLineEdit(), QLineEdit()
        self.address.setPlaceholderText(_("you@your-business.com"))
        self.name.setPlaceholderText(_("as customers see it"))
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self._eye = self._make_eye()
        self.history = QComboBox()
        for days, words in _HISTORY:
            self.history.addItem(_(words), days)
        for title, field in (
            (_("Address"), self.address),
            (_("Your name"), self.name),
            (_("Password"), self.secret),
            (_("Bring in"), self.history),
        ):
            field.setAccessibleName(title)
            form.addRow(self._title(title), field)
        self.body.addLayout(form)
        self._wants = self.label("", tone="2", size=12)
        self._page = QPushButton(_("Open the page"))
        self._page.setProperty("link", True)
        self._page.setAutoDefault(False)
        self._page.clicked.connect(self._on_page_clicked)
        row = QHBoxLayout()
        row.addWidget(self._wants, 1)
        row.addWidget(self._page)
        self.body.addLayout(row)
        self._wants.hide()
        self._page.hide()
        self._add_found()
        self.servers = ServerFields(self.appearance, self)
        self.servers.hide()
        self.body.addWidget(self.servers)
        self._said = self.label("", tone="3")
        self.body.addWidget(self._said)
        self._said.hide()
        self.body.addStretch(1)
        self.address.textChanged.connect(self._on_address_text_changed)
        self.add_cancel()
        words = _("Sign in") if self._known is not None else _("Connect")
        self._go = self.add_button(words, primary=True)
        self._go.clicked.connect(self.connect_mailbox)

    def _add_found(self) -> None:
        row = QHBoxLayout()
        self._found = self.label("", tone="3", size=12)
        self._hand = QPushButton(_("Set by hand"))
        self._hand.setProperty("link", True)
        self._hand.setAutoDefault(False)
        self._hand.clicked.connect(self._on_hand_clicked)
        row.addWidget(self._found, 1)
        row.addWidget(self._hand)
        self.body.addLayout(row)

    def _title(self, text: str) -> QLabel:
        label = self.label(text, tone="2")
        label.setMinimumSize(self.appearance.px(88), self.appearance.px(32))
        return label

    def _make_eye(self) -> QAction:
        tokens = self.appearance.tokens
        eye = QAction(icon("eye", tokens.text_2, 16), _("Show the password"), self)
        eye.setCheckable(True)
        eye.toggled.connect(self._on_eye_toggled)
        self.secret.addAction(eye, QLineEdit.ActionPosition.TrailingPosition)
        return eye

    def _show_known(self, known: AccountView) -> None:
        self.address.setText(known.address)
        self.address.setReadOnly(True)
        self.name.setText(known.name)
        self.name.setEnabled(False)
        self.history.setEnabled(False)
        self._hand.hide()
        if known.detail is not None:
            self.say(self._said, KnownError(known.detail[0], **known.detail[1]))
        self.secret.setFocus()

    def _asked(self) -> AccountInput:
        own = not self.servers.isHidden()
        return AccountInput(
            address=self.address.text().strip(),
            name=self.name.text().strip(),
            imap=self.servers.receiving() if own else None,
            smtp=self.servers.sending() if own else None,
            user=(self.servers.user() or None) if own else None,
            history_days=int(self.history.currentData()),
        )

    def _request(self, secret: str) -> dict[str, Any]:
        if self._known is not None:
            return {"do": "secret", "account": self._known.address, "secret": secret, "keep": True}
        asked = self._asked()
        request: dict[str, Any] = {
            "do": "add_account",
            "address": asked.address,
            "name": asked.name,
            "history_days": asked.history_days,
            "secret": secret,
        }
        for name, side in (("imap", asked.imap), ("smtp", asked.smtp)):
            if side is not None:
                request[name] = {"host": side.host, "port": side.port, "tls": side.tls}
        if asked.user:
            request["user"] = asked.user
        return request

    def _find(self) -> None:
        """Look the address up in the built-in table; nothing is asked of the network."""
        if self._known is not None:
            return
        self._look_timer.stop()
        self._plan = None
        self._wants.hide()
        self._page.hide()
        try:
            self._plan = accounts.plan(self._asked())
        except KnownError as error:
            self._found.setText("")
            if error.code == "unknown_provider":
                self._found.setText(_("These servers are not known yet: give them below."))
                self.by_hand()
            elif "@" in self.address.text():
                self.say(self._said, error)
            return
        self._said.hide()
        self._show_plan(self._plan)

    def _show_plan(self, plan: AccountPlan) -> None:
        hosts = " · ".join(dict.fromkeys((plan.imap.host, plan.smtp.host)))
        provider = plan.provider
        if provider is None or not self.servers.isHidden():
            self._found.setText(hosts)
            return
        self._found.setText(
            _("Found: {provider} ({servers})").format(provider=provider.name, servers=hosts)
        )
        if provider.wants in _WANTS:
            self._wants.setText(_(_WANTS[provider.wants]).format(provider=provider.name))
            self._wants.show()
            self._page.setVisible(provider.page is not None)
        self.fit()

    def _tell(self, text: str, tone: str) -> None:
        self._said.setText(text)
        self.set_tone(self._said, tone)
        self._said.show()
        self.fit()

    def _settled(self) -> None:
        self._busy = False
        self._patience.stop()
        self._go.setEnabled(True)

    def _on_answered(self, reply: dict[str, Any]) -> None:
        if not self._busy:
            return
        self._settled()
        error = reply.get("error")
        if isinstance(error, dict):
            self.say(self._said, KnownError(str(error.get("code")), **error.get("params", {})))
            self.fit()
            return
        self.secret.clear()
        if reply.get("kept") is False:
            self._tell(
                _(
                    "Connected. There is no keychain on this computer, so the password is asked"
                    " again at the next start."
                ),
                "warn",
            )
            self._go.setText(_("Close window"))
            self._go.clicked.disconnect(self.connect_mailbox)
            self._go.clicked.connect(self.accept)
        else:
            self.accept()
        self.connected.emit(int(reply.get("account") or 0))

    def _on_patience_timeout(self) -> None:
        self._settled()
        self.say(self._said, KnownError("engine_stopped"))

    def _on_address_text_changed(self) -> None:
        self._look_timer.start()

    def _on_hand_clicked(self) -> None:
        self.by_hand()

    def _on_eye_toggled(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode
        self.secret.setEchoMode(mode.Normal if shown else mode.Password)
        name = "eye-off" if shown else "eye"
        self._eye.setIcon(icon(name, self.appearance.tokens.text_2, 16))

    def _on_page_clicked(self) -> None:
        provider = None if self._plan is None else self._plan.provider
        if provider is not None and provider.page is not None:
            QDesktopServices.openUrl(QUrl(provider.page))


def _needing_sign_in(found: list[AccountView]) -> AccountView | None:
    return next((view for view in found if view.state == "sign_in_needed"), None)
