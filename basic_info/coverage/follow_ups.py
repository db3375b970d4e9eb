"""What the systems above do about gaps, shown on the rows of the coverage map."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from basic_info.coverage.gaps import Gap
from host.kernel.access import Actor


@dataclass(frozen=True)
class FollowUp:
    """A link of a row: to what stands about the gap (``number`` says which), else to where somebody starts it."""

    words: str
    url: str
    number: str = ""
    #: the look of ``words`` where something stands
    chip: str = ""


#: Given a gap, the unit, the things of its rows and who looks: thing id → what stands or may be started.
FollowUps = Callable[[Gap, int, Sequence[int], Actor], Mapping[int, FollowUp]]
_registered: list[FollowUps] = []


def register_follow_ups(follow_ups: FollowUps) -> None:
    """Tell who follows gaps up; without it the rows show no such link."""
    _registered[:] = [follow_ups]


def follow_ups_of(gap: Gap, unit_id: int, thing_ids: Sequence[int], actor: Actor) -> Mapping[int, FollowUp]:
    """thing id → its link, for those rows of a unit that have one."""
    return _registered[0](gap, unit_id, thing_ids, actor) if _registered and thing_ids else {}
