from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from duty_eval.absences.queries import own_section
from duty_eval.blueprint import bp
from duty_eval.dashboards import books, queries
from duty_eval.dashboards.forms import SPANS, Shown, shown
from duty_eval.dashboards.models import SUMS
from duty_eval.expectations import lately_open
from duty_eval.permissions import Permission
from duty_eval.workload import asking
from duty_eval.workload import heat_views as heat
from duty_eval.workload.own import own_posts
from duty_eval.workload.saturation import LEAST_COVERED
from host.kernel.access import Actor, ScopeKind, current_actor, requires
from host.kernel.db import AnyRow, AnySelect, db, one_snapshot
from host.kernel.errors import NotFound
from host.kernel.pages import narrowed, today_in_china
from host.kernel.partitions import first_of_month
from host.kernel.tables.leaving import let_out
from host.kernel.tables.writing import book_response
from host.permissions import Permission as HostPermission

#: As many digits as every number of the database has room for.
MOST_DIGITS = 18


@dataclass(frozen=True)
class Line:
    """A line of sums: where its name leads, and the filters of the records behind its numbers (None: none to open)."""

    name: str
    row: AnyRow
    url: str | None = None
    records: dict[str, Any] | None = None
    #: The list that has them, and what narrows it to those that wait and to those outside duties.
    endpoint: str = "duty_eval.unit_records"
    waiting: Mapping[str, str] = field(default_factory=lambda: {"state": "submitted"})
    outside: Mapping[str, str] = field(default_factory=lambda: {"outside": "1"})
    #: What of the filters is another one for the same days a year ago.
    before: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def opened(self) -> str | None:
        """Where its numbers lead: to the records behind them, else a step nearer to them."""
        return self.url if self.records is None else url_for(self.endpoint, **self.records)

    @property
    def opened_before(self) -> str | None:
        """Where the numbers of the same days a year ago lead."""
        return None if self.records is None else url_for(self.endpoint, **{**self.records, **self.before})

    def opened_only(self, which: Mapping[str, str]) -> str | None:
        """The same for those of its numbers that are of fewer records, ``waiting`` or ``outside``."""
        if self.records is None:
            return self.opened
        if which.keys() & self.records.keys():  # another state, not one more
            return url_for(self.endpoint, **{**self.records, **which})
        return narrowed(self.opened or "", which)


#: Lines that stand unfolded: as many as a phone shows without much moving.
UNFOLDED = 6


@dataclass(frozen=True)
class Folded:
    """Lines, those that want a look first. ``waiting``: records of ``rest`` that wait for review."""

    first: Sequence[Line]
    rest: Sequence[Line]

    @property
    def waiting(self) -> int:
        return sum(line.row.record_count - line.row.approved_count for line in self.rest)


def folded(lines: Sequence[Line], *, keeps_order: bool = False) -> Folded:
    """What waits for review first, then what lies outside duties, then by size; in a short list nothing is folded.

    ``keeps_order``: of a page by key, which goes on in its own order.
    """

    def worth(line: Line) -> tuple[int, int, int]:
        row = line.row
        return (-(row.record_count - row.approved_count), -row.outside_count, -row.record_count)

    if len(lines) <= UNFOLDED + 2:
        return Folded(lines, ())
    ordered = lines if keeps_order else sorted(lines, key=worth)
    return Folded(ordered[:UNFOLDED], ordered[UNFOLDED:])


@bp.get("/dashboard")
@requires(Permission.DASHBOARD_READ)
def dashboard() -> ResponseReturnValue:
    """The widest dashboard within the actor's reach."""
    grants = {grant.kind: grant for grant in reversed(current_actor().grants_for(Permission.DASHBOARD_READ))}
    if region := grants.get(ScopeKind.REGION):
        return region_dashboard(region.region_code or "")
    if unit := grants.get(ScopeKind.UNIT):
        return unit_dashboard(unit.unit_id or 0)
    if section := grants.get(ScopeKind.SECTION):
        return section_dashboard(section.section_id or 0)
    raise NotFound


