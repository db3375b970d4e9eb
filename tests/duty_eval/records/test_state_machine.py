"""Any order of what people do to records, on PostgreSQL, against a model in a few lines (R89, R90)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, cast

from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select, text

from basic_info.organization.models import Section
from duty_eval.periods.models import PeriodReopening
from duty_eval.periods.operations import (
    close_reopening,
    lock_month,
    reopen_month,
    reopen_record,
    seal,
    unlock_month,
)
from duty_eval.periods.queries import Place
from duty_eval.records import rollups
from duty_eval.records.discarding import discard
from duty_eval.records.models import DutyRecord, DutyRecordRevision, RecordRollup, RecordState
from duty_eval.records.operations import Entry, correct, log_records, withdraw
from duty_eval.records.reattaching import reattach
from duty_eval.review.models import RecordReview
from duty_eval.review.operations import approve_records, return_record
from host.kernel.access import Role
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.errors import DomainError
from tests.factories import a_person, a_post, a_post_duty, a_section, an_actor

S = RecordState
DAY, MONTH, TODAY = date(2026, 3, 2), date(2026, 3, 1), date(2026, 4, 20)
#: A place in the list of records: which one a step is about.
WHICH = st.integers(min_value=0, max_value=5)


@dataclass
class Model:
    """What is known of a record without looking: its state, versions, first words, and whether it was reviewed."""

    id: int
    state: RecordState
    first_words: str
    versions: int = 1
    is_reviewed: bool = False
    is_opened: bool = False


class Records(RuleBasedStateMachine):
    """One author, one head and one clerk about the records of one day in a month that can be locked."""

    app: ClassVar[Flask]
    #: the states in which runs left records
    reached: ClassVar[set[S]] = set()

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(self.app.app_context())
        engines = cast("dict[str | None, Any]", db.engines)
        engine = engines[None]
        connection = self.stack.enter_context(engine.connect())
        transaction = connection.begin()
        engines[None] = connection
        self.stack.callback(transaction.rollback)
        self.stack.callback(lambda: engines.__setitem__(None, engine))
        self.stack.callback(db.session.remove)
        self.records: list[Model] = []
        self.is_locked = self.is_month_open = False
        self.logged = self.acts = 0
        section = a_section()
        post = a_post(section=section)
        self.duty_id = a_post_duty(post=post).id
        person = a_person(post=post)
        head = a_person(name="李雷", post=a_post(section=section))
        self.section_id, self.person_id = section.id, person.id
        self.author = an_actor(Role.STAFF, person=person)
        self.head = an_actor(Role.SECTION_HEAD, person=head, section=section)
        self.clerk = an_actor(Role.OFFICE_CLERK, region="371300")

    def teardown(self) -> None:
        self.reached.update(one.state for one in self.records)
        self.stack.close()

    # what people do

    @rule(minutes=st.integers(1, 20))
    def log(self, minutes: int) -> None:
        self.logged += 1
        words = f"整理档案 {self.logged}"
        entry = Entry(post_duty_id=None, content=words, minutes=minutes)
        made: list[int] = []

        def act() -> None:
            done = log_records(
                [entry], worked_on=DAY, client_key=words, actor=self.author, today=TODAY, late_reason="出差"
            )
            made.extend(done.record_ids)

        if self._tried(act, may=not self.is_locked or self.is_month_open):
            self.records.append(Model(made[0], S.SUBMITTED, words))

    @rule(which=WHICH)
    def take_back(self, which: int) -> None:
        if found := self._pick(which):
            may = found.state is S.SUBMITTED and self._is_writable(found)
            if self._tried(lambda: withdraw(self._row(found), actor=self.author), may=may):
                found.state = S.DRAFT

    @rule(which=WHICH)
    def throw_away(self, which: int) -> None:
        if found := self._pick(which):
            is_fresh = found.versions == 1 and not found.is_reviewed
            may = found.state is S.DRAFT and is_fresh and self._is_writable(found)
            if self._tried(lambda: discard(self._row(found), actor=self.author), may=may):
                self.records.remove(found)

    @rule(which=WHICH, minutes=st.integers(1, 20))
    def mend(self, which: int, minutes: int) -> None:
        if found := self._pick(which):
            entry = Entry(post_duty_id=None, content="改过的内容", minutes=minutes)
            may = found.state in {S.DRAFT, S.RETURNED} and self._is_writable(found)
            if self._tried(lambda: correct(self._row(found), entry, reason="更正", actor=self.author), may=may):
                found.state, found.versions = S.SUBMITTED, found.versions + 1

    @rule(which=WHICH, by_author=st.booleans())
    def approve(self, which: int, by_author: bool) -> None:
        if found := self._pick(which):
            actor = self.author if by_author else self.head
            may = found.state is S.SUBMITTED and self._is_writable(found) and not by_author
            if self._tried(lambda: approve_records([self._row(found)], actor=actor), may=may):
                found.state, found.is_reviewed = S.APPROVED, True

    @rule(which=WHICH)
    def send_back(self, which: int) -> None:
        if found := self._pick(which):
            may = found.state is S.SUBMITTED and self._is_writable(found)
            if self._tried(lambda: return_record(self._row(found), reason="请补充", actor=self.head), may=may):
                found.state, found.is_reviewed = S.RETURNED, True

    @rule(which=WHICH)
    def put_elsewhere(self, which: int) -> None:
        found = self._pick(which)
        if found is None or found.state not in {S.SUBMITTED, S.APPROVED}:
            return  # the page finds no others
        row = self._row(found)
        duty_id = self.duty_id if row.post_duty_id is None else None
        if self._tried(lambda: reattach(row, duty_id, reason="选错", actor=self.head), may=self._is_writable(found)):
            found.versions += 1

    @rule()
    def lock(self) -> None:
        act = lambda: lock_month(self._place(), MONTH, actor=self.clerk, today=TODAY)  # noqa: E731
        if self._tried(act, may=not self.is_locked):
            self.is_locked = True
            self._seal()

    @rule()
    def unlock(self) -> None:
        act = lambda: unlock_month(self._place(), MONTH, actor=self.clerk, reason="补报")  # noqa: E731
        if self._tried(act, may=self.is_locked):
            self.is_locked = False
            self._seal()

    @rule()
    def open_month(self) -> None:
        def act() -> None:
            reopen_month(self.person_id, MONTH, reason="病假", days=3, section_id=self.section_id, actor=self.clerk)

        if self._tried(act, may=self.is_locked and not self.is_month_open):
            self.is_month_open = True
            for one in self.records:
                one.state = S.APPROVED if one.state is S.LOCKED else one.state

    @rule(which=WHICH)
    def open_record(self, which: int) -> None:
        if found := self._pick(which):
            may = found.state in {S.APPROVED, S.LOCKED}
            act = lambda: reopen_record(self._row(found), reason="填错", days=3, actor=self.clerk)  # noqa: E731
            needs_opening = self.is_locked and not self._is_writable(found)
            if self._tried(act, may=may):
                found.state = S.RETURNED
                found.is_opened = found.is_opened or needs_opening

    @rule()
    def end_openings(self) -> None:
        for opening in db.session.scalars(select(PeriodReopening).where(PeriodReopening.closed_at.is_(None))).all():
            close_reopening(opening, actor=self.clerk)
        self.is_month_open = False
        for one in self.records:
            one.is_opened = False
        seal(MONTH, Section.id == self.section_id)
        self._seal()

    # what must hold

    @invariant()
    def states_are_as_expected(self) -> None:
        db.session.expire_all()
        rows = db.session.execute(select(DutyRecord.id, DutyRecord.record_state, DutyRecord.version_no))
        assert {tuple(row) for row in rows} == {(one.id, one.state, one.versions) for one in self.records}

    @invariant()
    def every_version_is_kept(self) -> None:
        for one in self.records:
            said = db.session.scalars(
                select(DutyRecordRevision.said)
                .where(DutyRecordRevision.record_id == one.id)
                .order_by(DutyRecordRevision.version_no)
            ).all()
            assert len(said) == one.versions - 1
            assert not said or said[0]["content"] == one.first_words

    @invariant()
    def sums_equal_a_recount(self) -> None:
        r = RecordRollup
        kept = db.session.execute(
            select(r.person_id, r.month, r.section_id, r.post_duty_id, r.record_count, r.approved_count, r.minutes)
            .where(r.record_count > 0)
        )  # fmt: skip
        counted = rollups.recount(self.person_id).subquery().c
        again = db.session.execute(
            select(
                counted.person_id, counted.month, counted.section_id, counted.post_duty_id, counted.record_count,
                counted.approved_count, counted.minutes,
            )
        )  # fmt: skip
        assert sorted(map(str, kept)) == sorted(map(str, again))

    @invariant()
    def what_is_approved_was_reviewed_by_somebody_else(self) -> None:
        db.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        db.session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
        own = select(func.count()).where(RecordReview.reviewer_person_id == RecordReview.person_id)
        assert db.session.scalar(own) == 0

    @invariant()
    def every_act_left_an_audit_row(self) -> None:
        about = AuditEntry.action.startswith("duty_record.") | AuditEntry.action.in_(
            ("period_lock.locked", "period_lock.unlocked")
        )
        found = db.session.scalar(select(func.count()).where(about, AuditEntry.actor_id.in_(self._accounts()))) or 0
        opened = select(func.count()).where(AuditEntry.action == "period_reopening.opened")
        openings = db.session.scalar(select(func.count()).select_from(PeriodReopening))
        assert db.session.scalar(opened) == openings
        months = db.session.scalar(select(func.count()).where(PeriodReopening.record_id.is_(None))) or 0
        assert found + months == self.acts

    # how it is done

    def _tried(self, act: Callable[[], object], *, may: bool) -> bool:
        """Whether the act was done, which must be as the model says; a refused one leaves nothing behind."""
        nested = db.session.begin_nested()
        try:
            act()
            db.session.flush()
        except DomainError:
            nested.rollback()
            db.session.expire_all()
            done = False
        else:
            nested.commit()
            done = True
        assert done == may
        self.acts += done
        return done

    def _seal(self) -> None:
        """An unlocked month has no locked record; in a locked one those that are open to nobody are locked."""
        keeps_open = self.is_month_open or any(one.is_opened for one in self.records)
        for one in self.records:
            if not self.is_locked and one.state is S.LOCKED:
                one.state = S.APPROVED
            elif self.is_locked and not keeps_open and one.state is S.APPROVED:
                one.state = S.LOCKED

    def _is_writable(self, one: Model) -> bool:
        return not self.is_locked or self.is_month_open or one.is_opened

    def _pick(self, which: int) -> Model | None:
        return self.records[which % len(self.records)] if self.records else None

    def _row(self, one: Model) -> DutyRecord:
        return db.session.scalars(select(DutyRecord).where(DutyRecord.id == one.id).with_for_update()).one()

    def _place(self) -> Place:
        return Place(section_id=self.section_id)

    def _accounts(self) -> list[int | None]:
        return [actor.account_id for actor in (self.author, self.head, self.clerk)]


def test_records_keep_their_rules_whatever_people_do_in_whatever_order(app: Flask) -> None:
    Records.app = app

    run_state_machine_as_test(
        Records,
        settings=settings(
            max_examples=20,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    # Rules and invariants assert along the way; a run that never got anywhere would have shown nothing.
    assert Records.reached == set(S)
