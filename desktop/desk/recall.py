"""Taking a record back for good: only who made it, or a colleague, can; every desk destroys what it has of it."""

from __future__ import annotations

import msgspec

from desktop.desk.edits import WRITING_ROLES, Changed, DeskEdits
from desktop.refusals import Refused
from desktop.store import Standing
from sync.changes import MAX_REASON, Recall, RecordEdit


class DeskRecall(DeskEdits):
    """The part of a desk that is about recall."""

    def may_recall(self, record: str) -> bool:
        """Whether this desk can recall a record: its ministry made it, and it stands. Raises UnknownRecord."""
        standing = self._connection.reads.standing(record)
        writes = self._connection.members.role(standing.space.hex()) in WRITING_ROLES
        return writes and not standing.state.recalls and self._proof(standing) is not None

    def recall(self, record: str, reason: str) -> Changed:
        """Recall a record for good: nothing of its content stays here, nor with anybody who hears of it.

        Raises Refused: not_yours_to_recall, recalled, recall_reason, reader_only, no_member.
        """
        words = " ".join(reason.split())
        if not words or len(words) > MAX_REASON:
            raise Refused("recall_reason", limit=MAX_REASON)
        with self._connection.transaction():
            standing = self._connection.reads.standing(record)
            self.check_standing(standing)
            proof = self._proof(standing)
            if proof is None:
                raise Refused("not_yours_to_recall")
            edit = RecordEdit(standing.record, [msgspec.structs.replace(proof, reason=words)])
            changed = self._append(standing.space, edit)
        self._connection.offline.sweep()
        self._connection.recalls.empty_log()
        return changed

    def _proof(self, standing: Standing) -> Recall | None:
        made = [(one.dot.device, one.nonce) for one in standing.state.types]
        return self._connection.recalls.proof(standing.space, standing.record, made)
