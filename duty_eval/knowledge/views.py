from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from duty_eval.blueprint import bp
from duty_eval.handovers.queries import holders
from duty_eval.knowledge import queries
from duty_eval.knowledge.document import handover_document
from duty_eval.knowledge.forms import ArticleForm, DecideForm, VersionForm, WithdrawForm
from duty_eval.knowledge.models import ArticleVersion, VersionState
from duty_eval.knowledge.operations import (
    decide_version,
    mark_useful,
    withdraw_article,
    write_article,
    write_version,
)
from duty_eval.knowledge.packs import pack_of
from duty_eval.permissions import Permission
from duty_eval.records.lists import parse_key
from duty_eval.records.models import DutyRecord
from host.kernel.access import current_actor, requires
from host.kernel.db import db
from host.kernel.errors import DomainError, NotFound
from host.kernel.files.word import send_word
from host.kernel.forms import options
from host.kernel.pages import today_in_china
from host.kernel.tables.exports import register_export
from host.kernel.tables.paging import paged
from host.kernel.words import terms_of


@bp.get("/knowledge")
@requires(Permission.DUTY_RECORD_READ)
def knowledge() -> ResponseReturnValue:
    """What is published in one's unit, searched by words; for a head also what waits for review."""
    actor = current_actor()
    terms = terms_of(request.args.get("q", ""))
    return render_template(
        "duty_eval/knowledge/list.html",
        rows=paged(queries.published(actor, terms=terms)),
        waiting=paged(queries.waiting(actor), name="waiting"),
        q=request.args.get("q", ""),
        may_write=actor.person_id is not None,
        posts=queries.own_posts(actor),
    )


@bp.get("/knowledge/new")
@requires(Permission.DUTY_RECORD_LOG)
def new_article() -> ResponseReturnValue:
    """The form; ``record`` (``day.id``) fills it from an approved record of one's own."""
    record = _record(request.args.get("record", ""))
    data = {"title": record.content[:100], "body": _from(record), "post_duty_id": record.post_duty_id} if record else {}
    return _form_page(_article_form(ArticleForm(formdata=None, data=data)))


@bp.post("/knowledge/new")
@requires(Permission.DUTY_RECORD_LOG)
def write_new_article() -> ResponseReturnValue:
    form = _article_form(ArticleForm())
    if not form.validate_on_submit():
        return _form_page(form), 422
    try:
        article = write_article(
            form.article_kind.data,
            form.title.data or "",
            form.body.data or "",
            post_duty_id=form.post_duty_id.data or None,
            record=_record(request.form.get("record", "")),
            actor=current_actor(),
        )
    except DomainError as refused:
        db.session.rollback()
        form.form_errors.append(str(refused))
        return _form_page(form), refused.status
    db.session.commit()
    flash("已提交，科室负责人审核后发布", "success")
    return redirect(url_for("duty_eval.show_article", article_id=article.id), 303)


@bp.get("/knowledge/<int:article_id>")
@requires(Permission.DUTY_RECORD_READ)
def show_article(article_id: int) -> ResponseReturnValue:
    actor = current_actor()
    article = queries.article_of(actor, article_id)
    versions = queries.versions_of(article)
    return render_template(
        "duty_eval/knowledge/show.html",
        article=article,
        versions=versions,
        shown=_shown(versions),
        pending=next((one for one in versions if one.version_state is VersionState.PENDING), None),
        marks=queries.count_marks(article),
        may_decide=queries.may_decide(actor, article),
        may_write=actor.person_id is not None and article.withdrawn_at is None,
        own=actor.person_id,
    )


@bp.get("/knowledge/<int:article_id>/edit")
@requires(Permission.DUTY_RECORD_LOG)
def edit_article(article_id: int) -> ResponseReturnValue:
    article = queries.article_of(current_actor(), article_id)
    shown = _shown(queries.versions_of(article))
    form = VersionForm(formdata=None, data={"title": shown.title, "body": shown.body})
    return render_template("duty_eval/knowledge/edit.html", article=article, form=form)


@bp.post("/knowledge/<int:article_id>/edit")
@requires(Permission.DUTY_RECORD_LOG)
def write_article_version(article_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), VersionForm()
    article = queries.article_of(actor, article_id)
    if not form.validate_on_submit():
        return render_template("duty_eval/knowledge/edit.html", article=article, form=form), 422
    write_version(article, form.title.data or "", form.body.data or "", actor=actor)
    db.session.commit()
    flash("新版本已提交，审核后替换现在的版本", "success")
    return redirect(url_for("duty_eval.show_article", article_id=article_id), 303)


