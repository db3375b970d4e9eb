"""The pages: who sees what, what they say, what they refuse."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects.postgresql import Range

from basic_info.documents.models import Document
from basic_info.duties.models import DutyLink, LinkState
from basic_info.mandates.models import ClauseKind, Mandate, MandateClause, MandateStyle
from duty_eval.records.models import RecordState
from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.db import db
from performance.grading.models import AnnualAssessment, AnnualGrade
from performance.schemes.models import Indicator, IndicatorScheme, SchemeState
from performance.schemes.operations import default_scheme
from performance.scoring.models import PersonScore, ScoreRun
from performance.scoring.operations import score_now
from performance.scoring.tracing import todo, trace
from tests.factories import a_person, a_region, a_section_duty, a_unit, an_account, an_actor
from tests.performance.rows import FIRST, LAST, Office, a_published_scheme, workdays_of_march

SignIn = Callable[[Actor], FlaskClient]


@pytest.fixture
def office(connection: Connection) -> Office:
    office = Office("王芳", "李强", "张伟", "赵敏", "孙丽")
    for day in workdays_of_march():
        office.review(office.people[0], day, office.log(office.people[0], day), 4)
    office.log(office.people[1], date(2026, 3, 2), state=RecordState.SUBMITTED)
    db.session.commit()
    return office


@pytest.fixture
def run(office: Office) -> ScoreRun:
    run = score_now(a_published_scheme(), first=FIRST, last=LAST, actor=SYSTEM)
    db.session.commit()
    return run


def the_assessor() -> Actor:
    return an_actor(Role.ASSESSOR, region="371300")


def the_head(office: Office) -> Actor:
    return an_actor(Role.UNIT_HEAD, person=a_person(name="周局"), unit=office.unit)


def the_staff(office: Office, place: int = 0) -> Actor:
    return an_actor(Role.STAFF, person=office.people[place])


def why(run: ScoreRun, office: Office, place: int = 0) -> str:
    return f"/performance/runs/{run.id}/people/{office.people[place].id}"


def a_part(**over: str) -> dict[str, object]:
    """What the form of an indicator sends."""
    part = {"parent_id": 0, "name": "再加", "weight": "5", "data_source": "duty_coverage", "rule_kind": "band"}
    return {**part, **over}


PAGES = (
    "/performance/schemes",
    "/performance/schemes/{scheme}",
    "/performance/runs",
    "/performance/runs/{run}",
    "/performance/runs/{run}/progress",
    "/performance/runs/{run}/compare?with={run}",
    "/performance/runs/{run}/units/{unit}",
    "/performance/runs/{run}/sections/{section}",
    "/performance/runs/{run}/people/{person}",
    "/performance/scores",
    "/performance/grading",
    "/performance/grading/units/{unit}?year=2026",
    "/performance/grading/units/{unit}/places?year=2026",
    "/performance/grading/units/{unit}/people/{person}?year=2026",
    "/performance/grading/settings",
)


@pytest.mark.parametrize("path", PAGES)
def test_an_assessor_opens_the_page(office: Office, run: ScoreRun, sign_in_as: SignIn, path: str) -> None:
    names = {
        "scheme": run.scheme_id,
        "run": run.id,
        "unit": office.unit.id,
        "section": office.section.id,
        "person": office.people[0].id,
    }
    answer = sign_in_as(the_assessor()).get(path.format(**names))
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("path", [path for path in PAGES if "{run}" in path or "{unit}" in path])
def test_the_head_of_another_unit_finds_nothing(office: Office, run: ScoreRun, sign_in_as: SignIn, path: str) -> None:
    names = {
        "run": run.id,
        "unit": office.unit.id,
        "section": office.section.id,
        "person": office.people[0].id,
    }
    stranger = an_actor(Role.UNIT_HEAD, unit=a_unit(name="别的局"))
    assert sign_in_as(stranger).get(path.format(**names)).status_code == 404


def test_staff_see_their_own_score(office: Office, run: ScoreRun, sign_in_as: SignIn) -> None:
    page = sign_in_as(the_staff(office)).get(why(run, office)).text
    assert "有审核通过的履职纪实的天数 ÷ 应履职工作日" in page
    assert f"/duty-eval/people/{office.people[0].id}/records?from=2026-03-01&amp;to=2026-03-31" in page


def test_staff_do_not_see_a_colleagues_score(office: Office, run: ScoreRun, sign_in_as: SignIn) -> None:
    assert sign_in_as(the_staff(office, 1)).get(why(run, office)).status_code == 404


def test_staff_do_not_reach_the_runs(office: Office, run: ScoreRun, sign_in_as: SignIn) -> None:
    assert sign_in_as(the_staff(office)).get(f"/performance/runs/{run.id}").status_code == 403


def test_a_missing_part_is_told_with_its_new_weights(office: Office, run: ScoreRun, sign_in_as: SignIn) -> None:
    page = sign_in_as(the_staff(office)).get(why(run, office)).text
    assert "本期没有到期的交办任务，本项不计分" in page
    assert "权重已重新分配" in page


def test_each_number_of_a_score_opens_the_rows_that_it_counts(office: Office, sign_in_as: SignIn) -> None:
    person = office.people[2]
    for day in (2, 3, 4):
        rated = office.log(person, date(2026, 3, day))
    office.review(person, date(2026, 3, 4), rated, 4)
    office.log(person, date(2026, 3, 5), state=RecordState.SUBMITTED)
    office.log(person, date(2026, 3, 6), state=RecordState.RETURNED)
    office.task(person, date(2026, 3, 10), date(2026, 3, 9))
    office.task(person, date(2026, 3, 11), None)
    run = score_now(a_published_scheme(), first=FIRST, last=LAST, actor=SYSTEM)
    client = sign_in_as(the_assessor())

    links = re.findall(r'<a href="(/duty-eval/people/[^"]+)">(\d+)</a>', client.get(why(run, office, 2)).text)
    opened: dict[str, set[tuple[int, int]]] = {}
    for address, number in links:
        rows = client.get(address.replace("&amp;", "&")).text.count("<tr data-row")
        which = re.search(r"(?:state|which)=(\w+)", address)
        opened.setdefault(which[1] if which else "due", set()).add((rows, int(number)))

    # Three approved days with one mark of 4; four records count, of one duty; two tasks were due.
    assert opened == {
        "upheld": {(3, 3)},
        "counted": {(4, 4), (4, 1)},
        "rated": {(1, 4), (1, 1)},
        "due": {(2, 2)},
        "in_time": {(1, 1)},
    }


def test_why_shows_the_run_before(office: Office, run: ScoreRun, sign_in_as: SignIn) -> None:
    office.log(office.people[0], date(2026, 3, 2), duty=1)
    scheme = db.session.get_one(IndicatorScheme, run.scheme_id)
    again = score_now(scheme, first=FIRST, last=LAST, actor=SYSTEM)
    db.session.commit()
    page = sign_in_as(the_staff(office)).get(why(again, office)).text
    assert "上一次得分" in page
    assert "有变化" in page


def test_two_runs_on_the_same_data_are_shown_as_identical(office: Office, run: ScoreRun, sign_in_as: SignIn) -> None:
    scheme = db.session.get_one(IndicatorScheme, run.scheme_id)
    again = score_now(scheme, first=FIRST, last=LAST, actor=SYSTEM)
    db.session.commit()
    page = sign_in_as(the_assessor()).get(f"/performance/runs/{again.id}/compare?with={run.id}").text
    assert "逐位一致" in page


def test_a_changed_score_names_its_unit(office: Office, run: ScoreRun, sign_in_as: SignIn) -> None:
    office.log(office.people[2], date(2026, 3, 2))
    scheme = db.session.get_one(IndicatorScheme, run.scheme_id)
    again = score_now(scheme, first=FIRST, last=LAST, actor=SYSTEM)
    db.session.commit()
    page = sign_in_as(the_assessor()).get(f"/performance/runs/{again.id}/compare?with={run.id}").text
    assert "市发展和改革局" in page


def test_people_come_by_name_and_not_by_score(office: Office, run: ScoreRun, sign_in_as: SignIn) -> None:
    page = sign_in_as(the_head(office)).get(f"/performance/runs/{run.id}/sections/{office.section.id}").text
    page = page.split("<tbody>")[1]
    names = sorted(["王芳", "李强", "张伟", "赵敏", "孙丽"])
    assert [page.index(f">{name}<") for name in names] == sorted(page.index(f">{name}<") for name in names)


def test_no_column_holds_a_rank() -> None:
    columns = {column.name for table in (PersonScore, ScoreRun) for column in table.__table__.c}
    assert not [name for name in columns if "rank" in name or "place" in name]


def test_a_default_scheme_is_made_in_one_step(connection: Connection, sign_in_as: SignIn) -> None:
    region = a_region()
    client = sign_in_as(the_assessor())
    data = {"region_id": region.id, "year": 2026, "name": "年度", "content": "default"}
    answer = client.post("/performance/schemes", data=data)
    assert answer.status_code == 303
    assert "履职天数" in client.get(answer.location).text


def test_a_scheme_that_misses_100_is_refused_on_the_page(connection: Connection, sign_in_as: SignIn) -> None:
    scheme = default_scheme(a_region().id, year=2026, actor=SYSTEM)
    db.session.commit()
    client = sign_in_as(the_assessor())
    data = {
        "parent_id": 0,
        "name": "再加",
        "weight": "5",
        "data_source": "tasks_late",
        "rule_kind": "deduct_each",
        "amount": "10",
    }
    assert client.post(f"/performance/schemes/{scheme.id}/indicators", data=data).status_code == 303
    answer = client.post(f"/performance/schemes/{scheme.id}/publish")
    assert answer.status_code == 422
    assert "应为 100，现为 105" in answer.text


def test_bands_are_typed_as_percentages(connection: Connection, sign_in_as: SignIn) -> None:
    scheme = default_scheme(a_region().id, year=2026, actor=SYSTEM)
    db.session.commit()
    client = sign_in_as(the_assessor())
    data = {
        "parent_id": 0,
        "name": "分档",
        "weight": "5",
        "data_source": "duty_coverage",
        "rule_kind": "band",
        "bands": "80% 100\n0 50",
    }
    assert client.post(f"/performance/schemes/{scheme.id}/indicators", data=data).status_code == 303
    assert "80% 及以上得 100 分；不足 80% 得 50 分" in client.get(f"/performance/schemes/{scheme.id}").text


def test_a_wrong_rule_comes_back_with_what_to_mend(connection: Connection, sign_in_as: SignIn) -> None:
    scheme = default_scheme(a_region().id, year=2026, actor=SYSTEM)
    db.session.commit()
    data = {
        "parent_id": 0,
        "name": "分档",
        "weight": "5",
        "data_source": "duty_coverage",
        "rule_kind": "band",
        "bands": "80% 100",
    }
    answer = sign_in_as(the_assessor()).post(f"/performance/schemes/{scheme.id}/indicators", data=data)
    assert answer.status_code == 422
    assert "分档应有 2 至 20 档" in answer.text


def test_a_county_assessor_does_not_see_the_citys_scheme(connection: Connection, sign_in_as: SignIn) -> None:
    scheme = default_scheme(a_region().id, year=2026, actor=SYSTEM)
    db.session.commit()
    county = an_actor(Role.ASSESSOR, region="371302")
    assert sign_in_as(county).get(f"/performance/schemes/{scheme.id}").status_code == 404


def test_a_run_is_asked_for_as_a_job(office: Office, sign_in_as: SignIn) -> None:
    scheme = a_published_scheme()
    db.session.commit()
    data = {"scheme_id": scheme.id, "first": "2026-03", "last": "2026-03"}
    client = sign_in_as(the_assessor())
    answer = client.post("/performance/runs", data=data)
    assert answer.status_code == 303
    assert "排队中" in client.get(answer.location).text


def test_a_wrong_day_is_told_in_chinese(office: Office, sign_in_as: SignIn) -> None:
    scheme = a_published_scheme()
    db.session.commit()
    data = {"scheme_id": scheme.id, "first": "三月", "last": "2026-03"}
    answer = sign_in_as(the_assessor()).post("/performance/runs", data=data)
    assert answer.status_code == 422
    assert "Not a valid" not in answer.text


def test_a_head_proposes_until_the_places_are_taken(office: Office, sign_in_as: SignIn) -> None:
    client = sign_in_as(the_head(office))
    answers = [
        client.post(
            f"/performance/grading/units/{office.unit.id}/people/{office.people[place].id}?year=2026",
            data={"grade": "excellent", "no_grade_reason": "", "comment": "表现突出"},
        )
        for place in (0, 1)
    ]
    assert [answer.status_code for answer in answers] == [303, 409]
    assert "优秀名额已用完" in answers[1].text


def test_staff_cannot_propose(office: Office, sign_in_as: SignIn) -> None:
    path = f"/performance/grading/units/{office.unit.id}/people/{office.people[1].id}?year=2026"
    assert sign_in_as(the_staff(office)).post(path, data={"grade": "competent"}).status_code == 403


def test_a_form_cannot_set_the_final_grade(office: Office, sign_in_as: SignIn) -> None:
    path = f"/performance/grading/units/{office.unit.id}/people/{office.people[1].id}?year=2026"
    data = {"grade": "competent", "no_grade_reason": "", "final_grade": "excellent", "posted_from": "2020-01-01"}
    sign_in_as(the_head(office)).post(path, data=data)
    row = db.session.scalars(select(AnnualAssessment)).one()
    assert (row.proposed_grade, row.final_grade, row.posted_from) == (AnnualGrade.COMPETENT, None, None)


def test_a_duty_leads_to_the_scores_that_draw_on_it(
    office: Office, run: ScoreRun, app: Any, count_queries: Any
) -> None:
    with app.test_request_context(), count_queries() as seen:
        lines = trace("post_duty", office.duties[0].id, the_assessor_of(office))
    assert [line.count for line in lines] == [5]
    assert len([statement for statement in seen if "person_score" in statement]) == 1


def test_a_clause_leads_to_the_scores_of_what_carries_it(office: Office, run: ScoreRun, app: Any) -> None:
    clause = a_clause_carried_by(office)

    with app.test_request_context():
        lines = trace("mandate_clause", clause.id, the_assessor_of(office))

    assert [line.count for line in lines] == [5]


def a_clause_carried_by(office: Office) -> MandateClause:
    """A clause that states a duty of the section, which the post's first duty carries."""
    document = Document(title="三定规定", unit_id=office.unit.id)
    db.session.add(document)
    db.session.flush()
    mandate = Mandate(
        unit_id=office.unit.id, version_no=1, style=MandateStyle.ARTICLE, document_id=document.id, source_text="全文",
        valid=Range(FIRST, None),
    )  # fmt: skip
    db.session.add(mandate)
    db.session.flush()
    clause = MandateClause(mandate_id=mandate.id, clause_kind=ClauseKind.SECTION, sort_no=1, text="负责审批")
    db.session.add(clause)
    db.session.flush()
    duty = a_section_duty(section=office.section, clause_id=clause.id)
    link = {"unit_id": office.unit.id, "section_duty_id": duty.id, "post_duty_id": office.duties[0].id}
    decided = {"link_state": LinkState.CONFIRMED, "decided_by": an_account().id, "decided_at": datetime.now(UTC)}
    db.session.execute(insert(DutyLink).values(**link, **decided))
    return clause


