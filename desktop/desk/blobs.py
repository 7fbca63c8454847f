"""Evidence files of a desk: attached to records, opened from them, listed. They move beside the sync (desk.moving)."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable, Iterator
from io import FileIO
from pathlib import Path
from typing import NamedTuple

import msgspec

from desktop.casework.attachments import Attachment, clean_name, read_reference, write_reference
from desktop.casework.carry_views import BlobMove, FileView
from desktop.desk.edits import Changed, DeskEdits
from desktop.desk.moving import named, view, waits
from desktop.desk.undo import Step
from desktop.refusals import Refused
from desktop.store.blobs import BlobEntry, Blobs
from sync.blobs import BlobDamaged
from sync.wire.errors import Malformed

KIND = "file"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
Tell = Callable[[int], None]  # hears how many bytes are done; what it raises ends the work, and nothing is left of it


class FilePlace(NamedTuple):
    """Where a file of a record goes."""

    space: bytes
    record: str
    field: str


class _Source(FileIO):
    """A file that is being attached: that it cannot be read (any more) is no failure of the home."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read. Raises Refused (file_unreadable)."""
        try:
            return super().read(-1 if size is None else size) or b""
        except OSError as wrong:
            raise Refused("file_unreadable", path=str(self.name)) from wrong


class DeskFiles(DeskEdits):
    """The part of a desk that keeps files. Raises Refused, StoreError; whatever is raised, nothing half is left."""

    @property
    def blobs(self) -> Blobs:
        """The sealed files of this home."""
        return Blobs(self._connection.context, self._store.home)

    def attach(self, record: str, path: Path) -> Changed:
        """Seal a file into the home and name it in a record. It is sent after the text. Raises also UnknownRecord."""
        place = self.file_place(record)
        return self.name_file(place, seal_file(self.blobs, place, path))

    def file_place(self, record: str) -> FilePlace:
        """Where a file of a record goes. Raises Refused (no_files_here, what keeps one from writing), UnknownRecord."""
        field = self._file_field(record)
        space = self._connection.reads.standing(record).space
        self.check_writer(space.hex())
        return FilePlace(space, record, field)

    def name_file(self, place: FilePlace, file: Attachment) -> Changed:
        """Name a sealed file in its record; where that is refused, the sealed file goes too."""
        try:
            return self.add_element(place.record, place.field, write_reference(file))
        except BaseException:
            self.blobs.drop(file.blob.id)
            raise

    def files(self, record: str) -> list[FileView]:
        """The files of a record, by name."""
        blobs = self.blobs
        found = [_file(record, field, each, blobs.entry(each.blob.id)) for field, each in self._attachments(record)]
        return sorted(found, key=lambda each: (each.name, each.id))

    def fetch_file(self, record: str, file: str) -> FileView:
        """Ask for a file of a record, by its id or name, so that it is fetched when it can be."""
        space = self._connection.reads.standing(record).space
        found = self.attachment(record, file)
        entry = self.blobs.want(found.blob, space, record, found.name)
        return _file(record, "", found, entry)

    def stop_fetching(self, record: str, file: str) -> None:
        """Ask for a file no longer; what is here of it stays, and is not fetched again. Raises Refused."""
        blobs = self.blobs
        entry = blobs.entry(self.attachment(record, file).blob.id)
        if entry is not None and not entry.here:
            blobs.update(msgspec.structs.replace(entry, wanted=False))

    def remove_file(self, record: str, file: str) -> Changed:
        """Take a file out of a record, by its id: an edit that undo takes back; what is here of it stays for that.

        It is not sent any more, if it was not. Raises Refused, UnknownRecord.
        """
        shown = self.show(record)
        for name, field in shown.fields.items():
            for element in field.elements:
                found = read_reference(element)
                if found is not None and found.blob.id.hex() == file:
                    return self._step(Step("set", record, shown.type, name, removed=(element,)))
        raise Refused("unknown_file", file=file[:100])

    def open_file(self, record: str, file: str, target: Path, tell: Tell | None = None) -> Path:
        """Write a file that is here to `target`: see `write_file`. Raises Refused (also unknown_file)."""
        return write_file(self.blobs, self.attachment(record, file), target, tell)

    def attachment(self, record: str, file: str) -> Attachment:
        """A file of a record by its id, or else its name: no name passes for another's id. Raises Refused."""
        found = [each for _, each in self._attachments(record)]
        for each in (*(one for one in found if one.blob.id.hex() == file), *(one for one in found if one.name == file)):
            return each
        raise Refused("unknown_file", file=file[:100])

    def drop_file(self, record: str, file: str) -> Changed:
        """Take a file out of its record, off this desk and, once the server is there, off the server. For good.

        The server deletes what this desk's ministry put; desks that fetched it keep theirs. Raises Refused
        (unknown_file, file_not_here where its parts are not known here, what keeps one from writing), UnknownRecord.
        """
        found = self.attachment(record, file)
        blobs = self.blobs
        entry = blobs.entry(found.blob.id)
        if entry is None or not entry.chunks:
            raise Refused("file_not_here", file=found.name)
        field = next(name for name, each in self._attachments(record) if each == found)
        step = Step("set", record, self._type_of(record), field, removed=(write_reference(found),))
        changed = self._take(step)  # an undo would name a file that is nowhere
        blobs.note_drop(entry, blobs.manifest(entry))
        blobs.drop(entry.id)
        return changed

    def moves(self) -> list[BlobMove]:
        """Files on their way, and those that the server refused."""
        blobs = self.blobs
        moving = [each for each in blobs.entries() if waits(each) or each.refused]
        return [view(blobs, each) for each in moving if not each.here or named(self._connection.reads, each)]

    def _attachments(self, record: str) -> list[tuple[str, Attachment]]:
        """The files that a record's sets name, with the name of the field."""
        pairs = [
            (name, read_reference(element))
            for name, field in self.show(record).fields.items()
            if field.merge == "set"
            for element in field.elements
        ]
        return [(name, found) for name, found in pairs if found is not None]

    def _file_field(self, record: str) -> str:
        kind = self.type(self.show(record).type)
        found = next((each.name for each in kind.fields.values() if each.kind == KIND), None)
        if found is None:
            raise Refused("no_files_here", type=kind.name)
        return found


