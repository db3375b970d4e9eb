"""Versions that replies changed before the unit's own title went on: the migration gives it back to them."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from sqlalchemy import select, text

from basic_info.mandates.models import FieldKind, Mandate, MandateField
from basic_info.mandates.operations import confirm_mandate
from host.kernel.db import db
from tests.basic_info.library.conftest import Office
from tests.basic_info.library.versions import AMENDMENT, amend, in_force

OWN = "临沂市商务局职能配置、内设机构和人员编制规定"
VERSIONS = Path(__file__).parents[3] / "migrations" / "versions"


def mend() -> None:
    path = next(VERSIONS.glob("*_titles_of_units.py"))
    spec = importlib.util.spec_from_file_location("titles_of_units", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    db.session.flush()
    db.session.execute(text(module.MEND))
    db.session.expire_all()


def titles(mandate: Mandate) -> list[str]:
    found = select(MandateField).where(
        MandateField.mandate_id == mandate.id,
        MandateField.field_kind == FieldKind.TITLE,
        MandateField.is_removed.is_(False),
    )
    return [str(one.value["value"]) for one in db.session.scalars(found)]


def as_before(mandate: Mandate, title: str = AMENDMENT[0]) -> Mandate:
    """The version as it was taken in then: under the reply's title."""
    found = select(MandateField).where(
        MandateField.mandate_id == mandate.id, MandateField.field_kind == FieldKind.TITLE
    )
    row = db.session.scalars(found).one()
    row.extracted_value, row.origin_document_id = {"value": title}, None
    db.session.flush()
    return mandate


@pytest.mark.parametrize("is_confirmed", [False, True])
def test_a_version_under_the_title_of_the_reply_gets_that_of_the_mandate(place: Office, is_confirmed: bool) -> None:
    in_force(place)
    mandate = as_before(amend(place))
    if is_confirmed:
        confirm_mandate(mandate, actor=place.reviewer)
    mend()
    assert titles(mandate) == [OWN]


def test_a_later_reply_that_took_the_wrong_title_over_is_mended_too(place: Office) -> None:
    in_force(place)
    confirm_mandate(as_before(amend(place)), actor=place.reviewer)
    later = amend(place, (*AMENDMENT[:3], "调整后，你局机关行政编制为38名。", "2023年6月1日"))
    assert titles(later) == [AMENDMENT[0]]
    mend()
    assert titles(later) == [OWN]


def test_a_title_that_a_person_gave_stays(place: Office) -> None:
    in_force(place)
    mandate = amend(place)
    row = db.session.scalars(
        select(MandateField).where(MandateField.mandate_id == mandate.id, MandateField.field_kind == FieldKind.TITLE)
    ).one()
    row.corrected_value = {"value": AMENDMENT[0]}
    mend()
    assert titles(mandate) == [AMENDMENT[0]]


def test_a_version_that_is_right_and_a_whole_mandate_stay_as_they_are(place: Office) -> None:
    base = in_force(place)
    mandate = amend(place)
    mend()
    assert [titles(base), titles(mandate)] == [[OWN], [OWN]]
