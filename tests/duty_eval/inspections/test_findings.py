from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from io import BytesIO
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, func, select, text, update

from basic_info.organization.kinds import WorkState
from basic_info.organization.models import PersonVersion
from duty_eval.absences.models import AbsenceKind, AbsenceState
from duty_eval.evidence.operations import Evidence
from duty_eval.flags.models import FlagKind, RecordFlag
from duty_eval.inspections import queries, sheets
from duty_eval.inspections.asking import answer_request, ask_evidence, decide_answer
from duty_eval.inspections.closing import close_inspection
from duty_eval.inspections.errors import (
    AlreadyFound,
    EvidenceNeeded,
    InspectionFixed,
    InspectionStep,
    OnLeave,
    OwnFinding,
)
from duty_eval.inspections.finding import (
    Judgement,
    judge_lines,
    note_absence,
    note_duty,
    note_record,
    withdraw_finding,
)
from duty_eval.inspections.models import (
    EvidenceRequest,
    FindingVerdict,
    Inspection,
    InspectionFinding,
    InspectionResult,
    InspectionState,
    RequestState,
    Violation,
)
from duty_eval.inspections.operations import remove_subject
from duty_eval.records.models import DutyRecord, RecordState
from host.kernel.access import Actor, Role
from host.kernel.db import db
from host.kernel.errors import NotFound, NotPermitted, Refused
from host.kernel.pages import today_in_china
from tests.duty_eval.inspections.rows import DAY, OK, PROBLEM, PROOF, Check, a_record, subjects_of
from tests.factories import an_actor
from tests.host.files.file_contents import a_photo

SignIn = Callable[[Actor], FlaskClient]


@pytest.fixture
def check(connection: Connection) -> Check:
    return Check()


# verdicts


def test_verdicts_are_set_and_set_anew(check: Check) -> None:
    line = check.lines[0].id
    judge_lines(check.plan, check.subject, {line: OK}, actor=check.office)
    judge_lines(check.plan, check.subject, {line: PROBLEM}, actor=check.office)
    found = db.session.scalars(select(InspectionFinding)).one()
    assert (found.finding_verdict, found.words) == (FindingVerdict.PROBLEM, "分工不清")


def test_a_problem_needs_words(check: Check) -> None:
    wordless = {check.lines[0].id: Judgement(verdict=FindingVerdict.PROBLEM)}
    with pytest.raises(Refused, match="请写明情况"):
        judge_lines(check.plan, check.subject, wordless, actor=check.office)


def test_a_line_of_another_plan_is_not_found(check: Check) -> None:
    other = queries.lines_of_inspection(check.city.plan(name="另一次").id)[0]
    with pytest.raises(NotFound):
        judge_lines(check.plan, check.subject, {other.id: OK}, actor=check.office)


def test_before_it_begins_nothing_is_found(check: Check) -> None:
    plan = check.city.drawn(name="另一次")
    line = queries.lines_of_inspection(plan.id)[0].id
    with pytest.raises(InspectionStep):
        judge_lines(plan, subjects_of(plan)[0], {line: OK}, actor=check.office)


def test_what_has_findings_is_not_taken_out_of_the_sample(check: Check) -> None:
    judge_lines(check.plan, check.subject, {check.lines[0].id: OK}, actor=check.office)
    with pytest.raises(InspectionStep):
        remove_subject(check.plan, check.subject, reason="不查了", actor=check.office)


# duties, records, people


def test_a_problem_with_a_duty_names_it_and_the_violation(check: Check) -> None:
    duty = check.city.trade.duties[1].id
    found = check.found(violation=Violation.MIXED_POSTS, evidence=Evidence())
    noted = note_duty(check.plan, check.subject, found, post_duty_id=duty, actor=check.office)
    assert (noted.post_duty_id, noted.violation) == (duty, Violation.MIXED_POSTS)


def test_a_duty_of_another_section_is_not_found(check: Check) -> None:
    elsewhere = check.city.finance.duties[0].id
    with pytest.raises(NotFound):
        note_duty(check.plan, check.subject, check.found(), post_duty_id=elsewhere, actor=check.office)


