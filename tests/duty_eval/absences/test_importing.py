"""Leave from a workbook: line by line, all or nothing, once, only the own units' people, no closed month (D25)."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook
from sqlalchemy import Connection, Engine, func, insert, select
from sqlalchemy.exc import IntegrityError

from basic_info.organization.models import Appointment, Person, PersonVersion, Unit
from basic_info.organization.register_import import HasErrors
from config import Settings
from duty_eval.absences.correcting import correct_absence, revoke_absence
from duty_eval.absences.halves import HalfDay
from duty_eval.absences.models import Absence, AbsenceKind, AbsenceState
from duty_eval.absences.workbook import AbsenceReport, import_absences
from duty_eval.absences.workbook.checking import Outcome
from duty_eval.absences.workbook.tasks import import_absences_job
from duty_eval.periods.operations import lock_month
from duty_eval.periods.queries import Place
from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.errors import DomainError
from host.kernel.jobs.models import JobRun
from host.kernel.jobs.progress import Progress
from host.kernel.notifications.models import Notification
from host.kernel.pages import today_in_china
from tests.at_once import at_once
from tests.duty_eval.absences.team import FRIDAY, MONDAY, Team
from tests.factories import a_person, a_section, a_unit, an_actor

SignIn = Callable[[Actor], FlaskClient]
HEAD = ["人员编码", "姓名", "种类", "起", "止", "半天", "事由"]
ROOT = Path(__file__).parents[3]


class Unitful(Team):
    """The team with its unit's clerk, who imports."""

    def __init__(self) -> None:
        super().__init__()
        self.unit = db.session.get_one(Unit, self.section.unit_id)
        self.person = db.session.get_one(Person, self.clerk.person_id)
        self.importer = an_actor(Role.UNIT_CLERK, person=a_person(name="孙文书"), unit=self.unit)

    def line(self, **over: Any) -> list[Any]:
        facts = {
            "code": self.person.code, "name": "王芳", "kind": "年休假", "first": "2026-03-02", "last": "2026-03-06",
            "half": "", "note": "探亲",
        }  # fmt: skip
        return list({**facts, **over}.values())


@pytest.fixture
def team(connection: Connection) -> Unitful:
    return Unitful()


@pytest.fixture
def put(tmp_path: Path, team: Unitful) -> Callable[..., AbsenceReport]:
    """Import lines as the unit's clerk."""

    def importing(*lines: list[Any], actor: Actor | None = None, dry_run: bool = False) -> AbsenceReport:
        path = _book(tmp_path, *lines)
        return import_absences(path, actor=actor or team.importer, dry_run=dry_run)

    return importing


def _book(folder: Path, *lines: list[Any], head: list[str] = HEAD, title: str = "请假出差") -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for line in (head, *lines):
        sheet.append(line)
    path = folder / "请假.xlsx"
    book.save(path)
    return path


def _count() -> int:
    return db.session.scalar(select(func.count()).select_from(Absence)) or 0


def _faults(report: AbsenceReport) -> list[tuple[int, str]]:
    return [(error.row, error.column) for error in report.findings.errors]


Put = Callable[..., AbsenceReport]


def test_a_line_becomes_leave_that_counts(team: Unitful, put: Put) -> None:
    report = put(team.line())

    (absence,) = db.session.scalars(select(Absence)).all()
    assert report.counts[Outcome.NEW] == 1
    assert (absence.absence_state, absence.is_imported, absence.note) == (AbsenceState.CONFIRMED, True, "探亲")
    assert (absence.first, absence.last, absence.section_id) == (MONDAY, FRIDAY, team.section.id)
    assert len(team.away()) == 5


