"""Work under way that the demo city does not hold: papers that wait for a person, a draft scheme, a second run.

Everything goes in through the forms that people use.
"""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from openpyxl import load_workbook
from playwright.sync_api import APIResponse, BrowserContext, FilePayload

from host.kernel.pages import today_in_china
from tests.basic_info.library.papers import CHART, mandate_file
from tests.e2e.walking import links_of
from tests.host.files.file_contents import a_photo

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_OTHER_RUN = re.compile(r'<option value="(\d+)"')
_WITHDRAW = re.compile(r'action="(/duty-eval/records/\d+/[\d-]+)/withdraw"')
_DECIDE = re.compile(r'action="/duty-eval/absences/(\d+)/decide"')
UNIT_OF_A_MANDATE = re.compile(r"<title>([^<]*?)职能配置")
#: The second section of a mandate, as its source has it.
SECTION_OF_A_MANDATE = re.compile(r"（二）([^<。]{2,20}科)。")
_LIST = re.compile(r"/basic-info/power-lists/\d+")
XML = "application/xml"
#: The receiver that the test's operator opened.
OUTGOING_ORIGIN = "https://gateway.example"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def begin_work(context_of: Callable[[str], BrowserContext], folder: Path) -> dict[str, list[str]]:
    """Begin what is half done; the addresses that each person starts from thereafter.

    ``folder`` is where the demo city keeps its files.
    """
    office, clerk, assessor = context_of("office"), context_of("unit-clerk"), context_of("assessor")
    library = _link_like(clerk, "/basic-info/duties", r"/basic-info/units/\d+/library")
    return {
        "office": [
            *_paper(office, library, "mandate", "三定规定.docx", DOCX, mandate_file()),
            *_register(office, folder / "组织机构.xlsx"),
            *_broken_register(office, folder / "组织机构.xlsx"),
            *_adjusted_list(office, library),
            _returned_list(office, context_of("reviewer"), library),
            *_open_reply(office, library),
            *_draft_check(office),
            _suspected_overlap(office),
        ],
        "unit-clerk": [
            *_paper(clerk, library, "flowchart", "流程图.bpmn", XML, CHART.encode()),
            *_chart_saved_twice(clerk, library.replace("/library", "/flowcharts/new")),
            _returned_chart(clerk, context_of("reviewer"), library.replace("/library", "/flowcharts/new")),
            _broken_absences(clerk),
            _returned_breakdown(clerk, context_of("unit-head"), library.replace("/library", "/breakdown")),
        ],
        "assessor": [*_draft_scheme(assessor), *_second_run(assessor)],
        "staff": [
            *_withdrawn_record(context_of("staff")),
            *_record_with_a_photo(context_of("staff")),
            *_behind_a_score(context_of("staff")),
            _handover(context_of("staff")),
            *_published_article(context_of("staff"), context_of("head")),
        ],
        "unit-head": _approved_record(context_of("unit-head")),
        "head": [*_behind_a_dashboard(context_of("head")), _granted_leave(context_of("staff"), context_of("head"))],
        "sysadmin": [_outgoing_channel(context_of("sysadmin"))],
        "": _opened_catalogue(context_of("reviewer"), unit_id=library.split("/")[3]),
    }


def _handover(staff: BrowserContext) -> str:
    """The page of a hand-over to a colleague that nobody confirmed yet."""
    pack = _link_like(staff, "/duty-eval/knowledge", r"/duty-eval/posts/\d+/handover")
    form = _link_like(staff, pack, r"/duty-eval/posts/\d+/handovers/new")
    page = staff.request.get(form).text()
    giver, *_ = re.findall(r'<select[^>]*name="from_person_id".*?<option[^>]*value="(\d+)"', page, re.DOTALL)
    people = page.split('name="to_person_id"')[1]
    taker = next(one for one in re.findall(r'<option[^>]*value="(\d+)"', people) if one not in {"0", giver})
    said = {"from_person_id": giver, "to_person_id": taker, "note": "钥匙在文件柜"}
    return urlsplit(_post(staff, form, said, to=form.removesuffix("/new")).url).path


