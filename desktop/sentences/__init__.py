"""The sentences of codes, by what they are about. `desktop.messages` is who shows them.

A code has one sentence: what happened, what was kept, what to do. Parameters stand in braces.
"""

from __future__ import annotations

from desktop.sentences import carrying, connection, evidence, passing, records, requests, store, vault
from desktop.sentences.texts import Texts

SENTENCES: Texts = {
    **vault.TEXTS,
    **store.TEXTS,
    **connection.TEXTS,
    **records.TEXTS,
    **requests.TEXTS,
    **carrying.TEXTS,
    **evidence.TEXTS,
    **passing.TEXTS,
}

__all__ = ["SENTENCES", "Texts"]
