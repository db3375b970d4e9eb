"""Pages of units: list, tree, card, and their changes."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from basic_info.blueprint import bp
from basic_info.organization import cards, listing, operations
from basic_info.organization.asking import asked_day, day_in_url
from basic_info.organization.errors import ChangedMeanwhile, CodeTaken, LaterChanges, StillInUse
from basic_info.organization.forms import AbolishForm, ChangeUnitForm, NewUnitForm, UnitForm
from basic_info.organization.kinds import QuotaKind, UnitKind
from basic_info.organization.models import Unit, UnitVersion
from basic_info.organization.queries import unit_name_map, units_called
from basic_info.organization.scope import within
from basic_info.permissions import Permission
from basic_info.regions.models import Tier
from basic_info.regions.queries import region_choices
from host.kernel.access import current_actor, declared_access, requires
from host.kernel.db import db
from host.kernel.errors import DomainError, NotFound, Refused
from host.kernel.forms import options
from host.kernel.pages import today_in_china
from host.kernel.versions import current


@bp.get("/units")
@requires(Permission.UNIT_READ)
def list_units() -> ResponseReturnValue:
    actor, day, chosen = current_actor(), asked_day(), listing.UnitFilter.of(request.args)
    after = request.args.get("after", type=int)
    return render_template(
        "basic_info/organization/units.html",
        page=listing.page_of_units(actor, chosen, day=day, after=after),
        chosen=chosen,
        in_url=chosen.in_url | day_in_url(day),
        is_first=after is None,
        day=day,
        kinds=[(kind.value, kind.label) for kind in UnitKind],
        tiers=[(tier.value, tier.label) for tier in Tier],
        regions=[(code, name) for _id, code, name in region_choices(day)],
        may_edit=actor.may(Permission.UNIT_EDIT),
    )


@bp.get("/units/tree")
@requires(Permission.UNIT_READ)
def unit_tree() -> ResponseReturnValue:
    day = asked_day()
    return render_template("basic_info/organization/tree.html", regions=listing.regions_under(None, day), day=day)


@bp.get("/units/tree/region/<int:region_id>")
@requires(Permission.UNIT_READ)
def tree_of_region(region_id: int) -> ResponseReturnValue:
    day = asked_day()
    region_id = min(region_id, cards.MOST)
    return render_template(
        "basic_info/organization/_branch.html",
        regions=listing.regions_under(region_id, day),
        units=listing.units_of_region(current_actor(), region_id, day),
        day=day,
    )


@bp.get("/units/tree/unit/<int:unit_id>")
@requires(Permission.UNIT_READ)
def tree_of_unit(unit_id: int) -> ResponseReturnValue:
    day, actor = asked_day(), current_actor()
    unit = cards.unit_of(actor, unit_id)
    units = listing.units_below(actor, unit.id, day)
    return render_template("basic_info/organization/_branch.html", regions=(), units=units, day=day)


@bp.get("/units/<int:unit_id>")
@requires(Permission.UNIT_READ)
def show_unit(unit_id: int) -> ResponseReturnValue:
    day, actor = asked_day(), current_actor()
    return render_template(
        "basic_info/organization/unit.html",
        card=cards.unit_card(actor, unit_id, day=day),
        day=day,
        on=day_in_url(day),
        may_see_people=actor.may(Permission.PERSON_READ),
        may_edit=_may_edit(unit_id),
        links=_links_of(unit_id),
    )


@bp.get("/units/<int:unit_id>/people")
@requires(Permission.PERSON_READ)
def people_of_unit(unit_id: int) -> ResponseReturnValue:
    day, actor = asked_day(), current_actor()
    unit = cards.unit_of(actor, unit_id)
    quota = {kind.value: kind for kind in QuotaKind}.get(request.args.get("quota", ""))
    only_actual = request.args.get("actual") == "1"
    after = request.args.get("after", type=int)
    facts = db.session.scalars(current(UnitVersion, UnitVersion.unit_id, unit.id, day)).one_or_none()
    return render_template(
        "basic_info/organization/people.html",
        unit=unit,
        name=facts.name if facts else unit.code,
        page=cards.people_of_unit(actor, unit.id, day=day, quota_kind=quota, only_actual=only_actual, after=after),
        quota=quota,
        quotas=[(kind.value, kind.label) for kind in QuotaKind],
        only_actual=only_actual,
        in_url=day_in_url(day) | ({"quota": quota.value} if quota else {}) | ({"actual": "1"} if only_actual else {}),
        is_first=after is None,
        day=day,
    )


@bp.get("/units/new")
@requires(Permission.UNIT_EDIT)
def new_unit_form() -> ResponseReturnValue:
    form = _prepared(NewUnitForm())
    form.on.data = form.on.data or today_in_china()
    return render_template("basic_info/organization/new_unit.html", form=form)


@bp.post("/units/new")
@requires(Permission.UNIT_EDIT)
def new_unit() -> ResponseReturnValue:
    form = _prepared(NewUnitForm())
    if form.validate_on_submit():
        try:
            unit = operations.create_unit(
                form.code.data or "",
                facts=form.facts() | {"parent_id": _parent_of(form)},
                on=form.on.data or today_in_china(),
                actor=current_actor(),
                reason=form.reason.data,
            )
        except _WrongParent as wrong:
            form.parent_code.errors = [str(wrong)]
        except CodeTaken as taken:
            form.code.errors = [str(taken)]
        except DomainError as refused:
            form.form_errors.append(str(refused))
        else:
            db.session.commit()
            flash("单位已设立", "success")
            return redirect(url_for("basic_info.show_unit", unit_id=unit.id), 303)
        db.session.rollback()
    return render_template("basic_info/organization/new_unit.html", form=form), 422


@bp.get("/units/<int:unit_id>/change")
@requires(Permission.UNIT_EDIT)
def change_unit_form(unit_id: int) -> ResponseReturnValue:
    unit, day = _editable(unit_id), asked_day()
    held = _facts(unit, day)
    form = _prepared(ChangeUnitForm(data=_shown(held, day)))
    return _change_page(unit, form, held)


@bp.post("/units/<int:unit_id>/change")
@requires(Permission.UNIT_EDIT)
def change_unit(unit_id: int) -> ResponseReturnValue:
    unit, form = _editable(unit_id), _prepared(ChangeUnitForm())
    if not form.validate_on_submit():
        return _change_page(unit, form, None), 422
    on = form.on.data or today_in_china()
    based_on = form.based_on.data or ""
    try:
        operations.change_unit(
            unit,
            facts=form.facts() | {"parent_id": _parent_of(form)},
            on=on,
            based_on=_version_on(unit, int(based_on) if based_on.isascii() and based_on.isdigit() else None, on),
            replace_later=bool(form.replace_later.data),
            actor=current_actor(),
            reason=form.reason.data,
        )
    except _WrongParent as wrong:
        form.parent_code.errors = [str(wrong)]
        status = 422
    except DomainError as refused:
        db.session.rollback()
        form.form_errors.append(str(refused))
        conflict = _facts(unit, on) if isinstance(refused, ChangedMeanwhile) else None
        later = operations.later_changes(unit.id, on) if isinstance(refused, LaterChanges) else []
        return _change_page(unit, form, None, conflict=conflict, later=later), refused.status
    else:
        db.session.commit()
        flash("变更已登记", "success")
        return redirect(url_for("basic_info.show_unit", unit_id=unit.id), 303)
    return _change_page(unit, form, None), status


@bp.get("/units/<int:unit_id>/abolish")
@requires(Permission.UNIT_EDIT)
def abolish_unit_form(unit_id: int) -> ResponseReturnValue:
    unit = _editable(unit_id)
    return _abolish_page(unit, AbolishForm(data={"on": today_in_china()}))


@bp.post("/units/<int:unit_id>/abolish")
@requires(Permission.UNIT_EDIT)
def abolish_unit(unit_id: int) -> ResponseReturnValue:
    unit, form = _editable(unit_id), AbolishForm()
    if not form.validate_on_submit():
        return _abolish_page(unit, form), 422
    try:
        operations.abolish_unit(
            unit, on=form.on.data or today_in_china(), actor=current_actor(), reason=form.reason.data or ""
        )
    except StillInUse as refused:
        db.session.rollback()
        form.on.errors = [str(refused)]
        return _abolish_page(unit, form), refused.status
    db.session.commit()
    flash("单位已撤销，历史登记保留", "success")
    return redirect(url_for("basic_info.show_unit", unit_id=unit.id), 303)


class _WrongParent(Refused):
    message = "没有此名称或编码的单位，或不在您可查看的范围内；请从机构名册中复制"


def _parent_of(form: UnitForm) -> int | None:
    words = (form.parent_code.data or "").strip()
    if not words:
        return None
    found = units_called(words, today_in_china(), current_actor())
    if len(found) > 1:
        raise _WrongParent("有多个单位叫这个名称，请改填单位编码")
    if not found:
        raise _WrongParent
    return found[0]


def _prepared(form: Any) -> Any:
    form.region_id.choices = options(
        (region_id, f"{name}（{code}）") for region_id, code, name in region_choices(asked_day())
    )
    return form


def _links_of(unit_id: int) -> list[tuple[str, str]]:
    """Where the unit's mandate, lists and duties are, as far as these pages are there and open to the actor."""
    pages = (
        ("三定与权责清单", "basic_info.library"),
        ("职责", "basic_info.unit_duties"),
        ("职责衔接", "basic_info.link_proposals"),
    )
    found = [(title, current_app.view_functions.get(name), name) for title, name in pages]
    return [
        (title, url_for(name, unit_id=unit_id))
        for title, view, name in found
        if view is not None and (access := declared_access(view)) and _opens(access.permission)
    ]


