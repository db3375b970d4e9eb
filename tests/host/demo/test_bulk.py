"""What the bulk load takes away it puts back: indexes, constraints, partitions."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Connection, select, text, update

from basic_info.organization.kinds import LeaderKind
from basic_info.organization.models import Appointment
from duty_eval.review.models import RecordReview
from host.demo.bulk import review_approved, without_indexes
from host.kernel.db import db
from host.kernel.partitions import MonthInUse, ensure_month, filling_month
from tests.performance.rows import Office

TABLES = ("person_version", "appointment", "duty_link", "record_rollup")
MONTH = date(2031, 5, 1)


def _indexes(table: str) -> set[str]:
    """Definitions of the indexes of a table, by whatever name."""
    rows = db.session.scalars(
        text("SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = to_regclass(:table)"), {"table": table}
    )
    return {definition.partition(" USING ")[2] for definition in rows}


def _constraints(table: str) -> set[tuple[str, str]]:
    rows = db.session.execute(
        text("SELECT contype::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = to_regclass(:table)"),
        {"table": table},
    )
    return {(kind, definition) for kind, definition in rows}


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_its_indexes_and_constraints_again_afterwards(connection: Connection, table: str) -> None:
    before = _indexes(table), _constraints(table)

    with without_indexes(*TABLES):
        assert len(_indexes(table)) < len(before[0])

    assert (_indexes(table), _constraints(table)) == before


def test_a_month_filled_as_a_whole_is_a_partition_like_the_others(connection: Connection) -> None:
    ensure_month(db.session.connection(), "duty_record", date(2031, 4, 1))

    with filling_month(db.session.connection(), "duty_record", MONTH) as table:
        assert _indexes(table) == set()

    assert _indexes("duty_record_203105") == _indexes("duty_record_203104")
    assert _constraints("duty_record_203105") == _constraints("duty_record_203104")


def test_a_month_that_has_rows_is_not_filled_as_a_whole(connection: Connection) -> None:
    today = db.session.connection()
    ensure_month(today, "audit_entry", MONTH)
    db.session.execute(
        text("INSERT INTO audit_entry (at, actor_name, action, subject) VALUES ('2031-05-02', '甲', 'a.b', 'c:1')")
    )

    with pytest.raises(MonthInUse), filling_month(today, "audit_entry", MONTH):
        pass


def test_loaded_reviews_name_who_the_record_goes_to(connection: Connection) -> None:
    above = Office("上级局长")
    office = Office("科员", "科长", "局长")
    clerk, section_head, unit_head = office.people
    kinds = {section_head.id: LeaderKind.SECTION_HEAD, unit_head.id: LeaderKind.UNIT_HEAD}
    for person_id, kind in {**kinds, above.people[0].id: LeaderKind.UNIT_HEAD}.items():
        db.session.execute(update(Appointment).where(Appointment.person_id == person_id).values(leader_kind=kind))
    for person in office.people:
        office.log(person, date(2026, 3, 2))

    review_approved()

    found = {one.person_id: one.reviewer_person_id for one in db.session.scalars(select(RecordReview))}
    assert found == {
        clerk.id: section_head.id,
        section_head.id: unit_head.id,
        unit_head.id: above.people[0].id,
    }
