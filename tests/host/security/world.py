"""One of everything that has an address, all of it one unit's, under names that occur nowhere else."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range
from werkzeug.datastructures import FileStorage

from basic_info.breakdown.models import Breakdown, DutyMatter
from basic_info.coverage.gaps import Gap
from basic_info.coverage.models import FunctionOverlap, OverlapRuling
from basic_info.documents.library import PaperKind, keep_upload, paper_file, read_paper, take_in
from basic_info.duties.models import DutyLink, LinkReview, LinkState, WorkSource
from basic_info.flowcharts.drawing import blank_plan, bpmn_document
from basic_info.flowcharts.editing import draw_flowchart
from basic_info.flowcharts.models import SuspensionKind
from basic_info.flowcharts.operations import keep_revision
from basic_info.mandates.handed_models import HandDirection, HandedOrder
from basic_info.mandates.models import ClauseKind, MandateClause
from basic_info.organization.models import PersonVersion, PostVersion, SectionVersion, Unit
from basic_info.power_lists.models import ListState, PowerItem, PowerItemSection, PowerKind, PowerList
from basic_info.regions.models import Tier
from duty_eval.absences.models import Absence, AbsenceKind
from duty_eval.assignments.models import AssignedTask
from duty_eval.entry_rules.models import CapMode
from duty_eval.handovers.models import Handover
from duty_eval.inspections.asking import answer_request, ask_evidence
from duty_eval.inspections.finding import Found, note_duty
from duty_eval.inspections.models import InspectionLine, InspectionSubject
from duty_eval.inspections.operations import PlanDraft, draw_sample, make_plan, start_inspection
from duty_eval.knowledge.models import Article, ArticleKind, ArticleVersion
from duty_eval.periods.models import PeriodReopening
from duty_eval.publicity.models import Publicity, PublicityName, PublicityObjection
from duty_eval.record_templates.models import RecordTemplate
from duty_eval.records.models import DutyRecord, RecordState, RecordSuggestion
from duty_eval.routine.facts import facts_of
from duty_eval.routine.models import RoutineAssessment, RoutineGrade, RoutineRound, RoutineState
from duty_eval.sanctions.models import Sanction, SanctionEffect, SanctionKind
from function_monitor.alerts.evaluating import rules_in_order, seed_rules
from function_monitor.alerts.models import Alert, AlertLevel, AlertState, AlertStep, StepKind
from function_monitor.cases.models import FlowCase
from function_monitor.collection.ingesting import RawRow, ingest
from function_monitor.collection.models import BusinessSystem, QuarantineRow
from function_monitor.deadlines.kinds import ApproverKind
from function_monitor.deadlines.models import ClockExtension, ClockSuspension, StepClock
from host.auth.granting import delegate_role
from host.auth.models import AuthSession, RoleGrant
from host.kernel.access import SYSTEM, Actor, Role, ScopeKind
from host.kernel.audit import AuditEntry
from host.kernel.crypto import provider
from host.kernel.db import db
from host.kernel.jobs.operations import enqueue
from host.kernel.notifications.models import Notification
from host.kernel.outgoing.models import ChannelKind, OutgoingChannel
from host.kernel.pages import today_in_china
from performance.grading.models import AnnualAssessment, AnnualGrade, Regime
from performance.grading.quotas import allot
from performance.schemes.models import Indicator, SchemeState
from performance.schemes.operations import default_scheme, publish_scheme
from performance.scoring.operations import score_now
from tests.basic_info.library.papers import mandate_file
from tests.factories import a_function, a_person, a_post, a_region, a_unit, an_account, an_actor
from tests.function_monitor.rows import Office, a_key

#: Stands in every name and text of the unit that is attacked; an answer that holds it leaked.
SECRET = "霜降甲"
YEAR = 2026
SPAN = (date(YEAR, 1, 1), date(YEAR, 3, 31))
HANDLING = f"{SECRET}执法队"
ID_NUMBER = "371302199001010010"


@dataclass(frozen=True)
class World:
    """The unit under attack: its office, and the value of each variable that an address may have."""

    office: Office
    values: dict[str, Any]
    key: dict[str, str]
    system: BusinessSystem

    @property
    def unit(self) -> Unit:
        return self.office.unit


def build() -> World:
    """Everything of one unit of the city (371300), flushed."""
    a_region()
    a_region("371302", name="兰山区", tier=Tier.COUNTY)
    drawing = bpmn_document(blank_plan(f"{SECRET}许可", (f"{SECRET}岗",)))
    # A unit's name is public; what follows is not.
    office = Office("市粮食和储备局", licence=f"{SECRET}许可", drawing=drawing)
    db.session.execute(update(SectionVersion).values(name=f"{SECRET}科"))
    db.session.execute(update(PostVersion).values(title=f"{SECRET}岗"))
    for duty in (office.function, office.section_duty, office.post_duty):
        duty.text = f"{SECRET}职责"
    clerk = a_person(name=f"{SECRET}经办", post=office.post)
    sealed = provider().encrypt(ID_NUMBER, context=f"person:{clerk.code}:id_no")
    db.session.execute(update(PersonVersion).where(PersonVersion.person_id == clerk.id).values(id_no=sealed))
    actor = an_actor(Role.STAFF, person=clerk)
    system, key = _system()
    values = {
        "unit_id": office.unit.id,
        "section_id": office.section.id,
        "post_id": office.post.id,
        "person_id": clerk.id,
        "chart_id": office.chart.id,
        "draft.chart_id": _drawn(office),
        "revision": 1,
        "item_id": office.item.id,
        "list_id": _draft_list(office),
        "version_no": _draft_breakdown(office),
        "layer": "post_duty",
        "thing_id": office.post_duty.id,
        "duty_id": office.post_duty.id,
        "post_duty_id": office.post_duty.id,
        "link_id": _proposed_link(office),
        "section_duty_id": office.section_duty.id,
        "day": today_in_china().isoformat(),
        "year": YEAR,
        "kind": "csv",
        "code": "371300",
        **_library(office),
        **_coverage(office),
        **_records(office, clerk.id, actor),
        "absence_id": _asked_for(office, clerk.id),
        **_routine(office, clerk.id),
        "sanction_id": _sanction(office, clerk.id),
        "article_id": _article(office, clerk.id),
        **_inspection(office),
        **_monitor(office, system, clerk.id),
        **_performance(office, clerk.id),
        **_host(office, actor, clerk.id),
    }
    db.session.flush()
    return World(office, values, key, system)


def _system() -> tuple[BusinessSystem, dict[str, str]]:
    system = BusinessSystem(code="SJ", name=f"{SECRET}系统", region_id=a_region().id)
    db.session.add(system)
    db.session.flush()
    return system, a_key(system)


def _asked_for(office: Office, person_id: int) -> int:
    """Leave that waits for the head."""
    absence = Absence(
        person_id=person_id, section_id=office.section.id, absence_kind=AbsenceKind.ANNUAL, note=f"{SECRET}探亲",
        span=Range(date(YEAR, 3, 2), date(YEAR, 3, 4)),
    )  # fmt: skip
    db.session.add(absence)
    db.session.flush()
    return absence.id


def _sanction(office: Office, person_id: int) -> int:
    """Of another time than the round's."""
    sanction = Sanction(
        person_id=person_id, sanction_kind=SanctionKind.WARNING, effective_on=date(YEAR - 2, 1, 1),
        ends_on=date(YEAR - 2, 6, 30), document_no=f"{SECRET}1号", effect=SanctionEffect.NO_GOOD,
    )  # fmt: skip
    db.session.add(sanction)
    db.session.flush()
    return sanction.id


