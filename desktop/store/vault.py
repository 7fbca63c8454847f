"""The vault: the random key of a home's database, wrapped by the passphrase and a secret in the system's keyring.

`vault.json` holds no secret: parameters of Argon2id, a salt, a random id of the home and the wrapped key. The wrapping
key is HMAC-SHA256 under Argon2id(passphrase) of the home's id and the keyring's secret; every parameter is associated
data of the wrapping, so that none can be changed without its showing. The database is never re-keyed: a new passphrase
wraps the same key again, together with a new secret of the keyring, so that an old copy of the file and the old
passphrase open nothing any more. Each secret has the number of its generation; the file says which one it needs.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import hmac
import os
import secrets
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import msgspec
from nacl import bindings, exceptions

from desktop.files import sync_folder, write_private
from desktop.store.core_files import forbid_core_files
from desktop.store.errors import (
    KeyringMissing,
    NoStore,
    StoreError,
    StoreExists,
    StoreFull,
    StoreReadOnly,
    StoreTooNew,
    VaultDamaged,
    WeakPassphrase,
    WrongPassphrase,
)
from desktop.store.keyring_secret import SecretPlace

VAULT_FILE = "vault.json"
VERSION = 1
KEY_BYTES = 32
SALT_BYTES = 16
MIB = 1 << 20
MAX_FILE = 4096  # bytes of vault.json
MAX_GENERATION = 1 << 31
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

NO_KEYRING: Final = "no_keyring"  # the notice of a vault that only a passphrase protects
MIN_CHARACTERS = 10  # of a passphrase beside a keyring
MIN_CHARACTERS_ALONE = 24  # of a passphrase alone, unless it is made of words
MIN_WORDS_ALONE = 6
MIN_WORD = 3  # characters of a word that counts

FLOOR_MEMORY, CEILING_MEMORY = 64 * MIB, 2048 * MIB
FLOOR_MEMORY_ALONE = 512 * MIB
FLOOR_PASSES, CEILING_PASSES = 2, 16


class Cost(msgspec.Struct, frozen=True):
    """Work of Argon2id (one lane): passes over `memory` bytes."""

    passes: int
    memory: int


COST = Cost(3, 256 * MIB)
COST_ALONE = Cost(3, 512 * MIB)


class DataKey(msgspec.Struct, frozen=True):
    """The unwrapped key of a database, in memory while the desk is unlocked, and what the screens say of it."""

    key: bytes
    home_id: str
    notice: Literal["", "no_keyring"]

    def __repr__(self) -> str:
        """Never show secrets."""
        return "DataKey(…)"


class _VaultFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    home_id: str
    kdf: Literal["argon2id"]
    passes: int
    memory: int
    salt: bytes
    keyring: bool
    nonce: bytes
    wrapped: bytes
    generation: int = 0  # of the keyring's secret

    def bound(self) -> bytes:
        """Everything but the wrapping itself, as associated data."""
        return msgspec.json.encode(
            (self.version, self.home_id, self.kdf, self.passes, self.memory, self.salt, self.keyring, self.generation)
        )

    @property
    def secret(self) -> str:
        """The name of its secret in the keyring."""
        return secret_name(self.home_id, self.generation)


def exists(home: Path) -> bool:
    """Whether a vault was made in this home."""
    return (home / VAULT_FILE).exists()


def create(home: Path, passphrase: str, place: SecretPlace, cost: Cost | None = None) -> DataKey:
    """Make a home's vault and return its new key. Raises WeakPassphrase, StoreExists, StoreReadOnly, StoreFull.

    `cost` is for tests, which cannot wait; a vault that was made with less than the floor only opens with it.
    """
    if exists(home):
        raise StoreExists
    forbid_core_files()
    home_id = secrets.token_hex(16)
    with translate_os_errors():
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        home.chmod(0o700)
        check_passphrase(passphrase, keyring=True)  # before anything is kept
        secret = place.write(home_id)
        try:
            check_passphrase(passphrase, keyring=secret is not None)
            key = DataKey(secrets.token_bytes(KEY_BYTES), home_id, "" if secret is not None else NO_KEYRING)
            _write(home, key, passphrase, secret, cost)
        except BaseException:
            place.forget(home_id)
            raise
    return key


def unlock(home: Path, passphrase: str, place: SecretPlace, cost: Cost | None = None) -> DataKey:
    """Return a home's key. Raises NoStore, VaultDamaged, KeyringMissing, WrongPassphrase. Takes about a second."""
    forbid_core_files()
    vault = _read(home, cost)
    secret = place.read(vault.secret) if vault.keyring else None
    wrapping = _wrapping_key(passphrase, secret, vault)
    try:
        key = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(vault.wrapped, vault.bound(), vault.nonce, wrapping)
    except exceptions.CryptoError as error:
        raise WrongPassphrase from error
    _tidy(home, vault, place)
    return DataKey(key, vault.home_id, "" if vault.keyring else NO_KEYRING)


