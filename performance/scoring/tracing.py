"""Where scores stand on the golden thread: how many draw on a duty, and which runs wait to be looked at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import url_for
from sqlalchemy import and_, func, select

from basic_info.duties.models import PostDuty
from basic_info.duties.thread import Layer, post_duties_under
from basic_info.organization.models import Appointment
from host.kernel.access import Actor
from host.kernel.db import db
from host.kernel.system import TodoItem, TraceLine
from performance.permissions import Permission
from performance.scoring.models import PersonScore, RunState, ScoreRun
from performance.scoring.queries import in_reach, visible_runs

FRESH = timedelta(days=7)


def trace(kind: str, thing_id: int, actor: Actor) -> list[TraceLine]:
    """Scores of the newest run of those whose posts carry the thing (it counts in 职责覆盖率); one statement."""
    if not actor.may(Permission.SCORE_READ):
        return []
    newest = select(func.max(ScoreRun.id)).where(ScoreRun.run_state == RunState.DONE).scalar_subquery()
    duties = post_duties_under(Layer(kind), thing_id)
    row = db.session.execute(
        select(
            ScoreRun.id,
            ScoreRun.first_day,
            ScoreRun.last_day,
            func.count(PersonScore.person_id.distinct()).label("people"),
            func.min(PersonScore.person_id).label("one"),
            func.min(PersonScore.section_id).label("section_id"),
            func.count(PersonScore.section_id.distinct()).label("sections"),
        )
        .join(PersonScore, PersonScore.run_id == ScoreRun.id)
        .join(
            Appointment,
            and_(
                Appointment.person_id == PersonScore.person_id,
                Appointment.valid.contains(ScoreRun.last_day),
                Appointment.superseded_at.is_(None),
            ),
        )
        .join(PostDuty, and_(PostDuty.post_id == Appointment.post_id, PostDuty.valid.contains(ScoreRun.last_day)))
        .where(ScoreRun.id == newest, PostDuty.id.in_(duties), in_reach(actor))
        .group_by(ScoreRun.id)
    ).first()
    if row is None:
        return []
    if row.people == 1:
        url = url_for("performance.show_score", run_id=row.id, person_id=row.one)
    elif row.sections == 1:
        url = url_for("performance.show_section_scores", run_id=row.id, section_id=row.section_id)
    else:
        url = url_for("performance.show_run", run_id=row.id)
    period = f"{row.first_day.isoformat()} 至 {row.last_day.isoformat()}"
    return [TraceLine(layer="得分", title="计入得分的人员", url=url, detail=period, count=row.people)]


def todo(actor: Actor) -> list[TodoItem]:
    """Runs of the last week, for those who look at runs; one's own new score, for everybody else."""
    since = datetime.now(UTC) - FRESH
    if actor.may(Permission.RUN_READ):
        fresh = visible_runs(actor).where(ScoreRun.finished_at >= since, ScoreRun.run_state == RunState.DONE)
        count = db.session.scalar(select(func.count()).select_from(fresh.order_by(None).subquery())) or 0
        return [_item("一周内完成的计分，可以查看", count, "performance.list_runs")] if count else []
    if actor.person_id is None or not actor.may(Permission.SCORE_READ):
        return []
    count = (
        db.session.scalar(
            select(func.count())
            .select_from(PersonScore)
            .join(ScoreRun, ScoreRun.id == PersonScore.run_id)
            .where(PersonScore.person_id == actor.person_id, ScoreRun.finished_at >= since)
        )
        or 0
    )
    return [_item("您有新的得分，可以看怎么算出来的", count, "performance.my_scores")] if count else []


def _item(title: str, count: int, endpoint: str) -> TodoItem:
    return TodoItem(title=title, count=count, url=url_for(endpoint))
