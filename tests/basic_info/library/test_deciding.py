"""What a reply leaves open is decided on the review page, applied at once, and confirmed by a second person (R44)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from basic_info.mandates.deciding import OpenDuties, decide_order, open_duties, place_duties
from basic_info.mandates.effects import EffectKind
from basic_info.mandates.errors import ChangedMeanwhile, SamePerson
from basic_info.mandates.models import Mandate, MandateClause, MandateQuota
from basic_info.mandates.operations import confirm_mandate
from basic_info.mandates.readings import correct_reading
from host.kernel.access import Actor
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.errors import NotFound, Refused
from tests import factories
from tests.basic_info.library.conftest import Office
from tests.basic_info.library.papers import mandate_file
from tests.basic_info.library.test_effects import BOTH, seen
from tests.basic_info.library.test_handed_duties import bodies, reply
from tests.basic_info.library.versions import amend, clause_of, in_force, numbers_of

SignIn = Callable[[Actor], FlaskClient]
OPEN = "撤销市场科，其职责划入有关科室。"
TASKS = ["承担成品油零售经营资格审批", "编制商务发展规划"]
ORDER = "增设法规科，负责合法性审查。"


def at(mandate: Mandate, name: str) -> MandateClause:
    return clause_of(mandate, f"{name}。")


def asked(mandate: Mandate) -> list[OpenDuties]:
    """What the page asks about."""
    found = select(Mandate).where(Mandate.id == mandate.id).options(selectinload(Mandate.clauses))
    loaded = db.session.scalars(found.execution_options(populate_existing=True)).one()
    return open_duties(loaded, seen(loaded))


def placed(place: Office, tasks: list[str], words: str = OPEN) -> Mandate:
    mandate = reply(place, words)
    place_duties(
        mandate, at(mandate, "市场科"), at(mandate, "办公室"), tasks, revision=mandate.revision, actor=place.clerk
    )
    return mandate


def test_the_page_asks_which_section_takes_the_duties(place: Office) -> None:
    in_force(place)
    mandate = reply(place, OPEN)
    [found] = asked(mandate)
    assert (found.giver.value["name"], list(found.tasks)) == ("市场科", TASKS)
    assert [one.value["name"] for one in found.takers] == ["办公室"]


@pytest.mark.parametrize("words", [OPEN, "撤销市场科。", "市场科的职责划入有关科室。"])
def test_duties_go_to_the_section_that_was_chosen(place: Office, words: str) -> None:
    in_force(place)
    mandate = placed(place, TASKS, words)
    assert set(TASKS) <= set(bodies(mandate)["办公室"])
    assert [one.look for one in seen(mandate).effects if one.giver or one.look] == []
    assert EffectKind.MOVED in {one.kind for one in seen(mandate).effects}


def test_an_abolished_section_ends_with_its_last_duty(place: Office) -> None:
    in_force(place)
    assert "市场科" not in bodies(placed(place, TASKS))


def test_a_duty_that_other_sections_have_too_keeps_no_abolished_section(place: Office) -> None:
    in_force(place, mandate_file(instead={"编制商务发展规划": "起草重要文稿"}))
    assert "市场科" not in bodies(placed(place, TASKS[:1]))


def test_what_was_not_ticked_stays_open(place: Office) -> None:
    in_force(place)
    mandate = placed(place, TASKS[:1])
    db.session.refresh(mandate)
    assert bodies(mandate)["市场科"] == TASKS[1:]
    assert [list(one.tasks) for one in asked(mandate)] == [TASKS[1:]]


def test_who_decided_does_not_confirm(place: Office) -> None:
    in_force(place)
    mandate = reply(place, OPEN)
    both = at(mandate, "市场科"), at(mandate, "办公室")
    place_duties(mandate, *both, TASKS, revision=mandate.revision, actor=place.reviewer)
    with pytest.raises(SamePerson):
        confirm_mandate(mandate, actor=place.reviewer)


def test_a_page_that_is_out_of_date_decides_nothing(place: Office) -> None:
    in_force(place)
    mandate = placed(place, TASKS[:1])
    with pytest.raises(ChangedMeanwhile):
        place_duties(mandate, at(mandate, "市场科"), at(mandate, "办公室"), TASKS[1:], revision=1, actor=place.clerk)


@pytest.mark.parametrize("tasks", [[], ["别的职责"]])
def test_no_duty_and_another_bodys_duty_are_refused(place: Office, tasks: list[str]) -> None:
    in_force(place)
    with pytest.raises(Refused):
        placed(place, tasks)


def test_an_order_that_is_this_units_is_carried_out(place: Office) -> None:
    in_force(place)
    mandate = amend(place, BOTH)
    decide_order(mandate, ORDER, unit_id=place.unit.id, revision=mandate.revision, actor=place.clerk)
    assert bodies(mandate)["法规科"] == ["负责合法性审查"]
    assert seen(mandate).undecided == ()
    assert EffectKind.ADDED in {one.kind for one in seen(mandate).effects}


def test_an_order_for_another_unit_is_no_more_asked_about(place: Office) -> None:
    in_force(place)
    mandate = amend(place, BOTH)
    other = factories.a_unit(name="市投资促进局")
    decide_order(mandate, ORDER, unit_id=other.id, revision=mandate.revision, actor=place.clerk)
    assert "法规科" not in bodies(mandate)
    assert (seen(mandate).undecided, ORDER in seen(mandate).for_others) == ((), True)


def test_what_a_person_corrected_before_stays(place: Office) -> None:
    in_force(place)
    mandate = amend(place, BOTH)
    quota = db.session.scalars(select(MandateQuota).where(MandateQuota.mandate_id == mandate.id)).one()
    value = {"kind": "机关行政编制", "count": 40}
    correct_reading(mandate, quota, value, version=quota.lock_version, actor=place.clerk)
    decide_order(mandate, ORDER, unit_id=place.unit.id, revision=mandate.revision, actor=place.clerk)
    assert numbers_of(mandate)["机关行政编制"] == 40


def test_an_order_that_the_reply_does_not_leave_open_is_not_found(place: Office) -> None:
    in_force(place)
    mandate = amend(place, BOTH)
    with pytest.raises(NotFound):
        decide_order(mandate, "撤销办公室。", unit_id=place.unit.id, revision=mandate.revision, actor=place.clerk)


def test_the_decision_is_in_the_audit_log(place: Office) -> None:
    in_force(place)
    mandate = amend(place, BOTH)
    decide_order(mandate, ORDER, unit_id=place.unit.id, revision=mandate.revision, actor=place.clerk)
    found = select(AuditEntry.after).where(AuditEntry.action == "mandate.order_decided")
    assert db.session.scalars(found).one() == {"order": ORDER, "is_ours": True, "unit_id": place.unit.id}


def test_the_forms_of_the_page_decide(place: Office, sign_in_as: SignIn) -> None:
    in_force(place)
    mandate = amend(place, (*BOTH[:3], "一、市商务局撤销市场科，其职责划入有关科室。", *BOTH[4:]))
    db.session.commit()
    client, page = sign_in_as(place.clerk), f"/basic-info/mandates/{mandate.id}"
    assert "请在这里决定（2）" in client.get(page).text
    ids = {"giver_id": at(mandate, "市场科").id, "taker_id": at(mandate, "办公室").id}
    moved = client.post(f"{page}/duties", data={**ids, "task": TASKS, "revision": mandate.revision})
    db.session.refresh(mandate)
    decided = client.post(f"{page}/orders", data={"order": ORDER, "whose": "ours", "revision": mandate.revision})
    assert (moved.status_code, decided.status_code) == (303, 303)
    assert "请在这里决定" not in client.get(page).text


def test_a_form_without_a_choice_comes_back_with_what_to_do_beside_its_fields(
    place: Office, sign_in_as: SignIn
) -> None:
    in_force(place)
    mandate = amend(place, (*BOTH[:3], "一、市商务局撤销市场科，其职责划入有关科室。", *BOTH[4:]))
    db.session.commit()
    client, page, giver = sign_in_as(place.clerk), f"/basic-info/mandates/{mandate.id}", at(mandate, "市场科").id
    duties = client.post(f"{page}/duties", data={"giver_id": giver, "revision": mandate.revision})
    order = client.post(f"{page}/orders", data={"order": ORDER, "revision": mandate.revision})
    assert (duties.status_code, order.status_code) == (422, 422)
    assert f'<a href="#tasks-{giver}">请勾选要划入的职责</a>' in duties.text
    assert f'<a href="#taker-{giver}">请选择承接职责的机构</a>' in duties.text
    assert '<a href="#whose">请选择这句话是给哪个单位的</a>' in order.text


def test_what_was_chosen_is_still_there_when_the_form_comes_back(place: Office, sign_in_as: SignIn) -> None:
    in_force(place)
    mandate = reply(place, OPEN)
    db.session.commit()
    ids = {"giver_id": at(mandate, "市场科").id, "taker_id": at(mandate, "办公室").id}
    client = sign_in_as(place.clerk)
    answer = client.post(f"/basic-info/mandates/{mandate.id}/duties", data={**ids, "task": TASKS[:1], "revision": 0})
    assert answer.status_code == 409
    assert f'<option value="{ids["taker_id"]}" selected>' in answer.text
    ticked = [task for task in TASKS if re.search(rf'value="{task}" id="[^"]+" checked>', answer.text)]
    assert ticked == TASKS[:1]
