"""需要核对的衔接: the page on which links that lost an end are kept or dropped (R46)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from basic_info.blueprint import bp
from basic_info.documents.queries import in_reach
from basic_info.duties.models import (
    DutyLink,
    LinkReview,
    PostDuty,
    ReviewState,
    SectionDuty,
    UnitFunction,
)
from basic_info.duties.queries import require_reach, unit_name
from basic_info.flowcharts.models import FlowStep
from basic_info.mandates.carrying import drop_link, keep_link
from basic_info.mandates.models import Mandate
from basic_info.permissions import Permission
from basic_info.power_lists.models import PowerItem
from host.kernel.access import Actor, current_actor, requires
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.tables.exports import Values, register_export, whole_of

PAGE = 50


@dataclass(frozen=True)
class Choices:
    """What of the unit is in force, for a person to join the link to."""

    functions: Sequence[AnyRow]
    section_duties: Sequence[AnyRow]


def reviews_of(unit_id: int) -> AnySelect:
    """The links of a unit that wait to be looked at, with the words of both ends and when they ended."""
    upper = func.coalesce(UnitFunction.text, PowerItem.name, FlowStep.name)
    # Of function → section duty the function is the upper end; of item → function it is the lower.
    above = func.coalesce(PowerItem.name, FlowStep.name, UnitFunction.text, SectionDuty.text)
    below = func.coalesce(PostDuty.text, SectionDuty.text, upper)
    return (
        select(
            LinkReview.id.label("id"),
            LinkReview.score.label("score"),
            LinkReview.function_id.label("next_function_id"),
            LinkReview.section_duty_id.label("next_section_duty_id"),
            above.label("above"),
            below.label("below"),
            _ended(UnitFunction).label("function_ended"),
            _ended(SectionDuty).label("section_duty_ended"),
            UnitFunction.text.label("function_text"),
            SectionDuty.text.label("section_duty_text"),
            Mandate.version_no.label("version_no"),
        )
        .join(DutyLink, DutyLink.id == LinkReview.link_id)
        .join(Mandate, Mandate.id == LinkReview.mandate_id)
        .outerjoin(UnitFunction, UnitFunction.id == DutyLink.function_id)
        .outerjoin(SectionDuty, SectionDuty.id == DutyLink.section_duty_id)
        .outerjoin(PostDuty, PostDuty.id == DutyLink.post_duty_id)
        .outerjoin(PowerItem, PowerItem.id == DutyLink.item_id)
        .outerjoin(FlowStep, FlowStep.id == DutyLink.step_id)
        .where(LinkReview.unit_id == unit_id, LinkReview.review_state == ReviewState.OPEN)
        .order_by(LinkReview.id)
    )


def _ended(table: Any) -> Any:
    """Whether the thing has an end; an empty range, which never held, is one too."""
    return func.coalesce(~func.coalesce(func.upper_inf(table.valid), False), False) & table.id.is_not(None)


@bp.get("/units/<int:unit_id>/link-reviews")
@requires(Permission.DUTY_EDIT)
def link_reviews(unit_id: int) -> ResponseReturnValue:
    """Links whose clause went or was changed: each is joined to what came instead, or dropped."""
    require_reach(unit_id, Permission.DUTY_EDIT, current_actor())
    after = request.args.get("after", 0, type=int)
    rows = db.session.execute(reviews_of(unit_id).where(LinkReview.id > after).limit(PAGE + 1)).all()
    return render_template(
        "basic_info/mandates/link_reviews.html",
        unit_id=unit_id,
        unit_name=unit_name(unit_id),
        rows=rows[:PAGE],
        next_after=rows[PAGE - 1].id if len(rows) > PAGE else None,
        choices=_choices(unit_id) if rows else None,
    )


@bp.post("/link-reviews/<int:review_id>/keep")
@requires(Permission.DUTY_EDIT)
def keep_reviewed_link(review_id: int) -> ResponseReturnValue:
    review = in_reach(LinkReview, review_id, Permission.DUTY_EDIT, current_actor())
    keep_link(
        review,
        function_id=request.form.get("function_id", type=int),
        section_duty_id=request.form.get("section_duty_id", type=int),
        actor=current_actor(),
    )
    db.session.commit()
    flash("已改接，原衔接留作历史")
    return redirect(url_for("basic_info.link_reviews", unit_id=review.unit_id), 303)


@bp.post("/link-reviews/<int:review_id>/drop")
@requires(Permission.DUTY_EDIT)
def drop_reviewed_link(review_id: int) -> ResponseReturnValue:
    review = in_reach(LinkReview, review_id, Permission.DUTY_EDIT, current_actor())
    drop_link(review, actor=current_actor())
    db.session.commit()
    flash("不再衔接，原衔接留作历史")
    return redirect(url_for("basic_info.link_reviews", unit_id=review.unit_id), 303)


def _choices(unit_id: int) -> Choices:
    return Choices(*(_in_force(table, unit_id) for table in (UnitFunction, SectionDuty)))


def _in_force(table: Any, unit_id: int) -> Sequence[AnyRow]:
    found = select(table.id, table.text).where(table.unit_id == unit_id, func.upper_inf(table.valid))
    return db.session.execute(found.order_by(table.sort_no, table.id)).all()


def _rows(actor: Actor, values: Values) -> AnySelect:
    unit_id = whole_of(values, "unit_id")
    require_reach(unit_id, Permission.DUTY_EDIT, actor)
    return reviews_of(unit_id)


register_export(
    "basic_info.link_reviews",
    "需要核对的衔接",
    permission=Permission.DUTY_EDIT,
    columns={
        "上一层": attrgetter("above"),
        "下一层": attrgetter("below"),
        "版本": attrgetter("version_no"),
        "相似度": attrgetter("score"),
    },
    rows=_rows,
)
