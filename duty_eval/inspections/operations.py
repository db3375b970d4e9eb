"""Writes of plans: made, drawn once, begun; every change of the sample with its reason (R92)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from basic_info.organization.models import Post, Section
from duty_eval.inspections.drawing import as_json, draw, frame_hash
from duty_eval.inspections.errors import AlreadyInSample, InspectionStep, NothingToDraw
from duty_eval.inspections.models import (
    DrawRule,
    Inspection,
    InspectionBlock,
    InspectionDraw,
    InspectionFinding,
    InspectionLine,
    InspectionMethod,
    InspectionState,
    InspectionSubject,
    SubjectKind,
    SubjectOrigin,
)
from duty_eval.inspections.sampling import frame_of, places_of
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import NotFound, Refused
from host.kernel.pages import day

#: from → to. The trigger ``guard_inspection`` holds the same steps.
NEXT = {
    InspectionState.DRAFT: InspectionState.DRAWN,
    InspectionState.DRAWN: InspectionState.UNDER_WAY,
    InspectionState.UNDER_WAY: InspectionState.CLOSED,
}
MOST_LINES = 60
#: What most checks look at; a new plan starts with these and its makers take away or add.
USUAL_LINES = (
    (InspectionBlock.MANDATE, "科室职责与“三定”规定一致，没有越位、缺位、错位"),
    (InspectionBlock.MANDATE, "岗位职责落实到人，职责有履职纪实支撑"),
    (InspectionBlock.NORMS, "履职纪实真实、及时，与办件和材料相符"),
    (InspectionBlock.NORMS, "在岗情况与名册、请假记录一致，没有无故缺岗"),
    (InspectionBlock.DISCIPLINE, "没有混编混岗、吃空饷等违反编制纪律的情形"),
)


@dataclass(frozen=True, kw_only=True)
class PlanDraft:
    """What a plan says. Exactly one of ``region_id`` and ``unit_id``; ``draw_amount``: percent or a number."""

    name: str
    basis: str = ""
    region_id: int | None = None
    unit_id: int | None = None
    inspection_method: InspectionMethod = InspectionMethod.ON_SITE
    is_announced: bool = True
    starts_on: date
    ends_on: date
    subject_kind: SubjectKind = SubjectKind.SECTION
    draw_rule: DrawRule = DrawRule.SHARE
    draw_amount: int = 10
    risks: Sequence[str] = field(default=())

    def check(self) -> None:
        """Raises Refused with what to mend."""
        if not self.name.strip():
            raise Refused("请填写检查名称")
        if self.starts_on > self.ends_on:
            raise Refused("结束日期不能早于开始日期")
        if self.draw_amount < 1 or (self.draw_rule is DrawRule.SHARE and self.draw_amount > 100):
            raise Refused("抽取比例应在 1 至 100 之间，个数应大于 0")

    def values(self) -> dict[str, Any]:
        texts = {"name": self.name.strip(), "basis": self.basis.strip(), "risks": list(self.risks)}
        return {name: getattr(self, name) for name in self.__dataclass_fields__} | texts


def make_plan(draft: PlanDraft, *, actor: Actor) -> Inspection:
    """A new draft with the usual lines of a checklist. Raises Refused."""
    draft.check()
    plan = Inspection(**draft.values(), made_by=actor.account_id, made_by_name=actor.display_name)
    db.session.add(plan)
    db.session.flush()
    lines = [
        {"inspection_id": plan.id, "sort_no": number, "inspection_block": block, "text": text}
        for number, (block, text) in enumerate(USUAL_LINES, start=1)
    ]
    db.session.execute(insert(InspectionLine), lines)
    record_change(plan, action="inspection.created", actor=actor, after=draft.values())
    return plan


def edit_plan(plan: Inspection, draft: PlanDraft, *, actor: Actor) -> None:
    """Say another thing in a draft, which comes in locked. Raises InspectionStep, Refused."""
    _in(plan, InspectionState.DRAFT)
    draft.check()
    values = draft.values()
    before = {name: getattr(plan, name) for name in values if getattr(plan, name) != values[name]}
    for name in before:
        setattr(plan, name, values[name])
    db.session.flush()
    after = {name: values[name] for name in before}
    record_change(plan, action="inspection.edited", actor=actor, before=before, after=after)


def discard_plan(plan: Inspection, *, actor: Actor) -> None:
    """Delete a draft that nothing was drawn for. Raises InspectionStep."""
    _in(plan, InspectionState.DRAFT)
    record_change(plan, action="inspection.deleted", actor=actor, before={"name": plan.name})
    db.session.execute(delete(InspectionLine).where(InspectionLine.inspection_id == plan.id))
    db.session.delete(plan)
    db.session.flush()


def add_line(
    plan: Inspection, *, inspection_block: InspectionBlock, text: str, weight: int = 1, actor: Actor
) -> InspectionLine:
    """One more line of the checklist, while the plan is a draft. Raises InspectionStep, Refused."""
    _in(plan, InspectionState.DRAFT)
    if not text.strip():
        raise Refused("请填写检查内容")
    count, last = db.session.execute(
        select(func.count(), func.coalesce(func.max(InspectionLine.sort_no), 0)).where(
            InspectionLine.inspection_id == plan.id
        )
    ).one()
    if count >= MOST_LINES:
        raise Refused(f"一份检查清单最多 {MOST_LINES} 条")
    line = InspectionLine(
        inspection_id=plan.id, sort_no=last + 1, inspection_block=inspection_block, text=text.strip(), weight=weight
    )
    db.session.add(line)
    db.session.flush()
    record_change(line, action="inspection_line.added", actor=actor, after={"text": line.text, "weight": weight})
    return line


def remove_line(plan: Inspection, line_id: int, *, actor: Actor) -> None:
    """Take a line out of a draft's checklist. Raises InspectionStep, NotFound."""
    _in(plan, InspectionState.DRAFT)
    line = db.session.get(InspectionLine, line_id)
    if line is None or line.inspection_id != plan.id:
        raise NotFound
    record_change(line, action="inspection_line.removed", actor=actor, before={"text": line.text})
    db.session.delete(line)
    db.session.flush()


