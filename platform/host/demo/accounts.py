"""Demo accounts: one for each role, with random passwords of this installation, in a file that only its owner reads."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text

from host.auth.granting import grant_role
from host.auth.operations import create_account
from host.auth.passwords import one_time_password
from host.kernel.access import SYSTEM, Role, ScopeKind
from host.kernel.db import db

CITY = "371300"
_CITY: dict[str, Any] = {"kind": ScopeKind.REGION, "region_code": CITY}
OFFICES = (
    ("office", Role.OFFICE_CLERK),
    ("reviewer", Role.OFFICE_REVIEWER),
    ("assessor", Role.ASSESSOR),
    ("inspector", Role.INSPECTOR),
    ("sysadmin", Role.SYSTEM_ADMIN),
    ("secadmin", Role.SECURITY_ADMIN),
    ("auditor", Role.AUDIT_ADMIN),
)


@dataclass(frozen=True, kw_only=True)
class Demo:
    """One account: who it is and where its role holds."""

    login: str
    role: Role
    person_id: int | None = None
    name: str
    scope: dict[str, Any]
    note: str


def make_accounts(path: Path, office: list[str]) -> None:
    """Create the accounts of people and add the lines of ``office``; all go to ``path`` (mode 0600)."""
    lines = ["# 演示账号：登录名  密码  说明（仅限本机演示）", *(_made(demo)[1] for demo in _people()), *office]
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    path.chmod(0o600)  # it may have been there with another mode


def make_offices() -> tuple[dict[Role, int], list[str]]:
    """The accounts of the city's offices, who import and confirm; their ids by role, and their lines of the file."""
    ids: dict[Role, int] = {}
    lines = []
    for login, role in OFFICES:
        demo = Demo(login=login, role=role, name=role.label, scope=_CITY, note="临沂市")
        ids[role], line = _made(demo)
        lines.append(line)
    return ids, lines


def make_staff_accounts() -> None:
    """An account for everybody else, named by their code, with no password given out: nobody can sign in with it."""
    db.session.execute(
        text(
            "INSERT INTO account (login_name, display_name, person_id)"
            " SELECT p.code, v.name, p.id FROM person p JOIN person_version v ON v.person_id = p.id"
            " WHERE v.superseded_at IS NULL AND NOT EXISTS (SELECT FROM account a WHERE a.person_id = p.id)"
        )
    )
    # Without knowing their sizes the planner reads the grants anew for every account, while the statement adds to them.
    db.session.execute(text("ANALYZE account, role_grant"))
    db.session.execute(
        text(
            "INSERT INTO role_grant (account_id, role, scope_kind) SELECT a.id, 'staff', 'self' FROM account a"
            " WHERE a.person_id IS NOT NULL AND NOT EXISTS (SELECT FROM role_grant g WHERE g.account_id = a.id)"
        )
    )


def _made(demo: Demo) -> tuple[int, str]:
    password = one_time_password()
    account, _ = create_account(
        demo.login, display_name=demo.name, actor=SYSTEM, person_id=demo.person_id, password=password
    )
    grant_role(account, demo.role, actor=SYSTEM, **demo.scope)
    if demo.person_id is not None and demo.role is not Role.STAFF:
        grant_role(account, Role.STAFF, actor=SYSTEM, kind=ScopeKind.SELF)
    return account.id, f"{demo.login:<16}{password}  {demo.role.label}：{demo.note}"


def main_place() -> Any:
    """(section_id, unit_id, section, unit, unit_code): a section that has a mandate, duties and steps, and its unit.

    Its people are those whom the demo's accounts play.
    """
    return db.session.execute(
        text(
            "SELECT a.section_id, a.unit_id, sv.name AS section, uv.name AS unit, u.code AS unit_code"
            " FROM appointment a JOIN unit u ON u.id = a.unit_id"
            " JOIN section_version sv ON sv.section_id = a.section_id JOIN unit_version uv ON uv.unit_id = a.unit_id"
            " JOIN mandate m ON m.unit_id = a.unit_id AND m.mandate_state = 'confirmed'"
            " WHERE sv.superseded_at IS NULL AND uv.superseded_at IS NULL AND uv.tier = 'city'"
            " AND uv.unit_kind = 'government' AND EXISTS (SELECT FROM flowchart f WHERE f.unit_id = a.unit_id)"
            " AND EXISTS (SELECT FROM duty_link l JOIN post_duty d ON d.id = l.post_duty_id"
            " WHERE d.section_id = a.section_id) AND EXISTS (SELECT FROM appointment h"
            " WHERE h.section_id = a.section_id AND h.leader_kind = 'section_head')"
            " GROUP BY 1, 2, 3, 4, 5 ORDER BY bool_or(a.leader_kind IN ('unit_head', 'unit_deputy')), count(*) < 6,"
            # Where cases are handled there is something to watch over, and to be alerted of.
            " (SELECT count(*) FROM flow_step f JOIN post p ON p.id = f.post_id"
            " WHERE p.section_id = a.section_id) DESC,"
            " count(*) DESC, 1"
            " LIMIT 1"
        )
    ).one()


