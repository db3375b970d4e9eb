from collections import Counter
from itertools import pairwise

import pytest
from stdnum.cn import ric, uscc

from host.demo.city import CityPlan, plan_city, regions
from host.demo.people import iter_people, person_code, seats


@pytest.fixture(scope="module")
def plan() -> CityPlan:
    return plan_city(600, seed=7)


def test_the_same_seed_plans_the_same_city() -> None:
    assert plan_city(300, seed=1) == plan_city(300, seed=1)


def test_another_seed_plans_another_city() -> None:
    assert plan_city(300, seed=1) != plan_city(300, seed=2)


def test_the_same_plan_gives_the_same_people_again(plan: CityPlan) -> None:
    assert list(iter_people(plan)) == list(iter_people(plan))


def test_as_many_people_are_made_as_were_asked_for(plan: CityPlan) -> None:
    assert sum(1 for _ in iter_people(plan)) == 600


def test_the_seats_of_the_posts_are_those_of_their_people(plan: CityPlan) -> None:
    held = [(person_code(number), post.code) for post, numbers in seats(plan) for number in numbers]

    assert held == [(person.code, person.post_code) for person in iter_people(plan)]


def test_a_city_of_too_few_people_is_refused() -> None:
    with pytest.raises(ValueError, match="240"):
        plan_city(100)


def test_identity_numbers_pass_the_check_and_agree_with_birth_and_sex(plan: CityPlan) -> None:
    for person in iter_people(plan):
        assert ric.is_valid(person.id_no)
        assert person.id_no[6:14] == person.birth_on.replace("-", "")
        assert (int(person.id_no[16]) % 2 == 1) == (person.sex == "男")


def test_nobody_of_the_demo_city_can_be_a_living_person(plan: CityPlan) -> None:
    assert {person.birth_on[:3] for person in iter_people(plan)} == {"188"}


def test_identity_numbers_and_phones_are_unique(plan: CityPlan) -> None:
    people = list(iter_people(plan))

    assert len({person.id_no for person in people}) == len({person.phone for person in people}) == len(people)


def test_credit_codes_pass_the_check_and_are_unique(plan: CityPlan) -> None:
    codes = [unit.credit_code for unit in plan.units]

    assert all(uscc.is_valid(code) for code in codes)
    assert len(set(codes)) == len(codes)


def test_a_city_has_units_at_three_levels(plan: CityPlan) -> None:
    assert {unit.tier for unit in plan.units} == {"市", "县", "乡"}


def test_every_unit_has_a_head_and_a_leader_in_charge(plan: CityPlan) -> None:
    kinds = Counter((person.unit_code, person.leader_kind) for person in iter_people(plan))

    assert all(kinds[unit.code, "单位正职"] == 1 and kinds[unit.code, "单位副职"] for unit in plan.units)


def test_every_section_has_exactly_one_head(plan: CityPlan) -> None:
    heads = Counter(post.section_code for post in plan.posts if post.leader_kind == "内设机构正职")

    assert heads == {section.code: 1 for section in plan.sections}


def test_codes_are_unique_and_parents_come_first(plan: CityPlan) -> None:
    seen: set[str] = set()
    for unit in plan.units:
        assert not unit.parent_code or unit.parent_code in seen
        assert unit.code not in seen
        seen.add(unit.code)


def test_no_post_holds_more_people_than_seats(plan: CityPlan) -> None:
    assert all(post.filled_count <= post.seat_count for post in plan.posts)


def test_no_text_keeps_its_place_mark(plan: CityPlan) -> None:
    assert not [task for section in plan.sections for task in section.tasks if "{" in task]


def test_the_regions_are_those_of_linyi() -> None:
    tiers = Counter((region.tier, region.is_statistical) for region in regions())

    assert tiers == {("city", False): 1, ("county", False): 12, ("county", True): 1, ("township", False): 156}


def test_people_are_numbered_in_the_order_of_their_posts(plan: CityPlan) -> None:
    codes = [person.code for person in iter_people(plan)]

    assert all(first < second for first, second in pairwise(codes))
