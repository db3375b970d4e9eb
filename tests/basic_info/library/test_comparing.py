"""Two versions clause by clause: added, removed, changed, moved (B34)."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from urllib.parse import unquote

from docx import Document
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from basic_info.mandates.comparing import Change, Fate, compare, word_differences
from basic_info.mandates.models import Mandate
from basic_info.mandates.operations import confirm_mandate
from host.kernel.access import Actor, Role
from host.kernel.db import db
from tests import factories
from tests.basic_info.library.conftest import Office
from tests.basic_info.library.papers import mandate_file
from tests.basic_info.library.versions import amend, bring, in_force

SignIn = Callable[[Actor], FlaskClient]
Counter = Callable[[], AbstractContextManager[list[str]]]
LATER = {"2019年3月1日": "2024年5月1日"}


def whole(mandate: Mandate) -> Mandate:
    parts = (Mandate.fields, Mandate.clauses, Mandate.quotas, Mandate.leaders, Mandate.document)
    statement = select(Mandate).where(Mandate.id == mandate.id).options(*map(selectinload, parts))
    return db.session.scalars(statement.execution_options(populate_existing=True)).one()


def differences(before: Mandate, after: Mandate, group: str) -> list[Change]:
    return [one for one in compare(whole(before), whole(after)) if one.group == group and one.fate is not Fate.SAME]


def test_a_changed_duty_shows_the_words_that_differ(place: Office) -> None:
    first = in_force(place)
    second = bring(place, mandate_file(instead={**LATER, "经营资格审批。": "经营资格审查。"}))
    change = next(one for one in differences(first, second, "主要职责"))
    assert (change.fate, [one.text for one in change.after_pieces if one.differs]) == (Fate.CHANGED, ["查"])


def test_a_duty_left_out_is_removed(place: Office) -> None:
    first = in_force(place)
    second = bring(place, mandate_file(without="成品油零售经营资格审批。", instead=LATER))
    fates = [(one.fate, one.before.words if one.before else "") for one in differences(first, second, "主要职责")]
    assert fates == [(Fate.REMOVED, "负责成品油零售经营资格审批。")]


def test_a_duty_that_came_is_added(place: Office) -> None:
    first = in_force(place, mandate_file(without="成品油零售经营资格审批。"))
    second = bring(place, mandate_file(instead=LATER))
    fates = [(one.fate, one.after.words if one.after else "") for one in differences(first, second, "主要职责")]
    assert fates == [(Fate.ADDED, "负责成品油零售经营资格审批。")]


def test_a_duty_in_another_place_is_moved(place: Office) -> None:
    first = in_force(place)
    swapped = {
        **LATER,
        "（一）拟订全市商务发展规划并组织实施": "（一）负责成品油零售经营资格审批",
        "（二）负责成品油零售经营资格审批": "（二）拟订全市商务发展规划并组织实施",
    }
    second = bring(place, mandate_file(instead={key: swapped[key] for key in list(swapped)[:1]} | swapped))
    assert [one.fate for one in differences(first, second, "主要职责")] == [Fate.MOVED]


def test_facts_that_an_amendment_leaves_alone_are_not_moved(place: Office) -> None:
    base = in_force(place)
    fates = {one.fate for one in differences(base, amend(place), "基本信息")}
    assert Fate.MOVED not in fates


def test_width_and_blanks_are_no_difference(place: Office) -> None:
    first = in_force(place)
    second = bring(place, mandate_file(instead={**LATER, "市委、市政府": "市委、 市政府"}))
    assert differences(first, second, "主要职责") == []


def test_sections_are_compared_by_their_names(place: Office) -> None:
    first = in_force(place)
    second = bring(place, mandate_file(instead={**LATER, "起草重要文稿": "承担信访工作"}))
    change = differences(first, second, "内设机构")[0]
    assert (change.fate, change.after.name if change.after else "") == (Fate.CHANGED, "办公室")


def test_quotas_are_compared_by_their_kinds(place: Office) -> None:
    first = in_force(place)
    change = differences(first, amend(place), "人员编制")[0]
    assert [[one.text for one in side if one.differs] for side in (change.before_pieces, change.after_pieces)] == [
        ["35"], ["37"],
    ]  # fmt: skip


def test_leaders_are_compared_by_title_and_rank(place: Office) -> None:
    first = in_force(place)
    second = bring(place, mandate_file(instead={**LATER, "副局长3名": "副局长4名"}))
    assert [one.fate for one in differences(first, second, "领导职数")] == [Fate.CHANGED]


def test_a_number_is_never_cut(place: Office) -> None:
    before, after = word_differences("编制135名", "编制136名")
    assert ([one.text for one in before if one.differs], [one.text for one in after if one.differs]) == (
        ["135"],
        ["136"],
    )


def test_each_line_names_its_document(place: Office, sign_in_as: SignIn) -> None:
    in_force(place)
    change = confirm_mandate(amend(place), actor=place.reviewer)
    page = sign_in_as(place.clerk).get(f"/basic-info/mandates/{change.id}").text
    assert "来源：变更 临编办发〔2022〕8号" in page
    assert "来源：三定 临沂市商务局职能配置、内设机构和人员编制规定" in page


def test_the_duties_of_a_unit_name_their_documents(place: Office, sign_in_as: SignIn) -> None:
    in_force(place)
    draft = amend(place, 同意你局增设电子商务科="同意你局增设办公室")
    confirm_mandate(draft, actor=place.reviewer)
    page = sign_in_as(place.clerk).get(f"/basic-info/units/{place.unit.id}/duties").text
    assert re.search("指导电子商务企业.{0,80}来源：变更 临编办发〔2022〕8号", page, re.DOTALL)
    assert "来源：三定 临沂市商务局职能配置、内设机构和人员编制规定" in page


def test_the_page_of_an_amendment_leads_to_before_and_after(place: Office, sign_in_as: SignIn) -> None:
    base = in_force(place)
    change = amend(place)
    client = sign_in_as(place.reviewer)
    address = f"/basic-info/mandates/{base.id}/compare/{change.id}"
    assert address in client.get(f"/basic-info/mandates/{change.id}").text
    page = client.get(address).text
    assert "<del>35</del>" in page
    assert "<ins>37</ins>" in page


def test_the_comparison_goes_out_as_a_word_document_with_what_went_and_came_marked(
    place: Office, sign_in_as: SignIn
) -> None:
    base, change = in_force(place), amend(place)
    address = f"/basic-info/mandates/{base.id}/compare/{change.id}?format=docx"
    answer = sign_in_as(place.reviewer).get(address)
    table = Document(io.BytesIO(answer.data)).tables[0]
    runs = [run for row in table.rows for cell in row.cells for run in cell.paragraphs[0].runs]

    assert "三定规定对照" in unquote(answer.headers["Content-Disposition"])
    assert [run.text for run in runs if run.font.strike and run.text == "35"] == ["35"]
    assert [run.text for run in runs if run.font.underline and run.text == "37"] == ["37"]
    assert "负责成品油零售经营资格审批。" not in [cell.text for row in table.rows for cell in row.cells]


def test_what_is_the_same_is_shown_when_asked_for(place: Office, sign_in_as: SignIn) -> None:
    base, change = in_force(place), amend(place)
    address = f"/basic-info/mandates/{base.id}/compare/{change.id}"
    client = sign_in_as(place.clerk)
    assert "负责成品油零售经营资格审批。" not in client.get(address).text
    assert "负责成品油零售经营资格审批。" in client.get(f"{address}?all=1").text


def test_versions_of_two_units_are_not_compared(place: Office, sign_in_as: SignIn) -> None:
    first = in_force(place)
    other = factories.a_unit(name="市统计局")
    elsewhere = bring(Office(other, place.office, place.market, place.clerk, place.reviewer))
    answer = sign_in_as(place.clerk).get(f"/basic-info/mandates/{first.id}/compare/{elsewhere.id}")
    assert answer.status_code == 404


def test_another_unit_compares_nothing(place: Office, sign_in_as: SignIn) -> None:
    first, change = in_force(place), amend(place)
    stranger = factories.an_actor(Role.UNIT_CLERK, unit=factories.a_unit(name="市统计局"))
    answer = sign_in_as(stranger).get(f"/basic-info/mandates/{first.id}/compare/{change.id}")
    assert answer.status_code == 404


def test_comparing_costs_as_many_statements_for_many_clauses(
    place: Office, sign_in_as: SignIn, count_queries: Counter
) -> None:
    first, change = in_force(place), amend(place)
    client = sign_in_as(place.clerk)
    address = f"/basic-info/mandates/{first.id}/compare/{change.id}"
    client.get(address)
    db.session.expunge_all()
    with count_queries() as seen:
        client.get(address)
    assert len(seen) <= 16