def _routine(office: Office, person_id: int) -> dict[str, int]:
    """A round of the unit in which the person objected to a grade."""
    held = RoutineRound(
        unit_id=office.unit.id, name=f"{SECRET}季度", first_day=date(YEAR, 1, 1), last_day=date(YEAR, 3, 31),
        cap_mode=CapMode.ENFORCE, base_count=1, good_places=1, good_used=1,
    )  # fmt: skip
    db.session.add(held)
    db.session.flush()
    facts = facts_of([person_id], *SPAN)[person_id]
    form = RoutineAssessment(
        round_id=held.id, person_id=person_id, section_id=office.section.id, facts=facts,
        summary=f"{SECRET}小结", proposed_grade=RoutineGrade.GOOD, routine_state=RoutineState.SUBMITTED,
    )  # fmt: skip
    db.session.add(form)
    db.session.flush()
    return {"duty_eval.form_id": form.id, "duty_eval.round_id": held.id, **_publicity(office, held.id, form)}


def _publicity(office: Office, round_id: int, form: RoutineAssessment) -> dict[str, int]:
    """The person is put up as 好 and a colleague objects."""
    today = today_in_china()
    up = Publicity(round_id=round_id, starts_on=today, ends_on=today + timedelta(days=7))
    db.session.add(up)
    db.session.flush()
    db.session.add(PublicityName(publicity_id=up.id, assessment_id=form.id))
    db.session.flush()
    objection = PublicityObjection(
        publicity_id=up.id, assessment_id=form.id, content=f"{SECRET}异议", about_person=form.person_id,
        raised_by_person=form.person_id,
    )  # fmt: skip
    db.session.add(objection)
    db.session.flush()
    return {"publicity_id": up.id, "objection_id": objection.id}


