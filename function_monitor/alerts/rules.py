"""The rules as set-based SQL: each gives one row for each subject on which the condition holds on a day.

Columns of every test: subject_kind, subject_id, unit_id, section_id, person_id, level, title, evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import BigInteger, Date, Text, and_, case, cast, exists, func, literal, null, or_, select
from sqlalchemy.orm import aliased

from basic_info.duties.models import DutyLink, FunctionKind, LinkState, PostDuty, Rhythm, UnitFunction
from basic_info.duties.thread import function_of_post_duty
from basic_info.flowcharts.models import FlowStep, SuspensionKind
from basic_info.organization.kinds import WorkState
from basic_info.organization.models import Appointment, PersonVersion
from basic_info.power_lists.models import PowerItem, PowerKind
from duty_eval.api import last_activity_by_post_duty, silent_people
from function_monitor.alerts.gap_rules import LEVELS, condition_of
from function_monitor.alerts.models import AlertLevel
from function_monitor.cases.models import CaseState, FlowCase, FlowEvent
from function_monitor.deadlines.kinds import ClockKind
from function_monitor.deadlines.models import ClockSuspension, StepClock
from host.auth.models import Account, RoleGrant
from host.kernel.access import Role
from host.kernel.calendar.workdays import Workdays
from host.kernel.db import AnySelect

#: Calendar days of a period; daily work is counted in working days instead.
PERIOD_DAYS = {Rhythm.WEEKLY: 7, Rhythm.MONTHLY: 30, Rhythm.QUARTERLY: 91, Rhythm.YEARLY: 365}


@dataclass(frozen=True)
class Threshold:
    """A number that people may set: its name in ``params``, its words, its bounds."""

    name: str
    title: str
    default: float
    least: float
    most: float
    is_whole: bool = True


@dataclass(frozen=True)
class Rule:
    """What a rule is called, which thresholds it has and how it is tested."""

    code: str
    name: str
    explanation: str
    thresholds: tuple[Threshold, ...]
    test: Callable[[Mapping[str, Any], date, Workdays], AnySelect]
    #: Days before ``counts_from`` do not count against anybody: the platform did not watch then.
    has_start: bool = False
    #: Whether it is on from the start; otherwise people try it first (R130).
    starts_on: bool = True


def silent_functions(params: Mapping[str, Any], day: date, workdays: Workdays) -> AnySelect:
    """职能空转 (R66): neither a record nor a case step for 1.5 × the rhythm's period (蓝), 3 × (黄).

    The rhythm is the function's own, else the shortest among its post duties. Catch-all duties, work on demand,
    penalties and functions that no post duty carries are left out.
    """
    duty = _activity_by_function(params).subquery("activity")
    order = {rhythm: place for place, rhythm in enumerate((Rhythm.DAILY, *PERIOD_DAYS))}
    rhythm_no = func.coalesce(
        case({rhythm.value: place for rhythm, place in order.items()}, value=cast(UnitFunction.rhythm, Text)),
        duty.c.rhythm_no,
    )
    since = func.greatest(
        duty.c.last_on, func.lower(UnitFunction.valid), cast(literal(params.get("counts_from")), Date)
    )
    blue, yellow = (
        case({place: _cutoff(rhythm, params[name], day, workdays) for rhythm, place in order.items()}, value=rhythm_no)
        for name in ("blue_periods", "yellow_periods")
    )
    words = case({place: rhythm.label for rhythm, place in order.items()}, value=rhythm_no, else_=Rhythm.MONTHLY.label)
    return (
        select(
            literal("unit_function").label("subject_kind"),
            UnitFunction.id.label("subject_id"),
            UnitFunction.unit_id,
            cast(null(), BigInteger).label("section_id"),
            cast(null(), BigInteger).label("person_id"),
            case((since < yellow, AlertLevel.YELLOW.value), else_=AlertLevel.BLUE.value).label("level"),
            func.concat("职能空转：", func.left(UnitFunction.text, 60)).label("title"),
            func.jsonb_build_object(
                "function_id", UnitFunction.id, "text", UnitFunction.text, "last_on", duty.c.last_on,
                "since", since, "rhythm", words, "days", literal(day, Date) - since,
            ).label("evidence"),
        )
        .join(duty, duty.c.function_id == UnitFunction.id)
        .where(
            UnitFunction.valid.contains(day),
            UnitFunction.function_kind != FunctionKind.CATCH_ALL,
            or_(UnitFunction.rhythm.is_(None), UnitFunction.rhythm != Rhythm.ON_DEMAND),
            rhythm_no.is_not(None),
            since < blue,
            ~_is_penalty(),
        )
    )  # fmt: skip


def _activity_by_function(params: Mapping[str, Any]) -> AnySelect:
    """(function_id, last_on, rhythm_no): the latest record or case step under each function."""
    served = function_of_post_duty()
    logged = last_activity_by_post_duty().subquery("logged")
    handled = (
        select(FlowEvent.post_duty_id, cast(func.max(FlowEvent.happened_at), Date).label("last_on"))
        .where(FlowEvent.post_duty_id.is_not(None))
        .group_by(FlowEvent.post_duty_id)
        .subquery("handled")
    )
    order = {Rhythm.DAILY.value: 0} | {rhythm.value: place for place, rhythm in enumerate(PERIOD_DAYS, start=1)}
    return (
        select(
            served.c.function_id,
            func.max(func.greatest(logged.c.last_worked_on, handled.c.last_on)).label("last_on"),
            func.min(case(order, value=cast(PostDuty.rhythm, Text))).label("rhythm_no"),
        )
        .join(PostDuty, PostDuty.id == served.c.post_duty_id)
        .outerjoin(logged, logged.c.post_duty_id == served.c.post_duty_id)
        .outerjoin(handled, handled.c.post_duty_id == served.c.post_duty_id)
        .group_by(served.c.function_id)
    )


def _cutoff(rhythm: Rhythm, periods: float, day: date, workdays: Workdays) -> date:
    """Activity before this day is too long ago."""
    if rhythm is Rhythm.DAILY:
        return workdays.add_workdays(day, -max(round(periods + 0.5), 1))
    return day - timedelta(days=int(PERIOD_DAYS[rhythm] * periods))


def _is_penalty() -> Any:
    link, item = aliased(DutyLink), aliased(PowerItem)
    return exists(
        select(literal(1))
        .select_from(link)
        .join(item, item.id == link.item_id)
        .where(
            link.function_id == UnitFunction.id,
            link.link_state == LinkState.CONFIRMED,
            item.power_kind == PowerKind.PENALTY,
        )
        .correlate(UnitFunction)
    )


def late_steps(params: Mapping[str, Any], day: date, workdays: Workdays) -> AnySelect:
    """办件超期 (R131): a clock that still runs near its first due day (蓝), past the promised (黄), the legal one (红).

    A clock that stands still has no due day before it runs again. Without a promised limit there is no yellow.
    """
    warn_until = workdays.add_workdays(day, int(params["warn_workdays"]))
    promised = StepClock.promised_due_on if params["promised"] else cast(null(), Date)
    is_over, is_broken = StepClock.due_on < day, promised < day
    name = func.coalesce(
        FlowStep.name, case({one.value: one.label for one in ClockKind}, value=cast(StepClock.clock_kind, Text))
    )
    return (
        select(
            literal("step_clock").label("subject_kind"),
            StepClock.id.label("subject_id"),
            StepClock.unit_id,
            StepClock.section_id,
            cast(null(), BigInteger).label("person_id"),
            case(
                (is_over, AlertLevel.RED.value), (is_broken, AlertLevel.YELLOW.value), else_=AlertLevel.BLUE.value
            ).label("level"),
            func.concat(
                case((is_over, "超过法定时限："), (is_broken, "超过承诺时限："), else_="时限将到期："), name, " · ",
                FlowCase.item_name, "（", FlowCase.case_no, "）",
            ).label("title"),
            func.jsonb_build_object(
                "case_id", FlowCase.id, "case_no", FlowCase.case_no, "step", name, "step_id", FlowStep.id,
                "started_on", StepClock.started_on, "due_on", StepClock.due_on, "limit", StepClock.limit_value,
                "limit_unit", cast(StepClock.limit_unit, Text), "is_provisional", StepClock.is_provisional,
                "extended_days", StepClock.extended_days, "promised", StepClock.promised_value,
                "promised_unit", cast(StepClock.promised_unit, Text), "promised_due_on", StepClock.promised_due_on,
            ).label("evidence"),
        )
        .join(FlowCase, FlowCase.id == StepClock.case_id)
        .outerjoin(FlowStep, FlowStep.id == StepClock.step_id)
        .where(
            StepClock.started_on <= day,
            or_(StepClock.finished_on.is_(None), StepClock.finished_on > day),
            or_(StepClock.due_on <= warn_until, promised <= warn_until),
        )
    )  # fmt: skip


def suspensions_past_their_end(_params: Mapping[str, Any], day: date, _workdays: Workdays) -> AnySelect:
    """中止逾期未恢复 (R64): a case's clocks still stand after the day on which they were expected to run again (蓝)."""
    kind = case({one.value: one.label for one in SuspensionKind}, value=cast(ClockSuspension.suspension_kind, Text))
    return (
        select(
            literal("clock_suspension").label("subject_kind"),
            ClockSuspension.id.label("subject_id"),
            FlowCase.unit_id,
            FlowCase.section_id,
            cast(null(), BigInteger).label("person_id"),
            literal(AlertLevel.BLUE.value).label("level"),
            func.concat("中止逾期未恢复：", kind, " · ", FlowCase.item_name, "（", FlowCase.case_no, "）")
            .label("title"),
            func.jsonb_build_object(
                "case_id", FlowCase.id, "case_no", FlowCase.case_no, "kind", kind, "paper_no", ClockSuspension.paper_no,
                "from_on", ClockSuspension.from_on, "expected_to_on", ClockSuspension.expected_to_on,
            ).label("evidence"),
        )
        .join(FlowCase, FlowCase.id == ClockSuspension.case_id)
        .where(
            ClockSuspension.superseded_at.is_(None),
            ClockSuspension.to_on.is_(None),
            ClockSuspension.expected_to_on < day,
            FlowCase.case_state == CaseState.OPEN,
        )
    )  # fmt: skip


