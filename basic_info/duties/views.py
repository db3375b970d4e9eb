from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from basic_info.blueprint import bp
from basic_info.duties import queries
from basic_info.duties.forms import BatchForm
from basic_info.duties.graph import Column, Node, duty_graph
from basic_info.duties.link_queries import confirmable, links_with_words, proposal_of, proposals_page
from basic_info.duties.models import DutyLink
from basic_info.duties.operations import confirm_link, reject_link
from basic_info.duties.origins import origins_on
from basic_info.duties.proposals import confirm_proposals, count_proposals, propose_links
from basic_info.duties.thread import Knot, Layer, thread_of
from basic_info.organization.scope import within
from basic_info.permissions import Permission
from host.kernel.access import Actor, current_actor, requires
from host.kernel.db import db
from host.kernel.errors import NotFound
from host.kernel.pages import today_in_china
from host.kernel.system import System, TraceLine


@bp.get("/trace/<layer>/<int:thing_id>")
@requires(Permission.DUTY_READ)
def trace(layer: str, thing_id: int) -> ResponseReturnValue:
    """The golden thread of one thing, up to the document and down to records, alerts and scores."""
    actor = current_actor()
    found = next((one for one in Layer if one.value == layer), None)
    if found is None:
        raise NotFound
    above, below = thread_of(found, thing_id)
    if not below:
        raise NotFound
    queries.require_readable(below[0].unit_id, actor)
    return render_template(
        "basic_info/duties/trace.html",
        thing=below[0],
        above=_by_layer(above),
        below=_by_layer(below[1:]),
        lines=_lines_of_systems(layer, thing_id, actor),
    )


def _by_layer(knots: Sequence[Knot]) -> list[tuple[Layer, list[Knot]]]:
    return [(layer, list(same)) for layer, same in groupby(knots, key=lambda knot: knot.layer)]


def _lines_of_systems(layer: str, thing_id: int, actor: Actor) -> list[tuple[str, list[TraceLine]]]:
    """What the systems above know of the thing, by their titles."""
    systems: tuple[System, ...] = current_app.extensions["systems"]
    found = [(system.title, system.trace(layer, thing_id, actor)) for system in systems if system.trace]
    return [(title, lines) for title, lines in found if lines]


@bp.get("/duties")
@requires(Permission.DUTY_READ)
def duty_units() -> ResponseReturnValue:
    """The units whose duties the actor may read; the only one opens at once."""
    page = queries.units_page(current_actor(), q=request.args.get("q", ""), after=request.args.get("after", ""))
    if len(page.rows) == 1 and not request.args:
        return redirect(url_for("basic_info.unit_duties", unit_id=page.rows[0].unit_id))
    return render_template("basic_info/duties/units.html", page=page, q=request.args.get("q", ""))


@bp.get("/units/<int:unit_id>/duties")
@requires(Permission.DUTY_READ)
def unit_duties(unit_id: int) -> ResponseReturnValue:
    """The unit's functions, who carries each of them, and how much is carried at all."""
    actor = current_actor()
    queries.require_readable(unit_id, actor)
    today = today_in_china()
    tops, loose, coverage = queries.duty_tree(unit_id, today)
    return render_template(
        "basic_info/duties/tree.html",
        origins=origins_on(unit_id, today),
        unit_id=unit_id,
        unit_name=queries.unit_name(unit_id),
        tops=tops,
        loose=loose,
        coverage=coverage,
        may_edit=actor.may(Permission.DUTY_EDIT),
    )


@bp.get("/units/<int:unit_id>/graph")
@requires(Permission.DUTY_READ)
def unit_graph(unit_id: int) -> ResponseReturnValue:
    """The unit's thread as one picture; every box leads to its own page."""
    actor = current_actor()
    queries.require_readable(unit_id, actor)
    graph = duty_graph(unit_id, today_in_china(), actor)
    return render_template(
        "basic_info/duties/graph.html",
        unit_id=unit_id,
        unit_name=queries.unit_name(unit_id),
        nodes=[
            {
                "id": _box(node.column, node.id),
                "title": node.title,
                "column": node.column,
                "url": _page_of(node),
                "torn": node.is_torn,
            }
            for node in graph.nodes
        ],
        links=[{"from": _box(*edge.upper), "to": _box(*edge.lower), "weight": edge.weight} for edge in graph.edges],
        left_out=[_COLUMN_WORDS[column] for column in graph.left_out],
    )


