"""The growing tables of the demo city by COPY: months of records of everybody in a minute.

Rows are made from ids that were just read, so foreign keys are not checked one by one where the database lets us
(``session_replication_role``, which takes a superuser; the embedded server's user is one). Indexes are built once,
after the rows.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

import duty_eval.api as duty_eval
from host.demo.city import CityPlan
from host.demo.people import person_code, seats
from host.demo.records import Past, iter_records
from host.kernel.db import db
from host.kernel.partitions import filling_month

CHUNK = 1 << 20
RECORD_COLUMNS = (
    "person_id, post_id, section_id, unit_id, post_duty_id, measure_unit, worked_on, work_source, content, quantity,"
    " minutes, origin, record_state, submitted_at"
)


@dataclass(frozen=True)
class Place:
    """Where a person's records go: the ids as COPY text, and the duties of the post by their order."""

    ids: str
    duties: tuple[tuple[int, str], ...]


def places(plan: CityPlan) -> dict[str, Place]:
    """By person code: ids of person, post, section and unit, and (post_duty_id, measure unit) in order."""
    people: dict[str, int] = dict(db.session.execute(text("SELECT code, id FROM person")).all())
    posts: dict[str, tuple[int, int, int]] = {
        code: (post, section, unit)
        for code, post, section, unit in db.session.execute(
            text("SELECT p.code, p.id, s.id, s.unit_id FROM post p JOIN section s ON s.id = p.section_id")
        )
    }
    duties: dict[int, list[tuple[int, str]]] = {}
    for post_id, duty_id, unit in db.session.execute(
        text("SELECT post_id, id, measure_unit FROM post_duty ORDER BY post_id, sort_no")
    ):
        duties.setdefault(post_id, []).append((duty_id, sys.intern(unit)))
    found = {}
    for planned, numbers in seats(plan):
        post, section, unit = posts[planned.code]
        own = tuple(duties.get(post, ()))
        for number in numbers:
            code = person_code(number)
            found[code] = Place(f"{people[code]}\t{post}\t{section}\t{unit}\t", own)
    return found


def load_records(
    plan: CityPlan, days: Sequence[date], *, pasts: Sequence[Past] = (), say: Callable[[str], None]
) -> int:
    """Duty records of the days, and of some units' ``pasts``, with their roll-ups; returns how many records."""
    connection = db.session.connection()
    where, count = places(plan), 0
    with unchecked_keys():
        lines = _record_lines(plan, days, pasts, where)
        for first, of_month in groupby(lines, key=lambda pair: pair[0]):
            with filling_month(connection, "duty_record", first) as table:
                count += _copy(f"COPY {table} ({RECORD_COLUMNS}) FROM STDIN", (line for _, line in of_month))
        say(f"  履职纪实 {count:,} 条")
        connection.execute(text("ANALYZE duty_record"))
        with without_indexes("record_rollup"):
            sum_up_records()
        duty_eval.count_sums_again()
    return count


def review_approved() -> None:
    """A review for every approved record, by whom it goes to, with a quality mark on every third."""
    with unchecked_keys():
        db.session.execute(text(_REVIEWS))


#: Staff go to who leads their section, leaders to the head of the unit, heads to the unit above (R89); last of all to
#: one of the city's heads. Never to oneself: ``array_remove``.
_REVIEWS = """
WITH leaders AS (
  SELECT person_id, section_id, unit_id, leader_kind,
         array_position(ARRAY['unit_head', 'unit_deputy', 'section_head', 'section_deputy'], leader_kind::text) AS place
  FROM appointment WHERE leader_kind IS NOT NULL AND superseded_at IS NULL
), of_section AS (
  SELECT section_id, array_agg(person_id ORDER BY place = 3 DESC NULLS LAST, place, person_id) AS heads
  FROM leaders GROUP BY 1
), of_unit AS (
  SELECT unit_id, array_agg(person_id ORDER BY place, person_id) AS heads FROM leaders
  WHERE leader_kind IN ('unit_head', 'unit_deputy') GROUP BY 1
), of_city AS (
  SELECT array_agg(person_id) AS heads
  FROM (SELECT person_id FROM leaders WHERE leader_kind = 'unit_head' ORDER BY person_id LIMIT 2) first
), above AS (
  SELECT v.unit_id, p.heads FROM unit_version v JOIN of_unit p ON p.unit_id = v.parent_id WHERE v.superseded_at IS NULL
)
INSERT INTO record_review
  (record_id, worked_on, person_id, reviewer_person_id, verdict, comment, quality, reviewed_at)
SELECT r.id, r.worked_on, r.person_id,
       coalesce(CASE WHEN l.person_id IS NULL THEN s.heads[1] END, (array_remove(u.heads, r.person_id))[1],
                (array_remove(a.heads, r.person_id))[1], (array_remove(c.heads, r.person_id))[1]),
       'approved', '', CASE WHEN r.id % 3 = 0 THEN 3 + (r.id / 7) % 3 END, r.submitted_at + interval '16 hours'
FROM duty_record r
LEFT JOIN (SELECT DISTINCT person_id FROM leaders) l USING (person_id)
LEFT JOIN of_section s USING (section_id)
LEFT JOIN of_unit u ON u.unit_id = r.unit_id
LEFT JOIN above a ON a.unit_id = r.unit_id
CROSS JOIN of_city c
WHERE r.record_state = 'approved'
"""


