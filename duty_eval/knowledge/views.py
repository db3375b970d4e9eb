from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from basic_info.duties.models import PostDuty
from duty_eval.assignments.models import AssignedTask
from duty_eval.blueprint import bp
from duty_eval.handovers.queries import holders
from duty_eval.knowledge import queries
from duty_eval.knowledge.document import handover_document
from duty_eval.knowledge.forms import ArticleForm, DecideForm, VersionForm, WithdrawForm
from duty_eval.knowledge.models import Article, ArticleVersion, VersionState
from duty_eval.knowledge.operations import (
    decide_version,
    mark_useful,
    withdraw_article,
    write_article,
    write_version,
)
from duty_eval.knowledge.packs import pack_of, paper_title
from duty_eval.permissions import Permission
from duty_eval.records.lists import parse_key
from duty_eval.records.models import DutyRecord
from host.kernel.access import current_actor, requires
from host.kernel.db import db
from host.kernel.errors import DomainError, NotFound
from host.kernel.files.word import send_word
from host.kernel.forms import options
from host.kernel.pages import CHINA_TIME, today_in_china
from host.kernel.tables.exports import register_export
from host.kernel.tables.paging import paged
from host.kernel.words import terms_of


@bp.get("/knowledge")
@requires(Permission.DUTY_RECORD_READ)
def knowledge() -> ResponseReturnValue:
    """What is published in one's unit, searched by words; for a head also what waits for review."""
    actor = current_actor()
    terms, duty_id = terms_of(request.args.get("q", "")), _number(request.args.get("duty", ""))
    return render_template(
        "duty_eval/knowledge/list.html",
        rows=paged(queries.published(actor, terms=terms, duty_id=duty_id)),
        waiting=paged(queries.waiting(actor), name="waiting"),
        q=request.args.get("q", ""),
        duty_id=duty_id,
        duty_text=queries.duty_text(actor, duty_id) if duty_id else None,
        may_write=actor.person_id is not None,
        posts=queries.own_posts(actor),
    )


@bp.get("/knowledge/new")
@requires(Permission.DUTY_RECORD_LOG)
def new_article() -> ResponseReturnValue:
    """The form; ``record`` (``day.id``) or ``task`` fills it from what one did oneself."""
    record, task = _sources(request.args)
    return _form_page(_article_form(ArticleForm(formdata=None, data=_prefilled(record, task))))


