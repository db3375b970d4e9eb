"""Where a person stands on a day: the posts held, their duties, the minutes already logged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Date, Integer, and_, bindparam, func, literal_column, select, text
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from basic_info.duties.models import PostDuty
from basic_info.organization.models import Appointment
from host.kernel.db import execute_core


@dataclass(frozen=True)
class Standing:
    """A post that a person holds on a day, with the duties that can be logged under it."""

    post_id: int
    section_id: int
    unit_id: int
    duty_ids: frozenset[int]
    #: measure unit (件, 次, 项) by duty id
    measures: dict[int, str] = field(hash=False)
    #: minutes that all records of that day already add up to
    minutes_logged: int
    #: ids drawn for records that are about to be written
    drawn: tuple[int, ...] = ()
    #: (start, minutes, words) of what has hours on that day, where it was asked for: ``spans.taken_from``
    taken: tuple[Sequence[Any], ...] = ()


def standings(person_id: int, day: date, *, draw: int = 0, with_spans: bool = False) -> list[Standing]:
    """The posts held on ``day``, the primary one first, in one statement; empty: none.

    ``draw``: so many ids of new records are drawn from the sequence on the way (a gap there harms nobody).
    ``with_spans``: the hours that are taken on that day, too; whoever asks waits for others who write hours of this
    person.
    """
    rows = execute_core(
        _WITH_SPANS if with_spans else _STANDINGS, {"person_id": person_id, "day": day, "draw": draw}
    ).all()
    return [
        Standing(
            row.post_id,
            row.section_id,
            row.unit_id,
            frozenset(row.duty_ids),
            dict(zip(row.duty_ids, row.measures, strict=True)),
            int(row.spent),
            tuple(row.drawn),
            tuple(row.taken) if with_spans else (),
        )
        for row in rows
    ]


def _standings_statement(*, with_spans: bool) -> Any:
    # Tables, not classes: what comes is no object of the session's, and the ORM's share would be a third of the cost.
    duty, post = PostDuty.__table__.c, Appointment.__table__.c
    person_id, day = bindparam("person_id", type_=BigInteger), bindparam("day", type_=Date)
    # Of the records that count (``rollups.COUNTED``). A function, so that a record is not planned anew for each month
    # that the city has kept.
    spent = func.minutes_logged(person_id, day)
    numbers = func.generate_series(literal_column("1"), bindparam("draw", type_=Integer)).table_valued("n")
    drawn = func.array(
        select(func.nextval(literal_column("'duty_record_id_seq'"))).select_from(numbers).scalar_subquery()
    )
    taken = [select(func.taken_spans(person_id, day, type_=JSONB)).scalar_subquery().label("taken")]
    has_duty = duty.id.is_not(None)
    ids = func.array_agg(aggregate_order_by(duty.id, duty.id)).filter(has_duty)
    measures = func.array_agg(aggregate_order_by(duty.measure_unit, duty.id)).filter(has_duty)
    return (
        select(
            post.post_id,
            post.section_id,
            post.unit_id,
            func.coalesce(ids, text("'{}'::bigint[]")).label("duty_ids"),
            func.coalesce(measures, text("'{}'::varchar[]")).label("measures"),
            spent.label("spent"),
            drawn.label("drawn"),
            *(taken if with_spans else []),
        )
        .select_from(Appointment.__table__)
        .outerjoin(PostDuty.__table__, and_(duty.post_id == post.post_id, duty.valid.op("@>")(day)))
        .where(
            post.person_id == person_id,
            post.valid.op("@>")(day),
            post.superseded_at.is_(None),
        )
        .group_by(post.id)
        .order_by(post.is_primary.desc(), post.id)
    )


#: Built once: every record sends it.
_STANDINGS = _standings_statement(with_spans=False)
#: The same where hours were typed.
_WITH_SPANS = _standings_statement(with_spans=True)
