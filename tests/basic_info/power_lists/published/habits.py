"""Lists with habits of their own: columns as in a newspaper, 同上, links back, merges lost in a text file."""

from __future__ import annotations

from collections.abc import Callable

from tests.basic_info.power_lists.grids import Cell, Grid, Limits, Made, Want, as_csv, as_xls, as_xlsx, law
from tests.basic_info.power_lists.published.words import CF, GF, JC, QR, QT, XK, ZS


def newspaper() -> Made:
    """One list that goes on beside itself to save paper; the type is the sheet's name."""
    g, w = Grid("行政处罚"), Want(heads={"行政处罚": 2})
    g.banner("望江县文化市场执法队行政处罚事项清单", 8)
    head = ("序号", "事项名称", "设定依据", "承办机构")
    g.row(*head, *head)
    names = [f"对第{no}类违反文化市场规定行为的处罚" for no in range(1, 8)]
    for no in range(1, 5):
        right = (no + 4, names[no + 3], law("著作权法"), "执法二中队") if no < 4 else (None,) * 4
        g.row(no, names[no - 1], law("著作权法"), "执法一中队", *right)
    for no, name in enumerate(names, 1):
        w.leaf("行政处罚", name, CF, sections="执法一中队" if no < 5 else "执法二中队")
    return "文化执法.xlsx", as_xlsx([g]), w


def ditto() -> Made:
    """同上 in place of what the row above says."""
    g, w = Grid("Sheet1"), Want(heads={"Sheet1": 2})
    g.banner("望江县供销社权责清单", 7)
    g.row("序号", "事项名称", "权力类型", "实施依据", "行使主体", "承办机构", "备注")
    g.row(1, "农资经营检查", JC, law("农业法"), "县供销社", "业务科、监督科", None)
    g.row(2, "烟花爆竹储存检查", "同上", "同上", "同上", "同上", None)
    g.row(3, "再生资源回收备案", QT, law("循环经济促进法"), "同上", "业务科", "2024年新增")
    g.row(4, "农民合作社登记指导", GF, "〃", "〃", "〃", None)
    for name, kind, office in (
        ("农资经营检查", JC, "业务科 监督科"),
        ("烟花爆竹储存检查", JC, ""),
        ("再生资源回收备案", QT, ""),
        ("农民合作社登记指导", GF, ""),
    ):
        w.leaf("Sheet1", name, kind, sections=office)
    w.bases = {
        "烟花爆竹储存检查": ["中华人民共和国农业法 第十二条"],
        "农民合作社登记指导": ["中华人民共和国循环经济促进法 第十二条"],
    }
    return "供销社.xlsx", as_xlsx([g]), w


def levels_as_text() -> Made:
    """CSV of a sheet with a header of two rows over ticks; the merges of the header are lost."""
    g, w = Grid("城管"), Want(heads={"城管": 1})
    g.row("序号", "事项名称", "权力类型", "实施依据", "行使层级", "", "", "承办机构")
    g.row("", "", "", "", "市级", "县级", "乡级", "")
    for no, name, kind, ticks, levels in (
        ("1", "临时占道许可", XK, ("", "√", ""), ["县"]),
        ("2", "对乱贴广告的处罚", CF, ("", "√", "√"), ["县", "乡"]),
        ("3", "市容检查", JC, ("√", "√", "√"), ["市", "县", "乡"]),
    ):
        g.row(no, name, kind, law("城乡规划法"), *ticks, "执法大队")
        w.leaf("城管", name, kind, sections="执法大队")
        w.levels[name] = levels
    return "城管.csv", as_csv([g], "gb18030"), w


def filled_down() -> Made:
    """CSV in which the merged column of types kept its words in the first row of each type only."""
    g, w = Grid("农机"), Want(heads={"农机": 2})
    g.row("望江县农机中心权责清单", "", "", "", "")
    g.row("权力类型", "序号", "事项名称", "实施依据", "承办机构")
    no = 0
    for kind, names in (
        (XK, ["拖拉机驾驶证核发", "联合收割机登记"]),
        (CF, ["对无证驾驶的处罚", "对拼装农机的处罚", "对超期未检的处罚"]),
        (GF, ["农机培训"]),
    ):
        for at, name in enumerate(names):
            no += 1
            g.row("" if at else kind, str(no), name, law("农业机械化促进法"), "监理站")
            w.leaf("农机", name, kind, sections="监理站")
    g.row("合计", "", "6项", "", "")
    return "农机.csv", as_csv([g], "utf-8"), w