def test_a_duty_leads_staff_to_their_own_score_only(office: Office, run: ScoreRun, app: Any) -> None:
    with app.test_request_context():
        lines = trace("post_duty", office.duties[0].id, the_staff(office))
    assert [(line.count, line.url) for line in lines] == [(1, why(run, office))]


def test_a_fresh_run_is_something_to_look_at(office: Office, run: ScoreRun, app: Any) -> None:
    with app.test_request_context():
        assert [item.count for item in todo(the_assessor())] == [1]
        assert [item.count for item in todo(the_staff(office))] == [1]


def the_assessor_of(office: Office) -> Actor:
    return an_actor(Role.ASSESSOR, unit=office.unit)


GRADING = {
    "percent": "25",
    "rounding": "ceil",
    "routine_gate": "off",
    "since": "2026-01-01",
    "reason": "鲁组发〔2026〕3号",
}


def test_the_share_of_a_region_is_set_on_its_page(connection: Connection, sign_in_as: SignIn) -> None:
    client = sign_in_as(the_assessor())
    typed = {**GRADING, "region_id": a_region().id}
    assert client.post("/performance/grading/settings", data=typed).status_code == 303
    page = client.get("/performance/grading/settings").text
    assert ("25%" in page, "鲁组发〔2026〕3号" in page) == (True, True)