def _article(office: Office, person_id: int) -> int:
    """Something written down that waits for the head."""
    article = Article(unit_id=office.unit.id, section_id=office.section.id, article_kind=ArticleKind.CASE)
    db.session.add(article)
    db.session.flush()
    db.session.add(
        ArticleVersion(
            article_id=article.id,
            version_no=1,
            title=f"{SECRET}案例",
            body=f"{SECRET}经过",
            written_by_person=person_id,
        )
    )
    db.session.flush()
    return article.id


def _inspection(office: Office) -> dict[str, int]:
    """A plan of the unit's own that is under way."""
    day, actor = today_in_china(), an_actor(Role.UNIT_CLERK, unit=office.unit)
    said = PlanDraft(name=f"{SECRET}检查", unit_id=office.unit.id, starts_on=day, ends_on=day, draw_amount=100)
    plan = make_plan(said, actor=actor)
    draw_sample(plan, day=day, actor=actor)
    start_inspection(plan, today=day, actor=actor)
    line_id = db.session.scalars(select(InspectionLine.id)).first() or 0
    subject = db.session.scalars(select(InspectionSubject)).one()
    found = Found(line_id=line_id, words=f"{SECRET}发现")
    finding = note_duty(plan, subject, found, post_duty_id=office.post_duty.id, actor=actor)
    asked = ask_evidence(plan, subject, text=f"{SECRET}补证", today=day, actor=actor)
    answer_request(asked, words=f"{SECRET}答复", actor=an_actor(Role.SECTION_HEAD, section=office.section))
    return {
        "inspection_id": plan.id,
        "line_id": line_id,
        "subject_id": subject.id,
        "finding_id": finding.id,
        "request_id": asked.id,
    }


def _drawn(office: Office) -> int:
    """A chart that is being drawn, beside the published one."""
    drawn = draw_flowchart(
        unit_id=office.unit.id, name=f"{SECRET}图", power_item_id=None, model_xml=office.chart.model,
        supplement_suspends=False, actor=SYSTEM,
    )  # fmt: skip
    keep_revision(office.chart, actor=SYSTEM)
    return drawn.id


def _draft_list(office: Office) -> int:
    powers = PowerList(
        unit_id=office.unit.id, version_no=2, year=YEAR, list_state=ListState.DRAFT, valid=Range(date(YEAR, 1, 1), None)
    )
    db.session.add(powers)
    db.session.flush()
    item = PowerItem(
        power_list_id=powers.id, unit_id=office.unit.id, sort_no=1, name=f"{SECRET}处罚",
        power_kind=PowerKind.PENALTY, item_code="CF",
    )  # fmt: skip
    db.session.add(item)
    db.session.flush()
    db.session.add(PowerItemSection(power_item_id=item.id, name=HANDLING))
    return powers.id