def test_a_record_that_is_not_as_it_says_stays_as_it_is_and_is_flagged(check: Check) -> None:
    record = a_record(check.person, check.post)
    note_record(check.plan, check.subject, check.found(), record=record, actor=check.office)
    flagged = db.session.scalars(select(RecordFlag)).one()
    assert (flagged.kind, flagged.detail) == (FlagKind.INSPECTED, "与台账不符")
    db.session.refresh(record)
    assert (record.record_state, record.content) == (RecordState.SUBMITTED, "办理来件三件")


def test_a_locked_record_can_be_found_wrong_and_never_changes(check: Check) -> None:
    record = a_record(check.person, check.post)
    db.session.execute(text("ALTER TABLE duty_record DISABLE TRIGGER guard"))
    db.session.execute(update(DutyRecord).values(record_state=RecordState.LOCKED))
    db.session.execute(text("ALTER TABLE duty_record ENABLE TRIGGER guard"))
    db.session.refresh(record)
    before = db.session.execute(text("SELECT r.* FROM duty_record r")).one()
    note_record(check.plan, check.subject, check.found(), record=record, actor=check.office)
    check.judge_all()
    check.close()
    assert db.session.execute(text("SELECT r.* FROM duty_record r")).one() == before


def test_a_finding_taken_back_takes_its_flag_with_it(check: Check) -> None:
    record = a_record(check.person, check.post)
    noted = note_record(check.plan, check.subject, check.found(), record=record, actor=check.office)
    withdraw_finding(check.plan, noted, reason="看错了台账", actor=check.office)
    assert db.session.scalar(select(RecordFlag.id)) is None
    assert sheets.findings_of_record(record.id, DAY) == []


def test_a_record_is_found_wrong_once(check: Check) -> None:
    record = a_record(check.person, check.post)
    note_record(check.plan, check.subject, check.found(), record=record, actor=check.office)
    with pytest.raises(AlreadyFound):
        note_record(check.plan, check.subject, check.found(), record=record, actor=check.office)


def test_people_and_records_are_found_wanting_with_evidence_alone(check: Check) -> None:
    bare = check.found(evidence=Evidence())
    with pytest.raises(EvidenceNeeded):
        note_absence(check.plan, check.subject, bare, person_id=check.person.id, day=DAY, actor=check.office)
    with pytest.raises(EvidenceNeeded):
        note_record(check.plan, check.subject, bare, record=a_record(check.person, check.post), actor=check.office)


def test_the_database_itself_wants_evidence_about_a_person(check: Check) -> None:
    place = {"inspection_id": check.plan.id, "subject_id": check.subject.id, "unit_id": check.subject.unit_id}
    about = {"section_id": check.subject.section_id, "person_id": check.person.id, "absent_on": DAY}
    said = {"finding_verdict": FindingVerdict.PROBLEM, "words": "不在", "found_by_name": "编办"}
    db.session.add(InspectionFinding(**place, **about, **said, line_id=check.lines[0].id))
    db.session.flush()
    with pytest.raises(EvidenceNeeded), db.session.begin_nested():
        db.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


def test_who_is_on_confirmed_leave_is_not_absent(check: Check) -> None:
    check.away(AbsenceKind.ANNUAL)
    with pytest.raises(OnLeave):
        note_absence(check.plan, check.subject, check.found(), person_id=check.person.id, day=DAY, actor=check.office)


def test_whom_the_register_has_away_is_not_absent(check: Check) -> None:
    away = update(PersonVersion).where(PersonVersion.person_id == check.person.id)
    db.session.execute(away.values(work_state=WorkState.LENT_OUT))
    with pytest.raises(OnLeave):
        note_absence(check.plan, check.subject, check.found(), person_id=check.person.id, day=DAY, actor=check.office)


def test_the_sheet_shows_leave_that_waits_too(check: Check) -> None:
    check.away(AbsenceKind.TRIP, AbsenceState.REQUESTED)
    row = sheets.whereabouts(check.subject, DAY)[0]
    assert (row.name, row.Absence.absence_kind) == ("商务局职工1", AbsenceKind.TRIP)


