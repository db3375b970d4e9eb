"""连续无履职记录 counts working days at one's post: leave between is no record, and no new beginning."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.engine import Connection

from duty_eval.absences.models import AbsenceKind
from duty_eval.absences.operations import decide_absence, request_absence
from duty_eval.records.models import RecordState
from duty_eval.rhythms.models import RecordRhythm
from duty_eval.rhythms.operations import choose_rhythm
from function_monitor.alerts.evaluating import evaluate, rules_in_order, seed_rules
from function_monitor.alerts.models import Alert, AlertRule
from host.auth.models import RoleGrant
from host.kernel.access import SYSTEM, Role, ScopeKind
from host.kernel.db import db
from tests.factories import SINCE, an_account, an_actor
from tests.performance.rows import Office

#: A Friday; the five working days before it are 13 and 16 to 19 March.
DAY = date(2026, 3, 20)


class Quiet:
    """A clerk who can log and wrote last on the given day."""

    def __init__(self) -> None:
        seed_rules(counts_from=date(2025, 1, 1))
        self.office = Office("王芳")
        self.person = self.office.people[0]
        account = an_account(person=self.person)
        db.session.add(RoleGrant(account_id=account.id, role=Role.STAFF, scope_kind=ScopeKind.SELF, valid=SINCE))
        db.session.flush()

    @property
    def rule(self) -> AlertRule:
        return next(one for one in rules_in_order() if one.code == "no_records")

    def wrote(self, day: date) -> None:
        self.office.log(self.person, day, state=RecordState.SUBMITTED)

    def away(self, first: date, last: date) -> None:
        asked = request_absence(self.person.id, AbsenceKind.ANNUAL, first, last, actor=SYSTEM)
        decide_absence(asked, is_confirmed=True, actor=an_actor())

    def found(self, day: date = DAY) -> list[dict[str, Any]]:
        evaluate(self.rule, day)
        return list(db.session.scalars(select(Alert.evidence)))


@pytest.fixture
def quiet(connection: Connection) -> Quiet:
    return Quiet()


def test_a_day_of_leave_does_not_hide_four_silent_days(quiet: Quiet) -> None:
    quiet.wrote(date(2026, 3, 11))
    quiet.away(date(2026, 3, 17), date(2026, 3, 17))
    (facts,) = quiet.found()
    assert (facts["first"], facts["workdays"]) == ("2026-03-12", 5)


def test_a_day_of_leave_is_not_itself_a_silent_day(quiet: Quiet) -> None:
    quiet.wrote(date(2026, 3, 12))
    quiet.away(date(2026, 3, 17), date(2026, 3, 17))
    assert quiet.found() == []


def test_silence_before_a_long_leave_is_counted_with_that_after_it(quiet: Quiet) -> None:
    quiet.wrote(date(2026, 2, 26))
    quiet.away(date(2026, 3, 4), date(2026, 3, 18))
    (facts,) = quiet.found()
    assert facts["first"] == "2026-02-27"  # with Saturday the 28th, which was worked, 2, 3 and 19 March: five


def test_who_was_away_all_the_time_is_left_in_peace(quiet: Quiet) -> None:
    quiet.wrote(date(2026, 3, 3))
    quiet.away(date(2026, 3, 4), date(2026, 3, 19))
    assert quiet.found() == []


def test_a_record_from_a_day_of_leave_ends_the_silence(quiet: Quiet) -> None:
    quiet.wrote(date(2026, 3, 2))
    quiet.away(date(2026, 3, 17), date(2026, 3, 17))
    quiet.wrote(date(2026, 3, 17))
    assert quiet.found() == []


def test_days_before_the_count_began_stay_out_when_leave_lies_between(quiet: Quiet) -> None:
    quiet.rule.params = {**quiet.rule.params, "counts_from": "2026-03-13"}
    quiet.away(date(2026, 3, 17), date(2026, 3, 17))
    assert quiet.found() == []


def test_of_who_writes_weekly_only_weeks_that_closed_count(quiet: Quiet) -> None:
    quiet.wrote(date(2026, 3, 13))
    monday = date(2026, 3, 9)
    choose_rhythm(quiet.office.unit.id, RecordRhythm.WEEKLY, on=monday, today=monday, reason="工作量小", actor=SYSTEM)
    assert (quiet.found(DAY), len(quiet.found(date(2026, 3, 23)))) == ([], 1)


@pytest.mark.parametrize("start", [DAY, date(2026, 3, 21), date(2027, 1, 1)])
def test_a_count_that_has_not_begun_finds_nobody(quiet: Quiet, start: date) -> None:
    quiet.rule.params = {**quiet.rule.params, "counts_from": start.isoformat()}
    assert quiet.found() == []


def test_people_are_compared_in_bulk_not_each_with_everybody(quiet: Quiet, connection: Connection) -> None:
    seen: list[Any] = []

    def note(conn: Connection, _cursor: object, statement: str, *_: object) -> None:
        if "INSERT INTO alert (" in statement:
            seen.append(conn.exec_driver_sql("SHOW enable_nestloop").scalar())

    event.listen(connection, "before_cursor_execute", note)
    quiet.found()

    assert (seen, connection.exec_driver_sql("SHOW enable_nestloop").scalar()) == (["off"], "on")
