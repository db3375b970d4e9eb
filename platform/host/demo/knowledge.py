"""What the demo's section wrote down for others, its tasks, and a hand-over: all through the operations people use."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from docx import Document
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

import duty_eval.api as duty_eval
from basic_info.duties.models import PostDuty
from basic_info.flowcharts.models import ChartState, Flowchart, FlowStep
from basic_info.organization.models import Appointment, Post, PostVersion, SectionVersion
from host.auth.models import Account
from host.kernel.access import Actor
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.files.word import saved
from host.kernel.jobs.actors import actor_of
from host.kernel.versions import in_force

MARKS = {"how_to": 9, "template": 5, "case": 3}
PITFALLS = (
    "容易出错的地方：\n1. 复印件没有注明“与原件一致”，退回补正一次，多跑一趟。\n"
    "2. 委托办理的，先看委托书期限，再收材料。\n3. 系统里的联系电话要当面核对，短信通知靠它。"
)
FORM_LINES = ("申请人", "申请事项", "已收材料", "尚缺材料", "补正期限", "联系人和电话", "经办人签字", "申请人签字")


@dataclass(frozen=True)
class Cast:
    """The demo's staff member and head, their colleagues in the section, and readers in the unit; all have accounts."""

    staff: Actor
    head: Actor
    colleagues: Sequence[Actor]
    readers: Sequence[Actor]
    section_id: int
    today: date


def share_knowledge(days: Sequence[date], today: date) -> None:
    """Articles with versions, files and marks, one that waits, tasks done and open, a finished hand-over."""
    cast = _cast(today)
    duty = _first_duty(cast.staff, today)
    if duty is None:
        return
    _mark(_how_to(cast, duty), cast)
    notice = ("一次性告知单", "材料不齐时当场填写，一式两份，申请人和经办人签字后各留一份。")
    _mark(_template(cast, cast.staff, duty, notice), cast)
    _mark(_case(cast, duty, days[-1]), cast)
    waiting = "身份证明是否在有效期内；\n申请表有无空项；\n委托书写明的事项和期限。"
    writer = next(iter(cast.colleagues), cast.staff)
    duty_eval.write_article(
        duty_eval.ArticleKind.HOW_TO, "收件前先核对这三项", waiting, post_duty_id=None, actor=writer
    )
    pair = _same_post(cast)
    _open_tasks(cast, first=pair[:1])
    if pair:
        _hand_over(cast, *pair)


def _cast(today: date) -> Cast:
    staff, head = (actor_of(_account(login)) for login in ("staff", "head"))
    section = next(grant.section_id for grant in head.grants if grant.section_id is not None)
    unit = select(Appointment.unit_id).where(Appointment.section_id == section).limit(1).scalar_subquery()
    rows = db.session.execute(
        select(Account.id, Appointment.section_id)
        .join(Appointment, Appointment.person_id == Account.person_id)
        .where(
            Appointment.unit_id == unit,
            Appointment.is_primary,
            in_force(Appointment, today),
            Account.id.not_in([staff.account_id, head.account_id]),
        )
        .order_by(Account.id)
    ).all()
    return Cast(
        staff=staff,
        head=head,
        colleagues=[actor_of(row.id) for row in rows if row.section_id == section][:4],
        readers=[actor_of(row.id) for row in rows[: max(MARKS.values())]],
        section_id=section,
        today=today,
    )


def _account(login: str) -> int:
    return db.session.scalars(select(Account.id).where(Account.login_name == login)).one()


def _first_duty(actor: Actor, today: date) -> PostDuty | None:
    return db.session.scalars(
        select(PostDuty)
        .join(Appointment, Appointment.post_id == PostDuty.post_id)
        .where(Appointment.person_id == actor.person_id, in_force(Appointment, today))
        .order_by(PostDuty.sort_no, PostDuty.id)
        .limit(1)
    ).one_or_none()


def _how_to(cast: Cast, duty: PostDuty) -> duty_eval.Article:
    """Grown out of a record, published, and written anew once."""
    record = db.session.scalars(
        select(duty_eval.DutyRecord)
        .where(
            duty_eval.DutyRecord.person_id == cast.staff.person_id,
            duty_eval.DutyRecord.post_duty_id == duty.id,
            duty_eval.DutyRecord.record_state == duty_eval.RecordState.APPROVED,
        )
        .order_by(duty_eval.DutyRecord.worked_on.desc(), duty_eval.DutyRecord.id)
        .limit(1)
    ).one_or_none()
    steps = "\n".join(f"{number}. {name}" for number, name in enumerate(_steps(cast), 1)) or "按科室分工逐件办理。"
    body = f"适用：{duty.text}\n办理顺序：\n{steps}"
    title = f"{duty.text[:60]}：办理要点"
    article = duty_eval.write_article(
        duty_eval.ArticleKind.HOW_TO, title, body, post_duty_id=duty.id, record=record, actor=cast.staff
    )
    _publish(article, cast)
    duty_eval.write_version(article, title, f"{body}\n{PITFALLS}", actor=cast.staff)
    _publish(article, cast)
    return article


def _steps(cast: Cast) -> Sequence[str]:
    """The steps of published flowcharts that the section's posts carry, each once, as they are drawn."""
    return db.session.scalars(
        select(FlowStep.name)
        .join(Flowchart, Flowchart.id == FlowStep.flowchart_id)
        .join(Post, Post.id == FlowStep.post_id)
        .where(Post.section_id == cast.section_id, Flowchart.chart_state == ChartState.PUBLISHED)
        .group_by(FlowStep.name)
        .order_by(func.min(FlowStep.id))
        .limit(8)
    ).all()


