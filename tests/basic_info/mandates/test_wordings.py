"""Wordings that the third examination brought: plates turned round, headings below a task, bodies in other words."""

from collections.abc import Sequence

import pytest

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


BODIES = ("（一）办公室。负责文电。", "（二）商贸科。负责商贸。")


def test_two_names_of_one_body_are_a_name_and_a_plate() -> None:
    mandate = read("第四条　内设机构：", *BODIES, "（三）文明科、德育科（一个机构、两块牌子）。负责文明创建。")
    assert (mandate.sections[-1].name, mandate.sections[-1].plates) == ("文明科", ("德育科",))


@pytest.mark.parametrize("bracket", ["与口岸办公室一个机构两块牌子", "对外称口岸办公室"])
def test_a_bracket_that_says_what_the_body_is_also_called_is_a_plate(bracket: str) -> None:
    mandate = read("第四条　内设机构：", *BODIES, f"（三）外贸科（{bracket}）。负责外贸。")
    assert mandate.sections[-1].plates == ("口岸办公室",)


def test_a_unit_of_two_plates_and_one_staff_hangs_out_the_other() -> None:
    nature = "第二条　县商务局是县政府工作部门，与县口岸管理局实行两块牌子、一套人马。"
    assert [plate.name for plate in read(duties=(nature, *DUTIES)).plates] == ["县口岸管理局"]


def test_the_head_of_a_party_body_is_no_duty_of_it() -> None:
    tail = "机关党委负责人由局领导兼任，机关党委设专职副书记。"
    assert len(read("第四条　内设机构：", *BODIES, tail).sections) == 2


def test_what_others_prescribe_for_a_party_group_is_no_duty_of_a_body() -> None:
    others = "第五条　县商务局党委履行县委规定的职责。其监管范围是县属企业。"
    assert len(read("第四条　内设机构：", *BODIES, others).sections) == 2


def test_bodies_without_numbers_below_a_lead_on_duties_are_sections() -> None:
    mandate = read("第四条　专门委员会及其主要职责：", "提案委员会：负责提案。", "文史委员会：组织学习；征集史料。")
    assert [section.name for section in mandate.sections] == ["提案委员会", "文史委员会"]
    assert len(mandate.duties) == 2


def test_one_line_may_describe_several_bodies() -> None:
    mandate = read("第四条　内设机构：", "办公室负责文电；养护科负责康复、文娱；儿童科负责教育。")
    assert [(section.name, section.text) for section in mandate.sections] == [
        ("办公室", "负责文电；"),
        ("养护科", "负责康复、文娱；"),
        ("儿童科", "负责教育。"),
    ]


def test_a_body_set_up_in_one_sentence_has_its_duties_in_the_next_paragraph() -> None:
    mandate = read("第四条　内设机构：", *BODIES, "第五条　县商务局设执法队。", "以县商务局名义执法。")
    assert (mandate.sections[-1].name, mandate.sections[-1].text) == ("执法队", "以县商务局名义执法。")


def test_plates_in_the_list_of_names_are_the_bodies_own() -> None:
    mandate = read(
        "第四条　内设机构",
        "机关设置办公室、商贸科（挂粮食科牌子）。",
        "办公室主要职责：负责文电。",
        "商贸科主要职责：负责商贸。",
    )
    assert [section.plates for section in mandate.sections] == [(), ("粮食科",)]


def test_a_plate_named_first_below_the_bodys_heading_is_no_duty() -> None:
    mandate = read("第四条　内设机构：", "（一）办公室", "加挂督查室牌子。负责文电。", "（二）商贸科", "负责商贸。")
    assert (mandate.sections[0].plates, mandate.sections[0].text) == (("督查室",), "负责文电。")


def test_a_heading_without_number_between_items_belongs_to_none() -> None:
    duties = ("第三条　主要职责：", "党建方面：", "（一）宣传政策。", "经济方面：", "（二）编制规划。")
    assert [duty.text for duty in read(duties=duties).duties] == ["宣传政策。", "编制规划。"]


@pytest.mark.parametrize("words", ["其他应当由县商务局承办的事项。", "县委、县政府赋予的其他职责。"])
def test_further_matters_without_a_verb_are_a_catch_all(words: str) -> None:
    assert read(duties=("第三条　主要职责是：", "（一）负责商贸。", f"（二）{words}")).duties[-1].kind == "catch_all"


def test_powers_that_a_unit_exercises_are_its_duties() -> None:
    duties = ("第三条　县商务局按照授权，行使下列职权：", "（一）编制规划；", "（二）招商引资。")
    assert len(read(duties=duties).duties) == 2


def test_directly_subordinate_bodies_are_sections() -> None:
    mandate = parse_mandate(
        [
            Block(text=line)
            for line in (
                TITLE,
                "一、主要职责",
                "（一）负责商贸。",
                "二、内设机构",
                *BODIES,
                "三、直属机构",
                "执法大队。依法开展检查。",
            )
        ]
    )
    assert mandate.sections[-1].name == "执法大队"