def seal_file(blobs: Blobs, place: FilePlace, path: Path, tell: Tell | None = None) -> Attachment:
    """Seal a file into the home. Raises Refused (file_unreadable, file_too_large), StoreError."""
    name = clean_name(path.name)
    try:
        if not path.is_file():  # a pipe would be waited for
            raise Refused("file_unreadable", path=str(path))
        with _Source(path) as source:
            blob, _ = blobs.seal(source, place.space, place.record, name, tell)
    except OSError as wrong:
        raise Refused("file_unreadable", path=str(path)) from wrong
    except Malformed as wrong:
        raise Refused("file_too_large", path=str(path)) from wrong
    return Attachment(blob, name)


def write_file(blobs: Blobs, file: Attachment, target: Path, tell: Tell | None = None) -> Path:
    """Write the plain text of a file that is here to `target`, which gets its name once all of it was verified.

    Raises Refused: file_not_here, file_damaged (what is here is then fetched again), file_unwritable, file_disk_full.
    """
    parts = read_parts(blobs, file)
    draft = target.with_name(f".tahaluf-{secrets.token_hex(8)}")
    try:
        with draft.open("xb") as stream:
            done = 0
            for part in parts:
                stream.write(part)
                done += len(part)
                if tell is not None:
                    tell(done)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(target)
    except OSError as wrong:
        draft.unlink(missing_ok=True)
        raise Refused("file_disk_full" if wrong.errno in _FULL else "file_unwritable", path=str(target)) from wrong
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return target


def read_parts(blobs: Blobs, file: Attachment) -> Iterator[bytes]:
    """The plain text of a file that is here, part by part; worth nothing unless it ends well (see `sync.blobs`).

    Raises Refused: file_not_here, file_damaged (what is here is then fetched again).
    """
    entry = blobs.entry(file.blob.id)
    if entry is None or not entry.here:
        raise Refused("file_not_here", file=file.name)
    return _plain(blobs, entry, file)


def _plain(blobs: Blobs, entry: BlobEntry, file: Attachment) -> Iterator[bytes]:
    """The parts of a file; what is here and cannot be read is as good as altered."""
    try:
        yield from blobs.open(entry, file.blob)
    except (BlobDamaged, Malformed, OSError) as wrong:
        blobs.damaged(entry)
        raise Refused("file_damaged", file=file.name) from wrong


def _file(record: str, field: str, each: Attachment, entry: BlobEntry | None) -> FileView:
    here, sent, refused = (entry.here, entry.sent, entry.refused) if entry else (False, True, "")
    return FileView(
        each.blob.id.hex(), record, field, each.name, each.blob.size, each.blob.sha256.hex(), here, sent, refused
    )
