"""Reads of delegations: which grants the actor may let others act under, to whom, and what is delegated now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, case, cast, func, or_, select
from sqlalchemy.orm import aliased

from basic_info.organization.models import Appointment, PersonVersion, Section, SectionVersion, UnitVersion
from basic_info.organization.scope import within
from duty_eval.permissions import Permission
from host.auth.granting import DELEGABLE
from host.auth.models import Account, RoleGrant
from host.kernel.access import Actor, Role, ScopeKind
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.errors import NotFound
from host.kernel.versions import in_force

_Source = aliased(RoleGrant)
_Holder = aliased(Account)


def delegable(actor: Actor, today: date) -> Sequence[AnyRow]:
    """(RoleGrant, holder_name, place_name, unit_id): one's own grants, and those of heads below who can't see to it."""
    return db.session.execute(_delegable(actor, today).order_by(RoleGrant.id)).all()


def delegable_grant(actor: Actor, grant_id: int, today: date) -> AnyRow:
    """One of ``delegable``, locked; raises NotFound."""
    row = db.session.execute(
        _delegable(actor, today).where(RoleGrant.id == grant_id).with_for_update(of=RoleGrant)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def _delegable(actor: Actor, today: date) -> AnySelect:
    is_own = RoleGrant.account_id == (actor.account_id or 0)
    return (
        _with_place(select(RoleGrant, Account.display_name.label("holder_name")), today)
        .add_columns(func.coalesce(RoleGrant.unit_id, Section.unit_id).label("unit_id"))
        .join(Account, Account.id == RoleGrant.account_id)
        .where(
            RoleGrant.role.in_(DELEGABLE),
            RoleGrant.scope_kind.in_((ScopeKind.UNIT, ScopeKind.SECTION)),
            RoleGrant.delegated_from_id.is_(None),
            RoleGrant.revoked_at.is_(None),
            func.coalesce(func.upper(RoleGrant.valid), date.max) > today,
            or_(is_own, and_(RoleGrant.role == Role.SECTION_HEAD, _heads_within(actor))),
        )
    )


def _heads_within(actor: Actor) -> ColumnElement[bool]:
    return within(actor, Permission.DUTY_RECORD_REVIEW_HEADS, unit=Section.unit_id, section=Section.id)


def _with_place(rows: AnySelect, today: date) -> AnySelect:
    """``place_name``: of the grant's section or unit as it is called today."""
    return (
        rows.add_columns(func.coalesce(SectionVersion.name, UnitVersion.name).label("place_name"))
        .outerjoin(Section, Section.id == RoleGrant.section_id)
        .outerjoin(SectionVersion, and_(SectionVersion.section_id == Section.id, in_force(SectionVersion, today)))
        .outerjoin(UnitVersion, and_(UnitVersion.unit_id == RoleGrant.unit_id, in_force(UnitVersion, today)))
    )


def colleagues(units: Collection[int], actor: Actor, today: date) -> Sequence[AnyRow]:
    """(account_id, unit_id, person_name, section_name): accounts in use of the units' people, by section and name.

    Those of the actor's own section come first: they stand in most often.
    """
    own = aliased(Appointment)
    own_sections = select(own.section_id).where(own.person_id == actor.person_id, in_force(own, today))
    return db.session.execute(
        select(
            Account.id.label("account_id"),
            Appointment.unit_id,
            PersonVersion.name.label("person_name"),
            SectionVersion.name.label("section_name"),
        )
        .join(Appointment, Appointment.person_id == Account.person_id)
        .join(PersonVersion, PersonVersion.person_id == Account.person_id)
        .join(SectionVersion, SectionVersion.section_id == Appointment.section_id)
        .where(
            Appointment.unit_id.in_(units),
            Appointment.is_primary,
            in_force(Appointment, today),
            in_force(PersonVersion, today),
            in_force(SectionVersion, today),
            Account.is_disabled.is_(False),
            Account.id != (actor.account_id or 0),
        )
        .order_by(
            Appointment.section_id.in_(own_sections).desc(), SectionVersion.name, PersonVersion.name_key, Account.id
        )
    ).all()


def delegations(actor: Actor, today: date) -> AnySelect:
    """(RoleGrant, place_name, from_name, to_name) that the actor gave, holds or oversees, the latest first."""
    return _delegations(actor, today).order_by(RoleGrant.id.desc())


