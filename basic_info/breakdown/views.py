from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from basic_info.blueprint import bp
from basic_info.breakdown import queries, sheet
from basic_info.breakdown.forms import BreakdownForm
from basic_info.breakdown.models import Breakdown, BreakdownState, DutyMatter
from basic_info.breakdown.operations import import_breakdown, put_breakdown_in_force
from basic_info.duties.queries import require_reach, require_readable, unit_name
from basic_info.permissions import Permission
from basic_info.returning.forms import ReturnForm
from basic_info.returning.operations import may_return
from host.kernel.access import Actor, current_actor, requires
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import DomainError, NotFound
from host.kernel.files.storage import received
from host.kernel.pages import today_in_china
from host.kernel.tables.reading import CellError
from host.kernel.tables.writing import table_response

MOST_BYTES = 8 * 1024 * 1024
SHOWN_ERRORS = 100
YEARS = 3


@bp.get("/units/<int:unit_id>/breakdown")
@requires(Permission.DUTY_READ)
def show_breakdown(unit_id: int) -> ResponseReturnValue:
    """The form in force, or the version asked for."""
    actor = current_actor()
    require_readable(unit_id, actor)
    return breakdown_page(unit_id, actor, version_no=request.args.get("version", type=int))


@bp.post("/units/<int:unit_id>/breakdown")
@requires(Permission.DUTY_EDIT)
def upload_breakdown(unit_id: int) -> ResponseReturnValue:
    """Check the workbook; without errors it becomes a draft, otherwise nothing is kept and every cell is named."""
    actor = current_actor()
    require_reach(unit_id, Permission.DUTY_EDIT, actor)
    form = BreakdownForm()
    errors: list[CellError] = []
    if form.validate_on_submit() and form.on.data is not None:
        try:
            with received(form.file.data.stream, most_bytes=MOST_BYTES) as path:
                parsed = sheet.parse_breakdown(path)
            errors = parsed.errors
            if not errors:
                made = import_breakdown(parsed, unit_id=unit_id, on=form.on.data, actor=actor)
                db.session.commit()
                flash(f"已导入 {len(parsed.lines)} 行，由另一人核对后生效", "success")
                return redirect(_address(made), 303)
        except DomainError as refused:
            db.session.rollback()
            form.file.errors = [str(refused)]
    return breakdown_page(
        unit_id, actor, form=form, errors=errors, version_no=request.args.get("version", type=int)
    ), 422


@bp.post("/units/<int:unit_id>/breakdown/<int:version_no>/in-force")
@requires(Permission.BREAKDOWN_CONFIRM)
def put_breakdown(unit_id: int, version_no: int) -> ResponseReturnValue:
    actor = current_actor()
    require_reach(unit_id, Permission.BREAKDOWN_CONFIRM, actor)
    form = queries.shown_breakdown(unit_id, version_no)
    if form is None:
        raise NotFound
    put_breakdown_in_force(form, actor=actor)
    db.session.commit()
    flash("分解表已生效", "success")
    return redirect(_address(form), 303)


@bp.post("/units/<int:unit_id>/breakdown/file")
@requires(Permission.DUTY_READ)
def breakdown_file(unit_id: int) -> ResponseReturnValue:
    """The form as a workbook: a version, or (``blank``) one to fill in. A POST: what leaves is written down."""
    actor = current_actor()
    require_readable(unit_id, actor)
    version_no = request.form.get("version", type=int)
    form = None if request.form.get("blank") == "1" else queries.shown_breakdown(unit_id, version_no)
    if form is None:
        this_year = today_in_china().year
        years = list(range(this_year - YEARS, this_year))
        rows = list(sheet.blank_rows(queries.duties_to_fill(unit_id, today_in_china()), years))
    else:
        matters = queries.matters_of(form.id)
        years = queries.years_of(matters)
        rows = [_cells(matter, years) for matter in matters]
    record_change(
        f"unit:{unit_id}",
        action="table.exported",
        actor=actor,
        after={"list": "职能分解表", "kind": "xlsx", "rows": len(rows), "version": form.version_no if form else None},
    )
    db.session.commit()
    name = f"{unit_name(unit_id)}职能分解表" + ("" if form else "（空表）")
    return table_response("xlsx", name, sheet.headings(years), rows)


def _cells(matter: DutyMatter, years: list[int]) -> tuple[str, ...]:
    """The line in the order of ``sheet.HEADINGS``."""
    source = matter.work_source.label
    words = (matter.section_name, source, matter.section_function, matter.matter, matter.measure_1, matter.measure_2)
    return (*words, matter.measure_unit, *(queries.volume_of(matter, year) or "" for year in years))


def _address(form: Breakdown) -> str:
    return url_for("basic_info.show_breakdown", unit_id=form.unit_id, version=form.version_no)


def breakdown_page(
    unit_id: int,
    actor: Actor,
    *,
    version_no: int | None = None,
    form: BreakdownForm | None = None,
    errors: list[CellError] | None = None,
    return_form: ReturnForm | None = None,
) -> str:
    """The version asked for, or the one in force; ``form`` and ``return_form``: what was filled in and refused."""
    shown = queries.shown_breakdown(unit_id, version_no)
    if shown is None and version_no is not None:
        raise NotFound
    matters = queries.matters_of(shown.id) if shown else []
    is_draft = shown is not None and shown.breakdown_state is BreakdownState.DRAFT and not shown.is_returned
    is_own = shown is not None and shown.imported_by == actor.account_id
    return render_template(
        "basic_info/breakdown/show.html",
        unit_id=unit_id,
        unit_name=unit_name(unit_id),
        shown=shown,
        versions=queries.breakdowns_of(unit_id),
        matters=matters,
        years=queries.years_of(matters),
        form=form or BreakdownForm(formdata=None, data={"on": today_in_china()}),
        errors=(errors or [])[:SHOWN_ERRORS],
        error_count=len(errors or []),
        may_edit=actor.may(Permission.DUTY_EDIT),
        volume_of=queries.volume_of,
        may_put=is_draft and actor.may(Permission.BREAKDOWN_CONFIRM) and not is_own,
        waits_for_another=is_draft,
        may_return=shown is not None and may_return(shown, actor, Permission.BREAKDOWN_CONFIRM),
        return_form=return_form or ReturnForm(formdata=None),
    )
