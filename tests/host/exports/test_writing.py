"""Tables out: what is written is what is read again, and no text becomes a formula (security row 26, V1.2.10)."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from flask import Flask

from host.kernel.access import Role, ScopeKind
from host.kernel.errors import NotFound
from host.kernel.tables import writing
from host.kernel.tables.writing import plain_value, stream_csv, table_response, write_xlsx

HOSTILE = [
    "=1+1",
    "=HYPERLINK(\"http://x/\",\"点我\")",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    "http://evil.example/",
]  # fmt: skip


def read_csv(columns: list[str], rows: list[list[Any]]) -> list[list[str]]:
    text = b"".join(stream_csv(columns, rows)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def reopened(columns: list[str], rows: list[list[Any]], sheet: str = "名单") -> Any:
    file = io.BytesIO()
    write_xlsx(file, columns, rows, sheet)
    file.seek(0)
    return openpyxl.load_workbook(file)


def cells(columns: list[str], rows: list[list[Any]]) -> list[Any]:
    return list(reopened(columns, rows).worksheets[0][2])


@pytest.mark.parametrize("text", HOSTILE)
def test_security_row_26_v1_2_10_a_workbook_keeps_a_formula_as_text(text: str) -> None:
    cell = cells(["事项"], [[text]])[0]
    assert (cell.data_type, cell.value.replace("_x000D_", "\r"), cell.hyperlink) == ("s", text, None)


@pytest.mark.parametrize("text", [text for text in HOSTILE if not text.startswith("http")])
def test_security_row_26_v1_2_10_editing_the_cell_does_not_run_it_either(text: str) -> None:
    assert cells(["事项"], [[text]])[0].quotePrefix


@pytest.mark.parametrize("text", [text for text in HOSTILE if not text.startswith("http")])
def test_security_row_26_v1_2_10_a_csv_cell_begins_with_an_apostrophe(text: str) -> None:
    assert read_csv(["事项"], [[text]])[1] == [f"'{text}"]


def test_security_row_26_v1_2_10_a_heading_is_guarded_too() -> None:
    assert read_csv(["=1+1"], [])[0] == ["'=1+1"]


def test_a_negative_number_stays_a_number_in_csv() -> None:
    assert read_csv(["超空"], [[-2], [Decimal("-0.50")]])[1:] == [["-2"], ["-0.50"]]


def test_csv_begins_with_the_mark_that_excel_needs() -> None:
    assert next(stream_csv(["姓名"], [])).startswith(b"\xef\xbb\xbf")


def test_csv_is_handed_out_piece_by_piece() -> None:
    pieces = list(stream_csv(["文本"], (["字" * 1000] for _ in range(200))))
    assert len(pieces) >= 5


@pytest.mark.parametrize("name", ["王芳", "𠮷野㑇", "第一行\n第二行", 'a"b,c', "1.0", "007"])
def test_a_text_comes_back_from_a_workbook_as_it_went_in(name: str) -> None:
    assert cells(["姓名"], [[name]])[0].value == name


@pytest.mark.parametrize("name", ["王芳", "𠮷野㑇", "第一行\n第二行", 'a"b,c', "1.0", "007"])
def test_a_text_comes_back_from_csv_as_it_went_in(name: str) -> None:
    assert read_csv(["姓名"], [[name]])[1] == [name]


def test_days_and_numbers_keep_their_type_in_a_workbook() -> None:
    found = cells(["日期", "得分"], [[date(2026, 3, 2), Decimal("98.75")]])
    assert [cell.value for cell in found] == [datetime(2026, 3, 2), 98.75]  # noqa: DTZ001


def test_a_long_number_keeps_all_its_digits() -> None:
    assert cells(["编号"], [[371300199001011234]])[0].value == "371300199001011234"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, None),
        (True, "是"),
        (Role.STAFF, "工作人员"),
        (ScopeKind.UNIT, "单位及下属"),
        (datetime(2026, 3, 1, 16, 30, tzinfo=UTC), "2026-03-02 00:30:00"),
        (float("nan"), None),
    ],
)
def test_values_are_written_as_people_read_them(value: object, cell: object) -> None:
    assert plain_value(value) == cell


def test_a_lone_surrogate_does_not_stop_an_export() -> None:
    assert cells(["文本"], [["a\ud800b"]])[0].value == "a?b"


def test_rows_beyond_a_sheet_go_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "SHEET_ROWS", 3)
    book = reopened(["序号"], [[1], [2], [3]])
    assert [(sheet.title, sheet.max_row) for sheet in book] == [("名单", 3), ("名单（2）", 2)]


def test_an_empty_list_has_its_headings() -> None:
    assert [cell.value for cell in reopened(["姓名", "科室"], []).worksheets[0][1]] == ["姓名", "科室"]


def test_a_sheet_name_that_excel_forbids_is_mended() -> None:
    assert reopened(["x"], [], sheet="a/b[c]:*?").sheetnames == ["a b c"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_list_is_downloaded_under_its_chinese_name(app: Flask, kind: str) -> None:
    with app.test_request_context():
        response = table_response(kind, "人员名单\r\n", ["姓名"], [["王芳"]])
    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert f"%E4%BA%BA%E5%91%98%E5%90%8D%E5%8D%95.{kind}" in disposition


def test_a_format_that_there_is_not_is_not_found(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(NotFound):
        table_response("exe", "人员名单", ["姓名"], [])
