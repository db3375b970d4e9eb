"""The traps of R40–R42 and T15, T16, one behaviour each, on short documents of text."""

import json
from typing import Any

import pytest

from basic_info.mandates.parsing import Block, parse_mandate
from basic_info.mandates.parsing.counts import read_counts
from basic_info.mandates.parsing.heading import read_number
from basic_info.mandates.parsing.normalise import fold
from basic_info.mandates.parsing.tallies import tally_lines

HEAD = (
    "临沂市商务局职能配置、内设机构和人员编制规定",
    "第一条　根据有关规定，制定本规定。",
    "第二条　市商务局是市政府工作部门，为正县级，加挂市口岸办公室牌子，与市贸促会合署办公。",
)
DUTIES = ("第三条　市商务局的主要职责是：", "（一）拟订规划。", "（二）完成市委、市政府交办的其他任务。")
SECTIONS = ("第四条　市商务局设下列内设机构：", "（一）办公室。负责文电；负责会务。")
NUMBERS = ("第五条　机关行政编制20名。设局长1名。",)


def parse(*lines: str) -> dict[str, Any]:
    return parse_mandate([Block(text=line) for line in lines]).as_contract()


def numbers(statement: str) -> tuple[list[Any], list[Any]]:
    contract = parse(*HEAD, *DUTIES, *SECTIONS, f"第五条　{statement}")
    return (
        [(entry["kind"], entry["count"]) for entry in contract["quotas"]],
        [(p["title"], p["rank"], p["count"], p["holds_quota"]) for p in contract["leaders"]],
    )


def section(line: str, *more: str) -> dict[str, Any]:
    contract = parse(*HEAD, *DUTIES, SECTIONS[0], line, *more, *NUMBERS)
    first: dict[str, Any] = contract["sections"][0]
    return first


def test_mixed_width_of_marks_and_blanks_makes_no_difference() -> None:
    lines = (*HEAD, *DUTIES, *SECTIONS, *NUMBERS)
    mixed = [line.translate(str.maketrans("：，（）；", ":,();")).replace("　", " \u3000 ") for line in lines]
    assert fold(json.dumps(parse(*mixed), ensure_ascii=False)) == fold(json.dumps(parse(*lines), ensure_ascii=False))


@pytest.mark.parametrize(
    "words", ["机关行政编制20名", "机关行政编制为20名", "核定机关行政编制二十名", "机关行政编制２０名"]
)
def test_a_quota_is_read_however_it_is_written(words: str) -> None:
    assert numbers(f"{words}。")[0] == [("机关行政编制", 20)]


def test_what_a_bracket_contains_is_not_added_to_the_total() -> None:
    quotas, leaders = numbers(
        "机关行政编制63名（含离退休干部工作人员编制6名）。正科级领导职数19名（含应急办副主任2名）。"
    )
    assert quotas == [("机关行政编制", 63)]
    assert leaders == [("正科级领导职数", "正科级", 19, True)]


def test_a_post_filled_by_the_holder_of_another_holds_no_quota() -> None:
    assert numbers("设主任1名（由市政府秘书长兼任）。")[1] == [("主任", None, 1, False)]


def test_a_person_with_a_further_job_holds_the_quota() -> None:
    assert numbers("设局长1名（兼任市口岸办主任）。")[1] == [("局长", None, 1, True)]


@pytest.mark.parametrize(("rank", "words"), [("副处级", "1名(副处级)"), ("正科级", "1名（正科级）")])
def test_the_rank_stands_in_the_bracket_behind_the_post(rank: str, words: str) -> None:
    assert numbers(f"总工程师{words}。")[1] == [("总工程师", rank, 1, True)]


def test_a_pair_gives_two_entries_with_one_title() -> None:
    assert numbers("科级领导职数7正6副。")[1] == [
        ("科级领导职数", "正科级", 7, True),
        ("科级领导职数", "副科级", 6, True),
    ]


def test_a_total_that_is_broken_down_gives_way_to_its_parts() -> None:
    leaders = numbers("领导职数10名。其中：局长1名、副局长3名，正科级领导职数6名。")[1]
    assert [leader[0] for leader in leaders] == ["局长", "副局长", "正科级领导职数"]


