"""Reads of knowledge: what is published in one's unit, what waits for the head, one article with its versions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select

from basic_info.duties.models import PostDuty
from basic_info.flowcharts.models import ChartState, Flowchart, FlowStep
from basic_info.organization.models import Appointment, Post, PostVersion, Section, SectionVersion
from basic_info.organization.scope import within
from duty_eval.assignments.models import AssignedTask, TaskState
from duty_eval.knowledge.models import SEARCHED, Article, ArticleFile, ArticleMark, ArticleVersion, VersionState
from duty_eval.permissions import Permission
from duty_eval.records.models import RecordRollup
from host.kernel.access import Actor
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.errors import NotFound
from host.kernel.files.models import StoredFile
from host.kernel.pages import today_in_china
from host.kernel.versions import in_force
from host.kernel.words import has_words

PAGE = 50


def own_units(actor: Actor) -> Any:
    """The units in which the actor serves today."""
    return select(Appointment.unit_id).where(
        Appointment.person_id == (actor.person_id or 0), in_force(Appointment, today_in_china())
    )


def readable(actor: Actor) -> ColumnElement[bool]:
    """What everybody of the unit may read, and who reads its records."""
    return or_(
        Article.unit_id.in_(own_units(actor)),
        within(actor, Permission.DUTY_RECORD_READ, unit=Article.unit_id, section=Article.section_id),
    )


def decidable(actor: Actor) -> ColumnElement[bool]:
    return within(actor, Permission.DUTY_RECORD_REVIEW, unit=Article.unit_id, section=Article.section_id)


def visible(actor: Actor) -> ColumnElement[bool]:
    """The versions that the actor may read: what is or was published, one's own, and those that one reviews."""
    was_out = ArticleVersion.version_state.in_((VersionState.PUBLISHED, VersionState.SUPERSEDED))
    return or_(
        and_(readable(actor), was_out),
        ArticleVersion.written_by_person == (actor.person_id or 0),
        decidable(actor),
    )


def published(actor: Actor, *, terms: tuple[str, ...] = (), duty_id: int | None = None) -> AnySelect:
    """(Article, ArticleVersion, section_name, duty_text, marks, files) of what is published, the most useful first."""
    files = (
        select(func.count()).where(ArticleFile.version_id == ArticleVersion.id).correlate(ArticleVersion)
    ).scalar_subquery()
    marks = select(func.count()).where(ArticleMark.article_id == Article.id).correlate(Article).scalar_subquery()
    rows = (
        select(
            Article,
            ArticleVersion,
            SectionVersion.name.label("section_name"),
            PostDuty.text.label("duty_text"),
            marks.label("marks"),
            files.label("files"),
        )
        .join(ArticleVersion, ArticleVersion.article_id == Article.id)
        .join(
            SectionVersion,
            and_(SectionVersion.section_id == Article.section_id, in_force(SectionVersion, today_in_china())),
        )
        .outerjoin(PostDuty, PostDuty.id == Article.post_duty_id)
        .where(
            readable(actor),
            Article.withdrawn_at.is_(None),
            ArticleVersion.version_state == VersionState.PUBLISHED,
        )
        .order_by(marks.desc(), ArticleVersion.decided_at.desc(), Article.id)
    )
    if terms:
        rows = rows.where(has_words(literal_column(f"({SEARCHED})"), terms))
    return rows if duty_id is None else rows.where(Article.post_duty_id == duty_id)


def waiting(actor: Actor) -> AnySelect:
    """(Article, ArticleVersion) that wait for the actor's review, the oldest first."""
    return (
        select(Article, ArticleVersion)
        .join(ArticleVersion, ArticleVersion.article_id == Article.id)
        .where(
            decidable(actor),
            Article.withdrawn_at.is_(None),
            ArticleVersion.version_state == VersionState.PENDING,
            ArticleVersion.written_by_person != (actor.person_id or 0),
        )
        .order_by(ArticleVersion.written_at, ArticleVersion.id)
    )