def test_the_sheet_calls_nobody_due_on_a_day_off(check: Check, sign_in_as: SignIn) -> None:
    sheet = f"/duty-eval/inspections/{check.plan.id}/subjects/{check.subject.id}?day="
    db.session.commit()
    client = sign_in_as(check.office)

    workday, saturday = (client.get(f"{sheet}{day}").text for day in (DAY, date(2026, 3, 7)))

    assert ("应在岗<" in workday, "应在岗<" in saturday, "这一天不是工作日" in saturday) == (True, False, True)
    assert ("登记无故缺岗" in workday, "登记无故缺岗" in saturday) == (True, False)


@pytest.mark.parametrize("day", [date(2026, 3, 7), date(2026, 2, 27)])
def test_nobody_is_absent_on_a_day_off_or_outside_the_plan(check: Check, day: date) -> None:
    with pytest.raises(Refused):
        note_absence(check.plan, check.subject, check.found(), person_id=check.person.id, day=day, actor=check.office)


def test_nobody_finds_anything_about_themselves(check: Check) -> None:
    inspector = an_actor(Role.INSPECTOR, person=check.person, region="371300")
    with pytest.raises(OwnFinding):
        note_absence(check.plan, check.subject, check.found(), person_id=check.person.id, day=DAY, actor=inspector)


# evidence asked back


def test_evidence_is_due_in_working_days(check: Check) -> None:
    asked = ask_evidence(check.plan, check.subject, text="值班表", limit_workdays=5, today=DAY, actor=check.office)
    assert asked.due_on == date(2026, 3, 9)


def test_an_answer_is_asked_again_with_a_reason_and_then_accepted(check: Check) -> None:
    clerk = check.city.trade.clerk
    asked = ask_evidence(check.plan, check.subject, text="值班表", today=DAY, actor=check.office)
    answer_request(asked, words="见附件", evidence=PROOF, actor=clerk)
    with pytest.raises(Refused):
        decide_answer(asked, is_accepted=False, today=DAY, actor=check.office)
    decide_answer(asked, is_accepted=False, note="缺三月", today=date(2026, 3, 9), actor=check.office)
    assert (asked.request_state, asked.due_on) == (RequestState.OPEN, date(2026, 3, 16))
    answer_request(asked, words="已补", actor=clerk)
    decide_answer(asked, is_accepted=True, today=DAY, actor=check.office)
    assert asked.request_state is RequestState.ACCEPTED
    assert [one.is_accepted for one in sheets.answers_of(asked.id)] == [True, False]


def test_nobody_decides_on_their_own_answer(check: Check) -> None:
    asked = ask_evidence(check.plan, check.subject, text="值班表", today=DAY, actor=check.office)
    answer_request(asked, words="见附件", actor=check.office)
    with pytest.raises(NotPermitted):
        decide_answer(asked, is_accepted=True, today=DAY, actor=check.office)


def test_only_the_section_or_its_unit_answers(check: Check) -> None:
    asked = ask_evidence(check.plan, check.subject, text="值班表", today=DAY, actor=check.office)
    assert sheets.request_to_answer(check.city.trade.clerk, asked.id) is asked
    for other in (check.city.finance.clerk, check.city.trade.head, check.reviewer):
        with pytest.raises(NotFound):
            sheets.request_to_answer(other, asked.id)


def test_what_waits_is_told_and_what_is_late_first(check: Check) -> None:
    today = today_in_china()
    ask_evidence(check.plan, check.subject, text="值班表", limit_workdays=1, today=DAY, actor=check.office)
    ask_evidence(check.plan, check.subject, text="分工表", today=today, actor=check.office)
    waits = sheets.waiting(check.city.trade.clerk)
    assert (waits.to_answer, waits.overdue, waits.to_decide) == (2, 1, 0)
    assert sheets.waiting(check.city.finance.clerk) == sheets.Waiting()


# closing


def test_a_plan_with_a_line_left_open_is_not_closed(check: Check) -> None:
    check.judge_all()
    db.session.execute(
        update(InspectionFinding)
        .where(InspectionFinding.subject_id == check.subject.id, InspectionFinding.line_id == check.lines[0].id)
        .values(withdrawn_at=func.now(), withdrawn_reason="误")
    )
    with pytest.raises(Refused, match="1 个对象的 1 条"):
        check.close()


def test_a_plan_is_not_closed_by_who_made_it(check: Check) -> None:
    check.judge_all()
    with pytest.raises(NotPermitted):
        close_inspection(check.plan, today=DAY, actor=check.office)


