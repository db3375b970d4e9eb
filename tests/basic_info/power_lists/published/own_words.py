"""Lists with headings in words of their own, cards and notes beside, with what a careful person finds in each."""

from __future__ import annotations

from collections.abc import Callable

from tests.basic_info.power_lists.grids import Cell, Grid, Limits, Made, Want, as_csv, as_xls, as_xlsx, law
from tests.basic_info.power_lists.published.words import CF, CJ, GF, JC, JF, JL, QR, QT, QZ, XK, ZS


def bilingual() -> Made:
    """Headings in Chinese and English, the first one left empty."""
    g, w = Grid("Sheet1"), Want(heads={"Sheet1": 2})
    g.banner("云岭市外事办公室权责清单 List of Powers and Responsibilities", 6)
    g.row(None, "事项名称\nItem", "权力类型\nType", "实施依据\nLegal basis", "承办机构\nOffice", "备注\nNote")
    for no, (name, kind) in enumerate(
        (("APEC商务旅行卡审核", QT), ("领事认证代办", GF), ("对违规使用护照的检查", JC)), 1
    ):
        g.row(no, name, kind, law("护照法"), "领事科", None)
        w.leaf("Sheet1", name, kind, sections="领事科")
    w.bases["领事认证代办"] = ["中华人民共和国护照法 第十二条"]
    return "外办.xlsx", as_xlsx([g]), w


def starred() -> Made:
    """BIFF: types as titles in marks in column A without a merge, subtotals and a sum."""
    g, w = Grid("退役军人"), Want(heads={"退役军人": 2})
    g.row("云岭市退役军人事务局权责清单")
    g.row("序号", "权责事项", "法律法规依据", "责任单位", "承办处室", "追责情形")
    no = 0
    for title, kind, names in (
        ("★行政给付（2项）", JF, ["烈士褒扬金给付", "优待金给付"]),
        ("★行政确认（3项）", QR, ["伤残等级评定", "烈属身份确认", "军人子女身份确认"]),
        ("★其他职权（1项）", QT, ["退役士兵档案审核"]),
    ):
        g.row(title)
        for name in names:
            no += 1
            g.row(float(no), name, law("退役军人保障法"), "市退役军人局", "优抚处、移交处", "失职")
            w.leaf("退役军人", name, kind, sections="优抚处 移交处")
        g.row("小计", f"{len(names)}项")
    g.row("合　　计", f"{no}项")
    return "退役军人局.xls", as_xls([g]), w


def by_department() -> Made:
    """A sheet for each department with a column of types, and a table of counts by department and type."""
    w = Want()
    counts = Grid("统计表")
    counts.banner("云岭市市级部门权责事项统计表", 6)
    counts.row("序号", "部门", "行政许可", "行政处罚", "行政检查", "合计")
    grids = [counts]
    for no, (unit, office, lines) in enumerate(
        (
            ("市发改委", "价格科", [("企业投资项目核准", XK), ("对价格违法的处罚", CF)]),
            ("市教体局", "基教科", [("民办学校设立审批", XK), ("对违规办学的处罚", CF), ("校外培训检查", JC)]),
            ("市科技局", "成果科", [("实验动物检查", JC)]),
            ("市文旅局", "市场科", [("演出审批", XK), ("对违规经营的处罚", CF)]),
        ),
        1,
    ):
        counts.row(no, unit, *[sum(kind == one for _, kind in lines) for one in (XK, CF, JC)], len(lines))
        g = Grid(unit)
        w.heads[unit] = 1
        g.row("序号", "部门", "类别", "事项名称", "设定依据", "内设机构")
        first = g.next
        for at, (name, kind) in enumerate(lines, 1):
            g.row(at, unit if at == 1 else None, kind, name, law("行政许可法"), office)
            w.leaf(unit, name, kind, sections=office)
        g.down(first, g.next - 1, 2)
        grids.append(g)
    counts.row("合计", None, 3, 3, 2, 8)
    return "市级部门权责清单.xlsx", as_xlsx(grids), w