def _draft_breakdown(office: Office) -> int:
    """The version's number, which stands in addresses."""
    form = Breakdown(unit_id=office.unit.id, version_no=1, valid=Range(date(YEAR, 1, 1), None))
    db.session.add(form)
    db.session.flush()
    line = DutyMatter(
        breakdown_id=form.id, sort_no=1, section_name=f"{SECRET}科", section_id=office.section.id,
        work_source=WorkSource.MANDATE, section_function=f"{SECRET}职责", matter=f"{SECRET}事项",
    )  # fmt: skip
    db.session.add(line)
    return form.version_no


def _proposed_link(office: Office) -> int:
    link = DutyLink(
        unit_id=office.unit.id,
        link_state=LinkState.PROPOSED,
        item_id=office.item.id,
        function_id=office.function.id,
    )
    db.session.add(link)
    db.session.flush()
    return link.id


def _library(office: Office) -> dict[str, Any]:
    """A mandate that waits, and the uploaded paper that it was read from."""
    upload = FileStorage(io.BytesIO(mandate_file(instead={"商务": SECRET})), f"{SECRET}三定.docx")
    document = keep_upload(upload, kind=PaperKind.MANDATE, unit_id=office.unit.id, actor=SYSTEM)
    with paper_file(document) as (path, stored):
        paper = read_paper(PaperKind.MANDATE, path, stored.name)
    mandate = take_in(paper, unit_id=office.unit.id, name=document.title, file_id=document.file_id, actor=SYSTEM)
    again = FileStorage(io.BytesIO(mandate_file(instead={"商务": SECRET})), f"{SECRET}三定.docx")
    waiting = keep_upload(again, kind=PaperKind.MANDATE, unit_id=office.unit.id, actor=SYSTEM)
    clause = select(MandateClause.id).where(
        MandateClause.mandate_id == mandate.id, MandateClause.clause_kind == ClauseKind.SECTION
    )
    clause_id = db.session.scalars(clause).first() or 0
    return {
        "clause_id": clause_id,
        "mandate_id": mandate.id,
        "other_id": mandate.id,
        "handed_id": _handed_order(office, mandate.id),
        "table": "clause",
        "reading_id": clause_id,
        "verb": "remove",
        "review_id": _review(office, mandate.id),
        "document_id": waiting.id,
        "file_id": waiting.file_id or 0,
    }


def _handed_order(office: Office, mandate_id: int) -> int:
    """A sentence of the unit's reply that waits for a unit which nobody of the others is of."""
    handed = HandedOrder(
        mandate_id=mandate_id, from_unit_id=office.unit.id, unit_id=a_unit(name="市档案馆").id,
        words=f"{SECRET}职责划入", direction=HandDirection.GAINS, named_by=1,
    )  # fmt: skip
    db.session.add(handed)
    db.session.flush()
    return handed.id


def _coverage(office: Office) -> dict[str, Any]:
    """A post without a duty, and a function that sounds like another unit's, of which somebody said that it is not."""
    idle = a_post(section=office.section, title=f"{SECRET}闲岗")
    other = a_unit(name="市林业局")
    sides = {"unit_id": office.unit.id, "other_unit_id": other.id}
    like = a_function(unit=other, text=f"{SECRET}职责相近")
    pair = FunctionOverlap(
        function_id=office.function.id, other_id=like.id, words="a" * 32, other_words="b" * 32, score=0.9,
        seen_at=datetime.now(UTC), **sides,
    )  # fmt: skip
    ruling = OverlapRuling(
        words="c" * 32, other_words="d" * 32, reason=f"{SECRET}分工不同", decided_by=1, decided_by_name="编办", **sides
    )
    db.session.add_all([pair, ruling])
    db.session.flush()
    gap = {"gap": Gap.POST_WITHOUT_DUTY.value, "function_monitor.thing_id": idle.id}
    return {"pair_id": pair.id, "ruling_id": ruling.id, **gap}