def test_days_may_be_dates_or_words_and_headings_and_kinds_have_other_names(team: Unitful, tmp_path: Path) -> None:
    head = ["工号", "姓名", "请假类别", "开始日期", "结束日期"]
    lines: list[list[Any]] = [
        [team.person.code, "王 芳", "借调", MONDAY, "2026年3月3日"],
        [team.person.code, "王芳", "产假", "20260304", "2026/3/5"],
    ]
    path = _book(tmp_path, *lines, head=head, title="Sheet1")

    import_absences(path, actor=team.importer)

    kinds = db.session.scalars(select(Absence.absence_kind).order_by(Absence.id)).all()
    assert kinds == [AbsenceKind.LENT_OUT, AbsenceKind.FAMILY]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_csv_is_read_too(team: Unitful, tmp_path: Path, encoding: str) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([HEAD, team.line()])
    path = tmp_path / "请假.csv"
    path.write_bytes(text.getvalue().encode(encoding))

    assert import_absences(path, actor=team.importer).counts[Outcome.NEW] == 1


def test_the_template_is_read_as_it_is_written(team: Unitful, sign_in_as: SignIn, tmp_path: Path) -> None:
    answer = sign_in_as(team.importer).get("/duty-eval/absence-import/template")
    book = load_workbook(io.BytesIO(answer.data))
    book["请假出差"].append(team.line())
    path = tmp_path / "模板.xlsx"
    book.save(path)

    assert import_absences(path, actor=team.importer).counts[Outcome.NEW] == 1


def test_the_same_file_again_changes_nothing(team: Unitful, put: Put) -> None:
    put(team.line())
    again = put(team.line(note="另写事由"))

    assert (again.counts[Outcome.NEW], again.counts[Outcome.SAME], _count()) == (0, 1, 1)


def test_a_line_that_stands_twice_is_entered_once(team: Unitful, put: Put) -> None:
    assert put(team.line(), team.line()).counts == {Outcome.NEW: 1, Outcome.SAME: 1, Outcome.KNOWN: 0}
    assert _count() == 1


def test_leave_that_was_asked_for_and_granted_stays_the_one(team: Unitful, put: Put) -> None:
    team.granted()

    assert put(team.line()).counts[Outcome.SAME] == 1
    assert _count() == 1


def test_an_import_again_does_not_undo_a_correction(team: Unitful, put: Put) -> None:
    put(team.line())
    absence = db.session.scalars(select(Absence).with_for_update()).one()
    correct_absence(absence, absence.absence_kind, MONDAY, MONDAY, reason="提前返岗", actor=team.head)

    assert put(team.line()).counts[Outcome.KNOWN] == 1
    assert team.away() == {MONDAY}


def test_an_import_again_does_not_bring_back_what_was_taken_back(team: Unitful, put: Put) -> None:
    put(team.line())
    revoke_absence(db.session.scalars(select(Absence)).one(), reason="未休", actor=team.head)

    assert put(team.line()).counts[Outcome.KNOWN] == 1
    assert team.away() == frozenset()


def test_the_database_takes_a_line_once_whatever_became_of_it(team: Unitful, put: Put) -> None:
    put(team.line())
    one = db.session.scalars(select(Absence)).one()
    revoke_absence(one, reason="未休", actor=team.head)
    names = ("person_id", "section_id", "absence_kind", "span", "is_half", "decided_at", "is_imported")
    facts = {name: getattr(one, name) for name in names}

    with pytest.raises(IntegrityError, match="absence_imported_once"):
        db.session.execute(insert(Absence).values(absence_state=AbsenceState.CONFIRMED, **facts))


def test_a_dry_run_says_what_would_come_and_writes_nothing(team: Unitful, put: Put) -> None:
    report = put(team.line(), dry_run=True)

    assert [(line.number, line.name, line.outcome) for line in report.lines] == [(2, "王芳", Outcome.NEW)]
    assert (_count(), report.is_applied) == (0, False)


def test_with_one_bad_line_nothing_is_written(team: Unitful, put: Put) -> None:
    with pytest.raises(HasErrors, match="一行也没有导入.*第 3 行“种类”"):
        put(team.line(), team.line(kind="旅游"))

    assert _count() == 0