@bp.post("/knowledge/new")
@requires(Permission.DUTY_RECORD_LOG)
def write_new_article() -> ResponseReturnValue:
    form = _article_form(ArticleForm())
    if not form.validate_on_submit():
        return _form_page(form), 422
    record, task = _sources(request.form)
    try:
        article = write_article(
            form.article_kind.data,
            form.title.data or "",
            form.body.data or "",
            post_duty_id=form.post_duty_id.data or None,
            record=record,
            task=task,
            files=request.files.getlist("evidence"),
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
    versions, may_decide = queries.versions_of(article), queries.may_decide(actor, article)
    pending = next((one for one in versions if one.version_state is VersionState.PENDING), None)
    grew_from = _grew_from(article)
    return render_template(
        "duty_eval/knowledge/show.html",
        article=article,
        versions=versions,
        shown=_shown(versions),
        pending=pending,
        # What nobody has reviewed yet is for its writer and the reviewer alone.
        shows_pending=pending is not None and (may_decide or pending.written_by_person == actor.person_id),
        files=queries.files_of([one.id for one in versions]),
        grew_from=grew_from,
        may_see_origin=grew_from is not None and (may_decide or grew_from.person_id == actor.person_id),
        duty_text=queries.duty_text(actor, article.post_duty_id),
        marks=queries.count_marks(article),
        may_decide=may_decide,
        may_write=actor.person_id is not None and article.withdrawn_at is None,
        own=actor.person_id,
    )


@bp.get("/knowledge/<int:article_id>/edit")
@requires(Permission.DUTY_RECORD_LOG)
def edit_article(article_id: int) -> ResponseReturnValue:
    """The form, filled with what is published, or with one's own version that was sent back."""
    article = queries.article_of(current_actor(), article_id)
    base = _base(queries.versions_of(article))
    form = VersionForm(formdata=None, data={"title": base.title, "body": base.body})
    return _edit_page(article, base, form, kept=None)


@bp.post("/knowledge/<int:article_id>/edit")
@requires(Permission.DUTY_RECORD_LOG)
def write_article_version(article_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), VersionForm()
    article = queries.article_of(actor, article_id)
    base = _base(queries.versions_of(article))
    kept = {int(one[:18]) for one in request.form.getlist("kept") if one.isdecimal()}
    if not form.validate_on_submit():
        return _edit_page(article, base, form, kept=kept), 422
    uploads = request.files.getlist("evidence")
    stays = [file.id for file in queries.files_of([base.id]).get(base.id, []) if file.id in kept]
    try:
        write_version(article, form.title.data or "", form.body.data or "", files=uploads, kept=stays, actor=actor)
    except DomainError as refused:
        db.session.rollback()
        form.form_errors.append(str(refused))
        return _edit_page(queries.article_of(actor, article_id), base, form, kept=kept), refused.status
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
    found = queries.handed_over(actor, post_id, today)
    words = pack_of(found)
    title = paper_title(post.section_name, post.title, "交接包")
    if request.args.get("format") == "docx":
        return send_word(handover_document(title, words), title)
    may_hand_over = bool(holders(actor, post_id, today))
    return render_template(
        "duty_eval/knowledge/handover.html", post=post, title=title, may_hand_over=may_hand_over, words=words, **found
    )


def _article_form(form: ArticleForm) -> ArticleForm:
    duties = queries.own_duties(current_actor())
    form.post_duty_id.choices = options([(duty.id, duty.text) for duty in duties] + [(0, "不对应具体职责")])
    return form


def _form_page(form: ArticleForm) -> str:
    source = {name: request.values[name] for name in ("record", "task") if request.values.get(name)}
    return render_template("duty_eval/knowledge/new.html", form=form, source=source)


def _edit_page(article: Article, base: ArticleVersion, form: VersionForm, *, kept: set[int] | None) -> str:
    """``kept``: the files whose box was ticked; None: all of them."""
    return render_template(
        "duty_eval/knowledge/edit.html",
        article=article,
        form=form,
        files=queries.files_of([base.id]).get(base.id, []),
        kept=kept,
    )


def _number(text: str) -> int | None:
    return int(text[:18]) if text.isdecimal() else None


def _sources(values: Mapping[str, str]) -> tuple[DutyRecord | None, AssignedTask | None]:
    """The record or the task that something is written from. Raises NotFound for any that is not one's own."""
    record, task = _record(values.get("record", "")), values.get("task", "")
    if not task:
        return record, None
    number = _number(task)
    if number is None:
        raise NotFound
    return record, queries.own_task(current_actor(), number)


#: What only the writer knows; records and tasks hold none of it.
_TO_WRITE = "\n怎么做的：\n要注意什么："


def _prefilled(record: DutyRecord | None, task: AssignedTask | None) -> dict[str, Any]:
    """What the form begins with."""
    if record is not None:
        duty = db.session.get(PostDuty, record.post_duty_id) if record.post_duty_id and not record.content else None
        title = duty.text if duty else record.content
        return {"title": title[:100], "body": f"{_from(record)}{_TO_WRITE}", "post_duty_id": record.post_duty_id}
    if task is None:
        return {}
    done = f"{task.done_at.astimezone(CHINA_TIME):%Y-%m-%d}" if task.done_at else ""
    body = f"交办事项：{task.title}\n办结日期：{done}{_TO_WRITE}"
    return {"title": task.title[:100], "body": body, "post_duty_id": task.post_duty_id}


def _grew_from(article: Article) -> AssignedTask | DutyRecord | None:
    """The task or the record that the article was written from; what it says is its person's and the reviewer's."""
    if article.task_id is not None:
        return db.session.get(AssignedTask, article.task_id)
    if article.record_id is None:
        return None
    return db.session.get(DutyRecord, (article.record_id, article.worked_on))


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
    return "\n".join(f"{word}：{text}" for word, text in parts if text) or f"工作日期：{record.worked_on}"


def _base(versions: Sequence[ArticleVersion]) -> ArticleVersion:
    """What a further version starts from: one's own that was sent back last, else what readers see."""
    newest = versions[0]
    was_mine = newest.written_by_person == current_actor().person_id
    return newest if newest.version_state is VersionState.RETURNED and was_mine else _shown(versions)


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
        "附件": "files",
        "有用": "marks",
        "发布时间": "ArticleVersion.decided_at",
        "内容": "ArticleVersion.body",
    },
    rows=lambda actor, values: queries.published(
        actor, terms=terms_of(values.get("q", "")), duty_id=_number(values.get("duty", ""))
    ),
)
