"""Lists in forms of many rows and columns, with what a careful person finds in each."""

from __future__ import annotations

from collections.abc import Callable

from tests.basic_info.power_lists.grids import Cell, Grid, Limits, Made, Want, as_csv, as_xls, as_xlsx, law
from tests.basic_info.power_lists.published.words import CF, GF, JC, JF, QR, QT, QZ, XK, ZS

STAGES = ("1.受理责任：公示应当提交的材料。", "2.审查责任：对申请材料审核。", "3.决定责任：作出决定。", "4.送达责任。")


def stages() -> Made:
    """A header of three rows; each stage of the responsibilities has a row of its own under a merged item."""
    g, w = Grid("Sheet1"), Want(heads={"Sheet1": 3})
    g.banner("云岭市林业和草原局权力清单和责任清单", 12)
    g.banner("（2024年动态调整）", 12)
    g.row("序号", "权力清单", *[None] * 6, "责任清单", None, None, "备注")
    g.row(None, "权力事项", None, None, "设定依据", "行使主体", "承办机构", "行使层级", "责任事项", None, "追责情形")
    g.row(None, "名称", "子项", "类别", None, None, None, None, "环节内容", "依据")
    g.merges += [(3, 1, 5, 1), (3, 2, 3, 8), (3, 9, 3, 11), (3, 12, 5, 12), (4, 2, 4, 4), (4, 9, 4, 10)]
    g.merges += [(4, column, 5, column) for column in (5, 6, 7, 8, 11)]
    lines = [
        ("林木采伐许可", "", XK, "森林法", "资源管理科", "县级"),
        ("建设项目使用林地审核", "永久使用林地审核", XK, "森林法", "资源管理科", "市级"),
        ("建设项目使用林地审核", "临时使用林地审批", XK, "森林法", "资源管理科", "县级"),
        ("对盗伐林木的处罚", "", CF, "森林法", "森林公安大队；资源管理科", "县级"),
        ("森林防火检查", "", JC, "森林法", "防火办", "县级"),
    ]
    for no, (name, sub, kind, basis, office, level) in zip((1, 2, 2, 3, 4), lines, strict=True):
        first = g.next
        for stage in STAGES:
            start = g.next == first
            g.row(
                *((no, name, sub or None, kind, law(basis), "市林草局", office, level) if start else [None] * 8),
                stage,
                law("行政许可法") if start else None,
                "因不履行职责造成后果的" if start else None,
                None,
            )
        g.down(first, g.next - 1, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12)
        w.leaf("Sheet1", name, kind, sub, office.replace("；", " "))
        w.levels[name] = [level[0]]
    w.levels.pop("建设项目使用林地审核")
    w.bases["林木采伐许可"] = ["中华人民共和国森林法 第十二条"]
    return "林草局权责清单.xlsx", as_xlsx([g]), w


def anhui() -> Made:
    """Type before name, codes missing here and there, full-width numbers, several laws without tags in a cell."""
    g, w = Grid("街道权责清单"), Want(heads={"街道权责清单": 2})
    g.banner("南屏街道办事处权力清单和责任清单", 8)
    g.row("序号", "权力类型", "项目编码", "项目名称", "子项", "实施依据", "责任事项", "追责情形")
    lines = [
        ("１", QR, "", "独生子女父母光荣证核发与注销", "《某省人口与计划生育条例》第三十九条\n第四十九条：略"),
        (
            "２",
            JF,
            "34-118",
            "临时救助金给付",
            "1.《社会救助暂行办法》（国务院令第649号）第四十七条：略\n2.《某省临时救助办法》第六条：略",
        ),
        ("３", QT, "", "再生育审批初审", "《某省人口与计划生育条例》第二十条"),
        ("１０", JC, "", "对辖区安全生产的检查", "《中华人民共和国安全生产法》第九条第三款、第六十二条"),
        ("１１", CF, "34-120", "对损坏公共设施的处罚", "《村庄和集镇规划建设管理条例》第三十九条第（一）项"),
    ]
    for no, kind, code, name, basis in lines:
        g.row(no, kind, code or None, name, None, basis, "\n".join(STAGES), "1、不受理的；\n2、其他。")
        w.leaf("街道权责清单", name, kind, code=code)
    w.bases = {
        "独生子女父母光荣证核发与注销": ["某省人口与计划生育条例 第三十九条、第四十九条"],
        "临时救助金给付": ["社会救助暂行办法 第四十七条", "某省临时救助办法 第六条"],
        "对辖区安全生产的检查": ["中华人民共和国安全生产法 第九条第三款、第六十二条"],
        "对损坏公共设施的处罚": ["村庄和集镇规划建设管理条例 第三十九条第（一）项"],
    }
    return "南屏街道.xlsx", as_xlsx([g]), w


