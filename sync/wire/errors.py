"""What can be wrong with bytes that arrived, whoever sent them."""

from __future__ import annotations


class WireError(Exception):
    """Something received does not hold. `code` names it on the wire and in catalogues."""

    code = "wire"


class Malformed(WireError):
    """Bytes that are not what the format says: wrong type, wrong length, out of range, too many."""

    code = "malformed"


class BadSignature(WireError):
    """A signature that does not verify, or a key that must not be used."""

    code = "bad_signature"


class UnknownSuite(WireError):
    """A version or cipher suite that this build does not speak."""

    code = "unknown_suite"


class BrokenChain(WireError):
    """An entry or segment that does not follow the one before it."""

    code = "broken_chain"


class NotEntitled(WireError):
    """Signed by somebody who had no right to."""

    code = "not_entitled"


class BadProof(WireError):
    """A path through the server's log that leads nowhere."""

    code = "bad_proof"
