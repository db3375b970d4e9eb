"""Lists in provinces' own forms: stages in columns, catalogues with bodies, drafts with signatures."""

from __future__ import annotations

from collections.abc import Callable

from tests.basic_info.power_lists.grids import Cell, Grid, Limits, Made, Want, as_csv, as_xls, as_xlsx, law
from tests.basic_info.power_lists.published.words import CF, GF, JC, QR, QT, XK


def stage_columns() -> Made:
    """责任事项 over columns for 受理, 审查, 决定; the other headings merged over both rows."""
    g, w = Grid("Sheet1"), Want(heads={"Sheet1": 2})
    g.banner("湖口县教育局行政权力和责任清单", 11)
    g.row("序号", "权力名称", None, "权力类型", "权力依据", "承办机构", "责任事项", None, None, "追责情形", "备注")
    g.row(None, "大项", "小项", None, None, None, "受理", "审查", "决定", None, None)
    g.merges += [(2, 2, 2, 3), (2, 7, 2, 9)] + [(2, column, 3, column) for column in (1, 4, 5, 6, 10, 11)]
    for no, name, subs, kind in (
        (1, "民办学校审批", ("设立", "变更", "终止"), XK),
        (2, "教师资格认定", ("",), XK),
        (3, "对违规招生的处罚", ("",), CF),
    ):
        first = g.next
        for sub in subs:
            start = g.next == first
            g.row(
                no if start else None, name if start else None, sub or None, kind, law("教育法"), "成教股\n人事股",
                "公示材料", "审核材料", "作出决定", "失职", None,
            )  # fmt: skip
            w.leaf("Sheet1", name, kind, sub, "成教股 人事股")
        g.down(first, g.next - 1, 1, 2)
    return "教育局.xlsx", as_xlsx([g]), w


def body_columns() -> Made:
    """A city's catalogue: the bodies of city, county and town by name under 实施主体."""
    g, w = Grid("通用目录"), Want(heads={"通用目录": 2})
    g.banner("浔阳市水利系统权责清单通用目录", 8)
    g.row("序号", "事项名称", "事项类型", "设定依据", "实施主体", None, None, "备注")
    g.row(None, None, None, None, "市级", "县级", "乡级", None)
    g.merges += [(2, 5, 2, 7)] + [(2, column, 3, column) for column in (1, 2, 3, 4, 8)]
    for no, name, kind, bodies in (
        (1, "取水许可", XK, ("市水利局", "县水利局", None)),
        (2, "河道巡查", JC, (None, "县水利局", "乡镇人民政府")),
        (3, "对非法捕捞的处罚", CF, ("市农业农村局", "县农业农村局", None)),
    ):
        g.row(no, name, kind, law("水法"), *bodies, None)
        w.leaf("通用目录", name, kind)
    return "水利通用目录.xlsx", as_xlsx([g]), w


def fourteen() -> Made:
    """BIFF: the 14-column form with level and authority over rows of an item that are not merged."""
    g, w = Grid("应急"), Want(heads={"应急": 2})
    g.banner("浔阳市应急管理局权责清单", 15)
    g.row(
        "序号", "事项名称", "子项名称", "权力类型", "实施依据", "行使主体", "承办机构", "实施层级及权限", None,
        "部门职责", "责任事项内容", "责任事项依据", "追责对象范围", "追责情形", "备注",
    )  # fmt: skip
    g.merges.append((2, 8, 2, 9))
    for no, (name, kind) in enumerate((("烟花爆竹经营许可", XK), ("对违章作业的处罚", CF)), 1):
        for at, (level, may) in enumerate((("市级", "负责批发"), ("县级", "负责零售"))):
            rest: list[Cell] = [law("安全生产法"), "应急管理部门", "危化科"] if not at else [None, None, None]
            g.row(
                float(no) if not at else None, name if not at else None, None, kind if not at else None, *rest,
                level, may, *(["监管", "受理", law("行政许可法"), "承办人", "失职", None] if not at else [None] * 6),
            )  # fmt: skip
        w.leaf("应急", name, kind, sections="危化科")
        w.levels[name] = ["市", "县"]
    return "应急局.xls", as_xls([g]), w


def quoted() -> Made:
    """UTF-8 with commas: names in quotation marks and brackets, numbers in brackets, a note in the last line."""
    g, w = Grid("文旅"), Want(heads={"文旅": 2})
    g.row("湖口县文旅局权责清单（共4项）", "", "", "", "")
    g.row("序号", "事项名称", "事项类型", "实施依据", "责任股室")
    for no, name, kind in (
        ("（1）", "对“三无”船舶载客的检查", JC),
        ("（2）", "《营业性演出许可证》核发", XK),
        ("（3）", "（导游证）核发", XK),
        ("（4）", "A级景区评定（初审）", QT),
    ):
        g.row(no, name, kind, law("旅游法"), "市场股, 法规股")
        w.leaf("文旅", name, kind, sections="市场股 法规股")
    g.row("说明：本清单由县文旅局负责解释", "", "", "", "")
    return "文旅.csv", as_csv([g], "utf-8"), w


def drafts() -> Made:
    """Opinions and signatures in columns and below; a row of totals by type at the top."""
    g, w = Grid("送审稿"), Want(heads={"送审稿": 3})
    g.banner("湖口县供销社权责清单（送审稿）", 8)
    g.banner("行政许可1项、行政检查1项、公共服务2项，共4项", 8)
    g.row("序号", "权责事项", "权责类别", "实施依据", "承办机构", "编办审核意见", "司法局审核意见", "经办人签字")
    for no, (name, kind) in enumerate(
        (("农药经营许可", XK), ("农资检查", JC), ("庄稼医院咨询", GF), ("农技培训", GF)), 1
    ):
        g.row(no, name, kind, law("农业法"), "业务股", "保留", "同意", "陶某")
        w.leaf("送审稿", name, kind, sections="业务股")
    g.row("编办主任签字：", None, None, None, "年   月   日")
    g.row("审核人：段某", None, None, "单位负责人：石某")
    return "供销社送审稿.xlsx", as_xlsx([g]), w