def cards() -> Made:
    """A card for each item, its fields one below the other, as responsibilities are sorted out."""
    g, w = Grid("梳理表"), Want(heads={"梳理表": 2})
    found: Limits
    for name, kind, code, office, legal, found in (
        ("地质勘查资质审批", XK, "530100-XK-01", "矿管科", "40日", (["40 日"], [])),
        ("对转让资质证书的处罚", CF, "530100-CF-01", "执法队、法规科", "无", ([], [])),
        ("采矿权评估备案", QT, "530100-QT-01", "矿管科", "5个工作日", (["5 工作日"], [])),
    ):
        g.banner("行政权力责任事项登记表", 4)
        g.row("职权名称", name, "职权类型", kind)
        g.row("职权编码", code, "法定主体", "云岭市自然资源局")
        top = g.row("实施依据", law("矿产资源法"), None, None)
        g.row("承办机构", office, "法定期限", legal)
        low = g.row("责任事项", "1.受理责任。\n2.审查责任。", None, None)
        last = g.row("追责情形", "1.不受理的。\n2.其他。", None, None)
        g.merges += [(row, 2, row, 4) for row in (top, low, last)]
        g.row()
        w.leaf("梳理表", name, kind, sections=office.replace("、", " "), code=code)
        w.limits[name] = found
        w.bases[name] = ["中华人民共和国矿产资源法 第十二条"]
    return "责任事项梳理表.xlsx", as_xlsx([g]), w


def spread() -> Made:
    """CSV from a sheet with merges: duties and blame spread over rows whose other cells are blank."""
    g, w = Grid("烟草"), Want(heads={"烟草": 2})
    g.row("云岭市烟草专卖局权责清单", *[""] * 7)
    g.row("序号", "事项名称", "权力类型", "实施依据", "行使主体", "承办机构", "责任事项内容", "追责情形")
    for no, (name, kind) in enumerate((("烟草零售许可", XK), ("对无证经营的处罚", CF), ("市场检查", JC)), 1):
        g.row(no, name, kind, law("烟草专卖法"), "市烟草局", "专卖科", "1.受理责任：公示。", "1.不受理的；")
        g.row("", "", "", "【法规】《烟草专卖法实施条例》第六条：略", "", "", "2.审查责任：审核。", "2.超越权限的；")
        g.row("", "", "", "", "", "", "3.决定责任：作出决定。", "")
        w.leaf("烟草", name, kind, sections="专卖科")
        w.bases[name] = ["中华人民共和国烟草专卖法 第十二条", "烟草专卖法实施条例 第六条"]
    return "烟草.csv", as_csv([g], "utf-8-sig"), w


def sums() -> Made:
    """Sums of each type in the table, in the column of names and of types, and a bare sum at the end."""
    g, w = Grid("Sheet1"), Want(heads={"Sheet1": 2})
    g.banner("云岭市气象局权责清单", 6)
    g.row("序号", "权力类型", "事项名称", "实施依据", "承办机构", "备注")
    no = 0
    for kind, names in (
        (XK, ["防雷设计审核", "升放气球许可"]),
        (CF, ["对违规发布预报的处罚"]),
        (GF, ["气象数据查询", "灾害证明"]),
    ):
        first = g.next
        for name in names:
            no += 1
            g.row(no, kind if g.next == first else None, name, law("气象法"), "减灾科", None)
            w.leaf("Sheet1", name, kind, sections="减灾科")
        g.down(first, g.next - 1, 2)
        g.row(None, kind + "小计", f"{len(names)}项")
    g.row("总　计", None, f"{no}项", None, None, None)
    g.row("注：本表由市气象局填报。")
    return "气象局.xlsx", as_xlsx([g]), w


def hidden_parts() -> Made:
    """Hidden: a column with old codes, a row among the items, two sheets, one of them the list of last year."""
    old = Grid("2023年", hidden=True)
    old.row("序号", "事项名称", "权力类型", "实施依据", "承办机构")
    old.row(1, "渔业船舶检验", QT, law("渔业法"), "渔政科")
    lists = Grid("数据字典", hidden=True)
    lists.row("权力类型", "行使层级", "承办机构")
    lists.row(XK, "市级", "渔政科")
    lists.row(CF, "县级", "法规科")
    g, w = Grid("2024年", hidden_rows=[5], hidden_columns=[2]), Want(heads={"2024年": 2})
    g.banner("云岭市农业农村局权责清单", 7)
    g.row("序号", "原编码", "权力编码", "事项名称", "权力类型", "实施依据", "承办机构")
    for no, (name, kind) in enumerate(
        (("水域滩涂养殖证核发", XK), ("渔业捕捞许可", XK), ("对电鱼行为的处罚", CF), ("渔业船舶检验", QT)), 1
    ):
        g.row(no, f"OLD{no}", f"5301001{no:03}", name, kind, law("渔业法"), "渔政科")
        w.leaf("2024年", name, kind, sections="渔政科", code=f"5301001{no:03}")
    return "农业农村局.xlsx", as_xlsx([g, old, lists]), w


