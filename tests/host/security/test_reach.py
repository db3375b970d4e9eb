"""Row 16 of the security score card: what belongs to one unit is nobody's elsewhere, by reading, writing or export.

Every address with a variable is opened with the ids of one unit's things by people of three other units in every
role. The answer must be the one that a thing that does not exist would get, name nothing, and change no row.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, text
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from basic_info.organization.models import Person, Section, Unit
from host.kernel.access import Actor, Role, declared_access
from host.kernel.db import Model, db
from host.kernel.tables.exports import registered_exports
from tests.factories import a_person, a_post, a_region, a_section, a_unit, an_actor
from tests.host.security import world
from tests.host.security.world import HANDLING, SECRET, World

SignIn = Callable[[Actor], FlaskClient]

#: Addresses with a variable whose thing belongs to no unit: who holds their permission governs the whole city.
OF_THE_CITY = {
    "auth.end_session": "a session is its account's: tried below",
    "basic_info.export_units": "a list, cut to one's reach: tried with the lists",
    "basic_info.tree_of_region": "divisions are public, the units in them are cut: tried with the lists",
    "duty_eval.show_absence_upload": "an upload is its maker's: its name cannot be guessed",
    "duty_eval.absence_upload_errors": "an upload is its maker's: its name cannot be guessed",
    "duty_eval.confirm_absences": "an upload is its maker's: its name cannot be guessed",
    "basic_info.show_upload": "an upload is its maker's: its name cannot be guessed",
    "basic_info.upload_errors": "an upload is its maker's: its name cannot be guessed",
    "basic_info.confirm_upload": "an upload is its maker's: its name cannot be guessed",
    "calendar.": "one calendar for all",
    "exports.export_list": "lists, cut to one's reach: each is tried below",
    "function_monitor.edit_rule": "one rule for all, set by who governs all",
    "performance.compare_runs": "two runs side by side, each reached as show_run is",
    "jobs.change_schedule": "schedules are the platform's",
    "jobs.edit_schedule": "schedules are the platform's",
}
#: What a form must send so that only reach is left to refuse it.
BODIES: dict[str, dict[str, str]] = {
    "accounts.disable": {"reason": "试"},
    "accounts.enable": {"reason": "试"},
    "accounts.grant": {"role": "staff", "kind": "unit", "code": "{unit_id}"},
    "accounts.revoke": {"reason": "试"},
    "basic_info.draw_link": {"other": "section_duty:{section_duty_id}"},
    "basic_info.give_post_duty": {"text": "新职责", "rhythm": "monthly", "measure_unit": "项",
                                  "section_duty_id": "0", "on": "{day}"},
    "basic_info.take_post_duty_away": {"on": "{day}", "reason": "试"},
    "basic_info.send_mandate_back": {"reason": "试"},
    "basic_info.take_in_paper": {"year": "2026"},
    "basic_info.reveal_id_no": {"purpose": "核对名册"},
    "basic_info.abolish_unit": {"on": "{day}", "reason": "试"},
    "basic_info.confirm_best_proposals": {"above": "50"},
    "basic_info.rule_overlap_out": {"reason": "试"},
    "basic_info.match_mandate_section": {"key": "{clause_id}", "target": "{section_id}"},
    "basic_info.save_reading": {"version": "1", "name": "改写", "tasks": "改写"},
    "basic_info.treat_reading": {"version": "1"},
    "basic_info.add_missed_reading": {"kind": "duty", "text": "改写"},
    "basic_info.put_mandate_in_force": {"revision": "1"},
    "basic_info.name_handed_order": {"words": "试", "unit": "市档案馆", "direction": "gains"},
    "basic_info.take_back_handed_order": {"reason": "试"},
    "basic_info.settle_handed_order": {"note": "试"},
    "basic_info.match_handling_name": {"key": HANDLING, "target": "{section_id}"},
    "basic_info.match_lane": {"key": "", "target": "{post_id}"},
    "duty_eval.correct_record": {"content": "改写", "reason": "试", "post_duty_id": "0"},
    "duty_eval.return_to_author": {"reason": "试"},
    "function_monitor.raise_alert": {"reason": "试"},
    "function_monitor.rectify_alert": {"done": "已整改"},
    "function_monitor.verify_alert": {"note": "属实"},
    "function_monitor.reopen_alert": {"note": "不实"},
    "function_monitor.call_alert_false": {"note": "误报"},
    "function_monitor.switch_system": {"is_on": "0"},
    "performance.propose_grade": {"grade": "basic", "comment": "改写"},
    "performance.post_excellent": {"posted_from": "{day}"},
    "performance.decide_grade": {"grade": "competent"},
    "performance.copy_scheme": {"year": "2027", "name": "抄来的"},
    "performance.add_indicator": {"parent_id": "0", "name": "再加", "weight": "5", "data_source": "duty_coverage",
                                  "rule_kind": "band"},
    "performance.edit_indicator": {"parent_id": "0", "name": "改写", "weight": "5", "data_source": "duty_coverage",
                                   "rule_kind": "band"},
}  # fmt: skip
#: A refusal as JSON says the same as its page and costs a tenth.
AS_JSON = {"Accept": "application/json"}
#: Administrators' lists, which are of the whole city.
LISTS_OF_THE_CITY = {"jobs.list", "jobs.schedules"}
#: Addresses that ask for a chart which is being drawn.
ON_A_DRAFT = {"basic_info.edit_chart", "basic_info.save_chart", "basic_info.saved_chart", "basic_info.check_chart",
              "basic_info.publish_chart"}  # fmt: skip
#: A number that no row has.
NOTHING = 999_999_999
#: Lists that name people, records or scores must be empty of those of another section of the same unit too.
PERSONAL = ("duty_eval.", "performance.", "function_monitor.", "jobs.", "basic_info.show_person", "files.")


@pytest.fixture
def target(connection: Connection) -> World:
    found = world.build()
    db.session.commit()
    return found


def routes_with_a_variable(app: Flask) -> Iterator[Rule]:
    """Those that ask who comes: what is published for everybody is no secret."""
    for rule in app.url_map.iter_rules():
        access = declared_access(app.view_functions[rule.endpoint]) if rule.endpoint != "static" else None
        if rule.arguments and access and access.kind != "public" and not rule.endpoint.startswith(tuple(OF_THE_CITY)):
            yield rule


def values_for(rule: Rule, target: World, *, missing: bool = False) -> dict[str, Any]:
    """The target's ids for the variables of an address; ``missing``: ids of nothing instead."""
    system = rule.endpoint.split(".")[0]
    found = {name: target.values.get(f"{system}.{name}", target.values.get(name)) for name in rule.arguments}
    if rule.endpoint in ON_A_DRAFT:
        found["chart_id"] = target.values["draft.chart_id"]
    if rule.endpoint.endswith("_paper") and "kind" in found:
        found["kind"] = "mandate"
    if rule.endpoint.endswith("missed_reading"):
        found["kind"] = "duty"
    unknown = [name for name, value in found.items() if value is None]
    assert not unknown, f"{rule.rule}: tests/host/security/world.py makes nothing for {unknown}"
    if missing:
        return {name: NOTHING if isinstance(value, int) and name != "year" else value for name, value in found.items()}
    return found


