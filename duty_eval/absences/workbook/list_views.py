"""What came in from workbooks of leave (导入过的请假): whose, which days, from which file, by whom, when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import render_template, request
from flask.typing import ResponseReturnValue

from duty_eval.absences.views import ABSENCE_COLUMNS
from duty_eval.absences.workbook import queries
from duty_eval.blueprint import bp
from duty_eval.permissions import Permission
from duty_eval.records.forms import day_of
from host.kernel.access import Actor, current_actor, requires
from host.kernel.db import AnySelect
from host.kernel.pages import month as month_words
from host.kernel.pages import today_in_china
from host.kernel.partitions import first_of_month
from host.kernel.tables.exports import register_export
from host.kernel.tables.paging import paged

#: Months to choose from: two years back, and leave that is entered ahead.
_MONTHS = range(3, -25, -1)


@bp.get("/absence-imports")
@requires(Permission.ABSENCE_IMPORT)
def imported_absences() -> ResponseReturnValue:
    actor, values = current_actor(), request.args
    months = [first_of_month(today_in_china(), plus=plus) for plus in _MONTHS]
    month = _month(values)
    known = sorted({*months, *([month] if month else [])}, reverse=True)
    return render_template(
        "duty_eval/absences/imported.html",
        rows=paged(_rows(actor, values)),
        month=month.isoformat() if month else "",
        month_options=[(one.isoformat(), month_words(one)) for one in known],
        file=values.get("file", ""),
        file_options=[(name, name) for name in queries.files(actor)],
    )


def _rows(actor: Actor, values: Mapping[str, str]) -> AnySelect:
    return queries.imported(actor, month=_month(values), file=values.get("file", ""))


def _month(values: Mapping[str, str]) -> date | None:
    return first_of_month(day_of(values, "month", today_in_china())) if values.get("month") else None


register_export(
    "duty_eval.imported_absences",
    "导入过的请假",
    permission=Permission.ABSENCE_IMPORT,
    columns={
        "科室": "section_name",
        "姓名": "person_name",
        **ABSENCE_COLUMNS,
        "来源文件": "Absence.import_file",
        "导入人": "entered_by_name",
        "导入时间": "Absence.entered_at",
    },
    rows=_rows,
)