def _outgoing_channel(admin: BrowserContext) -> str:
    """The page of a channel that rests all day, so that nothing leaves in a test."""
    said = {
        "name": "政务微信",
        "channel_kind": "webhook",
        "address": f"{OUTGOING_ORIGIN}/notices",
        "secret": "签名密钥",
        "quiet_from": "00:00",
        "quiet_until": "23:59",
    }
    _post(admin, "/outgoing/new", said, to="/outgoing")
    return _link_like(admin, "/outgoing", r"/outgoing/\d+")


def _behind_a_dashboard(head: BrowserContext) -> list[str]:
    """The records of a duty that a dashboard's line leads to, over the duty's trace page."""
    duty = _link_like(head, "/duty-eval/dashboard", r"/basic-info/trace/post_duty/\d+")
    return [_link_like(head, duty, r"/duty-eval/duties/\d+/records")]


def _published_article(staff: BrowserContext, head: BrowserContext) -> list[str]:
    """The page of something that the staff member wrote down and the head published."""
    body = {
        "article_kind": "how_to",
        "post_duty_id": "0",
        "title": "收件核对五步",
        "body": "先看材料清单，再看有效期。",
    }
    written = _post(staff, "/duty-eval/knowledge/new", body)
    page = urlsplit(written.url).path
    _post(head, page, {"verdict": "publish"}, to=f"{page}/decide")
    return [page]


def _approved_record(unit_head: BrowserContext) -> list[str]:
    """A record that only a leader opens again: of the first number behind which one is approved and not yet locked."""
    shape = re.compile(r"/duty-eval/units/\d+/records(?!.*state=).*")
    for records in filter(shape.fullmatch, links_of(unit_head.request.get("/duty-eval/dashboard"))):
        page = unit_head.request.get(f"{records}&state=approved")
        if found := [link for link in links_of(page) if re.fullmatch(r"/duty-eval/records/\d+/[\d-]+", link)]:
            return found[:1]
    raise AssertionError("no approved record")


def _behind_a_score(staff: BrowserContext) -> list[str]:
    """One's own tasks as a score counts them; the demo city's people were given none."""
    why = _link_like(staff, "/performance/scores", r"/performance/runs/\d+/people/\d+")
    records = _link_like(staff, why, r"/duty-eval/people/\d+/records.*")
    return [urlsplit(records).path.replace("/records", "/tasks")]


def _paper(context: BrowserContext, library: str, kind: str, name: str, mime_type: str, content: bytes) -> list[str]:
    """Upload a paper and take it in: the pages of what was read and of what waits to be confirmed."""
    preview = _post(context, library, {"kind": kind, "file": _file(name, mime_type, content)})
    taken = _post(context, preview.url, {})
    return [urlsplit(preview.url).path, urlsplit(taken.url).path]


def _chart_saved_twice(context: BrowserContext, new_chart: str) -> list[str]:
    """Begin a drawing and save it once more: the page that lists its saves."""
    editor = urlsplit(_post(context, new_chart, {"name": "起草中的流程图", "lanes": "受理岗\n审批岗"}).url).path
    chart = editor.removesuffix("/editor")
    model = context.request.get(f"{chart}/file").body()
    _post(context, editor, {"revision": "1", "model": _file("图.bpmn", XML, model)})
    return [chart]


def _returned_chart(clerk: BrowserContext, reviewer: BrowserContext, new_chart: str) -> str:
    """A drawing that the reviewer sent back: the page that hands it in again."""
    drawn = {"name": "退回修改的流程图", "lanes": "受理岗\n审批岗"}
    chart = urlsplit(_post(clerk, new_chart, drawn).url).path.removesuffix("/editor")
    _post(reviewer, chart, {"reason": "请画出补正环节"}, to=f"{chart}/return")
    assert "请画出补正环节" in clerk.request.get(chart).text()
    return chart


