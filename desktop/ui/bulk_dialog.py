"""Changes one field of many records: field and value, a preview of every record, progress, and one undo of it all."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHeaderView, QProgressBar, QTableView, QVBoxLayout, QWidget

from desktop.casework.bulk import BulkOrder, BulkPlan, BulkProgress, Mode
from desktop.casework.record_types import Field
from desktop.casework.validation import InvalidValue, describe, validate
from desktop.session import Session
from desktop.ui.bulk_preview import PreviewModel
from desktop.ui.desk_dialog import DeskDialog
from desktop.ui.editors import Editor, make_editor
from desktop.ui.kit import Button, DropDown, Label, announce
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.formats import number

_WAIT_MS = 250  # after a key, before the preview
_HEIGHT = 260  # pixels of the preview at 100 %
_MODES: tuple[Mode, ...] = ("add", "remove", "set")


class BulkDialog(DeskDialog):
    """The preview follows what is chosen; the button says how many records would be written."""

    def __init__(
        self, session: Session, ids: Sequence[str], types: Sequence[str], parent: QWidget | None = None
    ) -> None:
        """`types`: of the records, whose common fields can be chosen."""
        super().__init__(session, parent, Button("", "primary"), width=760)
        self._ids = list(ids)
        self._plan: BulkPlan | None = None
        self._asked = self._whole = 0
        self._running = self._done = False
        self._editor: Editor | None = None
        self.fields = common_fields(session, types)
        self.field_box, self.mode_box = DropDown(), DropDown()
        self._captions = [Label("", "caption", "muted") for _each in range(2)]
        self._holder = QWidget()
        self._place = QVBoxLayout(self._holder)
        self._place.setContentsMargins(0, 0, 0, 0)
        self.summary = Label("", "body", wrap=True)
        self.model = PreviewModel(session.message, self)
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setWordWrap(False)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        self.progress = QProgressBar()
        self.progress.hide()
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_WAIT_MS)
        self._wait.timeout.connect(self.preview)
        self.lay_out(
            [
                self._captions[0],
                self.field_box,
                self._captions[1],
                self.mode_box,
                self._holder,
                self.summary,
                self.table,
                self.progress,
            ],
            grows=self.table,
        )
        for field in self.fields:
            self.field_box.addItem(field.label, field.name)
        self.field_box.currentIndexChanged.connect(self._on_field)
        self.mode_box.currentIndexChanged.connect(self._wait.start)
        session.bulk_planned.connect(self._on_planned)
        session.bulk_progressed.connect(self._on_progressed)
        session.bulk_ended.connect(self._on_ended)
        self._bind()
        self._on_field()

    def field(self) -> Field:
        """The field that is chosen."""
        return self.fields[self.field_box.currentIndex()]

    def editor(self) -> Editor:
        """What the value is typed or chosen in."""
        if self._editor is None:
            raise RuntimeError
        return self._editor

    def mode(self) -> Mode:
        """Whether elements are added, removed, or take the place of all others."""
        return _MODES[self.mode_box.currentIndex()] if self.field().merge == "set" else "set"

    def preview(self) -> None:
        """Ask what the order would do."""
        if self._running or self._done:
            return
        self._plan = None
        self.button.setEnabled(False)
        try:
            value = validate(self.field(), self.editor().value())
        except InvalidValue as wrong:
            self.summary.setText(describe(wrong))
            return
        self.problem.hide()
        if value in (None, "", ()) and self.field().merge == "set":
            self.summary.setText(_("Choose what to add, to remove or to put in place."))
            return
        self._asked = self.session.ask_bulk(self._ids, BulkOrder(self.field().name, value, self.mode()), "dialog")

    def submit(self) -> None:
        """Write what the preview shows; afterwards, close."""
        if self._done:
            self.accept()
        elif self._plan is not None and self.session.start_bulk(self._plan):
            self._running, self._whole = True, len(self._plan.changing)
            self.progress.setRange(0, self._whole)
            self.progress.setValue(0)
            self.progress.show()
            for widget in (self.field_box, self.mode_box, self._holder, self.button):
                widget.setEnabled(False)
            self._retell()

    def reject(self) -> None:
        """Stop the work, or close."""
        if self._running:
            self.session.stop_bulk()
            if not self.session.is_locked():
                return
        super().reject()

    def done(self, result: int) -> None:
        """Hear no more of the session: what is closed is about to be deleted."""
        self.session.locked.disconnect(self.reject)
        super().done(result)

    def _on_field(self) -> None:
        if self._editor is not None:
            self._place.removeWidget(self._editor)
            self._editor.hide()
            self._editor.deleteLater()
        self._editor = editor = make_editor(self.field())
        self._place.addWidget(editor)
        editor.set_names(self.field().label)
        editor.show_value(None)
        editor.typed.connect(self._wait.start)
        editor.committed.connect(self._on_committed)
        for widget in (self._captions[1], self.mode_box):
            widget.setVisible(self.field().merge == "set")
        self._wait.start()

    def _on_committed(self, value: object) -> None:
        if self.field().merge == "set":
            self.editor().show_value(value)
        self._wait.start()

    def _on_planned(self, request: int, plan: BulkPlan) -> None:
        if request != self._asked or self._running:
            return
        self._plan = plan
        self.model.show_plan(plan)
        self.button.setEnabled(bool(plan.changing))
        self._retell()
        announce(self.summary, self.summary.text())

    def _on_progressed(self, part: BulkProgress) -> None:
        if self._running:
            self.progress.setValue(part.done)

    def _on_ended(self, written: int, passed: int) -> None:
        if not self._running:
            return
        self._running, self._done = False, True
        words = ngettext("{n} record was changed.", "{n} records were changed.", written).format(n=number(written))
        if passed:
            some = ngettext(
                "{n} was passed over: somebody wrote there meanwhile.",
                "{n} were passed over: somebody wrote there meanwhile.",
                passed,
            )
            words = f"{words} {some.format(n=number(passed))}"
        if written < self._whole - passed:
            words = " ".join((words, _("The rest was left as it was.")))
        self.summary.setText(" ".join((words, _("One undo takes all of it back."))))
        self.progress.hide()
        self.button.setEnabled(True)
        self.button.setFocus()
        self._retell()
        announce(self.summary, self.summary.text())

    def _retell(self) -> None:
        plan = self._plan
        changing = len(plan.changing) if plan else 0
        if self._done:
            self.button.setText(_("Close"))
        else:
            words = ngettext("Change {n} record", "Change {n} records", changing)
            self.button.setText(words.format(n=number(changing)))
        self.cancel_button.setText(_("Stop") if self._running else _("Cancel"))
        self.cancel_button.setVisible(not self._done)
        if plan is not None and not self._done:
            refused, same = len(plan.refused), len(plan.rows) - changing - len(plan.refused)
            parts = [ngettext("{n} changes", "{n} change", changing).format(n=number(changing))]
            if refused:
                parts.append(ngettext("{n} is refused", "{n} are refused", refused).format(n=number(refused)))
            if same:
                parts.append(ngettext("{n} is as wanted", "{n} are as wanted", same).format(n=number(same)))
            self.summary.setText(" · ".join(parts))

    def _bind(self) -> None:
        count = len(self._ids)
        self.bind(
            self.name,
            lambda: ngettext("Change {n} chosen record", "Change {n} chosen records", count).format(n=number(count)),
        )
        self.bind(self._captions[0].setText, lambda: _("Field"))
        self.bind(self._captions[1].setText, lambda: _("What to do"))
        self.bind(self.field_box.setAccessibleName, lambda: _("Field"))
        self.bind(self.mode_box.setAccessibleName, lambda: _("What to do"))
        self.bind(self.table.setAccessibleName, lambda: _("What would change"))
        for words in (_("Add these"), _("Remove these"), _("Put these in place of all")):
            self.mode_box.addItem(words)
        self.bind(lambda _text: self._retell(), str)
        self.follow(lambda: self.table.setMinimumHeight(current_theme().px(_HEIGHT)))


def common_fields(session: Session, types: Sequence[str]) -> list[Field]:
    """Fields that all of the types have, of one kind, and that can be written for many records at once."""
    known = [found for name in types if (found := session.types.get(name)) is not None]
    if not known:
        return []
    return [
        field
        for field in known[0].fields.values()
        if field.merge != "text"
        and field.kind not in ("reference", "file", "coordinates")
        and not field.stepped
        and field.role not in ("title", "reference")
        and all(_is_alike(field, each.fields.get(field.name)) for each in known)
    ]


def _is_alike(field: Field, other: Field | None) -> bool:
    return other is not None and (other.kind, other.list) == (field.kind, field.list)
