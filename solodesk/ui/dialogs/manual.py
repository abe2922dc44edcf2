"""The manual behind F1: pages from resources/help in the language of the screen."""

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QTextBrowser, QWidget

from solodesk.services import manual
from solodesk.ui.appearance import Appearance
from solodesk.wording.gettext import _, current_language


class ManualDialog(QDialog):
    """Titles at the left, one page at the right. Links go to the browser, never in here."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Manual"))
        self.resize(appearance.px(860), appearance.px(600))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._pages = manual.pages(current_language())
        self._titles = QListWidget()
        self._titles.setFixedWidth(appearance.px(240))
        self._titles.setProperty("ground", "surface")
        self._titles.setStyleSheet("QListWidget { padding: 10px; }")
        self._titles.addItems([page.title for page in self._pages])
        self._titles.setAccessibleName(_("Pages"))
        row.addWidget(self._titles)
        self._text = QTextBrowser()
        self._text.setOpenLinks(False)
        self._text.setFont(appearance.font(13.5))
        self._text.document().setDefaultFont(appearance.font(13.5))
        self._text.document().setDocumentMargin(appearance.px(28))
        self._text.anchorClicked.connect(self._on_text_anchor_clicked)
        row.addWidget(self._text, 1)
        self._titles.currentRowChanged.connect(self._on_titles_current_row_changed)
        self._titles.setCurrentRow(0)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def _on_titles_current_row_changed(self, row: int) -> None:
        if 0 <= row < len(self._pages):
            self._text.setMarkdown(self._pages[row].markdown)
            self._text.document().setDocumentMargin(28)

    def _on_text_anchor_clicked(self, url: QUrl) -> None:
        if url.scheme() in ("http", "https", "mailto"):
            QDesktopServices.openUrl(url)
