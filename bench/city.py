# ruff: noqa: S608, E501  # statements of fixed words, laid out as SQL
"""A city to measure on: people, accounts and sessions by SQL, records by COPY, all of it beside nobody's data."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from flask import current_app
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import text

from bench.client import Login
from duty_eval.dashboards.sums import count_sums_again
from duty_eval.records.operations import MOST_AT_ONCE, Entry, log_records
from host.demo.bulk import unchecked_keys
from host.kernel.access import Actor
from host.kernel.db import db
from host.kernel.partitions import ensure_month, first_of_month

#: In a section of ten people, the first of whom leads; a unit has six sections.
SECTION = 10
UNIT = 60


def make_city(people: int) -> None:
    """Units of six sections of ten in all counties, a post with three duties each, ``people`` people appointed."""
    sections, units = people // SECTION, -(-people // UNIT)
    statements = (
        "INSERT INTO unit (code, path, region_id) SELECT 'BU' || n, '', g.ids[1 + n % cardinality(g.ids)]"
        " FROM (SELECT array_agg(id ORDER BY code) AS ids FROM region WHERE length(code) = 6) g,"
        f" generate_series(1, {units}) n",
        "UPDATE unit SET path = '/' || id || '/'",
        "INSERT INTO unit_version (unit_id, name, name_key, short_name, region_id, tier, unit_kind, rank, unit_state, valid)"
        " SELECT id, '测量单位' || id, lpad(id::text, 6, '0'), '', region_id, 'city', 'government', 'division_head', 'active', '[2000-01-01,)' FROM unit",
        f"INSERT INTO section (code, unit_id) SELECT 'BS' || n, u.id FROM generate_series(1, {sections}) n"
        f" JOIN unit u ON u.code = 'BU' || ((n - 1) / {UNIT // SECTION} + 1)",
        "INSERT INTO section_version (section_id, name, section_kind, rank, sort_no, valid)"
        " SELECT id, code, 'business', 'section_head', 0, '[2000-01-01,)' FROM section",
        "INSERT INTO post (code, section_id) SELECT 'BP' || id, id FROM section",
        "INSERT INTO post_version (post_id, title, post_class, post_grade, seat_count, valid)"
        f" SELECT id, '岗', 'civil_general', '', {SECTION}, '[2000-01-01,)' FROM post",
        "INSERT INTO post_duty (post_id, section_id, unit_id, sort_no, text, rhythm, standard_minutes, valid)"
        " SELECT p.id, s.id, s.unit_id, n, '职责' || n, 'daily', 120 * n, '[2000-01-01,)' FROM post p"
        " JOIN section s ON s.id = p.section_id, generate_series(1, 3) n",
        f"INSERT INTO person (code) SELECT 'BR' || n FROM generate_series(1, {people}) n",
        "INSERT INTO person_version (person_id, name, name_key, sex, ethnicity, native_place, political_status,"
        " professional_title, identity, person_kind, work_state, valid) SELECT id, code, code, 'female', '', '', '', '',"
        " 'civil_servant', 'on_quota', 'on_post', '[2000-01-01,)' FROM person",
        "INSERT INTO appointment (person_id, post_id, section_id, unit_id, appointment_kind, is_primary, job_title,"
        " leader_kind, valid) SELECT r.id, p.id, s.id, s.unit_id, 'main', true, '',"
        f" CASE WHEN r.id % {SECTION} = 1 THEN 'section_head' END, '[2000-01-01,)'"
        f" FROM person r JOIN section s ON s.code = 'BS' || ((r.id - 1) / {SECTION} + 1) JOIN post p ON p.section_id = s.id",
        "INSERT INTO account (login_name, display_name, person_id) SELECT code, code, id FROM person",
        "INSERT INTO role_grant (account_id, role, scope_kind) SELECT id, 'staff', 'self' FROM account",
        "INSERT INTO role_grant (account_id, role, scope_kind, section_id) SELECT c.id, 'section_head', 'section', a.section_id"
        " FROM account c JOIN appointment a ON a.person_id = c.person_id WHERE a.leader_kind IS NOT NULL",
    )
    for statement in statements:
        db.session.execute(text(statement))
    db.session.commit()
    db.session.execute(text("ANALYZE"))
    db.session.commit()


def logins(count: int, *, heads: bool = False) -> list[Login]:
    """Sessions made before the measurement, for staff or for heads, each of a person of their own."""
    rows = db.session.execute(
        text(
            "SELECT c.id, min(d.id) AS duty FROM account c JOIN appointment a ON a.person_id = c.person_id"
            " JOIN post_duty d ON d.post_id = a.post_id WHERE (a.leader_kind IS NOT NULL) = :heads"
            " GROUP BY c.id ORDER BY c.id LIMIT :count"
        ),
        {"heads": heads, "count": count},
    ).all()
    return _signed_in(rows)


def reader() -> Login:
    """A session of one who may read the whole city's dashboards and records."""
    account = db.session.scalar(
        text("INSERT INTO account (login_name, display_name) VALUES ('reader', 'reader') RETURNING id")
    )
    db.session.execute(
        text(
            "INSERT INTO role_grant (account_id, role, scope_kind, region_code) VALUES (:id, 'inspector', 'region', '371300')"
        ),
        {"id": account},
    )
    return _signed_in([SimpleNamespace(id=account, duty=0)])[0]


