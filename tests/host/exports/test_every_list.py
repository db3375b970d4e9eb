"""Every list page offers its list as a table, and every such table can be written in full."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path

import pytest
from flask import Flask, current_app
from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import Range

from basic_info.coverage.operations import check_coverage
from basic_info.documents.models import Document
from basic_info.duties.models import DutyLink, LinkReview
from basic_info.flowcharts.models import Flowchart
from basic_info.mandates.handed_models import HandDirection, HandedOrder
from basic_info.mandates.models import ClauseKind, Mandate, MandateClause, MandateState, MandateStyle
from basic_info.organization.kinds import PostClass
from basic_info.organization.models import Appointment, Person
from basic_info.power_lists.models import PowerList
from duty_eval.absences.models import Absence, AbsenceKind, AbsenceState
from duty_eval.absences.operations import decide_absence, request_absence
from duty_eval.assignments.operations import assign_task
from duty_eval.entry_rules.models import CapMode
from duty_eval.handovers.operations import open_handover
from duty_eval.inspections.asking import ask_evidence
from duty_eval.inspections.finding import Found, note_duty
from duty_eval.inspections.models import InspectionLine, InspectionSubject
from duty_eval.inspections.operations import PlanDraft, draw_sample, make_plan, start_inspection
from duty_eval.knowledge.models import ArticleKind, ArticleVersion
from duty_eval.knowledge.operations import decide_version, write_article
from duty_eval.knowledge.packs import Pack
from duty_eval.publicity.models import Publicity, PublicityName
from duty_eval.publicity.operations import object_to
from duty_eval.record_templates.operations import keep_template
from duty_eval.records.models import RecordState
from duty_eval.requirements.operations import Required, set_group_requirements, set_requirements
from duty_eval.routine.models import RoutineAssessment, RoutineGrade
from duty_eval.routine.operations import open_round
from duty_eval.sanctions.models import SanctionEffect, SanctionKind
from duty_eval.sanctions.operations import record_sanction
from duty_eval.workload.queries import FEWEST_RECORDS
from function_monitor.alerts.evaluating import evaluate_all, seed_rules
from function_monitor.collection.ingesting import RawRow, ingest
from host.kernel.access import SYSTEM, Actor, Grant, Role, ScopeKind
from host.kernel.audit import record_change
from host.kernel.clock.schedules import HOST_SCHEDULES, seed_schedules
from host.kernel.db import db
from host.kernel.errors import DomainError
from host.kernel.jobs.operations import enqueue
from host.kernel.pages import today_in_china
from host.kernel.tables.exports import registered_exports, table_of
from performance.grading.settings import Grading, set_grading
from performance.rounding import Rounding
from performance.scoring.operations import score_now
from tests.factories import a_function, a_person, a_region, an_account, an_actor
from tests.function_monitor.rows import Office as Licensing
from tests.function_monitor.rows import a_source, a_system
from tests.performance.rows import FIRST, LAST, Office, a_published_scheme

ROOT = Path(__file__).parents[3]
PAGES = sorted(
    path
    for part in ("basic_info", "duty_eval", "function_monitor", "performance", "platform/host")
    for path in (ROOT / part / "templates").rglob("*.html")
    if "macros" not in path.parts
)


def reader_of_all(person: Person) -> Actor:
    """Somebody who may read all there is."""
    return Actor(
        account_id=an_account(person=person).id,
        display_name="王芳",
        person_id=person.id,
        grants=tuple(Grant(role=role, kind=ScopeKind.REGION, region_code="371300") for role in Role),
        permission_map=current_app.extensions["permission_map"],
    )


class City:
    """At least one row for every list, and what the pages' addresses would say."""

    def __init__(self) -> None:
        seed_rules(counts_from=date(2025, 1, 1))
        seed_schedules(HOST_SCHEDULES)
        self.office = Office("王芳", "李强")
        self.licensing = Licensing()
        self.actor = reader_of_all(self.office.people[0])
        self._work()
        self._away()
        self._routine()
        self._knowledge()
        self._inspection()
        self._papers()
        self._cases()
        self.run = score_now(a_published_scheme(), first=FIRST, last=LAST, actor=SYSTEM)
        grading = Grading(ratio=Decimal("0.2"), rounding=Rounding.FLOOR, base_includes_ungraded=True)
        set_grading(a_region().id, grading, since=date(2026, 1, 1), reason="通知", actor=SYSTEM)
        enqueue("host.prune", actor=self.actor)
        record_change("unit:1", action="unit.changed", actor=SYSTEM)

    def _work(self) -> None:
        day = date(2026, 3, 2)
        self.office.log(self.office.people[1], day)
        self.office.log(self.office.people[1], day, state=RecordState.SUBMITTED)
        self.office.log(self.office.people[0], day)
        for number in range(FEWEST_RECORDS):  # so many say how long a duty takes
            self.office.log(self.office.people[1], date(2026, 4, 1), minutes=30 + number)
        for person in self.office.people:
            holder = db.session.scalars(select(Appointment).where(Appointment.person_id == person.id)).one()
            assign_task(holder, title="报送材料", due_on=day, actor=self.actor)
        keep_template(self.office.duties[0].id, content="核对材料", quantity=None, minutes=30, actor=self.actor)
        today = today_in_china()
        set_requirements(
            [self.office.duties[0].id], Required(), on=today, today=today, reason="统一要求", actor=self.actor
        )
        set_group_requirements(
            a_region().id, PostClass.LEADER, Required(), on=today, today=today, reason="统一要求", actor=self.actor
        )

    def _dashboards(self) -> dict[str, dict[str, str]]:
        """Up to the day on which something was logged."""
        at = {"day": "2026-03-02"}
        return {
            "duty_eval.dashboard_divisions": {"code": "371300", **at},
            "duty_eval.dashboard_units": {"code": "371300", **at},
            "duty_eval.dashboard_sections": {"unit_id": str(self.office.unit.id), **at},
            "duty_eval.dashboard_functions": {"unit_id": str(self.office.unit.id), **at},
            "duty_eval.dashboard_duties": {"section_id": str(self.office.section.id), **at},
            "duty_eval.dashboard_own": at,
            "duty_eval.months": {"code": "371300", **at},
            "duty_eval.months_own": at,
            "duty_eval.own_posts": at,
            "duty_eval.section_heat": {"section_id": str(self.office.section.id), **at},
            "duty_eval.unit_heat": {"unit_id": str(self.office.unit.id), **at},
            "duty_eval.division_heat": {"code": "371300", **at},
            "duty_eval.units_heat": {"code": "371300", **at},
        }

    def _routine(self) -> None:
        """A round of the unit in which everybody has a form."""
        first, last = date(2026, 1, 1), date(2026, 3, 31)
        self.round = open_round(
            self.office.unit.id, name="一季度", first=first, last=last, cap_mode=CapMode.WARN, actor=self.actor
        )
        self._publicity()
        self._sanction()

    def _sanction(self) -> None:
        record_sanction(
            self.office.people[1].id, SanctionKind.WARNING, effective_on=date(2025, 1, 1), ends_on=date(2025, 6, 30),
            document_no="市纪处〔2025〕3号", effect=SanctionEffect.NO_GOOD, actor=self.actor,
        )  # fmt: skip

    def _publicity(self) -> None:
        """One of them is put up as 好, and somebody objects."""
        form = db.session.scalars(
            select(RoutineAssessment).where(RoutineAssessment.person_id == self.office.people[1].id)
        ).one()
        form.proposed_grade = form.final_grade = RoutineGrade.GOOD
        form.decided_at = datetime.now(UTC)
        today = today_in_china()
        up = Publicity(
            round_id=self.round.id, starts_on=today, ends_on=today + timedelta(days=7), published_at=datetime.now(UTC)
        )
        db.session.add(up)
        db.session.flush()
        db.session.add(PublicityName(publicity_id=up.id, assessment_id=form.id))
        db.session.flush()
        object_to(up, form, "任务没有完成", today=today, actor=an_actor(person=a_person()))

    def _knowledge(self) -> None:
        self._handover()
        article = write_article(ArticleKind.CASE, "案例", "经过", post_duty_id=None, actor=self.actor)
        version = db.session.scalars(select(ArticleVersion).where(ArticleVersion.article_id == article.id)).one()
        decide_version(version, is_published=True, actor=SYSTEM)

    def _handover(self) -> None:
        holder = db.session.scalars(select(Appointment).where(Appointment.person_id == self.office.people[0].id)).one()
        nothing = Pack((), (), (), (), ())
        open_handover(
            holder, self.office.people[1].id, title="交接", pack=nothing, on=today_in_china(), actor=self.actor
        )

    def _inspection(self) -> None:
        said = PlanDraft(name="一季度检查", unit_id=self.office.unit.id, starts_on=FIRST, ends_on=LAST, draw_amount=100)
        self.inspection = make_plan(said, actor=SYSTEM)
        draw_sample(self.inspection, day=FIRST, actor=SYSTEM)
        start_inspection(self.inspection, today=FIRST, actor=SYSTEM)
        subject = db.session.scalars(select(InspectionSubject)).one()
        line_id = db.session.scalars(select(InspectionLine.id)).first() or 0
        found = Found(line_id=line_id, words="职责没有落实")
        note_duty(self.inspection, subject, found, post_duty_id=self.office.duties[0].id, actor=SYSTEM)
        ask_evidence(self.inspection, subject, text="分工文件", today=FIRST, actor=SYSTEM)

    def _away(self) -> None:
        """One of the reader's own and one of somebody else's."""
        today = today_in_china()
        for person in self.office.people:
            asked = request_absence(person.id, AbsenceKind.ANNUAL, today, today, actor=self.actor)
            if person.id != self.actor.person_id:
                decide_absence(asked, is_confirmed=True, actor=self.actor)
        earlier = today - timedelta(days=30)
        db.session.add(
            Absence(
                person_id=person.id, section_id=self.office.section.id, absence_kind=AbsenceKind.SICK,
                span=Range(earlier, earlier + timedelta(days=1)), absence_state=AbsenceState.CONFIRMED,
                decided_at=datetime.now(UTC), is_imported=True, import_file="请假.xlsx",
            )
        )  # fmt: skip

    def _papers(self) -> None:
        unit_id = self.licensing.unit.id
        document = Document(title="三定规定", unit_id=unit_id)
        db.session.add(document)
        db.session.flush()
        self.mandate = Mandate(
            unit_id=unit_id, version_no=1, style=next(iter(MandateStyle)), document_id=document.id,
            source_text="全文", valid=Range(date(2026, 1, 1), None),
        )  # fmt: skip
        db.session.add(self.mandate)
        db.session.flush()
        kind = next(iter(ClauseKind))
        clause = {"clause_kind": kind, "sort_no": 1, "text": "负责审批", "extracted_value": {"text": "负责审批"}}
        db.session.add(MandateClause(mandate_id=self.mandate.id, **clause))
        self.older = Mandate(
            unit_id=unit_id, version_no=2, style=next(iter(MandateStyle)), document_id=document.id,
            source_text="全文", valid=Range(date(2025, 1, 1), None), mandate_state=MandateState.RETURNED,
        )  # fmt: skip
        db.session.add(self.older)
        self.changed = Mandate(
            unit_id=unit_id, version_no=self.mandate.version_no + 8, style=MandateStyle.AMENDMENT,
            document_id=self.mandate.document_id, base_id=self.mandate.id, source_text="撤销市场科。",
            valid=Range(date(2026, 3, 1), None), mandate_state=MandateState.RETURNED,
        )  # fmt: skip
        db.session.add(self.changed)
        db.session.flush()
        db.session.add(
            HandedOrder(
                mandate_id=self.changed.id, from_unit_id=unit_id, unit_id=self.office.unit.id, words="撤销市场科。",
                direction=HandDirection.GAINS, named_by=1,
            )
        )  # fmt: skip
        self.powers = db.session.scalars(select(PowerList.id).where(PowerList.unit_id == unit_id)).one()
        self.next_powers = PowerList(unit_id=unit_id, version_no=2, year=2027, valid=Range(date(2027, 1, 1), None))
        db.session.add(self.next_powers)
        function = a_function(unit=self.licensing.unit, text="负责许可", sort_no=2)
        duty = self.licensing.section_duty
        link = DutyLink(unit_id=unit_id, function_id=function.id, section_duty_id=duty.id)
        db.session.add(link)
        db.session.flush()
        db.session.add(LinkReview(unit_id=unit_id, mandate_id=self.mandate.id, link_id=link.id))
        db.session.flush()

    def _cases(self) -> None:
        system = a_system()
        a_source(system, "lists")
        check_coverage(today_in_china(), actor=SYSTEM)
        ingest([RawRow(self.licensing.event()), RawRow({"case_no": "X"})], system)
        evaluate_all(date(2026, 6, 1))

    @property
    def values(self) -> dict[str, dict[str, str]]:
        unit = {"unit_id": str(self.licensing.unit.id)}
        run = {"run_id": str(self.run.id)}
        office = {"unit_id": str(self.office.unit.id)}
        chart = db.session.scalars(select(Flowchart.id)).one()
        return {
            "basic_info.people_of_unit": office,
            "basic_info.sections": unit,
            "basic_info.posts": {"section_id": str(self.office.section.id)},
            "basic_info.unit_duties": unit,
            "basic_info.library": unit,
            "basic_info.link_proposals": unit,
            "basic_info.coverage_units": {"gap": "function_without_section"},
            "basic_info.coverage_rows": {**unit, "gap": "function_without_section"},
            "basic_info.post_duties": {"post_id": str(self.office.post.id)},
            "basic_info.power_items": {"list_id": str(self.powers), "q": "食品"},
            "basic_info.item_elsewhere": {"item_id": str(self.licensing.item.id)},
            "basic_info.power_list_differences": {"list_id": str(self.next_powers.id)},
            "basic_info.mandate_clauses": {"mandate_id": str(self.mandate.id)},
            "basic_info.mandate_effects": {"mandate_id": str(self.changed.id)},
            "basic_info.handed_orders": unit,
            "basic_info.mandate_comparison": {"mandate_id": str(self.older.id), "other_id": str(self.mandate.id)},
            "basic_info.link_reviews": unit,
            "basic_info.flow_steps": {"chart_id": str(chart)},
            "duty_eval.person_records": {
                "person_id": str(self.office.people[1].id),
                "from": "2026-03-01",
                "to": "2026-03-31",
                "state": "approved",
            },
            "duty_eval.my_records": {"from": "2026-03-01", "to": "2026-03-31"},
            "duty_eval.person_tasks": {
                "person_id": str(self.office.people[1].id),
                "from": "2026-03-01",
                "to": "2026-03-31",
            },
            "duty_eval.unit_records": {"unit_id": str(self.office.unit.id), "from": "2026-03-01", "to": "2026-03-31"},
            "duty_eval.region_records": {"code": "371300", "day": "2026-03-31"},
            **self._dashboards(),
            "duty_eval.inspection_subjects": {"inspection_id": str(self.inspection.id)},
            "duty_eval.routine_round": {"round_id": str(self.round.id)},
            "duty_eval.workload": {"unit_id": str(self.office.unit.id), "day": "2026-03-02"},
            "duty_eval.standards": {"unit_id": str(self.office.unit.id)},
            "duty_eval.duty_records": {"post_duty_id": str(self.office.duties[0].id)},
            "performance.indicators": {"scheme_id": str(self.run.scheme_id)},
            "performance.unit_scores": run,
            "performance.section_scores": run | office,
            "performance.people_scores": run | {"section_id": str(self.office.section.id)},
            "performance.grades": office | {"year": "2026"},
        }


