"""Which accounts an alert concerns, as SQL: who may open it, and whose turn it is. For those who tell and send up."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, union_all

from basic_info.organization.models import Unit
from basic_info.organization.scope import reached_by
from basic_info.regions.models import Region
from basic_info.regions.nearest import prefix_of
from function_monitor.alerts.models import Alert
from function_monitor.permissions import ROLE_PERMISSIONS, Permission
from host.auth.holders import holds_today
from host.auth.models import Account, RoleGrant
from host.kernel.access import Role, roles_with
from host.kernel.db import AnySelect


def may_open(account: Any) -> ColumnElement[bool]:
    """Whether the account of the row may open the alert of the row today."""
    readers = roles_with(ROLE_PERMISSIONS, Permission.ALERT_READ)
    return reached_by(account, readers, unit=Alert.unit_id, section=Alert.section_id, person=Alert.person_id)


def handlers() -> AnySelect:
    """(alert_id, account_id) of who is to act first: the section's heads, or the unit's clerks where it has none."""
    clerks = holders(Role.UNIT_CLERK, RoleGrant.unit_id == Alert.unit_id).where(Alert.section_id.is_(None))
    heads = holders(Role.SECTION_HEAD, RoleGrant.section_id == Alert.section_id)
    return select(union_all(heads, clerks).subquery("handlers"))


def holders(role: Role, place: ColumnElement[bool]) -> Select[int, int]:
    """(alert_id, account_id) of who holds ``role`` in the alert's ``place``: one equality, so that it is hashed."""
    return (
        select(Alert.id.label("alert_id"), RoleGrant.account_id)
        .join(RoleGrant, place)
        .where(RoleGrant.role == role, holds_today(RoleGrant))
    )


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
        .where(
            RoleGrant.role.in_(roles_with(ROLE_PERMISSIONS, permission)),
            holds_today(RoleGrant),
            Account.is_disabled.is_(False),
        )
    )
