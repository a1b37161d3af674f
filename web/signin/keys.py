"""Secrets and what is kept of them: hashes, and what the house key signs or locks away."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Final

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from web.session import settings

KEY_BYTES: Final = 32
SHOWN: Final = 16
"""How much of a hash names a row in addresses: it opens nothing, and 64 bits do not meet."""


def token() -> str:
    """A new secret of 256 bits, as addresses and cookies may carry it."""
    return secrets.token_urlsafe(KEY_BYTES)


def hashed(secret: str) -> str:
    """What is kept of a secret of ours; it has too many bits to be guessed back."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def blurred(text: str) -> str:
    """What is kept of a text that a stranger typed: only this house can tell it again."""
    key = settings().secret_key.encode()
    return hmac.new(key, text.encode(errors="replace"), hashlib.sha256).hexdigest()[:40]


def box(purpose: str) -> Fernet:
    """Locks away what must be read again; a key of its own for each purpose, from the house key."""
    made = HKDF(SHA256(), KEY_BYTES, salt=None, info=f"zhengai {purpose}".encode())
    return Fernet(base64.urlsafe_b64encode(made.derive(settings().secret_key.encode())))
