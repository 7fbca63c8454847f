"""One exhibit: how it stands, what does not fit, its picture, its files, and every entry of its chain."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.casework.carry_views import FileView
from desktop.casework.evidence_chain import ENDS, Custody, CustodyStep, same_person
from desktop.casework.evidence_kind import disagrees, family_of, kind_label
from desktop.casework.evidence_report import entry_words, people, person, signature_words
from desktop.casework.evidence_views import Drawn
from desktop.casework.evidence_words import finding_text, status_text
from desktop.casework.views import RecordView
from desktop.session import Session
from desktop.session.viewing import ViewThread
from desktop.ui.custody_dialog import CustodyDialog
from desktop.ui.files_card import FilesCard
from desktop.ui.kit import Banner, Button, Card, FlowLayout, Label, Living, Panel, StatusPill
from desktop.ui.presenter import SEPARATOR, tone_of
from desktop.ui.theme import current_theme
from i18n import _
from i18n.bidi import isolate, ltr, one_line, strip_isolates
from i18n.formats import number

_LOOKED_AT = 64_000_000  # bytes of a file that a small picture is made of by itself
_PICTURE = 260  # pixels at 100 %
_CHANNEL = "exhibit"
_KEPT = 100  # small pictures


class EntryView(Panel):
    """One entry of a chain: what it says, and who signed it."""

    def __init__(self, place: int, step: CustodyStep, *, marked: bool, parent: QWidget | None = None) -> None:
        super().__init__("sunken", parent)
        words = entry_words(step)
        self.what = Label(f"{number(place)}. {SEPARATOR.join(words)}", "body", "bad" if marked else "", wrap=True)
        self.signature = Label(SEPARATOR.join(filter(None, signature_words(step))), "caption", "muted", wrap=True)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.what)
        self._column.addWidget(self.signature)
        self.setAccessibleName(strip_isolates(self.what.text()))
        self.follow(self._space)

    def _space(self) -> None:
        theme = current_theme()
        self._column.setContentsMargins(theme.space("m"), theme.space("s"), theme.space("m"), theme.space("s"))
        self._column.setSpacing(theme.space("xs"))


class ExhibitPanel(Living, QWidget):
    """Shows one exhibit; empties itself when the desk locks."""

    record_opened = Signal(str)
    report_requested = Signal(str)

    def __init__(self, session: Session, over: QWidget, parent: QWidget | None = None) -> None:
        """`over`: what dialogs open over."""
        super().__init__(parent)
        self._session, self._over = session, over
        self._view: RecordView | None = None
        self._chain: Custody | None = None
        self._asked = 0
        self._thread: ViewThread | None = None
        self._pictures: dict[str, QPixmap] = {}
        self.number = Label("", "h3")
        self.status = StatusPill("", "neutral")
        self.title = Label("", "strong", wrap=True)
        self.facts = Label("", "caption", "muted", wrap=True, selectable=True)
        self.warning, self.findings, self.open = Banner("warn"), Banner("bad"), Banner("info")
        self.open.quiet_clicked.connect(partial(self._step, "declined"))
        self.open.strong_clicked.connect(partial(self._step, "received"))
        self.picture = QLabel()
        self.files = FilesCard(session, over=over, editable=False)
        self.chain = Card()
        self.chain.action.clicked.connect(self._on_report)
        self.entries: list[EntryView] = []
        self.deeds: dict[str, Button] = {
            "transferred": Button("", "secondary", "arrow-left-right"),
            "examined": Button("", "secondary", "search"),
            "sealed": Button("", "secondary", "lock"),
            "unsealed": Button("", "secondary", "lock-open"),
            "returned": Button("", "secondary", "undo-2"),
            "destroyed": Button("", "secondary", "circle-x"),
        }
        self.ends: list[Button] = []
        self._lay_out()
        self.details.clicked.connect(self._on_details)
        for action, button in self.deeds.items():
            button.clicked.connect(partial(self._step, action))
        session.custody_ready.connect(self._on_custody)
        session.locked.connect(self.clear)
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._space)

    def show_exhibit(self, view: RecordView) -> None:
        """Show an exhibit, or the same one as it stands now."""
        if self._view is None or self._view.id != view.id:
            self._chain = None
            self._end_picture()
            self.picture.clear()
            self.picture.hide()
        self._view = view
        self._asked = self._session.ask_custody(view.id, _CHANNEL)
        self.files.show_record(view)
        self._tell()
        self._show_picture()

    def clear(self) -> None:
        """Show nothing; forget what was decrypted."""
        self._view = self._chain = None
        self._end_picture()
        self._pictures.clear()
        self.picture.clear()
        self._keep_entries()
        self._tell()

    def exhibit(self) -> str:
        """Id of the exhibit shown, empty when there is none."""
        return self._view.id if self._view is not None else ""

    def _on_custody(self, asked: int, chain: Custody) -> None:
        if asked == self._asked and self._view is not None and chain.exhibit == self._view.id:
            self._chain = chain
            self._keep_entries()
            self._tell()

    def _keep_entries(self) -> None:
        for entry in self.entries:
            entry.hide()
            entry.deleteLater()
        self.entries = []
        if self._chain is None:
            return
        marked = {finding.step for finding in self._chain.findings}
        for place, step in enumerate(self._chain.steps, 1):
            entry = EntryView(place, step, marked=step.id in marked)
            self.entries.append(entry)
            self.chain.add(entry)

    def _tell(self) -> None:
        view, chain = self._view, self._chain
        self.setVisible(view is not None)
        if view is None or self._session.is_locked():
            return
        fields = {name: str(field.value or "") for name, field in view.fields.items()}
        self.number.setText(ltr(one_line(fields.get("number", ""), 80)))
        self.title.setText(isolate(one_line(fields.get("title", ""), 200)))
        code = chain.status if chain is not None else fields.get("custody_status", "")
        declared = self._session.types.field("exhibit", "custody_status")
        self.status.set_state(status_text(code), tone_of(declared, code))
        self.status.setVisible(bool(code))
        self.facts.setText("\n".join(self._facts(fields, chain)))
        kind = fields.get("content", "")
        self.warning.set_text(
            _("The name says another kind of file than the content, which is: {kind}.").format(kind=kind_label(kind))
        )
        self.warning.setVisible(bool(kind) and any(disagrees(one.name, kind) for one in self._files()))
        self.findings.set_text("\n".join(finding_text(one) for one in chain.findings) if chain else "")
        self.findings.setVisible(chain is not None and bool(chain.findings))
        self._tell_open(chain)
        self._tell_deeds(chain)
        self.details.setText(_("All details"))
        self.chain.set_title(_("Chain of custody"))
        self.chain.set_action(_("Custody report…"))

    def _facts(self, fields: dict[str, str], chain: Custody | None) -> list[str]:
        holders = people(chain.holders) if chain is not None else person(fields.get("holder", ""))
        lines = [(_("Held by"), holders)]
        seal = chain.seal if chain is not None else fields.get("seal", "")
        lines.append((_("Seal number"), ltr(one_line(seal, 80)) if seal else ""))
        lines.append((_("Kept at"), isolate(one_line(fields.get("storage", ""), 120))))
        content = fields.get("content", "")
        lines.append((_("Kind of file by its content"), kind_label(content) if content else ""))
        lines.append(("SHA-256", ltr(fields.get("sha256", "")[:64])))
        return [_("{name}: {value}").format(name=name, value=value) for name, value in lines if value]

    def _tell_open(self, chain: Custody | None) -> None:
        given = chain.open if chain is not None else None
        self.open.setVisible(given is not None)
        if given is None:
            return
        own = self._session.identity()
        if given.author.mine:
            words = _("Handed over. It is open until {person} confirms.").format(
                person=person(given.to_holder, given.to_ministry)
            )
            self.open.set_text(words)
            self.open.set_actions(_("Take back…"))
        elif same_person(given.to_holder, own.officer) and given.to_ministry in ("", own.ministry):
            words = _("{person} has handed this over to you. Confirm it once you hold it.").format(
                person=person(given.author.officer, given.author.ministry)
            )
            self.open.set_text(words)
            self.open.set_actions(_("Not received…"), _("Confirm receipt…"))
        else:
            words = _("On its way from {giver} to {person}, who has not confirmed it yet.").format(
                giver=person(given.author.officer, given.author.ministry),
                person=person(given.to_holder, given.to_ministry),
            )
            self.open.set_text(words)
            self.open.set_actions()

    def _tell_deeds(self, chain: Custody | None) -> None:
        names = {
            "transferred": _("Hand over…"),
            "examined": _("Examined…"),
            "sealed": _("Seal…"),
            "unsealed": _("Open the seal…"),
            "returned": _("Return…"),
            "destroyed": _("Destroyed…"),
        }
        own = self._session.identity()
        mine = chain is not None and any(same_person(each, own.officer) for each in chain.holders)
        free = chain is not None and mine and chain.open is None and chain.status not in ENDS
        forked = chain is not None and len(chain.heads) > 1
        sealed = chain is not None and bool(chain.seal)
        for action, button in self.deeds.items():
            button.setText(names[action])
            fits = sealed if action == "unsealed" else not sealed if action in ("sealed", "examined") else True
            button.setVisible(bool(free and fits and not forked))
        self._tell_ends(chain if forked else None)

    def _tell_ends(self, chain: Custody | None) -> None:
        """Of a chain with two ends: which of the two entries counts is for a person to say."""
        for button in self.ends:
            button.hide()
            button.deleteLater()
        self.ends = []
        steps = {step.id: place for place, step in enumerate(chain.steps, 1)} if chain is not None else {}
        for head in chain.heads if chain is not None else ():
            button = Button(_("Entry {n} counts…").format(n=number(steps[head])), "secondary", "git-compare")
            button.clicked.connect(partial(self._step, "examined", head))
            self.ends.append(button)
            self._flow.addWidget(button)

    def _step(self, action: str, previous: str = "") -> None:
        if self._view is not None:
            CustodyDialog(self._session, self._view, action, self._over, previous=previous or "").open()

    def _on_report(self) -> None:
        if self._view is not None:
            self.report_requested.emit(self._view.id)

    def _on_details(self) -> None:
        if self._view is not None:
            self.record_opened.emit(self._view.id)

    def _files(self) -> list[FileView]:
        return [row.file for row in self.files.rows if row.file is not None]

    def _show_picture(self) -> None:
        """A small picture of the first file that has one, made beside the window."""
        if self._view is None or self._thread is not None or not self.picture.pixmap().isNull():
            return
        kind = self._view.fields.get("content")
        family = family_of(str(kind.value or "")) if kind is not None else "other"
        file = next((each for each in self._files() if each.here and each.size <= _LOOKED_AT), None)
        if family not in ("image", "pdf") or file is None:
            return
        if file.id in self._pictures:
            self._set_picture(self._pictures[file.id])
            return
        self._thread = self._session.view_file(self._view.id, file.id)
        if self._thread is not None:
            self._thread.drawn.connect(self._on_drawn)
            self._thread.refused.connect(self._on_refused)
            self._thread.start()
            self._thread.draw(0, int(current_theme().px(_PICTURE) * self.devicePixelRatioF()))

    def _on_drawn(self, drawn: Drawn) -> None:
        image = QImage(drawn.pixels, drawn.width, drawn.height, 4 * drawn.width, QImage.Format.Format_RGB32)
        pixmap = QPixmap.fromImage(image.copy())
        pixmap.setDevicePixelRatio(self.devicePixelRatioF())
        if len(self._pictures) >= _KEPT:
            self._pictures.clear()
        self._pictures[drawn.file] = pixmap
        if any(each.id == drawn.file for each in self._files()):  # another exhibit may be in view by now
            self._end_picture()
            self._set_picture(pixmap)

    def _on_refused(self, code: str, params: dict[str, object]) -> None:
        if self._thread is None or params.get("file") not in {each.name for each in self._files()}:
            return
        self._end_picture()
        self.findings.set_text(self._session.message(code, params))
        self.findings.show()

    def _set_picture(self, pixmap: QPixmap) -> None:
        self.picture.setPixmap(pixmap)
        self.picture.setAccessibleName(_("Small picture of the file"))
        self.picture.show()

    def _end_picture(self) -> None:
        thread, self._thread = self._thread, None
        if thread is not None:
            self._session.end_view(thread)

    def _lay_out(self) -> None:
        self.details = Button("", "link")
        head = QHBoxLayout()
        head.addWidget(self.number)
        head.addWidget(self.status)
        head.addStretch(1)
        head.addWidget(self.details)
        self._deeds = QWidget()
        self._flow = FlowLayout(self._deeds)
        for button in self.deeds.values():
            self._flow.addWidget(button)
        self._column = QVBoxLayout(self)
        self._column.addLayout(head)
        for widget in (self.title, self.open, self.findings, self.warning, self.picture, self.facts, self._deeds):
            self._column.addWidget(widget)
        self._column.addWidget(self.files)
        self._column.addWidget(self.chain)
        self.picture.hide()

    def _space(self) -> None:
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(current_theme().space("m"))
