"""Lists as a county's departments publish them, each irregular in its own way, with what a person finds in it."""

from __future__ import annotations

from collections.abc import Callable

from tests.basic_info.power_lists.grids import Cell, Grid, Made, Want, as_csv, as_xls, as_xlsx, law

XK, CF, QZ, ZS, JF = "行政许可", "行政处罚", "行政强制", "行政征收", "行政给付"
JC, QR, JL, CJ, QT, GF = "行政检查", "行政确认", "行政奖励", "行政裁决", "其他行政权力", "公共服务"
WHO = "1.具体承办人；\n2.内设机构负责人；\n3.单位法定代表人或分管领导。"
BLAME = (
    "因不履行或不正确履行行政职责，有下列情形的，相关工作人员应承担相应的责任："
    "\n1.对符合法定条件的申请不予受理的；\n2.其他违反法律法规规章规定的行为。"
)
DO = "直接实施责任：\n1.受理责任：公示应当提交的材料，一次性告知补正材料。\n2.审查责任。\n3.决定责任。\n4.送达责任。"


def water() -> Made:
    """Title, 填报单位 line, two-row header, sub-items under a merged main item, total and footer."""
    g, w = Grid("Sheet1"), Want(heads={"Sheet1": 3})
    g.banner("沂川县水利局权责清单", 14)
    g.banner("填报单位：沂川县水利局（盖章）          填报日期：2023年6月30日", 14)
    g.row(
        "序号",
        "职权\n类型",
        "职权名称",
        "子项",
        "实施依据",
        "行使主体",
        "承办机构",
        "实施层级及权限",
        None,
        "责任事项",
        "责任事项依据",
        "追责",
        None,
        "备注",
    )
    g.row(None, None, None, None, None, None, None, "层级", "权限", None, None, "追责对象范围", "追责情形", None)
    g.merges += [(3, c, 4, c) for c in (1, 2, 3, 4, 5, 6, 7, 10, 11, 14)] + [(3, 8, 3, 9), (3, 12, 3, 13)]

    def line(no: Cell, kind: str | None, name: str | None, sub: str, office: str) -> int:
        w_kind = kind or last[0]
        last[0] = w_kind
        last[1] = name or last[1]
        w.leaf("Sheet1", last[1], w_kind, sub, office.replace("、", " "))
        return g.row(
            no,
            kind,
            name,
            sub or None,
            law("水法"),
            "县水利局",
            office,
            "县级",
            "负责本县范围内的审批",
            DO,
            law("行政许可法"),
            WHO,
            BLAME,
            None,
        )

    last = ["", ""]
    line(1, XK, "取水许可", "", "水资源科")
    a = line(2, XK, "河道管理范围内有关活动审批", "1.河道管理范围内建设项目工程建设方案审批", "河湖科")
    line(None, None, None, "2.河道管理范围内特定活动审批", "河湖科")
    b = line(None, None, None, "3.河道采砂许可", "河湖科、水政监察大队")
    g.down(a, b, 1, 2, 3)
    line(3, CF, "对未经批准擅自取水的处罚", "", "水政监察大队")
    line(4, CF, "对擅自停止使用节水设施的处罚", "", "水政监察大队")
    line(5, QZ, "强行拆除违法建筑物、构筑物", "", "水政监察大队")
    line(6, ZS, "水资源费征收", "", "水资源科")
    line(7, JC, "水利工程质量监督检查", "", "建设科")
    g.row("合计", None, "9项", *[None] * 11)
    g.banner("填表人：王某某      审核人：李某某      联系电话：0539-1234567", 14)
    return "沂川县水利局权责清单.xlsx", as_xlsx([g]), w


def health() -> Made:
    """A sheet per type, no type column; instructions and a summary of numbers beside them."""
    w = Want()
    tell = Grid("填报说明")
    tell.row("填报说明")
    tell.row("一、事项名称：按照省级通用目录填写，不得自行更改。")
    tell.row("二、权力类型：分为行政许可、行政处罚等10类；实施依据应写明条款。")
    tell.row("三、承办机构：填写内设机构全称。")
    total = Grid("汇总表")
    total.banner("沂川县卫生健康局权责事项汇总表", 4)
    total.row("序号", "权力类型", "数量（项）", "备注")
    for no, (kind, many) in enumerate((("行政许可", 3), ("行政处罚", 3), ("其他职权", 2)), 1):
        total.row(no, kind, many, None)
    total.row("合计", None, 8, None)
    grids = [tell, total]
    for sheet, kind, names in (
        (
            "行政许可（3项）",
            XK,
            ["医疗机构执业登记（含人体器官移植除外）", "饮用水供水单位卫生许可", "公共场所卫生许可（含新、改、扩建）"],
        ),
        (
            "行政处罚(3项)",
            CF,
            ["对未取得《医疗机构执业许可证》擅自执业的处罚", "对医师未按规定填写病历的处罚", "对放射诊疗违规的处罚"],
        ),
        ("其他职权", QT, ["医师多机构执业备案", "托育机构备案"]),
    ):
        g = Grid(sheet)
        w.heads[sheet] = 2
        g.banner(f"沂川县卫生健康局权责清单（{sheet[:4]}）", 8)
        g.row("序号", "事项名称", "实施依据", "实施主体", "承办科室", "责任事项", "追责情形", "备注")
        for no, name in enumerate(names, 1):
            office = "综合监督科" if kind == CF else "医政医管科（行政审批科）"
            g.row(float(no), name, law("基本医疗卫生与健康促进法"), "沂川县卫生健康局", office, DO, BLAME, None)
            w.leaf(sheet, name, kind, sections="综合监督科" if kind == CF else "医政医管科")
        grids.append(g)
    return "卫健局权责清单（公示稿）.xlsx", as_xlsx(grids), w