def semicolons() -> Made:
    """GB 18030 with semicolons between cells and commas, quotes and semicolons within them."""
    g, w = Grid("粮储局清单"), Want(heads={"粮储局清单": 2})
    g.row("云岭市粮食和物资储备局权责清单", *[""] * 6)
    g.row("序号", "权责名称", "权责类别", "设定依据", "责任科室", "法定时限", "承诺时限")
    for no, name, kind, office, legal, promised, limits in (
        ("1", "粮食收购企业备案", QT, "调控科;监督检查科", "5个工作日", "即办", (["5 工作日"], ["0 工作日"])),
        ("2", '对"转圈粮"等违规行为的处罚', CF, "监督检查科", "90日", "", (["90 日"], [])),
        ("3", "粮食流通监督检查", JC, "监督检查科，仓储科", "无", "无", ([], [])),
    ):
        g.row(no, name, kind, law("粮食安全保障法", "第五十三条"), office, legal, promised)
        w.leaf("粮储局清单", name, kind, sections=office.replace(";", " ").replace("，", " "))
        w.limits[name] = limits
    g.row("合计", "3项", *[""] * 5)
    return "粮储局清单.csv", as_csv([g], "gb18030", ";"), w


def tabs() -> Made:
    """UTF-8 with tabs, line breaks within cells, a blank column of row marks before the table."""
    g, w = Grid("应急"), Want(heads={"应急": 3})
    g.row("", "云岭市应急管理局行政权力事项目录")
    g.row("")
    g.row("", "序号", "基本编码", "事项\n名称", "子项", "权力\n类别", "实施依据", "行使\n层级", "承办\n机构")
    g.row("", "1", "000125001000", "烟花爆竹经营许可", "烟花爆竹批发许可", XK, law("安全生产法"), "市级", "危化科")
    g.row("", "", "000125001000", "", "烟花爆竹零售许可", "", law("安全生产法"), "县级", "危化科")
    g.row(
        "",
        "2",
        "000225002000",
        "对生产经营单位未\n培训从业人员的处罚",
        "",
        CF,
        law("安全生产法"),
        "市级、县级",
        "执法\n支队",
    )
    g.row("", "3", "", "安全评价机构检查", "", JC, law("安全生产法"), "市级\n县级", "危化科\n执法支队")
    w.leaf("应急", "烟花爆竹经营许可", XK, "烟花爆竹批发许可", "危化科", "000125001000")
    w.leaf("应急", "烟花爆竹经营许可", XK, "烟花爆竹零售许可", code="000125001000")
    w.leaf("应急", "对生产经营单位未培训从业人员的处罚", CF, "", "执法支队", "000225002000")
    w.leaf("应急", "安全评价机构检查", JC)
    w.levels = {"对生产经营单位未培训从业人员的处罚": ["市", "县"], "安全评价机构检查": ["市", "县"]}
    return "应急.csv", as_csv([g], "utf-8", "\t"), w