@pytest.mark.parametrize("over", [{"percent": "26"}, {"rounding": "up"}, {"reason": " "}, {"since": ""}])
def test_a_share_that_cannot_be_is_refused_on_its_page(
    connection: Connection, sign_in_as: SignIn, over: dict[str, str]
) -> None:
    client = sign_in_as(the_assessor())
    answer = client.post("/performance/grading/settings", data={**GRADING, "region_id": a_region().id, **over})
    assert (answer.status_code, "请修改以下内容" in answer.text) == (422, True)


def test_a_draft_can_be_copied_published_and_archived(connection: Connection, sign_in_as: SignIn) -> None:
    scheme = default_scheme(a_region().id, year=2026, actor=SYSTEM)
    db.session.commit()
    client = sign_in_as(the_assessor())
    assert client.post(f"/performance/schemes/{scheme.id}/publish").status_code == 303
    assert client.post(f"/performance/schemes/{scheme.id}/copy", data={"year": 2027, "name": "新"}).status_code == 303
    assert client.post(f"/performance/schemes/{scheme.id}/archive").status_code == 303
    assert db.session.get_one(IndicatorScheme, scheme.id).scheme_state is SchemeState.ARCHIVED


@pytest.mark.parametrize("path", ["/performance/runs", "/performance/grading?year=2026", "/performance/schemes"])
def test_a_list_costs_as_many_statements_for_many_rows(
    office: Office, run: ScoreRun, sign_in_as: SignIn, count_queries: Any, path: str
) -> None:
    client = sign_in_as(the_assessor())
    client.get(path)
    with count_queries() as few:
        client.get(path)
    scheme = db.session.get_one(IndicatorScheme, run.scheme_id)
    for number in range(20):
        a_unit(name=f"单位{number}")
        score_now(scheme, first=FIRST, last=LAST, actor=SYSTEM)
    db.session.commit()
    with count_queries() as many:
        client.get(path)
    assert len(many) == len(few)


