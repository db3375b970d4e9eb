"""Pages on which a person corrects what was read out of a mandate."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from basic_info.blueprint import bp
from basic_info.documents.queries import in_reach
from basic_info.mandates import readings
from basic_info.mandates.errors import ChangedMeanwhile
from basic_info.mandates.models import (
    ClauseKind,
    FieldKind,
    Mandate,
    MandateClause,
    MandateField,
    MandateLeader,
    MandateQuota,
)
from basic_info.mandates.reading_forms import ReadingForm, form_of
from basic_info.mandates.readings import AnyReading
from basic_info.mandates.review_queries import key_of, reading_of, words_of
from basic_info.permissions import Permission
from host.kernel.access import current_actor, requires
from host.kernel.db import db
from host.kernel.errors import NotFound, Refused

_VERBS = {
    "remove": (readings.remove_reading, "已删除，可随时恢复"),
    "restore": (readings.restore_reading, "已恢复"),
    "accept": (readings.accept_reading, "已核对"),
}


@bp.get("/mandates/<int:mandate_id>/readings/<table>/<int:reading_id>")
@requires(Permission.MANDATE_IMPORT)
def edit_reading(mandate_id: int, table: str, reading_id: int) -> ResponseReturnValue:
    """One field: the words it came from, the parser's value, and a form for what is right."""
    mandate = _mandate(mandate_id)
    reading = reading_of(mandate, table, reading_id)
    form = form_of(reading)
    form.show(reading)
    form.version.data = str(reading.lock_version)
    return _page(mandate, reading, form)


@bp.post("/mandates/<int:mandate_id>/readings/<table>/<int:reading_id>")
@requires(Permission.MANDATE_IMPORT)
def save_reading(mandate_id: int, table: str, reading_id: int) -> ResponseReturnValue:
    mandate = _mandate(mandate_id)
    reading = reading_of(mandate, table, reading_id)
    form = form_of(reading)
    if not form.validate_on_submit():
        return _page(mandate, reading, form), 422
    value = form.value(reading.value)
    try:
        readings.correct_reading(mandate, reading, value, version=_version(form), actor=current_actor())
    except ChangedMeanwhile:
        # Nothing typed is lost: both values are shown, and the form may be sent again on top of the other's.
        db.session.rollback()
        form.version.data = str(reading_of(_mandate(mandate_id), table, reading_id).lock_version)
        return _page(_mandate(mandate_id), reading_of(mandate, table, reading_id), form, mine=value), 409
    db.session.commit()
    flash("已保存修改")
    return _back(mandate, reading)


@bp.post("/mandates/<int:mandate_id>/readings/<table>/<int:reading_id>/<verb>")
@requires(Permission.MANDATE_IMPORT)
def treat_reading(mandate_id: int, table: str, reading_id: int, verb: str) -> ResponseReturnValue:
    """Take a wrong field out, put it back, or say that a doubtful one is right."""
    mandate = _mandate(mandate_id)
    reading = reading_of(mandate, table, reading_id)
    if verb not in _VERBS:
        raise NotFound
    operation, said = _VERBS[verb]
    operation(mandate, reading, version=_whole(request.form.get("version", "")), actor=current_actor())
    db.session.commit()
    flash(said)
    return _back(mandate, reading)


@bp.get("/mandates/<int:mandate_id>/missed/<kind>")
@requires(Permission.MANDATE_IMPORT)
def missed_reading(mandate_id: int, kind: str) -> ResponseReturnValue:
    """A form for what the parser missed."""
    mandate = _mandate(mandate_id)
    return _page(mandate, _new(kind), form_of(_new(kind)))


@bp.post("/mandates/<int:mandate_id>/missed/<kind>")
@requires(Permission.MANDATE_IMPORT)
def add_missed_reading(mandate_id: int, kind: str) -> ResponseReturnValue:
    mandate, reading = _mandate(mandate_id), _new(kind)
    form = form_of(reading)
    if not form.validate_on_submit():
        return _page(mandate, reading, form), 422
    readings.add_reading(mandate, _new(kind), form.value({}), actor=current_actor())
    db.session.commit()
    flash("已补充")
    return redirect(url_for("basic_info.show_mandate", mandate_id=mandate.id), 303)


def _page(mandate: Mandate, reading: AnyReading, form: ReadingForm, *, mine: dict[str, object] | None = None) -> str:
    return render_template(
        "basic_info/mandates/reading.html",
        mandate=mandate,
        reading=reading,
        form=form,
        now=words_of(reading, reading.value) if reading.id else None,
        extracted=words_of(reading, reading.extracted_value) if reading.id and reading.extracted_value else None,
        mine=words_of(reading, mine) if mine is not None else None,
    )


def _new(kind: str) -> AnyReading:
    """An empty row of the kind that an address names. Raises NotFound."""
    made: dict[str, AnyReading] = {
        "duty": MandateClause(clause_kind=ClauseKind.DUTY, text="", extracted_value={}),
        "section": MandateClause(
            clause_kind=ClauseKind.SECTION,
            text="",
            extracted_value={"name": "", "plates": [], "text": "", "tasks": []},
        ),
        "quota": MandateQuota(extracted_value={}),
        "leader": MandateLeader(extracted_value={}),
        "plate": MandateField(field_kind=FieldKind.PLATE, extracted_value={}),
    }
    if kind not in made:
        raise NotFound
    return made[kind]


def _mandate(mandate_id: int) -> Mandate:
    return in_reach(Mandate, mandate_id, Permission.MANDATE_IMPORT, current_actor())


def _version(form: ReadingForm) -> int:
    return _whole(form.version.data or "")


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 9:
        raise Refused("页面已过期，请刷新后重新提交")
    return int(text)


def _back(mandate: Mandate, reading: AnyReading) -> ResponseReturnValue:
    return redirect(url_for("basic_info.show_mandate", mandate_id=mandate.id, _anchor=f"r-{key_of(reading)}"), 303)