def draw_sample(plan: Inspection, *, day: date, actor: Actor, seed: int | None = None) -> InspectionDraw:
    """Draw the sample (抽取), once and for good; the plan comes in locked.

    ``seed`` None, as always but in tests and loaders: the machine draws it, so that nobody can choose one.
    The audit row says how many were drawn, not which: who reads it need not know of an unannounced check.
    Raises InspectionStep, NothingToDraw, Refused.
    """
    _in(plan, InspectionState.DRAFT)
    if db.session.scalar(select(InspectionLine.id).where(InspectionLine.inspection_id == plan.id).limit(1)) is None:
        raise Refused("检查清单还是空的，请先添加检查内容")
    strata = frame_of(plan, day)
    seed = secrets.randbelow(2**31) if seed is None else seed
    drawn = draw(strata, plan.draw_rule, plan.draw_amount, seed=seed)
    if not drawn:
        raise NothingToDraw
    kept = InspectionDraw(
        inspection_id=plan.id, seed=seed, frame=as_json(strata), frame_hash=frame_hash(strata),
        drawn_by=actor.account_id, drawn_by_name=actor.display_name,
    )  # fmt: skip
    db.session.add(kept)
    db.session.flush()  # a plan is drawn only where its draw is there
    plan.inspection_state = InspectionState.DRAWN
    db.session.flush()  # subjects are taken only for a plan that is drawn now
    places = places_of(plan.subject_kind, [number for _, number in drawn])
    db.session.execute(
        insert(InspectionSubject),
        [
            {
                "inspection_id": plan.id,
                "stratum": stratum.label,
                "subject_origin": SubjectOrigin.DRAWN,
                **places[number],
            }
            for stratum, number in drawn
        ],
    )
    record_change(
        plan, action="inspection.sampled", actor=actor, after={"subjects": len(drawn), "frame_hash": kept.frame_hash}
    )
    return kept


def add_subject(
    plan: Inspection, *, section_id: int, post_id: int | None = None, reason: str, actor: Actor
) -> InspectionSubject:
    """Look at one more section or post than was drawn, with the reason. Raises InspectionStep, Refused, NotFound."""
    _in(plan, InspectionState.DRAWN, InspectionState.UNDER_WAY)
    if not reason.strip():
        raise Refused("补充抽查对象请写明原因")
    section = db.session.get(Section, section_id)
    post = db.session.get(Post, post_id) if post_id is not None else None
    if section is None or (post_id is not None and (post is None or post.section_id != section_id)):
        raise NotFound
    subject = InspectionSubject(
        inspection_id=plan.id, unit_id=section.unit_id, section_id=section_id, post_id=post_id,
        subject_origin=SubjectOrigin.ADDED, reason=reason.strip(),
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(subject)
    except IntegrityError as fault:
        raise AlreadyInSample from fault
    # Which one is not said: see ``draw_sample``.
    record_change(subject, action="inspection_subject.added", actor=actor, reason=subject.reason)
    return subject


def remove_subject(plan: Inspection, subject: InspectionSubject, *, reason: str, actor: Actor) -> None:
    """Take one out of the sample with the reason; the row stays, so that the draw can be proven. Raises as above."""
    _in(plan, InspectionState.DRAWN, InspectionState.UNDER_WAY)
    if not reason.strip():
        raise Refused("移出抽查对象请写明原因")
    if subject.removed_at is not None:
        raise InspectionStep("该对象已移出")
    found = select(InspectionFinding.id).where(
        InspectionFinding.subject_id == subject.id, InspectionFinding.withdrawn_at.is_(None)
    )
    if db.session.scalar(found.limit(1)) is not None:
        raise InspectionStep("该对象已有检查发现，不能移出；登记有误的先撤回发现")
    subject.removed_at, subject.removed_reason = datetime.now(UTC), reason.strip()
    db.session.flush()
    record_change(subject, action="inspection_subject.removed", actor=actor, reason=subject.removed_reason)


def start_inspection(plan: Inspection, *, today: date, actor: Actor) -> None:
    """Begin (检查中), on the plan's first day or later. Raises InspectionStep, Refused."""
    _in(plan, InspectionState.DRAWN)
    if today < plan.starts_on:
        raise Refused(f"检查从 {day(plan.starts_on, short=True)} 开始，还没有到")
    plan.inspection_state = NEXT[plan.inspection_state]
    db.session.flush()
    record_change(plan, action="inspection.started", actor=actor)


def _in(plan: Inspection, *states: InspectionState) -> None:
    if plan.inspection_state not in states:
        raise InspectionStep
