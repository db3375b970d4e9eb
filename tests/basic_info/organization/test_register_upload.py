from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import func, select

from basic_info.organization.models import Person
from basic_info.organization.register_import import uploads
from basic_info.regions.operations import seed_regions
from host.demo.city import plan_city
from host.demo.workbook import write_workbook
from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.db import db
from host.kernel.jobs.models import JobRun
from host.kernel.tables import uploads as kept
from tests.factories import a_region, a_unit, an_actor

SignIn = Callable[[Actor], FlaskClient]


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("register") / "名册.xlsx"
    write_workbook(plan_city(260), path)
    return path


@pytest.fixture
def broken(workbook: Path, tmp_path: Path) -> Path:
    book = load_workbook(workbook)
    book["单位"]["B3"] = None
    path = tmp_path / "有错.xlsx"
    book.save(path)
    return path


@pytest.fixture
def clerk(connection: object) -> Actor:
    seed_regions(actor=SYSTEM)
    actor = an_actor(Role.OFFICE_CLERK, region="371300")
    db.session.commit()  # the check ends with a rollback
    return actor


def _checked(client: FlaskClient, path: Path) -> str:
    answer = client.post(
        "/basic-info/register-import",
        data={"file": (BytesIO(path.read_bytes()), path.name), "on": "2026-01-01"},
    )
    assert answer.status_code == 303
    return answer.location


def test_a_checked_workbook_shows_its_counts_and_writes_nothing(
    sign_in_as: SignIn, clerk: Actor, workbook: Path
) -> None:
    client = sign_in_as(clerk)

    page = client.get(_checked(client, workbook)).text

    assert "检查通过" in page
    assert "260" in page
    assert "政府部门" in page
    assert "government" not in page
    assert db.session.scalar(select(func.count()).select_from(Person)) == 0


def test_every_error_names_its_sheet_row_and_column(sign_in_as: SignIn, clerk: Actor, broken: Path) -> None:
    client = sign_in_as(clerk)

    address = _checked(client, broken)

    assert "“单位名称”不能为空" in client.get(address).text
    assert "单位,3,单位名称,“单位名称”不能为空" in client.get(f"{address}/errors.csv").text


def test_no_id_number_and_no_phone_stands_on_the_page_of_the_check(
    sign_in_as: SignIn, clerk: Actor, workbook: Path
) -> None:
    client = sign_in_as(clerk)
    sheet = load_workbook(workbook)["人员"]
    heads = [cell.value for cell in sheet[1]]
    number = str(sheet.cell(2, heads.index("身份证号") + 1).value)

    page = client.get(_checked(client, workbook)).text

    assert number not in page
    assert "身份证号" not in page


def test_a_confirmed_workbook_becomes_a_job_of_that_file(sign_in_as: SignIn, clerk: Actor, workbook: Path) -> None:
    client = sign_in_as(clerk)
    address = _checked(client, workbook)

    answer = client.post(f"{address}/confirm", data={})

    run = db.session.scalars(select(JobRun)).one()
    assert answer.location.endswith(f"/{run.id}")
    assert run.arguments["on"] == "2026-01-01"
    assert Path(run.arguments["path"]).read_bytes() == workbook.read_bytes()


def test_a_workbook_with_errors_needs_the_word_that_bad_rows_are_left_out(
    sign_in_as: SignIn, clerk: Actor, broken: Path
) -> None:
    client = sign_in_as(clerk)
    address = _checked(client, broken)

    assert client.post(f"{address}/confirm", data={}).status_code == 422
    assert client.post(f"{address}/confirm", data={"keep_good": "y"}).status_code == 303
    assert db.session.scalars(select(JobRun)).one().arguments["keep_good"] is True


def test_what_is_no_workbook_is_refused_beside_the_field_and_not_kept(
    sign_in_as: SignIn, clerk: Actor, tmp_path: Path
) -> None:
    client = sign_in_as(clerk)
    path = tmp_path / "名册.xlsx"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 100)
    before = len(list(kept.folder().iterdir()))

    answer = client.post(
        "/basic-info/register-import", data={"file": (BytesIO(path.read_bytes()), path.name), "on": "2026-01-01"}
    )

    assert answer.status_code == 422
    assert "请修改以下内容" in answer.text
    assert len(list(kept.folder().iterdir())) == before


def test_an_upload_without_file_or_day_comes_back_with_the_form(sign_in_as: SignIn, clerk: Actor) -> None:
    answer = sign_in_as(clerk).post("/basic-info/register-import", data={"on": "昨天"})

    assert answer.status_code == 422
    assert "请选择名册工作簿" in answer.text
    assert "请填写生效日期" in answer.text


def test_an_upload_is_shown_to_nobody_else(sign_in_as: SignIn, clerk: Actor, workbook: Path) -> None:
    address = _checked(sign_in_as(clerk), workbook)
    other = sign_in_as(an_actor(Role.OFFICE_CLERK, region="371300"))

    assert other.get(address).status_code == 404
    assert other.post(f"{address}/confirm", data={}).status_code == 404


@pytest.mark.parametrize("token", ["..%2F..%2Fetc", "0" * 32, "A" * 32, "0" * 31 + "."])
def test_a_name_that_is_no_upload_is_not_found(sign_in_as: SignIn, clerk: Actor, token: str) -> None:
    assert sign_in_as(clerk).get(f"/basic-info/register-import/{token}").status_code == 404


def test_an_import_takes_a_grant_over_the_whole_city(sign_in_as: SignIn, clerk: Actor) -> None:
    one_county = an_actor(Role.OFFICE_CLERK, region="371302")
    one_unit = an_actor(Role.OFFICE_CLERK, unit=a_unit(region=a_region()))

    assert sign_in_as(one_county).get("/basic-info/register-import").status_code == 403
    assert sign_in_as(one_unit).get("/basic-info/register-import").status_code == 403
    assert sign_in_as(clerk).get("/basic-info/register-import").status_code == 200


def test_a_unit_clerk_may_not_import(sign_in_as: SignIn, clerk: Actor) -> None:
    unit_clerk = an_actor(Role.UNIT_CLERK, region="371300")

    assert sign_in_as(unit_clerk).get("/basic-info/register-import").status_code == 403


def test_uploads_go_after_a_week(sign_in_as: SignIn, clerk: Actor, workbook: Path) -> None:
    client = sign_in_as(clerk)
    address = _checked(client, workbook)
    next_week = (kept.folder() / f"{address.rsplit('/', 1)[1]}.json").stat().st_mtime + kept.KEPT_SECONDS + 1

    kept.forget_old(now=next_week)

    assert client.get(address).status_code == 404


def test_only_the_platform_reads_the_kept_workbook(sign_in_as: SignIn, clerk: Actor, workbook: Path) -> None:
    token = _checked(sign_in_as(clerk), workbook).rsplit("/", 1)[1]

    assert (kept.folder() / f"{token}.workbook").stat().st_mode & 0o077 == 0
    assert kept.folder().stat().st_mode & 0o077 == 0
    assert uploads.upload_of(token, clerk).on == date(2026, 1, 1)
