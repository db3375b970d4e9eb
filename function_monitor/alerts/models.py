"""预警: what a rule found, and each step on its way to closure (R125–R134)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from basic_info.organization.kinds import Worded
from basic_info.organization.models import Person, Section, Unit
from host.kernel.db import Model


class AlertLevel(Worded):
    """Lights (R125): 红 a limit or rule is broken, 黄 a duty lags, 蓝 worth a look."""

    RED = "red", "红色"
    YELLOW = "yellow", "黄色"
    BLUE = "blue", "蓝色"

    @property
    def chip(self) -> str:
        """The look of the chip that carries the word."""
        return {"red": "bad", "yellow": "warn", "blue": "info"}[self.value]


class AlertState(Worded):
    PENDING = "pending", "待签收"
    ACKNOWLEDGED = "acknowledged", "整改中"
    RECTIFIED = "rectified", "待核验"
    VERIFIED = "verified", "待销号"
    CLOSED = "closed", "已销号"
    REOPENED = "reopened", "退回整改"
    FALSE_ALARM = "false_alarm", "误报"
    WITHDRAWN = "withdrawn", "自动解除"

    @property
    def is_over(self) -> bool:
        return self in OVER

    @property
    def chip(self) -> str:
        return {
            "pending": "bad",
            "acknowledged": "info",
            "rectified": "warn",
            "verified": "warn",
            "closed": "good",
            "reopened": "bad",
            "false_alarm": "quiet",
            "withdrawn": "quiet",
        }[self.value]


#: States in which nobody has anything to do any more.
OVER = (AlertState.CLOSED, AlertState.FALSE_ALARM, AlertState.WITHDRAWN)
#: As SQL, for the partial indexes.
OPEN = "alert_state NOT IN ('closed', 'false_alarm', 'withdrawn')"


class AlertRule(Model):
    """预警规则: which condition is looked for, with its thresholds. What it tests is code under ``code``."""

    __tablename__ = "alert_rule"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str]
    params: Mapped[dict[str, Any]]
    is_on: Mapped[bool] = mapped_column(default=True, server_default="true")
    #: Counts changes of the thresholds; each alert names the version it was found by.
    version_no: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    last_day: Mapped[date | None]
    last_run_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Alert(Model):
    """预警: same rule, same subject and open is one alert, counted up once a day (R128)."""

    __tablename__ = "alert"
    __table_args__ = (
        Index("uq_alert_open", "rule_id", "subject_kind", "subject_id", unique=True, postgresql_where=text(OPEN)),
        Index("ix_alert_unit_open", "unit_id", "id", postgresql_where=text(OPEN)),
        Index(None, "unit_id", "id"),
        Index(None, "section_id", "id"),
        Index(None, "subject_kind", "subject_id"),
        CheckConstraint("verified_by IS NULL OR verified_by <> rectified_by", name="verified_by_another"),
        CheckConstraint(
            "closed_by IS NULL OR (closed_by <> verified_by AND closed_by <> rectified_by)", name="closed_by_a_third"
        ),
        CheckConstraint("alert_state <> 'closed' OR num_nulls(closed_by, verified_by) = 0", name="closed_was_verified"),
        CheckConstraint(
            "alert_state NOT IN ('rectified', 'verified', 'closed') OR (rectified_by IS NOT NULL AND length(done) > 0)",
            name="rectified_says_what_was_done",
        ),
        CheckConstraint("alert_state <> 'false_alarm' OR length(false_reason) > 0", name="false_alarm_has_a_reason"),
        CheckConstraint(
            "alert_state <> 'withdrawn' OR (recovered_on IS NOT NULL"
            " AND (recount_reason <> '' OR (level <> 'red' AND rectified_by IS NULL)))",
            name="withdrawn_was_slight",
        ),
        CheckConstraint("hit_count > 0", name="was_seen"),
        CheckConstraint("(raised_by IS NULL) = (raise_reason = '')", name="raised_by_a_person_with_a_reason"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    rule_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(AlertRule.id))
    rule_version: Mapped[int] = mapped_column(Integer)
    #: A table name and the id in it: ``unit_function``, ``step_clock``, ``clock_suspension``, ``person``, ``post``.
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    level: Mapped[AlertLevel]
    title: Mapped[str]
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))
    section_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Section.id))
    person_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Person.id), index=True)
    evidence: Mapped[dict[str, Any]]
    hit_count: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    first_seen_on: Mapped[date]
    last_seen_on: Mapped[date]
    #: The day on which the condition was found gone. A red light, and what somebody took on, stays until people
    #: close it; the others end by themselves.
    recovered_on: Mapped[date | None]
    alert_state: Mapped[AlertState] = mapped_column(default=AlertState.PENDING)
    done: Mapped[str] = mapped_column(default="", server_default="")
    false_reason: Mapped[str] = mapped_column(default="", server_default="")
    #: Why a new count of the limit took the alert back: it never was true. Empty: it was not taken back so.
    recount_reason: Mapped[str] = mapped_column(default="", server_default="")
    #: The account that made it of a gap by hand, and why; None: a rule found it.
    raised_by: Mapped[int | None]
    raise_reason: Mapped[str] = mapped_column(default="", server_default="")
    rectified_by: Mapped[int | None]
    verified_by: Mapped[int | None]
    closed_by: Mapped[int | None]
    closed_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    rule: Mapped[AlertRule] = relationship(lazy="raise_on_sql")

    @property
    def alert_no(self) -> str:
        """预警编号 as people quote it."""
        return f"YJ{self.first_seen_on:%Y}-{self.id:06d}"


class StepKind(Worded):
    RAISED = "raised", "触发预警"
    ACKNOWLEDGED = "acknowledged", "签收"
    RECTIFIED = "rectified", "提交整改"
    VERIFIED = "verified", "核验通过"
    CLOSED = "closed", "销号"
    REOPENED = "reopened", "退回"
    FALSE_ALARM = "false_alarm", "认定误报"
    WITHDRAWN = "withdrawn", "情形消除，自动解除"
    RECOUNTED = "recounted", "重新计算后不成立，自动解除"


class AlertStep(Model):
    """What happened to an alert, when and by whom: once set, a light stays in its history (R131)."""

    __tablename__ = "alert_step"
    __table_args__ = (Index(None, "alert_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    alert_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Alert.id))
    step_kind: Mapped[StepKind]
    #: The light at that moment.
    level: Mapped[AlertLevel]
    note: Mapped[str] = mapped_column(default="", server_default="")
    file_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("stored_file.id"))
    by_id: Mapped[int | None]
    by_name: Mapped[str] = mapped_column(default="系统", server_default="系统")
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class NoticeKind(Worded):
    """The steps of the ladder in their order; beside them that a light turned red, and the follow-ups."""

    PERSON = "person", "本人"
    HEAD = "head", "科室负责人"
    CLERK = "clerk", "单位经办人"
    LEADER = "leader", "分管领导"
    OFFICE = "office", "编办"
    TURNED_RED = "turned_red", "升为红色"
    FOLLOW_UP = "follow_up", "催办"


class AlertNotice(Model):
    """告知: that a step of an alert's ladder was taken, or that it was followed up; each once.

    Without accounts nobody was there to be told: on leave, or none appointed; then the next step came at once.
    """

    __tablename__ = "alert_notice"
    __table_args__ = (
        UniqueConstraint("alert_id", "notice_kind", "due_on"),
        Index(None, "told_on"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    alert_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Alert.id))
    notice_kind: Mapped[NoticeKind]
    #: Of a step: the day since which the alert waits; of a follow-up: its day by the schedule, worked or not; of a
    #: light that turned red: the alert's first day, so that it is told once.
    due_on: Mapped[date]
    told_on: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class AlertNoticeAccount(Model):
    """Whom a notice was for. ``was_told``: False where they switched such messages off; it stands in their list."""

    __tablename__ = "alert_notice_account"

    notice_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(AlertNotice.id), primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"), primary_key=True)
    was_told: Mapped[bool]
