"""The dialog that takes records from a table: the file, its columns, what every row gives, and then the writing."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSaveFile, QTimer
from PySide6.QtWidgets import QFileDialog, QProgressBar, QWidget

from desktop.casework.csv_import import DELIMITERS, ENCODINGS, mappable, write_refused
from desktop.session import Session
from desktop.session.importing import JudgedTable
from desktop.ui.column_grid import ColumnGrid
from desktop.ui.desk_dialog import DeskDialog
from desktop.ui.kit import Banner, Button, DropDown, Label, announce
from desktop.ui.kit.visibility import show_if
from i18n import _, ngettext
from i18n.bidi import isolate, ltr, one_line, strip_isolates
from i18n.formats import number

_FAMILIES = ("subject", "task", "exhibit", "note", "decision")
_WIDTH = 760  # pixels at 100 %
_COLUMNS = 60  # that can be mapped on screen; the others keep the field that their name gives
_REASONS = 5  # of refused rows that are shown
_SAMPLE = 40  # characters of a first cell
_NAMES = {",": ",", ";": ";", "\t": "Tab", "|": "|"}


class ImportDialog(DeskDialog):
    """Nothing is written before the officer has seen what would be. Stays open until it is done."""

    def __init__(self, session: Session, space: str, parent: QWidget | None = None) -> None:
        super().__init__(session, parent, Button("", "primary", "upload"), width=_WIDTH)
        self._space_id = space
        self._path: Path | None = None
        self._judged: JudgedTable | None = None
        self._writing = False
        self._made_for: tuple[str, tuple[str, ...]] = ("", ())
        self.words = Label("", "body", "muted", wrap=True)
        self.file_button = Button("", "secondary", "file-text")
        self.file_name = Label("", "strong", wrap=True)
        self.types, self.encodings, self.delimiters = DropDown(), DropDown(), DropDown()
        self.ways = ColumnGrid(3, 200)
        for box in (self.types, self.encodings, self.delimiters):
            self.ways.add(box)
        self.columns = ColumnGrid(2, 280)
        self.fields: list[DropDown] = []
        self.summary = Label("", "strong", wrap=True)
        self.reasons = Banner("warn")
        self.bar = QProgressBar()
        self.refused_button = Button("", "secondary", "download")
        self.lay_out(
            [
                self.words,
                self.file_button,
                self.file_name,
                self.ways,
                self.columns,
                self.summary,
                self.reasons,
                self.bar,
            ]
        )
        self._buttons.insertWidget(1, self.refused_button)
        self.reasons.hide()
        self.bar.hide()
        self._fill_ways()
        self.file_button.clicked.connect(self._on_file)
        self.refused_button.clicked.connect(self._on_refused_rows)
        self.types.currentIndexChanged.connect(self._on_way)
        self.encodings.currentIndexChanged.connect(self._on_way)
        self.delimiters.currentIndexChanged.connect(self._on_way)
        session.table_judged.connect(self._on_judged)
        session.table_refused.connect(self._on_refused)
        session.import_told.connect(self._on_told)
        session.imported.connect(self._on_imported)
        self.bind(lambda _text: self._tell(), str)

    def open_file(self, path: Path) -> None:
        """Read a file and judge its rows."""
        self._path = path
        self._judge(None)

    def submit(self) -> None:
        """Write what was not refused."""
        if self._judged is not None and not self._writing:
            self._writing = True
            self.bar.setRange(0, len(self._judged.good))
            self.bar.setValue(0)
            self.bar.show()
            self._tell()
            self.session.import_table(self._type(), self._space_id, self._judged)

    def done(self, result: int) -> None:
        """Give up what runs."""
        self.session.stop_import()
        super().done(result)

    def _type(self) -> str:
        return str(self.types.currentData())

    def _judge(self, mapping: dict[int, str] | None) -> None:
        if self._path is not None:
            self.problem.hide()
            self._judged = None
            self.session.judge_table(
                self._path,
                self._type(),
                mapping,
                str(self.encodings.currentData() or ""),
                str(self.delimiters.currentData() or ""),
            )
            self._tell()

    def _on_file(self) -> None:
        name, _filter = QFileDialog.getOpenFileName(self, _("Choose a table"), "", "CSV (*.csv *.txt *.tsv);;* (*)")
        if name:
            self.open_file(Path(name))

    def _on_way(self, _index: int = 0) -> None:
        self._judge(None)

    def _on_field(self, _index: int = 0) -> None:
        if self._judged is None:
            return
        mapping = dict(self._judged.mapping)
        for column, box in enumerate(self.fields):
            if name := str(box.currentData() or ""):
                mapping[column] = name
            else:
                mapping.pop(column, None)
        self._judge(mapping)

    def _on_judged(self, judged: JudgedTable) -> None:
        self._judged = judged
        self._show_columns(judged)
        self._tell()
        QTimer.singleShot(0, self, self.fit)  # once the new rows have their heights
        announce(self.summary, strip_isolates(self.summary.text()))

    def _on_refused(self, code: str, params: dict[str, object]) -> None:
        self._writing = False
        self.bar.hide()
        self._tell()
        self.show_problem(self.session.message(code, params))

    def _on_told(self, count: int) -> None:
        self.bar.setValue(count)

    def _on_imported(self, _records: object) -> None:
        if self._writing:
            self.accept()

    def _on_refused_rows(self) -> None:
        if self._judged is None:
            return
        name, _filter = QFileDialog.getSaveFileName(self, _("Save the refused rows"), "refused.csv", "CSV (*.csv)")
        file = QSaveFile(name)
        if name and file.open(QSaveFile.OpenModeFlag.WriteOnly):
            file.write(write_refused(self._judged.judged, self._judged.table, _("Line"), _("Reason")))
            if file.commit():
                return
        if name:
            self.show_problem(self.session.message("file_unwritable", {"path": name}))

    def _fill_ways(self) -> None:
        for each in self.session.types.of_family(*_FAMILIES):
            self.types.addItem(each.plural, each.name)
        self.types.setCurrentIndex(max(0, self.types.findData("person")))
        self.encodings.addItem("", "")
        for encoding in ENCODINGS:
            self.encodings.addItem(ltr(encoding.upper()), encoding)
        self.delimiters.addItem("", "")
        for delimiter in DELIMITERS:
            self.delimiters.addItem(ltr(_NAMES[delimiter]), delimiter)

    def _show_columns(self, judged: JudgedTable) -> None:
        """A list of fields for each column, beside its name and its first cell; made anew for other columns only."""
        made_for = (self._type(), judged.table.header)
        if made_for == self._made_for:
            return
        self._made_for = made_for
        self.columns.clear()
        self.fields = []
        record_type = self.session.types[self._type()]
        first = judged.table.rows[0]
        for column, name in enumerate(judged.table.header[:_COLUMNS]):
            sample = isolate(one_line(first[column], _SAMPLE))
            caption = Label("", "body", wrap=True)
            caption.setText(_("{column}: {sample}").format(column=isolate(one_line(name, 60)), sample=sample))
            box = DropDown(strip_isolates(caption.text()))
            box.addItem(_("Leave out"), "")
            for each in mappable(record_type):
                box.addItem(each.label, each.name)
            box.setCurrentIndex(max(0, box.findData(judged.mapping.get(column, ""))))
            box.currentIndexChanged.connect(self._on_field)
            self.fields.append(box)
            self.columns.add(caption)
            self.columns.add(box)

    def _tell(self) -> None:
        self.name(_("Records from a table"))
        self.words.setText(
            _("A CSV file whose first line names its columns. Nothing is written before you have seen what would be.")
        )
        self.file_button.setText(_("Choose a table…"))
        self.file_name.setText(isolate(one_line(self._path.name, 100)) if self._path else "")
        for box, label, none in (
            (self.types, _("Type"), ""),
            (self.encodings, _("Encoding"), _("Encoding: as found")),
            (self.delimiters, _("Separator"), _("Separator: as found")),
        ):
            box.setAccessibleName(label)
            if none:
                box.setItemText(0, none)
        self.refused_button.setText(_("Save the refused rows…"))
        judged = self._judged
        good = len(judged.good) if judged else 0
        refused = [each for each in judged.judged if each.refused] if judged else []
        computed = sum(each.computed for each in judged.judged) if judged else 0
        words = ngettext("Add {n} record", "Add {n} records", good)
        self.button.setText(words.format(n=number(good)))
        self.button.setEnabled(good > 0 and not self._writing)
        self.file_button.setEnabled(not self._writing)
        for part in (self.ways, self.columns):
            part.setEnabled(not self._writing)
        show_if(self.refused_button, bool(refused))
        sentences = []
        if judged is not None:
            sentences.append(ngettext("{n} row can be added.", "{n} rows can be added.", good).format(n=number(good)))
            if refused:
                words = ngettext("{n} row is refused.", "{n} rows are refused.", len(refused))
                sentences.append(words.format(n=number(len(refused))))
            if computed:
                sentences.append(
                    ngettext(
                        "{n} cell looks like a formula. It is kept as text.",
                        "{n} cells look like formulas. They are kept as text.",
                        computed,
                    ).format(n=number(computed))
                )
        elif self._path is not None:
            sentences.append(_("Reading the table…"))
        self.summary.setText(" ".join(sentences))
        self.reasons.set_text(
            "\n".join(
                _("Line {line}: {reason}").format(line=number(each.line), reason=isolate(one_line(each.refused, 300)))
                for each in refused[:_REASONS]
            )
        )
        show_if(self.reasons, bool(refused))
        self.bar.setAccessibleName(_("Records from a table"))