def test_the_sentence_of_t15_gives_two_quotas_and_no_inner_posts() -> None:
    text = (
        "机关行政编制为63名(离退休干部工作人员编制6名)、金融办人员编制3名。其中:主任1名(由市政府秘书长兼任),"
        "副主任1名,正科级领导职数19名(含应急办副主任2名)。"
    )
    quotas, leaders = read_counts(text, "临沂市人民政府办公室")
    assert [(quota.kind, quota.count) for quota in quotas] == [("机关行政编制", 63), ("金融办人员编制", 3)]
    assert [(post.title, post.count, post.holds_quota) for post in leaders] == [
        ("主任", 1, False),
        ("副主任", 1, True),
        ("正科级领导职数", 19, True),
    ]


def test_a_document_number_is_stored_in_three_parts() -> None:
    number = read_number("杭编办〔2017〕023号")
    assert number is not None
    assert (number.text, number.prefix, number.year, number.number) == ("杭编办〔2017〕023号", "杭编办", 2017, 23)


@pytest.mark.parametrize(
    "text", ["寻办通〔2019〕23号", "寻办通[2019]23号", "寻办通（2019）23号", "寻办通〔２０１９〕２３号"]
)
def test_a_document_number_may_have_any_brackets(text: str) -> None:
    number = read_number(text)
    assert number is not None
    assert (number.prefix, number.year, number.number) == ("寻办通", 2019, 23)


def test_a_number_that_is_only_cited_is_not_the_document_s_own() -> None:
    cited = "第一条　根据《意见》（临发〔2019〕1号），制定本规定。"
    assert parse(HEAD[0], cited, HEAD[2], *DUTIES, *SECTIONS, *NUMBERS)["doc_no"] is None


def test_sharing_an_office_is_no_plate() -> None:
    assert parse(*HEAD, *DUTIES, *SECTIONS, *NUMBERS)["plates"] == ["市口岸办公室"]


@pytest.mark.parametrize(
    ("bracket", "plates"),
    [
        ("（挂信访科牌子）", ["信访科"]),
        ("（加挂信访科、督查科牌子）", ["信访科", "督查科"]),
        ("(信访科)", ["信访科"]),
        ("（与信访科合署办公）", []),
        ("（正科级）", []),
    ],
)
def test_the_bracket_behind_a_section_s_name_may_hold_plates(bracket: str, plates: list[str]) -> None:
    assert section(f"（一）办公室{bracket}。负责文电。")["plates"] == plates


@pytest.mark.parametrize(
    "line", ["办公室。负责文电；负责会务。", "办公室：负责文电；负责会务。", "办公室　负责文电；负责会务。"]
)
def test_name_and_duties_are_told_apart_by_any_separator(line: str) -> None:
    found = section(f"（一）{line}")
    assert (found["name"], found["tasks"]) == ("办公室", ["负责文电", "负责会务"])


def test_a_name_may_stand_on_a_line_of_its_own() -> None:
    assert section("（一）社会组织管理科", "负责登记；指导协会。")["tasks"] == ["负责登记", "指导协会"]


def test_a_body_that_is_only_set_up_by_the_rules_is_no_section() -> None:
    contract = parse(*HEAD, *DUTIES, *SECTIONS, "第五条　纪检监察机构按有关规定设置。", "第六条　机关行政编制9名。")
    assert [entry["name"] for entry in contract["sections"]] == ["办公室"]


def test_the_party_committee_with_a_duty_sentence_is_a_section() -> None:
    contract = parse(*HEAD, *DUTIES, *SECTIONS, "第五条　机关党委。负责党群工作。", "第六条　机关行政编制9名。")
    assert contract["sections"][-1]["name"] == "机关党委"