def formulas() -> Made:
    """Numbers by formula, an item number beside the number in its type, a share in per cent."""
    g, w = Grid("体育局"), Want(heads={"体育局": 2})
    g.banner("云岭市体育局权责清单", 7)
    g.row("总序号", "分类序号", "权力类型", "事项名称", "实施依据", "责任科室", "网办率")
    no = 0
    for kind, names in ((XK, ["高危险性体育项目许可", "健身气功活动审批"]), (JC, ["体育市场检查", "彩票站点检查"])):
        first = g.next
        for at, name in enumerate(names, 1):
            no += 1
            said = f"{kind[:2]}\n{kind[2:]}\n（{len(names)}项）" if at == 1 else None
            g.row("=ROW()-2", at, said, name, law("体育法"), "群体科", 0.95)
            w.leaf("体育局", name, kind, sections="群体科")
        g.down(first, g.next - 1, 3)
    return "体育局.xlsx", as_xlsx([g]), w


def nine_plus() -> Made:
    """Types of the 9+X scheme and others that offices write, beside public services."""
    g, w = Grid("Sheet1"), Want(heads={"Sheet1": 1})
    g.row("序号", "职权名称", "职权分类", "法定依据", "责任机构", "内设科室")
    for no, (name, said, kind) in enumerate(
        (
            ("民办非企业登记", "行政许可事项", XK),
            ("企业年报备案", "行政备案", QT),
            ("初审转报", "其他行政权力-审核转报", QT),
            ("价格备案", "其他类（行政备案）", QT),
            ("强制拆除", "行政强制（执行）", QZ),
            ("查封扣押", "行政强制—强制措施", QZ),
            ("社会抚养费征收", "征收类", ZS),
            ("困难补助", "行政给付事项", JF),
            ("先进表彰", "行政奖励（依职权）", JL),
            ("权属裁决", "行政裁决类", CJ),
            ("便民查询", "公共服务（依申请）", GF),
            ("代办服务", "便民服务", GF),
        ),
        1,
    ):
        g.row(no, name, said, law("行政许可法"), "市政务局", "业务科")
        w.leaf("Sheet1", name, kind, sections="业务科")
    return "政务局.xlsx", as_xlsx([g]), w


def handling() -> Made:
    """Handling sections with leads, circles, slashes, blanks, plates and repeated names."""
    g, w = Grid("Sheet1"), Want(heads={"Sheet1": 2})
    g.banner("云岭市生态环境局权责清单", 5)
    g.row("序号", "事项名称", "权力类型", "实施依据", "承办机构（科室、队所）")
    for no, (name, kind, office) in enumerate(
        (
            ("环评审批", XK, "环评科（行政审批科）"),
            ("对超标排污的处罚", CF, "①执法支队\n②法规科"),
            ("污染源检查", JC, "牵头：执法支队；配合：大气科、水科"),
            ("危废转移审批", XK, "固体科/环评科"),
            ("辐射安全许可", XK, "核与辐射科  监测站"),
            ("环境应急备案", QT, "应急中心，执法支队；"),
        ),
        1,
    ):
        g.row(no, name, kind, law("环境保护法"), office)
        w.leaf("Sheet1", name, kind)
    w.sections = [
        "环评科", "执法支队", "法规科", "大气科", "水科", "固体科", "核与辐射科", "监测站", "应急中心",
    ]  # fmt: skip
    return "生态环境局.xlsx", as_xlsx([g]), w


def groups() -> Made:
    """BIFF under an .xlsx name: groups over 名称, 编码, 类别, which say nothing by themselves."""
    g, w = Grid("国资委"), Want(heads={"国资委": 2})
    g.banner("云岭市国资委权责清单", 9)
    g.row("序号", "权责事项", None, None, "行使依据", "主体", None, "责任", None)
    g.row(None, "编码", "名称", "类别", None, "行使主体", "承办机构", "责任事项", "追责情形")
    g.merges += [(2, 2, 2, 4), (2, 6, 2, 7), (2, 8, 2, 9), (2, 1, 3, 1), (2, 5, 3, 5)]
    for no, (code, name, kind) in enumerate(
        (
            ("5301-01", "国有资产评估核准", QT),
            ("5301-02", "国有产权登记", QR),
            ("5301-03", "对违规投资的检查", JC),
        ),
        1,
    ):
        g.row(float(no), code, name, kind, law("企业国有资产法"), "市国资委", "产权科", "1.受理。", "失职")
        w.leaf("国资委", name, kind, sections="产权科", code=code)
        w.bases[name] = ["中华人民共和国企业国有资产法 第十二条"]
    return "国资委.xlsx", as_xls([g]), w


