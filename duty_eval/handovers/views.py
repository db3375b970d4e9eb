from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from duty_eval.blueprint import bp
from duty_eval.handovers import operations, queries
from duty_eval.handovers.errors import HandoverOpen
from duty_eval.handovers.forms import ConfirmForm, HandoverForm, WithdrawForm
from duty_eval.handovers.models import Handover
from duty_eval.knowledge.document import handover_document
from duty_eval.knowledge.packs import Pack, pack_of, paper_title
from duty_eval.knowledge.queries import handed_over, post_of
from duty_eval.permissions import Permission
from host.kernel.access import current_actor, requires
from host.kernel.db import AnyRow, db
from host.kernel.errors import NotFound, Refused
from host.kernel.files.word import send_word
from host.kernel.forms import options
from host.kernel.pages import CHINA_TIME, today_in_china
from host.kernel.tables.exports import register_export


@bp.get("/handovers")
@requires(Permission.DUTY_RECORD_READ)
def handovers() -> ResponseReturnValue:
    """One's own hand-overs, and those of one's section."""
    before = request.args.get("before", type=int)
    rows, next_before = queries.page_of(current_actor(), before=before)
    return render_template(
        "duty_eval/handovers/list.html",
        rows=rows,
        next_url=url_for("duty_eval.handovers", before=next_before) if next_before else None,
        first_url=url_for("duty_eval.handovers") if before else None,
    )


@bp.get("/posts/<int:post_id>/handovers/new")
@requires(Permission.DUTY_RECORD_READ)
def new_handover(post_id: int) -> ResponseReturnValue:
    return _form_page(post_id, None)


@bp.post("/posts/<int:post_id>/handovers")
@requires(Permission.DUTY_RECORD_READ)
def open_handover(post_id: int) -> ResponseReturnValue:
    actor, today = current_actor(), today_in_china()
    post, holders = post_of(actor, post_id, today), queries.holders(actor, post_id, today)
    form = _form(holders)
    if not form.validate_on_submit():
        return _form_page(post_id, form), 422
    holder = next(row.Appointment for row in holders if row.Appointment.person_id == form.from_person_id.data)
    try:
        made = operations.open_handover(
            holder,
            form.to_person_id.data,
            title=paper_title(post.section_name, post.title, "交接"),
            pack=pack_of(handed_over(actor, post_id, today, person_id=holder.person_id)),
            note=form.note.data or "",
            on=today,
            actor=actor,
        )
    except (HandoverOpen, Refused) as refused:
        db.session.rollback()
        form.to_person_id.errors = [str(refused)]
        return _form_page(post_id, form), refused.status
    db.session.commit()
    flash("已生成交接单，请双方各自确认")
    return redirect(url_for("duty_eval.show_handover", handover_id=made.id), 303)


@bp.get("/handovers/<int:handover_id>")
@requires(Permission.DUTY_RECORD_READ)
def show_handover(handover_id: int) -> ResponseReturnValue:
    """What was handed over, as it was then, and who confirmed it; as a Word document with ``format=docx``."""
    row = queries.shown(current_actor(), handover_id)
    if request.args.get("format") == "docx":
        return _document(row)
    return _page(row, ConfirmForm(formdata=None))


@bp.post("/handovers/<int:handover_id>/confirm")
@requires(Permission.DUTY_RECORD_READ)
def confirm_handover(handover_id: int) -> ResponseReturnValue:
    form = ConfirmForm()
    actor = current_actor()
    if not form.validate_on_submit():
        return _page(queries.shown(actor, handover_id), form), 422
    operations.confirm_handover(queries.to_change(actor, handover_id), note=form.note.data or "", actor=actor)
    db.session.commit()
    flash("已确认")
    return redirect(url_for("duty_eval.show_handover", handover_id=handover_id), 303)


@bp.post("/handovers/<int:handover_id>/withdraw")
@requires(Permission.DUTY_RECORD_READ)
def withdraw_handover(handover_id: int) -> ResponseReturnValue:
    actor = current_actor()
    found = queries.to_change(actor, handover_id)
    operations.withdraw_handover(found, reason=(WithdrawForm().reason.data or "")[:500], actor=actor)
    db.session.commit()
    flash("已撤回")
    return redirect(url_for("duty_eval.show_handover", handover_id=handover_id), 303)


def _form(holders: Any) -> HandoverForm:
    if not holders:
        raise NotFound
    form = HandoverForm()
    form.from_person_id.choices = options((row.Appointment.person_id, row.name) for row in holders)
    people = db.session.execute(queries.colleagues(holders[0].Appointment.unit_id, today_in_china())).all()
    form.to_person_id.choices = options([(0, "请选择"), *((person_id, name) for person_id, name in people)])
    return form


def _form_page(post_id: int, form: HandoverForm | None) -> str:
    actor, today = current_actor(), today_in_china()
    post = post_of(actor, post_id, today)
    shown = form or _form(queries.holders(actor, post_id, today))
    return render_template("duty_eval/handovers/new.html", form=shown, post=post)


def _page(row: AnyRow, form: ConfirmForm) -> str:
    actor, handover = current_actor(), row.Handover
    is_mine = (actor.person_id == handover.from_person_id and handover.given_at is None) or (
        actor.person_id == handover.to_person_id and handover.taken_at is None
    )
    return render_template(
        "duty_eval/handovers/show.html",
        handover=handover,
        row=row,
        pack=Pack.kept(handover.pack),
        form=form,
        withdraw_form=WithdrawForm(formdata=None),
        may_confirm=handover.is_open and is_mine,
        is_giver=actor.person_id == handover.from_person_id,
    )


def _document(row: AnyRow) -> ResponseReturnValue:
    handover: Handover = row.Handover
    signed = [
        f"交接内容截至 {handover.as_of}；{handover.state}",
        f"移交人：{row.from_name}　{_at(handover.given_at)}",
        f"接手人：{row.to_name}　{_at(handover.taken_at)}",
        *([f"另外交代：{handover.note}"] if handover.note else []),
        *([f"接手说明：{handover.taken_note}"] if handover.taken_note else []),
    ]
    content = handover_document(handover.title, Pack.kept(handover.pack), signed=signed)
    return send_word(content, f"{handover.title}{handover.as_of}")


def _at(moment: datetime | None) -> str:
    return f"{moment.astimezone(CHINA_TIME):%Y-%m-%d %H:%M} 确认" if moment else "尚未确认"


register_export(
    "duty_eval.handovers",
    "岗位交接",
    permission=Permission.DUTY_RECORD_READ,
    columns={
        "岗位": "Handover.title",
        "移交人": "from_name",
        "接手人": "to_name",
        "截至": "Handover.as_of",
        "状态": "Handover.state",
        "移交确认": "Handover.given_at",
        "接手确认": "Handover.taken_at",
    },
    rows=lambda actor, _values: queries.listed(actor),
)
