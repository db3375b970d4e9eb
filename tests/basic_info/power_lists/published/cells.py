"""Lists whose cells are irregular: codes, limits, hidden rows, merged areas, names left out."""

from __future__ import annotations

from collections.abc import Callable

from tests.basic_info.power_lists.grids import Cell, Grid, Made, Want, as_xls, as_xlsx, law
from tests.basic_info.power_lists.published.words import BLAME, CF, CJ, DO, GF, JC, JF, JL, QR, QT, QZ, XK, ZS


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


MAKERS: tuple[Callable[[], Made], ...] = (
    fire,
    land,
    forest,
    market,
    farming,
    audit_office,
    cancelled,
)
