"""Pages of 动态调整: begin it from the list in force, change items, have a second person put it in force."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from basic_info.blueprint import bp
from basic_info.documents.queries import in_reach
from basic_info.duties.queries import unit_name
from basic_info.organization.models import Unit
from basic_info.organization.scope import within
from basic_info.permissions import Permission
from basic_info.power_lists import adjusting
from basic_info.power_lists.adjusting import COLUMNS
from basic_info.power_lists.details import basis_text, limit_text
from basic_info.power_lists.errors import WrongDay
from basic_info.power_lists.forms import AdjustmentForm, EndForm, ItemForm
from basic_info.power_lists.models import LimitKind, PowerItem, PowerList
from basic_info.power_lists.queries import unit_by_word
from basic_info.power_lists.views import list_page
from host.kernel.access import Actor, current_actor, requires
from host.kernel.db import db
from host.kernel.errors import DomainError, NotFound, Refused
from host.kernel.forms import options


@bp.get("/power-lists/<int:list_id>/adjust")
@requires(Permission.POWER_LIST_IMPORT)
def begin_list_adjustment_form(list_id: int) -> ResponseReturnValue:
    return _begin_page(_power_list(list_id), AdjustmentForm(formdata=None))


@bp.post("/power-lists/<int:list_id>/adjust")
@requires(Permission.POWER_LIST_IMPORT)
def begin_list_adjustment(list_id: int) -> ResponseReturnValue:
    power_list, form = _power_list(list_id), AdjustmentForm()
    if not form.validate_on_submit():
        return _begin_page(power_list, form), 422
    try:
        with db.session.begin_nested():
            draft = adjusting.begin_adjustment(power_list, form.paper(), actor=current_actor())
    except WrongDay as refused:
        form.effective_on.errors = [str(refused)]
        return _begin_page(power_list, form), 422
    except Refused as refused:
        form.form_errors.append(str(refused))
        return _begin_page(power_list, form), 422
    db.session.commit()
    flash("已按现行清单建立调整稿，请逐项调整后交另一人复核")
    return redirect(_page_of(draft.id), 303)


@bp.get("/power-lists/<int:list_id>/items/new")
@requires(Permission.POWER_LIST_IMPORT)
def new_power_item(list_id: int) -> ResponseReturnValue:
    return _item_page(_power_list(list_id), None, ItemForm(formdata=None))


@bp.post("/power-lists/<int:list_id>/items/new")
@requires(Permission.POWER_LIST_IMPORT)
def add_power_item(list_id: int) -> ResponseReturnValue:
    draft, form = _power_list(list_id), ItemForm()
    if not form.validate_on_submit():
        return _item_page(draft, None, form), 422
    try:
        with db.session.begin_nested():
            item = adjusting.add_item(draft, form.values(), actor=current_actor())
    except Refused as refused:
        form.form_errors.append(str(refused))
        return _item_page(draft, None, form), 422
    db.session.commit()
    flash(f"已新增“{item.name}”")
    return redirect(_page_of(draft.id), 303)


@bp.get("/power-items/<int:item_id>/edit")
@requires(Permission.POWER_LIST_IMPORT)
def edit_power_item(item_id: int) -> ResponseReturnValue:
    item, draft = _item(item_id)
    facts = {name: getattr(item, name) for name in COLUMNS} | {
        "power_kind": item.power_kind.value,
        "legal_basis": basis_text(item_id),
        "statutory_limit": limit_text(item_id, LimitKind.STATUTORY),
        "promised_limit": limit_text(item_id, LimitKind.PROMISED),
    }
    return _item_page(draft, item, ItemForm(formdata=None, data=facts))


@bp.post("/power-items/<int:item_id>/edit")
@requires(Permission.POWER_LIST_IMPORT)
def change_power_item(item_id: int) -> ResponseReturnValue:
    (item, draft), form = _item(item_id), ItemForm()
    if not form.validate_on_submit():
        return _item_page(draft, item, form), 422
    try:
        with db.session.begin_nested():
            adjusting.change_item(draft, item, form.values(), actor=current_actor())
    except Refused as refused:
        form.form_errors.append(str(refused))
        return _item_page(draft, item, form), 422
    db.session.commit()
    flash(f"已变更“{item.name}”")
    return redirect(_page_of(draft.id), 303)


@bp.get("/power-items/<int:item_id>/end")
@requires(Permission.POWER_LIST_IMPORT)
def end_power_item_form(item_id: int) -> ResponseReturnValue:
    item, draft = _item(item_id)
    return _end_page(draft, item, EndForm(formdata=None))


@bp.post("/power-items/<int:item_id>/end")
@requires(Permission.POWER_LIST_IMPORT)
def end_power_item(item_id: int) -> ResponseReturnValue:
    """Cancel the item, give it to another unit, or merge it into another item."""
    (item, draft), form, actor = _item(item_id), EndForm(), current_actor()
    form.into.choices = _others(draft, item)
    if not form.validate_on_submit():
        return _end_page(draft, item, form), 422
    name = item.name
    try:
        with db.session.begin_nested():
            _end(draft, item, form, actor)
    except Refused as refused:
        form.form_errors.append(str(refused))
        return _end_page(draft, item, form), 422
    db.session.commit()
    flash(f"已处理“{name}”，复核生效前不影响现行清单")
    return redirect(_page_of(draft.id), 303)


@bp.post("/power-lists/<int:list_id>/withdraw")
@requires(Permission.POWER_LIST_IMPORT)
def withdraw_list_adjustment(list_id: int) -> ResponseReturnValue:
    draft = _power_list(list_id)
    adjusting.withdraw_adjustment(draft, actor=current_actor())
    db.session.commit()
    flash("已撤销本次调整，现行清单不变")
    return redirect(url_for("basic_info.library", unit_id=draft.unit_id), 303)


@bp.post("/power-lists/<int:list_id>/confirm")
@requires(Permission.POWER_LIST_CONFIRM)
def confirm_list_adjustment(list_id: int) -> ResponseReturnValue:
    """The reviewer's reach must hold all units whose lists change."""
    actor = current_actor()
    draft = in_reach(PowerList, list_id, Permission.POWER_LIST_CONFIRM, actor)
    for unit_id in adjusting.receiving_units(list_id):
        _require_reach(unit_id, Permission.POWER_LIST_CONFIRM, actor)
    try:
        with db.session.begin_nested():
            adjusting.confirm_adjustment(draft, actor=actor)
    except DomainError as refused:
        return list_page(draft, actor, refused=str(refused)), refused.status
    db.session.commit()
    flash("调整已生效，原清单存为历史版本，衔接关系随事项延续")
    return redirect(url_for("basic_info.compare_lists", list_id=list_id), 303)


