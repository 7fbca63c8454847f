"""What the secretariat refuses and how it says so: RFC 9457 problem documents with stable codes."""

from __future__ import annotations

import msgspec

from sync.wire.calls import Problem

# code: (HTTP status, title). The codes are a contract with the desks; docs/running-a-secretariat.md explains each.
PROBLEMS: dict[str, tuple[int, str]] = {
    "malformed": (400, "The request is not what the format says"),
    "bad_signature": (400, "A signature does not verify"),
    "unknown_suite": (400, "This version or cipher suite is not known here"),
    "not_entitled": (403, "Signed by somebody who had no right to"),
    "token_expired": (401, "Authenticate again"),
    "nonce_expired": (401, "Ask for a new challenge"),
    "not_enrolled": (403, "No such device is enrolled, or the signature is not its own"),
    "revoked": (403, "The device's ministry has revoked it; its own directory says so"),
    "not_found": (404, "There is nothing here"),
    "no_such_member": (404, "No such ministry is a member"),
    "method_not_allowed": (405, "Calls are made with POST"),
    "too_slow": (408, "The request took too long to arrive"),
    "broken_chain": (409, "The entries do not follow the ministry's directory"),
    "device_elsewhere": (409, "The device belongs to another ministry"),
    "directory_full": (403, "The ministry's directory has as many entries as it may have here"),
    "too_large": (413, "The request is larger than a call may be"),
    "too_many_changes": (413, "The request holds more changes than a call may"),
    "quota": (429, "The ministry has stored as much as it may"),
    "internal": (500, "The secretariat failed; the fault is recorded"),
    "busy": (503, "Too many desks are waiting"),
    "storage_failed": (503, "The secretariat cannot write to its storage"),
    "storage_full": (507, "The secretariat's storage is full"),
}


class Refusal(Exception):
    """A call that is answered with a problem document. `detail` never holds content of a case."""

    def __init__(self, code: str, detail: str = "", retry_after_s: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail[:300]
        self.retry_after_s = retry_after_s

    @property
    def status(self) -> int:
        """The HTTP status that goes with the code."""
        return PROBLEMS[self.code][0]

    def document(self, at_ms: int) -> bytes:
        """Return the problem document as JSON; `at_ms` is the server's clock."""
        status, title = PROBLEMS[self.code]
        kind = f"urn:tahaluf:problem:{self.code}"
        return msgspec.json.encode(Problem(kind, title, status, self.code, self.detail, at_ms, self.retry_after_s))


class Misuse(Exception):
    """The operator asked for something that cannot be: a bad option, file or folder."""
