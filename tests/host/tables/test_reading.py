import random
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from host.kernel.tables import limits
from host.kernel.tables.reading import (
    NotATable,
    cell_text,
    filled_rows,
    iter_rows,
    merged_areas,
    read_workbook,
)

HEAD = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = b"</sheetData></worksheet>"


def an_xlsx(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("人员")
        sheet.write_row(0, 0, ["序号", "姓名", "分数", "日期"])
        sheet.write_row(1, 0, [1.0, "张三", 98.5])
        sheet.write_datetime(1, 3, date(2026, 1, 5), book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.merge_range(2, 1, 3, 2, "合并")
    return path


def an_xls(path: Path) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("人员")
    sheet.write(0, 0, "序号")
    sheet.write(1, 0, 1.0)
    sheet.write_merge(2, 4, 1, 1, "合并")
    book.save(path)
    return path


def with_sheet(path: Path, xml: bytes) -> Path:
    """The workbook of ``an_xlsx`` with another first worksheet inside."""
    source = an_xlsx(path.with_name("source.xlsx"))
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            is_sheet = part.filename == "xl/worksheets/sheet1.xml"
            new.writestr(part.filename, xml if is_sheet else old.read(part))
    return path


def test_numbers_dates_and_blanks_come_typed(tmp_path: Path) -> None:
    sheet = read_workbook(an_xlsx(tmp_path / "a.xlsx")).sheets[0]

    assert list(iter_rows(sheet))[1] == [Decimal(1), "张三", Decimal("98.5"), date(2026, 1, 5)]


def test_a_number_stored_as_1_0_reads_as_1() -> None:
    assert [cell_text(cell) for cell in (Decimal(1), Decimal("1.50"), None, "x", date(2026, 1, 5))] == [
        "1",
        "1.50",
        "",
        "x",
        "2026-01-05",
    ]


def test_a_merged_area_is_filled_down_and_right(tmp_path: Path) -> None:
    sheet = read_workbook(an_xlsx(tmp_path / "a.xlsx")).sheets[0]

    assert [row[1:3] for row in filled_rows(sheet)][2] == ["合并", "合并"]


def test_an_xls_fills_its_merged_areas_as_far_as_the_sheet_goes(tmp_path: Path) -> None:
    sheet = read_workbook(an_xls(tmp_path / "a.xls")).sheets[0]

    assert [row[1] for row in filled_rows(sheet)] == [None, None, "合并"]
    assert merged_areas(sheet)[0].bottom == 4


@pytest.mark.parametrize(("make", "kind"), [(an_xlsx, "xlsx"), (an_xls, "xls")])
def test_the_content_counts_and_not_the_name(tmp_path: Path, make: object, kind: str) -> None:
    assert callable(make)
    path = make(tmp_path / ("a.xls" if kind == "xlsx" else "a.xlsx"))

    assert read_workbook(path).kind == kind


def test_an_xls_with_a_zip_behind_it_is_an_xls(tmp_path: Path) -> None:
    path = an_xls(tmp_path / "a.xls")
    with zipfile.ZipFile(path, "a") as tail:
        tail.writestr("docProps/app.xml", "<x/>")

    workbook = read_workbook(path)

    assert (workbook.kind, workbook.sheets[0].name) == ("xls", "人员")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_the_encodings_offices_use(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "名单.csv"
    path.write_bytes('序号,事项\n1,"多行\n名称"\n2,\n'.encode(encoding))

    rows = list(iter_rows(read_workbook(path).sheets[0]))

    assert rows == [["序号", "事项"], ["1", "多行\n名称"], ["2", None]]


def test_rows_start_at_the_first_line_and_column_even_when_those_are_empty(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write(2, 1, "x")

    assert list(iter_rows(read_workbook(path).sheets[0]))[2] == [None, "x"]


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.7 \n", b"\x89PNG\r\n\x1a\n\0\0", b"<html><table></table></html>", b"{}", b"PK\x03\x04xx"],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)

    with pytest.raises(NotATable):
        read_workbook(path)


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")

    with pytest.raises(NotATable):
        read_workbook(path)


def test_a_file_over_the_upload_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.truncate(limits.UPLOAD_BYTES + 1)

    with pytest.raises(NotATable, match="64 MiB"):
        read_workbook(path)


def test_a_gigabyte_unpacked_is_refused(tmp_path: Path) -> None:
    path = with_sheet(tmp_path / "bomb.xlsx", HEAD + TAIL)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/x.xml", "w") as part:
        for _ in range(1024):
            part.write(bytes(1024 * 1024))

    with pytest.raises(NotATable, match="768 MiB"):
        read_workbook(path)


def test_a_part_that_unpacks_to_more_than_it_says_is_refused(tmp_path: Path) -> None:
    path = with_sheet(tmp_path / "liar.xlsx", HEAD + b" " * 5_000_000 + TAIL)
    honest = (5_000_000 + len(HEAD) + len(TAIL)).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(honest, (1000).to_bytes(4, "little")))

    with pytest.raises(NotATable):
        read_workbook(path)


@pytest.mark.parametrize(
    "cell",
    [
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b"<row r='1'><c s = '1' r = 'XFD1048576'><v>1</v></c></row>",
        b'<row r="1"><c r="BDWGN1"><v>1</v></c></row>',
    ],
)
def test_a_lone_far_cell_is_refused_before_it_takes_all_memory(tmp_path: Path, cell: bytes) -> None:
    path = with_sheet(tmp_path / "far.xlsx", HEAD + b'<row r="1"><c r="A1"><v>1</v></c></row>' + cell + TAIL)

    with pytest.raises(NotATable, match="过远的行或列"):
        read_workbook(path)


def test_formats_laid_over_whole_columns_do_no_harm(tmp_path: Path) -> None:
    cells = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="1"/></row>'
    sheet = read_workbook(with_sheet(tmp_path / "a.xlsx", HEAD + cells + TAIL)).sheets[0]

    assert list(iter_rows(sheet)) == [[Decimal(1)]]


@pytest.mark.parametrize(
    ("xml", "words"),
    [
        (b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet>&a;</worksheet>', "实体"),
        (HEAD + b"<a>" * 100_000 + b"</a>" * 100_000 + TAIL, "嵌套"),
    ],
)
def test_entities_and_deep_nesting_are_refused(tmp_path: Path, xml: bytes, words: str) -> None:
    with pytest.raises(NotATable, match=words):
        read_workbook(with_sheet(tmp_path / "a.xlsx", xml))


@pytest.mark.parametrize("make", [an_xlsx, an_xls])
def test_no_mutant_of_a_workbook_ends_in_anything_but_rows_or_a_refusal(tmp_path: Path, make: object) -> None:
    assert callable(make)
    chance = random.Random(20260101)
    content = make(tmp_path / "good").read_bytes()
    path = tmp_path / "mutant"
    ends = {"rows": 0, "refusal": 0}
    for _ in range(60):
        mutant = bytearray(content)
        for _ in range(chance.choice((0, 1, 4, 40))):
            mutant[chance.randrange(len(mutant))] = chance.randrange(256)
        length = chance.choice((len(mutant), len(mutant), chance.randrange(len(mutant)) + 1))
        path.write_bytes(mutant[:length])
        try:
            for sheet in read_workbook(path).sheets:
                list(filled_rows(sheet))
            ends["rows"] += 1
        except NotATable:
            ends["refusal"] += 1

    assert min(ends.values()) > 0
