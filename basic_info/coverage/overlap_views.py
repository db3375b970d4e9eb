"""Saying of two functions that they do not overlap, and taking that back."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from basic_info.blueprint import bp
from basic_info.coverage.forms import RuleOutForm
from basic_info.coverage.gaps import Gap
from basic_info.coverage.judging import end_ruling, rule_out
from basic_info.coverage.models import OverlapRuling
from basic_info.coverage.overlap_queries import Pair, pair_to_judge, rulings_in_reach
from basic_info.permissions import Permission
from host.kernel.access import current_actor, requires
from host.kernel.db import db
from host.kernel.errors import NotFound
from host.kernel.pages import today_in_china


@bp.get("/overlaps/<int:pair_id>/rule-out")
@requires(Permission.COVERAGE_JUDGE)
def rule_out_form(pair_id: int) -> ResponseReturnValue:
    pair, shown = pair_to_judge(pair_id, today_in_china(), current_actor())
    return _page(pair.unit_id, shown, RuleOutForm(formdata=None))


@bp.post("/overlaps/<int:pair_id>/rule-out")
@requires(Permission.COVERAGE_JUDGE)
def rule_overlap_out(pair_id: int) -> ResponseReturnValue:
    actor = current_actor()
    pair, shown = pair_to_judge(pair_id, today_in_china(), actor)
    form = RuleOutForm()
    if not form.validate_on_submit():
        return _page(pair.unit_id, shown, form), 422
    rule_out(pair, reason=form.reason.data or "", actor=actor)
    db.session.commit()
    flash("已认定不交叉，任一方的文字改变后会再次比对", "success")
    return _back(pair.unit_id)


@bp.post("/overlap-rulings/<int:ruling_id>/end")
@requires(Permission.COVERAGE_JUDGE)
def list_overlap_again(ruling_id: int) -> ResponseReturnValue:
    actor = current_actor()
    ruling = db.session.scalars(rulings_in_reach(actor).where(OverlapRuling.id == ruling_id)).one_or_none()
    if ruling is None:
        raise NotFound
    end_ruling(ruling, actor=actor)
    db.session.commit()
    flash("已重新列入疑似交叉")
    return _back(request.form.get("unit", ruling.unit_id, type=int))


def _back(unit_id: int) -> Response:
    url = url_for("basic_info.unit_coverage", unit_id=unit_id, gap=Gap.FUNCTION_MAYBE_CLAIMED.value)
    return redirect(url, 303)


def _page(unit_id: int, shown: Pair, form: RuleOutForm) -> str:
    return render_template(
        "basic_info/coverage/rule_out.html", unit_id=unit_id, pair=shown, form=form, gap=Gap.FUNCTION_MAYBE_CLAIMED
    )
