"""The office asks for words and evidence of a class of posts, or of one duty, in all units; the nearer goes first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, func, select

from basic_info.duties.models import PostDuty
from basic_info.organization.kinds import PostClass
from basic_info.organization.models import Post, Section
from basic_info.regions.models import Region, Tier
from duty_eval.entry_rules.operations import set_rules
from duty_eval.entry_rules.queries import Rules
from duty_eval.records.errors import WordsAsked
from duty_eval.records.operations import Entry, log_records
from duty_eval.requirements.models import Asking, GroupRequirement, RequirementGroup
from duty_eval.requirements.operations import Required, set_group_requirements, set_requirements
from duty_eval.requirements.queries import asking_words, why_asked
from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.pages import today_in_china
from tests.at_once import at_once
from tests.factories import a_person, a_post, a_post_duty, a_region, a_section, a_unit, an_actor

SignIn = Callable[[Actor], FlaskClient]
MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
WINDOW = "接待来访群众"
PAGE = "/duty-eval/duty-requirements/all-units"


class City:
    """A city, a county inside it with a unit, and there a post of law enforcement with one duty."""

    def __init__(self) -> None:
        self.city = a_region()
        self.county = a_region("371302", name="兰山区", tier=Tier.COUNTY)
        self.post: Post = a_post(
            section=a_section(unit=a_unit(region=self.county)), post_class=PostClass.ENFORCEMENT, title="执法岗"
        )
        self.duty: PostDuty = a_post_duty(post=self.post, text=WINDOW)

    def ask(self, region: Region, of: PostClass | str, words: Asking = Asking.YES, *, on: date = MONDAY) -> int:
        return set_group_requirements(
            region.id, of, Required(words, words), on=on, today=on, reason="窗口须留痕", actor=SYSTEM
        )

    def ask_own(self, words: Asking) -> None:
        set_requirements([self.duty.id], Required(words), on=MONDAY, today=MONDAY, reason="本科室", actor=SYSTEM)

    def why(self, day: date = MONDAY) -> str | None:
        return db.session.scalar(select(why_asked("words", day)).where(PostDuty.id == self.duty.id))


@pytest.fixture
def city(connection: Connection) -> City:
    return City()


def test_a_class_of_posts_is_asked_for_words_in_the_whole_city(city: City) -> None:
    other = a_post_duty(post=a_post(section=a_section(unit=a_unit(region=city.county))), text=WINDOW)

    assert city.ask(city.city, PostClass.ENFORCEMENT) == 1

    assert set(asking_words([city.duty.id, other.id], MONDAY)) == {city.duty.id}


def test_one_duty_is_asked_for_words_whichever_unit_has_it(city: City) -> None:
    same = a_post_duty(post=a_post(), text=WINDOW)
    other = a_post_duty(post=city.post, text="核对台账")

    assert city.ask(city.city, WINDOW) == 2

    assert set(asking_words([city.duty.id, same.id, other.id], MONDAY)) == {city.duty.id, same.id}


def test_a_county_asks_nothing_of_the_city(city: City) -> None:
    above = a_post_duty(post=a_post(), text=WINDOW)

    city.ask(city.county, WINDOW)

    assert set(asking_words([city.duty.id, above.id], MONDAY)) == {city.duty.id}


def test_what_is_asked_holds_from_its_first_day_on(city: City) -> None:
    city.ask(city.city, WINDOW, on=TUESDAY)

    assert (asking_words([city.duty.id], MONDAY), set(asking_words([city.duty.id], TUESDAY))) == ({}, {city.duty.id})


def test_a_record_without_words_is_refused(city: City) -> None:
    city.ask(city.city, PostClass.ENFORCEMENT)
    actor = an_actor(Role.STAFF, person=a_person(post=city.post))

    entry = Entry(post_duty_id=city.duty.id, content="", minutes=60)

    with pytest.raises(WordsAsked):
        log_records([entry], worked_on=MONDAY, client_key="k", actor=actor, today=MONDAY)


def test_the_duty_s_own_setting_goes_before_all_others(city: City) -> None:
    city.ask(city.city, WINDOW)
    city.ask_own(Asking.NO)
    assert city.why() == ""


def test_a_duty_goes_before_a_class_even_where_the_class_is_nearer(city: City) -> None:
    city.ask(city.county, PostClass.ENFORCEMENT, Asking.NO)
    city.ask(city.city, WINDOW)
    assert city.why() == "临沂市对各单位的这项职责统一要求：窗口须留痕"


def test_of_one_kind_the_nearer_division_goes_first(city: City) -> None:
    city.ask(city.city, PostClass.ENFORCEMENT)
    city.ask(city.county, PostClass.ENFORCEMENT, Asking.NO)
    assert city.why() == ""


def test_a_class_goes_before_the_entry_rules(city: City) -> None:
    set_rules(city.county.id, Rules(asks_words=True), on=MONDAY, today=MONDAY, reason="全区统一", actor=SYSTEM)
    assert city.why() == "兰山区的填报规则"
    city.ask(city.city, PostClass.ENFORCEMENT)
    assert city.why() == "临沂市对行政执法岗位统一要求：窗口须留痕"


def test_who_says_nothing_any_more_leaves_it_to_the_wider_setting(city: City) -> None:
    city.ask(city.city, PostClass.ENFORCEMENT)
    city.ask(city.city, WINDOW, Asking.NO)
    city.ask(city.city, WINDOW, Asking.DIVISION, on=TUESDAY)
    city.ask_own(Asking.DIVISION)
    assert (city.why(), city.why(TUESDAY)) == ("", "临沂市对行政执法岗位统一要求：窗口须留痕")


def test_words_that_nobody_has_for_a_duty_are_refused(city: City) -> None:
    with pytest.raises(Refused, match="没有这样写的岗位职责"):
        city.ask(city.city, "接待来访")
    assert db.session.scalar(select(func.count()).select_from(RequirementGroup)) == 0


@pytest.mark.committed
def test_two_who_set_the_same_for_the_first_time_wait_for_each_other(app: Flask, committed: Engine) -> None:
    region_id = City().city.id
    db.session.commit()

    def set_first() -> None:
        set_group_requirements(
            region_id, WINDOW, Required(Asking.YES), on=MONDAY, today=MONDAY, reason="统一", actor=SYSTEM
        )

    assert at_once(app, [set_first] * 8) == ["done"] * 8
    holding = select(func.count()).select_from(GroupRequirement).where(GroupRequirement.superseded_at.is_(None))
    assert db.session.scalar(holding) == 1


def body(**over: str) -> dict[str, str]:
    return {
        "words": "yes", "evidence": "yes", "on": today_in_china().isoformat(), "reason": "窗口须留痕", **over,
    }  # fmt: skip


def office(sign_in_as: SignIn, region: str = "371300") -> FlaskClient:
    db.session.commit()
    return sign_in_as(an_actor(Role.OFFICE_CLERK, region=region))


def test_the_office_sets_it_on_the_page_and_the_log_keeps_why(city: City, sign_in_as: SignIn) -> None:
    client = office(sign_in_as)

    answer = client.post(PAGE, data=body(duty_text=WINDOW), follow_redirects=True)

    assert "涉及 1 项岗位职责" in answer.text
    assert f"“{WINDOW}”" in answer.text
    (entry,) = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "group_requirement.set"))
    assert entry.reason == "窗口须留痕"


def test_a_duty_is_found_by_a_few_of_its_words(city: City, sign_in_as: SignIn) -> None:
    page = office(sign_in_as).get(f"{PAGE}?find=来访").text
    assert (f'data-value="{WINDOW}"' in page, "1 个单位，1 个岗位" in page) == (True, True)


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({}, "请选择岗位类别，或填写一项职责"),
        ({"post_class": "enforcement", "duty_text": WINDOW}, "只能选一种"),
        ({"duty_text": "从没有过的职责"}, "没有这样写的岗位职责"),
        ({"post_class": "king"}, "不是有效"),
        ({"duty_text": WINDOW, "on": "2020-01-01"}, "不能早于今天"),
    ],
)
def test_what_cannot_be_set_is_told_and_nothing_is_kept(
    city: City, sign_in_as: SignIn, chosen: dict[str, str], words: str
) -> None:
    answer = office(sign_in_as).post(PAGE, data=body(**chosen))

    assert (answer.status_code, words in answer.text) == (422, True)
    assert db.session.scalar(select(func.count()).select_from(RequirementGroup)) == 0


def test_a_county_s_office_sets_nothing_for_the_city(city: City, sign_in_as: SignIn) -> None:
    answer = office(sign_in_as, "371302").post(PAGE, data=body(region="371300", duty_text=WINDOW))
    assert answer.status_code == 404


def test_who_fills_in_sees_who_asks_and_why(city: City, sign_in_as: SignIn) -> None:
    city.ask(city.city, PostClass.ENFORCEMENT, on=today_in_china())
    actor = an_actor(Role.STAFF, person=a_person(post=city.post))
    db.session.commit()

    page = sign_in_as(actor).get("/duty-eval/today").text

    assert "须写明做了什么（临沂市对行政执法岗位统一要求：窗口须留痕）" in page
    assert "提示附佐证（临沂市对行政执法岗位统一要求：窗口须留痕）" in page


def test_a_head_sees_what_the_office_asks_of_the_own_section(city: City, sign_in_as: SignIn) -> None:
    city.ask(city.city, PostClass.ENFORCEMENT, on=today_in_china())
    city.ask(city.city, PostClass.LEADER, on=today_in_china())
    section = db.session.get_one(Section, city.post.section_id)
    head = an_actor(Role.SECTION_HEAD, person=a_person(name="李雷"), section=section)
    db.session.commit()

    page = sign_in_as(head).get("/duty-eval/duty-requirements").text

    assert ("行政执法岗位" in page, "领导岗位" in page) == (True, False)
