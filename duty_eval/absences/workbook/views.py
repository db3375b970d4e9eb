from __future__ import annotations

import io

from flask import flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from basic_info.organization.register_import.template import template_workbook
from duty_eval.absences.workbook import uploads
from duty_eval.absences.workbook.checking import Outcome
from duty_eval.absences.workbook.columns import FILE_NAME, SPEC
from duty_eval.absences.workbook.forms import UploadForm
from duty_eval.blueprint import bp
from duty_eval.permissions import Permission
from host.kernel.access import current_actor, requires
from host.kernel.db import db
from host.kernel.errors import DomainError, Refused
from host.kernel.files.kinds import FileKind
from host.kernel.jobs.operations import enqueue
from host.kernel.tables.uploads import SHOWN_ERRORS
from host.kernel.tables.writing import table_response


@bp.get("/absence-import")
@requires(Permission.ABSENCE_IMPORT)
def upload_absences() -> ResponseReturnValue:
    return render_template("duty_eval/absences/upload.html", form=UploadForm(formdata=None))


@bp.get("/absence-import/template")
@requires(Permission.ABSENCE_IMPORT)
def absence_template() -> ResponseReturnValue:
    """An empty workbook with the columns, the kinds to choose from and how they are filled in."""
    content = io.BytesIO(template_workbook((SPEC,)))
    return send_file(content, mimetype=FileKind.XLSX.media_type, as_attachment=True, download_name=FILE_NAME)


@bp.post("/absence-import")
@requires(Permission.ABSENCE_IMPORT)
def check_absences() -> ResponseReturnValue:
    """Keep the workbook and show what its import would do; nothing is written yet."""
    form = UploadForm()
    if form.validate_on_submit():
        file = form.file.data
        try:
            upload = uploads.check_upload(file.stream, file_name=file.filename or "", actor=current_actor())
        except DomainError as refused:
            form.file.errors = [str(refused)]
        else:
            return redirect(url_for("duty_eval.show_absence_upload", token=upload.token), 303)
    return render_template("duty_eval/absences/upload.html", form=form), 422


@bp.get("/absence-import/<token>")
@requires(Permission.ABSENCE_IMPORT)
def show_absence_upload(token: str) -> ResponseReturnValue:
    """What would come, line by line, and what is to be mended first."""
    upload = uploads.upload_of(token, current_actor())
    return render_template(
        "duty_eval/absences/checked.html",
        upload=upload,
        outcomes={outcome.value: outcome.label for outcome in Outcome},
        shown_errors=SHOWN_ERRORS,
    )


@bp.get("/absence-import/<token>/errors.csv")
@requires(Permission.ABSENCE_IMPORT)
def absence_upload_errors(token: str) -> ResponseReturnValue:
    upload = uploads.upload_of(token, current_actor())
    rows = ((error.sheet, error.row, error.column, error.message) for error in upload.errors)
    return table_response("csv", "请假导入错误清单", ("工作表", "行", "列", "怎么改"), rows)


@bp.post("/absence-import/<token>/confirm")
@requires(Permission.ABSENCE_IMPORT)
def confirm_absences(token: str) -> ResponseReturnValue:
    """Put the import into the queue, where every line is checked again; all of it is entered or nothing."""
    actor = current_actor()
    upload = uploads.upload_of(token, actor)
    if upload.error_count:
        raise Refused(f"还有 {upload.error_count} 处错误，一行也没有导入；请改正后重新上传")
    run = enqueue(
        "duty_eval.import_absences",
        arguments={"path": str(upload.path), "name": upload.file_name},
        title=f"导入请假（{upload.new_count} 行）",
        actor=actor,
    )
    db.session.commit()
    flash("已开始导入，可以离开本页")
    return redirect(url_for("jobs.show_job", run_id=run.id), 303)
