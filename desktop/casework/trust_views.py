"""What screens and commands are shown of trust: who belongs to a space, and what somebody did against the rules."""

from __future__ import annotations

import msgspec

from desktop.casework.views import Author


class EvidenceView(msgspec.Struct, frozen=True):
    """One finding. `by`: the device whose signed bytes show it; `about`: whose history was shown in two ways.

    `kind` is one of `sync.evidence.KINDS`; "unknown" for one of a later version.
    """

    id: int
    kind: str
    space: str
    at_ms: int  # when it was found first
    last_ms: int  # and last
    times: int
    seen: bool
    bytes: int
    by: Author | None = None
    about: Author | None = None
    facts: dict[str, int | str] = {}
