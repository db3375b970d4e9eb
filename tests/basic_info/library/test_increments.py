"""Numbers that a reply makes more or fewer: added to the version in force on its day, in whatever order papers come."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from basic_info.mandates.effects import Effect, EffectKind
from basic_info.mandates.errors import FewerThanNone
from basic_info.mandates.models import Mandate, MandateQuota
from basic_info.mandates.operations import confirm_mandate
from basic_info.mandates.parsing import parse_file
from basic_info.mandates.previewing import foreseen
from basic_info.mandates.readings import add_reading, correct_reading
from host.kernel.db import db
from tests.basic_info.library.conftest import Office
from tests.basic_info.library.papers import mandate_file
from tests.basic_info.library.test_effects import seen
from tests.basic_info.library.test_handed_duties import reply
from tests.basic_info.library.versions import AMENDMENT, amend, in_force, numbers_of

#: A base with two kinds of places and numbers of posts.
BASE = mandate_file(
    instead={"35名。设局长1名，副局长3名。": "35名，事业编制6名。设局长1名，副局长3名；科级领导职数5正2副。"}
)
QUOTA, LEADER = EffectKind.QUOTA, EffectKind.LEADER


def on(day: str, *lines: str, number: str = "8") -> tuple[str, ...]:
    """A reply of a day."""
    return (AMENDMENT[0], f"临编办发〔2022〕{number}号", AMENDMENT[2], *lines, day)


def confirmed(place: Office, day: str, *lines: str) -> Mandate:
    return confirm_mandate(amend(place, on(day, *lines)), actor=place.reviewer)


#: The words, what they do: kind, subject, before, after.
KINDS = [
    ("核增你局行政编制2名。", QUOTA, "机关行政编制", "机关行政编制 35 名", "机关行政编制 37 名"),
    ("核增2名行政编制。", QUOTA, "机关行政编制", "机关行政编制 35 名", "机关行政编制 37 名"),
    ("核减事业编制1名。", QUOTA, "事业编制", "事业编制 6 名", "事业编制 5 名"),
    ("收回你局空缺事业编制2名。", QUOTA, "事业编制", "事业编制 6 名", "事业编制 4 名"),
    ("收回事业空编2名。", QUOTA, "事业编制", "事业编制 6 名", "事业编制 4 名"),
    ("划转3名事业编制至市投资促进局。", QUOTA, "事业编制", "事业编制 6 名", "事业编制 3 名"),
    ("将你局3名事业编制划转至市投资促进局。", QUOTA, "事业编制", "事业编制 6 名", "事业编制 3 名"),
    ("从市水利局划转事业编制3名到你局。", QUOTA, "事业编制", "事业编制 6 名", "事业编制 9 名"),
    ("将市水利局行政编制2名连人带编划入你局。", QUOTA, "机关行政编制", "机关行政编制 35 名", "机关行政编制 37 名"),
    ("核增副局长职数1名。", LEADER, "副局长", "副局长 3 名", "副局长 4 名"),
    ("增设副局长职数1名。", LEADER, "副局长", "副局长 3 名", "副局长 4 名"),
    ("撤销副局长职数1名。", LEADER, "副局长", "副局长 3 名", "副局长 2 名"),
    ("核减正科级领导职数1名。", LEADER, "科级领导职数", "科级领导职数 5 名（正科级）", "科级领导职数 4 名（正科级）"),
    (
        "科级领导职数由5名增至6名。",
        LEADER,
        "科级领导职数",
        "科级领导职数 5 名（正科级）",
        "科级领导职数 6 名（正科级）",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("words", "kind", "subject", "before", "after"), KINDS)
def test_a_number_that_grows_or_shrinks_is_listed_before_and_after_with_its_words(
    place: Office, words: str, kind: EffectKind, subject: str, before: str, after: str
) -> None:
    in_force(place, BASE)
    preview = seen(reply(place, words))
    assert (preview.effects, preview.unheard) == ((Effect(kind, subject, before, after, words),), ())


def test_the_list_before_the_import_says_the_same(place: Office) -> None:
    in_force(place, BASE)
    words = "\n".join(on("2022年6月1日", "核增你局行政编制2名。"))
    parsed = parse_file(words.encode(), "批复.txt")
    preview = foreseen(parsed, unit_id=place.unit.id, words=words)
    assert preview is not None
    assert [one.after for one in preview.effects] == ["机关行政编制 37 名"]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("核增行政编制2名、事业编制1名，副局长职数1名。", (37, 7, 4)),
        ("核增编制3名（其中行政编制1名、事业编制2名）。", (36, 8, 3)),
        ("核增编制3名，其中行政编制1名，事业编制2名。", (36, 8, 3)),
        ("核增行政编制2名；核减事业编制1名。", (37, 5, 3)),
        ("将3名事业编制调整为行政编制。", (38, 3, 3)),
        ("核增行政编制2名，核增事业编制1名，核增行政编制1名。", (38, 7, 3)),
    ],
)
def test_several_numbers_of_one_reply_are_all_added(place: Office, words: str, numbers: tuple[int, ...]) -> None:
    in_force(place, BASE)
    found = numbers_of(reply(place, words))
    assert (found["机关行政编制"], found["事业编制"], found["副局长"]) == numbers


@pytest.mark.parametrize(
    ("words", "subject", "look"),
    [
        ("核减政法专项编制1名。", "政法专项编制", "基础版本中没有政法专项编制；请核对后用“补充编制”写明名额"),
        ("核增纪检组长职数1名。", "纪检组长职数", "基础版本中没有纪检组长职数；请核对后用“补充职数”写明名额"),
        ("收回空编3名。", "编制", "批复没有写明是哪一种，基础版本有机关行政编制、事业编制；请核对后用“修改”写明名额"),
        ("核减事业编制9名。", "事业编制", "基础版本只有 6 名，减少 9 名会少于 0；请核对后用“修改”写明名额"),
        ("核增市救助管理站工勤编制2名。", None, ""),
    ],
)
def test_what_the_base_has_nothing_for_is_left_to_a_person(
    place: Office, words: str, subject: str | None, look: str
) -> None:
    in_force(place, BASE)
    mandate = reply(place, "市场科更名为贸易科。", words)
    found = [(one.subject, one.after, one.look) for one in seen(mandate).effects if one.kind in (QUOTA, LEADER)]
    assert found == ([(subject, "没有计入", look)] if subject else [])
    assert seen(mandate).to_look_at == 1
    assert numbers_of(mandate)["事业编制"] == 6


def test_places_moved_between_bodies_of_the_unit_change_no_number_and_are_shown(place: Office) -> None:
    in_force(place, BASE)
    words = "将市场科2名行政编制划入办公室。"
    mandate = reply(place, "核增副局长职数1名。", words)
    assert seen(mandate).unheard == (words,)
    assert numbers_of(mandate)["机关行政编制"] == 35


def test_a_number_that_nobody_could_add_leaves_the_list_once_a_person_gave_it(place: Office) -> None:
    in_force(place, BASE)
    mandate = reply(place, "核增政法专项编制2名。")
    add_reading(mandate, MandateQuota(), {"kind": "政法专项编制", "count": 2}, actor=place.clerk)
    assert [(one.after, one.look) for one in seen(mandate).effects] == [("政法专项编制 2 名", "")]


def test_a_number_of_no_kind_is_listed_beside_one_that_was_added(place: Office) -> None:
    in_force(place, BASE)
    found = seen(reply(place, "核增你局行政编制2名；收回空编1名。")).effects
    assert [one.after for one in found] == ["机关行政编制 37 名", "没有计入"]


def test_what_was_added_to_can_be_corrected(place: Office) -> None:
    in_force(place, BASE)
    mandate = reply(place, "核减事业编制5名。")
    row = db.session.scalars(select(MandateQuota).where(MandateQuota.delta.is_not(None))).one()
    value = {"kind": "事业编制", "count": 2}
    correct_reading(mandate, row, value, version=row.lock_version, actor=place.clerk)
    assert [one.after for one in seen(mandate).effects] == ["事业编制 2 名"]


def test_an_outright_number_counts_beside_the_difference(place: Office) -> None:
    in_force(place, BASE)
    mandate = reply(place, "核增行政编制2名，调整后，机关行政编制为37名。")
    assert [(one.after, one.look) for one in seen(mandate).effects] == [("机关行政编制 37 名", "")]


@pytest.mark.parametrize(
    ("words", "look"),
    [
        (
            "核增行政编制2名，调整后，机关行政编制为38名。",
            "批复写增减 +2 名、之后 38 名，与基础版本的 35 名对不上，请核对",
        ),
        ("机关行政编制由33名增加到37名。", "批复说原有 33 名，基础版本是 35 名，请核对"),
    ],
)
def test_a_reply_whose_numbers_do_not_fit_the_base_is_to_be_looked_at(place: Office, words: str, look: str) -> None:
    in_force(place, BASE)
    assert [one.look for one in seen(reply(place, words)).effects] == [look]


def test_two_replies_in_a_row_are_added_one_on_the_other(place: Office) -> None:
    in_force(place, BASE)
    confirmed(place, "2021年6月1日", "核增行政编制2名。")
    assert numbers_of(confirmed(place, "2022年6月1日", "核减行政编制1名。"))["机关行政编制"] == 36


def test_two_replies_come_to_the_same_in_whatever_order_they_are_taken_in(place: Office) -> None:
    in_force(place, BASE)
    last = confirmed(place, "2022年6月1日", "核减行政编制1名。")
    between = confirmed(place, "2021年6月1日", "核增行政编制2名。")
    assert (numbers_of(between)["机关行政编制"], numbers_of(last)["机关行政编制"]) == (37, 36)


def test_a_difference_follows_a_base_that_is_put_right_later(place: Office) -> None:
    in_force(place, BASE)
    last = confirmed(place, "2022年6月1日", "核增行政编制2名，副局长职数1名。")
    confirmed(place, "2021年6月1日", "调整后，机关行政编制为40名。")
    assert (numbers_of(last)["机关行政编制"], numbers_of(last)["副局长"]) == (42, 4)


def test_a_number_that_a_later_reply_states_is_not_touched_by_an_earlier_difference(place: Office) -> None:
    in_force(place, BASE)
    middle = confirmed(place, "2022年6月1日", "调整后，机关行政编制为37名。")
    last = confirmed(place, "2023年6月1日", "核增副局长职数1名。")
    confirmed(place, "2021年6月1日", "核增行政编制9名。")
    assert [numbers_of(one)["机关行政编制"] for one in (middle, last)] == [37, 37]


def test_a_late_reply_that_leaves_too_few_for_a_later_one_is_refused(place: Office) -> None:
    in_force(place, BASE)
    confirmed(place, "2022年6月1日", "核减事业编制5名。")
    late = amend(place, on("2021年6月1日", "核减事业编制3名。"))
    with pytest.raises(FewerThanNone, match="第 2 版减少 5 名的“事业编制”会少于 0 名"):
        confirm_mandate(late, actor=place.reviewer)


def test_a_number_below_none_is_refused_by_the_database(place: Office) -> None:
    with pytest.raises(IntegrityError, match="count_not_negative"), db.session.begin_nested():
        db.session.execute(
            text("INSERT INTO mandate_quota (mandate_id, kind, count) VALUES (:id, '行政编制', -1)"),
            {"id": reply_id(place)},
        )


def reply_id(place: Office) -> int:
    in_force(place, BASE)
    return reply(place, "核增行政编制2名。").id
