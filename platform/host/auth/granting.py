"""Writes of grants: who gets which role where and until when, and who acts for whom (授权、委托)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from host.auth.models import Account, RoleGrant
from host.auth.reach import ADMINISTRATORS, require_account, require_grantable
from host.kernel.access import ROLE_LABELS, Actor, Role, ScopeKind
from host.kernel.audit import record_change
from host.kernel.db import Model, db
from host.kernel.errors import Refused
from host.kernel.notifications.kinds import register_kind
from host.kernel.notifications.operations import tell
from host.kernel.pages import span
from host.permissions import Permission

#: Roles that their holder may let another act under for a while.
DELEGABLE = frozenset({Role.SECTION_HEAD, Role.LEADER_IN_CHARGE, Role.UNIT_HEAD})
MOST_DELEGATED_DAYS = 92
DELEGATED = register_kind("role.delegated", "代行职责：委托、提前结束", is_obligatory=True)


def grant_role(
    account: Account,
    role: Role,
    *,
    kind: ScopeKind,
    actor: Actor,
    region_code: str | None = None,
    unit_id: int | None = None,
    section_id: int | None = None,
    first: date | None = None,
    last: date | None = None,
) -> RoleGrant:
    """Give ``account`` a role in a scope from ``first`` (today) to ``last`` (no end), both days included.

    Nobody grants to themselves, over more than they govern, or to whose rights reach beyond that (R157, R162):
    raises Refused or NotPermitted. Raises Refused too where the 三员 (system, security, audit administrator) would
    no longer be three people without a business role, and where the account holds the same grant in those days.
    """
    if account.id == actor.account_id:
        raise Refused("不能给自己授权")
    days = _days(first, last)
    held = _held_grants(account)
    require_account(account, actor=actor, permission=Permission.ROLE_GRANT)
    place: dict[str, Any] = {"region_code": region_code, "unit_id": unit_id, "section_id": section_id}
    require_grantable(role, actor=actor, permission=Permission.ROLE_GRANT, **place)
    _check_separation(role, {grant.role for grant in held})
    wanted = RoleGrant(
        account_id=account.id, role=role, scope_kind=kind, valid=days, granted_by=actor.account_id, **place
    )
    for grant in held:
        if _same_place(grant, wanted) and _overlap(grant.valid, days):
            raise Refused("该账号已有相同的授权")
    db.session.add(wanted)
    db.session.flush()  # the scope's check constraint speaks here
    scope: dict[str, Any] = {"region": region_code, "unit": unit_id, "section": section_id, "valid": days}
    record_change(
        wanted, action="role.granted", actor=actor,
        after={"account": account.id, "role": role, "kind": kind, **scope},
    )  # fmt: skip
    return wanted


def grant_named_role(account: Account, role_name: str, *, region_code: str | None, actor: Actor) -> RoleGrant:
    """Grant the role of that name over a region; raises Refused when there is no such role or region."""
    try:
        role = Role(role_name)
    except ValueError as error:
        raise Refused(f"没有角色“{role_name}”，可用：{'、'.join(Role)}") from error
    if region_code is None:
        raise Refused("请用 --region 指定授权的行政区划代码，如 371300")
    regions = Model.metadata.tables["region"].c.code
    if db.session.scalar(select(regions).where(regions == region_code)) is None:
        raise Refused(f"没有行政区划“{region_code}”，请用六位（市、县）或九位（乡镇）代码，如 371300")
    return grant_role(account, role, kind=ScopeKind.REGION, region_code=region_code, actor=actor)


def delegate_role(
    grant: RoleGrant, account: Account, *, first: date, last: date, reason: str, actor: Actor
) -> RoleGrant:
    """Let ``account`` act under ``grant`` from ``first`` to ``last``, both included, while its holder is away (委托).

    The caller has made sure that the actor may decide about ``grant``. Raises Refused: a role that is not delegated,
    a grant that is itself delegated or ends before, no reason, too long a time, somebody who acts in those days
    already, or an account that holds the same rights.
    """
    days = _days(first, last)
    if grant.role not in DELEGABLE or grant.delegated_from_id is not None or grant.revoked_at is not None:
        raise Refused("这项职责不能委托")
    if account.id in {grant.account_id, actor.account_id} or account.is_disabled:
        raise Refused("请委托给其他在用的账号")
    if not reason.strip():
        raise Refused("请说明委托原因")
    if (last - first).days >= MOST_DELEGATED_DAYS:
        raise Refused(f"一次委托最长 {MOST_DELEGATED_DAYS} 天；更长的请由管理员调整授权")
    if not (grant.valid.contains(days)):
        raise Refused("委托的日期超出了本人授权的期限")
    held = _held_grants(account)
    _check_separation(grant.role, {one.role for one in held})
    if any(_same_place(one, grant) and _overlap(one.valid, days) for one in held):
        raise Refused("对方在这些日子已有相同的授权")
    made = RoleGrant(
        account_id=account.id, role=grant.role, scope_kind=grant.scope_kind, region_code=grant.region_code,
        unit_id=grant.unit_id, section_id=grant.section_id, valid=days, granted_by=actor.account_id,
        delegated_from_id=grant.id, reason=reason.strip(),
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError as error:
        if "one_acts_at_a_time" in str(error.orig):
            raise Refused("这些日子已委托给他人，请先结束原来的委托") from error
        raise
    after = {"account": account.id, "from": grant.id, "role": grant.role, "valid": days}
    record_change(made, action="role.delegated", actor=actor, after=after, reason=reason.strip())
    tell(
        DELEGATED,
        accounts=[account.id],
        title=f"{actor.display_name}委托您代行{ROLE_LABELS[grant.role]}职责：{span(first, last)}，{reason.strip()}",
        link="/",
        key=f"role_grant:{made.id}:delegated",
    )
    return made


def end_delegation(grant: RoleGrant, *, actor: Actor) -> None:
    """The absent person is back: nobody acts for them any more. ``grant`` is the delegated one."""
    if grant.delegated_from_id is None:
        raise Refused("这不是一项委托")
    if grant.revoked_at is None:
        grant.revoked_at = datetime.now(UTC)
        record_change(grant, action="role.delegation_ended", actor=actor)
        _tell_ended(grant, actor)


def _tell_ended(grant: RoleGrant, actor: Actor) -> None:
    """Who acted, and who was acted for, know that it is over before its day; not who ended it."""
    holder = db.session.scalar(select(RoleGrant.account_id).where(RoleGrant.id == grant.delegated_from_id))
    for account_id, words in ((grant.account_id, "您代行的"), (holder, "您委托他人代行的")):
        if account_id is not None and account_id != actor.account_id:
            tell(
                DELEGATED,
                accounts=[account_id],
                title=f"{words}{ROLE_LABELS[grant.role]}职责已提前结束",
                link="/",
                key=f"role_grant:{grant.id}:ended",
            )


def revoke_grant(grant: RoleGrant, *, actor: Actor, reason: str) -> None:
    """Take a role away; it is gone at the holder's next request. Raises NotPermitted beyond the actor's reach."""
    if grant.revoked_at is None:
        require_account(db.session.get_one(Account, grant.account_id), actor=actor, permission=Permission.ROLE_GRANT)
        grant.revoked_at = datetime.now(UTC)
        record_change(grant, action="role.revoked", actor=actor, reason=reason)


def administrator_role(account: Account) -> Role | None:
    """The 三员 role that the account holds or will hold, if any."""
    held = {grant.role for grant in _held_grants(account)} & ADMINISTRATORS
    return next(iter(held), None)


def granted_to(account_id: int) -> ColumnElement[bool]:
    """The condition that picks the grants which the account holds today."""
    return (
        (RoleGrant.account_id == account_id)
        & RoleGrant.revoked_at.is_(None)
        & RoleGrant.valid.contains(func.current_date())
    )


def _held_grants(account: Account) -> Sequence[RoleGrant]:
    """Grants that hold today or later. The account is locked: two grants at a time wait for each other here."""
    db.session.execute(select(Account.id).where(Account.id == account.id).with_for_update())
    return db.session.scalars(
        select(RoleGrant).where(
            RoleGrant.account_id == account.id,
            RoleGrant.revoked_at.is_(None),
            func.coalesce(func.upper(RoleGrant.valid), date.max) > func.current_date(),
        )
    ).all()


def _check_separation(role: Role, held: set[Role]) -> None:
    """三员分立 (R157): one of the three stands alone, beside no other role whatsoever."""
    others = held - {role}
    if role in ADMINISTRATORS and others:
        raise Refused(f"{role.label}不能兼任其他角色；该账号已是{'、'.join(sorted(other.label for other in others))}")
    if clash := next(iter(others & ADMINISTRATORS), None):
        raise Refused(f"该账号是{clash.label}，不能再授予其他角色（三员分立）")


def _same_place(one: RoleGrant, other: RoleGrant) -> bool:
    return all(
        getattr(one, name) == getattr(other, name)
        for name in ("role", "scope_kind", "region_code", "unit_id", "section_id")
    )


def _days(first: date | None, last: date | None) -> Range[date]:
    """From ``first`` up to and with ``last``. Raises Refused for days that have passed or run backwards."""
    today = _today()
    begin = first or today
    if begin < today:
        raise Refused("起始日期不能早于今天")
    if last is not None and last < begin:
        raise Refused("截止日期不能早于起始日期")
    return Range(begin, None if last is None else min(last, date.max - timedelta(days=1)) + timedelta(days=1))


def _today() -> date:
    """The database's day: grants begin and end by its clock."""
    return db.session.execute(select(func.current_date())).scalar_one()


def _overlap(one: Range[date], other: Range[date]) -> bool:
    begin = max(one.lower or date.min, other.lower or date.min)
    return begin < min(one.upper or date.max, other.upper or date.max)