def education() -> Made:
    """BIFF: header on row 4, types as merged section headings, numbers from one again in each."""
    g, w = Grid("权责清单"), Want(heads={"权责清单": 4})
    g.banner("沂川县教育和体育局权责清单", 7)
    g.banner("沂编办发〔2022〕18号", 7)
    g.banner("单位（公章）：", 7)
    g.row("序号", "事项名称", "设定依据", "责任主体", "责任科室", "责任内容", "问责情形")
    for heading, kind, names in (
        ("一、行政许可（共3项）", XK, ["民办学校的设立、变更和终止审批", "教师资格认定", "经营高危险性体育项目许可"]),
        ("二、行政处罚（共2项）", CF, ["对擅自举办民办学校的处罚", "对教师资格申请人弄虚作假的处罚"]),
        ("三、行政给付（共1项）", JF, ["家庭经济困难学生资助"]),
        ("四、行政确认（共1项）", QR, ["义务教育阶段学生学籍确认"]),
        ("五、行政奖励（共1项）", JL, ["对发展教育事业做出突出贡献的奖励"]),
        ("六、行政裁决（共1项）", CJ, ["教师申诉处理"]),
        ("七、其他权力（共2项）", QT, ["民办学校章程备案", "教师申诉受理"]),
    ):
        g.banner(heading, 7)
        for no, name in enumerate(names, 1):
            g.row(float(no), name, law("教育法"), "县教育和体育局", "政策法规科；职业教育科", DO, BLAME)
            w.leaf("权责清单", name, kind, sections="政策法规科 职业教育科")
    return "教体局权责清单.xls", as_xls([g]), w


def culture() -> Made:
    """One sheet for several departments: the department merged down, numbers from one again in each."""
    g, w = Grid("汇总"), Want(heads={"汇总": 1})
    g.row("部门名称", "序号", "权责事项名称", "子项名称", "权责类型", "实施依据", "承办机构", "备注")
    for unit, office, lines in (
        (
            "县文化和旅游局",
            "市场管理科",
            [("营业性演出审批", XK), ("对娱乐场所的监督检查", JC), ("对擅自从事营业性演出的处罚", CF)],
        ),
        ("县文物保护中心", "文物科", [("文物保护单位建设控制地带内工程审批", XK), ("对损毁文物的处罚", CF)]),
        ("县档案馆", "馆务科", [("延期向社会开放档案审批", XK), ("对档案工作的检查", JC)]),
    ):
        first = g.next
        for no, (name, kind) in enumerate(lines, 1):
            g.row(unit if no == 1 else None, no, name, "无", kind, law("文物保护法"), office, None)
            w.leaf("汇总", name, kind, sections=office)
        g.down(first, g.next - 1, 1)
    return "县直部门权责清单汇总.xlsx", as_xlsx([g]), w


def civil() -> Made:
    """BIFF under an .xlsx name; the main item stands on the first row alone, without a merge."""
    g, w = Grid("民政"), Want(heads={"民政": 2})
    g.row("民政局行政权力清单")
    g.row("序号", "权力名称", "子项名称", "权力类别", "法律依据", "承办科室", "权限", "追责依据")
    lines: list[tuple[Cell, str | None, str | None, str | None, str]] = [
        (1, "社会团体成立、变更、注销登记及修改章程核准", "社会团体成立登记", XK, "社会组织管理科"),
        (None, None, "社会团体变更登记", None, "社会组织管理科"),
        (None, None, "社会团体注销登记", None, "社会组织管理科"),
        (2, "殡葬设施建设许可", None, XK, "社会事务科"),
        (3, "最低生活保障金的给付", "城市低保给付", JF, "社会救助科"),
        (None, None, "农村低保给付", None, "社会救助科"),
        (4, "婚姻登记", None, QR, "婚姻登记处"),
        (5, "慈善组织认定", None, QR, "社会组织管理科"),
    ]
    name, kind = "", ""
    for no, main, sub, typed, office in lines:
        name, kind = main or name, typed or kind
        g.row(no, main, sub, typed, law("民法典"), office, "县级权限", law("监察法"))
        w.leaf("民政", name, kind, sub or "", office)
    return "民政局权力清单（2024）.xlsx", as_xls([g]), w


