"""Input that nobody should send, and does: broken files, odd times, text that no database holds."""

from __future__ import annotations

import json
from typing import Any

import pytest
import xlsxwriter
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from basic_info.flowcharts.models import ChartState, Flowchart, FlowStep
from function_monitor.cases.models import FlowCase, FlowEvent
from function_monitor.collection.collecting import collect_source
from function_monitor.collection.ingesting import RawRow, ingest
from function_monitor.collection.models import CollectedFile, CollectorSource, QuarantineRow
from function_monitor.collection.operations import create_source, drop_root
from function_monitor.deadlines.models import StepClock
from host.kernel.access import SYSTEM
from host.kernel.db import db
from tests.function_monitor.rows import HEADINGS, Office, a_key, a_source, a_system, drop


@pytest.fixture
def office(connection: Connection) -> Office:
    return Office()


def put(source: CollectorSource, name: str, content: bytes) -> None:
    (drop_root() / source.folder / name).write_bytes(content)


def publish_anew(office: Office, step: str) -> None:
    """The next version of the office's chart, with one step alone."""
    office.chart.chart_state = ChartState.SUPERSEDED
    chart = Flowchart(
        unit_id=office.unit.id, name=office.chart.name, version_no=2, power_item_id=office.item.id, model="<x/>"
    )
    db.session.add(chart)
    db.session.flush()
    db.session.add(FlowStep(flowchart_id=chart.id, element_id="T1", sort_no=1, name=step, next_steps=[]))
    db.session.flush()
    chart.chart_state, chart.published_by = ChartState.PUBLISHED, office.chart.published_by
    db.session.flush()


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 no archive", b"%PDF-1.7\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 no"]
)
def test_a_file_that_is_no_table_is_remembered_and_the_next_one_is_read(office: Office, content: bytes) -> None:
    source = a_source(a_system(), f"broken{len(content)}")
    put(source, "1.csv", content)
    drop(source, "2.csv", office.line())
    counts = collect_source(source, settle_seconds=0)
    assert (counts["unreadable"], counts["accepted"]) == (1, 1)


def test_a_file_that_is_no_table_says_so(office: Office) -> None:
    source = a_source(a_system(), "said")
    put(source, "1.csv", b"%PDF-1.7\n")
    collect_source(source, settle_seconds=0)
    assert "表格" in (db.session.scalars(select(CollectedFile.error)).one() or "")


def test_a_file_that_may_not_be_opened_holds_up_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    source = a_source(a_system(), "closed")
    drop(source, "1.csv", office.line())
    locked = drop_root() / "closed" / "1.csv"
    drop(source, "2.csv", office.line(step_name="审查"))
    db.session.commit()
    opens = type(locked).open

    def refuse(path: Any, *args: Any, **more: Any) -> Any:
        if path.name == "1.csv" and args == ("rb",):
            raise PermissionError(13, "Permission denied", str(path))
        return opens(path, *args, **more)

    monkeypatch.setattr(type(locked), "open", refuse)
    assert collect_source(source, settle_seconds=0)["accepted"] == 1


def test_a_workbook_is_read_like_a_csv_file(office: Office) -> None:
    source = create_source(a_system(), name="表格", folder="book", pattern="*.xlsx", actor=SYSTEM)
    book = xlsxwriter.Workbook(drop_root() / "book" / "a.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADINGS)
    sheet.write_row(1, 0, list(office.event().values()))
    book.close()
    assert collect_source(source, settle_seconds=0)["accepted"] == 1


@pytest.mark.parametrize("words", ["2026/3/2 9:05", "2026-3-2 9:05:00", "2026/03/02 09:05", "2026年3月2日 9:05"])
def test_times_as_office_programs_write_them_are_understood(office: Office, words: str) -> None:
    (taken,) = ingest([RawRow(office.event(happened_at=words))], a_system())
    assert taken.result == "accepted"


@pytest.mark.parametrize(
    "words", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1899-12-31 00:00", "2026-03-02 24:61", "3"]
)
def test_times_that_cannot_be_are_quarantined(office: Office, words: str) -> None:
    (taken,) = ingest([RawRow(office.event(happened_at=words))], a_system())
    assert (taken.result, "发生时间" in taken.reason) == ("quarantined", True)


@pytest.mark.parametrize("bad", ["\ud800", "a\x00b", {"a": "\x00"}, ["\ud800"], 7, None, "x" * 5000, float("inf")])
def test_a_value_that_cannot_be_kept_costs_only_its_own_event(client: FlaskClient, bad: Any) -> None:
    office, system = Office(), a_system()
    headers = {**a_key(system), "Idempotency-Key": "k"}
    # json.dumps escapes what Flask's own encoder would refuse to send.
    body = json.dumps([office.event(), office.event(case_no=bad)])
    answer = client.post("/api/events", data=body, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json and answer.json["accepted"]) == (200, 1)


def test_events_that_come_late_give_the_same_case_as_in_order(office: Office) -> None:
    system = a_system()
    path = [("受理", "02 09:00"), ("审查", "04 10:00"), ("决定", "05 11:00")]
    for number, order in (("A-1", path), ("A-2", path[::-1])):
        for step, at in order:
            ingest([RawRow(office.event(case_no=number, step_name=step, happened_at=f"2026-03-{at}"))], system)
    clocks = (
        select(FlowCase.case_no, StepClock.step_id, StepClock.started_on, StepClock.due_on, StepClock.finished_on)
        .join(FlowCase, FlowCase.id == StepClock.case_id)
        .order_by(FlowCase.case_no, StepClock.started_on)
    )
    rows = db.session.execute(clocks).all()
    assert [row[1:] for row in rows if row[0] == "A-1"] == [row[1:] for row in rows if row[0] == "A-2"]


def test_a_case_stays_on_the_chart_version_it_began_on(office: Office) -> None:
    system = a_system()
    ingest([RawRow(office.event())], system)
    publish_anew(office, "复核")
    ingest([RawRow(office.event(step_name="审查", happened_at="2026-03-03 09:00:00"))], system)
    assert db.session.scalars(select(FlowCase.flowchart_id)).one() == office.chart.id


def test_a_step_of_a_later_chart_is_quarantined_for_a_case_on_the_former(office: Office) -> None:
    system = a_system()
    ingest([RawRow(office.event())], system)
    publish_anew(office, "复核")
    (taken,) = ingest([RawRow(office.event(step_name="复核", happened_at="2026-03-03 09:00:00"))], system)
    assert "不在该办件的流程图中" in taken.reason


def test_a_duplicate_is_no_quarantine(office: Office) -> None:
    system = a_system()
    ingest([RawRow(office.event()), RawRow(office.event())], system)
    events, bad = (db.session.scalar(select(func.count()).select_from(one)) for one in (FlowEvent, QuarantineRow))
    assert (events, bad) == (1, 0)