def side_by_side() -> Made:
    """Two tables beside each other with an empty column between; each has its title and its header."""
    g, w = Grid("Sheet1"), Want(heads={"Sheet1": 3})
    g.banner("云岭市统计局权责清单", 9)
    g.row("行政处罚（3项）", None, None, None, None, "行政检查（2项）", None, None, None)
    g.merges += [(2, 1, 2, 4), (2, 6, 2, 9)]
    head = ("序号", "事项名称", "实施依据", "承办机构")
    g.row(*head, None, *head)
    left = [(1, "对拒报统计资料的处罚"), (2, "对虚报统计资料的处罚"), (3, "对迟报统计资料的处罚")]
    right: list[tuple[Cell, str | None]] = [(1, "统计执法检查"), (2, "涉外调查检查"), (None, None)]
    for (no, name), (other_no, other) in zip(left, right, strict=True):
        beside = (other_no, other, law("统计法") if other else None, "社会科" if other else None)
        g.row(no, name, law("统计法"), "法规科", None, *beside)
        w.leaf("Sheet1", name, CF, sections="法规科")
    w.leaf("Sheet1", "统计执法检查", JC, sections="社会科")
    w.leaf("Sheet1", "涉外调查检查", JC)
    return "统计局.xlsx", as_xlsx([g]), w


def stacked() -> Made:
    """Powers above, public services in a table of other columns below in the same sheet."""
    g, w = Grid("残联"), Want(heads={"残联": 2})
    g.banner("一、行政权力事项", 7)
    g.row("序号", "职权名称", "职权类型", "实施依据", "实施主体", "承办机构", "备注")
    for no, (name, kind) in enumerate((("残疾人证办理", QR), ("残疾人就业保障金审核", ZS)), 1):
        g.row(no, name, kind, law("残疾人保障法"), "市残联", "维权科", None)
        w.leaf("残联", name, kind, sections="维权科")
    g.row()
    g.banner("二、公共服务事项", 7)
    g.row("序号", "服务事项名称", "服务对象", "服务内容", "承办机构", "承诺时限", "联系电话")
    limits: Limits
    for no, (name, limit, limits) in enumerate(
        (
            ("辅助器具适配", "15个自然日", ([], ["15 日"])),
            ("残疾人求职登记", "当场", ([], ["0 工作日"])),
            ("康复训练补助", "10个工作日（公示期除外）", ([], ["10 工作日"])),
        ),
        1,
    ):
        g.row(no, name, "持证残疾人", "提供服务", "服务中心", limit, "0871-3333333")
        w.leaf("残联", name, GF, sections="服务中心")
        w.limits[name] = limits
    g.banner("填表人：王某      审核人：李某      填表日期：2024年5月", 7)
    return "残联权责清单.xlsx", as_xlsx([g]), w


def level_bodies() -> Made:
    """Under 行使层级 a column for each level in which the authority stands in words instead of a tick."""
    g, w = Grid("水务"), Want(heads={"水务": 2})
    g.banner("云岭市水务局权责清单", 10)
    g.row("序号", "事项名称", "权力类型", "实施依据", "行使层级及权限", None, None, None, "承办机构", "备注")
    g.row(None, None, None, None, "省级", "市级", "县级", "乡级")
    g.merges += [(2, 5, 2, 8)] + [(2, column, 3, column) for column in (1, 2, 3, 4, 9, 10)]
    for no, name, kind, parts, levels in (
        (1, "取水许可", XK, (None, "审批市管河道取水", "审批其他取水", None), ["市", "县"]),
        (2, "对非法采砂的处罚", CF, (None, None, "查处", None), ["县"]),
        (3, "水资源费征收", ZS, ("/", "负责市本级", "负责本县", "—"), ["市", "县"]),
        (4, "河道清障", QZ, (None, None, None, "组织实施"), ["乡"]),
    ):
        g.row(no, name, kind, law("水法"), *parts, "水政科", None)
        w.leaf("水务", name, kind, sections="水政科")
        w.levels[name] = levels
    return "水务局.xlsx", as_xlsx([g]), w


