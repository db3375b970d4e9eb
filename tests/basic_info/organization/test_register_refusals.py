"""Files that are no register: what the command says, and that it ends with 2."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import xlwt
from openpyxl import Workbook, load_workbook
from sqlalchemy import Connection, func, select

from basic_info.organization.models import Unit, UnitVersion
from basic_info.organization.register_import import import_register
from basic_info.regions.operations import seed_regions
from config import Settings
from host.kernel.access import SYSTEM
from host.kernel.db import db
from host.kernel.errors import DomainError, Refused
from host.kernel.tables.reading import NotATable

ON = date(2026, 1, 1)
ROOT = Path(__file__).parents[3]
HEAD = ["单位编码", "单位名称", "区划代码", "层级", "机构类型", "统一社会信用代码"]
ROW = ["U1", "测试局", "371300", "市", "政府部门", ""]


@pytest.fixture(autouse=True)
def _regions(connection: Connection) -> None:
    seed_regions(actor=SYSTEM)


def _book(folder: Path, *rows: list[str], title: str = "单位") -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    path = folder / "名册.xlsx"
    book.save(path)
    return path


def _refusal(path: Path) -> str:
    with pytest.raises(DomainError) as refused:
        import_register(path, actor=SYSTEM, on=ON)
    assert isinstance(refused.value, Refused | NotATable)
    return str(refused.value)


def test_a_workbook_without_any_of_the_sheets_is_told_which_are_wanted(tmp_path: Path) -> None:
    assert "“单位”“科室”“岗位”“人员”" in _refusal(_book(tmp_path, HEAD, ROW, title="Sheet1"))


def test_a_sheet_with_another_header_is_named_with_the_header_it_lacks(tmp_path: Path) -> None:
    words = _refusal(_book(tmp_path, ["甲", "乙"], ["1", "2"]))

    assert "工作表“单位”前 5 行没有找到表头“单位编码”" in words


def test_a_column_that_is_missing_is_named_with_its_row(tmp_path: Path) -> None:
    words = _refusal(_book(tmp_path, ["名册"], HEAD[:3] + HEAD[4:], ROW[:3] + ROW[4:]))

    assert "工作表“单位”第 2 行表头缺少列“层级”" in words


def test_a_sheet_with_nothing_under_its_header_is_refused(tmp_path: Path) -> None:
    assert "没有数据行" in _refusal(_book(tmp_path, HEAD, ["  "]))


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "空.xlsx"
    path.touch()

    assert "空的" in _refusal(path)


def test_sheets_of_other_names_are_told_as_not_read(tmp_path: Path) -> None:
    path = _book(tmp_path, HEAD, ROW)
    book = load_workbook(path)
    book.create_sheet("填表说明")
    book.save(path)

    assert import_register(path, actor=SYSTEM, on=ON).unread == ["填表说明"]


def test_a_credit_code_that_cannot_be_is_refused_in_its_cell(tmp_path: Path) -> None:
    path = _book(tmp_path, HEAD, [*ROW[:5], "11371300000000019N"])

    report = import_register(path, actor=SYSTEM, on=ON, dry_run=True)

    assert [(error.row, error.column) for error in report.errors] == [(2, "统一社会信用代码")]


def test_an_old_workbook_under_a_new_name_is_read_all_the_same(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("单位")
    for number, row in enumerate((HEAD, ROW)):
        for place, cell in enumerate(row):
            sheet.write(number, place, cell)
    path = tmp_path / "名册.xlsx"
    book.save(str(path))

    import_register(path, actor=SYSTEM, on=ON)

    assert db.session.scalar(select(func.count()).select_from(Unit)) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_the_sheet_that_it_is_called(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "upload"
    path.write_bytes("\n".join(",".join(row) for row in (HEAD, ROW)).encode(encoding))

    import_register(path, actor=SYSTEM, on=ON, name="单位.csv")

    assert db.session.scalar(select(UnitVersion.name)) == "测试局"


def _command(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {
        "LVZHI_DATABASE_URL": settings.database_url or "",
        "LVZHI_SCHEMA": settings.schema,
        "LVZHI_VAR_DIR": str(settings.var_dir),
        "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
    }
    return subprocess.run(
        [sys.executable, "-m", "host.cli", "import", "register", *arguments],
        env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_the_command_ends_with_2_and_names_file_sheet_row_and_column(settings: Settings, tmp_path: Path) -> None:
    bad = _book(tmp_path, HEAD, [*ROW[:2], "999999", *ROW[3:]])

    done = _command(settings, str(bad))

    assert done.returncode == 2
    assert done.stderr.strip() == (
        "lvzhi: “名册.xlsx”共 1 处错误，未导入。工作表“单位”第 2 行“区划代码”：没有代码为 999999 的行政区划，请核对"
    )


@pytest.mark.slow
def test_a_trial_run_of_a_workbook_with_errors_ends_with_2_too(settings: Settings, tmp_path: Path) -> None:
    bad = _book(tmp_path, HEAD, [*ROW[:3], "镇", *ROW[4:]])

    done = _command(settings, str(bad), "--dry-run")

    assert done.returncode == 2
    assert "第 2 行“层级”" in done.stdout
