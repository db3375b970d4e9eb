"""A unit's clerk brings leave in from a workbook, the head corrects it, the person sees both."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import create_engine, text

from config import Settings
from tests.e2e.conftest import DESK, PHONE, Platform

SignIn = Callable[..., Page]
Shoot = Callable[[Page, str], None]
pytestmark = pytest.mark.browser
HEAD = ["人员编码", "姓名", "种类", "起", "止", "半天", "事由"]
WIDTHS = (("375", PHONE), ("1280", DESK))


@pytest.fixture
def staff(settings: Settings, platform: Platform) -> tuple[str, str]:
    """Code and name of the demo's staff member."""
    engine = create_engine(settings.database_url or "")
    with engine.connect() as connection:
        schemas = "SELECT schemaname FROM pg_tables WHERE tablename = 'account' AND schemaname LIKE 'lvzhi_browser%'"
        connection.execute(
            text("SELECT set_config('search_path', :name, false)"), {"name": connection.scalar(text(schemas))}
        )
        row = connection.execute(
            text(
                "SELECT p.code, v.name FROM account a JOIN person p ON p.id = a.person_id"
                " JOIN person_version v ON v.person_id = p.id WHERE a.login_name = 'staff' LIMIT 1"
            )
        ).one()
    engine.dispose()
    return row.code, row.name


def _file(folder: Path, *lines: list[str]) -> Path:
    path = folder / "请假.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([HEAD, *lines])
    return path


def _send(page: Page, path: Path) -> None:
    page.goto("/duty-eval/absence-import")
    page.get_by_label("请假工作簿").set_input_files(path)
    page.get_by_role("button", name="上传并检查").click()
    expect(page.locator("h1")).to_contain_text("检查结果")


def _fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_file_with_errors_says_where_at_both_widths(
    sign_in: SignIn, shoot: Shoot, staff: tuple[str, str], tmp_path: Path
) -> None:
    code, name = staff
    path = _file(
        tmp_path, [code, name, "旅游", "2027-03-01", "2027-03-05", "", ""], ["X", name, "事假", "昨天", "", "", ""]
    )

    for word, size in WIDTHS:
        page = sign_in("unit-clerk", size)
        _send(page, path)
        expect(page.get_by_text("有错误时一行也不会导入")).to_be_visible()
        expect(page.get_by_role("button", name="确认导入")).to_have_count(0)
        shoot(page, f"absence-errors-{word}")
        assert _fits(page)


def test_leave_is_brought_in_corrected_and_seen(
    sign_in: SignIn, shoot: Shoot, staff: tuple[str, str], tmp_path: Path
) -> None:
    code, name = staff
    path = _file(tmp_path, [code, name, "年休假", "2027-03-01", "2027-03-05", "", "探亲"])
    for word, size in WIDTHS:
        page = sign_in("unit-clerk", size)
        page.goto("/duty-eval/absence-import")
        shoot(page, f"absence-upload-{word}")
        _send(page, path)
        shoot(page, f"absence-checked-{word}")
        assert _fits(page)
    page.get_by_role("button", name="确认导入").click()
    page.get_by_role("button", name="导入", exact=True).click()
    expect(page.locator("main")).to_contain_text("完成", timeout=60_000)
    shoot(page, "absence-job")

    head = sign_in("head", PHONE)
    head.goto("/duty-eval/absences/granted?month=2027-03-01")
    head.get_by_role("link", name="更正", exact=True).first.click()
    head.get_by_label("到", exact=True).fill("2027-03-03")
    shoot(head, "absence-correct-375")
    assert _fits(head)
    head.get_by_role("button", name="更正", exact=True).click()
    expect(head.get_by_role("alert")).to_contain_text("请填写更正的原因")
    head.get_by_label("更正原因").fill("提前返岗")
    head.get_by_role("button", name="更正", exact=True).click()
    expect(head.locator("main")).to_contain_text("更正后")
    shoot(head, "absence-granted-375")
    assert _fits(head)
    head.set_viewport_size({"width": 1280, "height": 900})
    shoot(head, "absence-granted-1280")
    head.get_by_role("link", name="更正", exact=True).first.click()
    shoot(head, "absence-correct-1280")

    own = sign_in("staff", PHONE)
    own.goto("/duty-eval/absences")
    expect(own.locator("main")).to_contain_text("提前返岗")
    shoot(own, "absence-own-375")
    own.goto("/notifications")
    expect(own.locator("main")).to_contain_text("已更正为3月1日至3月3日的年休假")
