"""What to do at a provider before its mailbox can be connected: which secret it wants, the steps
to it, its page, and a word when what is typed is likely the usual password. Must not keep it.
"""

from typing import Final

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from solodesk.services.accounts import AccountPlan
from solodesk.services.live_test import looks_usual
from solodesk.ui.dialogs.frame import DialogFrame
from solodesk.wording.gettext import _, marked

_WANTS: Final = {
    "oauth2": marked("{provider} takes no passwords from mail programs: you sign in there."),
    "app_password": marked(
        "{provider} wants a special password for mail programs (an app password),"
        " not your usual one."
    ),
    "auth_code": marked(
        "{provider} wants an authorisation code (授权码), not your usual password."
    ),
    "bridge": marked("Proton mail comes through Proton Mail Bridge, a program on this computer."),
}
_ENOUGH: Final = 4
"""Fewer letters are still being typed."""


class ProviderHelp(QWidget):
    """One sentence, numbered steps, and the provider's page behind a button."""

    def __init__(self, frame: DialogFrame) -> None:
        super().__init__()
        self._frame = frame
        self._plan: AccountPlan | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        row = QHBoxLayout()
        self._wants = frame.label("", tone="2", size=12)
        self._page = QPushButton(_("Open the page"))
        self._page.setProperty("link", True)
        self._page.setAutoDefault(False)
        self._page.clicked.connect(self._on_page_clicked)
        row.addWidget(self._wants, 1)
        row.addWidget(self._page)
        column.addLayout(row)
        self._steps = frame.label("", tone="2", size=12)
        self._doubt = frame.label("", tone="warn", size=12)
        for label in (self._steps, self._doubt):
            column.addWidget(label)
        self.show_plan(None)

    def show_plan(self, plan: AccountPlan | None) -> None:
        """What the provider of this plan wants; nothing for None or a provider without a word."""
        self._plan = plan
        provider = plan.provider if plan is not None else None
        wants = _WANTS.get(provider.wants) if provider is not None else None
        steps = provider.steps if provider is not None else ()
        if provider is not None and wants is not None:
            self._wants.setText(_(wants).format(provider=provider.name))
        self._wants.setVisible(wants is not None)
        self._page.setVisible(provider is not None and provider.page is not None)
        self._steps.setText("\n".join(f"{n}. {step}" for n, step in enumerate(steps, 1)))
        self._steps.setVisible(bool(steps))
        self._doubt.hide()
        self.setVisible(wants is not None or bool(steps))

    def weigh(self, secret: str) -> None:
        """Say so when the secret cannot be one of the provider's special ones."""
        usual = self._plan is not None and looks_usual(self._plan, secret)
        doubtful = usual and len(secret.strip()) >= _ENOUGH
        if doubtful == self._doubt.isVisibleTo(self):
            return
        self._doubt.setText(
            _("This looks like your usual password. The special one has 16 letters.")
        )
        self._doubt.setVisible(doubtful)
        self._frame.fit()

    def words(self) -> tuple[QLabel, ...]:
        """The labels, for those who read the screen."""
        return self._wants, self._steps, self._doubt

    def _on_page_clicked(self) -> None:
        provider = self._plan.provider if self._plan is not None else None
        if provider is not None and provider.page is not None:
            QDesktopServices.openUrl(QUrl(provider.page))