def _review(office: Office, mandate_id: int) -> int:
    """A confirmed link that is to be looked at again."""
    found = select(DutyLink.id).where(DutyLink.section_duty_id == office.section_duty.id)
    review = LinkReview(unit_id=office.unit.id, mandate_id=mandate_id, link_id=db.session.scalars(found).first() or 0)
    db.session.add(review)
    db.session.flush()
    return review.id


def _records(office: Office, person_id: int, actor: Actor) -> dict[str, int]:
    day = today_in_china()
    head = an_actor(Role.SECTION_HEAD, section=office.section).account_id
    record = DutyRecord(
        worked_on=day,
        person_id=person_id,
        post_id=office.post.id,
        section_id=office.section.id,
        unit_id=office.unit.id,
        post_duty_id=office.post_duty.id,
        work_source=WorkSource.MANDATE,
        content=f"{SECRET}纪实",
        record_state=RecordState.SUBMITTED,
        submitted_at=datetime.now(UTC),
        entered_by_id=actor.account_id,
    )
    suggestion = RecordSuggestion(source_key=f"{SECRET}-1", person_id=person_id, worked_on=day, content=f"{SECRET}建议")
    task = AssignedTask(
        person_id=person_id, section_id=office.section.id, title=f"{SECRET}任务", due_on=day, assigned_by=head
    )
    opening = PeriodReopening(
        person_id=person_id,
        month=day.replace(day=1),
        reason=f"{SECRET}开放",
        opened_by_name="编办",
        expires_at=datetime.now(UTC) + timedelta(days=3),
    )
    template = RecordTemplate(post_duty_id=office.post_duty.id, content=f"{SECRET}常用内容")
    db.session.add_all([record, suggestion, task, opening, template])
    db.session.flush()
    return {
        "template_id": template.id,
        "reopening_id": opening.id,
        "record_id": record.id,
        "suggestion_id": suggestion.id,
        "task_id": task.id,
        "head_id": head or 0,
    }


def _monitor(office: Office, system: BusinessSystem, person_id: int) -> dict[str, int]:
    seed_rules(counts_from=date(2026, 1, 1))
    ingest([RawRow(office.event(case_no=f"{SECRET}-1", item_name=f"{SECRET}许可"))], system)
    ingest([RawRow(office.event(case_no=f"{SECRET}-2", handler_code="不存在"))], system)
    rule = rules_in_order()[0]
    alert = Alert(
        rule_id=rule.id,
        rule_version=1,
        subject_kind="person",
        subject_id=person_id,
        level=AlertLevel.RED,
        title=f"{SECRET}预警",
        unit_id=office.unit.id,
        section_id=office.section.id,
        person_id=person_id,
        evidence={
            "name": f"{SECRET}经办",
            "first": "2026-03-02",
            "last": "2026-03-06",
            "workdays": 5,
            "person_id": person_id,
        },
        first_seen_on=date(2026, 3, 2),
        last_seen_on=date(2026, 3, 2),
        alert_state=AlertState.PENDING,
    )
    db.session.add(alert)
    db.session.flush()
    db.session.add(AlertStep(alert_id=alert.id, step_kind=StepKind.RAISED, level=alert.level, note=f"{SECRET}说明"))
    case_id = db.session.scalars(select(FlowCase.id)).one()
    return {
        "alert_id": alert.id,
        "case_id": case_id,
        **_stopped(case_id, person_id),
        "row_id": db.session.scalars(select(QuarantineRow.id)).one(),
        "system_id": system.id,
        "rule_id": rule.id,
    }


def _stopped(case_id: int, person_id: int) -> dict[str, int]:
    """A suspension of the case and an extension of its clock."""
    clock = db.session.scalars(select(StepClock)).one()
    said: dict[str, Any] = {"case_id": case_id, "paper_no": f"{SECRET}告1号", "reason": f"{SECRET}送检"}
    day = date(2026, 3, 3)
    suspension = ClockSuspension(
        suspension_kind=SuspensionKind.TESTING,
        from_on=day,
        expected_to_on=day,
        told_on=day,
        entered_by=person_id,
        **said,
    )
    extension = ClockExtension(
        clock_kind=clock.clock_kind, step_id=clock.step_id, days=3, approver_kind=ApproverKind.ORGAN_HEAD,
        approver_name=f"{SECRET}局长", decided_on=day, told_on=day, base_limit=5, base_due_on=date(2026, 3, 9),
        entered_by=person_id, **said,
    )  # fmt: skip
    db.session.add_all([suspension, extension])
    db.session.flush()
    return {"suspension_id": suspension.id, "extension_id": extension.id, "clock_id": clock.id}


