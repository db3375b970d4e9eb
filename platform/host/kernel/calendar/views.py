"""Pages of the calendar: a year, a day, the yearly notice."""

from __future__ import annotations

import tempfile
from datetime import date, datetime
from pathlib import Path

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from host.kernel.access import current_actor, requires
from host.kernel.calendar import operations, queries
from host.kernel.calendar.forms import DayForm, NoticeForm
from host.kernel.calendar.models import DayKind
from host.kernel.calendar.notices import Notice, lines_of_table, read_notice
from host.kernel.db import db
from host.kernel.errors import NotFound, Refused
from host.kernel.pages import CHINA_TIME
from host.kernel.reach import governs_all, require_all
from host.permissions import Permission

bp = Blueprint("calendar", __name__, url_prefix="/calendar")

FIRST_YEAR, LAST_YEAR = 2004, 2100


@bp.get("/")
@requires(Permission.CALENDAR_READ)
def year() -> ResponseReturnValue:
    asked = request.args.get("year", type=int) or datetime.now(CHINA_TIME).year
    shown = queries.year_of(min(max(asked, FIRST_YEAR), LAST_YEAR))
    actor = current_actor()
    may_edit = actor.may(Permission.CALENDAR_EDIT) and governs_all(actor, Permission.CALENDAR_EDIT)
    return render_template("host/calendar/year.html", year=shown, may_edit=may_edit, first=FIRST_YEAR, last=LAST_YEAR)


@bp.get("/days/<day>")
@requires(Permission.CALENDAR_EDIT)
def edit_day_form(day: str) -> ResponseReturnValue:
    _require_all()
    cell = queries.day_of(_day(day))
    form = DayForm(kind=cell.kind.value, note=cell.note)
    return render_template("host/calendar/day.html", form=form, cell=cell)


@bp.post("/days/<day>")
@requires(Permission.CALENDAR_EDIT)
def edit_day(day: str) -> ResponseReturnValue:
    _require_all()
    on, form = _day(day), DayForm()
    if form.validate_on_submit():
        try:
            operations.edit_day(
                on,
                DayKind(form.kind.data),
                note=form.note.data or "",
                reason=form.reason.data or "",
                actor=current_actor(),
            )
        except Refused as refused:
            db.session.rollback()
            form.kind.errors = [str(refused)]
        else:
            db.session.commit()
            flash(f"{on.isoformat()} 已改为“{DayKind(form.kind.data).label}”", "success")
            return redirect(url_for("calendar.year", year=on.year), 303)
    return render_template("host/calendar/day.html", form=form, cell=queries.day_of(on)), 422


@bp.get("/notice")
@requires(Permission.CALENDAR_EDIT)
def notice_form() -> ResponseReturnValue:
    _require_all()
    return render_template("host/calendar/notice.html", form=NoticeForm(), notice=None)


@bp.post("/notice")
@requires(Permission.CALENDAR_EDIT)
def check_notice() -> ResponseReturnValue:
    """The dry run: shows the notice as understood and what would change; nothing is written."""
    _require_all()
    form = NoticeForm()
    if not form.validate_on_submit():
        return render_template("host/calendar/notice.html", form=form, notice=None), 422
    notice = _notice(form)
    if notice.problems or not notice.named:
        form.text.errors = notice.problems or ("请贴入日期，或上传表格",)
        return render_template("host/calendar/notice.html", form=form, notice=None), 422
    now = queries.year_of(notice.year)
    return render_template("host/calendar/notice_check.html", form=form, notice=notice, now=now)


@bp.post("/notice/apply")
@requires(Permission.CALENDAR_EDIT)
def apply_notice() -> ResponseReturnValue:
    _require_all()
    form = NoticeForm()
    if not form.validate_on_submit():
        return render_template("host/calendar/notice.html", form=form, notice=None), 422
    notice = _notice(form)
    changed = operations.apply_notice(notice, source=form.source.data or "", actor=current_actor())
    db.session.commit()
    flash(f"{notice.year} 年日历已按通知定为正式，{len(changed)} 天有变化", "success")
    return redirect(url_for("calendar.year", year=notice.year), 303)


def _require_all() -> None:
    """One calendar for all: an administrator of a part reads it only."""
    require_all(current_actor(), Permission.CALENDAR_EDIT, what="工作日历")


def _notice(form: NoticeForm) -> Notice:
    """The notice out of the uploaded sheet, else out of the pasted lines. Raises NotATable."""
    lines = (form.text.data or "").splitlines()
    upload = form.file.data
    if upload:
        with tempfile.NamedTemporaryFile(prefix="lvzhi-notice-") as kept:
            upload.save(kept)
            kept.flush()
            lines = lines_of_table(Path(kept.name))
    return read_notice(lines, form.year.data or 0)


def _day(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise NotFound from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise NotFound
    return found
