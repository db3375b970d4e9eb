"""Links drawn and taken apart by hand, from the thing's own page."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from basic_info.blueprint import bp
from basic_info.duties import queries
from basic_info.duties.forms import LinkForm
from basic_info.duties.operations import link
from basic_info.duties.thing_links import candidates_for, is_upper, links_of
from basic_info.duties.thread import Knot, Layer, thread_of
from basic_info.permissions import Permission
from host.kernel.access import current_actor, requires
from host.kernel.db import db
from host.kernel.errors import NotFound
from host.kernel.pages import today_in_china


@bp.get("/trace/<layer>/<int:thing_id>/links")
@requires(Permission.DUTY_EDIT)
def thing_links(layer: str, thing_id: int) -> ResponseReturnValue:
    thing, thread = _editable(layer, thing_id)
    return _page(thing, thread, LinkForm(formdata=None))


@bp.post("/trace/<layer>/<int:thing_id>/links")
@requires(Permission.DUTY_EDIT)
def draw_link(layer: str, thing_id: int) -> ResponseReturnValue:
    """Join the thing with what was chosen of a neighbouring layer."""
    thing, thread = _editable(layer, thing_id)
    form = LinkForm()
    form.other.choices = _choices(thing, thread)
    if not form.validate_on_submit():
        return _page(thing, thread, form), 422
    other_layer, other_id = (form.other.data or "").split(":")
    own, other = (thing.layer, thing.id), (Layer(other_layer), int(other_id))
    upper, lower = (own, other) if is_upper(own[0], other[0]) else (other, own)
    link(upper, lower, actor=current_actor())
    db.session.commit()
    flash("已衔接", "success")
    return redirect(url_for("basic_info.thing_links", layer=layer, thing_id=thing_id), 303)


def _page(thing: Knot, thread: list[Knot], form: LinkForm) -> str:
    form.other.choices = _choices(thing, thread)
    return render_template("basic_info/duties/thing_links.html", thing=thing, links=links_of(thing, thread), form=form)


def _choices(thing: Knot, thread: list[Knot]) -> dict[str, list[tuple[str, str]]]:
    """The candidates by layer, the likest first."""
    linked = [knot for _, knot in links_of(thing, thread)]
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in candidates_for(thing, linked, today_in_china()):
        groups.setdefault(one.layer.label, []).append((f"{one.layer.value}:{one.id}", one.text))
    return groups


def _editable(layer: str, thing_id: int) -> tuple[Knot, list[Knot]]:
    """The thing and its thread, if the actor may edit duties of its unit. Raises NotFound."""
    found = next((one for one in Layer if one.value == layer), None)
    if found is None:
        raise NotFound
    above, below = thread_of(found, thing_id)
    if not below:
        raise NotFound
    queries.require_reach(below[0].unit_id, Permission.DUTY_EDIT, current_actor())
    return below[0], [*above, *below]
