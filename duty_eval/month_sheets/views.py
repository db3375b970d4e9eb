from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from duty_eval.blueprint import bp
from duty_eval.month_sheets.document import TITLE, month_document
from duty_eval.month_sheets.sheets import own_sheet, sheet_of, sheets_of_section
from duty_eval.permissions import Permission
from duty_eval.records.forms import day_of
from host.kernel.access import current_actor, require_fresh, requires
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.files.word import send_word
from host.kernel.pages import month as month_words
from host.kernel.pages import today_in_china
from host.kernel.tables.exports import MOST_PEOPLE_UNASKED

#: Records in one document: drawing them takes a web worker about 2 ms each.
MOST_RECORDS = 2000


@bp.get("/month/sheet")
@requires(Permission.DUTY_RECORD_LOG)
def my_month_sheet() -> ResponseReturnValue:
    """One's own 月度履职纪实表 as a Word document."""
    month = day_of(request.args, "month", today_in_china())
    sheet = own_sheet(current_actor(), month)
    return send_word(month_document([sheet]), f"{TITLE}-{month_words(month)}")


@bp.post("/people/<int:person_id>/month-sheet")
@requires(Permission.DUTY_RECORD_READ)
def person_month_sheet(person_id: int) -> ResponseReturnValue:
    """A person's, as a Word document. A POST, like all that takes others' records out: it is written down."""
    actor, month = current_actor(), day_of(request.form, "month", today_in_china())
    sheet = sheet_of(actor, person_id, month)
    record_change(
        f"person:{person_id}", action="month_sheet.exported", actor=actor, after={"month": month_words(month)}
    )
    db.session.commit()
    return send_word(month_document([sheet]), f"{TITLE}-{month_words(month)}")


@bp.post("/sections/<int:section_id>/month-sheets")
@requires(Permission.DUTY_RECORD_READ)
def section_month_sheets(section_id: int) -> ResponseReturnValue:
    """Those of all who logged in a section in the month as one Word document."""
    actor, month = current_actor(), day_of(request.form, "month", today_in_china())
    sheets = sheets_of_section(actor, section_id, month)
    if sum(len(sheet.rows) for sheet in sheets) > MOST_RECORDS:
        raise Refused(f"这个科室这个月的纪实超过 {MOST_RECORDS:,} 项，请按人下载，或者导出 Excel")
    if len(sheets) > MOST_PEOPLE_UNASKED:
        require_fresh(actor)
    after = {"month": month_words(month), "people": len(sheets)}
    record_change(f"section:{section_id}", action="month_sheet.exported", actor=actor, after=after)
    db.session.commit()
    return send_word(month_document(sheets), f"{TITLE}-{month_words(month)}")
