from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from duty_eval.blueprint import bp
from duty_eval.permissions import Permission
from duty_eval.record_templates import queries
from duty_eval.record_templates.forms import TemplateForm
from duty_eval.record_templates.models import RecordTemplate
from duty_eval.record_templates.operations import end_template, keep_template
from host.kernel.access import Actor, current_actor, requires
from host.kernel.db import db
from host.kernel.errors import NotFound
from host.kernel.forms import options
from host.kernel.pages import today_in_china
from host.kernel.tables.exports import register_export

MOST = 300


@bp.get("/record-templates")
@requires(Permission.RECORD_TEMPLATE_KEEP)
def record_templates() -> ResponseReturnValue:
    return _page(_form(current_actor()))


@bp.post("/record-templates")
@requires(Permission.RECORD_TEMPLATE_KEEP)
def add_record_template() -> ResponseReturnValue:
    actor = current_actor()
    form = _form(actor)
    if not form.validate_on_submit():
        return _page(form), 422
    keep_template(
        form.post_duty_id.data,
        content=form.content.data or "",
        quantity=form.quantity.data,
        minutes=form.minutes.data,
        actor=actor,
    )
    db.session.commit()
    flash("已添加，任职这个岗位的人员填写时会看到", "success")
    return redirect(url_for("duty_eval.record_templates"), 303)


@bp.post("/record-templates/<int:template_id>/remove")
@requires(Permission.RECORD_TEMPLATE_KEEP)
def remove_record_template(template_id: int) -> ResponseReturnValue:
    actor = current_actor()
    template = db.session.scalars(
        queries.kept(actor, today_in_china())
        .with_only_columns(RecordTemplate)
        .where(RecordTemplate.id == template_id)
        .with_for_update(of=RecordTemplate)
    ).first()
    if template is None:
        raise NotFound
    end_template(template, actor=actor)
    db.session.commit()
    flash("已停用，填写时不再出现", "success")
    return redirect(url_for("duty_eval.record_templates"), 303)


def _form(actor: Actor) -> TemplateForm:
    form = TemplateForm()
    rows = db.session.execute(queries.duties_in_reach(actor, today_in_china()).limit(MOST))
    form.post_duty_id.choices = options((row.id, f"{row.post_title}：{row.text}") for row in rows)
    return form


def _page(form: TemplateForm) -> str:
    rows = db.session.execute(queries.kept(current_actor(), today_in_china()).limit(MOST)).all()
    return render_template("duty_eval/record_templates/list.html", form=form, rows=rows)


register_export(
    "duty_eval.record_templates",
    "岗位常用内容",
    permission=Permission.RECORD_TEMPLATE_KEEP,
    columns={
        "科室": "section_name",
        "岗位": "post_title",
        "岗位职责": "duty_text",
        "做了什么": "RecordTemplate.content",
        "数量": "RecordTemplate.quantity",
        "计量单位": "measure_unit",
        "用时（分钟）": "RecordTemplate.minutes",
    },
    rows=lambda actor, values: queries.kept(actor, today_in_china()),
)