_COLUMN_WORDS = {Column.POST: "岗位", Column.PERSON: "人员"}


def _box(column: Column, thing_id: int) -> str:
    return f"{column.name.lower()}-{thing_id}"


def _page_of(node: Node) -> str:
    """Where a box of the picture leads."""
    if node.column is Column.SECTION:
        return url_for("basic_info.show_section", section_id=node.id)
    if node.column is Column.POST:
        return url_for("basic_info.show_post", post_id=node.id)
    if node.column is Column.PERSON:
        return url_for("basic_info.show_person", person_id=node.id)
    layer = Layer.CLAUSE if node.column is Column.CLAUSE else Layer.FUNCTION
    return url_for("basic_info.trace", layer=layer.value, thing_id=node.id)


@bp.get("/units/<int:unit_id>/links")
@requires(Permission.DUTY_EDIT)
def link_proposals(unit_id: int) -> ResponseReturnValue:
    queries.require_reach(unit_id, Permission.DUTY_EDIT, current_actor())
    return _proposals(unit_id, BatchForm(formdata=None)), 200


@bp.post("/units/<int:unit_id>/links/propose")
@requires(Permission.DUTY_EDIT)
def renew_proposals(unit_id: int) -> ResponseReturnValue:
    actor = current_actor()
    queries.require_reach(unit_id, Permission.DUTY_EDIT, actor)
    count = propose_links(unit_id, actor=actor)
    db.session.commit()
    flash(f"已重新给出 {count} 条衔接建议，已确认和已驳回的不变")
    return redirect(url_for("basic_info.link_proposals", unit_id=unit_id), 303)


@bp.post("/units/<int:unit_id>/links/batch")
@requires(Permission.DUTY_EDIT)
def confirm_best_proposals(unit_id: int) -> ResponseReturnValue:
    """Confirm the likest proposal of each thing above a threshold."""
    actor = current_actor()
    queries.require_reach(unit_id, Permission.DUTY_EDIT, actor)
    form = BatchForm()
    if not form.validate_on_submit():
        return _proposals(unit_id, form), 422
    done = confirm_proposals(unit_id, above=(form.above.data or 0) / 100, actor=actor)
    db.session.commit()
    flash(f"已确认 {done} 条衔接关系")
    return redirect(url_for("basic_info.link_proposals", unit_id=unit_id), 303)


@bp.post("/links/<int:link_id>/confirm")
@requires(Permission.DUTY_EDIT)
def accept_link(link_id: int) -> ResponseReturnValue:
    return _decided(confirm_link(_link(link_id), actor=current_actor()))


@bp.post("/links/<int:link_id>/reject")
@requires(Permission.DUTY_EDIT)
def refuse_link(link_id: int) -> ResponseReturnValue:
    return _decided(reject_link(_link(link_id), actor=current_actor()))


def _decided(found: DutyLink) -> ResponseReturnValue:
    """The row as decided where only the row was asked for, so that the next one is a key away; else the page again."""
    db.session.commit()
    if "HX-Request" not in request.headers:
        return redirect(_back(found.unit_id), 303)
    row = db.session.execute(links_with_words().where(DutyLink.id == found.id)).one()
    return render_template(
        "basic_info/duties/_decided.html",
        row=proposal_of(row),
        is_answer=True,
        count=count_proposals(found.unit_id),
        confirmable=confirmable(found.unit_id),
    )


def _back(unit_id: int) -> str:
    """The page of proposals from which the decision was made."""
    return url_for("basic_info.link_proposals", unit_id=unit_id, after=request.args.get("after", type=int))


def _proposals(unit_id: int, form: BatchForm) -> str:
    return render_template(
        "basic_info/duties/links.html",
        unit_id=unit_id,
        unit_name=queries.unit_name(unit_id),
        page=proposals_page(unit_id, after=request.args.get("after", 0, type=int)),
        count=count_proposals(unit_id),
        confirmable=confirmable(unit_id),
        form=form,
    )


def _link(link_id: int) -> DutyLink:
    """The link, if the actor may decide on links of its unit. Raises NotFound."""
    found = db.session.scalar(
        select(DutyLink).where(
            DutyLink.id == link_id, within(current_actor(), Permission.DUTY_EDIT, unit=DutyLink.unit_id)
        )
    )
    if found is None:
        raise NotFound
    return found