def _register(context: BrowserContext, workbook: Path) -> list[str]:
    """Upload the city's own workbook and have it taken in: the pages of the check and of the job."""
    page = _post(context, "/basic-info/register-import", _upload(workbook.name, workbook.read_bytes()))
    job = _post(context, page.url, {}, to=f"{page.url}/confirm")
    return [urlsplit(page.url).path, urlsplit(job.url).path]


def _broken_register(context: BrowserContext, workbook: Path) -> list[str]:
    """Upload it again with a name missing: the page with its list of errors."""
    book = load_workbook(workbook)
    book["单位"]["B3"] = None
    broken = workbook.with_name("有错.xlsx")
    book.save(broken)
    page = _post(context, "/basic-info/register-import", _upload(broken.name, broken.read_bytes()))
    return [urlsplit(page.url).path]


def _broken_absences(context: BrowserContext) -> str:
    """Upload leave of somebody whom nobody knows: the page with its list of errors."""
    lines = "人员编码,姓名,种类,起,止\nX-404,查无此人,病假,2026-03-02,2026-03-03\n"
    page = _post(context, "/duty-eval/absence-import", {"file": _file("请假.csv", "text/csv", lines.encode())})
    return urlsplit(page.url).path


def _granted_leave(staff: BrowserContext, head: BrowserContext) -> str:
    """Leave that was asked for and granted: the page of its month, which leads to its correction."""
    day = (today_in_china() + timedelta(days=40)).isoformat()
    _post(staff, "/duty-eval/absences", {"absence_kind": "annual", "first": day, "last": day})
    waiting = "/duty-eval/absences/to-decide"
    asked = max(int(one) for one in _DECIDE.findall(head.request.get(waiting).text()))
    _post(head, waiting, {"verdict": "confirm"}, to=f"/duty-eval/absences/{asked}/decide")
    return f"/duty-eval/absences/granted?month={day[:7]}-01"


def _suspected_overlap(office: BrowserContext) -> str:
    """The gaps of a unit that has a function much like another unit's."""
    units = "/basic-info/coverage?gap=function_maybe_claimed"
    return _link_like(office, units, r"/basic-info/units/\d+/coverage\?gap=function_maybe_claimed")


def _draft_check(context: BrowserContext) -> list[str]:
    """A supervision check that nothing was drawn for yet."""
    day = today_in_china().isoformat()
    fields = {"place": "region:371300", "name": "草拟中的检查", "inspection_method": "on_site", "is_announced": "yes"}
    drawn = {"subject_kind": "section", "draw_rule": "share", "draw_amount": "10"}
    made = _post(context, "/duty-eval/inspections/new", {**fields, **drawn, "starts_on": day, "ends_on": day})
    return [urlsplit(made.url).path]


def _draft_scheme(context: BrowserContext) -> list[str]:
    region = _first_option(context, "/performance/schemes", "region_id")
    fields = {"region_id": region, "year": "2027", "name": "起草中的指标体系", "content": "default"}
    return [urlsplit(_post(context, "/performance/schemes", fields).url).path]


def _second_run(context: BrowserContext) -> list[str]:
    scheme = _first_option(context, "/performance/runs", "scheme_id")
    fields = {"scheme_id": scheme, "first": "2026-01", "last": "2026-02"}
    run = urlsplit(_post(context, "/performance/runs", fields).url).path
    deadline = time.monotonic() + 60
    while not (others := _OTHER_RUN.findall(context.request.get(run).text())):
        assert time.monotonic() < deadline, "the run did not end"
        time.sleep(0.2)
    return [run, f"{run}/compare?with={others[0]}"]


