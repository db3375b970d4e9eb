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
from duty_eval.review import queries
from duty_eval.review.errors import NothingChosen, NotOpened
from duty_eval.review.forms import USUAL_REASONS, ApproveForm, ReturnForm
from duty_eval.review.operations import approve_records, return_record
from host.kernel.access import current_actor, requires
from host.kernel.db import db
from host.kernel.errors import Refused

MOST_AT_ONCE = 500


@bp.get("/review")
@requires(Permission.REVIEW_OPEN)
def review_queue() -> ResponseReturnValue:
    actor = current_actor()
    which = _which(request.args.get("which", ""))
    after = request.args.get("after", "")
    person_id, day = _of_whom()
    page = queries.waiting(actor, after=after, which=which, person_id=person_id, day=day)
    return render_template(
        "duty_eval/review/queue.html",
        page=page,
        which=which,
        person_id=person_id,
        day=day,
        address=_address(request.args),
        counts=queries.counts_waiting(actor),
        count_limit=queries.COUNT_LIMIT,
        is_first=not after,
        now=datetime.now(UTC),
        attention=queries.attention,
        approve_form=ApproveForm(formdata=None),
    )


@bp.post("/review/approve")
@requires(Permission.REVIEW_OPEN)
def approve_chosen() -> ResponseReturnValue:
    """Pass the one record of the button that was pressed, else all chosen ones, at once."""
    actor = current_actor()
    form = ApproveForm()
    if not form.validate_on_submit():
        raise Refused("；".join(message for messages in form.errors.values() for message in messages))
    keys = _keys(request.form.getlist("only") or request.form.getlist("chosen"))
    try:
        done = approve_records(
            queries.locked(actor, keys), actor=actor, comment=form.comment.data or "", quality=form.mark
        )
    except NotOpened as refused:  # the way on is the list of what is drawn
        db.session.rollback()
        flash(str(refused), "warning")
        return redirect(url_for("duty_eval.review_queue", which="sample"), 303)
    db.session.commit()
    missed = len(set(keys)) - done
    flash(f"已通过 {done} 项" + (f"；另有 {missed} 项已被处理或撤回，没有计入" if missed else ""), "success")
    return _to_queue()


def _which(text: str) -> str:
    return text if text in {"look", "plain", "sample"} else ""


def _to_queue() -> ResponseReturnValue:
    return redirect(url_for("duty_eval.review_queue", **_address(request.form)), 303)


def _address(values: Mapping[str, str]) -> dict[str, Any]:
    """What the list is narrowed to, as its address says it."""
    found = {"which": _which(values.get("which", "")), "person": values.get("person"), "day": values.get("day")}
    return {name: value for name, value in found.items() if value}


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
        parts = [text.partition(":") for text in texts]
        return [(int(number), date.fromisoformat(day)) for number, _, day in parts]
    except ValueError:
        raise Refused("所选记录有误，请刷新页面后重新选择") from None
