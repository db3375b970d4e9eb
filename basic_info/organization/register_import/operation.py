"""``import_register``: read, check, stage, apply, in one transaction of the caller's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select, text

from basic_info.organization.appointing import check_shares
from basic_info.organization.codes import check_id_card
from basic_info.organization.kinds import Sex
from basic_info.organization.models import Post, Section, Unit
from basic_info.organization.pinyin import name_key
from basic_info.organization.register_import import targets
from basic_info.organization.register_import.columns import PEOPLE, POSTS, SECTIONS, UNITS, SheetSpec
from basic_info.organization.register_import.holders import BadRow, Holders, is_further
from basic_info.organization.register_import.reading import Findings, SheetRow, rows_of
from basic_info.organization.register_import.staging import Outcome, as_json
from basic_info.regions.models import Region
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.crypto import provider
from host.kernel.db import db
from host.kernel.errors import DomainError, Refused
from host.kernel.tables.reading import CellError, Workbook, read_workbook

Progress = Callable[[int, int | None], None]

SHOWN_ROWS = 5
SHOWN_ERRORS = 3
STEP = 5000


class HasErrors(DomainError):
    """The workbook has bad rows and was not told to take the good ones; nothing was written."""

    status = 422


@dataclass
class ImportReport:
    """What an import read and did: per sheet what was new, changed, unchanged; the errors; the first rows."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    first_rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    errors: list[CellError] = field(default_factory=list)
    error_count: int = 0
    #: Sheets of other names, which were not read.
    unread: list[str] = field(default_factory=list)
    is_applied: bool = False


def import_register(
    path: Path,
    *,
    actor: Actor,
    on: date,
    name: str | None = None,
    progress: Progress | None = None,
    keep_good: bool = False,
    dry_run: bool = False,
) -> ImportReport:
    """Bring a register workbook into force from ``on`` (导入名册); the caller commits.

    Any of the sheets 单位, 科室, 岗位, 人员 may be there. With bad rows nothing is written unless ``keep_good``;
    a dry run never writes. ``name`` is what people call the file, where that is not its path: a CSV is the sheet of
    that name. Raises Refused when the workbook is none of ours, HasErrors, NotATable. Memory does
    not grow with the number of people but for their codes; the same file again changes nothing.
    """
    book = read_workbook(path)
    called = name or path.name
    if book.kind == "csv":
        book = replace(book, sheets=tuple(replace(sheet, name=Path(called).stem) for sheet in book.sheets))
    return import_workbook(
        book, name=called, actor=actor, on=on, progress=progress, keep_good=keep_good, dry_run=dry_run
    )


def import_workbook(
    book: Workbook,
    *,
    name: str,
    actor: Actor,
    on: date,
    progress: Progress | None = None,
    keep_good: bool = False,
    dry_run: bool = False,
) -> ImportReport:
    """``import_register`` of a workbook that is open already; ``name`` is what the audit calls it."""
    # One COPY lasts as long as its sheet is read: a whole city takes longer than a page's statement may.
    db.session.execute(text("SET LOCAL statement_timeout = 0"))
    reader = _Reader(book, progress or (lambda _done, _total: None))
    reader.stage_all()
    report = reader.report()
    if dry_run or (reader.findings.count and not keep_good):
        db.session.rollback()
        if not dry_run:
            raise HasErrors(_first_words(report, name))
        return report
    report.outcomes = targets.apply_all(reader.staged, on=on, account_id=actor.account_id)
    check_shares()
    report.is_applied = True
    record_change(
        "register:workbook",
        action="register.imported",
        actor=actor,
        after={
            "file": name,
            "from": on,
            **{title: [o.new, o.changed, o.unchanged] for title, o in report.outcomes.items()},
            "skipped": report.error_count,
        },
    )
    return report


