"""Secrets at rest (⚿): one provider for encryption and look-up, and the masks that pages show instead.

Software alone does not pass a cryptographic assessment (密评): an installation with a certified device puts its
own ``Provider`` in place of ``SoftwareProvider``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask, current_app

from host.kernel.errors import DomainError

_NONCE, _TAG = 12, 16
_FIRST_KEY = 1


class Unreadable(DomainError):
    """The stored secret does not open: another key wrote it, or it was tampered with."""

    status = 409
    message = "加密内容无法解读，请联系系统管理员核对密钥"


class Provider(Protocol):
    """What the platform asks of a cryptographic device (密码机) or of the software in its place."""

    def encrypt(self, text: str, *, context: str) -> bytes:
        """Ciphertext of ``text``; ``context`` (such as ``person:R1:phone``) must be given again to read it."""

    def decrypt(self, sealed: bytes, *, context: str) -> str:
        """The text; raises Unreadable for a foreign key, another context or changed bytes."""

    def blind_index(self, text: str, *, purpose: str) -> bytes:
        """A keyed hash (检索值) of 32 bytes: equal texts of one purpose have equal ones."""


class SoftwareProvider:
    """SM4-GCM and HMAC-SM3 by ``cryptography``, with keys derived from the installation's secret (HKDF-SM3).

    The first byte of a ciphertext names its key: ``secrets`` maps key numbers to secrets and ``newest`` writes, so
    that old rows stay readable while they are written anew. The nonce is a keyed hash of context and text: the same
    text in the same place gives the same bytes, so an import sees in SQL what has changed, and no nonce is ever
    used for two texts.
    """

    def __init__(self, secrets: Mapping[int, str], *, newest: int) -> None:
        self._newest = newest
        self._sealing = {number: _derived(secret, "seal", 16) for number, secret in secrets.items()}
        self._nonces = HMAC(_derived(secrets[newest], "nonce", 32), SM3())
        self._index = HMAC(_derived(secrets[newest], "blind index", 32), SM3())

    def encrypt(self, text: str, *, context: str) -> bytes:
        place, plain = context.encode(), text.encode()
        nonce = _digest(self._nonces, len(place).to_bytes(4, "big") + place + plain)[:_NONCE]
        encryptor = Cipher(algorithms.SM4(self._sealing[self._newest]), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(place)
        return bytes([self._newest]) + nonce + encryptor.update(plain) + encryptor.finalize() + encryptor.tag

    def decrypt(self, sealed: bytes, *, context: str) -> str:
        key = self._sealing.get(sealed[0]) if len(sealed) > _NONCE + _TAG else None
        if key is None:
            raise Unreadable
        nonce, body, tag = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE : -_TAG], sealed[-_TAG:]
        decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(context.encode())
        try:
            return (decryptor.update(body) + decryptor.finalize()).decode()
        except InvalidTag as wrong:
            raise Unreadable from wrong

    def blind_index(self, text: str, *, purpose: str) -> bytes:
        return _digest(self._index, f"{purpose}\0{text}".encode())


def _derived(secret: str, purpose: str, length: int) -> bytes:
    return HKDF(algorithm=SM3(), length=length, salt=None, info=f"lvzhi {purpose}".encode()).derive(secret.encode())


def _digest(keyed: HMAC, message: bytes) -> bytes:
    one = keyed.copy()
    one.update(message)
    return one.finalize()


def provider(app: Flask | None = None) -> Provider:
    """The provider of the running platform, made once from ``settings.secret_key``."""
    extensions = (app or current_app).extensions
    if "crypto" not in extensions:
        extensions["crypto"] = SoftwareProvider({_FIRST_KEY: extensions["settings"].secret_key}, newest=_FIRST_KEY)
    return cast(Provider, extensions["crypto"])


def masked_id_no(number: str) -> str:
    """``371302198001010015`` → ``3713**********0015``; what is too short to mask shows nothing."""
    return _masked(number, 4, 4)


def masked_phone(number: str) -> str:
    """``16012345678`` → ``160****5678``."""
    return _masked(number, 3, 4)


def _masked(text: str, head: int, tail: int) -> str:
    hidden = len(text) - head - tail
    return f"{text[:head]}{'*' * hidden}{text[-tail:]}" if hidden > 0 else "*" * len(text)
