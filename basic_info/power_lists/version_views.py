"""Pages of versions: two of them compared item by item."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from basic_info.blueprint import bp
from basic_info.documents.queries import readable
from basic_info.duties.queries import unit_name
from basic_info.permissions import Permission
from basic_info.power_lists.comparing import Difference, Verdict, counts_of, differences
from basic_info.power_lists.models import PowerList
from basic_info.power_lists.queries import versions_of
from host.kernel.access import Actor, current_actor, requires
from host.kernel.errors import NotFound

PAGE = 50


@bp.get("/power-lists/<int:list_id>/compare")
@requires(Permission.DUTY_READ)
def compare_lists(list_id: int) -> ResponseReturnValue:
    """The list against an earlier version of the unit; without ``with`` against the one before it."""
    newer, older = compared(list_id, request.args.get("with", type=int), current_actor())
    found = differences(older.id, newer.id) if older else []
    verdict = Verdict.of_word(request.args.get("change", ""))
    after = max(request.args.get("after", 0, type=int), 0)
    shown = [one for one in found if verdict in {None, one.verdict}]
    return render_template(
        "basic_info/power_lists/compare.html",
        newer=newer,
        older=older,
        versions=[one for one in versions_of(newer.unit_id) if one.id != newer.id],
        unit_name=unit_name(newer.unit_id),
        counts=counts_of(found),
        to_look_at=_to_look_at(found),
        rows=shown[after : after + PAGE],
        total=len(shown),
        verdict=verdict,
        next_key=after + PAGE if len(shown) > after + PAGE else None,
    )


def compared(list_id: int, with_id: int | None, actor: Actor) -> tuple[PowerList, PowerList | None]:
    """The list and what it is held against: the version asked for, else the last one before it. Raises NotFound."""
    newer = readable(select(PowerList), PowerList, list_id, actor)
    versions = versions_of(newer.unit_id)
    if with_id is not None:
        older = next((one for one in versions if one.id == with_id), None)
        if older is None:
            raise NotFound
        return newer, older
    return newer, next((one for one in versions if one.version_no < newer.version_no), None)


def _to_look_at(found: list[Difference]) -> list[Difference]:
    return [one for one in found if one.needs_look]