def _adjusted_list(context: BrowserContext, library: str) -> list[str]:
    """Begin an adjustment of the unit's power list and add an item: the draft, and an item that can be changed."""
    in_force = _link_like(context, library, r"/basic-info/power-lists/\d+")
    order = {
        "doc_no": "临编办〔2026〕5号",
        "doc_date": "2026-02-20",
        "effective_on": "2026-03-01",
        "reason": "法律修改",
    }
    draft = urlsplit(_post(context, f"{in_force}/adjust", order).url).path
    item = {"name": "新设事项备案", "power_kind": "other", "handling_text": "办公室", "statutory_limit": "20个工作日"}
    _post(context, f"{draft}/items/new", item)
    return [draft, _link_like(context, draft, r"/basic-info/power-items/\d+"), f"{draft}/compare"]


def _returned_list(office: BrowserContext, reviewer: BrowserContext, library: str) -> str:
    """An adjustment of a list outside ``library`` that the reviewer sent back: the page that hands it in again."""
    lists = (
        link for one in _others(office, library) for link in links_of(office.request.get(one)) if _LIST.fullmatch(link)
    )
    in_force = next(link for link in lists if f"{link}/adjust" in office.request.get(link).text())
    order = {
        "doc_no": "临编办〔2026〕6号",
        "doc_date": "2026-02-20",
        "effective_on": "2026-03-01",
        "reason": "职能划转",
    }
    draft = urlsplit(_post(office, f"{in_force}/adjust", order).url).path
    _post(reviewer, draft, {"reason": "请附划转的依据"}, to=f"{draft}/return")
    assert "请附划转的依据" in office.request.get(draft).text()
    return draft


def _others(office: BrowserContext, library: str) -> list[str]:
    """The libraries of the other units of the city."""
    links = links_of(office.request.get("/basic-info/duties"))
    return [link for link in links if re.fullmatch(r"/basic-info/units/\d+/library", link) and link != library]


def _returned_breakdown(clerk: BrowserContext, head: BrowserContext, page: str) -> str:
    """A breakdown that the unit's head sent back: the page that hands it in again."""
    blank = _post(clerk, page, {"blank": "1"}, to=f"{page}/file").body()
    upload: dict[str, str | FilePayload] = {
        "file": _file("职能分解表.xlsx", XLSX, _filled_in(blank)),
        "on": "2026-03-01",
    }
    made = _post(clerk, page, upload).url
    draft = urlsplit(made)
    number = draft.query.partition("version=")[2]
    _post(head, made, {"reason": "请补充近三年数量"}, to=f"{page}/{number}/return")
    assert "请补充近三年数量" in clerk.request.get(made).text()
    return f"{draft.path}?{draft.query}"


def _filled_in(blank: bytes) -> bytes:
    """The blank form with the first line's matter in place of the others."""
    book = load_workbook(io.BytesIO(blank))
    sheet = book.active
    assert sheet is not None
    matter = next(cell.column for row in sheet.iter_rows(max_row=5) for cell in row if cell.value == "具体职责事项")
    first = next(row for row in range(1, 6) if sheet.cell(row, matter).value == "具体职责事项") + 1
    for row in range(first, sheet.max_row + 1):
        sheet.cell(row, matter).value = f"第 {row} 行的事项"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _open_reply(office: BrowserContext, library: str) -> list[str]:
    """A reply to two units that names neither who takes duties nor whose an order is: the page that asks both.

    What it orders for the other unit waits for the unit of ``library``: the page where it is dealt with.
    """
    shape = re.compile(r"/basic-info/mandates/\d+")
    found = (
        (place, office.request.get(link).text())
        for place in _others(office, library)
        for link in links_of(office.request.get(place))
        if shape.fullmatch(link)
    )
    place, heading, section = next(
        (place, heading, section)
        for place, page in found
        if (heading := UNIT_OF_A_MANDATE.search(page)) and (section := SECTION_OF_A_MANDATE.search(page))
    )
    unit, section_name = heading[1], section[1]
    words = (
        f"关于调整{unit}、临沂市投资促进局机构编制事项的批复",
        "临编办发〔2026〕8号",
        f"{unit}、临沂市投资促进局：",
        f"一、{unit}撤销{section_name}，其职责划入有关科室。",
        "二、临沂市投资促进局增设项目科，负责项目推进。",
        "三、增设法规科，负责合法性审查。",
        "2026年3月1日",
    )
    paper: dict[str, str | FilePayload] = {
        "kind": "mandate",
        "file": _file("批复.txt", "text/plain", "\n".join(words).encode()),
    }
    page = _post(office, _post(office, place, paper).url, {}).url
    text = office.request.get(page).text()
    assert "请在这里决定（2）" in text, text
    name = re.search(r"<title>([^<]*?)文件库", office.request.get(library).text())
    assert name is not None
    handed = {"words": words[4].removeprefix("二、"), "unit": name[1], "direction": "own"}
    _post(office, page, handed, to=f"{urlsplit(page).path}/handed-orders")
    waiting = library.replace("/library", "/handed-orders")
    assert handed["words"] in office.request.get(waiting).text()
    return [urlsplit(page).path, waiting]