def test_evidence_that_is_not_due_yet_is_waited_for(check: Check) -> None:
    check.judge_all()
    ask_evidence(check.plan, check.subject, text="值班表", today=DAY, actor=check.office)
    with pytest.raises(Refused, match="没有到期"):
        check.close()


def test_an_answer_is_looked_at_before_the_closing(check: Check) -> None:
    check.judge_all()
    asked = ask_evidence(check.plan, check.subject, text="值班表", today=DAY, actor=check.office)
    answer_request(asked, words="见附件", actor=check.city.trade.clerk)
    with pytest.raises(Refused, match="没有核对"):
        check.close(date(2026, 4, 1))


def test_evidence_that_is_overdue_lapses_at_the_closing(check: Check) -> None:
    check.judge_all()
    asked = ask_evidence(check.plan, check.subject, text="值班表", today=DAY, actor=check.office)
    check.close(date(2026, 4, 1))
    db.session.refresh(asked)
    assert asked.request_state is RequestState.LAPSED
    with pytest.raises(InspectionStep):
        answer_request(asked, words="迟了", actor=check.city.trade.clerk)


def test_the_closing_writes_what_scores_read(check: Check) -> None:
    check.judge_all()
    lines = {check.lines[0].id: PROBLEM, check.lines[1].id: Judgement(verdict=FindingVerdict.NOT_APPLICABLE)}
    judge_lines(check.plan, check.subject, lines, actor=check.office)
    note_absence(check.plan, check.subject, check.found(), person_id=check.person.id, day=DAY, actor=check.office)
    check.close()
    said = db.session.execute(
        select(InspectionResult.checked_weight, InspectionResult.ok_weight, InspectionResult.problem_count)
        .where(InspectionResult.subject_id == check.subject.id)
    ).one()  # fmt: skip
    # five lines of weight 1, one does not apply, one has a problem and one an absence on it
    assert tuple(said) == (4, 2, 2)
    of_person = select(InspectionResult.problem_count).where(InspectionResult.person_id == check.person.id)
    assert db.session.scalars(of_person).one() == 1
    assert db.session.scalar(select(func.count()).where(InspectionResult.subject_id.is_not(None))) == 8


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE inspection_finding SET words = '别的'",
        "UPDATE inspection_result SET ok_weight = 0",
        "DELETE FROM inspection_result",
        "DELETE FROM inspection_finding",
    ],
)
def test_nothing_of_a_closed_plan_changes_in_the_database(check: Check, statement: str) -> None:
    check.judge_all()
    check.close()
    with pytest.raises((InspectionFixed, InspectionStep)), db.session.begin_nested():
        db.session.execute(text(statement))


# who reads what


def test_findings_are_read_where_they_reach(check: Check) -> None:
    noted = note_absence(
        check.plan, check.subject, check.found(), person_id=check.person.id, day=DAY, actor=check.office
    )
    themselves = an_actor(Role.STAFF, person=check.person)
    for reader in (check.office, check.reviewer, check.city.trade.clerk, themselves):
        assert sheets.finding_row(reader, noted.id).person_name == "商务局职工1"
    for other in (check.city.finance.clerk, check.city.trade.head, an_actor(person=check.city.trade.people[2])):
        with pytest.raises(NotFound):
            sheets.finding_row(other, noted.id)


# pages