def persons_without_records(params: Mapping[str, Any], day: date, workdays: Workdays) -> AnySelect:
    """连续无履职记录: nothing logged on any of the last N working days at their post before ``day`` (黄, R88, R126).

    Only of people at work who can log (an enabled account as staff) and held their primary post all that time.
    """
    last, needed, start = workdays.add_workdays(day, -1), int(params["workdays"]), params.get("counts_from")
    since = date.fromisoformat(start) if start else None
    silent = silent_people(last, days=needed, since=since, workdays=workdays).subquery("silent")
    can_log = exists(
        select(literal(1))
        .select_from(Account)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(
            Account.person_id == Appointment.person_id,
            Account.is_disabled.is_(False),
            RoleGrant.role == Role.STAFF,
            RoleGrant.revoked_at.is_(None),
        )
        .correlate(Appointment)
    )
    return (
        select(
            literal("person").label("subject_kind"),
            Appointment.person_id.label("subject_id"),
            Appointment.unit_id,
            Appointment.section_id,
            Appointment.person_id,
            literal(AlertLevel.YELLOW.value).label("level"),
            # No name: lists of several sections show the title (no table of persons across sections).
            literal(f"连续 {needed} 个工作日无履职记录").label("title"),
            func.jsonb_build_object(
                "person_id", Appointment.person_id, "name", PersonVersion.name,
                "first", silent.c.first_day, "last", literal(last, Date), "workdays", needed,
            ).label("evidence"),
        )
        .join(silent, silent.c.person_id == Appointment.person_id)
        .join(
            PersonVersion,
            and_(
                PersonVersion.person_id == Appointment.person_id,
                PersonVersion.valid.contains(day),
                PersonVersion.superseded_at.is_(None),
                PersonVersion.work_state == WorkState.ON_POST,
            ),
        )
        .where(
            Appointment.is_primary,
            Appointment.superseded_at.is_(None),
            Appointment.valid.contains(day),
            Appointment.valid.op("@>")(silent.c.first_day),
            can_log,
        )
    )  # fmt: skip


