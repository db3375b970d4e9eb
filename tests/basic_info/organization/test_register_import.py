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
    db.session.execute(text(f"DROP TABLE IF EXISTS {', '.join(names)}, stage_appointment, stage_appointment_old"))


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


def _without_column(workbook: Path, folder: Path, sheet: str, heading: str) -> Path:
    book = load_workbook(workbook)
    headings = [cell.value for cell in book[sheet][1]]
    book[sheet].delete_cols(headings.index(heading) + 1)
    path = folder / "缺列.xlsx"
    book.save(path)
    return path


def _first_unit(day: date) -> UnitVersion:
    code = "3713000001"
    return db.session.scalars(
        select(UnitVersion)
        .join(Unit, Unit.id == UnitVersion.unit_id)
        .where(Unit.code == code, in_force(UnitVersion, day))
        .execution_options(populate_existing=True)
    ).one()


def test_a_changed_row_keeps_what_no_column_of_the_workbook_says(workbook: Path, tmp_path: Path) -> None:
    import_register(workbook, actor=SYSTEM, on=ON)
    db.session.execute(
        text(
            "UPDATE unit_version SET business_scope = '承办编制事项', unit_state = 'pending_abolition', plates = '[1]'"
        )
    )
    import_register(_edited(workbook, tmp_path, "单位", "C2", "编办"), actor=SYSTEM, on=LATER)

    now, before = _first_unit(LATER), _first_unit(ON)
    assert (now.short_name, now.business_scope, now.unit_state.value, now.plates) == (
        "编办", "承办编制事项", "pending_abolition", [1],
    )  # fmt: skip
    assert (before.business_scope, before.plates) == ("承办编制事项", [1])


def test_a_column_that_is_not_there_changes_nothing(workbook: Path, tmp_path: Path) -> None:
    import_register(workbook, actor=SYSTEM, on=ON)

    report = import_register(_without_column(workbook, tmp_path, "人员", "手机号"), actor=SYSTEM, on=LATER)

    assert (report.outcomes["人员"].changed, report.outcomes["人员"].unchanged) == (0, 260)


def test_rows_below_a_bad_unit_are_named_instead_of_lost(workbook: Path, tmp_path: Path) -> None:
    book = load_workbook(workbook)
    book["单位"]["E2"] = "999999"
    path = tmp_path / "改.xlsx"
    book.save(path)

    report = import_register(path, actor=SYSTEM, on=ON, dry_run=True)

    sheets = {error.sheet for error in report.errors}
    assert sheets == {"单位", "科室", "岗位", "人员"}


def test_units_that_close_a_circle_with_the_register_are_refused(workbook: Path, tmp_path: Path) -> None:
    import_register(workbook, actor=SYSTEM, on=ON)
    book = load_workbook(workbook)
    child = next(row for row in book["单位"].iter_rows(min_row=2, values_only=True) if row[3])
    parent_row = next(row for row in book["单位"].iter_rows(min_row=2) if row[0].value == child[3])
    parent_row[3].value = child[0]
    for name in ("科室", "岗位", "人员"):
        del book[name]
    for row in list(book["单位"].iter_rows(min_row=2)):
        if row[0].value != child[3]:
            for cell in row:
                cell.value = None
    path = tmp_path / "圈.xlsx"
    book.save(path)

    report = import_register(path, actor=SYSTEM, on=LATER, dry_run=True)

    assert [error.column for error in report.errors] == ["上级单位编码"]


def test_somebody_who_retired_leaves_the_post_on_the_day(workbook: Path, tmp_path: Path) -> None:
    import_register(workbook, actor=SYSTEM, on=ON)
    book = load_workbook(workbook)
    headings = [cell.value for cell in book["人员"][1]]
    for heading, value in (("人员类别", "离退休"), ("是否占编", "否"), ("科室编码", None), ("岗位编码", None)):
        book["人员"].cell(2, headings.index(heading) + 1).value = value
    path = tmp_path / "退休.xlsx"
    book.save(path)
    import_register(path, actor=SYSTEM, on=LATER)

    open_ones = select(func.count()).where(Appointment.superseded_at.is_(None), func.upper_inf(Appointment.valid))
    assert db.session.scalar(open_ones) == 259


def test_a_post_that_the_person_holds_besides_is_told_not_doubled(workbook: Path) -> None:
    import_register(workbook, actor=SYSTEM, on=ON)
    db.session.execute(text("UPDATE appointment SET is_primary = false, appointment_kind = 'concurrent' WHERE id = "
                            "(SELECT min(id) FROM appointment)"))  # fmt: skip

    report = import_register(workbook, actor=SYSTEM, on=LATER, dry_run=True)

    assert [error.column for error in report.errors] == ["岗位编码"]


def test_somebody_who_comes_back_begins_after_the_earlier_appointment(workbook: Path) -> None:
    import_register(workbook, actor=SYSTEM, on=ON)
    db.session.execute(
        text("UPDATE appointment SET valid = daterange(lower(valid), '2025-06-01') WHERE id = "
             "(SELECT min(id) FROM appointment)")
    )  # fmt: skip
    import_register(workbook, actor=SYSTEM, on=LATER)

    again = db.session.scalars(
        select(Appointment).order_by(Appointment.id.desc()).execution_options(populate_existing=True)
    ).first()
    assert again is not None
    assert (again.effective_from, again.effective_to) == (date(2025, 6, 1), None)


def test_a_dry_run_leaves_the_callers_own_work_alone(workbook: Path) -> None:
    db.session.add(Unit(code="own", region_id=db.session.scalar(text("SELECT min(id) FROM region"))))
    import_register(workbook, actor=SYSTEM, on=ON, dry_run=True)

    assert db.session.scalar(select(func.count(Unit.id))) == 1
