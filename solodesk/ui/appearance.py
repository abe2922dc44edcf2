"""How SoloDesk looks: colour tokens, type scale, spacing and the style sheet, light and dark.

Every widget asks here for colours, fonts and lengths, so that a change of scheme or of text size
reaches all of them through one signal. This module must not know any pane.
"""

import sys
from dataclasses import dataclass, fields
from functools import cache
from typing import Final, Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from solodesk.base import resources
from solodesk.ui.stylesheet import fill
from solodesk.wording.gettext import current_language

Scheme = Literal["light", "dark", "system"]


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours by meaning (ux.md, "Tokens"); text keeps 4.5:1 on every surface it is used on."""

    bg: QColor
    surface: QColor
    raised: QColor
    border: QColor
    border_strong: QColor
    text: QColor
    text_2: QColor
    text_3: QColor
    accent: QColor
    on_accent: QColor
    selection: QColor
    ok: QColor
    ok_soft: QColor
    warn: QColor
    warn_soft: QColor
    error: QColor
    error_soft: QColor
    note: QColor
    note_text: QColor
    chip: QColor
    toast: QColor
    toast_text: QColor
    dark: bool


def _tokens(words: str, *, dark: bool) -> Tokens:
    names = [field.name for field in fields(Tokens)][:-1]
    return Tokens(
        **dict(zip(names, (QColor(word) for word in words.split()), strict=True)), dark=dark
    )


LIGHT: Final = _tokens(
    "#FFFFFF #F6F7F9 #FFFFFF #E3E6EB #80899A #1B1F27 #4B5463 #5A6473 #1F5FD6 #FFFFFF #E6EEFD "
    "#176F42 #E3F4EA #8A5A00 #FDF1D8 #B3261E #FCE8E6 #FFF6D6 #5C4700 #EDF0F4 #1B1F27 #ECEFF4",
    dark=False,
)
DARK: Final = _tokens(
    "#15181E #1B1F27 #222833 #2B323D #768194 #ECEFF4 #B6BECC #97A1B2 #7FAAFF #0B1A38 #22314F "
    "#5FD39A #143326 #F2BE5C #3A2C0C #FF8F86 #45201D #322B14 #F4DFA0 #2A313D #ECEFF4 #1B1F27",
    dark=True,
)


def high_contrast(tokens: Tokens) -> Tokens:
    """The same scheme for people who asked their system for more contrast."""
    soft = {"ok_soft", "warn_soft", "error_soft", "note", "chip"}
    values = {}
    for field in fields(Tokens):
        name = field.name
        if name == "dark":
            continue
        values[name] = getattr(tokens, name)
        if name == "border":
            values[name] = tokens.border_strong
        elif name in soft:
            values[name] = tokens.bg
        elif name in {"text_2", "text_3", "note_text"}:
            values[name] = tokens.text
    return Tokens(**values, dark=tokens.dark)


@cache
def load_fonts() -> tuple[str, ...]:
    """Register the fonts that ship with SoloDesk; returns their family names."""
    found: list[str] = []
    for cut in ("Regular", "Medium", "SemiBold", "Bold", "Italic"):
        file = resources.path("fonts", f"Inter-{cut}.otf")
        number = QFontDatabase.addApplicationFont(str(file))
        if number >= 0:
            found += QFontDatabase.applicationFontFamilies(number)
    return tuple(dict.fromkeys(found))


_CHINESE: Final = (
    "PingFang SC", "Microsoft YaHei UI", "Noto Sans CJK SC", "Noto Sans SC",
    "Source Han Sans SC", "WenQuanYi Micro Hei",
)  # fmt: skip


@cache
def families() -> tuple[str, ...]:
    """Font families in order: the system's own on Windows and macOS, Inter elsewhere, then CJK."""
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
    first = (system,) if sys.platform in {"win32", "darwin"} else (*load_fonts()[:1], system)
    installed = set(QFontDatabase.families())
    return (*first, *(name for name in _CHINESE if name in installed))


CJK_SAMPLE: Final = "中"


def is_chinese(text: str) -> bool:
    """Whether `text` holds a CJK ideograph."""
    return any("\u3400" <= letter <= "\u9fff" for letter in text)


def _speaks_chinese() -> bool:
    return current_language() == "zh"


@cache
def _one_weight() -> bool:
    # WenQuanYi has no heavier cut; below "bold" the system does not thicken it either.
    return [name for name in families() if name in _CHINESE] == ["WenQuanYi Micro Hei"]


