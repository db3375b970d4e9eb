from typing import Self

from host.kernel.errors import DomainError, Refused


class SignInRefused(DomainError):
    """Name or password is wrong, the account is disabled or locked: one sentence for all of them."""

    status = 401

    @classmethod
    def of(cls, failures: int, lock_minutes: int) -> Self:
        """With the lock of this installation: after ``failures`` tries in a row, for ``lock_minutes``."""
        return cls(f"账号或密码不正确，或该账号已暂时锁定。连续输错 {failures} 次将锁定 {lock_minutes} 分钟。")


class WeakPassword(Refused):
    """The password breaks the policy (R156); the message says which part."""


class AccountExists(DomainError):
    message = "该登录名已被使用"