def laws_in_line() -> Made:
    """Laws one behind the other in a line, numbered, with 和 and with the year behind the title."""
    g, w = Grid("Sheet1"), Want(heads={"Sheet1": 1})
    g.row("序号", "职权名称", "职权类别", "法律依据", "内设机构", "追责依据")
    for no, name, kind, basis, found in (
        (
            1,
            "房屋租赁备案",
            QT,
            "《城市房地产管理法》第五十四条；《商品房屋租赁管理办法》第十四条、第十九条",
            ["城市房地产管理法 第五十四条", "商品房屋租赁管理办法 第十四条、第十九条"],
        ),
        (
            2,
            "物业企业检查",
            JC,
            "1.《物业管理条例》（2018年修正）第五条 2.《某省物业管理条例》第六条",
            ["物业管理条例 第五条", "某省物业管理条例 第六条"],
        ),
        (3, "白蚁防治", GF, "《城市房屋白蚁防治管理规定》", ["城市房屋白蚁防治管理规定 "]),
        (
            4,
            "对违规中介的处罚",
            CF,
            "《房地产经纪管理办法》第三十三条第（一）项",
            ["房地产经纪管理办法 第三十三条第（一）项"],
        ),
    ):
        g.row(no, name, kind, basis, "市场科", law("监察法"))
        w.leaf("Sheet1", name, kind, sections="市场科")
        w.bases[name] = found
    return "房管.xlsx", as_xlsx([g]), w


def grouped_limits() -> Made:
    """办理时限（工作日） over 法定 and 承诺, bare numbers below; hours are written out."""
    g, w = Grid("审批"), Want(heads={"审批": 2})
    g.banner("望江县政务服务中心权责清单", 8)
    g.row("序号", "事项名称", "事项类型", "实施依据", "承办机构", "办理时限（工作日）", None, "备注")
    g.row(None, None, None, None, None, "法定", "承诺", None)
    g.merges += [(2, 6, 2, 7)] + [(2, column, 3, column) for column in (1, 2, 3, 4, 5, 8)]
    lines: list[tuple[str, str, Cell, Cell, Limits]] = [
        ("食品经营许可", XK, 20, 5, (["20 工作日"], ["5 工作日"])),
        ("企业设立登记", XK, 3.0, "4小时", (["3 工作日"], ["4 小时"])),
        ("户外广告备案", QT, "无", "半天", ([], ["4 工作小时"])),
        ("社保卡补办", GF, "/", "即办", ([], ["0 工作日"])),
    ]
    for no, (name, kind, legal, promised, found) in enumerate(lines, 1):
        g.row(no, name, kind, law("行政许可法"), "综合窗口", legal, promised, None)
        w.leaf("审批", name, kind, sections="综合窗口")
        w.limits[name] = found
    return "政务中心.xls", as_xls([g]), w


def kinds_by_subitem() -> Made:
    """One main item whose sub-items are of different types; number and name merged."""
    g, w = Grid("水利"), Want(heads={"水利": 2})
    g.banner("望江县水利局权责清单", 7)
    g.row("序号", "主项", "子项", "权力类型", "实施依据", "承办科室", "备注")
    for no, name, subs in (
        (1, "河道管理", (("采砂许可", XK), ("对非法采砂的处罚", CF), ("河道巡查", JC))),
        (2, "水土保持", (("方案审批", XK), ("补偿费征收", ZS))),
    ):
        first = g.next
        for sub, kind in subs:
            start = g.next == first
            g.row(no if start else None, name if start else None, sub, kind, law("水法"), "河湖科", None)
            w.leaf("水利", name, kind, sub, "河湖科")
        g.down(first, g.next - 1, 1, 2)
    return "水利局.xlsx", as_xlsx([g]), w


