"""退回: what waits for a second person goes back to who submitted it, with the reason, and comes again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from basic_info.breakdown.models import Breakdown, BreakdownState
from basic_info.breakdown.operations import put_breakdown_in_force
from basic_info.flowcharts.models import ChartState, Flowchart
from basic_info.flowcharts.operations import publish_flowchart
from basic_info.organization.models import Unit
from basic_info.power_lists.models import ListState, PowerList
from basic_info.power_lists.operations import put_in_force
from basic_info.returning.errors import IsReturned, NotReturned, NotWaiting, OwnDraft
from basic_info.returning.operations import Draft, hand_in_again, return_draft
from basic_info.waiting import todo
from host.kernel.access import Actor, Role
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.notifications.models import Notification
from tests import factories

SignIn = Callable[[Actor], FlaskClient]
KINDS = ("breakdown", "power_list", "flowchart")


class Place:
    """A unit, who submits and who decides; the city wants a second person for charts."""

    def __init__(self) -> None:
        self.unit: Unit = factories.a_unit(name="市商务局")
        self.clerk = factories.an_actor(Role.OFFICE_CLERK, region="371300")
        self.reviewer = factories.an_actor(Role.OFFICE_REVIEWER, region="371300")

    def draft(self, kind: str, *, version_no: int = 1) -> Draft:
        facts = {"unit_id": self.unit.id, "version_no": version_no, "imported_by": self.clerk.account_id}
        valid = Range(date(2026, 1, 1), None)
        made: dict[str, Draft] = {
            "breakdown": Breakdown(**facts, valid=valid),
            "power_list": PowerList(**facts, year=2026, valid=valid),
            "flowchart": Flowchart(**facts, name="许可", model="<x/>"),
        }
        db.session.add(made[kind])
        db.session.flush()
        return made[kind]


@pytest.fixture
def place(connection: Connection) -> Place:
    return Place()


ADDRESSES = {
    "breakdown": "/basic-info/units/{0.unit_id}/breakdown/{0.version_no}",
    "power_list": "/basic-info/power-lists/{0.id}",
    "flowchart": "/basic-info/flowcharts/{0.id}",
}
PAGES = {**ADDRESSES, "breakdown": "/basic-info/units/{0.unit_id}/breakdown?version={0.version_no}"}


@pytest.mark.parametrize("kind", KINDS)
def test_who_submitted_it_finds_it_with_the_reason_among_tasks_and_messages(
    place: Place, kind: str, sign_in_as: SignIn
) -> None:
    draft = return_draft(place.draft(kind), reason="第 3 行科室有误", actor=place.reviewer)
    db.session.commit()
    with sign_in_as(place.clerk).application.test_request_context():
        items = [item for item in todo(place.clerk) if item.title.startswith("退回待修改")]
    told = db.session.scalars(select(Notification).where(Notification.account_id == place.clerk.account_id)).one()
    page = sign_in_as(place.clerk).get(PAGES[kind].format(draft)).text
    assert [item.url for item in items] == [PAGES[kind].format(draft)]
    assert told.link == items[0].url
    assert "第 3 行科室有误" in told.title
    assert "第 3 行科室有误" in page
    assert "重新提交" in page


@pytest.mark.parametrize("kind", KINDS)
def test_the_pages_send_back_and_hand_in_again(place: Place, kind: str, sign_in_as: SignIn) -> None:
    draft = place.draft(kind)
    db.session.commit()
    reviewer = sign_in_as(place.reviewer)
    assert "退回给提交人修改" in reviewer.get(PAGES[kind].format(draft)).text
    back = reviewer.post(ADDRESSES[kind].format(draft) + "/return", data={"reason": "数量有误"})
    db.session.refresh(draft)
    assert (back.status_code, draft.return_reason) == (303, "数量有误")
    again = sign_in_as(place.clerk).post(ADDRESSES[kind].format(draft) + "/hand-in")
    db.session.refresh(draft)
    assert (again.status_code, draft.is_returned, draft.return_reason) == (303, False, "")


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_reason_nothing_goes_back(place: Place, kind: str, sign_in_as: SignIn) -> None:
    draft = place.draft(kind)
    db.session.commit()
    answer = sign_in_as(place.reviewer).post(ADDRESSES[kind].format(draft) + "/return", data={"reason": " "})
    db.session.refresh(draft)
    assert 400 <= answer.status_code < 500
    assert 'id="reason-error"' in answer.text
    assert '<a href="#reason">请填写退回原因</a>' in answer.text
    assert not draft.is_returned


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_sends_back_their_own(place: Place, kind: str) -> None:
    with pytest.raises(OwnDraft):
        return_draft(place.draft(kind), reason="改", actor=place.clerk)


@pytest.mark.parametrize("kind", KINDS)
def test_it_goes_back_once(place: Place, kind: str) -> None:
    draft = return_draft(place.draft(kind), reason="改", actor=place.reviewer)
    with pytest.raises(NotWaiting):
        return_draft(draft, reason="再改", actor=place.reviewer)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_not_sent_back_is_not_handed_in_again(place: Place, kind: str) -> None:
    with pytest.raises(NotReturned):
        hand_in_again(place.draft(kind), actor=place.clerk)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_sent_back_waits_for_the_reviewer_no_more(place: Place, kind: str, sign_in_as: SignIn) -> None:
    draft = place.draft(kind)
    if kind != "flowchart":
        assert _waits(place, sign_in_as) == 1
    return_draft(draft, reason="改", actor=place.reviewer)
    assert _waits(place, sign_in_as) == 0


def _waits(place: Place, sign_in_as: SignIn) -> int:
    db.session.commit()
    with sign_in_as(place.reviewer).application.test_request_context():
        return len([item for item in todo(place.reviewer) if item.title.startswith("待")])


def test_a_breakdown_that_was_sent_back_does_not_take_effect(place: Place) -> None:
    draft = return_draft(place.draft("breakdown"), reason="改", actor=place.reviewer)
    assert isinstance(draft, Breakdown)
    with pytest.raises(IsReturned):
        put_breakdown_in_force(draft, actor=place.reviewer)


def test_a_power_list_that_was_sent_back_does_not_take_effect(place: Place) -> None:
    draft = return_draft(place.draft("power_list"), reason="改", actor=place.reviewer)
    assert isinstance(draft, PowerList)
    with pytest.raises(IsReturned):
        put_in_force(draft, actor=place.reviewer)


def test_a_chart_that_was_sent_back_is_not_published(place: Place) -> None:
    draft = return_draft(place.draft("flowchart"), reason="改", actor=place.reviewer)
    assert isinstance(draft, Flowchart)
    with pytest.raises(IsReturned):
        publish_flowchart(draft, actor=place.reviewer)


@pytest.mark.parametrize("kind", ["breakdown", "power_list"])
def test_a_draft_that_a_later_one_overtook_does_not_go_back(place: Place, kind: str) -> None:
    draft = place.draft(kind)
    place.draft(kind, version_no=2)
    with pytest.raises(NotWaiting):
        return_draft(draft, reason="改", actor=place.reviewer)


@pytest.mark.parametrize("kind", KINDS)
def test_the_database_keeps_what_was_sent_back_out_of_force(place: Place, kind: str) -> None:
    draft = return_draft(place.draft(kind), reason="改", actor=place.reviewer)
    if isinstance(draft, Breakdown):
        draft.breakdown_state, draft.put_by = BreakdownState.IN_FORCE, place.reviewer.account_id
    elif isinstance(draft, PowerList):
        draft.list_state, draft.put_by = ListState.IN_FORCE, place.reviewer.account_id
    else:
        draft.chart_state, draft.published_by = ChartState.PUBLISHED, place.reviewer.account_id
    with pytest.raises(IntegrityError, match="returned_is_a_draft"), db.session.begin_nested():
        db.session.flush()


@pytest.mark.parametrize("kind", KINDS)
def test_the_database_refuses_a_return_without_a_reason(place: Place, kind: str) -> None:
    draft = place.draft(kind)
    draft.returned_by, draft.returned_at = place.reviewer.account_id, draft.imported_at
    with pytest.raises(IntegrityError, match="return_has_its_reason"), db.session.begin_nested():
        db.session.flush()


def test_a_reason_of_nothing_is_refused(place: Place) -> None:
    with pytest.raises(Refused):
        return_draft(place.draft("breakdown"), reason="  ", actor=place.reviewer)