def test_why_costs_at_most_eight_statements(
    office: Office, run: ScoreRun, sign_in_as: SignIn, count_queries: Any
) -> None:
    client = sign_in_as(the_staff(office))
    with count_queries() as seen:
        client.get(why(run, office))
    assert len(seen) <= 8


def a_draft(office: Office) -> IndicatorScheme:
    scheme = default_scheme(a_region("371300").id, year=2027, name="草稿", actor=SYSTEM)
    db.session.commit()
    return scheme


def test_a_draft_says_that_it_can_be_published(office: Office, sign_in_as: SignIn) -> None:
    text = sign_in_as(the_assessor()).get(f"/performance/schemes/{a_draft(office).id}").get_data(as_text=True)

    assert ("可以发布。" in text, "合计 100" in text) == (True, True)


def test_a_draft_says_what_is_missing_and_cannot_be_published(office: Office, sign_in_as: SignIn) -> None:
    scheme = a_draft(office)
    part = db.session.scalars(select(Indicator).where(Indicator.scheme_id == scheme.id)).first()
    assert part is not None
    part.weight -= 5
    db.session.commit()

    text = sign_in_as(the_assessor()).get(f"/performance/schemes/{scheme.id}").get_data(as_text=True)

    assert ("一级指标权重合计应为 100，现为 95" in text, "disabled" in text) == (True, True)


