"""What one box finds, and why: the field of each record that holds what was typed, and the words around it."""

from __future__ import annotations

import msgspec

from desktop.casework.record_types import RecordType
from desktop.casework.views import Hit, Query
from desktop.store.context import Context
from desktop.store.listing import Listing, parse_name
from desktop.store.projection import elements_of
from i18n.folding import EXTRAS, fold, fold_words, stem
from sync.merge import RecordState, decode_state

AROUND = 60  # characters on either side of what was found
MOST_HITS = 60
_LONGEST = 4_000  # characters of a text that are looked at one by one


class Finding:
    """Answers the box that looks everywhere."""

    def __init__(self, context: Context, listing: Listing) -> None:
        self._database = context.database
        self._types = context.types
        self._listing = listing

    def find(self, text: str, limit: int = MOST_HITS, query: Query | None = None) -> list[Hit]:
        """At most `limit` of the newest records that hold every word of a text, each with the reason.

        `query` narrows it to what that asks for.
        """
        wanted = Wanted(text)
        asked = msgspec.structs.replace(query or Query(type=""), text=text, limit=max(1, min(limit, MOST_HITS)))
        stands = self._listing.merges.stands()
        hits: list[Hit] = []
        for row in self._listing.rows(self._listing.query(asked)):
            known = self._types.get(row.type)
            field, excerpt = wanted.reason(self._state(row.id), known) if known is not None else ("", "")
            hits.append(Hit(row, field, excerpt, stands.get(row.id, "")))
        return hits

    def _state(self, record: str) -> RecordState:
        return decode_state(
            self._database.value("SELECT state_of(n, state) FROM records WHERE name = ?", (parse_name(record) or b"",))
        )


class Wanted:
    """What was typed, as the fields of a record are compared with it."""

    def __init__(self, text: str) -> None:
        words, _, extras = fold(text).partition(EXTRAS)
        self._words = [stem(word) for word in words.split()]
        joined = words.replace(" ", "")
        self._joined = {*extras.split(), joined} if any(each.isdigit() for each in joined) else set()

    def reason(self, state: RecordState, known: RecordType) -> tuple[str, str]:
        """The first field that holds all of it and the text around it; both empty where none does by itself."""
        for field in known.fields.values():
            if not field.searched:
                continue
            if field.merge == "text":
                text = state.texts.get(field.name)
                values = [text.plain] if text else []
            elif field.merge == "set":
                values = elements_of(state.sets.get(field.name, {}))
            else:
                values = [str(one.value) for one in state.registers.get(field.name, ()) if one.value is not None]
            for value in values:
                if self.is_in(value):
                    return field.name, self.around(value)
        return "", ""

    def is_in(self, value: str) -> bool:
        """Whether a value holds every word, or the number or code in another spelling."""
        words, _, extras = fold(value.replace(EXTRAS, " ")).partition(EXTRAS)
        tokens = [*words.split(), *extras.split()]
        if not self._joined.isdisjoint({*tokens, words.replace(" ", "")}):
            return True
        return all(any(_begins(token, word) for token in tokens) for word in self._words)

    def around(self, value: str) -> str:
        """The part of a value where the first of the words stands."""
        if len(value) <= 2 * AROUND:
            return value
        start = 0
        for piece in value[:_LONGEST].split():
            at = value.index(piece, start)
            start = at + len(piece)
            if any(_begins(token, word) for token in fold_words(piece).split() for word in self._words):
                first = max(0, at - AROUND)
                shown = value[first : at + 2 * AROUND - (at - first)]
                return f"{'…' if first else ''}{shown.strip()}…"
        return f"{value[: 2 * AROUND].strip()}…"


def _begins(token: str, word: str) -> bool:
    return token.startswith(word) or stem(token).startswith(word)
