"""Accounts and grants as the administrators see them.

Places and people are looked up in the register's tables by their names in the metadata: this part lies below
``basic_info`` and may not import it, and its foreign keys name the same tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from host.auth.models import Account, AuthSession, RoleGrant
from host.auth.reach import accounts_within
from host.kernel.access import Actor, Role, ScopeKind
from host.kernel.db import AnySelect, Model, db
from host.kernel.errors import NotFound, Refused
from host.kernel.pages import today_in_china
from host.permissions import Permission

PAGE = 50
MOST = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """One line of the list of accounts."""

    id: int
    login_name: str
    display_name: str
    is_disabled: bool
    must_change_password: bool
    created_at: datetime
    roles: tuple[Role, ...]

    @property
    def role_words(self) -> str:
        return "、".join(role.label for role in Role if role in self.roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRow:
    """One grant with the name of its place and of who gave it."""

    grant: RoleGrant
    place: str
    granted_by: str | None

    @property
    def state(self) -> tuple[str, str]:
        """(word, kind of status): a grant in force, one that begins later, one that ran out or was taken away."""
        today, valid = today_in_china(), self.grant.valid
        if self.grant.revoked_at is not None:
            return "已收回", "quiet"
        if valid.upper is not None and valid.upper <= today:
            return "已到期", "quiet"
        return ("未开始", "warn") if valid.lower is not None and valid.lower > today else ("有效", "good")

    @property
    def last_day(self) -> date | None:
        upper = self.grant.valid.upper
        return None if upper is None else upper - timedelta(days=1)


def page_of_accounts(
    actor: Actor, *, after: int = 0, words: str = "", role: Role | None = None, is_disabled: bool | None = None
) -> tuple[Sequence[AccountRow], int | None]:
    """Accounts by id above ``after``, and the ``after`` of the next page (None: this is the last)."""
    query = accounts(actor, words=words, role=role, is_disabled=is_disabled).where(Account.id > min(after, MOST))
    found = db.session.scalars(query.limit(PAGE + 1)).all()
    roles = _roles_of([account.id for account in found])
    rows = [_row(account, roles) for account in found[:PAGE]]
    return rows, found[PAGE - 1].id if len(found) > PAGE else None


def accounts(
    actor: Actor, *, words: str = "", role: Role | None = None, is_disabled: bool | None = None
) -> Select[Account]:
    """Accounts within the actor's reach under the filters of the list, by id."""
    query = select(Account).where(accounts_within(actor, Permission.ACCOUNT_READ)).order_by(Account.id)
    if words.strip():
        pattern = f"%{_escaped(words.strip().lower())}%"
        query = query.where(or_(func.lower(Account.login_name).like(pattern), Account.display_name.ilike(pattern)))
    if role is not None:
        query = query.where(Account.id.in_(select(RoleGrant.account_id).where(RoleGrant.role == role, _holds())))
    if is_disabled is not None:
        query = query.where(Account.is_disabled.is_(is_disabled))
    return query


def accounts_with_roles(actor: Actor, values: Mapping[str, str]) -> AnySelect:
    """(Account, roles) as the address of the list narrows them; ``roles`` are the roles in force, as an array."""
    role = values.get("role", "")
    found = accounts(
        actor,
        words=values.get("q", ""),
        role=Role(role) if role in set(Role) else None,
        is_disabled={"active": False, "disabled": True}.get(values.get("state", "")),
    )
    roles = select(RoleGrant.role).where(RoleGrant.account_id == Account.id, _holds()).distinct()
    return found.add_columns(func.array(roles.scalar_subquery()).label("roles"))


def account_of(
    account_id: int, *, actor: Actor, permission: StrEnum = Permission.ACCOUNT_READ, to_change: bool = False
) -> Account:
    """One account within reach, locked when it is to be changed; raises NotFound."""
    if to_change:
        # Locked before its reach is looked at: a grant given meanwhile counts.
        db.session.execute(select(Account.id).where(Account.id == min(account_id, MOST)).with_for_update())
    query = select(Account).where(Account.id == min(account_id, MOST), accounts_within(actor, permission))
    found = db.session.scalars(query.execution_options(populate_existing=to_change)).one_or_none()
    if found is None:
        raise NotFound
    return found


