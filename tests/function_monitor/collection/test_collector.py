from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from function_monitor.cases.models import FlowEvent
from function_monitor.collection.collecting import collect_source
from function_monitor.collection.errors import BadFolder
from function_monitor.collection.models import CollectedFile, QuarantineRow, QuarantineState
from function_monitor.collection.operations import create_source, drop_root, retry_row
from host.kernel.access import SYSTEM
from host.kernel.db import db
from tests.factories import a_person
from tests.function_monitor.rows import Office, a_source, a_system, drop


@pytest.fixture
def office(connection: Connection) -> Office:
    return Office()


def test_a_dropped_file_becomes_events(office: Office) -> None:
    source = a_source(a_system(), "one")
    drop(source, "a.csv", office.line(), office.line(step_name="审查", happened_at="2026-03-03 10:00"))
    counts = collect_source(source, settle_seconds=0)
    assert (counts["rows"], counts["accepted"]) == (2, 2)


def test_the_same_file_twice_changes_nothing(office: Office) -> None:
    source = a_source(a_system(), "two")
    drop(source, "a.csv", office.line())
    collect_source(source, settle_seconds=0)
    drop(source, "copy.csv", office.line())
    assert collect_source(source, settle_seconds=0)["files"] == 0
    assert db.session.scalar(select(func.count()).select_from(FlowEvent)) == 1


def test_a_longer_file_brings_only_its_new_rows(office: Office) -> None:
    source = a_source(a_system(), "three")
    drop(source, "a.csv", office.line())
    collect_source(source, settle_seconds=0)
    drop(source, "a.csv", office.line(), office.line(case_no="A-2"))
    counts = collect_source(source, settle_seconds=0)
    assert (counts["accepted"], counts["duplicate"]) == (1, 1)


def test_a_bad_row_is_quarantined_with_its_line_and_reason(office: Office) -> None:
    source = a_source(a_system(), "four")
    drop(source, "a.csv", office.line(), office.line(happened_at="2026-13-45 25:61"))
    collect_source(source, settle_seconds=0)
    row = db.session.scalars(select(QuarantineRow)).one()
    assert (row.line_no, row.raw["happened_at"]) == (3, "2026-13-45 25:61")
    assert "发生时间" in row.reason


def test_a_quarantined_row_is_taken_once_its_code_is_known(office: Office) -> None:
    source = a_source(a_system(), "five")
    drop(source, "a.csv", office.line(handler_code="R-new"))
    collect_source(source, settle_seconds=0)
    a_person(post=office.post).code = "R-new"
    db.session.flush()
    row = db.session.scalars(select(QuarantineRow)).one()
    row.system = source.system
    assert retry_row(row, actor=SYSTEM).result == "accepted"
    assert row.quarantine_state is QuarantineState.TAKEN


def test_a_file_without_a_mapped_column_is_remembered_with_its_error(office: Office) -> None:
    source = a_source(a_system(), "six")
    (drop_root() / "six" / "a.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    assert collect_source(source, settle_seconds=0)["unreadable"] == 1
    assert "缺少列" in (db.session.scalars(select(CollectedFile.error)).one() or "")


def test_a_file_that_is_still_being_written_waits(office: Office) -> None:
    source = a_source(a_system(), "seven")
    drop(source, "a.csv", office.line())
    assert collect_source(source, settle_seconds=60)["files"] == 0


@pytest.mark.parametrize("folder", ["/etc", "../x", "a/../../x", "", "."])
def test_a_source_stays_inside_the_drop_root(office: Office, folder: str) -> None:
    system = a_system()
    with pytest.raises(BadFolder):
        create_source(system, name="x", folder=folder, actor=SYSTEM)