def housing() -> Made:
    """A zip workbook under an .xls name; title, header and page line repeat on each printed page."""
    g, w = Grid("Sheet1"), Want(heads={"Sheet1": 2})
    no = 0
    for page in range(1, 5):
        g.banner("沂川县住房和城乡建设局权责清单", 9)
        g.row(
            "序号", "事项名称", "子项名称", "权力类型", "实施依据", "行使主体", "承办机构", "责任事项内容", "追责情形"
        )
        for _ in range(5):
            no += 1
            kind = CF if no % 5 else JC
            name = f"对建设单位第{no}类违反建筑法行为的{'处罚' if no % 5 else '检查'}"
            g.row(no, name, None, kind, law("建筑法"), "县住建局", "建筑业管理科，质量安全监督站", DO, BLAME)
            w.leaf("Sheet1", name, kind, sections="建筑业管理科 质量安全监督站")
        g.row(*[None] * 4, f"第 {page} 页，共 4 页")
        g.row()
    return "住建局权责清单.xls", as_xlsx([g]), w


def labour() -> Made:
    """CSV in GBK: line breaks within cells, merges lost, blank lines."""
    g, w = Grid("人社局权责清单"), Want(heads={"人社局权责清单": 2})
    g.row("沂川县人力资源和社会保障局权责清单", *[""] * 7)
    g.row("序号", "事项\n名称", "子项\n名称", "权力\n类型", "实施依据", "行使\n主体", "承办\n机构", "备注")
    g.row("1", "人力资源服务许可", "", XK, law("就业促进法"), "县人社局", "就业促进科", "")
    g.row("2", "劳务派遣经营许可", "设立", XK, law("劳动合同法"), "县人社局", "劳动关系科", "")
    g.row("", "", "变更", "", law("劳动合同法"), "", "", "")
    g.row("", "", "延续", "", law("劳动合同法"), "", "", "")
    g.row()
    g.row("3", "对用人单位拖欠工资\n的处罚", "", CF, law("劳动法"), "县人社局", "劳动保障监察大队", "")
    g.row("", "", "", "", "【法规】《保障农民工工资支付条例》第五十三条", "", "", "")
    g.row("4", "失业保险金给付", "", JF, law("社会保险法"), "县人社局", "失业保险中心", "")
    g.row("5", "集体合同审查", "", "其他权力", law("劳动合同法"), "县人社局", "劳动关系科", "")
    s = "人社局权责清单"
    w.leaf(s, "人力资源服务许可", XK, sections="就业促进科")
    for sub in ("设立", "变更", "延续"):
        w.leaf(s, "劳务派遣经营许可", XK, sub, "劳动关系科")
    w.leaf(s, "对用人单位拖欠工资的处罚", CF, sections="劳动保障监察大队")
    w.leaf(s, "失业保险金给付", JF, sections="失业保险中心")
    w.leaf(s, "集体合同审查", QT, sections="劳动关系科")
    return "人社局权责清单.csv", as_csv([g], "gb18030"), w


def tobacco() -> Made:
    """CSV in UTF-8 with a mark; two lines above the header, notes below."""
    g, w = Grid("烟草专卖局"), Want(heads={"烟草专卖局": 3})
    g.row("沂川县烟草专卖局权责清单")
    g.row("更新时间：2024-05-01")
    g.row("编号", "职权编码", "职权名称", "职权类别", "职权依据", "实施主体", "责任科室")
    for no, (code, name, kind) in enumerate(
        (
            ("371321064XK00100", "烟草专卖零售许可证核发", XK),
            ("371321064CF00100", "对无证运输烟草专卖品的处罚", CF),
            ("371321064CF00200", "对擅自收购烟叶的处罚", CF),
            ("371321064JC00100", "对烟草市场的检查", JC),
        ),
        1,
    ):
        g.row(no, code, name, kind, law("烟草专卖法"), "沂川县烟草专卖局", "专卖监督管理科")
        w.leaf("烟草专卖局", name, kind, sections="专卖监督管理科", code=code)
    g.row("备注：1.本清单依据省级通用目录编制。")
    g.row("      2.未列入事项按照法律法规执行。")
    return "烟草专卖局.csv", as_csv([g], "utf-8-sig"), w


def traffic() -> Made:
    """CSV in plain UTF-8: headers spaced out, full-width digits and blanks."""
    g, w = Grid("交通"), Want(heads={"交通": 1})
    g.row("序　号", "事 项 名 称", "子 项 名 称", "权 力 类 型", "实 施 依 据", "行 使 主 体", "承 办 机 构")
    for no, name, kind, office in (
        ("１", "公路建设项目施工许可", "行政　许可", "建设管理科"),
        ("２", "超限运输车辆行驶公路许可", "行政许可 ", "路政大队"),
        ("３", "对未取得道路运输经营许可擅自经营的处罚", " 行政处罚", "运政大队，法制科"),
        ("４", "道路运输企业质量信誉考核", "其他行政权力", "运输科"),
    ):
        g.row(no, name, "／", kind, law("公路法"), "县交通运输局", office)
        w.leaf("交通", name, "".join(kind.split()), sections=office.replace("，", " "))
    return "交通.csv", as_csv([g], "utf-8"), w