def delegation_to_end(actor: Actor, grant_id: int, today: date) -> RoleGrant:
    """One that the actor may end, locked: given by them or below them; raises NotFound."""
    row = db.session.execute(
        _delegations(actor, today)
        .where(RoleGrant.id == grant_id, RoleGrant.account_id != (actor.account_id or 0))
        .with_for_update(of=RoleGrant)
    ).one_or_none()
    if row is None:
        raise NotFound
    found: RoleGrant = row.RoleGrant
    return found


def _delegations(actor: Actor, today: date) -> AnySelect:
    own = actor.account_id or 0
    return (
        _with_place(select(RoleGrant), today)
        .add_columns(_Holder.display_name.label("from_name"), Account.display_name.label("to_name"))
        .join(_Source, _Source.id == RoleGrant.delegated_from_id)
        .join(_Holder, _Holder.id == _Source.account_id)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(or_(_Source.account_id == own, RoleGrant.account_id == own, _heads_within(actor)))
    )


@dataclass(frozen=True)
class StandIn:
    """Somebody in whose place another acts, or who acts in mine; both days counted."""

    name: str
    place_name: str
    first: date
    last: date


@dataclass(frozen=True)
class StandIns:
    """Who stands in for the actor, now or later, and for whom the actor does now."""

    mine: Sequence[StandIn] = ()
    for_others: Sequence[StandIn] = ()


def stand_ins_column(actor: Actor, today: date) -> Any:
    """Those that are not over, for ``stand_ins_of``: a column, so that a page's statement reads them on its way."""
    own = actor.account_id or 0
    rows = (
        _with_place(select((RoleGrant.account_id == own).label("is_mine_to_do")), today)
        .add_columns(
            case((RoleGrant.account_id == own, _Holder.display_name), else_=Account.display_name).label("name"),
            func.lower(RoleGrant.valid).label("first"),
            (func.upper(RoleGrant.valid) - 1).label("last"),
        )
        .join(_Source, _Source.id == RoleGrant.delegated_from_id)
        .join(_Holder, _Holder.id == _Source.account_id)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(
            or_(_Source.account_id == own, RoleGrant.account_id == own),
            RoleGrant.revoked_at.is_(None),
            func.upper(RoleGrant.valid) > today,
        )
        .order_by(func.lower(RoleGrant.valid), RoleGrant.id)
        .subquery("stand_ins")
    )
    return select(func.jsonb_agg(func.to_jsonb(rows.table_valued()))).select_from(rows).scalar_subquery()


def stand_ins_of(found: Sequence[Mapping[str, Any]] | None, today: date) -> StandIns:
    """What ``stand_ins_column`` found."""
    mine, for_others = [], []
    for row in found or ():
        first, last = (date.fromisoformat(row[name]) for name in ("first", "last"))
        one = StandIn(row["name"], row["place_name"] or "", first, last)
        if not row["is_mine_to_do"]:
            mine.append(one)
        elif first <= today:
            for_others.append(one)
    return StandIns(mine, for_others)


def acts_today(person: Any) -> ColumnElement[bool]:
    """Whether the person of the row acts for somebody today: as long as they do, they are among the heads (R89)."""
    return (
        select(RoleGrant.id)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(
            Account.person_id == person,
            RoleGrant.delegated_from_id.is_not(None),
            RoleGrant.revoked_at.is_(None),
            RoleGrant.valid.contains(func.current_date()),
        )
        .correlate_except(RoleGrant, Account)
        .exists()
    )


def acted_for(person: Any, *, section: Any, unit: Any, at: Any) -> Any:
    """Whose name a decision of the person was taken in, as a column: the absent holder's, or NULL."""
    day = cast(func.timezone("Asia/Shanghai", at), Date)
    return (
        select(_Holder.display_name)
        .join(_Source, _Source.account_id == _Holder.id)
        .join(RoleGrant, RoleGrant.delegated_from_id == _Source.id)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(
            Account.person_id == person,
            RoleGrant.valid.contains(day),
            or_(RoleGrant.revoked_at.is_(None), RoleGrant.revoked_at > at),
            or_(RoleGrant.section_id == section, RoleGrant.unit_id == unit),
        )
        .order_by(RoleGrant.id.desc())
        .limit(1)
        .correlate_except(_Holder, _Source, RoleGrant, Account)
        .scalar_subquery()
    )
