"""Passwords: Argon2id at the cost that the morning peak can pay, and the policy of R156."""

from __future__ import annotations

import re
import secrets
from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from host.auth.errors import WeakPassword

#: 19 MiB, two passes, one lane (OWASP's minimum): 86 sign-ins a second were measured on two cores.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
MIN_LENGTH = 8
MAX_LENGTH = 128

# Without the letters and digits that people confuse when they copy from paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789"


def hash_password(password: str) -> str:
    return HASHER.hash(password)


def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether the password fits. With no hash the same work is done for nothing, so that time tells nothing."""
    try:
        return HASHER.verify(password_hash or _nobody(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def one_time_password() -> str:
    """Sixteen random characters with upper and lower case and a digit (over 90 bits)."""
    while True:
        password = "".join(secrets.choice(_ALPHABET) for _ in range(16))
        if _classes(password) >= 3:
            return password


def check_password(password: str, *, login_name: str) -> None:
    """Raises WeakPassword unless: 8–128 characters, three of four classes, not well known, not the name (R156)."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise WeakPassword(f"密码长度应为 {MIN_LENGTH} 至 {MAX_LENGTH} 个字符")
    if _classes(password) < 3:
        raise WeakPassword("密码应包含大写字母、小写字母、数字、符号中的至少三类")
    lowered = password.casefold()
    if login_name.casefold() in lowered or lowered in _well_known() or _stem(lowered) in _well_known():
        raise WeakPassword("密码过于常见或包含登录名，请换一个")


def _classes(password: str) -> int:
    patterns = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")
    return sum(re.search(pattern, password) is not None for pattern in patterns)


def _stem(password: str) -> str:
    """``Password123!`` → ``password``: a well-known word with a tail is well known."""
    return re.sub(r"[\d\W_]+$", "", password)


@cache
def _well_known() -> frozenset[str]:
    text = files("host.auth").joinpath("well_known_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line.strip().casefold() for line in text.splitlines() if line.strip())


@cache
def _nobody() -> str:
    return HASHER.hash(secrets.token_urlsafe(24))