def type_sheets_mixed() -> Made:
    """Sheets by type of which some have a column of types and some not; an empty sheet and one of counts."""
    w, grids = Want(), [Grid("Sheet3")]
    for sheet, kind, names, has_kind in (
        ("一、许可", XK, ["排污许可", "危废经营许可"], True),
        ("二、处罚", CF, ["对超标排污的处罚"], False),
        ("三、其他", QT, ["环评备案", "应急预案备案"], False),
    ):
        g = Grid(sheet)
        w.heads[sheet] = 1
        g.row("序号", "职权名称", *(["职权类型"] if has_kind else []), "职权依据", "内设机构")
        for no, name in enumerate(names, 1):
            g.row(no, name, *([kind] if has_kind else []), law("环境保护法"), "环评股")
            w.leaf(sheet, name, kind, sections="环评股")
        grids.append(g)
    counts = Grid("统计")
    counts.row("类型", "数量")
    counts.row(XK, 2)
    counts.row(CF, 1)
    return "环保局.xlsx", as_xlsx([*grids, counts]), w


def both_limits() -> Made:
    """Limits in one cell with a stroke, in brackets and over two lines."""
    g, w = Grid("审批"), Want(heads={"审批": 1})
    g.row("序号", "事项名称", "权力类型", "实施依据", "承办机构", "办结时限")
    lines: list[tuple[str, str, Limits]] = [
        ("施工许可", "法定7日/承诺2个工作日", (["7 日"], ["2 工作日"])),
        ("夜间施工备案", "承诺时限：当日办结", ([], ["0 工作日"])),
        ("消防验收", "15个工作日（承诺9个工作日）", (["15 工作日"], ["9 工作日"])),
        ("规划核实", "法定时限：20个工作日\n承诺时限：4个工作小时", (["20 工作日"], ["4 工作小时"])),
        ("档案查询", "无", ([], [])),
    ]
    for no, (name, text, found) in enumerate(lines, 1):
        g.row(no, name, XK, law("建筑法"), "审批股", text)
        w.leaf("审批", name, XK, sections="审批股")
        w.limits[name] = found
    return "审批局.xlsx", as_xlsx([g]), w


def shifted() -> Made:
    """The header stands one column to the right of a column of marks; a column without heading keeps remarks."""
    g, w = Grid("民政"), Want(heads={"民政": 2})
    g.row(None, "湖口县民政局权责清单")
    g.row("核对", "序号", "权力事项名称", "权力类别", "行使依据", "承办股室", None)
    for no, (name, kind, mark) in enumerate(
        (("地名命名审批", XK, "√"), ("孤儿认定", QR, "√"), ("对非法公墓的处罚", CF, "×")), 1
    ):
        g.row(mark, no, name, kind, law("慈善法"), "区划股", "已核" if no == 1 else None)
        w.leaf("民政", name, kind, sections="区划股")
    return "民政局.xlsx", as_xlsx([g]), w


def many_units() -> Made:
    """A county's whole list: the unit's name as a heading with a number, types as headings below, and sums of units."""
    g, w = Grid("全县"), Want(heads={"全县": 2})
    g.banner("湖口县县级部门权责清单汇编", 5)
    g.row("序号", "事项名称", "设定依据", "承办机构", "备注")
    for unit, many, parts in (
        ("1 县发改委（共3项）", 3, ((XK, ["项目核准", "节能审查"]), (JC, ["粮食检查"]))),
        ("2 县财政局（共2项）", 2, ((CF, ["对会计违法的处罚"]), (QT, ["政府采购投诉处理"]))),
    ):
        g.banner(unit, 5)
        for kind, names in parts:
            g.banner(f"{kind}（{len(names)}项）", 5)
            for no, name in enumerate(names, 1):
                g.row(no, name, law("预算法"), "综合股", None)
                w.leaf("全县", name, kind, sections="综合股")
        g.row("小计", f"{many}项", None, None, None)
    g.row("总计", "5项")
    return "全县汇编.xlsx", as_xlsx([g]), w


def same_name() -> Made:
    """An item under one number that is written twice, and one of the same name under another number."""
    g, w = Grid("Sheet1"), Want(heads={"Sheet1": 1}, duplicates=2)
    g.row("序号", "事项名称", "权力类型", "实施依据", "承办机构")
    g.row(1, "种子检查", JC, law("种子法"), "种业股")
    g.row(2, "农药检查", JC, law("农业法"), "植保股")
    g.row(1, "种子检查", JC, law("种子法"), "种业股")
    g.row(3, "种子检查", JC, law("种子法"), "执法队")
    w.leaf("Sheet1", "种子检查", JC, sections="种业股")
    w.leaf("Sheet1", "农药检查", JC, sections="植保股")
    w.leaf("Sheet1", "种子检查", JC, sections="执法队")
    return "种业.xlsx", as_xlsx([g]), w


MAKERS: tuple[Callable[[], Made], ...] = (
    stage_columns,
    body_columns,
    fourteen,
    quoted,
    drafts,
    type_sheets_mixed,
    both_limits,
    shifted,
    many_units,
    same_name,
)
