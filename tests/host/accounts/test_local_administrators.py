"""An administrator of a county sees what their people started, and changes nothing that is one for all."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection

from basic_info.regions.models import Tier
from host.kernel.access import Actor, Role
from host.kernel.clock.schedules import HOST_SCHEDULES, seed_schedules
from host.kernel.db import db
from host.kernel.jobs.operations import enqueue
from tests.factories import a_person, a_post, a_region, a_section, a_unit, an_actor

SignIn = Callable[[Actor], FlaskClient]


@pytest.fixture
def county_admin(connection: Connection) -> Actor:
    a_region()
    a_region("371302", name="兰山区", tier=Tier.COUNTY)
    seed_schedules(HOST_SCHEDULES)
    actor = an_actor(Role.SYSTEM_ADMIN, region="371302")
    db.session.commit()
    return actor


def a_job_of(code: str) -> int:
    """A job that somebody of a unit in the division started."""
    unit = a_unit(region=a_region(code))
    person = a_person(post=a_post(section=a_section(unit=unit)))
    run = enqueue("host.prune", actor=an_actor(Role.STAFF, person=person))
    db.session.commit()
    return run.id


def test_jobs_are_those_of_the_county_s_people(county_admin: Actor, sign_in_as: SignIn) -> None:
    own, other = a_job_of("371302"), a_job_of("371300")
    client = sign_in_as(county_admin)

    assert client.get(f"/jobs/{own}").status_code == 200
    assert client.get(f"/jobs/{other}").status_code == 404
    assert client.post(f"/jobs/{other}/cancel").status_code == 404
    assert sign_in_as(an_actor(Role.SYSTEM_ADMIN, region="371300")).get(f"/jobs/{other}").status_code == 200


@pytest.mark.parametrize("path", ["/jobs/schedules/host.prune", "/calendar/days/2026-03-02", "/calendar/notice"])
def test_what_is_one_for_all_is_read_only(county_admin: Actor, sign_in_as: SignIn, path: str) -> None:
    client = sign_in_as(county_admin)

    assert client.get(path).status_code == 403
    assert client.post(path, data={"cron": "0 3 * * *", "kind": "workday", "reason": "试"}).status_code == 403
    assert client.get("/jobs/schedules").status_code == 200
    assert path not in client.get("/calendar/").text + client.get("/jobs/schedules").text


def test_an_account_without_a_person_has_no_page_of_its_own_scores_in_the_menu(
    county_admin: Actor, sign_in_as: SignIn
) -> None:
    assert "我的得分" not in sign_in_as(an_actor(Role.ASSESSOR, region="371300")).get("/").text
    assert "我的得分" in sign_in_as(an_actor(Role.STAFF, person=a_person(post=a_post()))).get("/").text