def test_nested_lines_stay_inside_their_duty_with_their_marks() -> None:
    contract = parse(*HEAD, DUTIES[0], "（一）负责市场。", "1.负责网点。", "（1）编规划。", *SECTIONS, *NUMBERS)
    assert [entry["text"] for entry in contract["duties"]] == ["负责市场。1.负责网点。（1）编规划。"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("完成市委、市政府交办的其他任务。", "catch_all"),
        ("承办市政府交办的其他事项。", "catch_all"),
        ("职能转变。推进简政放权。", "transformation"),
        ("与市市场监管局的职责分工。市商务局负责规划。", "division"),
        ("有关职责分工：1.甲负责规划。", "division"),
        ("负责协调有关部门职责分工。", "duty"),
    ],
)
def test_a_duty_has_its_kind(text: str, kind: str) -> None:
    contract = parse(*HEAD, DUTIES[0], f"（一）{text}", *SECTIONS, *NUMBERS)
    assert [entry["kind"] for entry in contract["duties"]] == [kind]


def test_a_division_of_responsibility_counts_wherever_it_stands() -> None:
    aside = ("第六条　其他事项：", "（一）与市财政局的职责分工。甲负责。", "（二）所属事业单位的编制另行规定。")
    contract = parse(*HEAD, *DUTIES, *SECTIONS, *NUMBERS, *aside)
    assert [entry["kind"] for entry in contract["duties"]] == ["duty", "catch_all", "division"]


def test_items_inside_one_paragraph_are_separate_duties() -> None:
    contract = parse(*HEAD, "第三条　主要职责是：（一）拟订规划；（二）负责监管。", *SECTIONS, *NUMBERS)
    assert [entry["text"] for entry in contract["duties"]] == ["拟订规划；", "负责监管。"]


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("第六条　本规定自2019年3月1日起施行。", "2019-03-01"),
        ("第六条　本规定自二〇一九年十月二十一日起施行。", "2019-10-21"),
        ("第六条　本规定自印发之日起施行。", "2019-03-02"),
        ("第六条　本规定由市委编办负责解释。", None),
        ("第六条　本规定自2019年2月30日起施行。", None),
    ],
)
def test_the_effective_day_is_the_one_named_or_the_document_s_own(words: str, day: str | None) -> None:
    tail = ("2019年3月2日", "市委办公室　2019年3月5日印发")
    assert parse(*HEAD, *DUTIES, *SECTIONS, *NUMBERS, words, *tail)["effective_on"] == day


def test_the_rank_is_null_when_the_text_does_not_say() -> None:
    lines = (HEAD[0], HEAD[1], "第二条　市商务局是市政府工作部门。", *DUTIES, *SECTIONS, *NUMBERS)
    assert parse(*lines)["rank"] is None


def test_a_table_that_distributes_quotas_adds_nothing() -> None:
    table = Block(rows=(("内设机构", "行政编制"), ("办公室", "12"), ("外贸科", "8"), ("合计", "20")))
    blocks = [Block(text=line) for line in (*HEAD, *DUTIES, *SECTIONS, *NUMBERS)]
    contract = parse_mandate([*blocks, table]).as_contract()
    assert [entry["name"] for entry in contract["sections"]] == ["办公室"]
    assert contract["quotas"] == [{"kind": "机关行政编制", "count": 20}]


def test_an_amendment_leaves_out_other_units() -> None:
    contract = parse(
        "关于调整市商务局机构编制事项的批复",
        "市商务局：",
        "一、调整后，你局机关行政编制47名，市投资促进中心事业编制18名。",
    )
    assert contract["quotas"] == [{"kind": "机关行政编制", "count": 47}]


@pytest.mark.parametrize("name", ["行政机构编制科", "机构编制处", "事业编制股"])
def test_a_section_may_be_named_after_places(name: str) -> None:
    assert section(f"（一）{name}。审核机构编制事项；拟订草案。")["name"] == name


def test_a_table_of_posts_gives_the_posts_when_no_sentence_does() -> None:
    table = Block(rows=(("职务", "职数"), ("局长", "1"), ("总工程师（副科级）", "1"), ("合计", "2")))
    blocks = [Block(text=line) for line in (*HEAD, *DUTIES, *SECTIONS, "第五条　机关行政编制20名，领导职数如下：")]
    leaders = parse_mandate([*blocks, table]).as_contract()["leaders"]
    assert [(p["title"], p["rank"], p["count"]) for p in leaders] == [("局长", None, 1), ("总工程师", "副科级", 1)]


