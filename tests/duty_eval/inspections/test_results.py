from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, select

from basic_info.duties.models import DutyLink, LinkState
from duty_eval.facts import person_facts
from duty_eval.inspections import sheets
from duty_eval.inspections.finding import note_absence, note_duty, note_record, withdraw_finding
from duty_eval.inspections.models import InspectionFinding, InspectionResult
from duty_eval.inspections.risks import risky_sections
from duty_eval.records.models import DutyRecord, RecordState
from duty_eval.records.rollups import apply, delta_of
from host.kernel.access import Actor, Role
from host.kernel.db import AnyRow, db
from host.kernel.errors import NotFound
from tests.duty_eval.inspections.rows import DAY, PROBLEM, Check, a_record
from tests.factories import a_function, a_section_duty, an_actor

SignIn = Callable[[Actor], FlaskClient]


@pytest.fixture
def check(connection: Connection) -> Check:
    return Check()


def facts(person_id: int) -> AnyRow:
    found = person_facts(date(2026, 3, 1), date(2026, 4, 1)).subquery()
    return db.session.execute(select(found).where(found.c.person_id == person_id)).one()


def an_approved_record(check: Check, day: date = DAY) -> DutyRecord:
    record = a_record(
        check.person, check.post, worked_on=day, record_state=RecordState.APPROVED,
        post_duty_id=check.city.trade.duties[1].id,
    )  # fmt: skip
    apply([delta_of(record, records=1, approved=1)])
    return record


def test_a_closed_check_counts_for_the_people_of_its_section(check: Check) -> None:
    check.judge_all()
    note_absence(check.plan, check.subject, check.found(), person_id=check.person.id, day=DAY, actor=check.office)
    check.close()
    row = facts(check.person.id)
    assert (row.check_weight, row.check_ok, row.check_problems) == (5, 4, 1)
    other = facts(check.city.trade.people[2].id)
    assert (other.check_weight, other.check_ok, other.check_problems) == (5, 5, 0)


def test_a_check_that_is_under_way_counts_for_nobody(check: Check) -> None:
    check.judge_all()
    note_absence(check.plan, check.subject, check.found(), person_id=check.person.id, day=DAY, actor=check.office)
    row = facts(check.person.id)
    assert (row.check_weight, row.check_problems) == (0, 0)


def test_a_corrected_record_is_no_longer_approved_once_the_plan_is_closed(check: Check) -> None:
    wrong = an_approved_record(check)
    an_approved_record(check, date(2026, 3, 3))
    note_record(check.plan, check.subject, check.found(), record=wrong, actor=check.office)
    check.judge_all()
    assert (facts(check.person.id).approved_count, facts(check.person.id).days_logged) == (2, 2)
    check.close()
    assert (facts(check.person.id).approved_count, facts(check.person.id).days_logged) == (1, 1)


def test_what_was_taken_back_corrects_nothing(check: Check) -> None:
    record = an_approved_record(check)
    noted = note_record(check.plan, check.subject, check.found(), record=record, actor=check.office)
    withdraw_finding(check.plan, noted, reason="看错了", actor=check.office)
    check.judge_all()
    check.close()
    assert facts(check.person.id).approved_count == 1


def test_the_list_behind_a_score_leaves_out_what_was_corrected(check: Check, sign_in_as: SignIn) -> None:
    wrong = an_approved_record(check)
    an_approved_record(check, date(2026, 3, 3))
    note_record(check.plan, check.subject, check.found(), record=wrong, actor=check.office)
    check.judge_all()
    check.close()
    client = sign_in_as(an_actor(Role.STAFF, person=check.person))
    url = f"/duty-eval/people/{check.person.id}/records?from=2026-03-01&to=2026-03-31&state="
    assert "2026年3月2日" in client.get(f"{url}approved").get_data(as_text=True)
    upheld = client.get(f"{url}upheld").get_data(as_text=True)
    assert "2026年3月3日" in upheld
    assert f"/duty-eval/records/{wrong.id}/" not in upheld