def grants_of(account: Account) -> Sequence[GrantRow]:
    """The grants of an account, those in force first, ended ones behind."""
    unit, section, region, giver = _named("unit"), _named("section"), _named("region"), aliased(Account)
    codes = Model.metadata.tables["region"]
    rows = db.session.execute(
        select(
            RoleGrant,
            unit.c.name.label("unit"),
            section.c.name.label("section"),
            region.c.name.label("region"),
            giver.display_name,
        )
        .outerjoin(unit, and_(unit.c.unit_id == RoleGrant.unit_id, _in_force(unit)))
        .outerjoin(section, and_(section.c.section_id == RoleGrant.section_id, _in_force(section)))
        .outerjoin(codes, codes.c.code == RoleGrant.region_code)
        .outerjoin(region, and_(region.c.region_id == codes.c.id, _in_force(region)))
        .outerjoin(giver, giver.id == RoleGrant.granted_by)
        .where(RoleGrant.account_id == account.id)
        .order_by(RoleGrant.revoked_at.is_not(None), RoleGrant.id.desc())
        .limit(200)
    )
    return [
        GrantRow(
            grant=row[0],
            place=row.unit or row.section or row.region or row[0].region_code or row[0].scope_kind.label,
            granted_by=row.display_name,
        )
        for row in rows
    ]


def grant_of(account: Account, grant_id: int) -> RoleGrant:
    """A grant of that account, locked; raises NotFound."""
    found = db.session.scalars(
        select(RoleGrant)
        .where(RoleGrant.id == min(grant_id, MOST), RoleGrant.account_id == account.id)
        .with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def open_sessions(account: Account) -> Sequence[AuthSession]:
    """The sessions of an account that have not ended, the latest first."""
    return db.session.scalars(
        select(AuthSession)
        .where(
            AuthSession.account_id == account.id,
            AuthSession.ended_at.is_(None),
            AuthSession.expires_at > datetime.now(UTC),
        )
        .order_by(AuthSession.seen_at.desc())
        .limit(100)
    ).all()


def scope_of(kind: ScopeKind, code: str) -> dict[str, int | str]:
    """The arguments of ``grant_role`` for a place given by code or name. Raises Refused unless it is one."""
    code = code.strip()
    if kind is ScopeKind.SELF:
        return {}
    if kind is ScopeKind.REGION:
        regions = Model.metadata.tables["region"]
        region_id = _place_of("region", code, "行政区划")
        return {"region_code": db.session.scalar(select(regions.c.code).where(regions.c.id == region_id)) or code}
    if kind is ScopeKind.UNIT:
        return {"unit_id": _place_of("unit", code, "单位")}
    return {"section_id": _place_of("section", code, "科室")}


def person_of(code: str) -> int | None:
    """The id of the person of that code, None for no code. Raises Refused when there is no such person."""
    return _id_of("person", code.strip(), "没有编号为“{}”的人员") if code.strip() else None


def _place_of(table: str, words: str, what: str) -> int:
    """The place of that code, else the one of that name today. Raises Refused."""
    if not words:
        raise Refused(f"请填写{what}的名称或编码")
    rows, versions = Model.metadata.tables[table], _named(table)
    coded: int | None = db.session.scalar(select(rows.c.id).where(rows.c.code == words))
    if coded is not None:
        return coded
    owner = versions.c[f"{table}_id"]
    found = db.session.scalars(select(owner).where(versions.c.name == words, _in_force(versions)).limit(2)).all()
    if not found:
        raise Refused(f"没有名称或编码为“{words[:40]}”的{what}")
    if len(found) > 1:
        raise Refused(f"有多个{what}叫“{words[:40]}”，请改填编码")
    return int(found[0])


def _id_of(table: str, code: str, sentence: str) -> int:
    rows = Model.metadata.tables[table]
    found: int | None = db.session.scalar(select(rows.c.id).where(rows.c.code == code))
    if found is None:
        raise Refused(sentence.format(code[:40]))
    return found


def _named(table: str) -> FromClause:
    return Model.metadata.tables[f"{table}_version"].alias()


def _in_force(version: FromClause) -> ColumnElement[bool]:
    return and_(version.c.superseded_at.is_(None), version.c.valid.contains(func.current_date()))


def _holds() -> ColumnElement[bool]:
    return and_(RoleGrant.revoked_at.is_(None), RoleGrant.valid.contains(func.current_date()))


def _roles_of(account_ids: Sequence[int]) -> dict[int, set[Role]]:
    roles: dict[int, set[Role]] = {}
    for account_id, role in db.session.execute(
        select(RoleGrant.account_id, RoleGrant.role).where(RoleGrant.account_id.in_(account_ids), _holds())
    ):
        roles.setdefault(account_id, set()).add(role)
    return roles


def _row(account: Account, roles: dict[int, set[Role]]) -> AccountRow:
    return AccountRow(
        id=account.id,
        login_name=account.login_name,
        display_name=account.display_name,
        is_disabled=account.is_disabled,
        must_change_password=account.must_change_password,
        created_at=account.created_at,
        roles=tuple(roles.get(account.id, ())),
    )


def _escaped(words: str) -> str:
    """So that % and _ of a name mean themselves."""
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