@contextmanager
def unchecked_keys() -> Iterator[None]:
    """Foreign keys are not looked up row by row meanwhile, where the database user may say so."""
    try:
        with db.session.begin_nested():  # a refusal must not end the loader's transaction
            db.session.execute(text("SET LOCAL session_replication_role = replica"))
    except ProgrammingError:
        yield
        return
    yield
    db.session.execute(text("SET LOCAL session_replication_role = origin"))


@contextmanager
def without_indexes(*tables: str) -> Iterator[None]:
    """The tables have no indexes but their primary keys and unique columns meanwhile; built anew at the end.

    Sorting all entries once is several times cheaper than placing them one by one. Constraints come back with the
    same names, so nothing slips in: what they forbid fails here.
    """
    connection = db.session.connection()
    dropped = connection.execute(text(_INDEXES), {"tables": list(tables)}).all()
    for table, name, is_constraint, _definition in dropped:
        connection.execute(
            text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"' if is_constraint else f'DROP INDEX "{name}"')
        )
    yield
    for table, name, is_constraint, definition in dropped:
        connection.execute(
            text(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}' if is_constraint else definition)
        )


#: (table, index, whether a constraint owns it, how to make it again) but for primary keys and what they refer to
_INDEXES = """
SELECT i.indrelid::regclass::text, k.relname, c.oid IS NOT NULL,
       coalesce(pg_get_constraintdef(c.oid), pg_get_indexdef(i.indexrelid))
FROM pg_index i JOIN pg_class k ON k.oid = i.indexrelid
LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid
WHERE i.indrelid = ANY(CAST(CAST(:tables AS text[]) AS regclass[]))
AND NOT i.indisprimary AND NOT (i.indisunique AND i.indnkeyatts = 1)
ORDER BY k.relname
"""


def _record_lines(
    plan: CityPlan, days: Sequence[date], pasts: Sequence[Past], where: dict[str, Place]
) -> Iterator[tuple[date, str]]:
    """(first day of the month, line of COPY) in the order of the days."""
    every = [*(day for past in pasts for day in past.days), *days]
    stamps = {day: (day.replace(day=1), day.isoformat(), f"{day.isoformat()} 17:30:00+08") for day in every}
    for code, day, index, content, quantity, minutes, state in iter_records(plan, days, pasts):
        place = where[code]
        duty, unit = place.duties[index] if index < len(place.duties) else ("\\N", "项")
        month, worked, submitted = stamps[day]
        source = "other" if duty == "\\N" else "mandate"
        yield (
            month,
            f"{place.ids}{duty}\t{unit}\t{worked}\t{source}\t{content}\t{quantity}\t{minutes}\timported\t{state}\t"
            f"{submitted}\n",
        )


def _copy(statement: str, lines: Iterable[str]) -> int:
    cursor = db.session.connection().connection.cursor()
    count = size = 0
    held: list[str] = []
    with cursor.copy(statement) as copy:
        for line in lines:
            held.append(line)
            count += 1
            size += len(line)
            if size > CHUNK:
                copy.write("".join(held))
                held.clear()
                size = 0
        copy.write("".join(held))
    return count


def sum_up_records() -> None:
    """The roll-ups as a recount of what was copied (``duty_eval.records.rollups.recount`` in one statement)."""
    db.session.execute(
        text(
            "INSERT INTO record_rollup (person_id, month, section_id, unit_id, post_duty_id, record_count,"
            " approved_count, quantity, pieces, minutes, last_worked_on)"
            " SELECT person_id, date_trunc('month', worked_on)::date, section_id, unit_id, post_duty_id, count(*),"
            " count(*) FILTER (WHERE record_state IN ('approved', 'locked')), coalesce(sum(quantity), 0),"
            " sum(coalesce(quantity, 1)),"
            " coalesce(sum(minutes), 0), max(worked_on) FROM duty_record"
            " WHERE record_state IN ('submitted', 'approved', 'locked') GROUP BY 1, 2, 3, 4, 5"
        )
    )
