"""Texts that a home has to keep, and only whoever has the user's key may read.

They are a reader's own notes, such as where it stands in a file, and the names that pseudonyms
stand for. A text is encrypted with the keystream of SHAKE-256 (FIPS 202) over a key and a random
nonce, and then signed with HMAC-SHA-256, each with a key of its own.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from minutebook.privacy.keys import Key

_NONCE_BYTES = 16
_TAG_BYTES = 16


class Seal:
    """Seals texts with a key, and opens them."""

    def __init__(self, key: Key) -> None:
        self._cipher = bytes.fromhex(key.mark("seal", "cipher"))
        self._signing = bytes.fromhex(key.mark("seal", "signature"))

    def close(self, text: str) -> str:
        """Return a text sealed: printable ASCII, another one each time."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        body = nonce + self._crypted(nonce, text.encode("utf-8", "surrogatepass"))
        return urlsafe_b64encode(body + self._tag(body)).decode("ascii")

    def open(self, sealed: str) -> str | None:
        """Return what was sealed; None for what was not sealed so, or with another key."""
        try:
            whole = urlsafe_b64decode(sealed.encode("ascii"))
        except ValueError:
            return None
        body, tag = whole[:-_TAG_BYTES], whole[-_TAG_BYTES:]
        if len(body) < _NONCE_BYTES or not hmac.compare_digest(tag, self._tag(body)):
            return None
        nonce = body[:_NONCE_BYTES]
        return self._crypted(nonce, body[_NONCE_BYTES:]).decode("utf-8", "surrogatepass")

    def _crypted(self, nonce: bytes, data: bytes) -> bytes:
        stream = hashlib.shake_256(self._cipher + nonce).digest(len(data))
        mixed = int.from_bytes(data) ^ int.from_bytes(stream)
        return mixed.to_bytes(len(data))

    def _tag(self, body: bytes) -> bytes:
        return hmac.digest(self._signing, body, "sha256")[:_TAG_BYTES]
