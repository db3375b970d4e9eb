from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.datastructures import MultiDict

from basic_info.blueprint import bp
from basic_info.documents.forms import ReturnMandateForm
from basic_info.documents.queries import in_reach, readable
from basic_info.duties.queries import unit_name
from basic_info.mandates.addressee import names_another_unit
from basic_info.mandates.carrying import open_reviews
from basic_info.mandates.deciding import open_duties
from basic_info.mandates.errors import NeedsRebase
from basic_info.mandates.handed_models import HandDirection, HandedOrder, HandState
from basic_info.mandates.handed_queries import handed_orders, sentences_between_units
from basic_info.mandates.models import FieldKind, Mandate, MandateState
from basic_info.mandates.operations import confirm_mandate, resubmit_mandate, return_mandate
from basic_info.mandates.previewing import Preview, preview_of
from basic_info.mandates.reapplying import astray_of
from basic_info.mandates.rebasing import reapplied_on, seen_of
from basic_info.mandates.review_queries import others, review_of, title_of
from basic_info.organization.scope import within
from basic_info.permissions import Permission
from host.kernel.access import Actor, current_actor, requires
from host.kernel.db import db
from host.kernel.errors import DomainError, Refused
from host.kernel.pages import day as day_words
from host.kernel.pages import today_in_china


@bp.get("/mandates/<int:mandate_id>")
@requires(Permission.DUTY_READ)
def show_mandate(mandate_id: int) -> ResponseReturnValue:
    """A version with its clauses, quotas and leader posts, each with the words it came from."""
    return mandate_page(mandate_id)


@bp.post("/mandates/<int:mandate_id>/confirm")
@requires(Permission.MANDATE_CONFIRM)
def put_mandate_in_force(mandate_id: int) -> ResponseReturnValue:
    actor = current_actor()
    seen = request.form.get("revision", type=int)
    mandate = in_reach(Mandate, mandate_id, Permission.MANDATE_CONFIRM, actor)
    try:
        confirm_mandate(
            mandate, revision=0 if seen is None else seen, replies=request.form.get("replies", ""), actor=actor
        )
    except DomainError as refused:
        db.session.rollback()
        return mandate_page(mandate_id, refused=refused), refused.status
    db.session.commit()
    first = mandate.valid.lower
    if first is not None and first > today_in_china():
        flash(f"已确认，自{day_words(first)}起施行，单位职能和科室职责到时更新")
    else:
        flash("已确认生效，单位职能和科室职责已更新")
    return redirect(url_for("basic_info.show_mandate", mandate_id=mandate_id), 303)


@bp.post("/mandates/<int:mandate_id>/hand-in")
@requires(Permission.MANDATE_IMPORT)
def hand_in_mandate(mandate_id: int) -> ResponseReturnValue:
    """A returned version, mended, goes back to review."""
    actor = current_actor()
    resubmit_mandate(in_reach(Mandate, mandate_id, Permission.MANDATE_IMPORT, actor), actor=actor)
    db.session.commit()
    flash("已重新提交审核")
    return redirect(url_for("basic_info.show_mandate", mandate_id=mandate_id), 303)


@bp.post("/mandates/<int:mandate_id>/return")
@requires(Permission.MANDATE_CONFIRM)
def send_mandate_back(mandate_id: int) -> ResponseReturnValue:
    actor = current_actor()
    mandate = in_reach(Mandate, mandate_id, Permission.MANDATE_CONFIRM, actor)
    form = ReturnMandateForm()
    if not form.validate_on_submit():
        return mandate_page(mandate_id, form=form), 422
    return_mandate(mandate, reason=form.reason.data or "", actor=actor)
    db.session.commit()
    flash("已退回")
    return redirect(url_for("basic_info.show_mandate", mandate_id=mandate_id), 303)