def _withdrawn_record(context: BrowserContext) -> list[str]:
    """Take back the latest record before today that nobody has reviewed: the page that corrects it."""
    today = today_in_china()
    months = (today, today.replace(day=1) - timedelta(days=1))  # on the first of a month the other one
    for day in (day for month in months for day in reversed(_days_of(context, month)) if day < today):
        page = f"/duty-eval/today?day={day}"
        if found := _WITHDRAW.search(context.request.get(page).text()):
            _post(context, page, {}, to=f"{found[1]}/withdraw")
            return [f"{found[1]}/correct"]
    raise AssertionError("no record waits for review")


def _days_of(context: BrowserContext, month: date) -> list[date]:
    links = links_of(context.request.get(f"/duty-eval/month?month={month}"))
    return sorted({date.fromisoformat(link.partition("/today?day=")[2]) for link in links if "/today?day=" in link})


def _record_with_a_photo(context: BrowserContext) -> list[str]:
    """A record of today with a picture as evidence: the page that shows it."""
    key = re.search(r'id="record-key"[^>]*value="([^"]+)"', context.request.get("/duty-eval/today").text())
    day = re.search(r'name="worked_on" value="([^"]+)"', context.request.get("/duty-eval/today").text())
    assert key is not None
    assert day is not None
    fields: dict[str, str | FilePayload] = {
        "client_key": key[1],
        "worked_on": day[1],
        "post_duty_id": "0",
        "content": "现场检查",
        "evidence": _file("现场.jpg", "image/jpeg", a_photo(size=(1200, 900))),
    }
    page = _post(context, "/duty-eval/today", fields, to="/duty-eval/records").text()
    found = re.findall(r'href="(/duty-eval/records/\d+/[\d-]+)"', page)
    return found[-1:]


def _opened_catalogue(context: BrowserContext, *, unit_id: str) -> list[str]:
    """Open a unit's power list to citizens: the page that they begin with."""
    page = "/basic-info/catalogue-opening"
    _post(context, page, {"open": "1"}, to=f"{page}/{unit_id}")
    return ["/basic-info/catalogue"]


def _upload(name: str, content: bytes) -> dict[str, str | FilePayload]:
    return {"file": _file(name, XLSX, content), "on": "2026-01-01"}


def _file(name: str, mime_type: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": mime_type, "buffer": content}


def _post(
    context: BrowserContext, page: str, fields: Mapping[str, str | FilePayload], *, to: str | None = None
) -> APIResponse:
    """Send the form of ``page`` and follow to where it leads."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', context.request.get(page).text())
    assert token is not None, page
    answer = context.request.post(to or page, multipart={"csrf_token": token[1], **fields})
    assert answer.ok, f"{page}: {answer.status}"
    return answer


def _first_option(context: BrowserContext, page: str, field: str) -> str:
    text = context.request.get(page).text()
    found = re.search(rf'<select[^>]*name="{field}".*?<option[^>]*value="(\d+)"', text, re.DOTALL)
    assert found is not None, (page, field)
    return found[1]


def _link_like(context: BrowserContext, page: str, shape: str) -> str:
    return next(link for link in links_of(context.request.get(page)) if re.fullmatch(shape, link))
