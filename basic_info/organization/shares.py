"""工作占比: how the posts that a person holds share the person's working time (R35), day by day.

A share is stated on the appointment or, where it is not, follows from the others: whatever they leave of a full post
is split evenly. Whole percents; those that an even split leaves over go one each to the first posts, so that the
shares always sum to what the person gives in all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from sqlalchemy.dialects.postgresql import Range

from basic_info.organization.kinds import AppointmentKind

#: A full post, in percent.
FULL = 100
#: Posts at the place that a person was sent to (挂职、借调): held there while the posts at home are left.
SENT_TO = (AppointmentKind.SECONDED, AppointmentKind.BORROWED)


class Holding(Protocol):
    """What is asked of an appointment: the model itself, or a row with these columns."""

    @property
    def id(self) -> int: ...
    @property
    def valid(self) -> Range[date]: ...
    @property
    def is_primary(self) -> bool: ...
    @property
    def share_percent(self) -> int | None: ...


def split(held: Sequence[Holding], *, left: Collection[int] = ()) -> dict[int, int]:
    """Appointment id → percent of a full post, of the posts held on one day.

    ``left``: ids of posts that the person is sent away from. Their stated shares stay theirs but count nothing that
    day; without a stated share they get none of the rest.
    """
    shares = {one.id: 0 if one.id in left else one.share_percent or 0 for one in held}
    rest = FULL - sum(one.share_percent or 0 for one in held)
    unstated = sorted(
        (one for one in held if one.share_percent is None and one.id not in left),
        key=lambda one: (not one.is_primary, one.id),
    )
    if unstated:
        each, more = divmod(max(rest, 0), len(unstated))
        for place, one in enumerate(unstated):
            shares[one.id] = each + (place < more)
    return shares


@dataclass(frozen=True)
class Stretch:
    """Days ``first`` to ``last`` on which the same posts are held in the same shares (appointment id → percent)."""

    first: date
    last: date
    shares: dict[int, int]


def stretches(
    held: Sequence[Holding],
    first: date,
    last: date,
    *,
    sent: Sequence[tuple[date, date]] = (),
    left: Collection[int] = (),
) -> Iterator[Stretch]:
    """The stretches from ``first`` to ``last``, in order; days on which no post is held lie in none.

    ``sent``: spans (both days counted) in which the person is sent away from the posts ``left``.
    """
    begins = {first} | {one.valid.lower for one in held if one.valid.lower} | {begin for begin, _ in sent}
    ends = {one.valid.upper for one in held if one.valid.upper} | {end + timedelta(days=1) for _, end in sent}
    cuts = sorted(day for day in begins | ends if first <= day <= last)
    for begin, following in zip(cuts, [*cuts[1:], last + timedelta(days=1)], strict=True):
        there = [one for one in held if _covers(one.valid, begin)]
        if there:
            is_sent = any(since <= begin <= until for since, until in sent)
            yield Stretch(begin, following - timedelta(days=1), split(there, left=left if is_sent else ()))


def _covers(valid: Range[date], day: date) -> bool:
    return (valid.lower is None or valid.lower <= day) and (valid.upper is None or day < valid.upper)