class Appearance(QObject):
    """The present scheme, text size and everything derived from them. `changed` = repaint all."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tokens: Tokens = LIGHT
        self.scheme: Scheme = "system"
        self.text_percent = 100
        # A design unit is 1/96 inch; macOS has 72 units to the inch and its own larger "points".
        self._points_per_unit = 1.0 if sys.platform == "darwin" else 0.75
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._on_hints_changed)
        self._choose()

    def set_scheme(self, scheme: Scheme) -> None:
        """Use light, dark, or whatever the system uses, from now on."""
        self.scheme = scheme
        self._choose()
        self._apply()

    def set_text_percent(self, percent: int) -> None:
        """Text size between 80 and 200 per cent; lengths grow with it."""
        self.text_percent = max(80, min(200, percent))
        self._apply()

    @property
    def is_dark(self) -> bool:
        """Whether the dark colours are in use."""
        return self.tokens.dark

    def px(self, units: float) -> int:
        """A length of the design (at 100 %) in this window's units."""
        return round(units * self.text_percent / 100)

    def font(
        self, size: float = 13, semibold: bool = False, *, medium: bool = False, text: str = ""
    ) -> QFont:
        """The interface font. `size` in design units: 11 meta, 13 body, 15 message, 17 title.

        `text`, when known, lets Chinese words be bold where the only Chinese font has one weight.
        """
        font = QFont()
        font.setFamilies(list(families()))
        font.setPointSizeF(size * self._points_per_unit * self.text_percent / 100)
        if semibold:
            thin = _one_weight() and is_chinese(text or (CJK_SAMPLE if _speaks_chinese() else ""))
            font.setWeight(QFont.Weight.Bold if thin else QFont.Weight.DemiBold)
        elif medium:
            font.setWeight(QFont.Weight.Medium)
        if size >= 15:
            font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 98.8)
        # Figures of one width, so that counts and ages stand in line.
        font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def stylesheet(self) -> str:
        """The application's style sheet in the present colours and lengths."""
        colours = {
            field.name: getattr(self.tokens, field.name).name()
            for field in fields(Tokens)
            if field.name != "dark"
        }
        colours["accent_hover"] = mixed(self.tokens.accent, self.tokens.text, 0.12).name()
        colours["hover"] = mixed(self.tokens.surface, self.tokens.text, 0.05).name()
        colours["raised_hover"] = mixed(self.tokens.raised, self.tokens.text, 0.04).name()
        template = resources.read_text("styles", "desk.qss")
        words = {
            "styles": resources.path("styles").as_posix(),
            "scheme": "dark" if self.tokens.dark else "light",
        }
        return fill(template, colours, self.px, words)

    def palette(self) -> QPalette:
        """Fusion's palette from our tokens (the system's dark mode alone does not reach Fusion)."""
        t = self.tokens
        palette = QPalette()
        roles = {
            QPalette.ColorRole.Window: t.surface,
            QPalette.ColorRole.WindowText: t.text,
            QPalette.ColorRole.Base: t.bg,
            QPalette.ColorRole.AlternateBase: t.surface,
            QPalette.ColorRole.Text: t.text,
            QPalette.ColorRole.PlaceholderText: t.text_3,
            QPalette.ColorRole.Button: t.raised,
            QPalette.ColorRole.ButtonText: t.text,
            QPalette.ColorRole.BrightText: t.error,
            QPalette.ColorRole.Highlight: t.accent,
            QPalette.ColorRole.HighlightedText: t.on_accent,
            QPalette.ColorRole.Accent: t.accent,
            QPalette.ColorRole.Link: t.accent,
            QPalette.ColorRole.LinkVisited: t.accent,
            QPalette.ColorRole.ToolTipBase: t.toast,
            QPalette.ColorRole.ToolTipText: t.toast_text,
            QPalette.ColorRole.Light: t.raised,
            QPalette.ColorRole.Midlight: t.border,
            QPalette.ColorRole.Mid: t.border,
            QPalette.ColorRole.Dark: t.border_strong,
            QPalette.ColorRole.Shadow: t.border_strong,
        }
        for role, colour in roles.items():
            palette.setColor(role, colour)
        for role in (
            QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText,
        ):  # fmt: skip
            palette.setColor(QPalette.ColorGroup.Disabled, role, t.border_strong)
        return palette

    def install(self) -> None:
        """Dress the whole application."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.setStyle("Fusion")
        self._choose()
        self._apply()

    def _choose(self) -> None:
        hints = QGuiApplication.styleHints()
        system_dark = hints.colorScheme() == Qt.ColorScheme.Dark
        dark = system_dark if self.scheme == "system" else self.scheme == "dark"
        tokens = DARK if dark else LIGHT
        wants_contrast = hints.accessibility().contrastPreference()
        if wants_contrast == Qt.ContrastPreference.HighContrast:
            tokens = high_contrast(tokens)
        self.tokens = tokens

    def _apply(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.setPalette(self.palette())
            app.setFont(self.font())
            app.setStyleSheet(self.stylesheet())
        self.changed.emit()

    def _on_hints_changed(self) -> None:
        if self.scheme == "system":
            self._choose()
            self._apply()


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """`one` with `share` (0 to 1) of `other` in it."""
    keep = 1 - share
    return QColor(
        round(one.red() * keep + other.red() * share),
        round(one.green() * keep + other.green() * share),
        round(one.blue() * keep + other.blue() * share),
    )
