"""Ten further lists as departments publish them, with what a careful person finds in each."""

from __future__ import annotations

from collections.abc import Callable

from tests.basic_info.power_lists.grids import Grid, Made, Want, as_csv, as_xls, as_xlsx, law
from tests.basic_info.power_lists.published.words import CF, CJ, GF, JC, JF, JL, QR, QT, QZ, XK, ZS


def street() -> Made:
    """Powers handed to a street: header on row 5 under long notes, columns in words of their own."""
    g, w = Grid("赋权事项"), Want(heads={"赋权事项": 5})
    g.row("附件")
    g.banner("沂川县赋予东城街道行政权力事项目录", 8)
    g.banner(
        "依据《中华人民共和国行政处罚法》第二十四条、《山东省乡镇人民政府工作条例》，\n现将有关行政处罚权、行政检查权赋予东城街道行使。",
        8,
    )
    g.row()
    g.row("序号", "赋权事项名称", "事权类别", "设定依据", "原行使部门", "承接机构", "赋权方式", "备注")
    lines = [
        ("对擅自占用城市道路的处罚", CF),
        ("对沿街商户门前三包的检查", JC),
        ("对露天烧烤的处罚", CF),
        ("临时占道许可", XK),
    ]
    for no, (name, kind) in enumerate(lines, 1):
        g.row(
            no,
            name,
            kind,
            law("行政处罚法"),
            "县综合行政执法局",
            "综合行政执法办公室",
            "委托" if no == 4 else "直接赋权",
            None,
        )
        w.leaf("赋权事项", name, kind, sections="综合行政执法办公室")
    return "东城街道赋权目录.xlsx", as_xlsx([g]), w


def covered() -> Made:
    """A cover, a directory of names with pages, then a sheet for each type whose name carries a number."""
    w = Want()
    cover = Grid("封面")
    for words in ("沂川县财政局", "权责清单", "（2024年版）", "二〇二四年三月"):
        cover.row(None, None, words)
    index = Grid("目录")
    index.row("序号", "权力类型", "事项名称", "页码")
    grids = [cover, index]
    page = 0
    for at, (kind, title, names) in enumerate(
        (
            (XK, "行政许可类", ["会计代理记账机构执业资格审批"]),
            (CF, "行政处罚类", ["对会计违法行为的处罚", "对政府采购违法行为的处罚", "对财政票据违法行为的处罚"]),
            (JC, "行政检查类", ["对会计信息质量的检查"]),
            (QT, "其他权力类", ["政府采购投诉处理", "非营利组织免税资格认定"]),
        ),
        1,
    ):
        sheet = f"{at}.{title}"
        g = Grid(sheet)
        w.heads[sheet] = 2
        g.banner(f"沂川县财政局权责清单（{title}）", 6)
        g.row("序号", "权责事项", "依据", "责任部门", "追责情形及依据", "备注")
        for no, name in enumerate(names, 1):
            page += 1
            index.row(page, kind, name, page * 2)
            g.row(no, name, law("会计法"), "会计科（政府采购监督管理科）", "失职", None)
            w.leaf(sheet, name, kind, sections="会计科")
        grids.append(g)
    return "财政局权责清单（合订）.xlsx", as_xlsx(grids), w


def banded() -> Made:
    """A band of groups over the header, and headings with their instructions in brackets."""
    g, w = Grid("Sheet1"), Want(heads={"Sheet1": 3})
    g.banner("沂川县民族宗教事务局权责清单", 9)
    g.row("基本信息", None, None, None, "办理信息", None, "责任信息", None, None)
    g.merges += [(2, 1, 2, 4), (2, 5, 2, 6), (2, 7, 2, 9)]
    g.row(
        "序号",
        "权责事项名称（与省级目录一致）",
        "子项名称（无子项的填“无”）",
        "权力类型（10+X）",
        "实施依据（写明条款）",
        "承办机构（具体到科室）",
        "责任事项（逐项列明）",
        "追责对象",
        "备注（可不填）",
    )
    lines = [
        ("宗教活动场所设立审批", "寺观教堂", XK),
        ("宗教活动场所设立审批", "其他固定处所", XK),
        ("对违规举办宗教活动的处罚", "无", CF),
        ("民族成份变更", "无", QR),
    ]
    for no, (name, sub, kind) in zip((1, 1, 2, 3), lines, strict=True):
        g.row(no, name, sub, kind, law("宗教事务条例"), "宗教一科\n宗教二科", "受理", "具体承办人", None)
        w.leaf("Sheet1", name, kind, "" if sub == "无" else sub, "宗教一科 宗教二科")
    return "民宗局.xlsx", as_xlsx([g]), w


