"""Fields for servers given by hand: receiving, sending, and the name to sign in with."""

from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QSpinBox, QWidget

from solodesk.services.accounts import AccountPlan, Side, default_port
from solodesk.ui.appearance import Appearance
from solodesk.wording import labels
from solodesk.wording.gettext import _

_TLS = ("tls", "starttls", "plain")


class _SideFields:
    """Host, port and protection of one side."""

    def __init__(self, title: str, look: Appearance, *, sends: bool) -> None:
        self._sends = sends
        self.host, self.port, self.tls = QLineEdit(), QSpinBox(), QComboBox()
        self.host.setPlaceholderText("smtp.example.com" if sends else "imap.example.com")
        self.host.setAccessibleName(title)
        self.port.setRange(1, 65_535)
        self.port.setFixedWidth(look.px(70))
        self.port.setAccessibleName(_("Port"))
        for code in _TLS:
            self.tls.addItem(labels.transport(code), code)
        self.tls.setFixedWidth(look.px(140))
        self.tls.setAccessibleName(_("Protection"))
        self.tls.activated.connect(self._on_tls_activated)
        self.show(Side("", default_port("tls", sending=sends), "tls"))

    def show(self, side: Side) -> None:
        """Fill in."""
        self.host.setText(side.host)
        self.host.setCursorPosition(0)
        self.port.setValue(side.port)
        self.tls.setCurrentIndex(max(0, self.tls.findData(side.tls)))

    def side(self) -> Side | None:
        """What was given; None without a host."""
        host = self.host.text().strip()
        return Side(host, self.port.value(), str(self.tls.currentData())) if host else None

    def _on_tls_activated(self, _place: int) -> None:
        self.port.setValue(default_port(str(self.tls.currentData()), sending=self._sends))


class ServerFields(QWidget):
    """Two lines of host, port and protection, and a sign-in name."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(8)
        grid.setColumnMinimumWidth(0, appearance.px(96))
        grid.setColumnStretch(1, 1)
        self._in = _SideFields(_("Receiving"), appearance, sends=False)
        self._out = _SideFields(_("Sending"), appearance, sends=True)
        self._user = QLineEdit()
        self._user.setPlaceholderText(_("the address, if your provider says nothing else"))
        self._user.setAccessibleName(_("Sign-in name"))
        for row, (title, side) in enumerate(
            ((_("Receiving"), self._in), (_("Sending"), self._out))
        ):
            grid.addWidget(self._title(title, appearance), row, 0)
            for column, field in enumerate((side.host, side.port, side.tls), start=1):
                grid.addWidget(field, row, column)
        grid.addWidget(self._title(_("Sign-in name"), appearance), 2, 0)
        grid.addWidget(self._user, 2, 1, 1, 3)

    def show_plan(self, plan: AccountPlan) -> None:
        """Start from what was found."""
        self._in.show(Side(plan.imap.host, plan.imap.port, plan.imap.tls))
        self._out.show(Side(plan.smtp.host, plan.smtp.port, plan.smtp.tls))
        if plan.imap.user != plan.address:
            self._user.setText(plan.imap.user)

    def show_sides(self, receiving: Side, sending: Side, user: str = "") -> None:
        """Fill in both sides."""
        self._in.show(receiving)
        self._out.show(sending)
        self._user.setText(user)

    def receiving(self) -> Side | None:
        """Where mail is read; None without a host."""
        return self._in.side()

    def sending(self) -> Side | None:
        """Where mail is sent; None without a host."""
        return self._out.side()

    def user(self) -> str:
        """The sign-in name, when it is not the address."""
        return self._user.text().strip()

    def _title(self, text: str, appearance: Appearance) -> QLabel:
        label = QLabel(text)
        label.setProperty("tone", "2")
        label.setFont(appearance.font(13))
        return label