def test_a_table_of_posts_that_repeats_the_sentence_adds_nothing() -> None:
    table = Block(rows=(("职务", "职数"), ("局长", "1"), ("副局长", "2")))
    blocks = [
        Block(text=line) for line in (*HEAD, *DUTIES, *SECTIONS, "第五条　机关行政编制20名。局长1名，副局长2名。")
    ]
    leaders = parse_mandate([*blocks, table]).as_contract()["leaders"]
    assert [(p["title"], p["count"]) for p in leaders] == [("局长", 1), ("副局长", 2)]


def test_a_rank_for_all_stands_in_the_last_bracket() -> None:
    assert numbers("所长9名、副所长8名（均为股级）。")[1] == [("所长", "股级", 9, True), ("副所长", "股级", 8, True)]


@pytest.mark.parametrize(
    "words",
    ["机关行政编制贰拾名", "市商务局机关行政编制20名", "另核定机关行政编制20名", "机关行政编制由18名核定为20名"],
)
def test_the_kind_of_places_stands_without_unit_and_verb(words: str) -> None:
    assert numbers(f"{words}。")[0] == [("机关行政编制", 20)]


def test_the_same_post_by_another_name_stays_in_the_title() -> None:
    assert numbers("股长（主任）9名。")[1] == [("股长（主任）", None, 9, True)]


@pytest.mark.parametrize(
    "line",
    [
        "办公室.负责文电；负责会务。",
        "办公室，副科级。负责文电；负责会务。",
        "办公室（公益一类），股级。负责文电；负责会务。",
    ],
)
def test_what_a_body_is_stands_between_its_name_and_its_duties(line: str) -> None:
    found = section(f"（一）{line}")
    assert (found["name"], found["tasks"]) == ("办公室", ["负责文电", "负责会务"])


def amended(*lines: str) -> dict[str, Any]:
    return parse("关于调整市商务局机构编制事项的批复", "市商务局：", *lines)


def test_numbers_that_an_amendment_states_outright_hold_and_those_it_adds_do_not() -> None:
    contract = amended("一、增加副局长职数1名。", "二、设局长1名，副局长4名；科级领导职数5正3副。")
    assert [(p["title"], p["rank"], p["count"]) for p in contract["leaders"]] == [
        ("局长", None, 1),
        ("副局长", None, 4),
        ("科级领导职数", "正科级", 5),
        ("科级领导职数", "副科级", 3),
    ]


def test_a_section_that_is_spoken_of_as_newly_set_up_has_its_plain_name() -> None:
    moved = "将矿产资源科承担的矿山生态修复职责划入新设立的国土空间生态修复科（挂山体修复科牌子）。"
    contract = amended(moved, "国土空间生态修复科主要职责：组织编制国土空间生态修复规划。")
    assert [(one["name"], one["plates"]) for one in contract["sections"]] == [("国土空间生态修复科", ["山体修复科"])]


def test_a_section_set_up_in_a_list_of_changes_is_read_once() -> None:
    contract = amended("对你局内设机构作如下调整：", "（一）拟新成立外商服务科，负责外商来临工作。")
    assert [one["name"] for one in contract["sections"]] == ["外商服务科"]


def test_a_new_unit_below_the_one_addressed_is_no_section_and_gives_no_numbers() -> None:
    new = "一、设立市会展中心，为市商务局所属公益一类事业单位，核定事业编制10名，设主任1名。"
    contract = amended(new, "二、调整后，机关行政编制47名。")
    assert (contract["sections"], contract["quotas"]) == ([], [{"kind": "机关行政编制", "count": 47}])


def test_what_the_unit_was_called_before_is_the_unit_too() -> None:
    contract = parse("关于市教育考试院更名的批复", "市教育局：", "市招生中心更名为市教育考试院，加挂市招生办公室牌子。")
    assert contract["plates"] == ["市招生办公室"]


def test_a_number_in_the_bracket_under_the_title_is_the_document_s_own_and_so_is_its_day() -> None:
    below = "（2019年3月2日临办发〔2019〕5号印发）"
    contract = parse(HEAD[0], below, *HEAD[1:], *DUTIES, *SECTIONS, *NUMBERS, "第六条　本规定自印发之日起施行。")
    assert (contract["doc_no"], contract["effective_on"]) == ("临办发〔2019〕5号", "2019-03-02")