def exported() -> Made:
    """The 26-column export of a system: clerk and reviewer by name, limits in hours and with conditions."""
    g, w = Grid("Sheet0"), Want(heads={"Sheet0": 1})
    g.row(
        "序号", "所属行政区划", "隶属机构", "项目", "职权类型", "职权编码", "实施依据", "实施对象", "申请条件",
        "申请材料", "承办机构", "公开类型", "办理数量", "法定期限", "承诺期限", "收费（征收）依据和标准",
        "是否有涉及中介服务项目", "责任事项", "责任主体", "责任事项的依据", "追责情形", "诉求渠道", "状态", "录入人",
        "上级机构", "是否公示",
    )  # fmt: skip
    lines = [
        ("新设企业登记", XK, "530100331XK00101", "3个工作日", "2小时", (["3 工作日"], ["2 小时"])),
        ("食品摊贩备案", QT, "530100331QT00200", "当场", "30分钟", (["0 工作日"], ["30 分钟"])),
        ("药品经营许可", XK, "530100331XK00300", "30日，经批准可延长10日", "15日", (["30 日", "10 日"], ["15 日"])),
        (
            "特种设备检验机构核准",
            XK,
            "530100331XK00400",
            "20个工作日（不含检验、专家评审）",
            "不超过12个工作日",
            (["20 工作日"], ["12 工作日"]),
        ),
        ("对虚假广告的处罚", CF, "530100331CF01200", "/", "/", ([], [])),
        ("计量纠纷调解", QT, "530100331QT00900", "无法定期限", "7个工作日", ([], ["7 工作日"])),
    ]
    for no, (name, kind, code, legal, promised, limits) in enumerate(lines, 1):
        g.row(
            float(no), "云岭市", "市场监管局", name, kind, code, law("产品质量法"), "企业", "符合条件", "申请书",
            "审批科\n登记科", "主动公开", 12.0, legal, promised, "不收费", "否",
            STAGES[0], "云岭市市场监管局", law("行政许可法"), "失职",
            "12315", "正常", "郑某某", "省市场监管局", "是",
        )  # fmt: skip
        w.leaf("Sheet0", name, kind, sections="审批科 登记科", code=code)
        w.limits[name] = limits
    return "市场监管局导出.xlsx", as_xlsx([g]), w


def bound() -> Made:
    """Cover, contents with counts, instructions with a sample row, lists by type under short names, a hidden draft."""
    w = Want()
    cover, index, tell, draft = Grid("首页"), Grid("目  录"), Grid("填写须知"), Grid("2022稿", hidden=True)
    cover.row(None, "云岭市民政局权责清单（2024版）")
    cover.row(None, "云岭市民政局  编制")
    index.row("序号", "清单名称", "事项数", "所在工作表")
    for no, (name, many) in enumerate((("行政许可事项", 2), ("行政给付事项", 1), ("公共服务事项", 2)), 1):
        index.row(no, name, many, f"表{no}")
    tell.row("序号", "栏目", "填写要求")
    tell.row(1, "事项名称", "与省目录一致")
    tell.row(2, "权力类型", "行政许可、行政处罚等十类")
    tell.row(3, "承办机构", "填写内设机构")
    draft.row("序号", "事项名称", "权力类型", "实施依据", "承办机构")
    draft.row(1, "社会团体成立登记", XK, law("慈善法"), "社管科")
    grids = [cover, index, tell]
    for sheet, kind, names in (
        ("表1行政许可", XK, ["社会团体成立登记", "公募资格认定"]),
        ("表2行政给付", JF, ["特困人员供养金给付"]),
        ("表3公共服务", GF, ["地名查询", "婚姻档案查询"]),
    ):
        g = Grid(sheet)
        w.heads[sheet] = 3
        g.banner(f"表{sheet[1]}", 6)
        g.banner(f"云岭市民政局{sheet[2:]}事项清单", 6)
        g.row("序号", "事项名称", "实施依据", "办理机构", "责任事项", "监督电话")
        for no, name in enumerate(names, 1):
            g.row(no, name, law("慈善法"), "社管科（社会组织执法科）", STAGES[0], "12345")
            w.leaf(sheet, name, kind, sections="社管科")
        grids.append(g)
    return "民政局合订本.xlsx", as_xlsx([*grids, draft]), w