@bp.post("/knowledge/<int:article_id>/decide")
@requires(Permission.REVIEW_OPEN)
def decide_article(article_id: int) -> ResponseReturnValue:
    """Publish the version that waits, or return it with a reason."""
    actor = current_actor()
    article = queries.article_to_decide(actor, article_id)
    version = db.session.scalars(
        select(ArticleVersion)
        .where(ArticleVersion.article_id == article.id, ArticleVersion.version_state == VersionState.PENDING)
        .with_for_update()
    ).one_or_none()
    if version is None:
        raise NotFound
    is_published = request.form.get("verdict") == "publish"
    decide_version(version, is_published=is_published, note=DecideForm().note.data or "", actor=actor)
    db.session.commit()
    flash("已发布" if is_published else "已退回作者", "success")
    return redirect(url_for("duty_eval.show_article", article_id=article_id), 303)


@bp.post("/knowledge/<int:article_id>/useful")
@requires(Permission.DUTY_RECORD_READ)
def mark_article(article_id: int) -> ResponseReturnValue:
    actor = current_actor()
    mark_useful(queries.article_of(actor, article_id), actor=actor)
    db.session.commit()
    return redirect(url_for("duty_eval.show_article", article_id=article_id), 303)


@bp.post("/knowledge/<int:article_id>/withdraw")
@requires(Permission.REVIEW_OPEN)
def take_article_down(article_id: int) -> ResponseReturnValue:
    actor = current_actor()
    withdraw_article(queries.article_to_decide(actor, article_id), reason=WithdrawForm().reason.data or "", actor=actor)
    db.session.commit()
    flash("已下架，内容保留备查", "success")
    return redirect(url_for("duty_eval.knowledge"), 303)


@bp.get("/posts/<int:post_id>/handover")
@requires(Permission.DUTY_RECORD_READ)
def post_handover(post_id: int) -> ResponseReturnValue:
    """The hand-over pack of a post (交接包); as a Word document with ``format=docx``."""
    actor, today = current_actor(), today_in_china()
    post = queries.post_of(actor, post_id, today)
    pack = queries.handed_over(actor, post_id, today)
    title = f"{post.section_name}{post.title}岗位交接包"
    if request.args.get("format") == "docx":
        return send_word(handover_document(title, pack_of(pack)), title)
    may_hand_over = bool(holders(actor, post_id, today))
    return render_template(
        "duty_eval/knowledge/handover.html", post=post, title=title, may_hand_over=may_hand_over, **pack
    )


def _article_form(form: ArticleForm) -> ArticleForm:
    duties = queries.own_duties(current_actor())
    form.post_duty_id.choices = options([(duty.id, duty.text) for duty in duties] + [(0, "不对应具体职责")])
    return form


def _form_page(form: ArticleForm) -> str:
    return render_template("duty_eval/knowledge/new.html", form=form, record=request.values.get("record", ""))


def _record(key: str) -> DutyRecord | None:
    """A record of the actor's own by ``day.id``; raises NotFound for any other."""
    if not key:
        return None
    day: date
    day, number = parse_key(key)
    record = db.session.scalars(
        select(DutyRecord).where(
            DutyRecord.id == number,
            DutyRecord.worked_on == day,
            DutyRecord.person_id == (current_actor().person_id or 0),
        )
    ).one_or_none()
    if record is None:
        raise NotFound
    return record


def _from(record: DutyRecord) -> str:
    parts = (
        ("做了什么", record.content),
        ("成果", record.result),
        ("存在问题", record.problem),
        ("下步打算", record.next_step),
    )
    return "\n".join(f"{word}：{text}" for word, text in parts if text)


def _shown(versions: Sequence[ArticleVersion]) -> ArticleVersion:
    """What is published, else the newest."""
    return next((one for one in versions if one.version_state is VersionState.PUBLISHED), versions[0])


register_export(
    "duty_eval.knowledge",
    "知识条目",
    permission=Permission.DUTY_RECORD_READ,
    columns={
        "标题": "ArticleVersion.title",
        "类别": "Article.article_kind",
        "岗位职责": "duty_text",
        "科室": "section_name",
        "有用": "marks",
        "发布时间": "ArticleVersion.decided_at",
        "内容": "ArticleVersion.body",
    },
    rows=lambda actor, values: queries.published(actor, terms=terms_of(values.get("q", ""))),
)