def _power_list(list_id: int) -> PowerList:
    return in_reach(PowerList, list_id, Permission.POWER_LIST_IMPORT, current_actor())


def _item(item_id: int) -> tuple[PowerItem, PowerList]:
    item = in_reach(PowerItem, item_id, Permission.POWER_LIST_IMPORT, current_actor())
    return item, db.session.get_one(PowerList, item.power_list_id)


def _end(draft: PowerList, item: PowerItem, form: EndForm, actor: Actor) -> None:
    if form.way.data == "transfer":
        adjusting.transfer_item(draft, item, to_unit_id=_receiver(form.unit.data or "", actor), actor=actor)
    elif form.way.data == "merge":
        adjusting.merge_item(draft, item, into=_other(form.into.data), actor=actor)
    else:
        adjusting.cancel_item(draft, item, actor=actor)


def _other(item_id: int | None) -> PowerItem:
    found = db.session.get(PowerItem, item_id) if item_id else None
    if found is None:
        raise Refused("请选择并入的事项")
    return found


def _receiver(word: str, actor: Actor) -> int:
    unit_id = unit_by_word(word.strip()) if word.strip() else None
    if unit_id is None:
        raise Refused("没有找到接收单位，请填写单位全称或编码")
    _require_reach(unit_id, Permission.POWER_LIST_IMPORT, actor)
    return unit_id


def _require_reach(unit_id: int, permission: Permission, actor: Actor) -> None:
    if db.session.scalar(select(Unit.id).where(Unit.id == unit_id, within(actor, permission, unit=Unit.id))) is None:
        raise NotFound("接收单位不在您的管理范围内，请由共同上级的编办办理")


def _others(draft: PowerList, item: PowerItem) -> list[tuple[int, str]]:
    words = func.concat_ws(" · ", PowerItem.name, func.nullif(PowerItem.subitem_name, ""))
    rows = db.session.execute(
        select(PowerItem.id, words.label("words"))
        .where(PowerItem.power_list_id == draft.id, PowerItem.id != item.id)
        .order_by(PowerItem.sort_no)
    ).all()
    return [(row.id, row.words) for row in rows]


def _page_of(list_id: int) -> str:
    return url_for("basic_info.show_power_list", list_id=list_id)


def _begin_page(power_list: PowerList, form: AdjustmentForm) -> str:
    return render_template(
        "basic_info/power_lists/adjust.html",
        power_list=power_list,
        unit_name=unit_name(power_list.unit_id),
        form=form,
        open_draft=adjusting.open_adjustment(power_list.unit_id),
    )


def _item_page(draft: PowerList, item: PowerItem | None, form: ItemForm) -> str:
    return render_template("basic_info/power_lists/edit_item.html", power_list=draft, item=item, form=form)


def _end_page(draft: PowerList, item: PowerItem, form: EndForm) -> str:
    form.into.choices = options([(0, "不合并"), *_others(draft, item)])
    return render_template("basic_info/power_lists/end_item.html", power_list=draft, item=item, form=form)