def separator_line() -> Made:
    """A hint of the separator as the first line, blank rows, a note of the year, the header after them."""
    g, w = Grid("档案局"), Want(heads={"档案局": 5})
    g.row("sep=;")
    g.row("云岭市档案局权责清单", "", "", "", "")
    g.row("2024年", "", "", "", "")
    g.row("", "", "", "", "")
    g.row("编号", "事项", "类型", "依据", "承办部门")
    for no, (name, kind) in enumerate(
        (("延期开放档案审批", XK), ("对档案违法的处罚", CF), ("档案检查", JC), ("档案查询", GF)), 1
    ):
        g.row(no, name, kind, law("档案法"), "监督科")
        w.leaf("档案局", name, kind, sections="监督科")
    return "档案局.csv", as_csv([g], "utf-8-sig", ";"), w


def across() -> Made:
    """事项名称 over two columns: an item without sub-items is merged over both."""
    g, w = Grid("公安局"), Want(heads={"公安局": 2})
    g.banner("云岭市公安局权责清单", 7)
    g.row("序号", "事项名称", None, "权力类型", "实施依据", "承办机构", "备注")
    g.merges.append((2, 2, 2, 3))
    at = g.row(1, "保安服务公司设立许可", None, XK, law("治安管理处罚法"), "治安支队", None)
    g.merges.append((at, 2, at, 3))
    w.leaf("公安局", "保安服务公司设立许可", XK, sections="治安支队")
    first = g.next
    for sub in ("普通护照签发", "港澳通行证签发", "台湾通行证签发"):
        start = g.next == first
        g.row(
            2 if start else None,
            "出入境证件签发" if start else None,
            sub,
            XK,
            law("出境入境管理法"),
            "出入境支队",
            None,
        )
        w.leaf("公安局", "出入境证件签发", XK, sub, "出入境支队")
    g.down(first, g.next - 1, 1, 2)
    at = g.row(3, "对赌博的处罚", None, CF, law("治安管理处罚法"), "治安支队", None)
    g.merges.append((at, 2, at, 3))
    w.leaf("公安局", "对赌博的处罚", CF)
    return "公安局.xlsx", as_xlsx([g]), w


def noted_beside() -> Made:
    """Notes far to the right of the table, three lines to sign below, an annex mark above."""
    g, w = Grid("Sheet1"), Want(heads={"Sheet1": 3})
    g.row("附件1")
    g.banner("云岭市城市管理局权责清单（征求意见稿）", 6)
    g.row(
        "序号", "权责事项名称", "权责事项类型", "设定依据", "承办单位", "备注", None, None, "编办意见：请核对承办单位"
    )
    for no, (name, kind, note) in enumerate(
        (
            ("占用城市道路许可", XK, "与省目录不一致"),
            ("对乱倒垃圾的处罚", CF, None),
            ("临时建筑拆除", QZ, "是否保留？"),
            ("市容检查", JC, None),
        ),
        1,
    ):
        g.row(no, name, kind, law("城乡规划法"), "执法支队", None, None, None, note)
        w.leaf("Sheet1", name, kind, sections="执法支队")
    g.row()
    g.row(None, "单位主要负责人：", None, "（签字）")
    g.row(None, "分管负责人：", None, "（签字）")
    g.row(None, "联系人：冯某    电话：0871-1234567")
    return "城管局.xlsx", as_xlsx([g]), w


def town_ticks() -> Made:
    """A catalogue for county and town: ticks of two levels without a heading over them, a remark merged down."""
    g, w = Grid("通用目录"), Want(heads={"通用目录": 2})
    g.banner("云岭市县乡两级权责清单通用目录", 9)
    g.row("序号", "主管部门", "职权名称", "职权类别", "实施依据", "县级", "乡级", "承办机构", "备注")
    no: Cell
    for no, unit, name, kind, ticks, levels in (
        (1, "民政局", "临时救助对象认定", QR, (None, "√"), ["乡"]),
        (2, None, "社会团体登记", XK, ("√", None), ["县"]),
        (3, None, "低保给付", JF, ("√", "√"), ["县", "乡"]),
        (4, "水利局", "河道采砂检查", JC, ("是", "是"), ["县", "乡"]),
        (5, None, "对违规取水的处罚", CF, ("√", ""), ["县"]),
    ):
        g.row(no, unit, name, kind, law("行政许可法"), *ticks, "业务股", "按省目录" if no == 1 else None)
        w.leaf("通用目录", name, kind, sections="业务股")
        w.levels[name] = levels
    g.down(3, 5, 2)
    g.down(6, 7, 2)
    g.down(3, 7, 9)
    return "县乡通用目录.xlsx", as_xlsx([g]), w


MAKERS: tuple[Callable[[], Made], ...] = (
    bilingual,
    starred,
    by_department,
    cards,
    spread,
    sums,
    hidden_parts,
    formulas,
    nine_plus,
    handling,
    groups,
    separator_line,
    across,
    noted_beside,
    town_ticks,
)