def mandate_page(mandate_id: int, *, form: ReturnMandateForm | None = None, refused: DomainError | None = None) -> str:
    """The review page; ``refused``: why what was decided on it was not done, said at the fields that it names."""
    actor = current_actor()
    parts = (Mandate.fields, Mandate.clauses, Mandate.quotas, Mandate.leaders, Mandate.document)
    mandate = readable(select(Mandate).options(*map(selectinload, parts)), Mandate, mandate_id, actor)
    versions = others(mandate)
    state, change = mandate.mandate_state, preview_of(mandate)
    may_edit = state in (MandateState.PENDING_REVIEW, MandateState.RETURNED) and _reaches(mandate, actor)
    return render_template(
        "basic_info/mandates/show.html",
        mandate=mandate,
        title=title_of(mandate),
        unit_name=unit_name(mandate.unit_id),
        review=review_of(mandate),
        change=change,
        open_duties=open_duties(mandate, change) if may_edit else (),
        others=versions,
        today=today_in_china(),
        base_no=next((one.version_no for one in versions if one.id == mandate.base_id), None),
        is_of_another=state is MandateState.PENDING_REVIEW
        and names_another_unit(change.addressed if change else _unit_named(mandate), mandate.unit_id),
        open_reviews=open_reviews(mandate.unit_id) if actor.may(Permission.DUTY_EDIT) else 0,
        form=form or ReturnMandateForm(formdata=None),
        **_said(refused),
        **_again(mandate),
        **_decided_on(mandate, change, may_edit, actor),
        may_edit=may_edit,
        may_confirm=state is MandateState.PENDING_REVIEW
        and actor.may(Permission.MANDATE_CONFIRM)
        and actor.account_id not in {mandate.imported_by, *mandate.corrected_by},
    )


def _again(mandate: Mandate) -> dict[str, Any]:
    """The later replies on top of a document that waits for review, or why one can't be applied again."""
    try:
        replies = reapplied_on(mandate)
    except NeedsRebase as refused:
        return {"replies": [], "replies_seen": "", "not_reapplied": str(refused)}
    return {"replies": replies, "replies_seen": seen_of(replies), "not_reapplied": ""}


def _decided_on(mandate: Mandate, change: Preview | None, may_edit: bool, actor: Actor) -> dict[str, Any]:
    """What was decided about the reply's orders, where they went, and what corrected rows keep out."""
    handed = (
        db.session.execute(
            handed_orders(
                (HandedOrder.mandate_id == mandate.id) & (HandedOrder.hand_state != HandState.TAKEN_BACK), actor
            )
        ).all()
        if change
        else []
    )
    words = [row.HandedOrder.words for row in handed]
    may_name = change is not None and mandate.mandate_state is not MandateState.RETURNED and _reaches(mandate, actor)
    return {
        "handed": handed,
        "astray": astray_of(mandate) if may_edit and change else [],
        "sentences": sentences_between_units(change, words) if may_name and change else [],
        "may_name": may_name,
        "directions": list(HandDirection),
    }


def _said(refused: DomainError | None) -> dict[str, Any]:
    """For the template: messages on top, which link to their fields, those beside the fields, and what was sent."""
    at = refused.at if isinstance(refused, Refused) else {}
    lines: list[Any] = list(at.items()) or ([str(refused)] if refused else [])
    return {"refused": lines, "at": at, "typed": request.form if refused else MultiDict()}


def _unit_named(mandate: Mandate) -> str:
    """The unit that the document names, as corrected."""
    return next((str(one.value["value"]) for one in mandate.fields if one.field_kind is FieldKind.UNIT_NAME), "")


def _reaches(mandate: Mandate, actor: Actor) -> bool:
    """Whether the actor imports for this unit; one statement, none for who imports nowhere."""
    reach = within(actor, Permission.MANDATE_IMPORT, unit=Mandate.unit_id)
    return actor.may(Permission.MANDATE_IMPORT) and bool(
        db.session.scalar(select(Mandate.id).where(Mandate.id == mandate.id, reach))
    )
