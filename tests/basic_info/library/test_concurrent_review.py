"""Two people at one mandate at once: the database lets one of them through, the other is told."""

from __future__ import annotations

from functools import partial

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select

from basic_info.duties.models import UnitFunction
from basic_info.mandates.models import Mandate, MandateQuota
from basic_info.mandates.operations import confirm_mandate
from basic_info.mandates.readings import correct_reading
from host.kernel.access import Actor, Role
from host.kernel.db import db
from tests import factories
from tests.at_once import at_once
from tests.basic_info.library.conftest import Office
from tests.basic_info.library.versions import bring, quota_of


@pytest.fixture
def kept(committed: Engine) -> tuple[int, int]:
    """The ids of a mandate that waits for review and of its quota, committed."""
    unit = factories.a_unit(name="市商务局")
    place = Office(
        unit=unit,
        office=factories.a_section(unit=unit, name="办公室"),
        market=factories.a_section(unit=unit, name="市场科"),
        clerk=factories.an_actor(Role.OFFICE_CLERK, region="371300"),
        reviewer=factories.an_actor(Role.OFFICE_REVIEWER, region="371300"),
    )
    mandate = bring(place)
    db.session.commit()
    return mandate.id, quota_of(mandate).id


def _confirm(mandate_id: int, actor: Actor) -> None:
    confirm_mandate(db.session.get_one(Mandate, mandate_id), actor=actor)


def test_of_two_confirmers_one_confirms(app: Flask, kept: tuple[int, int]) -> None:
    reviewers = [factories.an_actor(Role.OFFICE_REVIEWER, region="371300") for _ in range(2)]
    db.session.commit()
    work = [partial(_confirm, kept[0], actor) for actor in reviewers]
    assert at_once(app, work) == ["NotPending", "done"]
    assert db.session.scalar(select(func.count()).select_from(UnitFunction)) == 3


def test_of_two_editors_one_saves(app: Flask, kept: tuple[int, int]) -> None:
    editors = [factories.an_actor(Role.OFFICE_CLERK, region="371300") for _ in range(2)]
    db.session.commit()

    def save(count: int) -> None:
        mandate, quota = db.session.get_one(Mandate, kept[0]), db.session.get_one(MandateQuota, kept[1])
        correct_reading(mandate, quota, {"kind": "机关行政编制", "count": count}, version=1, actor=editors[count % 2])

    assert at_once(app, [lambda: save(40), lambda: save(41)]) == ["ChangedMeanwhile", "done"]


def test_an_editor_and_a_confirmer_do_not_pass_each_other(app: Flask, kept: tuple[int, int]) -> None:
    editor = factories.an_actor(Role.OFFICE_CLERK, region="371300")
    reviewer = factories.an_actor(Role.OFFICE_REVIEWER, region="371300")
    db.session.commit()

    def save() -> None:
        mandate, quota = db.session.get_one(Mandate, kept[0]), db.session.get_one(MandateQuota, kept[1])
        correct_reading(mandate, quota, {"kind": "机关行政编制", "count": 40}, version=1, actor=editor)

    def confirm() -> None:
        confirm_mandate(db.session.get_one(Mandate, kept[0]), revision=1, actor=reviewer)

    assert at_once(app, [save, confirm]) in (["ChangedMeanwhile", "done"], ["NotOpen", "done"])