def trailing() -> Made:
    """GBK text with thirty empty columns and lines of commas."""
    g, w = Grid("县税务局"), Want(heads={"县税务局": 4})
    blank = [None] * 30
    g.row(*[None] * 36)
    g.row("国家税务总局沂川县税务局权力和责任清单", *blank)
    g.row(*[None] * 36)
    g.row("序号", "权力事项", "权力类型", "设定和实施依据", "实施主体", "承办部门", *blank)
    lines = [
        ("增值税专用发票最高开票限额审批", XK),
        ("税款征收", ZS),
        ("税收保全", QZ),
        ("对偷税的处罚", CF),
        ("税务检查", JC),
        ("纳税信用评价", QT),
    ]
    for no, (name, kind) in enumerate(lines, 1):
        g.row(f"{no}.0", name, kind, law("税收征收管理法"), "县税务局", "征收管理股、法制股", *blank)
        w.leaf("县税务局", name, kind, sections="征收管理股 法制股")
        g.row(*[None] * 36)
    return "县税务局.csv", as_csv([g], "gbk"), w


def nested() -> Made:
    """Headings for departments over headings for types; no type column."""
    g, w = Grid("县级权责清单"), Want(heads={"县级权责清单": 2})
    g.banner("沂川县县级部门权责清单（2024年本）", 5)
    g.row("序号", "事项名称", "实施依据", "承办机构", "备注")
    for heading, parts in (
        (
            "一、县统计局（3项）",
            (
                ("（一）行政处罚（2项）", CF, ["对拒报统计资料的处罚", "对虚报统计资料的处罚"]),
                ("（二）行政检查（1项）", JC, ["统计执法检查"]),
            ),
        ),
        (
            "二、县粮食和物资储备局（2项）",
            (("（一）行政许可（1项）", XK, ["粮食收购资格认定"]), ("（二）其他行政权力（1项）", QT, ["粮食收购备案"])),
        ),
        (
            "三、县残疾人联合会（2项）",
            (("（一）行政确认（1项）", QR, ["残疾人证核发"]), ("（二）公共服务（1项）", GF, ["残疾人就业培训"])),
        ),
    ):
        g.banner(heading, 5)
        for title, kind, names in parts:
            g.banner(title, 5)
            for no, name in enumerate(names, 1):
                g.row(no, name, law("统计法"), "办公室", None)
                w.leaf("县级权责清单", name, kind, sections="办公室")
    return "县级部门权责清单.xlsx", as_xlsx([g]), w


def decimals() -> Made:
    """BIFF under an .xlsx name; sub-items numbered 1.1, 1.2 … 1.10 as numbers, main item merged."""
    g, w = Grid("体育"), Want(heads={"体育": 1})
    g.row("序号", "主项名称", "子项名称", "职权类型", "法定依据", "责任股室", "法定时限", "承诺时限")
    first = g.next
    for no in range(1, 11):
        g.row(
            float(f"1.{no}"),
            "举办体育赛事活动许可" if no == 1 else None,
            f"第{no}类赛事",
            XK,
            law("体育法"),
            "竞技体育股",
            "20个工作日",
            "3个工作日",
        )
        w.leaf("体育", "举办体育赛事活动许可", XK, f"第{no}类赛事", "竞技体育股")
    g.down(first, g.next - 1, 2)
    g.row(2.0, "对违规经营高危险性体育项目的处罚", None, CF, law("体育法"), "群众体育股", "—", "—")
    w.leaf("体育", "对违规经营高危险性体育项目的处罚", CF, sections="群众体育股")
    w.limits = {"举办体育赛事活动许可": (["20 工作日"], ["3 工作日"]), "对违规经营高危险性体育项目的处罚": ([], [])}
    return "体育中心.xlsx", as_xls([g]), w


