"""Connect a mailbox: address, name, password; servers found or set by hand; tested, then kept.

The password goes to the engine's stdin and from there to the system's keychain, nowhere else;
where a provider takes none, the owner signs in through the browser. Nothing is stored before
signing in worked for receiving and sending. This module must not connect.
"""

from functools import partial
from typing import Any, Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from solodesk.base.errors import KnownError
from solodesk.services import accounts, certificates, sign_in
from solodesk.services.accounts import AccountInput, AccountPlan, AccountView
from solodesk.ui.appearance import Appearance
from solodesk.ui.dialogs.account_request import (
    BY_BROWSER,
    HISTORY,
    FoundServers,
    add_request,
    found_servers,
    needing_sign_in,
    planned,
    provider_name,
)
from solodesk.ui.dialogs.browser_flow import PATIENCE_MS, BrowserFlow
from solodesk.ui.dialogs.certificate_offer import CertificateOffer, is_offer
from solodesk.ui.dialogs.frame import DialogFrame
from solodesk.ui.dialogs.provider_help import ProviderHelp
from solodesk.ui.dialogs.secret_field import SecretField
from solodesk.ui.dialogs.server_fields import ServerFields
from solodesk.ui.dialogs.server_search import ServerSearch
from solodesk.ui.ops import DeskGate
from solodesk.wording.gettext import _

_LOOK_AFTER_MS: Final = 250
_PATIENCE_MS: Final = 90_000


