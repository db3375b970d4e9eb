"""Small power lists in the layouts that offices publish, each with what a person counts in it (R48–R56)."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

import xlsxwriter
import xlwt

Row = Sequence[object]
Merge = tuple[int, int, int, int]
HEADER = ["序号", "事项名称", "子项名称", "权力类型", "实施依据", "行使主体", "承办机构"]
LAW = "【法律】《甲法》第一条：略"


@dataclass(frozen=True)
class Page:
    """A worksheet: its rows and what is merged in it (top, left, bottom, right, from 0)."""

    rows: Sequence[Row]
    merged: Sequence[Merge] = ()
    hidden: bool = False
    hidden_rows: Sequence[int] = ()
    hidden_columns: Sequence[int] = ()


@dataclass(frozen=True)
class Case:
    """A list as a file and what is expected of it; ``places`` are (sheet, row, column) of cells to mend,
    ``leaves`` (sheet, name, sub-item, kind, code), ``limits`` by item: what the law allows and what is promised,
    ``bases`` the laws ("title article") and ``levels`` the levels ("县")."""

    name: str
    content: bytes
    by_type: dict[str, int]
    header_rows: tuple[int, ...] = (1,)
    main_items: int | None = None
    duplicates: int = 0
    sections: list[str] | None = None
    places: list[tuple[str, int, str]] = field(default_factory=list)
    file_name: str = "清单.xlsx"
    leaves: list[tuple[str, str, str, str, str]] | None = None
    limits: dict[str, tuple[list[str], list[str]]] = field(default_factory=dict)
    bases: dict[str, list[str]] = field(default_factory=dict)
    levels: dict[str, list[str]] = field(default_factory=dict)


def xlsx(pages: dict[str, Page]) -> bytes:
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, page in pages.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(page.rows):
                for place, value in enumerate(row):
                    if isinstance(value, date):
                        sheet.write_datetime(number, place, value, day)
                    elif isinstance(value, str) and value.startswith("="):
                        sheet.write_formula(number, place, value, None, value.partition("'")[2] or 7)
                    else:
                        sheet.write(number, place, value)
            for top, left, bottom, right in page.merged:
                sheet.merge_range(top, left, bottom, right, page.rows[top][left])
            for number in page.hidden_rows:
                sheet.set_row(number, None, None, {"hidden": True})
            for number in page.hidden_columns:
                sheet.set_column(number, number, None, None, {"hidden": True})
            if page.hidden:
                sheet.hide()
    return kept.getvalue()


def xls(pages: dict[str, Page]) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    for name, page in pages.items():
        sheet = book.add_sheet(name)
        covered = {
            (row, column)
            for top, left, bottom, right in page.merged
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
        }
        for top, left, bottom, right in page.merged:
            sheet.write_merge(top, bottom, left, right, page.rows[top][left])
        for number, row in enumerate(page.rows):
            for place, value in enumerate(row):
                if (number, place) not in covered and value != "":
                    sheet.write(number, place, value)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def text(rows: Sequence[Row], separator: str = ",") -> str:
    return "".join(separator.join(map(str, row)) + "\r\n" for row in rows)


def one(
    rows: Sequence[Row], *merged: Merge, sheet: str = "Sheet1", make: Callable[[dict[str, Page]], bytes] = xlsx
) -> bytes:
    return make({sheet: Page(rows, merged)})


def wide(row: Sequence[object], width: int = 7) -> list[object]:
    return [*row, *[""] * (width - len(row))]


def _item(number: object, name: str, kind: str = "行政许可", sub: str = "", section: str = "法规科") -> list[object]:
    return [number, name, sub, kind, LAW, "市局", section]


_TWO = [_item(1, "甲许可"), _item(2, "乙许可")]
_FOURTEEN = [*HEADER, "实施层级及权限", "部门职责", "责任事项内容", "责任事项依据", "追责对象范围", "追责情形", "备注"]
_TWENTY_SIX = [
    "序号", "所属行政区划", "隶属机构", "项目", "职权类型", "职权编码", "实施依据", "实施对象", "申请条件", "申请材料",
    "承办机构", "公开类型", "办理数量", "法定期限（天/日）", "承诺期限（天/日）", "收费（征收）依据和标准",
    "是否有涉及中介服务项目", "责任事项", "责任主体", "责任事项的依据",
    "追责情形", "诉求渠道", "状态", "录入人", "上级机构", "是否公示",
]  # fmt: skip
_FIRE: list[object] = [
    1.0, "某市", "支队", "罚甲", "行政处罚", "650200207CF00100", LAW, "公民", "", "", "法规科、监督科", "主动", 3,
    "60日", "30日", "", "否", "立案", "支队", "《甲法》", "失职", "12345", "在用", "张三", "总队", "是",
]  # fmt: skip

CASES = [
    Case("header on the first row", one([HEADER, *_TWO]), {"行政许可": 2}, sections=["法规科"]),
    Case(
        "a title above, merged over the sheet",
        one([wide(["某市某局权责清单"]), HEADER, *_TWO], (0, 0, 0, 6)),
        {"行政许可": 2},
        (2,),
    ),
    Case(
        "title and a line with unit and day above",
        one(
            [
                wide(["某局权责清单（2025年）"]),
                wide(["填报单位：某局", "", "", "", "填报日期：2025年1月"]),
                HEADER,
                *_TWO,
            ],
            (0, 0, 0, 6),
        ),
        {"行政许可": 2},
        (3,),
    ),
    Case(
        "an annex mark, a blank row and a title above",
        one([["附件1"], [], ["某局行政处罚事项清单"], HEADER, _item(1, "罚甲", "")]),
        {"行政处罚": 1},
        (4,),
    ),
    Case(
        "a main item merged over three sub-items",
        one(
            [HEADER, _item(1, "甲", sub="1.新设"), wide(["", "", "2.变更"]), wide(["", "", "3.延续"]), _item(2, "乙")],
            *[(1, column, 3, column) for column in (0, 1, 3, 4, 5, 6)],
        ),
        {"行政许可": 4},
        main_items=2,
    ),
    Case(
        "a main item over three sub-items with blanks in place of merged cells",
        one([HEADER, _item(1, "甲", sub="1.新设"), wide(["", "", "2.变更"]), wide(["", "", "3.延续"]), _item(2, "乙")]),
        {"行政许可": 4},
        main_items=2,
    ),
    Case(
        "a header of two rows over level and authority",
        one(
            [
                [*HEADER, "实施层级及权限", ""],
                wide(["", "", "", "", "", "", "", "层级", "权限"], 9),
                [*_item(1, "甲"), "市级", "受理"],
                [*wide([""]), "县级", "巡查"],
            ],
            *[(0, column, 1, column) for column in range(7)],
            (0, 7, 0, 8),
            *[(2, column, 3, column) for column in range(7)],
        ),
        {"行政许可": 1},
    ),
    Case(
        "a header of two rows whose lower row nobody knows",
        one(
            [
                [*HEADER, "实施层级及权限", ""],
                wide(["", "", "", "", "", "", "", "市本级", "区县级"], 9),
                [*_item(1, "甲"), "√", "√"],
            ],
            (0, 7, 0, 8),
        ),
        {"行政许可": 1},
    ),
    Case(
        "a sheet for each type, the type only in its name",
        xlsx(
            {
                "行政许可（2项）": Page([HEADER, _item(1, "甲", ""), _item(2, "乙", "")]),
                "附件1-行政处罚": Page([HEADER, _item(1, "丙", "")]),
                "一、行政强制": Page([HEADER, _item(1, "丁", "/")]),
                "其他行政权力": Page([HEADER, _item(1, "戊", "")]),
                "公共服务事项": Page([HEADER, _item(1, "己", "")]),
            }
        ),
        {"行政许可": 2, "行政处罚": 1, "行政强制": 1, "其他行政权力": 1, "公共服务": 1},
        (1, 1, 1, 1, 1),
    ),
    Case(
        "no column of types at all",
        one([[*HEADER[:3], *HEADER[4:]], [1, "甲", "", LAW, "市局", "法规科"]], sheet="行政检查(1项)"),
        {"行政检查": 1},
    ),
    Case(
        "the header again after a page break",
        one([HEADER, _item(1, "甲"), [], HEADER, _item(2, "乙"), wide(["续表"]), HEADER, _item(3, "丙")]),
        {"行政许可": 3},
    ),
    Case(
        "headings inside the sheet give the type",
        one(
            [
                HEADER,
                wide(["一、行政许可（2项）"]),
                _item(1, "甲", ""),
                _item(2, "乙", ""),
                wide(["二、行政处罚（共1项）"]),
                _item(3, "丙", ""),
                wide(["三、其他行政权力（1项）"]),
                _item(4, "丁", ""),
            ],
            (1, 0, 1, 6),
            (4, 0, 4, 6),
            (6, 0, 6, 6),
        ),
        {"行政许可": 2, "行政处罚": 1, "其他行政权力": 1},
    ),
    Case(
        "headings with their numeral in a cell of its own",
        one(
            [
                HEADER,
                wide(["一", "行政许可（1项）"]),
                _item(1, "甲", ""),
                wide(["（二）", "行政奖励"]),
                _item(1, "乙", ""),
            ]
        ),
        {"行政许可": 1, "行政奖励": 1},
    ),
    Case(
        "headings with Arabic numbers",
        one([HEADER, wide(["1.行政许可（1项）"]), _item(1, "甲", ""), wide(["2、行政裁决"]), _item(1, "乙", "")]),
        {"行政许可": 1, "行政裁决": 1},
    ),
    Case(
        "a heading inside the sheet beats the sheet's name, a note about penalties does not",
        one(
            [
                HEADER,
                wide(["一、行政处罚"]),
                _item(1, "甲", ""),
                wide(["上列行政强制事项由执法队实施，详见公告。"]),
                _item(2, "乙", ""),
            ],
            sheet="行政许可",
        ),
        {"行政处罚": 2},
    ),
    Case(
        "sums, notes and who filled it in below",
        one(
            [
                HEADER,
                *_TWO,
                wide(["合　计", "2项"]),
                wide(["共计2项"]),
                wide(["备注：以上依据截至2025年。"]),
                wide(["注1：略"]),
                wide(["填表人：某人", "", "审核人：某人"]),
                wide(["填报日期：2025年1月"]),
            ],
        ),
        {"行政许可": 2},
    ),
    Case(
        "numbers with fractions, days and formulas",
        one(
            [
                [*HEADER, "生效日期", "办理数量"],
                [*_item(1.0, "甲"), date(2025, 1, 1), 3.0],
                [*_item("=ROW()-1", "乙"), date(2025, 1, 2), "=SUM(1,6)"],
            ],
        ),
        {"行政许可": 2},
    ),
    Case("an old .xls under the name of a new one", one([HEADER, *_TWO], make=xls), {"行政许可": 2}),
    Case("a new .xlsx under the name of an old one", one([HEADER, *_TWO]), {"行政许可": 2}, file_name="清单.xls"),
    Case(
        "an old .xls with a zip behind it",
        one([HEADER, *_TWO], make=xls) + b"PK\x03\x04" + bytes(600),
        {"行政许可": 2},
        file_name="清单.xls",
    ),
    Case(
        "merged main items in an old .xls",
        one(
            [HEADER, _item(1, "甲", sub="1.子"), wide(["", "", "2.丑"])],
            *[(1, column, 2, column) for column in (0, 1, 3, 4, 5, 6)],
            make=xls,
        ),
        {"行政许可": 2},
        main_items=1,
        file_name="清单.xls",
    ),
    Case(
        "CSV in UTF-8 with a mark",
        b"\xef\xbb\xbf" + text([HEADER, *_TWO]).encode(),
        {"行政许可": 2},
        file_name="清单.csv",
    ),
    Case("CSV in GB 18030", text([HEADER, *_TWO]).encode("gb18030"), {"行政许可": 2}, file_name="清单.csv"),
    Case(
        "CSV in UTF-16 with tabs", text([HEADER, *_TWO], "\t").encode("utf-16"), {"行政许可": 2}, file_name="清单.csv"
    ),
    Case("CSV with semicolons", text([HEADER, *_TWO], ";").encode(), {"行政许可": 2}, file_name="清单.csv"),
    Case(
        "CSV with a title of one cell above and tabs below",
        ("某局权责清单\r\n" + text([HEADER, *_TWO], "\t")).encode(),
        {"行政许可": 2},
        (2,),
        file_name="清单.csv",
    ),
    Case(
        "a column that comes again",
        one([[*HEADER, "备注", "承办机构"], [*_item(1, "甲"), "", "信访科"]]),
        {"行政许可": 1},
        sections=["法规科"],
    ),
    Case(
        "hidden, empty and explaining sheets",
        xlsx(
            {
                "填报说明": Page([["填报说明"], ["一、事项名称应与目录一致。"], ["二、权力类型填写十类之一。"]]),
                "清单": Page([HEADER, *_TWO]),
                "空": Page([]),
                "旧稿": Page([HEADER, _item(1, "旧")], hidden=True),
                "填写示例": Page([HEADER, _item(1, "某某许可")]),
            }
        ),
        {"行政许可": 2},
    ),
    Case(
        "headings broken over lines, in full width, with marks and brackets",
        one(
            [
                [
                    "序 号",
                    "★权责事项\n名称（主项）",
                    "子　项",
                    "职权类别*",
                    "设定依据\n（法律、法规、规章）",
                    "实施主体：",
                    "责任科室（处、队）",
                ],
                *_TWO,
            ],
        ),
        {"行政许可": 2},
        sections=["法规科"],
    ),
    Case(
        "fourteen columns",
        one([_FOURTEEN, [*_item(1, "甲"), "市级", "略", "受理", "《甲法》", "1.具体承办人；", "失职", ""]]),
        {"行政许可": 1},
    ),
    Case(
        "twenty-six columns",
        one(
            [
                wide(["权责清单"], 26),
                _TWENTY_SIX,
                _FIRE,
                [2.0, *_FIRE[1:3], "罚乙", *_FIRE[4:5], "/", *_FIRE[6:13], "/", "/", *_FIRE[15:]],
            ]
        ),
        {"行政处罚": 2},
        (2,),
        sections=["法规科", "监督科"],
    ),
    Case(
        "columns in another order with strangers between",
        one(
            [
                ["承办科室", "办理数量", "实施依据", "权力类型", "事项名称", "序号", "联系人", "联系电话"],
                ["法规科", 3, LAW, "行政许可", "甲", 1, "某人", "110"],
            ]
        ),
        {"行政许可": 1},
        sections=["法规科"],
    ),
    Case(
        "sub-items under their main item in the column of names",
        one([HEADER, _item(1, "甲"), _item("", "（1）新设"), _item("", "（2）变更"), _item(2, "乙")]),
        {"行政许可": 4},
        main_items=2,
    ),
    Case(
        "names wrapped in a narrow cell",
        one(
            [HEADER, _item(1, "对拒绝\n配合统\n计调查\n的处罚", "行政\n处罚", section="政策法\n规科 、\n综合\n核算科")]
        ),
        {"行政处罚": 1},
        sections=["政策法规科", "综合核算科"],
    ),
    Case(
        "nothing in four ways as sub-item",
        one([HEADER, _item(1, "甲", sub="无"), _item(2, "乙", sub="/"), _item(3, "丙", sub="—"), _item(4, "丁")]),
        {"行政许可": 4},
        main_items=4,
    ),
    Case(
        "an item over rows for each basis and one named again",
        one(
            [
                HEADER,
                _item(1, "甲"),
                [1, "甲", "", "行政许可", "《乙法》第二条", "市局", "法规科"],
                _item(2, "乙"),
                _item(3, "甲"),
            ]
        ),
        {"行政许可": 3},
        duplicates=1,
    ),
    Case("a very long cell", one([HEADER, [1, "甲", "", "行政许可", LAW * 2500, "市局", "法规科"]]), {"行政许可": 1}),
    Case(
        "a table that begins in the third column",
        one([["", "", *HEADER], ["", "", *_item(1, "甲")]]),
        {"行政许可": 1},
    ),
    Case(
        "a type outside the ten and a limit that says nothing",
        one(
            [
                [*HEADER, "法定期限", "承诺期限"],
                [*_item(1, "甲", "行政魔法"), "", ""],
                [*_item(2, "乙"), "尽快", ""],
                [*_item(3, "丙"), "10日", "15日"],
            ]
        ),
        {"行政魔法": 1, "行政许可": 2},
        places=[("Sheet1", 2, "权力类型"), ("Sheet1", 3, "法定期限"), ("Sheet1", 4, "承诺期限")],
    ),
]