def test_a_check_goes_from_sheet_to_closing_over_the_pages(check: Check, sign_in_as: SignIn) -> None:
    record = a_record(check.person, check.post)
    sheet = f"/duty-eval/inspections/{check.plan.id}/subjects/{check.subject.id}"
    office = sign_in_as(check.office)
    page = office.get(f"{sheet}?day=2026-03-02").get_data(as_text=True)
    assert "商务局职工1" in page
    assert "办理来件" in page
    line = check.lines[2].id
    office.post(f"{sheet}/verdicts", data={f"verdict-{line}": "problem", f"words-{line}": "台账缺页", "rest": "ok"})
    data = {"record": f"{record.id}:2026-03-02", "line_id": str(line), "words": "台账没有这一件"}
    assert "佐证" in office.post(f"{sheet}/records", data=data).get_data(as_text=True)
    photo = (BytesIO(a_photo()), "台账.jpg")
    assert office.post(f"{sheet}/records", data={**data, "evidence": photo}).status_code == 303
    finding = db.session.scalars(select(InspectionFinding).where(InspectionFinding.record_id == record.id)).one()
    assert "台账.jpg" in office.get(f"/duty-eval/inspection-findings/{finding.id}").get_data(as_text=True)
    office.post(f"{sheet}/requests", data={"text": "补台账", "limit_workdays": "5", "finding_id": str(finding.id)})
    asked = db.session.scalars(select(EvidenceRequest)).one()
    clerk = sign_in_as(check.city.trade.clerk)
    assert "监督检查要求补证" in clerk.get("/").get_data(as_text=True)
    clerk.post(f"/duty-eval/inspection-requests/{asked.id}/answer", data={"words": "已补上"})
    office = sign_in_as(check.office)
    assert "待核对的补证答复" in office.get("/").get_data(as_text=True)
    office.post(f"/duty-eval/inspection-requests/{asked.id}/decide", data={"verdict": "accept", "limit_workdays": "5"})
    db.session.refresh(asked)
    assert asked.request_state is RequestState.ACCEPTED
    check.judge_all()
    assert sign_in_as(check.reviewer).post(f"/duty-eval/inspections/{check.plan.id}/close").status_code == 303
    author = sign_in_as(an_actor(Role.STAFF, person=check.person))
    assert "审核结论已由检查更正" in author.get(f"/duty-eval/records/{record.id}/2026-03-02").get_data(as_text=True)


def test_a_sheet_names_people_to_its_makers_alone(check: Check, sign_in_as: SignIn) -> None:
    sheet = f"/duty-eval/inspections/{check.plan.id}/subjects/{check.subject.id}?day=2026-03-02"
    assert "商务局职工1" not in sign_in_as(check.reviewer).get(sheet).get_data(as_text=True)


# two at once


def test_nothing_is_found_beside_a_closing(committed: Engine, app: Flask) -> None:
    """A finding that comes while the plan is being closed waits, and is refused when the closing is through."""
    check = Check()
    check.judge_all()
    plan_id, subject_id, line = check.plan.id, check.subject.id, check.lines[0].id
    office, reviewer = check.office, check.reviewer
    db.session.commit()
    close_inspection(queries.plan_to_close(reviewer, plan_id), today=DAY, actor=reviewer)

    def finds() -> str:
        with app.app_context():
            plan = queries.plan_to_fill(office, plan_id)
            try:
                judge_lines(plan, sheets.subject_to_fill(plan, subject_id), {line: PROBLEM}, actor=office)
                db.session.commit()
            except InspectionStep:
                db.session.rollback()
                return "refused"
            return "found"

    with ThreadPoolExecutor(1) as pool:
        finding = pool.submit(finds)
        db.session.commit()
        assert finding.result(timeout=20) == "refused"


def test_of_two_who_answer_at_once_one_is_refused(committed: Engine, app: Flask) -> None:
    check = Check()
    asked = ask_evidence(check.plan, check.subject, text="值班表", today=DAY, actor=check.office)
    request_id, clerk = asked.id, check.city.trade.clerk
    db.session.commit()
    together = Barrier(2)

    def answers() -> str:
        with app.app_context():
            together.wait()
            try:
                answer_request(sheets.request_to_answer(clerk, request_id), words="见附件", actor=clerk)
                db.session.commit()
            except InspectionStep:
                db.session.rollback()
                return "refused"
            return "answered"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(lambda _: answers(), range(2))) == ["answered", "refused"]


def test_two_who_close_at_once_write_the_results_once(committed: Engine, app: Flask) -> None:
    check = Check()
    check.judge_all()
    plan_id, reviewer = check.plan.id, check.reviewer
    db.session.commit()
    together = Barrier(2)

    def closes() -> str:
        with app.app_context():
            together.wait()
            try:
                close_inspection(queries.plan_to_close(reviewer, plan_id), today=DAY, actor=reviewer)
                db.session.commit()
            except InspectionStep:
                db.session.rollback()
                return "refused"
            return "closed"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(lambda _: closes(), range(2))) == ["closed", "refused"]
    assert db.session.scalar(select(func.count()).select_from(InspectionResult)) == 8
    assert db.session.scalar(select(Inspection.inspection_state)) is InspectionState.CLOSED
