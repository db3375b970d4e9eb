"""Lists that a reader meets seldom: rows turned into columns, half-filled heads, stray sheets, names in pieces."""

from __future__ import annotations

from collections.abc import Callable

from tests.basic_info.power_lists.grids import Cell, Grid, Limits, Made, Want, as_csv, as_xls, as_xlsx, law
from tests.basic_info.power_lists.published.words import CF, CJ, GF, JC, JF, JL, QR, QT, XK


def card_sheets() -> Made:
    """A sheet for each item, its fields in a column of labels and a column of contents."""
    w, grids = Want(), []
    for no, (name, kind, office, code) in enumerate(
        (
            ("取水许可", XK, "水资源科", "340827-XK-001"),
            ("对非法取水的处罚", CF, "水政大队", "340827-CF-001"),
            ("水土保持检查", JC, "水保科", "340827-JC-001"),
        ),
        1,
    ):
        g = Grid(f"表{no}")
        g.banner("权责事项登记表", 2)
        g.row("权力名称", name)
        g.row("权力类型", kind)
        g.row("权力编码", code)
        g.row("设定依据", law("水法"))
        g.row("实施主体", "县水利局")
        g.row("承办机构", office)
        g.row("责任事项", "1.受理责任\n2.审查责任")
        g.row("追责情形", "1.不受理的\n2.其他")
        w.heads[g.name] = 2
        w.leaf(g.name, name, kind, sections=office, code=code)
        grids.append(g)
    return "登记表.xlsx", as_xlsx(grids), w


def in_brackets() -> Made:
    """The type stands in brackets before or behind the name and in no column; the sheet has no telling name."""
    g, w = Grid("Sheet1"), Want(heads={"Sheet1": 2})
    g.banner("云山县统计局权责清单", 5)
    g.row("序号", "权责事项名称", "权责类型", "法律依据", "责任科室")
    for no, name, said, kind in (
        (1, "涉外统计调查机构资格认定", "行政许可（1）", XK),
        (2, "对拒报统计资料的处罚", "行政处罚（2）", CF),
        (3, "统计执法检查", "行政检查【依职权】", JC),
        (4, "统计工作表彰", "行政奖励\n（依申请）", JL),
        (5, "统计咨询", "政务服务", GF),
    ):
        g.row(no, name, said, law("统计法"), "法规科")
        w.leaf("Sheet1", name, kind, sections="法规科")
    return "统计局.xlsx", as_xlsx([g]), w


def wrapped_rows() -> Made:
    """Text cut over several rows by a converter: the name and the law go on in rows without a number."""
    g, w = Grid("转换"), Want(heads={"转换": 1})
    g.row("序号", "事项名称", "权力类型", "实施依据", "承办机构")
    g.row("1", "城市桥梁上架设各类市政管线审批", XK, "《城市道路管理条例》第二十九条：依附于城市道路建设", "市政科")
    g.row("", "", "", "各种管线的，应当经批准。", "")
    g.row("2", "对占道经营的处罚", CF, "《城市市容和环境卫生管理条例》第三十四条：有下列", "执法队")
    g.row("", "", "", "行为之一者处罚。", "")
    g.row("3", "供水水质检查", JC, "《城市供水条例》第二十一条", "公用科")
    for name, kind, office in (
        ("城市桥梁上架设各类市政管线审批", XK, "市政科"),
        ("对占道经营的处罚", CF, "执法队"),
        ("供水水质检查", JC, "公用科"),
    ):
        w.leaf("转换", name, kind, sections=office)
    w.bases = {
        "城市桥梁上架设各类市政管线审批": ["城市道路管理条例 第二十九条"],
        "对占道经营的处罚": ["城市市容和环境卫生管理条例 第三十四条"],
    }
    return "转换.csv", as_csv([g], "utf-8"), w


