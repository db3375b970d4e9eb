"""A unit with a mandate in force, and documents that change it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from basic_info.mandates.models import Mandate, MandateClause, MandateLeader, MandateQuota
from basic_info.mandates.operations import confirm_mandate, import_mandate
from basic_info.mandates.parsing import parse_file
from host.kernel.db import db
from tests.basic_info.library.conftest import Office
from tests.basic_info.library.papers import MANDATE, mandate_file

DAY = date(2026, 3, 2)
AMENDMENT = (
    "关于调整临沂市商务局机构编制事项的批复",
    "临编办发〔2022〕8号",
    "临沂市商务局：",
    "经研究，同意你局增设电子商务科，主要负责电子商务发展规划；指导电子商务企业。",
    "同意你局市场科更名为市场运行科。",
    "调整后，你局机关行政编制为37名。",
    "2022年6月1日",
)


def bring(place: Office, data: bytes | None = None) -> Mandate:
    """The mandate of ``papers`` (or other .docx content) as it comes in."""
    parsed = parse_file(data or mandate_file(), "mandate.docx")
    words = "\n".join(MANDATE)
    return import_mandate(parsed, unit_id=place.unit.id, source_text=words, file_id=None, actor=place.clerk, on=DAY)


def in_force(place: Office, data: bytes | None = None) -> Mandate:
    return confirm_mandate(bring(place, data), actor=place.reviewer)


def amend(place: Office, lines: tuple[str, ...] = AMENDMENT, **instead: str) -> Mandate:
    """An amendment as it comes in, its words replaced by keyword."""
    text = "\n".join(lines)
    for old, new in instead.items():
        text = text.replace(old, new)
    parsed = parse_file(text.encode(), "change.txt")
    return import_mandate(parsed, unit_id=place.unit.id, source_text=text, file_id=None, actor=place.clerk, on=DAY)


def clause_of(mandate: Mandate, words: str) -> MandateClause:
    found = select(MandateClause).where(MandateClause.mandate_id == mandate.id, MandateClause.text.contains(words))
    return db.session.scalars(found.order_by(MandateClause.sort_no)).one()


def quota_of(mandate: Mandate) -> MandateQuota:
    found = select(MandateQuota).where(MandateQuota.mandate_id == mandate.id, MandateQuota.is_removed.is_(False))
    return db.session.scalars(found).one()


def numbers_of(mandate: Mandate) -> dict[str, int]:
    """The numbers that count in a version, by kind and post."""
    found: dict[str, int] = {}
    for table, name in ((MandateQuota, MandateQuota.kind), (MandateLeader, MandateLeader.title)):
        rows = select(name, table.count).where(table.mandate_id == mandate.id, table.is_removed.is_(False))
        found |= {row[0]: row[1] for row in db.session.execute(rows.order_by(table.id))}
    return found
