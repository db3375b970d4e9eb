"""Where each sheet's stage goes, and the order in which sheets are applied."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text

from basic_info.organization.register_import.staging import Outcome, Stage, Target, apply, supersede_and_add
from host.kernel.db import db

_TEXT = "text"

STAGES = {
    "单位": Stage(
        name="stage_unit",
        columns={
            "row_no": "int", "code": _TEXT, "name": _TEXT, "name_key": _TEXT, "short_name": _TEXT,
            "parent_code": _TEXT, "region_code": _TEXT, "tier": _TEXT, "unit_kind": _TEXT, "rank": _TEXT,
            "funding": _TEXT, "credit_code": _TEXT, "institution_class": _TEXT,
        },
    ),
    "科室": Stage(
        name="stage_section",
        columns={
            "row_no": "int", "code": _TEXT, "unit_code": _TEXT, "name": _TEXT, "section_kind": _TEXT, "rank": _TEXT,
            "sort_no": "bigint", "is_general": "boolean",
        },
    ),
    "岗位": Stage(
        name="stage_post",
        columns={
            "row_no": "int", "code": _TEXT, "section_code": _TEXT, "title": _TEXT, "post_class": _TEXT,
            "post_grade": _TEXT, "seat_count": "bigint", "is_leader_post": "boolean",
        },
    ),
    "人员": Stage(
        name="stage_person",
        columns={
            "row_no": "int", "code": _TEXT, "id_hash": "bytea", "name": _TEXT, "name_key": _TEXT, "sex": _TEXT,
            "birth_on": "date", "id_no": "bytea", "phone": "bytea", "ethnicity": _TEXT, "native_place": _TEXT,
            "political_status": _TEXT, "party_joined_on": "date", "education": "jsonb", "professional_title": _TEXT,
            "work_started_on": "date", "entered_unit_on": "date", "identity": _TEXT, "person_kind": _TEXT,
            "work_state": _TEXT, "quota_kind": _TEXT, "occupies_quota": "boolean", "retire_category": _TEXT,
            "post_code": _TEXT, "job_title": _TEXT, "appointed_on": "date", "leader_kind": _TEXT,
            "share_percent": "smallint",
        },
    ),
}  # fmt: skip

#: Posts that people hold besides their primary one, from the same sheet.
FURTHER = Stage(
    name="stage_further",
    columns={
        "row_no": "int", "code": _TEXT, "post_code": _TEXT, "appointment_kind": _TEXT, "job_title": _TEXT,
        "leader_kind": _TEXT, "appointed_on": "date", "share_percent": "smallint",
    },
)  # fmt: skip

_PERSON_FACTS = (
    "name", "name_key", "sex", "birth_on", "id_no", "phone", "ethnicity", "native_place", "political_status",
    "party_joined_on", "education", "professional_title", "work_started_on", "entered_unit_on", "identity",
    "person_kind", "work_state", "quota_kind", "occupies_quota", "retire_category",
)  # fmt: skip

TARGETS = {
    "单位": Target(
        stage="stage_unit",
        identity="unit",
        identity_columns={"region_id": "g.id"},
        facts={
            "name": "s.name", "name_key": "s.name_key", "short_name": "s.short_name", "parent_id": "p.id",
            "region_id": "g.id", "tier": "s.tier", "unit_kind": "s.unit_kind", "rank": "s.rank",
            "funding": "s.funding", "credit_code": "s.credit_code", "institution_class": "s.institution_class",
            "unit_state": "'active'::text",
        },
        joins="JOIN region g ON g.code = s.region_code LEFT JOIN unit p ON p.code = s.parent_code",
    ),
    "科室": Target(
        stage="stage_section",
        identity="section",
        identity_columns={"unit_id": "u.id"},
        facts={name: f"s.{name}" for name in ("name", "section_kind", "rank", "sort_no", "is_general")},
        joins="JOIN unit u ON u.code = s.unit_code",
    ),
    "岗位": Target(
        stage="stage_post",
        identity="post",
        identity_columns={"section_id": "c.id"},
        facts={name: f"s.{name}" for name in ("title", "post_class", "post_grade", "seat_count", "is_leader_post")},
        joins="JOIN section c ON c.code = s.section_code",
    ),
    "人员": Target(
        stage="stage_person",
        identity="person",
        identity_columns={"id_hash": "s.id_hash"},
        facts={name: f"s.{name}" for name in _PERSON_FACTS},
    ),
}  # fmt: skip


_APPOINTMENT = "post_id, section_id, unit_id, appointment_kind, is_primary, job_title, leader_kind, share_percent"

#: (row, person, sum) of people whose posts, those of the register that the sheet leaves included, exceed a full one.
OVER_FULL = """
WITH said AS (
  SELECT row_no, code, post_code, share_percent, true AS is_primary FROM stage_person WHERE post_code IS NOT NULL
  UNION ALL SELECT row_no, code, post_code, share_percent, false FROM stage_further
), sums AS (
  SELECT code, max(row_no) AS row_no, sum(share_percent) AS stated FROM said
  WHERE share_percent IS NOT NULL GROUP BY code
), kept AS (
  SELECT s.code, sum(a.share_percent) AS share
  FROM sums s JOIN person p ON p.code = s.code JOIN appointment a ON a.person_id = p.id JOIN post t ON t.id = a.post_id
  WHERE a.superseded_at IS NULL AND upper_inf(a.valid) AND NOT EXISTS (
    SELECT FROM said o WHERE o.code = s.code AND (
      o.post_code = t.code AND (o.share_percent IS NOT NULL OR o.is_primary <> a.is_primary)
      OR a.is_primary AND o.is_primary AND o.post_code <> t.code
    )
  ) GROUP BY s.code
)
SELECT s.row_no, s.code, s.stated + coalesce(k.share, 0) AS total FROM sums s LEFT JOIN kept k ON k.code = s.code
WHERE s.stated + coalesce(k.share, 0) > 100 ORDER BY s.row_no LIMIT 1000
"""


def apply_all(titles: list[str], *, on: date, account_id: int | None) -> dict[str, Outcome]:
    """Apply the staged sheets, owners before what they own, then hang the units and appoint the people."""
    outcomes: dict[str, Outcome] = {}
    for title in titles:
        outcomes[title] = apply(TARGETS[title], on=on, account_id=account_id)
        if title == "单位":
            hang_units()
        if title == "人员":
            _follow_id_numbers()
            appoint(on=on, account_id=account_id)
            further = appoint_further(on=on, account_id=account_id)
            if further != Outcome(0, 0, 0):
                outcomes["兼任岗位"] = further
    return outcomes


def hang_units() -> None:
    """Bring ``unit.path`` and ``unit.region_id`` to where the units hang today; access is cut by them."""
    db.session.execute(
        text(
            "WITH RECURSIVE now_in AS (SELECT DISTINCT ON (unit_id) unit_id, parent_id, region_id FROM unit_version "
            "WHERE superseded_at IS NULL AND (upper_inf(valid) OR upper(valid) > CURRENT_DATE) "
            "ORDER BY unit_id, valid @> CURRENT_DATE DESC, lower(valid)), "
            "tree AS (SELECT unit_id, '/' || unit_id || '/' AS path, region_id FROM now_in WHERE parent_id IS NULL "
            "UNION ALL SELECT n.unit_id, t.path || n.unit_id || '/', n.region_id FROM now_in n "
            "JOIN tree t ON n.parent_id = t.unit_id) "
            "UPDATE unit u SET path = t.path, region_id = t.region_id FROM tree t "
            "WHERE u.id = t.unit_id AND (u.path, u.region_id) IS DISTINCT FROM (t.path, t.region_id)"
        )
    )


def _follow_id_numbers() -> None:
    """A person whose ID number was mended keeps the code; the look-up value follows."""
    db.session.execute(
        text(
            "UPDATE person p SET id_hash = s.id_hash FROM stage_person s "
            "WHERE p.code = s.code AND s.id_hash IS NOT NULL AND p.id_hash IS DISTINCT FROM s.id_hash"
        )
    )


def appoint(*, on: date, account_id: int | None) -> None:
    """People hold the posts of the sheet: unchanged appointments stay, another post starts on its day or ``on``."""
    db.session.execute(
        text(
            "CREATE TEMPORARY TABLE stage_appointment ON COMMIT DROP AS "
            "SELECT p.id AS person_id, t.id AS post_id, c.id AS section_id, c.unit_id, "
            "'main'::text AS appointment_kind, "
            "true AS is_primary, s.job_title, s.leader_kind, "
            "coalesce(s.share_percent, CASE WHEN a.post_id = t.id THEN a.share_percent END) AS share_percent, "
            "CASE WHEN a.id IS NULL THEN coalesce(s.appointed_on, CAST(:on AS date)) "
            "WHEN s.appointed_on > lower(a.valid) THEN s.appointed_on "
            "ELSE greatest(CAST(:on AS date), lower(a.valid)) END AS day "
            "FROM stage_person s JOIN person p ON p.code = s.code JOIN post t ON t.code = s.post_code "
            "JOIN section c ON c.id = t.section_id "
            "LEFT JOIN appointment a ON a.person_id = p.id AND a.is_primary AND a.superseded_at IS NULL "
            "AND upper_inf(a.valid) "
            "WHERE a.id IS NULL OR (a.post_id, a.job_title, a.leader_kind, a.share_percent) IS DISTINCT FROM "
            "(t.id, s.job_title, s.leader_kind, coalesce(s.share_percent, a.share_percent))"
        ),
        {"on": on},
    )
    # Posts held besides stay, but for the one that becomes the primary.
    supersede_and_add(
        "appointment",
        "person_id",
        "stage_appointment",
        names=_APPOINTMENT,
        on="r.day",
        parameters={"by": account_id},
        only="(v.is_primary OR v.post_id = r.post_id)",
    )


def appoint_further(*, on: date, account_id: int | None) -> Outcome:
    """People hold further posts besides (R35): each post is a history of its own, what is unchanged stays."""
    db.session.execute(
        text(
            "CREATE TEMPORARY TABLE stage_appointment_further ON COMMIT DROP AS "
            "SELECT a.id AS held_id, p.id AS person_id, t.id AS post_id, c.id AS section_id, c.unit_id, "
            "s.appointment_kind, false AS is_primary, s.job_title, s.leader_kind, "
            "coalesce(s.share_percent, a.share_percent) AS share_percent, "
            "CASE WHEN a.id IS NULL THEN coalesce(s.appointed_on, CAST(:on AS date)) "
            "ELSE greatest(CAST(:on AS date), s.appointed_on, lower(a.valid)) END AS day "
            "FROM stage_further s JOIN person p ON p.code = s.code JOIN post t ON t.code = s.post_code "
            "JOIN section c ON c.id = t.section_id "
            "LEFT JOIN appointment a ON a.person_id = p.id AND a.post_id = t.id AND NOT a.is_primary "
            "AND a.superseded_at IS NULL AND upper_inf(a.valid) "
            "WHERE a.id IS NULL OR (a.appointment_kind, a.job_title, a.leader_kind, a.share_percent) IS DISTINCT FROM "
            "(s.appointment_kind, s.job_title, s.leader_kind, coalesce(s.share_percent, a.share_percent))"
        ),
        {"on": on},
    )
    written = supersede_and_add(
        "appointment",
        "person_id",
        "stage_appointment_further",
        names=_APPOINTMENT,
        on="r.day",
        parameters={"by": account_id},
        only="v.post_id = r.post_id",
    )
    total, new = db.session.execute(
        text(
            "SELECT (SELECT count(*) FROM stage_further), count(*) FILTER (WHERE held_id IS NULL)"
            " FROM stage_appointment_further"
        )
    ).one()
    return Outcome(new=new, changed=written - new, unchanged=total - written)
