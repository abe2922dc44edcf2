"""Icons: Lucide's line drawings (ISC licence) from resources/icons, in the colour asked for.

Drawn from SVG at the screen's own density. This module must not decide which icon means what:
commands and panes do.
"""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from solodesk.base import resources

_STROKE = "1.6"


@lru_cache(maxsize=512)
def _svg(name: str, colour: str) -> bytes:
    text = resources.read_text("icons", f"{name}.svg")
    return (
        text.replace("currentColor", colour)
        .replace('stroke-width="2"', f'stroke-width="{_STROKE}"')
        .encode()
    )


def paint(painter: QPainter, name: str, colour: QColor, box: QRectF) -> None:
    """Draw icon `name` into `box`; FileNotFoundError when there is no such icon."""
    renderer = QSvgRenderer(QByteArray(_svg(name, colour.name())))
    renderer.render(painter, box)


@lru_cache(maxsize=512)
def _pixmap(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    pixmap = QPixmap(round(size * ratio), round(size * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint(painter, name, QColor(colour), QRectF(0, 0, size, size))
    painter.end()
    return pixmap


def pixmap(name: str, colour: QColor, size: int = 16, ratio: float = 1.0) -> QPixmap:
    """Icon `name` as a picture of `size` units at a screen's pixel `ratio` (cached)."""
    return _pixmap(name, colour.name(), size, ratio)


@lru_cache(maxsize=512)
def _icon(name: str, colour: str, size: int) -> QIcon:
    made = QIcon()
    screens = QGuiApplication.screens()
    for ratio in {1.0, *(screen.devicePixelRatio() for screen in screens)}:
        made.addPixmap(_pixmap(name, colour, size, ratio))
    return made


def icon(name: str, colour: QColor, size: int = 16) -> QIcon:
    """Icon `name` in `colour`, for buttons and menus; FileNotFoundError when there is none."""
    return _icon(name, colour.name(), size)
