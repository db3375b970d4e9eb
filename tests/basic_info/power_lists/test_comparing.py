"""Two versions item by item."""

from __future__ import annotations

from basic_info.duties.operations import link
from basic_info.duties.thread import Layer
from basic_info.power_lists.comparing import Piece, Verdict, counts_of, differences, word_difference
from basic_info.power_lists.models import PowerList
from tests import factories
from tests.basic_info.library.conftest import Office
from tests.basic_info.power_lists.conftest import ROWS, Bring
from tests.basic_info.power_lists.test_adjusting import items


def test_the_same_list_twice_has_no_differences(in_force: PowerList, bring: Bring) -> None:
    assert differences(in_force.id, bring(year=2026).id) == []


def test_added_cancelled_and_changed_items_are_told_apart(in_force: PowerList, bring: Bring) -> None:
    rows = [ROWS[0], [*ROWS[1][:8], "滥用职权"], [4, "拍卖企业备案", "", "其他行政权力", "QT01", "", "", "/", ""]]

    found = counts_of(differences(in_force.id, bring(rows, year=2026).id))

    assert found == {Verdict.ADDED: 1, Verdict.CANCELLED: 1, Verdict.CHANGED: 1}


def test_an_item_renamed_under_its_code_is_changed_and_not_another_one(in_force: PowerList, bring: Bring) -> None:
    rows = [[1, "成品油零售经营许可", *ROWS[0][2:]], *ROWS[1:]]

    (found,) = differences(in_force.id, bring(rows, year=2026).id)

    assert [(one.title, one.before, one.after) for one in found.fields] == [
        ("事项名称", "成品油零售许可", "成品油零售经营许可")
    ]


def test_an_item_of_another_type_under_its_code_has_moved(in_force: PowerList, bring: Bring) -> None:
    rows = [[*ROWS[0][:3], "行政确认", *ROWS[0][4:]], *ROWS[1:]]

    (found,) = differences(in_force.id, bring(rows, year=2026).id)

    assert [(one.title, one.after) for one in found.fields] == [("权力类型", "行政确认")]


def test_another_section_and_another_limit_are_differences(in_force: PowerList, bring: Bring) -> None:
    rows = [[*ROWS[0][:6], "办公室", "10个工作日", "失职"], *ROWS[1:]]

    (found,) = differences(in_force.id, bring(rows, year=2026).id)

    assert {one.title: (one.before, one.after) for one in found.fields} == {
        "法定期限": ("20个工作日", "10个工作日"),
        "承办科室": ("市场科", "办公室"),
    }


def test_links_of_an_item_that_ended_need_a_look(place: Office, in_force: PowerList, bring: Bring) -> None:
    function = factories.a_function(unit=place.unit)
    link((Layer.ITEM, items(in_force)["商务统计检查"].id), (Layer.FUNCTION, function.id), actor=place.clerk)

    (found,) = differences(in_force.id, bring(ROWS[:2], year=2026).id)

    assert found.needs_look


def test_an_item_without_links_needs_no_look(in_force: PowerList, bring: Bring) -> None:
    (found,) = differences(in_force.id, bring(ROWS[:2], year=2026).id)

    assert not found.needs_look


def test_words_that_went_and_came_are_marked() -> None:
    assert word_difference("处2万元罚款", "处10万元罚款") == [
        Piece("", "处"),
        Piece("gone", "2"),
        Piece("new", "10"),
        Piece("", "万元罚款"),
    ]


def test_long_texts_are_compared_by_sentences() -> None:
    text = "".join(f"第{number}句。" for number in range(2000))

    pieces = word_difference(text, text.replace("第7句。", "第七句。"))

    assert [piece.text for piece in pieces if piece.mark] == ["第7句。", "第七句。"]
