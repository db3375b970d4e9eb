"""Lists whose headers are irregular: of two rows, in other words, repeated, upright."""

from __future__ import annotations

from collections.abc import Callable

from tests.basic_info.power_lists.grids import Cell, Grid, Made, Want, as_xls, as_xlsx, law
from tests.basic_info.power_lists.published.words import BLAME, CF, DO, GF, JC, JF, JL, QR, QT, QZ, WHO, XK, ZS


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


MAKERS: tuple[Callable[[], Made], ...] = (
    water,
    synonyms,
    two_level_names,
    ticks,
    continued,
    told_above,
    upright,
    justice,
)