def _template(cast: Cast, writer: Actor, duty: PostDuty, said: tuple[str, str]) -> duty_eval.Article:
    """(title, words) with a form to be filled in; its second version brings a better one and keeps the first."""
    name, words = said
    title, template = f"{name}（可直接填写）", duty_eval.ArticleKind.TEMPLATE
    first, second = _form(name, f"{name}.docx", FORM_LINES[:6]), _form(name, f"{name}（带签字栏）.docx", FORM_LINES)
    article = duty_eval.write_article(template, title, words, post_duty_id=duty.id, files=[first], actor=writer)
    _publish(article, cast)
    duty_eval.write_version(article, title, f"{words}新版加了签字栏。", files=[second], actor=writer)
    _publish(article, cast)
    return article


def _form(heading: str, name: str, lines: Sequence[str]) -> FileStorage:
    document = Document()
    document.add_heading(heading, level=1)
    table = document.add_table(rows=0, cols=2)
    table.style = "Table Grid"
    for line in lines:
        table.add_row().cells[0].text = line
    return FileStorage(io.BytesIO(saved(document)), filename=name)


def _case(cast: Cast, duty: PostDuty, day: date) -> duty_eval.Article:
    """Out of a task that the head gave and that was done on ``day``."""
    holder = _appointment(cast.staff, cast.today)
    task = duty_eval.assign_task(
        holder, title="梳理近期退件原因，提出改进办法", due_on=cast.today, post_duty_id=duty.id, actor=cast.head
    )
    entry = duty_eval.Entry(
        post_duty_id=duty.id, content="逐件查看近期退件，归纳三类原因，拟出改进办法报科室负责人。",
        quantity=Decimal(1), minutes=60, task_id=task.id,
    )  # fmt: skip
    duty_eval.log_records([entry], worked_on=day, client_key="demo-task-done", actor=cast.staff, today=cast.today)
    db.session.refresh(task)  # the record marked it done
    article = duty_eval.write_article(
        duty_eval.ArticleKind.CASE, "退件从哪来：三类原因和改进办法",
        "原因：材料样式不统一、委托手续不全、系统信息与纸质材料不一致。\n"
        "办法：窗口摆放样表；收件时先核委托书；录入后当面请申请人核对一遍。",
        post_duty_id=duty.id, task=task, actor=cast.staff,
    )  # fmt: skip
    _publish(article, cast)
    return article


def _publish(article: duty_eval.Article, cast: Cast) -> None:
    duty_eval.decide_version(duty_eval.versions_of(article)[0], is_published=True, actor=cast.head)


def _mark(article: duty_eval.Article, cast: Cast) -> None:
    for reader in cast.readers[: MARKS[article.article_kind.value]]:
        duty_eval.mark_useful(article, actor=reader)


def _appointment(actor: Actor, today: date) -> Appointment:
    return db.session.scalars(
        select(Appointment).where(
            Appointment.person_id == actor.person_id, Appointment.is_primary, in_force(Appointment, today)
        )
    ).one()


def _open_tasks(cast: Cast, *, first: Sequence[Actor]) -> None:
    """Colleagues have something to do yet: their hand-over packs show it."""
    due = load_workdays().add_workdays
    tasks = (("更新窗口样表并上墙", 5), ("汇总本季度疑难件，报分管领导", 10))
    others = [colleague for colleague in cast.colleagues if colleague not in first]
    for colleague, (title, limit_workdays) in zip([*first, *others], tasks, strict=False):
        holder = _appointment(colleague, cast.today)
        duty_eval.assign_task(holder, title=title, due_on=due(cast.today, limit_workdays), actor=cast.head)


def _same_post(cast: Cast) -> Sequence[Actor]:
    """Two colleagues on one post, or nobody."""
    by_post: dict[int, list[Actor]] = {}
    for colleague in cast.colleagues:
        by_post.setdefault(_appointment(colleague, cast.today).post_id, []).append(colleague)
    return next((people[:2] for people in by_post.values() if len(people) > 1), [])


def _hand_over(cast: Cast, giver: Actor, taker: Actor) -> None:
    """One hands over to the other, a template and an open task among it; both confirm."""
    duty = _first_duty(giver, cast.today)
    if duty is not None:
        _template(cast, giver, duty, ("审查要点对照表", "逐项对照勾选，有疑问的写明依据条款。"))
    holder = _appointment(giver, cast.today)
    post = db.session.execute(
        select(PostVersion.title, SectionVersion.name)
        .join(SectionVersion, SectionVersion.section_id == holder.section_id)
        .where(
            PostVersion.post_id == holder.post_id,
            in_force(PostVersion, cast.today),
            in_force(SectionVersion, cast.today),
        )
    ).one()
    pack = duty_eval.handed_over(giver, holder.post_id, cast.today, person_id=giver.person_id)
    made = duty_eval.open_handover(
        holder,
        taker.person_id or 0,
        title=duty_eval.paper_title(post.name, post.title, "交接"),
        pack=duty_eval.pack_of(pack),
        note="印章和档案柜钥匙已当面点交。",
        on=cast.today,
        actor=giver,
    )
    duty_eval.confirm_handover(made, actor=giver)
    duty_eval.confirm_handover(made, note="已清点，无遗漏", actor=taker)
