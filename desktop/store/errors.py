"""What can go wrong with a home and its store; `code` leads to the text for people, details hold no case data."""

from __future__ import annotations


class StoreError(Exception):
    """The environment failed us, not the code. `code` is stable and has a text in five languages."""

    code = "store"

    def __init__(self, detail: str = "") -> None:
        """`detail` is for diagnostics and holds no case data."""
        super().__init__(detail)
        self.detail = detail


class NoStore(StoreError):
    """The home holds no store yet."""

    code = "no_store"


class StoreExists(StoreError):
    """The home holds a store already; it is never overwritten."""

    code = "store_exists"


class WrongPassphrase(StoreError):
    """The passphrase does not open the vault, or the keyring holds another secret: the two look alike."""

    code = "wrong_passphrase"

    def __init__(self, detail: str = "", *, wait_s: float = 0.0, left: int = 0) -> None:
        """`wait_s`: seconds until the next try; `left`: wrong ones after which the keys are destroyed, 0 for never."""
        super().__init__(detail)
        self.wait_s = wait_s
        self.left = left


class TryLater(StoreError):
    """After several wrong passphrases nothing is tried for a while."""

    code = "try_later"

    def __init__(self, wait_s: float) -> None:
        """`wait_s`: seconds until the next try."""
        super().__init__(f"{wait_s:.0f} s")
        self.wait_s = wait_s


class Erased(StoreError):
    """The keys of this home were destroyed; `reason` is `attempts`, `order` or `officer`, `at_ms` when (Unix)."""

    code = "erased_attempts"

    def __init__(self, reason: str, at_ms: int) -> None:
        """What was said when it was done."""
        super().__init__(reason)
        self.code = f"erased_{reason}"
        self.at_ms = at_ms


class WeakPassphrase(StoreError):
    """A new passphrase is shorter than the policy asks for."""

    code = "weak_passphrase"


class KeyringMissing(StoreError):
    """The vault needs a secret of the system's keyring, and the keyring is locked, absent or has lost it."""

    code = "keyring_missing"


class VaultDamaged(StoreError):
    """vault.json is not what this version writes, or names parameters outside the bounds."""

    code = "vault_damaged"


class StoreFull(StoreError):
    """No room on the disk. What was saved before is safe; the last change was not saved."""

    code = "disk_full"


class DiskFailed(StoreError):
    """The disk did not take or give what was asked of it. What was saved before is safe."""

    code = "disk_error"


class StoreReadOnly(StoreError):
    """The home cannot be written to."""

    code = "read_only"


class HomeReadOnly(StoreReadOnly):
    """The home cannot be written to, and so was not opened at all."""

    code = "home_read_only"


class StoreDamaged(StoreError):
    """The database does not hold together. `where` names the damage; salvage may copy out what verifies."""

    code = "store_damaged"

    def __init__(self, where: str) -> None:
        """`where`: header, page, index, encryption …, in a few words."""
        super().__init__(where)
        self.where = where


class StoreTooNew(StoreError):
    """A newer version of the desk wrote this store."""

    code = "store_too_new"


class StoreBusy(StoreError):
    """Another process holds the store longer than we wait."""

    code = "store_busy"


class Interrupted(StoreError):
    """A query was interrupted because a newer one took its place."""

    code = "interrupted"


class UnknownRecord(StoreError):
    """No record of that id is here."""

    code = "unknown_record"


class OwnChangesMissing(StoreError):
    """Changes of our own were lost here and have to come back from the server before new ones can follow them."""

    code = "own_changes_missing"


class UnknownSpace(StoreError):
    """No space of that id is here, or its key was not granted yet."""

    code = "unknown_space"
