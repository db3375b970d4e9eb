from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from duty_eval.blueprint import bp
from duty_eval.permissions import Permission
from duty_eval.records.forms import day_of
from duty_eval.records.models import DutyRecord
from duty_eval.records.queries import readable_record
from duty_eval.review import queries, ticks
from duty_eval.review.errors import NothingChosen, NotOpened
from duty_eval.review.forms import USUAL_REASONS, ApproveForm, ReturnForm
from duty_eval.review.operations import approve_records, return_record
from host.kernel.access import current_actor, requires
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.pages import today_in_china

MOST_AT_ONCE = 500


@bp.get("/review")
@requires(Permission.REVIEW_OPEN)
def review_queue() -> ResponseReturnValue:
    actor = current_actor()
    which = _which(request.args.get("which", ""))
    after = request.args.get("after", "")
    person_id, day = _of_whom()
    if "untick" in request.args:
        ticks.drop()
    page = queries.waiting(actor, after=after, which=which, person_id=person_id, day=day)
    kept = ticks.held()
    return render_template(
        "duty_eval/review/queue.html",
        page=page,
        today=today_in_china(),
        may_delegate=actor.may(Permission.REVIEW_DELEGATE),
        kept=kept,
        to_open=queries.to_open(actor, kept.pairs) if kept else [],
        place=_place(request.args),
        which=which,
        person_id=person_id,
        day=day,
        address=_address(request.args),
        counts=queries.counts_waiting(actor),
        count_limit=queries.COUNT_LIMIT,
        is_first=not after,
        now=datetime.now(UTC),
        attention=queries.attention,
        approve_form=ApproveForm(
            formdata=None, data={"comment": kept.comment, "quality": kept.quality} if kept else None
        ),
    )


@bp.post("/review/approve")
@requires(Permission.REVIEW_OPEN)
def approve_chosen() -> ResponseReturnValue:
    """Pass the one record of the button that was pressed, else all chosen ones, at once.

    Where some were drawn for a look and not opened, the ticks stay, and the list says which are still to be opened.
    """
    actor = current_actor()
    form = ApproveForm()
    if not form.validate_on_submit():
        raise Refused("；".join(message for messages in form.errors.values() for message in messages))
    only, chosen = request.form.getlist("only"), request.form.getlist("chosen")
    keys = _keys(only or chosen)
    try:
        done = approve_records(
            queries.locked(actor, keys), actor=actor, comment=form.comment.data or "", quality=form.mark
        )
    except NotOpened as refused:
        db.session.rollback()
        if only:  # the way on is the list of what is drawn
            flash(str(refused), "warning")
            return redirect(url_for("duty_eval.review_queue", which="sample"), 303)
        ticked = ticks.Ticks(tuple(chosen), _place(request.form), form.comment.data or "", form.quality.data or "")
        ticks.hold(ticked)
        return redirect(ticked.url, 303)
    db.session.commit()
    if only:
        ticks.untick(only)
    else:
        ticks.drop()
    missed = len(set(keys)) - done
    flash(f"已通过 {done} 项" + (f"；另有 {missed} 项已被处理或撤回，没有计入" if missed else ""), "success")
    return _to_queue()


def _which(text: str) -> str:
    return text if text in {"look", "plain", "sample"} else ""


def _to_queue() -> ResponseReturnValue:
    """The list from which the form was sent; from a record's own page, the one on which its ticks wait."""
    address, kept = _address(request.form), ticks.held()
    return redirect(kept.url if kept and not address else url_for("duty_eval.review_queue", **address), 303)


def _address(values: Mapping[str, str]) -> dict[str, Any]:
    """What the list is narrowed to, as its address says it."""
    found = {"which": _which(values.get("which", "")), "person": values.get("person"), "day": values.get("day")}
    return {name: value for name, value in found.items() if value}


def _place(values: Mapping[str, str]) -> dict[str, Any]:
    """The address with the page of the list."""
    return _address(values) | ({"after": values["after"]} if values.get("after") else {})


def _of_whom() -> tuple[int | None, date | None]:
    """(person_id, day) that the list is narrowed to. Raises Refused."""
    person, day = request.args.get("person", ""), request.args.get("day", "")
    if person and not person.isdecimal():
        raise Refused("人员有误，请从“按人按天”重新选择")
    return int(person[:18]) if person else None, day_of(request.args, "day", date.min) if day else None


@bp.post("/review/<int:record_id>/<day>/return")
@requires(Permission.REVIEW_OPEN)
def return_to_author(record_id: int, day: str) -> ResponseReturnValue:
    actor = current_actor()
    record = _one(record_id, day)
    form = ReturnForm()
    if not form.validate_on_submit():
        return _return_page(record, form), 422
    return_record(record, reason=form.reason.data or "", actor=actor)
    db.session.commit()
    ticks.untick([f"{record.id}:{record.worked_on.isoformat()}"])
    flash("已退回，本人会看到原因", "success")
    return _to_queue()


@bp.get("/review/<int:record_id>/<day>/return")
@requires(Permission.REVIEW_OPEN)
def return_form(record_id: int, day: str) -> ResponseReturnValue:
    return _return_page(_one(record_id, day), ReturnForm())


def _return_page(record: DutyRecord, form: ReturnForm) -> str:
    row = db.session.execute(readable_record(current_actor(), record.id, record.worked_on)).first()
    return render_template(
        "duty_eval/review/return.html",
        record=record,
        row=row,
        form=form,
        reasons=USUAL_REASONS,
        address=_address(request.values),
    )


def _one(record_id: int, day: str) -> DutyRecord:
    found = queries.locked(current_actor(), _keys([f"{record_id}:{day}"]))
    if not found:
        raise NothingChosen("该纪实不在您的待审核范围内，可能已被处理，请刷新")
    return found[0]


def _keys(texts: list[str]) -> list[tuple[int, date]]:
    """``17:2026-03-02`` → (17, day). Raises NothingChosen, Refused."""
    if not texts:
        raise NothingChosen
    if len(texts) > MOST_AT_ONCE:
        raise Refused(f"一次最多审核 {MOST_AT_ONCE} 项")
    try:
        return ticks.parse_keys(texts)
    except ValueError:
        raise Refused("所选记录有误，请刷新页面后重新选择") from None