def pages() -> Made:
    """BIFF: a header of two rows on every printed page, subtotals of the page, 续上表."""
    g, w = Grid("交通局"), Want(heads={"交通局": 2})
    no = 0
    for page in range(3):
        g.banner("云岭市交通运输局权责清单" + ("（续上表）" if page else ""), 8)
        top = g.row("序号", "职权事项", None, "职权类别", "法律依据", "承办科室", "责任追究", None)
        g.row(None, "主项名称", "子项名称", None, None, None, "追责对象", "追责情形")
        g.merges += [(top, 2, top, 3), (top, 7, top, 8)] + [(top, column, top + 1, column) for column in (1, 4, 5, 6)]
        for _ in range(4):
            no += 1
            name, kind = f"对第{no}类违反道路运输规定的处罚", CF
            g.row(float(no), name, "无", kind, law("公路法"), "运管科", "具体承办人", "失职")
            w.leaf("交通局", name, kind, sections="运管科")
        g.row("本页小计", "4项")
        g.row()
    g.row("总计", "12项")
    return "交通局.xls", as_xls([g]), w


def indented() -> Made:
    """Sub-items as rows of their own under the main item, indented, with letters and brackets."""
    g, w = Grid("人防"), Want(heads={"人防": 1})
    g.row("序号", "事项名称", "权力类型", "实施依据", "承办机构", "承诺时限")
    g.row(1, "人防工程报建审批", XK, law("人民防空法"), "工程科", "7个工作日")
    g.row(None, "    （1）新建防空地下室审批", None, law("人民防空法", "第二十二条"), None, None)
    g.row(None, "    （2）易地建设审批", None, law("人民防空法", "第四十八条"), None, None)
    g.row(2, "人防工程拆除审批", XK, law("人民防空法"), "工程科", "7个工作日")
    g.row(3, "对侵害人防工程的处罚", CF, law("人民防空法"), "执法科", None)
    g.row(None, "　　①对侵占人防工程的处罚", None, law("人民防空法", "第四十九条"), None, None)
    g.row(None, "　　②对改变主体结构的处罚", None, law("人民防空法", "第五十条"), None, None)
    for name, kind, sub, office in (
        ("人防工程报建审批", XK, "", "工程科"),
        ("人防工程报建审批", XK, "（1）新建防空地下室审批", ""),
        ("人防工程报建审批", XK, "（2）易地建设审批", ""),
        ("人防工程拆除审批", XK, "", ""),
        ("对侵害人防工程的处罚", CF, "", "执法科"),
        ("对侵害人防工程的处罚", CF, "①对侵占人防工程的处罚", ""),
        ("对侵害人防工程的处罚", CF, "②对改变主体结构的处罚", ""),
    ):
        w.leaf("人防", name, kind, sub, office)
    return "人防办.xlsx", as_xlsx([g]), w


def business_items() -> Made:
    """主项, 子项 and 业务办理项 in three columns: the rows of the third repeat an item (contract 1)."""
    g, w = Grid("住建"), Want(heads={"住建": 2})
    g.banner("云岭市住房和城乡建设局权责清单", 8)
    g.row(
        "序号", "主项名称", "子项名称", "业务办理项名称", "事项类型", "设定依据", "承办科室", "承诺办结时限（工作日）"
    )
    for no, name, sub, parts in (
        (1, "建筑业企业资质认定", "建筑业企业资质认定（市级权限）", ["首次申请", "增项", "变更", "延续"]),
        (2, "商品房预售许可", "", ["新办", "变更"]),
        (3, "城市排水许可", "", [""]),
    ):
        first = g.next
        for part in parts:
            start = g.next == first
            g.row(
                no if start else None,
                name if start else None,
                (sub or None) if start else None,
                part or None,
                XK if start else None,
                law("建筑法") if start else None,
                "审批科" if start else None,
                5.0 if start else None,
            )
        g.down(first, g.next - 1, 1, 2, 3, 5, 6, 7, 8)
        w.leaf("住建", name, XK, sub, "审批科")
        w.limits[name] = ([], ["5 工作日"])
    return "住建局.xlsx", as_xlsx([g]), w


