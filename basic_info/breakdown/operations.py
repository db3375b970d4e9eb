"""Writes of the form: a workbook becomes a draft, a draft takes effect."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import Range

from basic_info.breakdown.errors import BreakdownHasErrors, NotADraft, OwnForm, UnknownSections
from basic_info.breakdown.models import Breakdown, BreakdownState, DutyMatter
from basic_info.breakdown.sheet import ParsedBreakdown, plain_amount
from basic_info.documents.matching import section_names
from basic_info.duties.models import SectionDuty
from basic_info.organization.models import Unit
from basic_info.permissions import Permission
from basic_info.returning.errors import IsReturned
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import NotPermitted
from host.kernel.words import plain_words


def import_breakdown(parsed: ParsedBreakdown, *, unit_id: int, on: date, actor: Actor) -> Breakdown:
    """Keep the form as a draft that would hold from ``on``; all or nothing. Raises BreakdownHasErrors."""
    if parsed.errors:
        first = "；".join(str(error) for error in parsed.errors[:3])
        raise BreakdownHasErrors(f"有 {len(parsed.errors)} 处需要修改：{first}")
    # Two imports at a time take their version numbers one after the other.
    db.session.execute(select(Unit.id).where(Unit.id == unit_id).with_for_update())
    last = db.session.scalar(select(func.max(Breakdown.version_no)).where(Breakdown.unit_id == unit_id)) or 0
    form = Breakdown(unit_id=unit_id, version_no=last + 1, valid=Range(on, None), imported_by=actor.account_id)
    db.session.add(form)
    db.session.flush()
    db.session.execute(insert(DutyMatter), _rows(form, parsed, on))
    record_change(form, action="breakdown.imported", actor=actor, after={"unit": unit_id, "lines": len(parsed.lines)})
    return form


def put_breakdown_in_force(form: Breakdown, *, actor: Actor) -> None:
    """A second person has the draft hold from its day; what held before ends there.

    Raises NotADraft, OwnForm, IsReturned, UnknownSections, NotPermitted.
    """
    actor.require(Permission.BREAKDOWN_CONFIRM)
    if actor.account_id is None:
        raise NotPermitted("分解表须由登录人员确认生效")
    db.session.execute(select(Unit.id).where(Unit.id == form.unit_id).with_for_update())
    db.session.refresh(form)
    if form.breakdown_state is not BreakdownState.DRAFT:
        raise NotADraft
    if form.imported_by == actor.account_id:
        raise OwnForm
    if form.is_returned:
        raise IsReturned
    unknown = db.session.scalars(
        select(DutyMatter.section_name)
        .where(DutyMatter.breakdown_id == form.id, DutyMatter.section_id.is_(None))
        .distinct()
        .order_by(DutyMatter.section_name)
    ).all()
    if unknown:
        raise UnknownSections(f"这些科室没有登记：{'、'.join(unknown[:10])}。请改正分解表后重新上传，或先登记科室")
    before = db.session.scalars(
        select(Breakdown).where(Breakdown.unit_id == form.unit_id, Breakdown.breakdown_state == BreakdownState.IN_FORCE)
    ).one_or_none()
    if before is not None:
        _supersede(before, form)
    form.breakdown_state = BreakdownState.IN_FORCE
    form.put_by = actor.account_id
    db.session.flush()
    record_change(
        form,
        action="breakdown.put_in_force",
        actor=actor,
        after={"version": form.version_no, "supersedes": before.id if before else None, "at": datetime.now(UTC)},
    )


def _supersede(before: Breakdown, after: Breakdown) -> None:
    since = after.valid.lower
    if before.valid.lower is not None and since is not None and since <= before.valid.lower:
        raise NotADraft(f"生效日期应晚于现行分解表的 {before.valid.lower.isoformat()}，请以较晚的日期重新导入")
    before.breakdown_state = BreakdownState.SUPERSEDED
    before.valid = Range(before.valid.lower, since)
    db.session.flush()  # two forms in force may not meet, not even for a statement


def _rows(form: Breakdown, parsed: ParsedBreakdown, day: date) -> list[dict[str, object]]:
    sections = section_names(form.unit_id, day)
    duties = {
        (duty.section_id, plain_words(duty.text).rstrip("。；;")): duty.id
        for duty in db.session.scalars(
            select(SectionDuty).where(SectionDuty.unit_id == form.unit_id, SectionDuty.valid.contains(day))
        )
    }
    rows: list[dict[str, object]] = []
    for number, line in enumerate(parsed.lines, start=1):
        section_id = sections.find(line.section_name)
        words = plain_words(line.section_function).rstrip("。；;")
        rows.append(
            {
                "breakdown_id": form.id,
                "sort_no": number,
                "section_name": line.section_name,
                "section_id": section_id,
                "section_duty_id": duties.get((section_id, words)) if section_id else None,
                "work_source": line.work_source,
                "section_function": line.section_function,
                "matter": line.matter,
                "measure_1": line.measure_1,
                "measure_2": line.measure_2,
                "measure_unit": line.measure_unit,
                "volumes": {str(year): plain_amount(amount) for year, amount in line.volumes.items()},
            }
        )
    return rows