def change_passphrase(home: Path, old: str, new: str, place: SecretPlace, cost: Cost | None = None) -> DataKey:
    """Wrap the same key under a new passphrase and a new secret; exactly one of the two passphrases opens at any time.

    The new secret is kept first, then the file takes the old one's place in one step, then the old secret goes. Raises
    what `unlock` raises, WeakPassphrase, KeyringMissing (the keyring keeps nothing new), StoreFull, StoreReadOnly.
    """
    key = unlock(home, old, place, cost)
    check_passphrase(new, keyring=True)  # before anything is kept
    generation = _read(home, cost).generation + 1
    name = secret_name(key.home_id, generation)
    secret = place.write(name)
    changed = DataKey(key.key, key.home_id, "" if secret is not None else NO_KEYRING)
    try:
        if secret is None and key.notice != NO_KEYRING:
            raise KeyringMissing("it keeps nothing new")
        check_passphrase(new, keyring=secret is not None)
        with translate_os_errors():
            _write(home, changed, new, secret, cost, generation=generation)
    except BaseException as error:
        if _read(home, cost).generation != generation:
            place.forget(name)
            raise
        if not isinstance(error, StoreError):
            raise
        return changed  # the file has its name; the folder would not be flushed, so the old secret stays for now
    if os.name == "posix":  # elsewhere nobody knows that the name is on the disk: the next unlocking does it
        _retire(home, changed.home_id, place, generation)
    return changed


def _tidy(home: Path, vault: _VaultFile, place: SecretPlace) -> None:
    """Take away what a change of the passphrase left when it was cut: drafts, and the secret before."""
    with contextlib.suppress(OSError):
        for draft in home.glob(f".{VAULT_FILE}.*"):
            draft.unlink()
    if vault.generation:
        _retire(home, vault.home_id, place, vault.generation)


def _retire(home: Path, home_id: str, place: SecretPlace, generation: int) -> None:
    """Remove the secret of the passphrase before, once the file that needs another is certainly on the disk."""
    with contextlib.suppress(OSError):
        sync_folder(home)
        place.forget(secret_name(home_id, generation - 1))


def read_generation(home: Path) -> tuple[str, int]:
    """The home's id and the generation of its secret, as far as the file can be read; else an empty id."""
    try:
        with (home / VAULT_FILE).open("rb") as stream:
            vault = msgspec.json.decode(stream.read(MAX_FILE), type=_VaultFile)
    except (OSError, msgspec.DecodeError, ValueError):
        return "", 0
    honest = len(vault.home_id) == 32 and 0 <= vault.generation < MAX_GENERATION
    return (vault.home_id, vault.generation) if honest else ("", 0)


def secret_name(home_id: str, generation: int) -> str:
    """The name in the keyring of a home's secret."""
    return f"{home_id}.{generation}" if generation else home_id


