"""Evidence files of a desk: attached to records, opened from them, listed. They move beside the sync (desk.moving)."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from desktop.casework.attachments import Attachment, clean_name, read_reference, write_reference
from desktop.casework.carry_views import BlobMove, FileView
from desktop.desk.edits import Changed, DeskEdits
from desktop.desk.moving import view, waits
from desktop.refusals import Refused
from desktop.store.blobs import BlobEntry, Blobs
from sync.blobs import BlobDamaged
from sync.wire.errors import Malformed

KIND = "file"


class DeskFiles(DeskEdits):
    """The part of a desk that keeps files. Raises Refused, StoreError; whatever is raised, nothing half is left."""

    @property
    def blobs(self) -> Blobs:
        """The sealed files of this home."""
        return Blobs(self._connection.context, self._store.home)

    def attach(self, record: str, path: Path) -> Changed:
        """Seal a file into the home and name it in a record. It is sent after the text. Raises also UnknownRecord."""
        field = self._file_field(record)
        space = self._connection.reads.standing(record).space
        self.check_writer(space.hex())
        name = clean_name(path.name)
        try:
            with path.open("rb") as source:
                blob, _ = self.blobs.seal(source, space, record, name)
        except OSError as wrong:
            raise Refused("file_unreadable", path=str(path)) from wrong
        except Malformed as wrong:
            raise Refused("file_too_large", path=str(path)) from wrong
        return self.add_element(record, field, write_reference(Attachment(blob, name)))

    def files(self, record: str) -> list[FileView]:
        """The files of a record, by name."""
        blobs = self.blobs
        found = [_file(record, field, each, blobs.entry(each.blob.id)) for field, each in self._attachments(record)]
        return sorted(found, key=lambda each: (each.name, each.id))

    def fetch_file(self, record: str, file: str) -> FileView:
        """Ask for a file of a record, by its id or name, so that it is fetched when it can be."""
        space = self._connection.reads.standing(record).space
        found = self._attachment(record, file)
        entry = self.blobs.want(found.blob, space, record, found.name)
        return _file(record, "", found, entry)

    def open_file(self, record: str, file: str, target: Path, tell: Callable[[int], None] | None = None) -> Path:
        """Write the plain text of a file that is here to `target`, which gets its name once all of it was verified.

        Raises Refused: unknown_file, file_not_here, file_damaged (what is here is then fetched again), file_unwritable.
        """
        found = self._attachment(record, file)
        entry = self.blobs.entry(found.blob.id)
        if entry is None or not entry.here:
            raise Refused("file_not_here", file=found.name)
        draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            with draft.open("xb") as stream:
                done = 0
                for part in self.blobs.open(entry, found.blob):
                    stream.write(part)
                    done += len(part)
                    if tell is not None:
                        tell(done)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(target)
        except (BlobDamaged, Malformed) as wrong:
            draft.unlink(missing_ok=True)
            self.blobs.damaged(entry)
            raise Refused("file_damaged", file=found.name) from wrong
        except OSError as wrong:
            draft.unlink(missing_ok=True)
            raise Refused("file_unwritable", path=str(target)) from wrong
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        return target

    def moves(self) -> list[BlobMove]:
        """Files on their way, and those that the server refused."""
        blobs = self.blobs
        return [view(blobs, each) for each in blobs.entries() if waits(each) or each.refused]

    def _attachment(self, record: str, file: str) -> Attachment:
        for _, found in self._attachments(record):
            if file in (found.blob.id.hex(), found.name):
                return found
        raise Refused("unknown_file", file=file[:100])

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


def _file(record: str, field: str, each: Attachment, entry: BlobEntry | None) -> FileView:
    here, sent, refused = (entry.here, entry.sent, entry.refused) if entry else (False, True, "")
    return FileView(
        each.blob.id.hex(), record, field, each.name, each.blob.size, each.blob.sha256.hex(), here, sent, refused
    )
