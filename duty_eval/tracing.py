"""What duty_eval contributes to trace pages and to-do lists."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import url_for
from sqlalchemy import func, literal, select, true

from basic_info.duties.models import PostDuty
from basic_info.duties.thread import Layer, post_duties_under
from basic_info.organization.scope import within
from duty_eval.absences.queries import count_to_decide
from duty_eval.expectations import is_asked_of, own_lately_open
from duty_eval.handovers.models import Handover
from duty_eval.handovers.queries import listed
from duty_eval.inspections.sheets import count_under
from duty_eval.inspections.sheets import waiting as waiting_inspections
from duty_eval.knowledge.models import Article
from duty_eval.knowledge.queries import find_post, published
from duty_eval.permissions import Permission
from duty_eval.publicity.queries import count_to_answer
from duty_eval.records.models import RecordRollup
from duty_eval.records.queries import own_open
from duty_eval.review.queries import count_waiting
from duty_eval.routine.queries import count_own_open, count_to_review
from host.kernel.access import Actor
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.pages import day as day_words
from host.kernel.pages import today_in_china
from host.kernel.system import TodoItem, TraceLine

SHOWN_ARTICLES = 10
SHOWN_HANDOVERS = 5


def trace(kind: str, thing_id: int, actor: Actor) -> list[TraceLine]:
    """What is known of the post duties that carry the thing: records, findings, articles, hand-overs of the post."""
    duties = post_duties_under(Layer(kind), thing_id)
    logged = (
        select(
            RecordRollup.post_duty_id,
            func.sum(RecordRollup.record_count).label("records"),
            func.sum(RecordRollup.approved_count).label("approved"),
            func.max(RecordRollup.last_worked_on).label("last"),
        )
        .where(
            RecordRollup.post_duty_id.in_(duties),
            RecordRollup.record_count > 0,
            within(
                actor,
                Permission.DUTY_RECORD_READ,
                unit=RecordRollup.unit_id,
                section=RecordRollup.section_id,
                person=RecordRollup.person_id,
            ),
        )
        .group_by(RecordRollup.post_duty_id)
        .order_by(func.max(RecordRollup.last_worked_on).desc())
        .limit(20)
        .subquery("logged")
    )
    # From one row that is always there: what was found is told where nothing was logged, too.
    always = select(literal(1).label("one")).subquery("always")
    rows = db.session.execute(
        select(logged, count_under(Layer(kind), thing_id, actor, duties=duties).label("problems")).select_from(
            always.outerjoin(logged, true())
        )
    ).all()
    return [
        TraceLine(
            layer="履职纪实",
            title=f"纪实 {row.records} 条，已审核 {row.approved} 条",
            detail=f"最近 {day_words(row.last, short=True)}",
            url=url_for("duty_eval.duty_records", post_duty_id=row.post_duty_id),
            count=int(row.records),
        )
        for row in rows
        if row.post_duty_id is not None
    ] + [*_found(kind, thing_id, rows[0].problems), *_knowledge(duties, actor), *_handovers(kind, thing_id, actor)]


def _knowledge(duties: Any, actor: Actor) -> list[TraceLine]:
    """What was written down for the duties under the thing, the most useful first."""
    rows = db.session.execute(published(actor).where(Article.post_duty_id.in_(duties)).limit(SHOWN_ARTICLES))
    return [
        TraceLine(
            layer=row.Article.article_kind.label,
            title=row.ArticleVersion.title,
            detail=f"{row.section_name}，{row.marks} 人觉得有用" if row.marks else row.section_name,
            url=url_for("duty_eval.show_article", article_id=row.Article.id),
        )
        for row in rows
    ]


def about(kind: str, thing_id: int, actor: Actor) -> list[TraceLine]:
    """Of a post: its hand-over pack, how it went from hand to hand, and what was written down for its duties."""
    if kind != "post":
        return []
    duties = select(PostDuty.id).where(PostDuty.post_id == thing_id)
    lines = [*_handovers_of(thing_id, actor), *_knowledge(duties, actor)]
    if actor.may(Permission.DUTY_RECORD_READ) and find_post(actor, thing_id, today_in_china()) is not None:
        url = url_for("duty_eval.post_handover", post_id=thing_id)
        pack = TraceLine(layer="岗位交接包", title="职责、流程、经验、未办结任务和一年的工作", url=url)
        lines.insert(0, pack)
    return lines


def _handovers(kind: str, thing_id: int, actor: Actor) -> list[TraceLine]:
    """Those of the post that holds a duty; of other layers none."""
    if Layer(kind) is not Layer.POST_DUTY:
        return []
    return _handovers_of(select(PostDuty.post_id).where(PostDuty.id == thing_id).scalar_subquery(), actor)


def _handovers_of(post: Any, actor: Actor) -> list[TraceLine]:
    """How a post went from hand to hand, the last first."""
    rows = db.session.execute(listed(actor).where(Handover.post_id == post).limit(SHOWN_HANDOVERS))
    return [
        TraceLine(
            layer="岗位交接",
            title=f"{row.from_name} 交给 {row.to_name}",
            detail=f"{row.Handover.as_of:%Y-%m-%d}，{row.Handover.state}",
            url=url_for("duty_eval.show_handover", handover_id=row.Handover.id),
        )
        for row in rows
    ]


def _found(kind: str, thing_id: int, count: int) -> list[TraceLine]:
    """The line of what inspections found with the thing and the duties under it."""
    if not count:
        return []
    url = url_for("duty_eval.inspection_findings", layer=kind, thing_id=thing_id)
    return [TraceLine(layer="监督检查", title=f"检查发现问题 {count} 个", url=url, count=count)]


def todo(actor: Actor) -> list[TodoItem]:
    """Today's page while it is empty, records sent back, and records that wait for the actor's review."""
    items = []
    if actor.may(Permission.DUTY_RECORD_LOG) and actor.person_id is not None:
        today = today_in_china()
        returned, is_logged = own_open(actor.person_id, today)
        if returned:
            items.append(TodoItem(title="被退回的履职纪实", count=returned, url=_returned_url(today), is_urgent=True))
        if not is_logged and load_workdays().is_workday(today) and is_asked_of(actor.person_id, today):
            items.append(TodoItem(title="今天的履职纪实还没有填写", count=1, url=url_for("duty_eval.today")))
        if owed := own_lately_open(actor.person_id, today):
            items.append(TodoItem(title="近十个工作日还没有填写的日子", count=owed, url=url_for("duty_eval.month")))
    if actor.may(Permission.DUTY_RECORD_LOG) and (forms := count_own_open(actor.person_id or 0)):
        items.append(TodoItem(title="平时考核待办理", count=forms, url=url_for("duty_eval.my_routine")))
    if actor.may(Permission.REVIEW_OPEN):
        waiting = count_waiting(actor)
        items.append(TodoItem(title="待审核的履职纪实", count=waiting, url=url_for("duty_eval.review_queue")))
        if forms := count_to_review(actor):
            items.append(TodoItem(title="待评鉴的平时考核", count=forms, url=url_for("duty_eval.routine_review")))
    if waiting := count_to_answer(actor):
        items.append(TodoItem(title="待答复的考核异议", count=waiting, url=url_for("duty_eval.routine_objections")))
    if waiting := count_to_decide(actor):
        url = url_for("duty_eval.absences_to_decide")
        items.append(TodoItem(title="待确认的请假", count=waiting, url=url))
    return items + _inspections(actor)


def _inspections(actor: Actor) -> list[TodoItem]:
    """Evidence that an inspection asked of the actor's section, and answers that wait for its makers."""
    waits, url = waiting_inspections(actor), url_for("duty_eval.evidence_requests")
    items = []
    if waits.to_answer:
        late = f"（{waits.overdue} 项已逾期）" if waits.overdue else ""
        title = f"监督检查要求补证{late}"
        items.append(TodoItem(title=title, count=waits.to_answer, url=url, is_urgent=bool(waits.overdue)))
    if waits.to_decide:
        items.append(TodoItem(title="待核对的补证答复", count=waits.to_decide, url=url))
    return items


def _returned_url(today: date) -> str:
    """The very records that are counted: those of the last 60 days."""
    span: dict[str, Any] = {"from": (today - timedelta(days=59)).isoformat()}
    return url_for("duty_eval.my_records", state="returned", **span)
