from __future__ import annotations

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import selectinload

from basic_info.blueprint import bp
from basic_info.documents.queries import in_reach, readable
from basic_info.duties.queries import unit_name
from basic_info.permissions import Permission
from basic_info.power_lists import queries
from basic_info.power_lists.models import ListState, PowerItem, PowerKind, PowerList
from basic_info.power_lists.operations import put_in_force
from basic_info.power_lists.parsing.accountability import accountability_chain
from basic_info.power_lists.queries import changes_of
from basic_info.returning.forms import ReturnForm
from basic_info.returning.operations import may_return
from host.kernel.access import Actor, current_actor, requires
from host.kernel.db import db
from host.kernel.errors import DomainError
from host.kernel.pages import today_in_china
from host.kernel.system import System, TraceLine

PAGE = 100


@bp.get("/power-lists/<int:list_id>")
@requires(Permission.DUTY_READ)
def show_power_list(list_id: int) -> ResponseReturnValue:
    actor = current_actor()
    return list_page(readable(select(PowerList), PowerList, list_id, actor), actor)


def list_page(power_list: PowerList, actor: Actor, *, refused: str = "", return_form: ReturnForm | None = None) -> str:
    """The list with what the actor may do with it; ``refused``: why what was asked was not done; or the form of it."""
    list_id = power_list.id
    may_import, is_draft = actor.may(Permission.POWER_LIST_IMPORT), power_list.list_state is ListState.DRAFT
    is_adjustment = is_draft and power_list.based_on_id is not None
    is_second = actor.may(Permission.POWER_LIST_CONFIRM) and actor.account_id != power_list.imported_by
    may_decide = is_second and not power_list.is_returned
    since = power_list.valid.lower
    is_early = is_adjustment and since is not None and since > today_in_china()
    kind, words = PowerKind.of_word(request.args.get("kind", "")), request.args.get("q", "").strip()
    items = db.session.scalars(
        items_of(list_id, kind, words).where(PowerItem.sort_no > request.args.get("after", 0, type=int)).limit(PAGE + 1)
    ).all()
    return render_template(
        "basic_info/power_lists/show.html",
        power_list=power_list,
        unit_name=unit_name(power_list.unit_id),
        items=items[:PAGE],
        by_kind=_by_kind(list_id),
        kind=kind,
        q=words,
        next_key=items[PAGE - 1].sort_no if len(items) > PAGE else None,
        steps=changes_of(list_id),
        is_adjustment=is_adjustment,
        may_match=may_import,
        may_put=is_draft and not is_adjustment and may_decide,
        waits_for_another=is_draft
        and not is_adjustment
        and may_import
        and not is_second
        and not power_list.is_returned,
        may_return=may_return(power_list, actor, Permission.POWER_LIST_CONFIRM),
        return_form=return_form or ReturnForm(formdata=None),
        may_adjust=may_import and (is_adjustment or power_list.list_state is ListState.IN_FORCE),
        may_confirm=is_adjustment and may_decide and not is_early,
        is_early=is_early,
        refused=refused,
    )


def items_of(list_id: int, kind: PowerKind | None, words: str) -> Select[PowerItem]:
    """The items of a list in its order, of one kind and with some words if asked for."""
    statement = select(PowerItem).where(PowerItem.power_list_id == list_id).order_by(PowerItem.sort_no)
    if kind is not None:
        statement = statement.where(PowerItem.power_kind == kind)
    if words:
        said = (PowerItem.name, PowerItem.subitem_name, PowerItem.handling_text, PowerItem.item_code)
        statement = statement.where(or_(*(column.contains(words, autoescape=True) for column in said)))
    return statement


def _by_kind(list_id: int) -> list[tuple[PowerKind, int]]:
    """How many items of each kind the list has, in the usual order of kinds."""
    counts: dict[PowerKind, int] = {
        row.power_kind: row.items
        for row in db.session.execute(
            select(PowerItem.power_kind, func.count().label("items"))
            .where(PowerItem.power_list_id == list_id)
            .group_by(PowerItem.power_kind)
        )
    }
    return [(kind, counts[kind]) for kind in PowerKind if kind in counts]


@bp.post("/power-lists/<int:list_id>/in-force")
@requires(Permission.POWER_LIST_CONFIRM)
def put_list_in_force(list_id: int) -> ResponseReturnValue:
    actor = current_actor()
    power_list = in_reach(PowerList, list_id, Permission.POWER_LIST_CONFIRM, actor)
    try:
        with db.session.begin_nested():
            put_in_force(power_list, actor=actor)
    except DomainError as refused:
        return list_page(power_list, actor, refused=str(refused)), refused.status
    db.session.commit()
    flash("清单已生效")
    return redirect(url_for("basic_info.show_power_list", list_id=list_id), 303)


@bp.get("/power-items/<int:item_id>")
@requires(Permission.DUTY_READ)
def show_power_item(item_id: int) -> ResponseReturnValue:
    """An item with its laws, limits, sections, risk points and people to answer for it; its history and its cases."""
    actor = current_actor()
    parts = (PowerItem.bases, PowerItem.limits)
    item = readable(select(PowerItem).options(*map(selectinload, parts)), PowerItem, item_id, actor)
    power_list = db.session.get_one(PowerList, item.power_list_id)
    charts = queries.charts_of(item_id)
    return render_template(
        "basic_info/power_lists/item.html",
        item=item,
        power_list=power_list,
        unit_name=unit_name(item.unit_id),
        current=None if power_list.list_state is ListState.IN_FORCE else queries.current_version(item),
        sections=queries.handling_of(item_id),
        charts=charts,
        risks=queries.risk_points([chart.id for chart in charts]),
        accountable=accountability_chain(item.accountable_scope),
        history=queries.time_line(item, queries.units_named(item)),
        elsewhere=queries.same_elsewhere(item, actor),
        lines=_known_above(item_id, actor),
        may_adjust=power_list.list_state is ListState.DRAFT
        and power_list.based_on_id is not None
        and actor.may(Permission.POWER_LIST_IMPORT),
    )


def _known_above(item_id: int, actor: Actor) -> list[TraceLine]:
    """What the systems above know of the item: its cases and alerts."""
    systems: tuple[System, ...] = current_app.extensions["systems"]
    return [line for system in systems if system.trace for line in system.trace("power_item", item_id, actor)]
