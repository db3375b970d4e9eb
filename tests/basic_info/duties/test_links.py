"""Proposals count for nothing until a person confirms them, and what a person decided stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, select

from basic_info.duties.cosines import best
from basic_info.duties.errors import AlreadyDecided, NotNeighbours
from basic_info.duties.link_queries import confirmable, proposals_page
from basic_info.duties.models import DutyLink, LinkState, PostDuty, SectionDuty, UnitFunction
from basic_info.duties.operations import PostDutyDraft, add_post_duties, confirm_link, link, reject_link
from basic_info.duties.pairs import Candidates, shared_pairs
from basic_info.duties.proposals import confirm_proposals, count_proposals, propose_links
from basic_info.duties.similarity import likeness, likest
from basic_info.duties.thread import Layer, thread_of
from basic_info.organization.models import Post, Section, Unit
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


def test_only_the_count_that_is_asked_for_is_given_the_first_of_ties_first() -> None:
    found = likest(["油品审批"], Candidates(["油品审批", "油品", "油品审批", "教育"]), count=2, least=0.1)
    assert [place for place, _ in found[0]] == [0, 2]


def test_what_people_joined_before_speaks_for_a_candidate() -> None:
    candidates = Candidates(["商品流通促进", "市场秩序"], learned=[(1, "加油站年度检查")])
    ((first, *_),) = likest(["加油站检查"], candidates, count=5, least=0.1)
    assert first[0] == 1


def test_things_of_two_sections_are_not_compared_but_what_has_none_is() -> None:
    found = likest(["油品审批"], Candidates(["油品审批"] * 3, groups=[1, 2, 0]), count=5, least=0.1, groups=[1])
    assert [place for place, _ in found[0]] == [0, 2]


def test_many_texts_are_compared_some_at_a_time() -> None:
    texts = [f"{chr(0x4E00 + number)}类事项审批" for number in range(1201)]
    found = likest(texts, Candidates(texts), count=1, least=0.5)
    assert [row[0][0] for row in found] == list(range(1201))


def test_the_words_that_two_texts_share_are_told_without_idle_ones() -> None:
    assert shared_pairs("负责成品油管理工作", "承担成品油审批工作") == ("品油", "成品")


def test_a_refused_pair_makes_room_for_the_next(chain: Chain) -> None:
    propose_links(chain.unit.id, actor=chain.actor)
    reject_link(the_link(chain.function.id, chain.like.id), actor=chain.actor)
    propose_links(chain.unit.id, actor=chain.actor)
    assert the_link(chain.function.id, chain.like.id).link_state is LinkState.REJECTED
    asked = [one.asker_id for one in proposals_page(chain.unit.id, after=0).questions[0].proposals]
    assert chain.like.id not in asked


def test_confirmed_pairs_improve_what_is_proposed_next(chain: Chain) -> None:
    other = factories.a_function(unit=chain.unit, text="市场运行监测", sort_no=2)
    section_duty = factories.a_section_duty(
        section=db.session.get_one(Section, chain.like.section_id), text="加油站检查"
    )
    link((Layer.FUNCTION, other.id), (Layer.SECTION_DUTY, section_duty.id), actor=chain.actor)
    alike = factories.a_section_duty(section=db.session.get_one(Section, chain.like.section_id), text="加油站年度检查")
    propose_links(chain.unit.id, actor=chain.actor)
    assert the_link(other.id, alike.id).score is not None


def test_the_proposals_of_one_thing_stand_together(chain: Chain) -> None:
    factories.a_function(unit=chain.unit, text="成品油零售企业管理", sort_no=2)
    propose_links(chain.unit.id, actor=chain.actor)
    questions = proposals_page(chain.unit.id, after=0).questions
    assert [(one.asker, one.id) for one in questions] == [
        (Layer.SECTION_DUTY, chain.like.id),
        (Layer.POST_DUTY, chain.post_duty.id),
    ]
    assert len(questions[0].proposals) == 2


def test_it_is_told_how_many_things_a_threshold_confirms(chain: Chain) -> None:
    factories.a_function(unit=chain.unit, text=chain.like.text, sort_no=2)
    propose_links(chain.unit.id, actor=chain.actor)
    counts = dict(confirmable(chain.unit.id))
    assert counts[0.9] == 1
    assert confirm_proposals(chain.unit.id, above=0.9, actor=chain.actor) == 1


def test_a_decision_by_a_key_answers_with_its_row_and_what_is_left(
    chain: Chain, sign_in_as: Callable[[Actor], FlaskClient]
) -> None:
    propose_links(chain.unit.id, actor=chain.actor)
    found = the_link(chain.function.id, chain.like.id)
    answer = sign_in_as(chain.actor).post(f"/basic-info/links/{found.id}/confirm", headers={"HX-Request": "true"})
    assert answer.text.strip().startswith(f'<tr id="link-{found.id}"')
    assert "已确认" in answer.text
    assert f'<hx-partial hx-target="#open-count" hx-swap="innerHTML">{count_proposals(chain.unit.id)}<' in answer.text