def fire() -> Made:
    """The 26-column form with limits in words and the clerk's name."""
    g, w = Grid("Sheet0"), Want(heads={"Sheet0": 2})
    g.banner("行政权力事项信息表", 26)
    g.row(
        "序号",
        "所属行政区划",
        "隶属机构",
        "项目",
        "职权类型",
        "职权编码",
        "实施依据",
        "实施对象",
        "申请条件",
        "申请材料",
        "承办机构",
        "公开类型",
        "办理数量",
        "法定期限\n（天/日）",
        "承诺期限\n（天/日）",
        "收费（征收）依据和标准",
        "是否有涉及中介服务项目",
        "责任事项",
        "责任主体",
        "责任事项的依据",
        "追责情形",
        "诉求渠道",
        "状态",
        "录入人",
        "上级机构",
        "是否公示",
    )
    lines: list[tuple[str, str, str, Cell, Cell, tuple[list[str], list[str]]]] = [
        ("食品经营许可", XK, "371321031XK00100", "20个工作日", "5个工作日", (["20 工作日"], ["5 工作日"])),
        ("药品零售企业筹建审批", XK, "371321031XK00200", 30.0, 10.0, (["30 日"], ["10 日"])),
        ("企业登记注册", XK, "371321031XK00300", "15日", "即时办结", (["15 日"], ["0 工作日"])),
        ("股权出质登记", QR, "371321031QR00100", "/", "当场办结", ([], ["0 工作日"])),
        ("特种设备使用登记", XK, "371321031XK00400", "三十个工作日", "十个工作日", (["30 工作日"], ["10 工作日"])),
        ("对无照经营的处罚", CF, "371321031CF00100", "90日", "90日", (["90 日"], ["90 日"])),
        (
            "计量标准器具核准",
            XK,
            "371321031XK00500",
            "告知承诺制：20个工作日 非告知承诺制:10个工作日",
            "",
            (["20 工作日", "10 工作日"], []),
        ),
        ("对产品质量违法行为的查封", QZ, "371321031QZ00100", "无", None, ([], [])),
    ]
    for no, (name, kind, code, legal, promised, want) in enumerate(lines, 1):
        g.row(
            no,
            "沂川县",
            "市场监督管理局",
            name,
            kind,
            code,
            law("食品安全法"),
            "企业",
            "符合条件",
            "申请书",
            "行政许可科",
            "主动公开",
            "无限制",
            legal,
            promised,
            "不收费",
            "否",
            DO,
            "沂川县市场监督管理局",
            law("行政许可法"),
            BLAME,
            "12315",
            "正常",
            "赵某某",
            "临川市市场监督管理局",
            "是",
        )
        w.leaf("Sheet0", name, kind, sections="行政许可科", code=code)
        w.limits[name] = want
    return "导出数据.xlsx", as_xlsx([g]), w


def land() -> Made:
    """Codes as text, as a number and in scientific notation; numbers as text."""
    g, w = Grid("清单"), Want(heads={"清单": 2})
    g.banner("沂川县自然资源和规划局权责清单（2023年版）", 8)
    g.row("序号", "基本编码", "实施编码", "事项名称", "事项类型", "设定依据", "行使层级", "承办机构")
    lines: list[tuple[Cell, str, str, str]] = [
        ("370115001000", "国有建设用地使用权审核", XK, "土地利用科"),
        (370115002000, "建设用地规划许可", XK, "规划科"),
        (370115003000.0, "乡村建设规划许可", XK, "规划科"),
        ("3.70215E+11", "对非法占用土地的处罚", CF, "执法监察大队"),
        ("370715001000", "不动产登记", QR, "不动产登记中心"),
        ("", "土地复垦费征收", ZS, "生态修复科"),
    ]
    for no, (basic, name, kind, office) in enumerate(lines, 1):
        g.row(str(no), basic, 1137132100435678 + no, name, kind, law("土地管理法"), "县级", office)
        w.leaf("清单", name, kind, sections=office)
    return "自然资源和规划局.xlsx", as_xlsx([g]), w


def forest() -> Made:
    """A stray blank in the last column that a workbook has."""
    g, w = Grid("林业"), Want(heads={"林业": 1})
    g.row("序号", "事项名称", "权力类型", "实施依据", "承办机构", " ", "  ")
    for no, (name, kind) in enumerate(
        (("林木采伐许可", XK), ("木材运输检查", JC), ("对盗伐林木的处罚", CF), ("森林植被恢复费征收", ZS)), 1
    ):
        g.row(no, name, kind, law("森林法"), "资源管理科", *[None] * 16378, " ")
        w.leaf("林业", name, kind, sections="资源管理科")
    return "林业局.xlsx", as_xlsx([g]), w


def market() -> Made:
    """240 items over three level rows each: thousands of merged cells; the level alone differs."""
    g, w = Grid("市场监管"), Want(heads={"市场监管": 3})
    g.banner("沂川县市场监督管理局权责清单", 11)
    g.row()
    g.row(
        "序号",
        "事项名称",
        "子项名称",
        "权力类型",
        "实施依据",
        "行使主体",
        "承办机构",
        "实施层级及权限",
        None,
        "责任事项内容",
        "追责情形",
    )
    g.merges.append((3, 8, 3, 9))
    for no in range(1, 241):
        name = f"对第{no}种违反市场监督管理法律法规行为的处罚"
        first = g.next
        g.row(
            no,
            name,
            "无",
            CF,
            law("产品质量法"),
            "市场监督管理部门",
            "综合执法大队",
            "省级",
            "负责全省范围内重大案件",
            DO,
            BLAME,
        )
        g.row(*[None] * 7, "市级", "负责市本级案件", None, None)
        g.row(*[None] * 7, "县级", "负责县级案件", None, None)
        g.down(first, first + 2, 1, 2, 3, 4, 5, 6, 7, 10, 11)
        w.leaf("市场监管", name, CF, sections="综合执法大队")
    return "市场监管局.xls", as_xls([g]), w


