from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from duty_eval.blueprint import bp
from duty_eval.permissions import Permission
from duty_eval.records.forms import day_of
from duty_eval.review.operations import approve_records
from duty_eval.review.queries import COUNT_LIMIT, counts_waiting
from duty_eval.review.week import MOST_AT_ONCE, plain_records, week_to_review
from host.kernel.access import current_actor, requires
from host.kernel.db import db
from host.kernel.errors import DomainError, Refused
from host.kernel.pages import today_in_china

WEEKDAYS = "一二三四五六日"


@bp.get("/review/week")
@requires(Permission.REVIEW_OPEN)
def review_week() -> ResponseReturnValue:
    """One screen: my people by the days of a week, what needs attention first."""
    return _page(*_asked(request.args, today_in_china()))


def _page(monday: date, section_id: int | None, refused: DomainError | None = None) -> str:
    actor, today = current_actor(), today_in_china()
    week = week_to_review(actor, monday, today=today, section_id=section_id)
    return render_template(
        "duty_eval/review/week.html",
        week=week,
        refused=str(refused or ""),
        may_delegate=actor.may(Permission.REVIEW_DELEGATE),
        counts=counts_waiting(actor),
        count_limit=COUNT_LIMIT,
        most_at_once=MOST_AT_ONCE,
        monday=monday,
        sunday=monday + timedelta(days=6),
        before=monday - timedelta(days=7),
        after=monday + timedelta(days=7),
        today=today,
        section_id=section_id,
        weekdays=WEEKDAYS,
        now=datetime.now(UTC),
    )


@bp.post("/review/week/approve")
@requires(Permission.REVIEW_OPEN)
def approve_the_rest() -> ResponseReturnValue:
    """Pass what is ordinary in the week as it was shown: what was submitted since then waits for another look."""
    actor, today = current_actor(), today_in_china()
    monday, section_id = _asked(request.form, today)
    try:
        found = db.session.scalars(plain_records(actor, monday, until=_instant(), section_id=section_id)).all()
        if not found:
            raise Refused("这一周没有可以一并通过的纪实，可能已被处理；需要细看的请逐项审核")
        done = approve_records(found, actor=actor)
    except DomainError as refused:
        db.session.rollback()
        return _page(monday, section_id, refused), refused.status
    db.session.commit()
    flash(f"已通过 {done} 项，需要细看的没有动", "success")
    return redirect(url_for("duty_eval.review_week", week=monday.isoformat(), section=section_id), 303)


def _asked(values: dict[str, str], today: date) -> tuple[date, int | None]:
    """(Monday of the week, section_id or None) of the address."""
    day = day_of(values, "week", today)
    section = values.get("section", "")
    if section and not section.isdecimal():
        raise Refused("科室有误，请重新选择")
    return day - timedelta(days=day.weekday()), int(section[:18]) if section else None


def _instant() -> datetime:
    """When the page was shown. Raises Refused."""
    try:
        instant = datetime.fromisoformat(request.form.get("shown_at", ""))
    except ValueError:
        raise Refused("页面已过期，请刷新后再操作") from None
    if instant.tzinfo is None:
        raise Refused("页面已过期，请刷新后再操作")
    return instant
