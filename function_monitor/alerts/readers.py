"""Which accounts an alert concerns, as SQL: who may open it, and whose turn it is. For those who tell and send up."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from basic_info.organization.models import Unit
from basic_info.organization.scope import prefix_of, reached_by
from basic_info.regions.models import Region
from function_monitor.alerts.models import Alert
from function_monitor.permissions import ROLE_PERMISSIONS, Permission
from host.auth.holders import holds_today
from host.auth.models import Account, RoleGrant
from host.kernel.access import Role


def roles_with(permission: Permission) -> frozenset[Role]:
    """The roles that carry ``permission``."""
    return frozenset(role for role, held in ROLE_PERMISSIONS.items() if permission in held)


def may_open(account: Any) -> ColumnElement[bool]:
    """Whether the account of the row may open the alert of the row today."""
    readers = roles_with(Permission.ALERT_READ)
    return reached_by(account, readers, unit=Alert.unit_id, section=Alert.section_id, person=Alert.person_id)


def handlers() -> Select[int, int]:
    """(alert_id, account_id) of who is to act first: the section's heads, or the unit's clerks where it has none."""
    grant = RoleGrant
    of_section = and_(grant.role == Role.SECTION_HEAD, grant.section_id == Alert.section_id)
    of_unit = and_(grant.role == Role.UNIT_CLERK, grant.unit_id == Alert.unit_id, Alert.section_id.is_(None))
    return select(Alert.id.label("alert_id"), grant.account_id).join(grant, or_(of_section, of_unit)).where(
        holds_today(grant)
    )  # fmt: skip


def office(permission: Permission) -> Select[int, int, int]:
    """(alert_id, account_id, distance): the offices' people with ``permission``; 1: of the nearest division."""
    prefix = prefix_of(RoleGrant.region_code)
    distance = func.rank().over(partition_by=Alert.id, order_by=func.length(prefix).desc())
    return (
        select(Alert.id.label("alert_id"), RoleGrant.account_id, distance.label("distance"))
        .join(Unit, Unit.id == Alert.unit_id)
        .join(Region, Region.id == Unit.region_id)
        .join(RoleGrant, Region.code.startswith(prefix))
        .join(Account, Account.id == RoleGrant.account_id)
        .where(RoleGrant.role.in_(roles_with(permission)), holds_today(RoleGrant), Account.is_disabled.is_(False))
    )
