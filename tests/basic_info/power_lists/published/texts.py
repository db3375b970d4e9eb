"""Lists as text files and workbooks under another's name."""

from __future__ import annotations

from collections.abc import Callable

from tests.basic_info.power_lists.grids import Cell, Grid, Made, Want, as_csv, as_xls, as_xlsx, law
from tests.basic_info.power_lists.published.words import BLAME, CF, DO, GF, JC, JF, QR, QT, XK


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


MAKERS: tuple[Callable[[], Made], ...] = (
    civil,
    housing,
    labour,
    tobacco,
    traffic,
    weather,
)