def linked_back() -> Made:
    """返回目录 above each sheet, telephone numbers behind the sections, a sheet of contents first."""
    w = Want()
    index = Grid("目录")
    index.row("望江县卫健局权责清单目录")
    index.row("序号", "类型", "数量", "链接")
    grids = [index]
    for no, (kind, names) in enumerate(
        ((XK, ["放射诊疗许可", "公共场所卫生许可"]), (CF, ["对非法行医的处罚"]), (QR, ["医疗事故鉴定确认"])), 1
    ):
        index.row(no, kind, len(names), "点击查看")
        g = Grid(kind)
        w.heads[kind] = 3
        g.row("返回目录")
        g.banner(f"望江县卫健局{kind}事项", 6)
        g.row("序号", "事项名称", "实施依据", "行使主体", "承办机构", "监督电话")
        for at, name in enumerate(names, 1):
            g.row(at, name, law("医师法"), "县卫健局", "医政科（0556-1234567）", "12345")
            w.leaf(kind, name, kind, sections="医政科")
        grids.append(g)
    return "卫健局.xlsx", as_xlsx(grids), w


def other_order_below() -> Made:
    """A second table right below the first, its columns in another order, without a title between."""
    g, w = Grid("Sheet1"), Want(heads={"Sheet1": 2})
    g.banner("望江县发改委权责清单", 6)
    g.row("序号", "事项名称", "权力类型", "实施依据", "承办机构", "备注")
    g.row(1, "项目核准", XK, law("行政许可法"), "投资科", None)
    g.row(2, "节能审查", XK, law("节约能源法"), "环资科", None)
    g.row("序号", "权力类型", "承办机构", "事项名称", "实施依据", "备注")
    g.row(3, CF, "价监科", "对哄抬价格的处罚", law("价格法"), None)
    g.row(4, JC, "价监科", "价格检查", law("价格法"), None)
    for name, kind, office in (
        ("项目核准", XK, "投资科"),
        ("节能审查", XK, "环资科"),
        ("对哄抬价格的处罚", CF, "价监科"),
        ("价格检查", JC, ""),
    ):
        w.leaf("Sheet1", name, kind, sections=office)
    return "发改委.xlsx", as_xlsx([g]), w


def guides() -> Made:
    """A guide to services: limits with conditions, ticks that are no levels, persons and telephones beside them."""
    g, w = Grid("办事指南"), Want(heads={"办事指南": 3})
    g.banner("望江县残联政务服务事项清单", 10)
    g.banner("单位：望江县残联                    更新时间：2024年8月", 10)
    g.row(
        "序号", "事项编码", "事项名称", "事项类型", "设定依据", "责任科室", "是否进驻大厅", "承诺办结时限", "经办人",
        "咨询电话",
    )  # fmt: skip
    found: Limits
    for no, (code, name, kind, limit, found) in enumerate(
        (
            ("340827-GF-01", "残疾人证新办", QR, "15个工作日（含公示5个工作日）", ([], ["15 工作日"])),
            ("340827-GF-02", "辅具申请", GF, "一般情况5个工作日，需定制的20个工作日", ([], ["5 工作日", "20 工作日"])),
            ("340827-GF-03", "就业登记", GF, "1小时30分钟内", ([], ["90 分钟"])),
            ("340827-GF-04", "政策咨询", GF, "当场答复", ([], ["0 工作日"])),
        ),
        1,
    ):
        g.row(no, code, name, kind, law("残疾人保障法"), "康复科/教就科", "√", limit, "汪某某", "0556-7654321")
        w.leaf("办事指南", name, kind, sections="康复科 教就科", code=code)
        w.limits[name] = found
    return "残联指南.xlsx", as_xlsx([g]), w


MAKERS: tuple[Callable[[], Made], ...] = (
    newspaper,
    ditto,
    levels_as_text,
    filled_down,
    laws_in_line,
    grouped_limits,
    kinds_by_subitem,
    linked_back,
    other_order_below,
    guides,
)
