"""Who calls: a challenge that a device signs, and the short token that spares it a signature per call.

Nothing is remembered between calls. A nonce and a token carry their own time and a keyed hash under the
server's secret, so several processes could share the work. Times come from SteadyClock: a machine whose clock
is off by years, or is set back, still issues and ends tokens.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from hashlib import blake2b

from server.clock import SteadyClock
from server.problems import Refusal
from server.settings import Settings
from sync.wire.calls import TOKEN_DOMAIN, ChallengeReply, TokenReply, TokenRequest
from sync.wire.codec import ID_BYTES
from sync.wire.errors import BadSignature
from sync.wire.signing import verify

SECRET_FILE = "secret.key"  # noqa: S105 - its name, not its content
_TIME_BYTES = 8
_MAC_BYTES = 16
_TOKEN_CHARACTERS = 54  # base64 of 40 bytes, without padding


class Gate:
    """Issues and checks nonces and tokens."""

    def __init__(self, secret: bytes, data_epoch: bytes, clock: SteadyClock, settings: Settings) -> None:
        self._secret = secret
        self._data_epoch = data_epoch
        self._clock = clock
        self._settings = settings

    def challenge(self, device: bytes) -> ChallengeReply:
        """Return a nonce for `device`: its time, 8 random bytes, and a keyed hash over them and the device."""
        stamp = self._clock.now_ms().to_bytes(_TIME_BYTES, "big") + secrets.token_bytes(8)
        return ChallengeReply(stamp + self._mac(b"nonce", stamp, device), self._data_epoch)

    def check_answer(self, request: TokenRequest, sign_key: bytes | None) -> None:
        """Refuse a nonce that is not ours or is past, and alike an unknown device (no key) and a wrong signature."""
        stamp, mac = request.nonce[:_MAC_BYTES], request.nonce[_MAC_BYTES:]
        age_ms = self._clock.now_ms() - int.from_bytes(stamp[:_TIME_BYTES], "big")
        genuine = hmac.compare_digest(mac, self._mac(b"nonce", stamp, request.device))
        if not genuine or not 0 <= age_ms <= self._settings.nonce_s * 1_000:
            raise Refusal("nonce_expired")
        if sign_key is None:
            raise Refusal("not_enrolled")
        if self._settings.addresses and request.address not in self._settings.addresses:
            raise Refusal("not_enrolled", "signed for another server")
        message = request.nonce + self._data_epoch + request.device + request.address.encode()
        try:
            verify(sign_key, TOKEN_DOMAIN, message, request.signature)
        except BadSignature:
            raise Refusal("not_enrolled") from None

    def issue(self, device: bytes) -> TokenReply:
        """Return a token: the device, the moment of its end, and a keyed hash over both."""
        end = int(self._clock.now_s()) + self._settings.token_s
        body = device + end.to_bytes(_TIME_BYTES, "big")
        token = urlsafe_b64encode(body + self._mac(b"token", body)).rstrip(b"=").decode()
        return TokenReply(token, self._settings.token_s)

    def device_of(self, header: bytes) -> bytes:
        """Return the device whose token an Authorization header carries; refuses with `token_expired`."""
        scheme, _, text = header.partition(b" ")
        if scheme.lower() != b"bearer" or len(text) != _TOKEN_CHARACTERS:
            raise Refusal("token_expired")
        try:
            token = urlsafe_b64decode(text + b"==")
        except (Base64Error, ValueError):
            raise Refusal("token_expired") from None
        body, mac = token[:-_MAC_BYTES], token[-_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(b"token", body)):
            raise Refusal("token_expired")
        left_s = int.from_bytes(body[ID_BYTES:], "big") - self._clock.now_s()
        if not 0 < left_s <= self._settings.token_s:  # too far ahead: issued before the clock was set back
            raise Refusal("token_expired")
        return body[:ID_BYTES]

    def _mac(self, purpose: bytes, *parts: bytes) -> bytes:
        return blake2b(b"".join(parts), digest_size=_MAC_BYTES, key=self._secret, person=purpose).digest()
