from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.duties.models import PostDuty
from basic_info.organization.kinds import Worded
from basic_info.organization.models import Section, Unit
from duty_eval.assignments.models import AssignedTask
from host.kernel.db import Model
from host.kernel.words import index_of_words

#: What a search looks through; the index has the same words.
SEARCHED = "title || ' ' || body"


class ArticleKind(Worded):
    HOW_TO = "how_to", "操作指引"
    TEMPLATE = "template", "文书模板"
    CASE = "case", "典型案例"


class VersionState(Worded):
    PENDING = "pending", "待审核"
    PUBLISHED = "published", "已发布"
    RETURNED = "returned", "已退回"
    SUPERSEDED = "superseded", "旧版本"


class Article(Model):
    """知识条目: belongs to a section and to the duty that it serves. What it says stands in its versions."""

    __tablename__ = "article"
    __table_args__ = (
        Index(None, "unit_id"),
        Index(None, "post_duty_id"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason = '')", name="withdrawn_with_a_reason"),
        CheckConstraint("record_id IS NULL OR task_id IS NULL", name="grew_out_of_one_thing"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))
    section_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Section.id))
    post_duty_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(PostDuty.id))
    article_kind: Mapped[ArticleKind]
    #: The approved record that it grew out of.
    record_id: Mapped[int | None] = mapped_column(BigInteger)
    worked_on: Mapped[date | None]
    #: The finished task that it grew out of.
    task_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(AssignedTask.id))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(default="", server_default="")


class ArticleVersion(Model):
    """A version of an article. One is published at most, one waits at most, and nobody publishes their own."""

    __tablename__ = "article_version"
    __table_args__ = (
        UniqueConstraint("article_id", "version_no"),
        Index("uq_article_published", "article_id", unique=True, postgresql_where=text("version_state = 'published'")),
        Index("uq_article_pending", "article_id", unique=True, postgresql_where=text("version_state = 'pending'")),
        index_of_words("article_version", SEARCHED),
        CheckConstraint("decided_by_person IS DISTINCT FROM written_by_person", name="decided_by_another"),
        CheckConstraint("version_state <> 'returned' OR decision_note <> ''", name="returned_with_a_reason"),
        CheckConstraint("title <> '' AND length(title) <= 100 AND length(body) <= 20000", name="texts_are_bounded"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    article_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Article.id))
    version_no: Mapped[int] = mapped_column(SmallInteger)
    title: Mapped[str]
    body: Mapped[str]
    version_state: Mapped[VersionState] = mapped_column(default=VersionState.PENDING)
    written_by: Mapped[int | None] = mapped_column(BigInteger)
    written_by_person: Mapped[int] = mapped_column(BigInteger)
    written_at: Mapped[datetime] = mapped_column(server_default=func.now())
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    decided_by_person: Mapped[int | None] = mapped_column(BigInteger)
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str] = mapped_column(default="", server_default="")


class ArticleFile(Model):
    """附件: a file that a version carries. A version keeps its files; the next one takes over those that stay."""

    __tablename__ = "article_file"
    __table_args__ = (
        UniqueConstraint("version_id", "file_id"),
        Index(None, "file_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    version_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(ArticleVersion.id))
    #: Set right after the row: a new file belongs to it.
    file_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("stored_file.id"))


class ArticleMark(Model):
    """有用: one account found an article useful, once; a count is shown, never who."""

    __tablename__ = "article_mark"

    article_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Article.id), primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