def tries(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def body_of(rule: Rule, target: World) -> dict[str, str]:
    return {name: value.format(**target.values) for name, value in BODIES.get(rule.endpoint, {}).items()}


def outsiders(target: World) -> Iterator[tuple[str, Actor]]:
    """People of three other units, in every role: a sister unit, a unit below, a unit of a county; each with a name."""
    a_county = a_region("371302")
    units = {
        "sister": a_unit(name="市教育局"),
        "below": a_unit(name="下属中心", parent=target.unit),
        "county": a_unit(name="兰山区教育局", region=a_county),
    }
    for place, unit in units.items():
        section = a_section(unit=unit)
        for role in Role:
            person = a_person(name="旁人", post=a_post(section=section))
            yield f"{role} of {place}", _holding(role, unit, section, person)
    for role in (Role.OFFICE_CLERK, Role.OFFICE_REVIEWER, Role.ASSESSOR, Role.INSPECTOR, Role.SYSTEM_ADMIN):
        yield f"{role} of the county", an_actor(role, region="371302")


def _holding(role: Role, unit: Unit, section: Section, person: Person) -> Actor:
    if role is Role.STAFF:
        return an_actor(role, person=person)
    if role is Role.SECTION_HEAD:
        return an_actor(role, person=person, section=section)
    return an_actor(role, person=person, unit=unit)


def reaches(app: Flask, actor: Actor, rule: Rule) -> bool:
    """Whether the role reaches the route at all; those it does not are the role matrix's affair (row 15)."""
    if rule.endpoint.startswith("jobs.") and actor.may("host:job:read_all"):
        return False  # the system administrator sees and stops all jobs
    access = declared_access(app.view_functions[rule.endpoint])
    return access is not None and (access.kind == "signed_in" or actor.may(access.permission or ""))


def words_of(answer: TestResponse) -> str:
    """All text of an answer, that inside workbooks and documents too."""
    if answer.data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
            return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    words: str = answer.data.decode("utf-8-sig", "replace")
    return words


def fingerprint() -> dict[str, str | None]:
    """A checksum of every table's rows."""
    names = [table.name for table in Model.metadata.sorted_tables]
    parts = [f"SELECT '{n}', md5(string_agg(t::text, '' ORDER BY t::text)) FROM \"{n}\" t" for n in names]
    return {name: digest for name, digest in db.session.execute(text(" UNION ALL ".join(parts)))}


def send(client: FlaskClient, app: Flask, rule: Rule, method: str, values: dict[str, Any], body: Any) -> TestResponse:
    address: str = app.url_map.bind("localhost").build(rule.endpoint, values, method=method)
    return client.open(address, method=method, data=body if method == "POST" else None, headers=AS_JSON)


def test_row_16_nothing_of_a_unit_is_read_changed_or_named_from_another(
    app: Flask, target: World, sign_in_as: SignIn, capsys: pytest.CaptureFixture[str]
) -> None:
    people = list(outsiders(target))
    db.session.commit()
    before, leaks, count = fingerprint(), [], 0
    told: dict[tuple[Role, str, str], int] = {}  # what a thing that is not there answers: alike in all places
    for who, actor in people:
        client, role = sign_in_as(actor), actor.grants[0].role
        for rule in routes_with_a_variable(app):
            if not reaches(app, actor, rule):
                continue
            for method in tries(rule):
                body = body_of(rule, target)
                key = (role, method, rule.rule)
                if key not in told:
                    nothing = values_for(rule, target, missing=True)
                    told[key] = send(client, app, rule, method, nothing, body).status_code
                answer = send(client, app, rule, method, values_for(rule, target), body)
                count += 1
                if answer.status_code != told[key] or SECRET in words_of(answer):
                    leaks.append((who, method, rule.rule, answer.status_code, told[key]))
    after = fingerprint()
    with capsys.disabled():
        print(f"\nrow 16: {count} tries by {len(people)} people of other units, {len(leaks)} leaks")

    assert leaks == [], leaks
    assert [name for name in after if after[name] != before[name]] == []
    assert count > 1000


def test_row_16_lists_and_exports_name_nothing_of_another_unit(
    app: Flask, target: World, sign_in_as: SignIn, capsys: pytest.CaptureFixture[str]
) -> None:
    people = list(outsiders(target))
    db.session.commit()
    leaks, count = [], 0
    for who, actor in people:
        client = sign_in_as(actor)
        for rule in app.url_map.iter_rules():
            if "GET" not in (rule.methods or set()) or rule.endpoint.startswith("static"):
                continue
            if not reaches(app, actor, rule) or rule.arguments - {"kind", "region_id"}:
                continue
            for kind in ("csv", "xlsx") if "kind" in rule.arguments else ("",):
                values = {"kind": kind, "region_id": target.unit.region_id}
                answer = send(client, app, rule, "GET", {name: values[name] for name in rule.arguments}, None)
                count += 1
                if answer.status_code >= 500 or SECRET in words_of(answer):
                    leaks.append((who, rule.rule, answer.status_code))
    with capsys.disabled():
        print(f"\nrow 16: {count} lists and exports, {len(leaks)} leaks")

    assert leaks == [], leaks


def test_row_16_no_list_goes_out_with_rows_of_another_unit(
    target: World, sign_in_as: SignIn, capsys: pytest.CaptureFixture[str]
) -> None:
    people = list(outsiders(target))
    db.session.commit()
    asked = {name.split(".")[-1]: str(value) for name, value in target.values.items()}
    asked |= {"which": "all", "section": asked["section_id"]}
    leaks, count = [], 0
    for who, actor in people:
        client = sign_in_as(actor)
        for name, export in registered_exports().items():
            if not actor.may(export.permission) or name in LISTS_OF_THE_CITY:
                continue
            answer = client.post(f"/exports/{name}", query_string=asked, data={"kind": "csv"}, headers=AS_JSON)
            count += 1
            if answer.status_code >= 500 or SECRET in words_of(answer):
                leaks.append((who, name, answer.status_code))
    with capsys.disabled():
        print(f"\nrow 16: {count} exports, {len(leaks)} leaks")

    assert leaks == [], leaks


@pytest.mark.parametrize("role", [Role.STAFF, Role.SECTION_HEAD])
def test_row_16_another_section_of_the_same_unit_reads_no_people_records_scores_or_alerts(
    app: Flask, target: World, sign_in_as: SignIn, role: Role
) -> None:
    section = a_section(unit=target.unit, name="隔壁科")
    actor = _holding(role, target.unit, section, a_person(name="旁人", post=a_post(section=section)))
    db.session.commit()
    client, leaks = sign_in_as(actor), []
    for rule in routes_with_a_variable(app):
        if not reaches(app, actor, rule) or not rule.endpoint.startswith(PERSONAL):
            continue
        if rule.endpoint.startswith("files."):
            continue  # the unit's own papers are no secret inside it
        for method in tries(rule):
            answer = send(client, app, rule, method, values_for(rule, target), body_of(rule, target))
            nothing = send(client, app, rule, method, values_for(rule, target, missing=True), body_of(rule, target))
            if answer.status_code != nothing.status_code or SECRET in words_of(answer):
                leaks.append((method, rule.rule, answer.status_code))

    assert leaks == []


def test_row_16_the_same_forms_are_taken_from_those_whose_they_are(
    app: Flask, connection: Connection, target: World, sign_in_as: SignIn
) -> None:
    people = insiders(target)
    db.session.commit()
    taken = set()
    for rule in routes_with_a_variable(app):
        for actor in people:
            if "POST" not in tries(rule) or not reaches(app, actor, rule) or rule.endpoint in taken:
                continue
            with connection.begin_nested() as undone:  # what one form changes is no matter of the next
                answer = send(sign_in_as(actor), app, rule, "POST", values_for(rule, target), body_of(rule, target))
                db.session.remove()
                undone.rollback()
            if answer.status_code not in {403, 404}:
                taken.add(rule.endpoint)
    wanted = {rule.endpoint for rule in routes_with_a_variable(app) if "POST" in tries(rule)}

    assert wanted - taken == set()


def insiders(target: World) -> list[Actor]:
    """Those whose things they are, and the city's own people."""
    owner = db.session.get_one(Person, target.values["person_id"])
    unit, section = target.unit, target.office.section
    staff = an_actor(Role.STAFF, person=owner)
    return [
        replace(staff, account_id=target.values["account_id"]),  # the maker of the job
        staff,
        replace(an_actor(Role.SECTION_HEAD, section=section), account_id=target.values["head_id"]),  # gave the task
        an_actor(Role.UNIT_HEAD, unit=unit),
        *(an_actor(role, region="371300") for role in Role if role not in {Role.STAFF, Role.SECTION_HEAD}),
    ]


def test_row_16_the_same_addresses_open_for_those_whose_they_are(app: Flask, target: World, sign_in_as: SignIn) -> None:
    """Without this the refusals above would prove nothing: the ids might lead nowhere."""
    people = insiders(target)
    db.session.commit()
    opened = set()
    for actor in people:
        client = sign_in_as(actor)
        for rule in routes_with_a_variable(app):
            if "GET" in tries(rule) and reaches(app, actor, rule) and rule.endpoint not in opened:
                answer = send(client, app, rule, "GET", values_for(rule, target), None)
                if answer.status_code == 200:
                    opened.add(rule.endpoint)
    wanted = {rule.endpoint for rule in routes_with_a_variable(app) if "GET" in tries(rule)}

    assert wanted - opened == set()


def test_row_16_a_session_is_ended_by_its_own_account_only(target: World, sign_in_as: SignIn) -> None:
    client = sign_in_as(an_actor(Role.STAFF))
    db.session.commit()
    before = fingerprint()

    answer = client.post(f"/account/sessions/{target.values['session_id']}/end")

    assert (answer.status_code, fingerprint()) == (404, before)
