from __future__ import annotations

from dataclasses import asdict

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from basic_info.regions.queries import region_to_set, regions_to_set
from duty_eval.blueprint import bp
from duty_eval.entry_rules.forms import RulesForm
from duty_eval.entry_rules.operations import set_rules
from duty_eval.entry_rules.queries import Rules, nearest, rules_by_code, versions_of
from duty_eval.permissions import Permission
from host.kernel.access import Actor, current_actor, requires
from host.kernel.db import AnyRow, db
from host.kernel.errors import Refused
from host.kernel.pages import today_in_china


@bp.get("/entry-rules")
@requires(Permission.ENTRY_RULE_SET)
def entry_rules() -> ResponseReturnValue:
    region = _region(current_actor())
    rules = nearest(region.code, rules_by_code(today_in_china()))
    given = {**asdict(rules), **_words(rules), "on": today_in_china()}
    return _page(region, RulesForm(formdata=None, data=given))


@bp.post("/entry-rules")
@requires(Permission.ENTRY_RULE_SET)
def set_entry_rules() -> ResponseReturnValue:
    actor = current_actor()
    region, form = _region(actor), RulesForm()
    if not form.validate_on_submit():
        return _page(region, form), 422
    assert form.on.data is not None  # validated
    try:
        set_rules(
            region.id,
            form.rules(),
            on=form.on.data,
            today=today_in_china(),
            reason=form.reason.data or "",
            actor=actor,
        )
    except Refused as refused:
        db.session.rollback()
        form.form_errors.append(str(refused))
        return _page(region, form), refused.status
    db.session.commit()
    flash(f"已保存，{form.on.data.month}月{form.on.data.day}日起执行", "success")
    return redirect(url_for("duty_eval.entry_rules", region=region.code), 303)


def _words(rules: Rules) -> dict[str, str]:
    """The choices of a rule as their fields hold them."""
    return {"routine_cap": rules.routine_cap.value, "overlap_mode": rules.overlap_mode.value}


def _page(region: AnyRow, form: RulesForm) -> str:
    rows = db.session.scalars(versions_of(region.id)).all()
    regions = _regions(current_actor())
    return render_template(
        "duty_eval/entry_rules/edit.html",
        form=form,
        region=region,
        regions=regions,
        region_options=[(one.code, one.name) for one in regions],
        versions=rows,
        today=today_in_china(),
    )


def _regions(actor: Actor) -> list[AnyRow]:
    """The divisions whose rules the actor may set."""
    return regions_to_set(actor, Permission.ENTRY_RULE_SET, today_in_china())


def _region(actor: Actor) -> AnyRow:
    return region_to_set(_regions(actor), request.values.get("region", ""))
