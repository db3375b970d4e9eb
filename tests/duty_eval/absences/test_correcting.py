"""Granted leave is shortened, lengthened, changed or taken back by the head; what it was stays (D25)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import Range

from basic_info.organization.models import Unit
from duty_eval.absences.correcting import correct_absence, revoke_absence
from duty_eval.absences.errors import (
    AbsenceFixed,
    AbsenceMonthLocked,
    AbsenceOverlaps,
    NotGranted,
    OwnAbsence,
)
from duty_eval.absences.models import Absence, AbsenceKind, AbsenceState
from duty_eval.absences.operations import cancel_absence, decide_absence, request_absence
from duty_eval.absences.queries import absence_to_decide, earlier_versions
from duty_eval.expectations import open_days
from duty_eval.flags.models import FlagKind, RecordFlag
from duty_eval.periods.operations import lock_month, reopen_month
from duty_eval.periods.queries import Place
from duty_eval.records.operations import Entry, log_records
from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.audit import AuditEntry
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.errors import NotFound, Refused
from host.kernel.notifications.models import Notification
from host.kernel.pages import today_in_china
from tests.at_once import at_once
from tests.duty_eval.absences.team import FRIDAY, MONDAY, Team
from tests.factories import a_person, a_post, a_section, an_actor

SignIn = Callable[[Actor], FlaskClient]
TUESDAY, WEDNESDAY = date(2026, 3, 3), date(2026, 3, 4)
MARCH = date(2026, 3, 1)


@pytest.fixture
def team(connection: Connection) -> Team:
    return Team()


def _shorten(absence: Absence, team: Team, last: date = TUESDAY) -> Absence:
    return correct_absence(absence, absence.absence_kind, absence.first, last, reason="提前返岗", actor=team.head)


def _lengthen(absence: Absence, team: Team) -> Absence:
    return correct_absence(absence, absence.absence_kind, absence.first, FRIDAY, reason="补办手续", actor=team.head)


def _lock(team: Team, month: date = MARCH) -> None:
    lock_month(Place(section_id=team.section.id), month, actor=SYSTEM, today=today_in_china())


def test_shortened_leave_gives_its_days_back_and_the_old_row_stays(team: Team) -> None:
    old = team.granted()
    new = _shorten(old, team)

    assert team.away() == {MONDAY, TUESDAY}
    assert (old.absence_state, old.last, old.correction_reason) == (AbsenceState.SUPERSEDED, FRIDAY, "提前返岗")
    assert (new.corrects_id, new.absence_state) == (old.id, AbsenceState.CONFIRMED)


def test_open_days_follow_a_correction(team: Team) -> None:
    _shorten(team.granted(), team)

    rows = open_days(team.section.id, MONDAY, FRIDAY, load_workdays())

    assert [row.day for row in rows if row.person_id == team.clerk.person_id] == [WEDNESDAY, date(2026, 3, 5), FRIDAY]


def test_another_kind_counts_as_that_kind_does(team: Team) -> None:
    correct_absence(team.granted(), AbsenceKind.TRIP, MONDAY, FRIDAY, reason="实为出差", actor=team.head)

    assert team.away() == frozenset()


def test_leave_taken_back_is_expected_again_and_stays_with_its_reason(team: Team) -> None:
    absence = team.granted()
    revoke_absence(absence, reason="会议取消，未休", actor=team.head)

    assert team.away() == frozenset()
    assert (absence.absence_state, absence.correction_reason) == (AbsenceState.CANCELLED, "会议取消，未休")


def test_a_correction_may_be_corrected_and_all_that_was_is_listed(team: Team) -> None:
    first = team.granted()
    second = _shorten(first, team, last=WEDNESDAY)
    third = _shorten(second, team, last=TUESDAY)

    assert [one.id for one in earlier_versions(third)] == [second.id, first.id]
    assert team.away() == {MONDAY, TUESDAY}


def test_the_person_may_still_come_back_early_on_what_was_corrected(team: Team) -> None:
    new = _shorten(team.granted(), team)
    cancel_absence(new, reason="没有休", actor=team.clerk)

    assert team.away() == frozenset()


def test_days_that_were_given_back_can_be_asked_for_again(team: Team) -> None:
    _shorten(team.granted(), team)

    assert team.ask(first=WEDNESDAY).absence_state is AbsenceState.REQUESTED
    with pytest.raises(AbsenceOverlaps):
        team.ask(first=MONDAY, last=MONDAY)


@pytest.mark.parametrize(
    ("first", "last", "kind", "reason", "words"),
    [
        (MONDAY, TUESDAY, AbsenceKind.ANNUAL, " ", "原因"),
        (MONDAY, FRIDAY, AbsenceKind.ANNUAL, "无", "没有变动"),
        (date(2026, 3, 9), date(2026, 3, 10), AbsenceKind.ANNUAL, "移走", "没有一天相同"),
        (MONDAY, date(2027, 3, 9), AbsenceKind.ANNUAL, "延长", "最多登记 366 天"),
        (date(2010, 2, 27), date(2010, 2, 27), AbsenceKind.ANNUAL, "提前", "没有一天相同"),
        (FRIDAY, MONDAY, AbsenceKind.ANNUAL, "倒置", "不能早于"),
    ],
)
def test_what_is_no_correction_is_refused_in_words(
    team: Team, first: date, last: date, kind: AbsenceKind, reason: str, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        correct_absence(team.granted(), kind, first, last, reason=reason, actor=team.head)


def test_lengthened_leave_takes_its_days_in_and_the_old_row_stays(team: Team) -> None:
    old = team.granted(last=TUESDAY)
    new = _lengthen(old, team)

    assert team.away() == {MONDAY, TUESDAY, WEDNESDAY, date(2026, 3, 5), FRIDAY}
    assert (old.absence_state, old.last, new.corrects_id) == (AbsenceState.SUPERSEDED, TUESDAY, old.id)


def test_leave_is_not_lengthened_into_other_leave(team: Team) -> None:
    team.ask(first=FRIDAY)

    with pytest.raises(AbsenceOverlaps, match="年休假（待确认）"):
        _lengthen(team.granted(last=TUESDAY), team)


def test_leave_is_not_lengthened_into_a_closed_month(team: Team) -> None:
    absence = team.granted(last=TUESDAY)
    _lock(team, date(2026, 2, 1))

    with pytest.raises(AbsenceMonthLocked, match="2026年2月"):
        correct_absence(absence, absence.absence_kind, date(2026, 2, 26), TUESDAY, reason="漏记", actor=team.head)


def test_leave_is_not_lengthened_to_before_the_person_came(team: Team) -> None:
    absence = team.granted(last=TUESDAY)
    db.session.execute(
        text("UPDATE appointment SET valid = '[2026-03-01,)' WHERE person_id = :id"), {"id": team.clerk.person_id}
    )

    with pytest.raises(Refused, match="没有任职岗位"):
        correct_absence(absence, absence.absence_kind, date(2026, 2, 26), TUESDAY, reason="漏记", actor=team.head)


def test_records_on_days_that_leave_takes_in_are_told_to_their_reviewer(team: Team) -> None:
    absence = team.granted(last=TUESDAY)
    for day in (TUESDAY, WEDNESDAY):
        entry = Entry(post_duty_id=None, content="整理档案")
        log_records([entry], worked_on=day, client_key=f"k{day.day}", actor=team.clerk, today=day)
    _lengthen(absence, team)

    flags = db.session.scalars(select(RecordFlag.worked_on).where(RecordFlag.kind == FlagKind.ON_LEAVE)).all()
    assert flags == [WEDNESDAY]


def test_the_database_too_takes_no_other_days_for_a_correction(team: Team) -> None:
    absence = team.granted(last=TUESDAY)
    absence.absence_state, absence.corrected_at = AbsenceState.SUPERSEDED, datetime.now(UTC)
    absence.correction_reason = "换日子"
    db.session.flush()
    values = {name: getattr(absence, name) for name in ("person_id", "section_id", "absence_kind")}
    other = Absence(
        **values, span=Range(FRIDAY, date(2026, 3, 7)), absence_state=AbsenceState.CONFIRMED, corrects_id=absence.id,
        decided_at=datetime.now(UTC),
    )  # fmt: skip
    db.session.add(other)

    with pytest.raises(AbsenceFixed):
        db.session.flush()


def test_the_database_too_gives_no_days_of_a_closed_month_by_a_correction(team: Team) -> None:
    absence = team.granted(last=TUESDAY)
    _lock(team, date(2026, 2, 1))
    absence.absence_state, absence.corrected_at = AbsenceState.SUPERSEDED, datetime.now(UTC)
    absence.correction_reason = "提前"
    db.session.flush()
    values = {name: getattr(absence, name) for name in ("person_id", "section_id", "absence_kind")}
    longer = Absence(
        **values, span=Range(date(2026, 2, 26), WEDNESDAY), absence_state=AbsenceState.CONFIRMED,
        corrects_id=absence.id, decided_at=datetime.now(UTC),
    )  # fmt: skip
    db.session.add(longer)

    with pytest.raises(AbsenceMonthLocked):
        db.session.flush()


def test_of_a_lengthening_and_a_request_at_once_one_is_taken(app: Flask, committed: Engine) -> None:
    team = Team()
    absence_id = team.granted(last=TUESDAY).id
    db.session.commit()

    results = at_once(
        app,
        [
            lambda: _lengthen(absence_to_decide(team.head, absence_id), team),
            lambda: team.ask(first=FRIDAY),
        ],
    )

    assert results == ["AbsenceOverlaps", "done"]


def test_a_head_lengthens_on_the_page_and_is_told_of_what_is_recorded(team: Team, sign_in_as: SignIn) -> None:
    absence = team.granted(last=TUESDAY)
    entry = Entry(post_duty_id=None, content="整理档案")
    log_records([entry], worked_on=WEDNESDAY, client_key="k", actor=team.clerk, today=WEDNESDAY)
    db.session.commit()
    head = sign_in_as(team.head)
    form = {"absence_kind": "annual", "first": "2026-03-02", "last": "2026-03-06", "reason": "补办手续"}

    answer = head.post(f"/duty-eval/absences/{absence.id}/correct", data=form, follow_redirects=True)

    assert "3月4日已有纪实，已提示审核人" in answer.text


def test_what_was_not_granted_or_is_corrected_already_is_not_corrected(team: Team) -> None:
    with pytest.raises(NotGranted):
        _shorten(team.ask(), team)
    later = team.granted(date(2026, 3, 9), date(2026, 3, 13))
    _shorten(later, team, last=date(2026, 3, 10))
    with pytest.raises(NotGranted):
        revoke_absence(later, reason="再来", actor=team.head)


def test_the_person_is_told_what_it_was_what_it_is_and_why(team: Team) -> None:
    _shorten(team.granted(), team)

    told = db.session.scalars(select(Notification.title).where(Notification.account_id == team.clerk.account_id))

    assert "您3月2日至3月6日的年休假已更正为3月2日至3月3日的年休假；原因：提前返岗" in told.all()


def test_a_correction_is_in_the_audit_log_with_both_sides(team: Team) -> None:
    new = _shorten(team.granted(), team)

    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "absence.corrected")).one()

    assert (entry.subject, entry.reason) == (f"absence:{new.id}", "提前返岗")
    assert (entry.before or {})["last"] == "2026-03-06"
    assert (entry.after or {})["last"] == "2026-03-03"


def test_nobody_corrects_their_own(team: Team) -> None:
    own = request_absence(team.head.person_id or 0, AbsenceKind.ANNUAL, MONDAY, FRIDAY, actor=team.head)
    leader = an_actor(Role.UNIT_HEAD, person=a_person(name="周局"), unit=db.session.get_one(Unit, team.section.unit_id))
    decide_absence(own, is_confirmed=True, actor=leader)

    with pytest.raises(OwnAbsence):
        revoke_absence(own, reason="自己改", actor=team.head)
    with pytest.raises(NotFound):
        absence_to_decide(team.head, own.id)
    assert absence_to_decide(leader, own.id).id == own.id


def test_the_database_too_lets_nobody_correct_their_own(team: Team) -> None:
    absence = team.granted()
    change = update(Absence).where(Absence.id == absence.id)
    facts = {"absence_state": AbsenceState.CANCELLED, "corrected_at": datetime.now(UTC), "correction_reason": "自己改"}

    with pytest.raises(OwnAbsence):
        db.session.execute(change.values(corrected_by=team.clerk.account_id, **facts))


@pytest.mark.parametrize("what", ["span = '[2026-03-02,2026-03-04)'", "absence_kind = 'sick'", "note = '改写'"])
def test_what_an_entry_says_is_rewritten_by_no_route(team: Team, what: str) -> None:
    absence = team.granted()
    with pytest.raises(AbsenceFixed):
        db.session.execute(text(f"UPDATE absence SET {what} WHERE id = :id"), {"id": absence.id})  # noqa: S608


def test_no_entry_is_removed_by_any_route(team: Team) -> None:
    absence = team.granted()
    with pytest.raises(AbsenceFixed):
        db.session.execute(delete(Absence).where(Absence.id == absence.id))


def test_leave_is_superseded_by_nothing_at_no_commit(team: Team) -> None:
    absence = team.granted()
    absence.absence_state, absence.corrected_at = AbsenceState.SUPERSEDED, datetime.now(UTC)
    absence.correction_reason = "无后续"
    db.session.flush()
    with pytest.raises(AbsenceFixed):
        db.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


def test_days_of_a_closed_month_are_not_changed(team: Team) -> None:
    absence = team.granted()
    _lock(team)

    with pytest.raises(AbsenceMonthLocked, match="2026年3月"):
        _shorten(absence, team)
    with pytest.raises(AbsenceMonthLocked):
        revoke_absence(absence, reason="月份已锁", actor=team.head)


def test_days_of_an_open_month_are_changed_beside_a_closed_one(team: Team) -> None:
    absence = team.granted(first=date(2026, 2, 26), last=FRIDAY)
    _lock(team, date(2026, 2, 1))

    new = correct_absence(absence, absence.absence_kind, date(2026, 2, 26), TUESDAY, reason="提前返岗", actor=team.head)

    assert new.last == TUESDAY
    with pytest.raises(AbsenceMonthLocked):
        correct_absence(new, AbsenceKind.SICK, new.first, new.last, reason="病假", actor=team.head)


def test_a_month_opened_again_for_the_person_is_open_to_a_correction(team: Team) -> None:
    absence = team.granted()
    _lock(team)
    reopen_month(team.clerk.person_id or 0, MARCH, reason="补正", days=3, section_id=team.section.id, actor=team.head)

    assert _shorten(absence, team).last == TUESDAY


def test_the_database_too_keeps_the_days_of_a_closed_month(team: Team) -> None:
    absence = team.granted()
    _lock(team)
    with pytest.raises(AbsenceMonthLocked):
        db.session.execute(update(Absence).where(Absence.id == absence.id).values(absence_state=AbsenceState.CANCELLED))


def test_leave_asked_for_in_a_closed_month_is_not_granted_and_not_given_up(team: Team) -> None:
    asked, granted = team.ask(last=TUESDAY), team.granted(first=FRIDAY)
    _lock(team)
    with pytest.raises(AbsenceMonthLocked), db.session.begin_nested():
        decide_absence(asked, is_confirmed=True, actor=team.head)
    with pytest.raises(AbsenceMonthLocked):
        cancel_absence(granted, reason="没有休", actor=team.clerk)


def test_of_two_corrections_at_once_one_is_made(app: Flask, committed: Engine) -> None:
    team = Team()
    absence_id = team.granted().id
    db.session.commit()

    def correct(last: date) -> Callable[[], object]:
        return lambda: _shorten(absence_to_decide(team.head, absence_id), team, last)

    results = at_once(app, [correct(TUESDAY), correct(WEDNESDAY)])

    assert results == ["NotGranted", "done"]
    states = select(func.count()).where(Absence.absence_state == AbsenceState.CONFIRMED)
    assert db.session.scalar(states) == 1


def test_a_head_corrects_on_the_page_and_the_person_sees_it(team: Team, sign_in_as: SignIn) -> None:
    absence = team.granted()
    db.session.commit()  # a refusal ends with a rollback
    head = sign_in_as(team.head)
    page = f"/duty-eval/absences/{absence.id}/correct"
    assert "更正为" in head.get(page).text
    form = {"absence_kind": "sick", "first": "2026-03-02", "last": "2026-03-03", "reason": "补交病假条"}

    assert head.post(page, data={**form, "reason": ""}).status_code == 422
    assert head.post(page, data={**form, "last": "2027-03-30"}).status_code == 422
    assert head.post(page, data=form).location.endswith("/granted?month=2026-03-01")
    listed = head.get("/duty-eval/absences/granted?month=2026-03-01").text
    assert "补交病假条" in listed
    assert "更正后" in listed
    assert "不能再更正" in head.get(page).text
    assert head.post(page, data=form).status_code == 409

    own = sign_in_as(team.clerk).get("/duty-eval/absences").text
    assert "补交病假条" in own
    assert "已更正" in own


def test_a_head_takes_leave_back_on_the_page(team: Team, sign_in_as: SignIn) -> None:
    absence = team.granted()
    head = sign_in_as(team.head)
    address = f"/duty-eval/absences/{absence.id}/revoke"

    assert head.post(address, data={"revoke-reason": ""}).status_code == 422
    assert head.post(address, data={"revoke-reason": "未休"}).status_code == 303
    assert "已作废" in head.get("/duty-eval/absences/granted?month=2026-03-01").text


def test_a_head_of_another_section_corrects_nothing(team: Team, sign_in_as: SignIn) -> None:
    absence = team.granted()
    other = an_actor(Role.SECTION_HEAD, person=a_person(name="外科长"), section=a_section(name="别科"))
    client = sign_in_as(other)

    assert client.get(f"/duty-eval/absences/{absence.id}/correct").status_code == 404
    assert client.post(f"/duty-eval/absences/{absence.id}/revoke", data={"revoke-reason": "越权"}).status_code == 404
    assert "这个月没有已确认的请假" in client.get("/duty-eval/absences/granted?month=2026-03-01").text


def test_staff_correct_nothing(team: Team, sign_in_as: SignIn) -> None:
    absence = team.granted()
    colleague = an_actor(Role.STAFF, person=a_person(name="赵敏", post=a_post(section=team.section)))

    assert sign_in_as(colleague).get(f"/duty-eval/absences/{absence.id}/correct").status_code == 403
