"""Loads the demo city: its files are written and then go in through the importers that a user's files go through.

A full-size city (``FULL_SIZE`` people and more) skips the workbook's XML and its reading: the same rows go
straight into the importer; records go in by COPY.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path

from flask import current_app
from sqlalchemy import select, text

from basic_info.organization.models import Unit
from basic_info.organization.register_import import import_register, import_workbook
from basic_info.regions.operations import seed_regions
from duty_eval.api import compare_day, count_workload, lock_past_months
from host.auth.models import Account
from host.demo import steps
from host.demo.accounts import county_units, main_place, make_accounts, make_offices, make_staff_accounts
from host.demo.bulk import load_records, review_approved, unchecked_keys, without_indexes
from host.demo.city import CityPlan, is_full_size, plan_city
from host.demo.files import WORKBOOK, write_city
from host.demo.records import Past
from host.demo.workbook import unwritten_workbook, write_workbook
from host.kernel.access import Actor, Role
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.emptying import empty_tables
from host.kernel.errors import DomainError
from host.kernel.installation import Installation, installation
from host.kernel.jobs.progress import Progress
from host.kernel.pages import today_in_china
from host.kernel.partitions import first_of_month
from host.running.children import end_with_parent

Say = Callable[[str], None]
SINCE = date(2024, 1, 1)
#: The month of so many working days ago is the one that everybody wrote in a year ago, too.
FEW_DAYS = 10
#: The register's tables whose indexes are built after the rows of a full-size city.
REGISTER = ("unit_version", "section_version", "post_version", "person_version", "appointment")
#: The installation's kind while a load is under way.
LOADING = "demo-loading"


class NotADemo(DomainError):
    message = "这个数据库不是演示库，里面已有真实数据，不能装入演示城市"


def load_demo_once(*, staff: int, accounts_file: Path, say: Say) -> bool:
    """Load the demo city unless it is there; whether it was loaded now. Raises NotADemo for a real database."""
    found = installation()
    if found is not None and found.kind == "demo":
        return False
    if found is not None and found.kind == LOADING:
        say("上次装入没有完成，重新装入")
        _empty()
    elif found is not None or _holds_anything():
        raise NotADemo
    started = time.monotonic()
    say(f"正在装入演示城市（约 {staff:,} 人）…")
    _Loader(plan_city(staff), accounts_file, say).run()
    say(f"演示城市已装入（{time.monotonic() - started:.0f} 秒）")
    return True


def _holds_anything() -> bool:
    """Whether a unit or an account is there: a load that is killed and begun anew would remove it."""
    return any(db.session.scalar(select(model.id).limit(1)) is not None for model in (Unit, Account))


def _empty() -> None:
    """Remove what a killed load left: the database says itself that it was only ever a demo."""
    empty_tables(db.session.connection())
    db.session.commit()


class _Loader:
    """One load. The installation's row says that it is under way until all of it is there."""

    def __init__(self, plan: CityPlan, accounts_file: Path, say: Say) -> None:
        self.plan = plan
        self.accounts_file = accounts_file
        self.say = say
        self.folder = current_app.extensions["settings"].var_dir / "demo-city"
        self.today = today_in_china()

    def run(self) -> None:
        mark = Installation(id=1, kind=LOADING, note=f"{self.plan.staff} 人")
        db.session.add(mark)
        db.session.commit()
        db.session.execute(text("SET statement_timeout = 0"))
        offices, lines = make_offices()
        clerk, reviewer = (_actor(offices[role], role) for role in (Role.OFFICE_CLERK, Role.OFFICE_REVIEWER))
        seed_regions(actor=clerk)
        days = _last_workdays(self.today, steps.days_for(self.plan))
        # Documents are written by a second process while the register goes in.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_writer) as pool:
            writing = pool.submit(write_city, self.plan.staff, self.plan.seed, self.folder)
            with self._step("名册"):
                self._register(clerk)
                _count_rows()
            with self._step("三定规定、权责清单、流程图"):
                steps.load_library(writing.result(), clerk=clerk, reviewer=reviewer, on=SINCE)
        with self._step("岗位职责"), self._in_bulk("post_duty", "duty_link"):
            steps.load_post_duties(self.plan, actor=reviewer, on=SINCE)
        with self._step("履职纪实"):
            load_records(self.plan, days, pasts=self._pasts(days), say=self.say)
            if not is_full_size(self.plan):
                review_approved()
        make_accounts(self.accounts_file, lines)
        make_staff_accounts()
        with self._step("业务数据、预警与得分"):
            _count_rows()
            steps.load_running(self.plan, days, offices=offices, today=self.today)
        if not is_full_size(self.plan):
            with self._step("月度锁定与提示"):
                lock_past_months(self.today, months=3)
                steps.lock_earlier_months(date(self.today.year - 1, 1, 1), today=self.today, months=3)
                for day in days[-2:]:
                    compare_day(day)
        with self._step("工作量"):
            count_workload(self.today, Progress())
        mark.kind = "demo"
        db.session.commit()
        db.session.connection(execution_options={"isolation_level": "AUTOCOMMIT"}).execute(text("ANALYZE"))

    def _pasts(self, days: Sequence[date]) -> list[Past]:
        """What is there to compare with: the unit of the demo's accounts wrote since the first of last year, the county
        of its account over the same days a year ago, everybody in the same month."""
        if is_full_size(self.plan):
            return []
        last_year = date(self.today.year - 1, 1, 1)
        until = _a_year_before(days[-1]) + timedelta(days=1)
        month = _a_year_before(first_of_month(days[-FEW_DAYS]))
        return [
            Past(frozenset({main_place().unit_code}), _workdays_between(last_year, days[0])),
            Past(county_units(), _workdays_between(_a_year_before(days[0]), until)),
            Past(frozenset(unit.code for unit, _, _ in self.plan.unit_posts()), _workdays_between(month, until)),
        ]

    def _register(self, clerk: Actor) -> None:
        if not is_full_size(self.plan):
            self.folder.mkdir(parents=True, exist_ok=True)
            write_workbook(self.plan, self.folder / WORKBOOK)
            import_register(self.folder / WORKBOOK, actor=clerk, on=SINCE)
            return
        with self._in_bulk(*REGISTER):
            import_workbook(unwritten_workbook(self.plan), name=WORKBOOK, actor=clerk, on=SINCE)

    @contextmanager
    def _in_bulk(self, *tables: str) -> Iterator[None]:
        """A full-size city's rows go in unchecked and unindexed; the indexes come after them."""
        if not is_full_size(self.plan):
            yield
            return
        with unchecked_keys(), without_indexes(*tables):
            yield

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        db.session.flush()
        self.say(f"  {name}：{time.monotonic() - started:.0f} 秒")


def _writer() -> None:
    """The second process ends with the first, and at Ctrl-C without a word."""
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _count_rows() -> None:
    """What the planner knows of the tables: with plans made for empty ones a city is joined row by row."""
    db.session.execute(text("ANALYZE"))


def _actor(account_id: int, role: Role) -> Actor:
    return Actor(account_id=account_id, display_name=role.label)


def _a_year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)


def _workdays_between(first: date, end: date) -> tuple[date, ...]:
    """The working days from ``first`` to before ``end``."""
    workdays = load_workdays()
    every = (first + timedelta(days=number) for number in range((end - first).days))
    return tuple(day for day in every if workdays.is_workday(day))


def _last_workdays(today: date, count: int) -> list[date]:
    """The last ``count`` working days before today, ascending."""
    workdays = load_workdays()
    day = today
    found: list[date] = []
    while len(found) < count:
        day -= timedelta(days=1)
        if workdays.is_workday(day):
            found.append(day)
    return found[::-1]
