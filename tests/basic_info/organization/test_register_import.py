from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import IntegrityError

from basic_info.organization.models import Appointment, Person, PersonVersion, Unit, UnitVersion
from basic_info.organization.register_import import import_register
from basic_info.organization.register_import.operation import HasErrors
from basic_info.regions.operations import seed_regions
from host.demo.city import plan_city
from host.demo.workbook import write_workbook
from host.kernel.access import SYSTEM
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.versions import in_force

ON = date(2025, 1, 1)
LATER = date(2026, 1, 1)


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("register") / "组织机构.xlsx"
    write_workbook(plan_city(260), path)
    return path


@pytest.fixture(autouse=True)
def _regions(connection: Connection) -> None:
    seed_regions(actor=SYSTEM)


def _forget_stages() -> None:
    names = [
        f"stage_{name}{tail}" for name in ("unit", "section", "post", "person") for tail in ("", "_ready", "_ready_old")
    ]
    names += [
        f"stage_{name}" for name in ("further", "appointment", "appointment_old", "appointment_further",
                                     "appointment_further_old")
    ]  # fmt: skip
    db.session.execute(text(f"DROP TABLE IF EXISTS {', '.join(names)}"))


def _edited(workbook: Path, folder: Path, sheet: str, cell: str, value: str) -> Path:
    book = load_workbook(workbook)
    book[sheet][cell] = value
    path = folder / "改.xlsx"
    book.save(path)
    return path


def test_a_workbook_becomes_units_sections_posts_and_people(workbook: Path) -> None:
    report = import_register(workbook, actor=SYSTEM, on=ON)

    assert report.outcomes["人员"].new == 260
    assert db.session.scalar(select(func.count()).select_from(Appointment)) == 260


def test_every_unit_hangs_somewhere_so_that_access_can_be_cut(workbook: Path) -> None:
    import_register(workbook, actor=SYSTEM, on=ON)

    assert db.session.scalar(select(func.count()).where(Unit.path == "")) == 0


def test_the_same_workbook_again_changes_nothing(workbook: Path) -> None:
    import_register(workbook, actor=SYSTEM, on=ON)
    _forget_stages()

    again = import_register(workbook, actor=SYSTEM, on=LATER)

    assert {(o.new, o.changed) for o in again.outcomes.values()} == {(0, 0)}


def test_a_changed_row_makes_a_version_from_its_day_and_keeps_the_old_one(workbook: Path, tmp_path: Path) -> None:
    import_register(workbook, actor=SYSTEM, on=ON)
    _forget_stages()
    code = load_workbook(workbook)["单位"]["A2"].value
    import_register(_edited(workbook, tmp_path, "单位", "B2", "临沂市新名称局"), actor=SYSTEM, on=LATER)

    names = {
        day: db.session.scalar(
            select(UnitVersion.name)
            .join(Unit, Unit.id == UnitVersion.unit_id)
            .where(Unit.code == code, in_force(UnitVersion, day))
        )
        for day in (date(2025, 6, 1), date(2026, 6, 1))
    }

    assert names[date(2026, 6, 1)] == "临沂市新名称局"
    assert names[date(2025, 6, 1)] not in (None, "临沂市新名称局")


@pytest.mark.parametrize(
    ("cell", "value", "column"),
    [
        ("E2", "371302188101010016", "身份证号"),
        ("D2", "明天", "出生日期"),
        ("R2", "神仙", "人员身份"),
        ("AA2", "P-nowhere", "岗位编码"),
    ],
)
def test_a_bad_cell_is_named_and_nothing_is_written(
    workbook: Path, tmp_path: Path, cell: str, value: str, column: str
) -> None:
    with pytest.raises(HasErrors, match=f"“人员”第 2 行“{column}”"):
        import_register(_edited(workbook, tmp_path, "人员", cell, value), actor=SYSTEM, on=ON)

    assert db.session.scalar(select(func.count()).select_from(Person)) == 0


def test_the_good_rows_are_kept_when_the_person_says_so(workbook: Path, tmp_path: Path) -> None:
    bad = _edited(workbook, tmp_path, "人员", "D2", "明天")

    report = import_register(bad, actor=SYSTEM, on=ON, keep_good=True)

    assert (report.outcomes["人员"].new, report.error_count) == (259, 1)


def test_a_dry_run_shows_the_first_rows_and_writes_nothing(workbook: Path) -> None:
    report = import_register(workbook, actor=SYSTEM, on=ON, dry_run=True)

    assert len(report.first_rows["单位"]) == 5
    assert db.session.scalar(select(func.count()).select_from(Unit)) == 0


def test_two_people_cannot_share_an_id_number(workbook: Path, tmp_path: Path) -> None:
    first = load_workbook(workbook)["人员"]["E2"].value

    with pytest.raises(HasErrors):
        import_register(_edited(workbook, tmp_path, "人员", "E3", first), actor=SYSTEM, on=ON)


def test_a_workbook_of_something_else_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "别的.csv"
    path.write_text("甲,乙\n1,2\n", encoding="utf-8")

    with pytest.raises(Refused, match="工作表"):
        import_register(path, actor=SYSTEM, on=ON)


def test_id_numbers_are_not_kept_readable(workbook: Path) -> None:
    import_register(workbook, actor=SYSTEM, on=ON)
    number = load_workbook(workbook)["人员"]["E2"].value

    stored = db.session.scalar(select(PersonVersion.id_no).order_by(PersonVersion.person_id).limit(1))

    assert stored is not None
    assert str(number).encode() not in stored


def test_the_database_refuses_two_versions_of_one_day(workbook: Path) -> None:
    import_register(workbook, actor=SYSTEM, on=ON)

    with pytest.raises(IntegrityError, match="person_in_force_once"), db.session.begin_nested():
        db.session.execute(
            text(
                "INSERT INTO person_version (person_id, name, name_key, sex, ethnicity, native_place, political_status,"
                " professional_title, identity, person_kind, work_state, valid) SELECT person_id, name, name_key, sex,"
                " '', '', '', '', identity, person_kind, work_state, valid FROM person_version LIMIT 1"
            )
        )