def _people() -> list[Demo]:
    """People of the main place and of its unit, and the office of a county."""
    place = main_place()
    section, unit = place.section_id, place.unit_id
    head = _person(section_id=section, kinds=("section_head",))
    staff = _person(section_id=section, kinds=())
    chief = _person(unit_id=unit, kinds=("unit_head", "unit_deputy"))
    deputy = _person(unit_id=unit, kinds=("unit_deputy", "unit_head"))
    here: dict[str, Any] = {"kind": ScopeKind.SECTION, "section_id": section}
    whole: dict[str, Any] = {"kind": ScopeKind.UNIT, "unit_id": unit}
    own: dict[str, Any] = {"kind": ScopeKind.SELF}
    where = f"{place.unit}{place.section}"
    return [
        Demo(
            login="staff",
            role=Role.STAFF,
            person_id=staff[0],
            name=staff[1],
            scope=own,
            note=where,
        ),
        Demo(login="head", role=Role.SECTION_HEAD, person_id=head[0], name=head[1], scope=here, note=where),
        Demo(
            login="leader",
            role=Role.LEADER_IN_CHARGE,
            person_id=deputy[0],
            name=deputy[1],
            scope=whole,
            note=place.unit,
        ),
        Demo(login="unit-head", role=Role.UNIT_HEAD, person_id=None, name=chief[1], scope=whole, note=place.unit),
        Demo(login="unit-clerk", role=Role.UNIT_CLERK, name="单位经办人", scope=whole, note=place.unit),
        _county(),
    ]


def county_units() -> frozenset[str]:
    """The codes of the units of the county that has an account."""
    codes = text("SELECT u.code FROM unit u JOIN region r ON r.id = u.region_id WHERE left(r.code, 6) = :county")
    return frozenset(db.session.scalars(codes, {"county": _county_place().code}))


def _county_place() -> Any:
    """(code, name) of the county with the most units."""
    return db.session.execute(
        text(
            "SELECT r.code, v.name FROM unit u JOIN region own ON own.id = u.region_id"
            " JOIN region r ON r.code = left(own.code, 6) AND r.code <> :city"
            " JOIN region_version v ON v.region_id = r.id AND v.superseded_at IS NULL"
            " GROUP BY 1, 2 ORDER BY count(*) DESC, 1 LIMIT 1"
        ),
        {"city": CITY},
    ).one()


def _county() -> Demo:
    """The office of a county: it sees and governs its county alone."""
    county = _county_place()
    scope = {"kind": ScopeKind.REGION, "region_code": county.code}
    return Demo(login="county", role=Role.OFFICE_CLERK, name=f"{county.name}编办", scope=scope, note=county.name)


def _person(*, kinds: tuple[str, ...], section_id: int | None = None, unit_id: int | None = None) -> tuple[int, str]:
    """A person of the place who leads it in one of these kinds, or, with no kinds, one who does not lead."""
    row = db.session.execute(
        text(
            "SELECT a.person_id, v.name FROM appointment a JOIN person_version v ON v.person_id = a.person_id"
            " WHERE v.superseded_at IS NULL AND a.superseded_at IS NULL AND v.work_state = 'on_post'"
            " AND (CAST(:section AS bigint) IS NULL OR a.section_id = :section)"
            " AND (CAST(:unit AS bigint) IS NULL OR a.unit_id = :unit)"
            " AND CASE WHEN :leads THEN a.leader_kind = ANY(CAST(:kinds AS text[])) ELSE a.leader_kind IS NULL END"
            " ORDER BY array_position(CAST(:kinds AS text[]), a.leader_kind::text),"
            " (SELECT count(*) FROM duty_record r WHERE r.person_id = a.person_id) DESC, a.person_id LIMIT 1"
        ),
        {"section": section_id, "unit": unit_id, "leads": bool(kinds), "kinds": list(kinds)},
    ).one()
    return int(row[0]), str(row[1])