RULES = {
    rule.code: rule
    for rule in (
        Rule(
            code="function_silent",
            name="职能空转",
            explanation="单位职能在其应有节奏内既无履职纪实也无办件：超过蓝色倍数为蓝色，超过黄色倍数为黄色。",
            thresholds=(
                Threshold("blue_periods", "蓝色：周期的倍数", 1.5, 1, 20, is_whole=False),
                Threshold("yellow_periods", "黄色：周期的倍数", 3, 1, 40, is_whole=False),
            ),
            test=silent_functions,
            has_start=True,
        ),
        Rule(
            code="step_overdue",
            name="环节超期",
            explanation=(
                "办件或环节临近最先到期的时限为蓝色，超过承诺时限为黄色，超过法定时限为红色；"
                "按工作日计算，依法中止的日子不计入，中止期间不亮灯。"
            ),
            thresholds=(
                Threshold("warn_workdays", "到期前几个工作日提醒", 1, 0, 20),
                Threshold("promised", "承诺时限是否亮灯（1 亮，0 不亮）", 1, 0, 1),
            ),
            test=late_steps,
        ),
        Rule(
            code="suspension_open",
            name="中止逾期未恢复",
            explanation="办件中止计时，过了预计结束日期仍没有恢复，为蓝色。",
            thresholds=(),
            test=suspensions_past_their_end,
        ),
        Rule(
            code="no_records",
            name="连续无履职记录",
            explanation="在岗人员连续若干个在岗工作日没有任何履职纪实，为黄色；请假的日子不计入，也不重新起算。",
            thresholds=(Threshold("workdays", "连续几个工作日", 5, 1, 60),),
            test=persons_without_records,
            has_start=True,
        ),
        *(
            Rule(
                code=gap.value,
                name=gap.label,
                explanation=f"{gap.explanation}为{level.label}。默认关闭，试算后再启用。",
                thresholds=(),
                test=condition_of(gap),
                starts_on=False,
            )
            for gap, level in LEVELS.items()
        ),
    )
}
