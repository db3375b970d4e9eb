"""Lists in blocks and sheets: by type, by department, beside tables of another kind."""

from __future__ import annotations

from collections.abc import Callable

from tests.basic_info.power_lists.grids import Grid, Made, Want, as_xls, as_xlsx, law
from tests.basic_info.power_lists.published.words import BLAME, CF, CJ, DO, GF, JC, JF, JL, QR, QT, XK


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


MAKERS: tuple[Callable[[], Made], ...] = (
    health,
    education,
    culture,
    town,
    duties_beside,
    blocks,
    enforcement,
)
