"""Password hashes: argon2 for new ones; Django's PBKDF2 of imported users is verified and then replaced."""

import base64
import hashlib
import hmac
from functools import cache

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

__all__ = ["hash_password", "verify_password"]

PBKDF2 = "pbkdf2_sha256"
MOST_ITERATIONS = 5_000_000


@cache
def _argon2() -> PasswordHash:
    return PasswordHash((Argon2Hasher(),))


def hash_password(password: str) -> str:
    """An argon2id hash with its parameters and salt."""
    return _argon2().hash(password)


def verify_password(password: str, kept: str) -> tuple[bool, str | None]:
    """Whether the password fits the kept hash, and a better hash to keep instead, if there is one.

    An empty or unknown hash fits nothing; the time spent does not tell which users there are.
    """
    if kept.startswith(f"{PBKDF2}$"):
        good = _verify_pbkdf2(password, kept)
        return good, hash_password(password) if good else None
    try:
        return _argon2().verify_and_update(password, kept)
    except UnknownHashError:
        hash_password(password)
        return False, None


def _verify_pbkdf2(password: str, kept: str) -> bool:
    try:
        _, rounds, salt, wanted = kept.split("$")
        iterations = int(rounds)
    except ValueError:
        return False
    if not 0 < iterations <= MOST_ITERATIONS:
        return False
    made = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), iterations)
    return hmac.compare_digest(base64.b64encode(made).decode(), wanted)
