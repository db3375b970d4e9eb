from host.kernel.errors import DomainError, Refused


class SignInRefused(DomainError):
    """Name or password is wrong, the account is disabled or locked: one sentence for all of them."""

    status = 401
    message = "账号或密码不正确，或该账号已暂时锁定。连续输错 5 次将锁定 15 分钟。"


class WeakPassword(Refused):
    """The password breaks the policy (R156); the message says which part."""


class AccountExists(DomainError):
    message = "该登录名已被使用"