def test_a_number_inside_the_one_before_needs_no_bracket() -> None:
    quotas, leaders = numbers("机关行政编制20名，含工勤编制2名。正科级领导职数9名，含机关党委专职副书记1名。")
    assert quotas == [("机关行政编制", 20)]
    assert leaders == [("正科级领导职数", "正科级", 9, True)]


def test_of_a_pair_only_the_heads_are_filled_by_another_s_holder() -> None:
    assert numbers("机关行政编制20名。科级领导职数1正3副（主任由市商务局副局长兼任）。")[1] == [
        ("科级领导职数", "正科级", 1, False),
        ("科级领导职数", "副科级", 3, True),
    ]


def test_what_hangs_in_a_bracket_as_set_up_there_is_no_plate() -> None:
    assert section("（一）劳动关系科（市仲裁委员会办公室设在该科）。拟订政策。")["plates"] == []


def test_places_behind_a_body_s_duties_are_no_task_of_it() -> None:
    assert section("（一）服务中心。承办服务事项。核定事业编制12名。")["tasks"] == ["承办服务事项"]


def test_a_body_that_is_sent_out_states_no_duty_of_the_unit() -> None:
    sent = "第五条　县司法局下设17个司法所，为县司法局派出机构，主要职责是指导人民调解；开展法治宣传。"
    duties = parse(*HEAD, *DUTIES, *SECTIONS, sent, *NUMBERS)["duties"]
    assert [duty["text"] for duty in duties] == ["拟订规划。", "完成市委、市政府交办的其他任务。"]


def test_a_reply_counts_what_holds_after_the_increase_and_gives_a_section_s_plate_to_the_section() -> None:
    reply = parse(
        "莲湖市委编办关于市文化和旅游局机构编制事项的批复",
        "莲编办〔2023〕55号",
        "市文化和旅游局：",
        "一、同意你局执法监督科加挂“扫黄打非”工作科牌子。",
        "二、从预留编制中为你局核增行政编制3名，核增后你局机关行政编制共96名。",
        "2023年9月4日",
    )
    assert reply["plates"] == []
    assert [(quota["kind"], quota["count"]) for quota in reply["quotas"]] == [("机关行政编制", 96)]


def test_two_tables_of_numbers_side_by_side_are_both_read() -> None:
    rows = (
        ("编制类别", "数量", "领导职务", "职数"),
        ("机关行政编制", "16", "局长", "1"),
        ("机关工勤编制", "2", "副局长", "3"),
        ("", "", "股级领导职数", "6"),
    )
    lines = tally_lines(rows)
    assert [line.text for line in lines] == [
        "机关行政编制16名。", "机关工勤编制2名。", "局长1名。", "副局长3名。", "股级领导职数6名。",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "rank"),
    [
        *((f"（{rank}）", rank) for rank in ("副处长级", "正处长级", "正科长级", "乡科级正职", "乡科级副职", "正股级")),
        ("（按副科长级配备）", "副科长级"),
        ("（正股）", "正股"),
        ("（均为副股）", "副股"),
    ],
)
def test_a_rank_is_kept_in_full_words_and_in_short(words: str, rank: str) -> None:
    assert numbers(f"设局长1名{words}。")[1] == [("局长", rank, 1, True)]


def test_of_two_bodies_in_one_document_each_post_keeps_its_prefix() -> None:
    unit = "中共河湾县纪律检查委员会、河湾县监察委员会机关"
    _, leaders = read_counts("设县纪委书记1名、县监委主任1名,科级领导职数5名。", unit)
    assert [post.title for post in leaders] == ["县纪委书记", "县监委主任", "科级领导职数"]


@pytest.mark.parametrize("stop", ["。", ".", "；", ";", ""])
def test_the_catch_all_may_end_with_any_stop(stop: str) -> None:
    duties = parse(
        *HEAD,
        "第三条　市商务局的主要职责是：",
        "（一）拟订规划。",
        f"（二）承办市委交办的其他事项{stop}",
        *SECTIONS,
        *NUMBERS,
    )["duties"]
    assert duties[1]["kind"] == "catch_all"


