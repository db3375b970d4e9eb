"""Writes of knowledge: write, decide, mark, withdraw. None of them commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as insert_new
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import FileStorage

from basic_info.organization.queries import primary_appointment
from duty_eval.assignments.models import AssignedTask, TaskState
from duty_eval.knowledge.errors import NotPending, OneWaitsAlready, OwnArticle
from duty_eval.knowledge.files import keep_files
from duty_eval.knowledge.models import Article, ArticleKind, ArticleMark, ArticleVersion, VersionState
from duty_eval.records.models import DutyRecord, RecordState
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import NotPermitted, Refused
from host.kernel.pages import today_in_china


def write_article(
    kind: ArticleKind,
    title: str,
    body: str,
    *,
    post_duty_id: int | None,
    record: DutyRecord | None = None,
    task: AssignedTask | None = None,
    files: Sequence[FileStorage] = (),
    actor: Actor,
) -> Article:
    """Write something down for others (沉淀); it waits for the head's review.

    ``record``: an approved one of one's own; ``task``: a finished one of one's own; one of the two at most.
    Raises Refused, NotPermitted, and what ``keep_files`` raises.
    """
    place = primary_appointment(actor.person_id or 0, today_in_china())
    if place is None:
        raise NotPermitted("没有任职岗位，不能发布")
    if record is not None and (
        record.person_id != actor.person_id or record.record_state not in {RecordState.APPROVED, RecordState.LOCKED}
    ):
        raise Refused("只能由本人审核通过的纪实沉淀")
    if task is not None and (task.person_id != actor.person_id or task.task_state is not TaskState.DONE):
        raise Refused("只能由本人办完的交办任务沉淀")
    if record is not None and task is not None:
        raise Refused("一个条目只能由一条纪实或一项任务写成")
    article = Article(
        unit_id=place.unit_id,
        section_id=place.section_id,
        post_duty_id=post_duty_id,
        article_kind=kind,
        record_id=record.id if record else None,
        worked_on=record.worked_on if record else None,
        task_id=task.id if task else None,
    )
    db.session.add(article)
    db.session.flush()
    write_version(article, title, body, files=files, actor=actor)
    return article


def write_version(
    article: Article,
    title: str,
    body: str,
    *,
    files: Sequence[FileStorage] = (),
    kept: Sequence[int] = (),
    actor: Actor,
) -> ArticleVersion:
    """A further version; what is published stays until this one is.

    ``files``: what is new; ``kept``: ids of the article's files that this version goes on carrying.
    Raises OneWaitsAlready, Refused, NotPermitted, and what ``keep_files`` raises.
    """
    if actor.person_id is None:
        raise NotPermitted
    if not title.strip() or not body.strip():
        raise Refused("请填写标题和内容")
    last = db.session.scalar(select(func.max(ArticleVersion.version_no)).where(ArticleVersion.article_id == article.id))
    version = ArticleVersion(
        article_id=article.id,
        version_no=(last or 0) + 1,
        title=title.strip(),
        body=body.strip(),
        written_by=actor.account_id,
        written_by_person=actor.person_id,
    )
    try:
        with db.session.begin_nested():
            db.session.add(version)
    except IntegrityError as fault:
        raise OneWaitsAlready from fault
    carried = keep_files(version, files, kept=kept, actor=actor)
    after = {"version": version.version_no, "files": carried} if carried else {"version": version.version_no}
    record_change(article, action="article.written", actor=actor, after=after)
    return version


def decide_version(version: ArticleVersion, *, is_published: bool, note: str = "", actor: Actor) -> None:
    """The head publishes a version, or returns it with a reason. ``version`` is locked by the caller.

    Raises NotPending, OwnArticle, Refused.
    """
    if version.version_state is not VersionState.PENDING:
        raise NotPending
    if version.written_by_person == actor.person_id:
        raise OwnArticle
    if not is_published and not note.strip():
        raise Refused("请填写退回原因")
    if is_published:
        db.session.execute(
            update(ArticleVersion)
            .where(
                ArticleVersion.article_id == version.article_id,
                ArticleVersion.version_state == VersionState.PUBLISHED,
            )
            .values(version_state=VersionState.SUPERSEDED)
        )
    version.version_state = VersionState.PUBLISHED if is_published else VersionState.RETURNED
    version.decided_by, version.decided_by_person = actor.account_id, actor.person_id
    version.decided_at, version.decision_note = datetime.now(UTC), note.strip()
    db.session.flush()
    record_change(
        f"article:{version.article_id}",
        action="article.published" if is_published else "article.returned",
        actor=actor,
        after={"version": version.version_no},
        reason=note.strip() or None,
    )


def mark_useful(article: Article, *, actor: Actor) -> None:
    """One mark an account, however often it is pressed."""
    made = db.session.scalar(
        insert_new(ArticleMark)
        .values(article_id=article.id, account_id=actor.account_id)
        .on_conflict_do_nothing()
        .returning(ArticleMark.article_id)
    )
    if made is not None:
        record_change(article, action="article.marked", actor=actor)


def withdraw_article(article: Article, *, reason: str, actor: Actor) -> None:
    """Nobody finds it any more; what it said stays. Raises Refused."""
    if not reason.strip():
        raise Refused("请填写下架原因")
    article.withdrawn_at, article.withdrawn_reason = datetime.now(UTC), reason.strip()
    db.session.flush()
    record_change(article, action="article.withdrawn", actor=actor, reason=reason.strip())