def check_passphrase(passphrase: str, *, keyring: bool) -> None:
    """Raise WeakPassphrase unless a new passphrase is long enough; without a keyring it has to be longer."""
    text = _prepared(passphrase).strip()
    if keyring:
        if len(text) < MIN_CHARACTERS:
            raise WeakPassphrase(f"at least {MIN_CHARACTERS} characters")
        return
    words = {word for word in text.replace("-", " ").split() if len(word) >= MIN_WORD}
    if len(text) < MIN_CHARACTERS_ALONE and len(words) < MIN_WORDS_ALONE:
        raise WeakPassphrase(f"at least {MIN_WORDS_ALONE} different words or {MIN_CHARACTERS_ALONE} characters")


@contextlib.contextmanager
def translate_os_errors() -> Iterator[None]:
    """Turn what the file system refuses into errors of the store."""
    try:
        yield
    except OSError as error:
        raise (StoreFull if error.errno in _FULL else StoreReadOnly)(type(error).__name__) from error


def _write(
    home: Path, key: DataKey, passphrase: str, secret: bytes | None, cost: Cost | None, *, generation: int = 0
) -> None:
    chosen = cost or (COST if secret is not None else COST_ALONE)
    draft = _VaultFile(
        VERSION,
        key.home_id,
        "argon2id",
        chosen.passes,
        chosen.memory,
        secrets.token_bytes(SALT_BYTES),
        secret is not None,
        secrets.token_bytes(bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES),
        b"",
        generation,
    )
    wrapped = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
        key.key, draft.bound(), draft.nonce, _wrapping_key(passphrase, secret, draft)
    )
    data = msgspec.json.encode(msgspec.structs.replace(draft, wrapped=wrapped))
    write_private(home / VAULT_FILE, msgspec.json.format(data, indent=2) + b"\n")


def _read(home: Path, cost: Cost | None) -> _VaultFile:
    try:
        with (home / VAULT_FILE).open("rb") as stream:
            data = stream.read(MAX_FILE + 1)
    except FileNotFoundError as error:
        raise NoStore from error
    except OSError as error:
        raise VaultDamaged(type(error).__name__) from error
    try:
        vault = msgspec.json.decode(data, type=_VaultFile)
    except (msgspec.DecodeError, ValueError) as error:
        raise VaultDamaged("not a vault") from error
    if msgspec.json.decode(data) != msgspec.to_builtins(vault):  # a bit that base64 passes over
        raise VaultDamaged("not as it was written")
    if vault.version > VERSION:
        raise StoreTooNew(f"vault version {vault.version}")
    floor = FLOOR_MEMORY if vault.keyring else FLOOR_MEMORY_ALONE
    honest = FLOOR_PASSES <= vault.passes <= CEILING_PASSES and floor <= vault.memory <= CEILING_MEMORY
    if (
        vault.version != VERSION
        or not 0 <= vault.generation < MAX_GENERATION
        or not (honest or cost == Cost(vault.passes, vault.memory))
    ):
        raise VaultDamaged("parameters out of bounds")
    sizes = (len(vault.salt), len(vault.nonce), len(vault.wrapped))
    if sizes != (SALT_BYTES, 24, KEY_BYTES + 16) or len(vault.home_id) != 32:
        raise VaultDamaged("lengths out of bounds")
    return vault


def _wrapping_key(passphrase: str, secret: bytes | None, vault: _VaultFile) -> bytes:
    try:
        stretched = bindings.crypto_pwhash_alg(
            KEY_BYTES,
            _prepared(passphrase).encode("utf-8", "surrogatepass"),
            vault.salt,
            vault.passes,
            vault.memory,
            bindings.crypto_pwhash_ALG_ARGON2ID13,
        )
    except (exceptions.CryptoError, RuntimeError, MemoryError) as error:
        raise VaultDamaged("not enough memory for the vault's parameters") from error
    message = b"tahaluf/1/vault\0" + vault.home_id.encode() + b"\0" + (secret or b"")
    return hmac.digest(stretched, message, hashlib.sha256)


def _prepared(passphrase: str) -> str:
    """NFC with plain spaces (RFC 8265, OpaqueString), so that another keyboard gives the same passphrase."""
    spaced = "".join(" " if unicodedata.category(each) == "Zs" else each for each in passphrase)
    return unicodedata.normalize("NFC", spaced)