def counted_heads() -> Made:
    """Headings that carry numbers and units: 1.事项名称, 2.权力类型, 法定时限/工作日."""
    g, w = Grid("Sheet1"), Want(heads={"Sheet1": 2})
    g.banner("云山县自然资源局权责清单", 7)
    g.row("序号", "1.事项名称", "2.权力类型", "3.实施依据", "4.承办机构", "5.法定时限/工作日", "6.承诺时限/工作日")
    lines: list[tuple[str, str, Cell, Cell, Limits]] = [
        ("建设用地规划许可", XK, 20, 7, (["20 工作日"], ["7 工作日"])),
        ("土地权属争议裁决", CJ, "6个月", "5个月", (["6 个月"], ["5 个月"])),
        ("矿产资源检查", JC, "", "", ([], [])),
    ]
    for no, (name, kind, legal, promised, limits) in enumerate(lines, 1):
        g.row(no, name, kind, law("土地管理法"), "规划科、利用科", legal, promised)
        w.leaf("Sheet1", name, kind, sections="规划科 利用科")
        w.limits[name] = limits
    return "自然资源局.xlsx", as_xlsx([g]), w


def merged_by_type() -> Made:
    """BIFF: type, unit and section merged down over many items; remarks between the blocks."""
    g, w = Grid("卫健"), Want(heads={"卫健": 3})
    g.banner("云山县卫生健康委员会权责清单", 7)
    g.banner("（共6项，其中行政许可2项、行政处罚3项、行政奖励1项）", 7)
    g.row("类别", "序号", "事项名称", "实施依据", "行使主体", "责任科室", "备注")
    no = 0
    for kind, office, names in (
        (XK, "医政科", ["医疗机构设置审批", "母婴保健许可"]),
        (CF, "监督所", ["对无证行医的处罚", "对违规放射诊疗的处罚", "对饮用水污染的处罚"]),
        (JL, "人事科", ["对优秀医师的表彰"]),
    ):
        first = g.next
        for name in names:
            no += 1
            start = g.next == first
            g.row(
                kind if start else None,
                no,
                name,
                law("医师法"),
                "县卫健委" if no == 1 else None,
                office if start else None,
                None,
            )
            w.leaf("卫健", name, kind, sections=office)
        g.down(first, g.next - 1, 1, 6)
    g.merges.append((4, 5, 9, 5))
    g.banner("说明：以上事项由县卫健委负责解释。", 7)
    return "卫健委.xls", as_xls([g]), w


def blocks_beside_type() -> Made:
    """Headings of departments between the items of a list that has a column of types."""
    g, w = Grid("镇街"), Want(heads={"镇街": 2})
    g.banner("云山县乡镇（街道）权责清单", 6)
    g.row("序号", "事项名称", "事项类型", "设定依据", "承办机构", "行使层级")
    for heading, lines in (
        ("民政领域", [("临时救助", JF, "乡镇级"), ("低保初审", QT, "乡镇级")]),
        ("自然资源领域（2项）", [("宅基地审批", XK, "乡镇级"), ("对乱占耕地的处罚", CF, "县级、乡镇级")]),
        ("应急管理领域", [("安全生产检查", JC, "县级/乡镇级")]),
    ):
        g.banner(heading, 6)
        for no, (name, kind, level) in enumerate(lines, 1):
            g.row(no, name, kind, law("行政处罚法"), "社会事务办、执法办", level)
            w.leaf("镇街", name, kind, sections="社会事务办 执法办")
            w.levels[name] = [one.removesuffix("级") for one in level.replace("/", "、").split("、")]
    return "乡镇街道.xlsx", as_xlsx([g]), w


def two_numbers() -> Made:
    """主项 and 子项 each with a number of its own; the sub-items' numbers begin anew."""
    g, w = Grid("公安"), Want(heads={"公安": 2})
    g.banner("云山县公安局权责清单", 8)
    g.row("主项序号", "主项名称", "子项序号", "子项名称", "职权类型", "职权依据", "承办机构", "备注")
    for no, name, subs in (
        (1, "户口登记", ["出生登记", "死亡登记", "迁移登记"]),
        (2, "居民身份证签发", ["首次申领", "换领"]),
        (3, "对醉驾的处罚", [""]),
    ):
        first = g.next
        for at, sub in enumerate(subs, 1):
            start = at == 1
            kind = CF if no == 3 else QR
            g.row(
                no if start else None, name if start else None, at if sub else None, sub or None, kind,
                law("居民身份证法"), "治安大队", None,
            )  # fmt: skip
            w.leaf("公安", name, kind, sub, "治安大队")
        g.down(first, g.next - 1, 1, 2)
    return "公安局.xlsx", as_xlsx([g]), w