def farming() -> Made:
    """Rows hidden by a filter, a hidden column, a hidden sheet with the words of a drop-down list."""
    g, w = Grid("农业农村局", hidden_rows=[4, 6], hidden_columns=[2]), Want(heads={"农业农村局": 2})
    g.row("沂川县农业农村局权责清单")
    g.row("序号", "职权编码", "事项名称", "权力类型", "实施依据", "承办机构", "备注")
    for no, (name, kind) in enumerate(
        (
            ("动物防疫条件合格证核发", XK),
            ("生猪定点屠宰厂设置审查", XK),
            ("对经营假种子的处罚", CF),
            ("动物检疫合格证明核发", XK),
            ("农业技术推广", "公共服务事项"),
        ),
        1,
    ):
        g.row(no, f"371321020XK{no:03}00", name, kind, law("动物防疫法"), "法规科、畜牧科", None)
        w.leaf(
            "农业农村局", name, GF if "服务" in kind else kind, sections="法规科 畜牧科", code=f"371321020XK{no:03}00"
        )
    words = Grid("Sheet2", hidden=True)
    words.row("权力类型", "实施层级")
    for kind in (XK, CF, QZ, ZS, JF, JC, QR, JL, CJ, QT):
        words.row(kind, "县级")
    return "农业农村局权责清单.xlsx", as_xlsx([g, words]), w


def justice() -> Made:
    """A column twice, columns to sign, a blank row between items."""
    g, w = Grid("Sheet1"), Want(heads={"Sheet1": 2})
    g.banner("沂川县司法局权责清单审核表", 12)
    g.row(
        "序号",
        "事项名称",
        "子项名称",
        "权力类型",
        "实施依据",
        "行使主体",
        "承办机构",
        "责任事项内容",
        "承办机构",
        "科室负责人签字",
        "分管领导签字",
        "审核意见",
    )
    for no, (name, kind) in enumerate(
        (("律师执业许可初审", QT), ("对律师违法行为的处罚", CF), ("法律援助", GF), ("公证机构执业检查", JC)), 1
    ):
        g.row(no, name, None, kind, law("律师法"), "县司法局", "律师工作科", DO, "（签章）", "钱某", "孙某", "同意")
        g.row()
        w.leaf("Sheet1", name, kind, sections="律师工作科")
    g.row(None, "单位主要负责人（签字）：", None, None, None, "年  月  日")
    return "司法局权责清单审核表.xlsx", as_xlsx([g]), w


def synonyms() -> Made:
    """Other words for the columns and for the types."""
    g, w = Grid("Sheet1"), Want(heads={"Sheet1": 1})
    g.row(
        "序号", "职权名称", "职权类别", "职权依据", "责任主体", "承办科室", "责任事项", "责任事项依据", "责任追究情形"
    )
    for no, (name, said, kind) in enumerate(
        (
            ("保障性住房资格核准", "行政许可（含非行政许可审批）", XK),
            ("物业服务合同备案", "其他权力", QT),
            ("房屋租赁登记备案", "其他职权", QT),
            ("对违规销售房屋的处罚", "行政处罚类", CF),
            ("对房地产企业的检查", "行政 检查", JC),
            ("住房公积金缴存", "公共服务事项", GF),
            ("商品房预售资金监管", "其他行政权力（审核转报）", QT),
            ("白蚁防治备案", "其他行政权力-备案", QT),
            ("房屋征收补偿", "行政\n征收", ZS),
            ("危房强制拆除", "行政强制措施", QZ),
            ("强制执行", "行政强制执行", QZ),
            ("评优", "行政奖励", JL),
        ),
        1,
    ):
        g.row(no, name, said, law("城市房地产管理法"), "县房产中心", "产权科 、 市场科", DO, law("行政许可法"), BLAME)
        w.leaf("Sheet1", name, kind, sections="产权科 市场科")
    return "房产服务中心权责清单.xlsx", as_xlsx([g]), w


