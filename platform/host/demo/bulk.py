"""The growing tables of the demo city by COPY: years of records in minutes.

Rows are made from ids that were just read, so foreign keys are not checked one by one where the database lets us
(``session_replication_role``, which takes a superuser; the embedded server's user is one).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from host.demo.city import CityPlan
from host.demo.people import iter_appointments
from host.demo.records import iter_records
from host.kernel.db import db
from host.kernel.partitions import ensure_month

CHUNK = 1 << 20


@dataclass(frozen=True)
class Place:
    """Where a person's records go: the ids as COPY text, and the duties of the post by their order."""

    ids: str
    duties: tuple[tuple[int, str], ...]


def places(plan: CityPlan) -> dict[str, Place]:
    """By person code: ids of person, post, section and unit, and (post_duty_id, measure unit) in order."""
    people = dict(_pairs("SELECT code, id FROM person"))
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
        duties.setdefault(post_id, []).append((duty_id, unit))
    found = {}
    for appointment in iter_appointments(plan):
        post, section, unit = posts[appointment.post_code]
        ids = f"{people[appointment.person_code]}\t{post}\t{section}\t{unit}\t"
        found[appointment.person_code] = Place(ids, tuple(duties.get(post, ())))
    return found


def load_records(plan: CityPlan, days: Sequence[date], *, say: Callable[[str], None]) -> int:
    """Duty records of the days with their roll-ups; returns how many records."""
    for first in sorted({day.replace(day=1) for day in days}):
        ensure_month(db.session.connection(), "duty_record", first)
    with unchecked_keys():
        count = _copy(
            "COPY duty_record (person_id, post_id, section_id, unit_id, post_duty_id, measure_unit, worked_on,"
            " work_source, content, quantity, minutes, origin, record_state, submitted_at) FROM STDIN",
            _record_lines(plan, days, places(plan)),
        )
        say(f"履职纪实 {count:,} 条")
        _sum_up()
    return count


def review_approved() -> None:
    """A review for every approved record, by somebody who leads its section, with a quality mark on every third."""
    with unchecked_keys():
        db.session.execute(
            text(
                "INSERT INTO record_review (record_id, worked_on, person_id, reviewer_person_id, verdict, comment,"
                " quality, reviewed_at) SELECT r.id, r.worked_on, r.person_id, nullif(h.head, r.person_id), 'approved',"
                " '', CASE WHEN r.id % 3 = 0 THEN 3 + (r.id / 7) % 3 END, r.submitted_at + interval '16 hours'"
                " FROM duty_record r LEFT JOIN (SELECT section_id, min(person_id) AS head FROM appointment"
                " WHERE leader_kind IS NOT NULL AND superseded_at IS NULL GROUP BY section_id) h USING (section_id)"
                " WHERE r.record_state = 'approved'"
            )
        )


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


def _record_lines(plan: CityPlan, days: Sequence[date], where: dict[str, Place]) -> Iterator[str]:
    stamps = {day: (day.isoformat(), f"{day.isoformat()} 17:30:00+08") for day in days}
    for code, day, index, content, quantity, minutes, state in iter_records(plan, days):
        place = where[code]
        duty, unit = place.duties[index] if index < len(place.duties) else ("\\N", "项")
        worked, submitted = stamps[day]
        source = "other" if duty == "\\N" else "mandate"
        yield (
            f"{place.ids}{duty}\t{unit}\t{worked}\t{source}\t{content}\t{quantity}\t{minutes}\timported\t{state}\t"
            f"{submitted}\n"
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


def _sum_up() -> None:
    """The roll-ups as a recount of what was copied (``duty_eval.records.rollups.recount`` in one statement)."""
    db.session.execute(
        text(
            "INSERT INTO record_rollup (person_id, month, section_id, unit_id, post_duty_id, record_count,"
            " approved_count, quantity, minutes, last_worked_on)"
            " SELECT person_id, date_trunc('month', worked_on)::date, section_id, unit_id, post_duty_id, count(*),"
            " count(*) FILTER (WHERE record_state IN ('approved', 'locked')), coalesce(sum(quantity), 0),"
            " coalesce(sum(minutes), 0), max(worked_on) FROM duty_record"
            " WHERE record_state IN ('submitted', 'approved', 'locked') GROUP BY 1, 2, 3, 4, 5"
        )
    )


def _pairs(statement: str) -> Iterator[tuple[str, int]]:
    yield from ((code, id_) for code, id_ in db.session.execute(text(statement)))
