"""Where an administrator's grants reach: whose accounts, and over which places roles may be given (R157, R162).

An account is within reach when its person serves there or one of its grants holds there, and none of its grants
holds beyond: whoever could reset the password of a wider role would have that role. The register's tables are
taken from the metadata, as this part lies below ``basic_info``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    String,
    and_,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from host.auth.models import Account, RoleGrant
from host.kernel.access import SYSTEM, Actor, Grant, Role, ScopeKind, scope_prefix
from host.kernel.db import Model, db
from host.kernel.errors import NotPermitted, Refused

#: 三员: nobody is two of them, nor one of them beside a business role (R157).
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})

Column = ColumnElement[Any] | Any


def governs_all(actor: Actor, permission: str) -> bool:
    """Whether ``permission`` holds in every division there is (before any is known: for who has one)."""
    if actor == SYSTEM:
        return True
    prefixes = _prefixes(actor.grants_for(permission))
    if not prefixes:
        return False
    code = _table("region").c.code
    outside = not_(or_(*(code.startswith(prefix, autoescape=True) for prefix in prefixes)))
    return not db.session.scalar(select(exists().where(outside)))


def accounts_within(actor: Actor, permission: str) -> ColumnElement[bool]:
    """The accounts that ``permission`` reaches for ``actor``: a condition on Account."""
    if governs_all(actor, permission):
        return true()
    grants = actor.grants_for(permission)
    grant = aliased(RoleGrant)
    inside = _is_inside(grants, grant.region_code, grant.unit_id, grant.section_id)
    live = and_(
        grant.account_id == Account.id, grant.revoked_at.is_(None), 
        or_(func.upper_inf(grant.valid), func.upper(grant.valid) > func.current_date()),
        grant.scope_kind != ScopeKind.SELF,
    )  # fmt: skip
    serves = Account.person_id.in_(_people(grants))
    return and_(or_(serves, exists().where(live, inside)), not_(exists().where(live, not_(inside))))


def account_ids_within(actor: Actor, permission: str) -> Select[int]:
    """The ids of ``accounts_within``."""
    return select(Account.id).where(accounts_within(actor, permission))


def require_account(account: Account, *, actor: Actor, permission: str) -> None:
    """Raises NotPermitted where the account is not within the actor's reach."""
    within = select(Account.id).where(Account.id == account.id, accounts_within(actor, permission))
    if db.session.scalar(within) is None:
        raise NotPermitted("该账号不在您的管理范围内，或其权限范围超出您的管理范围；请由上级管理员办理")


def require_person(person_id: int | None, *, actor: Actor, permission: str) -> None:
    """Who does not govern all makes accounts for people within reach only; raises Refused otherwise."""
    if governs_all(actor, permission):
        return
    if person_id is None:
        raise Refused("请填写人员编号：只能为管理范围内的在职人员建立账号")
    people = _people(actor.grants_for(permission)).where(_table("appointment").c.person_id == person_id)
    if db.session.scalar(people.limit(1)) is None:
        raise Refused("此人不在您的管理范围内，不能为其建立账号")


def require_grantable(
    role: Role, *, region_code: str | None, unit_id: int | None, section_id: int | None, actor: Actor, permission: str
) -> None:
    """Nobody gives a role over more than they govern themselves; the 三员 come from who governs all. Raises Refused."""
    if governs_all(actor, permission):
        return
    if role in ADMINISTRATORS:
        raise Refused(f"{role.label}只能由管理全市的安全管理员授予")
    if (region_code, unit_id, section_id) == (None, None, None):
        return  # oneself: as far as the account's own person
    inside = _is_inside(
        actor.grants_for(permission),
        literal(region_code, String),
        literal(unit_id, BigInteger),
        literal(section_id, BigInteger),
    )
    if not db.session.scalar(select(inside)):
        raise Refused("授权范围超出您的管理范围：只能在您管理的区划、单位或科室之内授权")


def _is_inside(grants: Sequence[Grant], region: Column, unit: Column, section: Column) -> ColumnElement[bool]:
    """Whether a place, named by one of the three, lies within ``grants``. Never NULL: it is negated too."""
    units, sections = _units(grants), _table("section")
    own = [grant.section_id for grant in grants if grant.kind is ScopeKind.SECTION]
    there = select(sections.c.id).where(or_(sections.c.unit_id.in_(units), sections.c.id.in_(own)))
    begins = [region.startswith(prefix, autoescape=True) for prefix in _prefixes(grants)]
    return or_(
        and_(region.is_not(None), or_(false(), *begins)),
        and_(unit.is_not(None), unit.in_(units)),
        and_(section.is_not(None), section.in_(there)),
    )


def _units(grants: Sequence[Grant]) -> Select[int]:
    """Ids of the units of the granted divisions, and of the granted units with all below them."""
    unit, region = _table("unit"), _table("region")
    inside = [region.c.code.startswith(prefix, autoescape=True) for prefix in _prefixes(grants)]
    top = unit.alias()
    # An empty path would be the start of every path: it must reach nothing instead.
    below = [
        unit.c.path.startswith(select(func.nullif(top.c.path, "")).where(top.c.id == grant.unit_id).scalar_subquery())
        for grant in grants
        if grant.kind is ScopeKind.UNIT
    ]
    in_regions = unit.c.region_id.in_(select(region.c.id).where(or_(false(), *inside)))
    return select(unit.c.id).where(or_(in_regions, *below))


def _people(grants: Sequence[Grant]) -> Select[int]:
    """Ids of those who hold a post today in what ``grants`` reach."""
    held = _table("appointment").c
    own = [grant.section_id for grant in grants if grant.kind is ScopeKind.SECTION]
    return select(held.person_id).where(
        held.superseded_at.is_(None),
        held.valid.contains(func.current_date()),
        or_(held.unit_id.in_(_units(grants)), held.section_id.in_(own)),
    )


def _prefixes(grants: Sequence[Grant]) -> list[str]:
    return [scope_prefix(grant.region_code) for grant in grants if grant.region_code]


def _table(name: str) -> FromClause:
    return Model.metadata.tables[name]
