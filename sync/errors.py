"""Failures of the way to the server and of a desk's sync; people read them through one place in the desktop."""

from __future__ import annotations


class SyncError(Exception):
    """A sync could not go on. `code` is stable and has a text in five languages; nothing typed is lost by it."""

    code = "sync"
    retry = True  # whether trying again later may help without anybody doing something

    def __init__(self, detail: str = "", *, retry_after_s: float = 0.0) -> None:
        """`detail` is for diagnostics and holds no case data; `retry_after_s` is what the server asked for."""
        super().__init__(detail)
        self.detail = detail
        self.retry_after_s = retry_after_s


class NoConnection(SyncError):
    """No answer: no network, no server, connection cut."""

    code = "no_connection"


class Cancelled(NoConnection):
    """The call was cut on this side: locked, closed, or the connection switched off."""


class WrongAddress(SyncError):
    """The server's address in the profile or the settings is not one that may be called."""

    code = "wrong_address"
    retry = False


class TooSlow(SyncError):
    """The server answered too slowly."""

    code = "too_slow"


class WrongCertificate(SyncError):
    """The server's TLS certificate does not verify."""

    code = "wrong_certificate"
    retry = False


class Redirected(SyncError):
    """The server sent us elsewhere; we do not follow."""

    code = "redirected"
    retry = False


class BadReply(SyncError):
    """An answer that is not what the protocol says: garbage, truncated, wrong type."""

    code = "bad_reply"


class TooLarge(SyncError):
    """An answer larger than the protocol allows; reading stopped at the limit."""

    code = "too_large"


class Refused(SyncError):
    """The server refused, with a problem document. `code` is the problem's own."""

    retry = False

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        status: int = 0,
        retry_after_s: float = 0.0,
    ) -> None:
        """`code` and `detail` come from the problem document, cut to sane lengths."""
        super().__init__(detail, retry_after_s=retry_after_s)
        self.code = code
        self.status = status
        self.retry = status in (429, 500, 502, 503, 504, 507)


class NotEnrolled(SyncError):
    """The server does not know this device: its administrator has not enrolled it yet."""

    code = "not_enrolled"


class Revoked(SyncError):
    """Our own ministry's directory says that this device is trusted no more: it neither sends nor takes anything."""

    code = "revoked"
    retry = False


class RevokedUnproven(SyncError):
    """The server says that this device is revoked, and shows no entry of its ministry's directory that says so."""

    code = "revoked_unproven"


class ServerRewound(SyncError):
    """The server's history of a space is not the one this desk has seen."""

    code = "server_rewound"
    retry = False
