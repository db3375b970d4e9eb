"""The list of what a reply does, each change with the words that it came from, and what is left to a person (B34)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from basic_info.mandates.effects import Effect, EffectKind
from basic_info.mandates.models import Mandate
from basic_info.mandates.operations import confirm_mandate
from basic_info.mandates.previewing import Preview, preview_of
from host.kernel.access import Actor
from host.kernel.db import db
from host.kernel.tables.exports import registered_exports, table_of
from tests.basic_info.library.conftest import Office
from tests.basic_info.library.papers import mandate_file
from tests.basic_info.library.test_handed_duties import reply
from tests.basic_info.library.test_pages import upload
from tests.basic_info.library.versions import AMENDMENT, amend, in_force

SignIn = Callable[[Actor], FlaskClient]


def seen(mandate: Mandate) -> Preview:
    found = preview_of(mandate)
    assert found is not None
    return found


def of(place: Office, kind: EffectKind, *lines: str) -> list[Effect]:
    return [one for one in seen(reply(place, *lines)).effects if one.kind is kind]


TO_OFFICE = "撤销市场科，其职责划入办公室。"
PART = "将市场科的编制商务发展规划职责划入办公室。"
NEW = "增设外资科，主要负责外商投资促进。"
#: The words of a reply, and what they do: kind, subject, before, after.
CHANGES = [
    (NEW, EffectKind.ADDED, "外资科", "—", "主要负责外商投资促进"),
    (TO_OFFICE, EffectKind.ABOLISHED, "市场科", "市场科（2 项职责）", "职责划入办公室"),
    (TO_OFFICE, EffectKind.MOVED, "办公室", "市场科", "办公室：承担成品油零售经营资格审批；编制商务发展规划"),
    (PART, EffectKind.MOVED, "办公室", "市场科", "办公室：编制商务发展规划"),
    ("市场科更名为贸易科。", EffectKind.RENAMED, "贸易科", "市场科", "贸易科"),
    ("调整后，机关行政编制为37名。", EffectKind.QUOTA, "机关行政编制", "机关行政编制 35 名", "机关行政编制 37 名"),
    ("调整后，设局长1名，副局长4名。", EffectKind.LEADER, "副局长", "副局长 3 名", "副局长 4 名"),
    ("你局加挂临沂市口岸办公室牌子。", EffectKind.PLATE, "单位", "—", "临沂市口岸办公室"),
    ("你局更名为市商务和投资局。", EffectKind.UNIT, "单位名称", "临沂市商务局", "临沂市商务和投资局"),
]


@pytest.mark.parametrize(("words", "kind", "subject", "before", "after"), CHANGES)
def test_each_change_is_listed_with_the_words_of_the_reply(
    place: Office, words: str, kind: EffectKind, subject: str, before: str, after: str
) -> None:
    in_force(place)
    look = "还没有对应到登记的科室" if kind is EffectKind.ADDED else ""
    assert Effect(kind, subject, before, after, words, look) in seen(reply(place, words)).effects


def test_nothing_else_is_listed(place: Office) -> None:
    in_force(place)
    assert [one.kind for one in seen(reply(place, "市场科更名为贸易科。")).effects] == [EffectKind.RENAMED]


def test_bodies_made_into_one_are_listed_as_renamed_abolished_and_moved(place: Office) -> None:
    in_force(place)
    found = {one.kind: one for one in seen(reply(place, "整合办公室、市场科，组建综合科。")).effects}
    assert set(found) == {EffectKind.RENAMED, EffectKind.ABOLISHED, EffectKind.MOVED}
    assert (found[EffectKind.MOVED].before, found[EffectKind.MOVED].subject) == ("市场科", "综合科")


def test_an_abolished_body_whose_duties_go_nowhere_is_for_a_person_to_look_at(place: Office) -> None:
    in_force(place)
    effect = of(place, EffectKind.ABOLISHED, "撤销市场科。")[0]
    assert effect.look == "2 项职责没有写在任何机构：承担成品油零售经营资格审批；编制商务发展规划"


def test_duties_that_may_go_to_several_are_for_a_person_to_look_at(place: Office) -> None:
    in_force(place)
    words = ("增设外资科，主要负责外商投资促进。", "撤销市场科，其职责分别划入办公室、外资科。")
    preview = seen(reply(place, *words))
    looks = [(one.kind, one.after, bool(one.look)) for one in preview.effects if one.words == words[1]]
    assert looks == [(EffectKind.ABOLISHED, "暂保留", True), (EffectKind.MOVED, "办公室、外资科", True)]
    assert preview.to_look_at == 3


def test_a_sentence_that_came_to_nothing_is_listed(place: Office) -> None:
    in_force(place)
    preview = seen(reply(place, "撤销对外贸易科，其职责划入办公室。", "调整后，机关行政编制为37名。"))
    assert preview.unheard == ("撤销对外贸易科，其职责划入办公室。",)


def test_a_sentence_of_which_only_a_part_came_to_something_is_listed(place: Office) -> None:
    in_force(place)
    words = "市场科更名为贸易科，撤销对外贸易科，其职责划入办公室。"
    assert seen(reply(place, words)).unheard == (words,)


def test_duties_that_speak_of_setting_up_are_no_orders(place: Office) -> None:
    in_force(place)
    words = "增设外资科，主要负责外商投资企业设立备案，整合招商资源。"
    assert seen(reply(place, words)).unheard == ()


def test_a_task_that_every_body_has_tells_nothing_of_where_duties_went(place: Office) -> None:
    common = {
        "起草重要文稿。": "起草重要文稿；完成交办任务。",
        "编制商务发展规划。": "编制商务发展规划；完成交办任务。",
    }
    in_force(place, mandate_file(instead=common))
    words = "增设外资科，主要负责外商投资促进；完成交办任务。"
    effect = of(place, EffectKind.ABOLISHED, words, TO_OFFICE)[0]
    assert effect.after == "职责划入办公室"


def test_words_without_an_effect_say_where_they_are_dealt_with(place: Office, sign_in_as: SignIn) -> None:
    in_force(place)
    mandate = reply(place, "撤销对外贸易科，其职责划入办公室。", "调整后，机关行政编制为37名。")
    address = f"/basic-info/mandates/{mandate.id}"
    assert "需要的在下面的解析结果里补充" in sign_in_as(place.clerk).get(address).text
    confirm_mandate(mandate, actor=place.reviewer)
    assert "确认时没有计入本版本" in sign_in_as(place.clerk).get(address).text


def test_the_change_behind_a_new_number_is_not_listed_as_unheard(place: Office) -> None:
    in_force(place)
    assert seen(reply(place, "核增你局行政编制2名。调整后，机关行政编制为37名。")).unheard == ()


def test_the_preview_before_the_import_lists_the_changes_and_writes_nothing(place: Office, sign_in_as: SignIn) -> None:
    in_force(place)
    db.session.commit()
    text = "\n".join((*AMENDMENT[:3], "撤销市场科，其职责划入办公室。", AMENDMENT[-1]))
    page = sign_in_as(place.clerk).get(upload(sign_in_as(place.clerk), place, "mandate", text.encode(), "批复.txt"))
    assert "以第 1 版为基础" in page.text
    assert "办公室：承担成品油零售经营资格审批；编制商务发展规划" in page.text
    assert db.session.query(Mandate).count() == 1


def test_the_preview_says_when_there_is_nothing_to_change(place: Office, sign_in_as: SignIn) -> None:
    client = sign_in_as(place.clerk)
    page = client.get(upload(client, place, "mandate", "\n".join(AMENDMENT).encode(), "批复.txt"))
    assert "没有已确认的“三定”规定可以变更" in page.text


def test_the_review_lists_the_changes_too(place: Office, sign_in_as: SignIn) -> None:
    in_force(place)
    mandate = amend(place)
    db.session.commit()
    page = sign_in_as(place.clerk).get(f"/basic-info/mandates/{mandate.id}").text
    assert "批复改了什么" in page
    assert (
        "<h1>临沂市商务局职能配置、内设机构和人员编制规定" in page
        or "临沂市商务局职能配置、内设机构和人员编制规定" in page
    )


#: A reply to two units, in the order of the sentences.
BOTH = (
    "关于调整市商务局、市投资促进局机构编制事项的批复",
    "临编办发〔2022〕8号",
    "市商务局、市投资促进局：",
    "一、市商务局撤销市场科，其职责划入办公室。",
    "二、市投资促进局撤销办公室，增设项目科，负责项目推进。调整后，机关行政编制为12名。",
    "三、增设法规科，负责合法性审查。",
    "2022年6月1日",
)


def test_of_a_reply_to_two_units_only_the_orders_for_the_unit_are_carried_out(place: Office) -> None:
    in_force(place)
    preview = seen(amend(place, BOTH))
    assert {(one.kind, one.subject) for one in preview.effects} == {
        (EffectKind.ABOLISHED, "市场科"),
        (EffectKind.MOVED, "办公室"),
    }


def test_of_a_reply_to_two_units_the_rest_is_said_by_whom_it_is_for(place: Office) -> None:
    in_force(place)
    preview = seen(amend(place, BOTH))
    assert preview.undecided == ("增设法规科，负责合法性审查。",)
    assert preview.for_others == ("市投资促进局撤销办公室，增设项目科，负责项目推进。调整后，机关行政编制为12名。",)


def test_a_reply_to_two_other_units_changes_nothing(place: Office) -> None:
    in_force(place)
    preview = seen(amend(place, BOTH, 市商务局="市水利局"))
    assert preview.effects == ()
    assert len(preview.undecided) == 3


def test_a_reply_to_two_other_units_is_pointed_out(place: Office, sign_in_as: SignIn) -> None:
    in_force(place)
    mandate = amend(place, BOTH, 市商务局="市水利局")
    db.session.commit()
    assert "请核对是否选错了单位" in sign_in_as(place.clerk).get(f"/basic-info/mandates/{mandate.id}").text


def test_the_list_goes_out_as_a_table_with_what_is_left_to_a_person(place: Office) -> None:
    in_force(place)
    mandate = reply(place, "市场科更名为贸易科。", "撤销对外贸易科，其职责划入办公室。")
    found = table_of(registered_exports()["basic_info.mandate_effects"], place.clerk, {"mandate_id": str(mandate.id)})
    rows = [tuple(row) for row in found.rows()]
    assert rows[0] == ("机构更名", "贸易科", "市场科", "贸易科", "市场科更名为贸易科。", "")
    assert rows[1][0] == "没有体现"


def test_a_mandate_that_is_no_amendment_has_no_such_list(place: Office) -> None:
    assert preview_of(in_force(place, mandate_file())) is None