@pytest.mark.parametrize(
    ("over", "column", "words"),
    [
        ({"code": "没有的"}, "人员编码", "没有编码为"),
        ({"code": ""}, "人员编码", "不能为空"),
        ({"name": "王方"}, "姓名", "不叫“王方”"),
        ({"kind": "旅游"}, "种类", "可选范围"),
        ({"first": "三月二日"}, "起", "不是日期"),
        ({"first": "2019-03-02", "last": "2019-03-03"}, "起", "任职"),
        ({"last": "2026-03-01"}, "止", "早于起日"),
        ({"last": "2028-03-01"}, "止", "最多 366 天"),
        ({"half": "是"}, "半天", "同一天"),
        ({"half": "也许"}, "半天", "上午 或 下午"),
        ({"note": "长" * 201}, "事由", "超过 200 字"),
    ],
)
def test_a_bad_line_is_told_by_row_and_column(
    team: Unitful, put: Put, over: dict[str, str], column: str, words: str
) -> None:
    report = put(team.line(**over), dry_run=True)

    assert _faults(report) == [(2, column)]
    assert words in report.findings.errors[0].message


@pytest.mark.parametrize(
    ("half", "part"),
    [("上午", HalfDay.MORNING), ("下午半天", HalfDay.AFTERNOON), ("是", None), ("半天", None)],
)
def test_half_a_day_says_which_half_where_it_is_known(team: Unitful, put: Put, half: str, part: HalfDay | None) -> None:
    put(team.line(last="2026-03-02", half=half))

    (absence,) = db.session.scalars(select(Absence)).all()
    assert (absence.is_half, absence.half_part) == (True, part)


def test_a_file_that_names_another_half_than_is_entered_is_told(team: Unitful, put: Put) -> None:
    put(team.line(last="2026-03-02", half="上午"))

    report = put(team.line(last="2026-03-02", half="下午"), dry_run=True)

    assert _faults(report) == [(2, "半天")]
    assert "已登记的是上午半天" in report.findings.errors[0].message


def test_the_other_half_in_the_same_file_is_told(team: Unitful, put: Put) -> None:
    lines = [team.line(last="2026-03-02", half=half) for half in ("上午", "下午")]

    assert _faults(put(*lines, dry_run=True)) == [(3, "起")]


def test_lines_of_one_person_that_share_days_are_told(team: Unitful, put: Put) -> None:
    report = put(team.line(), team.line(kind="病假", first="2026-03-06", last="2026-03-09"), dry_run=True)

    assert _faults(report) == [(3, "起")]
    assert "与第 2 行" in report.findings.errors[0].message


def test_a_line_that_shares_days_with_an_entry_names_it(team: Unitful, put: Put) -> None:
    team.ask(first=FRIDAY, last=date(2026, 3, 9))
    report = put(team.line(), dry_run=True)

    assert _faults(report) == [(2, "起")]
    assert "2026-03-06 至 2026-03-09 的年休假（待确认）" in report.findings.errors[0].message


def test_a_line_with_days_of_a_closed_month_is_told(team: Unitful, put: Put) -> None:
    lock_month(Place(section_id=team.section.id), date(2026, 3, 1), actor=SYSTEM, today=today_in_china())
    report = put(team.line(first="2026-02-26"), team.line(first="2026-04-01", last="2026-04-02"), dry_run=True)

    assert _faults(report) == [(2, "起")]
    assert "2026年3月已经锁定" in report.findings.errors[0].message


def test_what_came_in_before_its_month_closed_may_stand_in_the_file(team: Unitful, put: Put) -> None:
    put(team.line())
    lock_month(Place(section_id=team.section.id), date(2026, 3, 1), actor=SYSTEM, today=today_in_china())

    assert put(team.line()).counts[Outcome.SAME] == 1


def test_the_clerk_of_another_unit_imports_nothing_and_learns_nothing(team: Unitful, put: Put) -> None:
    other = an_actor(Role.UNIT_CLERK, person=a_person(name="别人"), unit=a_unit(name="市民政局"))
    report = put(team.line(), team.line(code="没有的"), team.line(name="不对"), actor=other, dry_run=True)

    assert _faults(report) == [(2, "人员编码"), (3, "人员编码"), (4, "人员编码")]
    assert report.findings.errors[0].message.replace(team.person.code, "没有的") == report.findings.errors[1].message