@bp.get("/dashboard/mine")
@requires(Permission.DUTY_RECORD_LOG)
def own_dashboard() -> ResponseReturnValue:
    """One's own sums by duty: nobody else's page shows them (R164)."""
    at, person_id = _shown(), current_actor().person_id or 0
    duties = _rows(queries.duties(at.span, person_id=person_id))
    counted = {**at.days, "state": "counted"}
    lines = [
        Line(
            row.text,
            row,
            _trace_of(row.post_duty_id),
            {**counted, **_duty(row.post_duty_id)},
            "duty_eval.my_records",
            before=at.days_before,
        )
        for row in duties
    ]
    return _page(
        "own.html",
        at,
        duties,
        months=queries.months_of(queries.two_years_to(at.day), person_id=person_id),
        lines=folded(lines),
        posts=own_posts(person_id, at.span.first, at.end_of_month),
        posts_days={"from": at.span.first.isoformat(), "to": at.end_of_month.isoformat()},
        expected_url=url_for("duty_eval.month", month=at.day.isoformat()),
        least_covered=LEAST_COVERED,
        tiles=_tiles(counted, endpoint="duty_eval.my_records"),
        book_url=url_for("duty_eval.own_book", **at.address),
    )


@bp.get("/dashboard/sections/<int:section_id>")
@requires(Permission.DASHBOARD_READ)
def section_dashboard(section_id: int) -> ResponseReturnValue:
    """A section's sums by duty, those of no single person."""
    at, actor = _shown(), current_actor()
    place = queries.section_of(section_id, actor, at.day)
    whose = {"unit_id": place.above_id or 0, "section_id": section_id}
    duties = _rows(queries.duties(at.span, **whose))
    filters = {"unit_id": place.above_id, "section": section_id, **at.days}
    lines = [
        Line(
            row.text,
            row,
            _trace_of(row.post_duty_id),
            _if_readable(filters, **_duty(row.post_duty_id)),
            before=at.days_before,
        )
        for row in duties
    ]
    return _page(
        "section.html",
        at,
        duties,
        place=place,
        may_see_above=queries.reaches_unit(place.above_id or 0, actor),
        months=queries.months_of(queries.two_years_to(at.day), **whose),
        lines=folded(lines),
        tiles=_tiles(_if_readable(filters)),
        open_count=_open_count(section_id),
        book_url=url_for("duty_eval.section_book", section_id=section_id, **at.address),
        heat=heat.of_section(place, at),
    )


def _open_count(section_id: int) -> int | None:
    """Days that are still open, for the head of the section; None: not for this actor (D10)."""
    actor, today = current_actor(), today_in_china()
    try:
        own_section(actor, section_id, today)
    except NotFound:
        return None
    return len(lately_open(section_id, today)[2])


@bp.get("/dashboard/units/<int:unit_id>")
@requires(Permission.DASHBOARD_READ)
def unit_dashboard(unit_id: int) -> ResponseReturnValue:
    """A unit's sums by section and by function."""
    at, actor = _shown(), current_actor()
    place = queries.unit_of(unit_id, actor, at.day)
    filters = {"unit_id": unit_id, **at.days}
    found = _rows(queries.sections(unit_id, actor, at.span, at.day))
    sections = [
        Line(
            row.name,
            row,
            url_for("duty_eval.section_dashboard", section_id=row.section_id, **at.address),
            _if_readable(filters, section=row.section_id),
            before=at.days_before,
        )
        for row in found
    ]
    functions = [
        Line(
            row.text,
            row,
            _trace_of(row.function_id, layer="function"),
            _if_readable(filters, function=row.function_id or "none"),
            before=at.days_before,
        )
        for row in _rows(queries.functions(unit_id, at.span))
    ]
    return _page(
        "unit.html",
        at,
        [queries.sums_of_unit(unit_id, at.span)],
        place=place,
        may_see_above=queries.reaches_region(place.code, actor),
        months=queries.months_of_unit(unit_id, queries.two_years_to(at.day)),
        lines=folded(sections),
        functions=folded(functions),
        book_url=url_for("duty_eval.unit_book", unit_id=unit_id, **at.address),
        may_see_load=actor.may(Permission.WORKLOAD_READ),
        heat=heat.of_unit(place, found, at),
        tiles=_tiles(_if_readable(filters)),
    )