def _opens(permission: str | None) -> bool:
    return permission is None or current_actor().may(permission)


def _may_edit(unit_id: int) -> bool:
    actor = current_actor()
    if not actor.may(Permission.UNIT_EDIT):
        return False
    reached = within(actor, Permission.UNIT_EDIT, unit=Unit.id)
    return db.session.scalar(select(Unit.id).where(Unit.id == min(unit_id, cards.MOST), reached)) is not None


def _editable(unit_id: int) -> Unit:
    reached = within(current_actor(), Permission.UNIT_EDIT, unit=Unit.id)
    unit = db.session.scalars(select(Unit).where(Unit.id == min(unit_id, cards.MOST), reached)).one_or_none()
    if unit is None:
        raise NotFound
    return unit


def _facts(unit: Unit, day: date) -> UnitVersion | None:
    return db.session.scalars(current(UnitVersion, UnitVersion.unit_id, unit.id, day)).one_or_none()


def _version_on(unit: Unit, shown: int | None, on: date) -> int | None:
    """What the operation compares with: the version shown, or the one of ``on`` where that one is still unchanged.

    The form is opened on one day and may take effect on another, on which another version holds.
    """
    version = db.session.get(UnitVersion, shown) if shown is not None else None
    if version is None or version.unit_id != unit.id or version.superseded_at is not None:
        return shown
    held = _facts(unit, on)
    return held.id if held else None


