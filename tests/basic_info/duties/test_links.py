"""Proposals count for nothing until a person confirms them, and what a person decided stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import Connection, select

from basic_info.duties.errors import AlreadyDecided, NotNeighbours
from basic_info.duties.models import DutyLink, LinkState, PostDuty, SectionDuty, UnitFunction
from basic_info.duties.operations import PostDutyDraft, add_post_duties, confirm_link, link, reject_link
from basic_info.duties.proposals import confirm_proposals, propose_links
from basic_info.duties.similarity import best, likeness
from basic_info.duties.thread import Layer, thread_of
from basic_info.organization.models import Post, Unit
from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.db import db
from host.kernel.errors import NotPermitted
from tests import factories


@dataclass(frozen=True)
class Chain:
    """A function, two section duties of which one is like it, a post duty, and who decides."""

    unit: Unit
    function: UnitFunction
    like: SectionDuty
    unlike: SectionDuty
    post: Post
    post_duty: PostDuty
    actor: Actor


@pytest.fixture
def chain(connection: Connection) -> Chain:
    unit = factories.a_unit()
    section = factories.a_section(unit=unit)
    post = factories.a_post(section=section)
    return Chain(
        unit=unit,
        function=factories.a_function(unit=unit, text="负责成品油零售经营资格审批"),
        like=factories.a_section_duty(section=section, text="承担成品油零售经营资格审批"),
        unlike=factories.a_section_duty(section=section, text="起草重要文稿", sort_no=2),
        post=post,
        post_duty=factories.a_post_duty(post=post, text="受理成品油零售经营资格申请"),
        actor=factories.an_actor(Role.OFFICE_CLERK, unit=unit),
    )


def the_link(upper: int, lower: int) -> DutyLink:
    return db.session.scalars(
        select(DutyLink).where(DutyLink.function_id == upper, DutyLink.section_duty_id == lower)
    ).one()


def test_texts_of_one_subject_are_more_alike() -> None:
    scores = likeness(["承担成品油零售经营资格审批"], ["负责成品油零售经营审批工作", "起草重要文稿"])
    assert scores[0][0] > 0.5 > scores[0][1]


def test_an_empty_text_is_like_nothing() -> None:
    assert best(likeness([""], ["起草重要文稿"])[0], 5, 0.01) == []


def test_the_likest_are_proposed_with_a_score(chain: Chain) -> None:
    propose_links(chain.unit.id, actor=chain.actor)
    found = the_link(chain.function.id, chain.like.id)
    assert found.link_state is LinkState.PROPOSED
    assert found.score is not None
    assert found.score > 0.5


def test_a_proposal_is_no_part_of_the_thread(chain: Chain) -> None:
    propose_links(chain.unit.id, actor=chain.actor)
    assert thread_of(Layer.FUNCTION, chain.function.id)[1][1:] == []


def test_a_rejected_pair_is_not_proposed_again(chain: Chain) -> None:
    propose_links(chain.unit.id, actor=chain.actor)
    reject_link(the_link(chain.function.id, chain.like.id), actor=chain.actor)
    propose_links(chain.unit.id, actor=chain.actor)
    assert the_link(chain.function.id, chain.like.id).link_state is LinkState.REJECTED


def test_a_confirmed_pair_outlives_a_new_run(chain: Chain) -> None:
    propose_links(chain.unit.id, actor=chain.actor)
    confirm_link(the_link(chain.function.id, chain.like.id), actor=chain.actor)
    propose_links(chain.unit.id, actor=chain.actor)
    assert the_link(chain.function.id, chain.like.id).link_state is LinkState.CONFIRMED


def test_a_batch_confirms_the_likest_only(chain: Chain) -> None:
    propose_links(chain.unit.id, actor=chain.actor)
    assert confirm_proposals(chain.unit.id, above=0.3, actor=chain.actor) == 2
    states = {one.section_duty_id: one.link_state for one in db.session.scalars(select(DutyLink)) if one.post_duty_id}
    assert states[chain.like.id] is LinkState.CONFIRMED


def test_a_decided_link_is_not_decided_twice(chain: Chain) -> None:
    propose_links(chain.unit.id, actor=chain.actor)
    found = confirm_link(the_link(chain.function.id, chain.like.id), actor=chain.actor)
    with pytest.raises(AlreadyDecided):
        confirm_link(found, actor=chain.actor)


def test_a_person_joins_two_things(chain: Chain) -> None:
    link((Layer.FUNCTION, chain.function.id), (Layer.SECTION_DUTY, chain.unlike.id), actor=chain.actor)
    assert chain.unlike.id in [knot.id for knot in thread_of(Layer.FUNCTION, chain.function.id)[1]]


def test_a_rejected_pair_may_be_joined_by_hand(chain: Chain) -> None:
    ends = (Layer.FUNCTION, chain.function.id), (Layer.SECTION_DUTY, chain.like.id)
    reject_link(link(*ends, actor=chain.actor), actor=chain.actor)
    assert link(*ends, actor=chain.actor).link_state is LinkState.CONFIRMED


def test_layers_are_not_skipped(chain: Chain) -> None:
    with pytest.raises(NotNeighbours):
        link((Layer.FUNCTION, chain.function.id), (Layer.POST_DUTY, chain.post_duty.id), actor=chain.actor)


def test_things_of_two_units_are_not_joined(chain: Chain) -> None:
    other = factories.a_function(unit=factories.a_unit(name="市统计局"))
    with pytest.raises(NotNeighbours):
        link((Layer.FUNCTION, other.id), (Layer.SECTION_DUTY, chain.like.id), actor=chain.actor)


def test_the_platform_itself_decides_nothing(chain: Chain) -> None:
    with pytest.raises(NotPermitted):
        confirm_proposals(chain.unit.id, above=0.5, actor=SYSTEM)


def test_post_duties_come_with_their_links(chain: Chain) -> None:
    draft = PostDutyDraft(
        post_id=chain.post.id,
        section_id=chain.post.section_id,
        unit_id=chain.unit.id,
        sort_no=2,
        text="审查申请材料",
        section_duty_id=chain.like.id,
    )
    (duty_id,) = add_post_duties([draft], on=date(2026, 1, 1), actor=chain.actor)
    assert [knot.id for knot in thread_of(Layer.POST_DUTY, duty_id)[0]] == [chain.like.id]