class AccountDialog(DialogFrame):
    """A new mailbox, or signing in again to one whose password stopped working."""

    connected = Signal(int)

    def __init__(
        self, gate: DeskGate, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        self._known = needing_sign_in(gate.read(accounts.everything))
        super().__init__(
            appearance,
            _("Sign in again") if self._known is not None else _("Connect a mailbox"),
            _("Your mail stays on this computer; in the mailbox nothing is moved or deleted."),
            width=500,
            parent=parent,
        )
        self._gate = gate
        self._plan: AccountPlan | None = None
        self._flow = BrowserFlow(gate)
        self._browser = False
        self._preset: str | None = None
        self._servers_found: FoundServers | None = None
        self._search = ServerSearch(gate, self)
        self._search.started.connect(self._on_search_started)
        self._search.answered.connect(self._on_search_answered)
        self._anchor: str | None = None
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
        self._search.stop()
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
        if self._browser:
            self._through_browser()
            return
        if not secret:
            self._tell(_("Type the password first."), "error")
            self.secret.setFocus()
            return
        self._find()
        if self._known is None and self._plan is None:
            self.address.setFocus()
            return
        self._begin(_("Signing in…"))
        self._gate.engine(self._request(secret), self._on_answered)

    def _through_browser(self) -> None:
        """Let the engine begin, open the browser, then connect with what comes of it."""
        self._find()
        if self._known is None and self._plan is None:
            self.address.setFocus()
            return
        self._begin(_("Asking your provider…"), PATIENCE_MS)
        who = "account" if self._known is not None else "address"
        request = {who: self.address.text().strip()}
        if self._preset is not None:
            request["authority_name"] = self._preset
        if self.client_id.text().strip():
            request["client_id"] = self.client_id.text().strip()
        self._flow.begin(request, self._on_browser_opened, self._on_answered)

    def _on_browser_opened(self, flow: int, words: str) -> None:
        self._tell(words, "3")
        request = self._request("")
        del request["secret"]
        if self._known is not None:
            request = {"do": "signed_in", "account": self._known.address}
        self._gate.engine({**request, "flow": flow}, self._on_answered)

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
        self.address, self.name = QLineEdit(), QLineEdit()
        self.secret = SecretField(self.appearance)
        self.address.setPlaceholderText(_("you@your-business.com"))
        self.name.setPlaceholderText(_("as customers see it"))
        self.history = QComboBox()
        for days, words in HISTORY:
            self.history.addItem(_(words), days)
        self.client_id = QLineEdit()
        self.client_id.setPlaceholderText(_("yours; the manual says how to get one"))
        for title, field in (
            (_("Address"), self.address),
            (_("Your name"), self.name),
            (_("Password"), self.secret),
            (_("Client id"), self.client_id),
            (_("Bring in"), self.history),
        ):
            field.setAccessibleName(title)
            form.addRow(self.row_title(title), field)
        self.body.addLayout(form)
        self._form = form
        form.setRowVisible(self.client_id, False)
        self.help = ProviderHelp(self)
        self.body.addWidget(self.help)
        self.secret.textChanged.connect(self.help.weigh)
        self._add_found()
        self.servers = ServerFields(self.appearance, self)
        self.servers.hide()
        self.body.addWidget(self.servers)
        self._said = self.label("", tone="3")
        self.body.addWidget(self._said)
        self._said.hide()
        self.certificate = CertificateOffer(self)
        self.certificate.accepted.connect(self._on_certificate_accepted)
        self.body.addWidget(self.certificate)
        self.body.addStretch(1)
        self.address.textChanged.connect(self._on_address_text_changed)
        self.address.editingFinished.connect(self._on_address_editing_finished)
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
        self._hand.clicked.connect(partial(self.by_hand, on=True))
        row.addWidget(self._found, 1)
        row.addWidget(self._hand)
        self.body.addLayout(row)

    def _show_known(self, known: AccountView) -> None:
        self.address.setText(known.address)
        self.address.setReadOnly(True)
        self.name.setText(known.name)
        self.name.setEnabled(False)
        self.history.setEnabled(False)
        self._hand.hide()
        if known.detail is not None:
            self._refused(KnownError(known.detail[0], **known.detail[1]))
        code = known.detail[0] if known.detail is not None else ""
        address = known.address
        by_browser = self._gate.read(lambda reader: sign_in.is_remembered(reader, address))
        self._use_browser(on=by_browser or code in BY_BROWSER)
        self.help.show_plan(self._gate.read(lambda reader: accounts.plan_for(reader, known.id)))
        self.secret.setFocus()

    def _use_browser(self, *, on: bool) -> None:
        """Ask for no password; for a client id when none is there (none ships with SoloDesk)."""
        self._browser = on
        self._form.setRowVisible(self.secret, not on)
        preset = self._preset
        needed = (
            on
            and self._known is None
            and not self._gate.read(lambda reader: sign_in.known_preset(reader, preset))
        )
        self._form.setRowVisible(self.client_id, needed)
        if on:
            self._go.setText(_("Sign in through the browser"))
        elif self._known is None:
            self._go.setText(_("Connect"))
        if needed:
            told = KnownError(
                "client_id_needed", provider=provider_name(self._plan, self.address.text())
            )
            self.say(self._said, told)
            self.set_tone(self._said, "warn")

    def _asked(self) -> AccountInput:
        own = not self.servers.isHidden()
        return AccountInput(
            address=self.address.text().strip(),
            name=self.name.text().strip(),
            imap=self.servers.receiving() if own else None,
            smtp=self.servers.sending() if own else None,
            user=(self.servers.user() or None) if own else None,
            smtp_user=self._servers_found.smtp_user if own and self._servers_found else None,
            ca_file=self._anchor,
            history_days=int(self.history.currentData()),
            browser=self._browser and own,
        )

    def _request(self, secret: str) -> dict[str, Any]:
        if self._known is not None:
            return {"do": "secret", "account": self._known.address, "secret": secret}
        return {**add_request(self._asked()), "secret": secret}

    def _find(self) -> None:
        """Look the address up in the built-in table; nothing is asked of the network."""
        if self._known is not None:
            return
        self._look_timer.stop()
        self._plan = None
        try:
            self._plan = planned(self._asked())
        except KnownError as error:
            self._found.setText("")
            self.help.show_plan(None)
            if error.code == "unknown_provider":
                self._found.setText(_("These servers are not known yet: give them below."))
                self.by_hand()
            elif "@" in self.address.text():
                self.say(self._said, error)
            return
        self._said.hide()
        if self._plan.provider is not None:
            self._preset = self._plan.provider.sign_in
        self._use_browser(on=self._plan.browser)
        self._show_plan(self._plan)

    def _on_address_editing_finished(self) -> None:
        """The address is typed: when the table does not know it, let the engine ask around."""
        self._find()
        if self._known is None and self._plan is None:
            self._search.look(self.address.text().strip())

    def _on_search_started(self) -> None:
        self._found.setText(_("Looking for the servers…"))

    def _on_search_answered(self, reply: dict[str, Any]) -> None:
        address = self.address.text().strip()
        if self._plan is not None:
            return
        found = found_servers(reply)
        if found is None:
            self._found.setText(_("These servers are not known yet: give them below."))
            return
        self._servers_found = found
        self.servers.show_sides(found.imap, found.smtp, "" if found.user == address else found.user)
        self.by_hand()
        self._preset = found.sign_in
        self._use_browser(on=found.browser)
        self._find()

    def _show_plan(self, plan: AccountPlan) -> None:
        hosts = " · ".join(dict.fromkeys((plan.imap.host, plan.smtp.host)))
        provider = plan.provider
        self.help.show_plan(plan)
        self.help.weigh(self.secret.text())
        if provider is None or not self.servers.isHidden():
            if self._servers_found is not None:
                domains = ", ".join(self._servers_found.domains)
                hosts = _("These servers belong to: {domains}").format(domains=domains)
            self._found.setText(hosts)
        else:
            self._found.setText(
                _("Found: {provider} ({servers})").format(provider=provider.name, servers=hosts)
            )
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
            self._refused(KnownError(str(error.get("code")), **error.get("params", {})))
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

    def _refused(self, error: KnownError) -> None:
        """What happened and what to do; the same button tries again."""
        if is_offer(error):
            self._said.hide()
            self.certificate.offer(error)
            return
        self.certificate.hide()
        self.say(self._said, error)
        if self._known is None and not self._browser:
            self._go.setText(_("Try again"))
        self.fit()

    def _on_certificate_accepted(self, fingerprint: str) -> None:
        """Go on with the certificate the owner compared; another side may show another one."""
        self._anchor = certificates.accepting(self._anchor, fingerprint)
        if self._known is None:
            self.connect_mailbox()
            return
        self._begin(_("Signing in…"))
        request = {"account": self._known.address, "fingerprint": self._anchor}
        self._gate.engine({"do": "accept_certificate", **request}, self._on_answered)

    def _begin(self, words: str, patience_ms: int = _PATIENCE_MS) -> None:
        self._busy = True
        self._go.setEnabled(False)
        self._tell(words, "3")
        self._patience.start(patience_ms)

    def _on_patience_timeout(self) -> None:
        self._settled()
        self.say(self._said, KnownError("engine_stopped"))

    def reject(self) -> None:
        """Closed: a sign-in in the browser is not waited for any more."""
        if self._busy:
            self._flow.cancel()
        self._search.stop()
        super().reject()

    def _on_address_text_changed(self) -> None:
        self._search.stop()
        self._servers_found, self._preset, self._anchor = None, None, None
        self.certificate.hide()
        self._look_timer.start()
