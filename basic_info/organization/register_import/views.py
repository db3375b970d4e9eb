from __future__ import annotations

import io

from flask import flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from basic_info.blueprint import bp
from basic_info.organization.register_import import uploads
from basic_info.organization.register_import.forms import ConfirmForm, UploadForm
from basic_info.organization.register_import.template import FILE_NAME, template_workbook
from basic_info.permissions import Permission
from host.kernel.access import current_actor, requires
from host.kernel.db import db
from host.kernel.errors import DomainError, NotPermitted
from host.kernel.files.kinds import FileKind
from host.kernel.jobs.operations import enqueue
from host.kernel.pages import today_in_china
from host.kernel.tables.uploads import SHOWN_ERRORS
from host.kernel.tables.writing import table_response


@bp.get("/register-import")
@requires(Permission.REGISTER_IMPORT)
def upload_register() -> ResponseReturnValue:
    uploads.require_whole_city(current_actor())
    form = UploadForm(formdata=None, data={"on": today_in_china()})
    return render_template("basic_info/organization/upload.html", form=form)


@bp.get("/register-import/template")
@requires(Permission.REGISTER_IMPORT)
def register_template() -> ResponseReturnValue:
    """An empty workbook with the columns, their choices and how they are filled in."""
    return send_file(
        io.BytesIO(template_workbook()), mimetype=FileKind.XLSX.media_type, as_attachment=True, download_name=FILE_NAME
    )


@bp.post("/register-import")
@requires(Permission.REGISTER_IMPORT)
def check_register() -> ResponseReturnValue:
    """Keep the workbook and show what its import would do; nothing is written yet."""
    form = UploadForm()
    if form.validate_on_submit() and form.on.data is not None:
        file = form.file.data
        try:
            upload = uploads.check_upload(
                file.stream, file_name=file.filename or "", on=form.on.data, actor=current_actor()
            )
        except NotPermitted:
            raise
        except DomainError as refused:
            db.session.rollback()
            form.file.errors = [str(refused)]
        else:
            return redirect(url_for("basic_info.show_upload", token=upload.token), 303)
    return render_template("basic_info/organization/upload.html", form=form), 422


@bp.get("/register-import/<token>")
@requires(Permission.REGISTER_IMPORT)
def show_upload(token: str) -> ResponseReturnValue:
    upload = uploads.upload_of(token, current_actor())
    return render_template("basic_info/organization/checked.html", upload=upload, form=ConfirmForm(formdata=None),
                           shown_errors=SHOWN_ERRORS)  # fmt: skip


@bp.get("/register-import/<token>/errors.csv")
@requires(Permission.REGISTER_IMPORT)
def upload_errors(token: str) -> ResponseReturnValue:
    upload = uploads.upload_of(token, current_actor())
    return table_response("csv", "名册错误清单", ("工作表", "行", "列", "怎么改"), uploads.error_rows(upload))


@bp.post("/register-import/<token>/confirm")
@requires(Permission.REGISTER_IMPORT)
def confirm_upload(token: str) -> ResponseReturnValue:
    """Put the import into the queue; the page of the job shows how it goes."""
    actor = current_actor()
    uploads.require_whole_city(actor)
    upload = uploads.upload_of(token, actor)
    form = ConfirmForm()
    if not form.validate_on_submit() or (upload.error_count and not form.keep_good.data):
        form.keep_good.errors = ["工作簿有错误：请改正后重新上传，或选择跳过有错误的行"]
        page = render_template("basic_info/organization/checked.html", upload=upload, form=form,
                               shown_errors=SHOWN_ERRORS)  # fmt: skip
        return page, 422
    run = enqueue(
        "basic_info.import_register",
        arguments={
            "path": str(upload.path),
            "on": upload.on,
            "keep_good": bool(form.keep_good.data),
            "name": upload.file_name,
        },
        title=f"导入名册（{upload.row_count} 行）",
        actor=actor,
    )
    db.session.commit()
    flash("已开始导入，可以离开本页")
    return redirect(url_for("jobs.show_job", run_id=run.id), 303)