def test_a_person_reads_the_results_that_count_in_their_score(check: Check, sign_in_as: SignIn) -> None:
    check.judge_all(PROBLEM)
    check.close()
    client = sign_in_as(an_actor(Role.STAFF, person=check.person))
    url = f"/duty-eval/people/{check.person.id}/inspections?from=2026-03-01&to=2026-03-31"
    assert "所在科室" in client.get(url).get_data(as_text=True)
    found = client.get(f"/duty-eval/inspection-findings?inspection_id={check.plan.id}").get_data(as_text=True)
    assert "商务局1科" in found
    assert "商务局2科" not in found


def test_another_persons_results_are_not_read(check: Check) -> None:
    stranger = an_actor(Role.STAFF, person=check.city.finance.people[0])
    with pytest.raises(NotFound):
        sheets.results_of_person(stranger, check.person.id, DAY, DAY)


def test_what_a_section_failed_on_is_its_peoples_to_read_when_the_plan_is_closed(check: Check) -> None:
    noted = note_duty(
        check.plan, check.subject, check.found(), post_duty_id=check.city.trade.duties[1].id, actor=check.office
    )
    reader = an_actor(Role.STAFF, person=check.person)
    with pytest.raises(NotFound):
        sheets.finding_row(reader, noted.id)
    check.judge_all()
    check.close()
    assert sheets.finding_row(reader, noted.id).InspectionFinding is noted


def test_the_thread_leads_from_a_duty_and_its_function_to_what_was_found(check: Check, sign_in_as: SignIn) -> None:
    bureau = check.city.trade
    function = a_function(unit=bureau.unit)
    section_duty = a_section_duty(section=bureau.sections[1])
    links = ({"function_id": function.id, "section_duty_id": section_duty.id},
             {"section_duty_id": section_duty.id, "post_duty_id": bureau.duties[1].id})  # fmt: skip
    for link in links:
        db.session.add(DutyLink(unit_id=bureau.unit.id, link_state=LinkState.CONFIRMED, decided_by=1, **link))
    db.session.flush()
    note_duty(check.plan, check.subject, check.found("没有开展"), post_duty_id=bureau.duties[1].id, actor=check.office)
    record = a_record(check.person, check.post, post_duty_id=bureau.duties[1].id)
    note_record(check.plan, check.subject, check.found("没有这一件"), record=record, actor=check.office)
    client = sign_in_as(bureau.chief)
    for layer, thing in (("post_duty", bureau.duties[1].id), ("unit_function", function.id)):
        page = client.get(f"/basic-info/trace/{layer}/{thing}").get_data(as_text=True)
        assert "检查发现问题 2 个" in page
        rows = client.get(f"/duty-eval/inspection-findings?layer={layer}&thing_id={thing}").get_data(as_text=True)
        assert "没有开展" in rows
        assert "没有这一件" in rows


def test_a_unit_sees_the_sum_of_its_checks(check: Check, sign_in_as: SignIn) -> None:
    check.judge_all()
    note_duty(check.plan, check.subject, check.found(), post_duty_id=check.city.trade.duties[1].id, actor=check.office)
    check.close()
    page = sign_in_as(check.city.trade.chief).get(f"/duty-eval/units/{check.subject.unit_id}/inspection-findings")
    assert "95%" in page.get_data(as_text=True)  # 19 of 20


def test_where_problems_were_found_is_a_risk_next_time(check: Check) -> None:
    check.judge_all()
    note_duty(check.plan, check.subject, check.found(), post_duty_id=check.city.trade.duties[1].id, actor=check.office)
    check.close()
    (risky,) = risky_sections(["problems_before"], DAY)
    assert list(db.session.scalars(risky)) == [check.subject.section_id]


def test_a_list_of_findings_costs_the_same_for_many(
    check: Check, sign_in_as: SignIn, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    client = sign_in_as(check.office)
    check.judge_all(PROBLEM)
    assert db.session.scalar(select(InspectionFinding.id).limit(1))
    client.get("/duty-eval/inspection-findings?post_duty_id=1")
    with count_queries() as none:
        client.get("/duty-eval/inspection-findings?post_duty_id=1")
    with count_queries() as many:
        client.get("/duty-eval/inspection-findings")
    assert len(none) == len(many)


def test_results_are_written_at_the_closing_alone(check: Check) -> None:
    check.judge_all()
    assert db.session.scalar(select(InspectionResult.id)) is None