def town() -> Made:
    """A township: headings in column A without a merge, personal names beside the office."""
    g, w = Grid("青石镇"), Want(heads={"青石镇": 2})
    g.row("青石镇人民政府权责清单")
    g.row("序号", "权责事项名称", "实施依据", "实施主体", "承办机构", "经办人", "联系人", "联系电话", "备注")
    for heading, kind, names in (
        ("（一）行政许可", XK, ["农村村民宅基地审批", "临时救助对象认定"]),
        (
            "（二）行政处罚",
            CF,
            ["对擅自在村庄、集镇规划区内街道摆摊的处罚", "对损坏村庄设施的处罚", "对破坏绿化的处罚"],
        ),
        ("（三）行政检查", JC, ["对辖区内安全生产的检查"]),
        ("（四）行政裁决", CJ, ["土地权属争议裁决"]),
        ("（五）其他行政权力", QT, ["农村土地承包经营权变更备案"]),
    ):
        g.row(heading)
        for no, name in enumerate(names, 1):
            g.row(
                no,
                name,
                law("城乡规划法"),
                "青石镇人民政府",
                "综合行政执法办公室" if kind == CF else "便民服务中心",
                "周某某",
                "吴某某",
                "0539-7654321",
                None,
            )
            w.leaf("青石镇", name, kind, sections="综合行政执法办公室" if kind == CF else "便民服务中心")
    return "青石镇权责清单.xlsx", as_xlsx([g]), w


def audit_office() -> Made:
    """Two rows lack the name, without any merge over them."""
    g, w = Grid("审计"), Want(heads={"审计": 2}, errors=[("审计", 4, "事项名称"), ("审计", 7, "事项名称")])
    g.banner("沂川县审计局权责清单", 6)
    g.row("序号", "事项名称", "权力类型", "实施依据", "承办机构", "备注")
    for no, (name, kind) in enumerate(
        (
            ("对被审计单位拒绝提供资料的处罚", CF),
            ("", CF),
            ("封存有关资料", QZ),
            ("财政收支审计监督", JC),
            ("", JC),
            ("审计整改检查", JC),
        ),
        1,
    ):
        g.row(no, name or None, kind, law("审计法"), "法规审理科", None)
        if name:
            w.leaf("审计", name, kind, sections="法规审理科")
    return "审计局.xlsx", as_xlsx([g]), w


def duties_beside() -> Made:
    """The responsibility list's other tables beside the power list: duties, borders, supervision, public service."""
    w = Want(heads={"行政权力清单": 2, "公共服务事项": 2})
    duty = Grid("部门主要职责")
    duty.banner("部门职责登记表", 4)
    duty.row("序号", "主要职责", "具体工作事项", "备注")
    duty.row(1, "负责拟订工业发展规划", "1.编制规划", None)
    duty.row(2, "负责信息化推进", "2.推进两化融合", None)
    border = Grid("职责边界")
    border.banner("与相关部门的职责边界", 6)
    border.row("序号", "管理事项", "相关部门", "职责分工", "相关依据", "案例")
    border.row(1, "民爆物品安全监管", "县公安局", "工信局负责生产、销售", "《民用爆炸物品安全管理条例》", None)
    g = Grid("行政权力清单")
    g.banner("沂川县工业和信息化局行政权力清单", 6)
    g.row("序号", "权力名称", "权力类别", "实施依据", "责任科室", "备注")
    for no, (name, kind) in enumerate(
        (("民用爆炸物品销售许可", XK), ("对违规销售民爆物品的处罚", CF), ("节能监察", JC)), 1
    ):
        g.row(no, name, kind, law("节约能源法"), "产业科", None)
        w.leaf("行政权力清单", name, kind, sections="产业科")
    service = Grid("公共服务事项")
    service.banner("公共服务事项登记表", 5)
    service.row("序号", "服务事项名称", "主要内容", "承办机构", "联系方式")
    for no, name in enumerate(("中小企业政策咨询", "企业家培训"), 1):
        service.row(no, name, "提供咨询", "企业服务中心", "0539-1111111")
        w.leaf("公共服务事项", name, GF, sections="企业服务中心")
    after = Grid("事中事后监管")
    after.banner("事中事后监管制度", 3)
    after.row("序号", "监管制度名称", "主要内容")
    after.row(1, "双随机一公开", "按照计划抽查")
    return "工信局责任清单.xlsx", as_xlsx([duty, border, g, service, after]), w


def blocks() -> Made:
    """Blocks from a text document: each with a title that says the type and a header in another order."""
    g, w = Grid("Sheet1"), Want(heads={"Sheet1": 2})
    g.banner("沂川县发展和改革局行政许可事项清单", 6)
    g.row("序号", "事项名称", "实施依据", "实施主体", "承办机构", "备注")
    for no, name in enumerate(("固定资产投资项目节能审查", "企业投资项目核准"), 1):
        g.row(no, name, law("行政许可法"), "县发改局", "投资科", None)
        w.leaf("Sheet1", name, XK, sections="投资科")
    g.row()
    g.banner("沂川县发展和改革局行政处罚事项清单", 6)
    g.row("序号", "承办机构", "事项名称", "实施主体", "实施依据", "备注")
    for no, name in enumerate(("对粮食经营者违规的处罚", "对价格违法行为的处罚", "对擅自改变项目内容的处罚"), 1):
        g.row(no, "价格科", name, "县发改局", law("价格法"), None)
        w.leaf("Sheet1", name, CF, sections="价格科")
    g.row()
    g.banner("沂川县发展和改革局其他行政权力事项清单", 6)
    g.row("序号", "事项名称", "承办机构", "实施依据", "实施主体", "备注")
    g.row(1, "企业投资项目备案", "投资科", law("行政许可法"), "县发改局", None)
    w.leaf("Sheet1", "企业投资项目备案", QT, sections="投资科")
    return "发改局事项清单.xlsx", as_xlsx([g]), w


