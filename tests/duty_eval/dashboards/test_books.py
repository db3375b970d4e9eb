"""A whole dashboard as one workbook: the same rows as its tables' own exports, for the same eyes."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from threading import get_ident
from typing import Any

import openpyxl
import pytest
from flask import Flask, Response, g
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, event, select

from duty_eval.dashboards import views
from duty_eval.workload.counting import count_workload
from host.kernel.access import Actor, Role
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.jobs.progress import Progress
from tests.duty_eval.dashboards.test_dashboards import DAY, Office
from tests.factories import an_actor

SignIn = Callable[[Actor], FlaskClient]


def _inspector(region: str = "371300") -> Actor:
    return an_actor(Role.INSPECTOR, region=region)


def _office() -> Office:
    office = Office()
    office.log(DAY, minutes=30)
    office.log(date(2026, 3, 16), minutes=45, is_outside=True)
    office.log(date(2025, 3, 17), minutes=90)
    count_workload(date(2026, 4, 10), Progress())
    return office


def _book(client: FlaskClient, place: str, day: date = DAY) -> Any:
    answer = client.post(f"/duty-eval/dashboard/{place}/book?day={day}&span=quarter")
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(answer.data))


def _cells(sheet: Any) -> list[tuple[Any, ...]]:
    return list(sheet.iter_rows(values_only=True))


PAGES = {
    "own": ("mine", {}, ("dashboard_own", "own_posts", "months_own")),
    "section": ("sections/{section}", {"section_id": "{section}"}, ("dashboard_duties", "section_heat", "months")),
    "unit": (
        "units/{unit}",
        {"unit_id": "{unit}"},
        ("dashboard_sections", "unit_heat", "dashboard_functions", "months"),
    ),
    "region": (
        "regions/371302",
        {"code": "371302"},
        ("dashboard_divisions", "dashboard_units", "division_heat", "units_heat", "months"),
    ),
}


@pytest.mark.parametrize("page", PAGES)
def test_each_sheet_is_what_its_table_exports(connection: Connection, sign_in_as: SignIn, page: str) -> None:
    office = _office()
    place, values, names = PAGES[page]
    ids = {"section": office.section.id, "unit": office.unit.id}
    client = sign_in_as(office.clerk if page == "own" else _inspector())
    query = {name: value.format(**ids) for name, value in values.items()} | {"day": str(DAY), "span": "quarter"}

    book = _book(client, place.format(**ids))
    own = [client.post(f"/exports/duty_eval.{name}", query_string=query, data={"kind": "xlsx"}) for name in names]

    assert book.sheetnames[0] == "说明"
    assert [_cells(sheet) for sheet in book.worksheets[1:]] == [
        _cells(openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]) for answer in own
    ]
    assert all(sheet.max_row > 1 for sheet in book.worksheets)


def test_the_first_sheet_says_what_it_is_of_and_by_which_formulas(connection: Connection, sign_in_as: SignIn) -> None:
    office, actor = _office(), _inspector()
    notes = dict(_cells(_book(sign_in_as(actor), f"units/{office.unit.id}")["说明"])[1:])
    assert (notes["看板"], notes["所属"], notes["导出人"]) == ("区水利局履职看板", "兰山区", actor.display_name)
    assert notes["范围"].startswith("本季度：")
    assert "饱和度 = Σ（标准工时 × 数量）÷（出勤人日 × 8 小时）" in notes["各科室饱和度"]
    assert "就在几项里各计一次" in notes["单位职能履职汇总"]


def test_as_of_a_past_day_it_holds_nothing_later(connection: Connection, sign_in_as: SignIn) -> None:
    office = _office()
    sheet = _book(sign_in_as(_inspector()), f"units/{office.unit.id}", date(2026, 3, 16))["科室履职汇总"]
    assert [row[:2] for row in _cells(sheet)[1:]] == [("河湖科", 1)]


def test_nobody_takes_out_a_place_beyond_their_reach(connection: Connection, sign_in_as: SignIn) -> None:
    office, other = _office(), Office("371311", "区交通局")
    for actor, place, status in (
        (office.head, f"sections/{other.section.id}", 404),
        (office.head, f"units/{office.unit.id}", 404),
        (_inspector("371302"), f"units/{other.unit.id}", 404),
        (_inspector("371302"), "regions/371300", 404),
        (office.clerk, f"sections/{office.section.id}", 403),
    ):
        assert sign_in_as(actor).post(f"/duty-eval/dashboard/{place}/book").status_code == status


def test_who_may_not_read_workload_gets_no_heat_map(connection: Connection, sign_in_as: SignIn) -> None:
    office = _office()
    names = _book(sign_in_as(an_actor(Role.ASSESSOR, region="371300")), f"units/{office.unit.id}").sheetnames
    assert names == ["说明", "科室履职汇总", "单位职能履职汇总", "各月履职汇总"]


def test_who_took_which_page_out_is_written_down(connection: Connection, sign_in_as: SignIn) -> None:
    office = _office()
    _book(sign_in_as(office.head), f"sections/{office.section.id}")
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "table.exported")).one()
    after = entry.after or {}
    assert (entry.actor_id, after["list"], after["kind"]) == (office.head.account_id, "河湖科履职看板（整页）", "xlsx")
    assert after["filters"] == {"day": str(DAY), "span": "quarter", "section_id": str(office.section.id)}
    assert after["sheets"] == ["岗位职责履职汇总", "科室各月饱和度", "各月履职汇总"]


def test_a_wrong_day_takes_nothing_out(connection: Connection, sign_in_as: SignIn) -> None:
    office = Office()
    answer = sign_in_as(office.clerk).post("/duty-eval/dashboard/mine/book?day=昨天")
    assert answer.status_code == 422
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.action == "table.exported")).all() == []


def test_a_name_that_is_a_formula_stays_text(connection: Connection, sign_in_as: SignIn) -> None:
    Office(name="=1+1").log(DAY, minutes=30)
    book = _book(sign_in_as(_inspector()), "regions/371302")
    cell = book["单位履职汇总"]["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)


def test_each_page_offers_its_workbook_as_of_the_day_shown(connection: Connection, sign_in_as: SignIn) -> None:
    office = Office()
    page = sign_in_as(office.head).get(f"/duty-eval/dashboard?day={DAY}").text
    assert f'action="/duty-eval/dashboard/sections/{office.section.id}/book?day={DAY}&amp;span=month"' in page
    assert "导出整页 Excel" in page


def test_it_costs_the_same_statements_however_many_counties(
    connection: Connection, sign_in_as: SignIn, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    counts = []
    for code in ("371302", "371311", "371321"):
        Office(code).log(DAY, minutes=30)
        client = sign_in_as(_inspector())
        with count_queries() as seen:
            _book(client, "regions/371300")
        counts.append(len(seen))
    assert counts[0] == counts[1] == counts[2] <= 26


@contextmanager
def _a_record_arrives_before_each_read(app: Flask, engine: Engine, office: Office) -> Iterator[list[int]]:
    """The minutes of those that arrived."""
    arrived: list[int] = []
    reader = get_ident()

    def log(minutes: int) -> None:
        with app.app_context():
            office.log(DAY, minutes=minutes)
            db.session.commit()

    with ThreadPoolExecutor(1) as pool:

        def before(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if statement.startswith("SELECT") and "record_rollup" in statement and get_ident() == reader:
                arrived.append(100 + len(arrived))
                pool.submit(log, arrived[-1]).result()

        event.listen(engine, "before_cursor_execute", before)
        yield arrived
        event.remove(engine, "before_cursor_execute", before)


def test_its_sheets_are_of_one_instant_though_records_arrive_between_them(app: Flask, committed: Engine) -> None:
    office, actor = _office(), _inspector()
    db.session.commit()

    with app.test_request_context(f"/?day={DAY}"), _a_record_arrives_before_each_read(app, committed, office) as more:
        g.actor = actor
        answer = views.unit_book(office.unit.id)
        assert isinstance(answer, Response)
        answer.direct_passthrough = False
        book = openpyxl.load_workbook(io.BytesIO(answer.get_data()))

    def whole(sheet: str, column: int, month: str = "") -> int:
        return sum(row[column] for row in _cells(book[sheet])[1:] if not month or row[0] == month)

    assert len(more) > 3
    assert (
        whole("科室履职汇总", 1) == whole("单位职能履职汇总", 1) == whole("各月履职汇总", 1, "2026-03") < 2 + len(more)
    )