@pytest.mark.parametrize("title", ["股长(主任)", "股长（主任）"])
def test_a_title_keeps_the_width_of_its_brackets(title: str) -> None:
    assert numbers(f"设局长1名，{title}4名。")[1][1] == (title, None, 4, True)


def test_a_class_in_front_of_the_number_belongs_to_the_kind_of_places() -> None:
    assert numbers("行政编制15名，事业编制（参公）4名。设局长1名。")[0] == [("行政编制", 15), ("事业编制（参公）", 4)]


def test_the_places_of_subordinate_units_are_named_without_them() -> None:
    assert numbers("机关行政编制15名，市商务局所属事业单位事业编制36名。设局长1名。")[0][1] == ("事业编制", 36)


def test_an_article_on_the_division_of_responsibility_is_one_entry() -> None:
    article = "第六条　有关职责分工。1.市商务局负责促进。2.市场监管局负责监管。"
    duties = parse(*HEAD, *DUTIES, *SECTIONS, *NUMBERS, article)["duties"]
    assert duties[-1]["text"] == article.removeprefix("第六条　")


def test_an_article_put_in_between_has_its_own_number() -> None:
    sections = parse(*HEAD, *DUTIES, *SECTIONS, *NUMBERS, "第五条之一　机关党委。负责党群工作。")["sections"]
    assert sections[-1]["name"] == "机关党委"


@pytest.mark.parametrize("name", ["农业（畜牧业）服务中心", "社会事务（民政、退役军人事务）办公室"])
def test_a_bracket_inside_a_name_belongs_to_it(name: str) -> None:
    found = section(f"（一）{name}。负责推广。")
    assert (found["name"], found["plates"]) == (name, [])


def test_a_name_that_begins_like_a_remark_is_a_name() -> None:
    assert section("（一）注册登记科", "承担登记工作；受理许可事项。")["name"] == "注册登记科"


def test_a_rank_for_all_goes_back_to_the_comma() -> None:
    leaders = numbers("设局长1名，总工程师1名、总规划师1名（均为副处级）。")[1]
    assert [(title, rank) for title, rank, _, _ in leaders] == [
        ("局长", None),
        ("总工程师", "副处级"),
        ("总规划师", "副处级"),
    ]


def test_the_rank_of_what_is_set_up_by_number_is_not_the_units() -> None:
    stations = "第六条　按乡镇设置12个监管所，为市商务局派出机构，机构规格为副科级。"
    assert parse(*HEAD, *DUTIES, *SECTIONS, *NUMBERS, stations)["rank"] == "正县级"


@pytest.mark.parametrize("kind", ["备案制人员数", "后勤服务人员数"])
def test_people_that_hold_no_place_are_counted_by_their_own_name(kind: str) -> None:
    assert numbers(f"事业编制12名，另核定{kind}8名。设局长1名。")[0] == [("事业编制", 12), (kind, 8)]


def test_the_units_short_name_in_front_of_a_quota_is_left_out() -> None:
    assert read_counts("市残联事业编制23名", "汾阳市残疾人联合会")[0][0].kind == "事业编制"


def test_a_dash_may_part_a_name_from_its_duties() -> None:
    found = section("（一）综合股（法规股）——承担综合统计工作；发布信息。")
    assert (found["name"], found["plates"], found["text"]) == ("综合股", ["法规股"], "承担综合统计工作；发布信息。")


def test_a_specially_set_up_organ_is_no_list_of_bodies() -> None:
    assert (
        parse(HEAD[0], HEAD[1], "第二条　市商务局是市政府特设机构，为副县级。", *DUTIES, *SECTIONS, *NUMBERS)["rank"]
        == "副县级"
    )


def test_arranging_rooms_is_no_catch_all() -> None:
    duties = parse(
        *HEAD, DUTIES[0], "（一）承担信息发布、场地安排、专家抽取等服务工作；", DUTIES[2], *SECTIONS, *NUMBERS
    )
    assert [duty["kind"] for duty in duties["duties"]] == ["duty", "catch_all"]