def test_nobody_imports_their_own_leave(team: Unitful, put: Put) -> None:
    own = an_actor(Role.UNIT_CLERK, person=team.person, unit=team.unit)

    assert _faults(put(team.line(), actor=own, dry_run=True)) == [(2, "人员编码")]


@pytest.mark.parametrize("role", [Role.STAFF, Role.SECTION_HEAD, Role.INSPECTOR, Role.SYSTEM_ADMIN])
def test_other_roles_have_no_such_page(team: Unitful, sign_in_as: SignIn, role: Role) -> None:
    actor = an_actor(role, person=a_person(name="旁人"), region="371300")

    assert sign_in_as(actor).get("/duty-eval/absence-import").status_code == 403


def test_people_are_told_once_of_all_that_was_entered(team: Unitful, put: Put) -> None:
    put(team.line(last="2026-03-03"), team.line(kind="病假", first="2026-03-09", last="2026-03-09"))
    put(team.line(last="2026-03-03"))

    told = db.session.scalars(select(Notification.title).where(Notification.account_id == team.clerk.account_id)).all()
    assert told == ["单位登记了您3月2日至3月3日的年休假、3月9日的病假；有出入请联系负责人更正"]


def test_each_entry_and_the_file_are_in_the_audit_log(team: Unitful, put: Put) -> None:
    put(team.line())

    entries = select(AuditEntry.subject).where(AuditEntry.action == "absence.imported")
    absence_id = db.session.scalars(select(Absence.id)).one()
    assert set(db.session.scalars(entries)) == {"absence:workbook", f"absence:{absence_id}"}


def test_two_imports_at_once_write_once(app: Flask, committed: Engine, tmp_path: Path) -> None:
    team = Unitful()
    path = _book(tmp_path, team.line(), team.line(first="2026-03-09", last="2026-03-10"))
    db.session.commit()

    done = at_once(app, [lambda: import_absences(path, actor=team.importer)] * 3)

    assert done == ["done"] * 3
    assert _count() == 2


def test_headings_that_are_none_are_named(team: Unitful, tmp_path: Path) -> None:
    with pytest.raises(DomainError, match="没有找到表头“人员编码”，请使用请假出差导入模板"):
        import_absences(_book(tmp_path, ["1"], head=["甲", "乙"]), actor=team.importer)
    with pytest.raises(DomainError, match="缺少列“止”"):
        import_absences(_book(tmp_path, head=HEAD[:4]), actor=team.importer)


def test_a_sheet_without_lines_is_refused(team: Unitful, put: Put) -> None:
    with pytest.raises(DomainError, match="没有数据行"):
        put(dry_run=True)


def _macro(path: Path) -> None:
    with ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\0")


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:2000])


@pytest.mark.parametrize(("spoil", "words"), [(_macro, "含有宏"), (_emptied, "文件是空的"), (_cut, "已损坏或不完整")])
def test_a_file_that_is_none_is_refused_beside_its_field(
    team: Unitful, sign_in_as: SignIn, tmp_path: Path, spoil: Callable[[Path], None], words: str
) -> None:
    path = _book(tmp_path, team.line())
    spoil(path)
    db.session.commit()
    client = sign_in_as(team.importer)

    answer = client.post("/duty-eval/absence-import", data={"file": (io.BytesIO(path.read_bytes()), "请假.xlsm")})

    assert answer.status_code == 422
    assert words in answer.text


def _upload(client: FlaskClient, path: Path) -> str:
    answer = client.post("/duty-eval/absence-import", data={"file": (io.BytesIO(path.read_bytes()), path.name)})
    assert answer.status_code == 303
    return answer.location


