# ruff: noqa: S608, E501  # statements of fixed words, laid out as SQL
"""A city to measure on: people, accounts and sessions by SQL, records by COPY, all of it beside nobody's data."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, date, datetime, timedelta

from flask import current_app
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import text

from bench.client import Login
from host.demo.bulk import unchecked_keys
from host.kernel.db import db
from host.kernel.partitions import ensure_month, first_of_month

#: In a section of ten people, the first of whom leads.
SECTION = 10


def make_city(people: int) -> None:
    """One unit, sections of ten, a post with three duties each, and ``people`` people appointed."""
    sections = people // SECTION
    statements = (
        "INSERT INTO unit (code, path, region_id) SELECT 'BU', '/1/', id FROM region WHERE code = '371300'",
        "UPDATE unit SET path = '/' || id || '/'",
        "INSERT INTO unit_version (unit_id, name, name_key, short_name, region_id, tier, unit_kind, rank, unit_state, valid)"
        " SELECT id, '测量单位', 'a', '', region_id, 'city', 'government', 'division_head', 'active', '[2000-01-01,)' FROM unit",
        f"INSERT INTO section (code, unit_id) SELECT 'BS' || n, u.id FROM unit u, generate_series(1, {sections}) n",
        "INSERT INTO section_version (section_id, name, section_kind, rank, sort_no, valid)"
        " SELECT id, code, 'business', 'section_head', 0, '[2000-01-01,)' FROM section",
        "INSERT INTO post (code, section_id) SELECT 'BP' || id, id FROM section",
        "INSERT INTO post_version (post_id, title, post_class, post_grade, seat_count, valid)"
        f" SELECT id, '岗', 'civil_general', '', {SECTION}, '[2000-01-01,)' FROM post",
        "INSERT INTO post_duty (post_id, section_id, unit_id, sort_no, text, rhythm, valid)"
        " SELECT p.id, s.id, s.unit_id, n, '职责' || n, 'daily', '[2000-01-01,)' FROM post p"
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
    """Sessions made before the measurement, for staff or for heads."""
    rows = db.session.execute(
        text(
            "SELECT c.id, min(d.id) AS duty FROM account c JOIN appointment a ON a.person_id = c.person_id"
            " JOIN post_duty d ON d.post_id = a.post_id WHERE (a.leader_kind IS NOT NULL) = :heads"
            " GROUP BY c.id ORDER BY c.id LIMIT :count"
        ),
        {"heads": heads, "count": count},
    ).all()
    made = []
    for row in rows:
        token = secrets.token_hex(20)
        signed = URLSafeTimedSerializer(str(current_app.secret_key), salt="wtf-csrf-token").dumps(token)
        login = Login(secrets.token_urlsafe(32), str(signed), row.duty)
        db.session.execute(
            text(
                "INSERT INTO auth_session (token_hash, account_id, data, expires_at, idle_minutes)"
                " VALUES (:hash, :account, jsonb_build_object('csrf_token', CAST(:csrf AS text)), :end, 480)"
            ),
            {
                "hash": hashlib.sha256(login.cookie.encode()).digest(),
                "account": row.id,
                "csrf": token,
                "end": datetime.now(UTC) + timedelta(days=1),
            },
        )
        made.append(login)
    db.session.commit()
    return made


def fill_records(total: int, *, until: date, waiting_per_section: int = 60) -> None:
    """Records over the months before ``until`` up to ``total`` in all; in each section a few still wait."""
    there = db.session.scalar(text("SELECT count(*) FROM duty_record")) or 0
    months = [first_of_month(until, plus=-back) for back in range(12)]
    for month in months:
        ensure_month(db.session.connection(), "duty_record", month)
    db.session.execute(text("SET statement_timeout = 0"))
    people = db.session.scalar(text("SELECT count(*) FROM person")) or 1
    with unchecked_keys():
        db.session.execute(
            text(
                "INSERT INTO duty_record (worked_on, person_id, post_id, section_id, unit_id, post_duty_id, work_source,"
                " content, minutes, origin, record_state, submitted_at)"
                " SELECT d.day, a.person_id, a.post_id, a.section_id, a.unit_id, y.duty, 'mandate', '审核申报材料', 60,"
                " 'typed', 'approved', d.day + interval '17 hours'"
                " FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) n"
                " CROSS JOIN LATERAL (SELECT CAST(:until AS date) - 1 - CAST((n / :people) % 330 AS int) AS day) d"
                " JOIN appointment a ON a.person_id = n % :people + 1"
                " JOIN (SELECT post_id, min(id) AS duty FROM post_duty GROUP BY 1) y ON y.post_id = a.post_id"
            ),
            {"first": there, "last": total - 1, "until": until, "people": people},
        )
        if there == 0:
            db.session.execute(
                text(
                    "UPDATE duty_record r SET record_state = 'submitted' FROM (SELECT id, worked_on, row_number() OVER"
                    " (PARTITION BY section_id ORDER BY id) AS n FROM duty_record) w"
                    " WHERE w.id = r.id AND w.worked_on = r.worked_on AND w.n <= :few"
                ),
                {"few": waiting_per_section},
            )
    db.session.commit()
    db.session.execute(text("ANALYZE duty_record"))
    db.session.commit()