def odd_codes() -> Made:
    """Codes broken over lines, as numbers, with blanks and with hyphens."""
    g, w = Grid("Sheet1"), Want(heads={"Sheet1": 3})
    g.banner("云岭市医疗保障局权责清单", 7)
    g.row("填报单位：云岭市医疗保障局", None, None, None, None, "填报时间：2024.6.30")
    g.row("序号", "权力编码", "权力名称", "权力类型", "权力依据", "承办机构", "备注")
    lines: list[tuple[Cell, str, str, str]] = [
        ("530100\n361CF\n00100", "530100361CF00100", "对骗取医保基金的处罚", CF),
        (5301003612.0, "5301003612", "医药机构定点评估", QT),
        ("5301 0036 1JC 00100", "530100361JC00100", "医保基金使用检查", JC),
        ("53-01-036-QR-001", "53-01-036-QR-001", "基本医疗保险参保登记", QR),
        ("—", "", "医疗救助金给付", JF),
    ]
    for no, (code, kept, name, kind) in enumerate(lines, 1):
        g.row(f"{no}.0", code, name, kind, law("社会保险法"), "基金监管科", None)
        w.leaf("Sheet1", name, kind, sections="基金监管科", code=kept)
    return "医保局.xlsx", as_xlsx([g]), w


def limits() -> Made:
    """One column for the limit in which both stand, and conditions of many sorts."""
    g, w = Grid("审批"), Want(heads={"审批": 2})
    g.banner("云岭市行政审批局权责清单", 6)
    g.row("序号", "事项名称", "权力类型", "实施依据", "承办机构", "办理时限")
    for no, (name, text, found) in enumerate(
        (
            ("排污许可", "法定：20个工作日\n承诺：8个工作日", (["20 工作日"], ["8 工作日"])),
            ("节能审查", "法定时限15个工作日；承诺时限5个工作日（特殊情况可延长）", (["15 工作日"], ["5 工作日"])),
            ("户外广告审批", "法定20日，承诺7日", (["20 日"], ["7 日"])),
            ("占道许可", "法定期限：二十个工作日；承诺期限：即来即办", (["20 工作日"], ["0 工作日"])),
            ("临时用地审批", "法定：1个月 承诺：10个工作日", (["1 个月"], ["10 工作日"])),
        ),
        1,
    ):
        g.row(no, name, XK, law("行政许可法"), "审批一科、审批二科", text)
        w.leaf("审批", name, XK, sections="审批一科 审批二科")
        w.limits[name] = found
    return "审批局.xlsx", as_xlsx([g]), w


def mistakes() -> Made:
    """A name left out, a type that is none, a limit that is none, a promise beyond the law."""
    g, w = Grid("商务"), Want(heads={"商务": 2})
    g.banner("云岭市商务局权责清单", 7)
    g.row("序号", "事项名称", "权力类型", "实施依据", "承办机构", "法定期限", "承诺期限")
    g.row(1, "成品油零售许可", XK, law("对外贸易法"), "流通科", "20个工作日", "10个工作日")
    g.row(2, None, CF, law("对外贸易法"), "流通科", "/", "/")
    g.row(3, "拍卖企业检查", "行政核查", law("拍卖法"), "流通科", "/", "/")
    g.row(4, "拍卖业务许可", XK, law("拍卖法"), "流通科", "20个工作日", "25个工作日")
    g.row(5, "单用途卡备案", QT, law("拍卖法"), "市场科", "尽快办理", "3个工作日")
    for name, kind, office in (
        ("成品油零售许可", XK, "流通科"),
        ("拍卖企业检查", "行政核查", ""),
        ("拍卖业务许可", XK, ""),
        ("单用途卡备案", QT, "市场科"),
    ):
        w.leaf("商务", name, kind, sections=office)
    w.errors = [("商务", 4, "事项名称"), ("商务", 5, "权力类型"), ("商务", 6, "承诺期限"), ("商务", 7, "法定期限")]
    return "商务局.xlsx", as_xlsx([g]), w


MAKERS: tuple[Callable[[], Made], ...] = (
    stages,
    anhui,
    semicolons,
    tabs,
    side_by_side,
    stacked,
    level_bodies,
    exported,
    bound,
    pages,
    indented,
    business_items,
    odd_codes,
    limits,
    mistakes,
)