def _performance(office: Office, person_id: int) -> dict[str, int]:
    scheme = default_scheme(a_region().id, year=YEAR, name=f"{SECRET}方案", actor=SYSTEM)
    publish_scheme(scheme, actor=SYSTEM)
    run = score_now(scheme, first=date(2026, 3, 1), last=date(2026, 3, 31), actor=SYSTEM)
    draft = default_scheme(a_region().id, year=YEAR, name=f"{SECRET}草案", actor=SYSTEM)
    assert draft.scheme_state is SchemeState.DRAFT
    allot(office.unit, year=YEAR, today=date(YEAR, 12, 31), actor=SYSTEM)
    assessment = AnnualAssessment(
        person_id=person_id,
        year=YEAR,
        unit_id=office.unit.id,
        section_id=office.section.id,
        regime=Regime.CIVIL_SERVANT,
        proposed_grade=AnnualGrade.COMPETENT,
        comment=f"{SECRET}评语",
        proposed_by=1,
    )
    db.session.add(assessment)
    db.session.flush()
    return {
        "scheme_id": draft.id,
        "indicator_id": db.session.scalars(select(Indicator.id).where(Indicator.scheme_id == draft.id)).first() or 0,
        "performance.run_id": run.id,
        "assessment_id": assessment.id,
    }


def _host(office: Office, actor: Actor, person_id: int) -> dict[str, Any]:
    run = enqueue("host.prune", title=f"{SECRET}任务", actor=actor)
    session = AuthSession(
        token_hash=b"x" * 32,
        account_id=actor.account_id or 0,
        expires_at=datetime.now(UTC) + timedelta(days=1),
        idle_minutes=60,
        user_agent=f"{SECRET}浏览器",
    )
    grant = RoleGrant(account_id=actor.account_id or 0, role=Role.STAFF, scope_kind=ScopeKind.SELF)
    led = RoleGrant(
        account_id=actor.account_id or 0, role=Role.SECTION_HEAD, scope_kind=ScopeKind.SECTION,
        section_id=office.section.id,
    )  # fmt: skip
    db.session.add_all([session, grant, led])
    db.session.flush()
    today = today_in_china()
    delegation = delegate_role(
        led, an_account(name=f"{SECRET}代办人"), first=today, last=today, reason="出差", actor=actor
    )
    return {
        "jobs.run_id": run.id,
        "account_id": actor.account_id,
        "session_id": session.id,
        "grant_id": grant.id,
        "delegation_id": delegation.id,
        "entry_id": db.session.scalars(select(AuditEntry.id)).first(),
        "name": "host.prune",
        "channel_id": _channel(),
        "handover_id": _handover(office, person_id),
        "notification_id": _notification(actor.account_id or 0),
    }


def _notification(account_id: int) -> int:
    told = Notification(account_id=account_id, kind="x", title=f"{SECRET}消息", link="/", key="x")
    db.session.add(told)
    db.session.flush()
    return told.id


def _handover(office: Office, person_id: int) -> int:
    made = Handover(
        post_id=office.post.id, section_id=office.section.id, unit_id=office.unit.id, from_person_id=person_id,
        to_person_id=a_person(name=f"{SECRET}接手").id, as_of=today_in_china(), title=f"{SECRET}交接",
        pack={"duties": [], "steps": [], "tasks": [], "articles": [], "calendar": []},
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made.id


def _channel() -> int:
    channel = OutgoingChannel(
        name=f"{SECRET}网关"[:40], channel_kind=ChannelKind.WEBHOOK, address="https://gateway.example/a"
    )
    db.session.add(channel)
    db.session.flush()
    return channel.id