def two_level_names() -> Made:
    """事项名称 over 主项 and 子项; numbers as 1-1; the main item merged over its sub-items."""
    g, w = Grid("事项"), Want(heads={"事项": 2})
    g.banner("沂川县公安局权责清单", 8)
    g.row("序号", "事项名称", None, "职权类型", "法定依据", "行使主体", "办理机构", "承诺时限")
    g.row(None, "主项", "子项", None, None, None, None, None)
    g.merges += [(2, 2, 2, 3)] + [(2, c, 3, c) for c in (1, 4, 5, 6, 7, 8)]
    for no, main, subs, kind in (
        (1, "爆破作业单位许可", ["非营业性爆破作业单位许可", "营业性爆破作业单位许可"], XK),
        (2, "旅馆业特种行业许可", [""], XK),
        (3, "剧毒化学品运输许可", ["首次申请", "变更", "补证"], XK),
        (4, "对扰乱公共秩序的处罚", [""], CF),
    ):
        first = g.next
        for k, sub in enumerate(subs, 1):
            g.row(
                f"{no}-{k}" if sub else str(no),
                main if k == 1 else None,
                sub or None,
                kind,
                law("治安管理处罚法"),
                "县公安局",
                "治安大队",
                "自受理之日起10个工作日内",
            )
            w.leaf("事项", main, kind, sub, "治安大队")
        g.down(first, g.next - 1, 2)
    return "公安局.xlsx", as_xlsx([g]), w


def ticks() -> Made:
    """The level as three columns of ticks under one header; the type merged down; column numbers under the header."""
    g, w = Grid("商务局"), Want(heads={"商务局": 3})
    g.banner("沂川县商务局权责清单", 10)
    g.banner("（共7项）", 10)
    g.row("序号", "权力类型", "行政权力名称", "实施依据", "行使层级", None, None, "责任主体", "责任处（科）室", "备注")
    g.row(None, None, None, None, "省", "市", "县", None, None, None)
    g.merges += [(3, 5, 3, 7)] + [(3, c, 4, c) for c in (1, 2, 3, 4, 8, 9, 10)]
    g.row(*[str(n) for n in range(1, 11)])
    no = 0
    for kind, names in (
        (XK, ["成品油零售经营资格审批", "对外劳务合作经营资格核准"]),
        (CF, ["对特许人违规的处罚", "对发卡企业违规的处罚", "对拍卖企业违规的处罚", "对回收企业违规的处罚"]),
        (JC, ["对汽车销售活动的检查"]),
    ):
        first = g.next
        for name in names:
            no += 1
            g.row(
                no,
                kind if g.next == first else None,
                name,
                law("对外贸易法"),
                None,
                None,
                "√",
                "县商务局",
                "市场运行科",
                None,
            )
            w.leaf("商务局", name, kind, sections="市场运行科")
        g.down(first, g.next - 1, 2)
    return "商务局权责清单.xlsx", as_xlsx([g]), w


def continued() -> Made:
    """BIFF: the type merged down, "续表" with the header again, separators, numbers as floats."""
    g, w = Grid("生态环境"), Want(heads={"生态环境": 2})
    g.banner("临川市生态环境局沂川分局权责清单", 7)
    head = ("类别", "序号", "事项名称", "实施依据", "实施机构", "承办机构", "追责情形")
    g.row(*head)
    no = 0
    for part, (kind, many) in enumerate(((XK, 4), (CF, 12), (JC, 3))):
        if part:
            g.row()
            g.banner("续表", 7)
            g.row(*head)
        first = g.next
        for k in range(many):
            no += 1
            name = f"{'排污' if kind == XK else '对第' + str(k + 1) + '类环境违法行为的'}{kind[2:]}{k + 1}"
            g.row(
                kind if g.next == first else None,
                float(no),
                name,
                law("环境保护法"),
                "市生态环境局沂川分局",
                "环评科\n执法大队",
                BLAME,
            )
            w.leaf("生态环境", name, kind, sections="环评科 执法大队")
        g.down(first, g.next - 1, 1)
    return "生态环境局沂川分局.xls", as_xls([g]), w


def told_above() -> Made:
    """Instructions that use the header's words above it; a row of column numbers below it."""
    g, w = Grid("表1"), Want(heads={"表1": 4})
    g.row("附件2")
    g.banner("县级部门权责清单（样表）", 8)
    g.banner(
        "填写说明：1.事项名称、子项名称应与省级目录一致；2.权力类型按10类填写；3.实施依据、承办机构、责任事项、追责情形应填写完整。",
        8,
    )
    g.row("序号", "事项名称", "子项名称", "权力类型", "实施依据", "承办机构", "责任事项", "追责情形")
    g.row("（1）", "（2）", "（3）", "（4）", "（5）", "（6）", "（7）", "（8）")
    for no, (name, kind) in enumerate(
        (("退役士兵安置", QR), ("优抚对象抚恤金给付", JF), ("对违规享受优抚待遇的处罚", CF), ("烈士评定", QR)), 1
    ):
        g.row(no, name, "—", kind, law("退役军人保障法"), "移交安置科", DO, BLAME)
        w.leaf("表1", name, kind, sections="移交安置科")
    g.banner("备注：子项名称没有的填“—”。", 8)
    return "退役军人事务局.xlsx", as_xlsx([g]), w