def test_a_name_that_is_taken_comes_back_beside_the_field(office: Office, sign_in_as: SignIn) -> None:
    scheme = a_draft(office)
    typed = {"region_id": scheme.region_id, "year": 2027, "name": "草稿", "content": "empty"}

    page = sign_in_as(the_assessor()).post("/performance/schemes", data=typed)

    assert (page.status_code, "已有同名的指标体系" in page.get_data(as_text=True)) == (409, True)


def test_two_clicks_start_one_run(office: Office, sign_in_as: SignIn) -> None:
    scheme = a_published_scheme()
    db.session.commit()
    browser = sign_in_as(the_assessor())
    typed = {"scheme_id": scheme.id, "first": "2026-03", "last": "2026-03"}

    first, second = (browser.post("/performance/runs", data=typed) for _ in range(2))

    runs = db.session.scalars(select(ScoreRun.id)).all()
    assert (len(runs), first.location == second.location) == (1, True)


def test_the_posting_says_its_last_day_in_words(office: Office, sign_in_as: SignIn) -> None:
    browser, person = sign_in_as(the_head(office)), office.people[0]
    base = f"/performance/grading/units/{office.unit.id}"
    browser.post(f"{base}/count?year=2026")
    browser.post(f"{base}/people/{person.id}?year=2026", data={"grade": "excellent", "no_grade_reason": ""})
    assessment = db.session.scalars(select(AnnualAssessment)).one()

    page = browser.post(
        f"/performance/grading/assessments/{assessment.id}/posting",
        data={"posted_from": "2026-03-02"},
        follow_redirects=True,
    )

    assert "公示到2026年3月9日结束" in page.get_data(as_text=True)


