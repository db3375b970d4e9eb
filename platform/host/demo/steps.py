"""The steps of loading the demo city, one function each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select

import duty_eval.api as duty_eval
import function_monitor.api as monitor
import performance.api as performance
from basic_info.coverage.operations import check_coverage
from basic_info.duties.models import DutyLink, FunctionKind, LinkState, Rhythm, SectionDuty, UnitFunction
from basic_info.duties.operations import PostDutyDraft, add_post_duties, link_functions
from basic_info.duties.proposals import confirm_proposals, propose_links
from basic_info.duties.similarity import likeness
from basic_info.flowcharts.operations import import_flowchart, publish_flowchart
from basic_info.flowcharts.parsing import parse_flowchart
from basic_info.mandates.operations import confirm_mandate, import_mandate
from basic_info.mandates.parsing import parse_mandate, read_document
from basic_info.organization.models import Appointment, Post, Section, Unit
from basic_info.power_lists.models import PowerItem
from basic_info.power_lists.operations import import_power_list, put_in_force
from basic_info.power_lists.parsing import parse_power_list
from basic_info.regions.models import Region
from host.auth.models import Account
from host.demo.cases import write_case_drops
from host.demo.city import CityPlan, is_full_size
from host.demo.files import CityFiles
from host.demo.inspections import inspect
from host.demo.knowledge import share_knowledge
from host.demo.routine import hold_routine_rounds
from host.kernel.access import Actor, Role
from host.kernel.db import db
from host.kernel.jobs.actors import actor_of
from host.kernel.partitions import first_of_month

CITY = "371300"
DAYS, DAYS_FULL_SIZE = 60, 21
DRAFTS_AT_ONCE = 50_000
#: Proposed links at least this alike are taken as if the office had confirmed them.
ALIKE = 0.2
#: Below this a duty has nothing to do with a function.
HARDLY_ALIKE = 0.03


def days_for(plan: CityPlan) -> int:
    """Working days of records: about 30 calendar days for a full-size city."""
    return DAYS_FULL_SIZE if is_full_size(plan) else DAYS


def load_library(files: CityFiles, *, clerk: Actor, reviewer: Actor, on: date) -> None:
    """Mandates, power lists and flowcharts: imported by the clerk, confirmed by the reviewer, then linked."""
    units: dict[str, int] = {code: id_ for code, id_ in db.session.execute(select(Unit.code, Unit.id))}
    for mandate in files.mandates:
        _load_mandate(mandate.path, units[mandate.unit_code], clerk=clerk, reviewer=reviewer, on=on)
    for power_list in files.power_lists:
        parsed = parse_power_list(power_list.path)
        made = import_power_list(parsed, unit_id=units[power_list.unit_code], year=on.year, file_id=None, actor=clerk)
        put_in_force(made, actor=reviewer)
    for chart in files.flowcharts:
        _load_flowchart(chart.path, units[chart.unit_code], chart.item_code, clerk=clerk, reviewer=reviewer)
    for unit_id in {units[mandate.unit_code] for mandate in files.mandates}:
        propose_links(unit_id, actor=clerk)
        confirm_proposals(unit_id, above=ALIKE, actor=reviewer)
        _join_what_is_left(unit_id, actor=reviewer)


def _join_what_is_left(unit_id: int, *, actor: Actor) -> None:
    """Section duties that no confirmed proposal reached are joined by the office itself, as it would by hand.

    Each goes to the function that it is likest to; one that is like none belongs to what else is assigned.
    """
    joined = select(DutyLink.section_duty_id).where(
        DutyLink.link_state == LinkState.CONFIRMED,
        DutyLink.function_id.is_not(None),
        DutyLink.section_duty_id.is_not(None),
    )
    left = db.session.execute(
        select(SectionDuty.id, SectionDuty.text)
        .where(
            SectionDuty.unit_id == unit_id, SectionDuty.id.not_in(joined.where(DutyLink.section_duty_id.is_not(None)))
        )
        .order_by(SectionDuty.id)
    ).all()
    functions = db.session.execute(
        select(UnitFunction.id, UnitFunction.text, UnitFunction.function_kind)
        .where(UnitFunction.unit_id == unit_id, UnitFunction.function_kind != FunctionKind.POWER)
        .order_by(UnitFunction.sort_no)
    ).all()
    others = [function.id for function in functions if function.function_kind is FunctionKind.CATCH_ALL]
    if not left or not others:
        return
    scores = likeness([duty.text for duty in left], [function.text for function in functions])
    pairs = [
        (functions[int(row.argmax())].id if row.max() >= HARDLY_ALIKE else others[0], duty.id)
        for duty, row in zip(left, scores, strict=True)
    ]
    link_functions(unit_id, pairs, actor=actor)


def _load_mandate(path: Path, unit_id: int, *, clerk: Actor, reviewer: Actor, on: date) -> None:
    blocks = read_document(path.read_bytes(), path.name)
    parsed = parse_mandate(blocks)
    words = "\n".join(block.text for block in blocks)
    mandate = import_mandate(parsed, unit_id=unit_id, source_text=words, file_id=None, actor=clerk, on=on)
    confirm_mandate(mandate, actor=reviewer)


def _load_flowchart(path: Path, unit_id: int, item_code: str, *, clerk: Actor, reviewer: Actor) -> None:
    data = path.read_bytes()
    parsed = parse_flowchart(data)
    item = db.session.scalar(select(PowerItem.id).where(PowerItem.unit_id == unit_id, PowerItem.item_code == item_code))
    chart = import_flowchart(
        parsed,
        unit_id=unit_id,
        model_xml=data.decode("utf-8"),
        name=parsed.name or path.stem,
        power_item_id=item,
        actor=clerk,
    )
    publish_flowchart(chart, actor=reviewer)


def load_post_duties(plan: CityPlan, *, actor: Actor, on: date) -> None:
    """Every post's duties, each linked to the section duty behind it where the section's mandate has it."""
    posts: dict[str, tuple[int, int, int]] = {
        code: (post, section, unit)
        for code, post, section, unit in db.session.execute(
            select(Post.code, Post.id, Section.id, Section.unit_id).join(Section, Section.id == Post.section_id)
        )
    }
    known: dict[tuple[int, str], int] = {
        (section, words.rstrip("。；")): id_
        for section, words, id_ in db.session.execute(select(SectionDuty.section_id, SectionDuty.text, SectionDuty.id))
    }
    drafts: list[PostDutyDraft] = []
    for post in plan.posts:
        if len(drafts) > DRAFTS_AT_ONCE:
            add_post_duties(drafts, on=on, actor=actor)
            drafts.clear()
        post_id, section_id, unit_id = posts[post.code]
        for number, duty in enumerate(post.duties):
            drafts.append(
                PostDutyDraft(
                    post_id=post_id,
                    section_id=section_id,
                    unit_id=unit_id,
                    sort_no=number,
                    text=duty.text,
                    rhythm=Rhythm.of_word(duty.rhythm) or Rhythm.ON_DEMAND,
                    measure_unit=duty.measure_unit,
                    standard_minutes=duty.standard_minutes,
                    section_duty_id=known.get((section_id, duty.section_task.rstrip("。；"))),
                )
            )
    add_post_duties(drafts, on=on, actor=actor)


def _sample_reviews(region: Region, clerk: Actor, today: date) -> None:
    rules = duty_eval.Rules(sample_percent=10)
    duty_eval.set_rules(region.id, rules, on=today, today=today, reason="审核前先抽看一部分", actor=clerk)


def load_running(plan: CityPlan, days: Sequence[date], *, offices: dict[Role, int], today: date) -> None:
    """What runs in the city: cases that a business system drops, alerts with one of them closed, a score run.

    Commits on its way: the collector keeps each file for itself.
    """
    admin = actor_of(offices[Role.SYSTEM_ADMIN])
    region = db.session.scalars(select(Region).where(Region.code == CITY)).one()
    system = monitor.create_system(region, code="approval", name="市政务服务审批系统", actor=admin)
    source = monitor.create_source(system, name="审批系统每日文件", folder="approval", actor=admin)
    db.session.commit()
    recent = list(days[-10:] if is_full_size(plan) else days)
    write_case_drops(plan, monitor.drop_root() / "approval", [*recent, today])
    monitor.collect_source(source, settle_seconds=0)
    monitor.seed_rules(counts_from=days[0])
    for rule in monitor.rules_in_order():
        if "counts_from" in rule.params:  # the demo's people wrote before this installation was made
            rule.params = {**rule.params, "counts_from": days[0].isoformat()}
    monitor.evaluate_all(today)
    db.session.commit()
    check_coverage(today, actor=admin)
    _sample_reviews(region, actor_of(offices[Role.OFFICE_CLERK]), today)
    _close_one_alert(offices, today)
    _ask_for_leave(today)
    inspect(days, region, offices=offices, today=today)
    hold_routine_rounds(offices, today)
    share_knowledge(days, today)
    assessor = actor_of(offices[Role.ASSESSOR])
    scheme = performance.default_scheme(region.id, year=today.year, actor=assessor)
    performance.publish_scheme(scheme, actor=assessor)
    performance.score_now(scheme, first=days[0].replace(day=1), last=today, actor=assessor)


def lock_earlier_months(first: date, *, today: date, months: int) -> None:
    """The unit of the demo's accounts locked its months of the past itself, up to those that the city locks."""
    clerk = actor_of(db.session.scalars(select(Account.id).where(Account.login_name == "unit-clerk")).one())
    place = duty_eval.Place(unit_id=next(grant.unit_id for grant in clerk.grants if grant.unit_id is not None))
    month, until = first, first_of_month(today, plus=-months - 1)
    while month < until:
        duty_eval.lock_month(place, month, actor=clerk, today=today)
        month = first_of_month(month, plus=1)