def _shown(held: UnitVersion | None, day: date) -> dict[str, Any]:
    if held is None:
        return {"on": day}
    words = ("tier", "unit_kind", "rank", "funding", "institution_class", "unit_state")
    enums = {name: getattr(held, name).value if getattr(held, name) else "" for name in words}
    return enums | {
        "name": held.name,
        "short_name": held.short_name,
        "parent_code": _words_of_unit(held.parent_id, day),
        "region_id": held.region_id,
        "credit_code": held.credit_code or "",
        "on": day,
        "based_on": str(held.id),
    }


def _words_of_unit(unit_id: int | None, day: date) -> str:
    """What a person would write for the unit: its name, or its code where others are called the same."""
    if unit_id is None:
        return ""
    name = unit_name_map([unit_id], day).get(unit_id)
    if name and units_called(name, day, current_actor()) == [unit_id]:
        return name
    return db.session.get_one(Unit, unit_id).code


def _change_page(
    unit: Unit,
    form: ChangeUnitForm,
    held: UnitVersion | None,
    *,
    conflict: UnitVersion | None = None,
    later: list[UnitVersion] | None = None,
) -> str:
    if conflict is not None:
        form.based_on.data = str(conflict.id)  # what is shown now is what the next attempt is based on
    held = held or conflict or _facts(unit, today_in_china())
    name = held.name if held else unit.code
    return render_template(
        "basic_info/organization/change_unit.html",
        unit=unit,
        form=form,
        name=name,
        conflict=conflict,
        later=later or operations.later_changes(unit.id, today_in_china()),
    )


def _abolish_page(unit: Unit, form: AbolishForm) -> str:
    held = _facts(unit, today_in_china())
    keeps = operations.what_keeps(unit.id, today_in_china())
    return render_template(
        "basic_info/organization/abolish_unit.html",
        unit=unit,
        form=form,
        name=held.name if held else unit.code,
        keeps=keeps,
    )
