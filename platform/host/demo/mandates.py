"""「三定」规定 of the demo city's departments as Word files, article by article (R39)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph

from host.demo.city import CityPlan, Unit, is_full_size
from host.demo.content import BodyKind, in_place, kind_of
from host.demo.posts import Section
from host.demo.quotas import WORKER_KIND, LeaderPlaces, UnitQuota, leader_places, unit_quotas
from host.demo.sites import chinese_number
from host.kernel.pages import day

FIRST_ISSUE = date(2024, 3, 4)
#: A unit's rank as a mandate says it.
RANKS = {"县处级正职": "正县级", "乡科级正职": "正科级", "股级正职": "正股级", "未定职": ""}
BODY_FONT, TITLE_FONT, HEAD_FONT = "仿宋_GB2312", "方正小标宋简体", "黑体"


@dataclass(frozen=True, slots=True)
class UnitFile:
    """A file that belongs to a unit."""

    unit_code: str
    path: Path


def write_mandates(plan: CityPlan, folder: Path) -> tuple[UnitFile, ...]:
    """Write the mandate of each unit; in a full-size city those of the departments only."""
    folder.mkdir(parents=True, exist_ok=True)
    quotas, places = unit_quotas(plan), leader_places(plan)
    sections: dict[str, list[Section]] = {}
    for section in plan.sections:
        sections.setdefault(section.unit_code, []).append(section)
    written = []
    numbers: Counter[str] = Counter()  # every office counts its own documents
    for unit in departments_of(plan) if is_full_size(plan) else plan.units:
        numbers[unit.region_code] += 1
        number = numbers[unit.region_code]
        text = mandate_text(unit, sections[unit.code], quotas[unit.code], places[unit.code], number)
        path = folder / f"{unit.name}三定规定.docx"
        _save(text, path)
        written.append(UnitFile(unit.code, path))
    return tuple(written)


def departments_of(plan: CityPlan) -> list[Unit]:
    """The units that have a mandate of this style: departments of the city and of its counties."""
    return [unit for unit in plan.units if kind_of(unit.kind).order]


@dataclass(frozen=True, slots=True)
class MandateText:
    """The words of a mandate: heading lines and articles (条), each a list of paragraphs."""

    doc_no: str
    title: str
    articles: tuple[tuple[str, ...], ...]
    issuer: str
    issued_on: date


def mandate_text(
    unit: Unit, sections: list[Section], quotas: tuple[UnitQuota, ...], places: LeaderPlaces, number: int
) -> MandateText:
    """The mandate of a department; ``number`` counts those of its office and sets number and day."""
    kind = kind_of(unit.kind)
    issued_on = FIRST_ISSUE + timedelta(days=number % 60)
    office = f"{unit.place}委机构编制委员会办公室"
    return MandateText(
        doc_no=document_number(unit, number),
        title=f"{unit.name}{'机构职能编制规定' if kind.institution_class else '职能配置、内设机构和人员编制规定'}",
        articles=(
            (f"根据《{unit.region_name}机构改革方案》，制定本规定。",),
            (_nature(unit, kind),),
            tuple(_duties(unit, kind)),
            tuple(_sections(unit, sections)),
            (_quotas(unit, quotas, places),),
            ("纪检监察机构的设置、职责和编制事项另行规定。",),
            (f"{unit.short_name}所属事业单位的设置、职责和编制事项另行规定。",),
            (f"本规定由{office}负责解释，其调整由{office}按规定程序办理。",),
            (f"本规定自{day(issued_on + timedelta(days=7))}起施行。",),
        ),
        issuer=f"中共{unit.region_name}委机构编制委员会办公室",
        issued_on=issued_on,
    )


def document_number(unit: Unit, number: int) -> str:
    """The document number (文号): 临编办发〔2024〕12号 for the city, 沂水编办发〔2024〕3号 for a county."""
    prefix = "临" if unit.tier == "市" else unit.region_name[:-1]
    return f"{prefix}编办发〔{FIRST_ISSUE.year}〕{number}号"


def _nature(unit: Unit, kind: BodyKind) -> str:
    rank = RANKS[unit.rank]
    plate = kind.plate.replace("{R}", unit.region_name)
    more = (f"，为{rank}" if rank else "") + (f"，加挂{plate}牌子" if plate else "")
    return f"{unit.name}{in_place(kind.status, unit.place)}{more}。"


def _duties(unit: Unit, kind: BodyKind) -> Iterator[str]:
    place = unit.place
    yield (
        f"{unit.short_name}贯彻落实党中央关于相关工作的方针政策和决策部署，按照省委、市委工作要求，"
        "在履行职责过程中坚持和加强党的集中统一领导。主要职责是："
    )
    duties = [f"{in_place(duty, place)}。" for duty in kind.duties]
    duties.append(f"完成{place}委、{place}政府交办的其他任务。")
    duties.append(
        f"职能转变。{unit.short_name}要深入推进简政放权、放管结合、优化服务，"
        "精简审批环节和材料，加强事中事后监管，提高公共服务质量和效率。"
    )
    if kind.division:
        title, points = kind.division
        lines = "".join(f"{number}.{in_place(point, place)}" for number, point in enumerate(points, 1))
        duties.append(f"有关职责分工。{in_place(title, place)}。{lines}")
    yield from (f"（{chinese_number(number)}）{duty}" for number, duty in enumerate(duties, 1))


def _sections(unit: Unit, sections: list[Section]) -> Iterator[str]:
    yield f"{unit.short_name}设下列内设机构："
    numbered = [section for section in sections if section.section_kind != "机关党委"]
    for number, section in enumerate(numbered, 1):
        yield f"（{chinese_number(number)}）{section.name}。{'；'.join(section.stated_tasks)}。"
    for section in sections[len(numbered) :]:
        yield f"{section.name}。{'；'.join(section.stated_tasks)}。"


def _quotas(unit: Unit, quotas: tuple[UnitQuota, ...], places: LeaderPlaces) -> str:
    approved = {quota.quota_kind: quota.approved_count for quota in quotas}
    workers = f"，机关工勤编制{approved[WORKER_KIND]}名" if approved.get(WORKER_KIND) else ""
    if kind_of(unit.kind).institution_class:
        return (
            f"{unit.short_name}核定事业编制{approved[unit.quota_kind]}名{workers}。"
            f"设{unit.head_title}1名，{unit.deputy_title}{places.unit_deputies}名；"
            f"内设机构正职{places.section_heads}名，副职{places.section_deputies}名。"
        )
    rank = "科级" if unit.tier == "市" else "股级"
    deputies = f"，副{rank}领导职数{places.section_deputies}名" if places.section_deputies else ""
    return (
        f"{unit.short_name}机关行政编制{approved[unit.quota_kind]}名{workers}。"
        f"设{unit.head_title}1名，{unit.deputy_title}{places.unit_deputies}名；"
        f"正{rank}领导职数{places.section_heads}名{deputies}。"
    )


def _save(text: MandateText, path: Path) -> None:
    paper = docx.Document()
    _set_page(paper)
    _line(paper, text.doc_no, align=WD_ALIGN_PARAGRAPH.CENTER)
    _line(paper, text.title, font=TITLE_FONT, size=22, align=WD_ALIGN_PARAGRAPH.CENTER)
    for number, paragraphs in enumerate(text.articles, 1):
        first = _line(paper, f"第{chinese_number(number)}条", font=HEAD_FONT, is_indented=True)
        _run(first, f"　{paragraphs[0]}")
        for paragraph in paragraphs[1:]:
            _line(paper, paragraph, is_indented=True)
    _line(paper, text.issuer, align=WD_ALIGN_PARAGRAPH.RIGHT)
    _line(paper, day(text.issued_on), align=WD_ALIGN_PARAGRAPH.RIGHT)
    paper.core_properties.title = text.title
    paper.core_properties.author = text.issuer
    paper.save(str(path))


def _set_page(paper: Document) -> None:
    """A4 with the margins of official papers (GB/T 9704)."""
    section = paper.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin, section.bottom_margin = Cm(3.7), Cm(3.5)
    section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)


def _line(
    paper: Document,
    text: str,
    *,
    font: str = BODY_FONT,
    size: int = 16,
    align: WD_ALIGN_PARAGRAPH | None = None,
    is_indented: bool = False,
) -> Paragraph:
    line = paper.add_paragraph()
    if align is not None:
        line.alignment = align
    line.paragraph_format.line_spacing = Pt(28)
    line.paragraph_format.space_after = Pt(0)
    if is_indented:
        line.paragraph_format.first_line_indent = Pt(2 * size)
    _run(line, text, font=font, size=size)
    return line


def _run(line: Paragraph, text: str, *, font: str = BODY_FONT, size: int = 16) -> None:
    run = line.add_run(text)
    run.font.size = Pt(size)
    run.font.name = font
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), font)  # python-docx sets the Latin font only
