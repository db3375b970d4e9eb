"""Supervision checks of the demo city: one closed with findings, one under way, and one that nobody knows of yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select

import duty_eval.api as duty_eval
from basic_info.duties.models import PostDuty
from basic_info.regions.models import Region
from host.auth.models import Account
from host.kernel.access import Actor, Role
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.jobs.actors import actor_of

#: The same samples on every machine.
SEED = 2026
LEDGER = "https://oa.example.gov.cn/ledger"


def inspect(days: Sequence[date], region: Region, *, offices: dict[Role, int], today: date) -> None:
    """Make the three plans through the operations that people use; ``days``: working days with records."""
    clerk, chief, head = (_signed_in(name) for name in ("unit-clerk", "unit-head", "head"))
    unit = next(grant.unit_id for grant in chief.grants if grant.unit_id is not None)
    section = next(grant.section_id for grant in head.grants if grant.section_id is not None)
    inspector = actor_of(offices[Role.INSPECTOR])
    _closed(unit, section, days[-20:], clerk=clerk, chief=chief)
    _under_way(region, section, inspector=inspector, today=today)
    _unannounced(region, inspector=inspector, today=today)


def _closed(unit: int, section: int, days: Sequence[date], *, clerk: Actor, chief: Actor) -> None:
    """The unit looked at all its sections itself: a duty without an owner, a record that the ledger does not bear."""
    first, last = days[0], days[-10]
    plan = duty_eval.make_plan(
        duty_eval.PlanDraft(
            name="履职纪实专项自查", basis="局党组会议纪要", unit_id=unit, starts_on=first, ends_on=last,
            inspection_method=duty_eval.InspectionMethod.BY_RECORDS, draw_amount=100,
        ),
        actor=clerk,
    )  # fmt: skip
    duty_eval.draw_sample(plan, day=first, actor=clerk, seed=SEED)
    duty_eval.start_inspection(plan, today=first, actor=clerk)
    lines = duty_eval.lines_of_inspection(plan.id)
    right = duty_eval.Judgement(verdict=duty_eval.FindingVerdict.OK)
    for subject in duty_eval.subjects_of_inspection(plan.id):
        duty_eval.judge_lines(plan, subject, {line.id: right for line in lines}, actor=clerk)
        if subject.section_id == section:
            _find(plan, subject, [line.id for line in lines], (first, last), clerk=clerk)
    duty_eval.close_inspection(plan, today=last, actor=chief)


def _find(
    plan: duty_eval.Inspection,
    subject: duty_eval.InspectionSubject,
    lines: list[int],
    span: tuple[date, date],
    *,
    clerk: Actor,
) -> None:
    duty = db.session.scalars(
        select(PostDuty.id).where(PostDuty.section_id == subject.section_id).order_by(PostDuty.id).limit(1)
    ).first()
    if duty is not None:
        found = duty_eval.Found(line_id=lines[1], words="分工调整后没有明确由谁承担，近期没有履职纪实支撑。")
        duty_eval.note_duty(plan, subject, found, post_duty_id=duty, actor=clerk)
    record = db.session.scalars(
        select(duty_eval.DutyRecord)
        .where(
            duty_eval.DutyRecord.section_id == subject.section_id,
            duty_eval.DutyRecord.worked_on.between(*span),
            duty_eval.DutyRecord.record_state == duty_eval.RecordState.APPROVED,
        )
        .order_by(duty_eval.DutyRecord.worked_on, duty_eval.DutyRecord.id)
        .limit(1)
    ).first()
    if record is not None:
        proof = duty_eval.Evidence(link=LEDGER)
        found = duty_eval.Found(line_id=lines[2], words="数量与收件台账不符，台账当日少两件。", evidence=proof)
        duty_eval.note_record(plan, subject, found, record=record, actor=clerk)


def _under_way(region: Region, section: int, *, inspector: Actor, today: date) -> None:
    """The office is out in the city since Monday: one section of each stratum, and the demo's own for a reason."""
    plan = duty_eval.make_plan(
        duty_eval.PlanDraft(
            name="“三定”执行情况检查", basis="《机构编制监督检查工作办法》第六条", region_id=region.id,
            starts_on=today - timedelta(days=today.weekday()), ends_on=load_workdays().add_workdays(today, 10),
            draw_rule=duty_eval.DrawRule.NUMBER, draw_amount=1, risks=("open_alerts",),
        ),
        actor=inspector,
    )  # fmt: skip
    duty_eval.draw_sample(plan, day=today, actor=inspector, seed=SEED)
    subject = next(
        (one for one in duty_eval.subjects_of_inspection(plan.id) if one.section_id == section), None
    ) or duty_eval.add_subject(plan, section_id=section, reason="群众来信反映办件不及时", actor=inspector)
    duty_eval.start_inspection(plan, today=today, actor=inspector)
    lines = duty_eval.lines_of_inspection(plan.id)
    wrong = duty_eval.Judgement(verdict=duty_eval.FindingVerdict.PROBLEM, words="两个岗位的职责有交叉，分工表未更新。")
    right = duty_eval.Judgement(verdict=duty_eval.FindingVerdict.OK)
    duty_eval.judge_lines(plan, subject, {lines[0].id: wrong, lines[1].id: right}, actor=inspector)
    duty_eval.ask_evidence(
        plan, subject, text="请提供最新的科室分工表和岗位说明。", limit_workdays=3, today=today, actor=inspector
    )


def _unannounced(region: Region, *, inspector: Actor, today: date) -> None:
    """Next week's visit: drawn already, and hidden from all but its makers until then."""
    monday = today + timedelta(days=7 - today.weekday())
    plan = duty_eval.make_plan(
        duty_eval.PlanDraft(
            name="窗口岗位在岗抽查", basis="编委会年度检查计划", region_id=region.id, is_announced=False,
            starts_on=monday, ends_on=monday + timedelta(days=4), draw_rule=duty_eval.DrawRule.NUMBER, draw_amount=1,
        ),
        actor=inspector,
    )  # fmt: skip
    duty_eval.draw_sample(plan, day=today, actor=inspector, seed=SEED + 1)


def _signed_in(login: str) -> Actor:
    return actor_of(db.session.scalars(select(Account.id).where(Account.login_name == login)).one())