def _first_words(report: ImportReport, name: str) -> str:
    shown = "；".join(str(error) for error in report.errors[:SHOWN_ERRORS])
    return f"“{name}”共 {report.error_count} 处错误，未导入。{shown}{'……' if report.error_count > SHOWN_ERRORS else ''}"


class _Reader:
    """Reads the sheets in order, checks each row against what is known so far, and copies it to its stage."""

    def __init__(self, book: Workbook, progress: Progress) -> None:
        self.sheets = {sheet.name.strip(): sheet for sheet in book.sheets}
        self.findings = Findings()
        self.progress = progress
        self.done = 0
        self.staged: list[str] = []
        self.counts: dict[str, int] = {}
        self.shown: dict[str, list[dict[str, Any]]] = {}
        self.crypto = provider()
        self.regions: set[str] = set(db.session.scalars(select(Region.code)))
        self.units: set[str] = set(db.session.scalars(select(Unit.code)))
        self.sections: dict[str, str] = dict(
            db.session.execute(select(Section.code, Unit.code).join(Unit, Unit.id == Section.unit_id)).all()
        )
        self.posts: dict[str, str] = dict(
            db.session.execute(select(Post.code, Section.code).join(Section, Section.id == Post.section_id)).all()
        )
        self.hashes: dict[bytes, tuple[int, str]] = {}
        self.holders = Holders()

    def stage_all(self) -> None:
        known = [spec for spec in (UNITS, SECTIONS, POSTS, PEOPLE) if spec.title in self.sheets]
        if not known:
            raise Refused("没有找到工作表“单位”“科室”“岗位”“人员”中的任何一张，请使用名册模板")
        makers = {
            UNITS.title: self._unit_rows,
            SECTIONS.title: self._section_rows,
            POSTS.title: self._post_rows,
            PEOPLE.title: self._person_rows,
        }
        for spec in known:
            stage = targets.STAGES[spec.title]
            stage.create()
            self.counts[spec.title] = stage.fill(makers[spec.title]())
            self.staged.append(spec.title)
        if PEOPLE.title in self.staged:
            targets.FURTHER.create()
            self.counts[PEOPLE.title] += targets.FURTHER.fill(self.holders.further)
            self._find_held_elsewhere()
            self._find_without_primary()
            self._find_over_full()
        if not any(self.counts.values()) and not self.findings.count:
            raise Refused(f"工作表“{'”“'.join(self.staged)}”的表头下面没有数据行，请填写后再导入")

    def report(self) -> ImportReport:
        return ImportReport(
            rows=dict(self.counts),
            first_rows=self.shown,
            errors=list(self.findings.errors),
            error_count=self.findings.count,
            unread=[name for name in self.sheets if name not in self.counts],
        )

    def _rows(self, spec: SheetSpec) -> Iterator[SheetRow]:
        shown = self.shown.setdefault(spec.title, [])
        for row in rows_of(self.sheets[spec.title], spec, self.findings):
            self.done += 1
            if self.done % STEP == 0:
                self.progress(self.done, None)
            if len(shown) < SHOWN_ROWS:
                shown.append({k: v for k, v in row.values.items() if k not in {"id_no", "phone"}})
            yield row

    def _unit_rows(self) -> Iterator[Sequence[Any]]:
        rows = list(self._rows(UNITS))
        self.units |= {row.values["code"] for row in rows}
        parents = {row.values["code"]: row.values["parent_code"] for row in rows}
        for row in rows:
            value = row.values
            if value["region_code"] not in self.regions:
                self._bad(UNITS, row, "区划代码", f"没有代码为 {value['region_code']} 的行政区划，请核对")
            elif value["parent_code"] is not None and value["parent_code"] not in self.units:
                self._bad(UNITS, row, "上级单位编码", f"没有编码为 {value['parent_code']} 的单位，请先登记或核对编码")
            elif _is_loop(value["code"], parents):
                self._bad(UNITS, row, "上级单位编码", "上级单位绕成了一圈，请检查")
            else:
                yield (
                    row.number, value["code"], value["name"], name_key(value["name"]), value["short_name"],
                    value["parent_code"], value["region_code"], value["tier"], value["unit_kind"], value["rank"],
                    value["funding"], value["credit_code"], value["institution_class"],
                )  # fmt: skip

    def _section_rows(self) -> Iterator[Sequence[Any]]:
        for row in self._rows(SECTIONS):
            value = row.values
            if value["unit_code"] not in self.units:
                self._bad(SECTIONS, row, "单位编码", f"没有编码为 {value['unit_code']} 的单位，请先登记或核对编码")
            elif self.sections.get(value["code"], value["unit_code"]) != value["unit_code"]:
                self._bad(SECTIONS, row, "单位编码", "科室不能换单位；请撤销后在新单位另设")
            else:
                self.sections[value["code"]] = value["unit_code"]
                yield (
                    row.number, value["code"], value["unit_code"], value["name"], value["section_kind"],
                    value["rank"], value["sort_no"], value["is_general"],
                )  # fmt: skip

    def _post_rows(self) -> Iterator[Sequence[Any]]:
        for row in self._rows(POSTS):
            value = row.values
            if value["section_code"] not in self.sections:
                self._bad(POSTS, row, "科室编码", f"没有编码为 {value['section_code']} 的科室，请先登记或核对编码")
            elif self.posts.get(value["code"], value["section_code"]) != value["section_code"]:
                self._bad(POSTS, row, "科室编码", "岗位不能换科室；请撤销后在新科室另设")
            else:
                self.posts[value["code"]] = value["section_code"]
                yield (
                    row.number, value["code"], value["section_code"], value["title"], value["post_class"],
                    value["post_grade"], value["seat_count"], value["is_leader_post"],
                )  # fmt: skip

    def _person_rows(self) -> Iterator[Sequence[Any]]:
        for row in self._rows(PEOPLE):
            try:
                self._check_place(row)
                self.holders.check(row)
                number, id_hash = self._checked_id(row)
            except BadRow as bad:
                self._bad(PEOPLE, row, bad.column, bad.message)
                continue
            if is_further(row):
                self.holders.keep(row)
            else:
                yield self._person(row, number, id_hash)

    def _person(self, row: SheetRow, number: str | None, id_hash: bytes | None) -> Sequence[Any]:
        value = row.values
        code = value["code"]
        seal = self.crypto.encrypt
        education = {
            "level": value["education_level"], "degree": value["degree"], "school": value["school"],
            "major": value["major"], "graduated_on": value["graduated_on"],
        }  # fmt: skip
        return (
            row.number, code, id_hash, value["name"], name_key(value["name"]), value["sex"],
            value["birth_on"], seal(number, context=f"person:{code}:id_no") if number else None,
            seal(value["phone"], context=f"person:{code}:phone") if value["phone"] else None,
            value["ethnicity"], value["native_place"], value["political_status"], value["party_joined_on"],
            as_json(education), value["professional_title"], value["work_started_on"], value["entered_unit_on"],
            value["identity"], value["person_kind"], value["work_state"], value["quota_kind"],
            value["occupies_quota"], value["retire_category"], value["post_code"], value["job_title"],
            value["appointed_on"], value["leader_kind"], value["share_percent"],
        )  # fmt: skip

    def _check_place(self, row: SheetRow) -> None:
        post, section, unit = (row.values[name] for name in ("post_code", "section_code", "unit_code"))
        if post is None:
            return
        if post not in self.posts:
            raise BadRow("岗位编码", f"没有编码为 {post} 的岗位，请先登记或核对编码")
        if section is not None and self.posts[post] != section:
            raise BadRow("科室编码", f"岗位 {post} 不在科室 {section}，请核对")
        if unit is not None and self.sections[self.posts[post]] != unit:
            raise BadRow("单位编码", f"岗位 {post} 不在单位 {unit}，请核对")

    def _checked_id(self, row: SheetRow) -> tuple[str | None, bytes | None]:
        """The ID number and its hash, if it stands: digits, date, sex and birth as on the row, nobody else's here."""
        value = row.values
        if value["id_no"] is None:
            return None, None
        sex = Sex.of_word(value["sex"])
        try:
            number = check_id_card(
                value["id_no"],
                sex=sex if sex in {Sex.MALE, Sex.FEMALE} else None,
                born_on=value["birth_on"],
            ).number
        except DomainError as error:
            raise BadRow("身份证号", str(error)) from error
        id_hash = self.crypto.blind_index(number, purpose="id_no")
        other, holder = self.hashes.setdefault(id_hash, (row.number, value["code"]))
        if holder != value["code"]:
            raise BadRow("身份证号", f"与第 {other} 行人员 {holder} 的身份证号相同，请核对")
        return number, id_hash

    def _find_held_elsewhere(self) -> None:
        """ID numbers that the register already has under another code."""
        held = db.session.execute(
            text(
                "SELECT s.row_no, p.code FROM stage_person s JOIN person p ON p.id_hash = s.id_hash "
                "WHERE p.code <> s.code ORDER BY s.row_no LIMIT 1000"
            )
        ).all()
        for row_no, code in held:
            self.findings.add(PEOPLE.title, row_no, "身份证号", f"该身份证号已登记在人员 {code} 名下，请核对")
            db.session.execute(text("DELETE FROM stage_person WHERE row_no = :row"), {"row": row_no})

    def _find_without_primary(self) -> None:
        """Further posts of people whom nobody knows, or who hold that very post as their primary one."""
        found = db.session.execute(
            text(
                "SELECT f.row_no, f.code, f.post_code, p.id IS NULL AND s.code IS NULL AS is_unknown "
                "FROM stage_further f "
                "LEFT JOIN stage_person s ON s.code = f.code LEFT JOIN person p ON p.code = f.code "
                "LEFT JOIN appointment a ON a.person_id = p.id AND a.is_primary AND a.superseded_at IS NULL "
                "AND upper_inf(a.valid) AND s.post_code IS NULL "
                "LEFT JOIN post t ON t.id = a.post_id "
                "WHERE (p.id IS NULL AND s.code IS NULL) OR f.post_code = coalesce(s.post_code, t.code) "
                "ORDER BY f.row_no LIMIT 1000"
            )
        ).all()
        for row_no, code, post, is_unknown in found:
            if is_unknown:
                self.findings.add(PEOPLE.title, row_no, "任职类型", f"没有人员 {code} 的主职行，请补上“主职”的一行")
            else:
                self.findings.add(PEOPLE.title, row_no, "岗位编码", f"岗位 {post} 已是该人员的主职，请改为其他岗位")
            db.session.execute(text("DELETE FROM stage_further WHERE row_no = :row"), {"row": row_no})

    def _find_over_full(self) -> None:
        """People whose posts would take more than a full one together with what the register says of the others."""
        for row_no, code, total in db.session.execute(text(targets.OVER_FULL)).all():
            words = f"人员 {code} 各岗位（含已登记而表中没有改动的）占比合计 {total}%，不能超过 100%，请减少"
            self.findings.add(PEOPLE.title, row_no, "工作占比", words)
            for stage in ("stage_person", "stage_further"):
                db.session.execute(text(f"DELETE FROM {stage} WHERE code = :code"), {"code": code})  # noqa: S608

    def _bad(self, spec: SheetSpec, row: SheetRow, column: str, message: str) -> None:
        self.findings.add(spec.title, row.number, column, message)


def _is_loop(code: str, parents: dict[str, str | None]) -> bool:
    seen = {code}
    above = parents.get(code)
    while above is not None:
        if above in seen:
            return True
        seen.add(above)
        above = parents.get(above)
    return False
