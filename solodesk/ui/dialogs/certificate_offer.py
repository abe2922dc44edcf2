"""Accepting a certificate nobody vouches for, by its fingerprint: an own server nearby, or Bridge.

Shown only after the engine found one on this computer or the local network. There is no button
that goes on without comparing. Must not accept anything by itself.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from solodesk.base.errors import KnownError
from solodesk.ui.dialogs.frame import DialogFrame
from solodesk.wording.gettext import _

_CODES = frozenset({"certificate_unknown", "certificate_changed"})
_GROUP = 4


def is_offer(error: KnownError) -> bool:
    """Whether the owner may accept the certificate behind this fault."""
    return error.code in _CODES and len(str(error.params.get("fingerprint") or "")) == 64


class CertificateOffer(QWidget):
    """The fingerprint in groups of four, a plain sentence, and one button."""

    accepted = Signal(str)
    """The fingerprint (64 hex digits) the owner accepted."""

    def __init__(self, frame: DialogFrame) -> None:
        super().__init__()
        self._frame = frame
        self._fingerprint = ""
        self.setObjectName("quietBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(6)
        self._words = frame.label("", size=13)
        self._digits = frame.label("", size=12)
        mono = frame.appearance.font(12)
        mono.setFamilies(["Menlo", "Consolas", "DejaVu Sans Mono", "monospace"])
        self._digits.setFont(mono)
        self._digits.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._button = QPushButton(_("Accept this certificate"))
        self._button.setAutoDefault(False)
        self._button.clicked.connect(self._on_button_clicked)
        column.addWidget(self._words)
        column.addWidget(self._digits)
        column.addWidget(self._button, alignment=Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def offer(self, error: KnownError) -> None:
        """Show the certificate of this fault."""
        self._fingerprint = str(error.params["fingerprint"])
        host = str(error.params.get("host") or "")
        if error.code == "certificate_changed":
            words = _(
                "{host} shows another certificate than the one you accepted. Accept it only if you"
                " renewed it yourself, or Proton Mail Bridge was installed anew; else somebody may"
                " be in between. No password was sent."
            )
        else:
            words = _(
                "{host} is on this computer or your own network and shows a certificate it made"
                " itself. Accept it only if this is your own server or Proton Mail Bridge, and its"
                " fingerprint (SHA-256) is the one below. No password was sent."
            )
        self._words.setText(words.format(host=host))
        groups = [
            self._fingerprint[at : at + _GROUP] for at in range(0, len(self._fingerprint), _GROUP)
        ]
        self._digits.setText("\n".join(" ".join(groups[at : at + 8]) for at in (0, 8)))
        self.show()
        self._frame.fit()

    def fingerprint(self) -> str:
        """What is offered, "" for nothing."""
        return self._fingerprint if not self.isHidden() else ""

    def accept(self) -> None:
        """The owner compared it."""
        if self.fingerprint():
            self.hide()
            self.accepted.emit(self._fingerprint)

    def _on_button_clicked(self) -> None:
        self.accept()