def article_of(actor: Actor, article_id: int) -> Article:
    """A published article of the unit, one that the actor wrote or reviews; raises NotFound."""
    known = select(ArticleVersion.id).where(ArticleVersion.article_id == Article.id, visible(actor)).exists()
    found = db.session.scalars(select(Article).where(Article.id == article_id, known)).one_or_none()
    if found is None:
        raise NotFound
    return found


def article_to_decide(actor: Actor, article_id: int) -> Article:
    found = db.session.scalars(
        select(Article).where(Article.id == article_id, decidable(actor)).with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def may_decide(actor: Actor, article: Article) -> bool:
    """Whether the actor reviews articles of this section."""
    return db.session.scalar(select(Article.id).where(Article.id == article.id, decidable(actor))) is not None


def versions_of(article: Article) -> Sequence[ArticleVersion]:
    """The newest first."""
    return db.session.scalars(
        select(ArticleVersion).where(ArticleVersion.article_id == article.id).order_by(ArticleVersion.version_no.desc())
    ).all()


def files_of(version_ids: Collection[int]) -> dict[int, list[StoredFile]]:
    """version_id → its files in the order in which they came; one statement."""
    found: dict[int, list[StoredFile]] = {}
    rows = (
        select(ArticleFile.version_id, StoredFile)
        .join(StoredFile, StoredFile.id == ArticleFile.file_id)
        .where(ArticleFile.version_id.in_(version_ids))
        .order_by(ArticleFile.id)
    )
    for version_id, file in db.session.execute(rows):
        found.setdefault(version_id, []).append(file)
    return found


def own_task(actor: Actor, task_id: int) -> AssignedTask:
    """A finished task of the actor's own; raises NotFound."""
    found = db.session.scalars(
        select(AssignedTask).where(
            AssignedTask.id == task_id,
            AssignedTask.person_id == (actor.person_id or 0),
            AssignedTask.task_state == TaskState.DONE,
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def articles_of_tasks(task_ids: Collection[int]) -> dict[int, int]:
    """task → the last article that was written from it."""
    rows = select(Article.task_id, func.max(Article.id)).where(Article.task_id.in_(task_ids)).group_by(Article.task_id)
    return {task_id: article_id for task_id, article_id in db.session.execute(rows) if task_id is not None}


def count_marks(article: Article) -> int:
    return db.session.scalar(select(func.count()).where(ArticleMark.article_id == article.id)) or 0


def own_duties(actor: Actor) -> Sequence[AnyRow]:
    """(id, text) of the duties of the actor's posts today."""
    today = today_in_china()
    return db.session.execute(
        select(PostDuty.id, PostDuty.text)
        .join(Appointment, Appointment.post_id == PostDuty.post_id)
        .where(
            Appointment.person_id == (actor.person_id or 0),
            in_force(Appointment, today),
            PostDuty.valid.contains(today),
        )
        .order_by(PostDuty.sort_no, PostDuty.id)
    ).all()


def duty_text(actor: Actor, duty_id: int | None) -> str | None:
    """The words of a duty of one's unit or within reach; None: there is none."""
    return db.session.scalar(
        select(PostDuty.text).where(
            PostDuty.id == duty_id,
            or_(
                PostDuty.unit_id.in_(own_units(actor)),
                within(actor, Permission.DUTY_RECORD_READ, unit=PostDuty.unit_id, section=PostDuty.section_id),
            ),
        )
    )


def own_posts(actor: Actor) -> Sequence[AnyRow]:
    """(post_id, title) of the posts that the actor holds today, the primary one first."""
    today = today_in_china()
    return db.session.execute(
        select(Appointment.post_id, PostVersion.title)
        .join(PostVersion, and_(PostVersion.post_id == Appointment.post_id, in_force(PostVersion, today)))
        .where(Appointment.person_id == (actor.person_id or 0), in_force(Appointment, today))
        .order_by(Appointment.is_primary.desc(), Appointment.post_id)
    ).all()


def post_of(actor: Actor, post_id: int, day: date) -> AnyRow:
    """(id, title, section_name) of a post of one's own or within reach; raises NotFound."""
    row = find_post(actor, post_id, day)
    if row is None:
        raise NotFound
    return row


def find_post(actor: Actor, post_id: int, day: date) -> AnyRow | None:
    """The same, or None."""
    own = select(Appointment.post_id).where(Appointment.person_id == (actor.person_id or 0), in_force(Appointment, day))
    reach = within(actor, Permission.DUTY_RECORD_READ, unit=Section.unit_id, section=Section.id)
    return db.session.execute(
        select(Post.id, PostVersion.title, SectionVersion.name.label("section_name"))
        .join(PostVersion, and_(PostVersion.post_id == Post.id, in_force(PostVersion, day)))
        .join(Section, Section.id == Post.section_id)
        .join(SectionVersion, and_(SectionVersion.section_id == Section.id, in_force(SectionVersion, day)))
        .where(Post.id == post_id, or_(reach, Post.id.in_(own)))
    ).one_or_none()


def handed_over(actor: Actor, post_id: int, day: date, *, person_id: int | None = None) -> dict[str, Any]:
    """What the next holder of a post is handed: duties, flow steps, articles, open tasks, a year's calendar of work.

    ``person_id``: one of several holders, whose tasks alone are handed over. Of a holder who left within a year the
    tasks of the post's section are still there for whoever comes next.
    """
    duties = db.session.scalars(
        select(PostDuty)
        .where(PostDuty.post_id == post_id, PostDuty.valid.contains(day))
        .order_by(PostDuty.sort_no, PostDuty.id)
    ).all()
    ids = [duty.id for duty in duties]
    holders = select(Appointment.person_id).where(
        Appointment.post_id == post_id,
        Appointment.superseded_at.is_(None),
        Appointment.valid.op("&&")(func.daterange(day - timedelta(days=366), day, "[]")),
    )
    whose = AssignedTask.person_id.in_(holders) if person_id is None else AssignedTask.person_id == person_id
    in_section = select(Post.section_id).where(Post.id == post_id).scalar_subquery()
    articles = db.session.execute(published(actor).where(Article.post_duty_id.in_(ids)).limit(PAGE)).all()
    return {
        "duties": duties,
        "steps": db.session.execute(
            select(FlowStep.name, Flowchart.name.label("chart"), Flowchart.id.label("chart_id"))
            .join(Flowchart, Flowchart.id == FlowStep.flowchart_id)
            .where(FlowStep.post_id == post_id, Flowchart.chart_state == ChartState.PUBLISHED)
            .order_by(Flowchart.name, FlowStep.id)
        ).all(),
        "articles": articles,
        "files": files_of([row.ArticleVersion.id for row in articles]),
        "tasks": db.session.scalars(
            select(AssignedTask)
            .where(whose, AssignedTask.section_id == in_section, AssignedTask.task_state == TaskState.OPEN)
            .order_by(AssignedTask.due_on.nulls_last(), AssignedTask.id)
        ).all(),
        "calendar": db.session.execute(
            select(
                RecordRollup.month,
                PostDuty.text,
                func.sum(RecordRollup.record_count).label("records"),
                func.sum(RecordRollup.quantity).label("quantity"),
                PostDuty.measure_unit,
            )
            .join(PostDuty, PostDuty.id == RecordRollup.post_duty_id)
            .where(
                RecordRollup.post_duty_id.in_(ids),
                RecordRollup.month > day - timedelta(days=366),
                RecordRollup.record_count > 0,
            )
            .group_by(RecordRollup.month, PostDuty.id)
            .order_by(RecordRollup.month, PostDuty.sort_no)
        ).all(),
    }