def test_a_decision_that_is_refused_comes_back_on_the_persons_page(office: Office, sign_in_as: SignIn) -> None:
    person = office.people[0]
    sign_in_as(the_head(office)).post(f"/performance/grading/units/{office.unit.id}/count?year=2026")
    sign_in_as(the_head(office)).post(
        f"/performance/grading/units/{office.unit.id}/people/{person.id}?year=2026",
        data={"grade": "excellent", "no_grade_reason": ""},
    )
    assessment = db.session.scalars(select(AnnualAssessment)).one()

    page = sign_in_as(the_assessor()).post(
        f"/performance/grading/assessments/{assessment.id}/decision", data={"grade": "excellent", "no_grade_reason": ""}
    )

    text = page.get_data(as_text=True)
    assert (page.status_code, "公示" in text, "<h1>" in text and person_name(text)) == (409, True, True)


def person_name(text: str) -> bool:
    return "王芳 2026 年度考核" in text


def test_a_run_of_a_year_without_records_scores_nobody_zero(office: Office, sign_in_as: SignIn) -> None:
    run = score_now(a_published_scheme(), first=date(2025, 2, 1), last=date(2025, 2, 28), actor=SYSTEM)
    db.session.commit()

    page = sign_in_as(the_assessor()).get(f"/performance/runs/{run.id}")

    assert page.status_code == 200