@bp.get("/dashboard/regions/<code>")
@requires(Permission.DASHBOARD_READ)
def region_dashboard(code: str) -> ResponseReturnValue:
    """A division's sums by division below it, and by unit of its own."""
    at, actor = _shown(), current_actor()
    place = queries.region_of(code, actor, at.day)
    page, next_key = queries.page_of_units(queries.units(place, actor, at.span, at.day), _key())
    below = _rows(queries.divisions(place, at.span, at.day))
    lines = [_division(row, code, at) for row in below]
    units = [
        Line(
            row.name,
            row,
            url_for("duty_eval.unit_dashboard", unit_id=row.unit_id, **at.address),
            _if_readable(at.days, unit_id=row.unit_id),
            before=at.days_before,
        )
        for row in page
    ]
    above = queries.code_above(code)
    return _page(
        "region.html",
        at,
        below,
        place=place,
        above=queries.region_of(above, actor, at.day) if above and queries.reaches_region(above, actor) else None,
        months=queries.months_of_region(place, queries.two_years_to(at.day)),
        lines=lines,
        units=folded(units, keeps_order=True),
        page_size=len(units),
        book_url=url_for("duty_eval.region_book", code=code, **at.address),
        heat=heat.of_region(place, below, page, at),
        may_read_records=actor.may(Permission.DUTY_RECORD_READ),
        tiles=_tiles_of_region(_if_readable(at.address, code=code)),
        next_url=url_for("duty_eval.region_dashboard", code=code, after=next_key, **at.address) if next_key else None,
        first_url=url_for("duty_eval.region_dashboard", code=code, **at.address) if request.args.get("after") else None,
    )


@bp.post("/dashboard/mine/book")
@requires(Permission.DUTY_RECORD_LOG)
def own_book() -> ResponseReturnValue:
    return _taken_out(lambda actor: books.own_book(actor, request.args))


@bp.post("/dashboard/sections/<int:section_id>/book")
@requires(Permission.DASHBOARD_READ)
def section_book(section_id: int) -> ResponseReturnValue:
    return _taken_out(lambda actor: books.section_book(section_id, actor, request.args))


@bp.post("/dashboard/units/<int:unit_id>/book")
@requires(Permission.DASHBOARD_READ)
def unit_book(unit_id: int) -> ResponseReturnValue:
    return _taken_out(lambda actor: books.unit_book(unit_id, actor, request.args))


@bp.post("/dashboard/regions/<code>/book")
@requires(Permission.DASHBOARD_READ)
def region_book(code: str) -> ResponseReturnValue:
    return _taken_out(lambda actor: books.region_book(code, actor, request.args))


def _taken_out(book_for: Callable[[Actor], books.Book]) -> ResponseReturnValue:
    """The whole page as a workbook, all sheets of one instant. A POST: what left the platform is written down."""
    actor = current_actor()
    actor.require(HostPermission.TABLE_EXPORT)
    with one_snapshot():
        book = book_for(actor)
        response = book_response(f"{book.name}{book.at.day.isoformat()}", book.sheets(actor))
    let_out(f"{book.name}（整页）", book.tables, kind="xlsx", values=book.values, actor=actor)
    db.session.commit()
    return response


def _shown() -> Shown:
    return shown(request.args, today_in_china())


def _rows(rows: AnySelect) -> Sequence[AnyRow]:
    return db.session.execute(rows).all()


def _division(row: AnyRow, here: str, at: Shown) -> Line:
    """A line of the division ``here``: its own units, which stand further down on the page, or a division below."""
    is_own = row.code == here
    return Line(
        f"{row.name}本级" if is_own else row.name,
        row,
        "#units" if is_own else url_for("duty_eval.region_dashboard", code=row.code, **at.address),
        _if_readable(at.address, code=row.code, own="1" if is_own else None),
        "duty_eval.region_records",
        **_WHICH,
        before=at.address_before,
    )


