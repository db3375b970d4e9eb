from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from basic_info.regions.queries import region_to_set, regions_to_set
from duty_eval.blueprint import bp
from duty_eval.permissions import Permission
from duty_eval.requirements.forms import GroupForm
from duty_eval.requirements.groups import group_settings, wordings
from duty_eval.requirements.models import Asking
from duty_eval.requirements.operations import Required, set_group_requirements
from host.kernel.access import Actor, current_actor, requires
from host.kernel.answering import refusal
from host.kernel.db import AnyRow, db
from host.kernel.forms import validated
from host.kernel.pages import day, today_in_china
from host.kernel.tables.exports import register_export

#: Settings that one page shows.
MOST = 300


@bp.get("/duty-requirements/all-units")
@requires(Permission.ENTRY_RULE_SET)
def group_requirements() -> ResponseReturnValue:
    """What is asked in all units of a division, and the form to change it; ``find`` looks for a duty's words."""
    unset = Asking.DIVISION.value
    return _page(GroupForm(formdata=None, data={"on": today_in_china(), "words": unset, "evidence": unset}))


@bp.post("/duty-requirements/all-units")
@requires(Permission.ENTRY_RULE_SET)
def set_requirements_of_group() -> ResponseReturnValue:
    region, form, count = _region(current_actor(), request.values), GroupForm(), 0

    def act() -> None:
        nonlocal count
        count = set_group_requirements(
            region.id,
            form.of,
            Required(form.words.data, form.evidence.data),
            on=validated(form.on.data),
            today=today_in_china(),
            reason=form.reason.data or "",
            actor=current_actor(),
        )

    status = refusal(form, act)
    if status:
        return _page(form), status
    flash(f"已保存，涉及 {count} 项岗位职责，{day(form.on.data, short=True)}起执行", "success")
    return redirect(url_for("duty_eval.group_requirements", region=region.code), 303)


def _page(form: GroupForm) -> str:
    actor, today = current_actor(), today_in_china()
    region = _region(actor, request.values)
    find = request.values.get("find", "").strip()[:100]
    return render_template(
        "duty_eval/requirements/groups.html",
        form=form,
        region=region,
        region_options=[(one.code, one.name) for one in _regions(actor)],
        find=find,
        found=wordings(region.id, find, today) if find else [],
        rows=db.session.execute(group_settings(region.id, today).limit(MOST)).all(),
        most=MOST,
        today=today,
    )


def _regions(actor: Actor) -> list[AnyRow]:
    return regions_to_set(actor, Permission.ENTRY_RULE_SET, today_in_china())


def _region(actor: Actor, values: Mapping[str, str]) -> AnyRow:
    return region_to_set(_regions(actor), values.get("region", ""))


register_export(
    "duty_eval.group_requirements",
    "统一填写要求",
    permission=Permission.ENTRY_RULE_SET,
    columns={
        "地区": "region_name",
        "岗位类别": lambda row: row.RequirementGroup.post_class.label if row.RequirementGroup.post_class else "",
        "职责": lambda row: row.RequirementGroup.duty_text or "",
        "须写明做了什么": "GroupRequirement.words.label",
        "提示附佐证": "GroupRequirement.evidence.label",
        "起始日期": "GroupRequirement.effective_from",
        "截止日期（不含）": "GroupRequirement.effective_to",
        "调整原因": "GroupRequirement.remark",
    },
    rows=lambda actor, values: group_settings(_region(actor, values).id, today_in_china()),
)