def test_a_checked_file_is_confirmed_and_its_job_enters_it(team: Unitful, sign_in_as: SignIn, tmp_path: Path) -> None:
    path = _book(tmp_path, team.line())
    db.session.commit()
    client = sign_in_as(team.importer)
    address = _upload(client, path)

    page = client.get(address).text
    assert "检查通过" in page
    assert "探亲" in page
    assert _count() == 0

    assert client.post(f"{address}/confirm").status_code == 303
    arguments = db.session.scalars(select(JobRun)).one().arguments or {}
    done = import_absences_job(Progress(actor=team.importer), **arguments)
    assert done is not None
    assert (done["new"], _count()) == (1, 1)
    assert "已有，不变" in client.get(_upload(client, path)).text


def test_a_file_with_errors_shows_them_and_is_not_confirmed(team: Unitful, sign_in_as: SignIn, tmp_path: Path) -> None:
    path = _book(tmp_path, team.line(), team.line(kind="=cmd()"))
    db.session.commit()
    client = sign_in_as(team.importer)
    address = _upload(client, path)

    page = client.get(address).text
    assert "需要改正的地方" in page
    assert "确认导入" not in page
    assert "请假出差,3,种类" in client.get(f"{address}/errors.csv").text
    assert client.post(f"{address}/confirm").status_code == 422
    assert db.session.scalar(select(func.count()).select_from(JobRun)) == 0


def test_a_checked_file_is_shown_to_nobody_else(team: Unitful, sign_in_as: SignIn, tmp_path: Path) -> None:
    path = _book(tmp_path, team.line())
    db.session.commit()
    address = _upload(sign_in_as(team.importer), path)
    other = sign_in_as(an_actor(Role.UNIT_CLERK, person=a_person(name="同事"), unit=team.unit))

    assert other.get(address).status_code == 404
    assert other.post(f"{address}/confirm").status_code == 404
    assert sign_in_as(team.importer).get("/duty-eval/absence-import/..%2Fetc").status_code == 404


def test_rights_that_were_lost_meanwhile_let_nothing_in(team: Unitful, tmp_path: Path) -> None:
    path = _book(tmp_path, team.line())
    moved = an_actor(Role.UNIT_CLERK, person=a_person(name="调走的"), section=a_section(name="外单位"))

    with pytest.raises(HasErrors):
        import_absences_job(Progress(actor=moved), path=str(path), name="请假.xlsx")
    assert _count() == 0


def test_statements_do_not_grow_with_the_lines(team: Unitful, put: Put, count_queries: Callable[[], Any]) -> None:
    def sent(lines: int) -> int:
        days = [(MONDAY + timedelta(days=number)).isoformat() for number in range(lines)]
        with count_queries() as seen:
            put(*(team.line(first=day, last=day) for day in days), dry_run=True)
        return len(seen)

    assert sent(2) == sent(40)


@pytest.mark.slow
def test_fifty_thousand_lines_come_in_and_one_more_is_refused(team: Unitful, tmp_path: Path) -> None:
    people = _many_people(team, 500)
    days = [(date(2026, 1, 1) + timedelta(days=number)).isoformat() for number in range(100)]
    lines = [team.line(code=code, first=day, last=day) for code in people for day in days]
    path = tmp_path / "多.csv"
    _write(path, lines)

    assert import_absences(path, actor=team.importer).counts[Outcome.NEW] == 50_000
    assert _count() == 50_000

    _write(path, [*lines, lines[0]])
    with pytest.raises(DomainError, match="超过 50,000 行"):
        import_absences(path, actor=team.importer, dry_run=True)


