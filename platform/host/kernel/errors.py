"""Errors a person can be told about; anything else is a bug and gives 500."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Self


class DomainError(Exception):
    """A rule of the domain was broken. ``message`` is shown to the person as it is."""

    status: ClassVar[int] = 409
    message: ClassVar[str] = "操作未完成"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.message)

    def __str__(self) -> str:
        return str(self.args[0])


class NotPermitted(DomainError):
    """The actor lacks the permission, or the thing lies outside the actor's scope."""

    status = 403
    message = "您没有此项操作权限"


class NotFound(DomainError):
    """There is no such thing, or none that the actor may know of: the answer is the same."""

    status = 404
    message = "没有找到，或不在您的管理范围内"


class Refused(DomainError):
    """What was handed in cannot be accepted; the message says where and what to do."""

    status = 422
    message = "提交的内容有误"
    #: What is said beside which field of the form, by the field's name.
    at: Mapping[str, str] = MappingProxyType({})

    def beside(self, at: Mapping[str, str]) -> Self:
        self.at = dict(at)
        return self


class KeyReused(DomainError):
    """A request key came again with another body (nothing was written)."""

    status = 409
    message = "同一提交编号已用于另一份内容，请刷新页面后重新提交"