def _ask_for_leave(today: date) -> None:
    """The demo's staff member asks for leave next week, a colleague is to be on a trip: the head has one to decide."""
    head = actor_of(db.session.scalars(select(Account.id).where(Account.login_name == "head")).one())
    staff = actor_of(db.session.scalars(select(Account.id).where(Account.login_name == "staff")).one())
    section = next(grant.section_id for grant in head.grants if grant.section_id is not None)
    colleague = db.session.scalars(
        select(Appointment.person_id)
        .where(
            Appointment.section_id == section,
            Appointment.is_primary,
            Appointment.leader_kind.is_(None),
            Appointment.person_id.not_in([staff.person_id, head.person_id]),
        )
        .order_by(Appointment.person_id)
        .limit(1)
    ).first()
    monday = today + timedelta(days=7 - today.weekday())
    if staff.person_id is not None:
        duty_eval.request_absence(
            staff.person_id,
            duty_eval.AbsenceKind.ANNUAL,
            monday,
            monday + timedelta(days=2),
            note="探亲",
            actor=staff,
        )
    if colleague is not None:
        trip = duty_eval.request_absence(
            colleague, duty_eval.AbsenceKind.TRIP, monday, monday + timedelta(days=1), note="赴省厅培训", actor=head
        )
        duty_eval.decide_absence(trip, is_confirmed=True, actor=head)


def _close_one_alert(offices: dict[Role, int], today: date) -> None:
    """One alert goes the whole way, so that the closed list shows how it looks; the head answers, others check."""
    head = actor_of(db.session.scalars(select(Account.id).where(Account.login_name == "head")).one())
    section = next(grant.section_id for grant in head.grants if grant.section_id is not None)
    alert = db.session.scalars(
        select(monitor.Alert).where(monitor.Alert.section_id == section).order_by(monitor.Alert.id).limit(1)
    ).first()
    if alert is None:
        return
    monitor.acknowledge(alert, actor=head)
    monitor.rectify(alert, done="已与经办人核实情况，补记有关工作，并安排专人按时跟进。", actor=head)
    monitor.verify(alert, finding="查看补记内容和佐证材料，情况属实。", actor=actor_of(offices[Role.INSPECTOR]))
    monitor.close(alert, on=today, actor=actor_of(offices[Role.OFFICE_REVIEWER]), note="整改到位")