#: What narrows the list of a division's records.
_WHICH: dict[str, dict[str, Any]] = {name: {"which": name} for name in ("waiting", "outside")}


def _tiles_of_region(records: dict[str, Any] | None) -> dict[str, str]:
    """To the records; who may not open any comes to the lines that lead a step nearer to them."""
    if records is None:
        return dict.fromkeys(("all", *_WHICH), "#divisions")
    opened = {name: url_for("duty_eval.region_records", **records, **only) for name, only in _WHICH.items()}
    return {"all": url_for("duty_eval.region_records", **records), **opened}


def _trace_of(thing_id: int | None, *, layer: str = "post_duty") -> str | None:
    return url_for("basic_info.trace", layer=layer, thing_id=thing_id) if thing_id is not None else None


def _if_readable(filters: dict[str, Any], **more: Any) -> dict[str, Any] | None:
    """The filters of a list of records, for those who may read records at all."""
    return {**filters, **more} if current_actor().may(Permission.DUTY_RECORD_READ) else None


def _duty(post_duty_id: int | None) -> dict[str, Any]:
    """The filter of one duty's records, or of those outside duties."""
    return {"duty": post_duty_id} if post_duty_id else {"outside": "1"}


def _tiles(records: dict[str, Any] | None, *, endpoint: str = "duty_eval.unit_records") -> dict[str, str | None]:
    """Where the figures at the top lead."""
    opened: Callable[..., str | None] = lambda **more: (  # noqa: E731
        url_for(endpoint, **{**records, **more}) if records is not None else None
    )
    return {"all": opened(), "waiting": opened(state="submitted"), "outside": opened(outside="1")}


#: Who sees the sums but may not read anybody's records is told where the way down ends, and whom to ask (R164).
_ENDS = (
    "您看得到汇总数，看不到个人的纪实：数字点到单位、科室和职责为止。"
    "要核对某一项的，请联系该单位负责人，或请监督检查人员查看。"
)


def _page(template: str, at: Shown, whole: Sequence[AnyRow], *, months: Sequence[AnyRow], **more: Any) -> str:
    """``whole``: rows that together are all that the page is about."""
    names = (*SUMS, *(f"{name}_before" for name in SUMS))
    return render_template(
        f"duty_eval/dashboards/{template}",
        at=at,
        spans=SPANS,
        sums={name: sum(int(getattr(row, name)) for row in whole) for name in names},
        chart=_chart(months, at.day),
        today=today_in_china(),
        counting=None if template == "own.html" else asking.on_page(current_actor()),
        ends_at=None if template == "own.html" or current_actor().may(Permission.DUTY_RECORD_READ) else _ENDS,
        **more,
    )


def _chart(months: Sequence[AnyRow], day: date) -> dict[str, Any]:
    """The records of the twelve months up to the day beside those of the twelve before them."""
    found = {row.month: int(row.record_count) for row in months}
    shown_months = [first_of_month(day, plus=-back) for back in range(11, -1, -1)]
    series = [_series("近十二个月", shown_months, found, day)]
    year_before = [first_of_month(month, plus=-12) for month in shown_months]
    if found.keys() & set(year_before):
        series.append(_series("上年同月", year_before, found, day))
    return {"categories": [f"{month.year}-{month.month:02}" for month in shown_months], "series": series}


def _series(name: str, months: Sequence[date], found: dict[date, int], day: date) -> dict[str, Any]:
    ends = [min(first_of_month(month, plus=1) - timedelta(days=1), day) for month in months]
    here = request.view_args or {}
    return {
        "name": name,
        "values": [found.get(month) for month in months],
        "urls": [url_for(str(request.endpoint), **here, day=end.isoformat()) for end in ends],
    }


def _key() -> tuple[str, int] | None:
    """The key of the next page of units, ``id.name``; a wrong one is no such page."""
    text = request.args.get("after", "")
    if not text:
        return None
    number, _, name = text.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS):
        raise NotFound
    return name, int(number)