@pytest.fixture
def city(connection: Connection) -> City:
    return City()


def test_every_list_can_be_written_with_all_its_columns(city: City) -> None:
    values = city.values
    empty = []
    for name, export in registered_exports().items():
        rows = list(islice(table_of(export, city.actor, values.get(name, {})).rows(), 3))
        if not rows or any(len(row) != len(export.headings) for row in rows):
            empty.append(name)
    assert empty == []


def test_security_row_16_no_list_shows_anything_to_somebody_of_no_scope(city: City) -> None:
    """Divisions are public, and the lists of administrators have no scope but the permission."""
    open_to_all = {"basic_info.regions", "audit.entries", "accounts.list", "jobs.schedules"}
    nobody = Actor(account_id=an_account().id, display_name="无", permission_map=city.actor.permission_map)
    values, shown = city.values, list[object]()
    for name in sorted(set(registered_exports()) - open_to_all):
        with suppress(DomainError):  # what is refused shows nothing either
            shown += list(table_of(registered_exports()[name], nobody, values.get(name, {})).rows())
    assert shown == []


def exports_named(page: Path) -> Iterator[str]:
    yield from re.findall(r'\bexport\("([^"]+)"', page.read_text(encoding="utf-8"))


def test_every_page_that_pages_through_a_list_offers_its_export() -> None:
    wanting = [
        f"{path.parent.name}/{path.name}"
        for path in PAGES
        if "{{ pager(" in path.read_text(encoding="utf-8") and not list(exports_named(path))
    ]
    # For everybody, who has no account to write an export down under; and two lists, with exports, side by side.
    public = {"catalogue/items.html", "catalogue/units.html"}
    own = {"notifications/list.html"}  # one's messages are no list of the city's
    assert set(wanting) - public - own == {"scoring/compare.html"}


def test_every_export_that_a_page_offers_is_declared_and_every_declared_one_offered(app: Flask) -> None:
    offered = {name for page in PAGES for name in exports_named(page)}
    assert offered == set(registered_exports())