def test_ranks_in_a_bracket_may_be_followed_by_what_they_take_in() -> None:
    mandate = read("第五条　科级领导职数19名（正科级10名，副科级9名。含机关党委专职副书记1名）。")
    assert [(post.rank, post.count) for post in mandate.leaders] == [("正科级", 10), ("副科级", 9)]


def test_the_staff_that_places_are_for_are_no_kinds_of_places() -> None:
    mandate = read("第五条　核定事业编制168名，其中管理人员编制25名、专业技术人员编制143名。")
    assert [(quota.kind, quota.count) for quota in mandate.quotas] == [("事业编制", 168)]


def test_places_of_a_unit_called_an_organ_are_the_organs() -> None:
    title = "某县残疾人联合会机关职能配置、内设机构和人员编制规定"
    assert read("第五条　县残联机关编制15名。", title=title).quotas[0].kind == "机关编制"


def test_a_rank_in_the_remarks_of_a_table_is_the_posts() -> None:
    table = Block(rows=(("项目", "核定数", "备注"), ("局长", "1名", ""), ("政治部主任", "1名", "副处级")))
    mandate = parse_mandate([*(Block(text=line) for line in (TITLE, *DUTIES)), table])
    assert [(post.title, post.rank) for post in mandate.leaders] == [("局长", None), ("政治部主任", "副处级")]


def test_a_new_body_that_acts_in_anothers_name_has_its_duty() -> None:
    lines = ("关于某镇机构编制调整的批复", "某镇人民政府：", "一、同意设立执法队（股级），以镇政府名义执法。")
    assert parse_mandate([Block(text=line) for line in lines]).sections[0].text == "以镇政府名义执法。"


def test_the_working_committee_and_office_of_a_subdistrict_are_a_township() -> None:
    title = "某街道党工委、办事处职能配置、内设机构和人员编制规定"
    assert read("第四条　内设机构：", *BODIES, title=title).style.value == "township"


def test_brackets_without_partner_or_end_are_read_past() -> None:
    lines = ("关于某县商务局机构编制调整的批复", "县商务局：", "增设商贸科（" * 4000, "（" * 4000 + "）" * 4000)
    assert parse_mandate([Block(text=line) for line in lines]).sections[0].name == "商贸科"


def test_numbered_bodies_need_no_sign_behind_their_names() -> None:
    mandate = read(
        "第四条　办公室和工作委员会的职责：", "1、办公室（研究室）负责文电。", "2、法制工作委员会负责备案审查。"
    )
    assert [section.name for section in mandate.sections] == ["办公室", "法制工作委员会"]
    assert len(mandate.duties) == 2


def test_the_office_in_front_of_a_document_number_is_no_part_of_it() -> None:
    issued = "（2019年2月3日某县人民政府办公室某办字〔2019〕22号印发）"
    lines = (TITLE, issued, "第一条　制定本规定。", *DUTIES, "第四条　机关行政编制9名。")
    number = parse_mandate([Block(text=line) for line in lines]).doc_no.value
    assert number is not None
    assert number.text == "某办字〔2019〕22号"


def test_a_townships_committee_and_government_are_a_township() -> None:
    mandate = read("第四条　内设机构：", *BODIES, title="某乡党委、政府机构设置和人员编制规定")
    assert mandate.style.value == "township"


def test_bodies_made_into_one_are_named_by_what_they_become() -> None:
    lines = ("关于某县财政局内设机构调整的批复", "县财政局：", "一、企业股、资产股整合设置为资产管理股，负责资产管理。")
    sections = parse_mandate([Block(text=line) for line in lines]).sections
    assert [section.name for section in sections] == ["资产管理股"]


def test_behind_a_colon_a_bodys_duties_may_start_with_any_verb() -> None:
    mandate = read("第四条　内设机构：", "办公室：负责文电。", "审批股：一窗办结许可事项。", "商贸股：负责商贸。")
    assert [section.name for section in mandate.sections] == ["办公室", "审批股", "商贸股"]


def test_a_bare_plate_in_the_list_of_names_is_the_bodys_own() -> None:
    mandate = read("第四条　内设机构", "设2个机构，分别是办公室（审批股）、商贸科。", *BODIES)
    assert mandate.sections[0].plates == ("审批股",)


def set_up(*lines: str) -> ParsedMandate:
    above = ("关于设立某县数据中心的批复", "县政府办公室：", "同意设立某县数据中心。")
    return parse_mandate([Block(text=line) for line in (*above, *lines)])


def test_the_office_that_signs_below_the_last_body_is_none() -> None:
    mandate = set_up(
        "一、内设2个股：", "（一）综合股：承担文秘工作；", "（二）应用股：承担数据应用。", "某县委编委", "2020年9月1日"
    )
    assert [section.name for section in mandate.sections] == ["综合股", "应用股"]


def test_the_rank_of_the_unit_set_up_may_stand_behind_what_it_is() -> None:
    assert set_up("一、某县数据中心为县政府办公室所属公益一类事业单位，副科级。").rank.value == "副科级"


def test_supervisors_are_posts() -> None:
    mandate = read("第五条　行政编制52名。设副书记3名、副科级纪检监察员6名。")
    assert (mandate.leaders[-1].title, mandate.leaders[-1].rank) == ("副科级纪检监察员", "副科级")
