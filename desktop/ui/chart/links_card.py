"""The card «Links» of a case's summary: its best linked subject and what lies around it, as a small picture."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.casework.arrangement import Arrangement
from desktop.casework.graph import FAMILIES, Graph
from desktop.casework.graph_layout import STEP_X, STEP_Y, Points
from desktop.casework.views import ListRow, RecordView
from desktop.session import Session
from desktop.ui.chart.painter import ChartPainter, Lit, paint_ground
from desktop.ui.chart.picture import EMPTY, Picture, draw
from desktop.ui.chart.view_port import ViewPort
from desktop.ui.kit import Card, Label, Living
from desktop.ui.slices import Slices
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.bidi import strip_isolates
from i18n.formats import number

AROUND = 6  # neighbours of the middle one
_LARGE = 2_000  # records from which the picture is left to the chart


class SmallChart(Living, QWidget):
    """A picture that a click opens."""

    pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._painter = ChartPainter()
        self._middle = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.follow(self._on_look)

    def show_picture(self, picture: Picture, middle: str) -> None:
        """Show it; screen readers hear the names in it."""
        self._painter.show(picture)
        self._middle = middle
        self.setAccessibleName(strip_isolates(", ".join(spot.label for spot in picture.spots.values())))
        self.update()

    def sizeHint(self) -> QSize:
        """As high as the picture needs."""
        return QSize(current_theme().px(320), current_theme().px(230))

    def minimumSizeHint(self) -> QSize:
        """Any width."""
        return QSize(current_theme().px(120), self.sizeHint().height())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the chart."""
        if self.rect().contains(event.position().toPoint()):
            self.pressed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it whole."""
        painter = QPainter(self)
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        paint_ground(painter, QRectF(self.rect()), current_theme())
        port = ViewPort()
        port.mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        port.size = self.size().toSizeF()
        port.fit(self._painter.picture.places.values(), most=current_theme().scale)
        self._painter.paint(painter, port, Lit(frozenset({self._middle}), line_words=False))

    def _on_look(self) -> None:
        self._painter.forget()
        self.updateGeometry()
        self.update()


class LinksCard(Card):
    """Read beside the window; in a large case it only says how many there are."""

    chart_requested = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._session = session
        self._asked = 0
        self._view: RecordView | None = None
        self.chart = SmallChart()
        self.words = Label("", "body", "muted", wrap=True)
        self._slices = Slices(self)
        self.add(self.chart)
        self.add(self.words)
        self.body.addStretch(1)
        self.chart.hide()
        self.chart.pressed.connect(self.chart_requested)
        self.action.clicked.connect(self.chart_requested)
        session.records_ready.connect(self._on_rows)
        session.locked.connect(self.forget)
        self.bind(lambda _text: self._tell(), str)

    def show_record(self, view: RecordView) -> None:
        """Show the links of a case."""
        if self._view is None or self._view.id != view.id:
            self.forget()
        self._view = view
        counts = self._session.family_counts(view.space)
        self._tell()
        if counts.get("link", 0) and sum(counts.values()) <= _LARGE:
            self._asked = self._session.ask_records(view.space, FAMILIES, f"links card {id(self)}")
        else:
            self._show(EMPTY, "")

    def forget(self) -> None:
        """Show nothing."""
        self._asked, self._view = 0, None
        self._show(EMPTY, "")

    def _on_rows(self, request: int, rows: list[ListRow]) -> None:
        if request == self._asked:
            self._slices.start(lambda: self._show(*small_picture(Graph(rows))))

    def _show(self, picture: Picture, middle: str) -> None:
        self.chart.show_picture(picture, middle)
        self.chart.setVisible(bool(picture.spots))
        self.words.setVisible(not picture.spots)

    def _tell(self) -> None:
        self.set_title(_("Links"))
        self.set_action(_("Open the chart"))
        links = 0
        if self._view is not None and not self._session.is_locked():
            links = self._session.family_counts(self._view.space).get("link", 0)
        count = ngettext("{n} link", "{n} links", links).format(n=number(links))
        self.words.setText(count if links else _("No links yet. Add one from the chart."))


def small_picture(graph: Graph) -> tuple[Picture, str]:
    """The best linked node in the middle and its neighbours around it; nothing if nothing is linked."""
    ranked = graph.ranked()
    middle = ranked[0] if ranked else ""
    if not middle or not graph.beside[middle]:
        return EMPTY, ""
    around = [node for node in ranked if node in graph.beside[middle]][:AROUND]
    places: Points = {middle: (0.0, 0.0)}
    for turn, node in enumerate(around):
        angle = math.pi * (2 * turn + 1) / max(2, len(around))
        places[node] = (math.cos(angle) * STEP_X * 1.25, math.sin(angle) * STEP_Y * 1.05)
    picture = draw(graph, Arrangement(places, frozenset(graph.nodes.keys() - places.keys())))
    # How much more there is belongs to the chart.
    return picture._replace(spots={node: spot._replace(more=0) for node, spot in picture.spots.items()}), middle
