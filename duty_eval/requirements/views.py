from __future__ import annotations

from itertools import groupby

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from duty_eval.blueprint import bp
from duty_eval.permissions import Permission
from duty_eval.requirements import queries
from duty_eval.requirements.forms import RequirementForm
from duty_eval.requirements.groups import settings_over
from duty_eval.requirements.models import Asking
from duty_eval.requirements.operations import Required, set_requirements
from host.kernel.access import current_actor, requires
from host.kernel.answering import refusal
from host.kernel.db import db
from host.kernel.forms import options, validated
from host.kernel.pages import day, today_in_china
from host.kernel.tables.exports import register_export

#: Duties that one page offers.
MOST = 600


@bp.get("/duty-requirements")
@requires(Permission.DUTY_REQUIREMENT_SET)
def duty_requirements() -> ResponseReturnValue:
    """What the duties in reach ask of their records, and the form to change it."""
    unset = Asking.DIVISION.value
    return _page(_form({"on": today_in_china(), "words": unset, "evidence": unset}))


@bp.post("/duty-requirements")
@requires(Permission.DUTY_REQUIREMENT_SET)
def set_duty_requirements() -> ResponseReturnValue:
    actor, today, form = current_actor(), today_in_china(), _form()
    count = 0

    def act() -> None:
        nonlocal count
        count = set_requirements(
            queries.chosen_duties(actor, today, **form.chosen()),
            Required(form.words.data, form.evidence.data),
            on=validated(form.on.data),
            today=today,
            reason=form.reason.data or "",
            actor=actor,
        )

    status = refusal(form, act, at=form.on)
    if status:
        return _page(form), status
    flash(f"已保存 {count} 项职责的填写要求，{day(form.on.data, short=True)}起执行", "success")
    return redirect(url_for("duty_eval.duty_requirements"), 303)


def _form(data: dict[str, object] | None = None) -> RequirementForm:
    form = RequirementForm(formdata=None, data=data) if data else RequirementForm()
    rows = db.session.execute(queries.duties_in_reach(current_actor(), today_in_china()).limit(MOST)).all()
    choices = [("", "请选择")]
    for post_id, duties in groupby(rows, key=lambda row: row.post_id):
        of_post = list(duties)
        place = f"{of_post[0].section_name} {of_post[0].post_title}"
        choices.append((f"post-{post_id}", f"{place}：全部 {len(of_post)} 项职责"))
        choices += [(f"duty-{row.id}", f"{place}：{row.text}") for row in of_post]
    form.target.choices = options(choices)
    return form


def _page(form: RequirementForm) -> str:
    today = today_in_china()
    return render_template(
        "duty_eval/requirements/list.html",
        form=form,
        rows=queries.settings_shown(current_actor(), today, most=MOST),
        over=db.session.execute(settings_over(queries.duties_in_reach(current_actor(), today), today)).all(),
        most=MOST,
        today=today,
    )


register_export(
    "duty_eval.duty_requirements",
    "岗位职责填写要求",
    permission=Permission.DUTY_REQUIREMENT_SET,
    columns={
        "科室": "section_name",
        "岗位": "post_title",
        "岗位职责": "duty_text",
        "须写明做了什么": "DutyRequirement.words.label",
        "提示附佐证": "DutyRequirement.evidence.label",
        "起始日期": "DutyRequirement.effective_from",
        "截止日期（不含）": "DutyRequirement.effective_to",
        "调整原因": "DutyRequirement.remark",
    },
    rows=lambda actor, values: queries.settings(actor, today_in_china()),
)
