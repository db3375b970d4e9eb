"""Who may do what, and on which rows: one decorator for views, one question for operations.

A *permission* answers "may this role at all", a *scope* answers "on which rows" (design §5, R162). An actor holds
grants (role × scope); deny is the default everywhere.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property, wraps
from typing import Any, ParamSpec, TypeVar

from flask import g

from host.kernel.errors import NotPermitted

P = ParamSpec("P")
R = TypeVar("R")


class ScopeKind(enum.Enum):
    """What a grant reaches: a region with all its units, a unit with its subtree, a section, or oneself."""

    REGION = "region"
    UNIT = "unit"
    SECTION = "section"
    SELF = "self"

    @property
    def label(self) -> str:
        return {"region": "区划", "unit": "单位及下属", "section": "科室", "self": "本人"}[self.value]


class Role(StrEnum):
    """角色: who somebody is on the platform (dictionary §9)."""

    STAFF = "staff"
    SECTION_HEAD = "section_head"
    LEADER_IN_CHARGE = "leader_in_charge"
    UNIT_CLERK = "unit_clerk"
    UNIT_HEAD = "unit_head"
    OFFICE_CLERK = "office_clerk"
    OFFICE_REVIEWER = "office_reviewer"
    ASSESSOR = "assessor"
    INSPECTOR = "inspector"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"

    @property
    def label(self) -> str:
        """The word people see."""
        return ROLE_LABELS[self]


ROLE_LABELS = {
    Role.STAFF: "工作人员",
    Role.SECTION_HEAD: "科室负责人",
    Role.LEADER_IN_CHARGE: "分管领导",
    Role.UNIT_CLERK: "单位经办人",
    Role.UNIT_HEAD: "单位负责人",
    Role.OFFICE_CLERK: "编办经办",
    Role.OFFICE_REVIEWER: "编办复核",
    Role.ASSESSOR: "年终考核人员",
    Role.INSPECTOR: "核查人员",
    Role.SYSTEM_ADMIN: "系统管理员",
    Role.SECURITY_ADMIN: "安全管理员",
    Role.AUDIT_ADMIN: "审计管理员",
}

#: For how long a password counts as just given.
FRESH = timedelta(minutes=5)

#: Roles whose sessions end after a short idle time.
PRIVILEGED = frozenset(Role) - {Role.STAFF, Role.SECTION_HEAD, Role.LEADER_IN_CHARGE, Role.UNIT_HEAD}


@dataclass(frozen=True, kw_only=True)
class Grant:
    """One role in one scope. Of the three ids the one that ``kind`` names is set; SELF sets none."""

    role: Role
    kind: ScopeKind
    region_code: str | None = None
    unit_id: int | None = None
    section_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Actor:
    """On whose behalf something happens: a signed-in account, or the platform itself (``SYSTEM``)."""

    account_id: int | None
    display_name: str
    person_id: int | None = None
    grants: tuple[Grant, ...] = ()
    session_id: int | None = None
    ip: str | None = None
    must_change_password: bool = False
    #: when the password was last given in this session; None: not in any
    confirmed_at: datetime | None = field(default=None, compare=False)
    permission_map: dict[Role, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def permissions(self) -> frozenset[str]:
        """All that some grant of the actor allows somewhere."""
        return frozenset().union(*(self._of(grant) for grant in self.grants))

    def grants_for(self, permission: str) -> tuple[Grant, ...]:
        """The grants that carry ``permission``: their scopes together are where it holds."""
        return tuple(grant for grant in self.grants if permission in self._of(grant))

    def may(self, permission: str) -> bool:
        """Whether the actor holds ``permission`` anywhere."""
        return permission in self.permissions

    def require(self, permission: str) -> None:
        """Raises NotPermitted unless the actor holds ``permission`` somewhere."""
        if not self.may(permission):
            raise NotPermitted

    @property
    def role_title(self) -> str:
        """The Chinese names of the actor's roles, the highest first."""
        seen = sorted({grant.role for grant in self.grants}, key=lambda role: -list(Role).index(role))
        return "、".join(role.label for role in seen)

    def _of(self, grant: Grant) -> frozenset[str]:
        return self.permission_map.get(grant.role, frozenset())


#: Scheduled and background work that no person asked for.
SYSTEM = Actor(account_id=None, display_name="系统")


def scope_prefix(code: str) -> str:
    """The start of all codes inside the division: ``371300`` → ``3713``, ``371302`` → itself."""
    return code[:4] if len(code) == 6 and code.endswith("00") else code


@dataclass(frozen=True)
class Access:
    """What a view asks of who comes: a permission, only a sign-in, or nothing."""

    kind: str  # "permission" | "signed_in" | "public" | "machine"
    permission: str | None = None
    #: whether the password must have been given anew
    fresh: bool = False


def requires(permission: StrEnum, *, fresh: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only holders of ``permission`` reach the view; others get 403.

    ``fresh``: their password must have been given within FRESH besides (security row 12).
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            actor = current_actor()
            actor.require(permission)
            if fresh:
                require_fresh(actor)
            return view(*args, **kwargs)

        return _declare(guarded, Access("permission", str(permission), fresh))

    return decorate


def require_fresh(actor: Actor) -> None:
    """Raises NotConfirmed unless the actor gave the password within FRESH: a session left open is not enough."""
    if actor.confirmed_at is None or datetime.now(UTC) - actor.confirmed_at > FRESH:
        raise NotConfirmed


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """The view is for everybody who is signed in (their own things only)."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        current_actor()
        return view(*args, **kwargs)

    return _declare(guarded, Access("signed_in"))


def public(view: Callable[P, R]) -> Callable[P, R]:
    """The view is open to everybody; there are few of these and a test names them."""
    return _declare(view, Access("public"))


def machine(view: Callable[P, R]) -> Callable[P, R]:
    """The view checks a business system's own key itself; no person's session reaches it."""
    return _declare(view, Access("machine"))


def declared_access(view: Callable[..., Any]) -> Access | None:
    """What the view declared, or None: such a view is not served at all."""
    return getattr(view, "declared_access", None)


def current_actor() -> Actor:
    """The signed-in actor of this request; raises NotSignedIn otherwise."""
    actor: Actor | None = g.get("actor")
    if actor is None:
        raise NotSignedIn
    return actor


class NotConfirmed(NotPermitted):
    """The password was given too long ago: a page asks for it and leads back, an API call gets 403."""

    message = f"此项操作须先确认密码（{FRESH.seconds // 60} 分钟内有效）"


class NotSignedIn(NotPermitted):
    """Nobody is signed in: a page leads to the sign-in form, an API call gets 401."""

    status = 401
    message = "请先登录"


def merge_permission_maps(maps: Iterable[dict[Role, frozenset[str]]]) -> dict[Role, frozenset[str]]:
    """One map of role → permissions out of those that the systems declare."""
    merged: dict[Role, frozenset[str]] = {role: frozenset() for role in Role}
    for permission_map in maps:
        for role, permissions in permission_map.items():
            merged[role] |= {str(permission) for permission in permissions}
    return merged


def roles_with(permission_map: Mapping[Role, frozenset[str]], permission: str) -> frozenset[Role]:
    """The roles that carry ``permission``, by what a system declares."""
    return frozenset(role for role, held in permission_map.items() if permission in held)


def _declare(view: Callable[P, R], access: Access) -> Callable[P, R]:
    view.declared_access = access  # type: ignore[attr-defined]
    return view
