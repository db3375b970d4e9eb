"""Wordings that the third examination brought: plates turned round, headings below a task, bodies in other words."""

from collections.abc import Sequence

from basic_info.mandates.parsing import Block, parse_mandate
from basic_info.mandates.parsing.model import ParsedMandate

TITLE = "某县商务局职能配置、内设机构和人员编制规定"
DUTIES = ("第三条　主要职责是：", "（一）负责商贸流通工作。", "（二）完成县委交办的其他任务。")


def read(*lines: str, title: str = TITLE, duties: Sequence[str] = DUTIES) -> ParsedMandate:
    return parse_mandate([Block(text=line) for line in (title, "第一条　根据方案，制定本规定。", *duties, *lines)])


def test_a_plate_that_hangs_at_the_unit_is_the_units() -> None:
    nature = "第二条　县商务局是县政府工作部门。县口岸办公室、县粮食局的牌子挂在县商务局。"
    mandate = read(duties=(nature, *DUTIES))
    assert [plate.name for plate in mandate.plates] == ["县口岸办公室", "县粮食局"]


def test_a_plate_that_hangs_at_a_body_inside_is_not_the_units() -> None:
    nature = "第二条　县商务局是县政府工作部门。县口岸办公室牌子挂在外贸科。"
    assert read(duties=(nature, *DUTIES)).plates == ()


def test_a_plate_keeps_its_quotation_marks() -> None:
    mandate = read("第四条　内设机构：", "（一）党建科（“两新”工委办公室）。负责党建工作。", "（二）商贸科。负责商贸。")
    assert mandate.sections[0].plates == ("“两新”工委办公室",)


def test_bodies_below_a_lead_of_functional_departments_are_sections() -> None:
    mandate = read("第四条　机关设下列职能部（室）：", "办公室。负责文电。", "信访室。受理申诉；分析举报。")
    assert [section.name for section in mandate.sections] == ["办公室", "信访室"]


def test_a_duty_under_rules_in_its_second_half_is_still_a_duty() -> None:
    mandate = read("第四条　内设机构：", "（一）监察股", "监督检查设备；按规定权限处理事故；管理计量器具。")
    assert [section.name for section in mandate.sections] == ["监察股"]


def test_a_party_organization_that_acts_by_the_charter_is_a_section() -> None:
    party = "机关党组织。按《中国共产党章程》等有关规定，负责局机关的党群工作。"
    mandate = read("第四条　内设机构：", "（一）办公室。负责文电。", "（二）商贸科。负责商贸。", party)
    assert mandate.sections[-1].name == "机关党组织"


def test_support_staff_of_the_organ_are_places_of_a_kind() -> None:
    mandate = read("第五条　机关行政编制9名，机关工勤人员2名。")
    assert [(quota.kind, quota.count) for quota in mandate.quotas] == [("机关行政编制", 9), ("机关工勤人员", 2)]


def test_posts_of_two_bodies_in_one_name_keep_what_tells_them_apart() -> None:
    title = "中共某县纪律检查委员会某县监察委员会机关职能配置、内设机构和人员编制规定"
    mandate = read("第五条　行政编制9名。设县纪委书记1名，县监委委员4名。", title=title)
    assert [post.title for post in mandate.leaders] == ["县纪委书记", "县监委委员"]


def township(*lines: str) -> ParsedMandate:
    return parse_mandate([Block(text=line) for line in ("某镇机构改革实施方案", *lines)])


def test_headings_below_the_main_tasks_of_a_scheme_are_parts() -> None:
    mandate = township(
        "一、总体要求",
        "优化协同高效。",
        "二、主要任务",
        "（一）明确镇职责",
        "1．促进农民增收。",
        "2．完成县委交办的其他任务。",
        "（二）设置机构",
        "（1）党政办公室。负责文秘。",
        "（2）党建办公室。负责党建。",
        "（三）核定编制和职数",
        "核定行政编制32名。",
    )
    assert len(mandate.duties) == len(mandate.sections) == 2
    assert mandate.quotas[0].count == 32


def test_the_standing_of_a_township_is_no_duty() -> None:
    mandate = township(
        "一、职能定位",
        "镇党委、政府为正科级。",
        "二、主要职责",
        "（一）加强党的建设。",
        "三、机构设置",
        "（一）党政办公室。负责文秘。",
        "（二）党建办公室。负责党建。",
    )
    assert [duty.text for duty in mandate.duties] == ["加强党的建设。"]


def test_a_bracket_inside_the_title_of_a_deputy_belongs_to_the_title() -> None:
    mandate = read("第五条　行政编制9名。部（室）主任3名，部（室）副主任2名。")
    assert [post.title for post in mandate.leaders] == ["部（室）主任", "部（室）副主任"]