def _signed_in(rows: Sequence[Any]) -> list[Login]:
    signer = URLSafeTimedSerializer(str(current_app.secret_key), salt="wtf-csrf-token")
    made, sessions = [], []
    for row in rows:
        token = secrets.token_hex(20)
        login = Login(secrets.token_urlsafe(32), str(signer.dumps(token)), row.duty)
        made.append(login)
        sessions.append(
            {
                "hash": hashlib.sha256(login.cookie.encode()).digest(),
                "account": row.id,
                "csrf": token,
                "end": datetime.now(UTC) + timedelta(days=1),
            }
        )
    db.session.execute(
        text(
            "INSERT INTO auth_session (token_hash, account_id, data, expires_at, idle_minutes)"
            " VALUES (:hash, :account, jsonb_build_object('csrf_token', CAST(:csrf AS text)), :end, 480)"
        ),
        sessions,
    )
    db.session.commit()
    return made


def fill_records(total: int, *, until: date, waiting_days: int = 8) -> None:
    """Records of everybody over the 330 days before ``until``, up to ``total`` in all.

    A person's records go round their three duties; the last ``waiting_days`` of what was there first still wait,
    one in fifty was sent back, the rest is approved; one in forty was filled in late, one in thirty is outside duties,
    and words and minutes differ.
    """
    there = db.session.scalar(text("SELECT count(*) FROM duty_record")) or 0
    for back in range(12):
        ensure_month(db.session.connection(), "duty_record", first_of_month(until, plus=-back))
    db.session.execute(text("SET statement_timeout = 0"))
    people = db.session.scalar(text("SELECT count(*) FROM person")) or 1
    if there == 0:  # the first ones lie close together, so that a head's page is as full with few records as with many
        people = min(people, max(total // 10, SECTION))
    with unchecked_keys():
        db.session.execute(
            text(
                "INSERT INTO duty_record (worked_on, person_id, post_id, section_id, unit_id, post_duty_id, work_source,"
                " content, minutes, origin, is_backdated, record_state, submitted_at)"
                " SELECT d.day, a.person_id, a.post_id, a.section_id, a.unit_id,"
                " CASE WHEN n % 30 > 0 THEN y.duties[1 + (n / :people) % 3] END, 'mandate',"
                " '审核第' || n || '件申报材料' || repeat('，核对并提出意见', CAST(n % 3 AS int)), 15 + n % 700, 'typed',"
                " n % 40 = 0, CASE WHEN n % 50 = 0 THEN 'returned' WHEN d.day >= :waits THEN 'submitted'"
                " ELSE 'approved' END, d.day + interval '17 hours' + n % 3600 * interval '1 second'"
                " FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) n"
                " CROSS JOIN LATERAL (SELECT CAST(:until AS date) - 1 - CAST((n / :people) % 330 AS int) AS day) d"
                " JOIN appointment a ON a.person_id = n % :people + 1"
                " JOIN (SELECT post_id, array_agg(id ORDER BY id) AS duties FROM post_duty GROUP BY 1) y"
                " ON y.post_id = a.post_id"
            ),
            {
                "first": there,
                "last": total - 1,
                "until": until,
                "people": people,
                "waits": until - timedelta(days=waiting_days),
            },
        )
        count_sums_again()
    db.session.commit()
    # What autovacuum and the checkpointer do for a city in the course of its days; here ten million came in one go.
    settled = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    for statement in ("SET statement_timeout = 0", "VACUUM ANALYZE duty_record, record_rollup", "CHECKPOINT"):
        settled.execute(text(statement))
    settled.close()


def fill_month(county: str, total: int, *, until: date) -> date:
    """``total`` approved records of a county's people in the month before ``until``; returns the month's last day."""
    last = first_of_month(until) - timedelta(days=1)
    ensure_month(db.session.connection(), "duty_record", first_of_month(last))
    db.session.execute(text("SET statement_timeout = 0"))
    with unchecked_keys():
        db.session.execute(
            text(
                "INSERT INTO duty_record (worked_on, person_id, post_id, section_id, unit_id, post_duty_id, work_source,"
                " content, minutes, origin, record_state, submitted_at)"
                " SELECT :first + CAST(n % :days AS int), a.person_id, a.post_id, a.section_id, a.unit_id, y.duty,"
                " 'mandate', '审核第' || n || '件申报材料' || repeat('，核对并提出意见', CAST(n % 3 AS int)), 15 + n % 400,"
                " 'typed', 'approved', now()"
                " FROM generate_series(CAST(0 AS bigint), CAST(:total AS bigint) - 1) n"
                " JOIN (SELECT *, row_number() OVER (ORDER BY person_id) - 1 AS place, count(*) OVER () AS people"
                " FROM appointment JOIN unit u ON u.id = unit_id JOIN region g ON g.id = u.region_id AND g.code = :county)"
                " a ON a.place = n % a.people"
                " JOIN (SELECT post_id, min(id) AS duty FROM post_duty GROUP BY 1) y ON y.post_id = a.post_id"
            ),
            {"first": first_of_month(last), "days": last.day, "total": total, "county": county},
        )
    db.session.commit()
    db.session.execute(text("ANALYZE duty_record"))
    db.session.commit()
    return last


def fill_queue(login: Login, count: int, *, day: date) -> list[str]:
    """Records that wait for a head, logged by the people of the section themselves; ``<id>:<day>`` of each."""
    staff = db.session.execute(
        text(
            "SELECT c.id, c.person_id FROM account c JOIN appointment a ON a.person_id = c.person_id"
            " JOIN post_duty d ON d.section_id = a.section_id WHERE d.id = :duty AND a.leader_kind IS NULL ORDER BY c.id"
        ),
        {"duty": login.duty_id},
    ).all()
    made: list[str] = []
    for number in range(count // MOST_AT_ONCE):
        account, person = staff[number % len(staff)]
        logged = log_records(
            [Entry(post_duty_id=login.duty_id, content="审核申报材料", minutes=1)] * MOST_AT_ONCE,
            worked_on=day,
            client_key=secrets.token_hex(8),
            actor=Actor(account_id=account, display_name="bench", person_id=person),
            today=day,
        )
        made += [f"{record}:{day}" for record in logged.record_ids]
    db.session.commit()
    return made