def cancelled() -> Made:
    """Items that the remarks say were cancelled, handed down or moved: they stand in the list all the same."""
    g, w = Grid("科技局"), Want(heads={"科技局": 2})
    g.banner("沂川县科学技术局权责清单", 7)
    g.row("序号", "事项名称", "权力类型", "实施依据", "行使主体", "承办科室", "备注")
    for no, (name, kind, remark) in enumerate(
        (
            ("科技成果登记", QR, "2023年取消"),
            ("技术合同认定登记", QR, "下放至县级"),
            ("科学技术奖励", JL, None),
            ("对科技计划项目的检查", JC, "已划转至行政审批服务局"),
            ("实验动物使用许可初审", "其他行政权力", "取消，转为公共服务"),
            ("外国人来华工作许可", XK, "新增"),
        ),
        1,
    ):
        g.row(no, name, kind, law("科学技术进步法"), "县科技局", "综合科/法规科", remark)
        w.leaf("科技局", name, kind)
    w.sections = ["综合科", "法规科"]
    return "科技局权责清单（2023年调整）.xlsx", as_xlsx([g]), w


def enforcement() -> Made:
    """Penalties alone, 420 of them: the title says the type; no column and no sheet does."""
    g, w = Grid("Sheet1"), Want(heads={"Sheet1": 2})
    g.banner("沂川县综合行政执法局行政处罚事项清单（420项）", 6)
    g.row("序号", "事项名称", "设定依据", "实施主体", "承办机构", "备注")
    for no in range(1, 421):
        name = f"对第{no}种违反城市管理规定行为的处罚"
        g.row(
            no, name, law("城乡规划法"), "县综合行政执法局", "直属一中队、直属二中队" if no % 2 else "直属一中队", None
        )
        w.leaf("Sheet1", name, CF, sections="直属一中队 直属二中队" if no % 2 else "直属一中队")
    return "综合行政执法局.xlsx", as_xlsx([g]), w


def weather() -> Made:
    """Numbers of every kind: Chinese, bracketed, dotted, with 第…项; a full row twice."""
    g, w = Grid("气象局"), Want(heads={"气象局": 1}, duplicates=1)
    g.row("序号", "权力事项名称", "事项类型", "权力依据", "实施主体", "内设机构")
    for no, name, kind in (
        ("一", "防雷装置设计审核", XK),
        ("（二）", "升放无人驾驶自由气球许可", XK),
        ("3、", "对擅自向社会发布气象预报的处罚", CF),
        ("4.", "气象探测环境保护检查", JC),
        ("第5项", "气象灾害证明", GF),
        ("4.", "气象探测环境保护检查", JC),
    ):
        g.row(no, name, kind, law("气象法"), "沂川县气象局", "防灾减灾科")
    for name, kind in (
        ("防雷装置设计审核", XK),
        ("升放无人驾驶自由气球许可", XK),
        ("对擅自向社会发布气象预报的处罚", CF),
        ("气象探测环境保护检查", JC),
        ("气象灾害证明", GF),
    ):
        w.leaf("气象局", name, kind, sections="防灾减灾科")
    return "气象局.xlsx", as_xlsx([g]), w


def upright() -> Made:
    """Header letters one below the other, a title in the middle, the table from column C on, subtotals by type."""
    g, w = Grid("Sheet1"), Want(heads={"Sheet1": 4})
    g.row()
    g.row(None, None, None, None, "沂川县退役军人服务中心权责清单")
    g.row(None, None, "制表单位：县委编办", None, None, None, None, "单位：项")
    g.row(
        None, None, "序\n号", "权\n力\n类\n型", "事\n项\n名\n称", "实\n施\n依\n据", "承\n办\n机\n构", "责\n任\n事\n项"
    )
    no = 0
    for kind, names in ((XK, ["甲类事项许可", "乙类事项许可"]), (QR, ["丙类事项确认"]), (GF, ["丁类服务", "戊类服务"])):
        for name in names:
            no += 1
            g.row(None, None, no, kind, name, law("退役军人保障法"), "服务一科\n(加挂信访科牌子)", DO)
            w.leaf("Sheet1", name, kind, sections="服务一科")
        g.row(None, None, "小计", kind, f"{len(names)}项", None, None, None)
    g.row(None, None, "总计", None, f"{no}项")
    return "服务中心.xlsx", as_xlsx([g]), w


MAKERS: tuple[Callable[[], Made], ...] = (
    water,
    health,
    education,
    culture,
    civil,
    housing,
    labour,
    tobacco,
    traffic,
    fire,
    land,
    forest,
    market,
    farming,
    justice,
    synonyms,
    town,
    audit_office,
    duties_beside,
    blocks,
    two_level_names,
    ticks,
    continued,
    told_above,
    cancelled,
    enforcement,
    weather,
    upright,
)


def every() -> list[Made]:
    return [maker() for maker in MAKERS]
