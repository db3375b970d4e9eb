from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from basic_info.blueprint import bp
from basic_info.documents import queries
from basic_info.documents.forms import TakeInForm, UploadForm
from basic_info.documents.library import PaperKind, keep_upload, paper_file, read_paper, take_in
from basic_info.documents.models import Document
from basic_info.duties.queries import require_reach, require_readable, unit_name
from basic_info.flowcharts.models import Flowchart
from basic_info.mandates.addressee import for_unit, names_another_unit
from basic_info.mandates.handed_queries import waiting_for
from basic_info.mandates.models import Mandate
from basic_info.mandates.parsing import ParsedMandate
from basic_info.mandates.previewing import foreseen
from basic_info.permissions import Permission
from basic_info.power_lists.models import PowerList
from basic_info.power_lists.parsing import ParsedPowerList
from basic_info.power_lists.year import year_of
from host.kernel.access import Actor, current_actor, requires
from host.kernel.db import db
from host.kernel.errors import DomainError, NotFound
from host.kernel.pages import today_in_china

_IMPORT = {
    PaperKind.MANDATE: Permission.MANDATE_IMPORT,
    PaperKind.POWER_LIST: Permission.POWER_LIST_IMPORT,
    PaperKind.FLOWCHART: Permission.FLOWCHART_IMPORT,
}


@bp.get("/units/<int:unit_id>/library")
@requires(Permission.DUTY_READ)
def library(unit_id: int) -> ResponseReturnValue:
    """The unit's mandates, power lists and flowcharts in all their versions."""
    actor = current_actor()
    require_readable(unit_id, actor)
    return _library(unit_id, UploadForm(formdata=None), actor)


@bp.post("/units/<int:unit_id>/library")
@requires(Permission.DUTY_READ)
def upload_paper(unit_id: int) -> ResponseReturnValue:
    """Keep the file and show what it says; nothing is taken in yet."""
    actor = current_actor()
    require_readable(unit_id, actor)
    form = UploadForm()
    if not form.validate_on_submit():
        return _library(unit_id, form, actor), 422
    kind = _kind(form.kind.data)
    require_reach(unit_id, _IMPORT[kind], actor)
    try:
        document = keep_upload(form.file.data, kind=kind, unit_id=unit_id, actor=actor)
        with paper_file(document) as (path, stored):
            read_paper(kind, path, stored.name)  # what cannot be read is not kept
    except DomainError as refused:
        db.session.rollback()
        form.file.errors = [str(refused)]
        return _library(unit_id, form, actor), 422
    db.session.commit()
    return redirect(url_for("basic_info.preview_paper", document_id=document.id, kind=kind.value), 303)


@bp.get("/library/<int:document_id>/<kind>")
@requires(Permission.DUTY_READ)
def preview_paper(document_id: int, kind: str) -> ResponseReturnValue:
    """A dry run: each field with the words that it came from and how sure the reading is."""
    return _preview(_kind(kind), _document(document_id, _kind(kind)), None)


@bp.post("/library/<int:document_id>/<kind>")
@requires(Permission.DUTY_READ)
def take_in_paper(document_id: int, kind: str) -> ResponseReturnValue:
    paper_kind = _kind(kind)
    document = _document(document_id, paper_kind)
    form = TakeInForm()
    if not form.validate_on_submit():
        return _preview(paper_kind, document, form), 422
    try:
        with paper_file(document) as (path, stored):
            paper = read_paper(paper_kind, path, stored.name)
            row = take_in(
                paper,
                unit_id=document.unit_id or 0,
                name=stored.name,
                file_id=stored.id,
                year=form.year.data,
                actor=current_actor(),
            )
    except DomainError as refused:
        db.session.rollback()
        form.form_errors.append(str(refused))
        return _preview(paper_kind, _document(document_id, paper_kind), form), refused.status
    db.session.commit()
    was_drawn = paper.is_drawn_here
    flash("已导入，确认后生效" + ("。文件里没有图形，已按流程自动排列" if was_drawn else ""))
    return redirect(_page_of(row), 303)


def _page_of(row: Mandate | PowerList | Flowchart) -> str:
    if isinstance(row, Mandate):
        return url_for("basic_info.show_mandate", mandate_id=row.id)
    if isinstance(row, PowerList):
        return url_for("basic_info.show_power_list", list_id=row.id)
    return url_for("basic_info.show_flowchart", chart_id=row.id)


def _library(unit_id: int, form: UploadForm, actor: Actor) -> str:
    return render_template(
        "basic_info/duties/library.html",
        unit_id=unit_id,
        unit_name=unit_name(unit_id),
        mandates=queries.mandates_of(unit_id),
        today=today_in_china(),
        handed_waiting=waiting_for(unit_id),
        power_lists=queries.power_lists_of(unit_id),
        flowcharts=queries.flowcharts_of(unit_id),
        form=form,
        may_draw=actor.may(Permission.FLOWCHART_IMPORT),
        may_import=any(actor.may(permission) for permission in _IMPORT.values()),
    )


def _preview(kind: PaperKind, document: Document, form: TakeInForm | None) -> str:
    """``form`` None: a new one, with the year that the list itself says."""
    with paper_file(document) as (path, stored):
        paper = read_paper(kind, path, stored.name)
    this_year = today_in_china().year
    found = (
        year_of(paper.parsed, stored.name, this_year=this_year) if isinstance(paper.parsed, ParsedPowerList) else None
    )
    unit_id = document.unit_id or 0
    parsed = for_unit(paper.parsed, unit_id) if isinstance(paper.parsed, ParsedMandate) else paper.parsed
    return render_template(
        "basic_info/duties/preview.html",
        unit_name=unit_name(unit_id),
        is_of_another=isinstance(parsed, ParsedMandate) and names_another_unit(parsed.unit_name.value, unit_id),
        kind=kind,
        document=document,
        parsed=parsed,
        change=foreseen(parsed, unit_id=unit_id, words=paper.words) if isinstance(parsed, ParsedMandate) else None,
        words=paper.words,
        form=form or TakeInForm(formdata=None, year=found.year if found else this_year),
        year_hint=f"按{found.where}“{found.words[:60]}”填写，有误请改正"
        if found
        else "文件中没有写明年度，先按今年填写，有误请改正",
    )


def _document(document_id: int, kind: PaperKind) -> Document:
    return queries.in_reach(Document, document_id, _IMPORT[kind], current_actor())


def _kind(word: str) -> PaperKind:
    found = next((kind for kind in PaperKind if kind.value == word), None)
    if found is None:
        raise NotFound
    return found