def only_names() -> Made:
    """A bare list for publication: number, name and basis, the type in the title of the sheet."""
    w, grids = Want(), []
    for sheet, title, kind, names in (
        ("1", "云山县司法局行政给付事项", JF, ["法律援助补贴给付"]),
        ("2", "云山县司法局行政奖励事项", JL, ["对人民调解员的表彰", "对律师的表彰"]),
        ("3", "云山县司法局公共服务事项", GF, ["公证咨询", "法律咨询"]),
    ):
        g = Grid(sheet)
        g.banner(title, 3)
        g.row("序号", "项目名称", "法律依据")
        for no, name in enumerate(names, 1):
            g.row(no, name, law("律师法"))
            w.leaf(sheet, name, kind)
        w.heads[sheet] = 2
        grids.append(g)
    return "司法局.xlsx", as_xlsx(grids), w


def checked() -> Made:
    """A list under review: what was, what is proposed and remarks in columns beside; rows marked as cancelled stay."""
    g, w = Grid("核对表"), Want(heads={"核对表": 2})
    g.banner("云山县交通运输局权责清单（核对表）", 9)
    g.row("序号", "事项名称", "权力类型", "实施依据", "承办机构", "调整情况", "调整理由", "部门意见", "编办意见")
    for no, (name, kind, change) in enumerate(
        (
            ("公路超限运输许可", XK, "保留"),
            ("道路客运许可", XK, "下放"),
            ("对违规改装的处罚", CF, "取消"),
            ("路产检查", JC, "新增"),
        ),
        1,
    ):
        g.row(no, name, kind, law("公路法"), "路政科", change, "依据省目录", "同意", None)
        w.leaf("核对表", name, kind, sections="路政科")
    g.row(None, "单位（盖章）：", None, None, "日期：")
    return "交通局核对表.xlsx", as_xlsx([g]), w


def limits_in_words() -> Made:
    """Limits told in whole sentences and in hours of several kinds."""
    g, w = Grid("服务"), Want(heads={"服务": 1})
    g.row("序号", "事项名称", "事项类型", "设定依据", "责任股室", "法定办结时限", "承诺办结时限")
    lines: list[tuple[str, str, str, str, Limits]] = [
        ("供水报装", GF, "无", "自受理申请之日起2个工作日内办结", ([], ["2 工作日"])),
        ("停水抢修", GF, "24小时", "12小时内", (["24 小时"], ["12 小时"])),
        ("燃气泄漏处置", GF, "/", "接报后30分钟内到场", ([], ["30 分钟"])),
        ("污水排入许可", XK, "20个工作日（现场踏勘不计入）", "8个工作日", (["20 工作日"], ["8 工作日"])),
        ("水费查询", GF, "无", "随到随办", ([], ["0 工作日"])),
        ("户表改造", GF, "90天", "两个月", (["90 日"], ["2 个月"])),
    ]
    for no, (name, kind, legal, promised, limits) in enumerate(lines, 1):
        g.row(no, name, kind, law("水法"), "公用股", legal, promised)
        w.leaf("服务", name, kind, sections="公用股")
        w.limits[name] = limits
    return "公用事业.xlsx", as_xlsx([g]), w


MAKERS: tuple[Callable[[], Made], ...] = (
    card_sheets,
    in_brackets,
    wrapped_rows,
    counted_heads,
    merged_by_type,
    blocks_beside_type,
    two_numbers,
    only_names,
    checked,
    limits_in_words,
)