def kinds_marked() -> Made:
    """Types with codes and manners; bare numbers under a heading that gives their unit."""
    g, w = Grid("Sheet1"), Want(heads={"Sheet1": 2})
    g.banner("沂川县行政审批服务局权责清单", 9)
    g.row(
        "序号",
        "事项编码",
        "事项名称",
        "事项类型",
        "实施依据",
        "实施主体",
        "承办科室",
        "法定期限（工作日）",
        "承诺期限（工作日）",
    )
    lines = [
        ("公司设立登记", "01-行政许可", XK),
        ("教师资格认定", "行政许可（依申请）", XK),
        ("工程建设项目报建", "XK行政许可", XK),
        ("当场处罚", "行政处罚（简易程序）", CF),
        ("企业年报公示", "其他行政权力（备案）", QT),
        ("投资咨询", "公共服务（非依申请）", GF),
        ("职称认定", "行政确认类", QR),
        ("争议处理", "裁决", CJ),
        ("津贴发放", "给付", JF),
        ("表彰", "奖励类", JL),
    ]
    for no, (name, said, kind) in enumerate(lines, 1):
        g.row(
            no,
            f"3713210{no:02}",
            name,
            said,
            law("行政许可法"),
            "县行政审批服务局",
            "综合窗口/投资项目科",
            20 if kind == XK else None,
            1.0 if kind == XK else None,
        )
        w.leaf("Sheet1", name, kind, sections="综合窗口 投资项目科", code=f"3713210{no:02}")
    w.limits = {"公司设立登记": (["20 工作日"], ["1 工作日"]), "当场处罚": ([], [])}
    return "审批局.xlsx", as_xlsx([g]), w


def shared_cells() -> Made:
    """The basis and the remark merged over several items; no numbers at all."""
    g, w = Grid("海洋"), Want(heads={"海洋": 2})
    g.banner("沂川县海洋发展局权责清单", 7)
    g.row("序号", "事项名称", "子项", "权力类型", "实施依据", "承办机构", "备注")
    lines = [
        ("渔业捕捞许可", None, XK),
        ("水域滩涂养殖证核发", None, XK),
        ("对违规捕捞的处罚", None, CF),
        ("对违规捕捞的渔船扣押", None, QZ),
        ("渔业船舶检查", None, JC),
        ("渔业资源增殖保护费征收", None, ZS),
    ]
    for at, (name, sub, kind) in enumerate(lines):
        g.row(
            None,
            name,
            sub,
            kind,
            law("渔业法") if at in (0, 3) else None,
            "渔业渔政科" if at == 0 else None,
            "沿海镇行使" if at == 2 else None,
        )
        w.leaf("海洋", name, kind, sections="渔业渔政科")
    g.merges += [(3, 5, 5, 5), (6, 5, 8, 5), (3, 6, 8, 6), (5, 7, 7, 7)]
    return "海洋发展局.xlsx", as_xlsx([g]), w


def nameless_first() -> Made:
    """No column of numbers; blank rows above; names that look like headings, sums and notes."""
    g, w = Grid("Sheet1"), Want(heads={"Sheet1": 6})
    for _ in range(5):
        g.row()
    g.row("权责事项名称", "权责事项类型", "设定依据", "实施主体", "责任处室")
    lines = [
        ("公章刻制业特种行业许可（公章）", XK),
        ("12345热线工单办理", GF),
        ("注册会计师注册初审", QT),
        ("说明书核准", XK),
        ("行政处罚听证", QT),
        ("行政许可证件补办", QT),
        ("合计用水超计划加价收费", ZS),
        ("备注册地址变更登记", QR),
        ("负责人变更登记：社会团体", QR),
    ]
    for name, kind in lines:
        g.row(name, kind, law("行政许可法"), "沂川县机关事务服务中心", "综合处")
        w.leaf("Sheet1", name, kind, sections="综合处")
    return "机关事务中心.xlsx", as_xlsx([g]), w


def short_sheets() -> Made:
    """Sheets named by stems alone, and a list whose rows a filter hid; a copy of the header at the end of a sheet."""
    w = Want()
    grids = []
    for sheet, kind, many in (
        ("许可类", XK, 3),
        ("处罚类", CF, 5),
        ("强制类", QZ, 1),
        ("检查类", JC, 2),
        ("奖励", JL, 1),
        ("其他类", QT, 2),
        ("服务", GF, 1),
    ):
        g = Grid(sheet, hidden_rows=[3])
        w.heads[sheet] = 1
        head = ("序号", "项目名称", "法律依据", "实施部门", "承办单位", "责任事项", "联系电话")
        g.row(*head)
        for no in range(1, many + 1):
            name = f"{sheet}第{no}项"
            g.row(no, name, law("档案法"), "沂川县档案局", "档案业务科、", "受理", "0539-2222222")
            w.leaf(sheet, name, kind, sections="档案业务科")
        g.row(*head)
        grids.append(g)
    return "档案局.xls", as_xls(grids), w


MAKERS: tuple[Callable[[], Made], ...] = (
    street,
    covered,
    banded,
    trailing,
    nested,
    decimals,
    kinds_marked,
    shared_cells,
    nameless_first,
    short_sheets,
)
