from collections import Counter
from datetime import date, timedelta

import pytest

from host.demo.city import CityPlan, plan_city
from host.demo.duties import duty_object
from host.demo.people import iter_people
from host.demo.records import Past, iter_records, post_duties, record_texts

DAYS = [day for day in (date(2026, 1, 5) + timedelta(days=n) for n in range(28)) if day.weekday() < 5]


@pytest.fixture(scope="module")
def plan() -> CityPlan:
    return plan_city(600)


def test_every_post_has_three_to_six_duties(plan: CityPlan) -> None:
    assert all(3 <= len(post_duties(plan, post)) <= 6 for post in plan.posts)


def test_the_duties_of_a_post_differ(plan: CityPlan) -> None:
    assert all(len(set(texts)) == len(texts) for texts in (post_duties(plan, post) for post in plan.posts))


def test_every_task_of_a_section_is_carried_by_a_post(plan: CityPlan) -> None:
    carried: dict[str, set[str]] = {}
    for post in plan.posts:
        carried.setdefault(post.section_code, set()).update(duty.section_task for duty in post.duties)

    assert all(set(section.tasks) <= carried[section.code] for section in plan.sections)


def test_duties_have_a_rhythm_and_a_unit(plan: CityPlan) -> None:
    duties = [duty for post in plan.posts for duty in post.duties]

    assert {duty.rhythm for duty in duties} == {"每日", "每周", "每月", "依申请"}
    assert {duty.measure_unit for duty in duties} == {"件", "次", "项", "份"}


@pytest.mark.parametrize(
    ("duty", "thing"),
    [
        ("审查取水许可申请", "取水许可申请"),
        ("按权限办理能源项目核准、备案", "能源项目核准、备案"),
        ("督促整改河道岸线发现的问题", "河道岸线"),
        ("拟订就业创业扶持政策并组织实施", "就业创业扶持政策"),
    ],
)
def test_a_duty_is_about_what_stands_behind_its_verb(duty: str, thing: str) -> None:
    assert duty_object(duty) == thing


def test_the_texts_of_a_duty_are_varied() -> None:
    assert len(set(record_texts("water", "审查取水许可申请"))) > 30


def test_no_text_keeps_a_mark() -> None:
    assert not [text for text in record_texts("water", "检查水库大坝安全") if "{" in text]


def test_the_same_plan_gives_the_same_records(plan: CityPlan) -> None:
    assert list(iter_records(plan, DAYS[:3])) == list(iter_records(plan, DAYS[:3]))


def test_people_write_about_one_record_and_a_third_a_day(plan: CityPlan) -> None:
    count = sum(1 for _ in iter_records(plan, DAYS))

    assert 1.1 < count / 600 / len(DAYS) < 1.4


def test_a_record_belongs_to_a_duty_of_its_writers_post(plan: CityPlan) -> None:
    duties = {post.code: len(post.duties) for post in plan.posts}
    post_of = {person.code: person.post_code for person in iter_people(plan)}

    assert all(index < duties[post_of[code]] for code, _, index, *_ in iter_records(plan, DAYS[:3]))


def test_nobody_away_from_the_post_writes(plan: CityPlan) -> None:
    away = {person.code for person in iter_people(plan) if person.work_state in ("借出", "长期病休", "脱产学习")}

    assert away
    assert not away & {code for code, *_ in iter_records(plan, DAYS)}


def test_some_at_their_posts_have_written_nothing_for_five_days(plan: CityPlan) -> None:
    at_work = {person.code for person in iter_people(plan) if person.work_state == "在岗"}
    lately = {code for code, day, *_ in iter_records(plan, DAYS) if day in DAYS[-5:]}

    assert 0 < len(at_work - lately) < len(at_work) / 20


def test_old_records_are_mostly_approved(plan: CityPlan) -> None:
    states = Counter(state for _, day, *_, state in iter_records(plan, DAYS) if day == DAYS[0])

    assert states["approved"] > 0.9 * states.total()


def test_a_record_takes_no_longer_than_a_working_day(plan: CityPlan) -> None:
    assert all(10 <= minutes <= 400 for *_, minutes, _ in iter_records(plan, DAYS[:3]))


EARLIER = tuple(day for day in (date(2025, 3, 3) + timedelta(days=n) for n in range(28)) if day.weekday() < 5)


def test_of_the_past_one_unit_alone_has_written_and_nothing_of_it_waits(plan: CityPlan) -> None:
    unit = plan.units[0].code
    units = {person.code: person.unit_code for person in iter_people(plan)}
    early = [row for row in iter_records(plan, DAYS, [Past(frozenset({unit}), EARLIER)]) if row[1] < DAYS[0]]

    assert {day for _, day, *_ in early} == set(EARLIER)
    assert {units[code] for code, *_ in early} == {unit}
    assert {state for *_, state in early} == {"approved"}


def test_nobody_writes_twice_where_the_pasts_of_units_meet(plan: CityPlan) -> None:
    one, other = plan.units[0].code, plan.units[1].code
    alone = list(iter_records(plan, DAYS[:1], [Past(frozenset({one, other}), EARLIER)]))
    together = [Past(frozenset({one}), EARLIER), Past(frozenset({one, other}), EARLIER)]

    assert list(iter_records(plan, DAYS[:1], together)) == alone


def test_most_sections_have_as_much_to_do_as_they_should(plan: CityPlan) -> None:
    city = plan_city(2000)
    minutes = {post.code: [duty.standard_minutes for duty in post.duties] for _, _, post in city.unit_posts()}
    people = list(iter_people(city))
    post_of = {person.code: person.post_code for person in people}
    work, heads = Counter[str](), Counter(person.section_code for person in people)
    section_of = {person.code: person.section_code for person in people}
    for code, _, index, _, quantity, *_ in iter_records(city, DAYS):
        work[section_of[code]] += minutes[post_of[code]][index] * quantity
    shares = [work[code] / (480 * len(DAYS) * count) for code, count in heads.items() if count >= 3]

    low, high = sum(share < 0.6 for share in shares), sum(share > 1.1 for share in shares)
    assert low
    assert high
    assert low + high < len(shares) / 2


def test_a_past_changes_nothing_of_what_the_city_wrote_since(plan: CityPlan) -> None:
    with_past = iter_records(plan, DAYS, [Past(frozenset({plan.units[0].code}), EARLIER)])

    assert [row for row in with_past if row[1] >= DAYS[0]] == list(iter_records(plan, DAYS))


def test_a_section_with_a_busy_pace_writes_more_than_twice_what_a_quiet_one_writes() -> None:
    city = plan_city(2000)
    paces = {section.code: section.pace for section in city.sections}
    section_of = {person.code: person.section_code for person in iter_people(city)}
    written, people = Counter[str](), Counter(paces[code] for code in section_of.values())
    written.update(paces[section_of[code]] for code, *_ in iter_records(city, DAYS[:5]))

    assert written["busy"] / people["busy"] > 2 * written["quiet"] / people["quiet"]


def test_nobodys_day_is_longer_than_ten_hours(plan: CityPlan) -> None:
    minutes: Counter[tuple[str, date]] = Counter()
    for code, day, _, _, _, taken, _ in iter_records(plan, DAYS):
        minutes[code, day] += taken

    assert max(minutes.values()) <= 600
