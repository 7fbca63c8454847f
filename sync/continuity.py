"""A ministry's continuity key in shares: two of three holders together restore it, one alone learns nothing.

Shares are SLIP-39 word lists (32 bytes in 33 words, with a checksum that finds up to three wrong words): people keep
them on paper and read them out. The key's own public half, named in the directory, proves a restored key.
"""

from __future__ import annotations

from itertools import combinations

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics

from sync.keys import ContinuityKey
from sync.wire.errors import Malformed

HOLDERS = 3
NEEDED = 2
KEY_BYTES = 32
MAX_SHARE = 1_024  # characters of one share's words


def split(key: ContinuityKey) -> list[str]:
    """Return one share a holder, in words. Every pair was tried before they are given out."""
    shares = list(generate_mnemonics(1, [(NEEDED, HOLDERS)], key.secret)[0])
    for pair in combinations(shares, NEEDED):
        if join(list(pair)) != key:
            raise RuntimeError("shares that do not give their key")
    return shares


def join(shares: list[str]) -> ContinuityKey:
    """Restore the key from the shares of two holders. Raises Malformed for words that are wrong or do not belong."""
    if any(len(share) > MAX_SHARE for share in shares):
        raise Malformed("a share has 33 words")
    try:
        secret = combine_mnemonics([" ".join(share.lower().split()) for share in shares])
    except (MnemonicError, ValueError) as error:
        raise Malformed("the shares do not fit each other, or a word is wrong") from error
    if len(secret) != KEY_BYTES:
        raise Malformed("shares of something else")
    return ContinuityKey(secret)