def _write(path: Path, lines: list[list[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEAD, *lines])


def _many_people(team: Unitful, count: int) -> list[str]:
    """Codes of people at the team's post, made in a few statements."""
    codes = [f"M{number}" for number in range(count)]
    ids = db.session.scalars(insert(Person).returning(Person.id), [{"code": code} for code in codes]).all()
    for table, model in (
        (PersonVersion, db.session.scalars(select(PersonVersion).where(PersonVersion.name == "王芳")).first()),
        (Appointment, db.session.scalars(select(Appointment).where(Appointment.section_id == team.section.id)).first()),
    ):
        names = [column.name for column in table.__table__.columns if column.name not in {"id", "person_id"}]
        facts = {name: getattr(model, name) for name in names}
        if table is Appointment:
            facts["leader_kind"] = None
        db.session.execute(insert(table), [{"person_id": one, **facts} for one in ids])
    return codes


@pytest.mark.slow
def test_the_command_checks_a_file_and_ends_with_2_where_a_line_is_bad(settings: Settings, tmp_path: Path) -> None:
    path = _book(tmp_path, ["没有的", "王芳", "年休假", "2026-03-02", "2026-03-06", "", ""])
    env = os.environ | {
        "LVZHI_DATABASE_URL": settings.database_url or "",
        "LVZHI_SCHEMA": settings.schema,
        "LVZHI_VAR_DIR": str(settings.var_dir),
        "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
    }
    command = [sys.executable, "-m", "host.cli", "import", "absences", str(path), "--dry-run", "--json"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)

    found = json.loads(done.stdout)
    assert done.returncode == 2
    assert (found["error_count"], found["errors"][0]["row"], found["is_applied"]) == (1, 2, False)
    assert "共 1 处错误" in done.stderr


def test_the_platform_itself_imports_for_everybody(team: Unitful, put: Put) -> None:
    assert put(team.line(), actor=SYSTEM).counts[Outcome.NEW] == 1


def test_what_came_in_is_listed_with_its_file_who_entered_it_and_its_state(
    team: Unitful, put: Callable[..., AbsenceReport], sign_in_as: SignIn
) -> None:
    put(team.line())
    entered = db.session.scalars(select(Absence)).one()
    revoke_absence(entered, reason="登记重复", actor=team.head)
    db.session.commit()

    page = sign_in_as(team.importer).get("/duty-eval/absence-imports").text

    assert all(words in page for words in ("王芳", "请假.xlsx", team.importer.display_name, "已作废", "登记重复"))


def test_the_list_is_cut_by_month_and_by_file(
    team: Unitful, put: Callable[..., AbsenceReport], sign_in_as: SignIn
) -> None:
    put(team.line(), team.line(first="2026-04-01", last="2026-04-02", note="看病", kind="病假"))
    db.session.commit()
    client = sign_in_as(team.importer)

    april = client.get("/duty-eval/absence-imports?month=2026-04-01").text
    other_file = client.get("/duty-eval/absence-imports?file=别的.xlsx").text

    assert ("看病" in april, "探亲" in april) == (True, False)
    assert "没有导入过的请假" in other_file


def test_the_list_is_exported_as_it_is_filtered(
    team: Unitful, put: Callable[..., AbsenceReport], sign_in_as: SignIn
) -> None:
    put(team.line(), team.line(first="2026-04-01", last="2026-04-02", note="看病", kind="病假"))
    db.session.commit()

    answer = sign_in_as(team.importer).post(
        "/exports/duty_eval.imported_absences?month=2026-04-01", data={"kind": "csv"}
    )

    assert (answer.status_code, "看病" in answer.text, "探亲" in answer.text) == (200, True, False)
    assert "请假.xlsx" in answer.text


def test_leave_asked_for_by_the_person_is_not_in_the_list(team: Unitful, sign_in_as: SignIn) -> None:
    team.granted()
    db.session.commit()

    assert "没有导入过的请假" in sign_in_as(team.importer).get("/duty-eval/absence-imports").text


def test_a_clerk_of_another_unit_sees_none_of_it(
    team: Unitful, put: Callable[..., AbsenceReport], sign_in_as: SignIn
) -> None:
    put(team.line())
    other = an_actor(Role.UNIT_CLERK, person=a_person(name="外单位"), unit=a_unit(name="市教育局"))
    db.session.commit()

    assert "没有导入过的请假" in sign_in_as(other).get("/duty-eval/absence-imports").text
